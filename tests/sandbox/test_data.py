"""The world hangs together: ids lead somewhere, lists and pages agree, names can be looked up both ways."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.asks import RefusedError
from esi_fetch.sandbox.goods import WITHOUT_HISTORY, goods
from esi_fetch.sandbox.names import spell, unspell
from esi_fetch.sandbox.places import universe
from tests.sandbox.asking import Got, ask


def get(sandbox: Sandbox, path: str) -> Any:
    got = ask(sandbox, path)
    assert got.status == 200, (path, got.body)
    return got.json()


def test_known_places_have_their_real_ids(shown: Sandbox) -> None:
    """The Forge, Domain, Jita and its station are where people expect them."""
    assert get(shown, "/universe/regions/10000002")["name"] == "The Forge"
    assert get(shown, "/universe/regions/10000043")["name"] == "Domain"
    jita = get(shown, "/universe/systems/30000142")
    assert jita["name"] == "Jita"
    assert jita["stations"] == [60003760]
    assert get(shown, "/universe/stations/60003760")["name"].startswith("Jita IV - Moon 4")


def test_places_lead_to_each_other(shown: Sandbox) -> None:
    """From every region one gets down to its systems and what is in them, and back up."""
    for region_id in get(shown, "/universe/regions"):
        for constellation_id in get(shown, f"/universe/regions/{region_id}")["constellations"]:
            constellation = get(shown, f"/universe/constellations/{constellation_id}")
            assert constellation["region_id"] == region_id
            for system_id in constellation["systems"]:
                system = get(shown, f"/universe/systems/{system_id}")
                assert system["constellation_id"] == constellation_id
                for station_id in system.get("stations", []):
                    assert get(shown, f"/universe/stations/{station_id}")["system_id"] == system_id
    assert set(get(shown, "/universe/constellations")) == set(universe().constellations)
    assert set(get(shown, "/universe/systems")) == set(universe().systems)


def test_systems_have_stars_planets_moons_and_belts(shown: Sandbox) -> None:
    """What a system lists can be looked up, under its own kind only."""
    system = get(shown, "/universe/systems/30000142")
    planet = system["planets"][0]
    assert get(shown, f"/universe/stars/{system['star_id']}")["solar_system_id"] == 30000142
    assert get(shown, f"/universe/planets/{planet['planet_id']}")["system_id"] == 30000142
    assert get(shown, f"/universe/moons/{planet['moons'][0]}")["moon_id"] == planet["moons"][0]
    assert get(shown, f"/universe/asteroid_belts/{planet['asteroid_belts'][0]}")["system_id"] == 30000142
    assert ask(shown, f"/universe/moons/{planet['planet_id']}").status == 404


def test_gates_lead_back(shown: Sandbox) -> None:
    """The gate a gate leads to leads back to it."""
    for stargate_id in get(shown, "/universe/systems/30000142")["stargates"]:
        there = get(shown, f"/universe/stargates/{stargate_id}")["destination"]
        back = get(shown, f"/universe/stargates/{there['stargate_id']}")
        assert back["system_id"] == there["system_id"]
        assert back["destination"] == {"stargate_id": stargate_id, "system_id": 30000142}


def test_routes_follow_the_gates(shown: Sandbox) -> None:
    """A route goes from system to system through gates; there is none to a wormhole."""

    def route(origin: int, destination: int) -> Got:
        return ask(shown, f"/route/{origin}/{destination}", method="POST", body={})

    way = route(30000142, 30002187).json()["route"]
    assert (way[0], way[-1]) == (30000142, 30002187)
    for here, there in pairwise(way):
        gates = get(shown, f"/universe/systems/{here}")["stargates"]
        nearby = [get(shown, f"/universe/stargates/{gate}")["destination"]["system_id"] for gate in gates]
        assert there in nearby
    assert route(30002187, 30000142).json()["route"] == way[::-1]
    assert route(30000142, 30000142).json() == {"route": [30000142]}
    assert route(30000142, 31000005).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/universe/regions/1",
        "/universe/constellations/1",
        "/universe/systems/1",
        "/universe/stations/1",
        "/universe/stargates/1",
        "/universe/stars/1",
        "/universe/types/1",
        "/universe/groups/1",
        "/universe/categories/1",
        "/markets/groups/1",
        "/characters/1",
        "/corporations/1",
        "/alliances/1",
        "/alliances/1/corporations",
        "/contracts/public/1",
        "/markets/1/orders?order_type=all",
        "/markets/10000002/orders?order_type=all&type_id=1",
        "/markets/1/types",
    ],
)
def test_what_does_not_exist_is_not_found(shown: Sandbox, path: str) -> None:
    """Ids that no list has are 404."""
    assert ask(shown, path).status == 404


def test_groups_and_their_types_agree(shown: Sandbox) -> None:
    """Categories lead to groups, groups to types, and each names the one above it."""
    for category_id in get(shown, "/universe/categories"):
        for group_id in get(shown, f"/universe/categories/{category_id}")["groups"]:
            group = get(shown, f"/universe/groups/{group_id}")
            assert group["category_id"] == category_id
            for type_id in group["types"][:3]:
                assert get(shown, f"/universe/types/{type_id}")["group_id"] == group_id
    assert get(shown, "/universe/groups") == goods().groups()


def test_market_groups_form_a_tree(shown: Sandbox) -> None:
    """Each market group hangs under one that exists; types hang at the leaves and name theirs."""
    found = {group: get(shown, f"/markets/groups/{group}") for group in get(shown, "/markets/groups")}
    for group_id, group in found.items():
        assert group.get("parent_group_id", group_id) in found
        for type_id in group["types"][:3]:
            assert get(shown, f"/universe/types/{type_id}")["market_group_id"] == group_id
    parents = {group.get("parent_group_id") for group in found.values()}
    assert not [group_id for group_id in parents if group_id is not None and found[group_id]["types"]]
    assert 34 in found[1857]["types"]


def test_traded_types_are_those_with_orders(shown: Sandbox) -> None:
    """The types of a market are those of its orders, each once, in pages."""
    first = ask(shown, "/markets/10000002/types")
    types = first.json()
    for number in range(2, int(first.headers["X-Pages"]) + 1):
        types += get(shown, f"/markets/10000002/types?page={number}")
    assert sorted(types) == sorted({order["type_id"] for order in shown.orders_at(10000002)})


def test_prices_may_lack_one_of_two(shown: Sandbox) -> None:
    """Every type that can be sold has a price, some without the average."""
    prices = get(shown, "/markets/prices")
    assert len({row["type_id"] for row in prices}) == len(prices) == len(goods().on_market)
    assert {len(row) for row in prices} == {2, 3}


def test_histories_reach_back_a_year() -> None:
    """Tritanium has a row for each of the 400 days up to yesterday, oldest first."""
    clock = HeldClock(1_800_000_000 + 4 * 3600)  # 2027-01-15, 12:00
    with Sandbox(clock=clock) as sandbox:
        days = get(sandbox, "/markets/10000002/history?type_id=34")
        clock.advance(86400)
        later = get(sandbox, "/markets/10000002/history?type_id=34")
    dates = [date.fromisoformat(day["date"]) for day in days]
    assert dates[-1] == date(2027, 1, 14)
    assert dates == [dates[0] + timedelta(days=n) for n in range(400)]
    assert later[:-1] == days[1:]
    assert all(day["lowest"] <= day["average"] <= day["highest"] for day in days)


def test_rare_types_have_days_without_trade(shown: Sandbox) -> None:
    """Days on which nothing was traded are left out."""
    sizes = {len(get(shown, f"/markets/10000002/history?type_id={t}")) for t in goods().on_market[20:30]}
    assert 400 in sizes
    assert min(sizes) < 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/markets/10000002/history?type_id=1", 404),
        (f"/markets/10000002/history?type_id={WITHOUT_HISTORY}", 404),
        ("/markets/10000002/history?type_id=16", 400),
        ("/markets/11000031/history?type_id=34", 400),
        ("/markets/1/history?type_id=34", 404),
    ],
)
def test_what_was_never_traded_has_no_history(shown: Sandbox, path: str, status: int) -> None:
    """Unknown types and regions are 404, things that can't be sold and regions without a market 400."""
    assert ask(shown, path).status == status


