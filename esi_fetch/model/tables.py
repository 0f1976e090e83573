"""Tables that jobs are made from: CSV, JSON, JSON lines and YAML files, and rows that are at hand.

Rows are read when they are asked for, anew each time; CSV and JSON lines one by one, so that such tables may
be of any length. Everything wrong with a table is found in one go, and told in few lines however often it
occurs.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from numbers import Real
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeAlias

from esi_fetch.documents import DocumentError, parse_document, parse_json, read_lines, read_text
from esi_fetch.errors import InputError, Problem, did_you_mean, reason_of
from esi_fetch.units import plural

__all__ = [
    "MOST_BYTES",
    "Cells",
    "RowProblems",
    "TableLike",
    "near_file",
    "read_rows",
    "row_place",
    "table_name",
    "table_of",
]

Cells: TypeAlias = Mapping[str, Any]
"""One row: values by column; None where nothing is given."""

TableLike: TypeAlias = "str | PathLike[str] | Iterable[Mapping[str, Any]] | Mapping[str, Iterable[Any]]"
"""A file; or rows, each a mapping; or a mapping of columns to lists of values."""

Item: TypeAlias = "tuple[int | None, Cells | list[Problem]]"
"""The line a row begins in, where it has one; and the row, or what is wrong with it."""

MOST_BYTES = 32_000_000
"""The largest file that is read whole. JSON of that size takes seconds, and ten times its size in memory."""

_MOST_LISTED = 20
_LONGEST_LINE = 1_000_000
_DELIMITERS = (",", ";", "\t")


class RowProblems:
    """What is wrong with the rows of one table, in few lines.

    The same problem of many rows is told once, with their number, and only so many different ones are told.

    Args:
        name: What the table is called.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._first: dict[tuple[str, str], str] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._left_out = 0

    def add(self, place: str, problems: Iterable[Problem]) -> None:
        """Note the problems of the row at a place."""
        for problem in problems:
            key = (problem.where, problem.what)
            if key in self._counts:
                self._counts[key] += 1
            elif len(self._first) < _MOST_LISTED:
                self._first[key], self._counts[key] = place, 1
            else:
                self._left_out += 1

    def listed(self) -> list[Problem]:
        """Return them, the first ones first."""
        listed = []
        for (where, what), place in self._first.items():
            more = self._counts[where, what] - 1
            also = f" (and so in {plural(more, 'more row')})" if more else ""
            listed.append(Problem(where, what + also).below(place))
        if self._left_out:
            listed.append(Problem(self._name, plural(self._left_out, "more problem")))
        return listed


def table_of(table: TableLike) -> TableLike:
    """Return a table in the form in which it can be read again and again.

    Raises:
        InputError: It is none.
    """
    if isinstance(table, (str, PathLike)):
        name = fspath(table)
        if isinstance(name, str) and name.strip():
            return name
    elif isinstance(table, Mapping):
        return {name: _again(values) for name, values in table.items()}
    elif isinstance(table, Iterable) and not isinstance(table, (bytes, bytearray)):
        if hasattr(table, "to_dict"):
            raise _no_table("a DataFrame; give its rows: .to_dict('records')")
        rows: Iterable[Mapping[str, Any]] = _again(table)
        return rows
    raise _no_table(f"{type(table).__name__} {table!r:.60}")


def _again(values: Any) -> Any:
    """Return what is read up by reading as a tuple; all else can be read again."""
    return tuple(values) if hasattr(values, "__next__") or isinstance(values, list) else values


def _no_table(found: str) -> InputError:
    what = "expected a table: a file's name, a list of mappings, or a mapping of columns to lists; found "
    return InputError(problems=[Problem("for_each", what + found)])


def table_name(table: TableLike) -> str:
    """Return what to call a table in places of problems."""
    return table if isinstance(table, str) else "for_each"


def read_rows(table: TableLike) -> Iterator[Item]:
    """Yield the rows of a table, each with the line it begins in and what is wrong with it.

    A line of 0 stands for the table as a whole; then nothing follows.
    """
    return _file_items(Path(table)) if isinstance(table, str) else _plain_items(table)


def row_place(name: str, number: int, line: int | None) -> str:
    """Return where a row stands: ``types.csv line 7``."""
    if line == 0:
        return name
    return f"{name} row {number}" if line is None else f"{name} line {line}"


def _file_items(path: Path) -> Iterator[Item]:
    suffix = path.suffix.lower()
    read = _READERS.get(suffix)
    try:
        if path.is_dir():
            yield 0, [Problem("", "is a folder; name a table in it")]
        elif path.exists() and not path.is_file():
            yield 0, [Problem("", "is no regular file; a table is read more than once")]
        elif read is None:
            hint = did_you_mean(suffix, _READERS) or f"; use {', '.join(_READERS)}"
            yield 0, [Problem("", f"the suffix {suffix!r} is none of a table's{hint}")]
        else:
            yield from read(path)
    except FileNotFoundError:
        yield 0, [Problem("", f"there is no such file{near_file(path)}")]
    except DocumentError as error:
        yield error.line or 0, [Problem("", error.what)]
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        yield 0, [Problem("", f"can't be read: {reason_of(error)}")]


def near_file(path: Path) -> str:
    """Return the file in its folder that a path may have meant, in words."""
    try:
        return did_you_mean(path.name, [entry.name for entry in path.parent.iterdir() if entry.is_file()])
    except OSError:
        return f"; nor is there a folder {str(path.parent)!r}"


