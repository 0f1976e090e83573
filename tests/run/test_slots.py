"""As many requests are under way as there may be, no more and no fewer, whatever the threads are at."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from esi_fetch import RunInterrupted
from esi_fetch.model.events import AttemptFinished, Event
from tests.run.conftest import type_of, types
from tests.wire import Reply, Seen

WORKERS = 4
SOON_S = 10.0


def test_no_more_requests_are_under_way_than_there_are_workers(serve: Any) -> None:
    """The server never has more to answer at once than ``workers`` says, and does have as many."""
    lock = threading.Lock()
    under_way: set[int] = set()
    most: list[int] = []
    full = threading.Barrier(WORKERS)

    def answer(seen: Seen) -> Reply:
        with lock:
            under_way.add(seen.number)
            most.append(len(under_way))
        full.wait(SOON_S)
        with lock:
            under_way.discard(seen.number)
        return Reply(body={"type_id": type_of(seen)})

    esi, _ = serve(answer, workers=WORKERS)
    assert esi.run(types(*range(10 * WORKERS))).ok
    assert max(most) == WORKERS


def test_what_is_done_with_an_answer_holds_up_no_request(serve: Any) -> None:
    """While one thread is busy with what it has read, as many requests as may be are under way."""
    busy, met = threading.Event(), threading.Event()
    behind = threading.Barrier(WORKERS, action=met.set)

    def answer(seen: Seen) -> Reply:
        if type_of(seen) > 0:
            busy.wait(SOON_S)
            behind.wait(SOON_S)
        return Reply(body={"type_id": type_of(seen)})

    def linger(event: Event) -> None:
        if isinstance(event, AttemptFinished) and event.url.endswith("/0"):
            busy.set()
            assert met.wait(SOON_S)

    esi, _ = serve(answer, workers=WORKERS, observers=[linger])
    assert esi.run(types(*range(WORKERS + 1))).ok
    assert met.is_set()


def test_a_run_that_is_stopped_waits_for_no_slot(serve: Any) -> None:
    """A job that waits for its turn while others hang is cancelled with them, and nothing of it is sent."""

    def answer(seen: Seen) -> Reply:
        if seen.number == WORKERS:
            os.kill(os.getpid(), signal.SIGINT)
        return Reply(hang=True)

    esi, server = serve(answer, workers=WORKERS)
    with pytest.raises(RunInterrupted) as caught:
        esi.run(types(*range(WORKERS + 1)))
    assert caught.value.report.totals.cancelled == WORKERS + 1
    assert len(server.seen) == WORKERS
