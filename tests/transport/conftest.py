"""Everything between a call and the wire, real, with time that can be held."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from esi_fetch.clock import Clock, HeldClock
from esi_fetch.limits import Limiter, LimitState, MemoryState, Route
from esi_fetch.model.events import Event
from esi_fetch.model.job import Job
from esi_fetch.store import LocalStore, entry_key
from esi_fetch.transport import (
    Answer,
    CachedSession,
    Call,
    DowntimeGate,
    EsiAdapter,
    EsiSession,
    LiveSockets,
    Mode,
    Task,
    retry_policy,
)
from tests.wire import Reply, Seen, WireServer, script


@dataclass
class Rig:
    """A session that talks to a scripted server."""

    server: WireServer
    clock: Clock
    sockets: LiveSockets
    limiter: Limiter
    session: EsiSession
    cached: CachedSession
    events: list[Event] = field(default_factory=list)

    def call(self, path: str = "/status", *, character: int | None = None, **changes: Any) -> Call:
        url = self.server.url + path
        fields: dict[str, Any] = {
            "op_id": "GetStatus",
            "method": "GET",
            "url": url,
            "key": entry_key(
                method="GET", url=url, body=None, language="en", tenant="t", compatibility_date="d",
                character=character,
            ),
            "route": Route("GetStatus", group=None, tokens=None, window_s=None),
            "repeatable": True,
            "storable": True,
            "character": character,
        }  # fmt: skip
        return Call(**{**fields, **changes})

    def task(self, **changes: Any) -> Task:
        return Task(Job("GetStatus"), emit=self.events.append, **changes)

    def answer(
        self, call: Call | None = None, *, task: Task | None = None, mode: Mode = Mode.NORMAL
    ) -> Answer:
        return self.cached.answer(call or self.call(), task=task or self.task(), mode=mode)

    def heard(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def probe(base_url: str) -> Call:
    return Call(
        op_id="GetStatus",
        method="GET",
        url=f"{base_url}/status",
        key="the probe's",
        route=Route("GetStatus", group="status", tokens=600, window_s=900.0),
        repeatable=True,
    )


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """Make a rig whose server answers with the given replies, or as a function says."""
    with ExitStack() as stack:

        def make(
            *replies: Reply,
            answer: Callable[[Seen], Reply] | None = None,
            clock: Clock | None = None,
            retries: int = 4,
            timeout_s: float = 30.0,
            max_stale_s: float = 7 * 86400.0,
            store: bool = True,
            remember_refusals_s: float = 900.0,
            downtime: Literal["wait", "fail"] | None = None,
            state: LimitState | None = None,
        ) -> Rig:
            server = stack.enter_context(WireServer(answer or script(*replies or (Reply(),))))
            clock = clock or HeldClock(now=1_795_000_000.0)
            state = state or MemoryState(clock=clock)
            sockets, limiter = LiveSockets(), Limiter(clock=clock, state=state)
            gate = None
            if downtime is not None:
                gate = DowntimeGate(
                    state=state,
                    clock=clock,
                    probe=probe(server.url),
                    downtime=downtime,
                    timeout_s=timeout_s,
                )
            adapter = EsiAdapter(
                limiter=limiter,
                policy=retry_policy(retries),
                sockets=sockets,
                clock=clock,
                timeout_s=timeout_s,
                connections=16,
                gate=gate,
            )
            session = EsiSession(base_url=server.url, adapter=adapter, headers={"X-Tenant": "t"}, who="me")
            stack.callback(session.close)
            local = LocalStore(tmp_path / "store.sqlite", clock=clock) if store else None
            if local is not None:
                stack.callback(local.close)
            cached = CachedSession(
                session,
                store=local,
                clock=clock,
                max_stale_s=max_stale_s,
                remember_refusals_s=remember_refusals_s,
            )
            return Rig(server, clock, sockets, limiter, session, cached)

        yield make


@pytest.fixture
def in_thread() -> Iterator[Callable[..., threading.Thread]]:
    """Run something in a thread that is joined at the end."""
    threads: list[threading.Thread] = []

    def start(target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target)
        threads.append(thread)
        thread.start()
        return thread

    yield start
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
