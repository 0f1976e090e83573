"""Access tokens: where they come from, and whose is used for a job."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from esi_fetch.errors import CharacterError, EsiFetchError, Problem

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

    Raises:
        CharacterError: A key is not a character's id, or a text is not a token.
    """

    def __init__(self, tokens: Mapping[int, str | Callable[[], str]]) -> None:
        if not isinstance(tokens, Mapping):
            raise _no_token(f"expected tokens by character id, found {type(tokens).__name__}")
        self._tokens: dict[int, str | Callable[[], str]] = {}
        for character_id, given in tokens.items():
            if not isinstance(character_id, int) or isinstance(character_id, bool):
                raise _no_token(f"{character_id!r}: a key is a character's id, a whole number")
            self._tokens[character_id] = given if callable(given) else _checked(given, character_id)

    def characters(self) -> Collection[int]:
        """Return the ids of the characters there are tokens for."""
        return self._tokens.keys()

    def access_token(self, character_id: int) -> str:
        """Return the character's current access token.

        Raises:
            CharacterError: The function that was given for it failed, or returned something else.
        """
        given = self._tokens[character_id]
        if isinstance(given, str):
            return given
        try:
            token = given()
        except EsiFetchError:
            raise
        except Exception as error:  # the user's function, which may fail in any way; it fails one job
            raise _no_token(
                f"character {character_id}: the function that gives it failed: "
                f"{type(error).__name__}: {error}"
            ) from error
        return _checked(token, character_id)

    def __repr__(self) -> str:
        return f"GivenTokens(characters={sorted(self._tokens)})"


def _no_token(what: str) -> CharacterError:
    return CharacterError(problems=[Problem("tokens", what)])


def _checked(token: object, character_id: int) -> str:
    """Return a token that can stand in a header; an error never shows it."""
    if not isinstance(token, str):
        raise _no_token(f"character {character_id}: a token is a text, and this is {type(token).__name__}")
    token = token.strip()  # read from a file, it often ends in a line break
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise _no_token(
            f"character {character_id}: this can't be an access token: it is empty, or has spaces or odd "
            "characters in it (give it alone, without 'Bearer')"
        )
    return token


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
