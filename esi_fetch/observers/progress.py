"""Progress bars for terminals and Jupyter; plain lines where neither is.

Rich is imported here and nowhere else in this room, so that watching nothing costs nothing.
"""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from esi_fetch.clock import Clock, SystemClock
from esi_fetch.model.events import Event, JobFinished
from esi_fetch.model.job import Job
from esi_fetch.model.result import Source, State
from esi_fetch.observers.run_view import Meter, RunView, View
from esi_fetch.units import duration_text

__all__ = ["Progress"]

_REFRESHES_PER_SECOND = 8

_SOURCE_WORDS = {
    Source.LOCAL.value: "from the store",
    Source.NOT_MODIFIED.value: "not modified",
    Source.STALE.value: "stale",
}


class Progress:
    """Shows how far a run has come.

    On a terminal and in Jupyter: bars for jobs and pages, with rate and time left, and counts of what failed,
    was repeated or came from the store. Elsewhere: one line for each finished job, unless ``quiet``.

    It appears with the first event and ends with the run. As a context manager it stays for the whole
    block, so that several runs share it. Events may come from any number of threads.

    Args:
        console: Where to show it; standard error when None.
        quiet: Whether to print nothing where bars can't be drawn.
        clock: Tells the time for rates.
    """

    def __init__(
        self, console: Console | None = None, *, quiet: bool = False, clock: Clock | None = None
    ) -> None:
        self._console = console or Console(stderr=True)
        self._bars = self._console.is_jupyter or (
            self._console.is_terminal and not self._console.is_dumb_terminal
        )
        self._quiet = quiet
        self._view = RunView(clock=clock or SystemClock())
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._held = False

    def __call__(self, event: Event) -> None:
        """Take one event into account, and show what has become of it."""
        # Nothing is drawn here: on a terminal Rich's own thread looks at the view a few times a second,
        # so that thousands of events a second cost no more than counting them.
        self._view.observe(event)
        if self._bars:
            self._appear_or_end()
        elif isinstance(event, JobFinished) and not self._quiet:
            self._console.print(Text(_job_line(event.job)), soft_wrap=True)

    def _appear_or_end(self) -> None:
        idle = self._view.idle
        if self._live is None:
            if not idle:
                self.start()
        elif idle and not self._held:
            self.stop()

    def start(self) -> None:
        """Begin to show bars; does nothing where they can't be drawn or are shown already."""
        if not self._bars:
            return
        # Rich would redirect what is printed to standard output to its console; where that is not the
        # terminal as well, it is data on its way into a pipe or a file.
        live = Live(
            console=self._console,
            get_renderable=lambda: _drawn(self._view.look()),
            refresh_per_second=_REFRESHES_PER_SECOND,
            redirect_stdout=sys.stdout.isatty(),
            redirect_stderr=sys.stderr.isatty(),
        )
        with self._lock:
            if self._live is not None:
                return
            self._live = live
        live.start(refresh=True)

    def stop(self) -> None:
        """Show the last state and end; does nothing when no bars are shown."""
        with self._lock:
            live, self._live = self._live, None
        if live is not None:
            live.refresh()  # Jupyter's last picture would be an old one otherwise.
            live.stop()

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
    jobs_notes = [f"{view.failed} failed"] if view.failed else []
    page_notes = _counted(view)
    if view.pages is None:
        grid.add_row(*_meter_cells("jobs", view.jobs, view, [*jobs_notes, *page_notes]))
    else:
        grid.add_row(*_meter_cells("jobs", view.jobs, view, jobs_notes))
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
    total = "?" if meter.total is None else f"{meter.total}"
    bar = ProgressBar(
        total=None if meter.total is None else max(meter.total, 1),
        completed=meter.done if meter.total != 0 else 1,
        pulse=meter.total is None,
        animation_time=view.elapsed_s,
    )
    if not view.running:
        timing = f"in {duration_text(view.elapsed_s)}"
    elif meter.left_s is None:
        timing = ""
    else:
        timing = f"{meter.per_second:.1f}/s, {duration_text(meter.left_s)} left"
    return (
        name,
        bar,
        f"{meter.done}/{total}",
        timing,
        Text(", ".join(notes), no_wrap=True, overflow="ellipsis"),
    )


def _counted(view: View) -> list[str]:
    notes = [
        f"{view.sources[source]} {words}"
        for source, words in _SOURCE_WORDS.items()
        if view.sources.get(source)
    ]
    return [*notes, f"{view.retries} repeated"] if view.retries else notes


def _job_line(job: Job) -> str:
    result = job.result
    if result is None or result.state is State.CANCELLED:
        return f"{job.label}: cancelled"
    if result.error is not None:
        return f"{job.label}: {result.state}: {' '.join(result.error.message.split())}"
    parts = [f"{result.pages} pages"] if result.pages > 1 else []
    parts += [f"{number} {source.replace('_', ' ')}" for source, number in result.sources.items()]
    parts.append(duration_text(result.elapsed_s))
    parts += [f"callback {failed.callback_id} failed: {failed.message}" for failed in result.callback_errors]
    return f"{job.label}: {result.state}, {', '.join(parts)}"
