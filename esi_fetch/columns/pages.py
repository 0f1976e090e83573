"""Pages of rows as columns of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import orjson

from esi_fetch.columns.flat import MANY, flattened
from esi_fetch.columns.layout import Layout
from esi_fetch.model.lazy import Rows
from esi_fetch.model.result import Result

__all__ = ["Misfit", "Splitter", "cell_text", "insides_of", "portions", "rows_of", "unwrapped"]

_PORTION = 1000  # rows; ESI's usual page size


class Misfit(Exception):  # noqa: N818 - no error: it says that another layout is needed, and is always caught
    """Raised inside a conversion when data does not fit the layout that the schema promised."""


def unwrapped(data: Any, layout: Layout) -> Any:
    """Return the list that an object is wrapped around, where the layout says so; else *data* itself."""
    if layout.inside is not None and isinstance(data, dict) and isinstance(data.get(layout.inside), list):
        return data[layout.inside]
    return data


def rows_of(result: Result, layout: Layout) -> Any:
    """Return the data of a result as it is in a table: lists as ``Rows``, which are decoded late."""
    rows = result.rows
    return unwrapped(result.payload.once(), layout) if rows is None else rows


def portions(data: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows of some data, a thousand or so at a time.

    Pages are decoded when their turn comes, and not kept.
    """
    if data is None:
        return
    if not isinstance(data, MANY):
        yield [data]
        return
    for page in data.pages() if isinstance(data, Rows) else (data,):
        # A portion that stays in the processor's cache is converted twice as fast as a whole region is.
        for start in range(0, len(page), _PORTION):
            yield page[start : start + _PORTION] if len(page) > _PORTION else page


def insides_of(names: Iterable[str]) -> frozenset[str]:
    """Return the names of objects whose fields are columns: ``reward`` for ``reward.initial``."""
    return frozenset(name[:at] for name in names for at, letter in enumerate(name) if letter == ".")


class Splitter:
    """Splits pages into columns.

    Args:
        names: The columns that rows have.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._known = frozenset(names)
        self._insides = insides_of(names)
        # Nearly all rows have all fields and no others. Then one call takes a whole row apart, which is
        # several times as fast as asking for each field.
        self._take = itemgetter(*names) if len(names) > 1 and not self._insides else None

    def split(self, page: Sequence[Any]) -> list[tuple[Sequence[Any], set[type]]]:
        """Return the values of each column, None where a row has none, and the types among them.

        Raises:
            Misfit: A row has a field that is no column.
        """
        if self._take is not None and page:
            try:
                taken = list(zip(*map(self._take, page), strict=True))
                alike = set(map(len, page)) == {len(self._names)}
            except (KeyError, TypeError, IndexError):
                alike = False
            if alike:
                split = [_with_types(values) for values in taken]
                if not any(dict in types for _, types in split):
                    return split
        rows = [flattened(row) for row in page]
        seen: set[str] = set().union(*rows)
        for name in seen - self._known:
            # Of an object that is null or empty, nothing is known but that its fields are missing.
            if name not in self._insides or any(row.get(name) for row in rows):
                raise Misfit(name)
        columns = ([row.get(name) for row in rows] for name in self._names)
        return [_with_types(values) for values in columns]


def _with_types(values: Sequence[Any]) -> tuple[Sequence[Any], set[type]]:
    return values, set(map(type, values))


def cell_text(value: Any) -> str | None:
    """Return what a column of texts holds for a value: a text itself, anything else as JSON."""
    return value if value is None or type(value) is str else orjson.dumps(value).decode()
