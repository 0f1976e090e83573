"""What people read: messages on standard error, and tables."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from esi_fetch.units import plural

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Voice",
    "is_terminal",
    "near",
    "pass_voice",
    "plural",
    "printable",
    "shortened",
    "silence_streams",
    "styled",
    "table",
    "terminal_width",
    "wrapped",
]

_LONGEST = 40


def printable(text: object) -> str:
    """Return a text on one line, without characters that a terminal would obey instead of show."""
    line = " ".join(str(text).split())
    return line if line.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in line)


def shortened(value: object) -> str:
    """Return a value in few characters: a body may be a thousand ids."""
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def near(path: str) -> str:
    """Return a path as it reads best: from here, where it is below this folder; else as it is."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # another drive, or a folder that is gone
        return path
    return path if relative.startswith(os.pardir) else relative


@dataclass
class Voice:
    """How much is said on standard error, and where the log goes.

    Attributes:
        quiet: Whether only problems are said.
        verbosity: 1 shows what happens, 2 every request.
        log_file: A file for the log.
    """

    quiet: bool = False
    verbosity: int = 0
    log_file: Path | None = None

    def say(self, text: str = "", **style: Any) -> None:
        """Say something that is good to know."""
        if not self.quiet:
            _write(text, **style)

    def warn(self, text: str) -> None:
        """Say something that must not be overlooked, though nothing has failed."""
        _write(f"warning: {text}", fg="yellow", bold=True)

    def complain(self, *lines: str) -> None:
        """Say what is wrong, in as many lines as it takes; nothing where nothing is."""
        for number, line in enumerate(lines):
            _write(line if number else f"error: {line}", fg="red")

    def progress_console(self) -> Console | None:
        """Return where progress is shown: bars on a terminal, else lines; None where nothing is wanted."""
        if self.quiet or sys.stderr is None:
            return None
        from rich.console import Console

        # A file stays a file, whatever FORCE_COLOR says.
        return Console(stderr=True, force_terminal=None if is_terminal(sys.stderr) else False)


pass_voice = click.make_pass_decorator(Voice, ensure=True)


def styled(text: str, **style: Any) -> str:
    """Return a text in colour or bold, where that is wanted and terminals understand it."""
    plain = not style or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else click.style(text, **style)


def _write(text: str, **style: Any) -> None:
    # Nobody may be listening any more (`2>&1 | head`); that is no reason to fail.
    with contextlib.suppress(OSError, ValueError):
        click.echo(styled(text, **style), err=True)


def silence_streams() -> None:
    """Give standard output and error to nobody, where their readers have gone.

    What is left in their buffers would otherwise fail once more while the interpreter ends, with a message.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether somebody sits at a stream; one that was closed before the start (``2>&-``) is None."""
    return stream is not None and stream.isatty()


def terminal_width() -> int | None:
    """Return how many characters fit on a line of standard output; None when it is no terminal."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None


def wrapped(text: str, *, width: int | None) -> list[str]:
    """Return a sentence in lines of so many characters, all but the first set in; None for one line."""
    if width is None:
        return [text]
    return textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    align: str = "",
    width: int | None = None,
    blank: Collection[str] | None = None,
    always: Collection[str] = (),
) -> Iterator[str]:
    """Give the lines of a table.

    Args:
        columns: Headings; without any there is no heading line.
        rows: The cells. None is an empty one.
        align: ``l`` or ``r`` for each column; if not said, columns of numbers go to the right.
        width: Lines are cut to this many characters; None for as long as they are.
        blank: Cells that say nothing: a column of nothing else only pushes others out, and is left out. None
            keeps all columns.
        always: Headings of columns that stay even so.
    """
    from rich.cells import cell_len, set_cell_size

    given = [list(row) for row in rows]
    texts = [["" if cell is None else printable(cell) for cell in row] for row in given]
    if blank is not None:
        told = [
            place
            for place, head in enumerate(columns)
            if head in always or any(row[place] not in blank for row in texts)
        ]
        columns, align = [columns[place] for place in told], "".join(align[place] for place in told)
        given, texts = ([[row[place] for place in told] for row in each] for each in (given, texts))
    lines = [list(columns), *texts] if columns else texts
    sizes = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    align = align or "".join("r" if _numeric(column) else "l" for column in zip(*given, strict=True))
    align = align.ljust(len(sizes), "l")
    for line in lines:
        cells = [
            " " * (size - cell_len(cell)) + cell if side == "r" else set_cell_size(cell, size)
            for cell, size, side in zip(line, sizes, align, strict=True)
        ]
        joined = "  ".join(cells).rstrip()
        if width is not None and cell_len(joined) > width:
            joined = set_cell_size(joined, width - 1) + "…"
        yield joined


def _numeric(cells: Iterable[Any]) -> bool:
    return all(cell is None or isinstance(cell, (int, float)) for cell in cells)
