"""The local store: what was fetched, by key, and what was made of it.

Entries outlive their expiry: the ETag of an expired one still saves a body and a token. Only what the caller
gives is kept, and it gives only whole answers of status 200. Where one entry can't be read, it is as if it
were not there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from esi_fetch.clock import Clock
from esi_fetch.store.derived import DataSetKeeping
from esi_fetch.store.entry import Entry, Record, amended, decode, encode, proved
from esi_fetch.store.exchange import Exchange
from esi_fetch.store.glance import Glance, glance
from esi_fetch.store.header_fields import EntryFormatError, Proof
from esi_fetch.store.notes import NoteKeeping
from esi_fetch.store.uses import Uses

__all__ = ["LocalStore"]

# How exactly it is known when an entry was of use: what matters is which have not been for days.
_USE_GRAIN_S = 3600.0

log = logging.getLogger("esi_fetch.store")


class LocalStore(NoteKeeping, DataSetKeeping, Exchange):
    """Answers, and what was made of them, on disk: shared by all threads and processes that name the file.

    On a Redis server they are shared by all machines that name it.

    Opened on first use, and again on the next use after :meth:`close`.

    Args:
        path: A SQLite file, made with its folder where there is none; None keeps everything in memory.
        clock: For waiting, at most ten seconds, while other processes write, and for the age of things.
        origin: Which ESI it is used for: data sets of another one are not found. Entries need no such word,
            as their keys hold all that they depend on.
        redis_url: A Redis server to keep everything on, in place of a file.
    """

    def __init__(
        self, path: Path | None, *, clock: Clock, origin: str = "", redis_url: str | None = None
    ) -> None:
        super().__init__(path, clock=clock, redis_url=redis_url)
        self.origin = origin
        self._uses = Uses()

    def find(self, key: str) -> Entry | None:
        """Return the entry, fresh or expired; None when there is none that can be read.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        record: Record | None = self._attempt("read", lambda storage: storage.get(key), otherwise=None)
        if record is None:
            return None
        try:
            entry = decode(key, record)
        except EntryFormatError as error:
            log.warning("entry %s of %r can't be used and will be fetched again: %s", key, self, error)
            return None
        now = self._clock.now()
        if now - max(entry.validated_at, entry.used_at or 0.0) >= _USE_GRAIN_S:
            self._uses.note(key, now, self._storage)
        return entry

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

    def save(self, entry: Entry, *, keeps_previous: bool = False) -> bool:
        """Keep an entry in place of the one that has its key, if any.

        Args:
            entry: The entry.
            keeps_previous: Whether the one that it replaces is kept as the previous one, until
                :meth:`drop_previous`; an even older one that is kept already stays.

        Returns:
            Whether it is kept; False when the disk is full, or the file can't be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        record = encode(entry)
        return self._write(lambda storage: storage.put(entry.key, record, keeps_previous=keeps_previous))

    def find_previous(self, key: str) -> Entry | None:
        """Return the entry that was kept as the previous one; None when there is none that can be read.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        record: Record | None = self._attempt("read", lambda storage: storage.previous(key), otherwise=None)
        try:
            return None if record is None else decode(key, record)
        except EntryFormatError:
            return None  # its body was replaced by somebody who kept nothing

    def drop_previous(self, keys: Sequence[str]) -> None:
        """Delete the entries that were kept as the previous ones of some keys.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        self._write(lambda storage: storage.drop_previous(keys))

    def touch(
        self,
        key: str,
        *,
        validated_at: float,
        expires_at: float,
        etag: str | None = None,
        last_modified: str | None = None,
        pages: int | None = None,
        keeps_previous: bool = False,
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
            keeps_previous: Whether the entry as it was is kept as the previous one; see :meth:`save`.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """

        def change(header: bytes) -> bytes | None:
            return amended(
                header, validated_at=validated_at, etag=etag, last_modified=last_modified, pages=pages
            )

        self._amend(key, change, expires_at=expires_at, keeps_previous=keeps_previous)

    def prove(self, key: str, proof: Proof) -> None:
        """Note that the set of pages of which an entry is the first one has been proved to be whole.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        self._amend(key, lambda header: proved(header, proof))

    def _amend(
        self,
        key: str,
        change: Callable[[bytes], bytes | None],
        *,
        expires_at: float | None = None,
        keeps_previous: bool = False,
    ) -> None:
        try:
            self._write(
                lambda storage: storage.amend(
                    key, change, expires_at=expires_at, keeps_previous=keeps_previous
                )
            )
        except EntryFormatError as error:
            log.warning("entry %s of %r can't be used and will be fetched again: %s", key, self, error)

    def close(self) -> None:
        """Close the file, from any thread and as often as you like; a store in memory forgets everything."""
        if self._was_used:
            self._uses.write(self._storage)
        super().close()
