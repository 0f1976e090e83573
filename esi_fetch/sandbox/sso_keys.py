"""What the sandbox's sign-in signs with: a key for RS256, and another one for ES256 beside it, as EVE's has.

Keys are made once for each process: tokens of another one are not good here.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

__all__ = ["jwks", "public_pem", "signed", "verified"]

_KID = "JWT-Signature-Key"
_OTHER_KID = "8878a23f-2489-4045-989e-4d2f3ec1ae1a"


@functools.cache
def _keys() -> tuple[Any, Any]:
    """Return the private keys for RS256 and ES256; making them takes longer than most tests do."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048), ec.generate_private_key(
        ec.SECP256R1()
    )


def jwks() -> dict[str, Any]:
    """Return the public keys as ``/oauth/jwks`` gives them.

    Raises:
        ModuleNotFoundError: PyJWT, or what it needs for such keys, is not installed.
    """
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm

    rsa_key, ec_key = _keys()
    members = {"use": "sig"}
    return {
        "keys": [
            {
                **ECAlgorithm.to_jwk(ec_key.public_key(), as_dict=True),
                **members,
                "alg": "ES256",
                "kid": _OTHER_KID,
            },
            {
                **RSAAlgorithm.to_jwk(rsa_key.public_key(), as_dict=True),
                **members,
                "alg": "RS256",
                "kid": _KID,
            },
        ]
    }


def public_pem() -> bytes:
    """Return the public key for RS256 as a PEM: what a forger of HS256 tokens would sign with."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem: bytes = _keys()[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem


def signed(claims: Mapping[str, Any], *, key: Any = None, headers: Mapping[str, Any] | None = None) -> str:
    """Return a token that says *claims*, signed for RS256.

    Args:
        claims: What it says.
        key: What it is signed with, in place of the sandbox's own key.
        headers: Members of its header, in place of those that it would have; None leaves one out.
    """
    import jwt

    head = {"kid": _KID, **(headers or {})}
    algorithm = head.pop("alg", "RS256")
    return jwt.encode(
        dict(claims),
        _keys()[0] if key is None else key,
        algorithm=algorithm,
        headers={name: value for name, value in head.items() if value is not None},
    )


def verified(token: str) -> dict[str, Any] | None:
    """Return what a token says, whether it has expired or not; None when the sandbox did not sign it."""
    try:
        import jwt
    except ModuleNotFoundError:
        return None  # without it the sandbox has signed none
    try:
        return jwt.decode(
            token,
            _keys()[0].public_key(),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
        )
    except jwt.InvalidTokenError:
        return None
