"""Offline: the store alone, whatever its age; what is missing is named; no socket is opened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import NotInStoreError
from esi_fetch.model.result import Source
from esi_fetch.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
ORDERS = ("GetMarketsRegionIdOrders", {"region_id": 10000002})
YEARS_AGO = 1_700_000_000.0
YEARS_S = 2 * 365 * 86_400.0

# Any socket, and any question for an address, ends the process: there is nothing to be patched around.
WITHOUT_SOCKETS = """
import os, socket, sys
import urllib3  # when it is imported it makes one, to see whether there is IPv6
import esi_fetch

class Refused:
    def __init__(self, *given, **named):
        os.write(2, b"a socket was made\\n")
        os._exit(99)

socket.socket = socket.SocketType = Refused
for name in ("create_connection", "getaddrinfo", "gethostbyname", "socketpair", "create_server"):
    setattr(socket, name, Refused)
"""

IN_PYTHON = """
import json
from esi_fetch import Esi, Job

orders = ("GetMarketsRegionIdOrders", {"region_id": 10000002})
with Esi(offline=True) as esi:
    jobs = [Job(*orders), Job("GetMarketsPrices"), Job("GetWars"), Job("GetUniverseRegions")]
    found = {
        "get": len(esi.get(orders[0], **orders[1])),
        "pages": sum(map(len, esi.pages(orders[0], **orders[1]))),
        "run": [job.result.state.value for job in esi.run(jobs)],
        "stream": sorted(job.result.state.value for job in esi.stream(jobs)),
        "plan": esi.plan(jobs).totals.missing,
        "entries": esi.store.report().total.entries,
        "limits": len(esi.limits()),
        "sources": sorted({source for job in esi.run(jobs[:2]) for source in job.result.sources}),
    }
print(json.dumps(found))
"""

ON_THE_COMMAND_LINE = """
from esi_fetch.cli import main
main(sys.argv[1:])
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose store was filled by an ESI that is gone, years ago."""
    clock = HeldClock(now=YEARS_AGO)
    with Sandbox(page_size=20, orders_pages=3, clock=clock) as sandbox:
        url = sandbox.url
        with Esi(base_url=url, home=tmp_path / "home", clock=clock) as esi:
            esi.get(ORDERS[0], **ORDERS[1])
            esi.get("GetMarketsPrices")
    (tmp_path / "home" / "config.yaml").write_text(f"base_url: {url}\n")
    return tmp_path / "home"


def run(home: Path, code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that ends when it makes a socket."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_SOCKETS + code, *words],
        env={**os.environ, "ESI_FETCH_HOME": str(home), "PYTHONPATH": str(ROOT)},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_trap_works(home: Path) -> None:
    """Without offline, the first request would end the process."""
    done = run(home, ON_THE_COMMAND_LINE, "get", "GetUniverseRegions")
    assert (done.returncode, done.stderr) == (99, "a socket was made\n")


def test_no_way_of_asking_opens_a_socket(home: Path) -> None:
    """Single jobs, pages, runs, streams, plans and reports are answered from the file alone, years later."""
    done = run(home, IN_PYTHON)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["get"] == found["pages"] > 20
    assert found["run"] == ["succeeded", "succeeded", "failed", "failed"]
    assert found["stream"] == sorted(found["run"])
    assert (found["plan"], found["entries"], found["sources"]) == (2, 4, ["local"])


def test_the_command_line_opens_none_either(home: Path) -> None:
    """Commands tell how old the data is, and name what is missing; the status says that something is."""
    done = run(home, ON_THE_COMMAND_LINE, "get", ORDERS[0], "region_id=10000002", "--offline", "-o", "x.csv")
    assert done.returncode == 0
    assert "old data from the local store" in done.stderr
    (home / "jobs.yaml").write_text(
        "jobs:\n"
        "  - {op_id: GetMarketsPrices}\n"
        "  - {op_id: GetMarketsRegionIdHistory, parameters: {region_id: 10000002, type_id: 34}}\n"
        "  - {op_id: GetUniverseRegions}\n"
    )
    done = run(home, ON_THE_COMMAND_LINE, "run", "jobs.yaml", "--offline")
    assert done.returncode == 1
    assert "offline, and /markets/10000002/history?type_id=34 is not in the store" in done.stderr
    assert "offline, and /universe/regions is not in the store" in done.stderr
    done = run(home, ON_THE_COMMAND_LINE, "store", "report")
    assert (done.returncode, done.stdout.splitlines()[-1].split()[0]) == (0, "biggest")


def test_what_is_missing_of_a_set_is_named(home: Path) -> None:
    """A set of which a page is gone is not made of the others."""
    with Esi(home=home, offline=True) as esi:
        assert esi.store is not None
        assert esi.store.purge(parameters={"page": 2}).entries == 1
        with pytest.raises(NotInStoreError, match=r"page=2 is not in the store"):
            esi.get(ORDERS[0], **ORDERS[1])


def test_age_does_not_matter_offline(home: Path) -> None:
    """Data of years ago is served, and says when it expired; online, without ESI, it would be too old."""
    clock = HeldClock(now=YEARS_AGO + YEARS_S)
    with Esi(home=home, offline=True, clock=clock) as esi:
        result = esi.fetch(Job(*ORDERS)).result
        assert result is not None
        assert (result.source, result.ok) == (Source.LOCAL, True)
        assert result.expires_at is not None
        assert result.expires_at.timestamp() < clock.now() - YEARS_S / 2
    with Esi(home=home, retries=0, clock=clock) as esi:
        online: Any = esi.fetch(Job(*ORDERS)).result
        assert online.error.type == "ConnectionFailedError"


def test_stale_data_is_marked_wherever_it_shows(home: Path) -> None:
    """With ESI gone for a moment: in the result, in the report's totals, on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "esi_fetch", "get", ORDERS[0], "region_id=10000002", "-o", "x.csv"],
        env={
            **os.environ, "ESI_FETCH_HOME": str(home), "PYTHONPATH": str(ROOT), "ESI_FETCH_RETRIES": "0",
            "ESI_FETCH_MAX_STALE": "9999d",
        },
        cwd=home, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "STALE data: ESI could not answer" in done.stderr
    with Esi(home=home, retries=0, max_stale="9999d") as esi:
        report = esi.run([Job(*ORDERS)])
        assert report.totals.stale == 3
        assert report.jobs[0].result is not None
        assert report.jobs[0].result.source is Source.STALE
    with Esi(home=home, retries=0, max_stale=0) as esi:
        forbidden: Any = esi.fetch(Job(*ORDERS)).result
        assert forbidden.error.type == "ConnectionFailedError"
