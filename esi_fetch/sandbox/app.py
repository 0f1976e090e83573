"""One request, one answer: everything about the sandbox that is HTTP but not sockets."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from esi_fetch.catalog.operation import Operation
from esi_fetch.clock import Clock
from esi_fetch.sandbox.answers import Answer, faulty, refused, spoil
from esi_fetch.sandbox.asks import Ask, Incoming, PastEndError, RefusedError, Reply
from esi_fetch.sandbox.bodies import Body, shelf
from esi_fetch.sandbox.checks import (
    OLDEST_DATE,
    Bearer,
    bearer,
    checked_body,
    checked_parameters,
    checked_scopes,
    effective_date,
)
from esi_fetch.sandbox.faults import Faults, PlantedFault
from esi_fetch.sandbox.headers import (
    NOT_MODIFIED,
    cache_headers,
    content_type,
    etag_of,
    is_unmodified,
)
from esi_fetch.sandbox.limits import Limits, cost_of
from esi_fetch.sandbox.log import RequestLog, RequestSeen
from esi_fetch.sandbox.routes import Router
from esi_fetch.sandbox.snapshots import Snapshot, Snapshots
from esi_fetch.sandbox.sso import Sso
from esi_fetch.sandbox.sso_http import answer_sign_in, is_sign_in
from esi_fetch.sandbox.times import http_date
from esi_fetch.sandbox.world import World

__all__ = ["App", "Manners"]

_DAY_BEGINS_S = 11 * 3600  # ESI's day changes at 11:00 UTC.
_PAST_END_ERRORS = {500: "Undefined 404 response. Original message: Requested page does not exist!"}

# Besides English, which answers are in where none of these is asked for.
_LANGUAGES = ("de", "fr", "ja", "ru", "zh", "ko", "es")


def _language(accepted: str) -> str:
    return accepted[:2] if accepted[:2] in _LANGUAGES else "en"


@dataclass
class Manners:
    """How the sandbox behaves where ESI's own behaviour is not settled; may be changed at any time.

    Attributes:
        latency_s: How long every answer takes at least, in seconds.
        past_end_status: Status for pages past the end: 404 or 500; ESI has sent both.
        not_modified_headers: Which headers a 304 carries, besides ``Date`` and those about limits.
    """

    latency_s: float = 0.0
    past_end_status: int = 404
    not_modified_headers: Collection[str] = NOT_MODIFIED


@dataclass(frozen=True)
class _Visit:
    """What is known of a request before anything is checked; ``refusal`` says why it can't be answered."""

    operation: Operation | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    versioned: bool = False
    token: Bearer | None = None
    refusal: RefusedError | None = None

    def user(self, address: str) -> str:
        """Return whose bucket is spent: a token on a public route moves its sender to another one."""
        if self.token is None or self.operation is None:
            return address
        return f"character:{self.token.character}" if self.operation.scopes else f"{address}:sandbox"


