"""What becomes of jobs and runs, as values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from esi_fetch.errors import InputError, JobCancelledError, JobError
from esi_fetch.fetch import Bookmark
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import Attempt, ErrorInfo, Result, State
from esi_fetch.run.prepare import Prepared
from esi_fetch.transport import Costs

__all__ = ["Finished", "RunInterrupted", "failed_result", "not_begun", "nothing_done", "report_on"]

_NOT_BEGUN = Result(State.CANCELLED, error=ErrorInfo("JobCancelledError", "stopped before it began"))


class RunInterrupted(KeyboardInterrupt):
    """Raised when Ctrl-C stops a run: a ``KeyboardInterrupt`` that carries what was done until then.

    Attributes:
        report: The report; jobs that were not done are ``cancelled``.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("the run was stopped")
        self.report = report


@dataclass(frozen=True)
class Finished:
    """A job that has ended.

    Attributes:
        job: The job, with its result.
        error: Why it failed; None when it did not.
        bookmark: What is to be kept once the caller has the job; None unless all its callbacks succeeded.
        writes: Whether it changes something at ESI.
        recalled: Whether the journal knew the result, and nothing was done.
    """

    job: Job
    error: JobError | InputError | None = None
    bookmark: Bookmark | None = None
    writes: bool = False
    recalled: bool = False


def failed_result(error: JobError | InputError, costs: Costs, *, now: float) -> Result:
    """Return the result of a job that failed, or was stopped.

    Args:
        error: Why.
        costs: What it has cost.
        now: Seconds since the epoch.
    """
    status: int | None = None
    url: str | None = None
    attempts: tuple[Attempt, ...] = ()
    if isinstance(error, JobError):
        status, url, attempts = error.status, error.url, error.attempts
    ended_at = datetime.fromtimestamp(attempts[-1].ended_at if attempts else now, timezone.utc)
    return Result(
        State.CANCELLED if isinstance(error, JobCancelledError) else State.FAILED,
        error=ErrorInfo(type(error).__name__, str(error), status, len(attempts), url, ended_at),
        status=status,
        **vars(costs.spent()),
    )


def report_on(
    jobs: Collection[Prepared],
    finished: Mapping[int, Job],
    *,
    elapsed_s: float,
    recall: Callable[[int, Prepared], Result | None] = lambda number, prepared: None,
) -> Report:
    """Return the report of a run.

    Args:
        jobs: All its jobs, in order.
        finished: Those that have ended, by number, from 0.
        elapsed_s: How long it took, in seconds.
        recall: Gives the results of jobs that this run had no time to come to, and an earlier one had done.
    """
    if len(finished) == len(jobs):  # the jobs themselves may be made anew for every look at them
        done = tuple(finished[number] for number in range(len(jobs)))
    else:
        done = tuple(
            finished.get(number) or prepared.job.with_result(recall(number, prepared) or _NOT_BEGUN)
            for number, prepared in enumerate(jobs)
        )
    return Report(done, Totals.of(done, elapsed_s=elapsed_s))


def not_begun() -> Result:
    """Return the result of a job that a run had no time to come to."""
    return _NOT_BEGUN


def nothing_done(jobs: Collection[Prepared]) -> Report:
    """Return the report of a run that was stopped before it began."""
    return report_on(jobs, {}, elapsed_s=0.0)
