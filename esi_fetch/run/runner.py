"""Many jobs: worker threads, results in order, and a stop that stops.

Order of operations for one job (:meth:`Runner._worked`):

1. announce it
2. fetch (:class:`~esi_fetch.fetch.Fetcher`); what goes wrong becomes a failed result, and harms no other job
3. run its callbacks, when its data is whole
4. announce what became of it

Its bookmark is kept last of all, by the calling thread, when the caller has the job: what was fetched but not
delivered, because a callback failed or the run was stopped, comes again with the next run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import TypeVar

from esi_fetch.callbacks.apply import run_callbacks
from esi_fetch.clock import Clock
from esi_fetch.errors import InputError, JobCancelledError, JobError
from esi_fetch.fetch import Bookmark, Fetcher
from esi_fetch.model.events import JobFinished, JobStarted, RunFinished, RunStarted
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import ErrorInfo, Result, State
from esi_fetch.observers import Dispatcher
from esi_fetch.run.crew import Crew
from esi_fetch.run.prepare import Prepared
from esi_fetch.transport import Costs, LiveSockets, Mode, Task

__all__ = ["Finished", "RunInterrupted", "Runner"]

_Item = TypeVar("_Item")

# Work under way gets this long to end once a run is stopped; its sockets are shut, so it rarely needs it.
_STOP_S = 2.0
# Waits of the main thread are sliced, because on Windows a wait without an end can't be interrupted.
_SLICE_S = 0.5


class RunInterrupted(KeyboardInterrupt):
    """Raised when Ctrl-C stops a run: a ``KeyboardInterrupt`` that carries what was done until then.

    Attributes:
        report: The report; jobs that were not done are ``cancelled``.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("the run was stopped")
        self.report = report


@dataclass(frozen=True)
class _How:
    """How the jobs of a run are worked on."""

    mode: Mode
    observers: Dispatcher
    keeps_decoded: bool = False


