"""Data as Parquet, page by page, in columns of the types that the operation's schema promises.

==============  ===================================  ==========================
kind            in the file                          read by pandas
==============  ===================================  ==========================
``INTEGER``     ``int64``                            ``int64`` or ``Int64``
``NUMBER``      ``double``                           ``float64``
``BOOLEAN``     ``bool``                             ``bool`` or ``boolean``
``DATETIME``    ``timestamp[us, tz=UTC]``            ``datetime64[us, UTC]``
``DATE``        ``timestamp[us]``                    ``datetime64[us]``
``CHOICE``      ``dictionary<string>``               ``category``
``TEXT``        ``string``                           ``string``
==============  ===================================  ==========================

The file tells pandas which dtypes the columns had in a frame, and where the data came from; so that
``pandas.read_parquet`` gives the same as :meth:`esi_fetch.Esi.frame`, ``attrs`` included.
"""

from __future__ import annotations

import importlib.util
import os
import stat
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import orjson

from esi_fetch.columns import Column, Kind, Layout, Misfit, Splitter, cell_text, portions, surveyed
from esi_fetch.columns.moments import day_us, moment_us

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_PARQUET", "has_parquet", "write_parquet"]

NO_PARQUET = "Parquet needs pyarrow: pip install 'esi-fetch[parquet]'"
"""What is wrong where pyarrow is not installed."""

_ROWS_A_GROUP = 100_000
"""Readers want groups of this size or more; it is also what the writer holds in memory at most."""

_NONE = type(None)
_USUAL_LENGTH = len("2026-08-18T11:05:00Z")
_PARSERS = {Kind.DATETIME: moment_us, Kind.DATE: day_us}

# In the words of pandas' own note about dtypes: its name for the kind, and the dtype of the column.
# https://pandas.pydata.org/docs/development/developer.html
_PANDAS = {
    Kind.INTEGER: ("int64", "int64", "Int64"),
    Kind.NUMBER: ("float64", "float64", "float64"),
    Kind.BOOLEAN: ("bool", "bool", "boolean"),
    Kind.DATETIME: ("datetimetz", "datetime64[us, UTC]", "datetime64[us, UTC]"),
    Kind.DATE: ("datetime", "datetime64[us]", "datetime64[us]"),
    Kind.CHOICE: ("categorical", "int32", "int32"),
    Kind.TEXT: ("unicode", "string", "string"),
}


def has_parquet() -> bool:
    """Return whether Parquet can be written here; nothing is imported."""
    return importlib.util.find_spec("pyarrow") is not None


def write_parquet(
    data: Any, stream: IO[bytes], *, layout: Layout | None = None, attrs: Mapping[str, Any] | None = None
) -> None:
    """Write *data* as Parquet; at most a group of rows is in memory at a time.

    Data that does not fit the layout widens it, by the rule of :mod:`esi_fetch.columns.survey`, and is gone
    through once more.

    Args:
        data: Decoded JSON, or :class:`~esi_fetch.model.lazy.Rows` of it.
        stream: Where to; what is not a plain file need not be able to go back.
        layout: Which columns there are; None for those that the rows show.
        attrs: Where it came from, for ``attrs`` of frames.
    """
    if layout is None or not _can_begin_again(stream):
        layout = surveyed(portions(data), layout or Layout(()))
    try:
        _write(data, stream, layout, attrs or {})
    except Misfit:
        stream.seek(0)
        stream.truncate()
        _write(data, stream, surveyed(portions(data), layout), attrs or {})


def _can_begin_again(stream: IO[bytes]) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode) and stream.tell() == 0
    except OSError:
        return False


def _write(data: Any, stream: IO[bytes], layout: Layout, attrs: Mapping[str, Any]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    dictionaries = {
        column.name: pa.array(column.choices, pa.string())
        for column in layout.columns
        if column.kind is Kind.CHOICE
    }
    schema = pa.schema(
        [pa.field(column.name, _type(column), nullable=column.nullable) for column in layout.columns],
        metadata={"pandas": _pandas_note(layout), "PANDAS_ATTRS": orjson.dumps(attrs)},
    )
    splitter = Splitter(layout.names)
    chunks: list[list[Any]] = [[] for _ in layout.columns]
    held = 0
    with parquet.ParquetWriter(stream, schema, compression="zstd") as writer:

        def flush() -> None:
            arrays = [pa.chunked_array(each, field.type) for each, field in zip(chunks, schema, strict=True)]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=max(held, 1))
            for each in chunks:
                each.clear()

        for page in portions(data):
            split = splitter.split(page)
            for column, collected, (values, types) in zip(layout.columns, chunks, split, strict=True):
                collected.append(_array(column, values, types, dictionaries.get(column.name)))
            held += len(page)
            if held >= _ROWS_A_GROUP:
                flush()
                held = 0
        if held:
            flush()


def _type(column: Column) -> pa.DataType:
    import pyarrow as pa

    return {
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.DATETIME: pa.timestamp("us", tz="UTC"),
        Kind.DATE: pa.timestamp("us"),
        Kind.CHOICE: pa.dictionary(pa.int32(), pa.string()),
        Kind.TEXT: pa.string(),
    }[column.kind]


def _array(column: Column, values: Sequence[Any], types: set[type], dictionary: Any) -> Any:
    """Return the values of one page as an array.

    Raises:
        Misfit: One of them does not belong in the column.
    """
    import pyarrow as pa

    kind, there = column.kind, types - {_NONE}
    if len(there) < len(types) and not column.nullable:
        raise Misfit(column.name)
    if not there <= _TYPES[kind]:
        if kind is not Kind.TEXT:
            raise Misfit(column.name)
        values = [cell_text(value) for value in values]
    try:
        if dictionary is not None:
            codes = {choice: code for code, choice in enumerate(column.choices)}
            indices = [None if value is None else codes[value] for value in values]
            return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), dictionary)
        if kind is Kind.DATETIME and set(map(len, filter(None, values))) == {_USUAL_LENGTH}:
            return pa.array(values, pa.string()).cast(_type(column))  # ten times as fast
        if kind in _PARSERS:
            parse = _PARSERS[kind]
            values = [None if value is None else parse(value) for value in values]
        elif kind is Kind.NUMBER and int in there:
            values = [None if value is None else float(value) for value in values]
        return pa.array(values, _type(column))
    except (KeyError, ValueError, OverflowError) as error:  # Arrow's own errors are ValueErrors
        raise Misfit(column.name) from error


_TYPES: Mapping[Kind, set[type]] = {
    Kind.INTEGER: {int},
    Kind.NUMBER: {int, float},
    Kind.BOOLEAN: {bool},
    Kind.DATETIME: {str},
    Kind.DATE: {str},
    Kind.CHOICE: {str},
    Kind.TEXT: {str},
}


def _pandas_note(layout: Layout) -> bytes:
    columns = []
    for column in layout.columns:
        kind, certain, nullable = _PANDAS[column.kind]
        more: Any = {"timezone": "UTC"} if column.kind is Kind.DATETIME else None
        if column.kind is Kind.CHOICE:
            more = {"num_categories": len(column.choices), "ordered": False}
        columns.append(
            {
                "name": column.name,
                "field_name": column.name,
                "pandas_type": kind,
                "numpy_type": nullable if column.nullable else certain,
                "metadata": more,
            }
        )
    return orjson.dumps({"index_columns": [], "column_indexes": [], "columns": columns})
