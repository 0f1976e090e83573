"""Where entries are kept: requests-cache's SQLite table, made sound, with the bodies in a table beside it.

requests-cache's own table can hang its process for ever, reads on the connection that others write on, and
makes files that everybody can read; so its methods work on our :class:`~esi_fetch.database.Database` instead.
Header and body are written in one transaction; values never become part of a statement.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from requests_cache.backends.sqlite import SQLiteDict

from esi_fetch.clock import Clock
from esi_fetch.database import Database, FileKind
from esi_fetch.errors import StoreError
from esi_fetch.store.entry import Record
from esi_fetch.store.refusals import Refusal, refusal_of_row

__all__ = ["STORE_FILE", "EntryTable"]

STORE_FILE = FileKind(
    noun="store",
    application_id=b"ESIF",
    # 1: entries and bodies; 2: bookmarks as well; 3: refusals as well; 4: data sets as well.
    file_format=4,
    schema=(
        # requests-cache's layout, so that its methods work on it; the header is the value.
        "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)",
        "CREATE INDEX IF NOT EXISTS expires_idx ON entries(expires)",
        "CREATE TABLE IF NOT EXISTS bodies (key TEXT PRIMARY KEY, value BLOB)",
        "CREATE TRIGGER IF NOT EXISTS drop_body AFTER DELETE ON entries"
        " BEGIN DELETE FROM bodies WHERE key = OLD.key; END",
        "CREATE TABLE IF NOT EXISTS bookmarks (key TEXT PRIMARY KEY, value TEXT, kept_at REAL)",
        "CREATE TABLE IF NOT EXISTS refusals (key TEXT PRIMARY KEY, op_id TEXT, url TEXT, character INTEGER,"
        " status INTEGER, message TEXT, answered_at REAL)",
        "CREATE INDEX IF NOT EXISTS refusals_by_age ON refusals(answered_at)",
        # The data stands last: who reads what is before it does not touch its pages.
        "CREATE TABLE IF NOT EXISTS data_sets (key TEXT PRIMARY KEY, name TEXT, parameters TEXT,"
        " character INTEGER, origin TEXT, category TEXT, made_from TEXT, made_at REAL, expires_at REAL,"
        " rows INTEGER, decoded_size INTEGER, value BLOB)",
        "CREATE INDEX IF NOT EXISTS data_sets_by_name ON data_sets(name)",
    ),
    error=StoreError,
    logger=logging.getLogger("esi_fetch.store"),
)

_READ = "SELECT e.value, e.expires, b.value FROM entries e JOIN bodies b ON b.key = e.key WHERE e.key = ?"
# The marks for the keys are put in; keys never are. Without its body an entry is as good as not there.
_READ_HEADERS = (
    "SELECT e.key, e.value, e.expires FROM entries e JOIN bodies b ON b.key = e.key WHERE e.key IN ({})"
)
_MOST_KEYS = 500  # some builds of SQLite take 999 values in a statement

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

_READ_REFUSAL = "SELECT op_id, url, character, status, message, answered_at FROM refusals WHERE key = ?"
_READ_RECENT = "SELECT key FROM refusals WHERE answered_at > ? AND answered_at <= ? AND key IN ({})"
_KEEP_REFUSAL = (
    "INSERT OR REPLACE INTO refusals (key, op_id, url, character, status, message, answered_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)

_OF_DATA_SET = (
    "name, parameters, character, origin, category, made_from, made_at, expires_at, rows, decoded_size"
)
_READ_DATA_SET = f"SELECT {_OF_DATA_SET}, length(value), value FROM data_sets WHERE key = ?"  # noqa: S608
_LIST_DATA_SETS = f"SELECT key, {_OF_DATA_SET}, length(value) FROM data_sets WHERE name = ?1 OR ?1 IS NULL"  # noqa: S608
_KEEP_DATA_SET = (
    f"INSERT OR REPLACE INTO data_sets (key, {_OF_DATA_SET}, value)"  # noqa: S608 - names of ours
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _in_parts(keys: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """Yield keys in parts that fit into a statement, each with the marks that stand for them."""
    for start in range(0, len(keys), _MOST_KEYS):
        some = keys[start : start + _MOST_KEYS]
        yield some, ", ".join("?" * len(some))


class EntryTable(SQLiteDict):
    """Records by key, in a SQLite file, or in memory where *path* is None.

    It is opened by its first use, and again by the next use after :meth:`close`; what its methods raise is
    what :class:`~esi_fetch.database.Database` raises.
    """

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        self.path = path
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
        for some, marks in _in_parts(keys):
            found += self._database.read(_READ_HEADERS.format(marks), *some)
        return found

    def _write(self, key: str, record: Record) -> None:
        def write(writer: sqlite3.Connection) -> None:
            writer.execute(_WRITE_HEADER, (key, record.header, record.expires_at))
            writer.execute(_WRITE_BODY, (key, record.body))

        self._database.change(write)

    def amend(self, key: str, change: Callable[[bytes], bytes | None], *, expires_at: float) -> bool:
        """Replace a record's header by what *change* makes of it, and its expiry, in one step.

        Returns:
            Whether there was such a record, and *change* did not return None.
        """

        def write(writer: sqlite3.Connection) -> bool:
            rows = writer.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchall()
            header = change(rows[0][0]) if rows else None
            if header is not None:
                writer.execute(
                    "UPDATE entries SET value = ?, expires = ? WHERE key = ?", (header, expires_at, key)
                )
            return header is not None

        return self._database.change(write)

    # Bookmarks

    def bookmark(self, key: str, *, kept_since: float) -> str | None:
        """Return a bookmark that was kept at or after a moment; None when there is none."""
        rows = self._database.read(
            "SELECT value FROM bookmarks WHERE key = ? AND kept_at >= ?", key, kept_since
        )
        return str(rows[0][0]) if rows else None

    def set_bookmark(self, key: str, value: str, *, kept_at: float, replace: bool) -> None:
        """Keep a bookmark; one that is there already is left alone unless *replace*."""
        statement = _KEEP_BOOKMARK if replace else _BEGIN_BOOKMARK
        self._database.change(lambda writer: writer.execute(statement, (key, value, kept_at)))

    # Refusals

    def refusal(self, key: str) -> Refusal | None:
        """Return a refusal; None when there is none, or none that can be read."""
        rows = self._database.read(_READ_REFUSAL, key)
        return refusal_of_row(key, rows[0]) if rows else None

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another."""
        found: set[str] = set()
        for some, marks in _in_parts(keys):
            rows = self._database.read(_READ_RECENT.format(marks), after, until, *some)
            found.update(key for (key,) in rows)
        return found

    def keep_refusal(self, refusal: Refusal, *, forget_before: float) -> None:
        """Keep a refusal in place of the one with its key, and delete those answered before a moment."""
        row = astuple(refusal)

        def write(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM refusals WHERE answered_at < ?", (forget_before,))
            writer.execute(_KEEP_REFUSAL, row)

        self._database.change(write)

    def drop_refusal(self, key: str) -> None:
        """Delete a refusal, if there is one."""
        self._database.change(lambda writer: writer.execute("DELETE FROM refusals WHERE key = ?", (key,)))

    # Data sets

    def data_set(self, key: str) -> tuple[Any, ...] | None:
        """Return the row of a data set, its data in the last place; None when there is none."""
        rows = self._database.read(_READ_DATA_SET, key)
        return tuple(rows[0]) if rows else None

    def data_sets(self, name: str | None) -> list[tuple[str, tuple[Any, ...]]]:
        """Return keys and rows of all data sets, or of those of a name, without their data."""
        return [(row[0], tuple(row[1:])) for row in self._database.read(_LIST_DATA_SETS, name)]

    def keep_data_set(self, key: str, row: Sequence[Any]) -> None:
        """Keep a data set in place of the one with its key."""
        self._database.change(lambda writer: writer.execute(_KEEP_DATA_SET, (key, *row)))

    def drop_data_sets(self, keys: Collection[str]) -> int:
        """Delete data sets; return how many there were."""

        def write(writer: sqlite3.Connection) -> int:
            marked = [(key,) for key in keys]
            return writer.executemany("DELETE FROM data_sets WHERE key = ?", marked).rowcount

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
        with self.connection() as writer:
            writer.execute("VACUUM")

    def clear(self) -> None:
        """Delete everything."""
        with self.connection(commit=True) as writer:
            writer.execute("DELETE FROM entries")
            writer.execute("DELETE FROM bookmarks")
            writer.execute("DELETE FROM refusals")
            writer.execute("DELETE FROM data_sets")
