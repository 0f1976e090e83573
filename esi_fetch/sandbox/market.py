"""The sandbox's markets: order books that change with every snapshot, daily histories, public contracts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from esi_fetch.sandbox.deck import Deck
from esi_fetch.sandbox.dice import Dice, mix, seed_of
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.people import CHARACTERS, employer
from esi_fetch.sandbox.places import universe
from esi_fetch.sandbox.times import moment

__all__ = ["Contracts", "OrderBook", "history", "leaning"]

_RANGES = ("station", "region", "solarsystem", "1", "2", "3", "4", "5", "10", "20", "30", "40")
_MINERALS = (34, 35, 36, 37, 38, 39, 40)
_HISTORY_DAYS = 400

# Every region has a range of ids to itself.
_FIRST_REGION = 10_000_000
_FIRST_ORDER, _ORDERS_A_REGION = 6_000_000_000, 20_000_000
_FIRST_CONTRACT, _CONTRACTS_A_REGION = 200_000_000, 1_000_000


def _neat(price: float) -> float | int:
    """Return a price with cents, or as a whole number where there are none, as ESI sends both."""
    rounded = round(price, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def leaning(seed: int, region_id: int, type_id: int) -> float:
    """Return by how much a type is dearer in a region than usual: 1.1 is ten percent, 0.85 to 1.25 in all.

    So it may pay to carry things from one region to another, as it does in EVE.
    """
    return 0.85 + seed_of("leaning", seed, region_id, type_id) % 4000 / 10_000


class OrderBook:
    """All orders of one region.

    An order is decided by its number alone, except for what is left of it, which shrinks with every snapshot.

    Args:
        seed: Chooses the book.
        day: Midnight (UTC) of the day the world begins, in seconds since the epoch; orders were issued
            before.
        region_id: The region.
        deck: How many orders there are, and how they move.
    """

    def __init__(self, *, seed: int, day: float, region_id: int, deck: Deck) -> None:
        self.region_id = region_id
        self.deck = deck
        self._day = day
        self._seed = seed_of("orders", seed, region_id)
        self._world_seed = seed
        # No order id is used in two regions: the market of a client that mixes regions up would be noticed.
        self._first_id = _FIRST_ORDER + (region_id - _FIRST_REGION) * _ORDERS_A_REGION
        stations = universe().regions[region_id].stations
        self._stations = [(station, universe().stations[station].system_id) for station in stations]

    def _type_and_side(self, number: int) -> tuple[int, bool]:
        thrown = mix(self._seed + number)
        if thrown % 10 == 0:
            type_id = _MINERALS[(thrown >> 8) % len(_MINERALS)]
        else:
            market = goods().on_market
            type_id = market[(thrown >> 8) % len(market)]
        return type_id, (thrown >> 4) % 16 < 6

    def numbers(self, snapshot: int, *, order_type: str = "all", type_id: int | None = None) -> Sequence[int]:
        """Return the numbers of the orders that fit, newest first."""
        alive = self.deck.numbers(snapshot)
        if order_type == "all" and type_id is None:
            return alive
        kept = []
        for number in alive:
            its_type, is_buy = self._type_and_side(number)
            if (type_id is None or its_type == type_id) and (
                order_type == "all" or is_buy == (order_type == "buy")
            ):
                kept.append(number)
        return kept

    def types(self, snapshot: int) -> list[int]:
        """Return the types with orders, each once."""
        return sorted({self._type_and_side(number)[0] for number in self.deck.numbers(snapshot)})

    def order(self, number: int, snapshot: int) -> dict[str, Any]:
        """Return one order as it stands in a snapshot."""
        type_id, is_buy = self._type_and_side(number)
        thrown = mix(self._seed ^ mix(number))
        # The hub has most of the trade.
        station_id, system_id = self._stations[0 if thrown % 10 < 7 else (thrown >> 4) % len(self._stations)]
        usual = goods().types[type_id].price * leaning(self._world_seed, self.region_id, type_id)
        price = usual * ((70 + (thrown >> 12) % 28) if is_buy else (102 + (thrown >> 12) % 30)) / 100
        total = 1 + (thrown >> 20) % 10_000
        duration = (1, 3, 7, 14, 30, 90, 90, 90)[(thrown >> 40) % 8]
        age = snapshot - self.deck.entry(number)
        remain = max(1, total - (thrown >> 34) % total - age * (1 + total // 200))
        return {
            "duration": duration,
            "is_buy_order": is_buy,
            "issued": moment(self._day - (thrown >> 43) % (duration * 80_000)),
            "location_id": station_id,
            "min_volume": 1,
            "order_id": self._first_id + number * 13 + thrown % 13,
            "price": _neat(max(0.01, price)),
            "range": _RANGES[(thrown >> 50) % len(_RANGES)] if is_buy else "region",
            "system_id": system_id,
            "type_id": type_id,
            "volume_remain": remain,
            "volume_total": total,
        }

    def orders(self, snapshot: int) -> list[dict[str, Any]]:
        """Return every order of a snapshot, in order: what a faultless walk over the pages must give."""
        return [self.order(number, snapshot) for number in self.deck.numbers(snapshot)]


def history(*, seed: int, region_id: int, type_id: int, today: date) -> list[dict[str, Any]]:
    """Return the days up to yesterday, oldest first; a day's figures do not depend on when one asks.

    Types that nobody much cares for have days without any trade, which are left out, as in ESI.
    """
    item = goods().types[type_id]
    usual = item.price * leaning(seed, region_id, type_id)
    base = Dice("history", seed, region_id, type_id)
    phase, busy = base.roll(628) / 100, base.between(50, 5000)
    rare = type_id not in _MINERALS and base.chance(40)
    days: list[dict[str, Any]] = []
    for back in range(_HISTORY_DAYS, 0, -1):
        day = today - timedelta(days=back)
        ordinal = day.toordinal()
        thrown = mix(seed_of(seed, region_id, type_id) + ordinal)
        if rare and thrown % 4 == 0:
            continue
        average = max(0.02, usual * (1 + 0.15 * math.sin(ordinal / 40 + phase) + (thrown % 100 - 50) / 1000))
        spread = 1 + (thrown >> 8) % 80 / 1000
        orders = 1 + busy * (50 + (thrown >> 16) % 100) // 100
        days.append(
            {
                "average": _neat(average),
                "date": day.isoformat(),
                "highest": _neat(average * spread),
                "lowest": _neat(max(0.01, average / spread)),
                "order_count": orders,
                "volume": orders * (1 + (thrown >> 24) % 100_000),
            }
        )
    return days


class Contracts:
    """The public contracts of one region; arguments as for :class:`OrderBook`."""

    def __init__(self, *, seed: int, day: float, region_id: int, deck: Deck) -> None:
        self.deck = deck
        self._day = day
        self._seed = seed_of("contracts", seed, region_id)
        self._first_id = _FIRST_CONTRACT + (region_id - _FIRST_REGION) * _CONTRACTS_A_REGION
        self._stations = universe().regions[region_id].stations

    @staticmethod
    def region_of(contract_id: int) -> int:
        """Return the region a contract of that id would be in."""
        return (contract_id - _FIRST_CONTRACT) // _CONTRACTS_A_REGION + _FIRST_REGION

    def contract_id(self, number: int) -> int:
        """Return the id of the contract of that number."""
        return self._first_id + number * 3

    def number(self, contract_id: int, snapshot: int) -> int | None:
        """Return the number of a contract that is or was here; None when it never was."""
        number, rest = divmod(contract_id - self._first_id, 3)
        return number if rest == 0 and 0 <= number <= self.deck.numbers(snapshot)[0] else None

    def contract(self, number: int) -> dict[str, Any]:
        """Return one contract."""
        thrown = mix(self._seed + number)
        kind = ("item_exchange", "item_exchange", "item_exchange", "auction", "courier")[thrown % 5]
        issuer = CHARACTERS[(thrown >> 8) % len(CHARACTERS)]
        issued = self._day - (thrown >> 16) % 1_200_000
        found: dict[str, Any] = {
            "collateral": 10**7 if kind == "courier" else 0,
            "contract_id": self.contract_id(number),
            "date_expired": moment(issued + 2_419_200),
            "date_issued": moment(issued),
            "days_to_complete": 3 if kind == "courier" else 0,
            "end_location_id": self._stations[(thrown >> 20) % len(self._stations)],
            "issuer_corporation_id": employer(issuer),
            "issuer_id": issuer,
            "price": 0 if kind == "courier" else _neat((thrown >> 24) % 10**9),
            "reward": 10**6 if kind == "courier" else 0,
            "start_location_id": self._stations[0],
            "title": "" if thrown % 3 else "10/20",
            "type": kind,
            "volume": _neat((thrown >> 30) % 100_000 / 100),
        }
        if kind == "auction":
            found["buyout"] = found["price"] * 2
        if thrown % 7 == 0:
            found["for_corporation"] = True  # Never sent as false.
        return found
