"""Reading a store file that comes from somebody else: nothing in it is trusted.

The file is opened for reading alone, none of its views or triggers is run, and no statement may touch more
than its own plain tables. What it holds is looked at piece by piece: an entry's key has to be the digest of
what it says was asked for, so that no answer can stand in for another one, and nothing private can pass for
public; its body has to unpack, to no more than is sensible, and to be JSON; its times have to be possible.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from esi_fetch.errors import StoreError
from esi_fetch.model.body import Body
from esi_fetch.store.data_sets import DataSet, data_set_of_row
from esi_fetch.store.entry import Entry, Listed, Record, Row, decode, listed
from esi_fetch.store.freshness import CAP_S
from esi_fetch.store.header_fields import EntryFormatError
from esi_fetch.store.keys import PREVIOUS, entry_key
from esi_fetch.store.schema import STORE_FILE
from esi_fetch.store.side_tables import DATA_SET_COLUMNS

__all__ = ["ForeignFile", "Refused", "SoundDataSet", "SoundEntry"]

_KEY = re.compile(r"[0-9a-f]{64}")
_URL = re.compile(r"https?://[!-~]{1,8000}")
_METHODS = frozenset({"GET", "POST"})
_TABLES = frozenset({"entries", "bodies", "data_sets"})
_MASTER = frozenset({"sqlite_master", "sqlite_schema"})

# ESI's largest answers have some megabytes; a thousandth of this is enough to pack it.
_MOST_UNPACKED = 64 * 2**20
# SQLITE_LIMIT_LENGTH; the standard library names it only from Python 3.11 on.
_LIMIT_LENGTH = 0
_MOST_IN_A_ROW = 256 * 2**20
# Clocks differ, by less than this.
_MOST_AHEAD_S = 86_400.0


class SoundEntry(NamedTuple):
    """An entry in which nothing is wrong."""

    listed: Listed
    record: Record


class SoundDataSet(NamedTuple):
    """A data set in which nothing is wrong, and the row it is kept as."""

    key: str
    data_set: DataSet
    row: tuple[Any, ...]


class Refused(NamedTuple):
    """Something that is not taken, and why."""

    why: str


class ForeignFile:
    """Somebody else's store file.

    Args:
        path: The file.
        now: The time on the local clock.
    """

    def __init__(self, path: Path, *, now: float) -> None:
        self.path = path
        self._now = now

    def entries(self) -> Iterator[SoundEntry | Refused]:
        """Yield the entries, one by one.

        Raises:
            StoreError: It is no store, of a newer version, or damaged.
        """
        with self._opened() as (database, columns):
            asked = "e.asked" if "asked" in columns["entries"] else "NULL"
            for row in database.execute(
                f"SELECT e.key, e.value, e.expires, {asked}, b.value"  # noqa: S608 - words of ours
                " FROM entries e JOIN bodies b ON b.key = e.key"
            ):
                if not str(row[0]).endswith(PREVIOUS):
                    yield self._sound_entry(*row)

    def data_sets(self) -> Iterator[SoundDataSet | Refused]:
        """Yield the data sets, one by one; errors as for the entries."""
        with self._opened() as (database, columns):
            if "data_sets" not in columns:
                return
            named = DATA_SET_COLUMNS
            if "about" not in columns["data_sets"]:
                named = named.replace("about", "NULL")
            for key, *row in database.execute(
                f"SELECT key, {named}, value FROM data_sets"  # noqa: S608 - words of ours
            ):
                yield self._sound_data_set(key, row)

    @contextmanager
    def _opened(self) -> Iterator[tuple[sqlite3.Connection, dict[str, set[str]]]]:
        if not self.path.is_file():
            raise StoreError(f"there is no file {self.path}")
        # Where there is no log beside it nobody is writing it, and not even a lock has to be made.
        log = Path(f"{self.path}-wal")
        how = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
        try:
            address = f"file:{quote(str(self.path.absolute()))}?{how}"
            with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
                columns = self._examined(database)
                database.set_authorizer(_may)
                yield database, columns
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self.path} is damaged, or no store at all: {error}") from error

    def _examined(self, database: sqlite3.Connection) -> dict[str, set[str]]:
        """Return the columns of the tables there are; refuse what is no store of ours."""
        for setting in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
            database.execute(f"PRAGMA {setting}")
        database.text_factory = _text
        if hasattr(database, "setlimit"):  # from Python 3.11 on
            database.setlimit(_LIMIT_LENGTH, _MOST_IN_A_ROW)
        (owner,) = database.execute("PRAGMA application_id").fetchone()
        (file_format,) = database.execute("PRAGMA user_version").fetchone()
        kinds = dict(database.execute("SELECT name, type FROM sqlite_master").fetchall())
        if owner != STORE_FILE.number or file_format < 1:
            raise StoreError(f"{self.path} is no store of esi_fetch's")
        if file_format > STORE_FILE.file_format:
            raise StoreError(
                f"{self.path} was written by a newer esi_fetch (it has format {file_format}, this version"
                f" knows up to {STORE_FILE.file_format}): upgrade esi_fetch"
            )
        columns: dict[str, set[str]] = {}
        for name in sorted(_TABLES & kinds.keys()):
            facts = database.execute(f"PRAGMA table_xinfo({name})").fetchall()
            # Generated columns would compute what a stranger has thought of.
            if kinds[name] != "table" or any(fact[6] for fact in facts):
                raise StoreError(f"{self.path} is no store of esi_fetch's: {name} is not a plain table")
            columns[name] = {fact[1] for fact in facts}
        if not {"entries", "bodies"} <= columns.keys():
            raise StoreError(f"{self.path} is no store of esi_fetch's: it lacks tables")
        return columns

    def _sound_entry(
        self, key: Any, header: Any, expires_at: Any, asked: Any, body: Any
    ) -> SoundEntry | Refused:
        record = Record(header, expires_at, body, asked=asked)
        try:
            entry = decode(key, record)
            seen = listed(Row(key, header, expires_at, None, asked))
        except EntryFormatError:
            return Refused("damaged")
        if not isinstance(key, str) or not _KEY.fullmatch(key) or entry.status != 200:
            return Refused("damaged")
        if seen.parameters is None or seen.variant is None:
            return Refused("kept by an older version, which did not note what was asked")
        if not _URL.fullmatch(entry.url) or entry.method not in _METHODS or not _asks_for(entry, seen):
            return Refused("not what its key stands for")
        if not self._can_be(entry.fetched_at) or not self._can_be(entry.validated_at):
            return Refused("from the future")
        if entry.expires_at > max(entry.validated_at, entry.fetched_at) + CAP_S + 1.0:
            return Refused("fresh for longer than anything is")
        if not _is_json(entry.body):
            return Refused("no JSON")
        return SoundEntry(seen, record._replace(header=_without_proof(header)))

    def _sound_data_set(self, key: Any, row: list[Any]) -> SoundDataSet | Refused:
        *fields, value = row
        if not isinstance(value, bytes) or not _is_json(Body(value, "gzip")):
            return Refused("damaged")
        # The names of what it was made for and from are looked at there, and its key.
        data_set = data_set_of_row(key, (*fields, len(value), value)) if isinstance(key, str) else None
        if data_set is None:
            return Refused("damaged")
        if not self._can_be(data_set.made_at):
            return Refused("from the future")
        return SoundDataSet(key, data_set, tuple(row))

    def _can_be(self, moment: float) -> bool:
        return 0.0 <= moment <= self._now + _MOST_AHEAD_S


def _may(
    action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
) -> int:
    """Allow to read the store's own tables, and nothing else."""
    if trigger is None and action == sqlite3.SQLITE_SELECT:
        return sqlite3.SQLITE_OK
    if trigger is None and action == sqlite3.SQLITE_READ and first in _TABLES:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _asks_for(entry: Entry, seen: Listed) -> bool:
    """Return whether an entry's key is the digest of what it says was asked for."""
    assert seen.parameters is not None  # noqa: S101 - the caller has looked
    assert seen.variant is not None  # noqa: S101 - as above
    body = None
    if "body" in seen.parameters:
        body = orjson.dumps(seen.parameters["body"], option=orjson.OPT_SORT_KEYS)
    return entry.key == entry_key(
        method=entry.method,
        url=entry.url,
        body=body,
        language=seen.variant.language,
        tenant=seen.variant.tenant,
        compatibility_date=seen.variant.compatibility_date,
        character=entry.character,
    )


def _without_proof(header: bytes) -> bytes:
    """Return a header without the proof that its set of pages is whole: ours to make, not a stranger's."""
    fields = orjson.loads(header)
    return header if fields.pop("proof", None) is None else orjson.dumps(fields)


def _is_json(body: Body) -> bool:
    plain = body.wire
    if body.encoding == "gzip":
        # A few bytes may unpack to any number: they are unpacked only so far.
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            plain = unpacker.decompress(body.wire, _MOST_UNPACKED)
        except zlib.error:
            return False
        if not unpacker.eof or unpacker.unused_data[:2] == b"\x1f\x8b":
            return False
    try:
        orjson.loads(plain)
    except orjson.JSONDecodeError:
        return False
    return True
