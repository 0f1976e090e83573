"""What a character of the sandbox owns: money, orders, things in stations, structures, ships and space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from esi_fetch.sandbox.asks import Ask, RefusedError, Reply
from esi_fetch.sandbox.deck import Deck, WorldSize, cut, page_count
from esi_fetch.sandbox.dice import Dice, mix
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.market import leaning
from esi_fetch.sandbox.names import spell
from esi_fetch.sandbox.people import CORPORATIONS
from esi_fetch.sandbox.places import DOMAIN, THE_FORGE, universe
from esi_fetch.sandbox.times import moment

__all__ = ["CLOSED_STRUCTURE", "OPEN_STRUCTURE", "belongings", "handmade_structure"]

_JITA, _AMARR, _RENS = 60003760, 60008494, 60004588
_PERIMETER = 30000144

# Structures of this range are handmade: even ones may be looked at by anybody, odd ones by nobody.
_STRUCTURES = range(1_021_000_000_000, 1_021_000_001_000)
OPEN_STRUCTURE, CLOSED_STRUCTURE = 1_021_000_000_002, 1_021_000_000_003

# Things come in groups, each in one place: the first of a group is a ship, and the next few are aboard.
_GROUP, _ABOARD = 20, 4
_PLACES = (
    (_JITA, "station"),
    (OPEN_STRUCTURE, "item"),  # what ESI says of things in structures
    (_AMARR, "station"),
    (CLOSED_STRUCTURE, "item"),
    (_RENS, "station"),
    (_PERIMETER, "solar_system"),
)
_FIRST_ITEM = 1_040_000_000_000
_SHIPS = (587, 603, 621, 638)
_ORDERS = 12


def belongings(*, seed: int, day: float, size: WorldSize) -> Mapping[str, Callable[[Ask], Reply]]:
    """Return what answers operations about what a character owns; arguments as for ``World``."""
    deck = Deck(size.rows, size.rows_page_size, drift=_GROUP)

    def assets(ask: Ask) -> Reply:
        numbers = deck.numbers(ask.snapshot)
        page, owner = cut(numbers, ask.page, deck.page_size), ask.path["character_id"]
        return Reply(
            lambda: [_asset(seed, owner, number) for number in page],
            pages=page_count(len(numbers), deck.page_size),
        )

    def names(ask: Ask) -> Reply:
        owner = ask.path["character_id"]

        def named(item_id: int) -> dict[str, Any]:
            number = item_id - _first_item(owner)
            is_ship = number >= 0 and number % _GROUP == 0
            return {"item_id": item_id, "name": f"{spell(item_id % 10**9)} of mine" if is_ship else "None"}

        return Reply(lambda: [named(item_id) for item_id in ask.body])

    def orders(ask: Ask) -> Reply:
        owner = ask.path["character_id"]
        return Reply(lambda: [_order(seed, day, owner, number) for number in range(_ORDERS)])

    def wallet(ask: Ask) -> Reply:
        return Reply(lambda: Dice("wallet", seed, ask.path["character_id"]).between(10**8, 10**12) / 100)

    return {
        "GetCharactersCharacterIdAssets": assets,
        "GetCharactersCharacterIdOrders": orders,
        "GetCharactersCharacterIdWallet": wallet,
        "PostCharactersCharacterIdAssetsNames": names,
    }


def handmade_structure(structure_id: int) -> dict[str, Any] | None:
    """Describe a structure; None when it is none of those made by hand.

    Raises:
        RefusedError: It is not for everybody's eyes.
    """
    if structure_id not in _STRUCTURES:
        return None
    if structure_id % 2:
        raise RefusedError(403, "Forbidden")
    system = universe().systems[_PERIMETER]
    return {
        "name": f"{system.name} - {spell(structure_id % 10**9)} Exchange",
        "owner_id": CORPORATIONS[structure_id % len(CORPORATIONS)],
        "solar_system_id": system.system_id,
        "type_id": 35834,
    }


def _first_item(owner: int) -> int:
    return _FIRST_ITEM + owner % 10**6 * 10_000


def _asset(seed: int, owner: int, number: int) -> dict[str, Any]:
    group, place = divmod(number, _GROUP)
    first = _first_item(owner)
    thrown = mix(mix(seed + owner) + number)
    row: dict[str, Any] = {
        "is_singleton": False,
        "item_id": first + number,
        "location_flag": "Hangar",
        "quantity": 1 + thrown % 5000,
        "type_id": goods().on_market[(thrown >> 16) % len(goods().on_market)],
    }
    row["location_id"], row["location_type"] = _PLACES[group % len(_PLACES)]
    if place == 0:
        row |= {"is_singleton": True, "quantity": 1, "type_id": _SHIPS[group % len(_SHIPS)]}
    elif place <= _ABOARD:
        row |= {"location_id": first + group * _GROUP, "location_type": "item", "location_flag": "Cargo"}
    if row["location_type"] == "solar_system":
        row["location_flag"] = "AutoFit"
    return row


def _order(seed: int, day: float, owner: int, number: int) -> dict[str, Any]:
    thrown = mix(mix(seed + owner) ^ (number + 1))
    region_id, location_id = ((THE_FORGE, _JITA), (DOMAIN, _AMARR), (THE_FORGE, OPEN_STRUCTURE))[number % 3]
    type_id = (34, 35, 36, 37, *_SHIPS)[number % 8]
    usual = goods().types[type_id].price * leaning(seed, region_id, type_id)
    total = 10 + thrown % 100_000
    row: dict[str, Any] = {
        "duration": 90,
        "is_corporation": False,
        "issued": moment(day - 3600 * (1 + number)),
        "location_id": location_id,
        "order_id": 6_900_000_000 + owner % 10**6 * 100 + number,
        "price": round(usual * (0.9 if number % 4 == 3 else 1.1), 2),
        "range": "region",
        "region_id": region_id,
        "type_id": type_id,
        "volume_remain": 1 + total * (1 + (thrown >> 20) % 9) // 10,
        "volume_total": total,
    }
    if number % 4 == 3:
        # Buy orders alone have these, as in ESI.
        row |= {"is_buy_order": True, "min_volume": 1, "range": "station"}
        row["escrow"] = round(row["price"] * row["volume_remain"] * 0.25, 2)
    return row
