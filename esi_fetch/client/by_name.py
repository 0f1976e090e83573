"""Operations as methods: made when they are asked for, of what the catalog says; no code is generated.

What type checkers and editors see of them is in ``operations.pyi``, which ``scripts/make_stubs.py`` writes.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
from inspect import Parameter as Argument
from inspect import Signature
from typing import Any, Literal, Protocol

from esi_fetch.catalog import Catalog, Operation, Parameter, snake_case
from esi_fetch.catalog.nearest import nearest_operations
from esi_fetch.catalog.words import access, caching, limits, pages, takes
from esi_fetch.columns import columns_of_schema, list_inside

__all__ = [
    "OPTIONS",
    "Ask",
    "ByName",
    "argument_name",
    "default_of",
    "in_order",
    "options_of",
    "summary",
]

OPTIONS: Mapping[str, tuple[Any, Any, str]] = {
    "character": (int | str | None, None, "Whose token to use, by id or name."),
    "refresh": (bool, False, "Ask ESI, conditionally, even for what has not expired."),
    "since_last": (bool, False, "Only what has changed since the last run."),
    "until": (int | str | None, None, "The last id wanted, itself included."),
    "max_records": (int | None, None, "Only so many records, the newest."),
}
_WALKED = {"cursor": ("since_last", "max_records"), "ids": ("until", "max_records")}
_TYPES: Mapping[str, Any] = {"integer": int, "number": float, "boolean": bool, "string": str}
_SHOWN_FIELDS = 40


class Ask(Protocol):
    """Asks for an operation's data."""

    def __call__(self, op: str, parameters: Mapping[str, Any], /, **options: Any) -> Any:
        """Return what :meth:`esi_fetch.Esi.get` returns."""


class ByName:
    """Every operation as a method, by its older id in snake case or its current one.

    Args:
        ask: Asks for an operation's data.
        catalog: Gives the operations there are.
    """

    def __init__(self, ask: Ask, catalog: Callable[[], Catalog]) -> None:
        self._ask = ask
        self._catalog = catalog
        self._made: dict[str, Callable[..., Any]] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the method of that name.

        Raises:
            AttributeError: No operation has it; the text has the nearest right names.
        """
        # Notebooks, copy and pickle try names of their own; no operation begins so.
        if name.startswith("_"):
            raise AttributeError(name)
        method = self._made.get(name)
        if method is None:
            catalog = self._catalog()
            operation = catalog.get(name)
            if operation is None:
                # With an object and no name, Python adds no guess of its own: it compares spellings alone,
                # and would contradict ours.
                raise AttributeError(_unknown(name, catalog), obj=self)
            method = self._made[name] = _method(operation, self._ask)
        return method

    def __dir__(self) -> list[str]:
        ids = [snake_case(op_id) for op_id in self._catalog()]
        return [*super().__dir__(), *(name for name in ids if name.isidentifier())]

    def __repr__(self) -> str:
        return f"<Operations of {self._catalog()!r}>"


def argument_name(name: str) -> str:
    """Return a parameter's name as a keyword argument.

    What Python, or an option of ours, has taken gets an underscore at its end: ``from_``.
    """
    plain = re.sub(r"\W", "_", name)
    taken = keyword.iskeyword(plain) or plain in OPTIONS
    return f"{plain}_" if taken else plain if plain.isidentifier() else f"_{plain}"


def options_of(operation: Operation) -> tuple[str, ...]:
    """Return the options that an operation's method takes, beside its parameters."""
    paging = operation.pagination
    return ("character", "refresh", *(_WALKED.get(paging.kind, ()) if paging is not None else ()))


def _unknown(name: str, catalog: Catalog) -> str:
    near = nearest_operations(name, catalog.values())
    if "_" in name or name.islower():
        near = [snake_case(op_id) for op_id in near]
    hint = f" (did you mean {' or '.join(map(repr, near))}?)" if near else "; dir(esi.op) lists them"
    return f"no operation is called {name!r}{hint}"


