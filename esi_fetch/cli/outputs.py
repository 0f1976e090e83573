"""Files that the command line itself writes, and data on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from esi_fetch.atomic import atomic_write
from esi_fetch.callbacks.formats import FORMATS, format_from, write_csv, write_data
from esi_fetch.callbacks.parquet import NO_PARQUET, has_parquet, write_parquet
from esi_fetch.cli.console import is_terminal, silence_streams, table
from esi_fetch.cli.options import together
from esi_fetch.columns import Layout, tabulated, unwrapped
from esi_fetch.errors import InputError, OutputPathError, OutputWriteError, Problem, reason_of

__all__ = [
    "FormatChoice",
    "as_path",
    "choose_format",
    "deliver",
    "file_problems",
    "folder_problems",
    "output_options",
    "output_problems",
    "print_lines",
]

_STANDARD_OUTPUT = "-"
_PARQUET = "parquet"

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice  # older versions can't be subscripted


class FormatChoice(_Choice):
    """The formats data can be written in."""

    def __init__(self) -> None:
        super().__init__((*FORMATS, _PARQUET, "table"))


output_options = together(
    click.option("-o", "--output", metavar="FILE", help="Write to this file instead of standard output."),
    click.option(
        "--format",
        "fmt",
        type=FormatChoice(),
        help="How to write it; from FILE's suffix if not said, else json.",
    ),
)
"""Where data goes, and how it is written."""


def as_path(output: str | None) -> Path | None:
    """Return the file that ``-o`` names; None for standard output, which ``-`` names too."""
    return None if output in (None, _STANDARD_OUTPUT) else Path(str(output))


def choose_format(fmt: str | None, output: Path | None) -> str:
    """Return the format to write: the one that was asked for, else that of the file's suffix, else JSON.

    Raises:
        InputError: The suffix says no format, or nothing can be written there.
    """
    if output is None:
        if sys.stdout is None:
            raise InputError("standard output is closed; name a file with -o")
        if fmt == _PARQUET and is_terminal(sys.stdout):
            raise InputError("parquet is nothing for a terminal; write it into a file (> FILE)")
        _check_parquet(fmt)
        return fmt or "json"
    problems = file_problems(output, option="-o")
    if fmt is None and not problems:
        try:
            fmt = format_from(output)
        except OutputPathError as error:
            problems += [Problem("-o", f"{problem.what}; or give --format") for problem in error.problems]
    if problems:
        raise InputError(problems=problems)
    _check_parquet(fmt)
    return fmt or "json"


def _check_parquet(fmt: str | None) -> None:
    if fmt == _PARQUET and not has_parquet():
        raise InputError(NO_PARQUET)


def file_problems(path: Path, *, option: str) -> list[Problem]:
    """Return what would keep a file from being written, as far as can be seen now; makes nothing."""
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            return [Problem(option, f"{str(path)!r} is a folder; name a file")]
        if target.exists():
            return (
                [] if os.access(target, os.W_OK) else [Problem(option, f"{str(path)!r} is write-protected")]
            )
        return folder_problems(target.parent, option=option)
    except (OSError, ValueError) as error:  # a name too long; a null character
        return [Problem(option, f"{str(path)!r}: {reason_of(error)}")]


def folder_problems(folder: Path, *, option: str) -> list[Problem]:
    """Return what would keep a folder from being made and written in, as far as can be seen now."""
    try:
        target = Path(os.path.realpath(folder))
        nearest = next(parent for parent in (target, *target.parents) if parent.exists())
        if not nearest.is_dir():
            return [Problem(option, f"{str(nearest)!r} is a file, not a folder")]
        if not os.access(nearest, os.W_OK | os.X_OK):
            return [Problem(option, f"nothing can be written in the folder {str(nearest)!r}")]
    except (OSError, ValueError) as error:
        return [Problem(option, f"{str(folder)!r}: {reason_of(error)}")]
    return []


_MOST_FOLDERS = 10_000


def output_problems(path: Path, *, folders: dict[str, list[Problem]]) -> list[Problem]:
    """Return what would keep an output from being written; it has no place yet.

    Args:
        path: The output, with symbolic links resolved.
        folders: What is wrong with folders that were looked at already, for those who look at many outputs.
    """
    if os.path.lexists(path):
        return file_problems(path, option="")
    folder = os.path.dirname(path)
    if folder not in folders:
        if len(folders) >= _MOST_FOLDERS:
            folders.clear()
        folders[folder] = folder_problems(Path(folder), option="")
    return folders[folder]


def deliver(
    data: Any,
    *,
    fmt: str,
    output: Path | None = None,
    layout: Layout | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> bool:
    """Write data to a file, whole or not at all, or to standard output.

    A reader of standard output that has seen enough (``| head``) is no error.

    Args:
        data: Decoded JSON, or rows of it.
        fmt: A format.
        output: The file; None for standard output.
        layout: Which columns it has in formats that are tables; None for those that its rows show.
        attrs: Where it came from, for formats that can hold that.

    Returns:
        Whether all of it was taken; False when the reader left before the end.

    Raises:
        OutputWriteError: It can't be written, or makes no table.
    """
    if output is not None:
        with atomic_write(output, text=False) as stream:
            _write(data, stream, fmt, layout, attrs)
        return True
    try:
        _write(data, sys.stdout.buffer, fmt, layout, attrs)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence_streams()
        return False
    except OSError as error:
        silence_streams()
        raise OutputWriteError(f"can't write to standard output: {reason_of(error)}") from error
    return True


def _write(
    data: Any, stream: IO[bytes], fmt: str, layout: Layout | None, attrs: Mapping[str, Any] | None
) -> None:
    if fmt in ("json", "jsonl", "yaml"):
        write_data(data, stream, fmt=fmt)
        return
    data = data if layout is None else unwrapped(data, layout)
    if fmt == _PARQUET:
        write_parquet(data, stream, layout=layout, attrs=attrs)
        return
    known = () if layout is None else layout.names
    if fmt == "csv":
        write_csv(data, stream, known=known)
        return
    flat = tabulated(data, known=known)
    for line in table(flat.columns, flat.cells()):
        stream.write(line.encode() + b"\n")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for people on standard output.

    Raises:
        OutputWriteError: They can't be written.
    """
    try:
        for line in lines:
            click.echo(line)
    except BrokenPipeError:
        silence_streams()
    except OSError as error:
        silence_streams()
        raise OutputWriteError(f"can't write to standard output: {reason_of(error)}") from error
