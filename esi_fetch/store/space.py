"""Looking over all that a store's file keeps, deleting from it, and giving the space back.

Nothing here holds the file for long: what is deleted, and what is moved to the file's front so that its end
can be cut off, is done in steps of some milliseconds, between which other threads and processes go on.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal

from esi_fetch.clock import Clock
from esi_fetch.database import Database, marked_parts
from esi_fetch.store.entry import Row
from esi_fetch.store.storage import Kind

__all__ = ["Space"]

_ROWS = "SELECT key, value, expires, used_at, asked FROM entries"
_EXPIRE = {
    "entries": "UPDATE entries SET expires = ? WHERE expires > ? AND key IN ({})",
    "data_sets": "UPDATE data_sets SET expires_at = ?"
    " WHERE (expires_at > ? OR expires_at IS NULL) AND key IN ({})",
}
_NOTE_USED = "UPDATE entries SET used_at = max(coalesce(used_at, 0), ?) WHERE key = ?"

# So many entries are deleted in one step: with pages of 43 KB a megabyte is written for them. Who deletes may
# do so because the disk is full, and the log has to find room on it.
_ERASED_AT_ONCE = 25
# After each step, so that the log begins again from its start and does not grow; it waits for nobody.
_WRITE_INTO_PLACE = "PRAGMA wal_checkpoint(PASSIVE)"
# So many pages of the file are moved in one step: a megabyte.
_MOVED_AT_ONCE = 250
# A reader that is in the middle of something keeps the log from being cut off, for a few milliseconds.
_CHECKPOINT_TRIES = 20
_CHECKPOINT_PAUSE_S = 0.05

_INCREMENTAL = 2


def _changed(statement: str, values: Sequence[Any], writer: sqlite3.Connection) -> int:
    """Execute a statement; return how many rows it has changed."""
    return writer.execute(statement, values).rowcount


class Space:
    """What can be done to all that is in the database of a store."""

    path: Path | None
    _clock: Clock
    _database: Database

    def rows(self) -> list[Row]:
        """Return what is stored of all entries beside their bodies."""
        return [Row(*row) for row in self._database.read(_ROWS)]

    def note_used(self, uses: Sequence[tuple[str, float]]) -> bool:
        """Note when entries, by key, were served; return whether that could be done without waiting."""

        def write(writer: sqlite3.Connection) -> None:
            writer.executemany(_NOTE_USED, [(at, key) for key, at in uses])

        try:
            self._database.change(write, wait_s=0.0)
        except (OSError, sqlite3.OperationalError):
            return False  # somebody else writes, or the file is read-only
        return True

    def expire(self, kind: Literal["entries", "data_sets"], keys: Sequence[str], *, at: float) -> int:
        """Let things expire at a moment, those that would do so later; return how many that were."""
        count = 0
        for some, marks in marked_parts(keys):
            statement, values = _EXPIRE[kind].format(marks), (at, at, *some)
            count += self._database.change(partial(_changed, statement, values))
        return count

    def erase(
        self, kind: Kind, keys: Sequence[str], *, still: Callable[[Row], bool] | None = None
    ) -> list[str]:
        """Delete what is under some keys so that nothing of it stays on the disk; return which there were."""
        erased: list[str] = []
        for some, marks in marked_parts(keys, _ERASED_AT_ONCE):

            def write(
                writer: sqlite3.Connection, some: Sequence[str] = some, marks: str = marks
            ) -> list[str]:
                if still is None:
                    there = writer.execute(f"SELECT key FROM {kind} WHERE key IN ({marks})", some)  # noqa: S608
                    gone = [key for (key,) in there.fetchall()]
                else:
                    there = writer.execute(f"{_ROWS} WHERE key IN ({marks})", some)
                    gone = [row.key for row in map(Row._make, there.fetchall()) if still(row)]
                # With zeros in its place: what was one character's must not lie about in the file.
                writer.execute("PRAGMA secure_delete = ON").fetchall()
                try:
                    writer.executemany(f"DELETE FROM {kind} WHERE key = ?", [(key,) for key in gone])  # noqa: S608
                finally:
                    writer.execute("PRAGMA secure_delete = OFF").fetchall()
                return gone

            erased += self._database.change(write)
            self._database.execute(_WRITE_INTO_PLACE)
        return erased

    def size(self) -> int:
        """Return how many bytes all that is kept takes; what was deleted is not in it."""
        pages, free, page_size = self._pages()
        return (pages - free) * page_size

    def file_size(self) -> int:
        """Return how many bytes it takes on the disk; in memory, how many it would."""
        if self.path is None:
            pages, _, page_size = self._pages()
            return pages * page_size
        size = 0
        for suffix in ("", "-wal"):
            with suppress(OSError):
                size += Path(f"{self.path}{suffix}").stat().st_size
        return size

    def shrink(self) -> None:
        """Give the space of what was deleted back to the disk, while others read and write."""
        execute = self._database.execute
        if execute("PRAGMA auto_vacuum")[0][0] != _INCREMENTAL:
            # A file of an older format is written anew once; from then on it shrinks in steps.
            execute("PRAGMA auto_vacuum = INCREMENTAL")
            execute("VACUUM")

        def move(writer: sqlite3.Connection) -> None:
            for _ in range(_MOVED_AT_ONCE):
                # One page a call: the standard library does no more than the first step of such a statement.
                writer.execute("PRAGMA incremental_vacuum(1)")

        while execute("PRAGMA freelist_count")[0][0]:
            self._database.change(move)
            execute(_WRITE_INTO_PLACE)
        # What was moved stands in the log until it is brought into the file, whose end is then cut off.
        for _ in range(_CHECKPOINT_TRIES):
            if not execute("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:
                return
            self._clock.wait(threading.Event(), _CHECKPOINT_PAUSE_S)

    def _pages(self) -> tuple[int, int, int]:
        ask = self._database.read
        facts = ("PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size")
        pages, free, page_size = (int(ask(fact)[0][0]) for fact in facts)
        return pages, free, page_size
