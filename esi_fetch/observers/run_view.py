"""What there is to see of work under way, kept up to date from events; the display draws it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from esi_fetch.clock import Clock
from esi_fetch.model.events import (
    AttemptStarted,
    Event,
    JobFinished,
    JobStarted,
    PageFinished,
    PagesFound,
    PagesTorn,
    RetryScheduled,
    RunFinished,
    RunStarted,
    WaitStarted,
)
from esi_fetch.model.result import State

__all__ = ["Meter", "RunView", "View"]

_RATE_OVER_S = 30.0
"""The rate is that of the last half minute: what the store gave at the start says little about the rest."""


@dataclass(frozen=True)
class Meter:
    """How far one kind of thing has come.

    Attributes:
        done: How many are done.
        total: How many there will be, as far as is known; None when that is open.
        per_second: The present rate; None before there is one.
    """

    done: int
    total: int | None
    per_second: float | None

    @property
    def left_s(self) -> float | None:
        """Seconds until all are done, at the present rate; None when that can't be said."""
        if self.total is None or not self.per_second:
            return None
        return max(0, self.total - self.done) / self.per_second


@dataclass(frozen=True)
class View:
    """One moment of a run.

    Attributes:
        jobs: Jobs finished and to be finished.
        pages: Pages of sets; None when no job has more than one page.
        failed: Jobs that failed or were cancelled, or have a failed callback.
        spared: Jobs that count as done because an earlier run had done them; rates know nothing of them.
        sources: Pages by where they came from.
        retries: Requests that are repeated.
        wait: Why a request waits, and for how many seconds more; None when none waits for long.
        elapsed_s: Seconds since the run began.
        running: Whether anything is still to be done.
    """

    jobs: Meter
    pages: Meter | None
    failed: int
    spared: int
    sources: dict[str, int]
    retries: int
    wait: tuple[str, float] | None
    elapsed_s: float
    running: bool


@dataclass
class _OpenJob:
    pages: int | None = None
    done: dict[int, str] = field(default_factory=dict)


class _Rate:
    """The rate at which a count grew lately, from samples taken whenever somebody looks."""

    def __init__(self, began_s: float) -> None:
        self._samples = deque([(began_s, 0)])

    def at(self, now_s: float, done: int) -> float | None:
        samples = self._samples
        samples.append((now_s, done))
        while samples[0][0] < now_s - _RATE_OVER_S:
            samples.popleft()
        passed_s, grown = now_s - samples[0][0], done - samples[0][1]
        return grown / passed_s if passed_s > 0 and grown >= 0 else None


