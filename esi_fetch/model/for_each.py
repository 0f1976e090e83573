"""One job for each row of a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esi_fetch.errors import InputError, Problem
from esi_fetch.model.codec import LEFT_OUT_WHEN_NONE, PlainData, to_plain
from esi_fetch.model.tables import Cells, RowProblems, TableLike, read_rows, row_place, table_name, table_of

if TYPE_CHECKING:
    from esi_fetch.model.job import Job

__all__ = ["ForEach", "Row"]

_MOST_IN_LABEL = 3
_LONGEST_IN_LABEL = 30


@dataclass(frozen=True)
class Row(PlainData):
    """The row of a table that a job was made for.

    Attributes:
        number: Which row of the table, from 1.
        table: What the table is called: the file's name.
        line: The line of the file it begins in, from 1; None where there are none.
        label: What tells it from other rows: ``type_id=34``.
        cells: Its values by column, until the operation's parameters are known: then those that are
            parameters stand in the job's ``parameters``, the others in its ``attributes``, and this is None.
    """

    number: int
    table: str = ""
    line: int | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    label: str = ""
    cells: Mapping[str, Any] | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)

    @property
    def place(self) -> str:
        """Where it stands, such as ``types.csv line 7``."""
        return row_place(self.table, self.number, self.line)


@dataclass(frozen=True)
class ForEach:
    """A job for each row of a table: ``Job("GetMarketsRegionIdHistory", ...).for_each("types.csv")``.

    Iterating gives the jobs, made one by one while the table is read, anew each time: a table may be longer
    than fits in memory. Columns that are parameters of the operation become parameters, of the type it wants;
    all others become attributes, for templates; ``character`` also says whose token is used, where one is
    needed. An empty cell is a value that is not given. ``${row}`` is the number of the row.

    Attributes:
        job: What the jobs have in common.
        table: A file (.csv, .tsv, .json, .jsonl, .yaml); or rows, each a mapping; or a mapping of columns to
            lists of values. An iterator is read to its end at once.
        read_from: A copy of the file that is read in its place; None reads the file.

    Raises:
        InputError: It is no table, or the job has a row already. While iterating: something is wrong with the
            table; the error lists everything.
    """

    job: Job
    table: TableLike
    read_from: str | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.job.row is not None or self.job.result is not None:
            what = f"{self.job.label!r} was made for a row, or has run; it can't stand for others"
            raise InputError(problems=[Problem("for_each", what)])
        object.__setattr__(self, "table", table_of(self.table))

    def __iter__(self) -> Iterator[Job]:
        for number, (line, cells) in enumerate(self._rows(), start=1):
            if isinstance(cells, list):
                raise InputError(problems=self.problems())
            yield self._job(number, line, cells)

    def count(self) -> int:
        """Return the number of jobs; the table is read for it, and none is kept.

        Raises:
            InputError: Something is wrong with the table.
        """
        count = 0
        for _, cells in self._rows():
            if isinstance(cells, list):
                raise InputError(problems=self.problems())
            count += 1
        return count

    def problems(self, *, check: Callable[[Job], Iterable[Problem]] | None = None) -> list[Problem]:
        """Return all that is wrong with the table, in few lines.

        Args:
            check: Finds what is wrong with a job made for a row.
        """
        name = table_name(self.table)
        problems = RowProblems(name)
        for number, (line, cells) in enumerate(self._rows(), start=1):
            if isinstance(cells, list):
                problems.add(row_place(name, number, line), cells)
            elif check is not None:
                problems.add(row_place(name, number, line), check(self._job(number, line, cells)))
        return problems.listed()

    def _job(self, number: int, line: int | None, cells: Cells) -> Job:
        return self.job.with_row(Row(number, table_name(self.table), line, _label(cells), cells))

    def _rows(self) -> Iterator[tuple[int | None, Cells | list[Problem]]]:
        fixed = dict.fromkeys(self.job.parameters, "parameter")
        fixed.update((name, "attribute") for name in self.job.attributes)
        for line, cells in read_rows(self.read_from or self.table):
            if isinstance(cells, list) or fixed.keys().isdisjoint(cells):
                yield line, cells
            else:
                yield (
                    line,
                    [
                        Problem(
                            f"column {name!r}", f"is also a fixed {kind} of the job; leave one of them out"
                        )
                        for name, kind in fixed.items()
                        if name in cells
                    ],
                )

    def found_from(self, folder: Path | str) -> ForEach:
        """Return the same, with the path of a table that was given relative to *folder*."""
        if not isinstance(self.table, str):
            return self
        path = Path(folder, self.table).as_posix()
        shorter = Path(os.path.normpath(path)).as_posix()
        same = os.path.realpath(shorter) == os.path.realpath(path)  # where no link is climbed from
        return ForEach(self.job, shorter if same else path)

    def seen_from(self, folder: Path | str) -> ForEach:
        """Return the same table with its path as a job file in *folder* gives it.

        It is relative, unless it was absolute and does not lie below that folder.
        """
        return ForEach(self.job, _relative(self.table, folder)) if isinstance(self.table, str) else self

    def plain_table(self) -> Any:
        """Return the table as plain data: a path, a list of rows, or columns."""
        if isinstance(self.table, str):
            return Path(self.table).as_posix()
        if isinstance(self.table, Mapping):
            return {name: to_plain(list(values)) for name, values in self.table.items()}
        rows: Any = self.table
        return [to_plain(row) for row in rows]

    def as_plain(self, *, data: bool = False) -> dict[str, Any]:
        """Return the job as plain data, with the table under ``for_each``."""
        return {**to_plain(self.job, data=data), "for_each": self.plain_table()}


def _label(cells: Cells) -> str:
    parts = []
    for name, value in cells.items():
        if value is not None:
            text = str(value)
            parts.append(
                f"{name}={text if len(text) <= _LONGEST_IN_LABEL else text[:_LONGEST_IN_LABEL] + '…'}"
            )
            if len(parts) == _MOST_IN_LABEL:
                break
    return " ".join(parts)


def _relative(table: str, folder: Path | str) -> str:
    if os.path.isabs(table):
        path, start = Path(table), Path(os.path.abspath(folder))
        return path.relative_to(start).as_posix() if path.is_relative_to(start) else path.as_posix()
    try:
        relative = os.path.relpath(table, folder or os.curdir)
        if relative.startswith(os.pardir):
            # The system follows links before it climbs, so links are followed to see how far to climb.
            there, name = os.path.split(table)
            relative = os.path.join(os.path.relpath(os.path.realpath(there), os.path.realpath(folder)), name)
    except ValueError:  # another drive
        relative = os.path.abspath(table)
    return Path(relative).as_posix()
