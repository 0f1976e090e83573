"""Reading limit headers: whatever a server sends, nothing raises, and what is illegible is None."""

import email.utils
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from esi_fetch.limits import retry_after_s
from esi_fetch.limits.headers import parse_whole, read_headers
from esi_fetch.units import parse_limit

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("600/15m", (600, 900.0)),
        ("150/30s", (150, 30.0)),
        ("12000/1h", (12000, 3600.0)),
        ("5/1d", (5, 86400.0)),
        ("60/0.5s", (60, 0.5)),
        (" 600 / 15 M ", (600, 900.0)),
    ],
)
def test_a_limit_is_tokens_and_seconds(text: str, expected: tuple[int, float]) -> None:
    """Every unit is understood, in any case and with spaces."""
    assert parse_limit(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "600", "600/15", "600/m", "/15m", "0/15m", "600/0m", "-600/15m", "6e2/15m", "600/15w"),
        *("600/15m, 150/15m", "٦٠٠/15m", "9" * 400 + "/15m", "600/999999999d", "600/15m\x00"),
    ],
)
def test_a_limit_that_makes_no_sense_is_none(text: str | None) -> None:
    """A malformed limit, one of nothing, and one that would stop the client for good are not adopted."""
    assert parse_limit(text) is None


@pytest.mark.parametrize(("text", "expected"), [("0", 0), (" 596 ", 596), ("000012", 12)])
def test_a_whole_number_is_read(text: str, expected: int) -> None:
    """Digits with spaces around them are a number."""
    assert parse_whole(text) == expected


@pytest.mark.parametrize(
    "text", [None, "", "-1", "+1", "1.5", "1,2", "1 2", "x", "٣", "9" * 10, "9" * 5000, "nan"]
)
def test_what_is_no_whole_number_is_none(text: str | None) -> None:
    """Signs, fractions, lists, other scripts and numbers without end are not counts."""
    assert parse_whole(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        (" 30 ", 30.0),
        ("+3", 3.0),
        (".5", 0.5),
        ("2.", 2.0),
        ("0", 0.0),
        ("-5", 0.0),
    ],
)
def test_retry_after_in_seconds(text: str, expected: float) -> None:
    """Whole and decimal seconds are understood, and never negative."""
    assert retry_after_s(text, now=NOW) == expected


@pytest.mark.parametrize("seconds", [0, 1, 90, 86400])
def test_retry_after_as_a_date(seconds: int) -> None:
    """An HTTP date counts from now."""
    assert retry_after_s(email.utils.formatdate(NOW + seconds, usegmt=True), now=NOW) == seconds


def test_retry_after_in_the_past_is_now() -> None:
    """A date that is over means that there is nothing to wait for."""
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT", now=NOW) == 0.0


def test_retry_after_without_a_zone_is_universal_time() -> None:
    """A date that names no zone is read like any HTTP date."""
    assert retry_after_s(email.utils.formatdate(NOW + 60), now=NOW) == 60.0


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "soon",
        "nan",
        "inf",
        "-inf",
        "1e3",
        "1_000",
        "1, 2",
        "0x10",
        "٣",
        "1970-13-45",
        "Fri, 99 Foo",
    ],
)
def test_retry_after_that_makes_no_sense_is_none(text: str | None) -> None:
    """Nonsense is as good as absent, so that the caller's default applies."""
    assert retry_after_s(text, now=NOW) is None


@pytest.mark.parametrize("text", ["9" * 400, "99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_retry_after_without_end_is_a_number_that_can_be_added(text: str) -> None:
    """A huge wait is huge, but finite: the caller caps it."""
    seconds = retry_after_s(text, now=NOW)
    assert seconds is not None
    assert 10**8 < seconds < math.inf


@given(st.text())
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Mon, 01 Jan 99999 00:00:00 GMT")
@example("1 Jan 2000 25:61:61")
def test_no_text_makes_reading_raise(text: str) -> None:
    """Any text in any header is read without an exception, and gives finite, non-negative numbers or None."""
    names = ["X-Ratelimit-Group", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Used"]
    names += ["X-ESI-Error-Limit-Remain", "X-ESI-Error-Limit-Reset", "Retry-After", "Date"]
    says = read_headers(dict.fromkeys(names, text), now=NOW)
    numbers = [value for value in says if isinstance(value, int | float)]
    assert all(0 <= value < math.inf for value in numbers)


@pytest.mark.parametrize("spelling", [str, str.lower, str.upper])
@pytest.mark.parametrize("mapping", [dict, CaseInsensitiveDict])
def test_names_are_found_in_any_case(spelling: object, mapping: type) -> None:
    """Header names are compared without regard to case, whatever mapping carries them."""
    assert callable(spelling)
    plain = {
        "X-Ratelimit-Group": " market-order ",
        "X-Ratelimit-Limit": "12000/15m",
        "X-Ratelimit-Remaining": "11998",
        "X-Ratelimit-Used": "2",
        "X-ESI-Error-Limit-Remain": "98",
        "X-ESI-Error-Limit-Reset": "32",
        "Retry-After": "3",
    }
    says = read_headers(mapping({spelling(name): value for name, value in plain.items()}), now=NOW)
    assert says == ("market-order", 12000, 900.0, 11998, 2, 98, 32, 3.0)


def test_retry_after_counts_from_the_date_of_its_answer() -> None:
    """A date is compared with the server's clock where the answer tells it, not with ours."""
    headers = {
        "Date": "Tue, 15 Sep 2026 02:10:00 GMT",
        "Retry-After": "Tue, 15 Sep 2026 02:10:30 GMT",
    }
    assert read_headers(headers, now=NOW).retry_after_s == 30.0


def test_an_empty_or_endless_group_is_none() -> None:
    """A group needs a name, and one of reasonable length."""
    assert read_headers({"X-Ratelimit-Group": "  "}, now=NOW).group is None
    assert read_headers({"X-Ratelimit-Group": "g" * 101}, now=NOW).group is None
