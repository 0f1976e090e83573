"""How a book stands on a Redis server: a mark that tells one state from another, and the packed book."""

from __future__ import annotations

from typing import NamedTuple

from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.plain import unpack
from esi_fetch.limits.reunion import CLOCK_WAS_SET_S, shift

__all__ = ["MARK_AT_MOST", "Found", "Mark", "Value", "kept_s", "read_book"]

MARK_AT_MOST = 200

_KEPT_WINDOWS = 3
_KEPT_AT_LEAST_S = 3600.0


class Mark(NamedTuple):
    """What tells one state of a book from another.

    Attributes:
        birth: The same for all states that descend from one another. A server that forgets a book, and has
            it begun anew, has another one.
        changes: How many there were since. A server that goes back to an older snapshot has fewer.
        written_by: Different for every change.
        written_at_ms: When it was made, in milliseconds on the server's clock.
    """

    birth: str
    changes: int
    written_by: str
    written_at_ms: int

    def is_ahead_of(self, other: Mark) -> bool:
        """Return whether it is the *other* state, or descends from it."""
        return self.birth == other.birth and self.changes >= other.changes


class Value(NamedTuple):
    """A state of a book."""

    mark: Mark
    packed: bytes

    def encoded(self) -> bytes:
        """Return what is kept on the server."""
        return " ".join(map(str, self.mark)).encode() + b" " + self.packed


class Found(NamedTuple):
    """A book that was read: how it stands there, and what becomes of it here."""

    value: Value
    ledger: Ledger


def read_book(kept: bytes, *, now: float) -> Found:
    """Return the book.

    Args:
        kept: What is kept on the server.
        now: The server's time, in seconds. If it is before the book was written, the server's clock was set
            back, and the book goes with it: else what was spent would not come back until the clock is where
            it was. (A clock that was set forward can't be told from time that went by.)

    Raises:
        ValueError: If it is no book.
    """
    parts = kept[:MARK_AT_MOST].split(b" ", 4)
    if len(parts) != 5:
        raise ValueError("it does not begin like one")
    birth, changes, written_by, written_at_ms, rest = parts
    mark = Mark(birth.decode("ascii"), int(changes), written_by.decode("ascii"), int(written_at_ms))
    packed = kept[min(len(kept), MARK_AT_MOST) - len(rest) :]
    ledger = unpack(packed)
    ahead_s = mark.written_at_ms / 1000 - now
    if ahead_s > CLOCK_WAS_SET_S:
        shift(ledger, -ahead_s)
    return Found(Value(mark, packed), ledger)


def kept_s(ledger: Ledger, *, now: float) -> float:
    """Return for how many seconds a book is worth keeping, if nobody writes it again.

    That is some windows after the last thing in it is over, so that the limit it has learnt is not lost in
    the pause between two runs; then the server drops it, and so the books do not fill it.
    """
    return max(_KEPT_AT_LEAST_S, _KEPT_WINDOWS * ledger.window_s) + ledger.busy_until(now) - now
