"""Turns: one thread at a time for one thing, and no lock for those who want another."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from esi_fetch.errors import JobCancelledError

__all__ = ["Turns"]

# A lock can't be waited for together with an event, so the event is looked at this often.
_CANCEL_LOOK_S = 0.1


class Turns:
    """Lets one thread at a time work on one key; a thread that waits for its turn can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[threading.Lock, int]] = {}

    @contextlib.contextmanager
    def of(self, key: str, *, cancel: threading.Event) -> Iterator[None]:
        """Hold the turn for *key* in a ``with`` block.

        Raises:
            JobCancelledError: *cancel* was set before it came.
        """
        with self._lock:
            turn, users = self._keys.get(key, (threading.Lock(), 0))
            self._keys[key] = (turn, users + 1)
        try:
            # Held while sending, on purpose and by this key only: whoever else wants the same is served by
            # the answer that is on its way. The one ahead may belong to another run and wait for limits for
            # an hour, so it is not waited for blindly.
            while not turn.acquire(timeout=_CANCEL_LOOK_S):
                if cancel.is_set():
                    raise JobCancelledError("stopped")
            try:
                yield
            finally:
                turn.release()
        finally:
            with self._lock:
                turn, users = self._keys.pop(key)
                if users > 1:
                    self._keys[key] = (turn, users - 1)