def test_some_traded_types_have_no_history(shown: Sandbox) -> None:
    """As in ESI, a type may be listed as traded while its history is a 404."""
    assert WITHOUT_HISTORY in {order["type_id"] for order in shown.orders_at(10000002)}


def test_people_belong_together(shown: Sandbox) -> None:
    """Characters, corporations and alliances agree about who belongs to whom."""
    for alliance_id in get(shown, "/alliances"):
        alliance = get(shown, f"/alliances/{alliance_id}")
        corporations = get(shown, f"/alliances/{alliance_id}/corporations")
        assert alliance["executor_corporation_id"] in corporations
        assert get(shown, f"/corporations/{corporations[0]}")["alliance_id"] == alliance_id
    ids = [90000001, 90000002, 2110000001, 12]
    rows = ask(shown, "/characters/affiliation", method="POST", body=ids).json()
    assert [row["character_id"] for row in rows] == ids[:3]
    for row in rows:
        character = get(shown, f"/characters/{row['character_id']}")
        assert {key: character[key] for key in row if key != "character_id"} == {
            key: value for key, value in row.items() if key != "character_id"
        }


def test_state_corporations_exist(shown: Sandbox) -> None:
    """Corporations of the state have low ids and no alliance."""
    corporation = get(shown, "/corporations/1000035")
    assert corporation["type"] == "npc_owned"
    assert "alliance_id" not in corporation


