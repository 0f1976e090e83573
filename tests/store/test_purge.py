"""Deleting and expiring a part of a store, and getting its space back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from esi_fetch.clock import Clock, HeldClock, SystemClock
from esi_fetch.errors import InputError, StoreError
from esi_fetch.model.body import Body
from esi_fetch.store import LocalStore, StoreChange
from tests.store.conftest import make_entry
from tests.store.many import DAY_S, ME, NOW, OTHER, counts, entry, fill
from tests.store.test_formats import make_file


@pytest.fixture(params=["file", "memory"])
def filled(request: pytest.FixtureRequest, path: Path) -> Iterator[LocalStore]:
    """A store with something of everything, once in a file and once in memory."""
    with fill(path if request.param == "file" else None) as store:
        yield store


def told(change: StoreChange) -> tuple[int, int, int, int]:
    """Return the counts of entries, data sets, refusals and bookmarks."""
    return change.entries, change.data_sets, change.refusals, change.bookmarks


FILTERS = [
    ({}, (12, 3, 3, 3)),
    ({"operation": "GetMarkets*"}, (6, 0, 0, 0)),
    ({"operation": "GetUniverseTypes*"}, (0, 0, 3, 0)),
    ({"operation": "*Listing"}, (0, 0, 0, 3)),
    ({"parameters": {"type_id": 1}}, (0, 0, 3, 0)),
    ({"parameters": {"region_id": 10000002}}, (5, 3, 0, 0)),
    ({"character": ME}, (2, 1, 1, 1)),
    ({"stale": True}, (3, 1, 0, 0)),
    ({"older_than": "39d"}, (2, 0, 0, 0)),
    ({"data_set": "over*"}, (0, 3, 0, 0)),
    ({"category": "static"}, (0, 0, 0, 0)),
]


@pytest.mark.parametrize(("filters", "expected"), FILTERS)
def test_what_is_meant_is_deleted_and_nothing_else(
    filled: LocalStore, filters: dict[str, object], expected: tuple[int, int, int, int]
) -> None:
    """The counts are what goes, a dry run foretells them, and the rest stays."""
    before = counts(filled)
    foretold = filled.purge(**filters, dry_run=True)  # type: ignore[arg-type]
    assert (told(foretold), foretold.dry_run) == (expected, True)
    assert counts(filled) == before
    done = filled.purge(**filters)  # type: ignore[arg-type]
    assert (told(done), done.dry_run, done.count) == (expected, False, sum(expected))
    assert done.size == foretold.size
    assert counts(filled) == tuple(had - went for had, went in zip(before, expected, strict=True))


def test_what_stays_can_be_read(filled: LocalStore) -> None:
    """A purge leaves the bodies of the others whole, and no body without its header."""
    filled.purge(operation="GetMarkets*")
    for name in ("names", "status", f"wallet {ME}"):
        found = filled.find(make_entry(name).key)
        assert found is not None
        assert found.body.data() == [1, 2, 3]
    assert filled.find(make_entry("forge 1").key) is None


def everything_in(path: Path) -> bytes:
    """Return all bytes of a store's files."""
    return b"".join(found.read_bytes() for found in sorted(path.parent.iterdir()))


def test_a_character_is_forgotten_to_the_last_byte(path: Path) -> None:
    """All there is of a character is gone from the file, not only from view."""
    with fill(path) as store:
        mine, theirs = str(ME).encode(), str(OTHER).encode()
        assert mine in everything_in(path)
        done = store.purge(character=ME)
        assert told(done) == (2, 1, 1, 1)
        assert mine not in everything_in(path)
        assert theirs in everything_in(path)
        assert store.find(make_entry(f"mail {ME}").key) is None
        assert store.find(make_entry(f"mail {OTHER}").key) is not None
    assert mine not in everything_in(path)


def test_a_bookmark_of_an_unknown_reader_goes_with_any_character(path: Path) -> None:
    """Whose bookmark an older version has kept is not known: it may be the one to be forgotten."""
    make_file(path, 2)
    with LocalStore(path, clock=HeldClock(now=NOW)) as store:
        assert told(store.purge(operation="GetWars", dry_run=True)) == (0, 0, 0, 0)
        assert told(store.purge(character=ME)) == (0, 0, 0, 1)
        assert store.bookmark("b") is None


def heavy(path: Path | None, count: int, *, clock: Clock | None = None) -> LocalStore:
    """Return a store with some megabytes."""
    store = LocalStore(path, clock=clock or HeldClock(now=NOW))
    for number in range(count):
        assert store.save(entry(f"heavy {number}", "GetStatus", body=Body(b"%06d" % number * 7_000)))
    return store


