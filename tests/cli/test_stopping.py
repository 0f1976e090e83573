"""Ctrl-C, SIGTERM, and readers that go away, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import ROOT, Spawn, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")

ORDER = """
jobs:
  - name: quick
    op_id: GetStatus
    callbacks: [{callback_id: save_json, kwargs: {path: status.json}}]
  - name: slow
    op_id: GetMarketsRegionIdOrders
    parameters: {region_id: 10000002}
    callbacks: [{callback_id: save_csv, kwargs: {path: orders.csv}}]
  - name: unborn
    op_id: GetMarketsPrices
    callbacks: [{callback_id: save_csv, kwargs: {path: prices.csv}}]
"""

# Ending takes a fraction of a second; the rest is for machines under load.
WITHIN_S = 4.0


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_run_at_once(
    place: Path, sandbox: Sandbox, spawn: Spawn, number: signal.Signals, status: int
) -> None:
    """The process ends with the signal's status, a report of what was done, and no half file."""
    sandbox.faults.add("GetMarketsRegionIdOrders", page=2, hang=True)
    sandbox.faults.add("GetMarketsPrices", hang=True)
    (place / "order.yaml").write_text(ORDER)
    process = spawn("run", "order.yaml", "-o", "out", "--report", "report.json")
    until(
        lambda: sandbox.count(op_id="GetMarketsRegionIdOrders") >= 2 and (place / "out/status.json").exists()
    )
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < WITHIN_S
    assert process.returncode == status
    assert out == b""
    assert b"1 job ok, 2 not done" in err
    assert b"Traceback" not in err
    report = json.loads((place / "report.json").read_text())
    assert [job["result"]["state"] for job in report["jobs"]] == ["succeeded", "cancelled", "cancelled"]
    assert names_in(place) == ["order.yaml", "out/status.json", "report.json"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_get(
    place: Path, sandbox: Sandbox, spawn: Spawn, number: signal.Signals, status: int
) -> None:
    """The process ends with the signal's status, and no file is begun."""
    sandbox.faults.add("GetMarketsRegionIdOrders", page=2, hang=True)
    process = spawn("get", "GetMarketsRegionIdOrders", "region_id=10000002", "-o", "orders.csv")
    until(lambda: sandbox.count(op_id="GetMarketsRegionIdOrders") >= 2)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (status, b"")
    assert b"stopped" in err
    assert b"Traceback" not in err
    assert names_in(place) == []


STUCK = """
import sys, threading
from esi_fetch import callback
from esi_fetch.cli import main

@callback("get_stuck")
def get_stuck(job):
    print("stuck", flush=True)
    threading.Event().wait()

main(["run", "stuck.yaml", "--report", "report.json"])
"""


def stuck(place: Path, spawn: Spawn) -> subprocess.Popen[bytes]:
    """Start a run, one of whose callbacks never ends."""
    order = "jobs: [{op_id: GetStatus, callbacks: [{callback_id: get_stuck}]}]"
    (place / "stuck.yaml").write_text(order)
    (place / "stuck.py").write_text(STUCK)
    process = spawn(script=place / "stuck.py")
    assert process.stdout is not None
    assert process.stdout.readline() == b"stuck\n"
    return process


def test_a_callback_that_never_ends_does_not_keep_the_process(place: Path, spawn: Spawn) -> None:
    """After two seconds and a little the report is written, and the process leaves its thread behind."""
    process = stuck(place, spawn)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    report = json.loads((place / "report.json").read_text())
    assert report["totals"]["cancelled"] == 1


def test_a_second_signal_ends_the_process_at_once(place: Path, spawn: Spawn) -> None:
    """Whoever presses Ctrl-C twice does not wait for anything."""
    process = stuck(place, spawn)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)  # both at once would be one signal
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert time.monotonic() - began < 1.0
    assert process.returncode == 130


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_thousands_of_queued_jobs_do_not_hold_it_up(
    place: Path, sandbox: Sandbox, spawn: Spawn, number: signal.Signals, status: int
) -> None:
    """However many jobs wait for their turn, none of them is begun, and all are in the report."""
    sandbox.faults.add("GetUniverseTypesTypeId", times=None, skip=3, hang=True)
    rows = {"type_id": list(range(1, 5001))}
    jobs = [{"op_id": "GetUniverseTypesTypeId", "for_each": rows}]
    (place / "order.json").write_text(json.dumps({"jobs": jobs}))
    process = spawn("run", "order.json", "--report", "report.json", "--workers", "4")
    until(lambda: sandbox.count() >= 7)
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 2 * WITHIN_S  # a report on so many jobs takes its time, too
    assert process.returncode == status
    assert b"4997 not done" in err
    assert sandbox.count() <= 8
    totals = json.loads((place / "report.json").read_text())["totals"]
    assert (totals["failed"], totals["cancelled"]) == (5000, 4997)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_wait_for_limits(
    place: Path, sandbox: Sandbox, spawn: Spawn, number: signal.Signals, status: int
) -> None:
    """A pause of ten minutes, which ESI asked for, ends at once."""
    sandbox.faults.add("GetStatus", times=None, status=429, headers={"Retry-After": "600"})
    (place / "order.yaml").write_text("jobs: [{op_id: GetStatus}, {op_id: GetStatus, name: b}]")
    words = ("run", "order.yaml", "--report", "report.json", "--events", "events.jsonl")
    process = spawn(*words, env={"ESI_FETCH_RETRIES": "3"})
    events = place / "events.jsonl"
    until(lambda: events.exists() and '"wait_started"' in events.read_text())
    began = time.monotonic()
    process.send_signal(number)
    process.communicate(timeout=20)
    assert time.monotonic() - began < WITHIN_S
    assert process.returncode == status
    report = json.loads((place / "report.json").read_text())
    assert [job["result"]["state"] for job in report["jobs"]] == ["cancelled", "cancelled"]


