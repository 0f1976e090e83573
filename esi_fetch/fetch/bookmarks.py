"""How far a cursor walk has been read: what lets the next run ask only for what has changed since.

A bookmark moves on when what lies before it has been delivered: after the job's callbacks have all succeeded,
and the caller has the data. Until then the old one stands, so that a run which fails or is interrupted is
done again.

Each question has one chain of bookmarks: an operation with its parameters, as one character, in one language,
and so on. The first whole walk begins it, whether changes were asked for or not; from then on only jobs with
``since_last`` move it, so that a look in between costs none of them a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from esi_fetch.catalog import Operation
from esi_fetch.store import LocalStore

__all__ = ["Bookmark", "Bookmarks"]

# ESI shows a removed record for seven days (``x-tombstone-ttl``). Who comes later would never hear of it. An
# hour less, because a bookmark is kept when what it stands for was delivered, some time after ESI said it.
_TOMBSTONES_LAST_S = 7 * 86_400.0 - 3600.0
_TOMBSTONE = "removed"


@dataclass(frozen=True)
class Bookmark:
    """How far a walk has been read.

    Attributes:
        key: What was asked.
        cursor: The ``after`` cursor from which to ask on.
        begins: Whether it only begins a chain, and gives way to a bookmark that is there already.
        op_id: The operation.
        parameters: Its parameters.
        character: Whose list it is; None for a public one.
    """

    key: str
    cursor: str
    begins: bool
    op_id: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    character: int | None = None


class Bookmarks:
    """The bookmarks in a store; without a store there are none, and none are kept."""

    def __init__(self, store: LocalStore | None) -> None:
        self._store = store

    def find(self, key: str, operation: Operation) -> str | None:
        """Return the cursor from which to ask on; None where everything has to be asked for."""
        if self._store is None:
            return None
        lasts_s = _TOMBSTONES_LAST_S if _keeps_tombstones(operation) else None
        return self._store.bookmark(key, max_age_s=lasts_s)

    def keep(self, bookmark: Bookmark) -> None:
        """Move a chain on: what lies before the bookmark has been delivered."""
        if self._store is not None:
            self._store.set_bookmark(
                bookmark.key,
                bookmark.cursor,
                replace=not bookmark.begins,
                op_id=bookmark.op_id,
                parameters=bookmark.parameters,
                character=bookmark.character,
            )


def _keeps_tombstones(operation: Operation) -> bool:
    paging, answer = operation.pagination, operation.answer or {}
    rows = answer.get("properties", {}).get(paging.items if paging else None, {}).get("items", {})
    return _TOMBSTONE in rows.get("properties", {}).get("state", {}).get("enum", ())
