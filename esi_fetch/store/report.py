"""What a store holds, in figures; known from headers alone, so that no body is read or decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

from esi_fetch.model.codec import to_plain
from esi_fetch.store.data_sets import DataSet
from esi_fetch.store.entry import Listed

__all__ = ["By", "Group", "StoreReport", "moment_of"]

By = Literal["operation", "character", "parameter"]
"""What a report can be divided by."""

# These say which piece of a list an answer is, not what was asked for: a line for each would tell nothing.
_PIECES = frozenset({"page", "before", "after", "from_id", "from_event", "last_mail_id", "max_war_id"})
_LONGEST_VALUE = 60


def moment_of(seconds: float) -> datetime | None:
    """Return a time of the local clock as a moment; None where there is none, or none that has a date."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc) if seconds > 0 else None
    except (OverflowError, OSError, ValueError):
        return None


@dataclass(frozen=True)
class Group:
    """Entries that have something in common.

    Attributes:
        name: What: an operation's id, a character's id (None for public data), ``region_id=10000002``.
        entries: How many there are.
        fresh: How many of them are used without asking.
        stale: How many have expired.
        size: How many bytes they take on disk, without what SQLite adds.
        decoded_size: How many bytes their bodies have unpacked, those of which that is known.
        unknown_sizes: Of how many it is not known, as an older version has kept them.
        fetched_first: When the oldest body was received.
        fetched_last: When the newest body was received.
        validated_first: When the one that was longest not confirmed was fetched or confirmed.
        validated_last: When ESI last confirmed or sent one of them.
    """

    name: str | int | None
    entries: int
    fresh: int
    stale: int
    size: int
    decoded_size: int
    unknown_sizes: int
    fetched_first: datetime | None
    fetched_last: datetime | None
    validated_first: datetime | None
    validated_last: datetime | None

    @classmethod
    def of(cls, name: str | int | None, entries: Sequence[Listed], *, now: float) -> Group:
        """Add up entries, of which there is at least one unless it is about the whole of an empty store."""
        fresh = sum(now < entry.expires_at for entry in entries)
        fetched = [entry.fetched_at for entry in entries] or [0.0]
        validated = [entry.validated_at for entry in entries] or [0.0]
        return cls(
            name=name,
            entries=len(entries),
            fresh=fresh,
            stale=len(entries) - fresh,
            size=sum(entry.size for entry in entries),
            decoded_size=sum(entry.decoded_size or 0 for entry in entries),
            unknown_sizes=sum(entry.decoded_size is None for entry in entries),
            fetched_first=moment_of(min(fetched)),
            fetched_last=moment_of(max(fetched)),
            validated_first=moment_of(min(validated)),
            validated_last=moment_of(max(validated)),
        )


