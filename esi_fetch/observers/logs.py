"""Events as log records, for those who look after a script by its log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from esi_fetch.model.events import (
    AttemptFinished,
    AttemptStarted,
    CallbackFailed,
    CallbackFinished,
    CallbackStarted,
    Event,
    JobFinished,
    JobStarted,
    PageFinished,
    PagesFound,
    PagesTorn,
    RetryScheduled,
    RunFinished,
    RunStarted,
    WaitFinished,
    WaitStarted,
)
from esi_fetch.model.result import State
from esi_fetch.units import duration_text, plural

__all__ = ["LogObserver"]

NOTABLE_WAIT_S = 5.0
"""Waits that last at least as long are worth a line at INFO; short ones are everyday."""


class LogObserver:
    """Logs every event to one logger, as one line that holds neither bodies nor tokens.

    Runs and jobs are INFO, and so is what the library mends itself: retries, long waits, torn page sets. Jobs
    and callbacks that failed are WARNING. Everything about single pages and attempts is DEBUG.

    Args:
        logger: Where to log; the logger ``esi_fetch`` when None.
    """

    def __init__(self, logger: logging.Logger | None = None) -> None:
        self._logger = logger or logging.getLogger("esi_fetch")

    def __call__(self, event: Event) -> None:
        """Log one event."""
        level = _level(event)
        if self._logger.isEnabledFor(level):
            describe = _TEXTS.get(type(event), repr)
            # Names and messages come from files and servers; a line break in one would forge a second record.
            self._logger.log(level, "%s", " ".join(describe(event).split()))

    def __repr__(self) -> str:
        return f"LogObserver({self._logger.name!r})"


def _level(event: Event) -> int:
    if isinstance(event, JobFinished):
        result = event.job.result
        return logging.WARNING if result is not None and result.state is State.FAILED else logging.INFO
    if isinstance(event, WaitStarted):
        return logging.INFO if event.seconds >= NOTABLE_WAIT_S else logging.DEBUG
    if isinstance(event, WaitFinished):
        return logging.INFO if event.waited_s >= NOTABLE_WAIT_S else logging.DEBUG
    return _LEVELS.get(type(event), logging.DEBUG)


_LEVELS: dict[type[Event], int] = {
    RunStarted: logging.INFO,
    RunFinished: logging.INFO,
    PagesTorn: logging.INFO,
    RetryScheduled: logging.INFO,
    CallbackFailed: logging.WARNING,
}


def _run_started(event: RunStarted) -> str:
    return "run started" if event.jobs is None else f"run started: {plural(event.jobs, 'job')}"


def _run_finished(event: RunFinished) -> str:
    totals = event.totals
    waited = f", waited {duration_text(totals.waited_s)} for limits and back-off" if totals.waited_s else ""
    return (
        f"run finished in {totals.elapsed_s:.1f} s: {totals.ok} ok, {totals.failed} failed,"
        f" {plural(totals.requests, 'request')}"
        f" ({totals.not_modified} not modified, {totals.retries} repeated),"
        f" {totals.from_store} from the store, {totals.stale} stale,"
        f" {plural(sum(totals.tokens.values()), 'token')}{waited}"
    )


def _job_finished(event: JobFinished) -> str:
    job, result = event.job, event.job.result
    if result is None or result.state is State.CANCELLED:
        return f"job {job.label} was cancelled"
    if result.resumed or result.skipped:
        why = "the earlier run has done it" if result.resumed else "the files it would write are still good"
        return f"job {job.label} {result.state}: not done again, as {why}"
    if result.state is State.FAILED:
        reason = f"{result.error.type}: {result.error.message}" if result.error else "the reason is not known"
        return f"job {job.label} failed after {result.elapsed_s:.2f} s: {reason}"
    return (
        f"job {job.label} succeeded in {result.elapsed_s:.2f} s: pages {result.pages},"
        f" source {result.source}, requests {result.requests}"
    )


def _attempt_finished(event: AttemptFinished) -> str:
    said = "" if event.error in (None, f"status {event.status}") else f" {event.error}"
    outcome = said.strip() if event.status is None else f"{event.status}{said}"
    return (
        f"{event.method} {event.url} attempt {event.number}: {outcome} in {event.elapsed_s:.3f} s"
        f" after waiting {event.waited_s:.3f} s, {plural(event.bytes, 'byte')},"
        f" {plural(event.tokens, 'token')} of {event.group or 'no group'}"
    )


def _attempt_started(event: AttemptStarted) -> str:
    manner = " (conditional)" if event.conditional else ""
    return f"{event.method} {event.url} attempt {event.number}{manner}"


def _pages_torn(event: PagesTorn) -> str:
    return (
        f"job {event.label}: ESI made new data while its pages were fetched;"
        f" fetching {len(event.pages)} again (round {event.round})"
    )


_TEXTS: dict[type[Event], Callable[..., str]] = {
    RunStarted: _run_started,
    RunFinished: _run_finished,
    JobStarted: lambda event: f"job {event.job.label} started",
    JobFinished: _job_finished,
    PagesFound: lambda event: f"job {event.label}: {plural(event.pages, 'page')}",
    PageFinished: lambda event: f"job {event.label}: page {event.page} ({event.source})",
    PagesTorn: _pages_torn,
    AttemptStarted: _attempt_started,
    AttemptFinished: _attempt_finished,
    WaitStarted: lambda event: f"job {event.label} waits {event.seconds:.1f} s: {event.reason}",
    WaitFinished: lambda event: f"job {event.label} waited {event.waited_s:.1f} s: {event.reason}",
    RetryScheduled: lambda event: (
        f"job {event.label}: attempt {event.number} failed ({event.reason});"
        f" next in {event.seconds:.1f} s: {event.url}"
    ),
    CallbackStarted: lambda event: f"job {event.label}: callback {event.callback_id} started",
    CallbackFinished: lambda event: (
        f"job {event.label}: callback {event.callback_id} finished"
        + (f": {event.output}" if event.output else "")
    ),
    CallbackFailed: lambda event: f"job {event.label}: callback {event.callback_id} failed: {event.error}",
}
