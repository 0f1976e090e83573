"""Doing one thing to many items with whatever workers are free, the caller's own thread included."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from typing import TypeVar

__all__ = ["fan_out"]

T = TypeVar("T")
R = TypeVar("R")


def fan_out(crew: Executor, work: Callable[[T], R], items: Sequence[T], *, threads: int) -> list[R]:
    """Return ``work(item)`` for all items, in their order.

    Jobs and the pages of jobs share one pool. A job that waited in it for pages that wait for a free worker
    would wait for ever, so it works on its own pages, and idle workers join in: only what is already
    running is ever waited for.

    After the first failure nothing more is begun; what is under way is let finish, and the failure raised.
    """
    todo = deque(enumerate(items))
    done: dict[int, R] = {}
    failures: list[BaseException] = []

    def drain() -> None:
        while not failures:
            try:
                index, item = todo.popleft()
            except IndexError:
                return
            try:
                done[index] = work(item)
            except BaseException as error:
                failures.append(error)
                raise

    helpers: list[Future[None]] = []
    for _ in range(min(len(items), threads) - 1):
        try:
            helpers.append(crew.submit(drain))
        except RuntimeError:  # the pool is being shut down: go on alone, the run's stop ends the work
            break
    try:
        drain()
    finally:
        wait([helper for helper in helpers if not helper.cancel()])
    if failures:
        raise failures[0]
    return [done[index] for index in range(len(items))]
