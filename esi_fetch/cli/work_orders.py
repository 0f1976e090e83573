"""Work orders put together from job files."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from esi_fetch.catalog import Catalog
from esi_fetch.cli.job_files import job_problems
from esi_fetch.errors import InputError, JobFileError, Problem
from esi_fetch.model.codec import to_plain
from esi_fetch.model.files import SCHEMA_FILE, read_jobs
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, MadeUpUid, WorkOrder

__all__ = ["Source", "files_named", "merged", "read_sources"]

_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Source:
    """What one file brings.

    Attributes:
        name: The file.
        jobs: Its jobs.
        order: Its work order; None for a job that stands alone.
    """

    name: str
    jobs: tuple[Job | ForEach, ...]
    order: WorkOrder | None


def files_named(given: Iterable[str], *, target: Path | None) -> tuple[list[str], set[str], list[Problem]]:
    """Return the files that are named, each once: files, those in folders, and those that fit patterns.

    Args:
        given: What the command line names.
        target: The file to be written; folders and patterns do not name it.

    Returns:
        The files, in order; those of them that were found in folders, with links resolved; and what is wrong:
        a pattern that fits nothing, a folder without job files, or *target* itself among those named.
    """
    files: dict[str, str] = {}
    from_folders: set[str] = set()
    problems: list[Problem] = []
    own = None if target is None else os.path.realpath(target)
    for name in given:
        found = [name]
        if os.path.isdir(name):
            found = [path for path in sorted(glob.glob(f"{glob.escape(name)}/*")) if path.endswith(_SUFFIXES)]
            found = _without_schema(found)
            from_folders.update(os.path.realpath(path) for path in found)
        elif glob.has_magic(name) and not os.path.exists(name):
            found = sorted(path for path in glob.glob(name, recursive=True) if os.path.isfile(path))
            found = _without_schema(found)
        elif own == os.path.realpath(name):
            problems.append(Problem(name, "is the file to be written; it can't be added to itself"))
        if not found:
            what = "has no job file (.yaml, .json)" if os.path.isdir(name) else "no file fits this pattern"
            problems.append(Problem(name, what))
        for path in found:
            if os.path.realpath(path) != own:
                files.setdefault(os.path.realpath(path), path)
    return list(files.values()), from_folders, problems


def _without_schema(paths: Iterable[str]) -> list[str]:
    """Return paths without the schema that lies beside job files for editors."""
    return [path for path in paths if os.path.basename(path) != SCHEMA_FILE.name]


def read_sources(
    files: Iterable[str], *, catalog: Catalog, perhaps_tables: Iterable[str] = ()
) -> list[Source]:
    """Read job files and check all their jobs.

    Args:
        files: The files.
        catalog: The operations there are.
        perhaps_tables: Files, with links resolved, that are left out when they are a table of another one.

    Raises:
        JobFileError: Something is wrong with any of them; it lists everything.
    """
    sources: list[Source] = []
    failures: dict[str, JobFileError] = {}
    for name in files:
        try:
            read = read_jobs(name, check=lambda job: job_problems(job, catalog))
        except JobFileError as error:
            failures[name] = error
            continue
        if isinstance(read, WorkOrder):
            sources.append(Source(name, tuple(map(_to_do, read.jobs)), read))
        else:
            sources.append(Source(name, (_to_do(read),), None))
    tables = {_real_table(job) for source in sources for job in source.jobs}.intersection(perhaps_tables)
    problems = [
        problem
        for name, error in failures.items()
        if os.path.realpath(name) not in tables
        for problem in error.problems
    ]
    if problems:
        raise JobFileError(problems=problems)
    return sources


def _to_do(job: Job | ForEach) -> Job | ForEach:
    """Return a job without what came of it."""
    return job.with_result(None) if isinstance(job, Job) else job


def _real_table(job: Job | ForEach) -> str:
    if isinstance(job, ForEach) and isinstance(job.table, str):
        return os.path.realpath(job.table)
    return ""


def merged(
    sources: Sequence[Source], *, onto: Source | None, name: str, output_path: str | None
) -> tuple[WorkOrder, int]:
    """Return one work order with the jobs of all sources, and how many of them were in it already.

    Args:
        sources: What is put together.
        onto: What there is already; it stays as it is.
        name: What to call the new work order; by default what the only source is called.
        output_path: Its folder for outputs; by default that of the sources.

    Raises:
        InputError: What the work orders say for all their jobs can't be true for all of them together.
    """
    given = [source for source in (onto, *sources) if source is not None]
    base = given[0].order if onto is not None or len(sources) == 1 else None
    jobs: dict[str, Job | ForEach] = {}
    for source in given:
        for job in source.jobs:
            jobs.setdefault(_key(job), job)
    order = replace(
        base or WorkOrder(),
        jobs=tuple(jobs.values()),
        output_path=_agreed_path(given, onto) if output_path is None else output_path,
        attributes=_agreed_attributes(given),
    )
    again = sum(len(source.jobs) for source in given) - len(jobs)
    return replace(order, name=name or order.name), again


def _key(job: Job | ForEach) -> str:
    """Return a text that is the same for jobs that are the same."""
    plain = to_plain(job)
    if table := _real_table(job):
        plain["for_each"] = table
    if isinstance(job.job.uid if isinstance(job, ForEach) else job.uid, MadeUpUid):
        del plain["uid"]
    return json.dumps(plain, sort_keys=True, default=repr)


def _agreed_path(orders: Sequence[Source], onto: Source | None) -> str:
    paths: dict[str, str] = {}
    for source in orders:
        if source.order is not None:
            paths.setdefault(source.order.output_path, source.name)
    if len(paths) > 1:
        (path, name), (other_path, other) = list(paths.items())[:2]
        what = f"has the output_path {other_path!r}, and {name} {path!r}: in one work order, jobs of one"
        what += " of them would write elsewhere. Run them as they are, side by side"
        what += "" if onto else ", or give --output-path"
        raise JobFileError(problems=[Problem(other, what)])
    return next(iter(paths), "")


def _agreed_attributes(orders: Sequence[Source]) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    owners: dict[str, str] = {}
    problems = []
    for source in orders:
        for key, value in source.order.attributes.items() if source.order is not None else ():
            if attributes.setdefault(key, value) != value:
                what = f"is {value!r}, and in {owners[key]} {attributes[key]!r}; a work order has one"
                problems.append(Problem(f"{source.name}: attributes.{key}", what))
            owners.setdefault(key, source.name)
    if problems:
        raise InputError(problems=problems)
    return attributes
