"""The local store, as its users see it."""

import logging
import pickle
import sqlite3
import stat
from dataclasses import replace

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import LocalStore, entry_key
from tests.store.test_entry import Bomb


def test_what_was_saved_is_found(store, entry):
    """An entry comes back equal; a key that was never saved gives None."""
    assert store.save(entry()) is True
    assert store.find(entry().key) == entry()
    assert store.find(entry("other").key) is None


def test_empty_data_is_an_entry(store, entry):
    """An empty list and an empty body are answers, not absence."""
    for name, body in (("list", Body(b"[]")), ("nothing", Body(b""))):
        store.save(entry(name, body=body))
        found = store.find(entry(name).key)
        assert found is not None
        assert found.body == body


def test_saving_again_replaces(store, entry):
    """The later entry of a key is the one that is found, body and all."""
    store.save(entry(plain=b"[1]" * 5000))
    later = entry(plain=b"[2]", etag='"later"', expires_at=1_800_000_900.0)
    store.save(later)
    assert store.find(later.key) == later


def test_expired_entries_are_found(store, entry):
    """An entry outlives its expiry, since its ETag still saves a body; it says that it is not fresh."""
    old = entry(expires_at=5.0)
    store.save(old)
    found = store.find(old.key)
    assert found == old
    assert not found.is_fresh(now=6.0)


def test_characters_are_apart(store, entry):
    """The same URL asked for by two characters, and by nobody, has three entries that don't mix."""
    url = "https://esi.evetech.net/characters/1/wallet"
    common = {"method": "GET", "url": url, "body": None, "language": "en", "tenant": "t"}
    keys = {who: entry_key(**common, compatibility_date="2026-08-18", character=who) for who in (1, 2, None)}
    for who in (1, 2):
        store.save(entry(key=keys[who], url=url, character=who, body=Body(b"%d" % who)))
    assert store.find(keys[1]).body.data() == 1
    assert store.find(keys[2]).body.data() == 2
    assert store.find(keys[1]).character == 1
    assert store.find(keys[None]) is None


def test_a_304_touches_times_and_keeps_the_body(store, entry):
    """After a touch the entry is the same but for its times and the validators that were given."""
    before = entry()
    store.save(before)
    store.touch(before.key, validated_at=1_800_000_400.5, expires_at=1_800_000_700.5)
    assert store.find(before.key) == replace(before, validated_at=1_800_000_400.5, expires_at=1_800_000_700.5)
    store.touch(before.key, validated_at=5.0, expires_at=6.0, etag='"abc"', last_modified="then", pages=9)
    assert store.find(before.key) == replace(
        before, validated_at=5.0, expires_at=6.0, etag='"abc"', last_modified="then", pages=9
    )


def test_touching_what_is_not_there_does_nothing(store, entry):
    """A touch of an unknown key makes no entry and raises nothing."""
    store.touch(entry().key, validated_at=1.0, expires_at=2.0)
    assert store.find(entry().key) is None


def test_a_late_304_does_not_touch_a_newer_answer(store, entry):
    """A newer answer, saved while a 304 for the older one was on its way, stays as it is."""
    newer = entry(etag='"newer"', last_modified="newer")
    store.save(newer)
    store.touch(newer.key, validated_at=5.0, expires_at=6.0, etag='"older"', last_modified="older")
    assert store.find(newer.key) == newer


@pytest.mark.parametrize("key", ["it's", '"; DROP TABLE entries; --', "", "ключ", "a\x00b"])
def test_a_key_is_never_part_of_a_statement(store, entry, key):
    """Keys with quotes, and other oddities, are values like any other."""
    store.save(entry(key=key))
    assert store.find(key) == entry(key=key)


@pytest.mark.parametrize("place", ["file", "memory"])
def test_a_mistake_of_ours_is_not_taken_for_trouble_with_the_file(path, place):
    """A key of a type that SQLite does not have propagates as the bug that it is."""
    with (
        LocalStore(path if place == "file" else None, clock=SystemClock()) as store,
        pytest.raises((sqlite3.ProgrammingError, sqlite3.InterfaceError)),
    ):
        store.find(object())


def test_a_file_outlives_its_store(path, entry):
    """What one store saved, the next one finds; closing twice, and using it again after, is fine."""
    store = LocalStore(path, clock=SystemClock())
    store.save(entry())
    store.close()
    store.close()
    with LocalStore(path, clock=SystemClock()) as again:
        assert again.find(entry().key) == entry()
    assert store.find(entry().key) == entry()
    store.close()


