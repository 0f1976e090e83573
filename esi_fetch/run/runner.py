"""Many jobs: worker threads, results in order, and a stop that stops.

What is done with each job stands in :mod:`esi_fetch.run.workbench`, on this client's own threads or on those
of clients elsewhere (:mod:`esi_fetch.run.elsewhere`).

The rest is done by the calling thread, when the caller has the job: it is noted in the journal, and its
bookmark is kept, last of all: what was fetched but not delivered, because a callback failed or the run was
stopped, comes again with the next run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from esi_fetch.errors import InputError
from esi_fetch.model.events import JobFinished, JobStarted, RunFinished, RunStarted
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report, RunningTotals
from esi_fetch.model.result import Result
from esi_fetch.observers import Dispatcher
from esi_fetch.run.how import How, Terms, nothing, without_data
from esi_fetch.run.journal import Journal
from esi_fetch.run.outcomes import Finished, RunInterrupted, failed_result, report_on
from esi_fetch.run.prepare import Prepared
from esi_fetch.run.workbench import Workbench
from esi_fetch.transport import Costs, Mode

if TYPE_CHECKING:
    from esi_fetch.run.elsewhere import Elsewhere

__all__ = ["Runner"]


class Runner(Workbench):
    """Runs many jobs on the worker threads of one client, or elsewhere."""

    def run(
        self,
        jobs: Collection[Prepared],
        *,
        mode: Mode,
        observers: Dispatcher,
        journal: Journal | None = None,
        keeps_data: bool = True,
        elsewhere: Elsewhere | None = None,
    ) -> Report:
        """Run all jobs and report on them, in the order given.

        Args:
            jobs: The jobs; they are drawn one by one, a few ahead.
            mode: What may be used.
            observers: Told what happens.
            journal: Where it is noted what became of each, and which of them are not to be done; None for
                nowhere. It is begun, and ended, but not closed.
            keeps_data: Whether the report's results have their data. Without, a hundred thousand jobs need
                no more memory than their results; callbacks have the data either way, and so have observers
                where the jobs are worked on here.
            elsewhere: Works on the jobs in place of the client's own threads.

        Raises:
            JournalError: The journal can't be written; nothing was sent.
            RunInterrupted: Ctrl-C; it carries the report.
        """
        if journal is not None:
            journal.begin(len(jobs))
        began = self._clock.monotonic()
        finished: dict[int, Job] = {}
        late: dict[int, Finished] = {}
        begin_write = None if journal is None else journal.mark_begun
        how = How(mode, observers, keeps_data=keeps_data, journal=journal, begin_write=begin_write)

        def note(number: int, ended: Finished) -> None:
            finished[number] = ended.job if keeps_data else without_data(ended.job)
            if journal is not None:
                journal.note(number, ended.job, writes=ended.writes, recalled=ended.recalled)

        def report(recall: Callable[[int, Prepared], Result | None] = nothing) -> Report:
            elapsed_s = self._clock.monotonic() - began
            return report_on(jobs, finished, elapsed_s=elapsed_s, recall=recall)

        observers.emit(RunStarted(len(jobs)))
        try:
            idle = nothing if journal is None else journal.flush_if_due
            if elsewhere is None or self._crew.is_mine():
                passed = self._pass(
                    enumerate(jobs),
                    self._numbered_worker(how),
                    late,
                    at_once=lambda numbered: self._stored(numbered[1], how),
                    idle=idle,
                )
            else:
                terms = self._terms(how, total=len(jobs), idle=idle)
                passed = elsewhere.outcomes(self._not_recalled(jobs, how), terms, late)
            with closing(passed) as outcomes:
                for number, ended in outcomes:
                    note(number, ended)
                    if ended.bookmark is not None:
                        if journal is not None:
                            # Were the bookmark moved on and the row lost, a resumed run would find no changes
                            # any more, and write that over the file that has them.
                            journal.flush()
                        self._fetcher.keep(ended.bookmark)
        except KeyboardInterrupt:
            for number, ended in late.items():
                # Whose bookmark was not kept is done again, with the same changes.
                if ended.bookmark is None:
                    note(number, ended)
                else:
                    finished[number] = ended.job
            if journal is not None:
                journal.flush()
            so_far = report(lambda number, prepared: self._recalled(number, prepared, how))
            observers.emit(RunFinished(so_far.totals))
            raise RunInterrupted(so_far) from None
        if journal is not None and len(finished) == len(jobs):
            journal.end()
        result = report()
        observers.emit(RunFinished(result.totals))
        return result

    def stream(
        self,
        jobs: Iterable[Job],
        *,
        ready: Callable[[Job], Prepared],
        mode: Mode,
        observers: Dispatcher,
        in_order: bool = False,
        keeps_data: bool = True,
        elsewhere: Elsewhere | None = None,
    ) -> Iterator[Job]:
        """Run jobs as they are drawn from *jobs*; yield each as it finishes, or in the order of *jobs*.

        Only a few jobs are drawn ahead, so neither the jobs nor their results need fit in memory. A job
        that is wrong comes back failed, as the others should not wait for its turn to be found out.
        """
        how = How(mode, observers, keeps_data=keeps_data)

        def prepared(job: Job) -> Prepared | Finished:
            try:
                return ready(job)
            except InputError as error:
                failed = job.with_result(failed_result(error, Costs(), now=self._clock.now()))
                observers.emit(JobStarted(job))
                observers.emit(JobFinished(failed))
                return Finished(failed, error)

        def at_once(known: Prepared | Finished) -> Finished | None:
            return known if isinstance(known, Finished) else self._stored(known, how)

        def work(known: Prepared | Finished, cancel: threading.Event) -> Finished:
            return known if isinstance(known, Finished) else self._work(known, cancel, how)

        if elsewhere is None or self._crew.is_mine():
            passed = self._pass(map(prepared, jobs), work, {}, at_once=at_once, in_order=in_order)
        else:
            terms = self._terms(how, in_order=in_order)
            passed = elsewhere.outcomes(enumerate(map(prepared, jobs)), terms, {})
        began, sums = self._clock.monotonic(), RunningTotals()
        observers.emit(RunStarted(None))
        try:
            with closing(passed) as outcomes:
                for _, ended in outcomes:
                    sums.add(ended.job)
                    yield ended.job if keeps_data else without_data(ended.job)
                    # Not before the caller comes for the next: who stops here may have failed over this one.
                    self._fetcher.keep(ended.bookmark)
        finally:
            observers.emit(RunFinished(sums.totals(elapsed_s=self._clock.monotonic() - began)))

    def _terms(
        self,
        how: How,
        *,
        total: int | None = None,
        in_order: bool = False,
        idle: Callable[[], object] = nothing,
    ) -> Terms:
        return Terms(
            how.mode,
            how.observers,
            keeps_data=how.keeps_data,
            writes=lambda prepared: self._writes(prepared.job),
            clock=self._clock,
            begin_write=how.begin_write,
            total=total,
            in_order=in_order,
            idle=idle,
        )

    def _not_recalled(self, jobs: Iterable[Prepared], how: How) -> Iterator[tuple[int, Prepared | Finished]]:
        """Yield the jobs with their numbers; those that the journal knows have ended."""
        for number, prepared in enumerate(jobs):
            if (known := self._recalled(number, prepared, how)) is None:
                yield number, prepared
                continue
            done = prepared.job.with_result(known)
            how.observers.emit(JobFinished(done))
            yield number, Finished(done, recalled=True)
