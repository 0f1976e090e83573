"""Real threads on the real clock: nothing overspent, served in order, woken and stopped in time."""

import random
import threading
import time
from collections.abc import Callable

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.errors import JobCancelledError
from esi_fetch.limits import Limiter, Reservation, Route

# A bucket that holds one request, and gives nothing back while a test lasts.
SINGLE = Route("GetSingle", "single", 5, 86400.0)
OTHER = Route("GetOther", "other", 600, 900.0)
FREE = Route("GetFree")
NEVER = threading.Event()

# How long a test waits for what should happen at once before it fails.
SOON_S = 10.0


@pytest.fixture
def limiter() -> Limiter:
    return Limiter(clock=SystemClock())


class Waiter(threading.Thread):
    """A thread that asks for leave, tells when it waits and what became of it."""

    def __init__(
        self, limiter: Limiter, route: Route, *, then: Callable[[Reservation], None] | None = None
    ) -> None:
        super().__init__(daemon=True)
        self.limiter, self.route, self.then = limiter, route, then
        self.cancel, self.waits = threading.Event(), threading.Event()
        self.reservation: Reservation | None = None
        self.ended_at = 0.0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.reservation = self.limiter.acquire(
                self.route, cancel=self.cancel, on_wait=lambda reason, seconds: self.waits.set()
            )
            if self.then is not None:
                self.then(self.reservation)
        except JobCancelledError as error:
            self.error = error
        finally:
            self.ended_at = time.monotonic()

    def begin(self) -> "Waiter":
        """Start, and return once it stands in line."""
        self.start()
        assert self.waits.wait(SOON_S)
        return self

    def end(self) -> None:
        self.join(SOON_S)
        assert not self.is_alive()


def give_back(limiter: Limiter, reservation: Reservation) -> None:
    limiter.settle(reservation, status=None, headers={})


