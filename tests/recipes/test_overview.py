"""A character's overview: everything is there once, in its place, under its name."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.catalog import recipe_named
from esi_fetch.clock import HeldClock
from esi_fetch.errors import CharacterError, ForbiddenError
from esi_fetch.recipes import character_overview
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.belongings import CLOSED_STRUCTURE, OPEN_STRUCTURE
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.places import universe
from tests.auth.conftest import World, world
from tests.recipes.conftest import Make

__all__ = ["world"]  # a fixture

PILOT, OTHER = 90000001, 90000002
OVERVIEW = Job(recipe="character-overview")
STRUCTURES = "esi-universe.read_structures.v1"


@pytest.fixture
def esi(make: Make) -> Esi:
    """A client with one character's token."""
    return make(tokens={PILOT: Sandbox.token(PILOT)})


def of_kind(rows: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["kind"] in kinds]


def test_everything_is_there_once(esi: Esi) -> None:
    """The balance, every order and every asset have a row, with the figures that ESI gives."""
    rows = character_overview(esi)
    assert all(list(row) == list(recipe_named("character-overview").columns) for row in rows)
    (wallet,) = of_kind(rows, "wallet")
    assert wallet["value"] == esi.get("GetCharactersCharacterIdWallet", character_id=PILOT)
    orders = {one["order_id"]: one for one in esi.get("GetCharactersCharacterIdOrders", character_id=PILOT)}
    mine = of_kind(rows, "buy_order", "sell_order")
    assert {row["order_id"] for row in mine} == orders.keys()
    for row in mine:
        order = orders[row["order_id"]]
        assert (row["kind"] == "buy_order") == order.get("is_buy_order", False)
        assert row["value"] == round(order["price"] * order["volume_remain"], 2)
        assert row["escrow"] == order.get("escrow")
    assets = {one["item_id"]: one for one in esi.get("GetCharactersCharacterIdAssets", character_id=PILOT)}
    things = of_kind(rows, "asset")
    assert Counter(row["item_id"] for row in things) == Counter(assets.keys())
    assert all(row["quantity"] == assets[row["item_id"]]["quantity"] for row in things)


def test_everything_is_in_its_place(esi: Esi) -> None:
    """What is aboard a ship is where the ship is; stations, structures and systems have their names."""
    things = {row["item_id"]: row for row in of_kind(character_overview(esi), "asset")}
    for row in things.values():
        assert row["type_name"] == goods().types[row["type_id"]].name
        if row["container_id"] is not None:
            assert row["place_id"] == things[row["container_id"]]["place_id"]
            assert row["container_name"].endswith(" of mine")
    places = {row["place_id"]: row for row in things.values()}
    jita = places[60003760]
    assert jita["place_name"] == universe().stations[60003760].name
    assert (jita["system_id"], jita["system_name"]) == (30000142, "Jita")
    assert places[OPEN_STRUCTURE]["place_name"].startswith("Perimeter - ")
    assert places[OPEN_STRUCTURE]["system_name"] == "Perimeter"
    assert (places[30000144]["place_name"], places[30000144]["system_id"]) == ("Perimeter", 30000144)


def test_closed_structures_are_places_without_a_name(esi: Esi, sandbox: Sandbox) -> None:
    """A structure that the character may not look into is told, and no failure; it is asked about once."""
    done = esi.fetch(OVERVIEW).result
    assert done is not None
    assert done.remarks == (f"1 place may not be seen: {CLOSED_STRUCTURE}",)
    closed = [row for row in done.data if row["place_id"] == CLOSED_STRUCTURE]
    assert closed
    assert all(row["place_name"] is None and row["type_name"] for row in closed)
    assert sandbox.count(403) == 1
    esi.fetch(OVERVIEW, refresh=False)
    assert sandbox.count(403) == 1


