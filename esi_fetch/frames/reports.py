"""The data of a run as one DataFrame.

Order of operations:

1. jobs without data are left out with a warning, or silently, or raise an error
2. the columns of all operations are united, categories as well
3. what tells the jobs apart becomes columns in front: ``operation``, ``character``, and those parameters of
   which not all jobs have the same value
4. rows are converted page by page, job after job
5. what the rows say anyway, under the same name, is taken out again
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from esi_fetch.catalog import Operation, bundled, known_operation
from esi_fetch.columns import Column, Kind, Layout, layout_of, merged, portions, rows_of, surveyed
from esi_fetch.columns.layout import column_of
from esi_fetch.columns.provenance import asked_as, asked_of
from esi_fetch.errors import InputError, JobError, Problem
from esi_fetch.frames.frame import Part, frame_of_parts, need_pandas
from esi_fetch.model.codec import moment_text
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report
from esi_fetch.model.result import Result, Source, State
from esi_fetch.units import plural

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["frame_of_report"]

_FAILED = ("warn", "raise", "ignore")
_SHOWN = 3

# Which job a row belongs to, under names that no field of an answer has.
_OPERATION, _CHARACTER, _PARAMETER = "job.operation", "job.character", "parameters."


@dataclass(frozen=True)
class _Piece:
    """One job of a run.

    Attributes:
        job: The job.
        asked: What tells it from others: its operation, character and parameters, single values alone.
        layout: The columns of its data, or that it would have had.
        why_not: Why there is no data; empty where there is.
    """

    job: Job
    asked: Mapping[str, Any]
    layout: Layout
    why_not: str = ""

    def pages(self) -> Iterator[Sequence[Any]]:
        """Yield the rows, a page at a time."""
        assert self.job.result is not None  # noqa: S101 - only pieces with data are asked
        return portions(rows_of(self.job.result, self.layout))


def frame_of_report(
    report: Report, *, failed: str = "warn", catalog: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Return the rows of all jobs of a run; see :meth:`esi_fetch.model.report.Report.frame`."""
    need_pandas()
    if failed not in _FAILED:
        what = f"expected one of {', '.join(map(repr, _FAILED))}; found {failed!r}"
        raise InputError(problems=[Problem("argument failed", what)])
    pieces = _pieces(report, bundled() if catalog is None else catalog)
    missing = [piece for piece in pieces if piece.why_not]
    # Failed jobs count here: which columns there are, and of which types, must not depend on luck.
    layout = merged({id(piece.layout): piece.layout for piece in pieces}.values())
    tellers = _tellers(pieces)
    if missing and failed != "ignore":
        _tell(missing, tellers, total=len(pieces), as_error=failed == "raise")
    constants = _constants(pieces, tellers, {} if catalog is None else catalog)
    parts = [Part(piece.pages, piece.layout.names, piece.asked) for piece in pieces if not piece.why_not]
    frame = frame_of_parts(parts, layout=layout, constants=constants)
    _name(frame, tellers)
    frame.attrs.update(_provenance(pieces, tellers))
    return frame


def _pieces(report: Report, catalog: Mapping[str, Any]) -> list[_Piece]:
    layouts: dict[tuple[str, str | None], Layout] = {}
    pieces = []
    for job in report.jobs:
        operation, why_not = known_operation(job, catalog), _why_not(job.result)
        result = None if why_not else job.result
        layout = layout_of(operation, result)
        # One object for each kind of data: a run may have a hundred thousand jobs.
        layout = layouts.setdefault((job.subject, str(layout.names)), layout)
        pieces.append(_Piece(job, _asked(job, operation), layout, why_not))
    return pieces


def _asked(job: Job, operation: Operation | None) -> dict[str, Any]:
    parameters = asked_of(job, operation)
    return {
        _OPERATION: job.subject if operation is None else operation.op_id,
        _CHARACTER: job.character,
        # Lists and bodies would stand in each of a thousand rows, and tell nobody anything.
        **{
            f"{_PARAMETER}{name}": value
            for name, value in parameters.items()
            if not isinstance(value, (list, dict))
        },
    }


def _why_not(result: Result | None) -> str:
    """Return why a job has no data; empty where it has."""
    if result is None:
        return "was not run"
    if result.error is not None:
        return result.error.message
    if result.state is not State.SUCCEEDED or not result.complete:
        return f"is {result.state}"
    if (result.resumed or result.skipped) and result.payload.once() is None:
        return "was done by an earlier run; its data is in the files that it wrote"
    return ""


