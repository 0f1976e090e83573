"""Markets: what their order books come to now, and what was traded lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from esi_fetch.catalog import Asker
from esi_fetch.catalog.places import is_date
from esi_fetch.errors import AnswerError, Problem
from esi_fetch.recipes.data_sets import Named, Row, data_set, ids_of
from esi_fetch.recipes.groups import GROUPS_FROM, all_groups, types_below
from esi_fetch.recipes.naming import first_few, name_in, names_of
from esi_fetch.recipes.schemas import (
    DAY,
    DAYS,
    ID,
    ISK,
    MARKET_GROUP,
    REGION,
    SHARE,
    SINCE,
    TEXT,
    TYPES,
    UNITS,
    UNTIL,
    said,
)
from esi_fetch.recipes.statistics import Day, History, side_of, summary_of

__all__ = ["market_history", "market_summary"]

_ORDERS, _HISTORY = "GetMarketsRegionIdOrders", "GetMarketsRegionIdHistory"

# More types than this are picked out of a region's whole market: its pages are hundreds at most.
_MOST_ALONE = 50
_DAYS = 30

_OF_TYPE: Mapping[str, Mapping[str, Any]] = {
    "region_id": ID,
    "region_name": TEXT,
    "type_id": ID,
    "type_name": TEXT,
}

Book = dict[int, tuple[list[tuple[float, int]], list[tuple[float, int]]]]
"""Price and remaining volume of buy orders and of sell orders, by type."""


@data_set(
    "market-summary",
    category="dynamic",
    made_from=(_ORDERS, "PostUniverseNames"),
    parameters=(REGION, TYPES),
    columns={
        **_OF_TYPE,
        "best_bid": said(ISK, "the highest buy order; null without any"),
        "bid_5pct": said(ISK, "the average price of the best 5 % of the volume in buy orders"),
        "buy_volume": UNITS,
        "buy_orders": ID,
        "best_ask": said(ISK, "the lowest sell order; null without any"),
        "ask_5pct": said(ISK, "the average price of the best 5 % of the volume in sell orders"),
        "sell_volume": UNITS,
        "sell_orders": ID,
    },
)
def market_summary(
    ask: Asker, *, region: Named | Sequence[Named], type: Named | Sequence[Named] | None = None
) -> list[Row]:
    """What the order books of regions come to now, for each type: best prices, 5 % prices, volumes.

    All orders of a region count, wherever in it they are and whatever their range or minimum volume. Types
    without orders have no row, unless they are asked for.
    """
    regions, types = ids_of(region), list(dict.fromkeys(ids_of(type)))
    books = _books(ask, regions, types)
    listed = [(region_id, type_id) for region_id in regions for type_id in types or sorted(books[region_id])]
    named = names_of(ask, [*regions, *(type_id for _, type_id in listed)])
    return [
        {
            "region_id": region_id,
            "region_name": name_in(named, region_id),
            "type_id": type_id,
            "type_name": name_in(named, type_id),
            **_both_sides(*books[region_id].get(type_id, ([], []))),
        }
        for region_id, type_id in listed
    ]


def _books(ask: Asker, regions: Sequence[int], types: Sequence[int]) -> dict[int, Book]:
    """Return the order books of regions, all fetched side by side."""
    if not types or len(types) > _MOST_ALONE:
        asked: list[dict[str, int]] = [{"region_id": region_id} for region_id in regions]
    else:
        asked = [{"region_id": region_id, "type_id": type_id} for region_id in regions for type_id in types]
    books: dict[int, Book] = {region_id: {} for region_id in regions}
    for given, part in zip(asked, ask.each(_ORDERS, asked, pick=_book), strict=True):
        books[given["region_id"]].update(part or {})
    return books


def _book(orders: Iterable[Mapping[str, Any]] | None) -> Book:
    book: Book = {}
    for order in orders or ():
        sides = book.setdefault(order["type_id"], ([], []))
        sides[0 if order["is_buy_order"] else 1].append((order["price"], order["volume_remain"]))
    return book


def _both_sides(buy: Sequence[tuple[float, int]], sell: Sequence[tuple[float, int]]) -> Row:
    bids, asks = side_of(buy, is_buy=True), side_of(sell, is_buy=False)
    return {
        "best_bid": bids.best,
        "bid_5pct": _isk(bids.weighted),
        "buy_volume": bids.volume,
        "buy_orders": bids.orders,
        "best_ask": asks.best,
        "ask_5pct": _isk(asks.weighted),
        "sell_volume": asks.volume,
        "sell_orders": asks.orders,
    }


def _isk(price: float | None) -> float | None:
    """Return a price to a hundredth of a cent: what lies beyond that is noise of the arithmetic."""
    return None if price is None else round(price, 4)


def _history_problems(parameters: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the parameters of ``market-history`` beyond their types."""
    problems = []
    if parameters.get("type") is None and parameters.get("market_group") is None:
        what = "missing; give types, a market group, or both: ESI tells histories one by one"
        problems.append(Problem("parameters.type", what))
    given = {name: parameters[name] for name in ("since", "until") if parameters.get(name) is not None}
    odd = [name for name, day in given.items() if not is_date(day)]
    problems += [
        Problem(f"parameters.{each}", f"expected a day such as 2026-08-18, found {given[each]!r}")
        for each in odd
    ]
    if "since" in given and parameters.get("days") is not None:
        problems.append(Problem("parameters.days", "can't go with since; give one of them"))
    if len(given) > 1 and not odd and given["since"] > given["until"]:
        what = f"lies after until: {given['since']} > {given['until']}"
        problems.append(Problem("parameters.since", what))
    return problems


