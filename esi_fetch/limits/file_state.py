"""Books shared by all processes of one user on one machine, in a SQLite file.

A step is done in one transaction: it reads the books, gives up what the dead have left behind, computes, and
writes what has changed. So a process may be killed at any moment: what it was doing is done or not done. The
steps of threads that wait for the file at the same time are done in one transaction together.

Who is gone
-----------
A reservation's id begins with its holder: the number of a byte that the holder's process has locked in
``<file>.lock``. The kernel unlocks it, whatever ends the process, and the next who looks into a book gives up
what the dead hold there. Where there are no such locks (Windows, some network drives), what is held is given
up when its lease is over.

When the file can't be used
---------------------------
Then the work goes on in memory, from the last known books, and a warning says so once: other programs are
not seen. The file is tried again every minute, as a disk that was full may have room by then; what was spent
meanwhile is put into it. A damaged file is set aside and begun anew, and so is one that somebody has deleted:
who knows more than the new one puts it in.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

from esi_fetch.clock import Clock
from esi_fetch.database import Database
from esi_fetch.errors import LimitsError, reason_of
from esi_fetch.file_locks import FileLocks
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.file_books import (
    ALL_BOOKS,
    ALL_KEYS,
    LIMITS_FILE,
    THE_TIME,
    Packed,
    Timeline,
    Unpacked,
    drop_old_books,
    move_time_on,
    read_books,
    time_moved_on,
    unpack_books,
    write_books,
)
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.plain import pack, unpack
from esi_fetch.limits.reunion import bring_up_to, reunite, spent
from esi_fetch.limits.state import MANY_BOOKS, drop_idle_books
from esi_fetch.limits.together import Together

__all__ = ["FileState"]

T = TypeVar("T")

log = logging.getLogger("esi_fetch.limits")

TRY_AGAIN_S = 60.0
"""How long after a failure the file is tried again.

