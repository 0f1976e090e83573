"""Refusals: kept beside the entries, under the same care, or in memory."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.store import LocalStore, Refusal, RefusalKeeper, RefusalMemory
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.schema import STORE_FILE
from tests.store.conftest import make_entry

NOW = 1_800_000_000.0

REFUSAL = Refusal(
    key="k",
    op_id="GetCorporationsCorporationId",
    url="https://esi.evetech.net/corporations/1",
    character=90000001,
    status=404,
    message="Corporation not found",
    answered_at=NOW,
)


@pytest.fixture(params=["store", "memory"])
def keeper(request: pytest.FixtureRequest, store: LocalStore) -> RefusalKeeper:
    """Give each of those that keep refusals."""
    return store if request.param == "store" else RefusalMemory()


def test_a_refusal_is_found_again(keeper: RefusalKeeper) -> None:
    """All of it is there, until it is dropped."""
    assert keeper.find_refusal("k") is None
    keeper.drop_refusal("k")
    assert keeper.save_refusal(REFUSAL, forget_before=0)
    assert keeper.find_refusal("k") == REFUSAL
    assert keeper.find_refusal("other") is None
    keeper.drop_refusal("k")
    assert keeper.find_refusal("k") is None


def test_the_latest_counts(keeper: RefusalKeeper) -> None:
    """One that comes later takes the place of the one before."""
    keeper.save_refusal(REFUSAL, forget_before=0)
    later = replace(REFUSAL, status=403, character=None, answered_at=NOW + 1)
    keeper.save_refusal(later, forget_before=0)
    assert keeper.find_refusal("k") == later


def test_old_ones_are_forgotten(keeper: RefusalKeeper) -> None:
    """What is older than asked for goes with the next one that is kept."""
    for age in (300, 200, 100):
        keeper.save_refusal(replace(REFUSAL, key=str(age), answered_at=NOW - age), forget_before=0)
    keeper.save_refusal(REFUSAL, forget_before=NOW - 200)
    kept = [age for age in ("300", "200", "100") if keeper.find_refusal(age) is not None]
    assert kept == ["200", "100"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A walk over ids that are all gone does not fill the memory; the oldest are forgotten."""
    monkeypatch.setattr("esi_fetch.store.refusals._MANY_REFUSALS", 10)
    memory = RefusalMemory()
    for number in range(25):
        memory.save_refusal(replace(REFUSAL, key=str(number)), forget_before=0)
    assert memory.find_refusal("14") is None
    assert memory.find_refusal("15") is not None
    assert "10 refusals" in repr(memory)


@pytest.mark.parametrize(("age", "holds"), [(0, True), (899, True), (900, False), (-1, False)])
def test_how_long_one_holds(age: float, holds: bool) -> None:
    """It holds for the time that it is remembered, and never when it seems to come from the future."""
    assert REFUSAL.holds(NOW + age, for_s=900) is holds
    assert not REFUSAL.holds(NOW, for_s=0)


def test_a_refusal_outlives_the_process(path: Path) -> None:
    """It is in the file, so that the next run knows of it."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save_refusal(REFUSAL, forget_before=0)
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.find_refusal("k") == REFUSAL


def test_a_file_of_the_second_format_goes_on_working(path: Path) -> None:
    """A store made before there were refusals keeps what it has, and takes refusals from now on."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(make_entry())
        store.set_bookmark("a", "x")
    older = sqlite3.connect(path)
    older.execute("DROP TABLE refusals")
    older.execute("PRAGMA user_version = 2")
    older.close()
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.find_refusal("k") is None
        assert store.save_refusal(REFUSAL, forget_before=0)
        assert store.find_refusal("k") == REFUSAL
        assert store.find(make_entry().key) == make_entry()
        assert store.bookmark("a") == "x"
    newer = sqlite3.connect(path)
    assert newer.execute("PRAGMA user_version").fetchone() == (STORE_FILE.file_format,)
    newer.close()


@pytest.mark.parametrize(
    "damage",
    [
        "status = 200",
        "status = 'no'",
        "message = NULL",
        "message = X'00'",
        "url = X'07'",
        "op_id = NULL",
        "character = 'me'",
        "answered_at = 'now'",
        "answered_at = 9e999",
        "answered_at = NULL",
    ],
)
def test_what_a_stranger_wrote_is_passed_over(path: Path, damage: str) -> None:
    """A row that can't be a refusal is as good as none."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save_refusal(REFUSAL, forget_before=0)
    stranger = sqlite3.connect(path)
    with stranger:
        stranger.execute(f"UPDATE refusals SET {damage}")
    stranger.close()
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.find_refusal("k") is None
        assert store.save_refusal(REFUSAL, forget_before=0)


def test_without_a_place_to_write_the_work_goes_on(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the file can't be made, refusals are kept in memory, and a warning says so."""
    path.parent.write_text("a file where the folder should be")
    store = LocalStore(path, clock=SystemClock())
    assert store.save_refusal(REFUSAL, forget_before=0)
    assert store.find_refusal("k") == REFUSAL
    assert "kept in memory only" in caplog.text
    assert "ESI_FETCH_HOME can name another folder" in caplog.text
    store.close()


def test_clearing_forgets_refusals_too(path: Path) -> None:
    """Who deletes everything begins anew."""
    table = EntryTable(path, clock=SystemClock())
    table.keep_refusal(REFUSAL, forget_before=0)
    table.clear()
    assert table.refusal("k") is None
    table.close()
