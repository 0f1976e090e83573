"""What data that breaks its schema does to the columns."""

from __future__ import annotations

from typing import Any

import pytest

from esi_fetch.columns import Column, Kind, Layout, surveyed

NOTHING = Layout(())
CERTAIN = Layout((Column("x", Kind.INTEGER, nullable=False),))


def kinds(rows: list[Any], layout: Layout = NOTHING) -> dict[str, tuple[Kind, bool]]:
    return {column.name: (column.kind, column.nullable) for column in surveyed([rows], layout).columns}


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (Kind.INTEGER, [1, 2], Kind.INTEGER),
        (Kind.INTEGER, [1, 2.5], Kind.NUMBER),
        (Kind.INTEGER, [2**53 + 1, 2.5], Kind.TEXT),
        (Kind.INTEGER, [2**63], Kind.TEXT),
        (Kind.INTEGER, [True], Kind.TEXT),
        (Kind.NUMBER, [1, 2], Kind.NUMBER),
        (Kind.NUMBER, [2**60, 0.5], Kind.NUMBER),
        (Kind.NUMBER, ["x"], Kind.TEXT),
        (Kind.BOOLEAN, [True, False], Kind.BOOLEAN),
        (Kind.BOOLEAN, [True, 1], Kind.TEXT),
        (Kind.DATETIME, ["2026-08-18T11:05:00Z"], Kind.DATETIME),
        (Kind.DATETIME, ["2026-08-18T11:05:00Z", "2026-08-18"], Kind.TEXT),
        (Kind.DATE, ["2026-08-18"], Kind.DATE),
        (Kind.DATE, ["today"], Kind.TEXT),
        (Kind.CHOICE, ["new"], Kind.CHOICE),
        (Kind.CHOICE, [1], Kind.TEXT),
        (Kind.TEXT, [1, [2]], Kind.TEXT),
    ],
)
def test_columns_widen_as_far_as_they_have_to(kind: Kind, values: list[Any], expected: Kind) -> None:
    """A promised kind stays unless a value does not fit it; where nothing else fits all, it is text."""
    layout = Layout((Column("x", kind, nullable=False),))
    assert kinds([{"x": value} for value in values], layout) == {"x": (expected, False)}
    gaps = kinds([*({"x": value} for value in values), {}], layout)
    assert gaps == {"x": (expected, True)}


def test_what_fits_is_left_alone() -> None:
    """Data as it was promised, and no data at all, leave the layout as it is."""
    assert surveyed([[{"x": 1}], [{"x": 2}]], CERTAIN) == CERTAIN
    assert surveyed([], CERTAIN) == CERTAIN


def test_new_choices_come_after_the_known_ones() -> None:
    """Choices that the enum does not name stand in the order in which they are seen."""
    layout = Layout((Column("x", Kind.CHOICE, nullable=False, choices=("b", "a")),))
    (column,) = surveyed([[{"x": "z"}, {"x": "a"}], [{"x": "y"}, {"x": None}]], layout).columns
    assert (column.choices, column.nullable) == (("b", "a", "z", "y"), True)


def test_unknown_fields_are_typed_by_their_values() -> None:
    """They come last, in the order in which rows show them, and may always be missing."""
    rows = [
        {"x": 1, "f": 1.5, "b": True},
        {"x": 1, "s": "s", "f": 1, "n": None, "l": [1], "m": 1},
        {"m": "1", "x": 2},
    ]
    found = kinds(rows, CERTAIN)
    assert list(found) == ["x", "f", "b", "s", "n", "l", "m"]
    assert found == {
        "x": (Kind.INTEGER, False),
        "f": (Kind.NUMBER, True),
        "b": (Kind.BOOLEAN, True),
        "s": (Kind.TEXT, True),
        "n": (Kind.TEXT, True),
        "l": (Kind.TEXT, True),
        "m": (Kind.TEXT, True),
    }


def test_empty_objects_whose_fields_are_known_are_no_columns() -> None:
    """Where fields of an object are columns, null or ``{}`` in its place says only that they are missing."""
    layout = Layout((Column("o.x", Kind.INTEGER),))
    assert list(kinds([{"o": {}}, {"o": None}], layout)) == ["o.x"]
    assert list(kinds([{"o": 5}], layout)) == ["o.x", "o"]
    assert list(kinds([{"o": {}}])) == ["o"]
