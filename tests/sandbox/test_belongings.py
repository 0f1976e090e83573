"""What a character of the sandbox owns hangs together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.belongings import CLOSED_STRUCTURE, OPEN_STRUCTURE
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.places import universe
from tests.sandbox.asking import ask

PILOT = 90000001


@pytest.fixture(scope="module")
def pages(shown: Sandbox) -> list[list[dict[str, Any]]]:
    return list(all_pages(shown))


def all_pages(sandbox: Sandbox) -> Iterator[list[dict[str, Any]]]:
    first = ask(sandbox, f"/characters/{PILOT}/assets", token=sandbox.token(PILOT))
    yield first.json()
    for page in range(2, int(first.headers["X-Pages"]) + 1):
        path = f"/characters/{PILOT}/assets?page={page}"
        yield ask(sandbox, path, token=sandbox.token(PILOT)).json()


def test_assets_are_somewhere(pages: list[list[dict[str, Any]]]) -> None:
    """Everything is in a station, a structure, in space, or aboard a ship that is in the list."""
    assets = [row for page in pages for row in page]
    items = {row["item_id"]: row for row in assets}
    assert len(items) == len(assets)
    stations = 0
    for row in assets:
        holder = items.get(row["location_id"])
        if row["location_type"] == "station":
            assert row["location_id"] in universe().stations
            stations += 1
        elif row["location_type"] == "solar_system":
            assert row["location_id"] in universe().systems
        elif holder is None:
            assert row["location_id"] in (OPEN_STRUCTURE, CLOSED_STRUCTURE)
        else:
            assert holder["is_singleton"]
            assert row["location_flag"] == "Cargo"
        assert row["type_id"] in goods().types
    assert stations > 20


def test_structures_may_be_closed(shown: Sandbox) -> None:
    """One structure has a name for anybody who has a token, the other for nobody; others are made up."""
    token = shown.token(PILOT)
    there = ask(shown, f"/universe/structures/{OPEN_STRUCTURE}", token=token).json()
    assert there["name"].startswith("Perimeter - ")
    assert there["solar_system_id"] == 30000144
    closed = ask(shown, f"/universe/structures/{CLOSED_STRUCTURE}", token=token)
    assert (closed.status, closed.json()) == (403, {"error": "Forbidden"})
    assert ask(shown, "/universe/structures/1035000000001", token=token).status == 200


def test_ships_have_names(shown: Sandbox, pages: list[list[dict[str, Any]]]) -> None:
    """A ship has the name its owner gave it, everything else none."""
    ship, other = pages[0][-1]["item_id"], pages[0][0]["item_id"]
    rows = [row for page in pages for row in page if row["item_id"] in (ship, other) or row["is_singleton"]]
    singleton = next(row["item_id"] for row in rows if row["is_singleton"])
    named = ask(
        shown,
        f"/characters/{PILOT}/assets/names",
        method="POST",
        body=[singleton, other],
        token=shown.token(PILOT),
    ).json()
    assert named[0]["name"].endswith(" of mine")
    assert named[1]["name"] == "None"


def test_orders_are_on_both_sides_in_two_regions(shown: Sandbox) -> None:
    """Buy orders have an escrow and say so, sell orders leave both out."""
    orders = ask(shown, f"/characters/{PILOT}/orders", token=shown.token(PILOT)).json()
    assert {row["region_id"] for row in orders} == {10000002, 10000043}
    buy = [row for row in orders if row.get("is_buy_order")]
    assert 0 < len(buy) < len(orders)
    assert all("escrow" in row for row in buy)
    assert not any("escrow" in row or "is_buy_order" in row for row in orders if row not in buy)


def test_things_are_dearer_in_one_region_than_in_another(shown: Sandbox) -> None:
    """Somebody pays more for something in Domain than it costs in The Forge, and the other way round."""
    best: dict[tuple[int, int, bool], float] = {}
    for region_id in (10000002, 10000043):
        for order in shown.orders_at(region_id):
            key = (region_id, order["type_id"], order["is_buy_order"])
            pick = max if order["is_buy_order"] else min
            best[key] = pick(best.get(key, order["price"]), order["price"])
    gains = {
        (there, type_id)
        for (there, type_id, is_buy), price in best.items()
        for here in (10000002, 10000043)
        if is_buy and here != there and best.get((here, type_id, False), price) < price
    }
    assert {there for there, _ in gains} == {10000002, 10000043}