def _tell(missing: Sequence[_Piece], tellers: Sequence[str], *, total: int, as_error: bool) -> None:
    lines = [f"{_label(piece, tellers)}: {piece.why_not}" for piece in missing[:_SHOWN]]
    if len(missing) > _SHOWN:
        lines.append(f"and {len(missing) - _SHOWN} more")
    have = "has" if len(missing) == 1 else "have"
    what = f"{len(missing):,} of {plural(total, 'job')} {have} no data: {'; '.join(lines)}"
    if as_error:
        raise JobError(what, job=missing[0].job.with_result(None))
    # The line that called Report.frame() is what the user knows.
    warnings.warn(f"{what}; they are left out of the frame", UserWarning, stacklevel=4)


def _label(piece: _Piece, tellers: Sequence[str]) -> str:
    asked = [
        f"{name.partition('.')[2]}={piece.asked[name]}"
        for name in tellers
        if name != _OPERATION and piece.asked.get(name) is not None
    ]
    return f"{piece.job.label} ({', '.join(asked)})" if asked else piece.job.label


def _tellers(pieces: Sequence[_Piece]) -> list[str]:
    """Return what tells the jobs apart: what not all of them have asked in the same way."""
    asked = dict.fromkeys(name for piece in pieces for name in piece.asked)
    return [name for name in asked if len({piece.asked.get(name) for piece in pieces}) > 1]


def _constants(
    pieces: Sequence[_Piece], tellers: Sequence[str], catalog: Mapping[str, Any]
) -> tuple[Column, ...]:
    """Return the columns of what tells the jobs apart, typed as the operations' parameters are."""
    operations = dict.fromkeys(str(piece.asked[_OPERATION]) for piece in pieces)
    promised = [Layout((Column(_OPERATION, Kind.CHOICE, choices=tuple(operations)),))]
    for name in operations:
        operation = (catalog or bundled()).get(name)
        promised += [
            Layout((column_of(f"{_PARAMETER}{each.name}", each.schema),))
            for each in (operation.parameters if operation is not None else ())
            if f"{_PARAMETER}{each.name}" in tellers
        ]
    rows = [{name: piece.asked.get(name) for name in tellers} for piece in pieces]
    found = {column.name: column for column in surveyed([rows], merged(promised)).columns}
    return tuple(replace(found[name], nullable=True) for name in tellers)


def _name(frame: pd.DataFrame, tellers: Sequence[str]) -> None:
    """Give the columns that tell jobs apart short names, and take out those that the rows repeat anyway."""
    import pandas as pd

    names = list(frame.columns)
    for teller in tellers:
        short = teller.partition(".")[2]
        if short not in names:
            names[names.index(teller)] = short
        elif frame[teller].astype("string").equals(frame[short].astype("string")):
            del frame[teller]
            names.remove(teller)
    frame.columns = pd.Index(names)


def _provenance(pieces: Sequence[_Piece], tellers: Sequence[str]) -> dict[str, Any]:
    """Return where the data of a run came from, in the words of one job's; see :func:`provenance`."""
    shared = {
        name: value for piece in pieces[:1] for name, value in piece.asked.items() if name not in tellers
    }
    results = [piece.job.result for piece in pieces if not piece.why_not and piece.job.result is not None]
    operations = list(dict.fromkeys(piece.asked[_OPERATION] for piece in pieces))
    kinds = {str(result.source) for result in results if result.source is not None}
    # Which columns tell jobs apart must not depend on which of them have run; whose the data is may.
    characters = {asked_as(piece.job) for piece in pieces if not piece.why_not}
    sources: Counter[str] = Counter()
    for result in results:
        sources.update(result.sources)

    def oldest(name: str) -> str | None:
        moments = [getattr(result, name) for result in results]
        known = [moment for moment in moments if moment is not None]
        return moment_text(min(known)) if known else None

    return {
        "operation": operations[0] if len(operations) == 1 else operations,
        "parameters": {
            name.removeprefix(_PARAMETER): value
            for name, value in shared.items()
            if name.startswith(_PARAMETER)
        },
        "character": characters.pop() if len(characters) == 1 else shared.get(_CHARACTER),
        "source": None if not kinds else kinds.pop() if len(kinds) == 1 else Source.MIXED.value,
        "sources": dict(sources),
        "snapshot_at": oldest("snapshot_at"),
        "fetched_at": oldest("fetched_at"),
        "expires_at": oldest("expires_at"),
        "complete": len(results) == len(pieces),
        "jobs": len(pieces),
        "left_out": len(pieces) - len(results),
    }
