"""What data really holds, where it is not what the schema promised.

Columns widen by one rule, so that nothing is lost and nothing fails:

- an integer column with other numbers in it becomes one of numbers, unless it has an integer that a
  floating-point number can't hold exactly
- a choice that the enum does not name is one more choice
- what is missing in a row makes its column nullable
- a field that no schema names is a column of its own, after the others, of the type that all its values have
- anything else that does not fit makes its column one of texts
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from esi_fetch.columns.flat import flattened
from esi_fetch.columns.layout import Column, Kind, Layout
from esi_fetch.columns.moments import day_us, moment_us
from esi_fetch.columns.pages import insides_of

__all__ = ["surveyed"]

_INT64 = 2**63
_EXACT_FLOAT = 2**53
_NUMBERS = frozenset({int, float})


def surveyed(pages: Iterable[Sequence[Any]], layout: Layout) -> Layout:
    """Return the layout that fits the data: *layout*, as much wider as it has to be.

    Args:
        pages: All the rows.
        layout: What the schema promised.
    """
    insides = insides_of(layout.names)
    seen = {column.name: _Seen(column) for column in layout.columns}
    for page in pages:
        rows = [flattened(row) for row in page]
        # In the order in which rows show them, which a set would lose.
        fields = dict.fromkeys(name for row in rows for name in row)
        for name in (*seen, *(field for field in fields if field not in seen)):
            values = [row.get(name) for row in rows]
            if name not in seen:
                if name in insides and not any(values):
                    continue
                seen[name] = _Seen(None)
            seen[name].look_at(values)
    return replace(layout, columns=tuple(each.column(name) for name, each in seen.items()))


class _Seen:
    """What has been seen of one column.

    Args:
        promised: The column as the schema has it; None when it has none.
    """

    def __init__(self, promised: Column | None) -> None:
        self._promised = promised
        self._types: set[type] = set()
        self._choices = dict.fromkeys(promised.choices) if promised else {}
        self._parse = _PARSERS.get(promised.kind) if promised else None
        self._parses = True
        self._most = 0

    def look_at(self, values: Sequence[Any]) -> None:
        types = set(map(type, values))
        self._types |= types
        if int in types:
            self._most = max(self._most, *(abs(value) for value in values if type(value) is int))
        if types <= {str, type(None)}:
            if self._promised is not None and self._promised.kind is Kind.CHOICE:
                self._choices.update(dict.fromkeys(value for value in values if value is not None))
            if self._parse is not None and self._parses:
                self._parses = all(value is None or _parses(self._parse, value) for value in values)

    def column(self, name: str) -> Column:
        promised, types = self._promised, self._types - {type(None)}
        nullable = promised is None or promised.nullable or type(None) in self._types
        if promised is None:
            return Column(name, self._kind_of(types))
        if not types:
            return replace(promised, nullable=nullable)
        kind = self._widened(promised.kind, types)
        choices = tuple(self._choices) if kind is Kind.CHOICE else ()
        return Column(name, kind, nullable, choices)

    def _widened(self, kind: Kind, types: set[type]) -> Kind:
        if kind is Kind.NUMBER:
            return kind if types <= _NUMBERS else Kind.TEXT
        if kind in (Kind.INTEGER, Kind.BOOLEAN):
            found = self._kind_of(types)
            return found if found is kind or (kind is Kind.INTEGER and found is Kind.NUMBER) else Kind.TEXT
        if types != {str} or not self._parses:
            return Kind.TEXT
        return kind

    def _kind_of(self, types: set[type]) -> Kind:
        """Return the kind of values of which nothing but the types is known."""
        if types == {bool}:
            return Kind.BOOLEAN
        if types == {int}:
            return Kind.INTEGER if self._most < _INT64 else Kind.TEXT
        if types and types <= _NUMBERS:
            return Kind.NUMBER if self._most <= _EXACT_FLOAT else Kind.TEXT
        return Kind.TEXT


_PARSERS: dict[Kind, Callable[[str], int]] = {Kind.DATETIME: moment_us, Kind.DATE: day_us}


def _parses(parse: Callable[[str], int], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, OverflowError):
        return False
    return True