class App:
    """Answers requests; threads may share it.

    Args:
        published: Compatibility dates, oldest first.
        router: Finds operations.
        clock: The sandbox's time.
        world: The data.
        snapshots: Which generation of the data is current.
        limits: ESI's side of the limits.
        sso: The sign-in, which knows whose a token is.
        faults: What is to go wrong.
        log: Where requests are noted.
        stopping: Set when the sandbox is being stopped: nothing waits any longer then.
        manners: How it behaves where ESI's behaviour is not settled.
    """

    def __init__(
        self,
        *,
        published: list[str],
        router: Router,
        clock: Clock,
        world: World,
        snapshots: Snapshots,
        limits: Limits,
        sso: Sso,
        faults: Faults,
        log: RequestLog,
        stopping: threading.Event,
        manners: Manners,
    ) -> None:
        self._published = published
        self._router = router
        self._clock = clock
        self._world = world
        self._snapshots = snapshots
        self._limits = limits
        self._sso = sso
        self._faults = faults
        self._log = log
        self._stopping = stopping
        self._manners = manners

    def serve(self, incoming: Incoming) -> tuple[Answer, PlantedFault | None]:
        """Answer a request; return the answer and the fault that is in it.

        1. Find the operation, and who asks. 2. Note that it came. 3. Ask the limits. 4. See whether a fault
        strikes, and wait if it says so. 5. Check date, token, parameters and body. 6. Find the data, or the
        304 that spares it. 7. Settle with the limits. 8. Let the fault spoil headers and text. 9. Note the
        answer. 10. Regenerate, if that was asked for after this request.
        """
        is_esi = not is_sign_in(incoming.path)
        visit = self._look(incoming) if is_esi else _Visit()
        operation = visit.operation
        seen = RequestSeen(
            method=incoming.method,
            path=incoming.path,
            query={name: ",".join(values) for name, values in incoming.query.items()},
            headers=incoming.headers,
            body=incoming.body,
            op_id=operation.op_id if operation is not None else None,
            at=self._clock.now(),
        )
        number = self._log.open(seen)
        if self._manners.latency_s:
            self._stopping.wait(self._manners.latency_s)
        planted, user = None, visit.user(incoming.address)
        try:
            if is_esi:  # the sign-in is another host, with limits of its own
                self._limits.admit(operation, user=user, address=incoming.address)
            planted = self._faults.strike(
                op_id=seen.op_id, path=incoming.path, method=incoming.method, page=seen.page
            )
            if planted is not None:
                self._log.note(number, fault=True)
                self._wait_out(planted)
            if planted is not None and planted.fault.replaces_answer:
                answer = faulty(planted.fault, operation)
            elif is_esi:
                answer = self._answer(incoming, visit)
            else:
                answer = answer_sign_in(self._sso, incoming)
        except RefusedError as refusal:
            answer = refused(refusal, operation)
        if planted is None or not planted.fault.reset:
            if is_esi:
                self._finish(answer, incoming, visit, user)
            cost = cost_of(answer.status) if operation and operation.rate_limit else 0
            self._log.note(number, status=answer.status, cost=cost, snapshot=answer.snapshot)
        if planted is not None:
            spoil(answer, planted.fault)
        if operation is not None and self._faults.regenerates(op_id=operation.op_id, page=seen.page):
            self._snapshots.regenerate(operation)
        return answer, planted

    def _look(self, incoming: Incoming) -> _Visit:
        try:
            operation, path, versioned = self._router.find(incoming.method, incoming.path)
        except RefusedError as refusal:
            return _Visit(refusal=refusal)
        try:
            token = bearer(incoming.headers.get("authorization"), signed=self._sso.bearer)
        except RefusedError as refusal:
            return _Visit(operation, path, versioned, refusal=refusal)
        return _Visit(operation, path, versioned, token)

    def _wait_out(self, planted: PlantedFault) -> None:
        # Real time, whatever the sandbox's clock is: a fault is about connections, and those live in real
        # time.
        if planted.fault.delay_s:
            self._stopping.wait(planted.fault.delay_s)
        if planted.fault.hang:
            planted.removed.wait()

    def _answer(self, incoming: Incoming, visit: _Visit) -> Answer:
        operation = visit.operation
        if operation is None or visit.refusal is not None:
            raise visit.refusal or RefusedError(404, "Not found!")
        sent = (
            incoming.headers.get("x-compatibility-date")
            or incoming.query.get("compatibility_date", [None])[-1]
        )
        today = datetime.fromtimestamp(self._clock.now() - _DAY_BEGINS_S, tz=timezone.utc).date()
        date = effective_date(sent, published=self._published, today=today)
        date = OLDEST_DATE if visit.versioned else date
        if date < operation.compatibility_date and not self._world.has_older(operation):
            raise RefusedError(404, f"{incoming.path} does not exist at compatibility date {date}.")
        checked_scopes(operation, visit.token, visit.path)
        path, query = checked_parameters(operation, path=visit.path, query=incoming.query)
        body = checked_body(operation, incoming.body)
        snapshot = self._snapshots.current(operation)
        ask = Ask(
            operation=operation,
            path=path,
            query=query,
            body=body,
            snapshot=snapshot.number,
            rolled_at=snapshot.rolled_at,
            date=date,
            language=_language(incoming.headers.get("accept-language", "")),
        )
        try:
            reply = self._world.reply(ask)
        except PastEndError as error:
            text = _PAST_END_ERRORS.get(self._manners.past_end_status, error.error)
            raise RefusedError(self._manners.past_end_status, text) from None
        return self._with_data(incoming, ask, reply, snapshot)

    def _with_data(self, incoming: Incoming, ask: Ask, reply: Reply, snapshot: Snapshot) -> Answer:
        operation = ask.operation
        others = sorted((name, value) for name, value in ask.query.items() if name != "page")
        subject = (operation.op_id, sorted(ask.path.items()), others)
        version = (ask.snapshot, ask.rolled_at, ask.date, ask.language)
        identity = (*self._world.key, *subject, *version)
        etag = etag_of(operation, identity=identity, page=ask.page)
        headers = cache_headers(
            operation, snapshot, now=self._clock.now(), ttl_s=self._snapshots.ttl_s(operation), etag=etag
        )
        if reply.pages is not None:
            headers.append(("X-Pages", str(reply.pages)))
        answer = Answer(reply.status or operation.success[0], headers, snapshot=ask.snapshot)
        answer.date = OLDEST_DATE if ask.older else operation.compatibility_date
        unmodified = is_unmodified(
            if_none_match=incoming.headers.get("if-none-match"),
            if_modified_since=incoming.headers.get("if-modified-since"),
            etag=etag,
            born_at=snapshot.born_at,
        )
        if unmodified:
            kept = {name.lower() for name in self._manners.not_modified_headers}
            answer.status, answer.headers = 304, [pair for pair in headers if pair[0].lower() in kept]
            return answer
        if answer.status == 204:
            return answer
        if operation.method == "GET":
            body, hit = shelf.get((*map(str, identity), ask.page), reply.make)
            headers.append(("X-Esi-Cache-Status", "HIT" if hit else "MISS"))
        else:
            body = Body.of(reply.make())
        headers.append(("Content-Type", content_type(operation)))
        answer.body, answer.packed = body.wire, body.packed
        return answer

    def _finish(self, answer: Answer, incoming: Incoming, visit: _Visit, user: str) -> None:
        operation = visit.operation
        limits = self._limits.settle(operation, user=user, address=incoming.address, status=answer.status)
        for name, value in limits:
            if not any(pair[0] == name for pair in answer.headers):
                answer.headers.append((name, value))
        if operation is not None:
            answer.headers.append(("X-Compatibility-Date", answer.date or operation.compatibility_date))
        answer.headers += [
            ("Date", http_date(self._clock.now())),
            ("Vary", "Accept-Encoding"),
            ("X-Esi-Request-Id", str(uuid.uuid4())),
        ]
