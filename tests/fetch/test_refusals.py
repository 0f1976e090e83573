"""Jobs for what ESI has refused a moment ago fail as they did, and say why, without a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import ForbiddenError, NotFoundError, ServerError
from esi_fetch.model.result import Source, State
from esi_fetch.sandbox import Sandbox

ORDERS = "GetMarketsRegionIdOrders"
STATION = Job("GetUniverseStationsStationId", {"station_id": 60003760})


@pytest.fixture
def clock() -> HeldClock:
    """Time that moves when it is told to; it begins at 08:00:00 UTC."""
    return HeldClock(now=1_800_000_000.0)


@pytest.fixture
def sandbox(clock: HeldClock) -> Iterator[Sandbox]:
    """Give a local ESI on the same clock."""
    with Sandbox(clock=clock) as started:
        yield started


@pytest.fixture
def esi(sandbox: Sandbox, clock: HeldClock, tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients that share a home."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Esi:
            settings = {"base_url": sandbox.url, "clock": clock, "home": tmp_path / "home", **settings}
            return stack.enter_context(Esi("t/1 (me@example.com)", **settings))

        yield make


@pytest.mark.parametrize(("status", "kind"), [(404, NotFoundError), (403, ForbiddenError)])
def test_the_error_is_the_real_one_and_says_that_it_is_remembered(
    esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock, status: int, kind: type[Exception]
) -> None:
    """Same class and status; when it was answered, until when, and how to ask again; nothing was sent."""
    sandbox.faults.add(STATION.op_id, status=status, body={"error": "not for you"}, times=1)
    first = esi().fetch(STATION).result
    assert first is not None
    assert first.error is not None
    clock.advance(60)
    # Another client on the same home, as the next run of a script would be.
    with pytest.raises(kind) as caught:
        esi().get(STATION.op_id, **STATION.parameters)
    assert str(caught.value) == (
        f"ESI answered {status} at 2027-01-15 08:00:00 UTC: not for you (remembered: nothing was sent, and "
        "the same is not asked again until 2027-01-15 08:15:00 UTC; --refresh, in Python refresh=True, "
        "asks now)"
    )
    result = esi().fetch(STATION).result
    assert result is not None
    assert result.error is not None
    assert (result.state, result.error.type, result.error.status) == (
        State.FAILED,
        first.error.type,
        first.error.status,
    )
    assert (result.requests, result.attempts, result.error.attempts, result.tokens) == (0, 0, 0, {})
    assert len(sandbox.requests) == 1


def test_refresh_asks_and_a_success_ends_it(esi: Callable[..., Esi], sandbox: Sandbox) -> None:
    """What is there after all is had, and from then on without refreshing."""
    client = esi()
    sandbox.faults.add(STATION.op_id, status=404, times=1)
    assert client.fetch(STATION).result.state is State.FAILED  # type: ignore[union-attr]
    assert client.fetch(STATION, refresh=True).result.state is State.SUCCEEDED  # type: ignore[union-attr]
    assert client.fetch(STATION).result.source is Source.LOCAL  # type: ignore[union-attr]
    assert len(sandbox.requests) == 2


def test_the_setting_says_for_how_long(esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock) -> None:
    """Each client remembers for as long as it is told to; 0 asks each time."""
    sandbox.faults.add(STATION.op_id, status=404, times=None)
    for remember, age, requests in (("1h", 3599, 0), ("1h", 3601, 1), (0, 1, 1)):
        client = esi(remember_refusals=remember)
        client.fetch(STATION, refresh=True)
        clock.advance(age)
        before = len(sandbox.requests)
        client.fetch(STATION)
        assert len(sandbox.requests) - before == requests


def test_without_a_store_the_client_itself_remembers(esi: Callable[..., Esi], sandbox: Sandbox) -> None:
    """With local=False nothing is kept on disk; the next client asks."""
    sandbox.faults.add(STATION.op_id, status=404, times=None)
    client = esi(local=False)
    for _ in range(3):
        assert client.fetch(STATION).result.error.status == 404  # type: ignore[union-attr]
    assert len(sandbox.requests) == 1
    esi(local=False).fetch(STATION)
    assert len(sandbox.requests) == 2


def test_a_region_that_is_refused_is_refused_whole(
    esi: Callable[..., Esi], sandbox: Sandbox, clock: HeldClock
) -> None:
    """A page set whose first page is refused costs nothing either, and no stored set stands in."""
    client = esi()
    client.get(ORDERS, region_id=10000002)
    clock.advance(400)
    sandbox.faults.add(ORDERS, status=403, times=1)
    for _ in range(2):
        with pytest.raises(ForbiddenError):
            client.get(ORDERS, region_id=10000002)
    sent = len(sandbox.requests)
    clock.advance(901)
    sandbox.faults.add(ORDERS, status=503, times=None)
    with pytest.raises(ServerError):
        esi(retries=0).get(ORDERS, region_id=10000002)
    assert len(sandbox.requests) == sent + 1
