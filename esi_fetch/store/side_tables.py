"""The tables beside the entries: bookmarks, refusals, data sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from esi_fetch.database import Database, marked_parts
from esi_fetch.store.bookmarks import KeptBookmark, bookmark_of_row
from esi_fetch.store.refusals import Refusal, parameters_text, refusal_of_row

__all__ = ["DATA_SET_COLUMNS", "SideTables"]

# kept_at is moved on even where the bookmark stays: it says when that place was last reached.
_KEEP_BOOKMARK = (
    "INSERT INTO bookmarks (key, value, kept_at, op_id, parameters, character) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, kept_at = excluded.kept_at,"
    " op_id = excluded.op_id, parameters = excluded.parameters, character = excluded.character"
)
_BEGIN_BOOKMARK = (
    "INSERT OR IGNORE INTO bookmarks (key, value, kept_at, op_id, parameters, character)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_LIST_BOOKMARKS = "SELECT key, op_id, parameters, character, kept_at FROM bookmarks"

_OF_REFUSAL = "op_id, url, character, status, message, answered_at, parameters"
_READ_REFUSAL = f"SELECT {_OF_REFUSAL} FROM refusals WHERE key = ?"  # noqa: S608 - names of ours
_LIST_REFUSALS = f"SELECT key, {_OF_REFUSAL} FROM refusals"  # noqa: S608 - names of ours
_READ_RECENT = "SELECT key FROM refusals WHERE answered_at > ? AND answered_at <= ? AND key IN ({})"
_KEEP_REFUSAL = (
    f"INSERT OR REPLACE INTO refusals (key, {_OF_REFUSAL})"  # noqa: S608 - names of ours
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)

DATA_SET_COLUMNS = (
    "name, parameters, character, origin, category, made_from, made_at, expires_at, rows, decoded_size, about"
)
_READ_DATA_SET = f"SELECT {DATA_SET_COLUMNS}, length(value), value FROM data_sets WHERE key = ?"  # noqa: S608
_LIST_DATA_SETS = f"SELECT key, {DATA_SET_COLUMNS}, length(value) FROM data_sets WHERE name = ? OR ? IS NULL"  # noqa: S608
_KEEP_DATA_SET = (
    f"INSERT OR REPLACE INTO data_sets (key, {DATA_SET_COLUMNS}, value)"  # noqa: S608 - names of ours
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class SideTables:
    """Bookmarks, refusals and data sets by key, in the database of a store."""

    _database: Database

    # Bookmarks

    def bookmark(self, key: str, *, kept_since: float) -> str | None:
        """Return a bookmark that was kept at or after a moment; None when there is none."""
        rows = self._database.read(
            "SELECT value FROM bookmarks WHERE key = ? AND kept_at >= ?", key, kept_since
        )
        return str(rows[0][0]) if rows else None

    def set_bookmark(self, bookmark: KeptBookmark, value: str, *, replace: bool) -> None:
        """Keep a bookmark; one that is there already is left alone unless *replace*."""
        row = (
            bookmark.key,
            value,
            bookmark.kept_at,
            bookmark.op_id,
            parameters_text(bookmark.parameters),
            bookmark.character,
        )
        statement = _KEEP_BOOKMARK if replace else _BEGIN_BOOKMARK
        self._database.change(lambda writer: writer.execute(statement, row))

    def bookmarks(self) -> list[KeptBookmark]:
        """Return what all bookmarks are of."""
        return [bookmark_of_row(row) for row in self._database.read(_LIST_BOOKMARKS)]

    # Refusals

    def refusal(self, key: str) -> Refusal | None:
        """Return a refusal; None when there is none, or none that can be read."""
        rows = self._database.read(_READ_REFUSAL, key)
        return refusal_of_row(key, rows[0]) if rows else None

    def refusals(self) -> list[Refusal]:
        """Return all refusals that can be read."""
        found = [refusal_of_row(row[0], row[1:]) for row in self._database.read(_LIST_REFUSALS)]
        return [refusal for refusal in found if refusal is not None]

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another."""
        found: set[str] = set()
        for some, marks in marked_parts(keys):
            rows = self._database.read(_READ_RECENT.format(marks), after, until, *some)
            found.update(key for (key,) in rows)
        return found

    def keep_refusal(self, refusal: Refusal, *, forget_before: float) -> None:
        """Keep a refusal in place of the one with its key, and delete those answered before a moment."""
        row = (
            refusal.key,
            refusal.op_id,
            refusal.url,
            refusal.character,
            refusal.status,
            refusal.message,
            refusal.answered_at,
            parameters_text(refusal.parameters),
        )

        def write(writer: sqlite3.Connection) -> None:
            writer.execute("DELETE FROM refusals WHERE answered_at < ?", (forget_before,))
            writer.execute(_KEEP_REFUSAL, row)

        self._database.change(write)

    def drop_refusal(self, key: str) -> None:
        """Delete a refusal, if there is one."""
        self._database.change(lambda writer: writer.execute("DELETE FROM refusals WHERE key = ?", (key,)))

    # Data sets

    def data_set(self, key: str) -> tuple[Any, ...] | None:
        """Return the row of a data set, its data in the last place; None when there is none."""
        rows = self._database.read(_READ_DATA_SET, key)
        return tuple(rows[0]) if rows else None

    def data_sets(self, name: str | None) -> list[tuple[str, tuple[Any, ...]]]:
        """Return keys and rows of all data sets, or of those of a name, without their data."""
        return [(row[0], tuple(row[1:])) for row in self._database.read(_LIST_DATA_SETS, name, name)]

    def keep_data_set(self, key: str, row: Sequence[Any]) -> None:
        """Keep a data set in place of the one with its key."""
        self._database.change(lambda writer: writer.execute(_KEEP_DATA_SET, (key, *row)))
