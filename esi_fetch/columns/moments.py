"""Dates and times as ESI writes them, as whole numbers of microseconds since 1970."""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["day_us", "moment_us"]

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_MICROSECOND = dt.timedelta(microseconds=1)


def moment_us(text: str) -> int:
    """Return a moment (``2026-09-27T04:25:25.855Z``) in microseconds; what is finer is cut off.

    Raises:
        ValueError: It is none, or does not say its time zone.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"no moment in time: {text!r}")
    day, time, fraction, sign, hours, minutes = match.groups()
    moment = dt.datetime.fromisoformat(f"{day}T{time}+00:00")
    microseconds = (moment - _EPOCH) // _MICROSECOND + int((fraction or "").ljust(6, "0")[:6])
    if sign is None:
        return microseconds
    offset = dt.timedelta(hours=int(hours), minutes=int(minutes)) // _MICROSECOND
    return microseconds - offset if sign == "+" else microseconds + offset


def day_us(text: str) -> int:
    """Return the beginning of a day (``2026-08-18``) in microseconds.

    Raises:
        ValueError: It is none.
    """
    if _DAY.fullmatch(text) is None:
        raise ValueError(f"no date: {text!r}")
    return moment_us(f"{text}T00:00:00Z")
