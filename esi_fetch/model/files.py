"""Job files: jobs and work orders as YAML or JSON.

A file holds a work order (a mapping with ``jobs``), a job that stands alone (a mapping with ``op_id``), or a
list of jobs, which is read as a work order without a name. Everything wrong with it is found in one go, and
each problem names the file, the job, the key and the nearest right word. Nothing is sent, and no catalog is
asked, unless the caller hands over a check of its own.

Null stands for "not given". ``id`` and ``uid`` may be numbers, and are kept as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
from esi_fetch.errors import JobFileError, Problem, did_you_mean, reason_of
from esi_fetch.model.codec import to_plain
from esi_fetch.model.job import Job, MadeUpUid, WorkOrder
from esi_fetch.model.shape import JOB_KEYS, ORDER_KEYS, job_problems, order_problems

__all__ = ["format_jobs", "parse_jobs", "read_jobs", "write_jobs"]

JobCheck = Callable[[Job], Iterable[Problem]]
"""Says what is wrong with a job beyond its shape; places are relative to the job."""

_FORMATS: dict[str, Literal["json", "yaml"]] = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}


def read_jobs(path: Path | str, *, check: JobCheck | None = None) -> WorkOrder | Job:
    """Read a job file.

    Args:
        path: The file. ``.json`` holds JSON; with any other suffix the content decides.
        check: Finds problems that need more than the file, such as parameters that do not fit the
            operation. It is called with each job, or, where another part of a job is wrong, with its
            operation and parameters alone.

    Raises:
        JobFileError: The file can't be read, or something in it is wrong; ``problems`` lists everything.
    """
    path = Path(path)
    where = str(path)
    try:
        if path.is_dir():
            raise _refused(where, "is a folder; name a file in it")
        text = read_text(path)
    except DocumentError as error:
        raise _refused(where, str(error)) from error
    except FileNotFoundError as error:
        raise _refused(where, f"there is no such file{_near(path)}") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        raise _refused(where, f"can't be read: {reason_of(error)}") from error
    return parse_jobs(text, where=where, check=check)


def _near(path: Path) -> str:
    try:
        return did_you_mean(path.name, [entry.name for entry in path.parent.iterdir() if entry.is_file()])
    except OSError:
        return f"; nor is there a folder {str(path.parent)!r}"


def _refused(where: str, what: str) -> JobFileError:
    return JobFileError(problems=[Problem(where, what)])


def parse_jobs(text: str, *, where: str, check: JobCheck | None = None) -> WorkOrder | Job:
    """Read a job or a work order from text.

    Args:
        text: YAML or JSON.
        where: What to call it in errors: the file's name, whose suffix counts.
        check: See :func:`read_jobs`.

    Raises:
        JobFileError: Something in it is wrong; ``problems`` lists everything.
    """
    try:
        plain = parse_document(text, suffix=PurePath(where).suffix)
    except DocumentError as error:
        raise _refused(where, str(error)) from error
    if plain is None:
        raise _refused(where, "is empty; a job needs at least op_id, a work order jobs")
    if isinstance(plain, list):
        plain = {"jobs": plain}
    problems = _problems(plain, check)
    if problems:
        raise JobFileError(problems=[problem.below(where) for problem in problems])
    return WorkOrder.of_plain(plain) if "jobs" in plain else Job.of_plain(plain)


def _problems(plain: Any, check: JobCheck | None) -> list[Problem]:
    if not isinstance(plain, Mapping):
        return [Problem("", "this is neither a job (with op_id) nor a work order (with jobs)")]
    if "jobs" in plain and "op_id" in plain:
        return [Problem("", "has both op_id and jobs; a job has the first, a work order the second")]
    if "jobs" in plain:
        return order_problems(plain, of_job=lambda job: _problems_of_job(job, check))
    if "op_id" in plain:
        return _problems_of_job(plain, check)
    known = set(JOB_KEYS) | set(ORDER_KEYS)
    return [Problem("", "is neither a job (op_id is missing) nor a work order (jobs is missing)")] + [
        Problem(str(key), f"unknown key{did_you_mean(str(key), known)}") for key in plain if key not in known
    ]


def _problems_of_job(plain: Any, check: JobCheck | None) -> list[Problem]:
    problems = job_problems(plain)
    if check is None:
        return problems
    if not problems:
        return list(check(Job.of_plain(plain)))
    if isinstance(plain, Mapping):
        part = {key: plain[key] for key in ("op_id", "parameters") if key in plain}
        if not job_problems(part):
            problems += check(Job.of_plain(part))
    return problems


def write_jobs(value: Job | WorkOrder, path: Path | str) -> None:
    """Write a job or a work order to a file, whole or not at all.

    Args:
        value: What to write.
        path: The file; its suffix says which format: ``.yaml``, ``.yml`` or ``.json``.

    Raises:
        JobFileError: The suffix says no format, or the value holds what no file can.
        OutputWriteError: The file can't be written; what was there before is untouched.
    """
    path = Path(path)
    fmt = _FORMATS.get(path.suffix.lower())
    if fmt is None:
        raise _refused(str(path), "the suffix does not say the format; use .yaml or .json")
    text = format_jobs(value, fmt=fmt)
    try:
        with atomic_write(path) as stream:
            stream.write(text)
    except UnicodeEncodeError as error:
        raise _refused(str(path), f"the data of a result holds half a surrogate pair: {error}") from error


def format_jobs(value: Job | WorkOrder, *, fmt: Literal["json", "yaml"]) -> str:
    """Return a job or a work order as text that :func:`parse_jobs` reads back as an equal value.

    What is empty, and a ``uid`` that was made up, is left out. A result stays with its job, with its data.

    Raises:
        JobFileError: The value holds what no file can, such as a NaN or an object.
    """
    if isinstance(value, WorkOrder):
        tidy = _tidy(value, ORDER_KEYS)
        tidy["jobs"] = [_tidy(job, JOB_KEYS) for job in value.jobs]
    else:
        tidy = _tidy(value, JOB_KEYS)
    problems = value.problems_of(tidy)
    if problems:
        raise JobFileError(problems=problems)
    try:
        return dump_json(tidy) if fmt == "json" else dump_yaml(tidy)
    except (TypeError, ValueError, yaml.YAMLError) as error:  # only data is not checked above: there is much
        raise JobFileError(f"the data of a result can't be written as {fmt}: {error}") from error


def _tidy(value: Job | WorkOrder, keys: Iterable[str]) -> dict[str, Any]:
    tidy: dict[str, Any] = {}
    for key in keys:
        item = getattr(value, key)
        if key == "jobs" or item is False or item in (None, "", {}, ()):
            continue
        if isinstance(item, MadeUpUid):
            continue
        if key == "callbacks":
            tidy[key] = [
                {name: part for name, part in to_plain(callback).items() if part != {}} for callback in item
            ]
        else:
            tidy[key] = to_plain(item, data=True)
    return tidy
