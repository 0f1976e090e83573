"""Files of all formats there have been: what they hold is found, and from then on they are of the newest."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.database import Database
from esi_fetch.store import Asked, LocalStore, Variant
from esi_fetch.store.data_sets import data_set_key
from esi_fetch.store.schema import STORE_FILE
from tests.store.conftest import make_entry
from tests.store.test_refusals import REFUSAL

# As the versions of those formats have made them, to the letter.
TABLES = {
    1: (
        "CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)",
        "CREATE INDEX expires_idx ON entries(expires)",
        "CREATE TABLE bodies (key TEXT PRIMARY KEY, value BLOB)",
        "CREATE TRIGGER drop_body AFTER DELETE ON entries BEGIN DELETE FROM bodies WHERE key = OLD.key; END",
    ),
    2: ("CREATE TABLE bookmarks (key TEXT PRIMARY KEY, value TEXT, kept_at REAL)",),
    3: (
        "CREATE TABLE refusals (key TEXT PRIMARY KEY, op_id TEXT, url TEXT, character INTEGER,"
        " status INTEGER, message TEXT, answered_at REAL)",
        "CREATE INDEX refusals_by_age ON refusals(answered_at)",
    ),
    4: (
        "CREATE TABLE data_sets (key TEXT PRIMARY KEY, name TEXT, parameters TEXT, character INTEGER,"
        " origin TEXT, category TEXT, made_from TEXT, made_at REAL, expires_at REAL, rows INTEGER,"
        " decoded_size INTEGER, value BLOB)",
        "CREATE INDEX data_sets_by_name ON data_sets(name)",
    ),
    5: (
        "ALTER TABLE entries ADD COLUMN used_at REAL",
        "ALTER TABLE entries ADD COLUMN asked BLOB",
        "ALTER TABLE refusals ADD COLUMN parameters TEXT",
        "ALTER TABLE bookmarks ADD COLUMN op_id TEXT",
        "ALTER TABLE bookmarks ADD COLUMN parameters TEXT",
        "ALTER TABLE bookmarks ADD COLUMN character INTEGER",
    ),
}
HEADER = {
    "format": 1, "op_id": "GetStatus", "method": "GET", "url": "https://esi.evetech.net/status",
    "character": None, "status": 200, "etag": '"a"', "last_modified": None, "pages": None,
    "fetched_at": 1.0, "validated_at": 2.0, "encoding": "gzip",
}  # fmt: skip


def make_file(path: Path, file_format: int) -> None:
    """Write a store as a version before this one did."""
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    for number in range(1, file_format + 1):
        for statement in TABLES[number]:
            database.execute(statement)
    body = gzip.compress(b"[1]", mtime=0)
    header = {**HEADER, "length": len(body), "crc32": zlib.crc32(body)}
    database.execute(
        "INSERT INTO entries (key, value, expires) VALUES ('k', ?, 99.5)", (orjson.dumps(header),)
    )
    database.execute("INSERT INTO bodies VALUES ('k', ?)", (body,))
    if file_format >= 2:
        database.execute("INSERT INTO bookmarks (key, value, kept_at) VALUES ('b', 'x', 5.0)")
    if file_format >= 3:
        database.execute(
            "INSERT INTO refusals (key, op_id, url, character, status, message, answered_at)"
            " VALUES ('r', 'GetStatus', 'u', 7, 404, 'gone', 6.0)"
        )
    if file_format >= 4:
        key = data_set_key(name="regions", parameters="{}", character=None, origin="")
        database.execute(
            "INSERT INTO data_sets (key, name, parameters, origin, category, made_from, made_at, rows,"
            " decoded_size, value) VALUES (?, 'regions', '{}', '', 'static', '[]', 7.0, 1, 3, ?)",
            (key, body),
        )
    database.execute(f"PRAGMA application_id = {STORE_FILE.number}")
    database.execute(f"PRAGMA user_version = {file_format}")
    database.commit()
    database.close()


def _columns(database: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = sorted(name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE sql != ''"))
    return {name: database.execute(f"PRAGMA table_info({name})").fetchall() for name in names}


@pytest.mark.parametrize("older", TABLES)
def test_an_older_file_keeps_all_it_has(path: Path, older: int) -> None:
    """Entries, bookmarks and refusals of an older format are found; what is new is not known of them."""
    make_file(path, older)
    with LocalStore(path, clock=HeldClock(now=10.0)) as store:
        entry = store.find("k")
        assert entry is not None
        assert (entry.body.data(), entry.etag, entry.expires_at) == ([1], '"a"', 99.5)
        assert entry.used_at is None
        assert store.bookmark("b") == ("x" if older >= 2 else None)
        refusal = store.find_refusal("r")
        assert (refusal is not None) == (older >= 3)
        assert refusal is None or (refusal.character, refusal.parameters) == (7, None)
        kept = store.find_data_set("regions")
        assert (kept is not None) == (older >= 4)
        assert kept is None or (kept.data, kept.about) == ([1], {})


@pytest.mark.parametrize("older", TABLES)
def test_an_older_file_takes_all_that_is_new(path: Path, older: int) -> None:
    """After one use the file is of the newest format, and has the same tables as a new one."""
    make_file(path, older)
    new = path.with_name("new.sqlite")
    for each in (path, new):
        with LocalStore(each, clock=HeldClock(now=10.0)) as store:
            assert store.save(make_entry(asked=Asked({"a": 1}, Variant("en", "t", "d"))))
            assert store.find(make_entry().key) == make_entry()
            assert store.set_bookmark("c", "y", op_id="GetWars", parameters={}, character=5)
            assert store.save_refusal(REFUSAL, forget_before=0.0)
            assert store.save_data_set("x", [1], category="static", made_from=["GetStatus"])
    tables = []
    for each in (path, new):
        database = sqlite3.connect(each)
        tables.append((database.execute("PRAGMA user_version").fetchall(), _columns(database)))
        database.close()
    assert tables[0] == tables[1]


@pytest.mark.parametrize("older", TABLES)
def test_a_file_that_could_not_be_brought_up_is_as_it_was(path: Path, older: int) -> None:
    """When bringing it up breaks off in the middle, nothing of it is done, and the next time all is."""
    make_file(path, older)
    with closing(sqlite3.connect(path)) as database:
        before = _columns(database)
    broken = replace(STORE_FILE, added=(*STORE_FILE.added, ("entries", "a column ( that is none")))
    with pytest.raises(sqlite3.OperationalError):
        Database(path, kind=broken, clock=HeldClock()).open()
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchall() == [(older,)]
    assert _columns(database) == before
    database.close()
    with LocalStore(path, clock=HeldClock(now=10.0)) as store:
        assert store.find("k") is not None
