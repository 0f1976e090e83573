"""EVE's sign-in as we ask it: OAuth 2 with PKCE. What goes over the wire is somebody else's business.

Its answers are believed only as far as they can be checked: access tokens by their signature, addresses by
their scheme. No text of an error holds a secret, whatever the sign-in writes into its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import orjson

from esi_fetch.auth.claims import Claims, checked_claims, jwt_module
from esi_fetch.auth.facts import Patience
from esi_fetch.clock import Clock
from esi_fetch.errors import SignInError
from esi_fetch.setting_values import is_loopback
from esi_fetch.settings import Settings

__all__ = ["GrantRefusedError", "Reply", "Sso", "Tokens", "Wire"]

_METADATA = "/.well-known/oauth-authorization-server"
# Both are in use, in tokens of one day.
_EVE_ISSUERS = frozenset({"https://login.eveonline.com", "login.eveonline.com"})
# The second one comes when the application has given up a scope that was allowed.
_GRANT_IS_GONE = ("invalid_grant", "invalid_scope")
_KNOWN_FOR_S = 24 * 3600.0
# Forged tokens must not make us ask for the keys again and again.
_KEYS_AGAIN_AFTER_S = 60.0


@dataclass(frozen=True)
class Reply:
    """What the sign-in answered; never 5xx.

    Attributes:
        status: HTTP status.
        body: The body.
    """

    status: int
    body: bytes = field(repr=False)

    def document(self) -> dict[str, Any]:
        """Return the JSON object it holds; an empty one where it holds none."""
        try:
            said = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return said if isinstance(said, dict) else {}


class Wire(Protocol):
    """How the sign-in is reached.

    Raises (all methods):
        NoAnswerError: It could not be reached, in so many attempts.
        ServerError: It answered 5xx to all of them.
        RateLimitedError: It wants to be left alone for longer than the caller can wait.
        JobCancelledError: Nobody waits any longer.
    """

    def get(self, url: str, *, patience: Patience) -> Reply:
        """Get a document."""
        ...

    def post(
        self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None, patience: Patience
    ) -> Reply:
        """Send a form, with a user name and password or without."""
        ...


class GrantRefusedError(SignInError):
    """Raised when a code or a refresh token is not good, or not any more."""


@dataclass(frozen=True)
class Tokens:
    """What the sign-in gave, unchecked.

    Attributes:
        access_token: The access token.
        expires_in: For how many seconds that is good.
        refresh_token: The refresh token; "" for none, or for the one that there was.
    """

    access_token: str
    expires_in: float
    refresh_token: str

    def __repr__(self) -> str:
        return "<Tokens>"


class Sso:
    """EVE's sign-in. Nothing is asked before it is needed; threads may share it.

    Args:
        sso_url: Where it is.
        wire: Reaches it.
        clock: Tells the time.
        client_secret: The secret that the application has; None for none, as programs on people's own
            machines should have.
    """

    def __init__(self, sso_url: str, *, wire: Wire, clock: Clock, client_secret: str | None = None) -> None:
        self.url = sso_url
        self._wire = wire
        self._clock = clock
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, str]] | None = None
        self._keys: tuple[float, list[Mapping[str, Any]]] | None = None

    def authorize_url(
        self,
        *,
        client_id: str,
        redirect_uri: str,
        scopes: Iterable[str],
        state: str,
        code_challenge: str,
        patience: Patience,
    ) -> str:
        """Return where a player signs in and says what they allow.

        Raises:
            SignInError: The sign-in's description of itself makes no sense.
        """
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(sorted(scopes)),
            "state": state,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._endpoint('authorization_endpoint', patience)}?{urlencode(asked)}"

    def redeem(self, code: str, *, code_verifier: str, client_id: str, patience: Patience) -> Tokens:
        """Return the tokens for the code that a browser came back with.

        Raises:
            GrantRefusedError: The code is not good.
            SignInError: The sign-in refuses the application, or makes no sense.
        """
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": code_verifier}
        return self._tokens(form, client_id, patience)

    def renew(self, refresh_token: str, *, client_id: str, patience: Patience) -> Tokens:
        """Return new tokens.

        Raises:
            GrantRefusedError: The refresh token is not good.
            SignInError: The sign-in refuses the application, or makes no sense.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._tokens(form, client_id, patience)

    def revoke(self, refresh_token: str, *, client_id: str, patience: Patience) -> None:
        """Give a refresh token back.

        Raises:
            SignInError: The sign-in did not take it.
        """
        form = {"token_type_hint": "refresh_token", "token": refresh_token}
        reply = self._post("revocation_endpoint", form, client_id, patience)
        if reply.status >= 300:
            raise SignInError(f"the refresh token was not revoked: {_said(reply, form)}")

    def claims(self, access_token: str, *, client_id: str, patience: Patience) -> Claims:
        """Return what an access token says.

        Raises:
            SignInError: It is not to be trusted.
        """
        return checked_claims(
            access_token,
            keys=lambda anew: self._public_keys(anew, patience),
            issuers=self._issuers(patience),
            client_id=client_id,
            now=self._clock.now(),
        )

    def _tokens(self, form: Mapping[str, str], client_id: str, patience: Patience) -> Tokens:
        jwt_module()  # what can't be checked is better not asked for: a refresh token may be good once
        reply = self._post("token_endpoint", form, client_id, patience)
        said = reply.document()
        if reply.status != 200:
            kind = GrantRefusedError if said.get("error") in _GRANT_IS_GONE else SignInError
            raise kind(_said(reply, form))
        access, refresh = said.get("access_token"), said.get("refresh_token", "")
        lives_s = said.get("expires_in")
        if not isinstance(access, str) or not access or not isinstance(refresh, str):
            raise SignInError(f"{self._host} answered without a token")
        if isinstance(lives_s, bool) or not isinstance(lives_s, (int, float)) or not lives_s > 0:
            raise SignInError(f"{self._host} gave a token without saying how long it lives")
        return Tokens(access, float(lives_s), refresh)

    def _post(self, endpoint: str, form: Mapping[str, str], client_id: str, patience: Patience) -> Reply:
        url = self._endpoint(endpoint, patience)
        if self._client_secret is not None:
            basic = (client_id, self._client_secret)
            return self._wire.post(url, form, basic=basic, patience=patience)
        return self._wire.post(url, {**form, "client_id": client_id}, basic=None, patience=patience)

    @property
    def _host(self) -> str:
        return urlsplit(self.url).netloc

    def _endpoint(self, name: str, patience: Patience) -> str:
        url = self._described(patience).get(name, "")
        # Loopback may be named by a loopback sign-in alone: a sandbox.
        is_here = url.startswith("http://") and is_loopback(self.url) and is_loopback(url)
        if not (url.startswith("https://") or is_here):
            raise SignInError(f"{self._host} names no safe {name}: {url!r:.120}")
        return url

    def _described(self, patience: Patience) -> dict[str, str]:
        with self._lock:
            known = self._metadata
        if known is not None and self._clock.monotonic() < known[0] + _KNOWN_FOR_S:
            return known[1]
        reply = self._wire.get(self.url + _METADATA, patience=patience)
        told = {name: value for name, value in reply.document().items() if isinstance(value, str)}
        if reply.status != 200 or "token_endpoint" not in told:
            raise SignInError(
                f"{self.url}{_METADATA} does not describe a sign-in ({_said(reply, {})}); is sso_url right?"
            )
        with self._lock:
            self._metadata = self._clock.monotonic(), told
        return told

    def _issuers(self, patience: Patience) -> frozenset[str]:
        if self.url == Settings.sso_url:
            return _EVE_ISSUERS
        own = {self.url, self._described(patience).get("issuer", self.url).rstrip("/")}
        return _EVE_ISSUERS | own | {url.partition("://")[2] or url for url in own}

    def _public_keys(self, anew: bool, patience: Patience) -> list[Mapping[str, Any]]:
        with self._lock:
            known = self._keys
        lasts_s = _KEYS_AGAIN_AFTER_S if anew else _KNOWN_FOR_S
        if known is not None and self._clock.monotonic() < known[0] + lasts_s:
            return known[1]
        reply = self._wire.get(self._endpoint("jwks_uri", patience), patience=patience)
        listed = reply.document().get("keys")
        if reply.status != 200 or not isinstance(listed, list):
            raise SignInError(f"{self._host} does not give its public keys ({_said(reply, {})})")
        keys: list[Mapping[str, Any]] = [key for key in listed if isinstance(key, dict)]
        with self._lock:
            self._keys = self._clock.monotonic(), keys
        return keys

    def __repr__(self) -> str:
        return f"Sso({self.url!r})"


def _said(reply: Reply, form: Mapping[str, str]) -> str:
    """Return what a refusal says, without what it repeats of the form."""
    said = reply.document()
    words = [said[name] for name in ("error", "error_description") if isinstance(said.get(name), str)]
    text = " ".join(": ".join(words).split()) or f"status {reply.status}"
    for name, value in form.items():
        if name != "grant_type" and len(value) > 3:
            text = text.replace(value, "…")
    return text if len(text) <= 200 else f"{text[:199]}…"
