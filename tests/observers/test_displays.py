"""Progress where nothing can be drawn, and in notebooks."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Sequence

import pytest
from rich.console import Console

from esi_fetch.clock import HeldClock
from esi_fetch.model.events import (
    Event,
    JobFinished,
    JobStarted,
    PageFinished,
    PagesFound,
    RetryScheduled,
    RunFinished,
    RunStarted,
)
from esi_fetch.model.job import Job
from esi_fetch.model.report import Totals
from esi_fetch.model.result import Source, State
from esi_fetch.observers import Progress

Ended = Callable[..., Job]

NEVER_S = 3600.0
OFTEN_S = 0.001


class Paper(io.StringIO):
    """A file that says when a line is there."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()

    def write(self, text: str) -> int:
        count = super().write(text)
        if "\n" in text:
            self.written.set()
        return count

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()


def progress_on(paper: io.StringIO, **more: object) -> Progress:
    console = Console(file=paper, width=40, force_terminal=False, _environ={})
    return Progress(console, clock=HeldClock(), **more)  # type: ignore[arg-type]  # what tests give


def test_a_line_says_how_things_stand(ended: Ended) -> None:
    """Where bars can't be drawn, a line tells of jobs and pages, with rates, time left, counts and waits."""
    paper, clock = Paper(), HeldClock()
    console = Console(file=paper, width=40, force_terminal=False, _environ={})
    progress = Progress(console, every_s=OFTEN_S, clock=clock)
    told = [
        RunStarted(4000),
        *(JobStarted(Job("GetStatus", uid=uid)) for uid in ("u1", "u2")),
        PagesFound("u1", "[bold]orders[/]", 40),
        *(
            PageFinished("u1", "orders", page, Source.LOCAL if page < 6 else Source.REMOTE)
            for page in range(1, 21)
        ),
        JobFinished(ended(State.FAILED, uid="u2")),
        RetryScheduled("u1", "orders", "http://x", 1, "[/red] 502 :smile:", 90.0),
    ]
    clock.advance(-2)
    progress(told[0])
    clock.advance(2)
    for event in told[1:]:
        progress(event)
    paper.written.clear()
    assert paper.written.wait(20)
    progress(RunFinished(Totals()))
    assert (
        "after 2.0 s: jobs 1/4,000, 0.5/s, 2 h 13 min left, 1 failed; pages 20/40, 10.0/s, 2.0 s left;"
        " 5 from the store; 1 repeated; waiting 1 min 30 s: [/red] 502 :smile:"
    ) in paper.lines
    assert paper.lines[-1] == "after 2.0 s: jobs 1/4,000, 1 failed; pages 0/0; 1 repeated"


def test_what_is_over_soon_leaves_no_line(one_of_each: Sequence[Event]) -> None:
    """Nobody needs to read in a log how far a run of a second had come."""
    paper = Paper()
    with progress_on(paper, every_s=NEVER_S) as progress:
        for event in one_of_each:
            progress(event)
    assert paper.getvalue() == ""


def test_quiet_writes_nothing(one_of_each: Sequence[Event]) -> None:
    """With ``quiet`` there is no line, however long it takes, and no thread for it."""
    paper = Paper()
    before = threading.active_count()
    with progress_on(paper, every_s=OFTEN_S, quiet=True) as progress:
        for event in one_of_each:
            progress(event)
        assert threading.active_count() == before
    assert paper.getvalue() == ""


def test_lines_end_with_the_run(ended: Ended) -> None:
    """The last line tells of the end, and none comes after it."""
    paper = Paper()
    progress = progress_on(paper, every_s=OFTEN_S)
    progress(RunStarted(1))
    assert paper.written.wait(20)
    progress(JobFinished(ended()))
    progress(RunFinished(Totals(ok=1)))
    assert paper.lines[-1] == "after 0 s: jobs 1/1"
    assert not any(thread.name == "esi_fetch-progress" for thread in threading.enumerate())


def test_a_reader_that_has_gone_disturbs_nothing() -> None:
    """A run goes on when nobody reads its lines any more (`2>&1 | head`)."""

    class Gone(Paper):
        def write(self, text: str) -> int:
            super().write(text)
            raise BrokenPipeError

    paper = Gone()
    progress = progress_on(paper, every_s=OFTEN_S)
    progress(RunStarted(1))
    assert paper.written.wait(20)
    progress(RunFinished(Totals()))


def test_an_observer_s_own_thread_may_end_it() -> None:
    """A callback or line that ends the display from within does not wait for itself."""
    paper = Paper()
    progress = progress_on(paper, every_s=OFTEN_S)

    class Ending(Paper):
        def write(self, text: str) -> int:
            progress.stop()
            return paper.write(text)

    progress._console.file = Ending()
    progress(RunStarted(1))
    assert paper.written.wait(20)


@pytest.mark.filterwarnings("error")
def test_a_notebook_s_picture_is_updated(monkeypatch: pytest.MonkeyPatch, ended: Ended) -> None:
    """In Jupyter one picture below the cell changes, as text and as HTML, without any widget."""
    display = pytest.importorskip("IPython.display")
    shown: list[dict[str, str]] = []

    class Handle:
        def update(self, data: dict[str, str], *, raw: bool) -> None:
            assert raw
            shown.append(data)

    def show(data: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        shown.append(data)
        return Handle()

    monkeypatch.setattr(display, "display", show)
    progress = Progress(Console(file=io.StringIO(), force_jupyter=True), clock=HeldClock())
    progress(RunStarted(2))
    progress(JobFinished(ended()))
    progress(RunFinished(Totals()))
    assert shown[0]["text/plain"].split() == ["jobs", "0/2"]
    last = shown[-1]
    assert "1/2" in last["text/plain"]
    assert "in 0 s" in last["text/plain"]
    assert last["text/html"].startswith("<pre")
    assert "1/2" in last["text/html"]
