"""Durations, moments, sizes and limits as people and ESI write them: ``90s``; ``500MB``; ``600/15m``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone

from esi_fetch.errors import InputError

__all__ = [
    "SECONDS_IN",
    "duration_text",
    "moment_text",
    "parse_duration",
    "parse_limit",
    "parse_size",
    "plural",
    "size_text",
]

_LIMIT = re.compile(r"\s*([0-9]{1,9})\s*/\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([smhd])\s*", re.IGNORECASE)
_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]*)\s*")

SECONDS_IN: Mapping[str, float] = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
"""The seconds in each unit of time; ESI's headers and documents write them so, and people do."""

_SECONDS = {"": 1.0, **SECONDS_IN}
# A window of more than a month is taken for a mistake.
_LONGEST_WINDOW_S = 31 * 86_400.0
_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12} | {
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40
}  # fmt: skip


def _amount(value: str | float, units: dict[str, float] | dict[str, int], *, expected: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if 0 <= value < math.inf:
            return float(value)
    elif isinstance(value, str):
        match = _AMOUNT.fullmatch(value)
        if match is not None and match[2].lower() in units:
            amount = float(match[1]) * units[match[2].lower()]
            if amount < math.inf:
                return amount
    raise InputError(f"expected {expected}; found {value!r}")


def parse_duration(value: str | float) -> float:
    """Return a duration in seconds.

    Args:
        value: A number of seconds, or text with a unit: ``90s``, ``15m``, ``2h``, ``7d``.

    Raises:
        InputError: It is neither, negative, or infinite.
    """
    return _amount(value, _SECONDS, expected="a duration such as 90s, 15m, 2h or 7d, or a number of seconds")


def duration_text(seconds: float) -> str:
    """Return a duration as people read it: ``45 ms``, ``1.5 s``, ``2 min 5 s``, ``15 min``, ``1 h 2 min``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms" if seconds else "0 s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(max(60, int(seconds)), 60)
    hours, left = divmod(minutes, 60)
    large, small = (f"{hours} h", f"{left} min") if hours else (f"{minutes} min", f"{rest} s")
    return large if small.startswith("0 ") else f"{large} {small}"


def moment_text(seconds: float) -> str:
    """Return a moment, in seconds since the epoch, in UTC, EVE's own time: ``2026-09-30 11:00:00 UTC``."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def plural(number: int, noun: str) -> str:
    """Return how many of something there are, as people read it: ``1 page``, ``1,200 pages``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size_text(size: int) -> str:
    """Return a number of bytes as people read it: ``812 B``, ``43.1 kB``, ``2.0 GB``."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= 0.99995 * unit:
            return f"{size / unit:.1f} {name}"
    return f"{size:,} B"


def parse_limit(value: str | None) -> tuple[int, float] | None:
    """Return tokens and window (seconds) of ``600/15m``; None for anything else.

    Units are s, m, h and d. A bucket of nothing, a window of no time and one of more than a month are
    taken for mistakes: obeying them would stop the client for good.
    """
    match = _LIMIT.fullmatch(value) if value else None
    if match is None:
        return None
    tokens, window_s = int(match[1]), float(match[2]) * SECONDS_IN[match[3].lower()]
    if tokens < 1 or not 0 < window_s <= _LONGEST_WINDOW_S:
        return None
    return tokens, window_s


def parse_size(value: str | float) -> int:
    """Return a size in bytes, rounded.

    Args:
        value: A number of bytes, or text with a unit: ``500MB`` (10 to the 6th), ``64MiB`` (2 to the 20th).

    Raises:
        InputError: It is neither, negative, or infinite.
    """
    return round(_amount(value, _BYTES, expected="a size such as 500MB or 2GB, or a number of bytes"))
