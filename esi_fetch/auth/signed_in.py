"""The tokens of characters that have signed in: renewed in time, once, by whoever needs them first.

Order of operations of :meth:`SignedIn.access_token`:

1. what this process holds, while it lasts
2. one thread, of one process, goes on (:meth:`~esi_fetch.auth.keeper.Keeper.renewing`)
3. what somebody else has renewed meanwhile
4. what the sign-in has refused a moment ago is not asked again
5. renew: a new refresh token is kept before it is used for anything, the old one until the new one is proved
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from esi_fetch.auth.claims import Claims
from esi_fetch.auth.facts import PATIENT, Character, Holder, Patience, Secret, login_command
from esi_fetch.auth.keeper import Keeper
from esi_fetch.auth.shelf import moment
from esi_fetch.auth.sso import GrantRefusedError, Sso, Tokens
from esi_fetch.clock import Clock
from esi_fetch.errors import (
    InputError,
    JobCancelledError,
    JobError,
    OutputWriteError,
    SignInError,
    TokenError,
)

__all__ = ["AGAIN_AFTER_S", "REFUSED_FOR_S", "SignedIn", "holder_of"]

log = logging.getLogger("esi_fetch.auth")

# A token that is about to expire may do so on its way.
_EARLY_S = 60.0
# A token that was refused although it is this young: another one would fare no better.
_YOUNG_S = 60.0

AGAIN_AFTER_S = 15.0
"""A sign-in that could not be reached is left alone for so long; the jobs that need it fail at once."""

REFUSED_FOR_S = 300.0
"""One that has refused will do so again, unless the character signs in, which changes what is asked with."""


@dataclass(frozen=True)
class _Failure:
    """Why renewing failed, with which refresh tokens, and until when the same is not tried again."""

    candidates: tuple[str, ...]
    error: JobError
    until: float

    def holds(self, secret: Secret, *, now: float) -> bool:
        return self.candidates == secret.candidates and now < self.until

    def __repr__(self) -> str:
        return f"<_Failure {self.error!r}>"


class SignedIn:
    """Access tokens of the characters that have signed in; threads may share it.

    Args:
        keeper: Keeps them.
        sso: Renews them.
        clock: Tells the time.
    """

    def __init__(self, keeper: Keeper, sso: Sso, *, clock: Clock) -> None:
        self._keeper = keeper
        self._sso = sso
        self._clock = clock
        self._held: dict[int, Secret] = {}
        self._failures: dict[int, _Failure] = {}
        # What could not be kept, and is not to be lost while this process lives.
        self._homeless: dict[int, tuple[Character, Secret]] = {}
        self._told: set[int] = set()
        self._holders: tuple[Mapping[int, Character], list[Holder]] = ({}, [])

    def stored(self) -> Mapping[int, Character]:
        """Return the characters there are, by id.

        Raises:
            CharacterError: The file they are in can't be read.
        """
        return self._keeper.characters(self._sso.url)

    def characters(self) -> Collection[Holder]:
        """Return the characters there are."""
        stored = self.stored()
        if self._holders[0] is not stored:
            self._holders = (stored, [holder_of(each) for each in stored.values()])
        return self._holders[1]

    def learn(self, patience: Patience) -> None:
        """Do nothing: they are known."""

    def mend(self, scopes: Collection[str], *, holder: Holder | None) -> str:
        """Return the command that signs a character in for *scopes*, and those that it has."""
        has = holder.scopes if holder is not None and holder.scopes else frozenset()
        again = " again" if holder is not None else ""
        return f"sign in{again}: {login_command(has | set(scopes))}"

    def access_token(
        self, character_id: int, *, refused: str | None = None, patience: Patience = PATIENT
    ) -> str:
        """Return the character's current access token, renewed if need be.

        Raises:
            TokenError: The sign-in refuses to renew it; the text has the command that mends it.
            NoAnswerError, ServerError, RateLimitedError: The sign-in does not answer.
            JobCancelledError: Nobody waits any longer.
        """
        held = self._held.get(character_id)
        if held is not None and self._serves(held, refused):
            return held.access_token
        try:
            with self._keeper.renewing(character_id, patience):
                character, secret = self._kept(character_id)
                if not self._serves(secret, refused) and not self._is_young(secret, refused):
                    secret = self._renew(character, secret, patience)
        except SignInError as error:
            raise TokenError(str(error)) from error
        self._held[character_id] = secret
        return secret.access_token

    def hold(self, character: Character, secret: Secret) -> None:
        """Take note of a character that has just signed in, and was kept."""
        self._failures.pop(character.character_id, None)
        self._homeless.pop(character.character_id, None)
        self._held[character.character_id] = secret

    def renew(self, character: Character, *, patience: Patience = PATIENT) -> Character:
        """Renew a character's token now; return the character as it is kept then.

        Raises:
            TokenError: The sign-in refuses to renew it.
            SignInError: The keyring can't be used.
            NoAnswerError, ServerError, RateLimitedError: The sign-in does not answer.
        """
        with self._keeper.renewing(character.character_id, patience):
            kept, secret = self._kept(character.character_id)
            self._failures.pop(character.character_id, None)
            self._held[character.character_id] = self._renew(kept, secret, patience)
        return self.stored().get(character.character_id, kept)

    def forget(self, character: Character, *, patience: Patience = PATIENT) -> None:
        """Give a character's refresh token back, and forget the character, even where the former fails.

        Raises:
            SignInError: The sign-in did not take it back, or the keyring can't be used.
            NoAnswerError, ServerError, RateLimitedError: The sign-in does not answer.
        """
        with self._keeper.renewing(character.character_id, patience):
            self._held.pop(character.character_id, None)
            try:
                secret = self._keeper.secret(character)
                for token in secret.candidates if secret is not None else ():
                    self._sso.revoke(token, client_id=character.client_id, patience=patience)
            finally:
                self._keeper.drop(character)

    def take(
        self, tokens: Tokens, *, client_id: str, patience: Patience, seed: str = ""
    ) -> tuple[Character, Secret]:
        """Take what the sign-in gave for a code, or for a refresh token that nobody has used before.

        Raises:
            SignInError: It is not to be trusted, or can't be renewed.
        """
        if not tokens.refresh_token:
            raise SignInError("the sign-in gave no refresh token: was any scope allowed?")
        claims = self._sso.claims(tokens.access_token, client_id=client_id, patience=patience)
        now = self._clock.now()
        character = Character(
            character_id=claims.character_id,
            name=claims.name,
            scopes=claims.scopes,
            client_id=client_id,
            signed_in_at=moment(now),
            used_at=moment(now),
            expires_at=moment(now + tokens.expires_in),
            owner=claims.owner,
            sso_url=self._sso.url,
            seed=seed,
        )
        secret = Secret(
            tokens.refresh_token,
            access_token=tokens.access_token,
            expires_at=now + tokens.expires_in,
            renewed_at=now,
        )
        return character, secret

    def _serves(self, secret: Secret, refused: str | None) -> bool:
        lives_s = secret.expires_at - secret.renewed_at
        early_s = min(_EARLY_S, lives_s / 10)
        is_alive = self._clock.now() < secret.expires_at - early_s
        return bool(secret.access_token) and is_alive and secret.access_token != refused

    def _is_young(self, secret: Secret, refused: str | None) -> bool:
        age_s = self._clock.now() - secret.renewed_at
        return refused is not None and secret.access_token == refused and 0 <= age_s < _YOUNG_S

    def _kept(self, character_id: int) -> tuple[Character, Secret]:
        if (homeless := self._homeless.get(character_id)) is not None:
            return homeless
        character = self.stored().get(character_id)
        secret = self._keeper.secret(character) if character is not None else None
        if character is None or secret is None:
            scopes = character.scopes if character is not None else ()
            command = login_command(scopes)
            raise SignInError(f"{character or f'character {character_id}'} is not signed in: {command}")
        return character, secret

    def _renew(self, character: Character, secret: Secret, patience: Patience) -> Secret:
        """Renew a token, and keep it; nobody else does so meanwhile."""
        failure = self._failures.get(character.character_id)
        if failure is not None and failure.holds(secret, now=self._clock.monotonic()):
            raise type(failure.error)(str(failure.error), status=failure.error.status)
        try:
            renewed = self._renewed(character, secret, patience)
        except JobCancelledError:
            raise
        except (JobError, SignInError) as error:
            if isinstance(error, JobError):
                told = error
            else:
                told = TokenError(f"the token of {character} can't be renewed: {error}")
            again_after_s = REFUSED_FOR_S if isinstance(error, TokenError) else AGAIN_AFTER_S
            until = self._clock.monotonic() + again_after_s
            self._failures[character.character_id] = _Failure(secret.candidates, told, until)
            if told is error:
                raise
            raise told from error
        self._failures.pop(character.character_id, None)
        return renewed

    def _renewed(self, character: Character, secret: Secret, patience: Patience) -> Secret:
        reasons: list[str] = []
        for used in secret.candidates:
            try:
                tokens = self._sso.renew(used, client_id=character.client_id, patience=patience)
            except GrantRefusedError as error:
                reasons.append(str(error))
                continue
            newer = tokens.refresh_token or used
            if newer != used:
                # Before anything else: the one that was used is good no more, and this is all there is.
                pending = replace(secret, refresh_token=used, next_refresh_token=newer)
                self._keep(character, pending, patience, is_new=True)
            claims = self._sso.claims(tokens.access_token, client_id=character.client_id, patience=patience)
            if (problem := _not_the_same(character, claims)) is not None:
                reasons.append(problem)
                as_before = replace(secret, refresh_token=used, next_refresh_token="")
                self._keep(character, as_before, patience, is_new=False)
                continue
            now = self._clock.now()
            renewed = Secret(
                newer,
                access_token=tokens.access_token,
                expires_at=now + tokens.expires_in,
                renewed_at=now,
            )
            known = replace(
                character,
                name=claims.name or character.name,
                scopes=claims.scopes,
                used_at=moment(now),
                expires_at=moment(renewed.expires_at),
            )
            self._keep(known, renewed, patience, is_new=newer != used)
            log.info("the token of %s was renewed", character)
            return renewed
        raise TokenError(f"{character} has to sign in again ({reasons[0]}): {character.login_command}")

    def _keep(self, character: Character, secret: Secret, patience: Patience, *, is_new: bool) -> None:
        """Keep what was renewed; where that can't be done, it is good while this process lives.

        Args:
            character: The character.
            secret: Its secret.
            patience: How long to wait for other processes.
            is_new: Whether its refresh token is a new one, so that something is lost with this process.
        """
        number = character.character_id
        try:
            self._keeper.keep(character, secret, patience=patience)
        except (OutputWriteError, SignInError, InputError) as error:
            self._homeless[number] = character, secret
            if is_new and number not in self._told:
                self._told.add(number)
                self._tell_lost(character, error)
        else:
            self._homeless.pop(number, None)

    def _tell_lost(self, character: Character, error: Exception) -> None:
        log.warning("the sign-in gave %s a new refresh token, which can't be kept: %s", character, error)


def holder_of(character: Character) -> Holder:
    """Return a character as the choice of one sees it."""
    return Holder(character.character_id, character.name, frozenset(character.scopes))


def _not_the_same(character: Character, claims: Claims) -> str | None:
    if claims.character_id != character.character_id:
        return f"the sign-in answered with a token of another character, {claims.character_id}"
    if character.owner and claims.owner and claims.owner != character.owner:
        return "the character has another owner now"
    return None
