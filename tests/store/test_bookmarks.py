"""How far somebody has read: kept beside the entries, under the same care."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.store import LocalStore
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.bookmarks import KeptBookmark
from esi_fetch.store.schema import STORE_FILE
from tests.store.conftest import make_entry


def test_a_bookmark_is_found_again(store: LocalStore) -> None:
    """What was kept last is there; what was never kept is None."""
    assert store.bookmark("a") is None
    assert store.set_bookmark("a", "1.x=")
    assert store.set_bookmark("a", "1.y=")
    assert (store.bookmark("a"), store.bookmark("b")) == ("1.y=", None)


def test_a_bookmark_can_give_way_to_an_earlier_one(store: LocalStore) -> None:
    """Without *replace* only the first one counts."""
    assert store.set_bookmark("a", "first", replace=False)
    assert store.set_bookmark("a", "second", replace=False)
    assert store.bookmark("a") == "first"


def test_a_bookmark_outlives_the_process(path: Path) -> None:
    """It is in the file, not only in memory."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.set_bookmark("a", "x")
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.bookmark("a") == "x"


def test_an_old_bookmark_can_be_left_aside() -> None:
    """Its age counts from when it was kept last, even if it did not move then."""
    clock = HeldClock()
    store = LocalStore(None, clock=clock)
    store.set_bookmark("a", "x")
    clock.advance(10)
    assert store.bookmark("a", max_age_s=10) == "x"
    assert store.bookmark("a", max_age_s=9) is None
    assert store.bookmark("a") == "x"
    store.set_bookmark("a", "x")
    assert store.bookmark("a", max_age_s=1) == "x"


def test_a_file_of_the_first_format_goes_on_working(path: Path) -> None:
    """A store made before there were bookmarks keeps its entries, and takes bookmarks from now on."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(make_entry())
    older = sqlite3.connect(path)
    older.execute("DROP TABLE bookmarks")
    older.execute("PRAGMA user_version = 1")
    older.close()
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.find(make_entry().key) == make_entry()
        assert store.bookmark("a") is None
        assert store.set_bookmark("a", "x")
        assert store.bookmark("a") == "x"
    newer = sqlite3.connect(path)
    assert newer.execute("PRAGMA user_version").fetchone() == (STORE_FILE.file_format,)
    newer.close()


def test_without_a_place_to_write_the_work_goes_on(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the file can't be made, bookmarks are kept in memory, and a warning says so."""
    path.parent.write_text("a file where the folder should be")
    store = LocalStore(path, clock=SystemClock())
    assert store.bookmark("a") is None
    assert store.set_bookmark("a", "x")
    assert store.bookmark("a") == "x"
    assert "kept in memory only" in caplog.text
    store.close()


def test_damage_costs_the_bookmark_and_not_the_work(path: Path) -> None:
    """A damaged file is begun anew: without a bookmark everything is asked for again."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.set_bookmark("a", "x")
        for name in range(50):
            store.save(make_entry(name))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.bookmark("a") is None
        assert store.set_bookmark("a", "y")
        assert store.bookmark("a") == "y"


def test_an_interrupted_write_leaves_the_old_bookmark(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends a write in the middle rolls it back, and the next one is not held up."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.set_bookmark("a", "old")
        with monkeypatch.context() as patch:
            patch.setattr("esi_fetch.database.Database._patiently", _interrupt)
            with pytest.raises(KeyboardInterrupt):
                store.set_bookmark("a", "new")
        assert store.bookmark("a") == "old"
        assert store.set_bookmark("a", "newer")
        assert store.bookmark("a") == "newer"


def _interrupt(_: object, connection: sqlite3.Connection, statement: str, *, wait_s: float) -> None:
    connection.execute(statement)
    connection.execute("DELETE FROM bookmarks")
    raise KeyboardInterrupt


def test_of_many_that_begin_one_wins(path: Path) -> None:
    """Threads that begin the same bookmark together agree on one."""
    barrier = threading.Barrier(8)
    with LocalStore(path, clock=SystemClock()) as store:

        def begin(number: int) -> None:
            barrier.wait(5)
            store.set_bookmark("a", str(number), replace=False)

        threads = [threading.Thread(target=begin, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        first = store.bookmark("a")
        assert first in map(str, range(8))
        store.set_bookmark("a", "later", replace=False)
        assert store.bookmark("a") == first


def test_clearing_forgets_bookmarks_too(path: Path) -> None:
    """Who deletes everything begins anew."""
    table = EntryTable(path, clock=SystemClock())
    table.set_bookmark(KeptBookmark("a", None, None, None, kept_at=1.0), "x", replace=True)
    table.clear()
    assert table.bookmark("a", kept_since=0.0) is None
    table.close()
