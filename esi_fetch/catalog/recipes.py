"""Recipes as data: what compound data sets there are, what they are made from, what they take.

The registry stands here, below what makes them, because jobs are checked against it: to a job file, to the
bill and to a run, a recipe is an operation like any other, made of more than one request. Those that come
with the library register themselves when they are imported, which happens when the first one is looked for:
in a worker process too, that was never told of them.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol, TypeVar

from esi_fetch.catalog.catalog import Catalog
from esi_fetch.catalog.operation import Operation, Parameter
from esi_fetch.errors import AnswerError, Problem, UnknownOperationError, UnknownRecipeError, did_you_mean
from esi_fetch.model.job import Job

__all__ = [
    "Asker",
    "Recipe",
    "known_operation",
    "operation_named",
    "operation_of",
    "recipe",
    "recipe_named",
    "recipes_there_are",
]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class Asker(Protocol):
    """What a recipe asks ESI through: each of its requests is a job, fetched like any other.

    In a bill, it is asked as well, and answers with what the store has; a recipe ends there where the store
    has no answer.
    """

    @property
    def character(self) -> int | None:
        """Whose data is wanted; None for public data."""
        ...

    def get(self, op: str, /, **parameters: Any) -> Any:
        """Return an operation's data: every page, as one consistent snapshot."""
        ...

    def each(
        self,
        op: str,
        parameters: Sequence[Mapping[str, Any]],
        /,
        *,
        pick: Callable[[Any], T],
        absent: Callable[[AnswerError], bool] = lambda error: False,
    ) -> list[T | None]:
        """Return what *pick* takes of an operation's data, for each set of parameters, concurrently.

        Args:
            op: The operation.
            parameters: Its parameters, many times.
            pick: Takes what is needed of the data, so that the rest need not be kept. Of a set of pages it
                is handed the rows, with one decoded page in memory at a time.
            absent: Whether a refusal only says that there is no data: then it is None. Any other failure
                fails the recipe.
        """
        ...

    def refused(self, op: str, parameters: Sequence[Mapping[str, Any]], /) -> list[bool]:
        """Return, for each set of parameters, whether ESI has refused it a moment ago; nothing is sent."""
        ...

    def known(self, op: str, parameters: Sequence[Mapping[str, Any]], /) -> list[bool]:
        """Return, for each set of parameters, whether it would be answered, or refused, without a request."""
        ...

    def remark(self, text: str) -> None:
        """Note what whoever uses the data should know: ids that are unknown, names that may not be seen."""
        ...


@dataclass(frozen=True)
class Recipe:
    """A compound data set: rows that take several operations to know.

    Attributes:
        name: What it is called: ``market-summary``.
        make: Called as ``make(asker, **parameters)``; returns the rows.
        category: ``static`` changes with the game's own data alone, which rolls daily at 11:05 UTC;
            ``derived`` is worked out from such data; ``dynamic`` changes while people play.
        made_from: The operations it asks.
        parameters: What it takes; descriptions are in the schemas.
        columns: The members of a row and their schemas, in order; descriptions are in them.
        optional: Those of its operations it can do without: where no token fits them, it says so in a remark.
        check: Says what is wrong with its parameters, beyond their types.
        keeps: Whether the store keeps the data set, beside the answers it is made from.
        summary: What it is, on one line.
    """

    name: str
    make: Callable[..., list[dict[str, Any]]]
    category: Literal["static", "derived", "dynamic"]
    made_from: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    optional: frozenset[str] = frozenset()
    check: Callable[[Mapping[str, Any]], list[Problem]] | None = None
    keeps: bool = True
    summary: str = ""

    @cached_property
    def operation(self) -> Operation:
        """The same as an operation, for what checks parameters, fills in rows of tables, types columns."""
        row = {"type": "object", "properties": dict(self.columns)}
        return Operation(
            op_id=self.name,
            method="",
            path="",
            tag="Recipe",
            parameters=self.parameters,
            answer={"type": "array", "items": row},
            repeatable=True,
        )


