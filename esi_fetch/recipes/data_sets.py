"""How a recipe becomes something that can be asked for: in job files by its name, in Python as a function."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, Literal, ParamSpec

from esi_fetch.catalog import Asker, Parameter, recipe
from esi_fetch.client import Esi
from esi_fetch.errors import Problem

__all__ = ["Named", "Row", "data_set", "ids_of"]

P = ParamSpec("P")

Row = dict[str, Any]

Named = int | str
"""A thing of the game's, by id or by name."""


def ids_of(given: Named | Sequence[Named] | None) -> list[int]:
    """Return the ids that a parameter gives; when a recipe is made, there are no names in it any more."""
    if given is None:
        return []
    return [int(given)] if isinstance(given, (int, str)) else [int(one) for one in given]


def data_set(
    name: str,
    *,
    category: Literal["static", "derived", "dynamic"],
    made_from: Sequence[str],
    parameters: Sequence[Parameter] = (),
    columns: Mapping[str, Mapping[str, Any]],
    optional: Sequence[str] = (),
    check: Callable[[Mapping[str, Any]], list[Problem]] | None = None,
    keeps: bool = True,
) -> Callable[[Callable[Concatenate[Asker, P], list[Row]]], Callable[Concatenate[Esi, P], list[Row]]]:
    """Register the decorated function as a recipe; what is left under its name takes a client.

    What its parameters mean is told once, in their schemas, which ``help()`` shows as well.

    The arguments are those of :func:`esi_fetch.catalog.recipe`.
    """

    def register(
        function: Callable[Concatenate[Asker, P], list[Row]],
    ) -> Callable[Concatenate[Esi, P], list[Row]]:
        recipe(
            name,
            category=category,
            made_from=made_from,
            parameters=parameters,
            columns=columns,
            optional=optional,
            check=check,
            keeps=keeps,
        )(function)

        @functools.wraps(function)
        def ask(esi: Esi, /, *nothing: P.args, **given: P.kwargs) -> list[Row]:
            asked: dict[str, Any] = given
            return esi.recipe(name, **asked)

        described = {"__doc__": _documentation(function, parameters), "__signature__": _signature(function)}
        for attribute, value in described.items():
            setattr(ask, attribute, value)
        return ask

    return register


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """Return what the function takes once a client asks in place of the one who makes the recipe."""
    made = inspect.signature(function, eval_str=True)
    _, *given = made.parameters.values()
    client = inspect.Parameter("esi", inspect.Parameter.POSITIONAL_ONLY, annotation=Esi)
    return made.replace(parameters=[client, *given])


def _documentation(function: Callable[..., Any], parameters: Sequence[Parameter]) -> str:
    lines = [inspect.cleandoc(function.__doc__ or ""), "", "Args:", "    esi: The client."]
    for each in parameters:
        meaning = str(each.schema["description"])
        lines.append(f"    {each.name}: {meaning[0].upper()}{meaning[1:]}.")
    return "\n".join([*lines, "", "Errors are those of :meth:`esi_fetch.Esi.recipe`.", ""])
