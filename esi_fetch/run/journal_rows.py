"""What a journal's row says of a job, made of its result and read back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from esi_fetch.errors import InputError, MaybeDoneError
from esi_fetch.model.codec import from_plain, parse_moment, to_plain
from esi_fetch.model.result import CallbackError, ErrorInfo, Result, Source, State
from esi_fetch.run.journal_file import DONE, FAILED, IN_DOUBT, JournalRow

__all__ = ["packed", "result_in", "sizes_of", "state_of", "still_there"]

_GONE = -1


def state_of(result: Result, *, writes: bool) -> str:
    """Return what can be said of a job that has ended.

    Args:
        result: What became of it.
        writes: Whether it changes something at ESI.
    """
    if result.ok:
        return DONE
    if writes and result.error is not None and result.error.type == MaybeDoneError.__name__:
        return IN_DOUBT
    # An answer from 400 to 499 says that nothing was written. All others, and silence, leave it open.
    refused = result.status is not None and 400 <= result.status < 500
    if writes and (result.state is State.SUCCEEDED or (result.requests and not refused)):
        return IN_DOUBT
    return FAILED


def packed(result: Result) -> bytes:
    """Return a result, without its data, as JSON for a row."""
    # The standard library's takes what orjson refuses: names of files that are not Unicode.
    return json.dumps(to_plain(result)).encode("ascii")


def sizes_of(result: Result) -> bytes:
    """Return the sizes of the files that a job wrote, in bytes, as JSON; -1 for one that is not there."""
    return json.dumps([_size(path) for path in result.outputs]).encode("ascii")


def still_there(result: Result, row: JournalRow) -> bool:
    """Return whether all files that a job wrote are there, with the sizes they had."""
    sizes = json.loads(row.sizes)
    return _GONE not in sizes and [_size(path) for path in result.outputs] == sizes


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return _GONE


def result_in(row: JournalRow) -> Result | None:
    """Return the result that a row holds; None where there is none, or none that this version understands."""
    if not row.result:
        return None
    # By hand, because dataclasses-json needs thirty times as long.
    try:
        plain: dict[str, Any] = json.loads(row.result)
        for name, read in _READERS.items():
            if plain.get(name) is not None:
                plain[name] = read(plain[name])
        return Result(**plain)
    except (InputError, TypeError, ValueError):
        return None


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "state": State,
    "source": Source,
    "error": lambda plain: from_plain(ErrorInfo, plain),
    "snapshot_at": parse_moment,
    "fetched_at": parse_moment,
    "expires_at": parse_moment,
    "outputs": tuple,
    "remarks": tuple,
    "callback_errors": lambda plains: tuple(from_plain(CallbackError, plain) for plain in plains),
}
