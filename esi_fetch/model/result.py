"""What became of a job: its data, where that came from, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from esi_fetch.model.codec import (
    LEFT_OUT_WHEN_NONE,
    MOMENT,
    PlainData,
    brief_repr,
    data_under,
    many_of,
    one_of,
)
from esi_fetch.model.html import result_html
from esi_fetch.model.lazy import LazyData, Rows

__all__ = ["Attempt", "CallbackError", "ErrorInfo", "Result", "Source", "State"]


class State(str, Enum):
    """How a job ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    __str__ = str.__str__


class Source(str, Enum):
    """Where a result's data came from."""

    REMOTE = "remote"
    """ESI sent it."""
    NOT_MODIFIED = "not_modified"
    """ESI confirmed what the store had (304)."""
    LOCAL = "local"
    """The store had it and it was fresh, or only the store was asked."""
    STALE = "stale"
    """ESI could not answer; the store's expired copy was used."""
    MIXED = "mixed"
    """The pages of a set came from more than one of these."""

    __str__ = str.__str__


@dataclass(frozen=True)
class Attempt:
    """One HTTP request that was sent, or tried.

    Attributes:
        number: 1 for the first try, counted for each URL on its own.
        status: The HTTP status of the answer; None when there was none.
        error: What went wrong, in words; None for a usable answer.
        elapsed_s: Seconds from sending to the whole body.
        waited_s: Seconds spent before sending: limits and back-off.
        tokens: Rate-limit tokens it cost.
        ended_at: When it ended, in seconds since the epoch on the local clock.
    """

    number: int
    status: int | None
    error: str | None = None
    elapsed_s: float = 0.0
    waited_s: float = 0.0
    tokens: int = 0
    ended_at: float = 0.0


@dataclass(frozen=True)
class ErrorInfo(PlainData):
    """Why a job failed, as data.

    Attributes:
        type: The error's class name in :mod:`esi_fetch.errors`.
        message: The error's text.
        status: HTTP status of the last answer; None when nothing answered.
        attempts: How many attempts the failed request had; the last of them gave the reason.
        url: The request that failed; of a set of pages, that of the page. None where none was made.
        ended_at: When its last attempt ended; where nothing was sent, when the job failed.
    """

    type: str
    message: str
    status: int | None = None
    attempts: int = 0
    url: str | None = None
    ended_at: datetime | None = field(default=None, metadata=MOMENT)


@dataclass(frozen=True)
class CallbackError(PlainData):
    """A callback that failed; the job's data is not affected.

    Attributes:
        callback_id: Which one.
        type: The exception's class name.
        message: Its text.
    """

    callback_id: str
    type: str
    message: str


_NO_DATA = LazyData.of(None)


@dataclass(frozen=True)
class Result(PlainData):
    """What became of a job.

    Attributes:
        state: How it ended.
        source: Where the data came from; None when there is none.
        error: Why it failed; None when it did not.
        status: HTTP status of the last answer, or of the stored one that was used.
        character: Whose token it was asked with, by id; None for nobody's.
        complete: Whether ``data`` is all there is, of one consistent snapshot.
        pages: How many pages ``data`` is made of; 1 for operations without pages, 0 without data.
        rounds: How often pages were fetched again because ESI regenerated the set meanwhile.
        sources: How many pages came from which source: ``{"remote": 3, "not_modified": 2}``.
        snapshot_at: When ESI generated the data (``Last-Modified``).
        fetched_at: When its oldest page was received or last confirmed.
        expires_at: When its first page expires; until then nothing is asked again.
        attempts: The most attempts any one of its requests needed; 0 when nothing was sent.
        requests: HTTP requests sent, repeated ones included.
        retries: How many of those were repeated ones.
        tokens: Rate-limit tokens spent, by group; requests that count against no group are not in it.
        waited_s: Seconds its requests waited for limits and back-off, added up.
        waits: The same seconds, by cause.
        elapsed_s: Seconds from beginning to end.
        outputs: Files that its callbacks wrote, as absolute paths.
        callback_errors: Callbacks that failed.
        remarks: What whoever uses the data should know: ids that are unknown, names that may not be seen,
            one page that is not all.
        resumed: Whether it was done by the earlier run that this one goes on with, and not by this one.
        skipped: Whether it was not done because the files it would write are there and still good.
    """

    state: State
    source: Source | None = None
    error: ErrorInfo | None = field(default=None, metadata=one_of(ErrorInfo))
    status: int | None = None
    character: int | None = field(default=None, metadata=LEFT_OUT_WHEN_NONE)
    complete: bool = False
    pages: int = 0
    rounds: int = 0
    sources: dict[str, int] = field(default_factory=dict)
    snapshot_at: datetime | None = field(default=None, metadata=MOMENT)
    fetched_at: datetime | None = field(default=None, metadata=MOMENT)
    expires_at: datetime | None = field(default=None, metadata=MOMENT)
    attempts: int = 0
    requests: int = 0
    retries: int = 0
    tokens: dict[str, int] = field(default_factory=dict)
    waited_s: float = 0.0
    waits: dict[str, float] = field(default_factory=dict)
    elapsed_s: float = 0.0
    outputs: tuple[str, ...] = ()
    callback_errors: tuple[CallbackError, ...] = field(default=(), metadata=many_of(CallbackError))
    remarks: tuple[str, ...] = ()
    resumed: bool = False
    skipped: bool = False
    payload: LazyData = field(default=_NO_DATA, repr=False, compare=False, metadata=data_under(LazyData.of))

    @property
    def data(self) -> Any:
        """The decoded data; None when the job did not succeed."""
        return self.payload.get()

    @property
    def rows(self) -> Rows | None:
        """The rows, to be iterated as often as needed, with one decoded page in memory at a time.

        None where the data is no list.
        """
        return self.payload.rows()

    __repr__ = brief_repr

    def _repr_html_(self) -> str:
        return result_html(self)

    @property
    def ok(self) -> bool:
        """Whether the job's data is whole and every callback succeeded."""
        return self.state is State.SUCCEEDED and self.complete and not self.callback_errors
