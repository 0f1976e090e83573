"""One conversion: what people write for a value, and what is sent."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from tests.catalog.conversion import INTEGER, UUID, ArrayLike, converted, refused


class Kind(enum.Enum):
    BIG = "big"
    FIVE = 5


class TextKind(str, enum.Enum):
    BIG = "big"


class IndexLike:
    def __index__(self) -> int:
        return 34


class SubText(str):
    def __str__(self) -> str:
        return "something else"


@pytest.mark.parametrize(
    "value",
    [
        34,
        "34",
        " 34 ",
        "+34",
        "034",
        "34.0",
        "34.",
        34.0,
        Decimal("34.0"),
        Fraction(34),
        IndexLike(),
        ArrayLike(34),
    ],
)
def test_integers(value: Any) -> None:
    """Every way to write a whole number is that number."""
    result = converted(value, INTEGER)
    assert result == 34
    assert type(result) is int


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        34.5,
        "34.5",
        "",
        "x",
        "1e3",
        "0x10",
        "1_000",
        "٣٤",
        "--1",
        float("nan"),
        float("inf"),
        Decimal("sNaN"),
        Decimal("1E400"),
        Fraction(1, 3),
        2.0**60,
        object(),
        [1],
        {},
        b"34",
        1j,
    ],
)
def test_what_is_no_integer(value: Any) -> None:
    """Booleans, fractions, and floats too large to be exact are not integers."""
    assert refused(value, INTEGER)[0].startswith("here: expected an integer, found ")


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        (2**63 - 1, INTEGER, True),
        (-(2**63), INTEGER, True),
        (2**63, INTEGER, False),
        pytest.param(10**5000, INTEGER, False, id="more digits than Python writes"),
        ("9" * 40, INTEGER, False),
        (2**31 - 1, {"type": "integer", "format": "int32"}, True),
        (2**31, {"type": "integer", "format": "int32"}, False),
    ],
)
def test_integers_have_a_width(value: Any, schema: dict[str, Any], fits: bool) -> None:
    """What does not fit into the format is refused, however large."""
    if fits:
        assert converted(value, schema) == value
    else:
        assert "bits" in refused(value, schema)[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5.0),
        ("5", 5.0),
        (-0.5, -0.5),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
    ],
)
def test_numbers(value: Any, expected: float) -> None:
    """Numbers are floats, however they are written."""
    result = converted(value, {"type": "number"})
    assert result == expected
    assert type(result) is float


@pytest.mark.parametrize(
    "value", [True, "x", "", float("nan"), "nan", "inf", 10**400, "1e999", None, [], "1_0"]
)
def test_what_is_no_number(value: Any) -> None:
    """NaN and infinity are not numbers that can be sent."""
    assert "expected a number" in refused(value, {"type": "number"})[0]


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), ("true", True), ("False", False), (" TRUE ", True)]
)
def test_booleans(value: Any, expected: bool) -> None:
    """true and false may be written in any case."""
    assert converted(value, {"type": "boolean"}) is expected


@pytest.mark.parametrize("value", [0, 1, "yes", "1", "", None, []])
def test_what_is_no_boolean(value: Any) -> None:
    """Nothing is guessed to be true or false."""
    assert "expected true or false" in refused(value, {"type": "boolean"})[0]


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ("a b", {}, "a b"),
        ("", {}, ""),
        (TextKind.BIG, {}, "big"),
        (Kind.BIG, {}, "big"),
        (SubText("kept"), {}, "kept"),
        (dt.date(2026, 8, 18), {}, "2026-08-18"),
        (dt.datetime(2026, 8, 18, 11, tzinfo=dt.timezone.utc), {}, "2026-08-18T11:00:00+00:00"),
        (dt.datetime(2026, 8, 18, 11, tzinfo=dt.timezone.utc), {"format": "date"}, "2026-08-18"),
        (uuid.UUID(UUID), {"format": "uuid"}, UUID),
        (UUID.upper(), {"format": "uuid"}, UUID.upper()),
    ],
)
def test_texts(value: Any, schema: dict[str, Any], expected: str) -> None:
    """Texts, dates, times, UUIDs and enum members are texts."""
    result = converted(value, {"type": "string", **schema})
    assert result == expected
    assert type(result) is str


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        (5, {}, "found the number 5; put it in quotes"),
        (1.5, {}, "found the number 1.5; put it in quotes"),
        (5, {"format": "uuid"}, "expected a UUID, found the number 5"),
        (True, {}, "expected a text, found True"),
        (b"x", {}, "expected a text, found b'x'"),
        (["x"], {}, "expected a text, found a list"),
        ({"x": 1}, {}, "expected a text, found an object"),
        ("\ud800", {}, "which is not valid Unicode"),
        ("abc", {"format": "uuid"}, "expected a UUID, found 'abc'"),
        ("ab", {"minLength": 3}, "'ab' is too short: 3 characters or more"),
        ("x" * 11, {"maxLength": 10}, "too long: 11 characters, 10 are allowed"),
        ("bgi", {"enum": ["big", "small"]}, "'bgi' is not one of big, small (did you mean 'big'?)"),
        ("Big", {"enum": ["big", "small"]}, "(did you mean 'big'?)"),
        ("zzz", {"enum": ["big", "small"]}, "'zzz' is not one of big, small"),
        (Kind.FIVE, {}, "put it in quotes"),
    ],
)
def test_what_is_no_fitting_text(value: Any, schema: dict[str, Any], said: str) -> None:
    """What is wrong with a text is said, with the nearest right word."""
    assert said in refused(value, {"type": "string", **schema})[0]


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0 is too small: 1 or more"), ("11", "11 is too large: 10 or less"), (5, "")]
)
def test_bounds_and_enums_of_numbers(value: Any, said: str) -> None:
    """Bounds hold for numbers however they are written, and enums for any type."""
    schema = {"type": "integer", "minimum": 1, "maximum": 10}
    if said:
        assert refused(value, schema) == [f"here: {said}"]
    else:
        assert converted(value, schema) == value
    assert refused(5, {"type": "integer", "enum": [1, 2]}) == ["here: 5 is not one of 1, 2"]
