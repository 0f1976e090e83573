"""Which jobs may ask for a part of a walk, and which part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from esi_fetch.catalog import Operation, Pagination
from esi_fetch.errors import Problem
from esi_fetch.model.job import Job

__all__ = [
    "can_ask_for_changes",
    "is_cursor_walk",
    "is_one_answer",
    "option_problems",
    "piece_limits",
    "steering",
    "until_of",
]

_WALKED = {"cursor": "by cursor", "ids": "by the last id seen"}


def is_cursor_walk(operation: Operation) -> bool:
    """Return whether an operation is walked by cursor, so that it can be asked what has changed."""
    return operation.pagination is not None and operation.pagination.kind == "cursor"


def can_ask_for_changes(operation: Operation, job: Job) -> bool:
    """Return whether a job asks for the whole of a walk by cursor, so that it can ask for changes instead."""
    pagination = operation.pagination
    return (
        pagination is not None
        and is_cursor_walk(operation)
        and not steering(pagination) & _names(job.parameters)
    )


def until_of(job: Job) -> int | None:
    """Return the last id that a job wants, as a number."""
    return None if job.until is None else int(job.until)


def steering(pagination: Pagination) -> frozenset[str]:
    """Return the parameters that name one piece of a walk: who gives one wants that piece, not the whole."""
    return frozenset({"before", "after"} if pagination.kind == "cursor" else {pagination.parameter})


def is_one_answer(operation: Operation, parameters: Collection[str]) -> bool:
    """Return whether one answer is all that is wanted: an operation's only one, or a piece that is named.

    Args:
        operation: The operation.
        parameters: The names of the parameters that are given.
    """
    walk = operation.pagination
    return walk is None or any(name in parameters for name in steering(walk))


def piece_limits(operation: Operation, parameters: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return how few and how many records a request may ask for; None where that is not ours to choose."""
    limit = operation.parameter("limit")
    if limit is None or "limit" in parameters or "maximum" not in limit.schema:
        return None
    return limit.schema.get("minimum", 1), limit.schema["maximum"]


def option_problems(operation: Operation, job: Job, *, has_store: bool = True) -> list[Problem]:
    """Return what is wrong with a job's ``since_last``, ``until`` and ``max_records``.

    Args:
        operation: The job's operation.
        job: The job.
        has_store: Whether there is a store, in which ``since_last`` remembers how far the last run came.
    """
    pagination = operation.pagination
    given = {
        "since_last": job.since_last,
        "until": job.until is not None,
        "max_records": job.max_records is not None,
    }
    problems: list[Problem] = []

    def fits(name: str, *kinds: str) -> bool:
        if not given[name]:
            return False
        if pagination is None or pagination.kind not in kinds:
            walks = " or ".join(_WALKED[each] for each in kinds)
            problems.append(
                Problem(name, f"is for operations that are walked {walks}, and {operation.op_id} is not")
            )
            return False
        piece = sorted(steering(pagination) & _names(job.parameters))
        if piece:
            problems.append(
                Problem(name, f"can't go with the parameter {piece[0]}, which asks for one piece of the walk")
            )
        return True

    if fits("since_last", "cursor"):
        if not has_store:
            what = "needs the local store, which remembers how far the last run came; it is off (local=False)"
            problems.append(Problem("since_last", what))
        if job.max_records is not None:
            what = "can't go with since_last: the changes that it leaves out would never come"
            problems.append(Problem("max_records", what))
            given["max_records"] = False
    fits("until", "ids")
    fits("max_records", "cursor", "ids")
    return problems


def _names(parameters: Mapping[str, Any]) -> set[str]:
    return {name for name, value in parameters.items() if value is not None}
