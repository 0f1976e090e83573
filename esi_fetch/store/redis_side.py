"""What a store on a Redis server keeps beside the entries: bookmarks, refusals, data sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from esi_fetch.store.bookmarks import KeptBookmark, bookmark_of_row
from esi_fetch.store.refusals import Refusal, parameters_text, refusal_of_row
from esi_fetch.store.side_tables import DATA_SET_COLUMNS

__all__ = ["KEPT_S", "RedisSide"]

KEPT_S = 90 * 86_400
"""For how many seconds what nobody writes or confirms is kept: entries, refusals, data sets."""

# What stands in a data set's row, and where its expiry does.
_COLUMNS = DATA_SET_COLUMNS.split(", ")
_EXPIRES_AT = _COLUMNS.index("expires_at")


class RedisSide:
    """Bookmarks, refusals and data sets by key.

    Bookmarks and refusals are JSON lists, as a row of the file has them; refusals are also in a set sorted by
    when they were answered, by which the old ones are found. A data set is a hash: its row, its expiry, and
    its data.
    """

    _do: Callable[[Callable[[Any], Any]], Any]
    _name: Callable[[str, str], str]
    _piped: Callable[[Sequence[tuple[Any, ...]]], list[Any]]
    _keys: Callable[[str], list[str]]

    # Bookmarks

    def bookmark(self, key: str, *, kept_since: float) -> str | None:
        """Return a bookmark that was kept at or after a moment; None when there is none."""
        row = _list(self._do(lambda client: client.get(self._name("bookmarks", key))), 5)
        if row is None or not isinstance(row[1], (int, float)) or row[1] < kept_since:
            return None
        return str(row[0])

    def set_bookmark(self, bookmark: KeptBookmark, value: str, *, replace: bool) -> None:
        """Keep a bookmark; one that is there already is left alone unless *replace*."""
        row = orjson.dumps(
            [
                value,
                bookmark.kept_at,
                bookmark.op_id,
                parameters_text(bookmark.parameters),
                bookmark.character,
            ]
        )
        name = self._name("bookmarks", bookmark.key)
        self._do(lambda client: client.set(name, row, nx=not replace))

    def bookmarks(self) -> list[KeptBookmark]:
        """Return what all bookmarks are of."""
        keys = self._keys("bookmarks")
        found = self._piped([("GET", self._name("bookmarks", key)) for key in keys])
        rows = [(key, _list(text, 5)) for key, text in zip(keys, found, strict=True)]
        return [
            bookmark_of_row((key, row[2], row[3], row[4], row[1])) for key, row in rows if row is not None
        ]

    # Refusals

    def refusal(self, key: str) -> Refusal | None:
        """Return a refusal; None when there is none, or none that can be read."""
        row = _list(self._do(lambda client: client.get(self._name("refusals", key))), 7)
        return None if row is None else refusal_of_row(key, tuple(row))

    def refusals(self) -> list[Refusal]:
        """Return all refusals that can be read."""
        keys = self._keys("refusals")
        found = self._piped([("GET", self._name("refusals", key)) for key in keys])
        rows = [(key, _list(text, 7)) for key, text in zip(keys, found, strict=True)]
        read = [refusal_of_row(key, tuple(row)) for key, row in rows if row is not None]
        return [refusal for refusal in read if refusal is not None]

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another."""
        found = self._piped([("GET", self._name("refusals", key)) for key in keys])
        rows = [(key, _list(text, 7)) for key, text in zip(keys, found, strict=True)]
        return {
            key
            for key, row in rows
            if row is not None and isinstance(row[5], (int, float)) and after < row[5] <= until
        }

    def keep_refusal(self, refusal: Refusal, *, forget_before: float) -> None:
        """Keep a refusal in place of the one with its key, and delete those answered before a moment."""
        row = orjson.dumps(
            [
                refusal.op_id,
                refusal.url,
                refusal.character,
                refusal.status,
                refusal.message,
                refusal.answered_at,
                parameters_text(refusal.parameters),
            ]
        )
        ages = self._name("ages", "refusals")

        def write(client: Any) -> None:
            old = client.zrangebyscore(ages, "-inf", f"({forget_before!r}")
            with client.pipeline() as pipe:
                for key in old:
                    pipe.unlink(self._name("refusals", key.decode("utf-8", "replace")))
                pipe.zremrangebyscore(ages, "-inf", f"({forget_before!r}")
                pipe.set(self._name("refusals", refusal.key), row, ex=KEPT_S)
                pipe.zadd(ages, {refusal.key: refusal.answered_at})
                pipe.execute()

        self._do(write)

    def drop_refusal(self, key: str) -> None:
        """Delete a refusal, if there is one."""
        self._piped([("UNLINK", self._name("refusals", key))])
        self._forget("refusals", [key])

    def _forget(self, kind: str, keys: Sequence[str]) -> None:
        """Forget how old they are."""
        if kind == "refusals" and keys:
            self._piped([("ZREM", self._name("ages", "refusals"), *keys)])

    # Data sets

    def data_set(self, key: str) -> tuple[Any, ...] | None:
        """Return the row of a data set, its data in the last place; None when there is none."""
        row, expires_at, value = self._do(
            lambda client: client.hmget(self._name("data_sets", key), ["r", "x", "v"])
        )
        fields = _row(row, expires_at)
        return None if fields is None or value is None else (*fields, len(value), value)

    def data_sets(self, name: str | None) -> list[tuple[str, tuple[Any, ...]]]:
        """Return keys and rows of all data sets, or of those of a name, without their data."""
        keys = self._keys("data_sets")
        names = [self._name("data_sets", key) for key in keys]
        rows = self._piped([("HMGET", each, "r", "x") for each in names])
        sizes = self._piped([("HSTRLEN", each, "v") for each in names])
        found: list[tuple[str, tuple[Any, ...]]] = []
        for key, (row, expires_at), size in zip(keys, rows, sizes, strict=True):
            fields = _row(row, expires_at)
            if fields is not None and name in (None, fields[0]):
                found.append((key, (*fields, size)))
        return found

    def keep_data_set(self, key: str, row: Sequence[Any]) -> None:
        """Keep a data set in place of the one with its key."""
        name, expires_at = self._name("data_sets", key), row[_EXPIRES_AT]

        def write(client: Any) -> None:
            with client.pipeline() as pipe:
                pipe.hset(
                    name,
                    mapping={
                        "r": orjson.dumps(list(row[:-1])),
                        "x": b"" if expires_at is None else repr(expires_at),
                        "v": row[-1],
                    },
                )
                pipe.expire(name, KEPT_S)
                pipe.execute()

        self._do(write)


def _list(text: Any, length: int) -> list[Any] | None:
    """Return a JSON list of that length; None where it is none."""
    try:
        row = orjson.loads(text) if isinstance(text, bytes) else None
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, list) and len(row) == length else None


def _row(text: Any, expires_at: Any) -> list[Any] | None:
    """Return the row of a data set with its expiry as it is now."""
    row = _list(text, len(_COLUMNS))
    if row is None or not isinstance(expires_at, bytes):
        return None
    try:
        row[_EXPIRES_AT] = float(expires_at) if expires_at else None
    except ValueError:
        return None
    return row
