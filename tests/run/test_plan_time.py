"""How long the bill says that limits let a run take, and how long the limiter then lets it take."""

from __future__ import annotations

import threading

import pytest

from esi_fetch.limits import HiddenLimit, Limiter, Route
from esi_fetch.run.plan_time import Needs, seconds_for
from tests.limits.simulated import FloatingServer, SimulatedClock

NEVER = threading.Event()


def limiter(clock: SimulatedClock, *, burst: float = 0.9, reserve: float = 0.0) -> Limiter:
    hidden = {"Hidden": HiddenLimit(30, 60.0)}
    return Limiter(clock=clock, hidden_limits=hidden, burst=burst, reserve=reserve)


@pytest.mark.parametrize("share", [0.3, 0.85, 0.95, 1.0, 1.2, 2.5, 4.0])
@pytest.mark.parametrize("reserve", [0.0, 0.2])
@pytest.mark.parametrize("burst", [0.9, 1.0])
@pytest.mark.parametrize(("size", "window_s"), [(600, 900.0), (100, 60.0)])
def test_the_limiter_takes_as_long_as_was_said(
    size: int, window_s: float, burst: float, reserve: float, share: float
) -> None:
    """Whatever part of a bucket a run needs, it ends within a tenth of a window of what was said."""
    clock, server = SimulatedClock(), FloatingServer(size, window_s)
    asked = limiter(clock, burst=burst, reserve=reserve)
    route = Route("Some", group="market-order", tokens=size, window_s=window_s)
    requests = int(size * share / 2)
    needs = Needs(asked)
    for _ in range(requests):
        assert needs.add(route, cost=2, at_most=2) == "market-order"
    (said,) = needs.listed(asked.snapshot())
    for _ in range(requests):
        leave = asked.acquire(route, cancel=NEVER)
        status, headers = server.answer(200, clock.time)
        asked.settle(leave, status=status, headers=headers)
    assert server.refused == 0
    assert said.takes_s == pytest.approx(clock.time, abs=window_s / 10)


def test_a_reserve_leaves_room_for_one_request() -> None:
    """Of a small bucket with a large reserve the bill takes as much for ours as the limiter does."""
    clock, server = SimulatedClock(), FloatingServer(15, 900.0)
    asked = limiter(clock, burst=1.0, reserve=0.8)
    route = Route("Some", group="g", tokens=15, window_s=900.0)
    needs = Needs(asked)
    for _ in range(3):
        needs.add(route, cost=2, at_most=2)
    (said,) = needs.listed(asked.snapshot())
    for _ in range(3):
        leave = asked.acquire(route, cancel=NEVER)
        status, headers = server.answer(200, clock.time)
        asked.settle(leave, status=status, headers=headers)
    assert (said.left, said.takes_s) == (5, pytest.approx(clock.time, abs=90.0))


def test_hidden_limits_are_counted_in_requests() -> None:
    """An operation with a limit that no header tells needs one of it for each request."""
    clock = SimulatedClock()
    asked, route = limiter(clock, burst=1.0), Route("Hidden")
    needs = Needs(asked)
    for _ in range(75):
        assert needs.add(route, cost=2, at_most=2) is None
    (said,) = needs.listed(asked.snapshot())
    assert (said.bucket, said.needed, said.at_most, said.of) == ("hidden limit of Hidden", 75, 75, 30)
    for _ in range(75):
        asked.settle(asked.acquire(route, cancel=NEVER), status=200, headers={})
    assert clock.time == pytest.approx(said.takes_s)


def test_a_block_comes_on_top() -> None:
    """A bucket that ESI has blocked lets nothing through until the block is over."""
    asked, route = limiter(SimulatedClock()), Route("Some", group="g", tokens=600, window_s=900.0)
    leave = asked.acquire(route, cancel=NEVER)
    asked.settle(leave, status=429, headers={"Retry-After": "40", "X-Ratelimit-Group": "g"})
    needs = Needs(asked)
    needs.add(route, cost=2, at_most=2)
    (said,) = needs.listed(asked.snapshot())
    assert said.blocked_for_s == said.takes_s == pytest.approx(40.0, abs=1.0)


def test_what_is_spent_is_not_left() -> None:
    """A bucket that is half empty now lets only the other half through at once."""
    asked, route = limiter(SimulatedClock(), burst=1.0), Route("Some", group="g", tokens=600, window_s=900.0)
    for _ in range(150):
        asked.settle(asked.acquire(route, cancel=NEVER), status=200, headers={})

    def takes_s(tokens: int) -> float:
        needs = Needs(asked)
        for _ in range(tokens // 2):
            needs.add(route, cost=2, at_most=2)
        (said,) = needs.listed(asked.snapshot())
        assert said.left == 300
        return said.takes_s

    assert takes_s(200) == 0.0
    assert 0.0 < takes_s(400) < takes_s(500) <= 900.0


def test_a_bucket_of_unknown_size_is_not_listed() -> None:
    """Nothing is said of a group whose size neither the specification nor a header tells."""
    asked = limiter(SimulatedClock())
    needs = Needs(asked)
    assert needs.add(Route("Some", group="g"), cost=2, at_most=2) == "g"
    assert needs.listed(asked.snapshot()) == ()


@pytest.mark.parametrize("burst", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("left", [0, 1, 60, 100])
def test_more_never_takes_less(burst: float, left: int) -> None:
    """The more is needed, the longer it takes, also beyond a window's end; nothing takes no time."""
    times = [seconds_for(n, left=left, ours=100, window_s=60.0, burst=burst) for n in range(450)]
    assert times[0] == 0.0
    assert times == sorted(times)