def test_stores_in_memory_share_nothing(entry):
    """Two stores in memory are two stores, and closing one empties it."""
    with LocalStore(None, clock=SystemClock()) as one, LocalStore(None, clock=SystemClock()) as other:
        one.save(entry())
        assert other.find(entry().key) is None
        one.close()
        assert one.find(entry().key) is None


def test_building_a_store_touches_no_disk(path):
    """The file is made by the first use; until then there is not even a folder."""
    store = LocalStore(path, clock=SystemClock())
    assert not path.parent.exists()
    store.open()
    assert path.exists()
    store.close()


def test_a_path_is_taken_as_it_is(tmp_path, entry):
    """A path without a suffix, with spaces and with characters of other languages names exactly that file."""
    path = tmp_path / "мои данные :memory:" / "my store"
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(entry())
    assert [found.name for found in path.parent.iterdir()] == ["my store"]


def test_everything_on_disk_is_for_its_owner_alone(path, entry):
    """The database and the files that SQLite keeps beside it have mode 0600, their folder 0700."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(entry())
        modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == {"store.sqlite": 0o600, "store.sqlite-wal": 0o600, "store.sqlite-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_was_there_keeps_its_mode(tmp_path, entry):
    """Only folders that the store makes are closed to others."""
    tmp_path.chmod(0o755)
    with LocalStore(tmp_path / "store.sqlite", clock=SystemClock()) as store:
        store.save(entry())
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_link_to_a_file_that_is_not_there_yet_is_followed_safely(tmp_path, entry):
    """Where the path is a link to nothing, the file that it names is made, for its owner alone."""
    (tmp_path / "store.sqlite").symlink_to(tmp_path / "real.sqlite")
    with LocalStore(tmp_path / "store.sqlite", clock=SystemClock()) as store:
        store.save(entry())
    assert stat.S_IMODE((tmp_path / "real.sqlite").stat().st_mode) == 0o600


def test_the_repr_names_the_place(path):
    """A store's repr says where it is."""
    assert repr(LocalStore(None, clock=SystemClock())) == "LocalStore('in memory')"
    assert repr(LocalStore(path, clock=SystemClock())) == f"LocalStore({str(path)!r})"


# Entries that a stranger, or an accident, has put into the file


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("UPDATE entries SET value = ?", pickle.dumps(Bomb())),
        ("UPDATE bodies SET value = ?", pickle.dumps(Bomb())),
        ("UPDATE entries SET value = ?", b""),
        ("UPDATE entries SET value = ?", None),
        ("UPDATE entries SET value = ?", "text"),
        ("UPDATE entries SET value = CAST(? AS TEXT)", b"\xff\xfe"),
        ("UPDATE entries SET expires = ?", "never"),
        ("UPDATE entries SET expires = ?", None),
        ("UPDATE bodies SET value = ?", b"cut"),
        ("UPDATE bodies SET value = ?", 7),
    ],
)
def test_a_damaged_entry_is_a_miss_and_can_be_replaced(path, entry, caplog, statement, value):
    """A foreign value in any column is never executed: the entry counts as absent, and one line says so."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(entry())
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute(statement, (value,))
        stranger.close()
        with caplog.at_level(logging.WARNING, logger="esi_fetch.store"):
            assert store.find(entry().key) is None
        assert not Bomb.exploded
        assert len(caplog.records) == 1
        store.save(entry())
        assert store.find(entry().key) == entry()


def test_touching_a_damaged_entry_is_a_line_in_the_log(path, entry, caplog):
    """A 304 for an entry whose header is damaged leaves it alone and raises nothing."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(entry())
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute("UPDATE entries SET value = ?", (pickle.dumps(Bomb()),))
        with caplog.at_level(logging.WARNING, logger="esi_fetch.store"):
            store.touch(entry().key, validated_at=1.0, expires_at=2.0)
        assert stranger.execute("SELECT value FROM entries").fetchall() == [(pickle.dumps(Bomb()),)]
        stranger.close()
    assert "will be fetched again" in caplog.text


def test_a_header_without_its_body_is_a_miss(path, entry):
    """Half an entry, which only a stranger can leave, is no entry."""
    with LocalStore(path, clock=SystemClock()) as store:
        store.save(entry())
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute("DELETE FROM bodies")
        stranger.close()
        assert store.find(entry().key) is None
