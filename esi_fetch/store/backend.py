"""Where entries are kept: requests-cache's SQLite table, made sound, with the bodies in a table beside it.

requests-cache's own table can hang its process for ever, reads on the connection that others write on, and
makes files that everybody can read; so its methods work on our :class:`~esi_fetch.database.Database` instead.
Header and body are written in one transaction; values never become part of a statement.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from requests_cache.backends.sqlite import SQLiteDict

from esi_fetch.clock import Clock
from esi_fetch.database import Database, marked_parts
from esi_fetch.store.entry import Record, Row
from esi_fetch.store.keys import PREVIOUS
from esi_fetch.store.schema import STORE_FILE
from esi_fetch.store.side_tables import SideTables
from esi_fetch.store.space import Space

__all__ = ["EntryTable"]

_READ = (
    "SELECT e.value, e.expires, b.value, e.used_at"
    " FROM entries e JOIN bodies b ON b.key = e.key WHERE e.key = ?"
)
# The marks for the keys are put in; keys never are. Without its body an entry is as good as not there.
_READ_HEADERS = (
    "SELECT e.key, e.value, e.expires FROM entries e JOIN bodies b ON b.key = e.key WHERE e.key IN ({})"
)
# While a set of pages is fetched anew, its old pages stay under such keys. The body stays with the new header
# as long as it is the same, and goes with the old one when another comes.
_KEEP_HEADER = (
    f"INSERT OR IGNORE INTO entries (key, value, expires, used_at, asked)"  # noqa: S608 - a word of ours
    f" SELECT key || '{PREVIOUS}', value, expires, used_at, asked FROM entries WHERE key = ?"
)
_KEEP_BODY = f"UPDATE OR IGNORE bodies SET key = key || '{PREVIOUS}' WHERE key = ?"  # noqa: S608
_READ_PREVIOUS = (
    f"SELECT e.value, e.expires, coalesce(own.value, shared.value), e.used_at FROM entries e"  # noqa: S608
    f" LEFT JOIN bodies own ON own.key = e.key LEFT JOIN bodies shared ON shared.key = ?"
    f" WHERE e.key = ? || '{PREVIOUS}'"
)
_DROP = "DELETE FROM entries WHERE key = ?"

_READ_ROW = "SELECT key, value, expires, used_at, asked FROM entries WHERE key = ?"
_WRITE_HEADER = (
    "INSERT INTO entries (key, value, expires, asked) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires,"
    " asked = excluded.asked"
)
_WRITE_BODY = (
    "INSERT INTO bodies (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


class EntryTable(SideTables, Space, SQLiteDict):
    """Records by key, in a SQLite file, or in memory where *path* is None.

    It is opened by its first use, and again by the next use after :meth:`close`; what its methods raise is
    what :class:`~esi_fetch.database.Database` raises.
    """

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._database = Database(path, kind=STORE_FILE, clock=clock)
        # Given the path, the parent would add a suffix to it, and make a folder that others can read.
        super().__init__(":memory:", table_name="entries", serializer=None)
        self._lock = self._database.lock
        if path is not None:
            self.db_path = path

    # Opening and closing

    def init_db(self) -> None:
        """Do nothing: the parent calls this when it is built, and this table is opened by its first use."""

    @property
    def exists(self) -> bool:
        """Whether there is something to open."""
        return self.is_open or (self.path is not None and self.path.exists())

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        return self._database.is_open

    def open(self) -> None:
        """Open it now, unless it is open; a damaged file is set aside and begun anew, with a warning."""
        self._database.open()

    def close(self) -> None:
        """Close it, from any thread; the next use opens it again."""
        self._database.close()

    def __del__(self) -> None:
        """Close it without waiting; the parent's finalizer would wait for the lock."""
        self._database.abandon()

    # Reading and writing

    def __getitem__(self, key: str) -> Record:
        """Return a record; KeyError when there is none."""
        rows = self._database.read(_READ, key)
        if not rows:
            raise KeyError(key)
        return Record(*rows[0])

    def headers(self, keys: Sequence[str]) -> list[tuple[str, bytes, float]]:
        """Return keys, headers and expiries of those entries that are there; no body is read."""
        found: list[tuple[str, bytes, float]] = []
        for some, marks in marked_parts(keys):
            found += self._database.read(_READ_HEADERS.format(marks), *some)
        return found

    def put(self, key: str, record: Record, *, keeps_previous: bool) -> None:
        """Keep a record in place of the one with its key, and that one, if wanted, as the previous one."""

        def write(writer: sqlite3.Connection) -> None:
            if keeps_previous:
                writer.execute(_KEEP_HEADER, (key,))
                writer.execute(_KEEP_BODY, (key,))
            writer.execute(_WRITE_HEADER, (key, record.header, record.expires_at, record.asked))
            writer.execute(_WRITE_BODY, (key, record.body))

        self._database.change(write)

    def _write(self, key: str, record: Record) -> None:
        self.put(key, record, keeps_previous=False)

    def previous(self, key: str) -> Record | None:
        """Return the previous record of a key; None when there is none."""
        rows = self._database.read(_READ_PREVIOUS, key, key)
        return Record(*rows[0]) if rows else None

    def drop_previous(self, keys: Sequence[str]) -> None:
        """Delete the previous records of some keys, where there are any."""
        marked = [(f"{key}{PREVIOUS}",) for key in keys]
        self._database.change(lambda writer: writer.executemany(_DROP, marked))

    def put_newer(
        self, records: Sequence[tuple[str, Record]], is_newer: Callable[[Row | None, Row], bool]
    ) -> list[str]:
        """Keep those records that are newer than what is there, in one step; return their keys."""

        def write(writer: sqlite3.Connection) -> list[str]:
            kept: list[str] = []
            for key, record in records:
                rows = writer.execute(_READ_ROW, (key,)).fetchall()
                ours = Row(*rows[0]) if rows else None
                if is_newer(ours, Row(key, record.header, record.expires_at, None, record.asked)):
                    writer.execute(_WRITE_HEADER, (key, record.header, record.expires_at, record.asked))
                    writer.execute(_WRITE_BODY, (key, record.body))
                    kept.append(key)
            return kept

        return self._database.change(write)

    def amend(
        self,
        key: str,
        change: Callable[[bytes], bytes | None],
        *,
        expires_at: float | None = None,
        keeps_previous: bool = False,
    ) -> bool:
        """Replace a record's header by what *change* makes of it, and its expiry if given, in one step.

        What it replaces is kept, if wanted, as the previous one.

        Returns:
            Whether there was such a record, and *change* did not return None.
        """

        def write(writer: sqlite3.Connection) -> bool:
            rows = writer.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchall()
            header = change(rows[0][0]) if rows else None
            if header is not None:
                if keeps_previous:
                    writer.execute(_KEEP_HEADER, (key,))
                writer.execute(
                    "UPDATE entries SET value = ?, expires = coalesce(?, expires) WHERE key = ?",
                    (header, expires_at, key),
                )
            return header is not None

        return self._database.change(write)

    # What requests-cache's other methods stand on

    @contextmanager
    def connection(self, commit: bool = False) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection to an inherited method, in a transaction of its own if it writes."""
        with self._database.connection(transaction=commit) as writer:
            yield writer

    @contextmanager
    def _acquire_sqlite_lock(self) -> Iterator[None]:
        with self.connection(commit=True):
            yield

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys that are there now."""
        with self.connection() as writer:
            return iter([key for (key,) in writer.execute("SELECT key FROM entries").fetchall()])

    def sorted(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Iterate over the headers in order; the arguments are requests-cache's."""
        return iter(list(super().sorted(*args, **kwargs)))

    def vacuum(self) -> None:
        """Give the space of what was deleted back to the disk."""
        self.shrink()

    def clear(self) -> None:
        """Delete everything."""
        with self.connection(commit=True) as writer:
            writer.execute("DELETE FROM entries")
            writer.execute("DELETE FROM bookmarks")
            writer.execute("DELETE FROM refusals")
            writer.execute("DELETE FROM data_sets")
