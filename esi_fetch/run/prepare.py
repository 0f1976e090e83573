"""What can be known about a run before anything is sent, and all that is wrong with it in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from esi_fetch.callbacks.apply import output_paths
from esi_fetch.callbacks.paths import collision_key, safe_output_folder
from esi_fetch.errors import InputError, OutputPathError, ParameterError, Problem, TemplateError, gathered
from esi_fetch.fetch import Fetcher
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.templates import expand

__all__ = ["Outputs", "Prepared", "prepare", "prepare_job"]


@dataclass(frozen=True)
class Outputs:
    """Where a run's files go.

    Attributes:
        folder: The output directory; no file is written outside it.
        values: Values for templates that overrule all others.
        now: Seconds since the epoch; what ``${date}`` and ``${datetime}`` mean in this run, in UTC.
    """

    folder: Path
    values: Mapping[str, Any]
    now: float


@dataclass(frozen=True)
class Prepared:
    """A job that is ready to be sent.

    Attributes:
        job: The job.
        root: The folder its files go below.
        values: All values its templates may name.
        chain: What it asks for the changes of, as a key; None unless it asks for changes.
    """

    job: Job
    root: Path
    values: Mapping[str, Any]
    chain: str | None = None


def _order_values(order: WorkOrder, outputs: Outputs) -> dict[str, Any]:
    now = datetime.fromtimestamp(outputs.now, timezone.utc)
    return {
        "date": now.strftime("%Y-%m-%d"),
        "datetime": now.strftime("%Y-%m-%dT%H%M%SZ"),  # no colons: some file systems refuse them
        **_fields(order),
        **order.attributes,
        **outputs.values,
    }


def _fields(value: Job | WorkOrder) -> dict[str, Any]:
    # Empty ones are left out, so that a job without a name is called by its work order's.
    named = {"name": value.name, "description": value.description, "id": value.id, "uid": value.uid}
    return {name: text for name, text in named.items() if text != ""}


def prepare_job(job: Job, *, order: WorkOrder, fetcher: Fetcher, outputs: Outputs) -> Prepared:
    """Check one job and work out where its files go.

    Raises:
        InputError: Something is wrong with it.
    """
    wanted = fetcher.check(job)
    ready = _placed(job, wanted.parameters, order=order, outputs=outputs)
    return replace(ready, chain=fetcher.bookmark_key(wanted)) if job.since_last else ready


def _placed(job: Job, parameters: Mapping[str, Any], *, order: WorkOrder, outputs: Outputs) -> Prepared:
    base = _order_values(order, outputs)
    root = outputs.folder
    if order.output_path:
        root = safe_output_folder(root, expand(order.output_path, base, where="output_path"))
    values = {
        **base,
        "op_id": job.op_id,
        **_fields(job),
        **job.attributes,
        **parameters,
        **outputs.values,
    }
    return Prepared(job, root, values)


def _path_problems(job: Job, *, order: WorkOrder, outputs: Outputs) -> OutputPathError | None:
    """Return what is wrong with the paths of a job whose parameters are wrong, as far as can be told."""
    try:
        placed = _placed(job, job.parameters, order=order, outputs=outputs)
        output_paths(job, root=placed.root, values=placed.values)
    except OutputPathError as error:
        return error
    except InputError:
        return None  # a template may well name the very parameter that is wrong
    return None


def prepare(orders: Sequence[tuple[str, WorkOrder]], *, fetcher: Fetcher, outputs: Outputs) -> list[Prepared]:
    """Check all jobs of all work orders; return them in order.

    Args:
        orders: Work orders, each with the name its problems are reported under: the file it came from.
        fetcher: Knows the catalog and the characters.
        outputs: Where files go.

    Raises:
        InputError: Of the kind of the problems where they are of one kind; it lists them all.
    """
    prepared: list[Prepared] = []
    failures: list[InputError] = []
    # By number, because places need not differ: a file may be given twice, and orders need no names.
    writers: dict[str, tuple[tuple[int, int], str]] = {}
    readers: dict[str, str] = {}
    for order_number, (name, order) in enumerate(orders):
        for number, job in enumerate(order.jobs, start=1):
            place = _place(name, number, job, alone=len(order.jobs) == 1)
            try:
                ready = prepare_job(job, order=order, fetcher=fetcher, outputs=outputs)
                paths = output_paths(job, root=ready.root, values=ready.values)
            except InputError as error:
                failures.append(error.below(place))
                also = (
                    None
                    if isinstance(error, (OutputPathError, TemplateError))
                    else _path_problems(job, order=order, outputs=outputs)
                )
                if also is not None:
                    failures.append(also.below(place))
                continue
            for path in paths:
                mine = ((order_number, number), place)
                first, first_place = writers.setdefault(collision_key(path), mine)
                if first != mine[0]:
                    problem = Problem(place, f"would write the same file as {first_place}: {path}")
                    failures.append(OutputPathError(problems=[problem]))
            if ready.chain is not None and (reader := readers.setdefault(ready.chain, place)) is not place:
                what = f"{reader} asks for the same changes, and each is delivered once; make one job of both"
                failures.append(ParameterError(problems=[Problem("since_last", what).below(place)]))
            prepared.append(ready)
    if failures:
        raise gathered(failures)
    return prepared


def _place(name: str, number: int, job: Job, *, alone: bool) -> str:
    if alone and not name:
        return ""  # nobody needs to be told which of one job is meant
    which = f"job {job.label!r}" if alone else f"job {number} {job.label!r}"
    return f"{name}: {which}" if name else which
