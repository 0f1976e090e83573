"""The books of one process while the server that has everybody's is away."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from esi_fetch.limits.budget import ADDRESS, open_address
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.reunion import holds_of

__all__ = ["Alone"]

T = TypeVar("T")

# How long a request stands back before it looks again whether the one before it has its answer.
_LOOK_AGAIN_S = 0.25


class Alone:
    """Books that began as the last known ones, in which one request goes out at a time.

    Args:
        books: The last known books.
        holder: Who is alone.
        since: Since when, on the process's clock.
        reason: Why.
    """

    def __init__(self, books: Picture, *, holder: str, since: float, reason: str) -> None:
        self.books = books
        self.since = self.tried_at = since
        self.reason = reason
        self._holder = holder
        self._settled_before = {key: ledger.settled_total for key, ledger in books.items()}

    def copy_of(self, key: str) -> Ledger | None:
        """Return a copy of a book; None if there is none."""
        return copy.deepcopy(self.books.get(key))

    def settled_since(self, key: str) -> int:
        """Return how much was settled in a book since the server was lost."""
        return self.books[key].settled_total - self._settled_before.get(key, 0)

    def step(self, change: Callable[[Picture, float], T], now: float) -> T:
        """Run *change* over the books; it finds the address blocked while a request is under way."""
        ledger = self.books.setdefault(ADDRESS, open_address())
        if not holds_of(ledger, self._holder):
            return change(self.books, now)
        with _blocked(ledger, until=now + _LOOK_AGAIN_S):
            return change(self.books, now)

    def end_only(self, change: Callable[[Picture, float], T], now: float) -> tuple[bool, T]:
        """Run *change*, and keep what it does only if it ends a request: its answer is there, after all.

        Returns:
            Whether it was kept, and what it returned.
        """
        books = copy.deepcopy(self.books)
        before = self._under_way(books)
        done = change(books, now)
        is_kept = self._under_way(books) < before
        if is_kept:
            self.books = books
        return is_kept, done

    def _under_way(self, books: Picture) -> int:
        return sum(len(holds_of(ledger, self._holder)) for ledger in books.values())


@contextmanager
def _blocked(ledger: Ledger, *, until: float) -> Iterator[None]:
    # Every request asks for leave of its address; an answer is booked in spite of a block.
    before = ledger.blocked_until, ledger.block_reason
    ours = until, "the server of the shared limits is away: one request after the other"
    ledger.block(until, reason=ours[1])
    try:
        yield
    finally:
        if (ledger.blocked_until, ledger.block_reason) == ours:
            ledger.blocked_until, ledger.block_reason = before
