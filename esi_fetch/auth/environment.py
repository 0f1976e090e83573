"""A character whose refresh token stands in the environment: for cron jobs and containers.

Whose it is shows only when it is used. From then on it is kept in the folder of tokens with the digest of
what the environment has: when the sign-in gives a new one, the next run goes on with that, until the
environment has another.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from esi_fetch.auth.facts import UNKNOWN, Character, Holder, Patience, Secret
from esi_fetch.auth.keeper import Keeper
from esi_fetch.auth.shelf import moment
from esi_fetch.auth.signed_in import AGAIN_AFTER_S, REFUSED_FOR_S, SignedIn, holder_of
from esi_fetch.auth.sso import GrantRefusedError, Sso
from esi_fetch.clock import Clock
from esi_fetch.errors import JobCancelledError, JobError, OutputWriteError, SignInError, TokenError

__all__ = ["VARIABLE", "EnvironmentToken"]

log = logging.getLogger("esi_fetch.auth")

VARIABLE = "ESI_FETCH_REFRESH_TOKEN"


class EnvironmentToken(SignedIn):
    """The access tokens of the character whose refresh token stands in the environment.

    Args:
        token: The refresh token.
        client_id: The application it was given to.
        keeper: Keeps what comes of it, in a file.
        sso: Renews it.
        clock: Tells the time.
    """

    def __init__(self, token: str, *, client_id: str, keeper: Keeper, sso: Sso, clock: Clock) -> None:
        super().__init__(keeper, sso, clock=clock)
        self._token = token
        self._client_id = client_id
        self._has_warned = False
        # Why it could not be used, and until when that is not tried again.
        self._failed: tuple[float, JobError] | None = None
        self._seed = hashlib.sha256(token.encode()).hexdigest()

    def stored(self) -> Mapping[int, Character]:
        """Return the character, by id; nothing while it is not known."""
        homeless = {number: each for number, (each, _) in self._homeless.items()}
        both = {**self._keeper.characters(self._sso.url, seed=self._seed), **homeless}
        return {number: each for number, each in both.items() if number != UNKNOWN}

    def characters(self) -> Collection[Holder]:
        """Return the character: an unknown one, until its token has been used."""
        known = [holder_of(each) for each in self.stored().values()]
        return known or [Holder(UNKNOWN, f"the character of {VARIABLE}")]

    def mend(self, scopes: Collection[str], *, holder: Holder | None) -> str:
        """Return what to do about a scope that is missing."""
        return f"put a refresh token with it into {VARIABLE}; {super().mend(scopes, holder=holder)} gives one"

    def learn(self, patience: Patience) -> None:
        """Use the refresh token for the first time, unless that has been done.

        Raises:
            TokenError: The sign-in refuses it.
        """
        number = int(self._seed[:12], 16) + (1 << 52)  # beyond all ids
        if self.stored():
            return
        with self._as_token_error(), self._keeper.renewing(number, patience):
            if self.stored():
                return
            if self._failed is not None and self._clock.monotonic() < self._failed[0]:
                error = self._failed[1]
                raise type(error)(str(error), status=error.status)
            try:
                with self._as_token_error():
                    self._learn(patience)
            except JobCancelledError:
                raise
            except JobError as error:
                again_after_s = REFUSED_FOR_S if isinstance(error, TokenError) else AGAIN_AFTER_S
                self._failed = self._clock.monotonic() + again_after_s, error
                raise

    @contextlib.contextmanager
    def _as_token_error(self) -> Iterator[None]:
        try:
            yield
        except GrantRefusedError as error:
            raise TokenError(
                f"the sign-in refuses the refresh token in {VARIABLE} ({error}); sign in again, and put the"
                " new one there"
            ) from error
        except SignInError as error:
            raise TokenError(f"the refresh token in {VARIABLE} can't be used: {error}") from error

    def _learn(self, patience: Patience) -> None:
        begun = self._keeper.characters(self._sso.url, seed=self._seed).get(UNKNOWN)
        secret = self._keeper.secret(begun) if begun is not None else None
        refused: GrantRefusedError | None = None
        for used in secret.candidates if secret is not None else (self._token,):
            try:
                tokens = self._sso.renew(used, client_id=self._client_id, patience=patience)
            except GrantRefusedError as error:
                refused = error
                continue
            newer = tokens.refresh_token or used
            if newer != used:
                # Whose it is will be known once the token has been checked, and this may be all there is.
                pending = Secret(used, next_refresh_token=newer)
                self._keep(self._nobody(), pending, patience, is_new=True)
            character, known = self.take(
                replace(tokens, refresh_token=newer),
                client_id=self._client_id,
                patience=patience,
                seed=self._seed,
            )
            self._keep(character, known, patience, is_new=newer != self._token)
            self._homeless.pop(UNKNOWN, None)
            if newer != used or begun is not None:
                with contextlib.suppress(OutputWriteError):
                    self._keeper.drop(self._nobody())
            return
        assert refused is not None  # noqa: S101 - there is a candidate, and it was refused
        raise refused

    def _nobody(self) -> Character:
        now = moment(self._clock.now())
        return Character(
            UNKNOWN, "", (), self._client_id, now, now, now, sso_url=self._sso.url, seed=self._seed
        )

    def _tell_lost(self, character: Character, error: Exception) -> None:
        if not self._has_warned:
            self._has_warned = True
            log.warning(
                "the sign-in gave a new refresh token, which can't be kept (%s): the one in %s may be good no"
                " more. Let ESI_FETCH_TOKEN_DIR name a folder that can be written to",
                error,
                VARIABLE,
            )
