"""Where the books are kept. The rest of the room only asks for atomic steps over plain data."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

from esi_fetch.clock import Clock
from esi_fetch.limits.decision import Picture

__all__ = ["LimitState", "MemoryState"]

T = TypeVar("T")

_MANY_BOOKS = 4096


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


class MemoryState:
    """Books of one process, behind one lock."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._picture: Picture = {}
        self._numbers = itertools.count(1)
        self._prune_at = _MANY_BOOKS

    def step(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        """Run *change* over the books, under the lock."""
        with self._lock:
            if len(self._picture) >= self._prune_at:
                self._prune()
            return change(self._picture, self._clock.monotonic())

    def keys(self) -> list[str]:
        """Return the keys of all books there are."""
        with self._lock:
            return list(self._picture)

    def new_id(self) -> str:
        """Return a name for a reservation."""
        return str(next(self._numbers))

    def _prune(self) -> None:
        # A server that names a new group in every answer must not fill the memory.
        now = self._clock.monotonic()
        for key, ledger in list(self._picture.items()):
            ledger.refresh(now)
            if ledger.is_idle:
                del self._picture[key]
        self._prune_at = max(_MANY_BOOKS, 2 * len(self._picture))

    def __repr__(self) -> str:
        return f"MemoryState({len(self._picture)} books)"