SCRIPT = """
import sys
from esi_fetch import Callback, Esi, Job, RunInterrupted, callback

esi = Esi(workers=4)
types = Job("GetUniverseTypesTypeId").for_each({"type_id": range(1, 5001)})

def by_stream():
    for done in esi.stream(types):
        print(done.result.state.value, flush=True)

def by_run():
    esi.run(types)

def by_get():
    esi.get("GetUniverseTypesTypeId", type_id=1)

def in_a_callback():
    @callback("more")
    def more(job):
        print("in", flush=True)
        esi.run(types)

    esi.run([Job("GetStatus", callbacks=(Callback("more"),))])

try:
    globals()[sys.argv[1]]()
except RunInterrupted as stopped:
    print("report", len(stopped.report), stopped.report.totals.cancelled)
except KeyboardInterrupt:
    print("interrupted")
print(esi.get("GetMarketsPrices")[0]["type_id"] > 0)
esi.close()
"""


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("by_stream", ["interrupted"]),
        ("by_run", ["report 5000 5000"]),
        ("by_get", ["interrupted"]),
        ("in_a_callback", ["in", "report 1 0"]),
    ],
)
def test_ctrl_c_ends_a_script_s_call_and_not_its_client(
    place: Path, sandbox: Sandbox, spawn: Spawn, how: str, told: list[str]
) -> None:
    """The call ends at once, with the report where there is one, and the next call works."""
    sandbox.faults.add("GetUniverseTypesTypeId", times=None, hang=True)
    (place / "script.py").write_text(SCRIPT)
    process = spawn(how, script=place / "script.py")
    until(lambda: sandbox.count(op_id="GetUniverseTypesTypeId") >= 1)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (out.decode().splitlines(), err) == ([*told, "True"], b"")
    assert time.monotonic() - began < 2 * WITHIN_S
    assert process.returncode == 0


def test_a_closed_pipe_ends_quietly(spawn: Spawn) -> None:
    """`esi-fetch get … | head` leaves neither a traceback nor a failure."""
    # More rows than a pipe holds.
    process = spawn("get", "GetMarketsPrices", "-q")
    assert process.stdout is not None
    assert process.stdout.readline() == b"[\n"
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert (process.wait(timeout=20), err) == (0, b"")


def test_nobody_needs_to_read_standard_error(place: Path, spawn: Spawn) -> None:
    """A run whose messages nobody reads any more does all of its work."""
    (place / "order.yaml").write_text(ORDER)
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn("run", "order.yaml", "-v", "--report", "report.json", stderr=writing)
    os.close(writing)
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, b"")
    assert names_in(place) == ["order.yaml", "orders.csv", "prices.csv", "report.json", "status.json"]


def test_data_and_messages_go_to_different_streams(spawn: Spawn) -> None:
    """Standard output holds nothing but data."""
    process = spawn("get", "GetStatus", "-vv")
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "players" in json.loads(out)
    assert b"GET http://127.0.0.1" in err
    assert b"1 request" in err


def test_a_full_disk_under_standard_output_is_a_failure(spawn: Spawn) -> None:
    """Data that could not be written is said to be missing."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full:
        process = spawn("get", "GetStatus", stdout=full)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.startswith(b"error: can't write to standard output: ")
    assert b"Traceback" not in err


def shell(line: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which ``$esi`` is the command line."""
    return subprocess.run(
        ["sh", "-c", line],
        env={**os.environ, "esi": f"{sys.executable} -m esi_fetch", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_tables_and_help_on_a_full_disk_are_a_failure(place: Path) -> None:
    """What people read is lost with a message, not with a traceback."""
    for words in ("ops list", "--help"):
        done = shell(f"$esi {words} > /dev/full")
        assert done.returncode == 1
        assert done.stderr.startswith(b"error: can't write to standard output: ")
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("closing", ["2>&-", "2>/dev/full"])
def test_data_does_not_need_standard_error(place: Path, closing: str) -> None:
    """Where messages can't go, the data goes to standard output all the same, and nothing else does."""
    done = shell(f"$esi get GetStatus -vv {closing}")
    assert done.returncode == 0
    assert "players" in json.loads(done.stdout)


def test_tables_do_without_a_standard_output(place: Path) -> None:
    """A command whose standard output is closed ends without a traceback."""
    done = shell("$esi ops list status >&-")
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
