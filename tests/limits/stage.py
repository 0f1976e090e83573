"""Several programs on one address, in simulated time: real threads, of which one runs at a time.

A thread that waits hands the baton back, and time jumps to whatever is due next. So everything that the
limiter does while it waits is real, down to its line and its events, and each run can be repeated exactly.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from esi_fetch.limits import Limiter, LimitState, Route
from tests.limits.simulated import FloatingServer

SOON_S = 30.0


class _Killed(BaseException):
    """Ends a thread whose program has died."""


class _Actor:
    def __init__(self, does: Callable[[], None], at: float, order: int) -> None:
        self.wake_at, self.order = at, order
        self.event: threading.Event | None = None
        self.go = threading.Semaphore(0)
        self.is_killed = self.is_done = False
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(does,), daemon=True)
        self.back: Callable[[], None] = lambda: None

    def _run(self, does: Callable[[], None]) -> None:
        self.go.acquire()
        try:
            if not self.is_killed:
                does()
        except _Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by the stage, in the test's thread
            self.error = error
        self.is_done = True
        self.back()


class Stage:
    """A clock on which threads play one at a time."""

    def __init__(self) -> None:
        self.time = 0.0
        self._actors: list[_Actor] = []
        self._on = threading.local()
        self._baton = threading.Semaphore(0)
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def now(self) -> float:
        return 1_800_000_000.0 + self.time

    def monotonic(self) -> float:
        return self.time

    def after(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + seconds, next(self._order), happens))

    def enter(self, does: Callable[[], None]) -> _Actor:
        """Let another thread play from now on."""

        def known() -> None:
            self._on.actor = actor
            does()

        actor = _Actor(known, self.time, next(self._order))
        actor.back = self._baton.release
        self._actors.append(actor)
        actor.thread.start()
        return actor

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        actor: _Actor = self._on.actor
        actor.event, actor.wake_at, actor.order = event, self.time + timeout_s, next(self._order)
        self._baton.release()
        assert actor.go.acquire(timeout=SOON_S)
        if actor.is_killed:
            raise _Killed
        return event.is_set()

    def run(self, until: float) -> None:
        """Play until that time, or until nobody is left; then send all home."""
        try:
            while self._next(until):
                pass
        finally:
            for actor in self._actors:
                self.kill(actor)

    def kill(self, actor: _Actor) -> None:
        """End a thread where it stands, as its process dies."""
        actor.is_killed = True
        if not actor.is_done:
            self._play(actor)

    def _next(self, until: float) -> bool:
        self._actors = [actor for actor in self._actors if not actor.is_done]
        woken = [actor for actor in self._actors if actor.event is not None and actor.event.is_set()]
        if woken:
            self._play(min(woken, key=lambda actor: actor.order))
            return True
        actor = min(self._actors, key=lambda actor: (actor.wake_at, actor.order), default=None)
        actor_at = math.inf if actor is None else actor.wake_at
        due_at = self._due[0][0] if self._due else math.inf
        if min(actor_at, due_at) > until:
            return False
        self.time = max(self.time, min(actor_at, due_at))
        if actor is None or due_at <= actor_at:
            heapq.heappop(self._due)[2]()
        else:
            self._play(actor)
        return True

    def _play(self, actor: _Actor) -> None:
        actor.event = None
        actor.go.release()
        assert self._baton.acquire(timeout=SOON_S)
        if actor.error is not None:
            raise actor.error


@dataclass
class Program:
    """A client of its own: a limiter, and workers that always want more.

    What it sends is counted by the server whether or not it lives to see the answer.

    Attributes:
        lost: Which share of its answers gets lost.
        idle_s: How long its workers rest between requests, on the average.
        settings: Further arguments of its limiter.
        refused: When each request went out that was refused.
    """

    stage: Stage
    server: FloatingServer
    route: Route
    state: LimitState
    workers: int
    statuses: Mapping[int, float]
    rnd: random.Random
    delay_s: tuple[float, float] = (0.05, 0.5)
    lost: float = 0.0
    idle_s: float = 0.0
    settings: Mapping[str, Any] = field(default_factory=dict)
    actors: list[_Actor] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(
            clock=self.stage, state=self.state, lease_s=3 * self.delay_s[1] + 1.0, **self.settings
        )
        self.actors = [self.stage.enter(self._work) for _ in range(self.workers)]

    def die(self) -> None:
        for actor in self.actors:
            self.stage.kill(actor)

    def _work(self) -> None:
        never = threading.Event()
        while True:
            reservation = self.limiter.acquire(self.route, cancel=never)
            sent_at = self.stage.time
            wanted = self.rnd.choices(list(self.statuses), list(self.statuses.values()))[0]
            answers: list[tuple[int, dict[str, str]]] = []

            def counted(wanted: int = wanted, answers: list[tuple[int, dict[str, str]]] = answers) -> None:
                answers.append(self.server.answer(wanted, self.stage.time))

            way_there_s, way_back_s = self.rnd.uniform(*self.delay_s), self.rnd.uniform(*self.delay_s)
            self.stage.after(way_there_s, counted)
            self.stage.wait(never, way_there_s + way_back_s)
            if self.rnd.random() < self.lost:
                self.limiter.settle(reservation, status=None, headers={}, lost=True)
            else:
                status, headers = answers[0]
                if status == 429:
                    self.refused.append(sent_at)
                self.limiter.settle(reservation, status=status, headers=headers)
            if self.idle_s:
                self.stage.wait(never, self.rnd.expovariate(1 / self.idle_s))