A try may last LOCK_WAIT_S, in which all threads wait; and what others spend meanwhile is seen in the headers
of answers all the same.
"""

_LOOK_FOR_OLD_BOOKS_EVERY = 1024

# What begins the name of a holder that has no lock: nobody can tell whether it lives.
_NO_LOCK = "-"


@dataclass
class _Apart:
    """The books while the file can't be used.

    Attributes:
        books: The books.
        settled_before: What had been settled in each when the file was lost.
        tried_at: When the file was last tried, on this process's clock.
    """

    books: Picture
    settled_before: dict[str, int]
    tried_at: float


@dataclass(frozen=True)
class _Done(Generic[T]):
    """What a step has done, to be noted when it is written.

    Attributes:
        result: What it returned.
        keys: The books it has looked at.
        after: Those that there are now.
        picture: The same, unpacked.
        time: The file's time.
        at: This process's time at that moment.
    """

    result: T
    keys: Collection[str]
    after: Packed
    picture: Picture
    time: Timeline
    at: float


class FileState:
    """Books in a file; a :class:`~esi_fetch.limits.LimitState`. Threads may share it.

    Opened by its first use, and again by the next use after :meth:`close`.

    Args:
        path: The file, made with its folder where there is none.
        clock: The time.
        base_url: The ESI whose limits these are: a sandbox has books of its own.
    """

    def __init__(self, path: Path, *, clock: Clock, base_url: str = "https://esi.evetech.net") -> None:
        self.path = path
        self._clock = clock
        self._host = urlsplit(base_url).netloc
        self._database = Database(path, kind=LIMITS_FILE, clock=clock)
        self._locks = FileLocks(path.with_name(f"{path.name}.lock"))
        # Held while waiting for other processes, too, as the database's own lock is: the threads of a process
        # stand in one queue for the file, and what the first of them finds out counts for all.
        self._lock = threading.Lock()
        self._together = Together(self._lock, self._do)
        self._holder_lock = threading.Lock()
        self._holder: str | None = None
        self._numbers = itertools.count(1)
        self._steps = itertools.count()
        # The books as last seen or written, oldest first, should the file be lost.
        self._known: Packed = {}
        # The same, unpacked. What the file says is the truth, but mostly it says what we wrote last.
        self._unpacked = Unpacked(path)
        # Which file they are from; None before it was first used.
        self._born: int | None = None
        # How far the file's time is ahead of this process's clock.
        self._ahead_s: float | None = None
        self._apart: _Apart | None = None
        self._has_warned = False
        _all.add(self)

    def step(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        """Run *change* over the books, in one transaction."""
        return self._together.step(keys, change)

    def _do(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        def apart(books: Picture, now: float) -> T:
            if len(books) >= MANY_BOOKS and self._looks_for_old_books():
                drop_idle_books(books, now)
            return change(books, now)

        return self._use(partial(self._step_shared, keys, change), apart)

    def keys(self) -> list[str]:
        """Return the keys of all books there are."""

        def read() -> list[str]:
            if not self._database.is_open and not self.path.exists():
                return []  # who only looks makes no file
            return [key for (key,) in self._database.read(ALL_KEYS, self._host)]

        with self._lock:
            return self._use(read, lambda books, _: list(books))

    def new_id(self) -> str:
        """Return a name for a reservation: its holder, and a number."""
        holder = self._holder
        if holder is None:
            with self._holder_lock:
                holder = self._holder = self._holder or self._new_holder()
        return f"{holder}.{next(self._numbers)}"

    def close(self) -> None:
        """Close the file; what is still held is given up by the next who looks."""
        with self._lock, self._holder_lock:
            self._database.close()
            holder, self._holder = self._holder, None
            if holder is not None and not holder.startswith(_NO_LOCK):
                with contextlib.suppress(OSError):
                    self._locks.release(int(holder, 16))

    def _use(self, shared: Callable[[], T], apart: Callable[[Picture, float], T]) -> T:
        """Do what is *shared* with the file, or the same *apart* from it while it can't be used.

        The caller holds the lock.
        """
        books = self._apart
        if books is None or self._clock.monotonic() - books.tried_at >= TRY_AGAIN_S:
            try:
                if self._database.is_replaced:
                    # Deleted, or set aside by another process: nobody else has what we have open.
                    self._database.close()
                return shared()
            except sqlite3.ProgrammingError:
                raise  # A mistake of ours, not of the file's.
            except (OSError, sqlite3.DatabaseError, LimitsError) as error:
                books = self._lose(error)
        return apart(books.books, self._now_apart())

    # With the file

    def _step_shared(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        # What is noted of the step must be true: it may fail at its very end, and be done again.
        done = self._database.change(lambda writer: self._step(writer, keys, change))
        for key in done.keys:
            self._known.pop(key, None)
        self._known.update(done.after)
        while len(self._known) > MANY_BOOKS:
            del self._known[next(iter(self._known))]
        self._unpacked.keep(done.after, done.picture)
        self._born, self._ahead_s = done.time.born, done.time.at - done.at
        if self._apart is not None:
            self._apart = None
            log.info("the limits file %s can be used again, and has what was spent meanwhile", self.path)
        return done.result

    def _step(
        self, writer: sqlite3.Connection, keys: Collection[str], change: Callable[[Picture, float], T]
    ) -> _Done[T]:
        at = self._clock.monotonic()
        time = move_time_on(writer, self._clock, otherwise=self._now_apart())
        if self._looks_for_old_books():
            drop_old_books(writer, time.at)
        ours: Picture = {}
        if self._apart is not None:
            ours = {key: unpack(pack(ledger)) for key, ledger in self._apart.books.items()}
        elif self._born not in (None, time.born):
            ours = unpack_books(self._known, path=self.path)
        wanted = {*keys, *ours}
        before = read_books(writer, self._host, wanted)
        picture = self._unpacked.take(before)
        self._give_up_the_gone(picture, time.at)
        for key, ledger in ours.items():
            self._bring_in(key, ledger, picture, time)
        result = change(picture, time.at)
        after = write_books(writer, self._host, picture, keys=wanted, before=before, now=time.at)
        return _Done(result, wanted, after, picture, time, at)

    def _give_up_the_gone(self, picture: Picture, now: float) -> None:
        lives = {self._holder: True}
        for ledger in picture.values():
            for reservation_id in list(ledger.in_flight):
                holder = reservation_id.partition(".")[0]
                if holder not in lives:
                    lives[holder] = self._lives(holder)
                if not lives[holder]:
                    ledger.give_up(reservation_id, now=now)

    def _looks_for_old_books(self) -> bool:
        return next(self._steps) % _LOOK_FOR_OLD_BOOKS_EVERY == 0

    def _bring_in(self, key: str, ours: Ledger, picture: Picture, time: Timeline) -> None:
        """Put into the picture what only we know of a book."""
        now = time.at
        bring_up_to(ours, now, known_at=self._now_apart())
        shared = picture.get(key)
        if shared is None:
            if not ours.is_idle:
                picture[key] = ours
            return
        amount = 0
        if self._apart is not None:
            amount = ours.settled_total - self._apart.settled_before.get(key, 0)
        if self._born not in (None, time.born):
            # Others may have known as much, and put it in before us.
            amount = max(amount, spent(ours) - spent(shared))
        reunite(shared, ours, amount=amount, holder=self._holder or _NO_LOCK, now=now)

    def _new_holder(self) -> str:
        try:
            while not self._locks.take(number := secrets.randbits(60)):
                pass
        except OSError as error:
            log.debug("%s can't be locked (%s): what is held is given up by its lease", self._locks, error)
            return f"{_NO_LOCK}{secrets.randbits(60):x}"
        return f"{number:x}"

    def _lives(self, holder: str) -> bool:
        if holder.startswith(_NO_LOCK):
            return True
        try:
            return self._locks.is_taken(int(holder, 16))
        except (OSError, ValueError, OverflowError):  # no locks here, or a name that no keeper gave
            return True

    # Without the file

    def _now_apart(self) -> float:
        ahead_s = self._ahead_s
        if ahead_s is None:
            ahead_s = self._ahead_s = self._clock.now() - self._clock.monotonic()
        return self._clock.monotonic() + ahead_s

    def _lose(self, error: Exception) -> _Apart:
        now = self._clock.monotonic()
        if self._apart is not None:
            self._apart.tried_at = now
            return self._apart
        books = unpack_books(self._last_seen(), path=self.path)
        settled = {key: ledger.settled_total for key, ledger in books.items()}
        self._apart = _Apart(books, settled, now)
        if not self._has_warned:
            self._has_warned = True
            # Of a file that is not ours to use, the error says all there is to say.
            log.warning(
                "%s: limits are kept in memory only, and other programs on this machine are not seen",
                str(error).rstrip(".")
                if isinstance(error, LimitsError)
                else f"the limits file {self.path} can't be used ({reason_of(error)})",
            )
        return self._apart

    def _last_seen(self) -> Packed:
        # A file that can't be written can often be read.
        seen = dict(self._known)
        if self._database.is_open:
            with contextlib.suppress(OSError, sqlite3.DatabaseError, LimitsError):
                seen.update(self._database.read(ALL_BOOKS, self._host))
                for row in self._database.read(THE_TIME):
                    time = time_moved_on(row, self._clock)
                    if time is not None:
                        self._born, self._ahead_s = time.born, time.at - self._clock.monotonic()
        return seen

    def __repr__(self) -> str:
        return f"FileState({str(self.path)!r})"


# Whoever forks holds all locks meanwhile, so that the child has none that nobody will ever give back.
_all: WeakSet[FileState] = WeakSet()
_held: list[FileState] = []


def _before_fork() -> None:
    for state in list(_all):
        state._lock.acquire()
        state._holder_lock.acquire()
        _held.append(state)


def _after_fork() -> None:
    while _held:
        state = _held.pop()
        state._holder_lock.release()
        state._lock.release()


def _after_fork_in_child() -> None:
    # The child is somebody else, and has none of its parent's locks on bytes.
    for state in _held:
        state._holder = None
        state._together.forget()
    _after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
