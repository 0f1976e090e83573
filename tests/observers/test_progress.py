from __future__ import annotations

import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from rich.console import Console

import esi_fetch.observers
from esi_fetch.clock import HeldClock
from esi_fetch.model.events import (
    JobFinished,
    JobStarted,
    PageFinished,
    PagesFound,
    RetryScheduled,
    RunFinished,
    RunStarted,
    WaitStarted,
)
from esi_fetch.model.job import Job
from esi_fetch.model.report import Totals
from esi_fetch.model.result import Source, State
from esi_fetch.observers.progress import Progress

Ended = Callable[..., Job]


class Screen:
    """A terminal that keeps what was written to it."""

    def __init__(self, *, terminal: bool = True, width: int = 120) -> None:
        self._file = io.StringIO()
        self.console = Console(
            file=self._file,
            force_terminal=terminal,
            width=width,
            color_system=None,
            legacy_windows=False,
            _environ={},
        )

    @property
    def text(self) -> str:
        """Everything written, without what moves the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._file.getvalue())

    @property
    def ends(self) -> int:
        """How often a display ended: then the cursor is shown again."""
        return self._file.getvalue().count("\x1b[?25h")

    def last(self, word: str) -> str:
        """The last line that begins with *word*, blanks collapsed and the bar left out."""
        line = [line for line in re.split(r"[\r\n]+", self.text) if line.startswith(word)][-1]
        return " ".join(re.sub("[━╸╺]+", "|", line).split())


def test_bars_show_jobs_and_pages(ended: Ended) -> None:
    """On a terminal jobs and pages have bars with rates and counts, and waits have a reason."""
    screen, clock = Screen(), HeldClock()
    progress = Progress(screen.console, clock=clock)
    with progress:
        progress(RunStarted(4))
        for uid in ("u1", "u2"):
            progress(JobStarted(Job("GetStatus", uid=uid)))
        progress(PagesFound("u1", "orders", 40))
        clock.advance(2)
        for page in range(1, 21):
            progress(PageFinished("u1", "orders", page, Source.LOCAL if page < 6 else Source.REMOTE))
        progress(JobFinished(ended(State.FAILED, uid="u2")))
        progress(RetryScheduled("u1", "orders", "http://x", 1, "502 Bad Gateway", 90.0))
    assert screen.last("jobs") == "jobs | 1/4 0.5/s, 6.0 s left 1 failed"
    assert screen.last("pages") == "pages | 20/40 10.0/s, 2.0 s left 5 from the store, 1 repeated"
    assert screen.last("waiting") == "waiting 1 min 30 s: 502 Bad Gateway"


def test_run_begins_and_ends_the_display_by_itself(ended: Ended) -> None:
    """Given as an observer alone, bars appear with the run, and stay as they were when it ends."""
    screen, clock = Screen(), HeldClock()
    progress = Progress(screen.console, clock=clock)
    assert screen.text == ""
    progress(RunStarted(1))
    assert "jobs" in screen.text
    progress(JobStarted(Job("GetStatus", uid="u1")))
    clock.advance(3723)
    progress(JobFinished(ended(uid="u1", sources={"stale": 1})))
    progress(RunFinished(Totals()))
    assert screen.last("jobs") == "jobs | 1/1 in 1 h 2 min 1 stale"
    assert screen.text.endswith("\n")
    written = len(screen.text)
    progress.stop()
    assert len(screen.text) == written


def test_single_fetch_has_a_display_too(ended: Ended) -> None:
    """A job outside a run shows from its start to its end."""
    screen, clock = Screen(), HeldClock()
    progress = Progress(screen.console, clock=clock)
    for _ in range(2):
        progress(JobStarted(Job("GetStatus", uid="u1")))
        progress(PagesFound("u1", "orders", 2))
        progress(JobFinished(ended(uid="u1", pages=2, sources={"not_modified": 2})))
    assert screen.last("jobs") == "jobs | 1/1 in 0 s"
    assert screen.last("pages") == "pages | 2/2 in 0 s 2 not modified"


def test_events_outside_any_work_show_nothing() -> None:
    """An event that belongs to neither a run nor a job under way brings up no display."""
    screen = Screen()
    Progress(screen.console)(PagesFound("u1", "orders", 2))
    assert screen.text == ""


def test_stopped_run_ends_the_display(ended: Ended) -> None:
    """Jobs that a stopped run leaves open do not keep its display alive, nor do their late ends revive it."""
    screen = Screen()
    progress = Progress(screen.console)
    progress(RunStarted(2))
    progress(JobStarted(Job("GetStatus", uid="u1")))
    progress(RunFinished(Totals()))
    assert screen.ends == 1
    written = len(screen.text)
    progress(JobFinished(ended(State.CANCELLED, uid="u1")))
    assert len(screen.text) == written


def test_open_ended_and_empty_runs_can_be_drawn() -> None:
    """A run without a known total shows a question mark; one without jobs is complete."""
    for jobs, words in ((None, "jobs | 0/?"), (0, "jobs | 0/0")):
        screen = Screen()
        with Progress(screen.console, clock=HeldClock()) as progress:
            progress(RunStarted(jobs))
        assert screen.last("jobs") == words


def test_block_keeps_the_display_over_several_runs() -> None:
    """As a context manager it stays between runs, and starting it again changes nothing."""
    screen = Screen()
    with Progress(screen.console, clock=HeldClock()) as progress:
        for _ in range(2):
            progress(RunStarted(1))
            progress(RunFinished(Totals()))
            progress.start()
        assert screen.ends == 0
    assert screen.ends == 1


def test_narrow_terminal_is_not_overrun() -> None:
    """Lines never grow wider than the terminal, whatever there is to say."""
    screen = Screen(width=50)
    with Progress(screen.console, clock=HeldClock()) as progress:
        progress(RunStarted(100_000))
        progress(JobStarted(Job("GetStatus", uid="u1")))
        progress(WaitStarted("u1", "orders", "a very long reason " * 10, 60.0))
    assert max(len(line) for line in re.split(r"[\r\n]+", screen.text)) <= 50


def test_jobs_that_were_done_earlier_are_counted_apart(ended: Ended) -> None:
    """What an earlier run has done counts as done, and says nothing about how long the rest takes."""
    screen, clock = Screen(), HeldClock()
    with Progress(screen.console, clock=clock) as progress:
        progress(RunStarted(1000))
        for uid in range(900):
            progress(JobFinished(ended(uid=f"{uid}", resumed=True, pages=4, sources={"remote": 4})))
        clock.advance(10)
        for uid in range(20):
            progress(JobFinished(ended(uid=f"new {uid}", sources={"remote": 1})))
    assert screen.last("jobs") == "jobs | 920/1,000 2.0/s, 40.0 s left 900 done earlier"


def test_standard_output_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed to a standard output that is no terminal stays there, while bars show elsewhere."""
    screen = Screen()
    with Progress(screen.console, clock=HeldClock()) as progress:
        progress(RunStarted(1))
        print("data")  # noqa: T201 - what a user's script does
    assert capsys.readouterr().out == "data\n"
    assert "data" not in screen.text


