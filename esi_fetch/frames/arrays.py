"""Columns of values as arrays, a page at a time, and the arrays of all pages as one.

==============  ===========================  ==========================
kind            never missing                may be missing
==============  ===========================  ==========================
``INTEGER``     ``int64``                    ``Int64``
``NUMBER``      ``float64``                  ``float64``, NaN
``BOOLEAN``     ``bool``                     ``boolean``
``DATETIME``    ``datetime64[us, UTC]``      the same, NaT
``DATE``        ``datetime64[us]``           the same, NaT
``CHOICE``      ``category``                 the same, NaN
``TEXT``        ``string``                   the same, NA
==============  ===========================  ==========================

Every conversion is strict: a value that does not belong raises :class:`~esi_fetch.columns.Misfit`, and
nothing is rounded, cut or guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from esi_fetch.columns import Column, Kind, Misfit, cell_text
from esi_fetch.columns.moments import day_us, moment_us

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Collector"]

_NONE = type(None)
_MOMENT_LENGTH, _DAY_LENGTH = len("2026-08-18T11:05:00Z"), len("2026-08-18")


class Collector:
    """Collects one column.

    Args:
        column: What is to be collected.
    """

    def __init__(self, column: Column) -> None:
        self.column = column
        self._chunks: list[Any] = []
        self._masks: list[Any] = []
        self._codes = {choice: code for code, choice in enumerate(column.choices)}
        self._add: Callable[[Sequence[Any], set[type]], None] = getattr(self, f"_add_{column.kind.value}")

    def add(self, values: Sequence[Any], types: set[type]) -> None:
        """Take the values of one page.

        Args:
            values: The values; None where there is none.
            types: Their types.

        Raises:
            Misfit: One of them does not belong here.
        """
        if _NONE in types and not self.column.nullable:
            raise Misfit(self.column.name)
        self._add(values, types)

    def array(self) -> Any:
        """Return all values as one array; the collector is empty after that."""
        import numpy as np
        import pandas as pd

        column, chunks, masks = self.column, self._chunks, self._masks
        self._chunks, self._masks = [], []
        if column.kind is Kind.TEXT:
            return pd.concat(chunks, ignore_index=True).array if chunks else pd.array([], dtype="string")
        whole: Any = np.concatenate(chunks) if chunks else np.empty(0, dtype=_dtype(column))
        chunks.clear()
        if column.kind is Kind.DATETIME:
            return pd.DatetimeIndex(whole, tz="UTC", copy=False).array
        if column.kind is Kind.CHOICE:
            return pd.Categorical.from_codes(whole, dtype=_categories(column))
        if not column.nullable or column.kind not in (Kind.INTEGER, Kind.BOOLEAN):
            return whole
        mask = np.concatenate(masks) if masks else np.empty(0, dtype=bool)
        return (
            pd.arrays.IntegerArray(whole, mask)
            if column.kind is Kind.INTEGER
            else pd.arrays.BooleanArray(whole, mask)
        )

    def _add_integer(self, values: Sequence[Any], types: set[type]) -> None:
        self._add_masked(values, types, int, 0)

    def _add_boolean(self, values: Sequence[Any], types: set[type]) -> None:
        self._add_masked(values, types, bool, False)

    def _add_masked(self, values: Sequence[Any], types: set[type], kind: type, filler: Any) -> None:
        import numpy as np

        self._only(types, kind)
        has_gaps = _NONE in types
        mask: Any = np.zeros(len(values), dtype=bool)
        if has_gaps:
            mask = np.fromiter((value is None for value in values), dtype=bool, count=len(values))
            values = [filler if value is None else value for value in values]
        try:
            self._chunks.append(np.array(values, dtype=_dtype(self.column)))
        except OverflowError as error:
            raise Misfit(self.column.name) from error
        if self.column.nullable:
            self._masks.append(mask)

    def _add_number(self, values: Sequence[Any], types: set[type]) -> None:
        import numpy as np

        self._only(types, int, float)
        self._chunks.append(np.array(values, dtype=np.float64))  # None becomes NaN

    def _add_datetime(self, values: Sequence[Any], types: set[type]) -> None:
        self._add_moments(values, types, moment_us, _MOMENT_LENGTH)

    def _add_date(self, values: Sequence[Any], types: set[type]) -> None:
        self._add_moments(values, types, day_us, _DAY_LENGTH)

    def _add_moments(
        self, values: Sequence[Any], types: set[type], parse: Callable[[str], int], length: int
    ) -> None:
        import numpy as np

        self._only(types, str)
        try:
            chunk = _quick_moments(values, length) if types == {str} else None
            if chunk is None:
                missing = np.iinfo(np.int64).min  # what NumPy means by NaT
                parsed = [missing if value is None else parse(value) for value in values]
                chunk = np.array(parsed, dtype=np.int64).view("M8[us]")
        except (ValueError, OverflowError) as error:
            raise Misfit(self.column.name) from error
        self._chunks.append(chunk)

    def _add_choice(self, values: Sequence[Any], types: set[type]) -> None:
        import numpy as np

        self._only(types, str)
        codes: dict[Any, int] = {**self._codes, None: -1} if _NONE in types else self._codes
        try:
            chunk = np.fromiter(map(codes.__getitem__, values), dtype=_dtype(self.column), count=len(values))
        except KeyError as error:
            raise Misfit(self.column.name) from error
        self._chunks.append(chunk)

    def _add_text(self, values: Sequence[Any], types: set[type]) -> None:
        import pandas as pd

        texts = values if types <= {str, _NONE} else [cell_text(value) for value in values]
        self._chunks.append(pd.Series(pd.array(list(texts), dtype="string")))

    def _only(self, types: set[type], *wanted: type) -> None:
        if not types <= {*wanted, _NONE}:
            raise Misfit(self.column.name)


def _quick_moments(values: Sequence[str], length: int) -> np.ndarray[Any, Any] | None:
    """Return moments that are written in the usual form; None where one is not.

    Raises:
        ValueError: One of them is none.
    """
    import numpy as np

    if set(map(len, values)) != {length}:
        return None
    try:
        letters = np.frombuffer("".join(values).encode("ascii"), dtype=f"S{length}")
    except UnicodeEncodeError as error:
        raise ValueError("no moment in time") from error
    if length == _DAY_LENGTH:
        return letters.astype("M8[D]").astype("M8[us]")
    # NumPy would take time zones for granted, and warn of the letter that says which one it is.
    grid = letters.view("S1").reshape(len(values), length)
    if not ((grid[:, -1] == b"Z").all() and (grid[:, 10] == b"T").all()):
        return None
    return letters.astype(f"S{length - 1}").astype("M8[us]")


def _dtype(column: Column) -> Any:
    if column.kind is Kind.CHOICE:
        return "int8" if len(column.choices) < 2**7 else "int16" if len(column.choices) < 2**15 else "int32"
    return {
        Kind.INTEGER: "int64",
        Kind.NUMBER: "float64",
        Kind.BOOLEAN: "bool",
        Kind.DATETIME: "M8[us]",
        Kind.DATE: "M8[us]",
    }[column.kind]


def _categories(column: Column) -> Any:
    import pandas as pd

    return pd.CategoricalDtype(list(column.choices))
