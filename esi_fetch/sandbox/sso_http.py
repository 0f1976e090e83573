"""The sign-in's endpoints, at the paths that EVE's has. Forms are forms, as strictly as there.

Where EVE asks a player for a password and a character, the sandbox shows a page with three of its characters,
or, when told to, signs one of them in at once.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import orjson

from esi_fetch.sandbox.answers import Answer
from esi_fetch.sandbox.asks import Incoming, RefusedError
from esi_fetch.sandbox.people import affiliation, name
from esi_fetch.sandbox.sso import OauthError, Sso
from esi_fetch.sandbox.sso_keys import jwks, verified

__all__ = ["answer_sign_in", "is_sign_in"]

_METADATA = "/.well-known/oauth-authorization-server"
_AUTHORIZE = "/v2/oauth/authorize"
_TOKEN = "/v2/oauth/token"  # noqa: S105 - a path
_VERIFY = "/v2/oauth/verify"
_REVOKE = "/v2/oauth/revoke"
_JWKS = "/oauth/jwks"

_FORM = "application/x-www-form-urlencoded"
_SHOWN = range(90_000_001, 90_000_004)


def is_sign_in(path: str) -> bool:
    """Return whether a path is one of the sign-in's."""
    return path in _WAYS


def answer_sign_in(sso: Sso, incoming: Incoming) -> Answer:
    """Answer a request for one of the sign-in's paths."""
    method, way = _WAYS[incoming.path]
    if incoming.method != method:
        return _json({"error": "invalid_request", "error_description": f"{method} only"}, status=405)
    try:
        return way(sso, incoming)
    except OauthError as error:
        return _json({"error": error.error, "error_description": str(error)}, status=error.status)
    except RefusedError as refusal:
        return _json(refusal.document(), status=refusal.status, headers=refusal.headers)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("jwt", "cryptography"):
            raise
        return _json({"error": "signing in needs PyJWT: pip install 'esi-fetch[sso]'"}, status=501)


def _metadata(sso: Sso, incoming: Incoming) -> Answer:
    url, proofs = sso.url, ["client_secret_basic", "client_secret_post", "client_secret_jwt"]
    return _json(
        {
            "issuer": url,
            "authorization_endpoint": url + _AUTHORIZE,
            "token_endpoint": url + _TOKEN,
            "userinfo_endpoint": url + _VERIFY,
            "jwks_uri": url + _JWKS,
            "revocation_endpoint": url + _REVOKE,
            "response_types_supported": ["code", "token"],
            "revocation_endpoint_auth_methods_supported": proofs,
            "token_endpoint_auth_methods_supported": proofs,
            "code_challenge_methods_supported": ["S256"],
        }
    )


def _jwks(sso: Sso, incoming: Incoming) -> Answer:
    return _json(jwks())


def _authorize(sso: Sso, incoming: Incoming) -> Answer:
    asked = {name: values[-1] for name, values in incoming.query.items()}
    back = urlsplit(asked.get("redirect_uri", ""))
    scopes = asked.get("scope", "").split()
    wanted = ("client_id", "state", "code_challenge")
    problems = [
        *(f"{name} is missing" for name in wanted if not asked.get(name)),
        *(["response_type has to be code"] if asked.get("response_type") != "code" else []),
        *(["code_challenge_method has to be S256"] if asked.get("code_challenge_method") != "S256" else []),
        *(["redirect_uri is no URL"] if back.scheme not in ("http", "https") or not back.netloc else []),
        *(f"invalid_scope: there is no scope {scope}" for scope in sso.unknown_scopes(scopes)),
    ]
    if problems:
        # Nobody is sent back to an address that may be anybody's: the player reads it here.
        return _page("This can't be a sign-in", [f"<p>{html.escape(each)}</p>" for each in problems], 400)
    chosen = asked.get("character_id") or sso.manners.sign_in_as
    if chosen is None:
        return _choice(asked, scopes)
    if chosen == "none":
        return _sent_back(asked, error="access_denied", error_description="the player said no")
    if not str(chosen).isdecimal() or affiliation(int(chosen)) is None:
        return _page("There is no such character", [], 400)
    code = sso.code(
        int(chosen),
        client_id=asked["client_id"],
        scopes=scopes,
        code_challenge=asked["code_challenge"],
    )
    return _sent_back(asked, code=code)


