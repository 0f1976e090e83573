"""Turns: one thread at a time for one thing, and no lock for those who want another."""

from __future__ import annotations

import threading
from types import TracebackType

from esi_fetch.errors import JobCancelledError

__all__ = ["Turns"]

# A lock can't be waited for together with an event, so the event is looked at this often.
_CANCEL_LOOK_S = 0.1


class Turns:
    """Lets one thread at a time work on one key; a thread that waits for its turn can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[threading.Lock, int]] = {}

    def of(self, key: str, *, cancel: threading.Event) -> _Turn:
        """Return what holds the turn for *key* in a ``with`` block.

        Entering raises :class:`~esi_fetch.errors.JobCancelledError` where *cancel* is set before it comes.
        """
        return _Turn(self, key, cancel)

    def _join(self, key: str) -> threading.Lock:
        with self._lock:
            turn, users = self._keys.get(key) or (threading.Lock(), 0)
            self._keys[key] = (turn, users + 1)
        return turn

    def _leave(self, key: str) -> None:
        with self._lock:
            turn, users = self._keys.pop(key)
            if users > 1:
                self._keys[key] = (turn, users - 1)


class _Turn:
    """One thread's turn: waited for when its ``with`` block is entered, over when that is left."""

    def __init__(self, turns: Turns, key: str, cancel: threading.Event) -> None:
        self._turns = turns
        self._key = key
        self._cancel = cancel

    def __enter__(self) -> None:
        self._held = self._turns._join(self._key)
        try:
            # Held while sending, on purpose and by this key only: whoever else wants the same is served by
            # the answer that is on its way. The one ahead may belong to another run and wait for limits for
            # an hour, so it is not waited for blindly.
            while not self._held.acquire(timeout=_CANCEL_LOOK_S):
                if self._cancel.is_set():
                    raise JobCancelledError("stopped")
        except BaseException:
            self._turns._leave(self._key)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.release()
        self._turns._leave(self._key)
