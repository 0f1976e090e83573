"""What order books and price histories come to, as pure functions.

``docs/reference/recipes.md`` has the formulas.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Day", "History", "Side", "side_of", "summary_of", "weighted_price"]

# Of the volume on one side of the book, the twentieth that is best for whoever takes it.
_SHARE = 20


def weighted_price(orders: Iterable[tuple[float, int]], *, highest_first: bool) -> float | None:
    """Return the average price of the best 5 % of a volume, weighted by volume; None without any.

    Of the last order that is needed only the part that fills the 5 % counts; nothing is rounded.

    Args:
        orders: Price and remaining volume of each order.
        highest_first: Whether high prices are the best, as they are for who sells to buy orders.
    """
    book = sorted(orders, reverse=highest_first)
    volume = sum(units for _, units in book)
    if volume <= 0:
        return None
    # In twentieths of a unit, so that 5 % of the volume is a whole number.
    left, paid = volume, []
    for price, units in book:
        taken = min(units * _SHARE, left)
        paid.append(price * taken)
        left -= taken
        if left <= 0:
            break
    return math.fsum(paid) / volume


class Side(NamedTuple):
    """One side of the book of one type.

    Attributes:
        orders: How many orders.
        volume: How many units are wanted or offered.
        best: The best price for whoever takes it; None without orders.
        weighted: See :func:`weighted_price`.
    """

    orders: int
    volume: int
    best: float | None
    weighted: float | None


def side_of(orders: Sequence[tuple[float, int]], *, is_buy: bool) -> Side:
    """Return what one side of a book comes to.

    Args:
        orders: Price and remaining volume of each order.
        is_buy: Whether they are buy orders, of which the highest is the best.
    """
    prices = [price for price, _ in orders]
    best = (max if is_buy else min)(prices) if prices else None
    weighted = weighted_price(orders, highest_first=is_buy)
    return Side(len(orders), sum(units for _, units in orders), best, weighted)


class Day(NamedTuple):
    """One day of a type's trade in a region; ``date`` is ISO text."""

    date: str
    average: float
    highest: float
    lowest: float
    volume: int
    orders: int


class History(NamedTuple):
    """What some days of trade come to; prices are None without any.

    Attributes:
        days: How many days had trade.
        average: Mean of the days' average prices.
        weighted_average: Turnover by volume.
        median: Median of the days' average prices.
        lowest: The lowest price of all days.
        highest: The highest price of all days.
        volatility: Sample standard deviation of the logarithms of each day's average price by that of the
            day of trade before; None with fewer than three days.
        volume: Units traded.
        turnover: Sum of each day's average price times its volume.
        orders: Orders that were filled, wholly or in part.
    """

    days: int
    average: float | None
    weighted_average: float | None
    median: float | None
    lowest: float | None
    highest: float | None
    volatility: float | None
    volume: int
    turnover: float
    orders: int


def summary_of(days: Sequence[Day]) -> History:
    """Return what some days of trade, oldest first, come to."""
    averages = [day.average for day in days]
    volume = sum(day.volume for day in days)
    turnover = math.fsum(day.average * day.volume for day in days)
    returns = [math.log(after / before) for before, after in pairwise(averages) if before > 0 and after > 0]
    return History(
        days=len(days),
        average=math.fsum(averages) / len(averages) if averages else None,
        weighted_average=turnover / volume if volume else None,
        median=statistics.median(averages) if averages else None,
        lowest=min((day.lowest for day in days), default=None),
        highest=max((day.highest for day in days), default=None),
        volatility=statistics.stdev(returns) if len(returns) > 1 else None,
        volume=volume,
        turnover=turnover,
        orders=sum(day.orders for day in days),
    )
