"""The bill of a run, before it: what would be sent, where the rest would come from, what it costs.

Order of operations:

1. every job is checked as for a run (:func:`~esi_fetch.run.prepare.prepare`), one by one
2. its first request is compared with the store's header of it, many at a time; no body is read
3. of sets of pages, the same for all others that the store's first page announces
4. what is needed of each limit is set beside what is left of it

Nothing is sent, and no file is made.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from esi_fetch.auth import UNKNOWN
from esi_fetch.catalog import operation_of
from esi_fetch.errors import CharacterError, InputError, Problem
from esi_fetch.fetch import (
    Beginning,
    Extent,
    Fetcher,
    Wanted,
    beginning,
    first_lookup,
    foresee,
    job_scopes,
    page_call,
)
from esi_fetch.limits import Limiter
from esi_fetch.model.bill import Bill, BillLine, CharacterNeed, Cost, PlannedFile
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.run.journal import Journal
from esi_fetch.run.plan_time import Needs
from esi_fetch.run.prepare import Checked, Look, Outputs, Prepared, prepare
from esi_fetch.store import Glance
from esi_fetch.transport import Call, Decision, Mode, decide

__all__ = ["LATENCY_S", "bill"]

LATENCY_S = 0.25
"""What one request is taken to need for its way; ESI's answers take 0.1 to 0.5 seconds as a rule."""

# Of one operation in one work order, so many jobs have lines of their own; more are added up.
_MOST_LINES = 20
# So many files of a line are named.
_MOST_PATHS = 100
# So many entries of the store are looked at in one go.
_MANY = 500

_FULL_COST, _CONFIRMED_COST = 2, 1


def bill(
    orders: Iterable[tuple[str, WorkOrder]],
    *,
    fetcher: Fetcher,
    outputs: Outputs,
    limiter: Limiter,
    mode: Mode,
    look: Look | None = None,
    journal: Journal | None = None,
) -> Bill:
    """Return the bill of work orders; what is wrong with them is in it, and raises nothing.

    Args:
        orders: Work orders, each with the name its problems are reported under: the file it came from.
        fetcher: Knows the catalog, the characters and the store.
        outputs: Where files would go.
        limiter: Knows what is left of the limits.
        mode: What may be used.
        look: Looks at each job, and may find more that is wrong.
        journal: Knows which jobs are not to be done; None where all of them are.

    Raises:
        StoreError: The store's file can't be used.
    """
    reckoning = _Reckoning(fetcher, limiter=limiter, mode=mode, journal=journal)

    def both(checked: Checked) -> Iterable[Problem]:
        reckoning.add(checked)
        return look(checked) if look is not None else ()

    problems: tuple[Problem, ...] = ()
    try:
        prepare(orders, fetcher=fetcher, outputs=outputs, look=both)
    except InputError as error:
        problems = error.problems
    return reckoning.bill(problems)


@dataclass(slots=True)
class _Sum:
    """A line that is being added up."""

    order: str
    job: str
    op_id: str
    table: str | None = None
    parameters: dict[str, Any] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    paths: list[PlannedFile] = field(default_factory=list)

    def write(self, path: Path) -> None:
        is_there = os.path.exists(path)
        self.counts["files"] += 1
        self.counts["replaced"] += is_there
        if len(self.paths) < _MOST_PATHS:
            self.paths.append(PlannedFile(str(path), is_there))

    def merge(self, other: _Sum) -> None:
        self.counts.update(other.counts)
        self.tokens.update(other.tokens)
        self.paths += other.paths[: _MOST_PATHS - len(self.paths)]
        self.parameters = None

    def line(self) -> BillLine:
        return BillLine(
            order=self.order,
            job=self.job,
            op_id=self.op_id,
            table=self.table,
            parameters=self.parameters,
            paths=tuple(self.paths),
            tokens=dict(self.tokens),
            **self.counts,
        )


class _Open(NamedTuple):
    """A job whose first request is to be compared with the store."""

    line: _Sum
    begin: Beginning
    wanted: Wanted


