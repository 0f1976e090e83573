"""The API as data: every operation, found by any of its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from esi_fetch.catalog.nearest import nearest_operations
from esi_fetch.catalog.operation import Operation, snake_case
from esi_fetch.catalog.places import shown
from esi_fetch.catalog.table import read_table, write_table
from esi_fetch.errors import UnknownOperationError
from esi_fetch.units import plural

__all__ = ["Catalog", "squash"]


def squash(name: str) -> str:
    """Return a name as lookups compare it: without case, underscores and hyphens."""
    return name.strip().replace("_", "").replace("-", "").lower()


class Catalog(Mapping[str, Operation]):
    """Operations by id.

    Iterating gives the current ids, sorted. Lookups take any spelling: ``GetStatus``, ``get_status``,
    ``GETSTATUS``, and ids of older compatibility dates (:attr:`Operation.aliases`).

    Attributes:
        date: The compatibility date it describes: ``2026-08-18``.
        source: ``"bundled"``, or the file or URL it came from.
    """

    def __init__(
        self,
        operations: Mapping[str, Operation],
        *,
        date: str,
        source: str = "",
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        """Hold *operations*.

        Args:
            operations: Operations by id; the mapping may build them when they are asked for.
            date: The compatibility date they belong to.
            source: Where they came from.
            aliases: Older ids and the current ones they stand for; read from the operations when not given.
        """
        if aliases is None:
            aliases = {alias: op_id for op_id, each in operations.items() for alias in each.aliases}
        self.date = date
        self.source = source
        self._operations = operations
        # Current ids come last, so that an alias can never hide one.
        self._ids = {squash(alias): op_id for alias, op_id in aliases.items()}
        self._ids.update((squash(op_id), op_id) for op_id in operations)
        # As they are mostly written; a hundred thousand jobs look each up several times.
        self._ids.update((op_id, op_id) for op_id in operations)

    def __getitem__(self, name: str) -> Operation:
        """Return the operation of that name, in any spelling.

        Raises:
            UnknownOperationError: There is none; the text has the nearest right names.
        """
        op_id = self._find(name)
        if op_id is None:
            raise UnknownOperationError(self._unknown(name))
        return self._operations[op_id]

    def __contains__(self, name: object) -> bool:
        return self._find(name) is not None

    # Mapping's own get() expects a KeyError, which UnknownOperationError is not.
    def get(self, name: str, default: Any = None) -> Any:
        """Return the operation of that name, in any spelling, or *default*."""
        op_id = self._find(name)
        return default if op_id is None else self._operations[op_id]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._operations))

    def __len__(self) -> int:
        return len(self._operations)

    def __repr__(self) -> str:
        return f"<Catalog {self.date} ({plural(len(self), 'operation')}, {self.source or 'no source'})>"

    def search(self, words: str) -> list[Operation]:
        """Return the operations that have every one of some words.

        A word may be part of an operation's ids, its path, tag, rate-limit group or scopes; case and the
        ``s`` of a plural do not matter. Operations with the words in their current id or path come first.
        """
        stems = [word.lower().rstrip("s") or word for word in words.split()]
        found = []
        for operation in self.values():
            name = f"{operation.op_id} {operation.snake_id} {operation.method} {operation.path}".lower()
            group = operation.rate_limit.group if operation.rate_limit else ""
            text = " ".join((name, *operation.aliases, operation.tag, group, *operation.scopes)).lower()
            if all(stem in text for stem in stems):
                found.append((sum(stem not in name for stem in stems), operation.op_id, operation))
        return [operation for _, _, operation in sorted(found, key=lambda entry: entry[:2])]

    def with_aliases_of(self, older: Catalog) -> Catalog:
        """Return a copy in which operations also answer to the ids they have in *older*.

        An operation is the same when its method and path are; one whose path has changed or is gone takes
        other parameters, and its old id stays unknown.
        """
        by_request = {(each.method, each.path): each for each in older.values()}
        operations = {}
        for op_id, operation in self.items():
            aliases = set(operation.aliases)
            other = by_request.get((operation.method, operation.path))
            if other is not None:
                aliases.update((*other.aliases, snake_case(other.op_id)))
            own = {alias for alias in aliases if squash(alias) == squash(op_id)}
            operations[op_id] = replace(operation, aliases=tuple(sorted(aliases - own)))
        return Catalog(operations, date=self.date, source=self.source)

    def to_table(self) -> bytes:
        """Return the catalog as a table, the file form of :mod:`esi_fetch.catalog.table`."""
        return write_table(self.values(), date=self.date)

    @classmethod
    def from_table(cls, table: bytes, *, source: str) -> Catalog:
        """Read a table.

        Raises:
            CatalogError: It is damaged, or of an unknown format. A damaged operation may be noticed only
                when it is looked up.
        """
        read = read_table(table, source=source)
        return cls(read.operations, date=read.date, source=source, aliases=read.aliases)

    def _find(self, name: object) -> str | None:
        return self._ids.get(name) or self._ids.get(squash(name)) if isinstance(name, str) else None

    def _unknown(self, name: object) -> str:
        near = nearest_operations(name, self.values()) if isinstance(name, str) else []
        if near:
            hint = f" (did you mean {' or '.join(map(repr, near))}?)"
        else:
            hint = "; `esi-fetch ops list WORDS` finds operations by words"
        return f"unknown operation {shown(name)}{hint}"
