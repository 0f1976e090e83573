"""What the layers below a job need to know of it, and where they write down what it cost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from esi_fetch.model.events import Event
from esi_fetch.model.job import Job
from esi_fetch.model.result import Attempt

__all__ = ["Costs", "Spent", "Task"]


@dataclass(frozen=True)
class Spent:
    """What a job's requests have cost so far.

    Attributes:
        requests: HTTP requests sent, repeated ones included.
        retries: How many of those were repeated ones.
        attempts: The most attempts any one request needed.
        tokens: Rate-limit tokens by group.
        waited_s: Seconds waited for limits and back-off, added up.
    """

    requests: int
    retries: int
    attempts: int
    tokens: dict[str, int]
    waited_s: float


class Costs:
    """Adds up the attempts of one job, whose pages are fetched by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = self._retries = self._attempts = 0
        self._tokens: Counter[str] = Counter()
        self._waited_s = 0.0

    def add(self, attempt: Attempt, *, group: str | None) -> None:
        """Count one attempt; its tokens are booked on *group*."""
        with self._lock:
            self._requests += 1
            self._retries += attempt.number > 1
            self._attempts = max(self._attempts, attempt.number)
            self._waited_s += attempt.waited_s
            if group is not None and attempt.tokens:
                self._tokens[group] += attempt.tokens

    def spent(self) -> Spent:
        """Return the sums."""
        with self._lock:
            return Spent(self._requests, self._retries, self._attempts, dict(self._tokens), self._waited_s)


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
