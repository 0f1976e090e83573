"""Durations and sizes as people write them: ``90s``, ``15m``, ``2h``, ``7d``; ``500MB``, ``2GB``."""

from __future__ import annotations

import math
import re

from esi_fetch.errors import InputError

__all__ = ["parse_duration", "parse_size"]

_AMOUNT = re.compile(r"\s*([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([A-Za-z]*)\s*")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
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


def parse_size(value: str | float) -> int:
    """Return a size in bytes, rounded.

    Args:
        value: A number of bytes, or text with a unit: ``500MB`` (10 to the 6th), ``64MiB`` (2 to the 20th).

    Raises:
        InputError: It is neither, negative, or infinite.
    """
    return round(_amount(value, _BYTES, expected="a size such as 500MB or 2GB, or a number of bytes"))
