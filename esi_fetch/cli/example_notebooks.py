"""The notebooks that ``esi-fetch examples`` writes; the project's folder ``examples`` holds the same ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["notebook_files"]


class _Words(str):
    """A cell that is read, and not run."""

    __slots__ = ()


_MARKET = (
    _Words(
        """\
# A look at a market

What is traded in a region, for how much, and how prices have moved. Everything comes from recipes: data sets
that take several requests to know, and that the store keeps until something in them has expired.

`pip install 'esi-fetch[frames,plots,sandbox]'` brings what this notebook needs. It talks to a local ESI with
made-up data; to look at the real one, change the line that says so."""
    ),
    """\
import tempfile

import pandas as pd

from esi_fetch import Esi, Job
from esi_fetch.observers import Progress
from esi_fetch.recipes import depth_plot, history_plot, market_history, market_lookup
from esi_fetch.sandbox import Sandbox

# The real ESI: esi = Esi("my-scripts/1.0 (me@example.com)")
esi = Esi(base_url=Sandbox().start().url, home=tempfile.mkdtemp())

REGION = "The Forge"
pd.options.display.float_format = "{:,.2f}".format""",
    _Words(
        """\
## What the order books come to

One row for each type: the best prices, and those of the best 5 % of the volume, which a single odd order does
not move. A recipe is a job like any other: planned, watched, reported on, and turned into a frame."""
    ),
    """\
orders = Job(recipe="market-summary", parameters={"region": REGION})
esi.plan(orders)""",
    """\
report = esi.run(orders, observers=[Progress()])
report""",
    """\
summary = report.frame().set_index("type_id")
summary["offered"] = summary["ask_5pct"] * summary["sell_volume"]
summary.nlargest(10, "offered")[["type_name", "bid_5pct", "ask_5pct", "sell_volume", "offered"]]""",
    _Words(
        """\
## Which kinds of goods

A lookup table tells what a type is. Types are told one by one, so only those with the highest value are asked
about here."""
    ),
    """\
dearest = summary.nlargest(100, "offered").index
lookup = pd.DataFrame(market_lookup(esi, type=list(dearest))).set_index("type_id")
by_group = lookup.join(summary["offered"]).groupby("market_group_path")["offered"]
by_group.agg(["count", "sum"]).sort_values("sum", ascending=False)""",
    _Words(
        """\
## How prices have moved

Volatility is the standard deviation of the logarithms of each day's average price by that of the day before:
0.03 is some three percent a day."""
    ),
    """\
MINERALS = ["Tritanium", "Pyerite", "Mexallon", "Isogen", "Nocxium", "Zydrine", "Megacyte"]
history = pd.DataFrame(market_history(esi, region=REGION, type=MINERALS, days=90))
history[["type_name", "average", "median", "volatility", "volume", "turnover"]]""",
    """\
history_plot(esi, region=REGION, type=["Tritanium", "Megacyte"], days=365)""",
    """\
depth_plot(esi, region=REGION, type="Tritanium")""",
)

_ASSETS = (
    _Words(
        """\
# What a character has, and where

Wallet, orders and assets with the names of the places they are in. Structures that the character may not look
into are places without a name.

`pip install 'esi-fetch[frames,plots,sandbox]'` brings what this notebook needs. It talks to a local ESI with
made-up data; to look at your own character, sign in with `esi-fetch auth login`, and change the line that
says so. Its scopes: `--for GetCharactersCharacterIdWallet --for GetCharactersCharacterIdOrders
--for GetCharactersCharacterIdAssets --for GetUniverseStructuresStructureId`."""
    ),
    """\
import tempfile

import pandas as pd

from esi_fetch import Esi, Job
from esi_fetch.sandbox import Sandbox

# The real ESI: esi = Esi("my-scripts/1.0 (me@example.com)")
esi = Esi(base_url=Sandbox().start().url, home=tempfile.mkdtemp(), tokens={90000001: Sandbox.token(90000001)})

pd.options.display.float_format = "{:,.2f}".format""",
    _Words(
        """\
A recipe is a job like any other: planned first, then run. What it has to say stands below its rows."""
    ),
    """\
overview = Job(recipe="character-overview")
esi.plan(overview)""",
    """\
report = esi.run(overview)
report.jobs[0]""",
    _Words(
        """\
## In all

Prices of assets are the average prices that EVE itself shows; blueprint copies have none."""
    ),
    """\
rows = report.frame()
rows.groupby("kind")[["value", "escrow"]].sum()""",
    _Words(
        """\
