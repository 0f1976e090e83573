"""The local store: what was fetched, by key.

Entries outlive their expiry: the ETag of an expired one still saves a body and a token. Only what the caller
gives is kept, and it gives only whole answers of status 200.

The store is a help, not a condition. Where its file can't be used, the work goes on and a warning says so,
once; where one entry can't be read, it is as if it were not there. Only a file that is not ours to use
raises :class:`~esi_fetch.errors.StoreError`: one of a newer version, or of another program.
"""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from esi_fetch.clock import Clock
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.entry import Entry, EntryFormatError, Record, amended, decode, encode
from esi_fetch.store.glance import Glance, glance
from esi_fetch.store.refusals import Refusal

__all__ = ["LocalStore"]

T = TypeVar("T")

log = logging.getLogger("esi_fetch.store")


class _Storage(Protocol):
    """What the store asks of a backend."""

    @property
    def exists(self) -> bool: ...
    @property
    def is_open(self) -> bool: ...
    def open(self) -> None: ...
    def get(self, key: str) -> Record | None: ...
    def headers(self, keys: Sequence[str]) -> list[tuple[str, bytes, float]]: ...
    def __setitem__(self, key: str, record: Record) -> None: ...
    def amend(self, key: str, change: Callable[[bytes], bytes | None], *, expires_at: float) -> bool: ...
    def bookmark(self, key: str, *, kept_since: float) -> str | None: ...
    def set_bookmark(self, key: str, value: str, *, kept_at: float, replace: bool) -> None: ...
    def refusal(self, key: str) -> Refusal | None: ...
    def keep_refusal(self, refusal: Refusal, *, forget_before: float) -> None: ...
    def drop_refusal(self, key: str) -> None: ...
    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]: ...
    def close(self) -> None: ...