def test_a_purge_gives_the_space_back(path: Path) -> None:
    """The file is smaller afterwards, and small when nothing is left; the counts tell both sizes."""
    with heavy(path, 60) as store:
        store.save(entry("stays", "GetWars"))
        done = store.purge(operation="GetStatus")
        assert done.entries == 60
        assert done.file_size_before > 60 * 42_000
        assert done.file_size < 200_000
        assert done.file_size == path.stat().st_size + path.with_name("store.sqlite-wal").stat().st_size
        assert store.find(make_entry("stays").key) is not None


def test_an_older_file_gives_its_space_back_too(path: Path) -> None:
    """A file that was not made to shrink in steps is written anew once."""
    make_file(path, 3)
    with heavy(path, 60) as store:
        done = store.purge(operation="GetStatus")
        assert done.entries == 61
        assert done.file_size < 200_000
        assert store.purge().bookmarks == 1


def test_readers_and_writers_go_on_during_a_purge(path: Path) -> None:
    """While half of the store is deleted, other connections read what stays and write what is new."""
    clock = SystemClock()
    with heavy(path, 200, clock=clock) as store, LocalStore(path, clock=clock) as other:
        for number in range(20):
            store.save(entry(f"stays {number}", "GetWars"))
        stop, trouble, rounds = threading.Event(), [], []
        started = threading.Barrier(3)

        def read() -> None:
            started.wait()
            while not stop.is_set():
                names = [f"stays {number}" for number in range(20)]
                trouble.extend(name for name in names if other.find(make_entry(name).key) is None)
                rounds.append("read")

        def write() -> None:
            started.wait()
            while not stop.is_set():
                if not other.save(entry(f"new {len(rounds)}", "GetWars")):
                    trouble.append("write")
                rounds.append("write")

        threads = [threading.Thread(target=work) for work in (read, write)]
        for thread in threads:
            thread.start()
        started.wait()
        done = store.purge(operation="GetStatus")
        stop.set()
        for thread in threads:
            thread.join()
        assert (done.entries, trouble) == (200, [])
        assert {"read", "write"} <= set(rounds)
        assert done.file_size < done.file_size_before / 2


def test_what_was_confirmed_meanwhile_is_not_deleted(path: Path) -> None:
    """An entry that another process confirms between the look and the deletion is not stale any more."""
    with fill(path) as store:
        chosen = store._file.rows

        def rows_and_a_304() -> object:
            found = chosen()
            store.touch(make_entry("status").key, validated_at=NOW, expires_at=NOW + 60)
            return found

        store._file.rows = rows_and_a_304  # type: ignore[method-assign, assignment]
        assert store.purge(operation="GetStatus", stale=True).entries == 0
        assert store.find(make_entry("status").key) is not None


# Keeping it under a size


def test_least_recently_used_entries_go_first(path: Path) -> None:
    """What was served lately stays, however long ago it was fetched; the file ends up under the size."""
    clock = HeldClock(now=NOW - 10 * DAY_S)
    with LocalStore(path, clock=clock) as store:
        for number in range(100):
            store.save(
                entry(
                    f"heavy {number}", body=Body(b"%06d" % number * 7_000), age_s=(10 - number / 100) * DAY_S
                )
            )
        clock.advance(10 * DAY_S)
        served = range(0, 100, 10)
        for number in served:
            assert store.find(make_entry(f"heavy {number}").key) is not None
        store.close()
        foretold = store.purge(max_size="2MB", dry_run=True)
        done = store.purge(max_size="2MB")
        left = [number for number in range(100) if store.find(make_entry(f"heavy {number}").key) is not None]
    assert foretold.entries <= done.entries
    assert done.file_size <= 2_000_000
    assert done.file_size > 1_500_000
    assert set(served) <= set(left)
    youngest_of_the_gone = max(set(range(100)) - set(left))
    assert set(left) == set(served) | set(range(youngest_of_the_gone + 1, 100))


