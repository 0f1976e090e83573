"""A part of a store as one file, to go with a notebook or to another machine, and taking such a file in.

The file is a store itself: SQLite, with the tables that ``docs/how-to/store.md`` describes. What is private
stays behind unless it is asked for; bookmarks and refusals always do, as they are about who has asked and
when.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from operator import methodcaller
from pathlib import Path
from typing import Any

from esi_fetch.atomic import atomic_write
from esi_fetch.errors import InputError, OutputWriteError, Problem, reason_of
from esi_fetch.parts import in_parts
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.data_sets import Category
from esi_fetch.store.entry import Record, Row, decode, listed
from esi_fetch.store.foreign import ForeignFile, Refused, SoundDataSet, SoundEntry
from esi_fetch.store.header_fields import EntryFormatError
from esi_fetch.store.keys import Variant
from esi_fetch.store.selection import Selection
from esi_fetch.store.upkeep import Upkeep

__all__ = ["Exchange", "Exported", "Imported"]

_AT_ONCE = 100


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: The file.
        entries: How many entries are in it.
        data_sets: How many data sets are in it.
        private: How much of what was meant was left out, as it is private.
        file_size: How many bytes the file has.
    """

    path: str
    entries: int
    data_sets: int
    private: int
    file_size: int


@dataclass(frozen=True)
class Imported:
    """What was taken in, or would be.

    Attributes:
        entries: How many entries were taken in.
        data_sets: How many data sets were taken in.
        older: How much was left alone because the store had the same, or newer.
        private: How much was left out, as it is private.
        refused: How much was refused, by why.
        variants: How many of the entries taken in were asked for of which host, in which variant.
        dry_run: Whether nothing was written.
    """

    entries: int = 0
    data_sets: int = 0
    older: int = 0
    private: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    variants: Mapping[tuple[str, Variant], int] = field(default_factory=dict)
    dry_run: bool = False


