"""What a store asks of the place where it keeps things.

Values are kept without knowing what they mean: rows and records come back as they were given, or as a
stranger has changed them, and whoever reads them checks them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from esi_fetch.store.bookmarks import KeptBookmark
from esi_fetch.store.entry import Record, Row
from esi_fetch.store.refusals import Refusal

__all__ = ["Kind", "Storage"]

Kind = Literal["entries", "refusals", "bookmarks", "data_sets"]
"""What is kept."""


class Storage(Protocol):
    """Records, bookmarks, refusals and data sets by key; every method is one step, whole or not done."""

    @property
    def exists(self) -> bool:
        """Whether there is something to open; looking does not make it."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether it is open now."""
        ...

    def open(self) -> None:
        """Open it now, unless it is open."""
        ...

    def close(self) -> None:
        """Close it, from any thread; the next use opens it again."""
        ...

    def get(self, key: str) -> Record | None:
        """Return a record; None when there is none."""
        ...

    def headers(self, keys: Sequence[str]) -> list[tuple[str, bytes, float]]:
        """Return keys, headers and expiries of those entries that are there; no body is read."""
        ...

    def put(self, key: str, record: Record, *, keeps_previous: bool) -> None:
        """Keep a record in place of the one with its key.

        Args:
            key: The key.
            record: The record.
            keeps_previous: Whether what it replaces is kept as the previous one, unless there is one already.
        """
        ...

    def previous(self, key: str) -> Record | None:
        """Return the previous record of a key; None when there is none."""
        ...

    def drop_previous(self, keys: Sequence[str]) -> None:
        """Delete the previous records of some keys, where there are any."""
        ...

    def put_newer(
        self, records: Sequence[tuple[str, Record]], is_newer: Callable[[Row | None, Row], bool]
    ) -> list[str]:
        """Keep those records that are newer than what is there; return their keys.

        Args:
            records: Keys and records.
            is_newer: Says so, of what is there, None for nothing, and of what would take its place.
        """
        ...

    def amend(
        self,
        key: str,
        change: Callable[[bytes], bytes | None],
        *,
        expires_at: float | None = None,
        keeps_previous: bool = False,
    ) -> bool:
        """Replace a record's header by what *change* makes of it; return whether that was done."""
        ...

    def bookmark(self, key: str, *, kept_since: float) -> str | None:
        """Return a bookmark that was kept at or after a moment; None when there is none."""
        ...

    def set_bookmark(self, bookmark: KeptBookmark, value: str, *, replace: bool) -> None:
        """Keep a bookmark; one that is there already is left alone unless *replace*."""
        ...

    def bookmarks(self) -> list[KeptBookmark]:
        """Return what all bookmarks are of."""
        ...

    def refusal(self, key: str) -> Refusal | None:
        """Return a refusal; None when there is none, or none that can be read."""
        ...

    def keep_refusal(self, refusal: Refusal, *, forget_before: float) -> None:
        """Keep a refusal in place of the one with its key, and delete those answered before a moment."""
        ...

    def drop_refusal(self, key: str) -> None:
        """Delete a refusal, if there is one."""
        ...

    def refusals(self) -> list[Refusal]:
        """Return all refusals that can be read."""
        ...

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another."""
        ...

    def data_set(self, key: str) -> Sequence[Any] | None:
        """Return the row of a data set, its data in the last place; None when there is none."""
        ...

    def data_sets(self, name: str | None) -> list[tuple[str, tuple[Any, ...]]]:
        """Return keys and rows of all data sets, or of those of a name, without their data."""
        ...

    def keep_data_set(self, key: str, row: Sequence[Any]) -> None:
        """Keep a data set in place of the one with its key."""
        ...

    def rows(self) -> list[Row]:
        """Return what is stored of all entries beside their bodies."""
        ...

    def note_used(self, uses: Sequence[tuple[str, float]]) -> bool:
        """Note when entries, by key, were served; return whether that could be done without waiting."""
        ...

    def expire(self, kind: Literal["entries", "data_sets"], keys: Sequence[str], *, at: float) -> int:
        """Let things expire at a moment, those that would do so later; return how many that were."""
        ...

    def clear(self) -> None:
        """Delete everything."""
        ...

    def erase(
        self, kind: Kind, keys: Sequence[str], *, still: Callable[[Row], bool] | None = None
    ) -> list[str]:
        """Delete what is under some keys so that nothing of it stays on the disk; return which there were.

        Args:
            kind: What it is.
            keys: The keys.
            still: Of entries: whether one is still to be deleted, asked in the same step.
        """
        ...

    def size(self) -> int:
        """Return how many bytes all that is kept takes; what was deleted is not in it."""
        ...

    def file_size(self) -> int:
        """Return how many bytes it takes on the disk; in memory, how many it would."""
        ...

    def shrink(self) -> None:
        """Give the space of what was deleted back to the disk, while others read and write."""
        ...
