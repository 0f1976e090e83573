"""Dates and times as ESI writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.columns.moments import day_us, moment_us

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)


def us(moment: dt.datetime) -> int:
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


@given(st.datetimes(timezones=st.just(dt.timezone.utc)))
def test_moments_are_exact(moment: dt.datetime) -> None:
    """Every moment that Python can write is read to the microsecond, with and without an offset."""
    text = moment.replace(tzinfo=None).isoformat()
    assert moment_us(f"{text}Z") == us(moment)
    assert moment_us(f"{text}+00:00") == us(moment)


@given(st.dates())
def test_days_begin_at_midnight(day: dt.date) -> None:
    """A date is its first moment."""
    assert day_us(day.isoformat()) == us(dt.datetime.combine(day, dt.time(), dt.timezone.utc))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-09-27T04:25:25.855Z", "2026-09-27T04:25:25.855000Z"),
        ("2026-09-27T04:25:25.123456789Z", "2026-09-27T04:25:25.123456Z"),
        ("2026-09-27T04:25:25+02:30", "2026-09-27T01:55:25Z"),
        ("2026-09-27T04:25:25-02:30", "2026-09-27T06:55:25Z"),
        ("2026-09-27 04:25:25Z", "2026-09-27T04:25:25Z"),
    ],
)
def test_other_spellings_are_understood(text: str, same: str) -> None:
    """Fractions of any length, offsets, and a space for the T."""
    assert moment_us(text) == moment_us(same)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-09-27", "2026-09-27T04:25:25", "2026-13-27T04:25:25Z", "٢٠٢٦-09-27T04:25:25Z"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """A text that does not name one moment, its zone included, is none."""
    with pytest.raises(ValueError, match=r"no moment|month|isoformat"):
        moment_us(text)


@pytest.mark.parametrize("text", ["", "2026-09", "20260927", "2026-02-30", "2026-09-27T00:00:00Z"])
def test_what_is_no_day_is_refused(text: str) -> None:
    """Only the usual form of a date is one."""
    with pytest.raises(ValueError, match=r"no date|day is out of range|day .*must be in range"):
        day_us(text)
