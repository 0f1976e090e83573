"""Ending attempts from outside, and none but those."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from esi_fetch.errors import JobCancelledError
from esi_fetch.model.events import AttemptStarted, Event
from esi_fetch.transport.sockets import LiveSockets, Watched
from tests.wire import Reply, Seen


def test_ending_a_finished_attempt_leaves_its_connection_to_the_next(rig: Any, monkeypatch: Any) -> None:
    """An attempt that is over can't take down the one that goes on over its kept-alive connection."""
    watched: list[Watched] = []

    class Noted(Watched):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            watched.append(self)

    monkeypatch.setattr("esi_fetch.transport.sockets.Watched", Noted)
    second_arrived = threading.Event()

    def answer(seen: Seen) -> Reply:
        if seen.number == 2:
            second_arrived.set()
            watched[0].end(timed_out=True)  # as a deadline that fell due while the first one finished
        return Reply(body=seen.number)

    session = rig(answer=answer, retries=0, store=False)
    assert session.answer().data.get() == 1
    assert session.answer().data.get() == 2
    assert second_arrived.is_set()


def test_stop_ends_only_the_attempts_of_its_run(rig: Any, in_thread: Callable[..., threading.Thread]) -> None:
    """Of two attempts that hang, the one whose run is stopped ends."""
    both, go_on = threading.Barrier(3), threading.Event()

    def answer(seen: Seen) -> Reply:
        both.wait(5)
        go_on.wait(5)
        return Reply(body=seen.target)

    session = rig(answer=answer, retries=0, store=False)
    stopped, left = session.task(), session.task()
    outcomes: dict[str, object] = {}

    def ask(path: str, task: Any) -> None:
        try:
            outcomes[path] = session.answer(session.call(path), task=task).data.get()
        except JobCancelledError as error:
            outcomes[path] = error

    threads = [
        in_thread(lambda: ask("/stopped", stopped)),
        in_thread(lambda: ask("/left", left)),
    ]
    both.wait(5)
    stopped.cancel.set()
    session.sockets.end(stopped.cancel)
    threads[0].join(5)
    assert isinstance(outcomes["/stopped"], JobCancelledError)
    go_on.set()
    threads[1].join(5)
    assert outcomes["/left"] == "/left"


def test_an_attempt_that_is_begun_while_its_run_stops_ends(rig: Any) -> None:
    """One that got past the limits just before, and was not seen by the stop, does not go out and hang."""
    task: list[Any] = []

    def stop(event: Event) -> None:
        if isinstance(event, AttemptStarted):
            task[0].cancel.set()
            session.sockets.end(task[0].cancel)  # finds nothing: the attempt is not watched yet

    session = rig(answer=lambda seen: Reply(hang=True), retries=0, store=False)
    task.append(replace(session.task(), emit=stop))
    began = time.monotonic()
    with pytest.raises(JobCancelledError):
        session.answer(task=task[0])
    assert time.monotonic() - began < 10  # far below the 30 s that the attempt may take


def test_waiting_for_a_turn_can_be_stopped(rig: Any, in_thread: Callable[..., threading.Thread]) -> None:
    """Who waits for another run's answer to the same question is free as soon as his own run stops."""
    arrived, go_on = threading.Event(), threading.Event()

    def answer(seen: Seen) -> Reply:
        arrived.set()
        go_on.wait(5)
        return Reply()

    session = rig(answer=answer)
    first = in_thread(session.answer)
    assert arrived.wait(5)
    waiting = session.task()
    threading.Timer(0.05, waiting.cancel.set).start()
    with pytest.raises(JobCancelledError):
        session.answer(task=waiting)
    assert first.is_alive()
    go_on.set()


def test_watched_without_a_connection_can_be_ended() -> None:
    """Ending an attempt that has no connection yet marks it, twice changes nothing."""
    with LiveSockets().watch(cancel=threading.Event(), timeout_s=30) as watched:
        watched.end(timed_out=True)
        watched.end()
    assert (watched.timed_out, watched.connected) == (True, False)
