"""Where characters sign in and out: the parts of that, put together from the settings."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property

from esi_fetch.auth import (
    Application,
    Character,
    EnvironmentToken,
    Keeper,
    Patience,
    SignedIn,
    Sso,
    TokenSource,
    find_character,
    find_keyring,
    sign_in,
)
from esi_fetch.auth.environment import VARIABLE
from esi_fetch.auth.redis_turns import RedisTurns
from esi_fetch.auth.signed_in import holder_of
from esi_fetch.clock import Clock
from esi_fetch.errors import CharacterError, Problem, SettingsError
from esi_fetch.settings import Settings, environment_secret
from esi_fetch.transport import LiveSockets, SsoWire, retry_policy

__all__ = ["Desk"]

CLIENT_SECRET = "ESI_FETCH_CLIENT_SECRET"  # noqa: S105 - the name of a variable


class Desk:
    """Signs characters in and out, and knows those that have. Nothing is opened before it is needed.

    Args:
        settings: Where the sign-in is, which application asks, and where tokens are kept.
        sockets: Where requests can be ended.
        clock: Tells the time.
    """

    def __init__(self, settings: Settings, *, sockets: LiveSockets, clock: Clock) -> None:
        self._settings = settings
        self._sockets = sockets
        self._clock = clock
        folder = settings.token_dir or settings.home
        # Who names a folder wants files: to copy, to mount into a container.
        keyring = find_keyring if settings.token_dir is None else lambda: None
        self._shared = None if settings.redis_url is None else RedisTurns(settings.redis_url)
        self._keeper = Keeper(folder, keyring=keyring, clock=clock, shared=self._shared)

    @property
    def tokens(self) -> TokenSource:
        """Whose tokens jobs may use: that of the environment alone, where it has one.

        Raises:
            SettingsError: The environment has a token, and no application that it was given to.
        """
        return self._environment or self._signed_in

    def characters(self) -> list[Character]:
        """Return the characters that have signed in, by name.

        Raises:
            CharacterError: The file they are in can't be read.
        """
        known = [*self._signed_in.stored().values()]
        if self._environment is not None:
            known += self._environment.stored().values()
        return sorted(known, key=lambda each: (each.name.casefold(), each.character_id))

    def find(self, who: int | str) -> Character:
        """Return a character that has signed in, by id or name.

        Raises:
            CharacterError: There is none, or more than one.
        """
        known = self._signed_in.stored()
        found = find_character([holder_of(each) for each in known.values()], who)
        return known[found.character_id]

    def sign_in(
        self,
        scopes: Collection[str],
        *,
        browse: Callable[[str], object] | None,
        ask: Callable[[str], str],
        timeout_s: float,
    ) -> Character:
        """Sign a character in; see :func:`esi_fetch.auth.sign_in`."""
        return sign_in(
            self._signed_in,
            sso=self._sso,
            keeper=self._keeper,
            application=Application(self._settings.client_id, self._settings.callback_url),
            scopes=scopes,
            browse=browse,
            ask=ask,
            timeout_s=timeout_s,
            patience=Patience(),
        )

    def renew(self, character: Character) -> Character:
        """Renew a character's token now; see :meth:`esi_fetch.auth.SignedIn.renew`."""
        return self._signed_in.renew(character)

    def sign_out(self, character: Character) -> None:
        """Give a character's token back, and forget it; see :meth:`esi_fetch.auth.SignedIn.forget`."""
        self._signed_in.forget(character)

    def close(self) -> None:
        """Close connections; it can be used again."""
        if "_wire" in self.__dict__:
            self._wire.close()
        if self._shared is not None:
            self._shared.close()

    @cached_property
    def _wire(self) -> SsoWire:
        return SsoWire(
            sso_url=self._settings.sso_url,
            policy=retry_policy(self._settings.retries),
            sockets=self._sockets,
            clock=self._clock,
            timeout_s=self._settings.timeout,
            who=self._settings.user_agent,
        )

    @cached_property
    def _sso(self) -> Sso:
        secret = environment_secret(CLIENT_SECRET)
        return Sso(self._settings.sso_url, wire=self._wire, clock=self._clock, client_secret=secret)

    @cached_property
    def _signed_in(self) -> SignedIn:
        return SignedIn(self._keeper, self._sso, clock=self._clock)

    @cached_property
    def _environment(self) -> EnvironmentToken | None:
        token = environment_secret(VARIABLE)
        if token is None:
            return None
        if not token.isascii() or not token.isprintable() or " " in token:
            what = "this can't be a refresh token: it has spaces or odd characters in it"
            raise CharacterError(problems=[Problem(f"environment {VARIABLE}", what)])
        if self._settings.client_id is None:
            what = f"not set: {VARIABLE} is, and a refresh token is good for its application alone"
            raise SettingsError(problems=[Problem("client_id", what)])
        return EnvironmentToken(
            token,
            client_id=self._settings.client_id,
            keeper=self._keeper,
            sso=self._sso,
            clock=self._clock,
        )
