"""EVE's single sign-on, as far as programs meet it: who has allowed what, and the tokens that come of it.

As strict as the real one: codes are good once and for a short time, a code's verifier has to fit, a refresh
token belongs to its application. How it is asked over HTTP is in :mod:`esi_fetch.sandbox.sso_http`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import secrets
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

from esi_fetch.clock import Clock
from esi_fetch.sandbox.asks import RefusedError
from esi_fetch.sandbox.checks import Bearer
from esi_fetch.sandbox.people import name
from esi_fetch.sandbox.sso_keys import signed, verified

__all__ = ["OauthError", "Sso", "SsoManners"]

_AUDIENCE = "EVE Online"
# Granted like a scope, and no operation needs it.
_MORE_SCOPES = frozenset({"publicData"})


@dataclass
class SsoManners:
    """How the sandbox's sign-in behaves; may be changed at any time.

    Attributes:
        sign_in_as: The character that is signed in at once, without a page; None for the page.
        access_s: How long access tokens live, in seconds.
        code_s: How long codes live, in seconds.
        rotates: Whether each renewal gives a new refresh token, and the one before it is good no more.
        client_secret: What applications have to prove that they know; None for nothing.
        limit: How many requests for tokens an address may make in so many seconds; None for any number.
        expired_status: The status with which the API refuses a token that has expired: ESI has sent 401 and
            403.
    """

    sign_in_as: int | None = None
    access_s: float = 1200.0
    code_s: float = 300.0
    rotates: bool = False
    client_secret: str | None = None
    limit: tuple[int, float] | None = None
    expired_status: int = 401


@dataclass(frozen=True)
class _Grant:
    """What a character has allowed an application."""

    character: int
    client_id: str
    scopes: tuple[str, ...]
    code_challenge: str = ""
    until: float = 0.0


class OauthError(Exception):
    """Raised when a request gets an error of OAuth's kind."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


