"""What all that a store keeps has in common: one place, which is a help and not a condition.

Where the file can't be used, the work goes on and a warning says so, once. Only a file that is not ours to
use raises :class:`~esi_fetch.errors.StoreError`: one of a newer version, or of another program.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from esi_fetch.clock import Clock
from esi_fetch.errors import StoreError
from esi_fetch.redis_server import RedisServer
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.storage import Storage

__all__ = ["Keeping"]

T = TypeVar("T")
K = TypeVar("K", bound="Keeping")

log = logging.getLogger("esi_fetch.store")


class Keeping:
    """A place in which things are kept: a file, or memory where that can't be used.

    Opened on first use, and again on the next use after :meth:`close`.

    Args:
        path: A SQLite file, made with its folder where there is none; None keeps everything in memory.
        clock: For waiting, at most ten seconds, while other processes write, and for the age of things.
        redis_url: A Redis server to keep everything on, in place of a file.

    Attributes:
        path: The file; None where there is none.
        place: Where everything is kept, in words that may be shown; None for in memory.
    """

    def __init__(self, path: Path | None, *, clock: Clock, redis_url: str | None = None) -> None:
        self.path = path if redis_url is None else None
        self.place = None if path is None else str(path)
        if redis_url is not None:
            self.place = RedisServer(redis_url).shown
        self._clock = clock
        self._redis_url = redis_url
        self._memory: Storage = EntryTable(None, clock=clock)
        self._fell_back = False  # to the memory, as the file can't be opened
        self._warned: dict[str, object] = {}

    @cached_property
    def _file(self) -> Storage:
        """The file, or what stands in its place."""
        if self._redis_url is not None:
            return _on_redis(self._redis_url, clock=self._clock)
        return self._memory if self.path is None else EntryTable(self.path, clock=self._clock)

    @property
    def _was_used(self) -> bool:
        return "_file" in self.__dict__

    @property
    def _storage(self) -> Storage:
        return self._memory if self._fell_back else self._file

    def open(self) -> None:
        """Open now rather than on first use, so that a wrong file is found before anything is sent.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        self._attempt("opened", lambda storage: storage.open(), otherwise=None)

    @property
    def exists(self) -> bool:
        """Whether there is a file, or it is open; looking does not make one."""
        return self._storage.exists

    def close(self) -> None:
        """Close the file, from any thread and as often as you like; a store in memory forgets everything."""
        if self._was_used:
            self._file.close()
        self._memory.close()

    def _attempt(self, deed: str, work: Callable[[Storage], T], *, otherwise: T) -> T:
        storage = self._storage
        try:
            return work(storage)
        except sqlite3.ProgrammingError:
            raise  # A mistake of ours, not of the file's.
        except (OSError, sqlite3.DatabaseError) as error:
            if storage.is_open:
                self._warn_once(f"the store {self.place} can't be {deed}: {error}", kind=deed)
                return otherwise
            self._warn_once(
                f"the store {self.place} can't be opened ({error}): what is fetched is kept in memory only, "
                "and is gone at the end; ESI_FETCH_HOME can name another folder",
                kind="opened",
            )
        self._fell_back = True
        return work(self._memory)

    def _write(self, work: Callable[[Storage], object]) -> bool:
        """Do *work*, which writes; return whether that could be done."""

        def write(storage: Storage) -> bool:
            work(storage)
            return True

        return self._attempt("written", write, otherwise=False)

    def _warn_once(self, message: str, *, kind: str) -> None:
        # One step, so that of many threads that fail at a time only one speaks.
        mine = object()
        if self._warned.setdefault(kind, mine) is mine:
            log.warning(message)

    def __enter__(self: K) -> K:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'in memory' if self.place is None else self.place!r})"


def _on_redis(url: str, *, clock: Clock) -> Storage:
    try:
        # Only those who share a store through a server install its client.
        from esi_fetch.store.redis_storage import RedisStorage
    except ImportError as error:
        raise StoreError("a store on Redis needs its client: pip install 'esi-fetch[redis]'") from error
    return RedisStorage(url, clock=clock)
