"""Entries seen from outside: many at a time, without their bodies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from esi_fetch.clock import SystemClock
from esi_fetch.store import Entry, Glance, LocalStore
from esi_fetch.store.refusals import Refusal

MakeEntry = Callable[..., Entry]


def refusal(entry: Entry, answered_at: float) -> Refusal:
    return Refusal(entry.key, entry.op_id, entry.url, None, 404, "Type not found!", answered_at)


def test_many_are_seen_at_once(store: LocalStore, entry: MakeEntry) -> None:
    """Of more keys than fit into a statement, those that are there are told, and no others."""
    entries = [entry(number, pages=number) for number in range(1201)]
    for one in entries[:600]:
        store.save(one)
    seen = store.glances([one.key for one in entries])
    assert seen.keys() == {one.key for one in entries[:600]}
    assert seen[entries[7].key] == Glance('W/"abc"', "Sun, 27 Sep 2026 04:25:14 GMT", 7, 1_800_000_300.25)


def test_a_glance_is_fresh_as_long_as_its_entry(store: LocalStore, entry: MakeEntry) -> None:
    """Freshness is judged as for the entry itself."""
    one = entry()
    store.save(one)
    (seen,) = store.glances([one.key]).values()
    for now in (one.expires_at - 1, one.expires_at, one.expires_at + 1):
        assert seen.is_fresh(now) is one.is_fresh(now)


def test_what_could_not_be_read_is_not_there(path: Path, entry: MakeEntry) -> None:
    """A damaged header, or one whose body is gone, is as good as none."""
    with LocalStore(path, clock=SystemClock()) as store:
        for number in range(3):
            store.save(entry(number))
    with sqlite3.connect(path) as file:
        file.execute("UPDATE entries SET value = ? WHERE key = ?", (b"{", entry(0).key))
        file.execute("DELETE FROM bodies WHERE key = ?", (entry(1).key,))
    file.close()
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.glances([entry(number).key for number in range(3)]).keys() == {entry(2).key}


def test_looking_makes_no_file(path: Path, entry: MakeEntry) -> None:
    """A store that is not there has nothing, and is not there afterwards either."""
    store = LocalStore(path, clock=SystemClock())
    assert not store.exists
    assert store.glances([entry().key]) == {}
    assert store.recent_refusals([entry().key], after=0.0, until=9e9) == set()
    assert not path.parent.exists()
    store.save(entry())
    assert store.exists
    assert store.glances([entry().key]).keys() == {entry().key}
    store.close()
    assert store.exists


def test_recent_refusals_are_told_apart_from_old_ones(store: LocalStore, entry: MakeEntry) -> None:
    """Of many keys, those are told whose refusals were answered in a span of time."""
    entries = [entry(number) for number in range(700)]
    for number in range(0, 700, 100):
        store.save_refusal(refusal(entries[number], 1000.0 + number), forget_before=0.0)
    keys = [one.key for one in entries]
    found = store.recent_refusals(keys, after=1100.0, until=1500.0)
    assert found == {entries[number].key for number in (200, 300, 400, 500)}
