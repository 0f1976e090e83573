"""Where the books are kept. The rest of the room only asks for atomic steps over plain data."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

from esi_fetch.clock import Clock
from esi_fetch.limits.decision import Picture

__all__ = ["MANY_BOOKS", "LimitState", "MemoryState", "drop_idle_books"]

T = TypeVar("T")

MANY_BOOKS = 4096
"""How many books there may be before those that are idle are dropped.

A server that names a new group in every answer must not fill the memory.
"""


class LimitState(Protocol):
    """A keeper of books: in memory, in a file shared by processes, on a server shared by machines.

    A book (:class:`~esi_fetch.limits.ledger.Ledger`) is made of numbers, texts, lists and mappings only. Its
    times are on the keeper's clock: one that never goes back inside a process, the wall clock beyond it.
    """

    def step(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        """Run *change* over the books named by *keys*, atomically, and keep what it made of them.

        *change* gets the books there are (it may add and remove some under *keys*, no others) and the time.
        It does arithmetic only, and may be run again if the books changed under it.
        """
        ...

    def keys(self) -> list[str]:
        """Return the keys of all books there are."""
        ...

    def new_id(self) -> str:
        """Return a name for a reservation, unique among all who share the books.

        A keeper that outlives its processes makes it tell who holds the reservation, so that it can be
        released when that process is gone.
        """
        ...

    def close(self) -> None:
        """Give files and connections back; the next step opens them again."""
        ...


class MemoryState:
    """Books of one process, behind one lock."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._picture: Picture = {}
        self._numbers = itertools.count(1)
        self._prune_at = MANY_BOOKS

    def step(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        """Run *change* over the books, under the lock."""
        with self._lock:
            if len(self._picture) >= self._prune_at:
                drop_idle_books(self._picture, self._clock.monotonic())
                # Where most are in use, looking at all of them must not become a habit.
                self._prune_at = max(MANY_BOOKS, 2 * len(self._picture))
            return change(self._picture, self._clock.monotonic())

    def keys(self) -> list[str]:
        """Return the keys of all books there are."""
        with self._lock:
            return list(self._picture)

    def new_id(self) -> str:
        """Return a name for a reservation."""
        return str(next(self._numbers))

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def __repr__(self) -> str:
        return f"MemoryState({len(self._picture)} books)"


def drop_idle_books(picture: Picture, now: float) -> None:
    """Drop the books that say nothing but a learnt limit."""
    for key, ledger in list(picture.items()):
        ledger.refresh(now)
        if ledger.is_idle:
            del picture[key]