## By place"""
    ),
    """\
assets = rows[rows["kind"] == "asset"].copy()
assets["place"] = assets["place_name"].fillna("(may not be seen)")
assets.groupby(["place", "system_name"], dropna=False).agg(
    things=("item_id", "count"), types=("type_id", "nunique"), value=("value", "sum")
).sort_values("value", ascending=False)""",
    _Words(
        """\
## The ten most valuable things, and what is aboard of ships"""
    ),
    """\
assets.nlargest(10, "value")[["type_name", "quantity", "value", "place", "container_name"]]""",
    """\
assets.dropna(subset="container_name").groupby(["place", "container_name"])["value"].agg(["count", "sum"])""",
    _Words(
        """\
## Orders"""
    ),
    """\
orders = rows[rows["kind"].isin(["buy_order", "sell_order"])]
orders[["kind", "type_name", "quantity", "price", "value", "escrow", "place_name"]]""",
)

_ARBITRAGE = (
    _Words(
        """\
# Arbitrage between two regions

What can be bought from sell orders in one region and sold to buy orders in another, at a profit after taxes;
per trip of a ship that holds so many m³.

`pip install 'esi-fetch[frames,plots,sandbox]'` brings what this notebook needs. It talks to a local ESI with
made-up data; to look at the real one, change the line that says so."""
    ),
    """\
import tempfile

import pandas as pd

from esi_fetch import Esi
from esi_fetch.recipes import depth_plot, market_lookup, market_summary
from esi_fetch.sandbox import Sandbox

# The real ESI: esi = Esi("my-scripts/1.0 (me@example.com)")
esi = Esi(base_url=Sandbox().start().url, home=tempfile.mkdtemp())

pd.options.display.float_format = "{:,.2f}".format
HERE, THERE = "The Forge", "Domain"
SALES_TAX = 0.036  # with the skill Accounting at V
HOLD = 60_000  # m³
MONEY = 500_000_000  # ISK""",
    _Words(
        """\
Both markets at once: regions are named side by side, and fetched side by side."""
    ),
    """\
markets = pd.DataFrame(market_summary(esi, region=[HERE, THERE]))
here = markets[markets["region_name"] == HERE].set_index("type_id")
there = markets[markets["region_name"] == THERE].set_index("type_id")
len(here), len(there)""",
    _Words(
        """\
Prices are those of the best 5 % of the volume, so only that much can be traded at them."""
    ),
    """\
trades = pd.DataFrame(
    {
        "type": here["type_name"],
        "buy_at": here["ask_5pct"],
        "sell_at": there["bid_5pct"],
        "units": pd.concat([here["sell_volume"], there["buy_volume"]], axis=1).min(axis=1) // 20,
    }
).dropna()
trades["gain"] = trades["sell_at"] * (1 - SALES_TAX) - trades["buy_at"]
trades = trades[(trades["gain"] > 0) & (trades["units"] > 0)]
len(trades)""",
    _Words(
        """\
## What fits into the ship, and what can be paid

Only of what is worth it the volume is asked for."""
    ),
    """\
lookup = pd.DataFrame(market_lookup(esi, type=list(trades.index)))
trades["volume"] = lookup.set_index("type_id")["packaged_volume"]
trades["load"] = pd.concat(
    [trades["units"], HOLD // trades["volume"], MONEY // trades["buy_at"]], axis=1
).min(axis=1)
trades["profit"] = trades["load"] * trades["gain"]
best = trades[trades["load"] > 0].nlargest(10, "profit")
best[["type", "buy_at", "sell_at", "load", "volume", "profit"]]""",
    _Words(
        """\
## The books of the best"""
    ),
    """\
depth_plot(esi, region=[HERE, THERE], type=int(best.index[0]))""",
)

_NOTEBOOKS: Mapping[str, Sequence[str]] = {
    "market-overview.ipynb": _MARKET,
    "character-assets.ipynb": _ASSETS,
    "arbitrage.ipynb": _ARBITRAGE,
}


def notebook_files() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each notebook; their outputs are empty."""
    for name, cells in _NOTEBOOKS.items():
        yield name, _notebook(cells)


def _notebook(texts: Sequence[str]) -> str:
    document = {
        "cells": [_cell(number, text) for number, text in enumerate(texts, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, text: str) -> dict[str, object]:
    source = text.splitlines(keepends=True)
    if isinstance(text, _Words):
        return {"cell_type": "markdown", "id": f"cell-{number}", "metadata": {}, "source": source}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
