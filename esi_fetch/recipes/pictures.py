"""Pictures of what market recipes give: price histories and order books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from esi_fetch.client import Esi
from esi_fetch.errors import InputError, Problem
from esi_fetch.model.job import Job
from esi_fetch.recipes.data_sets import Named, Row

if TYPE_CHECKING:
    from esi_fetch.plots import Picture

__all__ = ["depth_plot", "history_plot", "picture_of", "picture_problems"]

_DAYS = 365
# More would be too small to be read.
_MOST_PANELS = 12
_HISTORY, _SUMMARY = "market-history", "market-summary"


def history_plot(
    esi: Esi,
    /,
    *,
    region: Named | Sequence[Named],
    type: Named | Sequence[Named],
    days: int | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Picture:
    """Return a picture of price histories with volumes: a panel for each type in each region.

    It is a matplotlib figure, which notebooks show, and which needs no display. ``figure.savefig`` writes it.

    Args:
        esi: The client.
        region: Regions, by id or name.
        type: Types, by id or name.
        days: So many days, up to the last one; a year if nothing else is said.
        since: The first day, in place of *days*: ``"2026-08-01"``.
        until: The last day; if not said, the newest there is.

    Raises:
        InputError: An argument is wrong, or matplotlib is not installed.
        JobError: Something can't be had whole.
    """
    if days is None and since is None:
        days = _DAYS
    given = {"region": region, "type": type, "days": days, "since": since, "until": until}
    return _made(esi, _HISTORY, given)


def depth_plot(esi: Esi, /, *, region: Named | Sequence[Named], type: Named | Sequence[Named]) -> Picture:
    """Return a picture of order books: what is wanted and offered at which price, a panel for each.

    It is a matplotlib figure, which notebooks show, and which needs no display. ``figure.savefig`` writes it.

    Args:
        esi: The client.
        region: Regions, by id or name.
        type: Types, by id or name.

    Raises:
        InputError: An argument is wrong, or matplotlib is not installed.
        JobError: Something can't be had whole.
    """
    return _made(esi, _SUMMARY, {"region": region, "type": type})


def picture_problems(recipe: str, parameters: Mapping[str, Any]) -> list[Problem]:
    """Return why a recipe, run with these parameters, has no picture; nothing where it has one."""
    if recipe not in (_HISTORY, _SUMMARY):
        return [Problem("", f"there are pictures of {_HISTORY} and {_SUMMARY}, and none of {recipe}")]
    if recipe == _SUMMARY and not parameters.get("type"):
        return [Problem("", "a picture shows types that are named; give --type")]
    panels = _number(parameters.get("region")) * _number(parameters.get("type"))
    if panels > _MOST_PANELS:
        return [_too_many(panels)]
    try:
        import esi_fetch.plots  # noqa: F401 - whether it can be used
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "matplotlib":
            raise
        return [Problem("", "pictures need matplotlib: pip install 'esi-fetch[plots]'")]
    return []


def picture_of(esi: Esi, recipe: str, rows: Sequence[Row]) -> Picture:
    """Return the picture of what a recipe gave; its details come from the store, or are asked for.

    Raises:
        InputError: There is too much for one picture.
        JobError: Something can't be had whole.
    """
    from esi_fetch.plots import Book, Trade, draw_depth, draw_history

    if len(rows) > _MOST_PANELS:
        raise InputError(problems=[_too_many(len(rows))])
    if not rows:
        raise InputError(problems=[Problem("", "there is nothing to draw")])
    if recipe == _HISTORY:
        return draw_history([Trade(_title(row), _days(esi, row)) for row in rows])
    return draw_depth([Book(_title(row), *_orders(esi, row)) for row in rows])


def _made(esi: Esi, recipe: str, parameters: Mapping[str, Any]) -> Picture:
    if problems := picture_problems(recipe, parameters):
        raise InputError(problems=problems)
    return picture_of(esi, recipe, esi.recipe(recipe, **parameters))


def _number(given: Any) -> int:
    return len(given) if isinstance(given, (list, tuple)) else 1


def _too_many(panels: int) -> Problem:
    return Problem("", f"a picture shows {_MOST_PANELS} types at most, and these are {panels}")


def _title(row: Row) -> str:
    return f"{row['type_name'] or row['type_id']} in {row['region_name'] or row['region_id']}"


def _days(esi: Esi, row: Row) -> list[Row]:
    if not row["days"]:
        return []  # ESI may have no history of it at all
    days = esi.get("GetMarketsRegionIdHistory", region_id=row["region_id"], type_id=row["type_id"])
    return [day for day in days if row["since"] <= day["date"] <= row["until"]]


def _orders(esi: Esi, row: Row) -> tuple[list[Row], str]:
    """Return the orders of a type, and of what moment they are."""
    asked = {"region_id": row["region_id"], "type_id": row["type_id"]}
    done = esi.fetch(Job("GetMarketsRegionIdOrders", asked)).result
    if done is None or not done.ok:
        return esi.get("GetMarketsRegionIdOrders", **asked), ""  # says what is wrong
    return done.data, "" if done.snapshot_at is None else f"as of {done.snapshot_at:%Y-%m-%d %H:%M} UTC"
