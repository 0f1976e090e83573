"""When entries were last of use, noted without a write for each time.

A hit must stay a read. What was served is remembered here and written down now and then, many at a time, when
nobody else writes; what is lost with a process makes an entry seem less used than it was, and no more.
"""

from __future__ import annotations

import threading

from esi_fetch.store.storage import Storage

__all__ = ["Uses"]

# Written down when there are so many, or when the first of them is so old.
_MANY = 500
_LATE_S = 60.0
# While the file can't be written, so many are remembered.
_MOST = 50_000


class Uses:
    """Entries that were served and whose time of use is not written down yet; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()
        self._since = self._last = 0.0
        self._failed = False

    def note(self, key: str, now: float, storage: Storage) -> None:
        """Note that an entry was served; write down what has come together when it is time to."""
        with self._lock:
            if not self._keys:
                self._since = now
            if len(self._keys) < _MOST:
                self._keys.add(key)
            self._last = now
            late = now - self._since >= _LATE_S
            due = late or (len(self._keys) >= _MANY and not self._failed)
        if due:
            self.write(storage)

    def write(self, storage: Storage) -> None:
        """Write down what has come together, if that can be done without waiting."""
        with self._lock:
            keys, at = self._keys, self._last
            self._keys = set()
        if keys and storage.is_open and not storage.note_used(keys, at=at):
            with self._lock:
                self._keys |= keys
                self._since = at  # tried again when that has become late
                self._failed = True
        else:
            self._failed = False
