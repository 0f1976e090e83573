"""What an answer's headers say about limits. Nothing here raises, whatever text a server sends.

Both families of headers may be absent, malformed or at odds with each other; what can't be read is None,
and the caller keeps what it knew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from esi_fetch.http_dates import parse_http_date
from esi_fetch.units import parse_limit

__all__ = ["LimitHeaders", "parse_whole", "read_headers", "retry_after_s"]

# [0-9] and not \d: int() also takes the digits of other scripts, but no server means them.
_WHOLE = re.compile(r"\s*([0-9]{1,9})\s*")
_SECONDS = re.compile(r"\s*([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*")

_LONGEST_WAIT_S = 10 * 365 * 86400.0
_LONGEST_GROUP = 100


class LimitHeaders(NamedTuple):
    """The limits as one answer tells them; None for what it does not say, or not legibly.

    Attributes:
        group: ``X-Ratelimit-Group``.
        tokens: How many tokens the bucket holds (``X-Ratelimit-Limit``).
        window_s: After how many seconds a spent token comes back (``X-Ratelimit-Limit``).
        remaining: Tokens left, this answer already paid for (``X-Ratelimit-Remaining``).
        used: Tokens this answer cost (``X-Ratelimit-Used``).
        errors_left: Errors the address may still make (``X-ESI-Error-Limit-Remain``).
        errors_reset_s: Whole seconds until that count starts anew (``X-ESI-Error-Limit-Reset``).
        retry_after_s: ``Retry-After`` in seconds.
    """

    group: str | None = None
    tokens: int | None = None
    window_s: float | None = None
    remaining: int | None = None
    used: int | None = None
    errors_left: int | None = None
    errors_reset_s: int | None = None
    retry_after_s: float | None = None


def read_headers(headers: Mapping[str, str], *, now: float) -> LimitHeaders:
    """Return what *headers* say about limits.

    Args:
        headers: Any mapping; names are compared without regard to case.
        now: Epoch seconds, for a ``Retry-After`` that is a date; the answer's own ``Date`` is preferred,
            because the two clocks may differ.
    """
    # A plain dict, an HTTPHeaderDict and a CaseInsensitiveDict disagree about case: fold it here, once.
    folded = {str(name).lower(): str(value) for name, value in headers.items()}
    limit = parse_limit(folded.get("x-ratelimit-limit"))
    retry_after = folded.get("retry-after")
    if retry_after is not None:
        sent_at = parse_http_date(folded.get("date", ""))
        now = now if sent_at is None else sent_at
    return LimitHeaders(
        group=_group(folded.get("x-ratelimit-group")),
        tokens=limit[0] if limit else None,
        window_s=limit[1] if limit else None,
        remaining=parse_whole(folded.get("x-ratelimit-remaining")),
        used=parse_whole(folded.get("x-ratelimit-used")),
        errors_left=parse_whole(folded.get("x-esi-error-limit-remain")),
        errors_reset_s=parse_whole(folded.get("x-esi-error-limit-reset")),
        retry_after_s=retry_after_s(retry_after, now=now),
    )


def parse_whole(value: str | None) -> int | None:
    """Return a whole number of at most nine digits, without sign; None for anything else."""
    match = _WHOLE.fullmatch(value) if value else None
    return int(match[1]) if match else None


def retry_after_s(value: str | None, *, now: float) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for; None when it is absent or nonsense.

    Whole and decimal numbers of seconds and HTTP dates are understood. The result is never negative: a
    date in the past and a negative number are 0. It may be very large; the caller decides what is absurd.

    Args:
        value: The header as it came.
        now: Epoch seconds from which a date counts.
    """
    if not value:
        return None
    number = _SECONDS.fullmatch(value)
    if number is not None:
        # Hundreds of digits are float("inf"), which nobody can add to a clock.
        return 0.0 if number[1] == "-" else min(float(number[2]), _LONGEST_WAIT_S)
    at = parse_http_date(value)
    return None if at is None else min(max(0.0, at - now), _LONGEST_WAIT_S)


def _group(value: str | None) -> str | None:
    name = (value or "").strip()
    return name if 0 < len(name) <= _LONGEST_GROUP else None
