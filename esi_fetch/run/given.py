"""What users hand over to be run: jobs, work orders, or any number of either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from os import PathLike
from typing import Any

from esi_fetch.errors import InputError, Problem
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder

__all__ = ["as_orders", "only_jobs"]


def as_orders(
    jobs: WorkOrder | Job | ForEach | Iterable[Job | ForEach | WorkOrder],
) -> Iterator[tuple[str, WorkOrder]]:
    """Yield work orders, each with its name; jobs that stand side by side become one without a name.

    Raises:
        InputError: Something else is among them.
    """
    for alone, group in groupby(_each(jobs, "jobs and work orders"), key=_is_job):
        if alone:
            yield "", WorkOrder(tuple(group))
        else:
            for order in group:
                if not isinstance(order, WorkOrder):
                    raise _no_job(order, "jobs and work orders")
                yield order.name, order


def _is_job(given: object) -> bool:
    return isinstance(given, (Job, ForEach))


def only_jobs(jobs: Iterable[Job | ForEach]) -> Iterator[Job]:
    """Yield jobs as they are drawn; those of a table one by one.

    Raises:
        InputError: Something else is among them.
    """
    for job in _each(jobs, "jobs"):
        if isinstance(job, ForEach):
            yield from job
        elif isinstance(job, Job):
            yield job
        else:
            raise _no_job(job, "jobs")


def _each(jobs: Any, wanted: str) -> Iterable[Any]:
    if isinstance(jobs, (Job, ForEach, WorkOrder)):
        return [jobs]
    # Text and paths can be iterated, or look as if they were meant, and are neither.
    if isinstance(jobs, (str, PathLike)) or not isinstance(jobs, Iterable):
        raise _no_job(jobs, wanted)
    return jobs


def _no_job(found: object, wanted: str) -> InputError:
    mend = ""
    if isinstance(found, str):
        mend = (
            f" (for one operation's data: get({found!r}); for a job: Job({found!r}); for a file: read_jobs)"
        )
    elif isinstance(found, PathLike):
        mend = " (read the file with read_jobs)"
    what = f"expected {wanted}, found {type(found).__name__} {found!r:.60}{mend}"
    return InputError(problems=[Problem("jobs", what)])
