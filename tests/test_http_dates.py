"""Dates of HTTP headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.http_dates import parse_http_date


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 18 Aug 2026 11:05:00 GMT",
        "Tue, 18 Aug 2026 11:05:00 -0000",
        "Tuesday, 18-Aug-26 11:05:00 GMT",
        "Tue, 18 Aug 2026 13:05:00 +0200",
    ],
)
def test_dates_are_seconds_since_the_epoch(text: str) -> None:
    """Every spelling of a moment is that moment, whatever zone this machine is in."""
    assert parse_http_date(text) == 1_787_051_100


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "tomorrow", "Tue, 18 Aug 2026", "Tue, 99 Aug 2026 11:05:00 GMT"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    """Nonsense is no date, and no error."""
    assert parse_http_date(text) is None


@given(st.text())
def test_nothing_crashes_it(text: str) -> None:
    """Whatever a server sends is a date or None."""
    found = parse_http_date(text)
    assert found is None or isinstance(found, float)
