"""What makes two requests the same: the key under which an answer is kept."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

__all__ = ["PREVIOUS", "Variant", "entry_key"]

PREVIOUS = "~"
"""Ends the key of an entry that was replaced, and is kept until its set of pages is whole again."""

# Part of every digest, so that a change of what makes requests the same can't find entries of before.
_SCHEME = "esi_fetch entry 1"


class Variant(NamedTuple):
    """Which variant of an answer was asked for: the headers, beside whose token, that an answer depends on.

    Attributes:
        language: ``Accept-Language``.
        tenant: ``X-Tenant``.
        compatibility_date: ``X-Compatibility-Date``.
    """

    language: str
    tenant: str
    compatibility_date: str


def entry_key(
    *,
    method: str,
    url: str,
    body: bytes | None,
    language: str,
    tenant: str,
    compatibility_date: str,
    character: int | None,
) -> str:
    """Return the key of a request: 64 hexadecimal digits.

    Everything that ESI lets an answer depend on is in it, and never the token: that changes every 20
    minutes, while the character whose data it opens stays the same.

    Args:
        method: HTTP method, in capitals.
        url: The whole URL, scheme and host included (a sandbox is not ESI), its query in canonical order.
        body: The request's body, byte for byte; None when there is none.
        language: ``Accept-Language``.
        tenant: ``X-Tenant``.
        compatibility_date: ``X-Compatibility-Date``.
        character: Whose token the request carries; None for a request without one.
    """
    parts = (
        _begun(method),
        _framed(url.encode()),
        _framed(body),
        _variant(language, tenant, compatibility_date),
        _framed(None if character is None else str(character).encode()),
    )
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _framed(part: bytes | None) -> bytes:
    # The length before each part keeps ("ab", "c") and ("a", "bc") apart, whatever the parts hold.
    return b"-" if part is None else b"%d:%b" % (len(part), part)


# The same for all requests of a client, or nearly.
@lru_cache
def _begun(method: str) -> bytes:
    return _framed(_SCHEME.encode()) + _framed(method.encode())


@lru_cache
def _variant(*parts: str) -> bytes:
    return b"".join(_framed(part.encode()) for part in parts)
