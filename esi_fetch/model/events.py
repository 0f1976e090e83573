"""What observers are told: one frozen dataclass for each kind of event.

Events about requests name their job by ``job_uid`` and ``label`` rather than carrying it, so that an observer
that keeps events does not keep data. ``event`` is the kind's name; JSON lines carry it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from esi_fetch.model.job import Job
from esi_fetch.model.report import Totals

__all__ = [
    "AttemptFinished",
    "AttemptStarted",
    "CallbackFailed",
    "CallbackFinished",
    "CallbackStarted",
    "Event",
    "JobFinished",
    "JobStarted",
    "Observer",
    "PageFinished",
    "PagesFound",
    "PagesTorn",
    "RetryScheduled",
    "RunFinished",
    "RunStarted",
    "WaitFinished",
    "WaitStarted",
    "cause_of",
]


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    event: ClassVar[str] = "event"
    """The name of the kind of event."""


@dataclass(frozen=True)
class RunStarted(Event):
    """A run begins.

    Attributes:
        jobs: How many jobs it has; None when they are produced as it goes.
    """

    event: ClassVar[str] = "run_started"
    jobs: int | None


@dataclass(frozen=True)
class RunFinished(Event):
    """A run has ended, or was stopped.

    Attributes:
        totals: Counts over all its jobs.
    """

    event: ClassVar[str] = "run_finished"
    totals: Totals


@dataclass(frozen=True)
class JobStarted(Event):
    """A worker has taken up a job; not told of one that an earlier run has spared it.

    Attributes:
        job: The job, without a result.
    """

    event: ClassVar[str] = "job_started"
    job: Job


@dataclass(frozen=True)
class JobFinished(Event):
    """A job has ended; it carries its result.

    Where that says ``resumed`` or ``skipped``, nothing was done now, and no :class:`JobStarted` went before.

    Attributes:
        job: The job, with its result.
    """

    event: ClassVar[str] = "job_finished"
    job: Job


@dataclass(frozen=True)
class PagesFound(Event):
    """The number of pages of a job's set is known, or has changed.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        pages: How many pages there are.
    """

    event: ClassVar[str] = "pages_found"
    job_uid: str
    label: str
    pages: int


@dataclass(frozen=True)
class PageFinished(Event):
    """One page of a set is there.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        page: Its number, from 1.
        source: Where it came from; a value of :class:`~esi_fetch.model.Source`.
    """

    event: ClassVar[str] = "page_finished"
    job_uid: str
    label: str
    page: int
    source: str


@dataclass(frozen=True)
class PagesTorn(Event):
    """ESI regenerated a set while it was fetched; pages that differ are fetched again.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        round: 1 for the first repetition.
        pages: The pages that are fetched again.
    """

    event: ClassVar[str] = "pages_torn"
    job_uid: str
    label: str
    round: int
    pages: tuple[int, ...]


@dataclass(frozen=True)
class AttemptStarted(Event):
    """A request goes out now.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        method: The HTTP method.
        url: What is asked; it never holds a token.
        number: 1 for the first try of this URL.
        conditional: Whether it asks only for what has changed (``If-None-Match``).
    """

    event: ClassVar[str] = "attempt_started"
    job_uid: str
    label: str
    method: str
    url: str
    number: int
    conditional: bool


@dataclass(frozen=True)
class AttemptFinished(Event):
    """A request was answered, or failed.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        method: The HTTP method.
        url: What was asked; it never holds a token.
        number: 1 for the first try of this URL.
        status: HTTP status; None when there was no answer.
        error: What went wrong, in words; None for a usable answer.
        elapsed_s: Seconds from sending to the whole body.
        waited_s: Seconds it had waited before it was sent.
        group: The rate-limit group that paid; None for routes without one.
        tokens: What it cost.
        bytes: Size of the body over the wire.
    """

    event: ClassVar[str] = "attempt_finished"
    job_uid: str
    label: str
    method: str
    url: str
    number: int
    status: int | None
    error: str | None
    elapsed_s: float
    waited_s: float
    group: str | None
    tokens: int
    bytes: int


def cause_of(reason: str) -> str:
    """Return why something waits, without the figures of the moment, which stand in brackets.

    ``bucket 'market-order' runs low (14 left): slowing down`` and the same with 13 left are one cause, so
    that waits can be added up by it.
    """
    return _FIGURES.sub("", reason)


_FIGURES = re.compile(r" \([^()]*\)")


@dataclass(frozen=True)
class WaitStarted(Event):
    """A request waits for a limit before it goes out; :class:`WaitFinished` follows.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        reason: Why, in words: ``"bucket 'market-order' is empty"``.
        seconds: How long, as far as is known now; in the best case, where answers under way may end it.
    """

    event: ClassVar[str] = "wait_started"
    job_uid: str
    label: str
    reason: str
    seconds: float


@dataclass(frozen=True)
class WaitFinished(Event):
    """A request waits no longer: it goes out, waits for another reason, or is given up.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        reason: Why it waited, as :class:`WaitStarted` said.
        waited_s: For how many seconds.
    """

    event: ClassVar[str] = "wait_finished"
    job_uid: str
    label: str
    reason: str
    waited_s: float


@dataclass(frozen=True)
class RetryScheduled(Event):
    """An attempt failed in a way that another one may mend.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        url: What was asked; it never holds a token.
        number: The number of the attempt that failed.
        reason: Why it failed.
        seconds: How many seconds pass before the next.
    """

    event: ClassVar[str] = "retry_scheduled"
    job_uid: str
    label: str
    url: str
    number: int
    reason: str
    seconds: float


@dataclass(frozen=True)
class CallbackStarted(Event):
    """A callback begins.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        callback_id: Which one.
    """

    event: ClassVar[str] = "callback_started"
    job_uid: str
    label: str
    callback_id: str


@dataclass(frozen=True)
class CallbackFinished(Event):
    """A callback has ended well.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        callback_id: Which one.
        output: The file it wrote; None for a callback without a path.
    """

    event: ClassVar[str] = "callback_finished"
    job_uid: str
    label: str
    callback_id: str
    output: str | None


@dataclass(frozen=True)
class CallbackFailed(Event):
    """A callback raised; the job's data and its other callbacks are not affected.

    Attributes:
        job_uid: The ``uid`` of the job.
        label: What people call the job.
        callback_id: Which one.
        error: The exception's class name and text.
    """

    event: ClassVar[str] = "callback_failed"
    job_uid: str
    label: str
    callback_id: str
    error: str


Observer = Callable[[Event], None]
"""Anything that can be called with one event."""
