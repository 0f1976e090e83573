"""One recipe's job → one result.

Order of operations:

1. a data set that the store keeps, and that none of its parts has outlived, is the result
2. else the recipe is made: it asks for its parts, through the same fetcher, store and limits as any job
3. when ESI can't give them, a kept data set that is not too old stands in
4. what was made is kept, for as long as all of its parts hold
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from esi_fetch.auth import TokenSource, choose_character
from esi_fetch.catalog import Catalog, Recipe, operation_of, recipe_named
from esi_fetch.errors import CharacterError, JobError, Problem
from esi_fetch.fetch.asking import LiveAsker, Parts
from esi_fetch.fetch.resolving import by_id
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Result, Source, State
from esi_fetch.store import Category, DataSet
from esi_fetch.transport import Mode, Task

if TYPE_CHECKING:
    from esi_fetch.fetch.fetcher import Fetcher
    from esi_fetch.fetch.wanted import Wanted

__all__ = ["arguments_of", "character_for", "job_scopes", "made", "recipe_problems", "scopes_of", "usable"]

# What is kept of a data set beside its rows, and when it expires.
_MOMENTS = ("fetched_at", "snapshot_at")
_LAST_S = 2.5e11  # about the end of the year 9000, in seconds since the epoch


def scopes_of(recipe: Recipe, catalog: Catalog) -> tuple[str, ...]:
    """Return the scopes that a token must have for a recipe."""
    needed = [catalog[op] for op in recipe.made_from if op not in recipe.optional]
    return tuple(sorted({scope for operation in needed for scope in operation.scopes}))


def job_scopes(job: Job, catalog: Catalog) -> tuple[str, ...]:
    """Return the scopes that a token must have for a job, whatever it is of.

    Raises:
        UnknownOperationError, UnknownRecipeError: There is no such thing.
    """
    return (
        operation_of(job, catalog).scopes
        if job.recipe is None
        else scopes_of(recipe_named(job.recipe), catalog)
    )


def character_for(recipe: Recipe, job: Job, catalog: Catalog, *, tokens: TokenSource) -> int | None:
    """Return whose token a recipe's private parts are asked with; None where it has none.

    Raises:
        CharacterError: It needs a character and none fits, or the job names one for a recipe of public data.
    """
    scopes = scopes_of(recipe, catalog)
    if scopes:
        return choose_character(tokens, scopes=scopes, wanted=job.character, parameters={})
    if job.character is not None:
        what = f"{recipe.name} is made from public data alone; leave it out"
        raise CharacterError(problems=[Problem("character", what)])
    return None


def recipe_problems(recipe: Recipe, parameters: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with a recipe's parameters, beyond their types."""
    return [] if recipe.check is None else recipe.check(parameters)


def made(fetcher: Fetcher, wanted: Wanted, task: Task, *, mode: Mode) -> Result:
    """Return the result of a recipe's job.

    Raises:
        InputError: What its parameters name does not exist.
        JobError: One of its parts can't be had whole.
    """
    began = fetcher.clock.monotonic()
    recipe = recipe_named(wanted.operation.op_id)
    rows, parts = _data_set(fetcher, recipe, wanted, task, mode=mode)
    return Result(
        state=State.SUCCEEDED,
        source=parts.source,
        complete=True,
        pages=parts.count,
        sources=dict(parts.sources),
        snapshot_at=parts.oldest("snapshot_at"),
        fetched_at=parts.oldest("fetched_at"),
        expires_at=parts.oldest("expires_at"),
        elapsed_s=fetcher.clock.monotonic() - began,
        remarks=tuple(dict.fromkeys(parts.remarks)),
        payload=LazyData.of(rows),
        **vars(task.costs.spent()),
    )


