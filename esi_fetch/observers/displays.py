"""Where progress is shown: a terminal, a notebook, or lines of text for neither.

Rich is imported here and in ``progress``, and nowhere else in this room, so that watching nothing costs
nothing.
"""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

from rich.console import Console, RenderableType
from rich.live import Live

__all__ = ["Display", "Lines", "NotebookBars", "TerminalBars"]

_REFRESHES_PER_SECOND = 8
_NOTEBOOK_REFRESH_S = 0.25
_NOTEBOOK_WIDTH = 110


class Display(Protocol):
    """Shows something that changes, until it ends; used once."""

    def start(self) -> None:
        """Begin to show it."""
        ...

    def stop(self) -> None:
        """Show the last state, and end."""
        ...


class TerminalBars:
    """Draws a picture in place, a few times a second.

    Args:
        console: The terminal.
        picture: Draws what is to be seen now.
    """

    def __init__(self, console: Console, picture: Callable[[], RenderableType]) -> None:
        # Rich would redirect what is printed to standard output to its console; where that is not the
        # terminal as well, it is data on its way into a pipe or a file.
        self._live = Live(
            console=console,
            get_renderable=picture,
            refresh_per_second=_REFRESHES_PER_SECOND,
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )

    def start(self) -> None:
        """Begin to draw."""
        self._live.start(refresh=True)

    def stop(self) -> None:
        """Draw the last state, and end."""
        self._live.refresh()
        self._live.stop()


class _Repeated:
    """Does something at intervals, in a thread of its own, until it is stopped."""

    def __init__(self, every_s: float, work: Callable[[], None]) -> None:
        self._every_s = every_s
        self._work = work
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._repeat, name="esi_fetch-progress", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _repeat(self) -> None:
        while not self._ended.wait(self._every_s):
            self._work()


class NotebookBars:
    """Draws a picture below the cell; Rich's own way needs ipywidgets, and shows nothing without them.

    Args:
        picture: Draws what is to be seen now.
    """

    def __init__(self, picture: Callable[[], RenderableType]) -> None:
        self._picture = picture
        self._handle: Any = None
        self._repeated = _Repeated(_NOTEBOOK_REFRESH_S, self._refresh)

    def start(self) -> None:
        """Begin to draw."""
        from IPython.display import display  # whoever runs in a notebook has it

        self._handle = display(_as_mime(self._picture()), raw=True, display_id=True)
        self._repeated.start()

    def stop(self) -> None:
        """Draw the last state, and end."""
        self._repeated.stop()
        self._refresh()

    def _refresh(self) -> None:
        self._handle.update(_as_mime(self._picture()), raw=True)


def _as_mime(picture: RenderableType) -> dict[str, str]:
    console = Console(file=io.StringIO(), record=True, width=_NOTEBOOK_WIDTH, force_jupyter=False)
    console.print(picture)
    text = console.export_text(clear=False)
    html = console.export_html(
        inline_styles=True,
        code_format='<pre style="line-height:normal;font-family:monospace">{code}</pre>',
    )
    return {"text/plain": text, "text/html": html}


class Lines:
    """Writes a line every now and then, where nothing can be drawn.

    What is over before the first of them is due leaves no line; else the last one tells of the end.

    Args:
        console: Whose file is written to.
        line: Says how things stand.
        every_s: Seconds between two lines.
    """

    def __init__(self, console: Console, line: Callable[[], str], *, every_s: float) -> None:
        self._console = console
        self._line = line
        self._has_written = False
        self._repeated = _Repeated(every_s, self._write)

    def start(self) -> None:
        """Begin to wait for the first line."""
        self._repeated.start()

    def stop(self) -> None:
        """Write the last line, unless it would be the first, and end."""
        self._repeated.stop()
        if self._has_written:
            self._write()

    def _write(self) -> None:
        self._has_written = True
        # Nobody may be listening any more (`2>&1 | head`); that is no reason to fail. Rich would end the
        # process then, and give standard output to nobody.
        with contextlib.suppress(OSError, ValueError):
            stream = self._console.file
            stream.write(f"{self._line()}\n")
            stream.flush()
