"""Whole jobs during the daily downtime, against a sandbox that is down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import DowntimeError
from esi_fetch.model.events import WaitStarted
from esi_fetch.model.result import Source, State
from esi_fetch.sandbox import Sandbox

ORDERS = "GetMarketsRegionIdOrders"
TEN = datetime(2026, 11, 23, 10, tzinfo=timezone.utc).timestamp()


@pytest.fixture
def clock() -> HeldClock:
    """Time that moves when it is told to; it begins an hour before the downtime."""
    return HeldClock(now=TEN)


@pytest.fixture
def sandbox(clock: HeldClock) -> Iterator[Sandbox]:
    """Give a local ESI on the same clock."""
    with Sandbox(clock=clock) as started:
        yield started


@pytest.fixture
def esi(sandbox: Sandbox, clock: HeldClock, tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients that share a home, and with it store and limits."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Esi:
            settings = {"base_url": sandbox.url, "clock": clock, "home": tmp_path / "home", **settings}
            return stack.enter_context(Esi("t/1 (me@example.com)", **settings))

        yield make


def paths(sandbox: Sandbox) -> list[str]:
    return [seen.path for seen in sandbox.requests]


def test_a_job_that_waits_is_done_after_it(
    esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock
) -> None:
    """It sends nothing but ``/status`` until that is answered, and says what it waits for."""
    clock.advance(3600)
    sandbox.faults.add("*", status=503, times=6)
    heard: list[WaitStarted] = []
    client = esi(
        downtime="wait", observers=[lambda e: heard.append(e) if isinstance(e, WaitStarted) else None]
    )
    done = client.fetch(Job("GetUniverseRegions"))
    assert done.result is not None
    assert done.result.state is State.SUCCEEDED
    assert paths(sandbox) == ["/status"] * 7 + ["/universe/regions"]
    assert (done.result.requests, done.result.retries) == (8, 0)
    assert len(heard) == 6
    assert all(20 <= event.seconds <= 60 for event in heard)
    (cause,) = done.result.waits
    assert "downtime" in cause


def test_a_job_that_does_not_wait_fails(esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock) -> None:
    """It carries its job and URL, and the next client on the same home need not even ask."""
    clock.advance(3600)
    sandbox.faults.add("*", status=503, times=None)
    with pytest.raises(DowntimeError, match="daily downtime") as caught:
        esi(downtime="fail").get("GetUniverseRegions")
    assert caught.value.job is not None
    assert caught.value.job.op_id == "GetUniverseRegions"
    assert caught.value.url == f"{sandbox.url}/universe/regions"
    with pytest.raises(DowntimeError):
        esi(downtime="fail").get("GetUniverseCategories")
    assert paths(sandbox) == ["/status"]


def test_a_whole_stored_set_stands_in(esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock) -> None:
    """Pages that have expired are served, marked as stale, and all of them."""
    client = esi(downtime="fail")
    before = client.get(ORDERS, region_id=10000002)
    sent = len(sandbox.requests)
    clock.advance(3600)
    sandbox.faults.add("*", status=503, times=None)
    result = client.fetch(Job(ORDERS, {"region_id": 10000002})).result
    assert result is not None
    assert (result.source, result.data) == (Source.STALE, before)
    assert paths(sandbox)[sent:] == ["/status"]


@pytest.mark.parametrize("settings", [{}, {"downtime": "ignore"}], ids=["not said", "ignore"])
def test_a_server_of_this_machine_has_no_downtime(
    esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock, settings: dict[str, Any]
) -> None:
    """Tests and trials do not depend on the time of day, unless they ask for it."""
    clock.advance(3600 + 60)
    esi(**settings).get("GetUniverseRegions")
    assert paths(sandbox) == ["/universe/regions"]
