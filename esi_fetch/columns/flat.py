"""Answers as tables: nested values flattened into columns by one rule.

===========================  ==================================================
in the answer                in the table
===========================  ==================================================
a list of objects            one row each
a list of other values       one row each, in the column ``value``
one object                   one row
one other value              one row, in the column ``value``
nothing (204)                no row
an object inside an object   columns with dots: ``reward.initial``
a list, or an empty object   its JSON, on one line
true, false                  ``true``, ``false``, as in JSON
null, or a missing field     an empty cell
===========================  ==================================================

Columns stand in the order in which the rows first show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from esi_fetch.columns.schema import VALUE
from esi_fetch.errors import InputError, OutputWriteError, Problem, did_you_mean
from esi_fetch.model.lazy import Rows

__all__ = ["MANY", "Table", "flattened", "tabulated"]

MANY = (list, tuple, Rows)
"""What stands for rows; everything else is one row."""


@dataclass(frozen=True)
class Table:
    """Rows under named columns; a row is a mapping from column to flat value, and may lack columns.

    Attributes:
        columns: The columns' names, in order.
        data: The rows, as they came; they are flattened when their turn comes, so that no second copy of
            them is in memory.
        constants: Columns, of those, that have the same cell in every row.
    """

    columns: tuple[str, ...]
    data: Iterable[Any]
    constants: Mapping[str, Any]

    def cells(self) -> Iterator[list[Any]]:
        """Give the rows as lists of texts, numbers and None, in the order of the columns."""
        # One lookup a cell: 400,000 rows of twelve fields are five million of them.
        columns, constants = self.columns, self.constants
        for row in map(flattened, self.data):
            cells = {**row, **constants} if constants else row
            yield [_cell(cells.get(column)) for column in columns]


def tabulated(
    data: Any,
    *,
    fields: Sequence[str] | None = None,
    extra: Mapping[str, Any] | None = None,
    known: Sequence[str] = (),
) -> Table:
    """Return *data* as a table.

    Args:
        data: Decoded JSON, or :class:`~esi_fetch.model.lazy.Rows` of it, which are gone through twice.
        fields: The columns to take, in this order; all when None.
        extra: Further columns, with one value for all rows; they come last unless *fields* places them.
        known: Columns that the data may have although no row has them now: *fields* may name them, and
            they are the header of an answer without rows.

    Raises:
        InputError: A field is in no row and not *known*, or an extra column has a field's name.
        OutputWriteError: Two values of a row would have the same column.
    """
    extra = dict(extra or {})
    columns: dict[str, None] = {}
    seen: set[tuple[str, ...]] = set()
    rows = _rows(data)
    for row in rows:
        # Nearly all rows of an answer have the same fields, so most of them have nothing to add.
        names = tuple(flattened(row))
        if names not in seen:
            seen.add(names)
            columns.update(dict.fromkeys(names))
    if not len(rows):
        columns.update(dict.fromkeys(known))
    _check(columns, fields=fields, extra=extra, known=known)
    chosen = tuple(columns) if fields is None else tuple(fields)
    return Table((*chosen, *(name for name in extra if name not in chosen)), rows, extra)


def _rows(data: Any) -> Sequence[Any] | Rows:
    if data is None:
        return ()
    return data if isinstance(data, MANY) else (data,)


def flattened(row: Any) -> Mapping[str, Any]:
    """Return a row as columns and values; a row that has no objects inside is returned itself.

    Raises:
        OutputWriteError: Two of its values would have the same column.
    """
    if not isinstance(row, dict):
        return {VALUE: row}
    if not any(isinstance(value, dict) for value in row.values()):
        return row
    flat: dict[str, Any] = {}
    _flatten_into(flat, row, "")
    return flat


def _flatten_into(flat: dict[str, Any], row: Mapping[str, Any], prefix: str) -> None:
    for name, value in row.items():
        column = f"{prefix}{name}"
        if isinstance(value, dict) and value:
            _flatten_into(flat, value, f"{column}.")
        elif column in flat:
            raise OutputWriteError(f"the data makes no table: a row has two values for the column {column!r}")
        else:
            flat[column] = value


def _check(
    columns: Mapping[str, None],
    *,
    fields: Sequence[str] | None,
    extra: Mapping[str, Any],
    known: Sequence[str],
) -> None:
    allowed = {*columns, *known, *extra}
    problems = [
        Problem("fields", f"the data has no field {name!r}{did_you_mean(name, allowed)}")
        for name in fields or ()
        if name not in allowed
    ]
    problems += [
        Problem(f"extra.{name}", "the data has a field of that name; choose another one")
        for name in extra
        if name in columns
    ]
    if problems:
        raise InputError(problems=problems)


def _cell(value: Any) -> Any:
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is list or kind is dict or kind is tuple:
        return orjson.dumps(value).decode()
    return value
