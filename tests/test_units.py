"""Durations and sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.errors import InputError
from esi_fetch.units import duration_text, parse_duration, parse_size, plural


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("2h", 7200),
        ("7d", 604_800),
        ("90", 90),
        ("1.5h", 5400),
        (".5s", 0.5),
        (" 2 H ", 7200),
        (0, 0),
        (12.5, 12.5),
    ],
)
def test_durations(text: str | float, seconds: float) -> None:
    """A number of seconds, or a number with a unit."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0123, "12 ms"),
        (0.9996, "1.0 s"),
        (1.23, "1.2 s"),
        (59.9, "59.9 s"),
        (59.97, "1 min"),
        (61.5, "1 min 1 s"),
        (900, "15 min"),
        (3599.9, "59 min 59 s"),
        (4800, "1 h 20 min"),
        (90_061, "25 h 1 min"),
    ],
)
def test_durations_are_shown(seconds: float, text: str) -> None:
    """A duration is shown in the largest units that say enough; there are never 60 of one."""
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("500MB", 500_000_000),
        ("2GB", 2_000_000_000),
        ("1.5 kb", 1500),
        ("64MiB", 67_108_864),
        ("10B", 10),
        ("1TB", 10**12),
        ("1024", 1024),
        (1024, 1024),
    ],
)
def test_sizes(text: str | float, size: int) -> None:
    """A number of bytes, or a number with a unit, in any case."""
    parsed = parse_size(text)
    assert parsed == size
    assert isinstance(parsed, int)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "7x",
        "h",
        "-5s",
        "1h30m",
        "1e9",
        "٣s",
        "nan",
        "9" * 400,
        -1,
        float("nan"),
        float("inf"),
        True,
        None,
        [1],
    ],
)
@pytest.mark.parametrize("parse", [parse_duration, parse_size])
def test_anything_else_is_refused(parse: object, wrong: object) -> None:
    """The error shows what would be right, and what was found."""
    with pytest.raises(InputError, match=r"expected a (duration such as 90s|size such as 500MB).*; found"):
        parse(wrong)


@given(st.text())
def test_no_text_crashes_them(text: str) -> None:
    """Any text is a duration, or an error of ours."""
    try:
        seconds = parse_duration(text)
    except InputError:
        return
    assert seconds >= 0


def test_counts_in_words() -> None:
    """One is singular; thousands are separated."""
    assert [plural(number, "page") for number in (0, 1, 1200)] == ["0 pages", "1 page", "1,200 pages"]
