"""Asking again for what a store has: its entries as the jobs that would ask for them.

The pages of a set, where all of them are there, are one job, which keeps them whole. Everything else is asked
for piece by piece, the pieces of a walk too: how far somebody wanted to walk is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from esi_fetch.catalog import Operation, examined
from esi_fetch.errors import CharacterError, InputError
from esi_fetch.fetch import Fetcher, is_one_answer
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report
from esi_fetch.model.result import Source
from esi_fetch.store import Listed

__all__ = ["Again", "Refreshed", "jobs_again"]

_UNKNOWN_QUESTION = "kept by an older version, which did not note what was asked"
_UNKNOWN_OPERATION = "the catalog does not know the operation, or it has other parameters now"
_OTHER_ESI = "from another ESI, in another language, or of another date"
_NO_TOKEN = "there is no token for its character"  # noqa: S105 - words, not a secret


@dataclass(frozen=True)
class Again:
    """What asking again comes to.

    Attributes:
        jobs: The jobs that ask.
        left: How many entries are left alone, by why.
    """

    jobs: tuple[Job, ...]
    left: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Refreshed:
    """What became of asking again.

    Attributes:
        entries: How many entries were meant.
        left: How many of them were left alone, by why.
        report: The report on the jobs that asked, without data; with ``dry_run`` on jobs that were not done.
        dry_run: Whether nothing was sent.
    """

    entries: int
    left: Mapping[str, int]
    report: Report
    dry_run: bool = False

    @property
    def confirmed(self) -> int:
        """How many answers ESI confirmed (304)."""
        return self.report.totals.not_modified

    @property
    def changed(self) -> int:
        """How many answers came anew."""
        return sum(job.result.sources.get(Source.REMOTE.value, 0) for job in self.report if job.result)

    @property
    def ok(self) -> bool:
        """Whether ESI has answered all that was asked."""
        return self.dry_run or (self.report.ok and not self.report.totals.stale)


def jobs_again(entries: Iterable[Listed], *, fetcher: Fetcher) -> Again:
    """Return the jobs that ask again for entries; nothing is sent."""
    left: Counter[str] = Counter()
    sets: dict[bytes, _PageSet] = {}
    jobs: list[Job] = []
    for entry in entries:
        operation, reason = _question(entry, fetcher)
        if operation is None:
            left[reason] += 1
            continue
        assert entry.parameters is not None  # noqa: S101 - _question has looked
        pagination = operation.pagination
        if pagination is not None and pagination.kind == "pages" and pagination.parameter in entry.parameters:
            base = {name: value for name, value in entry.parameters.items() if name != pagination.parameter}
            alike = orjson.dumps([operation.op_id, entry.character, base], option=orjson.OPT_SORT_KEYS)
            page_set = sets.setdefault(alike, _PageSet(operation.op_id, base, entry.character))
            page_set.pages[entry.parameters[pagination.parameter]] = entry
            page_set.parameter = pagination.parameter
            continue
        # Of a walk's first piece nothing says that only that one is meant, but that one record is enough.
        begins_walk = not is_one_answer(operation, entry.parameters)
        jobs.append(
            Job(
                operation.op_id,
                dict(entry.parameters),
                character=entry.character,
                max_records=1 if begins_walk else None,
            )
        )
    for page_set in sets.values():
        jobs.extend(page_set.jobs())
    return Again(tuple(jobs), dict(left))


@dataclass
class _PageSet:
    """Pages of one set, as many of them as are there."""

    op_id: str
    parameters: dict[str, Any]
    character: int | None
    pages: dict[Any, Listed] = field(default_factory=dict)
    parameter: str = "page"

    def jobs(self) -> Iterator[Job]:
        first = self.pages.get(1)
        total = 0 if first is None else first.pages or 1
        if total and all(number in self.pages for number in range(1, total + 1)):
            yield Job(self.op_id, self.parameters, character=self.character)
            return
        for number in self.pages:
            yield Job(self.op_id, {**self.parameters, self.parameter: number}, character=self.character)


def _question(entry: Listed, fetcher: Fetcher) -> tuple[Operation | None, str]:
    """Return the operation that would ask for an entry again; None, and why, where that can't be done."""
    if entry.parameters is None:
        return None, _UNKNOWN_QUESTION
    operation = fetcher.catalog.get(entry.op_id)
    parameters: dict[str, Any] = {}
    problems: list[Any] = []
    if operation is not None:
        parameters, problems = examined(operation, entry.parameters)
    if operation is None or problems:
        return None, _UNKNOWN_OPERATION
    # The key holds all that an answer depends on: what would get another one is not this entry.
    if fetcher.calls.make(operation, parameters, character=entry.character).key != entry.key:
        return None, _OTHER_ESI
    try:
        fetcher.check(Job(operation.op_id, parameters, character=entry.character))
    except CharacterError:
        return None, _NO_TOKEN
    except InputError:
        return None, _UNKNOWN_OPERATION
    return operation, ""