class RunView:
    """Follows events; may be told by any number of threads, and asked at any time."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._restart(None)
        self._running = False

    def _restart(self, jobs: int | None) -> None:
        self._began_s = self._clock.monotonic()
        self._ended_s: float | None = None
        self._running = True
        self._jobs_total = jobs
        self._jobs_started = self._jobs_done = self._failed = self._spared = self._retries = 0
        self._pages_done = self._pages_total = 0
        self._has_sets = False
        self._sources: Counter[str] = Counter()
        self._open: dict[str, _OpenJob] = {}
        self._waits: dict[str, tuple[float, str]] = {}
        self._job_rate, self._page_rate = _Rate(self._began_s), _Rate(self._began_s)

    @property
    def idle(self) -> bool:
        """Whether neither a run nor a job is under way."""
        with self._lock:
            return not self._running and not self._open

    def observe(self, event: Event) -> None:
        """Take one event into account."""
        follow = _FOLLOWERS.get(type(event))
        if follow is not None:
            with self._lock:
                follow(self, event)

    def _run_started(self, event: RunStarted) -> None:
        self._restart(event.jobs)

    def _run_finished(self, event: RunFinished) -> None:
        self._running = False
        self._ended_s = self._clock.monotonic()
        # A run that was stopped may leave jobs of which no end is told, or told late.
        self._open.clear()
        self._waits.clear()

    def _job_started(self, event: JobStarted) -> None:
        if not self._running and not self._open:
            # A single fetch outside a run; what came before is over.
            self._restart(None)
            self._running = False
        self._jobs_started += 1
        self._open[event.job.uid] = _OpenJob()

    def _job_finished(self, event: JobFinished) -> None:
        open_job = self._open.pop(event.job.uid, _OpenJob())
        self._waits.pop(event.job.uid, None)
        result = event.job.result
        self._jobs_done += 1
        if result is None or not result.ok:
            self._failed += 1
        if result is not None and (result.resumed or result.skipped):
            self._spared += 1
            return
        pages = len(open_job.done)
        if result is not None and result.state is State.SUCCEEDED:
            pages = max(pages, result.pages)
        self._pages_done += pages
        self._pages_total += pages
        # The result knows best: it does not count pages that were thrown away.
        self._sources.update(result.sources if result and result.sources else open_job.done.values())
        if not self._running and not self._open:
            self._ended_s = self._clock.monotonic()

    def _pages_found(self, event: PagesFound) -> None:
        open_job = self._open.get(event.job_uid)
        if open_job is not None:
            open_job.pages = event.pages
            self._has_sets = self._has_sets or event.pages > 1

    def _page_finished(self, event: PageFinished) -> None:
        open_job = self._open.get(event.job_uid)
        if open_job is not None:
            open_job.done[event.page] = str(event.source)

    def _pages_torn(self, event: PagesTorn) -> None:
        open_job = self._open.get(event.job_uid)
        if open_job is not None:
            for page in event.pages:
                open_job.done.pop(page, None)

    def _retry_scheduled(self, event: RetryScheduled) -> None:
        self._retries += 1
        self._waits[event.job_uid] = (self._clock.monotonic() + event.seconds, event.reason)

    def _wait_started(self, event: WaitStarted) -> None:
        self._waits[event.job_uid] = (self._clock.monotonic() + event.seconds, event.reason)

    def _attempt_started(self, event: AttemptStarted) -> None:
        self._waits.pop(event.job_uid, None)

    def look(self) -> View:
        """Return what there is to see now."""
        now_s = self._clock.monotonic()
        with self._lock:
            sources = self._sources.copy()
            pages_done, pages_total = self._pages_done, self._pages_total
            for open_job in self._open.values():
                sources.update(open_job.done.values())
                pages_done += len(open_job.done)
                pages_total += max(open_job.pages or 1, len(open_job.done))
            jobs_total = self._jobs_total
            if jobs_total is None and not self._running:
                jobs_total = self._jobs_started
            until_s, reason = max(self._waits.values(), default=(now_s, ""))
            pages = Meter(pages_done, pages_total, self._page_rate.at(now_s, pages_done))
            # What costs nothing says nothing about how long the rest will take.
            worked = self._jobs_done - self._spared
            return View(
                jobs=Meter(self._jobs_done, jobs_total, self._job_rate.at(now_s, worked)),
                pages=pages if self._has_sets else None,
                failed=self._failed,
                spared=self._spared,
                sources=dict(sources),
                retries=self._retries,
                wait=(reason, until_s - now_s) if until_s - now_s >= 1 else None,
                elapsed_s=(now_s if self._ended_s is None else self._ended_s) - self._began_s,
                running=self._running or bool(self._open),
            )


_FOLLOWERS: dict[type[Event], Callable[[RunView, Any], None]] = {
    RunStarted: RunView._run_started,
    RunFinished: RunView._run_finished,
    JobStarted: RunView._job_started,
    JobFinished: RunView._job_finished,
    PagesFound: RunView._pages_found,
    PageFinished: RunView._page_finished,
    PagesTorn: RunView._pages_torn,
    RetryScheduled: RunView._retry_scheduled,
    WaitStarted: RunView._wait_started,
    AttemptStarted: RunView._attempt_started,
}
