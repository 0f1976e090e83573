"""Clocks: the machine's, and one that tests hold."""

import threading
import time

import pytest

from esi_fetch.clock import Clock, HeldClock, SystemClock


@pytest.mark.parametrize("clock", [SystemClock(), HeldClock()])
def test_both_are_clocks(clock: Clock) -> None:
    """Time does not go backwards, and a set event is not waited for."""
    event = threading.Event()
    event.set()
    before = clock.monotonic()
    assert clock.wait(event, 3600)
    assert clock.monotonic() >= before
    assert clock.now() > 1_700_000_000
    assert type(clock).__name__ in repr(clock)


def test_the_system_clock_tells_the_time() -> None:
    """``now`` is the wall clock, ``monotonic`` the one that can't be set."""
    clock = SystemClock()
    assert time.time() - 5 < clock.now() < time.time() + 5
    assert time.monotonic() - 5 < clock.monotonic() < time.monotonic() + 5


def test_the_system_clock_waits_no_longer_than_it_should() -> None:
    """A wait that is over, or was negative to begin with, returns False."""
    clock, event = SystemClock(), threading.Event()
    assert not clock.wait(event, 0.001)
    assert not clock.wait(event, -1)


def test_a_wait_ends_when_its_event_is_set() -> None:
    """Setting the event ends a wait of the system's clock."""
    event, waiting = threading.Event(), threading.Barrier(2)
    ended: list[bool] = []

    def wait() -> None:
        waiting.wait(10)
        ended.append(SystemClock().wait(event, 60))

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(10)
    event.set()
    thread.join(10)
    assert ended == [True]


def test_held_time_moves_only_when_told() -> None:
    """A held clock stands still until it is advanced, or its wall clock is set."""
    clock = HeldClock(1_000.0)
    assert (clock.now(), clock.monotonic()) == (1_000.0, 0.0)
    clock.advance(5)
    assert (clock.now(), clock.monotonic()) == (1_005.0, 5.0)
    clock.set_wall(500.0)
    assert (clock.now(), clock.monotonic()) == (500.0, 5.0)


def test_waiting_on_a_held_clock_moves_it() -> None:
    """A wait returns at once, time has passed by it, and it is recorded."""
    clock, event = HeldClock(), threading.Event()
    assert not clock.wait(event, 7.5)
    assert not clock.wait(event, -1)
    event.set()
    assert clock.wait(event, 100)
    assert clock.monotonic() == 7.5
    assert clock.waits == [7.5, -1]


def test_held_time_adds_up_over_threads() -> None:
    """No second is lost when many threads wait at once."""
    clock, event, barrier = HeldClock(), threading.Event(), threading.Barrier(8)

    def wait() -> None:
        barrier.wait(10)
        for _ in range(500):
            clock.wait(event, 1)

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert clock.monotonic() == len(clock.waits) == 4000
