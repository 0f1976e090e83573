"""Steps of several threads, done together: what a keeper does once costs the same for one and for many."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from esi_fetch.limits.decision import Picture

__all__ = ["Together"]

T = TypeVar("T")

_Change = Callable[[Picture, float], T]


@dataclass
class _Wish(Generic[T]):
    """A step that a thread wants done.

    Attributes:
        keys: The books it needs.
        change: What it does with them.
        batch: Results of all steps that are done with it; empty until they are kept.
        place: Where in the batch its own result is.
    """

    keys: Collection[str]
    change: _Change[T]
    batch: list[Any] = field(default_factory=list)
    place: int = 0

    @property
    def is_done(self) -> bool:
        """Whether its result is there, and kept."""
        return bool(self.batch)

    @property
    def result(self) -> T:
        """Its result."""
        result: T = self.batch[self.place]
        return result


class Together:
    """Lets the thread whose turn it is do the steps of all that wait for theirs.

    Args:
        lock: Whose turn it is: held while steps are done.
        do: Runs a change over the books named by keys, keeps what it made of them, and returns its result.
    """

    def __init__(
        self, lock: threading.Lock, do: Callable[[Collection[str], _Change[list[Any]]], list[Any]]
    ) -> None:
        self._lock = lock
        self._do = do
        self._wishes: deque[_Wish[Any]] = deque()

    def step(self, keys: Collection[str], change: _Change[T]) -> T:
        """Run *change* over the books named by *keys*; return its result when that is kept."""
        mine = _Wish(keys, change)
        self._wishes.append(mine)
        with self._lock:
            if not mine.is_done:
                self._fulfil(mine)
        return mine.result

    def forget(self) -> None:
        """Drop all wishes: after a fork they are those of threads that are not there."""
        self._wishes.clear()

    def _fulfil(self, mine: _Wish[Any]) -> None:
        # What goes wrong goes wrong for this thread alone: the others find theirs undone when their turn
        # comes, and do it themselves.
        wishes = [mine]
        while self._wishes:
            wish = self._wishes.popleft()
            if wish is not mine and not wish.is_done:
                wishes.append(wish)
        if len(wishes) > 1:
            with contextlib.suppress(Exception):  # it may be another's; it comes again if it is ours
                self._keep(wishes)
        if not mine.is_done:
            self._keep([mine])

    def _keep(self, wishes: Sequence[_Wish[Any]]) -> None:
        keys = {key for wish in wishes for key in wish.keys}
        batch: list[Any] = []
        for place, wish in enumerate(wishes):
            wish.batch, wish.place = batch, place
        # All are done in one moment: a signal that fell between one and the next would let the next do its
        # step twice.
        batch.extend(self._do(keys, lambda books, now: [wish.change(books, now) for wish in wishes]))
