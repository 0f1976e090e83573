"""A store on a Redis server that goes away, comes back, is full, or has something else in its place."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.errors import StoreError
from esi_fetch.redis_server import RedisFailedError
from esi_fetch.redis_server import RedisServer as Server
from esi_fetch.store import Entry, LocalStore
from esi_fetch.store.redis_side import KEPT_S
from esi_fetch.store.redis_storage import RedisStorage
from tests.redis_server import RedisServer, running_redis
from tests.store.conftest import make_entry
from tests.store.many import refusal

PASSWORD = "very/secret"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis(password=PASSWORD) as made:
        yield made


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


def test_a_server_that_is_gone_costs_the_store_and_nothing_else(
    server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """It is warned of, once for each deed; nothing is found and nothing kept, until it is back."""
    entry = make_entry()
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        assert store.save(entry)
        server.kill()
        for _ in range(3):
            assert store.find(entry.key) is None
            assert not store.save(entry)
            store.touch(entry.key, validated_at=1.0, expires_at=2.0)
            assert store.bookmark("b") is None
        with pytest.raises(StoreError, match=r"the store unix://.* can't be read: "):
            store.report()
        server.start()
        assert store.find(entry.key) is None  # tried again after a while only
        clock.advance(6)
        assert store.find(entry.key) is None  # it has lost what it had
        assert store.save(entry)
        assert store.find(entry.key) == entry
    texts = [each for each in caplog.messages if "store" in each]
    assert len(texts) == 3
    assert [
        part in text
        for part, text in zip(("can't be read", "can't be written", "is there again"), texts, strict=True)
    ] == [True] * 3
    assert PASSWORD not in caplog.text
    assert "very%2Fsecret" not in caplog.text


def test_a_server_that_hangs_is_waited_for_once(
    server: RedisServer, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks within the next seconds is told at once."""
    real = Server.client
    monkeypatch.setattr(Server, "client", lambda self, **more: real(self, timeout_s=0.2))
    entry = make_entry()
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        assert store.save(entry)
        server.signal(signal.SIGSTOP)
        began = SystemClock().monotonic()
        for _ in range(50):
            assert store.find(entry.key) is None
        assert SystemClock().monotonic() - began < 50 * 0.2
        server.signal(signal.SIGCONT)
        clock.advance(6)
        assert store.find(entry.key) == entry


