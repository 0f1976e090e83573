"""Access tokens are believed when EVE's sign-in has signed them, for us, now; a test for each forgery."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from esi_fetch.auth.claims import checked_claims
from esi_fetch.clock import HeldClock
from esi_fetch.errors import SignInError
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.sso_keys import jwks, public_pem, signed
from tests.auth.conftest import CLIENT, SKILLS, WALLET, WHO

NOW = 1_800_000_000.0
EVE = "https://login.eveonline.com"
ISSUERS = {EVE, "login.eveonline.com"}


def said(**changes: Any) -> dict[str, Any]:
    sandbox = Sandbox(clock=HeldClock(NOW), port=1)
    claims = sandbox.sso.claims(WHO, scopes=[WALLET, SKILLS], client_id=CLIENT)
    return {name: value for name, value in {**claims, "iss": EVE, **changes}.items() if value is not None}


def checked(token: str, **changes: Any) -> Any:
    asked: dict[str, Any] = {
        "keys": lambda anew: jwks()["keys"],
        "issuers": ISSUERS,
        "client_id": CLIENT,
        "now": NOW,
    }
    return checked_claims(token, **{**asked, **changes})


def refusal(token: str, **changes: Any) -> str:
    with pytest.raises(SignInError, match="not to be trusted") as caught:
        checked(token, **changes)
    assert token not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("issuer", [EVE, "login.eveonline.com", f"{EVE}/"])
def test_genuine_token_is_believed(issuer: str) -> None:
    """A token says whose it is, what for and until when; its issuer is named with a scheme or without."""
    claims = checked(signed(said(iss=issuer)))
    assert (claims.character_id, claims.name) == (WHO, said()["name"])
    assert claims.scopes == tuple(sorted([WALLET, SKILLS]))
    assert claims.expires_at == NOW + 1200
    assert claims.owner == said()["owner"]


@pytest.mark.parametrize(
    ("scp", "scopes"), [(WALLET, (WALLET,)), (None, ()), ([], ()), (["b", "a"], ("a", "b"))]
)
def test_scopes_are_a_list_or_a_text(scp: Any, scopes: tuple[str, ...]) -> None:
    """One scope may be a text, and none may be left out."""
    assert checked(signed(said(scp=scp))).scopes == scopes


def test_other_key() -> None:
    """Whoever signs with a key of their own, under the name of EVE's, is refused."""
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert "signature is wrong" in refusal(signed(said(), key=forger))


def test_unknown_key_name() -> None:
    """A token that names a key the sign-in does not have is refused, after one look for newer keys."""
    looks = []

    def keys(anew: bool) -> list[Mapping[str, Any]]:
        looks.append(anew)
        return list(jwks()["keys"])

    assert "none of the sign-in's" in refusal(signed(said(), headers={"kid": "mine"}), keys=keys)
    assert looks == [False, True]


@pytest.mark.parametrize("kid", [None, ""])
def test_missing_key_name(kid: str | None) -> None:
    """A token that does not name its key is refused: no key is tried at random."""
    assert "does not name its key" in refusal(signed(said(), headers={"kid": kid}))


def test_no_signature() -> None:
    """``alg: none`` is no signature."""
    token = jwt.encode(said(), None, algorithm="none", headers={"kid": "JWT-Signature-Key"})
    assert "'none'" in refusal(token)


@pytest.mark.parametrize("named", ["JWT-Signature-Key", "8878a23f-2489-4045-989e-4d2f3ec1ae1a"])
def test_public_key_as_a_password(named: str) -> None:
    """HS256 with the public key, which everybody has, is refused."""
    head = {"alg": "HS256", "typ": "JWT", "kid": named}
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, said())]
    message = b".".join(parts)
    signature = base64.urlsafe_b64encode(hmac.digest(public_pem(), message, hashlib.sha256)).rstrip(b"=")
    assert "'HS256'" in refusal((message + b"." + signature).decode())


def test_key_of_another_kind() -> None:
    """The name of one key under the algorithm of another one is refused."""
    forger = ec.generate_private_key(ec.SECP256R1())
    assert "none of" in refusal(signed(said(), key=forger, headers={"alg": "ES256"}))


@pytest.mark.parametrize(
    "audience",
    [[CLIENT], ["EVE Online"], ["other", "EVE Online"], CLIENT, "EVE Online", None, [[CLIENT, "EVE Online"]]],
)
def test_wrong_audience(audience: Any) -> None:
    """A token has to be meant for our application and for EVE, both."""
    assert "meant for" in refusal(signed(said(aud=audience)))


@pytest.mark.parametrize(
    "issuer", ["https://evil.example", "http://login.eveonline.com", "logineveonline.com", None, "", 5]
)
def test_wrong_issuer(issuer: Any) -> None:
    """Nobody but EVE's sign-in issues tokens."""
    token = signed(said()) if isinstance(issuer, int) else signed(said(iss=issuer))
    assert "issued by" in refusal(token, issuers={"x"} if isinstance(issuer, int) else ISSUERS)


@pytest.mark.parametrize("expires_at", [NOW - 61, 0, None, "later", True])
def test_expired(expires_at: Any) -> None:
    """A token whose time is over, or that has none, is refused."""
    try:
        token = signed(said(exp=expires_at))
    except TypeError:  # PyJWT itself does not sign such a thing
        return
    assert "expire" in refusal(token)


def test_clocks_may_differ_a_little() -> None:
    """A minute between this clock and EVE's is no reason to refuse a token."""
    assert checked(signed(said(exp=int(NOW) - 59))).character_id == WHO
    assert "by the clock of this machine it is 2027-01-15T08:00:00Z" in refusal(
        signed(said(exp=int(NOW) - 60))
    )


@pytest.mark.parametrize(
    "subject", ["EVE:CHARACTER:90000001", "CHARACTER:EVE:", "CHARACTER:EVE:-1", "90000001", None]
)
def test_wrong_subject(subject: str | None) -> None:
    """What is not about a character is refused."""
    assert "no character" in refusal(signed(said(sub=subject)))


@pytest.mark.parametrize("nonsense", ["", "x", "a.b.c", "eyJ.eyJ.x"])
def test_nonsense(nonsense: str) -> None:
    """What is no token at all is refused."""
    with pytest.raises(SignInError, match="can't be read"):
        checked(nonsense)


def test_secret_key_among_the_public_ones() -> None:
    """A symmetric key that somebody has put among the sign-in's is never used."""
    secret = {"kty": "oct", "kid": "JWT-Signature-Key", "k": base64.urlsafe_b64encode(b"k" * 32).decode()}
    token = signed(said(), key="k" * 32, headers={"alg": "HS256"})
    assert "'HS256'" in refusal(token, keys=lambda anew: [secret])
    assert "signature is wrong" in refusal(signed(said()), keys=lambda anew: [secret])


def test_keys_that_were_changed_are_found() -> None:
    """Where the keys known do not fit, new ones are asked for."""
    assert checked(signed(said()), keys=lambda anew: jwks()["keys"] if anew else []).character_id == WHO
