"""Compound data sets: what takes several operations to know, built on the client's jobs.

Each is a function of a client that returns rows, a recipe that job files and ``esi-fetch recipe run`` name,
and a data set that the store keeps. ``docs/recipes.md`` lists what they are made from and what they give.
"""

from esi_fetch.recipes.naming import ids, names
from esi_fetch.recipes.places import region_names, solar_systems, stations

__all__ = ["ids", "names", "region_names", "solar_systems", "stations"]
