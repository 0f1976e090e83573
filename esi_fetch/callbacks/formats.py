r"""Data as text in a file: JSON, JSON lines, YAML and CSV.

All are UTF-8 with ``\n`` at line ends, end in a line end, and are written row by row, so that a list of
hundreds of thousands of rows needs little memory beside itself.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import IO, Any

import orjson

from esi_fetch.columns.flat import MANY, tabulated
from esi_fetch.errors import InputError, OutputPathError, Problem, did_you_mean
from esi_fetch.yaml_text import dump_yaml

__all__ = ["FORMATS", "SUFFIXES", "format_from", "write_csv", "write_data"]

FORMATS = ("json", "jsonl", "yaml", "csv")
"""What :func:`write_data` writes."""

SUFFIXES: Mapping[str, str] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".csv": "csv",
    ".parquet": "parquet",
}
"""Which format a file's suffix stands for."""

_ROWS_AT_ONCE = 1000


def format_from(path: PurePath | str) -> str:
    """Return the format that the suffix of *path* stands for, in any case.

    Raises:
        OutputPathError: The suffix is missing or stands for none.
    """
    suffix = PurePath(path).suffix
    try:
        return SUFFIXES[suffix.lower()]
    except KeyError:
        what = (
            f"the suffix {suffix!r} stands for no format"
            if suffix
            else "a suffix that names the format is missing"
        )
        hint = did_you_mean(suffix, SUFFIXES)
        raise OutputPathError(
            problems=[Problem(f"output path {str(path)!r}", f"{what}{hint}; known are {', '.join(SUFFIXES)}")]
        ) from None


def write_data(data: Any, stream: IO[bytes], *, fmt: str) -> None:
    """Write decoded JSON, or :class:`~esi_fetch.model.lazy.Rows` of it, to a binary *stream*.

    ``json`` gives a list one line a row, and anything else indented; ``jsonl`` gives a list one line a row,
    and anything else one line; ``yaml`` keeps the order of keys; ``csv`` follows the rule of
    :mod:`esi_fetch.columns.flat`.

    Raises:
        InputError: There is no such format.
    """
    try:
        write = _WRITERS[fmt]
    except KeyError:
        hint = did_you_mean(fmt, FORMATS)
        raise InputError(
            problems=[Problem("format", f"unknown format {fmt!r}{hint}; known are {', '.join(FORMATS)}")]
        ) from None
    write(data, stream)


def write_csv(
    data: Any,
    stream: IO[bytes],
    *,
    fields: Sequence[str] | None = None,
    extra: Mapping[str, Any] | None = None,
    known: Sequence[str] = (),
) -> None:
    r"""Write *data* as CSV (RFC 4180, but with ``\n``) under a line of column names.

    Data without any field makes an empty file. The arguments, and the errors, are those of
    :func:`esi_fetch.columns.flat.tabulated`.
    """
    table = tabulated(data, fields=fields, extra=extra, known=known)
    if not table.columns:
        return
    # The writer only hands lines to its ``write``; nothing else of a text stream is needed. Its own line end
    # stays \r\n, because it quotes a lone \r, as readers need it, only when that is part of its line end.
    writer = csv.writer(_UnixLines(stream))
    writer.writerow(table.columns)
    writer.writerows(table.cells())


class _UnixLines:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        self._stream.write(line[:-2].encode() + b"\n")


def _write_json(data: Any, stream: IO[bytes]) -> None:
    if not isinstance(data, MANY):
        stream.write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    before = b"[\n"
    for row in data:
        stream.write(before + orjson.dumps(row))
        before = b",\n"
    stream.write(b"[]\n" if before == b"[\n" else b"\n]\n")


def _write_jsonl(data: Any, stream: IO[bytes]) -> None:
    for row in data if isinstance(data, MANY) else (data,):
        stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _write_yaml(data: Any, stream: IO[bytes]) -> None:
    if not isinstance(data, MANY) or not len(data):
        stream.write(dump_yaml([] if isinstance(data, MANY) else data).encode())
        return
    # PyYAML builds a tree of the whole before it writes; block sequences can simply be put one after another.
    rows = iter(data)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        stream.write(dump_yaml(some).encode())


_WRITERS = {"json": _write_json, "jsonl": _write_jsonl, "yaml": _write_yaml, "csv": write_csv}
