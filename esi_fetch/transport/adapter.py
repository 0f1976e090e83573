"""The attempts: every request that leaves this library goes out here.

Order of operations for one call:

1. wait until ESI is back from its daily downtime (:class:`~esi_fetch.transport.downtime.DowntimeGate`)
2. wait until fewer requests are under way than may be (:class:`~esi_fetch.transport.slots.Slots`), and until
   the limits let one attempt go (:meth:`~esi_fetch.limits.Limiter.acquire`)
3. put the current access token on it, renewed if need be; announce it
4. send it and read the whole body, watched by :class:`~esi_fetch.transport.sockets.LiveSockets`; then another
   request may take its place, and the body is unpacked and decoded, of one answer after the other
5. settle its true cost with the limits, announce the outcome, write it down
6. judge: usable → return; worth another attempt → pause and begin again; else → return or raise. A token that
   was refused is renewed, once

So one attempt is one token, one event and one request at the server, whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ProtocolError
from urllib3.util import Retry

from esi_fetch.clock import Clock
from esi_fetch.errors import JobCancelledError, JobError
from esi_fetch.limits import Limiter, Reservation
from esi_fetch.limits.downtime import Open
from esi_fetch.model.events import AttemptFinished, AttemptStarted, RetryScheduled, cause_of
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Attempt
from esi_fetch.transport.call import Call
from esi_fetch.transport.downtime import DowntimeGate
from esi_fetch.transport.outcome import NO_ANSWER, Outcome, answered, state_problem, unanswered
from esi_fetch.transport.policy import Failure, judge
from esi_fetch.transport.refusals import is_about_token
from esi_fetch.transport.slots import Slot, Slots, decoding_turns
from esi_fetch.transport.sockets import LiveSockets
from esi_fetch.transport.task import Task, Waiting
from esi_fetch.transport.watched import CONNECT_TIMEOUT_S, WatchedAdapter

__all__ = ["EsiAdapter", "PreparedCall"]

# What one request has and another one has not, even of the same session.
_OF_ONE_REQUEST = frozenset(
    {"authorization", "if-none-match", "if-modified-since", "content-type", "content-length"}
)

_BEARER = "Bearer "

# Who has waited this long for the limits looks again whether the downtime has begun meanwhile.
_LONG_WAIT_S = 1.0


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

    @classmethod
    def of(cls, call: Call, *, task: Task, headers: Mapping[str, str]) -> PreparedCall:
        """Return the request for *call* with these headers, and those that its body needs."""
        # The URL is canonical already, so requests' own preparation would only parse it once more.
        request = cls()
        request.method = call.method
        request.url = call.url
        request.headers = CaseInsensitiveDict(headers)
        if call.body is not None:
            request.headers["Content-Type"] = "application/json"
        if call.body is not None or call.method in ("POST", "PUT"):
            request.headers["Content-Length"] = str(len(call.body or b""))
        request.body = call.body
        request.call, request.task, request.attempts, request.data = call, task, [], None
        return request

    def sibling(self, call: Call) -> PreparedCall:
        """Return a request for another call of the same job, with the headers that all of a session have."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_ONE_REQUEST}
        return self.of(call, task=self.task, headers=headers)


