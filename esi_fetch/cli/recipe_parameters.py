"""The parameters of a recipe as people type them: texts, options, and files with long lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from esi_fetch.catalog import Recipe
from esi_fetch.cli.parameters import parse_parameters, value_in
from esi_fetch.errors import InputError, ParameterError, Problem

__all__ = ["recipe_parameters"]


def recipe_parameters(
    made: Recipe,
    texts: Sequence[str],
    *,
    regions: Sequence[str] = (),
    types: Sequence[str] = (),
    later: Collection[str] = (),
) -> dict[str, Any]:
    """Return the parameters that the command line gives.

    A list is ``type=34,35``, or ``ids=@FILE``: a JSON or YAML list, or a text with one item a line; ``@-`` is
    standard input. Items of options are taken as they are, with commas in them.

    Args:
        made: The recipe.
        texts: ``name=value`` texts.
        regions: The values of ``--region``.
        types: The values of ``--type``.
        later: Parameters that come from elsewhere, such as a table.

    Raises:
        InputError: A text is wrong, or does not fit the recipe; ``problems`` lists everything.
    """
    known = {each.name: each for each in made.parameters}
    lists: dict[str, list[Any]] = {}
    problems: list[Problem] = []
    for option, values in (("region", regions), ("type", types)):
        if values and option not in known:
            problems.append(Problem(f"--{option}", f"{made.name} has no parameter {option!r}"))
        elif values:
            lists[option] = list(values)
    rest = []
    for text in texts:
        name, _, value = text.partition("=")
        if name in known and known[name].schema.get("type") == "array" and value.startswith("@"):
            try:
                lists.setdefault(name, []).extend(_items(value[1:], where=f"parameters.{name}"))
            except InputError as error:
                problems += error.problems
        else:
            rest.append(text)
    given: dict[str, Any] = {}
    try:
        given = parse_parameters(rest, operation=made.operation, later={*later, *lists})
    except ParameterError as error:
        problems += error.problems
    if problems:
        raise InputError(problems=problems)
    for name, items in lists.items():
        also = given.get(name)
        given[name] = [*items, *(also.split(",") if isinstance(also, str) else also or ())]
    return given


def _items(name: str, *, where: str) -> list[Any]:
    found = value_in(name, where=where, may_be_lines=True)
    if not isinstance(found, list):
        raise InputError(problems=[Problem(where, f"{name}: holds no list")])
    return found
