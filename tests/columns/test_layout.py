"""Which columns an operation's data has, and of which types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from esi_fetch.catalog import Operation, bundled
from esi_fetch.columns import Column, Kind, Layout, columns_of_schema, layout_of, list_inside, merged
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Result, State

INTEGER = {"type": "integer", "format": "int64"}
TEXT = {"type": "string"}


def operation(**answer: Any) -> Operation:
    return replace(bundled()["GetStatus"], answer={"type": "object", **answer})


@pytest.mark.parametrize(
    ("name", "schema", "column"),
    [
        ("n", INTEGER, Column("n", Kind.INTEGER, nullable=False)),
        ("id", INTEGER, Column("id", Kind.INTEGER, nullable=True)),
        ("type_id", INTEGER, Column("type_id", Kind.INTEGER, nullable=True)),
        ("bid", INTEGER, Column("bid", Kind.INTEGER, nullable=False)),
        ("n", {**INTEGER, "nullable": True}, Column("n", Kind.INTEGER, nullable=True)),
        ("x", {"type": "number"}, Column("x", Kind.NUMBER, nullable=False)),
        ("x", {"type": "boolean"}, Column("x", Kind.BOOLEAN, nullable=False)),
        ("x", TEXT, Column("x", Kind.TEXT, nullable=False)),
        ("x", {**TEXT, "format": "uuid"}, Column("x", Kind.TEXT, nullable=False)),
        ("x", {**TEXT, "format": "date"}, Column("x", Kind.DATE, nullable=False)),
        ("x", {**TEXT, "format": "date-time"}, Column("x", Kind.DATETIME, nullable=False)),
        (
            "x",
            {**TEXT, "enum": ["b", "a", "b"]},
            Column("x", Kind.CHOICE, nullable=False, choices=("b", "a")),
        ),
        ("x", {"type": "array", "items": INTEGER}, Column("x", Kind.TEXT, nullable=False)),
        ("x", {"type": "object"}, Column("x", Kind.TEXT, nullable=False)),
        ("x", {}, Column("x", Kind.TEXT, nullable=False)),
    ],
)
def test_kind_follows_the_schema(name: str, schema: Any, column: Column) -> None:
    """A required field is never missing, unless it is an id; an optional one may be."""
    properties = {name: schema, "other": TEXT}
    required = layout_of(operation(properties=properties, required=[name]))
    assert required.columns[0] == column
    optional = layout_of(operation(properties=properties))
    assert optional.columns[0] == replace(column, nullable=True)


def test_what_is_inside_an_optional_object_is_optional() -> None:
    """A field is certain only if everything around it is."""
    inner = {"type": "object", "properties": {"n": INTEGER}, "required": ["n"]}
    certain = layout_of(operation(properties={"a": inner}, required=["a"]))
    assert certain.columns == (Column("a.n", Kind.INTEGER, nullable=False),)
    assert layout_of(operation(properties={"a": inner})).columns[0].nullable
    nullable = layout_of(operation(properties={"a": {**inner, "nullable": True}}, required=["a"]))
    assert nullable.columns[0].nullable


def test_alternatives_are_columns_together() -> None:
    """Of several alternatives all may be missing; where two differ about a field, it may hold anything."""
    choices = [
        {"type": "object", "properties": {"same": INTEGER, "other": INTEGER}, "required": ["same", "other"]},
        {"type": "object", "properties": {"same": INTEGER, "other": TEXT, "more": {"type": "number"}}},
    ]
    found = layout_of(operation(properties={"x": {"oneOf": choices}}, required=["x"])).columns
    assert found == (
        Column("x.same", Kind.INTEGER),
        Column("x.other", Kind.TEXT),
        Column("x.more", Kind.NUMBER),
    )


def test_open_maps_have_no_known_columns() -> None:
    """Which keys a map has is known only from data; an object of which nothing is known is one column."""
    assert (
        columns_of_schema(
            {"type": "object", "properties": {"m": {"type": "object", "additionalProperties": TEXT}}}
        )
        == ()
    )
    assert columns_of_schema({"type": "object", "properties": {"o": {"type": "object"}}}) == ("o",)
    assert columns_of_schema({"type": "object", "additionalProperties": TEXT}) == ("value",)


def test_list_in_a_wrapper_is_found() -> None:
    """An object around one list, a cursor aside, is that list; anything more is an object."""
    rows = {"type": "array", "items": INTEGER}
    assert list_inside({"type": "object", "properties": {"rows": rows, "cursor": {}}}) == "rows"
    assert list_inside({"type": "object", "properties": {"rows": rows, "total": INTEGER}}) is None
    assert list_inside({"type": "object", "properties": {"rows": rows}, "additionalProperties": TEXT}) is None
    assert list_inside({"type": "object", "properties": {"row": INTEGER}}) is None
    assert list_inside(None) is None
    layout = layout_of(bundled()["PostRoute"])
    assert (layout.inside, layout.columns) == ("route", (Column("value", Kind.INTEGER),))


def test_piece_of_a_walk_is_as_esi_gives_it() -> None:
    """The rows of a walk have their columns; one piece has the list, and the cursors beside it."""
    listing = bundled()["GetFreelanceJobsListing"]
    piece = Result(State.SUCCEEDED, complete=True, payload=LazyData.of({"freelance_jobs": [], "cursor": {}}))
    assert layout_of(listing, piece).names == ("cursor.after", "cursor.before", "freelance_jobs")
    walked = Result(State.SUCCEEDED, complete=True, payload=LazyData.of([]))
    assert "last_modified" in layout_of(listing, walked).names
    assert layout_of(listing) == layout_of(listing, walked)


def test_nothing_is_known_of_some_operations() -> None:
    """Neither of those that nobody knows, nor of those without an answer."""
    assert layout_of(None) == Layout(())
    assert layout_of(replace(bundled()["GetStatus"], answer=None)) == Layout(())


def test_layouts_are_merged_without_loss() -> None:
    """Columns of one kind keep it, numbers contain integers, anything else is text; choices add up."""
    one = Layout(
        (
            Column("same", Kind.DATE, nullable=False),
            Column("number", Kind.INTEGER, nullable=False),
            Column("choice", Kind.CHOICE, nullable=False, choices=("a", "b")),
            Column("mixed", Kind.BOOLEAN, nullable=False),
            Column("first", Kind.INTEGER, nullable=False),
        )
    )
    other = Layout(
        (
            Column("same", Kind.DATE, nullable=False),
            Column("number", Kind.NUMBER, nullable=False),
            Column("choice", Kind.CHOICE, nullable=True, choices=("b", "c")),
            Column("mixed", Kind.DATETIME, nullable=False),
            Column("second", Kind.TEXT, nullable=True),
        )
    )
    assert merged([one, other]).columns == (
        Column("same", Kind.DATE, nullable=False),
        Column("number", Kind.NUMBER, nullable=False),
        Column("choice", Kind.CHOICE, nullable=True, choices=("a", "b", "c")),
        Column("mixed", Kind.TEXT, nullable=False),
        Column("first", Kind.INTEGER, nullable=True),
        Column("second", Kind.TEXT, nullable=True),
    )
    assert merged([]) == Layout(())


def test_all_operations_have_layouts() -> None:
    """Every operation of the catalog with an answer has columns with different names."""
    for each in bundled().values():
        names = layout_of(each).names
        assert len(set(names)) == len(names), each
        assert names or each.answer is None or each.op_id == "GetMetaChangelog", each