def _document_items(path: Path) -> Iterator[Item]:
    size = path.stat().st_size
    if size > MOST_BYTES:
        what = f"has {size / 1e6:,.0f} MB, and {MOST_BYTES / 1e6:.0f} are read at most"
        raise DocumentError(f"{what}; save it as .csv or .jsonl, which may have any length")
    value = parse_document(read_text(path), suffix=path.suffix)
    if value is None:
        raise DocumentError("is empty; write [] for a table without rows")
    yield from _plain_items(value)


def _plain_items(value: Any) -> Iterator[Item]:
    if isinstance(value, Mapping):
        yield from _column_items(value)
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        for row in value:
            yield None, _row(row)
    else:
        what = f"expected a list of mappings, or a mapping of columns to lists; found {value!r:.40}"
        yield 0, [Problem("", what)]


def _row(row: Any) -> Cells | list[Problem]:
    if not isinstance(row, Mapping):
        what = f"expected a mapping of columns to values, found {row!r:.40}"
        if isinstance(row, (int, str)):
            what += "; a list of values is written as a column: {name: [value, …]}"
        return [Problem("", what)]
    if not row:
        return [Problem("", "is empty")]
    return _header_problems(list(row)) + _value_problems(row) or row


def _column_items(columns: Mapping[Any, Any]) -> Iterator[Item]:
    problems = _header_problems(list(columns))
    for name, values in columns.items():
        if not isinstance(values, Sequence) or isinstance(values, (str, bytes)):
            what = f"expected a list of values, found {values!r:.40}"
            problems.append(Problem(f"column {name!r}", f"{what}; a list of rows begins with '['"))
    if problems or not columns:
        yield 0, problems or [Problem("", "has no columns")]
        return
    longest = max(columns, key=lambda name: len(columns[name]))
    for name, values in columns.items():
        if (some := len(values)) < (all_of_it := len(columns[longest])):
            what = f"has {plural(some, 'value')}, and column {longest!r} {all_of_it}"
            problems.append(Problem(f"column {name!r}", what))
    if problems:
        yield 0, problems
        return
    for values in zip(*columns.values(), strict=True):
        row = dict(zip(columns, values, strict=True))
        yield None, _value_problems(row) or row


def _value_problems(row: Cells) -> list[Problem]:
    return [
        Problem(f"column {name!r}", "NaN is not a value; leave it out where there is none")
        for name, value in row.items()
        # NumPy's numbers as well; NaN alone differs from itself.
        if isinstance(value, Real) and value != value
    ]


def _header_problems(names: Sequence[Any]) -> list[Problem]:
    problems = []
    for number, name in enumerate(names, start=1):
        if not isinstance(name, str):
            problems.append(Problem(f"column {number}", f"expected text as its name, found {name!r:.40}"))
        elif not name:
            problems.append(Problem(f"column {number}", "has no name"))
    return problems


def _json_line_items(path: Path) -> Iterator[Item]:
    with open(path, "rb") as stream:
        for line, text in read_lines(stream, longest=_LONGEST_LINE):
            if not text.strip():
                continue
            try:
                yield line, _row(parse_json(text))
            except DocumentError as error:
                yield line, [Problem("", error.what)]


def _csv_items(path: Path) -> Iterator[Item]:
    with open(path, "rb") as stream:
        numbered = read_lines(stream, longest=_LONGEST_LINE)
        blank, first = next(((number - 1, text) for number, text in numbered if text.strip()), (0, ""))
        if not first:
            raise DocumentError("is empty; the first line of a table names its columns")
        # Programs write what they call CSV with other separators where the comma stands in numbers.
        delimiter = max(_DELIMITERS, key=first.count)
        texts = chain([first], (text for _, text in numbered))
        reader = csv.reader(texts, delimiter=delimiter, skipinitialspace=True, strict=True)
        line = blank + 1
        try:
            names = [name.strip() for name in next(reader)]
            if problems := _first_line_problems(names):
                yield line, problems
                return
            line = blank + reader.line_num + 1
            for row in reader:
                # An empty text is a value that is not given; rows of nothing else are what spreadsheets
                # leave behind.
                if any(cells := [text.strip() or None for text in row]):
                    yield line, _ragged(len(cells), len(names)) or dict(zip(names, cells, strict=True))
                line = blank + reader.line_num + 1
        except csv.Error as error:
            yield line, [Problem("", _csv_words(error))]


def _first_line_problems(names: Sequence[str]) -> list[Problem]:
    problems = _header_problems(names)
    for name in dict.fromkeys(names):
        if name and names.count(name) > 1:
            problems.append(Problem(f"column {name!r}", "is there twice"))
        if name.isdecimal():
            what = "has a number as its name; the first line of a table names its columns"
            problems.append(Problem(f"column {name!r}", what))
    return problems


def _ragged(cells: int, columns: int) -> list[Problem]:
    if cells == columns:
        return []
    return [Problem("", f"has {plural(cells, 'cell')}, and the table {plural(columns, 'column')}")]


def _csv_words(error: csv.Error) -> str:
    text = str(error)
    if "field limit" in text or "end of data" in text:
        return "a quoted cell begins here and does not end"
    if "expected after" in text:
        return "something follows a closing quote; inside quotes, a quote is written twice"
    if "new-line" in text:
        return "a line ends in a carriage return alone; save the file with the line ends of this system"
    return f"this is not CSV: {text}"


_READERS: dict[str, Callable[[Path], Iterator[Item]]] = {
    ".csv": _csv_items,
    ".tsv": _csv_items,
    ".json": _document_items,
    ".jsonl": _json_line_items,
    ".yaml": _document_items,
    ".yml": _document_items,
}
