"""Making again what was made before."""

from __future__ import annotations

from collections.abc import Iterable

from esi_fetch.catalog import recipe_named, recipes_there_are
from esi_fetch.client import Esi
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report
from esi_fetch.store import Category

__all__ = ["kept_jobs", "refresh"]


def kept_jobs(esi: Esi, names: Iterable[str] = (), *, category: Category | str | None = None) -> list[Job]:
    """Return a job for each data set that the store keeps of a recipe, as it was asked for.

    Args:
        esi: The client.
        names: Only those of these recipes.
        category: Only ``static``, ``derived`` or ``dynamic`` ones.

    Raises:
        UnknownRecipeError: There is no such recipe.
        ValueError: There is no such category.
    """
    wanted = {recipe_named(name).name for name in names}
    known = {one.name for one in recipes_there_are()}
    kept = [] if esi.store is None else esi.store.data_sets(category=category)
    return [
        Job(recipe=one.name, parameters=dict(one.parameters), character=one.character)
        for one in kept
        if one.name in (wanted or known)
    ]


def refresh(esi: Esi, *names: str, category: Category | str | None = None) -> Report:
    """Make the data sets that the store keeps anew, whether they have expired or not, and report on them.

    ESI is asked, conditionally, about all that they are made from.

    Args:
        esi: The client.
        *names: Only those of these recipes.
        category: Only ``static``, ``derived`` or ``dynamic`` ones.

    Raises:
        UnknownRecipeError: There is no such recipe.
        InputError: The client works offline, or has no token any more for a character whose data is kept.
        ValueError: There is no such category.
    """
    return esi.run(kept_jobs(esi, names, category=category), refresh=True)
