"""Looking after a store: what it holds, and deleting or expiring a part of it.

These do what they are asked to or raise: who wants data deleted must not be told by a line in the log that it
is still there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from esi_fetch.errors import StoreError
from esi_fetch.store.bookmarks import KeptBookmark
from esi_fetch.store.data_sets import Category, DataSet, data_set_of_row
from esi_fetch.store.entry import Listed, Row, listed
from esi_fetch.store.header_fields import EntryFormatError
from esi_fetch.store.keeping import Keeping
from esi_fetch.store.refusals import Refusal
from esi_fetch.store.report import StoreReport, report_of
from esi_fetch.store.selection import Selection, select
from esi_fetch.store.storage import Storage
from esi_fetch.units import parse_size

__all__ = ["StoreChange", "Upkeep"]

T = TypeVar("T")

# Deleting makes a file as small as can be foretold, give or take what SQLite fills its pages with.
_MOST_ROUNDS = 10


@dataclass(frozen=True)
class StoreChange:
    """What was deleted or expired, or would be.

    Attributes:
        entries: How many entries.
        data_sets: How many data sets.
        refusals: How many remembered refusals.
        bookmarks: How many bookmarks.
        size: How many bytes all of them take on disk, without what SQLite adds.
        file_size_before: How many bytes the file took before.
        file_size: How many bytes it takes now.
        dry_run: Whether nothing was done, and this is what would be.
    """

    entries: int = 0
    data_sets: int = 0
    refusals: int = 0
    bookmarks: int = 0
    size: int = 0
    file_size_before: int = 0
    file_size: int = 0
    dry_run: bool = False

    @property
    def count(self) -> int:
        """How many things in all."""
        return self.entries + self.data_sets + self.refusals + self.bookmarks


@dataclass(frozen=True)
class _Chosen:
    """What a selection comes to; data sets with their keys."""

    entries: list[Listed] = field(default_factory=list)
    unreadable: list[Row] = field(default_factory=list)
    data_sets: list[tuple[str, DataSet]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    bookmarks: list[KeptBookmark] = field(default_factory=list)

    @property
    def size(self) -> int:
        return (
            sum(entry.size for entry in self.entries)
            + sum(len(row.header) for row in self.unreadable if isinstance(row.header, bytes))
            + sum(data_set.size for _, data_set in self.data_sets)
        )


class Upkeep(Keeping):
    """Reports on what is kept, deletes it, and lets it expire."""

    def report(
        self,
        *,
        operation: str | Iterable[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | str | Iterable[int | str] | None = None,
        older_than: float | str | None = None,
        stale: bool = False,
        data_set: str | Iterable[str] | None = None,
        category: Category | str | Iterable[Category | str] | None = None,
    ) -> StoreReport:
        """Return what the store, or a part of it, holds; no body is read, and no file is made.

        Args:
            operation: Only answers of operations with such ids; patterns such as ``GetMarkets*`` too.
            parameters: Only what was asked for with these values.
            character: Only the private data of these characters.
            older_than: Only what was not confirmed since: seconds, or text such as ``"30d"``.
            stale: Only what has expired.
            data_set: Only data sets of such names: patterns.
            category: Only data sets of these categories.

        Raises:
            InputError: A filter is wrong.
            StoreError: The file can't be read, is of a newer version, or another program's.
        """
        return self._report_on(
            self._selection(
                operation=operation,
                parameters=parameters,
                character=character,
                older_than=older_than,
                stale=stale,
                data_set=data_set,
                category=category,
            )
        )

    def purge(
        self,
        *,
        operation: str | Iterable[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | str | Iterable[int | str] | None = None,
        older_than: float | str | None = None,
        stale: bool = False,
        data_set: str | Iterable[str] | None = None,
        category: Category | str | Iterable[Category | str] | None = None,
        max_size: float | str | None = None,
        dry_run: bool = False,
    ) -> StoreChange:
        """Delete a part of the store, and give its space back to the disk.

        Without a filter everything is deleted. With a character alone that is all there is of that
        character: answers, refusals, bookmarks and data sets. Others may read and write meanwhile.

        Args:
            operation: As for :meth:`report`.
            parameters: As for :meth:`report`.
            character: As for :meth:`report`.
            older_than: As for :meth:`report`.
            stale: As for :meth:`report`.
            data_set: As for :meth:`report`.
            category: As for :meth:`report`.
            max_size: Delete only so much of it that the file takes no more bytes than this, what was least
                recently used first: a number, or text such as ``"2GB"``.
            dry_run: Whether only to say what would be deleted.

        Raises:
            InputError: A filter is wrong.
            StoreError: The file can't be read or written, is of a newer version, or another program's.
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
        most = None if max_size is None else parse_size(max_size)
        if not self._file.exists:
            return StoreChange(dry_run=dry_run)
        if most is not None:
            return self._kept_under(most, selection, dry_run=dry_run)
        chosen = self._chosen(selection)
        before = self._insist("read", lambda storage: storage.file_size())
        if dry_run:
            return _change(chosen, before, before, dry_run=True)
        gone = self._erase(chosen, selection)
        if selection.is_everything:
            self._insist("written", lambda storage: storage.clear())  # what nobody can read goes too
        return _change(gone, before, self._shrunk(), dry_run=False)

    def expire(
        self,
        *,
        operation: str | Iterable[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | str | Iterable[int | str] | None = None,
        older_than: float | str | None = None,
        stale: bool = False,
        data_set: str | Iterable[str] | None = None,
        category: Category | str | Iterable[Category | str] | None = None,
        dry_run: bool = False,
    ) -> StoreChange:
        """Let a part of the store expire now: the next request asks ESI whether it has changed.

        Nothing is deleted, ETags stay; only refusals are forgotten, so that what was refused is asked again.
        What has expired already is not counted.

        Args:
            operation: As for :meth:`report`.
            parameters: As for :meth:`report`.
            character: As for :meth:`report`.
            older_than: As for :meth:`report`.
            stale: As for :meth:`report`; of that nothing is left to expire.
            data_set: As for :meth:`report`.
            category: As for :meth:`report`.
            dry_run: Whether only to say what would expire.

        Raises:
            InputError: A filter is wrong.
            StoreError: The file can't be read or written, is of a newer version, or another program's.
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
        if not self._file.exists:
            return StoreChange(dry_run=dry_run)
        now = self._clock.now()
        chosen = self._chosen(selection)
        entries = [entry for entry in chosen.entries if entry.is_fresh(now)]
        data_sets = [pair for pair in chosen.data_sets if pair[1].is_fresh(now)]
        size = self._insist("read", lambda storage: storage.file_size())
        expiring = _Chosen(entries, data_sets=data_sets, refusals=chosen.refusals)
        change = _change(expiring, size, size, dry_run=dry_run)
        if not dry_run:

            def work(storage: Storage) -> None:
                storage.expire("entries", [entry.key for entry in entries], at=now)
                storage.expire("data_sets", [key for key, _ in data_sets], at=now)
                storage.erase("refusals", [refusal.key for refusal in chosen.refusals])

            self._insist("written", work)
        return change

    def _selection(self, **words: Any) -> Selection:
        return select(**words)

    def _report_on(self, selection: Selection) -> StoreReport:
        now = self._clock.now()
        chosen = self._chosen(selection)
        return report_of(
            chosen.entries,
            path=self.place,
            now=now,
            file_size=self._insist("read", lambda storage: storage.file_size()) if self._file.exists else 0,
            refusals=len(chosen.refusals),
            bookmarks=len(chosen.bookmarks),
            unreadable=len(chosen.unreadable),
            data_sets=sorted((data_set for _, data_set in chosen.data_sets), key=lambda each: each.place),
        )

    def _chosen(self, selection: Selection) -> _Chosen:
        """Return what is meant; a file that is not there has nothing, and is not made."""
        chosen = _Chosen()
        if not self._file.exists:
            return chosen
        now = self._clock.now()
        for row in self._insist("read", lambda storage: storage.rows()) if selection.takes_answers else ():
            try:
                entry = listed(row)
            except EntryFormatError:
                # Of what can't be read nobody knows what it is; it goes when everything does.
                if selection.is_everything:
                    chosen.unreadable.append(row)
                continue
            if selection.takes(entry, now):
                chosen.entries.append(entry)
        for key, fields in self._insist("read", lambda storage: storage.data_sets(None)):
            data_set = data_set_of_row(key, fields)
            if data_set is not None and selection.takes_data_set(data_set, now):
                chosen.data_sets.append((key, data_set))
        refusals = self._insist("read", lambda storage: storage.refusals())
        chosen.refusals.extend(each for each in refusals if selection.takes_refusal(each, now))
        bookmarks = self._insist("read", lambda storage: storage.bookmarks())
        chosen.bookmarks.extend(each for each in bookmarks if selection.takes_bookmark(each, now))
        return chosen

    def _erase(self, chosen: _Chosen, selection: Selection) -> _Chosen:
        """Delete what was chosen; return what that came to."""

        def still(row: Row) -> bool:
            # Fetched or confirmed by others since we looked, it may not be meant any more.
            try:
                return selection.takes(listed(row), self._clock.now())
            except EntryFormatError:
                return selection.is_everything

        def work(storage: Storage) -> _Chosen:
            wanted = [each.key for each in chosen.entries] + [each.key for each in chosen.unreadable]
            entries = set(storage.erase("entries", wanted, still=still))
            data_sets = set(storage.erase("data_sets", [key for key, _ in chosen.data_sets]))
            refusals = set(storage.erase("refusals", [each.key for each in chosen.refusals]))
            bookmarks = set(storage.erase("bookmarks", [each.key for each in chosen.bookmarks]))
            return _Chosen(
                [each for each in chosen.entries if each.key in entries],
                [each for each in chosen.unreadable if each.key in entries],
                [pair for pair in chosen.data_sets if pair[0] in data_sets],
                [each for each in chosen.refusals if each.key in refusals],
                [each for each in chosen.bookmarks if each.key in bookmarks],
            )

        return self._insist("written", work)

    def _shrunk(self) -> int:
        """Give free space back; return how large the file is then."""
        self._insist("written", lambda storage: storage.shrink())
        return self._insist("read", lambda storage: storage.file_size())

    def _kept_under(self, most: int, selection: Selection, *, dry_run: bool) -> StoreChange:
        """Delete what was least recently used until no more than *most* bytes are kept."""
        before = self._insist("read", lambda storage: storage.file_size())
        gone = _Chosen()
        for _ in range(_MOST_ROUNDS):
            kept = self._insist("read", lambda storage: storage.size())
            everything = self._chosen(Selection())
            victims = self._least_used(kept - most, kept, everything, self._chosen(selection))
            if not victims.entries and not victims.data_sets:
                break
            if dry_run:
                return _change(victims, before, before, dry_run=True)
            erased = self._erase(victims, selection)
            gone.entries.extend(erased.entries)
            gone.data_sets.extend(erased.data_sets)
        return _change(gone, before, before if dry_run else self._shrunk(), dry_run=dry_run)

    def _least_used(self, excess: int, kept: int, everything: _Chosen, chosen: _Chosen) -> _Chosen:
        victims = _Chosen()
        if excess <= 0:
            return victims
        # What SQLite adds is taken to be spread over all that is kept.
        overhead = max(1.0, kept / max(1, everything.size))
        queue: list[tuple[float, int, Listed | tuple[str, DataSet]]] = [
            (entry.last_used_at, entry.size, entry) for entry in chosen.entries
        ]
        queue += [(pair[1].made_at, pair[1].size, pair) for pair in chosen.data_sets]
        left: float = excess
        for _, size, victim in sorted(queue, key=lambda item: item[0]):
            if left <= 0:
                break
            left -= size * overhead
            if isinstance(victim, Listed):
                victims.entries.append(victim)
            else:
                victims.data_sets.append(victim)
        return victims

    def _insist(self, deed: str, work: Callable[[Storage], T]) -> T:
        """Do *work* on the file itself.

        Raises:
            StoreError: It can't be done.
        """
        try:
            return work(self._file)
        except sqlite3.ProgrammingError:
            raise  # a mistake of ours, not of the file's
        except (OSError, sqlite3.DatabaseError) as error:
            raise StoreError(f"the store {self.place} can't be {deed}: {error}") from error


def _change(chosen: _Chosen, before: int, after: int, *, dry_run: bool) -> StoreChange:
    return StoreChange(
        entries=len(chosen.entries) + len(chosen.unreadable),
        data_sets=len(chosen.data_sets),
        refusals=len(chosen.refusals),
        bookmarks=len(chosen.bookmarks),
        size=chosen.size,
        file_size_before=before,
        file_size=after,
        dry_run=dry_run,
    )
