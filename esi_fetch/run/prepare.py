"""What can be known about a run before anything is sent, and all that is wrong with it in one go.

Work orders may stand for more jobs than fit in memory: jobs are checked one by one, and made again when they
are to be run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from esi_fetch.callbacks.apply import output_paths
from esi_fetch.callbacks.paths import Folders, collision_key, safe_output_folder
from esi_fetch.catalog import operation_of, with_settled_row
from esi_fetch.errors import InputError, OutputPathError, ParameterError, Problem, TemplateError
from esi_fetch.fetch import Fetcher, LookedUp, Wanted, job_scopes
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.templates import expand
from esi_fetch.run.failures import Failures

__all__ = ["Checked", "Look", "Outputs", "Prepared", "PreparedJobs", "prepare", "preparer"]

# So many jobs are kept as they were checked. What has more is a table, and is read again.
_MOST_KEPT = 1000


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
        wanted: What exactly it asks for, and as whom.
        root: The folder its files go below.
        values: All values its templates may name.
        chain: What it asks for the changes of, as a key; None unless it asks for changes.
    """

    job: Job
    wanted: Wanted
    root: Path
    values: Mapping[str, Any]
    chain: str | None = None

    def values_with(self, looked_up: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values, with what only the run has found out in its place."""
        if not looked_up:
            return self.values
        found = {n: v for n, v in looked_up.items() if isinstance(self.values.get(n), LookedUp)}
        return {**self.values, **found}


class Checked(NamedTuple):
    """A job that was looked at, as whoever looks over the shoulder sees it.

    Attributes:
        order_name: The name of its work order: the file it came from.
        order: The number of its work order, from 0.
        entry: The number of its entry in there, from 0; all rows of a table are one entry.
        place: Where it stands, for problems.
        job: The job.
        ready: The same, ready to be sent; None when something is wrong with it.
        paths: The files its callbacks would write, as far as can be told.
        error: What is wrong with it; None when nothing is.
    """

    order_name: str
    order: int
    entry: int
    place: str
    job: Job
    ready: Prepared | None
    paths: Sequence[Path]
    error: InputError | None


Look = Callable[[Checked], Iterable[Problem]]
"""Looks at each job once it was checked, and returns what else is wrong with it."""


class PreparedJobs(Collection[Prepared]):
    """Jobs that were checked, in order.

    Iterating makes them one by one, anew each time. Tables that change after they were checked, between one
    time and the next, change the jobs as well.

    Raises:
        InputError: While iterating: a table has changed, and is wrong now.
    """

    def __init__(self, make: Callable[[], Iterable[Prepared]], count: int) -> None:
        self._make = make
        self._count = count

    def __iter__(self) -> Iterator[Prepared]:
        return iter(self._make())

    def __len__(self) -> int:
        return self._count

    def __contains__(self, given: object) -> bool:
        return any(given == ready for ready in self)

    def __repr__(self) -> str:
        return f"<PreparedJobs: {self._count:,}>"


class _Place:
    """Where the jobs of one work order write, and what their templates may name."""

    def __init__(self, order: WorkOrder, *, fetcher: Fetcher, outputs: Outputs) -> None:
        self._order = order
        self._fetcher = fetcher
        self._outputs = outputs

    @cached_property
    def _base(self) -> dict[str, Any]:
        now = datetime.fromtimestamp(self._outputs.now, timezone.utc)
        return {
            "date": now.strftime("%Y-%m-%d"),
            "datetime": now.strftime("%Y-%m-%dT%H%M%SZ"),  # no colons: some file systems refuse them
            **_fields(self._order),
            **self._order.attributes,
            **self._outputs.values,
        }

    @cached_property
    def _root(self) -> Path:
        folder, path = self._outputs.folder, self._order.output_path
        return safe_output_folder(folder, expand(path, self._base, where="output_path")) if path else folder

    def checked(self, job: Job) -> Prepared:
        """Return a job, ready to be sent.

        Raises:
            InputError: Something is wrong with it.
        """
        catalog = self._fetcher.catalog
        if job.row is not None:
            needs_token = bool(job_scopes(job, catalog))
            job = with_settled_row(job, operation_of(job, catalog), needs_token=needs_token)
        wanted = self._fetcher.check(job)
        chain = self._fetcher.bookmark_key(wanted) if job.since_last else None
        return Prepared(job, wanted, self._root, {**wanted.whose, **self._values(job, wanted.named)}, chain)

    def _values(self, job: Job, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the templates of a job may name."""
        return {
            **self._base,
            "op_id": job.op_id,
            **({} if job.recipe is None else {"recipe": job.recipe}),
            **_fields(job),
            **({} if job.row is None else {"row": job.row.number}),
            **job.attributes,
            **(parameters if job.recipe is None else _alone(parameters)),
            **self._outputs.values,
        }

    def paths_of_wrong(self, job: Job, folders: Folders) -> Sequence[Path]:
        """Return the files of a job whose parameters are wrong, as far as can be told.

        Raises:
            OutputPathError: Its paths are wrong as well.
        """
        try:
            values = self._values(job, job.parameters)
            return output_paths(job, root=self._root, values=values, folders=folders)
        except OutputPathError:
            raise
        except InputError:
            return ()  # a template may well name the very parameter that is wrong


def _alone(parameters: Mapping[str, Any]) -> dict[str, Any]:
    # What recipes take several of is a list even of one; in a path, one is what people mean.
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in parameters.items()
    }