def names_of(sandbox: Sandbox, ids: list[int]) -> Got:
    return ask(sandbox, "/universe/names", method="POST", body=ids)


def test_names_and_ids_are_each_others_inverse(shown: Sandbox) -> None:
    """Names of ids of every category lead back to the ids, in any case."""
    ids = [34, 30000142, 10000002, 20000020, 60003760, 90000001, 98000001, 99000001, 500001, 60015001, 4001]
    rows = names_of(shown, ids).json()
    assert [row["id"] for row in rows] == ids
    assert {row["category"] for row in rows} == {
        "alliance",
        "character",
        "constellation",
        "corporation",
        "faction",
        "inventory_type",
        "region",
        "solar_system",
        "station",
    }
    for change in (str, str.upper):
        names = [change(row["name"]) for row in rows]
        found = ask(shown, "/universe/ids", method="POST", body=names).json()
        assert {each["id"] for group in found.values() for each in group} == set(ids)


def test_one_bad_id_spoils_the_batch(shown: Sandbox) -> None:
    """A single unknown id makes the whole request a 404."""
    got = names_of(shown, [34, 3])
    assert (got.status, got.error) == (404, "Ensure all IDs are valid before resolving.")


def test_unknown_names_are_left_out(shown: Sandbox) -> None:
    """Names nobody has are not in the answer, and neither are their categories."""
    got = ask(shown, "/universe/ids", method="POST", body=["Jita", "Nobody At All", "Jita ", spell(5)])
    assert got.json() == {"systems": [{"id": 30000142, "name": "Jita"}]}
    assert ask(shown, "/universe/ids", method="POST", body=["Nobody"]).json() == {}


def test_names_depend_on_the_language(shown: Sandbox) -> None:
    """Static data has names in the language asked for; an unknown language means English."""
    path = "/universe/types/34"
    english, german, klingon = (ask(shown, path, headers={"Accept-Language": x}) for x in ("en", "de", "tlh"))
    assert (english.json()["name"], german.json()["name"]) == ("Tritanium", "Tritanium [de]")
    assert klingon.json() == english.json()
    assert german.headers["ETag"] != english.headers["ETag"]
    assert ask(shown, "/universe/types", headers={"Accept-Language": "de"}).json()


def test_killmails_need_a_hash(shown: Sandbox) -> None:
    """A killmail's hash has to be one."""
    rows = get(shown, "/wars/1000/killmails")
    mail = get(shown, f"/killmails/{rows[0]['killmail_id']}/{rows[0]['killmail_hash']}")
    assert mail["killmail_id"] == rows[0]["killmail_id"]
    assert ask(shown, "/killmails/5/nonsense").status == 422


def test_regions_without_a_market_have_no_book(shown: Sandbox) -> None:
    """Asking for the truth about a market that is none fails as its path does."""
    with pytest.raises(RefusedError):
        shown.orders_at(11000031)
    assert ask(shown, "/markets/11000031/orders?order_type=all").status == 400


@given(st.integers(0, 10**10 - 1))
def test_names_spell_their_numbers(number: int) -> None:
    """Every number below 10^10 has a name that can be read back, in any case."""
    name = spell(number)
    assert unspell(name) == unspell(name.upper()) == number


@pytest.mark.parametrize("text", ["", "Jita", "Kamite", "Kamite Rus", "Kamiti Rusy", "Éamite Rusi"])
def test_other_names_spell_nothing(text: str) -> None:
    """What was not made from a number is not read as one."""
    assert unspell(text) is None
