"""The catalog that the settings lead to, and names of it for completion."""

from __future__ import annotations

import contextlib

import click

from esi_fetch.catalog import Catalog, load_catalog, recipes_there_are
from esi_fetch.errors import EsiFetchError
from esi_fetch.settings import load_settings

__all__ = ["complete_operation", "complete_parameter", "complete_recipe", "current_catalog"]

# A prompt is no place for a complaint: what is wrong with a setting is said when the command is run.


def current_catalog() -> Catalog:
    """Return the catalog that the settings lead to.

    Raises:
        SettingsError: A setting is wrong.
        CatalogError: The user's own catalog is damaged.
    """
    settings = load_settings()
    return load_catalog(home=settings.home, date=settings.compatibility_date)


def complete_operation(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the operations whose name begins with what has been typed, in the spelling it was typed in."""
    try:
        catalog = current_catalog()
    except EsiFetchError:
        return []
    names = list(catalog)
    if incomplete[:1].islower():
        names = [catalog[name].snake_id for name in names]
    return [name for name in names if name.lower().startswith(incomplete.lower())]


def complete_parameter(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the beginnings of ``name=value`` that fit the operation typed before."""
    with contextlib.suppress(EsiFetchError):
        operation = current_catalog()[ctx.params.get("op") or ""]
        names = [f"{each.name}=" for each in operation.parameters]
        return [name for name in names if name.startswith(incomplete)]
    return []


def complete_recipe(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the recipes whose name begins with what has been typed."""
    return [one.name for one in recipes_there_are() if one.name.startswith(incomplete)]