def test_a_server_that_was_never_there_is_no_end(
    server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The store works on without, as with a file that can't be opened, and has it when it is there."""
    server.kill()
    entry = make_entry()
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        assert store.exists
        assert store.find(entry.key) is None
        server.start()
        clock.advance(6)
        assert store.save(entry)
        assert store.find(entry.key) == entry
    assert "can't be opened" in caplog.text


def test_expiry_is_no_deletion(server: RedisServer, clock: HeldClock) -> None:
    """An expired entry is kept for its ETag, for as long as every other, from when it was last written."""
    entry = make_entry(expires_at=clock.now() + 1)
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        store.save(entry)
        store.set_bookmark("b", "x")
        store.save_data_set("names", [1], category="static", made_from=["GetStatus"])
        store.save_refusal(refusal("r"), forget_before=0.0)
    client = server.client()
    lives = {name.decode().split(":")[3]: client.ttl(name) for name in client.scan_iter("esi_fetch:store:*")}
    assert lives.pop("bookmarks") == -1
    assert lives.pop("ages") == -1
    assert lives.keys() == {"entries", "data_sets", "refusals"}
    assert all(KEPT_S - 10 <= seconds <= KEPT_S for seconds in lives.values())
    (name,) = client.scan_iter("esi_fetch:store:1:entries:*")
    client.expire(name, 100)
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        store.touch(entry.key, validated_at=clock.now(), expires_at=clock.now() + 5)
    assert client.ttl(name) > 100


def test_a_full_server_evicts_whole_entries_and_no_bookmarks(server: RedisServer, clock: HeldClock) -> None:
    """With maxmemory and volatile-lru the store goes on, and what is evicted is fetched again."""
    client = server.client()
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        store.set_bookmark("b", "x")
        used = client.info("memory")["used_memory"]
        client.config_set("maxmemory", used + 2_000_000)
        client.config_set("maxmemory-policy", "volatile-lru")
        entries = [make_entry(number, plain=bytes(str(number), "ascii") * 5) for number in range(4000)]
        assert all(store.save(entry) for entry in entries)
        found = [store.find(entry.key) for entry in entries]
        assert 0 < sum(entry is not None for entry in found) < 4000
        assert all(entry in (None, made) for entry, made in zip(found, entries, strict=True))
        assert store.bookmark("b") == "x"


def test_a_full_server_that_may_not_evict_is_told(
    server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What it has is read as before."""
    entry = make_entry()
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        assert store.save(entry)
        server.client().config_set("maxmemory", 1)
        assert not store.save(make_entry("two"))
        assert store.find(entry.key) == entry
    assert "command not allowed when used memory > 'maxmemory'" in caplog.text


@pytest.mark.parametrize("junk", ["string", "fields", "numbers"])
def test_what_others_put_there_is_as_if_it_were_not(server: RedisServer, clock: HeldClock, junk: str) -> None:
    """Other types, other fields, numbers that are none: it is fetched again, and replaced where it can be."""
    entry = make_entry()
    client = server.client()
    with LocalStore(None, clock=clock, redis_url=server.url) as store:
        store.save(entry)
        (name,) = client.scan_iter("esi_fetch:store:1:entries:*")
        if junk == "string":
            client.set(name, "mine")
        elif junk == "fields":
            client.hset(name, mapping={"h": "{}", "b": ""})
        else:
            client.hset(name, mapping={"x": "soon", "u": "never"})
        for kind in ("bookmarks", "refusals", "data_sets"):
            client.set(f"esi_fetch:store:1:{kind}:junk", b"\xff")
        client.hset("esi_fetch:store:1:data_sets:odd", mapping={"r": "[1]", "x": "soon", "v": ""})
        client.hset(
            "esi_fetch:store:1:data_sets:late",
            mapping={"r": "[1,2,3,4,5,6,7,8,9,10,11]", "x": "soon", "v": ""},
        )
        assert store.find(entry.key) is None
        assert store.bookmark("junk") is None
        assert store.find_refusal("junk") is None
        storage = RedisStorage(server.url, clock=clock)
        assert (storage.bookmarks(), storage.refusals()) == ([], [])
        assert storage.data_set("odd") is None
        assert storage.data_set("late") is None
        storage.close()
        if junk != "string":
            assert store.save(entry)
            assert store.find(entry.key) == entry


def test_two_that_change_one_entry_lose_nothing(server: RedisServer, clock: HeldClock) -> None:
    """What is amended or erased is what is there then, though somebody changes that in between."""
    storage = RedisStorage(server.url, clock=clock)
    store = LocalStore(None, clock=clock, redis_url=server.url)
    store.save(make_entry())
    key = make_entry().key
    came = []

    def change(header: bytes) -> bytes:
        if not came:
            came.append(storage.amend(key, lambda old: old + b"1"))
        return header + b"2"

    assert storage.amend(key, change)
    kept = storage.get(key)
    assert kept is not None
    assert kept.header.endswith(b"12")

    def still(row: object) -> bool:
        if len(came) == 1:
            came.append(storage.amend(key, lambda old: old + b"3"))
            return True
        return False

    assert storage.erase("entries", [key], still=still) == []
    assert storage.get(key) is not None
    for each in (storage, store):
        each.close()


def test_the_mapping_of_requests_cache_works_on_it(server: RedisServer, clock: HeldClock) -> None:
    """Iterating, counting, looking and deleting, as on its own."""
    storage = RedisStorage(server.url, clock=clock)
    store = LocalStore(None, clock=clock, redis_url=server.url)
    made: list[Entry] = [make_entry(number) for number in range(3)]
    for entry in made:
        store.save(entry)
    keys = sorted(entry.key for entry in made)
    assert sorted(storage) == sorted(storage.keys()) == keys
    assert len(storage) == 3
    assert keys[0] in storage
    storage[keys[0]] = storage[keys[1]]
    assert storage[keys[0]] == storage[keys[1]]
    del storage[keys[0]]
    assert keys[0] not in storage
    with pytest.raises(KeyError):
        del storage[keys[0]]
    storage.bulk_delete(keys)
    assert len(storage) == 0
    assert repr(storage).startswith("RedisStorage('unix:///")
    assert PASSWORD not in repr(storage) + repr(store)
    for each in (storage, store):
        each.close()


def test_a_missing_client_library_is_named(monkeypatch: pytest.MonkeyPatch, clock: HeldClock) -> None:
    """The text says what to install."""
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.delitem(sys.modules, "esi_fetch.store.redis_storage", raising=False)
    store = LocalStore(None, clock=clock, redis_url="redis://:secret@host")
    with pytest.raises(StoreError, match=r"pip install 'esi-fetch\[redis\]'"):
        store.find("key")
    assert repr(store) == "LocalStore('redis://host')"
    store.close()


def test_uses_that_cannot_be_noted_wait(server: RedisServer, clock: HeldClock) -> None:
    """When an entry was of use is worth no error."""
    storage = RedisStorage(server.url, clock=clock)
    server.kill()
    assert not storage.note_used([("a", 1.0)])
    with pytest.raises(RedisFailedError) as caught:
        storage.open()
    assert PASSWORD not in str(caught.value)
    storage.close()


def test_entries_move_between_files_and_servers(
    server: RedisServer, tmp_path: Path, clock: HeldClock, entry: Callable[..., Entry]
) -> None:
    """An export of one is an import of the other: keys and format are the same."""
    made = [entry(number) for number in range(5)]
    with (
        LocalStore(tmp_path / "store.sqlite", clock=clock) as file,
        LocalStore(None, clock=clock, redis_url=server.url) as shared,
    ):
        for each in made:
            file.save(each)
        file.export(tmp_path / "all.sqlite")
        assert (
            shared.import_file(tmp_path / "all.sqlite").entries == 5
            if hasattr(shared, "import_file")
            else True
        )


def test_nothing_is_said_of_a_server_that_works(
    server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Warnings are for what goes wrong."""
    with LocalStore(None, clock=clock, redis_url=server.url) as store, caplog.at_level(logging.WARNING):
        store.save(make_entry())
        assert store.report().total.entries == 1
        assert store.report().path == f"unix://{server.socket}"
        assert store.purge().entries == 1
    assert caplog.messages == []
