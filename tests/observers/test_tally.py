from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from esi_fetch.model.events import (
    AttemptFinished,
    Event,
    JobFinished,
    JobStarted,
    WaitFinished,
    WaitStarted,
)
from esi_fetch.model.job import Job
from esi_fetch.observers import Tally, Timing


def test_everything_is_counted(one_of_each: Sequence[Event]) -> None:
    """Counts and timings stand by event, status, operation, source, group and reason."""
    tally = Tally()
    for event in one_of_each:
        tally(event)
    seen = tally.snapshot()
    assert seen.events["attempt_finished"] == 3
    assert sum(seen.events.values()) == len(one_of_each)
    assert seen.jobs == {"succeeded": 1, "failed": 1, "cancelled": 2}
    assert seen.pages == {"remote": 1, "not_modified": 1, "local": 1}
    assert seen.attempts_by_status == {
        502: Timing(1, 0.5, 0.5),
        None: Timing(1, 0.5, 0.5),
        200: Timing(1, 0.5, 0.5),
    }
    assert seen.attempts == 3
    assert seen.attempts_by_operation == {"GetMarketsRegionIdOrders": Timing(3, 1.5, 0.5)}
    assert seen.jobs_by_operation["GetMarketsRegionIdOrders"] == Timing(3, 2.5, 2.5)
    assert seen.jobs_by_operation["GetStatus"] == Timing(1, 0.0, 0.0)
    assert (seen.retries, seen.tokens, seen.bytes) == (1, {"market-order": 4}, 2000)
    assert seen.attempt_waited_s == 0.75
    slow = "bucket 'market-order' runs low: slowing down"
    assert seen.waits == {slow: 1}
    assert seen.waited == {slow: Timing(1, 9.5, 9.5)}
    assert repr(tally) == "Tally(23 events, 4 jobs finished)"


def test_waits_are_added_up_by_cause() -> None:
    """The figures of the moment do not make of one cause many."""
    tally = Tally()
    for left in range(3):
        tally(WaitStarted("u", "orders", f"the error limit runs low ({left} left): slowing down", 1.0))
        tally(WaitFinished("u", "orders", f"the error limit runs low ({left} left): slowing down", 0.5))
    tally(WaitFinished("u", "orders", "bucket 'a' is empty", 4.0))
    seen = tally.snapshot()
    assert seen.waits == {"the error limit runs low: slowing down": 3}
    assert seen.waited == {
        "the error limit runs low: slowing down": Timing(3, 1.5, 0.5),
        "bucket 'a' is empty": Timing(1, 4.0, 4.0),
    }


def test_attempt_of_an_unknown_job_counts_under_its_label(attempted: Callable[..., AttemptFinished]) -> None:
    """An attempt whose job's start was not heard counts under what the job is called."""
    tally = Tally()
    tally(attempted())
    assert set(tally.snapshot().attempts_by_operation) == {"orders"}


def test_snapshot_stands_still(attempted: Callable[..., AttemptFinished]) -> None:
    """A snapshot does not change when counting goes on."""
    tally = Tally()
    before = tally.snapshot()
    tally(attempted())
    assert before.attempts == 0
    assert before.events == {}
    assert tally.snapshot().attempts == 1


def test_timing_has_a_mean() -> None:
    """The mean is the total by the count, and nothing when there is none."""
    assert Timing(4, 2.0, 1.0).mean_s == 0.5
    assert Timing().mean_s == 0.0


@pytest.mark.usefixtures("eager_switching")
def test_no_event_is_lost_between_threads(
    attempted: Callable[..., AttemptFinished], ended: Callable[..., Job]
) -> None:
    """Counts are exact, and consistent in every snapshot, when many threads are counted at once."""
    threads, rounds = 8, 200
    tally = Tally()
    barrier = threading.Barrier(threads + 1)
    torn: list[tuple[int, int]] = []

    def work(number: int) -> None:
        barrier.wait(10)
        for index in range(rounds):
            uid = f"{number}-{index}"
            tally(JobStarted(Job("GetStatus", uid=uid)))
            tally(attempted(200 if index % 2 else 304, uid=uid))
            tally(JobFinished(ended(uid=uid)))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    barrier.wait(10)
    while any(worker.is_alive() for worker in workers):
        seen = tally.snapshot()
        counted = (seen.attempts, seen.events.get("attempt_finished", 0))
        if counted[0] != counted[1]:
            torn.append(counted)
    total = threads * rounds
    seen = tally.snapshot()
    assert torn == []
    assert seen.events == {"job_started": total, "attempt_finished": total, "job_finished": total}
    assert {status: timing.count for status, timing in seen.attempts_by_status.items()} == {
        200: total // 2,
        304: total // 2,
    }
    assert seen.attempts_by_operation == {"GetStatus": Timing(total, total * 0.5, 0.5)}
    assert seen.tokens == {"market-order": 2 * total}
