"""Compound data sets: what takes several operations to know, built on the client's jobs."""

from esi_fetch.recipes.names import names_of, region_names

__all__ = ["names_of", "region_names"]
