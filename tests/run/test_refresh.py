"""Asking again for what the store has: conditionally, within limits, whole sets of pages included."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.auth import UNKNOWN, Holder
from esi_fetch.errors import CharacterError, InputError, UnknownOperationError
from esi_fetch.model.events import JobStarted
from esi_fetch.sandbox import Sandbox

ORDERS = "GetMarketsRegionIdOrders"
WALLET = "GetCharactersCharacterIdWallet"
FORGE = 10000002
PILOT, OTHER = 90000001, 90000002


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI with few rows, whose answers stay fresh."""
    with Sandbox(page_size=10, orders_pages=4, walk_rows=25, ttl_s=3600) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients with one home; all are closed at the end."""
    made: list[Esi] = []

    def make(**settings: Any) -> Esi:
        made.append(Esi(**{"base_url": sandbox.url, "home": tmp_path / "home", "retries": 0, **settings}))
        return made[-1]

    yield make
    for esi in made:
        esi.close()


def asked(sandbox: Sandbox) -> list[tuple[str, str, int]]:
    """Return operation, page and status of every request since the last look."""
    seen = [(each.op_id or "", each.query.get("page", ""), each.status) for each in sandbox.requests]
    sandbox.clear()
    return seen


def test_what_is_fresh_is_asked_for_conditionally(client: Any, sandbox: Sandbox) -> None:
    """Every entry is confirmed by a 304, though none has expired; the report tells what it cost."""
    esi = client()
    esi.get("GetMarketsPrices")
    esi.get("GetUniverseRegions")
    asked(sandbox)
    done = esi.store.refresh()
    assert sorted(asked(sandbox)) == [("GetMarketsPrices", "", 304), ("GetUniverseRegions", "", 304)]
    assert (done.entries, done.confirmed, done.changed, done.ok, done.left) == (2, 2, 0, True, {})
    assert done.report.totals.requests == 2


def test_what_has_changed_comes_anew(client: Any, sandbox: Sandbox) -> None:
    """After a regeneration the new data is in the store, and offline use gives it."""
    esi = client()
    before = esi.get(ORDERS, region_id=FORGE)
    sandbox.regenerate(ORDERS)
    done = esi.store.refresh(operation="GetMarkets*")
    assert (done.confirmed, done.changed) == (0, 4)
    assert client(offline=True).get(ORDERS, region_id=FORGE) == sandbox.orders_at(FORGE) != before


def test_a_set_of_pages_stays_whole(client: Any, sandbox: Sandbox) -> None:
    """The pages of a set are one job, and of one snapshot afterwards."""
    esi = client()
    esi.get(ORDERS, region_id=FORGE)
    sandbox.regenerate(ORDERS)
    asked(sandbox)
    done = esi.store.refresh()
    assert len(done.report) == 1
    assert sorted(asked(sandbox)) == [(ORDERS, str(page), 200) for page in (1, 2, 3, 4)]
    assert (done.entries, done.changed) == (4, 4)
    assert client(offline=True).fetch(Job(ORDERS, {"region_id": FORGE})).result.pages == 4


def test_single_pages_are_asked_for_alone(client: Any, sandbox: Sandbox) -> None:
    """Who has fetched two pages of a set does not get the others by refreshing."""
    esi = client()
    for page in (1, 3):
        esi.get(ORDERS, region_id=FORGE, page=page)
    asked(sandbox)
    done = esi.store.refresh()
    assert sorted(asked(sandbox)) == [(ORDERS, "1", 304), (ORDERS, "3", 304)]
    assert done.entries == 2


def test_walks_are_asked_for_piece_by_piece(client: Any, sandbox: Sandbox) -> None:
    """A walk that was ended early is not walked to its end, and its bookmark is left alone."""
    esi = client()
    esi.get("GetWars", max_records=5)
    esi.get("GetFreelanceJobsListing", max_records=15)
    first = len(asked(sandbox))
    done = esi.store.refresh()
    assert done.ok
    assert done.entries == len(asked(sandbox)) == first
    assert esi.store.report().bookmarks == 0


def test_bodies_are_asked_with_again(client: Any, sandbox: Sandbox) -> None:
    """What was asked with a body is asked with the same body."""
    esi = client()
    esi.get("PostUniverseNames", body=[10000002, 10000043])
    asked(sandbox)
    done = esi.store.refresh()
    assert done.changed == 1
    (seen,) = sandbox.requests
    assert seen.body == b"[10000002,10000043]"


def test_each_character_is_asked_for_with_its_token(client: Any, sandbox: Sandbox) -> None:
    """A character's data is refreshed as that character; without a token it is left alone, and counted."""
    tokens = {who: sandbox.token(who) for who in (PILOT, OTHER)}
    esi = client(tokens=tokens)
    for who in (PILOT, OTHER):
        esi.get(WALLET, character_id=who)
    asked(sandbox)
    done = esi.store.refresh(character=PILOT)
    (seen,) = sandbox.requests
    assert seen.headers["authorization"] == f"Bearer {tokens[PILOT]}"
    assert done.entries == 1
    sandbox.clear()
    done = client(tokens={OTHER: tokens[OTHER]}).store.refresh()
    assert done.left == {"there is no token for its character": 1}
    assert [each.headers["authorization"] for each in sandbox.requests] == [f"Bearer {tokens[OTHER]}"]


def test_a_refusal_of_a_moment_ago_is_asked_about_again(client: Any, sandbox: Sandbox) -> None:
    """What ESI has refused since is a failed job, and its remembered refusal no answer to a refresh."""
    esi = client()
    esi.get("GetMarketsPrices")
    sandbox.faults.add("GetMarketsPrices", status=404, times=2)
    done = esi.store.refresh()
    assert not done.ok
    assert done.report.totals.failed == 1
    assert not esi.store.refresh().ok
    assert len(asked(sandbox)) == 3


