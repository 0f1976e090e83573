"""Handing items to worker threads, a few ahead, and taking back what becomes of them.

A worker that has done an item takes the next one itself, so that small items need no waking of threads. No
more workers are at it than bring anything: as long as items are done faster than they can be fetched over a
network, one is; threads that only fight over the interpreter were measured to double the time. Where nothing
is done for two milliseconds, twice as many are sent.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from esi_fetch.run.how import nothing

__all__ = ["hand_out"]

Item = TypeVar("Item")
Value = TypeVar("Value")

# Waits of the calling thread are sliced, because on Windows a wait without an end can't be interrupted.
_SLICE_S = 0.5
# Small items are taken back several at a time: to wake the calling thread for each would cost as much again.
# It rests for so long for each that waits, which is half of what the smallest take: a worker is never idle
# meanwhile.
_REST_S = 0.00005
# Where nothing is done for so long, more workers are sent.
_GROW_AFTER_S = 0.002
# After so long a worker gives up its place to whatever else waits for the pool: pages of jobs, other runs.
_TURN_S = 0.005
# Who has done so many items by then was not held up by anything that other workers could make up for.
_MANY = 8


def hand_out(
    items: Iterable[Item],
    work: Callable[[Item], Value],
    *,
    at_once: Callable[[Item], Value | None] = nothing,
    crew: Executor,
    workers: int,
    ahead: int,
    in_order: bool = False,
    stop: Callable[[], None],
    stop_s: float,
    late: dict[int, Value],
    idle: Callable[[], object],
) -> Generator[tuple[int, Value], None, None]:
    """Yield what *work* makes of each item, with the item's number from 0, as they are done.

    Beside what *at_once* can do, the calling thread only hands out and waits: an interrupt that hit it in the
    middle of a write or a request would leave those half done. What *work* raises is raised here.

    Args:
        items: The items; they are drawn by the calling thread.
        work: Done in the worker threads.
        at_once: Done in the calling thread before that: makes of an item what *work* would, where that takes
            no time and an interrupt may hit it anywhere; None for all others.
        crew: The threads.
        workers: How many of them there are.
        ahead: How many items may be drawn that have not been yielded yet.
        in_order: Whether they are yielded in the order of the items.
        stop: Called when the caller stops early, before waiting for what is under way.
        stop_s: How long that is waited for, in seconds.
        late: What was done but not yielded when the caller stopped, and what is done until then.
        idle: Called every now and then while nothing is done.
    """
    line = _Line(work, crew, workers)
    source = enumerate(items)
    drawn = yielded = 0
    drawn_all = False
    try:
        while True:
            wanted = yielded if in_order else None
            while not drawn_all and drawn - yielded < ahead and not line.has(wanted):
                numbered = next(source, None)
                if numbered is None:
                    drawn_all = True
                    continue
                drawn += 1
                index, item = numbered
                if (value := at_once(item)) is None:
                    line.put(index, item)
                else:
                    line.end(index, _End([value]), is_news=not in_order)
            if yielded == drawn:
                return
            index = line.next_done(wanted, idle=idle)
            yield index, line.done[index].value()
            del line.done[index]  # not before it has arrived: an interrupt may come in between
            yielded += 1
    finally:
        line.close()
        if line.done or line.under_way:
            stop()
            line.wait(stop_s)
            # A list, as a worker that needs longer than it is waited for may end just now.
            ended = list(line.done.items())
            late.update((index, end.value()) for index, end in ended if end.error is None)


@dataclass(frozen=True)
class _End(Generic[Value]):
    """What became of an item: what was made of it, or why nothing was."""

    made: list[Value]
    error: BaseException | None = None

    def value(self) -> Value:
        if self.error is not None:
            raise self.error
        return self.made[0]


class _Line(Generic[Item, Value]):
    """Items that wait for a worker, and the ends of those that do not wait any more.

    Attributes:
        done: Ends by number, until the caller has them.
        under_way: The numbers of the items that are being worked on.
    """

    def __init__(self, work: Callable[[Item], Value], crew: Executor, workers: int) -> None:
        self.done: dict[int, _End[Value]] = {}
        self.under_way: set[int] = set()
        self._work = work
        self._crew = crew
        self._workers = workers
        self._todo: deque[tuple[int, Item]] = deque()
        self._news: SimpleQueue[int] = SimpleQueue()
        self._lock = threading.Lock()
        self._rested = False
        self._turns = 0  # workers that are at it, or will be as soon as the pool has one free

    def put(self, index: int, item: Item) -> None:
        with self._lock:
            self._todo.append((index, item))
            is_first = self._turns == 0
            self._turns += is_first
        if is_first:
            self._crew.submit(self._turn)

    def end(self, index: int, end: _End[Value], *, is_news: bool = True) -> None:
        """Take an item's end; unless it is no news to the calling thread, wake that."""
        self.done[index] = end
        self.under_way.discard(index)
        if is_news:
            self._news.put(index)

    def has(self, wanted: int | None) -> bool:
        """Return whether an end is there that was not taken back: *wanted*, where that is given."""
        return not self._news.empty() if wanted is None else wanted in self.done

    def next_done(self, wanted: int | None, *, idle: Callable[[], object]) -> int:
        """Wait for an end; return its number: *wanted*, where that is given."""
        while wanted is None or wanted not in self.done:
            if len(self._todo) >= _MANY and self._news.empty() and not self._rested:
                self._rested = True
                time.sleep(len(self._todo) * _REST_S)
            can_grow = self._can_grow
            try:
                index = self._news.get(timeout=_GROW_AFTER_S if can_grow else _SLICE_S)
            except Empty:
                if can_grow:
                    self._grow()
                idle()
            else:
                self._rested = False
                if wanted is None:
                    return index
        return wanted

    @property
    def _can_grow(self) -> bool:
        return bool(self._todo) and self._turns < self._workers

    def _grow(self) -> None:
        with self._lock:
            more = min(self._turns or 1, self._workers - self._turns, len(self._todo))
            self._turns += more
        for _ in range(more):
            self._crew.submit(self._turn)

    def _turn(self) -> None:
        """Work on items, for a short time or until there are none."""
        until = time.monotonic() + _TURN_S
        count = 0
        while True:
            with self._lock:
                if not self._todo:
                    self._turns -= 1
                    return
                index, item = self._todo.popleft()
                self.under_way.add(index)
            try:
                end = _End([self._work(item)])
            except BaseException as error:  # noqa: BLE001 - it is raised in the calling thread
                end = _End([], error)
            self.end(index, end)
            count += 1
            if time.monotonic() < until:
                continue
            with self._lock:
                if count >= _MANY and self._turns > 1:
                    self._turns -= 1
                    return
            # A pool that is being shut down takes nothing any more: then go on here.
            with contextlib.suppress(RuntimeError):
                self._crew.submit(self._turn)
                return

    def close(self) -> None:
        """Let no further item be begun."""
        with self._lock:
            self._todo.clear()

    def wait(self, timeout_s: float) -> None:
        """Wait until nothing is under way."""
        until = time.monotonic() + timeout_s
        while self.under_way and (left_s := until - time.monotonic()) > 0:
            with contextlib.suppress(Empty):
                self._news.get(timeout=min(left_s, _SLICE_S))
