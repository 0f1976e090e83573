"""What an access token says, once it is sure that EVE's sign-in said it, and to us."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from esi_fetch.errors import InputError, SignInError
from esi_fetch.model.codec import moment_text

__all__ = ["Claims", "checked_claims", "jwt_module"]

# The rest of what JWKS may name is either symmetric, where who can check can also sign, or no signature.
_ALGORITHMS = ("RS256", "ES256")
_AUDIENCE = "EVE Online"
_SUBJECT = re.compile(r"CHARACTER:EVE:([1-9][0-9]{0,18})")
# By how much the clocks of this machine and of EVE's may differ.
_LEEWAY_S = 60.0


@dataclass(frozen=True)
class Claims:
    """What an access token says.

    Attributes:
        character_id: Whose it is.
        name: That character's name.
        scopes: What it is good for, sorted.
        owner: Whose account the character is on, as a digest.
        expires_at: Until when it is good, in seconds since the epoch.
    """

    character_id: int
    name: str
    scopes: tuple[str, ...]
    owner: str
    expires_at: float


def jwt_module() -> Any:
    """Return PyJWT.

    Raises:
        InputError: It is not installed, or not with what EVE's signatures need.
    """
    try:
        import cryptography  # noqa: F401 - PyJWT uses it, and reports its absence as an unknown algorithm
        import jwt
    except ModuleNotFoundError as error:
        raise InputError("signing in needs PyJWT and cryptography: pip install 'esi-fetch[sso]'") from error
    return jwt


def checked_claims(
    token: str,
    *,
    keys: Callable[[bool], Iterable[Mapping[str, Any]]],
    issuers: Collection[str],
    client_id: str,
    now: float,
) -> Claims:
    """Return what an access token says.

    Args:
        token: The token.
        keys: Returns the sign-in's public keys, as a JWKS has them; with True, asked for anew.
        issuers: Who may have issued it.
        client_id: The application it has to be meant for.
        now: Seconds since the epoch.

    Raises:
        SignInError: It is not what it should be; the text holds nothing of it but names.
    """
    said = _signed(token, keys)
    if str(said.get("iss", "")).rstrip("/") not in issuers:
        raise _refused(f"it was issued by {said.get('iss')!r:.80}, not by {sorted(issuers)[0]}")
    audience = said.get("aud")
    # Libraries are content with any one of them.
    if not isinstance(audience, list) or not {client_id, _AUDIENCE} <= {str(each) for each in audience}:
        raise _refused(f"it is meant for {audience!r:.120}, not for this application and {_AUDIENCE}")
    expires_at = said.get("exp")
    if isinstance(expires_at, bool) or not isinstance(expires_at, (int, float)):
        raise _refused("it does not say when it expires")
    if expires_at + _LEEWAY_S <= now:
        raise _refused(
            f"it expired at {_moment(expires_at)}, and by the clock of this machine it is {_moment(now)}"
        )
    subject = _SUBJECT.fullmatch(str(said.get("sub")))
    if subject is None:
        raise _refused(f"its subject is {said.get('sub')!r:.80}, which is no character")
    return Claims(
        character_id=int(subject[1]),
        name=str(said.get("name", "")),
        scopes=_scopes(said.get("scp")),
        owner=str(said.get("owner", "")),
        expires_at=float(expires_at),
    )


def _refused(why: str) -> SignInError:
    return SignInError(f"the access token is not to be trusted: {why}")


def _moment(seconds: float) -> str:
    try:
        return moment_text(datetime.fromtimestamp(seconds, timezone.utc), timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return f"{seconds:g}"


def _scopes(said: Any) -> tuple[str, ...]:
    # One scope alone is a text.
    listed = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return tuple(sorted({scope for each in listed for scope in str(each).split()}))


def _signed(token: str, keys: Callable[[bool], Iterable[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return what a token says, if one of the keys has signed it."""
    jwt = jwt_module()
    try:
        head = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        raise _refused("it can't be read") from None
    algorithm, kid = head.get("alg"), head.get("kid")
    if algorithm not in _ALGORITHMS:
        raise _refused(f"it is signed with {algorithm!r:.20}; EVE signs with {' or '.join(_ALGORITHMS)}")
    if not isinstance(kid, str) or not kid:
        raise _refused("it does not name its key")
    problem = f"its key {kid!r:.80} is none of the sign-in's"
    for anew in (False, True):  # keys are changed now and then
        for key in keys(anew):
            if key.get("kid") != kid or key.get("alg", algorithm) != algorithm:
                continue
            try:
                said: dict[str, Any] = jwt.decode(
                    token,
                    jwt.PyJWK(dict(key), algorithm=algorithm),
                    algorithms=[algorithm],
                    # Times and audience are judged by us: by a clock that tests hold, and more strictly.
                    options={
                        "verify_exp": False,
                        "verify_nbf": False,
                        "verify_iat": False,
                        "verify_aud": False,
                        "verify_iss": False,
                        "verify_sub": False,
                        "verify_jti": False,
                    },
                )
                return said
            except jwt.PyJWTError:
                problem = "its signature is wrong"
    raise _refused(problem)
