"""``esi-fetch run``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from esi_fetch.client import Esi
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import ErrorInfo, Result, State
from esi_fetch.run import Prepared, RunInterrupted
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

FORGE = """
name: forge
output_path: data/${label}
jobs:
  - op_id: get_markets_region_id_orders
    parameters: {region_id: 10000002}
    callbacks:
      - {callback_id: save_csv, kwargs: {path: "orders-${region_id}.csv"}}
  - name: tritanium
    op_id: GetMarketsRegionIdHistory
    parameters: {region_id: 10000002, type_id: 34}
    callbacks:
      - {callback_id: save_json, kwargs: {path: "${name}.json"}}
"""
STATUS = "{op_id: GetStatus, callbacks: [{callback_id: save_json, kwargs: {path: status.json}}]}"


@pytest.fixture
def forge(place: Path) -> Path:
    """A work order whose paths need a value from outside."""
    path = place / "forge.yaml"
    path.write_text(FORGE)
    return path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def totals(text: str) -> Mapping[str, int]:
    """Read the numbers of the summary."""
    rows = [line.rsplit(maxsplit=1) for line in text.splitlines() if line.startswith("  ")]
    found: dict[str, int] = {}
    for line in text.splitlines():
        if line.startswith("  "):
            name, _, rest = line.strip().partition("  ")
            found[name] = int(rest.split()[0].replace(",", ""))
    assert len(found) == len(rows)
    return found


def test_files_are_written_and_counted(invoke: Invoke, forge: Path, place: Path, sandbox: Sandbox) -> None:
    """A work order's files are where its templates say; the summary counts what it took."""
    result = invoke("run", "forge.yaml", "-o", "out", "--set", "label=today")
    assert (result.exit_code, result.stdout) == (0, "")
    assert files(place) == [
        "forge.yaml",
        "out/data/today/orders-10000002.csv",
        "out/data/today/tritanium.json",
    ]
    assert "2 jobs ok, in " in result.stderr
    assert totals(result.stderr) == {
        "requests": 4,
        "not modified": 0,
        "from the store": 0,
        "stale": 0,
        "retries": 0,
        "tokens": 6,
        "files written": 2,
    }
    assert "market-order 6" in result.stderr
    sandbox.clear()
    again = totals(invoke("run", "forge.yaml", "-o", "out", "--set", "label=today").stderr)
    assert (again["requests"], again["from the store"]) == (0, 4)
    assert sandbox.requests == []


def test_the_report_has_totals_and_jobs(invoke: Invoke, forge: Path, place: Path) -> None:
    """The report is JSON: the totals, and every job with its result but without its data."""
    invoke("run", "forge.yaml", "--set", "label=x", "--report", "new/folder/report.json")
    report: dict[str, Any] = json.loads((place / "new/folder/report.json").read_text())
    assert list(report) == ["totals", "jobs"]
    assert report["totals"]["ok"] == 2
    assert report["totals"]["tokens"] == {"market-order": 6}
    orders, history = report["jobs"]
    assert orders["op_id"] == "get_markets_region_id_orders"
    assert orders["result"]["complete"] is True
    assert orders["result"]["pages"] == 3
    assert orders["result"]["outputs"] == [str(place / "data/x/orders-10000002.csv")]
    assert "data" not in orders["result"]
    assert history["name"] == "tritanium"


def test_a_failed_job_is_named_and_harms_no_other(invoke: Invoke, place: Path) -> None:
    """The others are done; the report and the summary tell why this one was not; the status is 1."""
    (place / "order.yaml").write_text(
        f"jobs: [{{op_id: GetUniverseTypesTypeId, name: nope, parameters: {{type_id: 99999999}}}}, {STATUS}]"
    )
    result = invoke("run", "order.yaml", "--report", "report.json")
    assert result.exit_code == 1
    assert "1 job ok, 1 failed, in " in result.stderr
    nope = "nope (GetUniverseTypesTypeId) type_id=99999999"
    assert [line.split("  ") for line in re.sub("  +", "  ", result.stderr).splitlines()[-4:-1]] == [
        ["error: 1 job failed:"],
        ["", "job", "failed at", "status", "time (UTC)", "reason"],
        ["", nope, "attempt 1", "404", ANY, "ESI answered 404: Type not found!"],
    ]
    assert files(place) == ["order.yaml", "report.json", "status.json"]
    failed = json.loads((place / "report.json").read_text())["jobs"][0]["result"]
    assert (failed["state"], failed["status"]) == ("failed", 404)


