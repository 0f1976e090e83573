"""Market recipes, against the sandbox's own data, worked out another way."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.catalog import Asker, recipes_there_are
from esi_fetch.clock import HeldClock
from esi_fetch.errors import ParameterError, RequestRefusedError, ServerError, UnknownNameError
from esi_fetch.recipes import (
    market,
    market_groups,
    market_history,
    market_lookup,
    market_summary,
    market_types,
    naming,
    type_names,
)
from esi_fetch.recipes.groups import Group, _as_tree, types_below
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.goods import WITHOUT_HISTORY, goods
from tests.recipes.conftest import Make

FORGE, DOMAIN, DELVE, WORMHOLES = 10000002, 10000043, 10000060, 11000031
TRITANIUM, RIFTER = 34, 587


def test_groups_are_a_tree(esi: Esi) -> None:
    """Each group comes after the one it is in, with the path down to it."""
    rows = market_groups(esi)
    paths = {row["market_group_id"]: row["path"] for row in rows}
    assert paths[1857] == "Manufacture & Research > Materials > Minerals"
    seen: set[int | None] = {None}
    for row in rows:
        assert row["parent_group_id"] in seen
        seen.add(row["market_group_id"])
        above = paths.get(row["parent_group_id"])
        assert row["path"] == (row["name"] if above is None else f"{above} > {row['name']}")
        assert row["depth"] == row["path"].count(" > ")
        assert row["types"] == len(goods().market_group(row["market_group_id"])["types"])  # type: ignore[index]
    assert len(rows) == len(goods().market_groups())


def test_odd_trees_lose_no_group() -> None:
    """A group whose parent is not there, or is below itself, is there all the same."""
    groups = [Group(1, "orphan", 99, [7]), Group(2, "hen", 3, []), Group(3, "egg", 2, [8])]
    tree = _as_tree({group.group_id: group for group in groups})
    assert {group.path for group in tree.values()} == {"orphan", "hen", "hen > egg"}
    assert types_below(tree, "hen") == [8]


def test_groups_are_found_by_id_name_and_path() -> None:
    """A name that two groups have is told apart by its path; a wrong one gets the nearest."""
    groups = [Group(1, "Ships", None, []), Group(2, "Small", 1, [5]), Group(3, "Drones", None, [])]
    tree = _as_tree({group.group_id: group for group in [*groups, Group(4, "Small", 3, [6])]})
    assert (
        types_below(tree, 2) == types_below(tree, "ships > small") == types_below(tree, "Ships>Small") == [5]
    )
    assert types_below(tree, "ships") == [5]
    with pytest.raises(UnknownNameError, match=r"2 market groups; say which: Drones > Small \(4\); Ships > "):
        types_below(tree, "Small")
    with pytest.raises(UnknownNameError, match=r"'Shps' \(did you mean 'Ships'\?\)"):
        types_below(tree, "Shps")
    with pytest.raises(UnknownNameError, match="there is no market group 9"):
        types_below(tree, 9)


def test_types_have_names(esi: Esi, sandbox: Sandbox) -> None:
    """All types, or those of a market group and below it, come with their names."""
    every = type_names(esi)
    assert {row["type_id"]: row["name"] for row in every} == {
        item.type_id: item.name for item in goods().types.values()
    }
    minerals = type_names(esi, market_group="Materials")
    assert {row["type_id"] for row in minerals} == {
        item.type_id for item in goods().types.values() if item.market_group_id in (1857, 518)
    }


def test_market_types_are_those_with_orders(esi: Esi, sandbox: Sandbox) -> None:
    """Each type that has orders in a region is there, with its name."""
    rows = market_types(esi, region=["The Forge", DELVE])
    for region_id in (FORGE, DELVE):
        traded = {order["type_id"] for order in sandbox.orders_at(region_id)}
        assert {row["type_id"] for row in rows if row["region_id"] == region_id} == traded
    assert all(row["name"] == goods().types[row["type_id"]].name for row in rows)


def test_lookup_knows_what_a_type_is(esi: Esi) -> None:
    """Name, group, meta level, volume, and whether it can be traded, of types by name or in a group."""
    rows = {row["type_id"]: row for row in market_lookup(esi, type=["Rifter", "Tritanium", "#System"])}
    assert rows[RIFTER] == {
        "type_id": RIFTER,
        "name": "Rifter",
        "market_group_id": 64,
        "market_group_path": "Ships > Frigates",
        "meta_level": 2,
        "volume": 27289,
        "packaged_volume": 27289,
        "tradable": True,
    }
    assert rows[TRITANIUM]["meta_level"] is None
    assert (rows[0]["tradable"], rows[0]["market_group_path"]) == (False, None)
    cruisers = market_lookup(esi, market_group="Cruisers", region="Delve")
    traded = {row["type_id"] for row in market_types(esi, region="Delve")}
    assert {row["type_id"] for row in cruisers} == {
        type_id for type_id in traded if goods().types[type_id].market_group_id == 74
    }


def five_percent(orders: list[dict[str, Any]], *, is_buy: bool) -> float | None:
    """Worked out unit by unit of a twentieth, from the raw orders."""
    book = sorted(orders, key=lambda order: order["price"], reverse=is_buy)
    left = share = Fraction(sum(order["volume_remain"] for order in orders), 20)
    paid = Fraction(0)
    for order in book:
        part = min(left, Fraction(order["volume_remain"]))
        paid += part * Fraction(str(order["price"]))
        left -= part
    return round(float(paid / share), 4) if share else None


def test_a_summary_is_what_its_orders_come_to(esi: Esi, sandbox: Sandbox) -> None:
    """For each type with orders: best prices, 5 % prices, volumes and numbers of both sides."""
    rows = market_summary(esi, region="The Forge")
    orders = sandbox.orders_at(FORGE)
    assert [row["type_id"] for row in rows] == sorted({order["type_id"] for order in orders})
    for row in rows:
        mine = [order for order in orders if order["type_id"] == row["type_id"]]
        for is_buy, side, best in ((True, "buy", "bid"), (False, "sell", "ask")):
            there = [order for order in mine if order["is_buy_order"] is is_buy]
            prices = [order["price"] for order in there]
            assert row[f"{side}_orders"] == len(there)
            assert row[f"{side}_volume"] == sum(order["volume_remain"] for order in there)
            assert row[f"best_{best}"] == ((max if is_buy else min)(prices) if prices else None)
            assert row[f"{best}_5pct"] == pytest.approx(five_percent(there, is_buy=is_buy), abs=1.1e-4)
        assert (row["region_name"], row["type_name"]) == ("The Forge", goods().types[row["type_id"]].name)


def test_some_types_are_asked_for_alone(esi: Esi, sandbox: Sandbox) -> None:
    """Few types cost a request each, give the same figures, and have a row even without orders."""
    every = {row["type_id"]: row for row in market_summary(esi, region=DELVE)}
    sandbox.clear()
    quiet = next(type_id for type_id in goods().on_market if type_id not in every)
    rows = market_summary(esi, region="Delve", type=[TRITANIUM, quiet, "Tritanium"])
    assert sandbox.count(op_id="GetMarketsRegionIdOrders") == 2
    assert rows[0] == every[TRITANIUM]
    assert [(row["type_id"], row["buy_orders"], row["best_ask"]) for row in rows[1:]] == [(quiet, 0, None)]


def test_many_types_are_picked_out_of_the_whole_market(
    esi: Esi, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than fifty types cost no more requests than the region's pages, and no names but their own."""
    named: list[int] = []

    def names_of(ask: Asker, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
        named.extend(ids)
        return naming.names_of(ask, named)

    monkeypatch.setattr(market, "names_of", names_of)
    types = goods().on_market[:60]
    rows = market_summary(esi, region=DELVE, type=types)
    assert [row["type_id"] for row in rows] == types
    assert sandbox.count(op_id="GetMarketsRegionIdOrders") == 1
    assert set(named) == {DELVE, *types}


def test_a_summary_holds_as_long_as_its_orders(esi: Esi, sandbox: Sandbox, clock: HeldClock) -> None:
    """It is served from the store until the orders expire, and says of what moment it is."""
    job = Job(recipe="market-summary", parameters={"region": DELVE})
    first = esi.fetch(job).result
    orders = esi.fetch(Job("GetMarketsRegionIdOrders", {"region_id": DELVE})).result
    assert first is not None
    assert orders is not None
    assert (first.expires_at, first.snapshot_at) == (orders.expires_at, orders.snapshot_at)
    sandbox.clear()
    assert esi.fetch(job).result.data == first.data  # type: ignore[union-attr]
    assert sandbox.count() == 0
    clock.advance(301)
    esi.fetch(job)
    assert sandbox.count(op_id="GetMarketsRegionIdOrders") == 1


def test_a_history_is_what_its_days_come_to(esi: Esi) -> None:
    """For each region and type: the days of the range, and what statistics says of them."""
    rows = market_history(esi, region=["The Forge", DOMAIN], type=["Tritanium", RIFTER], days=90)
    assert [(row["region_id"], row["type_id"]) for row in rows] == [
        (FORGE, TRITANIUM),
        (FORGE, RIFTER),
        (DOMAIN, TRITANIUM),
        (DOMAIN, RIFTER),
    ]
    for row in rows:
        days = esi.get("GetMarketsRegionIdHistory", region_id=row["region_id"], type_id=row["type_id"])
        days = [day for day in days if row["since"] <= day["date"] <= row["until"]]
        averages = [day["average"] for day in days]
        assert (row["since"], row["until"]) == ("2026-10-16", "2027-01-13")
        assert row["days"] == len(days) <= 90
        assert row["volume"] == sum(day["volume"] for day in days)
        assert row["median"] == pytest.approx(statistics.median(averages), abs=1e-4)
        assert row["average"] == pytest.approx(statistics.fmean(averages), abs=1e-4)
        assert row["turnover"] == pytest.approx(sum(day["average"] * day["volume"] for day in days))
        assert row["weighted_average"] == pytest.approx(row["turnover"] / row["volume"], abs=1e-4)
        assert 0 < row["volatility"] < 1


def test_a_range_may_be_named(esi: Esi) -> None:
    """The first and the last day are included; a day alone has no volatility."""
    (row,) = market_history(esi, region=FORGE, type=TRITANIUM, since="2026-12-01", until="2026-12-03")
    assert (row["since"], row["until"], row["days"]) == ("2026-12-01", "2026-12-03", 3)
    (row,) = market_history(esi, region=FORGE, type=TRITANIUM, days=1, until="2026-12-03")
    assert (row["since"], row["days"], row["volatility"]) == ("2026-12-03", 1, None)
    (row,) = market_history(esi, region=FORGE, type=TRITANIUM, since="2040-01-01", until="2040-02-01")
    assert (row["days"], row["average"], row["volume"]) == (0, None, 0)


def test_a_range_that_has_not_begun_is_told(esi: Esi) -> None:
    """Since a day that is newer than all histories nothing was traded: the range is no backward one."""
    asked = {"region": FORGE, "type": TRITANIUM, "since": "2040-01-01"}
    done = esi.fetch(Job(recipe="market-history", parameters=asked)).result
    assert done is not None
    assert [(row["since"], row["until"], row["days"]) for row in done.data] == [
        ("2040-01-01", "2040-01-01", 0)
    ]
    assert done.remarks == ("ESI has no day of trade since 2040-01-01 yet: the newest is 2027-01-13",)


def test_types_without_a_history_are_no_failure(esi: Esi) -> None:
    """A type that ESI has no history of has a row without prices, and a remark; also one that is not sold."""
    job = Job(
        recipe="market-history", parameters={"region": "The Forge", "type": [TRITANIUM, WITHOUT_HISTORY, 16]}
    )
    done = esi.fetch(job).result
    assert done is not None
    assert done.ok
    assert [row["days"] for row in done.data] == [30, 0, 0]
    assert done.remarks == (
        "ESI has no history of Veldspar in The Forge, Stargate (Caldari System) in The Forge",
    )


def test_a_region_without_a_market_is_a_failure(esi: Esi) -> None:
    """What is wrong with the region is wrong with all of it."""
    with pytest.raises(RequestRefusedError, match="Region has no market"):
        market_history(esi, region=WORMHOLES, type=TRITANIUM)


def test_a_group_of_types_costs_a_request_each(make: Make, sandbox: Sandbox) -> None:
    """All types of a group are asked for side by side, and the hidden limit of histories is kept."""
    sandbox.manners.latency_s = 0.02
    rows = market_history(make(workers=8), region=FORGE, market_group="Frigates")
    assert len(rows) == sandbox.count(op_id="GetMarketsRegionIdHistory") > 100
    assert 4 <= sandbox.most_in_flight <= 8
    assert sandbox.count(429) == sandbox.count(500) == 0


def test_a_failing_part_fails_it_and_the_rest_is_kept(make: Make, sandbox: Sandbox) -> None:
    """Half a data set is none; the next time only what was missing is asked for."""
    esi = make(workers=1)
    sandbox.faults.add("GetMarketsRegionIdHistory", status=502, times=1, skip=2)
    types = [34, 35, 36, 37]
    with pytest.raises(ServerError):
        market_history(esi, region=FORGE, type=types)
    sandbox.clear()
    assert len(market_history(esi, region=FORGE, type=types)) == 4
    assert sandbox.count(op_id="GetMarketsRegionIdHistory") == 2


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "parameters.type: missing; give types, a market group, or both"),
        ({"type": 34, "since": "soon"}, "parameters.since: expected a day such as 2026-08-18, found 'soon'"),
        (
            {"type": 34, "since": "20261201"},
            "parameters.since: expected a day such as 2026-08-18, found '20261201'",
        ),
        ({"type": 34, "since": "2026-01-02", "until": "2026-01-01"}, "parameters.since: lies after until"),
        ({"type": 34, "since": "2026-01-02", "days": 3}, "parameters.days: can't go with since"),
        ({"type": 34, "days": 0}, "parameters.days: 0 is too small: 1 or more"),
    ],
)
def test_wrong_ranges_are_told_before_anything_is_sent(
    esi: Esi, sandbox: Sandbox, given: dict[str, Any], complaint: str
) -> None:
    """A range that makes no sense is an error at once."""
    with pytest.raises(ParameterError, match=complaint):
        market_history(esi, region=FORGE, **given)
    assert sandbox.count() == 0


ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"ids": [34, 5]},
    "ids": {"names": ["Jita", "nope"]},
    "market-types": {"region": DELVE},
    "market-lookup": {"type": [34, 587]},
    "market-summary": {"region": DELVE},
    "market-history": {"region": DELVE, "type": [34, WITHOUT_HISTORY]},
}


@pytest.mark.parametrize(
    "name", [one.name for one in recipes_there_are() if one.name != "character-overview"]
)
def test_rows_have_the_columns_that_are_declared(esi: Esi, sandbox: Sandbox, name: str) -> None:
    """Every recipe gives the columns it says it gives, of the types it says, made from what it says."""
    (one,) = [one for one in recipes_there_are() if one.name == name]
    kinds = {"integer": int, "number": (int, float), "string": str, "boolean": bool}
    rows = esi.recipe(name, **ARGUMENTS.get(name, {}))
    assert rows
    for row in rows:
        assert list(row) == list(one.columns)
        for column, value in row.items():
            assert value is None or isinstance(value, kinds[one.columns[column]["type"]]), (column, value)  # type: ignore[arg-type]
    asked = {seen.op_id for seen in sandbox.requests} - {"PostUniverseIds"}
    assert asked <= set(one.made_from)