def _method(operation: Operation, ask: Ask) -> Callable[..., Any]:
    names = {argument_name(each.name): each.name for each in operation.parameters}

    def method(**arguments: Any) -> Any:
        options = {name: arguments.pop(name) for name in OPTIONS if name in arguments}
        parameters = {names.get(name, name): value for name, value in arguments.items()}
        return ask(operation.op_id, parameters, **options)

    described = {
        "__name__": operation.snake_id,
        "__qualname__": f"Operations.{operation.snake_id}",
        "__doc__": _documentation(operation),
        "__signature__": _signature(operation),
    }
    for attribute, value in described.items():
        setattr(method, attribute, value)
    return method


def default_of(parameter: Parameter) -> Any:
    """Return what a parameter is when it is not given; ``Argument.empty`` for one that must be given.

    The defaults of those that ESI can do without are ESI's business: they are not sent.
    """
    if parameter.is_needed:
        return Argument.empty
    return parameter.default if parameter.required else None


def in_order(operation: Operation) -> list[Parameter]:
    """Return the parameters, those that must be given first."""
    return sorted(operation.parameters, key=lambda each: not each.is_needed)


def _signature(operation: Operation) -> Signature:
    arguments = []
    for each in in_order(operation):
        kind = _type_of(each.schema)
        arguments.append(
            Argument(
                argument_name(each.name),
                Argument.KEYWORD_ONLY,
                default=default_of(each),
                annotation=kind | None if default_of(each) is None else kind,
            )
        )
    for name in options_of(operation):
        kind, default, _ = OPTIONS[name]
        arguments.append(Argument(name, Argument.KEYWORD_ONLY, default=default, annotation=kind))
    return Signature(arguments, return_annotation=_answer_type(operation))


def _answer_type(operation: Operation) -> Any:
    if operation.answer is None:
        return None
    paging = operation.pagination
    if paging is not None and paging.items is not None:
        return _type_of(operation.answer["properties"][paging.items])
    return _type_of(operation.answer)


def _type_of(schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return list[_type_of(schema.get("items", {}))]  # type: ignore[misc]  # types made at run time
    if kind == "string" and "enum" in schema:
        return Literal[tuple(schema["enum"])]
    return _TYPES.get(str(kind), dict[str, Any] if kind == "object" else Any)


def summary(operation: Operation) -> str:
    """Return what an operation is, on one line."""
    paging = operation.pagination
    what = "everything in one answer"
    if paging is not None:
        what = "all pages, as one snapshot" if paging.kind == "pages" else "the whole list, to its end"
    if not operation.repeatable:
        what = "changes something; sent once, never repeated"
    return f"{operation.method} {operation.path}: {what}."


def _documentation(operation: Operation) -> str:
    lines = [summary(operation), "", "Args:"]
    for each in in_order(operation):
        needed = "; required" if each.is_needed else ""
        lines.append(f"    {argument_name(each.name)}: {takes(each)}{needed}.")
    lines += [f"    {name}: {OPTIONS[name][2]}" for name in options_of(operation)]
    lines += ["", "Returns:", f"    {_answer_words(operation)}.", ""]
    facts = {
        "Access": access(operation),
        "Pages": pages(operation),
        "Limit": limits(operation),
        "Fresh": caching(operation),
    }
    lines += [f"{name}: {fact}." for name, fact in facts.items()]
    lines += ["", "Errors are those of Esi.get.", ""]
    return "\n".join(lines)


def _answer_words(operation: Operation) -> str:
    schema, paging = operation.answer, operation.pagination
    if schema is None:
        return "None"
    if paging is not None and paging.items is not None:
        schema = schema["properties"][paging.items]
    kind = str(schema.get("type"))
    items = schema.get("items", {})
    if kind == "array" and not items.get("properties"):
        return f"A list of {items.get('type', 'value')}s"
    if kind not in ("array", "object"):
        return {"integer": "An integer", "number": "A number"}.get(kind, "A value")
    fields = columns_of_schema(schema)
    more = f" and {len(fields) - _SHOWN_FIELDS} more" if len(fields) > _SHOWN_FIELDS else ""
    inside = list_inside(schema)
    many = "A list of dicts" if kind == "array" else "A dict"
    around = f" around the list {inside!r}" if inside else ""
    return f"{many}{around} with {', '.join(fields[:_SHOWN_FIELDS])}{more}"