def test_a_log_file_makes_standard_error_no_longer(invoke: Invoke, place: Path) -> None:
    """What failed is in the log and in the summary, and nobody reads it twice."""
    (place / "order.yaml").write_text("{op_id: GetUniverseTypesTypeId, parameters: {type_id: 99999999}}")
    result = invoke("-q", "--log-file", "run.log", "run", "order.yaml")
    assert result.stderr.count("Type not found!") == 1
    assert "WARNING esi_fetch: job GetUniverseTypesTypeId failed after " in (place / "run.log").read_text()
    assert "failed after" not in invoke("--log-file", "run.log", "run", "order.yaml").stderr


def test_every_failed_callback_is_told(invoke: Invoke, place: Path) -> None:
    """A job whose data came but whose callbacks failed has failed, with all of its reasons."""
    calls = ", ".join(
        f"{{callback_id: save_csv, kwargs: {{path: {name}.csv, fields: [{name}]}}}}"
        for name in ("a", "players", "b")
    )
    (place / "order.yaml").write_text(f"jobs: [{{op_id: GetStatus, callbacks: [{calls}]}}]")
    result = invoke("-q", "run", "order.yaml")
    assert result.exit_code == 1
    rows = [line.split(maxsplit=2) for line in result.stderr.splitlines()[2:]]
    assert [row[:2] for row in rows] == [["GetStatus", "save_csv"]] * 2
    for row, field in zip(rows, "ab", strict=True):
        assert f"the data has no field '{field}'" in row[2], row
    assert files(place) == ["order.yaml", "players.csv"]


