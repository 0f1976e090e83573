"""When entries were last of use: known to the hour, at next to no cost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.store import LocalStore
from tests.store.conftest import make_entry

NOW = 1_800_000_000.0
HOUR_S = 3600.0


def filled(path: Path | None, clock: HeldClock, count: int = 1) -> LocalStore:
    """Return a store with entries that were fetched just now."""
    store = LocalStore(path, clock=clock)
    for name in range(count):
        assert store.save(make_entry(name, fetched_at=NOW, validated_at=NOW, expires_at=NOW + 9e6))
    return store


def used_at(path: Path) -> dict[str, float | None]:
    """Return what is written down, by key."""
    database = sqlite3.connect(path)
    try:
        return dict(database.execute("SELECT key, used_at FROM entries"))
    finally:
        database.close()


def test_what_is_young_is_not_noted(path: Path) -> None:
    """Within an hour of its fetching an entry counts as used anyway, and serving it writes nothing."""
    clock = HeldClock(now=NOW)
    store = filled(path, clock)
    clock.advance(HOUR_S - 1)
    assert store.find(make_entry(0).key) is not None
    store.close()
    assert list(used_at(path).values()) == [None]


def test_what_was_served_later_is_written_down_at_the_end(path: Path) -> None:
    """The time of use reaches the file when the store is closed, and comes back with the entry."""
    clock = HeldClock(now=NOW)
    store = filled(path, clock, 2)
    clock.advance(2 * HOUR_S)
    assert store.find(make_entry(0).key) is not None
    store.close()
    assert used_at(path) == {make_entry(0).key: NOW + 2 * HOUR_S, make_entry(1).key: None}
    found = store.find(make_entry(0).key)
    assert found is not None
    assert found.used_at == NOW + 2 * HOUR_S
    store.close()


def test_saving_and_confirming_leave_the_time_of_use(path: Path) -> None:
    """A new body and a 304 do not forget when the entry was served."""
    clock = HeldClock(now=NOW)
    store = filled(path, clock)
    clock.advance(2 * HOUR_S)
    store.find(make_entry(0).key)
    store.close()
    store.save(make_entry(0))
    store.touch(make_entry(0).key, validated_at=NOW, expires_at=NOW + 1)
    store.close()
    assert used_at(path) == {make_entry(0).key: NOW + 2 * HOUR_S}


def commits_seen_by(database: sqlite3.Connection) -> int:
    """Return a number that others' commits change."""
    return int(database.execute("PRAGMA data_version").fetchone()[0])


def test_many_are_written_in_one_step(path: Path) -> None:
    """Of a thousand hits 998 write nothing: they are written down 500 at a time."""
    clock = HeldClock(now=NOW)
    store = filled(path, clock, 1000)
    clock.advance(2 * HOUR_S)
    watcher = sqlite3.connect(path)
    changes = 0
    before = commits_seen_by(watcher)
    for number in range(1000):
        store.find(make_entry(number).key)
        store.find(make_entry(number).key)  # the second time is no news
        now = commits_seen_by(watcher)
        changes += now != before
        before = now
    watcher.close()
    assert changes == 2
    assert set(used_at(path).values()) == {NOW + 2 * HOUR_S}
    store.close()


def test_what_is_a_minute_old_is_written_with_the_next_hit(path: Path) -> None:
    """A program that runs for days and is never closed loses a minute, not all."""
    clock = HeldClock(now=NOW)
    store = filled(path, clock, 2)
    clock.advance(2 * HOUR_S)
    store.find(make_entry(0).key)
    clock.advance(61)
    store.find(make_entry(1).key)
    assert used_at(path) == {make_entry(0).key: NOW + 2 * HOUR_S, make_entry(1).key: NOW + 2 * HOUR_S + 61}
    store.close()


def test_a_hit_waits_for_nobody(path: Path) -> None:
    """While another program writes, nothing is written down and nobody waits; later it is."""
    clock = HeldClock(now=NOW)
    store = filled(path, clock, 600)
    clock.advance(2 * HOUR_S)
    foreign = sqlite3.connect(path, isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    for number in range(600):
        assert store.find(make_entry(number).key) is not None
    assert clock.waits == []
    assert set(used_at(path).values()) == {None}
    foreign.execute("ROLLBACK")
    foreign.close()
    clock.advance(61)
    store.find(make_entry(0).key)
    assert sorted(used_at(path).values()) == [NOW + 2 * HOUR_S] * 599 + [NOW + 2 * HOUR_S + 61]
    store.close()


def test_a_store_that_was_dropped_meanwhile_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    """Uses that can't be written down any more are left."""
    clock = HeldClock(now=NOW)
    store = filled(None, clock)
    clock.advance(2 * HOUR_S)
    store.find(make_entry(0).key)
    store._storage.close()
    store.close()
    assert caplog.text == ""
