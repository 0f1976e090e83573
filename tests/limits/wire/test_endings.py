"""Programs that die, and programs that are told to stop, in the middle of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from esi_fetch import Esi
from tests.limits.wire.processes import SandboxProcess, Worker, finish, start_together

MakeSandbox = Callable[..., SandboxProcess]
MakeWorkers = Callable[..., list[Worker]]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")

LONG_S = 600.0
"""A window, and a lease, that no test lives to see the end of."""


def under_way(sandbox: SandboxProcess, tmp_path: Path) -> int:
    """Return how many requests the programs of this machine have under way, as each of them sees it."""
    with Esi(base_url=sandbox.url, home=tmp_path / "home", local=False) as esi:
        return next((view.in_flight for view in esi.limits() if view.bucket == "market-order"), 0)


def holding(sandbox: SandboxProcess, workers: MakeWorkers) -> Worker:
    """Return a program whose eight requests, never answered, hold 40 tokens; 2 were spent before."""
    # Before any answer the size of the bucket is not known, and nobody would have to wait.
    (first,) = workers(sandbox, 1, jobs=1)
    start_together([first])
    finish([first])
    sandbox.ask("faults", {"target": "GetMarketsRegionIdOrders", "times": 8, "hang": True})
    (holder,) = workers(sandbox, 1, jobs=8)
    start_together([holder])
    sandbox.has_seen(9)
    return holder


def test_what_a_killed_process_held_is_used_by_the_next(
    sandbox: MakeSandbox, workers: MakeWorkers, tmp_path: Path
) -> None:
    """When a process is gone, others get what its requests held: not when the window or a lease is over,
    but with the first answer that shows that they were not counted. Else 20 tokens would be left for it."""
    served = sandbox(limits={"market-order": (62, LONG_S)})
    holder = holding(served, workers)
    assert under_way(served, tmp_path) == 8
    holder.kill()
    (heir,) = workers(served, 1, jobs=20)
    start_together([heir])
    (total,) = finish([heir])
    assert total["statuses"] == {"200": 20}
    assert served.use("market-order")["spent_ever"] == 42


def test_those_who_wait_go_on_when_the_holder_dies(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """A program that waits already for all that another one holds goes on when that one is killed: nothing
    is left with which to find out what was counted, so it does when that must be over."""
    served = sandbox(limits={"market-order": (42, 3.0)})
    holder = holding(served, workers)
    (heir,) = workers(served, 1, jobs=8)
    start_together([heir])
    assert "is empty" in heir.next()["waits"]
    assert len(served.requests()) == 9
    holder.kill()
    (total,) = finish([heir])
    assert total["statuses"] == {"200": 8}


@pytest.mark.parametrize("threads", [1, 8])
def test_an_interrupt_ends_a_wait_at_once(sandbox: MakeSandbox, workers: MakeWorkers, threads: int) -> None:
    """Ctrl-C does not wait for the window's end, nor for a thread that does."""
    served = sandbox(limits={"market-order": (20, LONG_S)})
    (worker,) = workers(served, 1, threads=threads)
    start_together([worker])
    assert "bucket 'market-order'" in worker.next()["waits"]
    worker.signal(signal.SIGINT)
    status, said = worker.ends()
    assert status == -signal.SIGINT
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert served.use("market-order")["spent_ever"] <= 20


def test_a_stopped_waiter_leaves_nothing_behind(sandbox: MakeSandbox, workers: MakeWorkers) -> None:
    """What a program that was killed while it waited had asked for is not held against the others."""
    served = sandbox(limits={"market-order": (60, 1.0)})
    gone, stays = workers(served, 2)
    start_together([gone, stays])
    assert "waits" in gone.next()
    gone.kill()
    served.has_run(2.0)
    (total,) = finish([stays])
    assert total["ok"] >= 10
    # What it had under way when it died was spent, or was not: that is tried once.
    assert served.refusals() <= 1