@dataclass(frozen=True)
class StoreReport:
    """What a store, or a part of it, holds.

    Attributes:
        path: The file; None in memory.
        made_at: When it was looked at: what is fresh and what is stale counts from there.
        file_size: How many bytes the file takes, with what SQLite adds, and its log.
        total: All entries together.
        oldest: The entry that was longest not confirmed.
        newest: The one that was confirmed or fetched last.
        biggest: The one that takes most.
        refusals: How many remembered refusals there are.
        bookmarks: How many lists have been read to some place, so that only what changes is asked for.
        unreadable: How many entries can't be read; they are fetched again when they are asked for.
        data_sets: The data sets, without their data.
        entries: The entries, in no order.
    """

    path: str | None
    made_at: datetime
    file_size: int
    total: Group
    oldest: Listed | None
    newest: Listed | None
    biggest: Listed | None
    refusals: int
    bookmarks: int
    unreadable: int
    data_sets: tuple[DataSet, ...]
    entries: tuple[Listed, ...] = field(repr=False)

    def by(self, what: By) -> list[Group]:
        """Return the entries in groups, the one that takes most first.

        Args:
            what: What those of a group have in common. By parameter an entry counts once for each of its
                parameters, but those that say which piece of a list it is.
        """
        names = _NAMES[what]
        found: dict[str | int | None, list[Listed]] = {}
        for entry in self.entries:
            for name in names(entry):
                found.setdefault(name, []).append(entry)
        now = self.made_at.timestamp()
        groups = [Group.of(name, entries, now=now) for name, entries in found.items()]
        return sorted(groups, key=lambda group: (-group.size, str(group.name)))

    def as_plain(self, *, data: bool = False) -> dict[str, Any]:
        """Return the report as JSON has it, by operation and by character; single entries are left out."""
        return {
            "path": self.path,
            "made_at": to_plain(self.made_at),
            "file_size": self.file_size,
            **{name: value for name, value in to_plain(self.total).items() if name != "name"},
            "oldest": entry_facts(self.oldest),
            "newest": entry_facts(self.newest),
            "biggest": entry_facts(self.biggest),
            "refusals": self.refusals,
            "bookmarks": self.bookmarks,
            "unreadable": self.unreadable,
            "operations": to_plain(self.by("operation")),
            "characters": to_plain(self.by("character")),
            "parameters": to_plain(self.by("parameter")),
            "data_sets": [data_set_facts(data_set) for data_set in self.data_sets],
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, without the single entries."""
        return self.as_plain()


def entry_facts(entry: Listed | None) -> dict[str, Any] | None:
    """Return what people want to know of one entry, as JSON has it."""
    if entry is None:
        return None
    return {
        "op_id": entry.op_id,
        "parameters": None if entry.parameters is None else dict(entry.parameters),
        "character": entry.character,
        "url": entry.url,
        "size": entry.size,
        "decoded_size": entry.decoded_size,
        "fetched_at": to_plain(moment_of(entry.fetched_at)),
        "validated_at": to_plain(moment_of(entry.validated_at)),
        "expires_at": to_plain(moment_of(entry.expires_at)),
        "used_at": to_plain(moment_of(entry.last_used_at)),
    }


def data_set_facts(data_set: DataSet) -> dict[str, Any]:
    """Return what is known of a data set, as JSON has it."""
    return {
        "name": data_set.name,
        "parameters": dict(data_set.parameters),
        "category": data_set.category.value,
        "character": data_set.character,
        "made_from": list(data_set.made_from),
        "made_at": to_plain(moment_of(data_set.made_at)),
        "expires_at": None if data_set.expires_at is None else to_plain(moment_of(data_set.expires_at)),
        "rows": data_set.rows,
        "size": data_set.size,
        "decoded_size": data_set.decoded_size,
        "origin": data_set.origin,
    }


def report_of(
    entries: Iterable[Listed],
    *,
    path: str | None,
    now: float,
    file_size: int,
    refusals: int,
    bookmarks: int,
    unreadable: int,
    data_sets: Iterable[DataSet],
) -> StoreReport:
    """Return the report on entries, and on what is kept beside them."""
    every = tuple(entries)
    return StoreReport(
        path=path,
        made_at=datetime.fromtimestamp(now, timezone.utc),
        file_size=file_size,
        total=Group.of("", every, now=now),
        oldest=min(every, key=lambda entry: entry.validated_at, default=None),
        newest=max(every, key=lambda entry: entry.validated_at, default=None),
        biggest=max(every, key=lambda entry: entry.size, default=None),
        refusals=refusals,
        bookmarks=bookmarks,
        unreadable=unreadable,
        data_sets=tuple(data_sets),
        entries=every,
    )


def _parameters(entry: Listed) -> Iterator[str]:
    for name, value in (entry.parameters or {}).items():
        if name not in _PIECES:
            text = str(value)
            yield f"{name}={text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + '…'}"


_NAMES: dict[By, Callable[[Listed], Iterable[str | int | None]]] = {
    "operation": lambda entry: (entry.op_id,),
    "character": lambda entry: (entry.character,),
    "parameter": _parameters,
}
