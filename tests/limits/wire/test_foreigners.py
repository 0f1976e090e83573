"""Another program spends beside ours, and knows nothing of limits."""

from __future__ import annotations

from collections.abc import Callable

from tests.limits.wire.processes import (
    Foreigner,
    SandboxProcess,
    Worker,
    finish,
    start_together,
    tokens_within,
)

MakeSandbox = Callable[..., SandboxProcess]
MakeWorkers = Callable[..., list[Worker]]

LIMIT = 300
WINDOW_S = 1.5
BURSTS = 3
BURST = 12
"""Requests of one: a twelfth of the bucket. What is spread over the window at its end is a tenth."""


def test_a_foreign_burst_costs_one_refusal_at_most(
    sandbox: MakeSandbox, workers: MakeWorkers, foreigner: Callable[[SandboxProcess], Foreigner]
) -> None:
    """For each time that somebody else takes what was ours, we run into the wall at most once."""
    served = sandbox(limits={"market-order": (LIMIT, WINDOW_S)})
    other = foreigner(served)
    four = workers(served, 4)
    start_together(four)
    for burst in range(BURSTS):
        served.has_run((burst + 0.5) * WINDOW_S)
        other.burst(BURST)
    served.has_run((BURSTS + 0.5) * WINDOW_S)
    finish(four)
    assert served.requests(foreign=True)
    assert served.refusals() <= BURSTS
    # What the foreigner left is used.
    assert tokens_within(served, BURSTS * WINDOW_S) >= 0.9 * BURSTS * LIMIT
