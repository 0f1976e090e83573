"""What the layers below a job need to know of it, and where they write down what it cost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from esi_fetch.auth import Patience
from esi_fetch.clock import Clock
from esi_fetch.model.events import Event, WaitFinished, WaitStarted, cause_of
from esi_fetch.model.job import Job
from esi_fetch.model.result import Attempt

__all__ = ["Costs", "Spent", "Task", "Waiting"]


@dataclass(frozen=True)
class Spent:
    """What a job's requests have cost so far, under the names that :class:`~esi_fetch.Result` has for it.

    Attributes:
        requests: HTTP requests sent, repeated ones included.
        retries: How many of those were repeated ones.
        attempts: The most attempts any one request needed.
        tokens: Rate-limit tokens by group.
        waited_s: Seconds waited for limits and back-off.
        waits: The same by cause.
    """

    requests: int
    retries: int
    attempts: int
    tokens: dict[str, int]
    waited_s: float
    waits: dict[str, float]


class Costs:
    """Adds up the attempts of one job, whose pages are fetched by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = self._retries = self._attempts = 0
        self._tokens: Counter[str] = Counter()
        self._waits: dict[str, float] = {}

    def add(self, attempt: Attempt, *, group: str | None) -> None:
        """Count one attempt; its tokens are booked on *group*."""
        with self._lock:
            self._requests += 1
            self._retries += attempt.number > 1
            self._attempts = max(self._attempts, attempt.number)
            if group is not None and attempt.tokens:
                self._tokens[group] += attempt.tokens

    def add_wait(self, cause: str, seconds: float) -> None:
        """Count the time that a request waited; also of one that was given up while it did."""
        with self._lock:
            self._waits[cause] = self._waits.get(cause, 0.0) + seconds

    def spent(self) -> Spent:
        """Return the sums."""
        with self._lock:
            return Spent(
                self._requests,
                self._retries,
                self._attempts,
                dict(self._tokens),
                sum(self._waits.values()),
                dict(self._waits),
            )


def _nobody(event: Event) -> None:
    """Hear nothing."""


@dataclass(frozen=True)
class Task:
    """One job being worked on.

    Attributes:
        job: The job.
        cancel: Set when the run is stopped: nothing more is sent, and waits end.
        deadline: Latest time, on the monotonic clock, until which its requests may wait; None for no bound.
        emit: Told every event.
        costs: Where attempts are written down.
        keeps_decoded: Whether the pages of a set stay decoded in memory, for somebody who wants all rows at
            once; else they stay packed, which is a twentieth, and are decoded when their turn comes.
    """

    job: Job
    cancel: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None
    emit: Callable[[Event], None] = _nobody
    costs: Costs = field(default_factory=Costs)
    keeps_decoded: bool = False

    @property
    def patience(self) -> Patience:
        """How long its requests wait for others."""
        return Patience(self.cancel, self.deadline)


class Waiting:
    """Follows one request through its waits for limits: each is told when it begins and when it ends.

    Used in a ``with`` block, which ends the last one however the request comes out of it.
    """

    def __init__(self, task: Task, *, clock: Clock) -> None:
        self._task = task
        self._clock = clock
        self._reason: str | None = None
        self._since = 0.0

    def begin(self, reason: str, seconds: float) -> None:
        """Note that it waits, now for this reason, and for how long as far as is known."""
        self.end()
        self._reason, self._since = reason, self._clock.monotonic()
        self._task.emit(WaitStarted(self._task.job.uid, self._task.job.label, reason, seconds))

    def begin_once(self, reason: str, seconds: float) -> None:
        """Note that it waits, unless that has been told."""
        if self._reason is None:
            self.begin(reason, seconds)

    def end(self) -> None:
        """Note that it waits no longer, if it did."""
        reason, self._reason = self._reason, None
        if reason is None:
            return
        waited_s = self._clock.monotonic() - self._since
        self._task.costs.add_wait(cause_of(reason), waited_s)
        self._task.emit(WaitFinished(self._task.job.uid, self._task.job.label, reason, waited_s))

    def __enter__(self) -> Waiting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
