"""Everything the sandbox trades: types, their groups and categories, and the tree of market groups.

Lists and pages agree: every type named by a group or a market group exists, and names that group itself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esi_fetch.sandbox.dice import Dice, mix
from esi_fetch.sandbox.names import spell

__all__ = ["WITHOUT_HISTORY", "Goods", "ItemType", "goods"]

_CATEGORIES = {2: "Celestial", 4: "Material", 6: "Ship", 7: "Module", 8: "Charge", 16: "Skill", 18: "Drone"}

# group: (name, category, market group its types are sold under; None = never sold)
_GROUPS: Mapping[int, tuple[str, int, int | None]] = {
    0: ("#System", 2, None),
    6: ("Sun", 2, None),
    10: ("Stargate", 2, None),
    18: ("Mineral", 4, 1857),
    25: ("Frigate", 6, 64),
    26: ("Cruiser", 6, 74),
    27: ("Battleship", 6, 79),
    40: ("Shield Booster", 7, 552),
    53: ("Energy Weapon", 7, 567),
    85: ("Hybrid Charge", 8, 504),
    100: ("Combat Drone", 18, 837),
    255: ("Gunnery", 16, 364),
    462: ("Veldspar", 4, 518),
    1875: ("Pilot's Services", 4, 1922),
}

# market group: (name, parent)
_MARKET_GROUPS: Mapping[int, tuple[str, int | None]] = {
    475: ("Manufacture & Research", None),
    533: ("Materials", 475),
    1857: ("Minerals", 533),
    518: ("Veldspar", 533),
    4: ("Ships", None),
    64: ("Frigates", 4),
    74: ("Cruisers", 4),
    79: ("Battleships", 4),
    9: ("Ship Equipment", None),
    552: ("Shield Boosters", 9),
    567: ("Energy Turrets", 9),
    11: ("Ammunition & Charges", None),
    504: ("Hybrid Charges", 11),
    157: ("Drones", None),
    837: ("Light Scout Drones", 157),
    150: ("Skills", None),
    364: ("Gunnery", 150),
    1922: ("Pilot's Services", None),
}

# type of item: (name, group, volume, usual price)
_KNOWN: Mapping[int, tuple[str, int, float, float]] = {
    0: ("#System", 0, 1, 0),
    16: ("Stargate (Caldari System)", 10, 1e8, 0),
    34: ("Tritanium", 18, 0.01, 4),
    35: ("Pyerite", 18, 0.01, 14),
    36: ("Mexallon", 18, 0.01, 70),
    37: ("Isogen", 18, 0.01, 180),
    38: ("Nocxium", 18, 0.01, 900),
    39: ("Zydrine", 18, 0.01, 1500),
    40: ("Megacyte", 18, 0.01, 3000),
    230: ("Antimatter Charge M", 85, 0.025, 120),
    587: ("Rifter", 25, 27289, 550000),
    603: ("Merlin", 25, 16500, 600000),
    621: ("Caracal", 26, 92000, 12500000),
    638: ("Raven", 27, 486000, 240000000),
    1230: ("Veldspar", 462, 0.1, 15),
    2454: ("Hobgoblin I", 100, 5, 3000),
    3300: ("Gunnery", 255, 0.01, 20000),
    3796: ("Sun K7 (Orange)", 6, 1, 0),
    11399: ("Morphite", 18, 0.01, 55000),
    44992: ("PLEX", 1875, 0.01, 5000000),
}

_MADE = 1680  # With the known ones they fill two pages of /universe/types, the second one not quite.
_MADE_GROUPS = (25, 26, 27, 40, 53, 85, 100, 255, 462, 1875)

# The attribute that says how good a ship or module is of its kind, and what it may say.
_META_LEVEL = 633
_META_LEVELS = (0, 0, 0, 1, 2, 3, 4, 5, 6, 8, 14)

# Listed by /markets/{region_id}/types, traded, and still a 404 at /history: ESI has such types too
# (esi-issues 1429).
WITHOUT_HISTORY = 1230


@dataclass(frozen=True)
class ItemType:
    """A type of item; ``market_group_id`` is None when it can't be sold."""

    type_id: int
    name: str
    group_id: int
    volume: float
    price: float
    market_group_id: int | None

    def describe(self) -> dict[str, Any]:
        """Return what ``/universe/types/{type_id}`` says; members that do not apply are left out."""
        described: dict[str, Any] = {
            "capacity": 0,
            "description": f"{self.name}, as the sandbox imagines it.",
            "group_id": self.group_id,
            "mass": mix(self.type_id) % 10**6,
            "name": self.name,
            "packaged_volume": self.volume,
            "portion_size": 1,
            "published": self.market_group_id is not None,
            "radius": 1,
            "type_id": self.type_id,
            "volume": self.volume,
        }
        if self.market_group_id is not None:
            described["market_group_id"] = self.market_group_id
            described["icon_id"] = 22 + self.type_id % 50
        if _GROUPS[self.group_id][1] in (6, 7):
            dice = Dice("dogma", self.type_id)
            described["dogma_attributes"] = [
                {"attribute_id": attribute_id, "value": float(dice.between(0, 1000))}
                for attribute_id in (3, 4, 9, 14)
            ]
            described["dogma_attributes"].append(
                {"attribute_id": _META_LEVEL, "value": float(_META_LEVELS[self.type_id % len(_META_LEVELS)])}
            )
            described["dogma_effects"] = [{"effect_id": 11, "is_default": dice.chance(50)}]
        return described


