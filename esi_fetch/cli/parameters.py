"""Parameters as people type them: ``region_id=10000002 ids=1,2,3 body=@ids.json``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from esi_fetch.catalog import Operation, parameter_problems, value_of_text
from esi_fetch.cli.standard_input import STANDARD_INPUT, text_of
from esi_fetch.documents import DocumentError, parse_document
from esi_fetch.errors import InputError, ParameterError, Problem, reason_of

__all__ = ["as_character", "parse_assignments", "parse_parameters", "value_in"]

_DOCUMENTS = (".json", ".yaml", ".yml")


def parse_assignments(texts: Iterable[str], *, option: str) -> dict[str, str]:
    """Return the values of ``name=value`` texts, each name once.

    Raises:
        InputError: A text is not of that form, or a name is given twice.
    """
    pairs, problems = _split(texts, place=option)
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            problems.append(Problem(f"{option} {name}", "is given twice"))
        values[name] = value
    if problems:
        raise InputError(problems=problems)
    return values


def as_character(text: str | None) -> int | str | None:
    """Return the id or name that was typed for a character."""
    return int(text) if text and text.isdecimal() else text


def parse_parameters(
    texts: Iterable[str], *, operation: Operation, later: Collection[str] = ()
) -> dict[str, Any]:
    """Return the parameters of *operation* that ``name=value`` texts give, checked.

    Lists are ``ids=1,2,3``, or ``ids=1 ids=2 ids=3``. The body is JSON, ``@`` and the name of a file with
    JSON or YAML, or ``@-`` for standard input; where a list is wanted, its items with commas will do. Values
    stay texts, except in bodies: the catalog knows what they stand for.

    Args:
        texts: What was typed.
        operation: Whose parameters they are.
        later: Parameters that the operation needs, and that come from elsewhere, such as a table.

    Raises:
        ParameterError: A text is not of that form, or a parameter does not fit the operation; ``problems``
            lists everything.
    """
    pairs, problems = _split(texts, place="parameters")
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    parameters: dict[str, Any] = {}
    for name, values in given.items():
        parameter = operation.parameter(name)
        schema = {} if parameter is None else parameter.schema
        if len(values) > 1 and schema.get("type") != "array":
            problems.append(Problem(f"parameters.{name}", f"is given {len(values)} times"))
        elif parameter is not None and parameter.place == "body":
            try:
                parameters[name] = _body(values, schema)
            except InputError as error:
                problems += error.problems
        else:
            # A comma separates items in each of them, as it does in one.
            parameters[name] = ",".join(values)
    said = {problem.where for problem in problems}
    problems += [
        each for each in parameter_problems(operation, parameters, later=later) if each.where not in said
    ]
    if problems:
        raise ParameterError(problems=problems)
    return parameters


def _split(texts: Iterable[str], *, place: str) -> tuple[list[tuple[str, str]], list[Problem]]:
    pairs: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and re.fullmatch(r"[^\W\d][\w-]*", name):
            pairs.append((name, value))
        else:
            problems.append(Problem(place, f"expected name=value, found {text!r}"))
    return pairs, problems


def _body(values: Sequence[str], schema: Mapping[str, Any]) -> Any:
    if len(values) > 1:
        return [item for value in values for item in _items(_body_value(value, schema))]
    return _body_value(values[0], schema)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _body_value(text: str, schema: Mapping[str, Any]) -> Any:
    if text.startswith("@"):
        return value_in(text[1:], where="parameters.body")
    problems: list[Problem] = []
    value = value_of_text(text, schema, where="parameters.body", problems=problems)
    if problems:
        raise InputError(problems=problems)
    return value


def value_in(name: str, *, where: str, may_be_lines: bool = False) -> Any:
    """Return what a file with JSON or YAML, or standard input (``-``), holds.

    Args:
        name: The file.
        where: The place that problems are reported under.
        may_be_lines: Whether a text whose name and beginning do not say what it is is a list, an item a line.

    Raises:
        InputError: It can't be read, or is neither.
    """
    shown = "standard input" if name == STANDARD_INPUT else name
    suffix = Path(name).suffix.lower()
    try:
        text = text_of(name)
        if may_be_lines and suffix not in _DOCUMENTS and not text.lstrip().startswith("["):
            return [line.strip() for line in text.splitlines() if line.strip()]
        return parse_document(text, suffix=suffix)
    except DocumentError as error:
        reason = str(error)
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = f"can't be read: {reason_of(error)}"
    raise InputError(problems=[Problem(where, f"{shown}: {reason}")])