class _Reckoning:
    """Adds up what jobs would cost."""

    def __init__(self, fetcher: Fetcher, *, limiter: Limiter, mode: Mode, journal: Journal | None) -> None:
        self._fetcher = fetcher
        self._journal = journal
        self._count_of_jobs = 0
        self._limiter = limiter
        self._mode = mode
        self._store = fetcher.session.store
        self._now = fetcher.clock.now()
        self._needs = Needs(limiter)
        self._lines: dict[tuple[int, int], _Sum] = {}
        self._singles: dict[tuple[int, str], list[int]] = {}
        self._added_up: dict[tuple[int, str], _Sum] = {}
        self._characters: Counter[tuple[int | str | None, tuple[str, ...], bool]] = Counter()
        self._open: list[_Open] = []
        # What an earlier job of the run has fetched by then.
        self._asked: set[bytes] = set()
        # What ESI has refused a moment ago, of what is being counted.
        self._refused: set[str] = set()

    def add(self, checked: Checked) -> None:
        """Count one job."""
        line = self._line_of(checked)
        line.counts["jobs"] += 1
        number = self._count_of_jobs
        self._count_of_jobs += 1
        if checked.ready is None:
            line.counts["wrong"] += 1
            if isinstance(checked.error, CharacterError):
                scopes = job_scopes(checked.job, self._fetcher.catalog)
                self._characters[checked.job.character, scopes, True] += 1
            return
        if (spared := self._spared(number, checked.ready)) is not None:
            line.counts[spared] += 1
            return
        wanted, job = checked.ready.wanted, checked.ready.job
        for path in checked.paths:
            line.write(path)
        if wanted.character is not None:
            self._characters[wanted.character, wanted.operation.scopes, False] += 1
        if job.since_last and self._mode is Mode.OFFLINE:
            line.counts["missing"] += 1  # only ESI knows what has changed
            return
        if job.recipe is not None:
            self._add_recipe(line, job, wanted)
            return
        self._add_request(line, job, wanted)

    def _add_request(self, line: _Sum, job: Job, wanted: Wanted) -> None:
        line.counts["looked_up"] += bool(wanted.unknown)
        if (lookup := first_lookup(self._fetcher, wanted)) is not None:
            self._open.append(_Open(line, Beginning(lookup, Extent.ONE), wanted))
        self._open.append(_Open(line, beginning(self._fetcher, job, wanted), wanted))
        if len(self._open) >= _MANY:
            self._settle()

    def _add_recipe(self, line: _Sum, job: Job, wanted: Wanted) -> None:
        foreseen = foresee(self._fetcher, job, wanted, mode=self._mode)
        line.counts["from_store"] += foreseen.is_kept
        line.counts["unknown"] += foreseen.unknown
        for part in foreseen.parts:
            self._add_request(line, part, self._fetcher.check(part))

    def _spared(self, number: int, ready: Prepared) -> str | None:
        """Return how a job counts that would not be done; None when it would."""
        if self._journal is None:
            return None
        writes = not operation_of(ready.job, self._fetcher.catalog).repeatable
        known = self._journal.recall(number, ready, writes=writes, keeps_data=False)
        if known is None:
            return None
        return "spared" if known.resumed or known.skipped else "in_doubt"

    def bill(self, problems: tuple[Problem, ...]) -> Bill:
        """Return the bill of all jobs so far."""
        self._settle()
        lines = tuple(one.line() for one in self._lines.values())
        sums = _Sum("", "", "")
        for one in self._lines.values():
            sums.counts.update(one.counts)
            sums.tokens.update(one.tokens)
        limits = self._needs.listed(self._limiter.snapshot())
        cap = self._limiter.terms.requests_per_second
        workers = self._fetcher.workers
        takes_s = max(
            [each.takes_s for each in limits]
            + [sums.counts["requests"] * LATENCY_S / workers]
            + ([sums.counts["requests"] / cap] if cap else [])
        )
        return Bill(
            totals=Cost(tokens=dict(sums.tokens), **sums.counts),
            jobs=lines,
            limits=limits,
            characters=tuple(self._needs_of_characters()),
            problems=problems,
            takes_s=takes_s,
            workers=workers,
            latency_s=LATENCY_S,
        )

    # Lines

    def _needs_of_characters(self) -> Iterator[CharacterNeed]:
        if not self._characters:
            return
        names = {each.character_id: each.name for each in self._fetcher.calls.tokens.characters()}
        for (character, scopes, missing), number in self._characters.items():
            name = names.get(character, "") if isinstance(character, int) else ""
            yield CharacterNeed(None if character == UNKNOWN else character, scopes, number, missing, name)

    def _line_of(self, checked: Checked) -> _Sum:
        job, order = checked.job, checked.order
        if job.row is not None:
            line = self._lines.get((order, checked.entry))
            if line is None:
                op_id, table, common = self._op_id(job), job.row.table, dict(job.parameters)
                line = _Sum(checked.order_name, job.name or job.subject, op_id, table, common)
                self._lines[order, checked.entry] = line
            return line
        op_id = self._op_id(job)
        alike = (order, op_id)
        if alike in self._added_up:
            return self._added_up[alike]
        singles = self._singles.setdefault(alike, [])
        line = _Sum(checked.order_name, job.label, op_id, parameters=dict(job.parameters))
        self._lines[order, checked.entry] = line
        singles.append(checked.entry)
        if len(singles) > _MOST_LINES:
            self._settle()  # what is still open belongs to lines that end here
            line = self._lines[order, singles[0]]
            line.job = op_id
            for entry in singles[1:]:
                line.merge(self._lines.pop((order, entry)))
            self._added_up[alike] = line
        return line

    def _op_id(self, job: Job) -> str:
        try:
            return operation_of(job, self._fetcher.catalog).op_id
        except InputError:
            return job.subject

    # Requests

    def _settle(self) -> None:
        """Compare what is open with the store."""
        found = self._glances([one.begin.call for one in self._open])
        self._refused = self._refusals([one.begin.call for one in self._open])
        pages: list[tuple[_Sum, Call]] = []
        for line, (call, extent), wanted in self._open:
            known = found.get(call.key)
            if not self._count(line, call, known) or extent is Extent.ONE:
                continue
            if extent is Extent.WALK or known is None:
                line.counts["unknown"] += 1
            else:
                for number in range(2, (known.pages or 1) + 1):
                    pages.append((line, page_call(self._fetcher, wanted, number)))
                    if len(pages) >= _MANY:
                        self._count_pages(pages)
        self._open.clear()
        self._count_pages(pages)

    def _count_pages(self, pages: list[tuple[_Sum, Call]]) -> None:
        found = self._glances([call for _, call in pages])
        for line, call in pages:
            self._count(line, call, found.get(call.key))
        pages.clear()

    def _glances(self, calls: Iterable[Call]) -> dict[str, Glance]:
        keys = list({call.key for call in calls if call.storable})
        return self._store.glances(keys) if self._store is not None and keys else {}

    def _refusals(self, calls: Iterable[Call]) -> set[str]:
        return self._fetcher.session.refusals.among(calls) if self._mode is Mode.NORMAL else set()

    def _count(self, line: _Sum, call: Call, known: Glance | None) -> bool:
        """Count one request, or the answer that makes it needless; return whether there will be data."""
        stored = self._store is not None and call.storable
        # Half of a digest still tells millions of requests apart, in a third of the memory.
        short = bytes.fromhex(call.key[:32]) if stored else b""
        if stored and short in self._asked:
            # By then it has just been fetched, and only who insists asks again.
            decision = Decision.ASK_CHANGED if self._mode is Mode.REFRESH else Decision.SERVE
        else:
            decision = decide(known if stored else None, now=self._now, mode=self._mode)
        if decision is Decision.SERVE:
            line.counts["from_store"] += 1
            return True
        if decision is Decision.GIVE_UP:
            line.counts["missing"] += 1
            return False
        if call.key in self._refused:
            line.counts["refused"] += 1
            return False
        if stored:
            self._asked.add(short)
        confirms = decision is Decision.ASK_CHANGED
        line.counts["requests"] += 1
        line.counts["conditional" if confirms else "full"] += 1
        cost = _CONFIRMED_COST if confirms else _FULL_COST
        group = self._needs.add(call.route, cost=cost, at_most=_FULL_COST)
        if group is None:
            line.counts["without_bucket"] += 1
        else:
            line.tokens[group] += cost
        return True
