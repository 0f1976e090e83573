"""Turns: one thread at a time for one thing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from esi_fetch.errors import JobCancelledError
from esi_fetch.turns import Turns

PATIENCE_S = 10.0


def test_one_at_a_time_for_one_key() -> None:
    """Threads that want the same come one after the other; none is lost, and nothing is kept afterwards."""
    turns, never = Turns(), threading.Event()
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with turns.of("key", cancel=never):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(200)))
    assert len(most) == 200
    assert set(most) == {1}
    assert turns._keys == {}


def test_other_keys_do_not_wait() -> None:
    """Who wants something else goes on."""
    turns, never = Turns(), threading.Event()
    with turns.of("a", cancel=never), turns.of("b", cancel=never):
        assert set(turns._keys) == {"a", "b"}


def test_who_waits_can_be_stopped() -> None:
    """Who is told to stop while waiting does, and leaves no trace; the one ahead is not disturbed."""
    turns, never, stop = Turns(), threading.Event(), threading.Event()
    stop.set()

    def wait() -> None:
        with turns.of("key", cancel=stop):
            raise AssertionError("it was nobody's turn")

    with ThreadPoolExecutor(1) as pool, turns.of("key", cancel=never):
        with pytest.raises(JobCancelledError):
            pool.submit(wait).result(PATIENCE_S)
        assert turns._keys["key"][1] == 1
    assert turns._keys == {}
