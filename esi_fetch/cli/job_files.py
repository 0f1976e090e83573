"""Everything that ``run`` is given, read and checked: whatever is wrong with any of it is found in one go."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from esi_fetch.callbacks.apply import output_paths
from esi_fetch.callbacks.paths import collision_key
from esi_fetch.catalog import Catalog, parameter_problems
from esi_fetch.cli.outputs import file_problems, folder_problems
from esi_fetch.cli.parameters import parse_assignments
from esi_fetch.client import Esi
from esi_fetch.errors import InputError, JobFileError, Problem, TemplateError, UnknownOperationError
from esi_fetch.fetch import can_ask_for_changes, option_problems
from esi_fetch.model.files import parse_jobs, read_jobs
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.templates import names_in
from esi_fetch.run import Prepared

__all__ = ["Given", "Inputs"]

_STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Given:
    """What the command line names.

    Attributes:
        files: The job files; ``-`` is standard input.
        folder: Where outputs go.
        assignments: Texts of ``--set``.
        written: The files that the command itself writes, by option.
        since_last: Whether all jobs that can are to ask only for what has changed since the last run.
    """

    files: tuple[str, ...]
    folder: Path
    assignments: tuple[str, ...]
    written: Mapping[str, Path]
    since_last: bool = False


@dataclass
class Inputs:
    """What was read.

    Attributes:
        given: What the command line names.
        orders: The work orders, with the names of their files.
        values: The values that ``--set`` gives.
        problems: All that is wrong so far.
    """

    given: Given
    orders: list[tuple[str, WorkOrder]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
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
                inputs.orders.append((name, _since_last(order, catalog) if given.since_last else order))
        return inputs

    def prepared(self, esi: Esi) -> list[Prepared]:
        """Return all jobs, ready to run.

        Raises:
            InputError: Anything is wrong; it lists everything.
        """
        prepared: list[Prepared] = []
        with self._noting():
            prepared = esi.prepare(self.orders, output=self.given.folder, values=self.values)
        self.problems += self._overwritten(prepared)
        if self.problems:
            raise InputError(problems=self.problems)
        return prepared

    def unused_values(self) -> list[str]:
        """Return the names given with ``--set`` that no template names."""
        used: set[str] = set()
        for _, order in self.orders:
            for text in (
                order.output_path,
                *_texts([call.kwargs for job in order for call in job.callbacks]),
            ):
                with contextlib.suppress(TemplateError):
                    used.update(names_in(text))
        return [name for name in self.values if name not in used]

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except InputError as error:
            self.problems += error.problems

    def _overwritten(self, prepared: Iterable[Prepared]) -> Iterator[Problem]:
        """Give what would overwrite a job file or one of the command's own files, or can't be written."""
        files = [name for name in self.given.files if name != _STANDARD_INPUT]
        taken = {collision_key(Path(name).resolve()): f"the job file {name}" for name in files}
        for option, path in self.given.written.items():
            first = taken.setdefault(collision_key(path.resolve()), option)
            if first != option:
                yield Problem(option, f"{str(path)!r} is also {first}")
        for ready in prepared:
            place = f"job {ready.job.label!r}"
            for path in output_paths(ready.job, root=ready.root, values=ready.values):
                if owner := taken.get(collision_key(path)):
                    yield Problem(place, f"would overwrite {owner}: {path}")
                if not self._folder_is_bad:
                    yield from file_problems(path, option=place)


def _order(name: str, catalog: Catalog) -> WorkOrder:
    def check(job: Job) -> Iterable[Problem]:
        try:
            operation = catalog[job.op_id]
            return [*parameter_problems(operation, job.parameters), *option_problems(operation, job)]
        except UnknownOperationError as error:
            return [Problem("op_id", problem.what) for problem in error.problems]

    if name == _STANDARD_INPUT:
        value = parse_jobs(_standard_input(), where="standard input", check=check)
    else:
        try:
            value = read_jobs(Path(name))
        except JobFileError:
            # What the catalog says of the other jobs belongs to the list of what is wrong.
            value = read_jobs(Path(name), check=check)
    return value if isinstance(value, WorkOrder) else WorkOrder((value,))


def _since_last(order: WorkOrder, catalog: Catalog) -> WorkOrder:
    """Return a work order whose jobs ask only for what has changed, as far as ESI can tell."""
    return replace(
        order,
        jobs=tuple(
            replace(job, since_last=True)
            if job.op_id in catalog and can_ask_for_changes(catalog[job.op_id], job)
            else job
            for job in order.jobs
        ),
    )


def _standard_input() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise JobFileError(problems=[Problem("standard input", "is not UTF-8 text")]) from error


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
