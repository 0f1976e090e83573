"""Running the callbacks of a finished job, and saying beforehand which files they will write.

Order of operations for each callback of a job, one after another:

1. The templates in its ``path``, and in the arguments its registration names, are expanded.
2. The path is resolved inside the output directory.
3. The callback is called. What it may change is a copy, unless it is registered as one that only reads.
4. The file it wrote, or its failure, is noted on the job's result, which the next callback sees.
"""

from __future__ import annotations

import copy
import inspect
import logging
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import orjson

from esi_fetch.callbacks.paths import Folders, collision_key, safe_output_path
from esi_fetch.errors import (
    InputError,
    OutputPathError,
    OutputWriteError,
    Problem,
    TemplateError,
    gathered,
    reason_of,
)
from esi_fetch.model.callback import Callback, CallbackSpec, spec_of
from esi_fetch.model.events import CallbackFailed, CallbackFinished, CallbackStarted, Event
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import CallbackError, Result, State
from esi_fetch.model.templates import expand

__all__ = ["output_paths", "run_callbacks"]

log = logging.getLogger("esi_fetch.callbacks")


@dataclass(frozen=True)
class _Call:
    """A callback with its templates expanded and its path resolved."""

    spec: CallbackSpec
    kwargs: dict[str, Any]
    output: Path | None


def output_paths(
    job: Job, *, root: Path, values: Mapping[str, Any], folders: Folders | None = None
) -> list[Path]:
    """Return the files that the callbacks of *job* would write below *root*, in order; writes nothing.

    Args:
        job: The job, before or after it has run.
        root: The output directory.
        values: What templates may name.
        folders: What is known of folders already, for those who ask for many jobs in one go.

    Raises:
        TemplateError: A template names no value.
        OutputPathError: A path would leave *root*, or two callbacks would write the same file.
        InputError: Both; ``problems`` lists everything that is wrong, whichever error it is.
    """
    outputs: list[Path] = []
    writers: dict[str, str] = {}
    errors: list[InputError] = []
    for number, item in enumerate(job.callbacks):
        where = f"callbacks[{number}] {item.callback_id!r}"
        try:
            output = _prepared(item, root=root, values=values, folders=folders).output
        except (TemplateError, OutputPathError) as error:
            errors.append(error.below(where))
            continue
        if output is None:
            continue
        first = writers.setdefault(collision_key(output), where)
        if first is not where:
            errors.append(_collision(output, where=where, first=first))
        outputs.append(output)
    if errors:
        raise gathered(errors)
    return outputs


def run_callbacks(job: Job, *, root: Path, values: Mapping[str, Any], emit: Callable[[Event], None]) -> Job:
    """Run the callbacks of *job* in order and return it with their outputs and failures on its result.

    A job that did not succeed is returned as it is. A callback that raises is reported and logged, and the
    next one runs; only what is not an ``Exception``, such as ``KeyboardInterrupt``, passes.

    Args:
        job: The finished job.
        root: The output directory.
        values: What templates may name.
        emit: Told of each callback's start and end.
    """
    result = job.result
    if result is None or result.state is not State.SUCCEEDED or not result.complete:
        return job
    written: set[str] = set()
    for item in job.callbacks:
        emit(CallbackStarted(job.uid, job.label, item.callback_id))
        try:
            output = _called(item, job.with_result(result), root=root, values=values, written=written)
        # Callbacks are other people's code: whatever goes wrong in one must not cost the job's data, its
        # other callbacks or the run. The failure is not hidden: it is on the result and in the events.
        except Exception as error:
            log.debug("callback %s of job %s failed", item.callback_id, job.label, exc_info=True)
            failure = CallbackError(item.callback_id, type(error).__name__, _message(error))
            result = replace(result, callback_errors=(*result.callback_errors, failure))
            text = f"{failure.type}: {failure.message}" if failure.message else failure.type
            emit(CallbackFailed(job.uid, job.label, item.callback_id, text))
        else:
            if output is not None:
                result = replace(result, outputs=(*result.outputs, output))
            emit(CallbackFinished(job.uid, job.label, item.callback_id, output))
    return job.with_result(result)


def _called(
    item: Callback, job: Job, *, root: Path, values: Mapping[str, Any], written: set[str]
) -> str | None:
    """Call one callback; return the file it wrote, if it has a path and wrote there."""
    call = _prepared(item, root=root, values=values)
    if call.output is None:
        _invoke(call, job)
        return None
    key = collision_key(call.output)
    if key in written:
        # Planning finds this first; here it protects those who run a job without a plan.
        raise _collision(call.output, where="this callback", first="an earlier one")
    written.add(key)
    try:
        call.output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        folder = str(call.output.parent)
        raise OutputWriteError(f"can't make the folder {folder!r}: {reason_of(error)}") from error
    _invoke(call, job)
    return str(call.output) if call.output.exists() else None


def _invoke(call: _Call, job: Job) -> None:
    if call.spec.reads_only:
        call.spec.function(job, **call.kwargs)
    else:
        call.spec.function(_separate(job), **copy.deepcopy(call.kwargs))


def _prepared(
    item: Callback, *, root: Path, values: Mapping[str, Any], folders: Folders | None = None
) -> _Call:
    spec = spec_of(item.callback_id)
    kwargs = dict(item.kwargs)
    for name in spec.templates & set(kwargs):
        kwargs[name] = _expanded(kwargs[name], values, where=f"kwargs.{name}")
    given = kwargs["path"] if "path" in kwargs else _default_path(spec)
    if given is None and "path" not in spec.required:
        return _Call(spec, kwargs, None)
    if not isinstance(given, (str, os.PathLike)):
        raise OutputPathError(problems=[Problem("kwargs.path", f"expected a path as text, found {given!r}")])
    template = given if isinstance(given, str) else PurePath(given).as_posix()
    output = safe_output_path(root, expand(template, values, where="kwargs.path"), folders=folders)
    kwargs["path"] = output
    return _Call(spec, kwargs, output)


def _default_path(spec: CallbackSpec) -> Any:
    """Return the default of the function's own ``path`` parameter, which is a template like any other."""
    if "path" not in spec.optional:
        return None
    return inspect.signature(spec.function).parameters["path"].default


def _expanded(value: Any, values: Mapping[str, Any], *, where: str) -> Any:
    if isinstance(value, str):
        return expand(value, values, where=where)
    if isinstance(value, Mapping):
        return {name: _expanded(inner, values, where=f"{where}.{name}") for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_expanded(inner, values, where=f"{where}[{index}]") for index, inner in enumerate(value)]
    return value


def _collision(output: Path, *, where: str, first: str) -> OutputPathError:
    return OutputPathError(problems=[Problem(where, f"would write {str(output)!r}, as {first} does")])


def _separate(job: Job) -> Job:
    """Return a copy of *job* that shares nothing which can be changed; data is copied when asked for."""
    return replace(
        job,
        parameters=copy.deepcopy(job.parameters),
        attributes=copy.deepcopy(job.attributes),
        result=None if job.result is None else _separate_result(job.result),
    )


def _separate_result(result: Result) -> Result:
    payload = result.payload
    # Through bytes and back: far faster than copy.deepcopy, and data is always what JSON can hold.
    copied = LazyData(lambda: orjson.loads(orjson.dumps(payload.get())))
    return replace(result, payload=copied, sources=dict(result.sources), tokens=dict(result.tokens))


def _message(error: Exception) -> str:
    """Return the text of *error*, even if its own ``__str__`` fails."""
    kind = type(error).__name__
    lines = traceback.format_exception_only(type(error), error)
    return "".join(lines).partition(f"{kind}: ")[2].strip()
