"""Runs that were stopped, killed or failed, and are taken up again; in processes of their own."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke, Spawn

TYPES = "GetUniverseTypesTypeId"


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)  # there is no event of another process to wait for


def order(place: Path, *type_ids: int, path: str = "${type_id}.json", name: str = "order.yaml") -> None:
    """Write a work order that gets a few types, each into a file of its own."""
    jobs = [
        {
            "op_id": TYPES,
            "parameters": {"type_id": type_id},
            "callbacks": [{"callback_id": "save_json", "kwargs": {"path": path}}],
        }
        for type_id in type_ids
    ]
    (place / name).write_text(json.dumps({"jobs": jobs}))


def report_of(place: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((place / "report.json").read_text())
    return report


def resumed(place: Path) -> list[bool]:
    """Return which jobs of the last report were done by an earlier run."""
    return [job["result"]["resumed"] for job in report_of(place)["jobs"]]


def journals(place: Path) -> list[Path]:
    return sorted((place.parent / "home" / "journal").glob("*.sqlite"))


def ended_rows(place: Path) -> int:
    """Return how many jobs are noted as done in the one journal there is."""
    found = journals(place)
    if not found:
        return 0
    connection = sqlite3.connect(found[0])
    try:
        return int(connection.execute("SELECT count(*) FROM jobs WHERE state = 'done'").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def killed(place: Path, sandbox: Sandbox, spawn: Spawn, number: int) -> subprocess.Popen[bytes]:
    """Run the order until all jobs but the hanging last one are noted, and send a signal then."""
    process = spawn("run", "order.yaml", "-o", "out", "--report", "report.json")
    done = len(json.loads((place / "order.yaml").read_text())["jobs"]) - 1
    until(lambda: ended_rows(place) == done)
    process.send_signal(number)
    process.communicate(timeout=20)
    return process


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_what_was_done_is_not_done_again(
    place: Path, sandbox: Sandbox, spawn: Spawn, invoke: Invoke, number: signal.Signals
) -> None:
    """However a run ended before its end, --resume does what is left, and reports on the whole."""
    hang = sandbox.faults.add("/universe/types/37", hang=True)
    order(place, 34, 35, 36, 37)
    killed(place, sandbox, spawn, number)
    before = {path: path.stat().st_mtime_ns for path in (place / "out").iterdir()}
    assert len(before) == 3
    hang.remove()
    sandbox.clear()
    result = invoke("run", "order.yaml", "-o", "out", "--report", "report.json", "--resume")
    assert result.exit_code == 0
    assert "going on with the run of 20" in result.stderr
    assert ": 3 of 4 jobs done" in result.stderr
    assert [seen.path for seen in sandbox.requests] == ["/universe/types/37"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert resumed(place) == [True, True, True, False]
    totals = report_of(place)["totals"]
    assert (totals["ok"], totals["failed"], totals["resumed"], totals["requests"]) == (4, 0, 3, 1)
    assert "4 jobs ok (3 of them done earlier), in " in result.stderr


def test_the_first_night_there_is_nothing_to_resume(place: Path, invoke: Invoke) -> None:
    """A crontab that always says --resume just runs; a whole run that is still good is not done again."""
    order(place, 34, 35)
    first = invoke("run", "order.yaml", "--resume", "--report", "report.json")
    assert first.exit_code == 0
    assert "nothing to resume: these jobs have not been run; beginning with the first\n" in first.stderr
    assert resumed(place) == [False, False]
    second = invoke("run", "order.yaml", "--resume", "--report", "report.json")
    assert second.exit_code == 0
    assert ": 2 of 2 jobs done\n" in second.stderr
    assert "2 jobs ok (2 of them done earlier), in " in second.stderr
    assert resumed(place) == [True, True]


def test_a_whole_run_whose_data_has_expired_is_begun_anew(
    place: Path, sandbox: Sandbox, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next night, everything is fetched again, and the run says why."""
    order(place, 34)
    sandbox.faults.add(TYPES, headers={"Cache-Control": "max-age=1", "Expires": "0"})
    invoke("run", "order.yaml")
    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda self: real(self) + 86_400)
    result = invoke("run", "order.yaml", "--resume", "--report", "report.json")
    assert "nothing to resume: the run of 20" in result.stderr
    assert "was whole, and data has expired: beginning anew\n" in result.stderr
    assert resumed(place) == [False]


