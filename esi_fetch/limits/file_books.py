"""What the file that processes share has in it: one row for each book, and the file's own time.

The time between processes
--------------------------
Each step moves the file's time on, by what has passed on the system-wide monotonic clock
(https://peps.python.org/pep-0418/#time-monotonic) since the last step of any process. So it does not matter
who sets the wall clock while the machine is up, or when. After a restart of the machine the wall clock says
how much has passed. One that was set back says nothing: the file's time stands still then, never goes back,
and so nothing in a book ever lies further ahead than it did when it was written. What was spent is back one
window later at most.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import secrets
import sqlite3
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from esi_fetch.clock import Clock
from esi_fetch.database import FileKind, marked_parts
from esi_fetch.errors import LimitsError
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.plain import pack, unpack
from esi_fetch.limits.state import MANY_BOOKS

__all__ = [
    "ALL_BOOKS",
    "ALL_KEYS",
    "LIMITS_FILE",
    "THE_TIME",
    "Packed",
    "Timeline",
    "Unpacked",
    "drop_old_books",
    "move_time_on",
    "read_books",
    "time_moved_on",
    "unpack_books",
    "write_books",
]

log = logging.getLogger("esi_fetch.limits")

Packed = dict[str, bytes]
"""Books as they are written, by key."""

LIMITS_FILE = FileKind(
    noun="limits file",
    application_id=b"ESIL",
    file_format=1,
    schema=(
        # A host is an ESI: sandboxes have books of their own. The book comes last, so that what is before it
        # can be read without it.
        "CREATE TABLE IF NOT EXISTS books (host TEXT, key TEXT, idle_from REAL, book BLOB,"
        " PRIMARY KEY (host, key)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS timeline (id INTEGER PRIMARY KEY CHECK (id = 1),"
        " at REAL, monotonic REAL, wall REAL, boot TEXT, born INTEGER)",
    ),
    error=LimitsError,
    logger=log,
)

ALL_KEYS = "SELECT key FROM books WHERE host = ?"
ALL_BOOKS = "SELECT key, book FROM books WHERE host = ?"
THE_TIME = "SELECT at, monotonic, wall, boot, born FROM timeline"

_WRITE_TIME = (
    "INSERT OR REPLACE INTO timeline (id, at, monotonic, wall, boot, born) VALUES (1, ?, ?, ?, ?, ?)"
)
_READ = "SELECT key, book FROM books WHERE host = ? AND key IN ({})"
_WRITE = (
    "INSERT INTO books (host, key, idle_from, book) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (host, key) DO UPDATE SET idle_from = excluded.idle_from, book = excluded.book"
)
_DELETE = "DELETE FROM books WHERE host = ? AND key = ?"

_KEPT_IDLE_S = 86_400.0


class Timeline(NamedTuple):
    """The file's time.

    Attributes:
        at: What it is, in seconds.
        born: The file's own number: another one than before means another file, begun anew.
    """

    at: float
    born: int


def time_moved_on(row: tuple[object, ...], clock: Clock) -> Timeline | None:
    """Return what the file's time is by now; None when what the file says of it can't be used.

    Args:
        row: What the file says.
        clock: This process's clocks.
    """
    at, then_monotonic, then_wall, boot, born = row
    if not isinstance(born, int):
        return None
    if not (isinstance(at, float) and isinstance(then_monotonic, float) and isinstance(then_wall, float)):
        return None
    monotonic = clock.monotonic()
    if boot == _boot() and monotonic >= then_monotonic:
        return Timeline(at + (monotonic - then_monotonic), born)
    return Timeline(at + max(0.0, clock.now() - then_wall), born)


def move_time_on(writer: sqlite3.Connection, clock: Clock, *, otherwise: float) -> Timeline:
    """Move the file's time on; a new file's begins with *otherwise*."""
    row = writer.execute(THE_TIME).fetchone()
    time = None if row is None else time_moved_on(row, clock)
    if time is None:
        time = Timeline(otherwise, secrets.randbits(62))
    writer.execute(_WRITE_TIME, (time.at, clock.monotonic(), clock.now(), _boot(), time.born))
    return time


def read_books(writer: sqlite3.Connection, host: str, keys: Collection[str]) -> Packed:
    """Return those of the books that there are, as they are written."""
    found: Packed = {}
    for some, marks in marked_parts(keys):
        found.update(writer.execute(_READ.format(marks), (host, *some)).fetchall())
    return found


def unpack_books(packed: Packed, *, path: Path) -> Picture:
    """Return the books; those that can't be read are left out, with a warning that names the file."""
    picture = {}
    for key, book in packed.items():
        try:
            picture[key] = unpack(book)
        except ValueError as error:
            log.warning("the limits file %s: what it says of %r can't be used: %s", path, key, error)
    return picture


class Unpacked:
    """Books as this process left them, so that they need not be unpacked again while nobody else writes.

    What the file says is the truth; but mostly it says what was written here last.

    Args:
        path: The file, for warnings.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._books: dict[str, tuple[bytes, Ledger]] = {}

    def take(self, packed: Packed) -> Picture:
        """Return what is in these books; those that can't be read are left out, with a warning."""
        picture: Picture = {}
        others: Packed = {}
        for key, book in packed.items():
            # Taken away, not looked at: should the step fail, what it has made of them is nobody's truth.
            packed_then, ledger = self._books.pop(key, (b"", None))
            if ledger is not None and packed_then == book:
                picture[key] = ledger
            else:
                others[key] = book
        picture.update(unpack_books(others, path=self._path))
        return picture

    def keep(self, packed: Packed, picture: Picture) -> None:
        """Note what has been written."""
        self._books.update((key, (book, picture[key])) for key, book in packed.items())
        while len(self._books) > MANY_BOOKS:
            del self._books[next(iter(self._books))]


def write_books(
    writer: sqlite3.Connection,
    host: str,
    picture: Picture,
    *,
    keys: Collection[str],
    before: Packed,
    now: float,
) -> Packed:
    """Write what has become of the books of *keys*, if it is not what was *before*; return all of them."""
    after, changed = {}, []
    for key in keys:
        ledger = picture.get(key)
        if ledger is not None:
            after[key] = packed = pack(ledger)
            if packed != before.get(key):
                changed.append((host, key, _idle_from(ledger, now), packed))
        elif key in before:
            writer.execute(_DELETE, (host, key))
    writer.executemany(_WRITE, changed)
    return after


def drop_old_books(writer: sqlite3.Connection, now: float) -> None:
    """Drop books that nobody has used for a day, of all hosts; when there are too many, all that are idle.

    A learnt limit is worth keeping from one run to the next. But sandboxes come and go, and a server may name
    a new group in every answer.
    """
    (count,) = writer.execute("SELECT count(*) FROM books").fetchone()
    kept_s = _KEPT_IDLE_S if count < MANY_BOOKS else 0.0
    writer.execute("DELETE FROM books WHERE idle_from < ?", (now - kept_s,))


def _idle_from(ledger: Ledger, now: float) -> float:
    """Return from when on forgetting the book loses nothing but what was learnt of its limit."""
    return ledger.busy_until(now) + ledger.window_s


@lru_cache(maxsize=1)
def _boot() -> str:
    """Return what tells one run of this machine, and hence one monotonic clock, from another."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        # The clock itself tells a restart: it begins anew. Where it has overtaken what it said before, what
        # it seems to have moved on falls short of what has passed.
        boot = platform.node()
    with contextlib.suppress(OSError):
        # Containers may have a monotonic clock of their own.
        boot += " " + os.readlink("/proc/self/ns/time")
    return boot
