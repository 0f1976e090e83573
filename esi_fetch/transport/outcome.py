"""What one attempt brought: an answer that is usable, or a failure in words that people understand."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from esi_fetch.limits import retry_after_s
from esi_fetch.model.body import Body, BodyError
from esi_fetch.model.lazy import LazyData
from esi_fetch.transport.policy import Failure
from esi_fetch.transport.sockets import Watched

__all__ = [
    "NO_ANSWER",
    "NO_SUCH_PAGE",
    "Outcome",
    "answered",
    "body_of",
    "body_start",
    "folded",
    "state_problem",
    "unanswered",
]

NO_SUCH_PAGE = b"Requested page does not exist"

NO_ANSWER = (OSError, HTTPError, http.client.HTTPException)
"""What an attempt may raise; requests' own errors are ``OSError`` too."""

# The game server's own spam protection answers in the limits' statuses but concerns one operation alone.
_CONCERNS_OPERATION = (b"MailStopSpamming", b"ConStopSpamming")

# What the gateway answers when nothing behind it does.
_OUTAGES = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Outcome:
    """What one attempt brought: a response, or a failure, or a response that is one.

    Attributes:
        response: The answer; None when there was none.
        failure: What was wrong; None for a usable answer.
        data: The decoded body of a success.
    """

    response: requests.Response | None = None
    failure: Failure | None = None
    data: LazyData | None = None

    @property
    def status(self) -> int | None:
        """The HTTP status; None when there was no answer."""
        return None if self.response is None else self.response.status_code

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers, their names in lower case; empty when there was none."""
        return {} if self.response is None else folded(self.response)

    @property
    def wire(self) -> bytes:
        """The body as it came; empty when there was none."""
        return b"" if self.response is None else self.response.content

    @property
    def is_lost(self) -> bool:
        """Whether the request reached the server although there was no answer."""
        return self.failure is not None and self.failure.reached and self.status is None

    @property
    def concerns_operation(self) -> bool:
        """Whether a refusal was meant for the operation alone."""
        if self.response is None or self.response.status_code < 400:
            return False
        start = body_start(self.response)
        return any(mark in start for mark in _CONCERNS_OPERATION)

    @property
    def is_outage(self) -> bool:
        """Whether it looks as if ESI were down."""
        failure = self.failure
        if failure is None:
            return False
        return self.status in _OUTAGES or not (failure.reached or failure.permanent)


def state_problem(outcome: Outcome) -> str | None:
    """Return why an answer to ``/status`` does not show that ESI is open to everybody; None when it does."""
    failure, status = outcome.failure, outcome.status
    if failure is None:
        data = None if outcome.data is None else outcome.data.get()
        is_vip = isinstance(data, dict) and data.get("vip") is True
        return "it is open to its staff only, vip" if is_vip else None
    # Whoever refuses is there, and a certificate that is not trusted won't be later: the job's own request
    # will show what is the matter.
    if failure.permanent or (status is not None and 400 <= status < 500):
        return None
    return failure.reason


def folded(response: requests.Response) -> dict[str, str]:
    """Return a response's headers, their names in lower case: looking one up then costs next to nothing."""
    return dict(response.headers.lower_items())


def body_of(response: requests.Response) -> Body:
    """Return the response's body as it came over the wire, and how it is packed."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    return Body(response.content, "" if encoding == "identity" else encoding)


def body_start(response: requests.Response) -> bytes:
    """Return the beginning of an error's body, unpacked; empty where that can't be done."""
    try:
        return body_of(response).unpacked()[:2000]
    except BodyError:
        return b""


def answered(
    response: requests.Response, *, request: requests.PreparedRequest, success: tuple[int, ...], now: float
) -> Outcome:
    """Judge a response whose body has been read.

    Args:
        response: The response.
        request: What it answers.
        success: The statuses of success.
        now: Seconds since the epoch, to count a ``Retry-After`` from.
    """
    status = response.status_code
    if status == 304:
        return Outcome(response)
    if status not in success:
        if status < 400:
            failure = Failure(f"unexpected status {status}", status, permanent=True)
        else:
            failure = Failure(
                f"status {status}",
                status,
                permanent=NO_SUCH_PAGE in body_start(response),
                retry_after_s=retry_after_s(response.headers.get("Retry-After"), now=now),
            )
        return Outcome(response, failure)
    try:
        body = body_of(response)
        data = body.data()
        if status == 200 and data is None and not body.unpacked():
            raise BodyError("the body is empty")
    except BodyError as error:
        broken = requests.exceptions.ContentDecodingError(str(error), request=request, response=response)
        return Outcome(response, Failure(str(error), status, error=broken))
    return Outcome(response, data=LazyData.of(data, again=body.data))


def unanswered(
    error: Exception, *, request: requests.PreparedRequest, watched: Watched, timeout_s: float
) -> Outcome:
    """Judge an attempt that brought no whole answer.

    Args:
        error: What was raised, by requests, urllib3, the standard library or the system.
        request: What was asked.
        watched: How far it got.
        timeout_s: How long it might take.
    """
    if isinstance(error, requests.RequestException):
        raised = error
    elif isinstance(error, OSError) and not watched.connected:
        # requests found no file of certificates where it was told to look
        refused = requests.exceptions.SSLError(str(error), request=request)
        return Outcome(failure=Failure(str(error), reached=False, permanent=True, error=refused))
    else:
        raised = _as_requests_error(error, request)
    if watched.timed_out or (isinstance(raised, requests.ReadTimeout) and watched.connected):
        text = f"no whole answer within {timeout_s:g} s"
        late = requests.ReadTimeout(text, request=raised.request)
        return Outcome(failure=Failure(text, reached=watched.connected, error=late))
    cause = raised.args[0] if raised.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    never_sent = not watched.connected or isinstance(reason, NewConnectionError)
    return Outcome(
        failure=Failure(
            _in_words(raised, reason),
            reached=not never_sent,
            permanent=_is_refused_certificate(reason),
            error=raised,
        )
    )


def _as_requests_error(error: Exception, request: requests.PreparedRequest) -> requests.RequestException:
    # While a body is read, urllib3's errors come up as they are; the statuses above them speak requests'.
    if isinstance(error, ReadTimeoutError):
        return requests.ReadTimeout(str(error), request=request)
    return requests.exceptions.ChunkedEncodingError(f"the body broke off: {error}", request=request)


def _is_refused_certificate(reason: Exception | None) -> bool:
    # Other failures of TLS, such as a connection that ends in the middle of the handshake, pass.
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in getattr(reason, "args", ()))


def _in_words(error: requests.RequestException, reason: Exception | None) -> str:
    if isinstance(error, requests.Timeout):
        return "no connection in time"  # a read that takes too long has been dealt with
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the body broke off"
    if isinstance(error, requests.exceptions.SSLError):
        mend = " (REQUESTS_CA_BUNDLE names a file of certificates to trust)"
        return f"TLS failed: {reason or error}{mend if _is_refused_certificate(reason) else ''}"
    if isinstance(reason, NewConnectionError):
        return str(reason).split(": ", 1)[-1]
    cause = error.args[0] if error.args else error
    if isinstance(cause, ProtocolError) and len(cause.args) > 1:
        cause = cause.args[1]  # ('Connection aborted.', what went wrong)
    return f"the connection was lost: {cause}"