def _fields(value: Job | WorkOrder) -> dict[str, Any]:
    # Empty ones are left out, so that a job without a name is called by its work order's.
    named = {"name": value.name, "description": value.description, "id": value.id, "uid": value.uid}
    return {name: text for name, text in named.items() if text != ""}


def preparer(*, fetcher: Fetcher, outputs: Outputs) -> Callable[[Job], Prepared]:
    """Return a function that checks one job and works out where its files go; any thread may call it.

    It raises :class:`InputError` where something is wrong with the job.
    """
    return _Place(WorkOrder(), fetcher=fetcher, outputs=outputs).checked


def prepare(
    orders: Iterable[tuple[str, WorkOrder]], *, fetcher: Fetcher, outputs: Outputs, look: Look | None = None
) -> PreparedJobs:
    """Check all jobs of all work orders; return them in order.

    Args:
        orders: Work orders, each with the name its problems are reported under: the file it came from.
        fetcher: Knows the catalog and the characters.
        outputs: Where files go.
        look: Looks at each job, the wrong ones too, and may find more that is wrong.

    Raises:
        InputError: Of the kind of the problems where they are of one kind; it lists them all.
    """
    everything = tuple(orders)
    failures = Failures()
    kept: list[Prepared] = []
    count = 0
    for ready in _checked(everything, failures, fetcher=fetcher, outputs=outputs, look=look):
        count += 1
        if count <= _MOST_KEPT:
            kept.append(ready)
    failures.raise_any()
    if count <= _MOST_KEPT:
        return PreparedJobs(lambda: kept, count)
    return PreparedJobs(lambda: _made_again(everything, fetcher=fetcher, outputs=outputs), count)


def _checked(
    orders: Sequence[tuple[str, WorkOrder]],
    failures: Failures,
    *,
    fetcher: Fetcher,
    outputs: Outputs,
    look: Look | None,
) -> Iterator[Prepared]:
    """Yield the jobs in which nothing is wrong; what is wrong is noted."""
    writers: dict[bytes, str] = {}
    readers: dict[str, str] = {}
    folders = Folders()
    for order_number, (name, order) in enumerate(orders):
        placing = _Place(order, fetcher=fetcher, outputs=outputs)
        alone = len(order.jobs) == 1
        for number, (entry, job) in enumerate(_jobs(order, name, failures), start=1):
            place = _place(name, number, job, alone=alone)
            ready = error = None
            paths: Sequence[Path] = ()
            try:
                ready = placing.checked(job)
                paths = output_paths(ready.job, root=ready.root, values=ready.values, folders=folders)
            except InputError as raised:
                error, ready = raised, None
                failures.add_of(job, error, order=name, place=place)
                if not isinstance(error, (OutputPathError, TemplateError)):
                    try:
                        paths = placing.paths_of_wrong(job, folders)
                    except OutputPathError as also:
                        failures.add_of(job, also, order=name, place=place)
            for path in paths:
                if (first := _first(writers, path, place)) is not None:
                    problem = Problem("", f"would write the same file as {first or 'another job'}: {path}")
                    failures.add_of(job, OutputPathError(problems=[problem]), order=name, place=place)
            if ready is not None and ready.chain is not None:
                if (reader := readers.get(ready.chain)) is not None:
                    what = f"{reader or 'another job'} asks for the same changes, and each is delivered once"
                    problem = Problem("since_last", f"{what}; make one job of both")
                    failures.add_of(job, ParameterError(problems=[problem]), order=name, place=place)
                readers.setdefault(ready.chain, place)
            if look is not None:
                seen = Checked(name, order_number, entry, place, job, ready, paths, error)
                if more := list(look(seen)):
                    failures.add_of(job, OutputPathError(problems=more), order=name, place=place)
            if ready is not None:
                yield ready


def _first(writers: dict[bytes, str], path: Path, place: str) -> str | None:
    """Return the place of the job that writes a file already; note who does where none does."""
    # A digest takes a third of a path's memory, and there may be a hundred thousand of them.
    key = hashlib.blake2b(collision_key(path).encode("utf-8", "surrogatepass"), digest_size=16).digest()
    first = writers.get(key)
    if first is None:
        writers[key] = place
    return first


def _made_again(
    orders: Sequence[tuple[str, WorkOrder]], *, fetcher: Fetcher, outputs: Outputs
) -> Iterator[Prepared]:
    for _, order in orders:
        placing = _Place(order, fetcher=fetcher, outputs=outputs)
        for job in order:
            yield placing.checked(job)


def _jobs(order: WorkOrder, name: str, failures: Failures) -> Iterator[tuple[int, Job]]:
    """Yield the single jobs, each with the number of its entry.

    A table that is wrong is noted, and the others are read all the same.
    """
    for entry, given in enumerate(order.jobs):
        if isinstance(given, Job):
            yield entry, given
            continue
        try:
            for job in given:
                yield entry, job
        except InputError as error:
            which = f"job {entry + 1} {given.job.label!r}"
            failures.add(error, place=f"{name}: {which}" if name else which)


def _place(name: str, number: int, job: Job, *, alone: bool) -> str:
    if job.row is not None:
        which = f"{job.row.place}, job {job.label!r}"
    elif alone and not name:
        return ""  # nobody needs to be told which of one job is meant
    else:
        which = f"job {job.label!r}" if alone else f"job {number} {job.label!r}"
    return f"{name}: {which}" if name else which