def _choice(asked: Mapping[str, str], scopes: Iterable[str]) -> Answer:
    def link(who: object, text: str) -> str:
        target = f"?{urlencode({**asked, 'character_id': who})}"
        return f'<p><a href="{html.escape(target)}">{html.escape(text)}</a></p>'

    wanted = f"<p>{html.escape(asked['client_id'])} wants: {html.escape(', '.join(scopes)) or 'nothing'}</p>"
    links = [link(who, str((name(who) or ("", who))[1])) for who in _SHOWN]
    return _page("Sandbox: sign in as", [wanted, *links, link("none", "Say no")])


def _token(sso: Sso, incoming: Incoming) -> Answer:
    form = _form(incoming)
    sso.admit(incoming.address)
    client_id = _client(sso, incoming, form)
    if form.get("grant_type") == "authorization_code":
        code, verifier = form.get("code", ""), form.get("code_verifier", "")
        return _json(sso.redeem(code, client_id=client_id, code_verifier=verifier))
    if form.get("grant_type") == "refresh_token":
        scopes = form.get("scope", "").split()
        return _json(sso.renew(form.get("refresh_token", ""), client_id=client_id, scopes=scopes))
    raise OauthError("unsupported_grant_type", "grant_type is authorization_code or refresh_token")


def _revoke(sso: Sso, incoming: Incoming) -> Answer:
    form = _form(incoming)
    _client(sso, incoming, form)
    sso.revoke(form.get("token", ""))
    return Answer(200)


def _verify(sso: Sso, incoming: Incoming) -> Answer:
    kind, _, token = incoming.headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or sso.bearer(token) is None:
        raise OauthError("invalid_token", "the token is not valid", status=401)
    return _json(verified(token))


def _client(sso: Sso, incoming: Incoming, form: Mapping[str, str]) -> str:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, packed = incoming.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
        except ValueError:
            raise OauthError("invalid_client", "the Basic header can't be read", status=401) from None
    sso.check_client(client_id, secret)
    return client_id


_WAYS: Mapping[str, tuple[str, Callable[[Sso, Incoming], Answer]]] = {
    _METADATA: ("GET", _metadata),
    _JWKS: ("GET", _jwks),
    _AUTHORIZE: ("GET", _authorize),
    _TOKEN: ("POST", _token),
    _REVOKE: ("POST", _revoke),
    _VERIFY: ("GET", _verify),
}


def _form(incoming: Incoming) -> dict[str, str]:
    if incoming.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise OauthError("invalid_request", f"the body has to be {_FORM}")
    if incoming.query:
        raise OauthError("invalid_request", "nothing of it may stand in the query")
    return {name: values[-1] for name, values in parse_qs(incoming.body.decode(errors="replace")).items()}


def _json(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    told = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *(headers or {}).items()]
    return Answer(status, told, orjson.dumps(data))


def _page(title: str, parts: Iterable[str], status: int = 200) -> Answer:
    text = f"<!doctype html><title>{title}</title><h1>{title}</h1>{''.join(parts)}"
    return Answer(status, [("Content-Type", "text/html; charset=utf-8")], text.encode())


def _sent_back(asked: Mapping[str, str], **told: str) -> Answer:
    pairs = urlencode({**told, "state": asked["state"]}, quote_via=quote)
    to = asked["redirect_uri"]
    return Answer(302, [("Location", f"{to}{'&' if '?' in to else '?'}{pairs}")])
