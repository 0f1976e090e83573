"""Data sets: what was computed, kept beside what it was computed from, under the same care."""

from __future__ import annotations

import gzip
import pickle
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.errors import StoreError
from esi_fetch.store import Category, DataSet, LocalStore
from tests.store.conftest import make_entry
from tests.store.test_entry import Bomb

REGIONS = [{"region_id": 10000002, "name": "The Forge"}, {"region_id": 10000043, "name": "Domain"}]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def keep(store: LocalStore, name: str = "region-names", data: Any = REGIONS, **changes: Any) -> bool:
    """Keep a data set, by default the names of two regions."""
    about: dict[str, Any] = {
        "category": Category.STATIC,
        "made_from": ["GetUniverseRegions", "PostUniverseNames"],
    }
    return store.save_data_set(name, data, **{**about, **changes})


def test_a_data_set_is_found_with_what_is_known_of_it() -> None:
    """It comes back with its data, its category, what it was made from, and when."""
    clock = HeldClock(now=1_800_000_000.0)
    with LocalStore(None, clock=clock, origin="here") as store:
        assert keep(store, parameters={"language": "en"}, expires_at=1_800_000_060.0)
        found = store.find_data_set("region-names", {"language": "en"})
    assert found is not None
    assert replace(found, size=0, decoded_size=0) == DataSet(
        name="region-names",
        parameters={"language": "en"},
        category=Category.STATIC,
        made_from=("GetUniverseRegions", "PostUniverseNames"),
        made_at=1_800_000_000.0,
        expires_at=1_800_000_060.0,
        rows=2,
        size=0,
        decoded_size=0,
        character=None,
        origin="here",
        data=REGIONS,
    )
    assert found.decoded_size == len(
        b'[{"region_id":10000002,"name":"The Forge"},{"region_id":10000043,"name":"Domain"}]'
    )
    assert 0 < found.size < 200
    assert (found.is_fresh(1_800_000_059.0), found.is_fresh(1_800_000_060.0)) == (True, False)


