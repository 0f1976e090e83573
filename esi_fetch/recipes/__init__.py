"""Compound data sets: what takes several operations to know, built on the client's jobs.

Each is a function of a client that returns rows, a recipe that job files and ``esi-fetch recipe run`` name,
and a data set that the store keeps. ``docs/reference/recipes.md`` lists what they are made from and
what they give. Two more functions draw what two of them give.
"""

from esi_fetch.recipes.data_sets import Named
from esi_fetch.recipes.groups import market_groups, market_lookup, market_types, type_names
from esi_fetch.recipes.market import market_history, market_summary
from esi_fetch.recipes.naming import ids, names
from esi_fetch.recipes.overview import character_overview
from esi_fetch.recipes.pictures import depth_plot, history_plot
from esi_fetch.recipes.places import region_names, solar_systems, stations
from esi_fetch.recipes.renewal import refresh

__all__ = [
    "Named",
    "character_overview",
    "depth_plot",
    "history_plot",
    "ids",
    "market_groups",
    "market_history",
    "market_lookup",
    "market_summary",
    "market_types",
    "names",
    "refresh",
    "region_names",
    "solar_systems",
    "stations",
    "type_names",
]
