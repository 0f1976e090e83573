"""The report as a file: JSON, written job by job, so that it need not fit in memory twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson

from esi_fetch.atomic import atomic_write
from esi_fetch.model.codec import to_plain
from esi_fetch.model.report import Report

__all__ = ["write_report"]


def write_report(outcome: Report, path: Path) -> None:
    """Write a report, without the data: ``{"totals": {...}, "jobs": [{..., "result": {...}}]}``.

    Raises:
        OutputWriteError: It can't be written.
    """
    with atomic_write(path, text=False) as stream:
        stream.write(b'{\n  "totals": ' + _indented(outcome.totals, depth=1) + b',\n  "jobs": [')
        for number, job in enumerate(outcome):
            stream.write((b",\n    " if number else b"\n    ") + _indented(job, depth=2))
        stream.write(b"\n  ]\n}\n" if len(outcome) else b"]\n}\n")


def _indented(value: Any, *, depth: int) -> bytes:
    plain = to_plain(value)
    try:
        text = orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # whole numbers of more than 64 bits, and names of files that are not Unicode
        text = json.dumps(plain, indent=2).encode("ascii")
    return text.replace(b"\n", b"\n" + b"  " * depth)
