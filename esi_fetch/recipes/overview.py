"""What a character has: money, orders, and things, with the names of the places they are in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from esi_fetch.catalog import Asker
from esi_fetch.client import Esi
from esi_fetch.errors import AnswerError, CharacterError
from esi_fetch.recipes.data_sets import Row, data_set
from esi_fetch.recipes.naming import first_few, name_in, names_of
from esi_fetch.recipes.schemas import FLAG, ID, ISK, TEXT, UNITS, said
from esi_fetch.units import plural

__all__ = ["character_overview"]

_STRUCTURE = "GetUniverseStructuresStructureId"
_ITEM_NAMES = "PostCharactersCharacterIdAssetsNames"
_ITEMS_A_REQUEST = 1000  # ESI's bound on the body of PostCharactersCharacterIdAssetsNames

# Structures and items share the numbers from here on; below are the game's own places
# (https://developers.eveonline.com/docs/guides/id-ranges/).
_FIRST_OF_PLAYERS = 10**12
# Where things of lost structures wait.
_ASSET_SAFETY = 2004
# What ESI calls a thing that was given no name.
_NO_NAME = "None"

_KINDS = ("wallet", "buy_order", "sell_order", "asset")
_COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "kind": said(TEXT, "`wallet`, `buy_order`, `sell_order` or `asset`"),
    "place_id": said(ID, "the station, structure or solar system; null for the wallet"),
    "place_name": said(TEXT, "null where the character may not see it"),
    "system_id": said(ID, "the solar system of the place; null where it is not known"),
    "system_name": TEXT,
    "container_id": said(ID, "the ship or container that an asset is in; null in a hangar"),
    "container_name": said(TEXT, "the name that its owner gave it, else its type"),
    "item_id": said(ID, "of an asset"),
    "order_id": said(ID, "of an order"),
    "type_id": ID,
    "type_name": TEXT,
    "quantity": said(UNITS, "of an order, what remains of it"),
    "price": said(ISK, "of one: of an order its own, of an asset the average price in EVE"),
    "value": said(ISK, "price times quantity; of the wallet, the balance"),
    "escrow": said(ISK, "set aside for a buy order"),
    "is_blueprint_copy": said(FLAG, "such a copy has no price"),
}


@dataclass(frozen=True)
class _Place:
    """Where things are; what is None is not known."""

    name: str | None
    system_id: int | None = None


@data_set(
    "character-overview",
    category="dynamic",
    made_from=(
        "GetCharactersCharacterIdWallet",
        "GetCharactersCharacterIdOrders",
        "GetCharactersCharacterIdAssets",
        _ITEM_NAMES,
        _STRUCTURE,
        "GetUniverseStationsStationId",
        "GetMarketsPrices",
        "PostUniverseNames",
    ),
    optional=(_STRUCTURE,),
    columns=_COLUMNS,
)
def _overview(ask: Asker) -> list[Row]:
    """What a character has: wallet, orders, and assets by place, with names and prices.

    Structures that the character may not look into are places without a name. It needs a token with the
    scopes for wallet, orders and assets, and for structures if their names are wanted.
    """
    me = ask.character
    balance = ask.get("GetCharactersCharacterIdWallet", character_id=me)
    orders = ask.get("GetCharactersCharacterIdOrders", character_id=me)
    assets = ask.get("GetCharactersCharacterIdAssets", character_id=me)
    items = {asset["item_id"]: asset for asset in assets}
    place_of = {item_id: _place_of(item_id, items) for item_id in items}
    places = _places(ask, {*place_of.values(), *(order["location_id"] for order in orders)})
    named = names_of(
        ask,
        [
            *(row["type_id"] for row in [*assets, *orders]),
            *(place.system_id for place in places.values() if place.system_id is not None),
        ],
    )
    holders = {asset["location_id"] for asset in assets} & items.keys()
    own_names = _own_names(ask, sorted(holders))
    prices = {row["type_id"]: row.get("average_price") for row in ask.get("GetMarketsPrices")}

    def at(place_id: int) -> Row:
        place = places[place_id]
        system_id = place.system_id
        system = None if system_id is None else name_in(named, system_id)
        return {"place_id": place_id, "place_name": place.name, "system_id": system_id, "system_name": system}

    def of(type_id: int) -> Row:
        return {"type_id": type_id, "type_name": name_in(named, type_id)}

    rows = [_row(kind="wallet", value=balance)]
    rows += [_row(**_of_order(order), **at(order["location_id"]), **of(order["type_id"])) for order in orders]
    for item_id, asset in items.items():
        holder = items.get(asset["location_id"])
        inside: Row = {}
        if holder is not None:
            own = own_names.get(holder["item_id"]) or of(holder["type_id"])["type_name"]
            inside = {"container_id": holder["item_id"], "container_name": own}
        asset_row = {**_of_asset(asset, prices), **at(place_of[item_id]), **inside, **of(asset["type_id"])}
        rows.append(_row(**asset_row))
    return sorted(rows, key=_by_place)


def character_overview(esi: Esi, /, *, character: int | str | None = None) -> list[Row]:
    """What a character has: wallet, orders, and assets by place, with names and prices.

    Args:
        esi: A client that has the character's token.
        character: Which one; needed where it has tokens of several.
    """
    return esi.recipe("character-overview", character=character)


def _row(**known: Any) -> Row:
    return {column: known.get(column) for column in _COLUMNS}


def _by_place(row: Row) -> tuple[Any, ...]:
    return (
        _KINDS.index(row["kind"]),
        row["place_name"] is None,
        str(row["place_name"]),
        row["place_id"] or 0,
        row["container_id"] or 0,
        str(row["type_name"]),
        row["item_id"] or row["order_id"] or 0,
    )


def _of_order(order: Row) -> Row:
    return {
        "kind": "buy_order" if order.get("is_buy_order") else "sell_order",
        "order_id": order["order_id"],
        "quantity": order["volume_remain"],
        "price": order["price"],
        "value": round(order["price"] * order["volume_remain"], 2),
        "escrow": order.get("escrow"),
    }


def _of_asset(asset: Row, prices: Mapping[int, float | None]) -> Row:
    is_copy = bool(asset.get("is_blueprint_copy"))
    price = None if is_copy else prices.get(asset["type_id"])
    return {
        "kind": "asset",
        "item_id": asset["item_id"],
        "quantity": asset["quantity"],
        "price": price,
        "value": None if price is None else round(price * asset["quantity"], 2),
        "is_blueprint_copy": is_copy,
    }


def _place_of(item_id: int, items: Mapping[int, Row]) -> int:
    """Return where an item is in the end, out of all ships and containers."""
    seen = {item_id}
    location_id: int = items[item_id]["location_id"]
    while location_id in items and location_id not in seen:
        seen.add(location_id)
        location_id = items[location_id]["location_id"]
    return location_id


def _places(ask: Asker, ids: Iterable[int]) -> dict[int, _Place]:
    """Return what is known of places: stations, structures, solar systems."""
    wanted = sorted(set(ids))
    of_players = [place_id for place_id in wanted if place_id >= _FIRST_OF_PLAYERS]
    named = names_of(ask, [place_id for place_id in wanted if place_id < _FIRST_OF_PLAYERS])
    places = {place_id: _Place(None) for place_id in wanted}
    for place_id, (name, category) in named.items():
        places[place_id] = _Place(name, place_id if category == "solar_system" else None)
    stations = [place_id for place_id, (_, category) in named.items() if category == "station"]
    for station in ask.each(
        "GetUniverseStationsStationId",
        [{"station_id": station_id} for station_id in stations],
        pick=lambda data: (data["station_id"], data["name"], data["system_id"]),
    ):
        if station is not None:
            places[station[0]] = _Place(station[1], station[2])
    places.update(_structures(ask, of_players))
    if _ASSET_SAFETY in places:
        places[_ASSET_SAFETY] = _Place("Asset Safety")
    return places


def _structures(ask: Asker, ids: list[int]) -> dict[int, _Place]:
    why = ""
    try:
        found = ask.each(
            _STRUCTURE,
            [{"structure_id": structure_id} for structure_id in ids],
            pick=lambda data: _Place(data["name"], data["solar_system_id"]),
            absent=_is_closed,
        )
    except CharacterError as error:  # it names the scope, and how to allow it
        found = [None] * len(ids)
        why = "; " + "; ".join(problem.what for problem in error.problems)
    closed = [structure_id for structure_id, place in zip(ids, found, strict=True) if place is None]
    if closed:
        ask.remark(f"{plural(len(closed), 'place')} may not be seen: {first_few(closed)}{why}")
    return {structure_id: place for structure_id, place in zip(ids, found, strict=True) if place is not None}


def _is_closed(error: AnswerError) -> bool:
    return error.status in (403, 404)


def _own_names(ask: Asker, ids: list[int]) -> dict[int, str]:
    """Return the names that the owner gave to ships and containers."""
    named: dict[int, str] = {}
    chunks = [ids[start : start + _ITEMS_A_REQUEST] for start in range(0, len(ids), _ITEMS_A_REQUEST)]
    for rows in ask.each(
        _ITEM_NAMES,
        [{"character_id": ask.character, "body": chunk} for chunk in chunks],
        pick=lambda data: data,
        absent=_is_closed,  # things that have just moved make ESI refuse all; names are not worth failing for
    ):
        named.update((row["item_id"], row["name"]) for row in rows or () if row["name"] != _NO_NAME)
    return named
