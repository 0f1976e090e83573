"""Job files: jobs and work orders as YAML or JSON.

A file holds a work order (a mapping with ``jobs``), a job that stands alone (a mapping with ``op_id``, or
``recipe`` in its place), or a list of jobs, which is read as a work order without a name. Everything wrong
with it is found in one go, and each problem names the file, the job, the key and the nearest right word.
Nothing is sent, and no catalog is asked, unless the caller hands over a check of its own.

A job with ``for_each`` stands for one job a row of a table: a path, relative to the folder of the job file,
or the rows themselves. It is read as a :class:`~esi_fetch.model.for_each.ForEach`, and written as one again.

Null stands for "not given". ``id`` and ``uid`` may be numbers, and are kept as text. ``$schema``, by which
editors find the schema of a file, counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, Literal

import yaml

from esi_fetch.atomic import atomic_write
from esi_fetch.documents import (
    DocumentError,
    dump_json,
    dump_yaml,
    parse_document,
    read_text,
)
from esi_fetch.errors import InputError, JobFileError, Problem, did_you_mean, reason_of
from esi_fetch.model.codec import to_plain
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, MadeUpUid, WorkOrder, job_or_table
from esi_fetch.model.shape import JOB_KEYS, ORDER_KEYS, job_problems, order_problems
from esi_fetch.model.tables import MOST_BYTES, near_file

__all__ = ["SCHEMA_FILE", "format_jobs", "format_of", "parse_jobs", "read_jobs", "too_large", "write_jobs"]

JobCheck = Callable[[Job], Iterable[Problem]]
"""Says what is wrong with a job beyond its shape; places are relative to the job."""

SCHEMA_FILE = Path(__file__).with_name("job-files.schema.json")
"""The JSON Schema of job files, for editors; ``scripts/make_job_schema.py`` writes it."""

_FORMATS: dict[str, Literal["json", "yaml"]] = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}


_NEITHER = "this is neither a job (with op_id or recipe) nor a work order (with jobs)"


def read_jobs(
    path: Path | str, *, check: JobCheck | None = None, most_bytes: int = MOST_BYTES
) -> WorkOrder | Job | ForEach:
    """Read a job file.

    Args:
        path: The file. ``.json`` holds JSON; with any other suffix the content decides.
        check: Finds problems that need more than the file, such as parameters that do not fit the
            operation. It is called with each job, those of tables too; or, where another part of a job is
            wrong, with its operation and parameters alone.
        most_bytes: A larger file is refused, before it takes all memory.

    Raises:
        JobFileError: The file can't be read, or something in it is wrong; ``problems`` lists everything.
    """
    path = Path(path)
    where = str(path)
    try:
        if path.is_dir():
            raise _refused(where, "is a folder; name a file in it")
        if (size := path.stat().st_size) > most_bytes:
            raise _refused(where, too_large(size, most_bytes))
        text = read_text(path)
    except DocumentError as error:
        raise _refused(where, str(error)) from error
    except FileNotFoundError as error:
        raise _refused(where, f"there is no such file{near_file(path)}") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise _refused(where, f"can't be read: {reason_of(error)}") from error
    return parse_jobs(text, where=where, check=check, folder=path.parent)


def too_large(size: int | None = None, most_bytes: int = MOST_BYTES) -> str:
    """Return what is said of a job file of so many bytes."""
    has = "has more" if size is None else f"has {size / 1e6:,.0f} MB"
    limit = f"{most_bytes / 1e6:,.0f} MB are read at most"
    return f"{has}; {limit}. Put what repeats into a table (for_each: rows.csv)"


def _refused(where: str, what: str) -> JobFileError:
    return JobFileError(problems=[Problem(where, what)])


def parse_jobs(
    text: str, *, where: str, check: JobCheck | None = None, folder: Path | str = ""
) -> WorkOrder | Job | ForEach:
    """Read a job or a work order from text.

    Args:
        text: YAML or JSON.
        where: What to call it in errors: the file's name, whose suffix counts.
        check: See :func:`~esi_fetch.read_jobs`.
        folder: Where the paths of its tables start.

    Raises:
        JobFileError: Something in it is wrong; ``problems`` lists everything.
    """
    try:
        plain = parse_document(text, suffix=PurePath(where).suffix)
    except DocumentError as error:
        raise _refused(where, str(error)) from error
    if plain is None:
        raise _refused(where, "is empty; a job needs at least op_id or recipe, a work order jobs")
    if isinstance(plain, list):
        if plain and not _names_jobs(plain):
            raise _refused(where, f"{_NEITHER}; a job takes rows of data by for_each")
        plain = {"jobs": plain}
    if isinstance(plain, dict) and isinstance(plain.get("$schema"), str):
        del plain["$schema"]
    problems = _problems(plain, check, folder)
    if problems:
        raise JobFileError(problems=[problem.below(where) for problem in problems])
    if "jobs" not in plain:
        return _found(job_or_table(plain), folder)
    order = WorkOrder.of_plain(plain)
    return replace(order, jobs=tuple(_found(job, folder) for job in order.jobs))


def _found(job: Job | ForEach, folder: Path | str) -> Job | ForEach:
    return job.found_from(folder) if isinstance(job, ForEach) else job


def _names_jobs(items: list[Any]) -> bool:
    """Whether a list deserves to be told what each item lacks as a job; thousands of rows of data do not."""
    keys = {str(key) for item in items if isinstance(item, Mapping) for key in item}
    ours = ("op_id", "recipe", "parameters", "callbacks", "for_each")
    return any(key in ours or did_you_mean(key, ours) for key in keys)


def _problems(plain: Any, check: JobCheck | None, folder: Path | str) -> list[Problem]:
    if not isinstance(plain, Mapping):
        return [Problem("", _NEITHER)]
    for key in ("op_id", "recipe"):
        if "jobs" in plain and key in plain:
            return [Problem("", f"has both {key} and jobs; a job has the first, a work order the second")]
    if "jobs" in plain:
        return order_problems(plain, of_job=lambda job: _problems_of_job(job, check, folder))
    if "op_id" in plain or "recipe" in plain:
        return _problems_of_job(plain, check, folder)
    known = set(JOB_KEYS) | set(ORDER_KEYS)
    what = "is neither a job (op_id or recipe is missing) nor a work order (jobs is missing)"
    return [Problem("", what)] + [
        Problem(str(key), f"unknown key{did_you_mean(str(key), known)}") for key in plain if key not in known
    ]


def _problems_of_job(plain: Any, check: JobCheck | None, folder: Path | str) -> list[Problem]:
    problems = job_problems(plain)
    if problems and isinstance(plain, Mapping):
        # What can be said of its sound parts belongs to the list as well.
        plain = {key: plain[key] for key in ("op_id", "recipe", "parameters", "for_each") if key in plain}
    if problems and job_problems(plain):
        return problems
    try:
        job = _found(job_or_table(plain), folder)
    except InputError as error:
        return [*problems, *error.problems]
    if isinstance(job, ForEach):
        problems += job.problems(check=check)
    elif check is not None:
        problems += check(job)
    return problems


def write_jobs(value: Job | ForEach | WorkOrder, path: Path | str) -> None:
    """Write a job or a work order to a file, whole or not at all.

    Args:
        value: What to write. Paths of tables, which start where the process is, are written so that they
            start in the folder of the file.
        path: The file; its suffix says which format: ``.yaml``, ``.yml`` or ``.json``.

    Raises:
        JobFileError: The suffix says no format, or the value holds what no file can.
        OutputWriteError: The file can't be written; what was there before is untouched.
    """
    path = Path(path)
    text = format_jobs(value, fmt=format_of(path), folder=path.parent)
    try:
        with atomic_write(path) as stream:
            stream.write(text)
    except UnicodeEncodeError as error:
        raise _refused(str(path), f"the data of a result holds half a surrogate pair: {error}") from error


def format_of(path: Path) -> Literal["json", "yaml"]:
    """Return the format that the suffix of a job file says.

    Raises:
        JobFileError: It says none.
    """
    fmt = _FORMATS.get(path.suffix.lower())
    if fmt is None:
        raise _refused(str(path), "the suffix does not say the format; use .yaml or .json")
    return fmt


def format_jobs(
    value: Job | ForEach | WorkOrder, *, fmt: Literal["json", "yaml"], folder: Path | str = ""
) -> str:
    """Return a job or a work order as text that :func:`parse_jobs` reads back as an equal value.

    What is empty, and a ``uid`` that was made up, is left out. A result stays with its job, with its data.

    Args:
        value: What to write.
        fmt: How.
        folder: Where the paths of tables shall start; by default where the process is.

    Raises:
        JobFileError: The value holds what no file can, such as a NaN or an object.
    """
    if isinstance(value, WorkOrder):
        tidy = _tidy(value, ORDER_KEYS)
        tidy["jobs"] = [_tidy_job(job, folder) for job in value.jobs]
        problems = order_problems(tidy)
    else:
        tidy = _tidy_job(value, folder)
        problems = job_problems(tidy)
    if problems:
        raise JobFileError(problems=problems)
    try:
        return dump_json(tidy) if fmt == "json" else dump_yaml(tidy)
    except (TypeError, ValueError, yaml.YAMLError) as error:  # only data is not checked above: there is much
        raise JobFileError(f"the data of a result can't be written as {fmt}: {error}") from error


def _tidy_job(value: Job | ForEach, folder: Path | str) -> dict[str, Any]:
    if isinstance(value, Job):
        return _tidy(value, JOB_KEYS)
    tidy = _tidy(value.job, JOB_KEYS)
    subject = "op_id" if "op_id" in tidy else "recipe"
    return {subject: tidy.pop(subject), "for_each": value.seen_from(folder).plain_table(), **tidy}


def _tidy(value: Job | WorkOrder, keys: Iterable[str]) -> dict[str, Any]:
    tidy: dict[str, Any] = {}
    for key in keys:
        if key in ("jobs", "for_each"):  # not of this value alone
            continue
        item = getattr(value, key)
        if item is False or item in (None, "", {}, ()) or isinstance(item, MadeUpUid):
            continue
        if key == "callbacks":
            tidy[key] = [
                {name: part for name, part in to_plain(callback).items() if part != {}} for callback in item
            ]
        else:
            tidy[key] = to_plain(item, data=True)
    return tidy
