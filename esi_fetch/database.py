"""SQLite files that threads and processes share: whose they are, how they are opened, how long one waits.

Made sound once, for everything that is kept:

- one connection writes and another one reads, each used by one thread at a time, so that no read waits for a
  write, and no cursor stays open. (A connection for each thread was measured slower: the calls are short, and
  threads that wait for a lock cost less than threads that fight over the interpreter.)
- waiting for another process's write lock has an end, and Ctrl-C is heard meanwhile;
- any exception rolls back, ``KeyboardInterrupt`` included;
- a file is made for its owner alone; a damaged one is set aside, and one that this version does not
  understand is not touched;
- no connection goes through a fork.

``PRAGMA user_version`` is a file's format, and ``application_id`` says what it is.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from esi_fetch.clock import Clock
from esi_fetch.errors import EsiFetchError
from esi_fetch.parts import in_parts

__all__ = ["LOCK_WAIT_S", "Database", "FileKind", "marked_parts", "set_aside"]

# How long a write waits for other processes' writes. Each of those takes milliseconds, so the end is reached
# only when somebody keeps a transaction open.
LOCK_WAIT_S = 10.0
# SQLite waits in C, where Ctrl-C is not heard: let it do so only briefly, and go on waiting in Python.
_WRITER_BUSY_S = 0.005
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.1
# A reader waits only where WAL is not to be had, as on a network drive, or while another process recovers it.
_READER_BUSY_S = 5.0

# What SQLite keeps beside a database in WAL mode. A log that stayed behind would be played into the next file
# of that name.
_COMPANIONS = ("-wal", "-shm")

_MOST_KEYS = 500  # some builds of SQLite take 999 values in a statement
_NEVER = threading.Event()

T = TypeVar("T")


@dataclass(frozen=True)
class FileKind:
    """What a file is, and how its tables are made.

    Attributes:
        noun: What messages call it: ``store``.
        application_id: Four letters that say so in the file.
        file_format: The format that this version writes; older ones are brought up to it.
        schema: Statements that make all tables; run on a new file, and again on one of an older format, so
            they leave alone what is there.
        added: Columns that later formats have added to tables: table, and column with its type. They are
            added to a new file as well, so that old and new ones are the same.
        error: Raised for a file that is not ours to use.
        logger: Where it is said that a damaged file was set aside.
        durable: Whether every write is on the disk when it returns. Else the last ones are lost when the
            power fails; no file is damaged by that either way.
        shrinks: Whether the file is made so that space can be given back to the disk in small steps.
    """

    noun: str
    application_id: bytes
    file_format: int
    schema: tuple[str, ...]
    error: type[EsiFetchError]
    logger: logging.Logger
    durable: bool = False
    added: tuple[tuple[str, str], ...] = ()
    shrinks: bool = False

    @property
    def number(self) -> int:
        """The application id as SQLite has it."""
        return int.from_bytes(self.application_id, "big")


class Database:
    """One file, or a database in memory where *path* is None.

    Opened by its first use, and again by the next use after :meth:`close`. Threads may share it.

    Raises (all methods):
        EsiFetchError: Of the kind's own class: the file is of a newer version, or another program's.
        OSError: The file or its folder can't be made.
        sqlite3.DatabaseError: What SQLite says, except that a file is damaged: that is begun anew.
    """

    def __init__(self, path: Path | None, *, kind: FileKind, clock: Clock) -> None:
        self.path = path
        self.kind = kind
        self._clock = clock
        self._file_id: tuple[int, int] | None = None
        self._writing: sqlite3.Connection | None = None
        self._reading: sqlite3.Connection | None = None
        # Who takes both takes this one first. It is held while waiting for other processes, too: it stands
        # for this process's place in the queue for the file, and no other thread could do anything with it
        # meanwhile.
        self.lock = threading.RLock()
        # In memory there is one connection, hence one lock.
        self._read_lock = self.lock if path is None else threading.RLock()
        _ALL[id(self)] = self

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        return self._writing is not None

    @property
    def is_replaced(self) -> bool:
        """Whether another file, or none, has taken the place of the one that is open."""
        return self._writing is not None and _file_id(self.path) != self._file_id

    def open(self) -> None:
        """Open it now, unless it is open; a damaged file is set aside and begun anew, with a warning."""
        with self.lock, self._read_lock:
            if self._writing is not None:
                return
            try:
                self._open_once()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._set_aside(str(error))
                self._open_once()

    def close(self) -> None:
        """Close it, from any thread; the next use opens it again."""
        with self.lock, self._read_lock:
            writing, reading = self._writing, self._reading
            self._writing = self._reading = None
            for connection in (reading, writing):
                if connection is not None:
                    connection.close()

    def abandon(self) -> None:
        """Close it, unless a lock of it is taken: for finalizers, which come at any moment and must not wait.

        One that waited in the middle of another file's transaction could wait for a fork that waits for it.
        """
        if self.lock.acquire(blocking=False):
            try:
                if self._read_lock.acquire(blocking=False):
                    try:
                        self.close()
                    finally:
                        self._read_lock.release()
            finally:
                self.lock.release()

    def read(self, statement: str, *values: Any) -> list[Any]:
        """Return all rows of a query; it waits for no write."""
        return self._mending(self._read, statement, values)

    def _read(self, statement: str, values: Sequence[Any]) -> list[Any]:
        while True:
            with self._read_lock:
                if self._reading is not None:
                    return self._reading.execute(statement, values).fetchall()
            self.open()  # closed in between, by another thread or for a fork: its own lock comes first

    def change(self, work: Callable[[sqlite3.Connection], T], *, wait_s: float = LOCK_WAIT_S) -> T:
        """Do *work* in one transaction, which is rolled back when it raises; return what it returns.

        *work* may be done again from the start when it finds the file damaged. Other processes' writes are
        waited for, *wait_s* seconds at most.
        """

        # In ``with lock, connection`` both context managers are written in C: no signal can fall between a
        # transaction and its end. The connection's one commits, or rolls back on any exception.
        def once() -> T:
            with self.lock, self._writer() as writer:
                self._patiently(writer, "BEGIN IMMEDIATE", wait_s=wait_s)
                return work(writer)

        return self._mending(once)

    def execute(self, statement: str) -> list[Any]:
        """Execute a statement that is a transaction of its own; return its rows."""
        with self.lock:
            return self._patiently(self._writer(), statement)

    @contextmanager
    def connection(self, *, transaction: bool) -> Iterator[sqlite3.Connection]:
        """Lend the writing connection to code that can't be handed over, in a transaction if it writes."""
        with self.lock:
            writer = self._writer()
            if transaction and not writer.in_transaction:
                with writer:
                    self._patiently(writer, "BEGIN IMMEDIATE")
                    yield writer
            else:
                yield writer

    def _writer(self) -> sqlite3.Connection:
        """Return the writing connection; the caller holds its lock."""
        if self._writing is None:
            self.open()
        assert self._writing is not None  # noqa: S101 - open() saw to it, and close() needs the lock
        return self._writing

    def _open_once(self) -> None:
        self._file_id = _file_id(self.path)
        if self.path is not None:
            _make_private(self.path)
        writer = _connect(self.path, busy_s=_WRITER_BUSY_S)
        try:
            # First of all, so that nothing is written to a file that is not ours to write to.
            file_format = self._format_of(writer)
            if self.kind.shrinks and not file_format:
                # Of no effect once there is a table, or the mode of the journal has been set.
                self._patiently(writer, "PRAGMA auto_vacuum = INCREMENTAL")
            if self.path is not None:
                # While several processes begin one file, SQLite refuses this at once instead of waiting.
                self._patiently(writer, "PRAGMA journal_mode = WAL")
                # With WAL the file stays consistent either way; a power cut may lose the last writes.
                writer.execute(f"PRAGMA synchronous = {'FULL' if self.kind.durable else 'NORMAL'}")
            if file_format < self.kind.file_format:
                with writer:
                    self._patiently(writer, "BEGIN IMMEDIATE")
                    for statement in self.kind.schema:
                        writer.execute(statement)
                    for table, column in self.kind.added:
                        there = {row[1] for row in writer.execute(f"PRAGMA table_info({table})")}
                        if column.split()[0] not in there:
                            writer.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
                    writer.execute(f"PRAGMA application_id = {self.kind.number}")
                    writer.execute(f"PRAGMA user_version = {self.kind.file_format}")
            reader = writer if self.path is None else _connect(self.path, busy_s=_READER_BUSY_S)
        except BaseException:
            writer.close()
            raise
        self._writing, self._reading = writer, reader
        self._file_id = _file_id(self.path)

    def _format_of(self, writer: sqlite3.Connection) -> int:
        """Return the file's format; 0 for a new, empty file."""
        facts = ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
        # In one transaction: another process may be making this very file, and half of it looks foreign.
        with writer:
            writer.execute("BEGIN")
            file_format, owner, tables = (self._patiently(writer, fact)[0][0] for fact in facts)
        kind = self.kind
        if owner != kind.number and (owner or file_format or tables):
            raise kind.error(
                f"{self.path} is a database of another program; it was left as it is. "
                f"Name another file for the {kind.noun}, or move this one away."
            )
        if file_format > kind.file_format:
            raise kind.error(
                f"the {kind.noun} {self.path} was written by a newer esi_fetch (it has format {file_format}, "
                f"this version knows up to {kind.file_format}); it was left as it is. Upgrade esi_fetch, or "
                "name another file."
            )
        return int(file_format)

    def _patiently(
        self, connection: sqlite3.Connection, statement: str, *, wait_s: float = LOCK_WAIT_S
    ) -> list[Any]:
        """Execute a statement that may have to wait for other processes."""
        deadline = self._clock.monotonic() + wait_s
        pause_s = _SHORTEST_PAUSE_S
        while True:
            try:
                return connection.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or self._clock.monotonic() >= deadline:
                    raise
            self._clock.wait(_NEVER, pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _mending(self, work: Callable[..., T], *given: Any) -> T:
        """Do *work*; where that finds the file damaged, begin a new one and do it there."""
        if self._writing is None:
            self.open()
        before = self._file_id
        try:
            return work(*given)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            with self.lock, self._read_lock:
                # Another thread may have been here first, and then the file is sound by now.
                if self._file_id == before:
                    self.close()
                    self._set_aside(str(error))
            return work(*given)

    def _set_aside(self, why: str) -> None:
        # Another process may have been first, too: then its new file is at our path, and stays there.
        if self.path is None or _file_id(self.path) != self._file_id:
            return
        aside = set_aside(self.path)
        self.kind.logger.warning(
            "the %s %s is damaged, or no database at all (%s): renamed it to %s and began a new one",
            self.kind.noun,
            self.path,
            why,
            aside.name,
        )

    def __repr__(self) -> str:
        return f"Database({'in memory' if self.path is None else str(self.path)!r})"


def marked_parts(keys: Iterable[str], size: int = _MOST_KEYS) -> Iterator[tuple[list[str], str]]:
    """Yield keys in parts that fit into a statement, each with the marks that stand for them."""
    for some in in_parts(keys, size):
        yield some, ", ".join("?" * len(some))


def set_aside(path: Path) -> Path:
    """Rename a file, and what SQLite keeps beside it, to ``<name>.damaged-<n>``; return the new path.

    Raises:
        OSError: It can't be renamed.
    """
    aside = next(free for n in count(1) if not (free := path.with_name(f"{path.name}.damaged-{n}")).exists())
    for suffix in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    path.replace(aside)
    return aside


def _make_private(path: Path) -> None:
    # SQLite gives the files that it makes beside a database the same permissions.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _file_id(path: Path | None) -> tuple[int, int] | None:
    """Return what identifies the file that is at *path* now, under any name; None when there is none."""
    if path is None:
        return None
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _connect(path: Path | None, *, busy_s: float) -> sqlite3.Connection:
    # Without an isolation level Python begins no transactions of its own.
    connection = sqlite3.connect(
        ":memory:" if path is None else path, timeout=busy_s, isolation_level=None, check_same_thread=False
    )
    # Views and triggers that a stranger has put into the file may then not call functions with effects.
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether SQLite says that the file is damaged, or no database at all."""
    # For these two the standard library raises this very class, and subclasses of it for everything else;
    # Python 3.10 does not tell SQLite's own code.
    return type(error) is sqlite3.DatabaseError


# A connection must not go through a fork: SQLite's record of the locks that this process holds would be
# copied, and the locks would not be (https://www.sqlite.org/howtocorrupt.html, 2.6). So files are closed
# before, and nobody opens them until the fork is done.
_ALL: WeakValueDictionary[int, Database] = WeakValueDictionary()
_held: list[Database] = []


def _before_fork() -> None:
    for database in list(_ALL.values()):
        database.lock.acquire()
        database._read_lock.acquire()
        _held.append(database)
        if database.path is not None:
            database.close()


def _after_fork() -> None:
    while _held:
        database = _held.pop()
        database._read_lock.release()
        database.lock.release()


if hasattr(os, "register_at_fork"):  # Windows has none, and does not fork.
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
