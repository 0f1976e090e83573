"""Where entries are kept: requests-cache's SQLite table, made sound, with the bodies in a table beside it.

requests-cache's own table can hang its process for ever, reads on the connection that others write on, and
makes files that everybody can read. What differs here:

- one connection writes and another one reads, each used by one thread at a time, so that no read waits for a
  write, and no cursor stays open. (A connection for each thread was measured slower: the calls are short, and
  threads that wait for a lock cost less than threads that fight over the interpreter.)
- waiting for another process's write lock has an end;
- any exception rolls back, ``KeyboardInterrupt`` included;
- header and body are written in one transaction; values never become part of a statement;
- a damaged file is set aside, and one that this version does not understand is not touched;
- no connection goes through a fork.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from requests_cache.backends.sqlite import SQLiteDict

from esi_fetch.clock import Clock
from esi_fetch.store.database import is_damage, open_connections, patiently
from esi_fetch.store.entry import Record
from esi_fetch.store.files import file_id, set_aside

__all__ = ["EntryTable"]

_READ = "SELECT e.value, e.expires, b.value FROM entries e JOIN bodies b ON b.key = e.key WHERE e.key = ?"
_WRITE_HEADER = (
    "INSERT INTO entries (key, value, expires) VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
)
_WRITE_BODY = (
    "INSERT INTO bodies (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)

# kept_at is moved on even where the bookmark stays: it says when that place was last reached.
_KEEP_BOOKMARK = (
    "INSERT INTO bookmarks (key, value, kept_at) VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, kept_at = excluded.kept_at"
)
_BEGIN_BOOKMARK = "INSERT OR IGNORE INTO bookmarks (key, value, kept_at) VALUES (?, ?, ?)"

T = TypeVar("T")

log = logging.getLogger("esi_fetch.store")


class EntryTable(SQLiteDict):
    """Records by key, in a SQLite file, or in memory where *path* is None.

    It is opened by its first use, and again by the next use after :meth:`close`.

    Raises (all methods):
        StoreError: The file is of a newer version, or another program's database.
        OSError: The file or its folder can't be made.
        sqlite3.DatabaseError: What SQLite says, except that a file is damaged: that is begun anew.
    """

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._file_id: tuple[int, int] | None = None
        self._reader: sqlite3.Connection | None = None
        # Given the path, the parent would add a suffix to it, and make a folder that others can read.
        super().__init__(":memory:", table_name="entries", serializer=None)
        if path is not None:
            self.db_path = path
        # In memory there is one connection, hence one lock. Who takes both takes the parent's first. That one
        # is held while waiting for other processes, too: it stands for this process's place in the queue for
        # the file, and no other thread could do anything with it meanwhile.
        self._read_lock = self._lock if path is None else threading.RLock()
        _TABLES[id(self)] = self

    # Opening and closing

    def init_db(self) -> None:
        """Do nothing: the parent calls this when it is built, and this table is opened by its first use."""

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        return self._connection is not None

    def open(self) -> None:
        """Open it now, unless it is open; a damaged file is set aside and begun anew, with a warning."""
        with self._lock, self._read_lock:
            if self._connection is not None:
                return
            try:
                self._open_once()
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self._set_aside(str(error))
                self._open_once()

    def _open_once(self) -> None:
        self._file_id = file_id(self.path)
        self._connection, self._reader = open_connections(self.path, clock=self._clock)
        self._file_id = file_id(self.path)

    def close(self) -> None:
        """Close it, from any thread; the next use opens it again."""
        with self._lock, self._read_lock:
            writer, reader = self._connection, self._reader
            self._connection = self._reader = None
            for connection in (reader, writer):
                if connection is not None:
                    connection.close()

    def _mending(self, work: Callable[[], T]) -> T:
        """Do *work*; where that finds the file damaged, begin a new one and do it there."""
        if self._connection is None:
            self.open()
        before = self._file_id
        try:
            return work()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            with self._lock, self._read_lock:
                # Another thread may have been here first, and then the file is sound by now.
                if self._file_id == before:
                    self.close()
                    self._set_aside(str(error))
            return work()

    def _set_aside(self, why: str) -> None:
        # Another process may have been first, too: then its new file is at our path, and stays there.
        if self.path is None or file_id(self.path) != self._file_id:
            return
        aside = set_aside(self.path)
        log.warning(
            "the store %s is damaged, or no database at all (%s): renamed it to %s and began a new one",
            self.path,
            why,
            aside.name,
        )

    # Reading and writing

    def _writer(self) -> sqlite3.Connection:
        """Return the writing connection; the caller holds its lock."""
        if self._connection is None:
            self.open()
        assert self._connection is not None  # noqa: S101 - open() saw to it, and close() needs the lock
        return self._connection

    def _read(self, statement: str, *values: Any) -> list[Any]:
        def read() -> list[Any]:
            if self._reader is None:
                self.open()
            with self._read_lock:
                # Closed in between, by another thread: as good as not having looked yet.
                return [] if self._reader is None else self._reader.execute(statement, values).fetchall()

        return self._mending(read)

    def __getitem__(self, key: str) -> Record:
        """Return a record; KeyError when there is none."""
        rows = self._read(_READ, key)
        if not rows:
            raise KeyError(key)
        return Record(*rows[0])

    # In ``with lock, connection`` both context managers are written in C: no signal can fall between a
    # transaction and its end. The connection's one commits, or rolls back on any exception.

    def _write(self, key: str, record: Record) -> None:
        def write() -> None:
            with self._lock, self._writer() as writer:
                patiently(writer, "BEGIN IMMEDIATE", clock=self._clock)
                writer.execute(_WRITE_HEADER, (key, record.header, record.expires_at))
                writer.execute(_WRITE_BODY, (key, record.body))

        self._mending(write)

    def amend(self, key: str, change: Callable[[bytes], bytes | None], *, expires_at: float) -> bool:
        """Replace a record's header by what *change* makes of it, and its expiry, in one step.

        Returns:
            Whether there was such a record, and *change* did not return None.
        """

        def write() -> bool:
            with self._lock, self._writer() as writer:
                patiently(writer, "BEGIN IMMEDIATE", clock=self._clock)
                rows = writer.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchall()
                header = change(rows[0][0]) if rows else None
                if header is not None:
                    writer.execute(
                        "UPDATE entries SET value = ?, expires = ? WHERE key = ?", (header, expires_at, key)
                    )
            return header is not None

        return self._mending(write)

    # Bookmarks

    def bookmark(self, key: str, *, kept_since: float) -> str | None:
        """Return a bookmark that was kept at or after a moment; None when there is none."""
        rows = self._read("SELECT value FROM bookmarks WHERE key = ? AND kept_at >= ?", key, kept_since)
        return str(rows[0][0]) if rows else None

    def set_bookmark(self, key: str, value: str, *, kept_at: float, replace: bool) -> None:
        """Keep a bookmark; one that is there already is left alone unless *replace*."""
        statement = _KEEP_BOOKMARK if replace else _BEGIN_BOOKMARK

        def write() -> None:
            with self._lock, self._writer() as writer:
                patiently(writer, "BEGIN IMMEDIATE", clock=self._clock)
                writer.execute(statement, (key, value, kept_at))

        self._mending(write)

    # What requests-cache's other methods stand on

    @contextmanager
    def connection(self, commit: bool = False) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection to an inherited method, in a transaction of its own if it writes."""
        with self._lock:
            writer = self._writer()
            if commit and not writer.in_transaction:
                with writer:
                    patiently(writer, "BEGIN IMMEDIATE", clock=self._clock)
                    yield writer
            else:
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

    def clear(self) -> None:
        """Delete everything."""
        with self.connection(commit=True) as writer:
            writer.execute("DELETE FROM entries")
            writer.execute("DELETE FROM bookmarks")


# A connection must not go through a fork: SQLite's record of the locks that this process holds would be
# copied, and the locks would not be (https://www.sqlite.org/howtocorrupt.html, 2.6). So files are closed
# before, and nobody opens them until the fork is done.
_TABLES: WeakValueDictionary[int, EntryTable] = WeakValueDictionary()
_held: list[EntryTable] = []


def _before_fork() -> None:
    for table in list(_TABLES.values()):
        table._lock.acquire()
        table._read_lock.acquire()
        _held.append(table)
        if table.path is not None:
            table.close()


def _after_fork() -> None:
    while _held:
        table = _held.pop()
        table._read_lock.release()
        table._lock.release()


if hasattr(os, "register_at_fork"):  # Windows has none, and does not fork.
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
