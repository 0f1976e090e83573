"""Names of the game's things as ids: regions, types, characters, as people name them.

ESI finds exact names, in any case, of all kinds at once, and leaves out what it does not know. What was meant
by a name that several things have, the kind says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from esi_fetch.catalog import Asker, Recipe
from esi_fetch.errors import Problem, UnknownNameError, did_you_mean
from esi_fetch.parts import in_parts
from esi_fetch.store import LocalStore

__all__ = ["CATEGORIES", "by_id", "category_named", "known_names", "picked"]

CATEGORIES: Mapping[str, str] = {
    "agent": "agents",
    "alliance": "alliances",
    "character": "characters",
    "constellation": "constellations",
    "corporation": "corporations",
    "faction": "factions",
    "inventory_type": "inventory_types",
    "region": "regions",
    "solar_system": "systems",
    "station": "stations",
}
"""What PostUniverseNames calls a kind of thing, and what PostUniverseIds calls many of it."""

# How people call them beside that.
_ALSO = {"type": "inventory_type", "item": "inventory_type", "system": "solar_system"}

_NAMES_A_REQUEST = 500  # ESI's bound on the body of PostUniverseIds

# Recipes whose data sets hold names of a kind, and the column they are in.
_NAMED_IN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "region": (("region-names", "name"),),
    "solar_system": (("solar-systems", "name"), ("stations", "system_name")),
    "station": (("stations", "name"),),
    "inventory_type": (("type-names", "name"), ("market-types", "name"), ("market-lookup", "name")),
}


def category_named(name: str) -> str:
    """Return a kind of thing in ESI's spelling: ``type`` is ``inventory_type``, ``Regions`` is ``region``.

    Raises:
        UnknownNameError: There is no such kind.
    """
    plain = name.strip().lower().replace(" ", "_")
    plural = {many: one for one, many in CATEGORIES.items()}
    plain = plural.get(plain, plain)
    plain = _ALSO.get(plain.removesuffix("s"), _ALSO.get(plain, plain))
    if plain not in CATEGORIES:
        hint = did_you_mean(name, [*CATEGORIES, *_ALSO]) or f"; there are {', '.join(CATEGORIES)}"
        raise UnknownNameError(problems=[Problem("category", f"unknown category {name!r}{hint}")])
    return plain


def picked(
    name: str,
    found: Mapping[str, Any],
    *,
    category: str | None,
    known: Callable[[str | None], Iterable[str]] = lambda category: (),
    where: str = "",
) -> int:
    """Return the id that a name stands for in an answer of PostUniverseIds.

    Args:
        name: The name, in any case.
        found: The answer; it may be about other names as well.
        category: The kind of thing that is meant, in ESI's spelling; None for any.
        known: Gives names of a kind, for what to suggest in place of one that nothing has.
        where: The place of the name, for problems.

    Raises:
        UnknownNameError: Nothing has that name, or several things have it.
    """
    hits = {
        (one, row["id"], row["name"])
        for one, many in CATEGORIES.items()
        for row in found.get(many) or ()
        if row["name"].casefold() == name.casefold()
    }
    wanted = {hit for hit in hits if category in (None, hit[0])}
    if len(wanted) == 1:
        return int(next(iter(wanted))[1])
    if wanted:
        told = ", ".join(f"{kind} {some_id} {called!r}" for kind, some_id, called in sorted(wanted))
        mend = "say which with its id" if len({hit[0] for hit in wanted}) == 1 else "say which with category="
        what = f"{name!r} is the name of several: {told}; {mend}"
    elif hits:
        kinds = " and ".join(sorted({f"{_article(hit[0])} {hit[0]}" for hit in hits}))
        what = f"{name!r} is no {category}, but the name of {kinds}{did_you_mean(name, known(category))}"
    else:
        thing = "nothing in EVE has" if category is None else f"no {category} has"
        what = f"{thing} the name {name!r}{did_you_mean(name, known(category))}"
    raise UnknownNameError(problems=[Problem(where, what)])


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def known_names(store: LocalStore | None, category: str | None) -> list[str]:
    """Return the names of a kind of thing that data sets in the store hold; None for all kinds."""
    if store is None or not store.exists:
        return []
    names: dict[str, None] = {}
    for kind, places in _NAMED_IN.items():
        if category in (None, kind):
            for recipe, column in places:
                names.update(dict.fromkeys(_column(store, recipe, column)))
    return list(names)


def _column(store: LocalStore, recipe: str, column: str) -> Iterator[str]:
    for kept in store.data_sets(name=recipe):
        found = store.find_data_set(recipe, kept.parameters, character=kept.character)
        for row in found.data if found is not None and isinstance(found.data, list) else ():
            if isinstance(row, dict) and isinstance(row.get(column), str):
                yield row[column]


def by_id(
    ask: Asker, recipe: Recipe, parameters: Mapping[str, Any], *, store: LocalStore | None
) -> dict[str, Any]:
    """Return a recipe's parameters with ids in place of names; all are asked about in one go.

    Which of its parameters may be names, and of what kind, their schemas say under ``names``.

    Raises:
        UnknownNameError: A name is nobody's, or several things'; it lists all such names.
    """
    kinds = {one.name: one.schema["names"] for one in recipe.parameters if "names" in one.schema}
    given = {name: parameters[name] for name in kinds if parameters.get(name) is not None}
    names = sorted({one for value in given.values() for one in _texts(value)})
    if not names:
        return dict(parameters)
    found: dict[str, list[Any]] = {}
    for some in in_parts(names, _NAMES_A_REQUEST):
        answer = ask.get("PostUniverseIds", body=some)
        for many, rows in answer.items():
            found.setdefault(many, []).extend(rows)
    problems: list[Problem] = []

    def resolved(value: Any, name: str, where: str) -> Any:
        if isinstance(value, list):
            each = [resolved(one, name, f"{where}[{index}]") for index, one in enumerate(value)]
            return list(dict.fromkeys(each))
        if not isinstance(value, str):
            return value
        try:
            return picked(
                value, found, category=kinds[name], known=lambda kind: known_names(store, kind), where=where
            )
        except UnknownNameError as error:
            problems.extend(error.problems)
            return None

    ids = {name: resolved(value, name, f"parameters.{name}") for name, value in given.items()}
    if problems:
        raise UnknownNameError(problems=problems)
    return {**parameters, **ids}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