def test_small_entries_are_kept_under_a_size_too(path: Path) -> None:
    """Where most of the file is what SQLite adds, it ends up under the size all the same, and not far."""
    with LocalStore(path, clock=HeldClock(now=NOW)) as store:
        for number in range(2000):
            store.save(entry(f"small {number}", age_s=float(number)))
        store.close()  # what stands in the log is then in the file
        size = store.report().file_size
        done = store.purge(max_size=size // 3)
        assert size // 5 < done.file_size <= size // 3
        assert store.find(make_entry("small 0").key) is not None
        assert store.find(make_entry("small 1999").key) is None


def test_a_size_that_is_kept_already_deletes_nothing(filled: LocalStore) -> None:
    """Nothing goes while there is room."""
    assert filled.purge(max_size="1GB").count == 0
    assert counts(filled) == (12, 3, 3, 3)


def test_filters_say_what_may_go(path: Path) -> None:
    """With a filter the size is still the whole file's, and only what is meant may be deleted for it."""
    with heavy(path, 40) as store:
        for number in range(40):
            store.save(entry(f"dear {number}", "GetWars", body=Body(b"%06d" % number * 7_000), age_s=9.0))
        done = store.purge(operation="GetStatus", max_size="2MB")
        assert store.report(operation="GetWars").total.entries == 40
        assert done.file_size <= 2_000_000
        assert store.purge(operation="GetStatus", max_size=0).entries > 0
        assert store.report(operation="GetStatus").total.entries == 0


def test_a_size_of_nothing_deletes_all_answers_and_data_sets(filled: LocalStore) -> None:
    """It ends, though a file is never empty; what takes no space to speak of stays."""
    filled.purge(max_size=0)
    assert counts(filled) == (0, 0, 3, 3)


def test_a_wrong_size_is_an_error(filled: LocalStore) -> None:
    """What is no size deletes nothing."""
    with pytest.raises(InputError, match="a size such as"):
        filled.purge(max_size="some")
    assert counts(filled) == (12, 3, 3, 3)


# Expiring


def test_what_expires_keeps_its_etag(filled: LocalStore) -> None:
    """It expires now, not before: stale data may stand in for it from now on as long as for any other."""
    done = filled.expire(operation="GetMarketsRegionIdOrders")
    assert told(done) == (2, 0, 0, 0)
    found = filled.find(make_entry("forge 1").key)
    assert found is not None
    assert (found.etag, found.expires_at) == ('W/"abc"', NOW)
    assert not found.is_fresh(NOW)
    untouched = filled.find(make_entry("forge 2").key)
    assert untouched is not None
    assert untouched.expires_at == NOW - 60.0


def test_only_what_is_fresh_expires(filled: LocalStore) -> None:
    """A second time there is nothing left to expire; a dry run does nothing."""
    foretold = filled.expire(dry_run=True)
    assert told(foretold) == (9, 2, 3, 0)
    assert filled.report().total.fresh == 9
    assert told(filled.expire()) == (9, 2, 3, 0)
    assert told(filled.expire()) == (0, 0, 0, 0)
    report = filled.report()
    assert (report.total.fresh, report.total.entries, report.refusals, report.bookmarks) == (0, 12, 0, 3)
    assert all(not data_set.is_fresh(NOW) for data_set in report.data_sets)


def test_of_what_is_stale_nothing_is_left_to_expire(filled: LocalStore) -> None:
    """The filter is understood, and finds what has expired already."""
    assert told(filled.expire(stale=True)) == (0, 0, 0, 0)


def test_data_sets_that_never_expire_do_when_they_are_told(filled: LocalStore) -> None:
    """A static data set has no expiry, and gets one."""
    filled.save_data_set("static", [1], category="static", made_from=[])
    assert told(filled.expire(category="static")) == (0, 1, 0, 0)
    (found,) = filled.data_sets(category="static")
    assert found.expires_at == NOW


# Where there is nothing, or nothing can be done


def test_a_store_that_is_not_there_is_not_made(path: Path) -> None:
    """Deleting from it, or expiring it, finds nothing and makes no file."""
    store = LocalStore(path, clock=HeldClock(now=NOW))
    assert store.purge() == store.purge(max_size=1) == store.expire() == StoreChange()
    assert not path.exists()


def test_what_nobody_can_read_goes_with_everything(path: Path) -> None:
    """Damaged rows of every table are deleted when all is, and left alone when a part is."""
    with fill(path) as store:
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute("UPDATE entries SET value = x'00' WHERE rowid < 4")
        stranger.execute("UPDATE data_sets SET category = 'none' WHERE rowid = 1")
        stranger.execute("UPDATE refusals SET status = 'none' WHERE rowid = 1")
        assert store.report().unreadable == 3
        store.purge(operation="*")
        assert store.report().unreadable == 3
        assert store.purge().entries == 3
        tables = ("entries", "bodies", "data_sets", "refusals", "bookmarks")
        assert [stranger.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables] == [
            (0,)
        ] * 5
        stranger.close()


def test_a_file_that_is_locked_is_an_error(path: Path) -> None:
    """Where nothing can be deleted because somebody else holds the file, that is told."""
    with fill(path) as store:
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        for deed in (store.purge, store.expire):
            with pytest.raises(StoreError, match=r"can't be written: database is locked"):
                deed(operation="*")
        foreign.execute("ROLLBACK")
        foreign.close()
        assert store.purge(operation="*").count == 18


def test_a_store_that_fell_back_to_memory_says_so(tmp_path: Path) -> None:
    """Who deletes from a file that can't be opened is not told that there was nothing in it."""
    (tmp_path / "home").write_text("a file where the folder should be")
    store = LocalStore(tmp_path / "home" / "store.sqlite", clock=HeldClock(now=NOW))
    store.save(entry("kept in memory"))
    assert store.purge().count == 0  # there is no file
    (tmp_path / "home").unlink()
    (tmp_path / "home" / "store.sqlite").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"can't be read"):
        store.purge()
    store.close()
