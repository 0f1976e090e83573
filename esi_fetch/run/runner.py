"""Many jobs: worker threads, results in order, and a stop that stops.

Order of operations for one job (:meth:`Runner._worked`):

1. where the run's journal knows that it is not to be done, announce what became of it, and that is all; else
   announce that it begins
2. fetch (:class:`~esi_fetch.fetch.Fetcher`); what goes wrong becomes a failed result, and harms no other job
3. run its callbacks, when its data is whole
4. announce what became of it

The rest is done by the calling thread, when the caller has the job: it is noted in the journal, and its
bookmark is kept, last of all: what was fetched but not delivered, because a callback failed or the run was
stopped, comes again with the next run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TypeVar

from esi_fetch.callbacks.apply import run_callbacks
from esi_fetch.catalog import operation_of
from esi_fetch.clock import Clock
from esi_fetch.errors import InputError, JobCancelledError, JobError
from esi_fetch.fetch import Bookmark, Fetcher
from esi_fetch.model.events import JobFinished, JobStarted, RunFinished, RunStarted
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.report import Report, RunningTotals
from esi_fetch.model.result import Result
from esi_fetch.observers import Dispatcher
from esi_fetch.run.crew import Crew
from esi_fetch.run.hand_out import hand_out
from esi_fetch.run.journal import Journal
from esi_fetch.run.outcomes import Finished, RunInterrupted, failed_result, report_on
from esi_fetch.run.prepare import Prepared
from esi_fetch.transport import Costs, LiveSockets, Mode, Task

__all__ = ["Runner"]

_Item = TypeVar("_Item")

# Work under way gets this long to end once a run is stopped; its sockets are shut, so it rarely needs it.
_STOP_S = 2.0
# So many jobs, for each worker, are drawn whose results the caller has not had yet. Where the order counts,
# more of them: one that takes long holds up those behind it.
_AHEAD, _AHEAD_IN_ORDER = 2, 4

_NO_DATA = LazyData.of(None)


@dataclass(frozen=True)
class _How:
    """How the jobs of a run are worked on."""

    mode: Mode
    observers: Dispatcher
    keeps_decoded: bool = False
    keeps_data: bool = True
    journal: Journal | None = None


def _nothing(*ignored: object) -> None:
    """Do nothing, and know nothing."""


class _Here(threading.local):
    """What a worker thread is at: the stop of the run whose job it works on."""

    cancel: threading.Event | None = None


class Runner:
    """Runs jobs on the worker threads of one client.

    Args:
        fetcher: Turns one job into one result.
        crew: The worker threads.
        sockets: Attempts under way, to be ended when a run is stopped.
        clock: Tells the time.
        max_wait_s: How long a job's requests may wait for limits, in all.
    """

    def __init__(
        self, *, fetcher: Fetcher, crew: Crew, sockets: LiveSockets, clock: Clock, max_wait_s: float
    ) -> None:
        self._fetcher = fetcher
        self._crew = crew
        self._sockets = sockets
        self._clock = clock
        self._max_wait_s = max_wait_s
        self._here = _Here()

    def run(
        self,
        jobs: Collection[Prepared],
        *,
        mode: Mode,
        observers: Dispatcher,
        journal: Journal | None = None,
        keeps_data: bool = True,
    ) -> Report:
        """Run all jobs and report on them, in the order given.

        Args:
            jobs: The jobs; they are drawn one by one, a few ahead.
            mode: What may be used.
            observers: Told what happens.
            journal: Where it is noted what became of each, and which of them are not to be done; None for
                nowhere. It is begun, and ended, but not closed.
            keeps_data: Whether the report's results have their data. Without, a hundred thousand jobs need
                no more memory than their results; callbacks and observers have the data either way.

        Raises:
            JournalError: The journal can't be written; nothing was sent.
            RunInterrupted: Ctrl-C; it carries the report.
        """
        if journal is not None:
            journal.begin(len(jobs))
        began = self._clock.monotonic()
        finished: dict[int, Job] = {}
        late: dict[int, Finished] = {}
        how = _How(mode, observers, keeps_data=keeps_data, journal=journal)

        def note(number: int, ended: Finished) -> None:
            finished[number] = ended.job if keeps_data else _without_data(ended.job)
            if journal is not None:
                journal.note(number, ended.job, writes=ended.writes, recalled=ended.recalled)

        def report(recall: Callable[[int, Prepared], Result | None] = _nothing) -> Report:
            elapsed_s = self._clock.monotonic() - began
            return report_on(jobs, finished, elapsed_s=elapsed_s, recall=recall)

        observers.emit(RunStarted(len(jobs)))
        try:
            work = self._numbered_worker(how)
            idle = _nothing if journal is None else journal.flush_if_due
            with closing(self._pass(enumerate(jobs), work, late, idle=idle)) as outcomes:
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
    ) -> Iterator[Job]:
        """Run jobs as they are drawn from *jobs*; yield each as it finishes, or in the order of *jobs*.

        Only a few jobs are drawn ahead, so neither the jobs nor their results need fit in memory. A job
        that is wrong comes back failed, as the others should not wait for its turn to be found out.
        """

        def work(job: Job, cancel: threading.Event) -> Finished:
            try:
                prepared = ready(job)
            except InputError as error:
                failed = job.with_result(failed_result(error, Costs(), now=self._clock.now()))
                observers.emit(JobStarted(job))
                observers.emit(JobFinished(failed))
                return Finished(failed, error)
            return self._work(prepared, cancel, _How(mode, observers))

        began, sums = self._clock.monotonic(), RunningTotals()
        observers.emit(RunStarted(None))
        try:
            with closing(self._pass(jobs, work, {}, in_order=in_order)) as outcomes:
                for _, ended in outcomes:
                    sums.add(ended.job)
                    yield ended.job
                    # Not before the caller comes for the next: who stops here may have failed over this one.
                    self._fetcher.keep(ended.bookmark)
        finally:
            observers.emit(RunFinished(sums.totals(elapsed_s=self._clock.monotonic() - began)))

    def one(
        self, prepared: Prepared, *, mode: Mode, observers: Dispatcher, keeps_decoded: bool = False
    ) -> Finished:
        """Run one job; whoever hands it over keeps its bookmark afterwards.

        Args:
            prepared: The job.
            mode: What may be used.
            observers: Told what happens.
            keeps_decoded: Whether the pages of a set stay decoded, for somebody who wants all rows at once.
        """
        how = _How(mode, observers, keeps_decoded)

        def work(prepared: Prepared, cancel: threading.Event) -> Finished:
            return self._work(prepared, cancel, how)

        with closing(self._pass([prepared], work, {})) as outcomes:
            return next(outcomes)[1]

    def _numbered_worker(self, how: _How) -> Callable[[tuple[int, Prepared], threading.Event], Finished]:
        return lambda item, cancel: self._work(item[1], cancel, how, number=item[0])

    def _pass(
        self,
        items: Iterable[_Item],
        work: Callable[[_Item, threading.Event], Finished],
        late: dict[int, Finished],
        *,
        in_order: bool = False,
        idle: Callable[[], object] = _nothing,
    ) -> Generator[tuple[int, Finished], None, None]:
        """Yield each item's outcome with its index, as they finish, or in their order.

        When the caller stops early, whatever still finishes goes into *late*. Every now and then, while
        nothing finishes, *idle* is called.

        A worker that calls, from a callback or an observer, does the work itself: were all workers to wait
        for a free one, they would wait for ever. When the run that it works for is stopped, the rest is left.
        """
        if self._crew.is_mine():
            outer = self._here.cancel or threading.Event()
            for index, item in enumerate(items):
                if index and outer.is_set():
                    break
                yield index, work(item, outer)
            return
        cancel = threading.Event()

        def stop() -> None:
            cancel.set()
            self._sockets.end(cancel)

        yield from hand_out(
            items,
            lambda item: work(item, cancel),
            crew=self._crew,
            workers=self._crew.threads,
            ahead=(_AHEAD_IN_ORDER if in_order else _AHEAD) * self._crew.threads,
            in_order=in_order,
            stop=stop,
            stop_s=_STOP_S,
            late=late,
            idle=idle,
        )

    def _work(self, prepared: Prepared, cancel: threading.Event, how: _How, *, number: int = 0) -> Finished:
        outer, self._here.cancel = self._here.cancel, cancel
        try:
            return self._worked(prepared, cancel, how, number)
        finally:
            self._here.cancel = outer

    def _worked(self, prepared: Prepared, cancel: threading.Event, how: _How, number: int) -> Finished:
        job, emit = prepared.job, how.observers.emit
        deadline = self._clock.monotonic() + self._max_wait_s
        task = Task(job, cancel, deadline, emit, Costs(), keeps_decoded=how.keeps_decoded)
        began = self._clock.monotonic()
        if (known := self._recalled(number, prepared, how)) is not None:
            done = job.with_result(known)
            emit(JobFinished(done))
            return Finished(done, recalled=True)
        emit(JobStarted(job))
        writes = how.journal is not None and self._writes(job)
        error: JobError | InputError | None = None
        bookmark: Bookmark | None = None
        try:
            if writes and how.journal is not None and not cancel.is_set():
                how.journal.mark_begun(number, job)
            fetched = self._fetcher.fetch(prepared.wanted, task=task, mode=how.mode)
            done = job.with_result(fetched.result)
            if cancel.is_set() and job.callbacks:
                raise JobCancelledError("stopped before its callbacks", job=job)
        except (JobError, InputError) as raised:
            error = raised
            failed = failed_result(error, task.costs, now=self._clock.now())
            done = job.with_result(replace(failed, elapsed_s=self._clock.monotonic() - began))
        else:
            values = prepared.values_with(fetched.looked_up)
            done = run_callbacks(done, root=prepared.root, values=values, emit=emit)
            if done.result is not None and not done.result.callback_errors:
                bookmark = fetched.bookmark
        emit(JobFinished(done))
        return Finished(done, error, bookmark, writes)

    def _writes(self, job: Job) -> bool:
        return not operation_of(job, self._fetcher.catalog).repeatable

    def _recalled(self, number: int, prepared: Prepared, how: _How) -> Result | None:
        """Return the result of a job that is not to be done; None where it is."""
        if how.journal is None:
            return None
        writes = self._writes(prepared.job)
        return how.journal.recall(number, prepared, writes=writes, keeps_data=how.keeps_data)


def _without_data(job: Job) -> Job:
    result = job.result
    return job if result is None else job.with_result(replace(result, payload=_NO_DATA))
