"""Working on jobs: the worker threads of one client, and what becomes of each job there.

Order of operations for one job (:meth:`Workbench._worked`):

1. where the run's journal knows that it is not to be done, announce what became of it, and that is all; else
   announce that it begins
2. fetch (:class:`~esi_fetch.fetch.Fetcher`); what goes wrong becomes a failed result, and harms no other job
3. run its callbacks, when its data is whole
4. announce what became of it
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TypeVar

from esi_fetch.callbacks.apply import run_callbacks
from esi_fetch.catalog import operation_of
from esi_fetch.clock import Clock
from esi_fetch.errors import InputError, JobCancelledError, JobError
from esi_fetch.fetch import Bookmark, Fetcher
from esi_fetch.model.events import JobFinished, JobStarted
from esi_fetch.model.job import Job
from esi_fetch.model.result import Result
from esi_fetch.observers import Dispatcher
from esi_fetch.run.crew import Crew
from esi_fetch.run.hand_out import hand_out
from esi_fetch.run.how import How, nothing
from esi_fetch.run.outcomes import Finished, failed_result
from esi_fetch.run.prepare import Prepared
from esi_fetch.transport import Costs, LiveSockets, Mode, Task

__all__ = ["Workbench"]

_Item = TypeVar("_Item")

# Work under way gets this long to end once a run is stopped; its sockets are shut, so it rarely needs it.
_STOP_S = 2.0
# So many jobs, for each worker, are drawn whose results the caller has not had yet. Where the order counts,
# more of them: one that takes long holds up those behind it.
_AHEAD, _AHEAD_IN_ORDER = 2, 4


class _StoppedElsewhereError(Exception):
    """Raised where a chunk of jobs is left because the run that it belongs to was stopped."""


class _Here(threading.local):
    """What a worker thread is at: the stop of the run whose job it works on."""

    cancel: threading.Event | None = None


class Workbench:
    """Works on jobs with the worker threads of one client.

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
        how = How(mode, observers, keeps_decoded)

        def work(prepared: Prepared, cancel: threading.Event) -> Finished:
            return self._work(prepared, cancel, how)

        at_once = partial(self._stored, how=how)
        with closing(self._pass([prepared], work, {}, at_once=at_once)) as outcomes:
            return next(outcomes)[1]

    def chunk(
        self,
        jobs: Sequence[tuple[int, Prepared]],
        *,
        mode: Mode,
        observers: Dispatcher,
        begin_write: Callable[[int, Job], None],
        is_stopped: Callable[[], bool],
    ) -> list[tuple[int, Finished]]:
        """Work on some jobs of a run that is elsewhere; return those that have ended, with their numbers.

        Args:
            jobs: Their numbers, and the jobs.
            mode: What may be used.
            observers: Told what happens.
            begin_write: Called before a job is sent that writes; it fails with the :class:`JobError` raised.
            is_stopped: Says whether the run was stopped: then the rest is left.
        """
        how = How(mode, observers, begin_write=begin_write)
        ended: list[tuple[int, Finished]] = []
        late: dict[int, Finished] = {}

        def look() -> None:
            if is_stopped():
                raise _StoppedElsewhereError

        try:
            look()
            with closing(self._pass(jobs, self._numbered_worker(how), late, idle=look)) as outcomes:
                for index, each in outcomes:
                    ended.append((jobs[index][0], each))
                    look()
        except (_StoppedElsewhereError, KeyboardInterrupt):
            ended += [(jobs[index][0], each) for index, each in late.items()]
        return ended

    def _numbered_worker(self, how: How) -> Callable[[tuple[int, Prepared], threading.Event], Finished]:
        return lambda item, cancel: self._work(item[1], cancel, how, number=item[0])

    def _pass(
        self,
        items: Iterable[_Item],
        work: Callable[[_Item, threading.Event], Finished],
        late: dict[int, Finished],
        *,
        at_once: Callable[[_Item], Finished | None] = nothing,
        in_order: bool = False,
        idle: Callable[[], object] = nothing,
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
            at_once=at_once,
            crew=self._crew,
            workers=self._crew.threads,
            ahead=(_AHEAD_IN_ORDER if in_order else _AHEAD) * self._crew.threads,
            in_order=in_order,
            stop=stop,
            stop_s=_STOP_S,
            late=late,
            idle=idle,
        )

    def _stored(self, prepared: Prepared, how: How) -> Finished | None:
        """Return a job's outcome where one answer in the store is all of it, and no callback follows.

        For the calling thread: to wake a worker would take longer than that.
        """
        job, emit = prepared.job, how.observers.emit
        if job.callbacks or how.journal is not None:
            return None
        fetched = self._fetcher.stored(prepared.wanted, job, mode=how.mode)
        if fetched is None:
            return None
        emit(JobStarted(job))
        done = job.with_result(fetched.result)
        emit(JobFinished(done))
        return Finished(done)

    def _work(self, prepared: Prepared, cancel: threading.Event, how: How, *, number: int = 0) -> Finished:
        outer, self._here.cancel = self._here.cancel, cancel
        try:
            return self._worked(prepared, cancel, how, number)
        finally:
            self._here.cancel = outer

    def _worked(self, prepared: Prepared, cancel: threading.Event, how: How, number: int) -> Finished:
        job, emit = prepared.job, how.observers.emit
        deadline = self._clock.monotonic() + self._max_wait_s
        task = Task(job, cancel, deadline, emit, Costs(), keeps_decoded=how.keeps_decoded)
        began = self._clock.monotonic()
        if (known := self._recalled(number, prepared, how)) is not None:
            done = job.with_result(known)
            emit(JobFinished(done))
            return Finished(done, recalled=True)
        emit(JobStarted(job))
        writes = how.begin_write is not None and self._writes(job)
        error: JobError | InputError | None = None
        bookmark: Bookmark | None = None
        try:
            if writes and how.begin_write is not None and not cancel.is_set():
                how.begin_write(number, job)
            fetched = self._fetcher.fetch(prepared.wanted, task=task, mode=how.mode)
            done = job.with_result(fetched.result)
            if cancel.is_set() and job.callbacks:
                raise JobCancelledError("stopped before its callbacks", job=job)
        except (JobError, InputError) as raised:
            error = raised
            failed = failed_result(error, task.costs, now=self._clock.now())
            whose, elapsed_s = prepared.wanted.character or None, self._clock.monotonic() - began
            done = job.with_result(replace(failed, character=whose, elapsed_s=elapsed_s))
        else:
            values = prepared.values_with(fetched.looked_up)
            done = run_callbacks(done, root=prepared.root, values=values, emit=emit)
            if done.result is not None and not done.result.callback_errors:
                bookmark = fetched.bookmark
        emit(JobFinished(done))
        return Finished(done, error, bookmark, writes)

    def _writes(self, job: Job) -> bool:
        return not operation_of(job, self._fetcher.catalog).repeatable

    def _recalled(self, number: int, prepared: Prepared, how: How) -> Result | None:
        """Return the result of a job that is not to be done; None where it is."""
        if how.journal is None:
            return None
        writes = self._writes(prepared.job)
        return how.journal.recall(number, prepared, writes=writes, keeps_data=how.keeps_data)
