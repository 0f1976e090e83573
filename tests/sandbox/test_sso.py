"""The sandbox's sign-in, asked by hand: as strict as EVE's."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox, sso_keys
from tests.sandbox.asking import Got, ask

WHO = 90000001
WALLET = "esi-wallet.read_character_wallet.v1"
SKILLS = "esi-skills.read_skills.v1"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "mine",
    "redirect_uri": "http://localhost:9/callback",
    "scope": f"{WALLET} {SKILLS}",
    "state": "st&te",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def sandbox(clock: HeldClock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as running:
        yield running


def authorize(sandbox: Sandbox, **changes: str) -> Got:
    asked = {name: value for name, value in {**ASKED, **changes}.items() if value}
    return ask(sandbox, f"/v2/oauth/authorize?{urlencode(asked)}")


def sent_back(got: Got) -> dict[str, str]:
    assert got.status == 302
    target = urlsplit(got.headers["Location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == ASKED["redirect_uri"]
    return {name: value for name, (value,) in parse_qs(target.query).items()}


def code_of(sandbox: Sandbox, **changes: str) -> str:
    return sent_back(authorize(sandbox, character_id=str(WHO), **changes))["code"]


def post(sandbox: Sandbox, path: str, form: dict[str, str], **headers: str) -> Got:
    sent = {**FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return ask(sandbox, path, method="POST", body=urlencode(form).encode(), headers=sent)


def redeem(sandbox: Sandbox, code: str, **changes: str) -> Got:
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "client_id": "mine"}
    return post(sandbox, "/v2/oauth/token", {**form, **changes})


def renew(sandbox: Sandbox, token: str, **changes: str) -> Got:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "mine"}
    return post(sandbox, "/v2/oauth/token", {**form, **changes})


def wallet(sandbox: Sandbox, token: str) -> Got:
    return ask(sandbox, f"/characters/{WHO}/wallet", token=token)


def test_metadata_lead_to_everything(sandbox: Sandbox) -> None:
    """The well-known document names all endpoints, below the sandbox's own URL."""
    told = ask(sandbox, "/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == sandbox.url
    assert [told[name] for name in told if name.endswith(("_endpoint", "_uri"))] == [
        f"{sandbox.url}{path}"
        for path in (
            "/v2/oauth/authorize",
            "/v2/oauth/token",
            "/v2/oauth/verify",
            "/oauth/jwks",
            "/v2/oauth/revoke",
        )
    ]


def test_tokens_can_be_checked_by_anybody(sandbox: Sandbox) -> None:
    """A token's signature fits the key of its id; it says what EVE's say, for twenty minutes."""
    answer = redeem(sandbox, code_of(sandbox)).json()
    assert (answer["expires_in"], answer["token_type"]) == (1200, "Bearer")
    keys = ask(sandbox, "/oauth/jwks").json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256", "RS256"]
    kid = jwt.get_unverified_header(answer["access_token"])["kid"]
    (key,) = [jwt.PyJWK(each) for each in keys if each["kid"] == kid]
    options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
    said = jwt.decode(answer["access_token"], key, algorithms=["RS256"], options=options)
    assert said["sub"] == f"CHARACTER:EVE:{WHO}"
    assert said["aud"] == ["mine", "EVE Online"]
    assert said["iss"] == sandbox.url
    assert said["scp"] == [WALLET, SKILLS]
    assert said["exp"] - said["iat"] == 1200
    assert ask(sandbox, "/v2/oauth/verify", token=answer["access_token"]).json() == said


def test_one_scope_is_a_text(sandbox: Sandbox) -> None:
    """One scope alone stands in the token as a text."""
    token = redeem(sandbox, code_of(sandbox, scope=WALLET)).json()["access_token"]
    assert jwt.decode(token, options={"verify_signature": False})["scp"] == WALLET


def test_page_lets_a_player_choose(sandbox: Sandbox) -> None:
    """Without being told who, a page names characters; its links go back to the application."""
    page = authorize(sandbox)
    assert page.headers["Content-Type"].startswith("text/html")
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', page.body.decode())]
    assert len(links) == 4
    told = sent_back(ask(sandbox, f"/v2/oauth/authorize{links[0]}"))
    assert told["state"] == "st&te"
    assert redeem(sandbox, told["code"]).status == 200
    refused = sent_back(ask(sandbox, f"/v2/oauth/authorize{links[-1]}"))
    assert (refused["error"], refused["state"]) == ("access_denied", "st&te")


def test_a_character_can_be_signed_in_at_once(sandbox: Sandbox) -> None:
    """Told to, it shows no page; over HTTP too."""
    body = {"sign_in_as": WHO, "limit": [5, 60]}
    assert ask(sandbox, "/_sandbox/sso", method="POST", body=body).status == 204
    assert sent_back(authorize(sandbox))["code"]
    assert sandbox.sso.manners.limit == (5, 60)
    assert ask(sandbox, "/_sandbox/sso", method="POST", body={"nonsense": 1}).status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"state": ""},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
        {"redirect_uri": "nowhere"},
        {"scope": "esi-nothing.read_nothing.v1"},
        {"character_id": "5"},
        {"character_id": "x"},
    ],
)
def test_wrong_sign_ins_are_told_the_player(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    """What can be no sign-in goes back to nobody."""
    got = authorize(sandbox, **{"character_id": str(WHO), **wrong})
    assert got.status == 400
    assert "Location" not in got.headers


def test_code_is_good_once(sandbox: Sandbox) -> None:
    """A code is changed for tokens once, right or wrong."""
    code = code_of(sandbox)
    assert redeem(sandbox, code).status == 200
    assert redeem(sandbox, code).json()["error"] == "invalid_grant"
    code = code_of(sandbox)
    assert redeem(sandbox, code, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert redeem(sandbox, code).json()["error"] == "invalid_grant"


def test_code_is_good_for_minutes(sandbox: Sandbox, clock: HeldClock) -> None:
    """A code that is too old is refused, and so is another application's."""
    code = code_of(sandbox)
    clock.advance(300)
    assert redeem(sandbox, code).json()["error"] == "invalid_grant"
    assert redeem(sandbox, code_of(sandbox), client_id="other").json()["error"] == "invalid_grant"


def test_forms_are_forms(sandbox: Sandbox) -> None:
    """JSON bodies, and secrets in queries, are refused."""
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "mine"}
    assert ask(sandbox, "/v2/oauth/token", method="POST", body=form).json()["error"] == "invalid_request"
    assert post(sandbox, f"/v2/oauth/token?{urlencode(form)}", form).json()["error"] == "invalid_request"
    assert ask(sandbox, "/v2/oauth/token").status == 405
    assert post(sandbox, "/v2/oauth/token", {"client_id": "mine"}).json()["error"] == "unsupported_grant_type"
    assert post(sandbox, "/v2/oauth/token", {}).json()["error"] == "invalid_client"


def test_secret_is_asked_for_where_there_is_one(sandbox: Sandbox) -> None:
    """An application with a secret has to prove that it knows it, in either way."""
    sandbox.sso.manners.client_secret = "hush"
    token = sandbox.sso.grant(WHO, scopes=[WALLET], client_id="mine")
    assert renew(sandbox, token).json()["error"] == "invalid_client"
    assert renew(sandbox, token, client_secret="hush").status == 200
    basic = base64.b64encode(b"mine:hush").decode()
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert post(sandbox, "/v2/oauth/token", form, Authorization=f"Basic {basic}").status == 200
    assert post(sandbox, "/v2/oauth/token", form, Authorization="Basic ?").json()["error"] == "invalid_client"


def test_renewals_are_counted_and_may_rotate(sandbox: Sandbox) -> None:
    """A refresh token stays the same, or, where that is wanted, is good once."""
    token = redeem(sandbox, code_of(sandbox)).json()["refresh_token"]
    assert renew(sandbox, token).json()["refresh_token"] == token
    sandbox.sso.manners.rotates = True
    newer = renew(sandbox, token).json()["refresh_token"]
    assert renew(sandbox, token).json()["error"] == "invalid_grant"
    assert renew(sandbox, newer, client_id="other").json()["error"] == "invalid_grant"
    assert renew(sandbox, newer).status == 200
    assert sandbox.sso.renewals() == sandbox.sso.renewals(WHO) == 3
    assert ask(sandbox, "/_sandbox/sso").json() == [{"character_id": WHO, "renewals": 3}]


def test_fewer_scopes_can_be_asked_for(sandbox: Sandbox) -> None:
    """A renewal may ask for some of the scopes, and for no others."""
    token = sandbox.sso.grant(WHO, scopes=[WALLET, SKILLS], client_id="mine")
    narrow = renew(sandbox, token, scope=SKILLS).json()["access_token"]
    assert wallet(sandbox, narrow).status == 403
    assert wallet(sandbox, renew(sandbox, token).json()["access_token"]).status == 200
    assert renew(sandbox, token, scope="esi-mail.read_mail.v1").json()["error"] == "invalid_scope"


def test_no_scope_gives_no_refresh_token(sandbox: Sandbox) -> None:
    """Who is allowed nothing has nothing to renew."""
    assert "refresh_token" not in redeem(sandbox, code_of(sandbox, scope="")).json()


def test_revoked_and_withdrawn_tokens_are_refused(sandbox: Sandbox) -> None:
    """A refresh token that was given back, or taken back by its player, is good no more."""
    first, second = [sandbox.sso.grant(WHO, scopes=[WALLET], client_id="mine") for _ in range(2)]
    form = {"token_type_hint": "refresh_token", "token": first, "client_id": "mine"}
    assert post(sandbox, "/v2/oauth/revoke", form).status == 200
    assert post(sandbox, "/v2/oauth/revoke", form).status == 200
    assert renew(sandbox, first).json()["error"] == "invalid_grant"
    assert renew(sandbox, second).status == 200
    sandbox.sso.withdraw(WHO)
    assert renew(sandbox, second).json()["error"] == "invalid_grant"


def test_tokens_open_the_api(sandbox: Sandbox) -> None:
    """The API knows whose a token is, and what it is good for."""
    token = sandbox.sso.access_token(WHO, scopes=[WALLET])
    assert wallet(sandbox, token).status == 200
    assert ask(sandbox, f"/characters/{WHO}/skills", token=token).status == 403
    assert ask(sandbox, "/characters/90000002/wallet", token=token).status == 403
    assert wallet(sandbox, sandbox.sso.access_token(WHO)).status == 403


@pytest.mark.parametrize("status", [401, 403])
def test_expired_tokens_are_refused(sandbox: Sandbox, clock: HeldClock, status: int) -> None:
    """A token whose time is over, or that was let expire, is refused in ESI's words."""
    sandbox.sso.manners.expired_status = status
    token = sandbox.sso.access_token(WHO, scopes=[WALLET])
    sandbox.sso.expire(WHO)
    assert (wallet(sandbox, token).status, wallet(sandbox, token).error) == (status, "token is expired")
    token = sandbox.sso.access_token(WHO, scopes=[WALLET])
    assert wallet(sandbox, token).status == 200
    clock.advance(1200)
    assert wallet(sandbox, token).status == status
    assert ask(sandbox, "/v2/oauth/verify", token=token).status == status


@pytest.mark.parametrize("forged", ["other key", "other issuer", "cut"])
def test_forged_tokens_are_refused(sandbox: Sandbox, forged: str) -> None:
    """What the sandbox did not sign opens nothing."""
    claims: dict[str, Any] = sandbox.sso.claims(WHO, scopes=[WALLET], client_id="mine")
    token = {
        "other key": lambda: sso_keys.signed(claims, key="k" * 64, headers={"alg": "HS256"}),
        "other issuer": lambda: sso_keys.signed({**claims, "iss": "https://elsewhere"}),
        "cut": lambda: sso_keys.signed(claims)[:-5],
    }[forged]()
    assert wallet(sandbox, token).status == 401
    assert ask(sandbox, "/v2/oauth/verify", token=token).status == 401


def test_endpoint_for_tokens_can_be_limited(sandbox: Sandbox, clock: HeldClock) -> None:
    """Who asks too often is told when to come again, and let in then."""
    sandbox.sso.manners.limit = (2, 60.0)
    token = sandbox.sso.grant(WHO, scopes=[WALLET], client_id="mine")
    assert [renew(sandbox, token).status for _ in range(3)] == [200, 200, 429]
    assert renew(sandbox, token).headers["Retry-After"] == "60"
    clock.advance(60)
    assert renew(sandbox, token).status == 200


def test_faults_strike_the_sign_in(sandbox: Sandbox) -> None:
    """Its paths can be made to fail like any other, are in the log, and cost no limit of the API."""
    sandbox.faults.add("/v2/oauth/token", status=503)
    token = sandbox.sso.grant(WHO, scopes=[WALLET], client_id="mine")
    assert [renew(sandbox, token).status for _ in range(2)] == [503, 200]
    assert [(seen.path, seen.status) for seen in sandbox.requests] == [
        ("/v2/oauth/token", 503),
        ("/v2/oauth/token", 200),
    ]
    assert sandbox.limits.errors() == 0


def test_without_pyjwt(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the sign-in says what to install, and the API knows none of its tokens."""
    monkeypatch.setitem(sys.modules, "jwt", None)
    monkeypatch.setitem(sys.modules, "jwt.algorithms", None)
    got = ask(sandbox, "/oauth/jwks")
    assert got.status == 501
    assert "pip install 'esi-fetch[sso]'" in got.error
    assert wallet(sandbox, "a.b.c").status == 401
    assert ask(sandbox, f"/characters/{WHO}/wallet", token=sandbox.token(WHO)).status == 200