@given(data=JSON, parameters=st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_anything_that_json_knows_comes_back(data: Any, parameters: dict[str, Any]) -> None:
    """Data and parameters are what they were, whatever they hold; the order of parameters does not matter."""
    with LocalStore(None, clock=SystemClock()) as store:
        assert keep(store, data=data, parameters=parameters)
        found = store.find_data_set("region-names", dict(reversed(parameters.items())))
    assert found is not None
    assert (found.data, found.parameters) == (data, parameters)
    assert found.rows == (len(data) if isinstance(data, list) else 1)
    assert found.is_fresh(1e15)  # no expiry was given


def test_what_json_does_not_know_is_a_mistake(store: LocalStore) -> None:
    """Data that can't be written, and an unknown category, raise, and nothing is kept."""
    with pytest.raises(TypeError):
        keep(store, data=[object()])
    with pytest.raises(TypeError):
        keep(store, parameters={"set": {1, 2}})
    with pytest.raises(ValueError, match="sometimes"):
        keep(store, category="sometimes")
    assert store.data_sets() == []


def test_characters_parameters_and_names_are_apart(store: LocalStore) -> None:
    """Each combination has its own data set; nobody is served another one's."""
    keep(store, "overview", ["a's"], character=1)
    keep(store, "overview", ["b's"], character=2)
    keep(store, "overview", ["for 5"], parameters={"region": 5})
    assert store.find_data_set("overview") is None
    assert store.find_data_set("overview", character=3) is None
    found = [
        store.find_data_set("overview", character=1),
        store.find_data_set("overview", character=2),
        store.find_data_set("overview", {"region": 5}),
    ]
    assert [each and each.data for each in found] == [["a's"], ["b's"], ["for 5"]]


def test_another_esis_data_sets_are_not_found(path: Path) -> None:
    """What was made from a sandbox, or in another language, is none of this ESI's data sets."""
    with LocalStore(path, clock=SystemClock(), origin="sandbox en") as store:
        keep(store)
    with LocalStore(path, clock=SystemClock(), origin="esi de") as store:
        assert store.find_data_set("region-names") is None
        assert store.data_sets() == []
        assert store.drop_data_sets() == 0
    with LocalStore(path, clock=SystemClock(), origin="sandbox en") as store:
        assert store.find_data_set("region-names") is not None


def test_a_later_one_takes_the_place_of_the_one_before(store: LocalStore) -> None:
    """Made again, a data set has its new data, category and time alone."""
    keep(store, data=[1] * 5000)
    keep(store, data=[2], category="dynamic")
    (only,) = store.data_sets()
    assert (only.rows, only.category, only.data) == (1, Category.DYNAMIC, None)
    found = store.find_data_set("region-names")
    assert found is not None
    assert found.data == [2]


def test_data_sets_are_listed_by_name_and_category(store: LocalStore) -> None:
    """A listing has no data, is in order, and can be narrowed."""
    for name, category in (("b", "static"), ("a", "derived"), ("c", "static"), ("a", "dynamic")):
        keep(store, name, category=category, parameters={"kind": category})
    listed = [(one.name, one.category.value) for one in store.data_sets()]
    assert listed == [("a", "derived"), ("a", "dynamic"), ("b", "static"), ("c", "static")]
    assert [one.name for one in store.data_sets(category="static")] == ["b", "c"]
    assert [one.category.value for one in store.data_sets(name="a")] == ["derived", "dynamic"]
    assert [one.name for one in store.data_sets(name="a", category=Category.DERIVED)] == ["a"]
    assert store.data_sets(name="none") == []
    with pytest.raises(ValueError, match="sometimes"):
        store.data_sets(category="sometimes")


def test_data_sets_are_dropped_by_what_they_are(store: LocalStore) -> None:
    """Dropping says how many there were, and leaves the others and the entries."""
    store.save(make_entry())
    for character in (None, 1, 2):
        keep(store, "a", character=character)
        keep(store, "b", character=character, category="dynamic", parameters={"x": 1})
    assert store.drop_data_sets(name="a", character=1) == 1
    assert store.drop_data_sets(character=2) == 2
    assert store.drop_data_sets(parameters={"x": 2}) == 0
    assert store.drop_data_sets(parameters={"x": 1}, category="dynamic") == 2
    assert [one.name for one in store.data_sets()] == ["a"]
    assert store.drop_data_sets() == 1
    assert store.data_sets() == []
    assert store.find(make_entry().key) == make_entry()


def test_looking_makes_no_file(path: Path) -> None:
    """Who lists data sets where there is no store makes none."""
    store = LocalStore(path, clock=SystemClock())
    assert store.data_sets() == []
    assert store.drop_data_sets() == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("value", pickle.dumps(Bomb())),
        ("value", b""),
        ("value", None),
        ("value", "text"),
        ("value", gzip.compress(b"[1", mtime=0)),
        ("value", gzip.compress(b"[1]" * 99, mtime=0)[:40]),
        ("parameters", '{"language":"de"}'),
        ("parameters", "{"),
        ("parameters", b"{}"),
        ("parameters", "[]"),
        ("name", "other"),
        ("character", 7),
        ("character", "7"),
        ("origin", None),
        ("category", "sometimes"),
        ("made_from", "no list"),
        ("made_from", '{"a":1}'),
        ("made_from", "[1]"),
        ("made_at", "then"),
        ("made_at", 9e999),
        ("expires_at", "never"),
        ("rows", -1),
        ("decoded_size", "big"),
    ],
)
def test_a_damaged_data_set_is_none(
    path: Path, caplog: pytest.LogCaptureFixture, column: str, value: object
) -> None:
    """Foreign values in any column are never executed: it counts as absent, and can be made again."""
    with LocalStore(path, clock=SystemClock()) as store:
        keep(store)
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute(f"UPDATE data_sets SET {column} = ?", (value,))
        stranger.close()
        assert store.find_data_set("region-names") is None
        assert not Bomb.exploded
        assert "has to be made again" in caplog.text
        assert len(store.data_sets()) <= 1  # a listing does not look at the data
        keep(store)
        found = store.find_data_set("region-names")
        assert found is not None
        assert found.data == REGIONS


def test_a_newer_file_is_an_error(path: Path) -> None:
    """A file that this version does not understand is not read and not written."""
    with LocalStore(path, clock=SystemClock()) as store:
        keep(store)
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    store = LocalStore(path, clock=SystemClock())
    with pytest.raises(StoreError):
        keep(store)
    with pytest.raises(StoreError):
        store.find_data_set("region-names")
    with pytest.raises(StoreError):
        store.data_sets()


def test_clearing_drops_data_sets_too(path: Path) -> None:
    """Who deletes everything begins anew."""
    with LocalStore(path, clock=SystemClock()) as store:
        keep(store)
        store._storage.clear()  # type: ignore[attr-defined]
        assert store.data_sets() == []