class Sso:
    """The sandbox's sign-in, in place of EVE's; threads may share it.

    Attributes:
        manners: How it behaves.
    """

    def __init__(
        self, *, clock: Clock, url: Callable[[], str], scopes: Callable[[], Collection[str]]
    ) -> None:
        """Know nobody yet.

        Args:
            clock: The sandbox's time.
            url: Gives the sandbox's URL, which is the issuer of its tokens.
            scopes: Gives the scopes there are; asked when they are needed first.
        """
        self.manners = SsoManners()
        self._clock = clock
        self._url = url
        self._scopes = scopes
        self._lock = threading.Lock()
        self._codes: dict[str, _Grant] = {}
        self._refresh: dict[str, _Grant] = {}
        self._expired: set[str] = set()  # tokens that the API takes for expired, by their jti
        self._issued: dict[str, int] = {}  # whose they are
        self._renewed: Counter[int] = Counter()
        self._asked: dict[str, deque[float]] = {}

    # For tests and other programs

    def renewals(self, character_id: int | None = None) -> int:
        """Return how often refresh tokens were used with success, by one character or by all together."""
        with self._lock:
            return self._renewed.total() if character_id is None else self._renewed[character_id]

    def renewed(self) -> list[dict[str, Any]]:
        """Return how often each character's refresh token was used with success."""
        with self._lock:
            return [{"character_id": each, "renewals": count} for each, count in self._renewed.items()]

    def grant(self, character_id: int, *, scopes: Iterable[str], client_id: str) -> str:
        """Return a refresh token, as if a player had signed a character in."""
        return self._kept(_Grant(character_id, client_id, tuple(scopes)))

    def access_token(self, character_id: int, *, scopes: Iterable[str] = (), client_id: str = "x") -> str:
        """Return an access token as a sign-in would give it."""
        return self._access(_Grant(character_id, client_id, tuple(scopes)))

    def claims(self, character_id: int, *, scopes: Iterable[str] = (), client_id: str) -> dict[str, Any]:
        """Return what an access token of a character says; for tests that forge one."""
        granted = tuple(scopes)
        now = self._clock.now()
        named = name(character_id)
        return {
            # One scope alone is a text, as EVE has it.
            **({"scp": granted[0] if len(granted) == 1 else list(granted)} if granted else {}),
            "jti": str(uuid.uuid4()),
            "kid": "JWT-Signature-Key",
            "sub": f"CHARACTER:EVE:{character_id}",
            "azp": client_id,
            "tenant": "tranquility",
            "tier": "live",
            "region": "world",
            "aud": [client_id, _AUDIENCE],
            "name": named[1] if named is not None else f"Character {character_id}",
            "owner": base64.b64encode(hashlib.sha256(f"owner {character_id}".encode()).digest()).decode(),
            "exp": int(now + self.manners.access_s),
            "iat": int(now),
            "iss": self._url(),
        }

    def withdraw(self, character_id: int) -> None:
        """Take back what a character has allowed, as players can: its refresh tokens are refused."""
        with self._lock:
            for token in [each for each, grant in self._refresh.items() if grant.character == character_id]:
                del self._refresh[token]

    def expire(self, character_id: int) -> None:
        """Let the API take the access tokens of a character for expired, whatever their time."""
        with self._lock:
            self._expired |= {jti for jti, owner in self._issued.items() if owner == character_id}

    def behave(self, **manners: Any) -> None:
        """Change how it behaves; the arguments are those of :class:`SsoManners`.

        Raises:
            ValueError: There is no such argument.
        """
        known = {each.name for each in fields(SsoManners)}
        for manner, value in manners.items():
            if manner not in known:
                raise ValueError(f"there is no {manner!r}; there are {', '.join(sorted(known))}")
            setattr(self.manners, manner, tuple(value) if isinstance(value, list) else value)

    # For the API

    def bearer(self, token: str) -> Bearer | None:
        """Return whose a token of the sign-in is; None when it is none.

        Raises:
            RefusedError: It has expired.
        """
        claims = verified(token) if token.count(".") == 2 else None
        if claims is None or claims["iss"] != self._url():
            return None
        with self._lock:
            is_expired = claims["jti"] in self._expired or claims["exp"] <= self._clock.now()
        if is_expired:
            status = self.manners.expired_status
            raise RefusedError(status, "token is expired", extra={"sso_status": 400})
        granted = claims.get("scp", [])
        scopes = frozenset([granted] if isinstance(granted, str) else granted)
        return Bearer(int(claims["sub"].rpartition(":")[2]), scopes)

    # For its endpoints

    @property
    def url(self) -> str:
        """The issuer of its tokens."""
        return self._url()

    def unknown_scopes(self, scopes: Iterable[str]) -> list[str]:
        """Return those scopes that there are not."""
        return [scope for scope in scopes if scope not in self._scopes() and scope not in _MORE_SCOPES]

    def code(self, character_id: int, *, client_id: str, scopes: Iterable[str], code_challenge: str) -> str:
        """Return a code that an application may change for tokens, once."""
        code = secrets.token_urlsafe(18)
        until = self._clock.now() + self.manners.code_s
        with self._lock:
            self._codes[code] = _Grant(character_id, client_id, tuple(scopes), code_challenge, until)
        return code

    def admit(self, address: str) -> None:
        """Let a request for tokens in.

        Raises:
            RefusedError: There were too many.
        """
        if self.manners.limit is None:
            return
        allowed, window_s = self.manners.limit
        with self._lock:
            now, asked = self._clock.monotonic(), self._asked.setdefault(address, deque())
            while asked and asked[0] + window_s <= now:
                asked.popleft()
            if len(asked) >= allowed:
                wait_s = max(1, math.ceil(asked[0] + window_s - now))
                raise RefusedError(429, "Too many requests.", headers={"Retry-After": str(wait_s)})
            asked.append(now)

    def check_client(self, client_id: str, secret: str) -> None:
        """Check that an application is who it says.

        Raises:
            OauthError: It does not say who it is, or does not know its secret.
        """
        if not client_id:
            raise OauthError("invalid_client", "client_id is missing", status=401)
        wanted = self.manners.client_secret
        if wanted is not None and not hmac.compare_digest(wanted, secret):
            raise OauthError("invalid_client", "the secret is wrong", status=401)

    def redeem(self, code: str, *, client_id: str, code_verifier: str) -> dict[str, Any]:
        """Return the tokens for a code.

        Raises:
            OauthError: The code is not good, or not this application's.
        """
        with self._lock:
            grant = self._codes.pop(code, None)  # good once, right or wrong
        if grant is None or grant.until <= self._clock.now():
            raise OauthError("invalid_grant", "the code is unknown, has expired or was used")
        if grant.client_id != client_id:
            raise OauthError("invalid_grant", "the code belongs to another application")
        digest = hashlib.sha256(code_verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != grant.code_challenge:
            raise OauthError("invalid_grant", "code_verifier does not fit code_challenge")
        # Who was allowed nothing has nothing to renew.
        return self._tokens(grant, self._kept(grant) if grant.scopes else None)

    def renew(self, token: str, *, client_id: str, scopes: Iterable[str] = ()) -> dict[str, Any]:
        """Return new tokens for a refresh token.

        Raises:
            OauthError: It is not good, not this application's, or not good for these scopes.
        """
        with self._lock:
            grant = self._refresh.get(token)
            if grant is None or grant.client_id != client_id:
                raise OauthError("invalid_grant", "Invalid refresh token. Token missing/expired.")
            wanted = tuple(scopes) or grant.scopes
            if not set(wanted) <= set(grant.scopes):
                raise OauthError("invalid_scope", "a scope was not granted")
            self._renewed[grant.character] += 1
            if self.manners.rotates:
                del self._refresh[token]
        kept = self._kept(grant) if self.manners.rotates else token
        return self._tokens(replace(grant, scopes=wanted), kept)

    def revoke(self, token: str) -> None:
        """Forget a refresh token; one that is not known is forgotten already."""
        with self._lock:
            self._refresh.pop(token, None)

    def _tokens(self, grant: _Grant, refresh_token: str | None) -> dict[str, Any]:
        answer = {
            "access_token": self._access(grant),
            "expires_in": int(self.manners.access_s),
            "token_type": "Bearer",
        }
        return {**answer, "refresh_token": refresh_token} if refresh_token else answer

    def _kept(self, grant: _Grant) -> str:
        token = base64.b64encode(secrets.token_bytes(18)).decode() + "/=="  # to be encoded in forms
        with self._lock:
            self._refresh[token] = grant
        return token

    def _access(self, grant: _Grant) -> str:
        claims = self.claims(grant.character, scopes=grant.scopes, client_id=grant.client_id)
        with self._lock:
            self._issued[claims["jti"]] = grant.character
        return signed(claims)
