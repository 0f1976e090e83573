"""How many requests may be under way at once.

There are a few more worker threads than that: while one decodes and stores what it has read, another one's
request is on its way, and the time that answers take is never waited for idly.
"""

from __future__ import annotations

import os
import sys
import threading

__all__ = ["Slot", "Slots", "decoding_turns"]

# A semaphore can't be waited for together with an event, so the event is looked at this often.
_CANCEL_LOOK_S = 0.1


def decoding_turns() -> threading.Semaphore:
    """Return what lets as many threads decode at a time as can.

    With an interpreter lock that is one: others would only stand in the way of those whose next request is
    due, and each waits longer the more there are.
    """
    has_lock = getattr(sys, "_is_gil_enabled", lambda: True)()
    return threading.Semaphore(1 if has_lock else os.cpu_count() or 1)


class Slot:
    """Leave for one request to be under way; given back once, however often it is said."""

    def __init__(self, free: threading.Semaphore) -> None:
        self._free: threading.Semaphore | None = free

    def give_back(self) -> None:
        """Let another request take its place. Of one thread alone."""
        free, self._free = self._free, None
        if free is not None:
            free.release()


class Slots:
    """As many slots as there may be requests under way; threads share them.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)

    def take(self, *, cancel: threading.Event) -> Slot | None:
        """Return a slot as soon as one is free; None when the run is stopped before that."""
        while not self._free.acquire(timeout=_CANCEL_LOOK_S):
            if cancel.is_set():
                return None
        return Slot(self._free)