class Exchange(Upkeep):
    """Writes a part of what is kept into a file, and takes such files in."""

    def export(
        self,
        file: str | Path,
        *,
        operation: str | Iterable[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | str | Iterable[int | str] | None = None,
        older_than: float | str | None = None,
        stale: bool = False,
        data_set: str | Iterable[str] | None = None,
        category: Category | str | Iterable[Category | str] | None = None,
        include_private: bool = False,
    ) -> Exported:
        """Write a part of the store into a file of its own, whole or not at all.

        Args:
            file: The file; one that is there is replaced, unless nothing fits.
            operation: As for :meth:`report`.
            parameters: As for :meth:`report`.
            character: As for :meth:`report`; it needs ``include_private``.
            older_than: As for :meth:`report`.
            stale: As for :meth:`report`.
            data_set: As for :meth:`report`.
            category: As for :meth:`report`.
            include_private: Whether characters' data is written too.

        Raises:
            InputError: A filter is wrong, the file is the store itself, or it is there and nothing fits.
            OutputWriteError: The file can't be written.
            StoreError: The store can't be read, is of a newer version, or another program's.
        """
        selection = self._selection(
            operation=operation,
            parameters=parameters,
            character=character,
            older_than=older_than,
            stale=stale,
            data_set=data_set,
            category=category,
        )
        self._mind_privacy(selection, include_private)
        target = Path(file)
        self._not_itself(target)
        folder = Path(os.path.realpath(target)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".esi-fetch-", dir=folder) as work:
                built = Path(work) / "export.sqlite"
                entries, data_sets, private = self._build(built, selection, include_private)
                if not entries and not data_sets and target.exists():
                    what = f"nothing fits, and {str(target)!r} is left as it is"
                    raise InputError(problems=[Problem("", what)])
                with built.open("rb") as source, atomic_write(target, text=False) as sink:
                    shutil.copyfileobj(source, sink, 2**20)
                size = built.stat().st_size
        except (OSError, sqlite3.DatabaseError) as error:
            raise OutputWriteError(f"can't write {str(target)!r}: {reason_of(error)}") from error
        return Exported(str(target), entries, data_sets, private, size)

    def import_(
        self,
        file: str | Path,
        *,
        operation: str | Iterable[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | str | Iterable[int | str] | None = None,
        older_than: float | str | None = None,
        stale: bool = False,
        data_set: str | Iterable[str] | None = None,
        category: Category | str | Iterable[Category | str] | None = None,
        include_private: bool = False,
        dry_run: bool = False,
    ) -> Imported:
        """Take in a file that :meth:`export` has written, or another store; what is newer wins.

        All of the file is looked at before anything is taken in. What is not what it says it is is refused,
        and counted; a file that can't be read to its end is refused whole.

        Args:
            file: The file.
            operation: As for :meth:`report`.
            parameters: As for :meth:`report`.
            character: As for :meth:`report`; it needs ``include_private``.
            older_than: As for :meth:`report`.
            stale: As for :meth:`report`.
            data_set: As for :meth:`report`.
            category: As for :meth:`report`.
            include_private: Whether characters' data is taken in too.
            dry_run: Whether only to say what would be taken in.

        Raises:
            InputError: A filter is wrong, or the file is the store itself.
            StoreError: The file is no store, damaged, or of a newer version; or ours can't be written.
        """
        selection = self._selection(
            operation=operation,
            parameters=parameters,
            character=character,
            older_than=older_than,
            stale=stale,
            data_set=data_set,
            category=category,
        )
        self._mind_privacy(selection, include_private)
        source = Path(file)
        self._not_itself(source)
        now = self._clock.now()
        foreign = ForeignFile(source, now=now)
        counts: Counter[str] = Counter()
        refused: Counter[str] = Counter()

        def meant(found: Iterable[SoundEntry | SoundDataSet | Refused], *, tell: bool) -> Iterator[Any]:
            for each in found:
                if isinstance(each, Refused):
                    refused[each.why] += tell
                elif not _is_meant(each, selection, now):
                    continue
                elif _character_of(each) is not None and not include_private:
                    counts["private"] += tell
                else:
                    yield each

        # Once to its end, so that a file that breaks off in the middle changes nothing.
        for found in (foreign.entries(), foreign.data_sets()):
            for _ in meant(found, tell=True):
                counts["meant"] += 1
        taken = 0
        variants: Counter[tuple[str, Variant]] = Counter()
        there = self._validated() if dry_run else {}
        for some in in_parts(meant(foreign.entries(), tell=False), _AT_ONCE):
            if dry_run:
                keys = {
                    one.listed.key
                    for one in some
                    if there.get(one.listed.key, -1.0) < one.listed.validated_at
                }
            else:
                records = [(one.listed.key, one.record) for one in some]
                keys = set(self._insist("written", methodcaller("put_newer", records, _is_newer)))
            taken += len(keys)
            variants.update(_asked_of(one) for one in some if one.listed.key in keys)
        made = self._take_data_sets(meant(foreign.data_sets(), tell=False), dry_run=dry_run)
        return Imported(
            entries=taken,
            data_sets=made,
            older=counts["meant"] - taken - made,
            private=counts["private"],
            refused=dict(refused),
            variants=dict(variants),
            dry_run=dry_run,
        )

    def _take_data_sets(self, found: Iterable[SoundDataSet], *, dry_run: bool) -> int:
        kept = self._chosen(Selection(data_sets=("*",))).data_sets
        there = {key: data_set.made_at for key, data_set in kept}
        count = 0
        for one in found:
            if there.get(one.key, -1.0) < one.data_set.made_at:
                count += 1
                if not dry_run:
                    self._insist("written", methodcaller("keep_data_set", one.key, one.row))
        return count

    def _validated(self) -> dict[str, float]:
        """Return when each of our entries was confirmed, by key."""
        return {entry.key: entry.validated_at for entry in self._chosen(Selection()).entries}

    def _build(self, path: Path, selection: Selection, include_private: bool) -> tuple[int, int, int]:
        """Write what is meant; return how many entries, data sets, and private things left out."""
        entries = data_sets = private = 0
        table = EntryTable(path, clock=self._clock)
        table.open()
        chosen = self._chosen(selection)
        rows = self._insist("read", lambda storage: storage.rows()) if chosen.entries else ()
        asked = {row.key: row.asked for row in rows}
        for entry in chosen.entries:
            if entry.is_previous:
                continue
            if entry.character is not None and not include_private:
                private += 1
                continue
            record = self._insist("read", methodcaller("get", entry.key))
            try:
                if record is None or decode(entry.key, record).character != entry.character:
                    continue
            except EntryFormatError:
                continue  # it would be fetched again; nobody needs a copy of it
            table[entry.key] = Record(
                record.header, record.expires_at, record.body, asked=asked.get(entry.key)
            )
            entries += 1
        for key, data_set in chosen.data_sets:
            if data_set.character is not None and not include_private:
                private += 1
                continue
            row = self._insist("read", methodcaller("data_set", key))
            if row is not None:
                table.keep_data_set(key, (*row[:-2], row[-1]))  # without the size, which is no column
                data_sets += 1
        table.close()
        # One file without a log beside it: it may lie where nothing can be written.
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = DELETE").fetchall()
        return entries, data_sets, private

    def _mind_privacy(self, selection: Selection, include_private: bool) -> None:
        if selection.characters and not include_private:
            what = (
                "a character's data is private, and left out unless include_private=True, or"
                " --include-private, asks for it"
            )
            raise InputError(problems=[Problem("character", what)])

    def _not_itself(self, file: Path) -> None:
        if self.path is not None and os.path.realpath(file) == os.path.realpath(self.path):
            raise InputError(problems=[Problem("file", f"{str(file)!r} is the store itself")])


def _is_meant(found: SoundEntry | SoundDataSet, selection: Selection, now: float) -> bool:
    if isinstance(found, SoundEntry):
        return selection.takes(found.listed, now)
    return selection.takes_data_set(found.data_set, now)


def _character_of(found: SoundEntry | SoundDataSet) -> int | None:
    return found.listed.character if isinstance(found, SoundEntry) else found.data_set.character


def _asked_of(found: SoundEntry) -> tuple[str, Variant]:
    assert found.listed.variant is not None  # noqa: S101 - a sound entry has one
    scheme, _, rest = found.listed.url.partition("//")
    return f"{scheme}//{rest.partition('/')[0]}", found.listed.variant


def _is_newer(ours: Row | None, theirs: Row) -> bool:
    """Return whether the second of two entries with one key was confirmed later."""
    if ours is None:
        return True
    try:
        return listed(ours).validated_at < listed(theirs).validated_at
    except EntryFormatError:
        return True  # ours is damaged: theirs was looked at
