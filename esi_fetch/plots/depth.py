"""An order book: how many units are wanted, and offered, up to each price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.ticker import LogLocator, NullFormatter

from esi_fetch.plots.numbers import ShortNumbers, short_number
from esi_fetch.plots.picture import Picture, drawing, new_picture, put_title, say_nothing_there

__all__ = ["Book", "draw_depth"]

_BUY, _SELL = "#0072B2", "#D55E00"
# Orders further from the best price than this are no market: somebody offers Tritanium for a billion.
_FURTHEST_BID, _FURTHEST_ASK = 0.6, 1.6
# Bids and asks that are further apart than this need a logarithmic axis to be seen both.
_FAR_APART = 5.0


class Book(NamedTuple):
    """The order book of one type.

    Attributes:
        title: What it is: ``Tritanium in The Forge``.
        orders: Rows of ``GetMarketsRegionIdOrders``, of that type alone.
        note: Of what moment it is, for example.
    """

    title: str
    orders: Sequence[Mapping[str, Any]]
    note: str = ""


def draw_depth(books: Sequence[Book]) -> Picture:
    """Draw order books, each in a panel of its own.

    At each price stand the units that buy orders of that price and higher want, and those that sell orders of
    that price and lower offer. Prices far from the best are left out, and how many units that are is said.
    """
    with drawing():
        picture, parts = new_picture(len(books), height=0.9)
        for part, book in zip(parts, books, strict=True):
            _draw(part, book)
    return picture


def _draw(part: Any, book: Book) -> None:
    axes = part.subplots()
    put_title(axes, book.title, book.note)
    bids = _added_up(book.orders, is_buy=True)
    asks = _added_up(book.orders, is_buy=False)
    if not bids and not asks:
        say_nothing_there(axes, "there are no orders")
        return
    best_bid = bids[0][0] if bids else None
    best_ask = asks[0][0] if asks else None
    low = (best_bid if best_bid is not None else best_ask or 0) * _FURTHEST_BID
    high = (best_ask if best_ask is not None else best_bid or 0) * _FURTHEST_ASK
    low = max(low, min(price for price, _ in [*bids, *asks]) * 0.98)
    high = min(high, max(price for price, _ in [*bids, *asks]) * 1.02)
    if best_bid is None:
        low = (best_ask or 0) * 0.98
    if best_ask is None:
        high = (best_bid or 0) * 1.02
    _fill(axes, bids, until=low, color=_BUY, label="wanted, at this price or higher")
    _fill(axes, asks, until=high, color=_SELL, label="offered, at this price or lower")
    far = best_bid is not None and best_ask is not None and best_ask > _FAR_APART * best_bid
    if far:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlim(low, high)
    axes.set_xlabel("price (ISK)" + (", logarithmic" if far else ""))
    axes.set_ylabel("units, added up")
    axes.xaxis.set_major_formatter(ShortNumbers())
    axes.yaxis.set_major_formatter(ShortNumbers())
    notes = [_best(best_bid, best_ask), *_left_out(bids, asks, low=low, high=high)]
    _write_above(axes, notes)


def _write_above(axes: Any, notes: Sequence[str]) -> None:
    """Write the legend and the notes where no curve is."""
    legend = axes.legend(
        loc="upper center", fontsize=8, title="\n".join(notes), title_fontsize=8, ncols=2, borderpad=0.2
    )
    legend.get_title().set_multialignment("center")
    axes.set_ylim(0, axes.get_ylim()[1] * (1.14 + 0.055 * len(notes)))


def _added_up(orders: Sequence[Mapping[str, Any]], *, is_buy: bool) -> list[tuple[float, int]]:
    """Return the prices of one side, the best first, each with the units up to it."""
    at_price: dict[float, int] = {}
    for order in orders:
        if order["is_buy_order"] is is_buy:
            at_price[order["price"]] = at_price.get(order["price"], 0) + order["volume_remain"]
    reached, added_up = 0, []
    for price in sorted(at_price, reverse=is_buy):
        reached += at_price[price]
        added_up.append((price, reached))
    return added_up


def _fill(axes: Any, side: Sequence[tuple[float, int]], *, until: float, color: str, label: str) -> None:
    if not side:
        return
    # The curve begins with nothing at the best price, and goes on level to the edge of the picture.
    shown = [(price, units) for price, units in side if abs(price - side[0][0]) <= abs(until - side[0][0])]
    prices = [side[0][0], *(price for price, _ in shown), until]
    units = [0, *(units for _, units in shown), shown[-1][1]]
    axes.fill_between(prices, units, step="post", color=color, alpha=0.25, linewidth=0)
    axes.step(prices, units, where="post", color=color, linewidth=1.4, label=label)


def _best(bid: float | None, ask: float | None) -> str:
    told = [
        f"best {what}: {short_number(price, step=price / 1000 or 0.01)} ISK"
        for what, price in (("bid", bid), ("ask", ask))
        if price is not None
    ]
    if bid is not None and ask is not None and ask > 0:
        told.append(f"spread: {(ask - bid) / ask:.1%}")
    if bid is None:
        told.append("nobody wants any")
    if ask is None:
        told.append("nobody offers any")
    return "   ".join(told)


def _left_out(
    bids: Sequence[tuple[float, int]], asks: Sequence[tuple[float, int]], *, low: float, high: float
) -> list[str]:
    told = []
    for side, what, is_out in (
        (bids, f"wanted for less than {short_number(low)}", lambda price: price < low),
        (asks, f"offered for more than {short_number(high)}", lambda price: price > high),
    ):
        inside = max((units for price, units in side if not is_out(price)), default=0)
        outside = side[-1][1] - inside if side else 0
        if outside:
            told.append(f"{short_number(outside)} more units {what} ISK")
    return told
