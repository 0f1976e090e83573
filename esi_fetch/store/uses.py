"""When entries were last of use, noted without a write for each time.

A hit must stay a read. What was served is remembered here and written down now and then, many at a time, when
nobody else writes; what is lost with a process makes an entry seem less used than it was, and no more.
"""

from __future__ import annotations

from esi_fetch.store.storage import Storage

__all__ = ["Uses"]

# Written down when there are so many, or when the first of them is so old.
_MANY = 500
_LATE_S = 60.0
# While the file can't be written, so many are remembered.
_MOST = 50_000


class Uses:
    """Entries that were served and whose time of use is not written down yet; threads may share it.

    There is no lock, which a fork could copy in its locked state: each step is one operation of a dict, and a
    use that two threads lose between them is not worth one.
    """

    def __init__(self) -> None:
        self._times: dict[str, float] = {}
        self._since = 0.0
        self._failed = False

    def note(self, key: str, now: float, storage: Storage) -> None:
        """Note that an entry was served; write down what has come together when it is time to."""
        times = self._times
        if not times:
            self._since = now
        if len(times) < _MOST:
            times[key] = now
        late = now - self._since >= _LATE_S
        if late or (len(times) >= _MANY and not self._failed):
            self.write(storage)

    def write(self, storage: Storage) -> None:
        """Write down what has come together, if that can be done without waiting."""
        times, self._times = self._times, {}
        uses = list(times.items())
        if not uses or not storage.is_open:
            return
        self._failed = not storage.note_used(uses)
        if self._failed:
            self._times = {**times, **self._times}
            self._since = uses[-1][1]  # tried again when that has become late
