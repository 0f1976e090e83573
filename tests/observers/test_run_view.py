from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.model.events import (
    AttemptStarted,
    CallbackStarted,
    JobFinished,
    JobStarted,
    PageFinished,
    PagesFound,
    PagesTorn,
    RetryScheduled,
    RunFinished,
    RunStarted,
    WaitStarted,
)
from esi_fetch.model.job import Job
from esi_fetch.model.report import Totals
from esi_fetch.model.result import CallbackError, Source, State
from esi_fetch.observers.run_view import Meter, RunView

Ended = Callable[..., Job]


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def view(clock: HeldClock) -> RunView:
    return RunView(clock=clock)


def counts(meter: Meter | None) -> tuple[int, int | None]:
    assert meter is not None
    return meter.done, meter.total


def start(view: RunView, uid: str = "u1") -> None:
    view.observe(JobStarted(Job("GetMarketsRegionIdOrders", uid=uid)))


def finish_page(view: RunView, page: int, source: Source = Source.REMOTE, uid: str = "u1") -> None:
    view.observe(PageFinished(uid, "orders", page, source))


def test_jobs_are_counted_against_the_runs_total(view: RunView, ended: Ended) -> None:
    """Finished jobs count up to the number the run was begun with; failures are counted apart."""
    view.observe(RunStarted(4))
    assert not view.idle
    for uid in ("u1", "u2", "u3"):
        start(view, uid)
    view.observe(JobFinished(ended(uid="u1")))
    view.observe(JobFinished(ended(State.FAILED, uid="u2")))
    view.observe(JobFinished(ended(uid="u3", callback_errors=(CallbackError("c", "E", "m"),))))
    seen = view.look()
    assert counts(seen.jobs) == (3, 4)
    assert (seen.failed, seen.running, seen.pages) == (2, True, None)


def test_open_ended_run_has_no_total_until_it_ends(view: RunView, ended: Ended) -> None:
    """A stream's total is not known while it runs; afterwards it is what was done."""
    view.observe(RunStarted(None))
    start(view)
    view.observe(JobFinished(ended()))
    assert counts(view.look().jobs) == (1, None)
    view.observe(RunFinished(Totals()))
    assert counts(view.look().jobs) == (1, 1)
    assert view.idle


def test_job_outside_a_run_is_a_run_of_its_own(view: RunView, ended: Ended) -> None:
    """A single fetch is followed from its start to its end, and the next one begins anew."""
    assert view.idle
    for _ in range(2):
        start(view)
        assert (view.idle, counts(view.look().jobs)) == (False, (0, 1))
        view.observe(JobFinished(ended()))
        assert (view.idle, counts(view.look().jobs)) == (True, (1, 1))


def test_pages_are_counted_over_all_jobs(view: RunView, ended: Ended) -> None:
    """The pages of all sets add up; a job whose number of pages is not known yet counts as one."""
    view.observe(RunStarted(2))
    start(view, "u1")
    start(view, "u2")
    view.observe(PagesFound("u1", "orders", 10))
    for page in (1, 2, 3):
        finish_page(view, page)
    assert counts(view.look().pages) == (3, 11)
    view.observe(PagesFound("u1", "orders", 12))
    view.observe(PagesFound("u2", "orders", 5))
    finish_page(view, 1, Source.LOCAL, uid="u2")
    seen = view.look()
    assert counts(seen.pages) == (4, 17)
    assert seen.sources == {"remote": 3, "local": 1}


def test_finished_set_counts_what_its_result_says(view: RunView, ended: Ended) -> None:
    """A job's result replaces what its events added up to; a failed job's missing pages drop out."""
    view.observe(RunStarted(2))
    start(view, "u1")
    start(view, "u2")
    for uid in ("u1", "u2"):
        view.observe(PagesFound(uid, "orders", 3))
        finish_page(view, 1, uid=uid)
    view.observe(JobFinished(ended(uid="u1", pages=3, sources={"not_modified": 2, "remote": 1})))
    view.observe(JobFinished(ended(State.FAILED, uid="u2")))
    seen = view.look()
    assert counts(seen.pages) == (4, 4)
    assert seen.sources == {"not_modified": 2, "remote": 2}


def test_torn_pages_are_to_be_done_again(view: RunView) -> None:
    """Pages that are fetched again no longer count as done."""
    start(view)
    view.observe(PagesFound("u1", "orders", 3))
    for page in (1, 2, 3):
        finish_page(view, page)
    view.observe(PagesTorn("u1", "orders", 1, (1, 2, 9)))
    seen = view.look()
    assert counts(seen.pages) == (1, 3)
    assert seen.sources == {"remote": 1}
    finish_page(view, 1)
    finish_page(view, 1)
    assert counts(view.look().pages) == (2, 3)