def arguments_of(recipe: Recipe, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments of a recipe's function; None for what is not given."""
    return {one.name: parameters.get(one.name) for one in recipe.parameters}


def usable(
    fetcher: Fetcher, recipe: Recipe, parameters: Mapping[str, Any], *, character: int | None, mode: Mode
) -> DataSet | None:
    """Return the data set that the store keeps, if it may be used as it is; None where it has to be made."""
    if mode not in (Mode.NORMAL, Mode.OFFLINE):
        return None
    kept = _kept(fetcher, recipe, parameters, character=character)
    if kept is None or (mode is Mode.NORMAL and not kept.is_fresh(fetcher.clock.now())):
        return None
    return kept


def _kept(
    fetcher: Fetcher, recipe: Recipe, parameters: Mapping[str, Any], *, character: int | None
) -> DataSet | None:
    store = fetcher.session.store
    if store is None or not store.exists or not recipe.keeps:
        return None
    found = store.find_data_set(recipe.name, parameters, character=character)
    return found if found is not None and isinstance(found.data, list) else None


def _data_set(
    fetcher: Fetcher, recipe: Recipe, wanted: Wanted, task: Task, *, mode: Mode
) -> tuple[list[dict[str, Any]], Parts]:
    """Return the rows of a data set, from the store or made now, and what they were made from."""
    parameters, character = wanted.parameters, wanted.character
    kept = usable(fetcher, recipe, parameters, character=character, mode=mode)
    if kept is not None:
        return _as_kept(kept, Source.LOCAL)
    lasting = Category(recipe.category) is not Category.DYNAMIC
    asker = LiveAsker(fetcher, task, mode=mode, character=character, lasting=lasting)
    try:
        given = by_id(asker, recipe, parameters, store=fetcher.session.store)
        rows = recipe.make(asker, **arguments_of(recipe, given))
    except JobError as error:
        rule = fetcher.session.stale_rule
        if not rule.stands_in_for(error) or mode is Mode.OFFLINE:
            raise
        kept = _kept(fetcher, recipe, parameters, character=character)
        until = None if kept is None else kept.expires_at
        if kept is None or until is None or not rule.is_young_enough(until, now=fetcher.clock.now()):
            raise
        return _as_kept(kept, Source.STALE)
    if mode is not Mode.OFFLINE:  # however old its parts are, nobody has asked whether they still hold
        _keep(fetcher, recipe, wanted, rows, asker.parts)
    return rows, asker.parts


def _keep(fetcher: Fetcher, recipe: Recipe, wanted: Wanted, rows: list[dict[str, Any]], parts: Parts) -> None:
    store, expires_at = fetcher.session.store, parts.oldest("expires_at")
    is_stale = Source.STALE.value in parts.sources
    if store is None or not recipe.keeps or is_stale or expires_at is None:
        return
    store.save_data_set(
        recipe.name,
        rows,
        category=recipe.category,
        made_from=recipe.made_from,
        parameters=wanted.parameters,
        character=wanted.character,
        expires_at=expires_at.timestamp(),
        about=_about(parts),
    )


def _about(parts: Parts) -> dict[str, Any]:
    """Return what is to be known of a data set when it is served later on, in plain words and numbers."""
    moments = {name: moment.timestamp() for name in _MOMENTS if (moment := parts.oldest(name)) is not None}
    return {**moments, "remarks": list(dict.fromkeys(parts.remarks))}


def _as_kept(kept: DataSet, source: Source) -> tuple[list[dict[str, Any]], Parts]:
    parts = Parts(lasting=True)
    parts.count = 1
    parts.sources[source.value] = 1
    parts.note("fetched_at", _moment(kept.about.get("fetched_at")) or _moment(kept.made_at))
    parts.note("expires_at", _moment(kept.expires_at))
    if (snapshot_at := _moment(kept.about.get("snapshot_at"))) is not None:
        parts.note("snapshot_at", snapshot_at)
    remarks = kept.about.get("remarks")
    parts.remarks += [str(one) for one in remarks] if isinstance(remarks, list) else []
    rows: list[dict[str, Any]] = kept.data
    return rows, parts


def _moment(seconds: object) -> datetime | None:
    # A store may have come from elsewhere, with anything in it.
    if not isinstance(seconds, (int, float)) or not 0 <= seconds < _LAST_S:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc)
