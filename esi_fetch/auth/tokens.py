"""Access tokens: where they come from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from esi_fetch.auth.facts import PATIENT, Holder, Patience
from esi_fetch.errors import CharacterError, EsiFetchError, Problem

__all__ = ["GivenTokens", "TokenSource"]


class TokenSource(Protocol):
    """Where access tokens come from."""

    def characters(self) -> Collection[Holder]:
        """Return the characters there are tokens for; nothing is sent to find out."""
        ...

    def learn(self, patience: Patience) -> None:
        """Find out whose the tokens are where that takes asking; until then there is an unknown one."""
        ...

    def access_token(
        self, character_id: int, *, refused: str | None = None, patience: Patience = PATIENT
    ) -> str:
        """Return the character's current access token.

        Args:
            character_id: The character.
            refused: A token that ESI has just refused: another one is wanted. The same comes back where
                there is none.
            patience: How long to wait for it.
        """
        ...

    def mend(self, scopes: Collection[str], *, holder: Holder | None) -> str:
        """Return what users can do to have a token for *scopes*, of somebody or of one who has others."""
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

    def characters(self) -> Collection[Holder]:
        """Return the characters there are tokens for."""
        return [Holder(character_id) for character_id in self._tokens]

    def learn(self, patience: Patience) -> None:
        """Do nothing: they are known."""

    def mend(self, scopes: Collection[str], *, holder: Holder | None) -> str:
        """Return what users can do to have a token for *scopes*."""
        return "give one with Esi(..., tokens={character_id: token})"

    def access_token(
        self, character_id: int, *, refused: str | None = None, patience: Patience = PATIENT
    ) -> str:
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
