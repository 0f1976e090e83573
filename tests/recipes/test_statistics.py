"""The formulas of docs/reference/recipes.md, against computations that were written another way."""

from __future__ import annotations

import math
import random
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.recipes.statistics import Day, side_of, summary_of, weighted_price

CENTS = st.integers(1, 10**12).map(lambda cents: cents / 100)
ORDERS = st.lists(st.tuples(CENTS, st.integers(1, 10**9)), max_size=30)


def exact_weighted_price(orders: list[tuple[float, int]], *, highest_first: bool) -> Fraction:
    """The area under the curve of prices, up to 5 % of the volume, by that 5 %; in fractions."""
    share = Fraction(sum(units for _, units in orders)) / 20
    area, reached = Fraction(0), Fraction(0)
    for price in sorted({price for price, _ in orders}, reverse=highest_first):
        at_price = Fraction(sum(units for other, units in orders if other == price))
        area += Fraction(price) * max(Fraction(0), min(at_price, share - reached))
        reached += at_price
    return area / share


@given(ORDERS, st.booleans())
def test_the_weighted_price_is_exact(orders: list[tuple[float, int]], highest_first: bool) -> None:
    """It is the average over exactly the best 5 % of the volume, up to the precision of a float."""
    found = weighted_price(orders, highest_first=highest_first)
    if not orders:
        assert found is None
        return
    assert found == pytest.approx(float(exact_weighted_price(orders, highest_first=highest_first)), rel=1e-12)


@given(ORDERS.filter(bool), st.booleans(), st.randoms(use_true_random=False))
def test_it_lies_between_the_best_and_the_average(
    orders: list[tuple[float, int]], highest_first: bool, throw: random.Random
) -> None:
    """It lies between best and worst order, and does not care in which order they are given."""
    found = weighted_price(orders, highest_first=highest_first)
    assert found is not None
    prices = [price for price, _ in orders]
    assert min(prices) * (1 - 1e-12) <= found <= max(prices) * (1 + 1e-12)
    average = sum(Fraction(price) * units for price, units in orders) / sum(units for _, units in orders)
    better = found - float(average) if highest_first else float(average) - found
    assert better >= -1e-9 * max(prices)
    shuffled = throw.sample(orders, len(orders))
    assert weighted_price(shuffled, highest_first=highest_first) == pytest.approx(found, rel=1e-12)


def test_units_one_by_one_give_the_same() -> None:
    """Of 100 units, the five cheapest are averaged: three at 1 ISK, and two of those at 2."""
    assert weighted_price([(2.0, 47), (1.0, 3), (9.0, 50)], highest_first=False) == pytest.approx(7 / 5)
    assert weighted_price([(2.0, 47), (1.0, 3), (9.0, 50)], highest_first=True) == 9.0
    # Of less than twenty units, 5 % is less than one.
    assert weighted_price([(5.0, 1)], highest_first=True) == 5.0


def test_a_side_without_orders_has_no_prices() -> None:
    """Nothing offered is no price, and not a price of nothing."""
    assert side_of([], is_buy=True) == (0, 0, None, None)
    assert side_of([(3.0, 5), (4.0, 5)], is_buy=True).best == 4.0
    assert side_of([(3.0, 5), (4.0, 5)], is_buy=False).best == 3.0


DAYS = st.lists(
    st.builds(
        Day,
        date=st.just("2026-01-01"),
        average=CENTS,
        highest=CENTS,
        lowest=CENTS,
        volume=st.integers(1, 10**10),
        orders=st.integers(1, 10**5),
    ),
    max_size=60,
)


@given(DAYS)
def test_a_history_comes_to_what_exact_arithmetic_says(days: list[Day]) -> None:
    """Average, weighted average, median, volume and turnover are those of fractions."""
    found = summary_of(days)
    assert (found.days, found.volume, found.orders) == (
        len(days),
        sum(day.volume for day in days),
        sum(day.orders for day in days),
    )
    turnover = sum((Fraction(day.average) * day.volume for day in days), Fraction(0))
    assert found.turnover == pytest.approx(float(turnover), rel=1e-12)
    if not days:
        assert found[1:7] == (None,) * 6
        return
    averages = [Fraction(day.average) for day in days]
    assert found.average == pytest.approx(float(sum(averages) / len(averages)), rel=1e-12)
    assert found.weighted_average == pytest.approx(float(turnover / found.volume), rel=1e-12)
    assert found.median == pytest.approx(float(statistics.median(averages)), rel=1e-12)
    assert found.lowest == min(day.lowest for day in days)
    assert found.highest == max(day.highest for day in days)


@given(DAYS, st.integers(1, 1000))
def test_volatility_knows_no_currency(days: list[Day], times: int) -> None:
    """It is the same in other units of money, zero for steady growth, and needs three days."""
    found = summary_of(days).volatility
    dearer = summary_of([day._replace(average=day.average * times) for day in days]).volatility
    assert (found is None) == (dearer is None) == (len(days) < 3)
    growing = [Day("d", 1.1**number, 1.0, 1.0, 1, 1) for number in range(len(days))]
    if found is not None:
        assert dearer == pytest.approx(found, rel=1e-6, abs=1e-9)
        assert summary_of(growing).volatility == pytest.approx(0, abs=1e-9)


def test_volatility_by_hand() -> None:
    """Of 100, 110 and 99 it is the sample deviation of ln 1.1 and ln 0.9."""
    days = [Day("d", average, 0.0, 0.0, 1, 1) for average in (100.0, 110.0, 99.0)]
    up, down = math.log(1.1), math.log(0.9)
    mean = (up + down) / 2
    expected = math.sqrt((up - mean) ** 2 + (down - mean) ** 2)
    assert summary_of(days).volatility == pytest.approx(expected)