class EsiAdapter(WatchedAdapter):
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
        gate: DowntimeGate | None = None,
    ) -> None:
        self.limiter = limiter
        self.policy = policy
        self.sockets = sockets
        self.clock = clock
        self.timeout_s = timeout_s
        self.gate = gate
        self._slots = Slots(connections)
        self._decoding_turns = decoding_turns()
        self._pool: tuple[object, Any] | None = None
        super().__init__(connections=connections)

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
            DowntimeError: ESI is in its daily downtime, and the job may not wait for its end.
        """
        if not isinstance(request, PreparedCall):
            raise TypeError("EsiAdapter sends PreparedCalls only: every request needs its call and job")
        call, task, policy = request.call, request.task, self.policy
        waited_s = 0.0
        refused: str | None = None
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
            if refused is None and (refused := self._renewed(request, outcome)) is not None:
                waited_s = 0.0
                continue
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
            paused_at = self.clock.monotonic()
            stopped = bool(verdict.pause_s) and self.clock.wait(task.cancel, verdict.pause_s)
            waited_s = self.clock.monotonic() - paused_at
            if waited_s:
                task.costs.add_wait(f"back-off: {cause_of(failure.reason)}", waited_s)
            if stopped:
                raise JobCancelledError("stopped", url=call.url, attempts=request.attempts)

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return the host's connections; all requests of a session go to one host, in one way."""
        way = (verify, cert, *sorted((proxies or {}).items()))
        kept = self._pool  # looked at once, as another thread may close all meanwhile
        if kept is None or kept[0] != way:
            kept = self._pool = (way, super().get_connection_with_tls_context(request, verify, proxies, cert))
        return kept[1]

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Return what stands in the request line."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return the response; its cookies are left alone, and its text is not decoded here."""
        response = requests.Response()
        response.status_code = resp.status
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw, response.reason = resp, resp.reason
        response.url = req.url or ""
        response.request = req
        response.connection = self
        return response

    def close(self) -> None:
        """Close all connections; the next request opens one again."""
        self._pool = None
        super().close()

    def _attempt(self, request: PreparedCall, number: int, *, waited_s: float, **wire: Any) -> Outcome:
        call, task = request.call, request.task
        job = task.job

        began = self.clock.monotonic()
        slot, reservation, passed = self._admitted(request, **wire)
        sent = self.clock.monotonic()
        waited_s += sent - began
        outcome = Outcome(failure=Failure("not sent", reached=False))
        try:
            if call.authorize is not None:
                token = call.authorize(refused=None, patience=task.patience)
                request.headers["Authorization"] = f"{_BEARER}{token}"
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
            outcome = self._send_watched(request, slot, **wire)
        finally:
            slot.give_back()
            # Whatever happens, the reservation is given back: a lost one would shrink the bucket for good.
            tokens = self.limiter.settle(
                reservation,
                status=outcome.status,
                headers=outcome.headers,
                lost=outcome.is_lost,
                concerns_operation=outcome.concerns_operation,
            )
        # A request that was stopped tells nothing about ESI.
        if self.gate is not None and outcome.is_outage and not task.cancel.is_set():
            self.gate.note_outage(passed)
        elapsed_s = self.clock.monotonic() - sent
        error = None if outcome.failure is None else outcome.failure.reason
        attempt = Attempt(
            number, outcome.status, error, elapsed_s, waited_s, tokens, ended_at=self.clock.now()
        )
        request.attempts.append(attempt)
        group = outcome.headers.get("x-ratelimit-group") or call.route.group
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

    def _renewed(self, request: PreparedCall, outcome: Outcome) -> str | None:
        """Renew the token of a request if that is what it was refused for; return the refused one.

        What writes is asked again as well: nothing is done for a token that is refused.
        """
        call, task, response = request.call, request.task, outcome.response
        if call.authorize is None or response is None or not is_about_token(response):
            return None
        used = request.headers["Authorization"].removeprefix(_BEARER)
        try:
            newer = call.authorize(refused=used, patience=task.patience)
        except JobError as error:
            error.attempts = error.attempts or tuple(request.attempts)
            raise
        if newer == used:
            return None
        reason = f"status {response.status_code}: the token was refused, and renewed"
        task.emit(RetryScheduled(task.job.uid, task.job.label, call.url, len(request.attempts), reason, 0.0))
        return used

    def _admitted(self, request: PreparedCall, **wire: Any) -> tuple[Slot, Reservation, Open | None]:
        """Wait until an attempt may go out; return its slot, the limits' leave for it, and the gate's."""
        call, task, gate = request.call, request.task, self.gate
        if gate is not None and call is gate.probe:
            gate = None
        while True:
            passed = None
            if gate is not None:
                ask = partial(self._state_problem, request, gate.probe, **wire)
                passed = gate.pass_through(task, ask=ask, attempts=request.attempts)
            began = self.clock.monotonic()
            # Not while the state of ESI is asked for, which takes a slot of its own.
            slot = self._slots.take(cancel=task.cancel)
            if slot is None:
                raise JobCancelledError("stopped", url=call.url, attempts=request.attempts)
            try:
                with Waiting(task, clock=self.clock) as waiting:
                    reservation = self.limiter.acquire(
                        call.route, cancel=task.cancel, deadline=task.deadline, on_wait=waiting.begin
                    )
            except BaseException:
                slot.give_back()
                raise
            waited_long = self.clock.monotonic() - began >= _LONG_WAIT_S
            if gate is None or not waited_long or not gate.holds_up():
                return slot, reservation, passed
            slot.give_back()
            self.limiter.settle(reservation, status=None, headers={})

    def _state_problem(self, request: PreparedCall, probe: Call, **wire: Any) -> str | None:
        """Ask for ESI's state, once, in the name of a job; return what is wrong with it."""
        outcome = self._attempt(request.sibling(probe), 1, waited_s=0.0, **wire)
        if outcome.failure is not None and request.task.cancel.is_set():
            raise JobCancelledError("stopped", url=request.call.url, attempts=request.attempts)
        return state_problem(outcome)

    def _send_watched(
        self, request: PreparedCall, slot: Slot, *, verify: Any, cert: Any, proxies: Any
    ) -> Outcome:
        timeout = (min(CONNECT_TIMEOUT_S, self.timeout_s), self.timeout_s)
        with self.sockets.watch(cancel=request.task.cancel, timeout_s=self.timeout_s) as watched:
            try:
                response = super().send(
                    request, stream=True, timeout=timeout, verify=verify, cert=cert, proxies=proxies
                )
                # One read of the whole: reading in small steps costs a lock hand-off a step under threads.
                raw = response.raw
                response._content = raw.read(decode_content=False)
                if watched.ended and raw.length_remaining is None and not raw.chunked:
                    # Only the connection's end tells where such a body ends, and that end was ours.
                    raise ProtocolError("ended before its end")
            except NO_ANSWER as error:
                return unanswered(error, request=request, watched=watched, timeout_s=self.timeout_s)
        slot.give_back()
        with self._decoding_turns:
            return answered(response, request=request, success=request.call.success, now=self.clock.now())
