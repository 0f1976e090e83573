"""The store's SQLite file: whose it is, how it is opened, how long one waits for it.

``PRAGMA user_version`` is the file's format, and ``application_id`` says that it is ours.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from esi_fetch.clock import Clock
from esi_fetch.errors import StoreError
from esi_fetch.store.files import make_private

__all__ = ["LOCK_WAIT_S", "is_damage", "open_connections", "patiently"]

# 1: entries and bodies; 2: bookmarks as well.
FILE_FORMAT = 2
APPLICATION_ID = int.from_bytes(b"ESIF", "big")

# How long a write waits for other processes' writes. Each of those takes milliseconds, so the end is reached
# only when somebody keeps a transaction open.
LOCK_WAIT_S = 10.0
# SQLite waits in C, where Ctrl-C is not heard: let it do so only briefly, and go on waiting in Python.
_WRITER_BUSY_S = 0.005
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.1
# A reader waits only where WAL is not to be had, as on a network drive, or while another process recovers it.
_READER_BUSY_S = 5.0

_SCHEMA = (
    # requests-cache's layout, so that its methods work on it; the header is the value.
    "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)",
    "CREATE INDEX IF NOT EXISTS expires_idx ON entries(expires)",
    "CREATE TABLE IF NOT EXISTS bodies (key TEXT PRIMARY KEY, value BLOB)",
    "CREATE TRIGGER IF NOT EXISTS drop_body AFTER DELETE ON entries"
    " BEGIN DELETE FROM bodies WHERE key = OLD.key; END",
    "CREATE TABLE IF NOT EXISTS bookmarks (key TEXT PRIMARY KEY, value TEXT, kept_at REAL)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FILE_FORMAT}",
)

_NEVER = threading.Event()


def open_connections(path: Path | None, *, clock: Clock) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Open a file, made if there is none, and return a connection to write with and one to read with.

    Args:
        path: The file; None for a new database in memory, whose two connections are the same one.
        clock: For waiting.

    Raises:
        StoreError: The file is of a newer version, or another program's database.
        OSError: The file or its folder can't be made.
        sqlite3.DatabaseError: What SQLite says.
    """
    if path is not None:
        make_private(path)
    writer = _connect(path, busy_s=_WRITER_BUSY_S)
    try:
        # First of all, so that nothing is written to a file that is not ours to write to.
        file_format = _format_of(writer, path=path, clock=clock)
        if path is not None:
            # While several processes begin one file, SQLite refuses this at once instead of waiting.
            patiently(writer, "PRAGMA journal_mode = WAL", clock=clock)
            # With WAL the file stays consistent; a power cut may lose the last writes, which ESI still has.
            writer.execute("PRAGMA synchronous = NORMAL")
        if file_format < FILE_FORMAT:
            with writer:
                patiently(writer, "BEGIN IMMEDIATE", clock=clock)
                for statement in _SCHEMA:
                    writer.execute(statement)
        return writer, writer if path is None else _connect(path, busy_s=_READER_BUSY_S)
    except BaseException:
        writer.close()
        raise


def _connect(path: Path | None, *, busy_s: float) -> sqlite3.Connection:
    # Without an isolation level Python begins no transactions of its own.
    connection = sqlite3.connect(
        ":memory:" if path is None else path, timeout=busy_s, isolation_level=None, check_same_thread=False
    )
    # Views and triggers that a stranger has put into the file may then not call functions with effects.
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _format_of(writer: sqlite3.Connection, *, path: Path | None, clock: Clock) -> int:
    """Return the file's format; 0 for a new, empty file."""
    facts = ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
    # In one transaction: another process may be making this very file, and half of it looks foreign.
    with writer:
        writer.execute("BEGIN")
        file_format, owner, tables = (patiently(writer, fact, clock=clock)[0][0] for fact in facts)
    if owner != APPLICATION_ID and (owner or file_format or tables):
        raise StoreError(
            f"{path} is a database of another program; it was left as it is. "
            "Name another file for the store, or move this one away."
        )
    if file_format > FILE_FORMAT:
        raise StoreError(
            f"the store {path} was written by a newer esi_fetch (it has format {file_format}, this version "
            f"knows up to {FILE_FORMAT}); it was left as it is. Upgrade esi_fetch, or name another file."
        )
    return int(file_format)


def patiently(connection: sqlite3.Connection, statement: str, *, clock: Clock) -> list[Any]:
    """Execute a statement that may have to wait for other processes, for :data:`LOCK_WAIT_S` at most."""
    deadline = clock.monotonic() + LOCK_WAIT_S
    pause_s = _SHORTEST_PAUSE_S
    while True:
        try:
            return connection.execute(statement).fetchall()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or clock.monotonic() >= deadline:
                raise
        clock.wait(_NEVER, pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether SQLite says that the file is damaged, or no database at all."""
    # For these two the standard library raises this very class, and subclasses of it for everything else;
    # Python 3.10 does not tell SQLite's own code.
    return type(error) is sqlite3.DatabaseError