@pytest.mark.parametrize(
    "route", [Route("GetOrders", "market-order", 60, 0.4), Route("GetTiny", "tiny", 7, 0.2)]
)
def test_threads_never_overspend_a_window(limiter: Limiter, route: Route) -> None:
    """However many threads ask at once, no stretch as long as a window holds more than the limit."""
    assert route.tokens is not None
    assert route.window_s is not None
    limit, window_s = route.tokens, route.window_s
    spent: list[tuple[float, int]] = []
    spent_lock = threading.Lock()
    threads, barrier = 8, threading.Barrier(8)
    ends_at = time.monotonic() + 4 * window_s

    def work(seed: int) -> None:
        rnd = random.Random(seed)
        barrier.wait(SOON_S)
        while time.monotonic() < ends_at:
            reservation = limiter.acquire(route, cancel=NEVER)
            # Few errors: this is about the bucket, not about the error limit's brakes.
            dear = (404, 5) if limit > 7 and rnd.random() < 0.05 else (200, 2)
            status, cost = rnd.choice([dear, (304, 1)])
            with spent_lock:
                spent.append((time.monotonic(), cost))
            limiter.settle(reservation, status=status, headers={})

    workers = [threading.Thread(target=work, args=(seed,), daemon=True) for seed in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(SOON_S)
        assert not worker.is_alive()
    for at, _ in spent:
        assert sum(cost for other, cost in spent if at - window_s < other <= at) <= limit
    assert sum(cost for _, cost in spent) >= 2 * limit


def test_waiters_are_served_in_the_order_they_came(limiter: Limiter) -> None:
    """Each settle lets through the one that waits longest."""
    served: list[int] = []
    first = limiter.acquire(SINGLE, cancel=NEVER)
    waiters = []
    for number in range(8):

        def serve(reservation: Reservation, number: int = number) -> None:
            served.append(number)
            give_back(limiter, reservation)

        waiters.append(Waiter(limiter, SINGLE, then=serve).begin())
    give_back(limiter, first)
    for waiter in waiters:
        waiter.end()
    assert served == list(range(8))


def test_a_newcomer_does_not_pass_those_who_wait(limiter: Limiter) -> None:
    """Who comes when there is room again still stands behind those who came before."""
    served: list[str] = []
    first = limiter.acquire(SINGLE, cancel=NEVER)
    go_on = threading.Event()

    def serve(reservation: Reservation) -> None:
        served.append("waiter")
        assert go_on.wait(SOON_S)
        give_back(limiter, reservation)

    waiter = Waiter(limiter, SINGLE, then=serve).begin()
    newcomer = Waiter(limiter, SINGLE, then=lambda reservation: served.append("newcomer")).begin()
    give_back(limiter, first)
    go_on.set()
    waiter.end()
    newcomer.end()
    assert served == ["waiter", "newcomer"]


def test_a_blocked_bucket_holds_up_nobody_else(limiter: Limiter) -> None:
    """While one bucket's requests wait, those of others and of routes without bucket go out."""
    first = limiter.acquire(SINGLE, cancel=NEVER)
    waiters = [Waiter(limiter, SINGLE).begin() for _ in range(3)]
    for route in (OTHER, FREE, Route("GetSingle", "single", 5, 900.0, user="character:1")):
        limiter.settle(limiter.acquire(route, cancel=NEVER), status=200, headers={})
    assert all(waiter.is_alive() for waiter in waiters)
    for waiter in waiters:
        waiter.cancel.set()
        waiter.end()
    give_back(limiter, first)


def test_who_came_later_for_another_bucket_is_served_first(limiter: Limiter) -> None:
    """A waiter goes as soon as its own bucket has room, whoever stands before it for another one."""
    twin = Route("GetTwin", "twin", 5, 86400.0)
    first, second = limiter.acquire(SINGLE, cancel=NEVER), limiter.acquire(twin, cancel=NEVER)
    blocked = Waiter(limiter, SINGLE).begin()
    free = Waiter(limiter, twin).begin()
    give_back(limiter, second)
    free.end()
    assert free.reservation is not None
    assert blocked.is_alive()
    give_back(limiter, first)
    blocked.end()


def test_those_held_up_by_a_shared_limit_go_on_when_it_is_free(limiter: Limiter) -> None:
    """Near the end of the error limit requests of different routes wait for one another, and all get
    through."""
    first, second = (limiter.acquire(FREE, cancel=NEVER) for _ in range(2))
    limiter.settle(
        first, status=200, headers={"X-ESI-Error-Limit-Remain": "8", "X-ESI-Error-Limit-Reset": "1"}
    )

    def serve(reservation: Reservation) -> None:
        limiter.settle(reservation, status=200, headers={"X-ESI-Error-Limit-Remain": "100"})

    waiters = [
        Waiter(limiter, route, then=serve).begin() for route in (OTHER, FREE, SINGLE, Route("GetElse"))
    ]
    assert all(waiter.is_alive() for waiter in waiters)
    limiter.settle(second, status=200, headers={})
    for waiter in waiters:
        waiter.end()
        assert waiter.reservation is not None
    assert limiter.snapshot()[0].in_flight == 0


def test_a_refund_wakes_who_waits_for_it(limiter: Limiter) -> None:
    """What comes back with an answer is used at once, not when its window is over."""
    first = limiter.acquire(SINGLE, cancel=NEVER)
    waiter = Waiter(limiter, SINGLE).begin()
    given_back_at = time.monotonic()
    give_back(limiter, first)
    waiter.end()
    assert waiter.reservation is not None
    assert waiter.ended_at - given_back_at < 0.2


@pytest.mark.parametrize("under_way", [True, False])
def test_a_stopped_waiter_leaves_at_once(limiter: Limiter, under_way: bool) -> None:
    """Setting its event frees a waiter within moments, whether an answer could have freed it or only time,
    and whoever stood behind it moves up."""
    first = limiter.acquire(SINGLE, cancel=NEVER)
    if not under_way:
        limiter.settle(first, status=404, headers={})
    waiter = Waiter(limiter, SINGLE).begin()
    behind = Waiter(limiter, SINGLE).begin()
    stopped_at = time.monotonic()
    waiter.cancel.set()
    waiter.end()
    assert str(waiter.error) == "GetSingle was stopped while it waited: bucket 'single' is empty"
    assert waiter.ended_at - stopped_at < 0.2
    if under_way:
        give_back(limiter, first)
    else:
        behind.cancel.set()
    behind.end()
    assert (behind.reservation is not None) == under_way


def test_nobody_is_forgotten_in_a_crowd(limiter: Limiter) -> None:
    """With many threads on few places, some of which give up, every other one is served in the end."""
    route = Route("GetCrowd", "crowd", 10, 86400.0)
    served = threading.Semaphore(0)

    def serve(reservation: Reservation) -> None:
        give_back(limiter, reservation)
        served.release()

    holders = [limiter.acquire(route, cancel=NEVER) for _ in range(2)]
    waiters = [Waiter(limiter, route, then=serve).begin() for _ in range(24)]
    for quitter in waiters[::3]:
        quitter.cancel.set()
    for holder in holders:
        give_back(limiter, holder)
    for waiter in waiters:
        waiter.end()
    gave_up = [waiter for waiter in waiters if waiter.error is not None]
    assert all(waiter in waiters[::3] for waiter in gave_up)
    for _ in range(24 - len(gave_up)):
        assert served.acquire(timeout=SOON_S)
    (bucket,) = (view for view in limiter.snapshot() if view.bucket == "crowd")
    assert (bucket.left, bucket.in_flight) == (10, 0)
