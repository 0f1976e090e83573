"""The attempts: every request that leaves this library goes out here.

Order of operations for one call:

1. wait until the limits let one attempt go (:meth:`~esi_fetch.limits.Limiter.acquire`)
2. announce it, put the current access token on it
3. send it and read the whole body, watched by :class:`~esi_fetch.transport.sockets.LiveSockets`
4. settle its true cost with the limits, announce the outcome, write it down
5. judge: usable → return; worth another attempt → pause and begin again; else → return or raise

So one attempt is one token, one event and one request at the server, whatever goes wrong.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import DEFAULT_POOLBLOCK, HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.util import Retry

from esi_fetch.clock import Clock
from esi_fetch.errors import JobCancelledError
from esi_fetch.limits import Limiter, retry_after_s
from esi_fetch.model.body import Body, BodyError
from esi_fetch.model.events import AttemptFinished, AttemptStarted, RetryScheduled, WaitStarted
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Attempt
from esi_fetch.transport.call import Call
from esi_fetch.transport.policy import Failure, judge
from esi_fetch.transport.sockets import POOL_CLASSES, LiveSockets, Watched
from esi_fetch.transport.task import Task

__all__ = ["EsiAdapter", "PreparedCall"]

# A connection that takes longer than this is not coming; a slow answer is another matter.
_CONNECT_TIMEOUT_S = 10.0

# The game server's own spam protection answers in the limits' statuses but concerns one operation alone.
_CONCERNS_OPERATION = (b"MailStopSpamming", b"ConStopSpamming")
_NO_SUCH_PAGE = b"Requested page does not exist"


class PreparedCall(requests.PreparedRequest):
    """A prepared request that knows its call and job, and keeps what became of it.

    Attributes:
        call: What is asked for.
        task: The job it belongs to.
        attempts: Every attempt made so far.
        data: The decoded body of a success; None until there is one.
    """

    call: Call
    task: Task
    attempts: list[Attempt]
    data: LazyData | None


@dataclass(frozen=True)
class _Outcome:
    """What one attempt brought: a response, or a failure, or a response that is one."""

    response: requests.Response | None = None
    failure: Failure | None = None
    data: LazyData | None = None

    @property
    def status(self) -> int | None:
        return None if self.response is None else self.response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return {} if self.response is None else self.response.headers

    @property
    def wire(self) -> bytes:
        return b"" if self.response is None else self.response.content


class EsiAdapter(HTTPAdapter):
    """Makes attempts until one is usable, or the policy says that no more are worth it.

    ``response.content`` holds the bytes as they came over the wire, still packed: the store keeps them so.
    """

    def __init__(
        self,
        *,
        limiter: Limiter,
        policy: Retry,
        sockets: LiveSockets,
        clock: Clock,
        timeout_s: float,
        connections: int,
    ) -> None:
        self.limiter = limiter
        self.policy = policy
        self.sockets = sockets
        self.clock = clock
        self.timeout_s = timeout_s
        # read=False hands a failed read up as it is; urllib3 itself repeats nothing.
        super().__init__(max_retries=Retry(0, read=False), pool_connections=2, pool_maxsize=connections)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = DEFAULT_POOLBLOCK, **pool_kwargs: Any
    ) -> None:
        """Use pools whose connections tell which socket they are on."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = POOL_CLASSES

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Use pools whose connections tell which socket they are on, behind a proxy too."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = POOL_CLASSES
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Return the first usable answer, or the last one when nothing better came.

        Raises:
            requests.RequestException: No attempt brought an answer.
            JobCancelledError: The run was stopped.
            LimitWaitError: The limits would not let it go before the job's deadline.
        """
        if not isinstance(request, PreparedCall):
            raise TypeError("EsiAdapter sends PreparedCalls only: every request needs its call and job")
        call, task, policy = request.call, request.task, self.policy
        waited_s = 0.0
        while True:
            number = len(request.attempts) + 1
            outcome = self._attempt(
                request, number, waited_s=waited_s, verify=verify, cert=cert, proxies=proxies
            )
            if outcome.failure is None and outcome.response is not None:
                # Also when the run was stopped meanwhile: what was written is written, and what was read is
                # worth keeping.
                request.data = outcome.data
                return outcome.response
            if task.cancel.is_set():
                raise JobCancelledError("stopped", url=call.url, attempts=request.attempts)
            failure = outcome.failure or Failure("no answer")
            verdict = judge(policy, failure, method=call.method, repeatable=call.repeatable)
            in_time = task.deadline is None or self.clock.monotonic() + verdict.pause_s <= task.deadline
            if not (verdict.again and in_time):
                if failure.error is not None:
                    raise failure.error
                assert outcome.response is not None  # noqa: S101 - a failure has an error or a response
                return outcome.response
            policy = verdict.policy
            task.emit(
                RetryScheduled(
                    task.job.uid, task.job.label, call.url, number, failure.reason, verdict.pause_s
                )
            )
            waited_s = verdict.pause_s
            if verdict.pause_s and self.clock.wait(task.cancel, verdict.pause_s):
                raise JobCancelledError("stopped", url=call.url, attempts=request.attempts)

    def _attempt(
        self, request: PreparedCall, number: int, *, waited_s: float, verify: Any, cert: Any, proxies: Any
    ) -> _Outcome:
        call, task = request.call, request.task
        job = task.job

        def on_wait(reason: str, seconds: float) -> None:
            task.emit(WaitStarted(job.uid, job.label, reason, seconds))

        began = self.clock.monotonic()
        reservation = self.limiter.acquire(
            call.route, cancel=task.cancel, deadline=task.deadline, on_wait=on_wait
        )
        sent = self.clock.monotonic()
        waited_s += sent - began
        outcome = _Outcome(failure=Failure("not sent", reached=False))
        try:
            task.emit(
                AttemptStarted(
                    job.uid,
                    job.label,
                    call.method,
                    call.url,
                    number,
                    conditional="If-None-Match" in request.headers or "If-Modified-Since" in request.headers,
                )
            )
            if call.authorize is not None:
                request.headers["Authorization"] = f"Bearer {call.authorize()}"
            outcome = self._send_watched(request, verify=verify, cert=cert, proxies=proxies)
        finally:
            # Whatever happens, the reservation is given back: a lost one would shrink the bucket for good.
            tokens = self.limiter.settle(
                reservation,
                status=outcome.status,
                headers=outcome.headers,
                lost=outcome.failure is not None and outcome.failure.reached and outcome.status is None,
                concerns_operation=any(mark in outcome.wire[:500] for mark in _CONCERNS_OPERATION),
            )
        elapsed_s = self.clock.monotonic() - sent
        error = None if outcome.failure is None else outcome.failure.reason
        attempt = Attempt(number, outcome.status, error, elapsed_s, waited_s, tokens)
        request.attempts.append(attempt)
        group = outcome.headers.get("X-Ratelimit-Group") or call.route.group
        task.costs.add(attempt, group=group)
        task.emit(
            AttemptFinished(
                job.uid,
                job.label,
                call.method,
                call.url,
                number,
                outcome.status,
                error,
                elapsed_s,
                waited_s,
                group,
                tokens,
                len(outcome.wire),
            )
        )
        return outcome

    def _send_watched(self, request: PreparedCall, *, verify: Any, cert: Any, proxies: Any) -> _Outcome:
        timeout = (min(_CONNECT_TIMEOUT_S, self.timeout_s), self.timeout_s)
        with self.sockets.watch(cancel=request.task.cancel, timeout_s=self.timeout_s) as watched:
            try:
                response = super().send(
                    request, stream=True, timeout=timeout, verify=verify, cert=cert, proxies=proxies
                )
                # One read of the whole: reading in small steps costs a lock hand-off a step under threads.
                response._content = response.raw.read(decode_content=False)
            except requests.RequestException as error:
                return _Outcome(failure=self._unanswered(error, watched))
            except OSError as error:
                if not watched.connected:  # requests found no file of certificates where it was told to look
                    refused = requests.exceptions.SSLError(str(error), request=request)
                    return _Outcome(failure=Failure(str(error), reached=False, permanent=True, error=refused))
                return _Outcome(failure=self._unanswered(_as_requests_error(error, request), watched))
            except (HTTPError, http.client.HTTPException) as error:
                return _Outcome(failure=self._unanswered(_as_requests_error(error, request), watched))
        return self._judge_response(request, response)

    def _unanswered(self, error: requests.RequestException, watched: Watched) -> Failure:
        if watched.timed_out or (isinstance(error, requests.ReadTimeout) and watched.connected):
            text = f"no whole answer within {self.timeout_s:g} s"
            error = requests.ReadTimeout(text, request=error.request)
            return Failure(text, reached=watched.connected, error=error)
        cause = error.args[0] if error.args else None
        reason = cause.reason if isinstance(cause, MaxRetryError) else None
        never_sent = not watched.connected or isinstance(reason, NewConnectionError)
        return Failure(
            _in_words(error, reason),
            reached=not never_sent,
            permanent=_is_refused_certificate(reason),
            error=error,
        )

    def _judge_response(self, request: PreparedCall, response: requests.Response) -> _Outcome:
        status = response.status_code
        if status == 304:
            return _Outcome(response)
        if status not in request.call.success:
            if status < 400:
                failure = Failure(f"unexpected status {status}", status, permanent=True)
            else:
                failure = Failure(
                    f"status {status}",
                    status,
                    permanent=_NO_SUCH_PAGE in body_start(response),
                    retry_after_s=retry_after_s(response.headers.get("Retry-After"), now=self.clock.now()),
                )
            return _Outcome(response, failure)
        try:
            body = body_of(response)
            data = body.data()
            if status == 200 and data is None and not body.unpacked():
                raise BodyError("the body is empty")
        except BodyError as error:
            broken = requests.exceptions.ContentDecodingError(str(error), request=request, response=response)
            return _Outcome(response, Failure(str(error), status, error=broken))
        return _Outcome(response, data=LazyData.of(data, again=body.data))


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