@dataclass(frozen=True)
class Finished:
    """A job that has ended.

    Attributes:
        job: The job, with its result.
        error: Why it failed; None when it did not.
        bookmark: What is to be kept once the caller has the job; None unless all its callbacks succeeded.
    """

    job: Job
    error: JobError | InputError | None = None
    bookmark: Bookmark | None = None


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

    def run(self, jobs: Sequence[Prepared], *, mode: Mode, observers: Dispatcher) -> Report:
        """Run all jobs and report on them, in the order given.

        Raises:
            RunInterrupted: Ctrl-C; it carries the report.
        """
        began = self._clock.monotonic()
        finished: dict[int, Job] = {}

        def report() -> Report:
            cancelled = Result(
                State.CANCELLED, error=ErrorInfo("JobCancelledError", "stopped before it began")
            )
            done = tuple(
                finished.get(index) or prepared.job.with_result(cancelled)
                for index, prepared in enumerate(jobs)
            )
            return Report(done, Totals.of(done, elapsed_s=self._clock.monotonic() - began))

        observers.emit(RunStarted(len(jobs)))
        try:
            with closing(self._pass(jobs, self._worker(_How(mode, observers)), finished)) as outcomes:
                for index, ended in outcomes:
                    finished[index] = ended.job
                    self._fetcher.keep(ended.bookmark)
        except KeyboardInterrupt:
            so_far = report()
            observers.emit(RunFinished(so_far.totals))
            raise RunInterrupted(so_far) from None
        result = report()
        observers.emit(RunFinished(result.totals))
        return result

    def stream(
        self, jobs: Iterable[Job], *, ready: Callable[[Job], Prepared], mode: Mode, observers: Dispatcher
    ) -> Iterator[Job]:
        """Run jobs as they are drawn from *jobs*; yield each as it finishes, in that order.

        Only a few jobs are drawn ahead, so neither the jobs nor their results need fit in memory. A job
        that is wrong comes back failed, as the others should not wait for its turn to be found out.
        """

        def work(job: Job, cancel: threading.Event) -> Finished:
            try:
                prepared = ready(job)
            except InputError as error:
                return Finished(job.with_result(_failed(error, Costs())), error)
            return self._work(prepared, cancel, _How(mode, observers))

        with closing(self._pass(jobs, work, {})) as outcomes:
            for _, ended in outcomes:
                yield ended.job
                # Not before the caller comes for the next one: who stops here may have failed over this one.
                self._fetcher.keep(ended.bookmark)

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
        with closing(self._pass([prepared], self._worker(how), {})) as outcomes:
            return next(outcomes)[1]

    def _worker(self, how: _How) -> Callable[[Prepared, threading.Event], Finished]:
        return lambda prepared, cancel: self._work(prepared, cancel, how)

    def _pass(
        self,
        items: Iterable[_Item],
        work: Callable[[_Item, threading.Event], Finished],
        late: dict[int, Job],
    ) -> Generator[tuple[int, Finished], None, None]:
        """Yield each item's outcome with its index, as they finish.

        The calling thread only hands out and waits: an interrupt that hit it in the middle of a write or a
        request would leave those half done. When it stops early, whatever still finishes goes into *late*.

        A worker that calls, from a callback or an observer, does the work itself: were all workers to wait
        for a free one, they would wait for ever.
        """
        if self._crew.is_mine():
            outer = self._here.cancel or threading.Event()
            for index, item in enumerate(items):
                yield index, work(item, outer)
            return
        cancel = threading.Event()
        pending: dict[Future[Finished], int] = {}
        finished: SimpleQueue[Future[Finished]] = SimpleQueue()
        source = enumerate(items)
        try:
            drawn_all = False
            while True:
                while not drawn_all and len(pending) < 2 * self._crew.workers:
                    drawn = next(source, None)
                    if drawn is None:
                        drawn_all = True
                        break
                    future = self._crew.submit(work, drawn[1], cancel)
                    pending[future] = drawn[0]
                    future.add_done_callback(finished.put)
                if not pending:
                    return
                try:
                    future = finished.get(timeout=_SLICE_S)
                except Empty:
                    continue
                yield pending[future], future.result()
                del pending[future]  # not before it has arrived: an interrupt may come in between
        finally:
            self._stop(cancel, pending, late)

    def _stop(
        self, cancel: threading.Event, pending: dict[Future[Finished], int], late: dict[int, Job]
    ) -> None:
        cancel.set()
        self._sockets.end(cancel)
        running = [future for future in pending if not future.cancel()]
        for future in wait(running, timeout=_STOP_S).done:
            if future.exception() is None:
                late[pending[future]] = future.result().job

    def _work(self, prepared: Prepared, cancel: threading.Event, how: _How) -> Finished:
        outer, self._here.cancel = self._here.cancel, cancel
        try:
            return self._worked(prepared, cancel, how)
        finally:
            self._here.cancel = outer

    def _worked(self, prepared: Prepared, cancel: threading.Event, how: _How) -> Finished:
        job, emit = prepared.job, how.observers.emit
        deadline = self._clock.monotonic() + self._max_wait_s
        task = Task(job, cancel, deadline, emit, Costs(), keeps_decoded=how.keeps_decoded)
        began = self._clock.monotonic()
        emit(JobStarted(job))
        error: JobError | InputError | None = None
        bookmark: Bookmark | None = None
        try:
            fetched = self._fetcher.fetch(task, mode=how.mode)
            done = job.with_result(fetched.result)
            if cancel.is_set() and job.callbacks:
                raise JobCancelledError("stopped before its callbacks", job=job)
        except (JobError, InputError) as raised:
            error = raised
            failed = _failed(error, task.costs)
            done = job.with_result(replace(failed, elapsed_s=self._clock.monotonic() - began))
        else:
            done = run_callbacks(done, root=prepared.root, values=prepared.values, emit=emit)
            if done.result is not None and not done.result.callback_errors:
                bookmark = fetched.bookmark
        emit(JobFinished(done))
        return Finished(done, error, bookmark)


def _failed(error: JobError | InputError, costs: Costs) -> Result:
    spent = costs.spent()
    status = error.status if isinstance(error, JobError) else None
    attempts = len(error.attempts) if isinstance(error, JobError) else 0
    return Result(
        State.CANCELLED if isinstance(error, JobCancelledError) else State.FAILED,
        error=ErrorInfo(type(error).__name__, str(error), status, attempts),
        status=status,
        attempts=spent.attempts,
        requests=spent.requests,
        retries=spent.retries,
        tokens=spent.tokens,
        waited_s=spent.waited_s,
    )
