"""Access tokens: where they come from, and whose is used for a job."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from esi_fetch.errors import CharacterError, Problem

__all__ = ["GivenTokens", "TokenSource", "choose_character"]


class TokenSource(Protocol):
    """Where access tokens come from."""

    def characters(self) -> Collection[int]:
        """Return the ids of the characters there are tokens for."""
        ...

    def access_token(self, character_id: int) -> str:
        """Return the character's current access token."""
        ...


class GivenTokens:
    """Tokens that the caller has: by character id, as text or as a function that returns the current one.

    Access tokens live for twenty minutes, so whatever runs longer gives functions.
    """

    def __init__(self, tokens: Mapping[int, str | Callable[[], str]]) -> None:
        self._tokens = dict(tokens)

    def characters(self) -> Collection[int]:
        """Return the ids of the characters there are tokens for."""
        return self._tokens.keys()

    def access_token(self, character_id: int) -> str:
        """Return the character's current access token."""
        token = self._tokens[character_id]
        return token if isinstance(token, str) else token()

    def __repr__(self) -> str:
        return f"GivenTokens(characters={sorted(self._tokens)})"


def choose_character(
    tokens: TokenSource, *, scopes: Collection[str], wanted: int | str | None, parameters: Mapping[str, Any]
) -> int | None:
    """Return whose token an operation is asked with; None for a public one that names nobody.

    Args:
        tokens: The characters there are.
        scopes: The scopes the operation needs.
        wanted: The character the job names, by id.
        parameters: The job's parameters; ``character_id`` in them says whose data is wanted.

    Raises:
        CharacterError: The operation needs a character and none fits, or the one named is not known.
    """
    known = tokens.characters()
    if wanted is not None:
        try:
            character_id = int(wanted)
        except ValueError:
            character_id = -1
        if character_id in known:
            return character_id
        have = ", ".join(map(str, sorted(known))) or "none"
        raise CharacterError(
            problems=[
                Problem("character", f"no token for character {wanted!r}; there are tokens for: {have}")
            ]
        )
    if not scopes:
        return None
    own = parameters.get("character_id")
    if isinstance(own, int) and own in known:
        return own
    if own is None and len(known) == 1:
        return next(iter(known))
    needs = " or ".join(sorted(scopes))
    if not known:
        mend = "give one with Esi(..., tokens={character_id: token})"
    else:
        mend = f"say which with character=…; there are tokens for: {', '.join(map(str, sorted(known)))}"
    raise CharacterError(problems=[Problem("character", f"needs a token with the scope {needs}; {mend}")])