def test_without_the_scope_for_structures_they_have_no_names(make: Make) -> None:
    """A token that may not ask for structures is enough for everything else."""
    catalog = make().operations
    ops = recipe_named("character-overview").made_from
    scopes = {scope for op in ops for scope in catalog[op].scopes} - {STRUCTURES}
    esi = make(tokens={PILOT: Sandbox.token(PILOT, scopes=scopes)})
    rows = character_overview(esi)
    assert {row["place_name"] for row in rows if (row["place_id"] or 0) >= 10**12} == {None}
    poor = make(tokens={OTHER: Sandbox.token(OTHER, scopes=[])})
    with pytest.raises(ForbiddenError):
        character_overview(poor)


def test_whose_it_is_has_to_be_clear(make: Make, sandbox: Sandbox) -> None:
    """Without a token, or with several and none named, nothing is sent."""
    with pytest.raises(CharacterError, match="needs a token with the scope"):
        character_overview(make())
    both = make(tokens={PILOT: Sandbox.token(PILOT), OTHER: Sandbox.token(OTHER)})
    with pytest.raises(CharacterError, match="several characters have one; name one of them: "):
        character_overview(both)
    with pytest.raises(CharacterError, match="no token for character 7"):
        character_overview(both, character=7)
    assert sandbox.count() == 0
    assert character_overview(both, character=PILOT) != character_overview(both, character=OTHER)


def test_it_is_kept_for_its_owner_alone(make: Make, sandbox: Sandbox, clock: HeldClock) -> None:
    """The store gives it to the same character, without a request, and to no other."""
    esi = make(tokens={PILOT: Sandbox.token(PILOT)})
    mine = character_overview(esi)
    sandbox.clear()
    assert character_overview(make(tokens={PILOT: Sandbox.token(PILOT)})) == mine
    assert sandbox.count() == 0
    other = character_overview(make(tokens={OTHER: Sandbox.token(OTHER)}))
    assert other != mine
    assert esi.store is not None
    assert [one.character for one in esi.store.data_sets()] == [PILOT, OTHER]
    # The balance is the first to expire.
    clock.advance(121)
    sandbox.clear()
    character_overview(esi)
    assert sandbox.count(op_id="GetCharactersCharacterIdWallet") == 1
    assert sandbox.count(op_id="GetCharactersCharacterIdAssets") == 0


def test_public_parts_carry_no_token(esi: Esi, sandbox: Sandbox) -> None:
    """Names and prices are asked for as anybody, so that they are shared and paid by nobody's bucket."""
    character_overview(esi)
    for seen in sandbox.requests:
        is_private = bool(esi.operations[str(seen.op_id)].scopes)
        assert ("authorization" in seen.headers) == is_private


def test_the_bill_knows_whose_it_is(esi: Esi) -> None:
    """The bill names what is asked first, and a job for public data has no use for a character."""
    bill = esi.plan([OVERVIEW])
    assert (bill.totals.requests, bill.totals.unknown) == (1, 1)
    assert bill.totals.tokens == {"char-wallet": 2}
    (need,) = bill.characters
    assert (need.character, need.jobs, need.missing) == (PILOT, 1, False)
    assert "esi-assets.read_assets.v1" in need.scopes
    assert STRUCTURES not in need.scopes
    assert not bill.problems


def test_a_missing_scope_is_told_without_a_request(world: World) -> None:
    """Where it is known that the token may not ask for structures, none is, and the remark says why."""
    esi = world.esi()
    ops = recipe_named("character-overview").made_from
    scopes = {scope for op in ops for scope in esi.operations[op].scopes} - {STRUCTURES}
    world.sign_in(scopes=sorted(scopes), esi=esi)
    done = esi.fetch(OVERVIEW).result
    assert done is not None
    (remark,) = done.remarks
    assert remark.startswith(f"2 places may not be seen: {OPEN_STRUCTURE}, {CLOSED_STRUCTURE}; ")
    assert f"has not allowed the scope {STRUCTURES}; sign in again: esi-fetch auth login --scope " in remark
    assert world.asked(f"/universe/structures/{OPEN_STRUCTURE}") == 0
    world.sign_in(scopes=[*sorted(scopes), STRUCTURES], esi=esi)
    assert esi.fetch(OVERVIEW, refresh=True).result.remarks == (  # type: ignore[union-attr]
        f"1 place may not be seen: {CLOSED_STRUCTURE}",
    )