def test_filters_and_dry_runs(client: Any, sandbox: Sandbox) -> None:
    """A dry run tells how many entries and jobs there are, and sends nothing."""
    esi = client()
    esi.get(ORDERS, region_id=FORGE)
    esi.get("GetMarketsPrices")
    asked(sandbox)
    told = esi.store.refresh(operation="GetMarkets*", dry_run=True)
    assert (told.entries, len(told.report), told.dry_run, told.ok) == (5, 2, True, True)
    assert esi.store.refresh(stale=True).entries == 0
    assert asked(sandbox) == []
    assert esi.store.refresh(parameters={"region_id": FORGE}).entries == 4
    assert {op_id for op_id, _, _ in asked(sandbox)} == {ORDERS}


def test_what_another_esi_said_is_left_alone(client: Any, sandbox: Sandbox) -> None:
    """Entries of another language, host or date are not this client's to refresh."""
    client(language="de").get("GetMarketsPrices")
    client().get("GetMarketsPrices")
    asked(sandbox)
    done = client().store.refresh()
    assert done.left == {"from another ESI, in another language, or of another date": 1}
    assert len(asked(sandbox)) == 1


def test_what_is_not_known_is_left_alone(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    """Entries of an older version, of an operation that is gone, and senseless ones send nothing."""
    esi = client()
    regions = esi.get("GetUniverseRegions")[:4]
    for region_id in regions:
        esi.get("GetUniverseRegionsRegionId", region_id=region_id)
    asked(sandbox)
    esi.close()
    stranger = sqlite3.connect(tmp_path / "home" / "store.sqlite", isolation_level=None)
    rows = [
        key
        for (key,) in stranger.execute(
            "SELECT key FROM entries WHERE CAST(value AS TEXT) LIKE '%RegionsRegionId%'"
        )
    ]
    changes = [
        ("asked = NULL", rows[0]),
        ("value = CAST(replace(value, 'GetUniverseRegionsRegionId', 'GetNothing') AS BLOB)", rows[1]),
        ("asked = CAST(replace(asked, '\"region_id\"', '\"planet_id\"') AS BLOB)", rows[2]),
    ]
    for change, key in changes:
        stranger.execute(f"UPDATE entries SET {change} WHERE key = ?", (key,))
    stranger.close()
    done = client().store.refresh(operation=["GetUniverseRegionsRegionId", "GetNothing*"])
    assert done.entries == 4
    assert sorted(done.left.values()) == [1, 2]
    assert len(asked(sandbox)) == 1


def test_esi_being_down_is_not_a_success(client: Any, sandbox: Sandbox) -> None:
    """Nothing is lost when ESI does not answer, and the result says that it did not."""
    esi = client()
    esi.get("GetMarketsPrices")
    esi.get(ORDERS, region_id=FORGE)
    sandbox.faults.add("*", status=503, times=None)
    done = esi.store.refresh()
    assert not done.ok
    assert done.report.totals.stale == 5
    sandbox.faults.clear()
    assert esi.store.report().total.entries == 5


def test_offline_there_is_nobody_to_ask(client: Any) -> None:
    """An offline client refuses to refresh, before it looks for anything."""
    with pytest.raises(InputError, match="offline"):
        client(offline=True).store.refresh()


def test_a_mistyped_operation_is_an_error(client: Any) -> None:
    """A name without a wildcard has to be one: else a typing mistake would look like an empty store."""
    esi = client()
    for deed in (esi.store.report, esi.store.purge, esi.store.expire, esi.store.refresh):
        with pytest.raises(UnknownOperationError, match="GetMarketsPrices"):
            deed(operation="GetMarketPrices")
        deed(operation="GetMarketPrice*")


def test_older_names_are_understood(client: Any, sandbox: Sandbox) -> None:
    """The snake-case ids of older code name the same entries."""
    esi = client()
    esi.get("get_markets_prices")
    assert esi.store.report(operation="get_markets_prices").total.entries == 1
    assert esi.store.report(operation="get_market*").total.entries == 1


def test_characters_are_known_by_name(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has signed in can be named; an id needs nobody's token, and a wrong name is an error."""
    esi = client(tokens={PILOT: "a", OTHER: "b"})
    holders = [Holder(PILOT, "Some Pilot"), Holder(OTHER, "Another One"), Holder(UNKNOWN)]
    monkeypatch.setattr(esi._parts.tokens, "characters", lambda: holders)
    for who in (PILOT, OTHER, 5):
        esi.store.save_data_set("mine", [who], category="dynamic", made_from=[], character=who)
    assert [one.character for one in esi.store.report(character="some pilot").data_sets] == [PILOT]
    both = esi.store.report(character=["Another One", str(PILOT)]).data_sets
    assert {one.character for one in both} == {PILOT, OTHER}
    with pytest.raises(CharacterError, match="Some Pilot"):
        esi.store.purge(character="Some Pilots")
    assert esi.store.purge(character=5).data_sets == 1
    assert len(esi.store.data_sets()) == 2


def test_observers_hear_of_it(client: Any) -> None:
    """The client's own observers, and those of the call, are told of each job."""
    mine: list[Any] = []
    more: list[Any] = []
    esi = client(observers=[mine.append])
    esi.get("GetMarketsPrices")
    mine.clear()
    esi.store.refresh(observers=[more.append])
    for heard in (mine, more):
        assert len([event for event in heard if isinstance(event, JobStarted)]) == 1


def test_the_store_is_closed_with_the_client(client: Any, tmp_path: Path) -> None:
    """A client without a store has none to look after."""
    assert client(local=False).store is None
    assert not (tmp_path / "home" / "store.sqlite").exists()
