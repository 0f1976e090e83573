"""The callbacks that come with the library: a job's data as a file.

Each takes the finished job and an absolute ``path``, and writes that file atomically. None changes the data.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from esi_fetch.atomic import atomic_write
from esi_fetch.callbacks.formats import format_from, write_csv, write_data
from esi_fetch.callbacks.parquet import NO_PARQUET, has_parquet, write_parquet
from esi_fetch.catalog import bundled, known_operation
from esi_fetch.columns import layout_of, provenance, rows_of, unwrapped
from esi_fetch.errors import CallbackArgumentError, InputError, OutputPathError, Problem
from esi_fetch.model.callback import callback
from esi_fetch.model.codec import to_plain
from esi_fetch.model.job import Job

__all__ = ["save_csv", "save_job", "save_json", "save_jsonl", "save_parquet", "save_yaml"]


def _path_problems(kwargs: Mapping[str, Any]) -> list[Problem]:
    path = kwargs["path"]
    if isinstance(path, (str, os.PathLike)):
        return []
    return [Problem("kwargs.path", f"expected the path of a file as text, found {path!r}")]


def _csv_problems(kwargs: Mapping[str, Any]) -> list[Problem]:
    problems = _path_problems(kwargs)
    fields = kwargs.get("fields")
    if fields is not None:
        if not isinstance(fields, (list, tuple)) or not all(isinstance(name, str) for name in fields):
            problems.append(Problem("kwargs.fields", f"expected a list of field names, found {fields!r}"))
        elif not fields:
            problems.append(Problem("kwargs.fields", "names no field; leave it out to get them all"))
        elif len(set(fields)) < len(fields):
            twice = next(name for name in fields if fields.count(name) > 1)
            problems.append(Problem("kwargs.fields", f"names {twice!r} twice"))
    extra = kwargs.get("extra")
    if extra is not None and not isinstance(extra, Mapping):
        problems.append(Problem("kwargs.extra", f"expected a mapping of columns to values, found {extra!r}"))
    elif extra is not None:
        problems += [
            Problem(f"kwargs.extra.{name}", f"expected a single value, found {value!r}")
            for name, value in extra.items()
            if isinstance(value, (list, tuple, Mapping))
        ]
    return problems


def _parquet_problems(kwargs: Mapping[str, Any]) -> list[Problem]:
    return _path_problems(kwargs) + ([] if has_parquet() else [Problem("callback_id", NO_PARQUET)])


def _job_problems(kwargs: Mapping[str, Any]) -> list[Problem]:
    problems = _path_problems(kwargs)
    if not isinstance(kwargs.get("data", True), bool):
        problems.append(Problem("kwargs.data", f"expected true or false, found {kwargs['data']!r}"))
    # A suffix that is itself a template is known only when the job runs.
    if not problems and "$" not in PurePosixPath(kwargs["path"]).suffix:
        try:
            _job_format(kwargs["path"])
        except OutputPathError as error:
            problems.append(Problem("kwargs.path", "; ".join(problem.what for problem in error.problems)))
    return problems


def _job_format(path: Path | str) -> str:
    fmt = format_from(path)
    if fmt not in ("json", "yaml"):
        raise OutputPathError(
            problems=[
                Problem(f"output path {str(path)!r}", f"a job can't be saved as {fmt}; use .json or .yaml")
            ]
        )
    return fmt


@callback("save_json", reads_only=True, check=_path_problems)
def save_json(job: Job, *, path: Path) -> None:
    """Write the data as JSON: a list one line a row, anything else indented."""
    _save(job, path, fmt="json")


@callback("save_jsonl", reads_only=True, check=_path_problems)
def save_jsonl(job: Job, *, path: Path) -> None:
    """Write the data as JSON lines: one line for each row of a list."""
    _save(job, path, fmt="jsonl")


@callback("save_yaml", reads_only=True, check=_path_problems)
def save_yaml(job: Job, *, path: Path) -> None:
    """Write the data as YAML."""
    _save(job, path, fmt="yaml")


@callback("save_csv", reads_only=True, templates=("extra",), check=_csv_problems)
def save_csv(
    job: Job, *, path: Path, fields: Sequence[str] | None = None, extra: Mapping[str, Any] | None = None
) -> None:
    """Write the data as CSV; objects inside a row become columns with dots, lists their JSON.

    Args:
        job: The finished job.
        path: The file.
        fields: Columns to write, in this order; without it all, as the rows show them. A field that the
            operation can have and no row has is an empty column.
        extra: Further columns, by name, with one value for all rows, such as ``region_id: "${region_id}"``.

    Raises:
        CallbackArgumentError: A field does not exist, or an extra column has the name of one.
        OutputWriteError: The file can't be written.
    """
    # An optional field that no row happens to have today is no mistake, and an empty answer has a header too.
    layout = layout_of(known_operation(job, bundled()), job.result)
    data = unwrapped(_data(job), layout)
    try:
        with atomic_write(path, text=False) as stream:
            write_csv(data, stream, fields=fields, extra=extra, known=layout.names)
    except InputError as error:
        problems = [replace(problem, where=f"kwargs.{problem.where}") for problem in error.problems]
        raise CallbackArgumentError(problems=problems) from error


@callback("save_parquet", reads_only=True, check=_parquet_problems)
def save_parquet(job: Job, *, path: Path) -> None:
    """Write the data as Parquet (extra ``parquet``), with the types that its schema promises.

    ``pandas.read_parquet`` reads it back as what :meth:`esi_fetch.Esi.frame` gives.
    """
    operation = known_operation(job, bundled())
    layout = layout_of(operation, job.result)
    data = None if job.result is None else rows_of(job.result, layout)
    with atomic_write(path, text=False) as stream:
        write_parquet(data, stream, layout=layout, attrs=provenance(job, operation))


@callback("save_job", reads_only=True, check=_job_problems)
def save_job(job: Job, *, path: Path, data: bool = True) -> None:
    """Write the job with its result, as JSON or YAML, which the suffix of the file says.

    Args:
        job: The finished job.
        path: The file.
        data: Whether the data goes into the file too, or only what is known about it.
    """
    fmt = _job_format(path)
    with atomic_write(path, text=False) as stream:
        write_data(to_plain(job, data=data), stream, fmt=fmt)


def _save(job: Job, path: Path, *, fmt: str) -> None:
    with atomic_write(path, text=False) as stream:
        write_data(_data(job), stream, fmt=fmt)


def _data(job: Job) -> Any:
    """Return the job's data; rows that are decoded page by page where it is a list of them."""
    if job.result is None:
        return None
    rows = job.result.rows
    return job.result.data if rows is None else rows
