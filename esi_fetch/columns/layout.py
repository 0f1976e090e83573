"""Which columns an operation's data has, and of which types.

================  =========================================================  ===========================
kind              what the schema says                                       where it may be missing
================  =========================================================  ===========================
``INTEGER``       ``integer``                                                ids always; else optional
``NUMBER``        ``number``                                                 optional fields
``BOOLEAN``       ``boolean``                                                optional fields
``DATETIME``      ``string`` of the format ``date-time``                     optional fields
``DATE``          ``string`` of the format ``date``                          optional fields
``CHOICE``        ``string`` with an ``enum``                                optional fields
``TEXT``          any other ``string``; lists and the rest, as JSON          optional fields
================  =========================================================  ===========================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from esi_fetch.catalog import Operation
from esi_fetch.columns.schema import VALUE, Leaf, leaves, list_inside, row_schema
from esi_fetch.model.result import Result

__all__ = ["Column", "Kind", "Layout", "column_of", "either", "layout_of", "merged"]


class Kind(Enum):
    """What the values of a column are."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"


_KINDS = {"integer": Kind.INTEGER, "number": Kind.NUMBER, "boolean": Kind.BOOLEAN}
_FORMATS = {"date-time": Kind.DATETIME, "date": Kind.DATE}


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: Its name.
        kind: What its values are.
        nullable: Whether some may be missing.
        choices: The texts that may be in it; of a ``CHOICE`` alone.
    """

    name: str
    kind: Kind
    nullable: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """The columns of some data, in order.

    Attributes:
        columns: The columns.
        inside: The name of the list that is the data, where an object is wrapped around it.
    """

    columns: tuple[Column, ...]
    inside: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(column.name for column in self.columns)


def layout_of(operation: Operation | None, result: Result | None = None) -> Layout:
    """Return the layout of an operation's data.

    The rows of a walk have been taken out of what ESI wraps them in; who asks for one piece of it, by naming
    a cursor, has that piece as ESI gives it.

    Args:
        operation: The operation; None for one that nobody knows.
        result: A result of it, where there is one.
    """
    if operation is None or operation.answer is None:
        return Layout(())
    schema, paging, inside = operation.answer, operation.pagination, None
    if paging is not None and paging.items is not None:
        is_piece = result is not None and result.rows is None and result.data is not None
        if not is_piece:
            schema = schema["properties"][paging.items]
    else:
        inside = list_inside(schema)
        schema = schema if inside is None else schema["properties"][inside]
    # A list of whole numbers is a list of ids.
    ids = VALUE if schema.get("type") == "array" else ""
    return Layout(tuple(_column(leaf, ids) for leaf in leaves(row_schema(schema))), inside)


def column_of(name: str, schema: Mapping[str, Any]) -> Column:
    """Return the column for values of a schema that may be missing."""
    return _column(Leaf(name, schema, required=False), "")


def _column(leaf: Leaf, ids: str) -> Column:
    schema = leaf.schema
    kind = _KINDS.get(str(schema.get("type")), Kind.TEXT)
    choices: tuple[str, ...] = ()
    if schema.get("type") == "string":
        kind = _FORMATS.get(str(schema.get("format")), Kind.TEXT)
        if "enum" in schema and kind is Kind.TEXT:
            kind, choices = Kind.CHOICE, tuple(dict.fromkeys(map(str, schema["enum"])))
    last = leaf.name.rpartition(".")[2]
    is_id = kind is Kind.INTEGER and (last == "id" or last.endswith("_id") or last == ids)
    return Column(leaf.name, kind, is_id or not leaf.required, choices)


def either(one: Column, other: Column) -> Column:
    """Return the column that holds what two columns of one name hold."""
    nullable = one.nullable or other.nullable
    if one.kind is other.kind:
        choices = tuple(dict.fromkeys((*one.choices, *other.choices)))
        return replace(one, nullable=nullable, choices=choices)
    kind = Kind.NUMBER if {one.kind, other.kind} == {Kind.INTEGER, Kind.NUMBER} else Kind.TEXT
    return Column(one.name, kind, nullable)


def merged(layouts: Iterable[Layout]) -> Layout:
    """Return the layout of several kinds of data, one below the other; what some lack is nullable."""
    every = list(layouts)
    columns: dict[str, Column] = {}
    for layout in every:
        for column in layout.columns:
            known = columns.get(column.name)
            columns[column.name] = column if known is None else either(known, column)
    has = [set(layout.names) for layout in every]
    return Layout(
        tuple(
            column if all(column.name in names for names in has) else replace(column, nullable=True)
            for column in columns.values()
        )
    )
