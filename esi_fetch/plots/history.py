"""A price history: each day's prices, and below them what was traded."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DayLocator

from esi_fetch.plots.numbers import ShortNumbers, short_number
from esi_fetch.plots.picture import Picture, drawing, new_picture, put_title, say_nothing_there
from esi_fetch.units import plural

__all__ = ["Trade", "draw_history"]

_PRICE, _TREND, _VOLUME = "#0072B2", "#D55E00", "#7F8FA6"
_TREND_DAYS = 30
# So few days are marked one by one, or every second or third of them.
_SHORT_SPAN = 20
# So many days have bars of their own; beyond that they would be thinner than a dot.
_MOST_BARS = 400
# A day this many times dearer than nearly all others is cut off, or all others would be a flat line.
_SPIKE = 4.0
_NEARLY_ALL = 0.97


class Trade(NamedTuple):
    """The trade of one type in one region.

    Attributes:
        title: What it is: ``Tritanium in The Forge``.
        days: Rows of ``GetMarketsRegionIdHistory``.
    """

    title: str
    days: Sequence[Mapping[str, Any]]


def draw_history(trades: Sequence[Trade]) -> Picture:
    """Draw price histories with volumes, each in a panel of its own.

    The line is each day's average price, the band reaches from its lowest to its highest, the other line is
    the median of the last 30 days of trade. Below stand the units traded. Where a few days are so much
    dearer than all others that nothing else could be seen, they are cut off, and said to be.
    """
    with drawing():
        picture, parts = new_picture(len(trades))
        for part, trade in zip(parts, trades, strict=True):
            _draw(part, trade)
    return picture


def _draw(part: Any, trade: Trade) -> None:
    prices, volumes = part.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    days = sorted(trade.days, key=lambda day: str(day["date"]))
    if not days:
        put_title(prices, trade.title)
        say_nothing_there(prices, "nothing was traded in this time")
        volumes.set_visible(False)
        return
    dates = [date.fromisoformat(day["date"]) for day in days]
    averages = [day["average"] for day in days]
    lowest, highest = [day["lowest"] for day in days], [day["highest"] for day in days]
    alone = "o" if len(days) == 1 else None
    if len(days) == 1:
        prices.errorbar(
            dates,
            averages,
            yerr=[[averages[0] - lowest[0]], [highest[0] - averages[0]]],
            fmt="none",
            ecolor=_PRICE,
            capsize=6,
            alpha=0.5,
            label="lowest to highest",
        )
    else:
        prices.fill_between(
            dates, lowest, highest, color=_PRICE, alpha=0.18, linewidth=0, label="lowest to highest"
        )
    prices.plot(dates, averages, color=_PRICE, linewidth=1.4, marker=alone, label="average of the day")
    if len(days) > _TREND_DAYS:
        prices.plot(
            dates[_TREND_DAYS - 1 :],
            _medians(averages),
            color=_TREND,
            linewidth=1.2,
            label=f"median of {_TREND_DAYS} days",
        )
    _cut_spikes(prices, lowest, highest)
    put_title(prices, trade.title, _span(dates))
    prices.set_ylabel("price (ISK)")
    prices.yaxis.set_major_formatter(ShortNumbers())
    prices.legend(loc="best", fontsize=8)
    _draw_volumes(volumes, dates, [day["volume"] for day in days])
    if len(days) == 1:
        prices.set_xlim(dates[0] - timedelta(days=2), dates[0] + timedelta(days=2))
    _mark_dates(volumes, span=(dates[-1] - dates[0]).days)


def _mark_dates(axes: Any, *, span: int) -> None:
    if span <= _SHORT_SPAN:  # left to itself, it would mark hours
        locator: Any = DayLocator(interval=max(1, round(span / 6)))
    else:
        locator = AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _draw_volumes(axes: Any, dates: Sequence[date], volumes: Sequence[int]) -> None:
    if len(dates) <= _MOST_BARS:
        axes.bar(dates, volumes, width=0.8, color=_VOLUME)
    else:
        axes.fill_between(dates, volumes, step="mid", color=_VOLUME, linewidth=0)
    axes.set_ylabel("units a day")
    axes.yaxis.set_major_formatter(ShortNumbers())
    axes.set_ylim(bottom=0)


def _medians(values: Sequence[float]) -> list[float]:
    return [statistics.median(values[end - _TREND_DAYS : end]) for end in range(_TREND_DAYS, len(values) + 1)]


def _cut_spikes(axes: Any, lowest: Sequence[float], highest: Sequence[float]) -> None:
    """Keep a few absurd days from making a flat line of all others."""
    usual = sorted(highest)[int((len(highest) - 1) * _NEARLY_ALL)]
    top = max(highest)
    if top <= _SPIKE * usual or usual <= 0:
        return
    bottom = min(lowest)
    margin = max(usual - bottom, usual * 0.05) * 0.1
    axes.set_ylim(max(0.0, bottom - margin), usual + 3 * margin)
    cut = sum(value > usual + 3 * margin for value in highest)
    axes.text(
        0.99,
        0.97,
        f"{plural(cut, 'day')} cut off, up to {short_number(top)} ISK",
        ha="right",
        va="top",
        transform=axes.transAxes,
        fontsize=8,
        color=_TREND,
    )


def _span(dates: Sequence[date]) -> str:
    if len(dates) == 1:
        return f"{dates[0]}"
    return f"{dates[0]} to {dates[-1]}, {plural(len(dates), 'day')} with trade"
