from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from esi_fetch.model.events import AttemptFinished, Event, JobStarted, WaitFinished, WaitStarted
from esi_fetch.model.job import Job
from esi_fetch.observers import LogObserver


def test_levels_follow_what_a_reader_cares_about(
    one_of_each: Sequence[Event], caplog: pytest.LogCaptureFixture
) -> None:
    """Runs, jobs and what mends itself are INFO, failures WARNING, single pages and attempts DEBUG."""
    observer = LogObserver()
    levels: dict[str, set[int]] = {}
    with caplog.at_level(logging.DEBUG, logger="esi_fetch"):
        for event in one_of_each:
            caplog.clear()
            observer(event)
            (record,) = caplog.records
            assert record.name == "esi_fetch"
            levels.setdefault(event.event, set()).add(record.levelno)
    assert {kind for kind, seen in levels.items() if seen == {logging.DEBUG}} == {
        "job_started",
        "pages_found",
        "attempt_started",
        "attempt_finished",
        "page_finished",
        "callback_started",
        "callback_finished",
    }
    assert {kind for kind, seen in levels.items() if seen == {logging.INFO}} == {
        "run_started",
        "run_finished",
        "wait_started",
        "wait_finished",
        "retry_scheduled",
        "pages_torn",
    }
    assert levels["callback_failed"] == {logging.WARNING}
    assert levels["job_finished"] == {logging.INFO, logging.WARNING}


def test_lines_say_what_happened(one_of_each: Sequence[Event], caplog: pytest.LogCaptureFixture) -> None:
    """Each event is one line with the job, what happened and how much; never a body."""
    with caplog.at_level(logging.DEBUG, logger="esi_fetch"):
        for event in one_of_each:
            LogObserver()(event)
    text = "\n".join(caplog.messages)
    assert len(text.splitlines()) == len(one_of_each)
    for words in (
        "run started: 3 jobs",
        "job orders waits 12.5 s: bucket 'market-order' runs low (14 left): slowing down",
        "job orders waited 9.5 s: bucket 'market-order' runs low (14 left): slowing down",
        "orders?page=2 attempt 1 (conditional)",
        "attempt 1: 502 Bad Gateway in 0.500 s",
        "attempt 2: timed out",
        "attempt 1 failed (502 Bad Gateway); next in 1.5 s",
        "fetching 1 again (round 1)",
        "callback save_csv finished: /out/x.csv",
        "callback plot failed: ValueError: no rows",
        "job orders succeeded in 2.50 s: pages 2, source mixed, requests 3",
        "job orders failed after 0.00 s: NotFoundError: 404: no such region",
        "job orders was cancelled",
        "job GetStatus was cancelled",
        "run finished in 4.0 s: 1 ok, 2 failed, 3 requests (0 not modified, 1 repeated)",
        "4 tokens, waited 9.5 s for limits and back-off",
    ):
        assert words in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("status", "error", "tokens", "said"),
    [
        (502, "status 502", 0, "attempt 1: 502 in 0.500 s after waiting 0.000 s, 1 byte, 0 tokens of a"),
        (304, None, 1, "attempt 1: 304 in 0.500 s after waiting 0.000 s, 1 byte, 1 token of a"),
        (200, "the body broke off", 2, "attempt 1: 200 the body broke off in 0.500 s"),
        (None, "timed out", 0, "attempt 1: timed out in 0.500 s"),
    ],
)
def test_an_attempt_says_each_thing_once(
    caplog: pytest.LogCaptureFixture, status: int | None, error: str | None, tokens: int, said: str
) -> None:
    """A status is not told again as the error that it is, and one of anything is one."""
    event = AttemptFinished("u", "orders", "GET", "http://x/", 1, status, error, 0.5, 0.0, "a", tokens, 1)
    with caplog.at_level(logging.DEBUG, logger="esi_fetch"):
        LogObserver()(event)
    assert said in caplog.messages[0]


def test_line_break_in_a_name_makes_no_second_line(caplog: pytest.LogCaptureFixture) -> None:
    """A job's name can't forge a record of its own."""
    with caplog.at_level(logging.DEBUG, logger="esi_fetch"):
        LogObserver()(JobStarted(Job("GetStatus", name="x\n2026-11-23 CRITICAL all is lost")))
    assert caplog.messages == ["job x 2026-11-23 CRITICAL all is lost started"]


def test_short_waits_are_not_worth_a_line_at_info(caplog: pytest.LogCaptureFixture) -> None:
    """Waits of a moment are everyday."""
    with caplog.at_level(logging.INFO, logger="esi_fetch"):
        LogObserver()(WaitStarted("u", "orders", "pacing", 0.2))
        LogObserver()(WaitFinished("u", "orders", "pacing", 0.2))
    assert caplog.messages == []


@dataclass(frozen=True)
class Novelty(Event):
    number: int


def test_own_logger_and_unknown_events(caplog: pytest.LogCaptureFixture) -> None:
    """Another logger can be given, and kinds of event that it does not know are logged as they are."""
    logger = logging.getLogger("mine")
    with caplog.at_level(logging.DEBUG, logger="mine"):
        LogObserver(logger)(Novelty(7))
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("mine", "Novelty(number=7)")
    ]
    assert repr(LogObserver(logger)) == "LogObserver('mine')"