def test_failures_are_done_again_the_same_night(
    place: Path, sandbox: Sandbox, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run || run --resume` does what failed once more; the next night everything is done."""
    order(place, 34, 35, 36)
    sandbox.faults.add("/universe/types/35", times=2, status=502)
    assert invoke("run", "order.yaml").exit_code == 1
    sandbox.clear()
    result = invoke("run", "order.yaml", "--resume", "--report", "report.json")
    assert result.exit_code == 3  # nothing but 5xx in this run
    assert [seen.path for seen in sandbox.requests] == ["/universe/types/35"]
    assert resumed(place) == [True, False, True]
    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda self: real(self) + 86_400)
    night = invoke("run", "order.yaml", "--resume", "--report", "report.json")
    assert night.exit_code == 0
    assert "ended long ago (2 of 3 jobs done): beginning anew\n" in night.stderr
    assert resumed(place) == [False, False, False]


def test_who_does_not_resume_is_told_that_he_could(
    place: Path, sandbox: Sandbox, spawn: Spawn, invoke: Invoke
) -> None:
    """A new run takes the place of one that was killed, and says so."""
    hang = sandbox.faults.add("/universe/types/35", hang=True)
    order(place, 34, 35)
    killed(place, sandbox, spawn, signal.SIGINT)
    hang.remove()
    result = invoke("run", "order.yaml", "-o", "out", "--report", "report.json")
    told = "was stopped with 1 of 2 jobs done: beginning anew; --resume would go on with it\n"
    assert told in result.stderr
    assert resumed(place) == [False, False]
    assert "the run of" not in invoke("run", "order.yaml", "-o", "out").stderr


def test_a_journal_can_be_named(place: Path, invoke: Invoke) -> None:
    """It is made where it is wanted; other jobs can't go on with it, and say so before anything is sent."""
    order(place, 34)
    order(place, 35, name="other.yaml")
    assert invoke("run", "order.yaml", "--journal", "night.journal").exit_code == 0
    assert (place / "night.journal").exists()
    assert journals(place) == []
    again = invoke("run", "order.yaml", "--journal", "night.journal", "--resume")
    assert "1 of them done earlier" in again.stderr
    wrong = invoke("run", "other.yaml", "--journal", "night.journal", "--resume")
    assert wrong.exit_code == 2
    assert "error: the journal night.journal is of other jobs" in wrong.stderr
    assert invoke("run", "order.yaml", "--journal", "order.yaml").exit_code == 2
    assert invoke("run", "order.yaml", "--journal", "34.json").exit_code == 2


def test_input_that_is_wrong_leaves_the_journal_alone(place: Path, invoke: Invoke) -> None:
    """Only a run that begins takes the place of the last one."""
    order(place, 34)
    assert invoke("run", "order.yaml", "--journal", "j").exit_code == 0
    before = (place / "j").read_bytes()
    order(place, 34, name="wrong.yaml", path="../${type_id}.json")
    assert invoke("run", "wrong.yaml", "--journal", "j").exit_code == 2
    assert (place / "j").read_bytes() == before


def test_the_same_order_is_not_run_twice_at_once(
    place: Path, sandbox: Sandbox, spawn: Spawn, invoke: Invoke
) -> None:
    """The second says since when and by whom, and sends nothing; a dead process holds nobody up."""
    hang = sandbox.faults.add("/universe/types/34", hang=True)
    order(place, 34)
    process = spawn("run", "order.yaml")
    until(lambda: sandbox.count() == 1)
    result = invoke("run", "order.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: these jobs are being run already, since 20")
    assert f" UTC, by process {process.pid}: wait until that has ended, or stop it\n" in result.stderr
    assert sandbox.count() == 1
    process.kill()
    process.communicate(timeout=20)
    hang.remove()
    assert invoke("run", "order.yaml", "--resume").exit_code == 0


class TestMaxAge:
    @pytest.mark.parametrize("words", [["--max-age", "order.yaml"], ["order.yaml", "--max-age"]])
    def test_files_that_are_still_good_are_left_alone(
        self, place: Path, sandbox: Sandbox, invoke: Invoke, words: list[str]
    ) -> None:
        """A job whose file is there, and whose data has not expired, is skipped and said to be."""
        order(place, 34, 35)
        assert invoke("run", "order.yaml").exit_code == 0
        (place / "35.json").unlink()
        before = (place / "34.json").stat().st_mtime_ns
        result = invoke("run", *words, "--report", "report.json")
        assert result.exit_code == 0
        assert "2 jobs ok (1 skipped, as their files are still good), in " in result.stderr
        assert [job["result"]["skipped"] for job in report_of(place)["jobs"]] == [True, False]
        assert (report_of(place)["totals"]["skipped"], len(sandbox.requests)) == (1, 2)
        assert (place / "34.json").stat().st_mtime_ns == before
        assert (place / "35.json").exists()

    def test_an_age_can_be_good_enough(
        self, place: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Files that are no older than that are skipped, although their data has expired."""
        order(place, 34)
        invoke("run", "order.yaml")
        real = SystemClock.now
        monkeypatch.setattr(SystemClock, "now", lambda self: real(self) + 2 * 86_400)
        for words, skipped in (
            (["--max-age", "3d"], True),
            (["--max-age=3d"], True),
            (["--max-age", "1d"], False),
        ):
            invoke("run", "order.yaml", *words, "--report", "report.json")
            assert [job["result"]["skipped"] for job in report_of(place)["jobs"]] == [skipped]

    def test_it_does_not_go_with_refresh(self, place: Path, invoke: Invoke) -> None:
        """Who wants everything new does not want to skip."""
        order(place, 34)
        result = invoke("run", "order.yaml", "--max-age", "--refresh")
        assert result.exit_code == 2
        assert "contradict each other" in result.stderr
        assert invoke("run", "--max-age", "--", "order.yaml").exit_code == 0
        wrong = invoke("run", "order.yaml", "--max-age=soon")
        assert wrong.exit_code == 2
        assert "'--max-age': expected a duration" in wrong.stderr


class TestJitter:
    def test_the_start_is_put_off(self, place: Path, sandbox: Sandbox, invoke: Invoke) -> None:
        """It is said for how long, and then the run goes its way; nothing is sent before."""
        order(place, 34)
        result = invoke("run", "order.yaml", "--jitter", "0.01s")
        assert result.exit_code == 0
        assert result.stderr.startswith("starting in ")
        assert " ms (--jitter 10 ms)\n" in result.stderr
        assert "starting" not in invoke("run", "order.yaml", "--jitter", "0s").stderr

    @pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")
    def test_a_signal_ends_the_wait(self, place: Path, sandbox: Sandbox, spawn: Spawn) -> None:
        """Nothing has been sent; the report says that nothing was done."""
        order(place, 34)
        process = spawn("run", "order.yaml", "--jitter", "365d", "--report", "report.json")
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"starting in ")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
        assert process.returncode == 143
        assert b"0 jobs ok, 1 not done" in err
        assert report_of(place)["jobs"][0]["result"]["state"] == "cancelled"
        assert sandbox.requests == []

    def test_what_is_wrong_is_said_at_once(self, place: Path, invoke: Invoke) -> None:
        """Nobody waits for a run that can't be."""
        order(place, 34, path="../x.json")
        result = invoke("run", "order.yaml", "--jitter", "365d")
        assert result.exit_code == 2
        assert "starting" not in result.stderr
        assert "expected a duration" in invoke("run", "order.yaml", "--jitter", "soon").stderr
