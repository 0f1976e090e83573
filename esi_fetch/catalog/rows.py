"""The row of a table as parameters and attributes of a job: what each column is, the operation says."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog.operation import Operation, Parameter
from esi_fetch.catalog.validation import parameter_problems
from esi_fetch.catalog.values import FAILED, convert, kind_of, value_of_text
from esi_fetch.errors import ParameterError, Problem, did_you_mean
from esi_fetch.model.job import Job

__all__ = ["with_settled_row"]


def with_settled_row(job: Job, operation: Operation, *, needs_token: bool = False) -> Job:
    """Return a job in which the cells of its row, if it has one, stand where they belong.

    Columns that are parameters of the operation become parameters, of the type it wants; all others become
    attributes as they are. An empty cell is a parameter that is not given. A job without a row, or whose row
    is settled already, is returned as it is.

    Args:
        job: The job.
        operation: What it asks for.
        needs_token: Whether that needs a token: then a column ``character`` also says whose.

    Raises:
        ParameterError: A value does not fit its parameter, or a parameter that is needed is not there.
    """
    if job.row is None or job.row.cells is None:
        return job
    parameters, attributes = dict(job.parameters), dict(job.attributes)
    problems: list[Problem] = []
    wrong: set[str] = set()
    known = operation.by_name
    for name, value in job.row.cells.items():
        parameter = known.get(name)
        if parameter is None:
            attributes[name] = value
        elif value is not None and (converted := _converted(value, parameter, problems)) is not FAILED:
            parameters[name] = converted
        elif value is not None or parameter.is_needed:
            wrong.add(name)
            if value is None:
                what = f"is empty; {operation.op_id} needs it: {kind_of(parameter.schema)}"
                problems.append(Problem(f"column {name!r}", what))
    character = job.character
    if needs_token and "character" not in known:
        named = _character_in(job.row.cells, problems)
        character = character if named is None else named
    told = operation.told_by_character(is_named=character is not None)
    for name, parameter in known.items():
        given = name in told or name in job.row.cells or parameters.get(name) is not None
        if not given and parameter.is_needed:
            wrong.add(name)
            what = f"missing; {operation.op_id} needs it: {kind_of(parameter.schema)}"
            what += f"; the table has no such column{_near(name, tuple(job.row.cells))}"
            problems.append(Problem(f"parameters.{name}", what))
    if problems:
        places = {f"parameters.{name}" for name in wrong}
        others = parameter_problems(operation, parameters, later=told)
        problems += [each for each in others if each.where not in places]
        raise ParameterError(problems=problems)
    return job.with_cells(parameters=parameters, attributes=attributes, character=character)


def _character_in(cells: Mapping[str, Any], problems: list[Problem]) -> int | str | None:
    """Return whose token a row says is to be used; None where it says nothing."""
    named = cells.get("character")
    if named is None or (isinstance(named, (int, str)) and not isinstance(named, bool)):
        return named
    what = f"expected a character's id or name, found {named!r}"
    problems.append(Problem("column 'character'", what))
    return None


def _converted(value: Any, parameter: Parameter, problems: list[Problem]) -> Any:
    where = f"column {parameter.name!r}"
    in_body = parameter.place == "body"
    if in_body and isinstance(value, str):
        value = value_of_text(value, parameter.schema, where=where, problems=problems)
        if value is FAILED:
            return FAILED
    return convert(value, parameter.schema, where=where, problems=problems, in_body=in_body)


@functools.lru_cache(maxsize=64)  # each row of a table lacks the same, and looking for words takes long
def _near(name: str, columns: tuple[str, ...]) -> str:
    return did_you_mean(name, columns)