def test_events_of_unknown_jobs_are_ignored(view: RunView) -> None:
    """Page events of a job whose start was not heard, and kinds that show nothing, change nothing."""
    view.observe(RunStarted(1))
    view.observe(PagesFound("ghost", "orders", 3))
    finish_page(view, 1, uid="ghost")
    view.observe(PagesTorn("ghost", "orders", 1, (1,)))
    view.observe(CallbackStarted("ghost", "orders", "save_csv"))
    seen = view.look()
    assert (seen.pages, seen.sources, counts(seen.jobs)) == (None, {}, (0, 1))


def test_rate_is_that_of_the_last_half_minute(view: RunView, clock: HeldClock, ended: Ended) -> None:
    """What went fast at the start does not promise that the rest will."""
    view.observe(RunStarted(1000))
    assert view.look().jobs.per_second is None
    clock.advance(1)
    for number in range(100):
        start(view, f"{number}")
        view.observe(JobFinished(ended(uid=f"{number}")))
    seen = view.look()
    assert (seen.jobs.per_second, seen.jobs.left_s) == (100.0, 9.0)
    for number in range(60):
        clock.advance(1)
        start(view, f"slow {number}")
        view.observe(JobFinished(ended(uid=f"slow {number}")))
        seen = view.look()
    assert (seen.jobs.per_second, seen.jobs.left_s) == (1.0, 840.0)


def test_time_left_is_unknown_without_total_or_rate() -> None:
    """No total, no rate or a rate of nothing gives no time; more done than expected gives none left."""
    assert Meter(5, None, 1.0).left_s is None
    assert Meter(5, 10, None).left_s is None
    assert Meter(5, 10, 0.0).left_s is None
    assert Meter(11, 10, 2.0).left_s == 0


def test_longest_wait_shows_until_it_is_over(view: RunView, clock: HeldClock, ended: Ended) -> None:
    """Of several waits the longest shows, with what is left of it, until its request goes out."""
    start(view, "u1")
    start(view, "u2")
    assert view.look().wait is None
    view.observe(WaitStarted("u1", "orders", "bucket a is empty", 30.0))
    view.observe(RetryScheduled("u2", "orders", "http://x", 1, "502", 8.0))
    clock.advance(5)
    assert view.look().wait == ("bucket a is empty", 25.0)
    assert view.look().retries == 1
    view.observe(AttemptStarted("u1", "orders", "GET", "http://x", 1, False))
    assert view.look().wait == ("502", 3.0)
    clock.advance(2.5)
    assert view.look().wait is None
    view.observe(WaitStarted("u1", "orders", "bucket a is empty", 30.0))
    view.observe(JobFinished(ended(State.CANCELLED, uid="u1")))
    assert view.look().wait is None


def test_elapsed_time_stands_still_at_the_end(view: RunView, clock: HeldClock) -> None:
    """The time a run took does not grow after it has ended, and a new run begins at nothing."""
    view.observe(RunStarted(1))
    clock.advance(3)
    assert view.look().elapsed_s == 3
    view.observe(RunFinished(Totals()))
    clock.advance(10)
    assert (view.look().elapsed_s, view.look().running) == (3, False)
    view.observe(RunStarted(1))
    assert (view.look().elapsed_s, counts(view.look().jobs)) == (0, (0, 1))


@pytest.mark.usefixtures("eager_switching")
def test_no_event_is_lost_between_threads(view: RunView, ended: Ended) -> None:
    """Counts are exact when many threads tell it at once, and never run past their totals on the way."""
    threads, rounds = 6, 60
    barrier = threading.Barrier(threads + 1)
    view.observe(RunStarted(threads * rounds))
    impossible: list[object] = []

    def work(number: int) -> None:
        barrier.wait(10)
        for index in range(rounds):
            uid = f"{number}-{index}"
            start(view, uid)
            view.observe(PagesFound(uid, "orders", 4))
            for page in (1, 2, 3, 4):
                finish_page(view, page, uid=uid)
            view.observe(JobFinished(ended(uid=uid, pages=4, sources={"remote": 4})))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    barrier.wait(10)
    while any(worker.is_alive() for worker in workers):
        pages = view.look().pages
        if pages is not None and pages.total is not None and pages.done > pages.total:
            impossible.append(pages)
    seen = view.look()
    assert impossible == []
    assert counts(seen.jobs) == (threads * rounds, threads * rounds)
    assert counts(seen.pages) == (threads * rounds * 4, threads * rounds * 4)
    assert seen.sources == {"remote": threads * rounds * 4}
