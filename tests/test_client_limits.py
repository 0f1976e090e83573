"""What a client makes of the settings that concern limits, refusals and the daily downtime."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import DowntimeError, LimitsError, LimitWaitError, NotFoundError
from esi_fetch.sandbox import Sandbox
from tests.redis_server import running_redis

NOON_UTC = 1_800_014_400.0
"""2027-01-15 12:00 UTC."""

ELEVEN_UTC = NOON_UTC - 3_600.0


@contextlib.contextmanager
def client(sandbox: Sandbox, home: Path, **settings: object) -> Iterator[Esi]:
    with Esi(base_url=sandbox.url, home=home, **settings) as esi:  # type: ignore[arg-type]  # settings by name
        yield esi


def spent(esi: Esi) -> int:
    """Return how many tokens a client sees as spent."""
    return sum((view.of or 0) - (view.left or 0) for view in esi.limits() if view.bucket != "error limit")


def test_two_clients_of_one_folder_share_their_limits(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """What one has spent the other one sees, without having asked anything."""
    with client(esi_sandbox, tmp_path) as first, client(esi_sandbox, tmp_path, local=False) as second:
        first.get("GetStatus")
        assert spent(second) == 2


def test_clients_of_different_hosts_do_not(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A sandbox's limits are not those of ESI, nor of another sandbox."""
    with Sandbox() as other, client(esi_sandbox, tmp_path) as one, client(other, tmp_path) as another:
        one.get("GetStatus")
        assert [view.bucket for view in another.limits()] == ["error limit"]


def test_a_reserve_is_left_to_others(tmp_path: Path) -> None:
    """With a reserve of 80 % a bucket of 50 tokens lets 10 be spent, though ESI would allow more."""
    with (
        Sandbox(limits={"market-order": (50, 900.0)}) as sandbox,
        client(sandbox, tmp_path, reserve="80%", max_wait=1, workers=1) as esi,
    ):
        jobs = [
            Job("GetMarketsRegionIdOrders", {"region_id": 10000002, "page": page}) for page in range(1, 8)
        ]
        report = esi.run(jobs)
        assert report.totals.failed > 0
        assert "market-order" in str(report.jobs[-1].result.error)
        assert 6 <= sandbox.limits.spent("market-order") <= 10


def test_hidden_limits_can_be_set(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A limit that no header tells counts the requests of its operation."""
    with client(esi_sandbox, tmp_path, local=False, hidden_limits={"GetStatus": "1/1h"}, max_wait=1) as esi:
        esi.get("GetStatus")
        with pytest.raises(LimitWaitError, match="hidden limit of GetStatus"):
            esi.get("GetStatus")
    assert len(esi_sandbox.requests) == 1


@pytest.mark.parametrize(("remember", "asked"), [(None, 1), (0, 2)])
def test_a_refusal_is_remembered_across_clients(
    esi_sandbox: Sandbox, tmp_path: Path, remember: float | None, asked: int
) -> None:
    """The same 404 is asked for once, by whichever client, unless the setting forbids remembering."""
    for _ in range(2):
        with client(esi_sandbox, tmp_path, remember_refusals=remember) as esi, pytest.raises(NotFoundError):
            esi.get("GetUniverseTypesTypeId", type_id=999_999_999)
    assert len(esi_sandbox.requests) == asked


@pytest.mark.parametrize(("downtime", "asked"), [("fail", ["/status"]), (None, ["/markets/prices"])])
def test_downtime_fails_at_once_where_it_is_to(
    esi_sandbox: Sandbox, tmp_path: Path, downtime: str | None, asked: list[str]
) -> None:
    """After 11:00 UTC a probe goes first; a server on this machine has no downtime unless it is said."""
    esi_sandbox.faults.add("GetStatus", status=503)
    clock = HeldClock(ELEVEN_UTC + 60)
    with client(esi_sandbox, tmp_path, downtime=downtime, clock=clock, retries=0) as esi:
        if downtime is None:
            esi.get("GetMarketsPrices")
        else:
            with pytest.raises(DowntimeError, match="11:00 UTC"):
                esi.get("GetMarketsPrices")
    assert [request.path for request in esi_sandbox.requests] == asked


def test_a_redis_server_that_is_not_there_is_told_before_anything_is_sent(
    esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """The error names the server, and neither its password nor a job."""
    url = "redis://:secret@127.0.0.1:1/0"
    with (
        client(esi_sandbox, tmp_path, redis_url=url) as esi,
        pytest.raises(LimitsError, match=r"127\.0\.0\.1:1") as caught,
    ):
        esi.get("GetStatus")
    assert "secret" not in str(caught.value)
    assert len(esi_sandbox.requests) == 0


def test_machines_share_their_limits_through_redis(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """Clients of different folders see each other's spends on one server."""
    with (
        running_redis() as server,
        client(esi_sandbox, tmp_path / "a", redis_url=server.url) as first,
        client(esi_sandbox, tmp_path / "b", redis_url=server.url) as second,
    ):
        first.get("GetStatus")
        assert spent(second) == 2