def test_esi_out_of_reach_is_status_3(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """When nothing but 5xx came, it is not the jobs that are wrong."""
    sandbox.faults.add("*", times=None, status=502)
    (place / "order.yaml").write_text(f"jobs: [{STATUS}, {{op_id: GetMarketsPrices}}]")
    assert invoke("run", "order.yaml").exit_code == 3


def test_one_answer_is_enough_for_status_1(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """When anything was answered, ESI was in reach."""
    sandbox.faults.add("GetStatus", times=None, status=502)
    (place / "order.yaml").write_text(f"jobs: [{STATUS}, {{op_id: GetMarketsPrices}}]")
    assert invoke("run", "order.yaml").exit_code == 1


def test_an_offline_miss_is_status_1(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """What the store does not have, it will not have later either."""
    (place / "order.yaml").write_text(f"jobs: [{STATUS}]")
    result = invoke("run", "order.yaml", "--offline")
    assert result.exit_code == 1
    assert "not in the store" in result.stderr
    assert sandbox.requests == []


def test_stale_data_is_marked(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """Old data that stands in for new is counted, and warned of, but no failure."""
    (place / "order.yaml").write_text(f"jobs: [{STATUS}]")
    invoke("run", "order.yaml")
    sandbox.faults.add("GetStatus", times=None, status=502)
    result = invoke("run", "order.yaml", "--refresh")
    assert result.exit_code == 0
    assert "warning: GetStatus: STALE data: ESI could not answer" in result.stderr
    assert totals(result.stderr)["stale"] == 1


def test_many_warnings_are_cut_short(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """Twelve old answers are twelve times the same news."""
    jobs = ", ".join(
        f"{{op_id: GetMarketsRegionIdHistory, parameters: {{region_id: 10000002, type_id: {34 + n}}}}}"
        for n in range(6)
    )
    (place / "order.yaml").write_text(f"jobs: [{jobs}, {jobs}]")
    invoke("run", "order.yaml")
    sandbox.faults.add("*", times=None, status=502)
    result = invoke("run", "order.yaml", "--refresh")
    assert result.stderr.count("STALE data") == 10
    assert "warning: and 2 more jobs with old data" in result.stderr


@pytest.mark.parametrize("text", [f"jobs: [{STATUS}]", STATUS, json.dumps({"op_id": "GetStatus"})])
def test_a_file_is_an_order_or_a_job(invoke: Invoke, place: Path, text: str) -> None:
    """Work orders and single jobs, YAML and JSON, are run alike, from standard input too."""
    (place / "file").write_text(text)
    assert "1 job ok" in invoke("run", "file").stderr
    assert "1 job ok" in invoke("run", "-", input=text).stderr


def test_several_files_are_one_run(invoke: Invoke, forge: Path, place: Path) -> None:
    """All files go into one report."""
    (place / "ein Auftrag — §.yaml").write_text(STATUS)
    result = invoke("run", "forge.yaml", "ein Auftrag — §.yaml", "--set", "label=x")
    assert "3 jobs ok" in result.stderr


def test_events_are_appended_as_json_lines(invoke: Invoke, place: Path) -> None:
    """``--events`` keeps what happened, for programs."""
    (place / "job.yaml").write_text(STATUS)
    for _ in range(2):
        invoke("run", "job.yaml", "--events", "events.jsonl")
    kinds = [json.loads(line)["event"] for line in (place / "events.jsonl").read_text().splitlines()]
    assert kinds.count("run_finished") == 2
    assert "attempt_finished" in kinds


def test_jobs_without_files_are_mentioned(invoke: Invoke, place: Path) -> None:
    """Whoever waits for a file hears why there is none; an empty order is worth a warning."""
    (place / "job.yaml").write_text("op_id: GetStatus")
    assert "1 job without callbacks" in invoke("run", "job.yaml").stderr
    (place / "none.yaml").write_text("jobs: []")
    result = invoke("run", "none.yaml")
    assert "no jobs" in result.stderr


def test_a_value_that_no_path_names_is_mentioned(invoke: Invoke, forge: Path) -> None:
    """A misspelt ``--set`` does not go unnoticed."""
    result = invoke("run", "forge.yaml", "--set", "label=x", "--set", "lable=y", "-q")
    assert result.exit_code == 0
    assert result.stderr == "warning: --set lable: no path names ${lable}\n"


def test_everything_wrong_is_said_in_one_go(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """Files, jobs, options, settings: one list, status 2, nothing sent, nothing written."""
    (place / "one.yaml").write_text(
        "jobs:\n"
        "  - op_id: get_markets_region_id_order\n"
        "    parameters: {region_id: 1}\n"
        "  - op_id: GetMarketsRegionIdOrders\n"
        "    paramters: {region_id: 1}\n"
        "    callbacks: [{callback_id: save_cvs, kwargs: {path: x.csv}}]\n"
    )
    (place / "two.yaml").write_text(
        "jobs:\n"
        "  - {name: wrong, op_id: GetMarketsRegionIdOrders, parameters: {region_id: Forge}}\n"
        "  - {name: out, op_id: GetStatus, callbacks: [{callback_id: save_csv, kwargs: {path: ../x}}]}\n"
        "  - {name: lost, op_id: GetStatus, callbacks: [{callback_id: save_csv, kwargs: {path: '${nam}'}}]}\n"
    )
    (place / "file").write_text("kept")
    result = invoke(
        "run",
        "one.yaml",
        "two.yaml",
        "tow.yaml",
        "--set",
        "x",
        "-o",
        "file/out",
        "--report",
        ".",
        "--events",
        "one.yaml",
    )
    assert (result.exit_code, result.stdout) == (2, "")
    said = result.stderr.splitlines()
    assert all(line.startswith("error: ") for line in said)
    for part in (
        "--set: expected name=value, found 'x'",
        "-o: '",
        "--report: '.' is a folder",
        "one.yaml: job 1 'get_markets_region_id_order': op_id: unknown operation",
        "one.yaml: job 2 'GetMarketsRegionIdOrders': paramters: unknown key (did you mean 'parameters'",
        "unknown callback 'save_cvs' (did you mean 'save_csv'",
        "two.yaml: job 1 'wrong': parameters.region_id: expected an integer",
        "two.yaml: job 2 'out': ",
        "two.yaml: job 3 'lost': ",
        "tow.yaml: there is no such file (did you mean 'two.yaml'",
        "--events: 'one.yaml' is also the job file one.yaml",
    ):
        assert sum(part in line for line in said) == 1, part
    assert sandbox.requests == []
    assert files(place) == ["file", "one.yaml", "two.yaml"]


def test_wrong_settings_do_not_hide_wrong_files(invoke: Invoke, place: Path) -> None:
    """That nobody is named who asks is one line of the list."""
    result = invoke("run", "nope.yaml", "--base-url", "https://esi.evetech.net")
    assert result.exit_code == 2
    assert [line.split(":")[1] for line in result.stderr.splitlines()] == [" nope.yaml", " user_agent"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["job.yaml", "job.yaml"], "would write the same file as job.yaml"),
        (["job.yaml", "--report", "status.json"], "would overwrite --report"),
        (["job.yaml", "--report", "job.yaml"], "--report: 'job.yaml' is also the job file job.yaml"),
        (["job.yaml", "--report", "x", "--events", "./x"], "--events: 'x' is also --report"),
        (["job.yaml", "--log-file", "job.yaml"], "--log-file: 'job.yaml' is also the job file job.yaml"),
        (["folder"], "folder: is a folder"),
        (["self.yaml"], "would overwrite the job file self.yaml"),
        (["empty.yaml"], "empty.yaml: is empty"),
        (["into.yaml"], "is a folder; name a file"),
        (["job.yaml", "--workers", "many"], "workers: expected a whole number from 1 to 256, found 'many'"),
    ],
)
def test_wrong_input_is_status_2_and_changes_nothing(
    invoke: Invoke, place: Path, sandbox: Sandbox, words: list[str], said: str
) -> None:
    """What would overwrite an input or another output is found before anything is sent."""
    save = "op_id: GetStatus\ncallbacks: [{callback_id: save_json, kwargs: {path: %s}}]\n"
    contents = {
        "job.yaml": save % "status.json",
        "self.yaml": save % "self.yaml",
        "into.yaml": save % "folder",
        "empty.yaml": "",
    }
    for name, text in contents.items():
        (place / name).write_text(text)
    (place / "folder").mkdir()
    result = invoke("run", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert sandbox.requests == []
    assert {path.name: path.read_text() for path in place.iterdir() if path.is_file()} == contents


def test_standard_input_that_is_no_text_is_refused(invoke: Invoke) -> None:
    """Bytes from a pipe are refused like those of a file."""
    result = invoke("run", "-", input=b"\xff\xfe\xfa")
    assert result.exit_code == 2
    assert result.stderr == "error: standard input: is not UTF-8 text\n"


def test_a_stopped_run_is_reported(
    invoke: Invoke, place: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done until then is told and written; the others are not counted as failed."""
    (place / "job.yaml").write_text(STATUS)

    def stopped(self: Esi, jobs: list[Prepared], **_: object) -> Report:
        cancelled = Result(State.CANCELLED, error=ErrorInfo("JobCancelledError", "stopped"))
        done = tuple(each.job.with_result(cancelled) for each in jobs)
        raise RunInterrupted(Report(done, Totals.of(done)))

    monkeypatch.setattr(Esi, "run_prepared", stopped)
    result = invoke("run", "job.yaml", "--report", "report.json")
    assert result.exit_code == 130
    assert "0 jobs ok, 1 not done, in " in result.stderr
    assert result.stderr.endswith("error: stopped\n")
    assert json.loads((place / "report.json").read_text())["totals"]["cancelled"] == 1


def test_a_report_that_cant_be_written_does_not_hide_the_summary(
    invoke: Invoke, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at the end is status 1, and what was done is told all the same."""
    (place / "job.yaml").write_text("op_id: GetStatus")

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("esi_fetch.atomic.os.replace", full)
    result = invoke("run", "job.yaml", "--report", "report.json")
    assert result.exit_code == 1
    assert "1 job ok" in result.stderr
    assert "No space left on device" in result.stderr
    assert files(place) == ["job.yaml"]


def test_a_folder_that_is_none_is_said_once(place: Path, invoke: Invoke) -> None:
    """It is the option's problem, not one of each file below it."""
    (place / "job.yaml").write_text(
        "{op_id: GetStatus, callbacks: [{callback_id: save_json, kwargs: {path: a.json}}]}"
    )
    result = invoke("run", "job.yaml", "-o", "job.yaml")
    assert result.exit_code == 2
    assert result.stderr.count("is a file, not a folder") == 1


def test_an_operation_is_no_file(invoke: Invoke, sandbox: Sandbox) -> None:
    """Who gives ``run`` an operation is told of ``get``; a file of that name counts as a file."""
    result = invoke("run", "get_status")
    assert (result.exit_code, result.stdout) == (2, "")
    said = (
        "error: get_status: there is no such file; what an operation has, `esi-fetch get get_status` gets\n"
    )
    assert result.stderr == said
    Path("get_status").write_text("op_id: GetStatus")
    assert invoke("run", "get_status").exit_code == 0
