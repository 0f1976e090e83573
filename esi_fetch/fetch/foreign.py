"""The one boundary at which foreign errors, and ESI's refusals, become ours."""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn

import requests

from esi_fetch.errors import (
    AnswerError,
    AttemptTimedOutError,
    BrokenBodyError,
    ConnectionFailedError,
    ErrorLimitedError,
    ForbiddenError,
    JobError,
    LimitsError,
    LimitWaitError,
    NoAnswerError,
    NotFoundError,
    RateLimitedError,
    RequestRefusedError,
    ServerError,
    UnauthorizedError,
)
from esi_fetch.model.job import Job
from esi_fetch.transport import Answer, Call
from esi_fetch.transport.adapter import PreparedCall
from esi_fetch.units import moment_text

__all__ = ["mapped_errors", "raise_refusal"]

_BY_STATUS: dict[int, type[AnswerError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    420: ErrorLimitedError,
    429: RateLimitedError,
}

# The first that matches counts: requests' timeouts are connection errors too.
_BY_EXCEPTION: tuple[tuple[type[requests.RequestException], type[NoAnswerError], str], ...] = (
    (requests.Timeout, AttemptTimedOutError, "timed out"),
    (requests.exceptions.ContentDecodingError, BrokenBodyError, "sent a broken body"),
    (requests.exceptions.ChunkedEncodingError, BrokenBodyError, "sent a broken body"),
    (requests.ConnectionError, ConnectionFailedError, "gave no answer"),
)


class mapped_errors:  # noqa: N801 - it is used like a function
    """Turns what goes wrong in a ``with`` block into errors of ours that carry *job*."""

    def __init__(self, job: Job, *, url: str | None = None) -> None:
        self._job = job
        self._url = url

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise what *error* is to those above."""
        if error is None:
            return
        if isinstance(error, JobError):
            error.job = error.job or self._job.with_result(None)
            error.url = error.url or self._url
        elif isinstance(error, LimitsError):
            # Without leave nothing goes out, and no other job should suffer for it.
            raise LimitWaitError(
                f"nothing is sent without limits: {error}", job=self._job.with_result(None), url=self._url
            ) from error
        elif isinstance(error, requests.RequestException):
            raise self._of(error) from _origin(error)

    def _of(self, error: requests.RequestException) -> NoAnswerError:
        kind, words = next(
            ((ours, words) for theirs, ours, words in _BY_EXCEPTION if isinstance(error, theirs)),
            (NoAnswerError, "gave no usable answer"),
        )
        request = error.request
        attempts = tuple(request.attempts) if isinstance(request, PreparedCall) else ()
        asked_url = request.url if isinstance(request, PreparedCall) else self._url
        host = (asked_url or "").split("/")[2:3]
        tries = f" after {len(attempts)} attempts" if len(attempts) > 1 else ""
        reason = attempts[-1].error if attempts and attempts[-1].error else str(error)
        return kind(
            f"{host[0] if host else 'ESI'} {words}{tries}: {reason}",
            job=self._job.with_result(None),
            url=asked_url,
            status=attempts[-1].status if attempts else None,
            attempts=attempts,
        )


def _origin(error: BaseException) -> BaseException:
    """Return the error with which it began: requests and urllib3 wrap it up to three times, and add nothing.

    A context is not followed: it may be what the caller was busy with, and have nothing to do with this.
    """
    wrapped = (arg for arg in error.args if isinstance(arg, BaseException))
    inner = error.__cause__ or next(wrapped, None)
    return error if inner is None else _origin(inner)


def raise_refusal(answer: Answer, call: Call, *, job: Job) -> NoReturn:
    """Raise the error that stands for an answer which is not a success."""
    kind = _BY_STATUS.get(answer.status) or (ServerError if answer.status >= 500 else RequestRefusedError)
    how = f" ({len(answer.attempts)} attempts)" if len(answer.attempts) > 1 else ""
    note = ""
    if answer.is_remembered:
        how = f" at {moment_text(answer.fetched_at)}"
        note = (
            f" (remembered: nothing was sent, and the same is not asked again until "
            f"{moment_text(answer.expires_at)}; --refresh, in Python refresh=True, asks now)"
        )
    raise kind(
        f"ESI answered {answer.status}{how}: {answer.message}{note}",
        job=job.with_result(None),
        url=call.url,
        status=answer.status,
        attempts=answer.attempts,
    )