class LocalStore:
    """Answers kept on disk, shared by all threads and processes that name the same file.

    Opened on first use, and again on the next use after :meth:`close`.

    Args:
        path: A SQLite file, made with its folder where there is none; None keeps everything in memory.
        clock: For waiting, at most ten seconds, while other processes write, and for the age of bookmarks.
    """

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._memory: _Storage = EntryTable(None, clock=clock)
        self._storage: _Storage = self._memory if path is None else EntryTable(path, clock=clock)
        self._warned: dict[str, object] = {}

    def open(self) -> None:
        """Open now rather than on first use, so that a wrong file is found before anything is sent.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        self._attempt("opened", lambda storage: storage.open(), otherwise=None)

    def find(self, key: str) -> Entry | None:
        """Return the entry, fresh or expired; None when there is none that can be read.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        record: Record | None = self._attempt("read", lambda storage: storage.get(key), otherwise=None)
        if record is None:
            return None
        try:
            return decode(key, record)
        except EntryFormatError as error:
            log.warning("entry %s of %r can't be used and will be fetched again: %s", key, self, error)
            return None

    @property
    def exists(self) -> bool:
        """Whether there is a file, or it is open; looking does not make one."""
        return self._storage.exists

    def glances(self, keys: Sequence[str]) -> dict[str, Glance]:
        """Return what can be told of entries without their bodies, by key, of those that are there.

        A file that is not there is not made.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        if not self.exists:
            return {}
        nothing: list[tuple[str, bytes, float]] = []
        found = self._attempt("read", lambda storage: storage.headers(keys), otherwise=nothing)
        seen = {key: glance(header, expires_at) for key, header, expires_at in found}
        return {key: each for key, each in seen.items() if each is not None}

    def save(self, entry: Entry) -> bool:
        """Keep an entry in place of the one that has its key, if any.

        Returns:
            Whether it is kept; False when the disk is full, or the file can't be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        record = encode(entry)

        def write(storage: _Storage) -> bool:
            storage[entry.key] = record
            return True

        return self._attempt("written", write, otherwise=False)

    def touch(
        self,
        key: str,
        *,
        validated_at: float,
        expires_at: float,
        etag: str | None = None,
        last_modified: str | None = None,
        pages: int | None = None,
    ) -> None:
        """Note that ESI has confirmed an entry (304); its body is not written again.

        An entry that is gone, or that by now has another ETag than the 304, is left alone.

        Args:
            key: The entry's key.
            validated_at: When the 304 came, in seconds since the epoch on the local clock.
            expires_at: Until when the entry may be used from now on, on the same clock.
            etag: The 304's ``ETag``; None keeps the stored one.
            last_modified: The 304's ``Last-Modified``; None keeps the stored one.
            pages: The 304's ``X-Pages``; None keeps the stored one.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """

        def change(header: bytes) -> bytes | None:
            return amended(
                header, validated_at=validated_at, etag=etag, last_modified=last_modified, pages=pages
            )

        try:
            self._attempt(
                "written",
                lambda storage: storage.amend(key, change, expires_at=expires_at),
                otherwise=False,
            )
        except EntryFormatError as error:
            log.warning("entry %s of %r can't be used and will be fetched again: %s", key, self, error)

    def bookmark(self, key: str, *, max_age_s: float | None = None) -> str | None:
        """Return how far somebody has read who goes on from there the next time; None when nobody has.

        Args:
            key: What is read.
            max_age_s: Only a bookmark that was kept at most so many seconds ago; None for any.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        since = -math.inf if max_age_s is None else self._clock.now() - max_age_s
        found: str | None = self._attempt(
            "read", lambda storage: storage.bookmark(key, kept_since=since), otherwise=None
        )
        return found

    def set_bookmark(self, key: str, value: str, *, replace: bool = True) -> bool:
        """Keep how far somebody has read.

        Args:
            key: What is read.
            value: From where to go on.
            replace: Whether it takes the place of one that is there already.

        Returns:
            Whether it could be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """

        def write(storage: _Storage) -> bool:
            storage.set_bookmark(key, value, kept_at=self._clock.now(), replace=replace)
            return True

        return self._attempt("written", write, otherwise=False)

    def find_refusal(self, key: str) -> Refusal | None:
        """Return the refusal that is kept under *key*, however old; None when there is none.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        found: Refusal | None = self._attempt("read", lambda storage: storage.refusal(key), otherwise=None)
        return found

    def save_refusal(self, refusal: Refusal, *, forget_before: float) -> bool:
        """Keep a refusal in place of the one that has its key, if any.

        Args:
            refusal: The refusal.
            forget_before: Those that were answered before this moment are deleted.

        Returns:
            Whether it could be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """

        def write(storage: _Storage) -> bool:
            storage.keep_refusal(refusal, forget_before=forget_before)
            return True

        return self._attempt("written", write, otherwise=False)

    def drop_refusal(self, key: str) -> None:
        """Forget the refusal that is kept under *key*, if any.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        self._attempt("written", lambda storage: storage.drop_refusal(key), otherwise=None)

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another.

        A file that is not there is not made.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        if not self.exists:
            return set()
        nothing: set[str] = set()
        return self._attempt(
            "read",
            lambda storage: storage.recent_refusals(keys, after=after, until=until),
            otherwise=nothing,
        )

    def close(self) -> None:
        """Close the file, from any thread and as often as you like; a store in memory forgets everything."""
        self._storage.close()
        self._memory.close()

    def _attempt(self, deed: str, work: Callable[[_Storage], T], *, otherwise: T) -> T:
        storage = self._storage
        try:
            return work(storage)
        except sqlite3.ProgrammingError:
            raise  # A mistake of ours, not of the file's.
        except (OSError, sqlite3.DatabaseError) as error:
            if storage.is_open:
                self._warn_once(f"the store {self.path} can't be {deed}: {error}", kind=deed)
                return otherwise
            self._warn_once(
                f"the store {self.path} can't be opened ({error}): what is fetched is kept in memory only, "
                "and is gone at the end",
                kind="opened",
            )
        self._storage = self._memory
        return work(self._memory)

    def _warn_once(self, message: str, *, kind: str) -> None:
        # One step, so that of many threads that fail at a time only one speaks.
        mine = object()
        if self._warned.setdefault(kind, mine) is mine:
            log.warning(message)

    def __enter__(self) -> LocalStore:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"LocalStore({'in memory' if self.path is None else str(self.path)!r})"