@data_set(
    "market-history",
    category="derived",
    made_from=(_HISTORY, "PostUniverseNames", *GROUPS_FROM),
    parameters=(REGION, TYPES, MARKET_GROUP, DAYS, SINCE, UNTIL),
    check=_history_problems,
    columns={
        **_OF_TYPE,
        "since": said(DAY, "the first day that counts"),
        "until": said(DAY, "the last one"),
        "days": said(ID, "how many of them had trade"),
        "average": said(ISK, "mean of the days' average prices"),
        "weighted_average": said(ISK, "turnover by volume"),
        "median": said(ISK, "median of the days' average prices"),
        "lowest": said(ISK, "lowest price of all days"),
        "highest": said(ISK, "highest price of all days"),
        "volatility": said(SHARE, "standard deviation of daily log returns; null with fewer than three days"),
        "volume": UNITS,
        "turnover": said(ISK, "sum of each day's average price times its volume"),
        "orders": said(ID, "orders filled, wholly or in part"),
    },
)
def market_history(
    ask: Asker,
    *,
    region: Named | Sequence[Named],
    type: Named | Sequence[Named] | None = None,
    market_group: Named | None = None,
    days: int | None = None,
    since: str | None = None,
    until: str | None = None,
) -> list[Row]:
    """What some days of trade come to, for each type: average, median, volatility, volume, turnover.

    The last 30 days count if nothing else is said. A day without trade is in no figure. A type of which ESI
    has no history has a row without prices.
    """
    regions, types = ids_of(region), list(dict.fromkeys(ids_of(type)))
    if market_group is not None:
        below = dict.fromkeys(types_below(all_groups(ask), market_group))
        types = [type_id for type_id in types if type_id in below] if types else list(below)
    asked = [(region_id, type_id) for region_id in regions for type_id in types]
    histories = _history_of(ask, asked)
    newest = max((found[-1].date for found in histories if found), default=None)
    last = until or newest
    first = since
    if until is None and first is not None and newest is not None and first > newest:
        last = first
        ask.remark(f"ESI has no day of trade since {first} yet: the newest is {newest}")
    if first is None and last is not None:
        first = (date.fromisoformat(last) - timedelta(days=(days or _DAYS) - 1)).isoformat()
    named = names_of(ask, [*regions, *types])
    _remark_missing(ask, [pair for pair, found in zip(asked, histories, strict=True) if found is None], named)
    rows = []
    for (region_id, type_id), found in zip(asked, histories, strict=True):
        counted = [day for day in found or () if (first or "") <= day.date <= (last or "")]
        rows.append(
            {
                "region_id": region_id,
                "region_name": name_in(named, region_id),
                "type_id": type_id,
                "type_name": name_in(named, type_id),
                "since": first,
                "until": last,
                **_rounded(summary_of(counted)),
            }
        )
    return rows


def _rounded(history: History) -> Row:
    volatility = history.volatility
    return {
        **history._asdict(),
        "average": _isk(history.average),
        "weighted_average": _isk(history.weighted_average),
        "median": _isk(history.median),
        "volatility": None if volatility is None else round(volatility, 6),
        "turnover": round(history.turnover, 2),
    }


def _history_of(ask: Asker, asked: Sequence[tuple[int, int]]) -> list[list[Day] | None]:
    """Return the days of trade of regions and types, oldest first; None where ESI has no history."""
    return ask.each(
        _HISTORY,
        [{"region_id": region_id, "type_id": type_id} for region_id, type_id in asked],
        pick=_days,
        absent=_has_no_history,
    )


def _has_no_history(error: AnswerError) -> bool:
    """Return whether a refusal says that a type has no history, rather than that something is wrong.

    ESI lists types in markets whose history is a 404, and others of which it says that they are not tradable
    (https://github.com/esi/esi-issues/issues/1429, https://github.com/esi/esi-issues/issues/1469). A region
    without a market is a 400 as well.
    """
    return error.status == 404 or (error.status == 400 and "type" in str(error).lower())


def _days(data: Any) -> list[Day]:
    days = [
        Day(row["date"], row["average"], row["highest"], row["lowest"], row["volume"], row["order_count"])
        for row in data or ()
    ]
    return sorted(days)


def _remark_missing(
    ask: Asker, missing: Sequence[tuple[int, int]], named: Mapping[int, tuple[str, str]]
) -> None:
    if missing:
        told = [
            f"{name_in(named, type_id) or type_id} in {name_in(named, region_id) or region_id}"
            for region_id, type_id in missing
        ]
        ask.remark(f"ESI has no history of {first_few(told)}")
