"""Everything that ``run`` is given, read and checked: whatever is wrong with any of it is found in one go."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from esi_fetch.callbacks.paths import collision_key
from esi_fetch.catalog import Catalog, operation_of, parameter_problems, with_settled_row
from esi_fetch.cli.outputs import file_problems, folder_problems, output_problems
from esi_fetch.cli.parameters import parse_assignments
from esi_fetch.cli.standard_input import STANDARD_INPUT, read_standard_input
from esi_fetch.client import Esi
from esi_fetch.documents import DocumentError
from esi_fetch.errors import (
    InputError,
    JobFileError,
    ParameterError,
    Problem,
    TemplateError,
    UnknownOperationError,
    UnknownRecipeError,
)
from esi_fetch.fetch import can_ask_for_changes, job_scopes, option_problems
from esi_fetch.model.bill import Bill
from esi_fetch.model.files import parse_jobs, read_jobs
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.tables import MOST_BYTES, table_name
from esi_fetch.model.templates import names_in
from esi_fetch.run import Checked, Journal, Look, PreparedJobs

__all__ = ["Given", "Inputs", "job_problems"]


@dataclass(frozen=True)
class Given:
    """What the command line names.

    Attributes:
        files: The job files; ``-`` is standard input.
        folder: Where outputs go.
        assignments: Texts of ``--set``.
        written: The files that the command itself writes, by option.
        since_last: Whether all jobs that can are to ask only for what has changed since the last run.
        character: Whose token all jobs use that need one and name nobody; None for whoever fits.
    """

    files: tuple[str, ...]
    folder: Path
    assignments: tuple[str, ...]
    written: Mapping[str, Path]
    since_last: bool = False
    character: int | str | None = None


@dataclass
class Inputs:
    """What was read.

    Attributes:
        given: What the command line names.
        orders: The work orders, with the names of their files.
        values: The values that ``--set`` gives.
        problems: All that is wrong with the files.
        count: How many jobs there are; it and those that follow are known once jobs have been checked.
        idle: How many have no callbacks.
        lost: How many of those ask for what has changed.
    """

    given: Given
    orders: list[tuple[str, WorkOrder]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    idle: int = 0
    lost: int = 0
    _folder_is_bad: bool = False

    @classmethod
    def read(cls, given: Given, *, catalog: Catalog) -> Inputs:
        """Read all files; what is wrong is noted in ``problems``."""
        inputs = cls(given)
        with inputs._noting():
            inputs.values = parse_assignments(given.assignments, option="--set")
        in_folder = folder_problems(given.folder, option="-o")
        inputs.problems += in_folder
        inputs._folder_is_bad = bool(in_folder)  # said once, and not for each of its files
        for option, path in given.written.items():
            inputs.problems += file_problems(path, option=option)
        for name in given.files:
            with inputs._noting():
                order = _order(name, catalog)
                if given.since_last:
                    order = _changed(order, lambda job, _: _since_last(job, catalog))
                if given.character is not None:
                    order = _changed(
                        order,
                        lambda job, columns: _as_character(job, catalog, given.character, columns=columns),
                    )
                inputs.orders.append((name, order))
        return inputs

    def prepared(self, esi: Esi, *, now: float | None = None) -> PreparedJobs:
        """Return all jobs, ready to run.

        Args:
            esi: The client that is to run them.
            now: What ``${date}`` means, in seconds since the epoch; None for now.

        Raises:
            InputError: Anything is wrong; it lists everything.
        """
        taken, clashes = self._taken()
        problems = [*self.problems, *clashes]
        prepared = PreparedJobs(tuple, 0)
        try:
            prepared = esi.prepare(
                self.orders,
                output=self.given.folder,
                values=self.values,
                now=now,
                look=self._looking(taken),
            )
        except InputError as error:
            problems += error.problems
        if problems:
            raise InputError(problems=problems)
        return prepared

    def bill(self, esi: Esi, *, refresh: bool, journal: Journal | None = None) -> Bill:
        """Return the bill of all jobs, with everything that is wrong; nothing is sent or written.

        Args:
            esi: The client that would run them.
            refresh: Whether ESI would be asked even for what has not expired.
            journal: Knows which jobs are not to be done; None where all of them are.
        """
        taken, clashes = self._taken()
        found = esi.bill(
            self.orders,
            output=self.given.folder,
            values=self.values,
            refresh=refresh,
            look=self._looking(taken),
            journal=journal,
        )
        return replace(found, problems=(*self.problems, *clashes, *found.problems))

    def unused_values(self) -> list[str]:
        """Return the names given with ``--set`` that no template names."""
        used: set[str] = set()
        for _, order in self.orders:
            jobs = [job.job if isinstance(job, ForEach) else job for job in order.jobs]
            for text in (order.output_path, *_texts([call.kwargs for job in jobs for call in job.callbacks])):
                with contextlib.suppress(TemplateError):
                    used.update(names_in(text))
        return [name for name in self.values if name not in used]

    def empty_tables(self) -> list[str]:
        """Return the places of tables without rows: right as they are, though perhaps not meant."""
        return [
            f"{name}: job {number} {job.job.label!r}: {table_name(job.table)}"
            for name, order in self.orders
            for number, job in enumerate(order.jobs, start=1)
            if isinstance(job, ForEach) and next(iter(job), None) is None
        ]

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            self.problems += error.problems

    def _taken(self) -> tuple[dict[str, str], list[Problem]]:
        """Return the files that the command reads or writes itself, and what clashes among them."""
        files = [name for name in self.given.files if name != STANDARD_INPUT]
        taken = {collision_key(Path(name).resolve()): f"the job file {name}" for name in files}
        for _, order in self.orders:
            for job in order.jobs:
                if isinstance(job, ForEach) and isinstance(job.table, str):
                    taken.setdefault(collision_key(Path(job.table).resolve()), f"the table {job.table}")
        clashes = []
        for option, path in self.given.written.items():
            first = taken.setdefault(collision_key(path.resolve()), option)
            if first != option:
                clashes.append(Problem(option, f"{str(path)!r} is also {first}"))
        return taken, clashes

    def _looking(self, taken: Mapping[str, str]) -> Look:
        """Return who looks at each job: what it would overwrite, and what nobody may have meant."""
        folders: dict[str, list[Problem]] = {}
        self.count = self.idle = self.lost = 0

        def look(checked: Checked) -> Iterator[Problem]:
            self.count += 1
            self.idle += not checked.job.callbacks
            self.lost += checked.job.since_last and not checked.job.callbacks
            for path in checked.paths:
                if owner := taken.get(collision_key(path)):
                    yield Problem("", f"would overwrite {owner}: {path}")
                if not self._folder_is_bad:
                    yield from output_problems(path, folders=folders)

        return look


def _order(name: str, catalog: Catalog) -> WorkOrder:
    def check(job: Job) -> Iterable[Problem]:
        return job_problems(job, catalog)

    if name == STANDARD_INPUT:
        value = parse_jobs(_standard_input(), where="standard input", check=check)
    elif name in catalog and not Path(name).exists():
        what = f"there is no such file; what an operation has, `esi-fetch get {name}` gets"
        raise JobFileError(problems=[Problem(name, what)])
    else:
        try:
            value = read_jobs(Path(name))
        except JobFileError:
            # What the catalog says of the other jobs belongs to the list of what is wrong.
            value = read_jobs(Path(name), check=check)
    return value if isinstance(value, WorkOrder) else WorkOrder((value,))


def job_problems(job: Job, catalog: Catalog) -> list[Problem]:
    """Return what the catalog says is wrong with a job."""
    try:
        operation = operation_of(job, catalog)
        job = with_settled_row(job, operation, needs_token=bool(job_scopes(job, catalog)))
    except (UnknownOperationError, UnknownRecipeError) as error:
        return list(error.problems)
    except ParameterError as error:
        return [*error.problems, *option_problems(operation, job)]
    told = operation.told_by_character(is_named=job.character is not None)
    problems = parameter_problems(operation, job.parameters, later=told)
    return [*problems, *option_problems(operation, job)]


def _since_last(job: Job, catalog: Catalog) -> Job:
    """Return a job that asks only for what has changed, if ESI can tell."""
    able = job.op_id in catalog and can_ask_for_changes(catalog[job.op_id], job)
    return replace(job, since_last=True) if able else job


def _as_character(
    job: Job, catalog: Catalog, character: int | str | None, *, columns: Collection[str]
) -> Job:
    """Return a job with the token of a character, if it needs one and names nobody."""
    if job.character is not None:
        return job
    try:
        says_whose = job.parameters.get("character_id") is not None or "character_id" in columns
        if not job_scopes(job, catalog) or (says_whose and operation_of(job, catalog).is_owners_alone):
            return job
    except (UnknownOperationError, UnknownRecipeError):
        return job  # told when it is checked
    return replace(job, character=character)


def _columns(table: ForEach) -> Collection[str]:
    """Return the columns of a table, as its first row has them."""
    with contextlib.suppress(InputError):  # told when it is checked
        first = next(iter(table), None)
        if first is not None and first.row is not None and first.row.cells is not None:
            return first.row.cells
    return ()


def _changed(order: WorkOrder, change: Callable[[Job, Collection[str]], Job]) -> WorkOrder:
    """Return a work order with all its jobs changed, those of tables too."""
    jobs = (
        replace(job, job=change(job.job, _columns(job))) if isinstance(job, ForEach) else change(job, ())
        for job in order.jobs
    )
    return replace(order, jobs=tuple(jobs))


def _standard_input() -> str:
    try:
        return read_standard_input(most_bytes=MOST_BYTES)
    except DocumentError as error:
        raise JobFileError(problems=[Problem("standard input", str(error))]) from error


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
