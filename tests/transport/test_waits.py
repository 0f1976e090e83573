"""Waits: each is told when it begins and when it ends, and what a job waited for is added up by cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from esi_fetch.errors import JobCancelledError
from esi_fetch.model.events import AttemptStarted, RetryScheduled, WaitFinished, WaitStarted
from esi_fetch.transport import Task
from tests.transport.conftest import Rig
from tests.wire import Reply

MakeRig = Callable[..., Rig]

LIMITED = Reply(420, {"error": "limited"}, {"X-ESI-Error-Limit-Reset": "17"})
BLOCKED = "ESI answered 420: the error limit of this address is used up"


def test_a_wait_is_told_when_it_ends(rig: MakeRig) -> None:
    """Each wait has a beginning and an end with the same reason, and the end says how long it was."""
    r = rig(LIMITED, Reply())
    r.answer()
    assert [event.reason for event in r.heard(WaitStarted)] == [
        event.reason for event in r.heard(WaitFinished)
    ]
    (ended,) = (event for event in r.heard(WaitFinished) if event.reason == BLOCKED)
    (pause,) = r.heard(RetryScheduled)
    assert ended.waited_s + pause.seconds == pytest.approx(18, abs=0.5)
    kinds = [type(event) for event in r.events if isinstance(event, (WaitFinished, AttemptStarted))]
    assert kinds[-2:] == [WaitFinished, AttemptStarted]


def test_what_was_waited_for_is_added_up(rig: MakeRig) -> None:
    """Limits and back-off stand apart, and together are all that was waited."""
    r = rig(Reply(502, {"error": "?"}), Reply(502, {"error": "?"}), LIMITED, Reply())
    task = r.task()
    r.answer(task=task)
    spent = task.costs.spent()
    assert set(spent.waits) == {"back-off: status 502", BLOCKED}
    pauses = sum(event.seconds for event in r.heard(RetryScheduled))
    limits = sum(event.waited_s for event in r.heard(WaitFinished))
    assert spent.waited_s == sum(spent.waits.values()) == pytest.approx(pauses + limits)


def test_a_wait_that_is_given_up_counts(rig: MakeRig) -> None:
    """Who is stopped while it waits has waited, although no request followed."""
    r = rig(LIMITED)
    r.answer()
    task = r.task()
    emit = task.emit

    def stop(event: object) -> None:
        emit(event)  # type: ignore[arg-type]
        if isinstance(event, WaitStarted):
            task.cancel.set()

    waiting = Task(task.job, task.cancel, emit=stop, costs=task.costs)
    with pytest.raises(JobCancelledError):
        r.answer(task=waiting)
    assert [event.reason for event in r.heard(WaitFinished)][-1] == BLOCKED
    assert set(task.costs.spent().waits) == {BLOCKED}
