"""Servers that count as ESI does, a clock that carries their answers, and a keeper that trusts only text.

The servers are written from the documented rules, without looking at the limiter.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import json
import random
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from esi_fetch.clock import Clock
from esi_fetch.limits import Limiter, LimitState, Route
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Hold, Ledger, Pace
from esi_fetch.limits.window import Spends

T = TypeVar("T")

COST = {200: 2, 204: 2, 304: 1, 400: 5, 403: 5, 404: 5, 420: 0, 429: 0, 500: 0, 502: 0, 503: 0}


class SimulatedClock:
    """Time that passes only in waits, and in which things happen when they are due."""

    def __init__(self) -> None:
        self.time = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def now(self) -> float:
        return 1_800_000_000.0 + self.time

    def monotonic(self) -> float:
        return self.time

    def after(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.time + seconds, next(self._order), happens))

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        end = self.time + timeout_s
        while not event.is_set():
            if not self._due or self._due[0][0] > end:
                self.time = max(self.time, end)
                break
            self.run_next()
        return event.is_set()

    def run_next(self) -> None:
        moment, _, happens = heapq.heappop(self._due)
        self.time = max(self.time, moment)
        happens()


@dataclass
class FloatingServer:
    """A bucket that counts each answer when it is made, and forgets it one window later."""

    limit: int
    window_s: float
    spent: list[tuple[float, int]] = field(default_factory=list)
    refused: int = 0

    def used(self, moment: float) -> int:
        self.spent = [(at, cost) for at, cost in self.spent if at + self.window_s > moment]
        return sum(cost for _, cost in self.spent)

    def foreign(self, cost: int, moment: float) -> int:
        """Spend as another program of the same address does: as much as there is, at most *cost*."""
        cost = min(cost, self.limit - self.used(moment))
        self.spent.append((moment, cost))
        return cost

    def _fits_at(self, cost: int) -> float:
        missing = sum(spent for _, spent in self.spent) + cost - self.limit
        for at, spent in self.spent:
            missing -= spent
            if missing <= 0:
                return at + self.window_s
        raise AssertionError("it fits")

    def answer(self, status: int, moment: float) -> tuple[int, dict[str, str]]:
        """Count an answer; refuse it with a 429 if it would overrun the window."""
        used = self.used(moment)
        headers = {
            "X-Ratelimit-Group": "market-order",
            "X-Ratelimit-Limit": f"{self.limit}/{self.window_s:.0f}s",
        }
        if used + COST[status] > self.limit:
            self.refused += 1
            headers["Retry-After"] = str(int(self._fits_at(COST[status]) - moment) + 1)
            status = 429
        self.spent.append((moment, COST[status]))
        headers["X-Ratelimit-Remaining"] = str(self.limit - used - COST[status])
        headers["X-Ratelimit-Used"] = str(COST[status])
        return status, headers


@dataclass
class MinuteServer:
    """The error limit: 100 errors in each minute of the server's own, whatever the route."""

    starts_at: float
    tells: float = 1.0
    minute: int = 0
    errors: int = 0
    refused: int = 0

    def answer(self, status: int, moment: float) -> tuple[int, dict[str, str]]:
        minute, into_s = divmod(moment - self.starts_at, 60.0)
        if minute != self.minute:
            self.minute, self.errors = int(minute), 0
        if self.errors >= 100:
            self.refused += 1
            status = 420
        elif status >= 400:
            self.errors += 1
        # Not every answer tells: routes with token buckets never do.
        if (moment * 1000) % 1 > self.tells:
            return status, {}
        return status, {
            "X-ESI-Error-Limit-Remain": str(100 - self.errors),
            "X-ESI-Error-Limit-Reset": str(int(60 - into_s)),
        }


@dataclass
class Run:
    """A client of so many workers that always wants more, against one server, in simulated time."""

    server: FloatingServer | MinuteServer
    route: Route
    workers: int
    statuses: Mapping[int, float]
    rnd: random.Random
    delay_s: tuple[float, float] = (0.05, 0.5)
    state: LimitState | None = None
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    tokens: int = 0
    answers: int = 0
    busy: int = 0
    watched: bool = False
    suspected: int = 0
    limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self.limiter = Limiter(clock=self.clock, state=self.state)

    def until(self, end_s: float, *, at_most: int = 10**9) -> Run:
        cancel, sent = threading.Event(), 0
        while self.clock.time < end_s and sent < at_most:
            if self.busy < self.workers:
                self._send(cancel)
                sent += 1
            else:
                self.clock.run_next()
        while self.busy:
            self.clock.run_next()
        return self

    def _send(self, cancel: threading.Event) -> None:
        reservation = self.limiter.acquire(self.route, cancel=cancel)
        self.busy += 1
        way_there_s, way_back_s = self.rnd.uniform(*self.delay_s), self.rnd.uniform(*self.delay_s)
        wanted = self.rnd.choices(list(self.statuses), list(self.statuses.values()))[0]

        def counted() -> None:
            status, headers = self.server.answer(wanted, self.clock.time)

            def arrived() -> None:
                self.busy -= 1
                self.answers += 1
                self.tokens += self.limiter.settle(reservation, status=status, headers=headers)
                if self.watched:
                    views = self.limiter.snapshot()
                    self.suspected = max(self.suspected, *(view.by_others for view in views))

            self.clock.after(way_back_s, arrived)

        self.clock.after(way_there_s, counted)


class TextState:
    """A keeper that writes every book down as text after each step, and hands out only what was asked for.

    It runs each change twice, from the same text, as a keeper does whose books changed under it. Several
    holders may share the texts; what the *dead* among them held is given up first.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        holder: str = "text",
        texts: dict[str, str] | None = None,
        dead: Collection[str] = (),
    ) -> None:
        self._clock = clock
        self._holder = holder
        self._texts = {} if texts is None else texts
        self._dead = dead
        self._numbers = itertools.count()

    def step(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        change(self._read(keys), self._clock.monotonic())
        picture = self._read(keys)
        result = change(picture, self._clock.monotonic())
        assert set(picture) <= set(keys), "a change touched a book that it had not named"
        for key in keys:
            self._texts.pop(key, None)
            if key in picture:
                self._texts[key] = json.dumps(dataclasses.asdict(picture[key]), allow_nan=False)
        return result

    def keys(self) -> list[str]:
        return list(self._texts)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def new_id(self) -> str:
        return f"{self._holder}.{next(self._numbers)}"

    def _read(self, keys: Collection[str]) -> Picture:
        picture = {key: _ledger(json.loads(self._texts[key])) for key in keys if key in self._texts}
        for ledger in picture.values() if self._dead else ():
            for reservation_id in [name for name in ledger.in_flight if name.split(".")[0] in self._dead]:
                ledger.give_up(reservation_id, now=self._clock.monotonic())
        return picture


def _ledger(plain: dict[str, Any]) -> Ledger:
    plain["own"], plain["foreign"] = Spends(**plain["own"]), Spends(**plain["foreign"])
    plain["in_flight"] = {name: Hold(*hold) for name, hold in plain["in_flight"].items()}
    plain["pace"] = Pace(**plain["pace"]) if plain["pace"] else None
    return Ledger(**plain)
