"""What every storage does alike: a file, memory, a Redis server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.bookmarks import KeptBookmark
from esi_fetch.store.entry import Record, Row
from esi_fetch.store.keys import PREVIOUS
from esi_fetch.store.redis_storage import RedisStorage
from esi_fetch.store.refusals import Refusal
from esi_fetch.store.storage import Storage


def record(number: int, *, size: int = 3, **changes: Any) -> Record:
    """Return a record that shows everywhere which one it is."""
    whole = Record(b"header %d" % number, float(number), b"%d" % (number % 10) * size, asked=b"{}")
    return whole._replace(**changes)


def found(kept: Record) -> Record:
    """Return a record as it is read by its key: without what was asked for."""
    return kept._replace(asked=None)


def refusal(name: str, answered_at: float) -> Refusal:
    return Refusal(name, "GetStatus", "https://x/status", None, 404, "gone", answered_at, {"id": 1})


def bookmark(name: str, kept_at: float) -> KeptBookmark:
    return KeptBookmark(name, "GetWars", {"id": 1}, 90000001, kept_at)


DATA_SET = ("names", '{"a":1}', None, "esi", "static", '["GetStatus"]', 1.5, 9.5, 2, 11, None, b"[1,2]")


class StorageContract(ABC):
    """The tests; each storage has a class of its own below."""

    @abstractmethod
    def make(self, request: pytest.FixtureRequest) -> Storage:
        """Return an empty storage."""

    @pytest.fixture
    def storage(self, request: pytest.FixtureRequest) -> Iterator[Storage]:
        made = self.make(request)
        yield made
        made.close()

    def test_records_come_back_as_they_were_given(self, storage: Storage) -> None:
        """Bytes, times to the last bit, and nothing under other keys; the last one counts."""
        assert storage.get("a") is None
        first = record(1, expires_at=1_800_000_000.123456, body=bytes(range(256)))
        storage.put("a", first, keeps_previous=False)
        storage.put("b", record(2), keeps_previous=False)
        assert storage.get("a") == found(first)
        storage.put("a", record(3), keeps_previous=False)
        assert storage.get("a") == found(record(3))
        assert storage.get("b") == found(record(2))
        assert storage.previous("a") is None
        assert storage.exists
        assert storage.is_open

    def test_a_closed_storage_opens_again(self, storage: Storage) -> None:
        """Closing it as often as one likes costs a connection, not what it keeps where that lasts."""
        storage.open()
        storage.close()
        storage.close()
        storage.put("a", record(1), keeps_previous=False)
        assert storage.get("a") == found(record(1))

    def test_all_bytes_survive(self, storage: Storage) -> None:
        """Whatever is in them, nothing included."""
        for header, body, asked in (
            (bytes(range(256)), b"", None),
            (b"\r\n", b"\0", b"$5"),
            (b"\xff", b"1", b"[]"),
        ):
            storage.put("a", Record(header, 1.5, body, asked=asked), keeps_previous=False)
            assert storage.get("a") == Record(header, 1.5, body)
            assert storage.rows() == [Row("a", header, 1.5, None, asked)]

    def test_headers_are_read_without_bodies(self, storage: Storage) -> None:
        """Of those keys that are there, however many are asked for."""
        keys = [f"{number:064d}" for number in range(1200)]
        for number in (0, 7, 1199):
            storage.put(keys[number], record(number), keeps_previous=False)
        expected = [(keys[number], record(number).header, float(number)) for number in (0, 7, 1199)]
        assert sorted(storage.headers(keys)) == expected
        assert storage.headers([]) == []

    def test_a_header_is_amended_in_one_step(self, storage: Storage) -> None:
        """The body stays, the expiry too unless one is given; nothing is made of nothing."""
        storage.put("a", record(1), keeps_previous=False)
        assert storage.amend("a", lambda header: header + b"+")
        assert storage.get("a") == found(record(1, header=b"header 1+"))
        assert storage.amend("a", lambda header: b"new", expires_at=99.25)
        assert storage.get("a") == found(record(1, header=b"new", expires_at=99.25))
        assert not storage.amend("a", lambda header: None, expires_at=1.0)
        assert not storage.amend("b", lambda header: b"x")
        assert storage.get("a") == found(record(1, header=b"new", expires_at=99.25))
        assert storage.get("b") is None

    def test_what_is_replaced_may_be_kept(self, storage: Storage) -> None:
        """The first that was replaced stays, its body with it, until it is dropped; lists have it too."""
        storage.put("a", record(1), keeps_previous=True)
        assert storage.previous("a") is None
        assert storage.amend("a", lambda header: b"amended", expires_at=5.0, keeps_previous=True)
        assert storage.previous("a") == found(record(1))
        storage.put("a", record(2), keeps_previous=True)
        storage.put("a", record(3), keeps_previous=True)
        assert storage.previous("a") == found(record(1))
        assert storage.get("a") == found(record(3))
        assert sorted(row.key for row in storage.rows()) == ["a", f"a{PREVIOUS}"]
        storage.drop_previous(["a", "b"])
        assert storage.previous("a") is None
        assert storage.get("a") == found(record(3))
        storage.put("a", record(4), keeps_previous=True)
        assert storage.previous("a") == found(record(3))

    def test_only_what_is_newer_is_taken(self, storage: Storage) -> None:
        """Each record is compared with what is there, in one step."""
        storage.put("a", record(5), keeps_previous=False)
        seen: list[tuple[float | None, float]] = []

        def is_newer(ours: Row | None, theirs: Row) -> bool:
            seen.append((None if ours is None else ours.expires_at, theirs.expires_at))
            return ours is None or ours.expires_at < theirs.expires_at

        given = [("a", record(4)), ("b", record(1)), ("a", record(6))]
        assert storage.put_newer(given, is_newer) == ["b", "a"]
        assert seen == [(5.0, 4.0), (None, 1.0), (5.0, 6.0)]
        assert storage.get("a") == found(record(6))
        assert storage.get("b") == found(record(1))
        assert {row.key: row.asked for row in storage.rows()} == {"a": b"{}", "b": b"{}"}

    def test_uses_are_noted_of_what_is_there(self, storage: Storage) -> None:
        """The latest counts; a new answer in its place keeps it; nothing is made of what is not there."""
        storage.put("a", record(1), keeps_previous=False)
        assert storage.note_used([("a", 7.5), ("b", 8.5)])
        assert storage.note_used([("a", 3.0)])
        assert storage.get("a") == found(record(1, used_at=7.5))
        storage.put("a", record(2), keeps_previous=False)
        assert storage.get("a") == found(record(2, used_at=7.5))
        assert [row.key for row in storage.rows()] == ["a"]

    def test_things_expire(self, storage: Storage) -> None:
        """Those that would do so later; data sets that never would, too."""
        for number in (1, 5, 9):
            storage.put(str(number), record(number), keeps_previous=False)
        assert storage.expire("entries", ["1", "5", "9", "x"], at=5.0) == 1
        assert {row.key: row.expires_at for row in storage.rows()} == {"1": 1.0, "5": 5.0, "9": 5.0}
        for name, expires_at in (("never", None), ("later", 9.0), ("gone", 1.0)):
            storage.keep_data_set(name, (*DATA_SET[:7], expires_at, *DATA_SET[8:]))
        assert storage.expire("data_sets", ["never", "later", "gone", "x"], at=5.0) == 2
        assert {key: row[7] for key, row in storage.data_sets(None)} == {
            "never": 5.0,
            "later": 5.0,
            "gone": 1.0,
        }

    def test_things_are_erased(self, storage: Storage) -> None:
        """What was there is told; of entries only what is still meant goes."""
        for number in (1, 2, 3):
            storage.put(str(number), record(number), keeps_previous=False)
        assert storage.erase("entries", ["1", "2", "x"], still=lambda row: row.expires_at < 2) == ["1"]
        assert storage.erase("entries", ["2", "x"]) == ["2"]
        assert [row.key for row in storage.rows()] == ["3"]
        storage.keep_refusal(refusal("r", 5.0), forget_before=0.0)
        storage.set_bookmark(bookmark("b", 5.0), "x", replace=True)
        storage.keep_data_set("d", DATA_SET)
        for kind, key in (("refusals", "r"), ("bookmarks", "b"), ("data_sets", "d")):
            assert storage.erase(kind, [key, "x"]) == [key]  # type: ignore[arg-type]
        assert (storage.refusals(), storage.bookmarks(), storage.data_sets(None)) == ([], [], [])

    def test_everything_can_be_deleted(self, storage: Storage) -> None:
        """Of every kind; the space is given back, and it goes on."""
        for number in range(20):
            storage.put(str(number), record(number, size=10_000), keeps_previous=False)
        storage.keep_refusal(refusal("r", 5.0), forget_before=0.0)
        storage.set_bookmark(bookmark("b", 5.0), "x", replace=True)
        storage.keep_data_set("d", DATA_SET)
        full = storage.size()
        assert full >= 200_000
        assert storage.file_size() >= 200_000
        storage.clear()
        storage.shrink()
        assert storage.size() < full / 2
        assert (storage.rows(), storage.refusals(), storage.bookmarks(), storage.data_sets(None)) == ([],) * 4
        storage.put("a", record(1), keeps_previous=False)
        assert storage.get("a") == found(record(1))

    def test_bookmarks(self, storage: Storage) -> None:
        """One that is there stays unless it is replaced, and is too old where a younger one is wanted."""
        assert storage.bookmark("b", kept_since=0.0) is None
        storage.set_bookmark(bookmark("b", 5.0), "first", replace=False)
        storage.set_bookmark(bookmark("b", 6.0), "second", replace=False)
        assert storage.bookmark("b", kept_since=5.0) == "first"
        assert storage.bookmark("b", kept_since=5.5) is None
        storage.set_bookmark(bookmark("b", 7.0), "third", replace=True)
        assert storage.bookmark("b", kept_since=7.0) == "third"
        assert storage.bookmark("b", kept_since=float("-inf")) == "third"
        assert storage.bookmarks() == [bookmark("b", 7.0)]

    def test_refusals(self, storage: Storage) -> None:
        """The old ones go when a new one comes; the recent ones are found among many."""
        for name, at in (("old", 1.0), ("edge", 3.0), ("new", 9.0)):
            storage.keep_refusal(refusal(name, at), forget_before=0.0)
        assert storage.refusal("old") == refusal("old", 1.0)
        storage.keep_refusal(refusal("last", 10.0), forget_before=3.0)
        assert sorted(each.key for each in storage.refusals()) == ["edge", "last", "new"]
        assert storage.refusal("old") is None
        assert storage.recent_refusals(["old", "edge", "new", "last"], after=3.0, until=9.0) == {"new"}
        storage.keep_refusal(replace(refusal("new", 11.0), status=403), forget_before=3.0)
        storage.drop_refusal("last")
        storage.drop_refusal("x")
        assert sorted((each.key, each.status) for each in storage.refusals()) == [("edge", 404), ("new", 403)]

    def test_data_sets(self, storage: Storage) -> None:
        """Rows come with the size of their data, and in lists without it."""
        assert storage.data_set("d") is None
        storage.keep_data_set("d", DATA_SET)
        storage.keep_data_set("e", ("others", *DATA_SET[1:]))
        row = (*DATA_SET[:-1], 5)
        assert tuple(storage.data_set("d") or ()) == (*row, b"[1,2]")
        assert storage.data_sets("names") == [("d", row)]
        assert sorted(key for key, _ in storage.data_sets(None)) == ["d", "e"]
        storage.keep_data_set("d", (*DATA_SET[:7], None, *DATA_SET[8:-1], b"[]"))
        assert tuple(storage.data_set("d") or ())[7:] == (None, 2, 11, None, 2, b"[]")


class TestFile(StorageContract):
    """A SQLite file."""

    def make(self, request: pytest.FixtureRequest) -> Storage:
        path: Path = request.getfixturevalue("path")
        return EntryTable(path, clock=SystemClock())


class TestMemory(StorageContract):
    """Memory."""

    def make(self, request: pytest.FixtureRequest) -> Storage:
        return EntryTable(None, clock=SystemClock())


class TestRedis(StorageContract):
    """A Redis server."""

    def make(self, request: pytest.FixtureRequest) -> Storage:
        return RedisStorage(request.getfixturevalue("redis_url"), clock=SystemClock())
