"""Progress: bars for terminals and notebooks, plain lines where neither is."""

from __future__ import annotations

import threading
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from esi_fetch.clock import Clock, SystemClock
from esi_fetch.model.events import Event
from esi_fetch.model.result import Source
from esi_fetch.observers.displays import Display, Lines, NotebookBars, TerminalBars
from esi_fetch.observers.run_view import Meter, RunView, View
from esi_fetch.units import duration_text

__all__ = ["Progress"]

_SOURCE_WORDS = {
    Source.LOCAL.value: "from the store",
    Source.NOT_MODIFIED.value: "not modified",
    Source.STALE.value: "stale",
}


_SLOW = 0.1  # per second; below that, minutes tell more


class Progress:
    """Shows how far a run has come: jobs and pages, with rate and time left, and what failed on the way.

    On a terminal and in Jupyter as bars; elsewhere as a line of text every now and then, unless ``quiet``.

    It appears with the first event and ends with the run. As a context manager it stays for the whole
    block, so that several runs share it. Events may come from any number of threads.

    Args:
        console: Where to show it; standard error when None.
        quiet: Whether to print nothing where bars can't be drawn.
        every_s: Seconds between two lines, where bars can't be drawn. What takes less leaves no line.
        clock: Tells the time for rates.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        quiet: bool = False,
        every_s: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self._console = console or Console(stderr=True)
        self._bars = self._console.is_jupyter or (
            self._console.is_terminal and not self._console.is_dumb_terminal
        )
        self._quiet = quiet
        self._every_s = every_s
        self._view = RunView(clock=clock or SystemClock())
        self._lock = threading.Lock()
        self._display: Display | None = None
        self._held = False

    def __call__(self, event: Event) -> None:
        """Take one event into account, and show what has become of it."""
        # Nothing is drawn here: another thread looks at the view a few times a second, so that thousands of
        # events a second cost no more than counting them.
        self._view.observe(event)
        idle = self._view.idle
        if self._display is None:
            if not idle:
                self.start()
        elif idle and not self._held:
            self.stop()

    def start(self) -> None:
        """Begin to show it; does nothing where it is shown already, or is not to be."""
        if self._quiet and not self._bars:
            return
        display = self._made()
        with self._lock:
            if self._display is not None:
                return
            self._display = display
        display.start()

    def _made(self) -> Display:
        if self._console.is_jupyter:
            return NotebookBars(lambda: _drawn(self._view.look()))
        if self._bars:
            return TerminalBars(self._console, lambda: _drawn(self._view.look()))
        return Lines(self._console, lambda: _line(self._view.look()), every_s=self._every_s)

    def stop(self) -> None:
        """Show the last state and end; does nothing when nothing is shown."""
        with self._lock:
            display, self._display = self._display, None
        if display is not None:
            display.stop()

    def __enter__(self) -> Progress:
        self._held = True
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held = False
        self.stop()

    def __repr__(self) -> str:
        return f"Progress({'bars' if self._bars else 'quiet' if self._quiet else 'lines'})"


def _drawn(view: View) -> RenderableType:
    grid = Table.grid(padding=(0, 2, 0, 0))
    # Where the terminal is narrow, bars and notes give way, not the numbers.
    grid.add_column(no_wrap=True)
    grid.add_column(max_width=30)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column()
    page_notes = _counted(view)
    if view.pages is None:
        grid.add_row(*_meter_cells("jobs", view.jobs, view, [*_jobs_notes(view), *page_notes]))
    else:
        grid.add_row(*_meter_cells("jobs", view.jobs, view, _jobs_notes(view)))
        grid.add_row(*_meter_cells("pages", view.pages, view, page_notes))
    if view.wait is None:
        return grid
    reason, seconds = view.wait
    return Group(
        grid,
        Text(
            f"waiting {duration_text(seconds)}: {reason}", style="yellow", no_wrap=True, overflow="ellipsis"
        ),
    )


def _meter_cells(name: str, meter: Meter, view: View, notes: list[str]) -> tuple[RenderableType, ...]:
    bar = ProgressBar(
        total=None if meter.total is None else max(meter.total, 1),
        completed=meter.done if meter.total != 0 else 1,
        pulse=meter.total is None,
        animation_time=view.elapsed_s,
    )
    return (
        name,
        bar,
        _count(meter),
        _timing(meter, view) if view.running else f"in {duration_text(view.elapsed_s)}",
        Text(", ".join(notes), no_wrap=True, overflow="ellipsis"),
    )


def _count(meter: Meter) -> str:
    return f"{meter.done:,}/{'?' if meter.total is None else f'{meter.total:,}'}"


def _timing(meter: Meter, view: View) -> str:
    """Return rate and time left, as far as they are known."""
    if not meter.per_second:
        return ""
    rate = f"{meter.per_second:.1f}/s" if meter.per_second >= _SLOW else f"{meter.per_second * 60:.1f}/min"
    return rate if meter.left_s is None else f"{rate}, {duration_text(meter.left_s)} left"


def _counted(view: View) -> list[str]:
    notes = [
        f"{view.sources[source]:,} {words}"
        for source, words in _SOURCE_WORDS.items()
        if view.sources.get(source)
    ]
    return [*notes, f"{view.retries:,} repeated"] if view.retries else notes


def _jobs_notes(view: View) -> list[str]:
    notes = [f"{view.spared:,} done earlier"] if view.spared else []
    return [*notes, f"{view.failed:,} failed"] if view.failed else notes


def _line(view: View) -> str:
    """Return the same in words, on one line."""
    meters = [("jobs", view.jobs, _jobs_notes(view))]
    if view.pages is not None:
        meters.append(("pages", view.pages, []))
    parts = []
    for name, meter, notes in meters:
        words = [f"{name} {_count(meter)}", _timing(meter, view) if view.running else "", *notes]
        parts.append(", ".join(filter(None, words)))
    parts += _counted(view)
    if view.wait is not None:
        reason, seconds = view.wait
        parts.append(f"waiting {duration_text(seconds)}: {' '.join(reason.split())}")
    return f"after {duration_text(view.elapsed_s)}: {'; '.join(parts)}"