# The one step upwards in the house, which test_architecture.py knows of. Who holds this registry alone, such
# as a worker process that was handed a job, must find what comes with the library all the same.
_COME_WITH_US = "esi_fetch.recipes"
_RECIPES: dict[str, Recipe] = {}
_CATEGORIES = ("static", "derived", "dynamic")


def recipe(
    name: str,
    *,
    category: Literal["static", "derived", "dynamic"],
    made_from: Sequence[str],
    parameters: Sequence[Parameter] = (),
    columns: Mapping[str, Mapping[str, Any]],
    optional: Sequence[str] = (),
    check: Callable[[Mapping[str, Any]], list[Problem]] | None = None,
    keeps: bool = True,
) -> Callable[[F], F]:
    """Register the decorated function as what makes a data set.

    The function takes an :class:`Asker` first; its keyword-only parameters are those of the recipe. The first
    line of its docstring is the recipe's summary. The arguments are the attributes of :class:`Recipe`.

    Raises:
        TypeError: The function does not take the recipe's parameters.
    """

    def register(function: F) -> F:
        taken = [
            one.name
            for one in inspect.signature(function).parameters.values()
            if one.kind is inspect.Parameter.KEYWORD_ONLY
        ]
        if sorted(taken) != sorted(one.name for one in parameters):
            raise TypeError(f"recipe {name!r}: the function takes {taken}, not the recipe's parameters")
        _RECIPES[name] = Recipe(
            name,
            function,
            category,
            tuple(made_from),
            tuple(parameters),
            columns,
            optional=frozenset(optional),
            check=check,
            keeps=keeps,
            summary=(inspect.getdoc(function) or "").partition("\n")[0],
        )
        return function

    return register


def recipes_there_are() -> tuple[Recipe, ...]:
    """Return all recipes, those that hold longest first, then by name."""
    importlib.import_module(_COME_WITH_US)
    return tuple(sorted(_RECIPES.values(), key=lambda one: (_CATEGORIES.index(one.category), one.name)))


def _squashed(name: object) -> str:
    return str(name).strip().lower().replace("_", "-")


def recipe_named(name: str) -> Recipe:
    """Return the recipe of that name; ``_`` is as good as ``-``, and case does not matter.

    Raises:
        UnknownRecipeError: There is none; the text has the nearest right names.
    """
    squashed = _squashed(name)
    found = _RECIPES.get(squashed)
    if found is None:
        importlib.import_module(_COME_WITH_US)
        found = _RECIPES.get(squashed)
    if found is None:
        hint = did_you_mean(name, _RECIPES) or f"; there are {', '.join(_RECIPES)}"
        raise UnknownRecipeError(problems=[Problem("", f"unknown recipe {name!r}{hint}")])
    return found


def operation_of(job: Job, catalog: Catalog) -> Operation:
    """Return what a job asks for: an operation of the catalog, or a recipe in the form of one.

    Raises:
        UnknownOperationError: The catalog has no such operation.
        UnknownRecipeError: There is no such recipe.
    """
    try:
        return (
            operation_named(job.op_id, catalog) if job.recipe is None else recipe_named(job.recipe).operation
        )
    except (UnknownOperationError, UnknownRecipeError) as error:
        raise error.below("op_id" if job.recipe is None else "recipe") from None


def operation_named(name: str, catalog: Catalog) -> Operation:
    """Return the operation of that name, in any spelling.

    Raises:
        UnknownOperationError: There is none; where a recipe is called so, the text says what to do.
    """
    try:
        return catalog[name]
    except UnknownOperationError:
        found = next((one for one in recipes_there_are() if one.name == _squashed(name)), None)
        if found is None:
            raise
        raise UnknownOperationError(
            f"{name!r} is a recipe, not an operation: `esi-fetch recipe run {found.name}`,"
            f" esi.recipe({found.name!r}), and in job files recipe: {found.name}"
        ) from None


def known_operation(job: Job, catalog: Mapping[str, Operation]) -> Operation | None:
    """Return what a job asks for, as :func:`operation_of` does; None where that is not known."""
    if job.recipe is None:
        return catalog.get(job.op_id)
    try:
        return recipe_named(job.recipe).operation
    except UnknownRecipeError:
        return None
