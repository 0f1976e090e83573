"""Counts and timings of everything that happened."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

from esi_fetch.model.events import (
    AttemptFinished,
    Event,
    JobFinished,
    JobStarted,
    PageFinished,
    RetryScheduled,
    WaitFinished,
    WaitStarted,
    cause_of,
)
from esi_fetch.model.result import State
from esi_fetch.units import plural

__all__ = ["Tally", "TallySnapshot", "Timing"]

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Timing:
    """How often something happened and how long it took, in seconds."""

    count: int = 0
    total_s: float = 0.0
    longest_s: float = 0.0

    @property
    def mean_s(self) -> float:
        """The mean duration; 0 when it never happened."""
        return self.total_s / self.count if self.count else 0.0

    def plus(self, elapsed_s: float) -> Timing:
        """Return the timing with one more occurrence."""
        return Timing(self.count + 1, self.total_s + elapsed_s, max(self.longest_s, elapsed_s))


@dataclass(frozen=True)
class TallySnapshot:
    """What a :class:`Tally` had counted at one moment.

    Attributes:
        events: How many events of each kind there were.
        jobs: Finished jobs by how they ended: ``succeeded``, ``failed``, ``cancelled``; and ``resumed`` or
            ``skipped``, which stand nowhere else, as nothing was done for them.
        pages: Finished pages by where they came from: ``remote``, ``local`` …
        attempts_by_status: Attempts by HTTP status; None stands for those without an answer.
        attempts_by_operation: Attempts by operation id.
        jobs_by_operation: Finished jobs by operation id.
        retries: Attempts that were to be repeated.
        tokens: Rate-limit tokens spent, by group.
        bytes: Bytes of bodies received, as they came over the wire.
        attempt_waited_s: Seconds that attempts had waited before they were sent, added up.
        waits: Waits for limits begun, by cause.
        waited: Waits for limits ended, by cause.
    """

    events: dict[str, int]
    jobs: dict[str, int]
    pages: dict[str, int]
    attempts_by_status: dict[int | None, Timing]
    attempts_by_operation: dict[str, Timing]
    jobs_by_operation: dict[str, Timing]
    retries: int
    tokens: dict[str, int]
    bytes: int
    attempt_waited_s: float
    waits: dict[str, int]
    waited: dict[str, Timing]

    @property
    def attempts(self) -> int:
        """How many attempts were finished."""
        return sum(timing.count for timing in self.attempts_by_status.values())


class Tally:
    """Counts events; may be told by any number of threads, and asked at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: Counter[str] = Counter()
        self._jobs: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()
        self._waits: Counter[str] = Counter()
        self._waited: dict[str, Timing] = {}
        self._by_status: dict[int | None, Timing] = {}
        self._by_operation: dict[str, Timing] = {}
        self._jobs_by_operation: dict[str, Timing] = {}
        # Attempts name their job, not its operation; only jobs that are under way are remembered.
        self._operation_of: dict[str, str] = {}
        self._retries = 0
        self._bytes = 0
        self._waited_s = 0.0

    def __call__(self, event: Event) -> None:
        """Count one event."""
        with self._lock:
            self._events[event.event] += 1
            if isinstance(event, AttemptFinished):
                self._count_attempt(event)
            elif isinstance(event, PageFinished):
                self._pages[str(event.source)] += 1
            elif isinstance(event, RetryScheduled):
                self._retries += 1
            elif isinstance(event, WaitStarted):
                self._waits[cause_of(event.reason)] += 1
            elif isinstance(event, WaitFinished):
                _add(self._waited, cause_of(event.reason), event.waited_s)
            elif isinstance(event, JobStarted):
                self._operation_of[event.job.uid] = event.job.subject
            elif isinstance(event, JobFinished):
                self._count_job(event)

    def _count_attempt(self, event: AttemptFinished) -> None:
        operation = self._operation_of.get(event.job_uid, event.label)
        _add(self._by_status, event.status, event.elapsed_s)
        _add(self._by_operation, operation, event.elapsed_s)
        if event.group is not None:
            self._tokens[event.group] += event.tokens
        self._bytes += event.bytes
        self._waited_s += event.waited_s

    def _count_job(self, event: JobFinished) -> None:
        result = event.job.result
        self._operation_of.pop(event.job.uid, None)
        if result is not None and (result.resumed or result.skipped):
            self._jobs["resumed" if result.resumed else "skipped"] += 1
            return
        self._jobs[State.CANCELLED.value if result is None else result.state.value] += 1
        _add(self._jobs_by_operation, event.job.subject, 0.0 if result is None else result.elapsed_s)

    def snapshot(self) -> TallySnapshot:
        """Return all counts as they stand, consistent with each other."""
        with self._lock:
            return TallySnapshot(
                events=dict(self._events),
                jobs=dict(self._jobs),
                pages=dict(self._pages),
                attempts_by_status=dict(self._by_status),
                attempts_by_operation=dict(self._by_operation),
                jobs_by_operation=dict(self._jobs_by_operation),
                retries=self._retries,
                tokens=dict(self._tokens),
                bytes=self._bytes,
                attempt_waited_s=self._waited_s,
                waits=dict(self._waits),
                waited=dict(self._waited),
            )

    def __repr__(self) -> str:
        with self._lock:
            events, jobs = sum(self._events.values()), sum(self._jobs.values())
        return f"Tally({plural(events, 'event')}, {plural(jobs, 'job')} finished)"


def _add(timings: dict[K, Timing], key: K, elapsed_s: float) -> None:
    timings[key] = timings.get(key, Timing()).plus(elapsed_s)
