"""Do these parameters fit that operation?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from esi_fetch.catalog.operation import Operation, Parameter
from esi_fetch.catalog.places import shown
from esi_fetch.catalog.values import FAILED, convert, kind_of
from esi_fetch.errors import ParameterError, Problem, did_you_mean

__all__ = ["complete_parameters", "examined", "parameter_problems", "typed_parameters"]

_MOST_NAMES = 12


def parameter_problems(
    operation: Operation, parameters: Mapping[str, Any], *, later: Collection[str] = ()
) -> list[Problem]:
    """Return everything that is wrong with parameters, before anything is sent.

    Missing and unknown names, wrong types, unknown enum values, bounds, lengths, and the shape of a body;
    each problem's place begins with ``parameters``. What counts as a right type is told at
    :func:`esi_fetch.catalog.values.convert`: ``"34"`` and ``34.0`` are integers, a lone value is a list of
    one. A parameter that is None counts as not given; those of ``later`` need not be given yet.
    """
    return examined(operation, parameters, later=later)[1]


def complete_parameters(operation: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as they are sent: plain JSON types, required ones filled in, sorted by name.

    Two calls that mean the same give equal results, however their values were written.

    Raises:
        ParameterError: They do not fit the operation; see :func:`parameter_problems`.
    """
    completed, problems = examined(operation, parameters)
    if problems:
        raise ParameterError(problems=problems)
    return completed


def typed_parameters(operation: Operation, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return those parameters that fit the operation, in the types it wants; others need not be there yet."""
    completed, _ = examined(operation, parameters)
    return {name: completed[name] for name in parameters if name in completed}


def examined(
    operation: Operation, parameters: Mapping[str, Any], *, later: Collection[str] = ()
) -> tuple[dict[str, Any], list[Problem]]:
    """Return parameters as :func:`complete_parameters` does, and what is wrong with them, in one look.

    Args:
        operation: The operation.
        parameters: The parameters.
        later: Those that are put in later, and are not missed now.
    """
    if not isinstance(parameters, Mapping):
        return {}, [Problem("parameters", f"expected names and values, found {shown(parameters)}")]
    completed: dict[str, Any] = {}
    known = operation.by_name
    problems = [_unknown(operation, name) for name in parameters if name not in known]
    for name, parameter in known.items():
        value = parameters.get(name)
        where = f"parameters.{name}"
        if value is None:
            if not parameter.required:
                continue
            if not parameter.has_default:
                if name not in later:
                    problems.append(_missing(operation, parameter))
                continue
            value = parameter.default
        converted = convert(
            value, parameter.schema, where=where, problems=problems, in_body=parameter.place == "body"
        )
        if converted is FAILED:
            continue
        if parameter.place == "path" and converted in ("", ".", ".."):
            # On its way, a URL loses such segments, encoded or not: it would name another resource.
            problems.append(Problem(where, f"{shown(converted)} can't stand in a path"))
        completed[name] = converted
    walk = operation.pagination
    if walk is not None and walk.kind == "cursor" and {"before", "after"} <= completed.keys():
        # The documents say so in a description only.
        problems.append(Problem("parameters.after", "'before' and 'after' can't be given together"))
    return completed, problems


def _missing(operation: Operation, parameter: Parameter) -> Problem:
    return Problem(
        f"parameters.{parameter.name}", f"missing; {operation.op_id} needs it: {kind_of(parameter.schema)}"
    )


def _unknown(operation: Operation, name: object) -> Problem:
    names = [parameter.name for parameter in operation.parameters]
    hint = did_you_mean(name, names) if isinstance(name, str) else ""
    if not hint:
        hint = f"; it takes {', '.join(names[:_MOST_NAMES])}" if names else "; it takes none"
    where = f"parameters.{name}" if isinstance(name, str) else "parameters"
    return Problem(where, f"{operation.op_id} has no parameter {shown(name)}{hint}")