@pytest.mark.usefixtures("eager_switching")
def test_many_threads_may_tell_it(ended: Ended) -> None:
    """Events of many threads at once are all counted, and the last picture shows them all."""
    screen = Screen()
    threads, rounds = 8, 40
    barrier = threading.Barrier(threads)
    failures: list[Exception] = []
    progress = Progress(screen.console)

    def work(number: int) -> None:
        barrier.wait(10)
        try:
            for index in range(rounds):
                uid = f"{number}-{index}"
                progress(JobStarted(Job("GetStatus", uid=uid)))
                progress(PagesFound(uid, "orders", 2))
                progress(PageFinished(uid, "orders", 1, Source.REMOTE))
                progress(JobFinished(ended(uid=uid, pages=2, sources={"remote": 2})))
        except Exception as error:  # noqa: BLE001 - a thread's failure is asserted on below
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    progress(RunStarted(threads * rounds))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    progress(RunFinished(Totals()))
    assert failures == []
    assert screen.last("jobs").startswith("jobs | 320/320 in")
    assert screen.last("pages").startswith("pages | 640/640 in")


def test_repr_says_how_it_shows() -> None:
    """The representation tells bars, lines and silence apart."""
    assert repr(Progress(Screen().console)) == "Progress(bars)"
    assert repr(Progress(Screen(terminal=False).console)) == "Progress(lines)"
    assert repr(Progress(Screen(terminal=False).console, quiet=True)) == "Progress(quiet)"
    assert repr(Progress()).startswith("Progress(")


def test_rich_is_loaded_only_for_progress() -> None:
    """Importing the observers loads no Rich; asking for ``Progress`` does."""
    script = (
        "import sys, esi_fetch.observers as room\n"
        "print('rich' in sys.modules); room.Progress; print('rich' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_room_exports_what_its_all_names() -> None:
    """Every public name of the room is there, and others are an ordinary error."""
    assert all(hasattr(esi_fetch.observers, name) for name in esi_fetch.observers.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Progres'"):
        esi_fetch.observers.Progres  # noqa: B018