class Goods:
    """All types and the trees they hang in."""

    def __init__(self) -> None:
        self.types: dict[int, ItemType] = {}
        for type_id, (name, group_id, volume, price) in _KNOWN.items():
            self._add(type_id, name, group_id, volume, price)
        for number in range(_MADE):
            type_id = 4001 + number * 37
            dice = Dice("type", type_id)
            price = float(10 ** dice.between(1, 8) * dice.between(1, 9))
            group_id = _MADE_GROUPS[number % len(_MADE_GROUPS)]
            # A fifth can't be sold, as with everything that is not published.
            sold = dice.chance(80)
            self._add(type_id, spell(type_id), group_id, dice.between(1, 5000) / 100, price, sold=sold)
        self.on_market = sorted(t.type_id for t in self.types.values() if t.market_group_id is not None)
        # ESI's lists of types are in no order a client could rely on.
        self.listed = sorted(self.types, key=mix)

    def _add(
        self, type_id: int, name: str, group: int, volume: float, price: float, *, sold: bool = True
    ) -> None:
        market_group = _GROUPS[group][2] if sold else None
        self.types[type_id] = ItemType(type_id, name, group, volume, price, market_group)

    def item_type(self, type_id: int) -> dict[str, Any] | None:
        """Describe a type; None when there is no such."""
        found = self.types.get(type_id)
        return found.describe() if found else None

    def groups(self) -> list[int]:
        """Return the ids of all groups."""
        return list(_GROUPS)

    def group(self, group_id: int) -> dict[str, Any] | None:
        """Describe a group; None when there is no such."""
        if group_id not in _GROUPS:
            return None
        name, category_id, market_group = _GROUPS[group_id]
        return {
            "category_id": category_id,
            "group_id": group_id,
            "name": name,
            "published": market_group is not None,
            "types": [t.type_id for t in self.types.values() if t.group_id == group_id],
        }

    def categories(self) -> list[int]:
        """Return the ids of all categories."""
        return list(_CATEGORIES)

    def category(self, category_id: int) -> dict[str, Any] | None:
        """Describe a category; None when there is no such."""
        if category_id not in _CATEGORIES:
            return None
        return {
            "category_id": category_id,
            "groups": [group_id for group_id, (_, category, _) in _GROUPS.items() if category == category_id],
            "name": _CATEGORIES[category_id],
            "published": category_id != 2,
        }

    def market_groups(self) -> list[int]:
        """Return the ids of all market groups."""
        return list(_MARKET_GROUPS)

    def market_group(self, market_group_id: int) -> dict[str, Any] | None:
        """Describe a market group; None when there is no such. Only the leaves have types."""
        if market_group_id not in _MARKET_GROUPS:
            return None
        name, parent = _MARKET_GROUPS[market_group_id]
        described: dict[str, Any] = {
            "description": f"{name}, as the sandbox imagines it.",
            "market_group_id": market_group_id,
            "name": name,
            "types": [t.type_id for t in self.types.values() if t.market_group_id == market_group_id],
        }
        if parent is not None:
            described["parent_group_id"] = parent
        return described

    def prices(self) -> list[dict[str, Any]]:
        """Return adjusted and average prices; some types have the one only, as in ESI."""
        listed: list[dict[str, Any]] = []
        for type_id in self.on_market:
            price = self.types[type_id].price
            row = {"adjusted_price": round(price * 0.97, 2), "average_price": price, "type_id": type_id}
            if mix(type_id) % 10 == 0:
                del row["average_price"]
            listed.append(row)
        return listed


@functools.cache
def goods() -> Goods:
    """Return the goods; there is one assortment."""
    return Goods()
