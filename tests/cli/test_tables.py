"""Tables in job files that are run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

HISTORY = """
name: nightly
jobs:
  - name: history
    op_id: GetMarketsRegionIdHistory
    for_each: tables/types.csv
    parameters: {region_id: 10000002}
    callbacks:
      - {callback_id: save_json, kwargs: {path: "${label}/${type_id}.json"}}
"""


@pytest.fixture
def jobs(place: Path) -> Path:
    """A work order with a table, in a folder of its own."""
    folder = place / "jobs"
    (folder / "tables").mkdir(parents=True)
    (folder / "history.yaml").write_text(HISTORY)
    (folder / "tables/types.csv").write_text("type_id,label\n34,Tritanium\n35,Pyerite\n")
    return folder


def test_a_table_is_found_beside_its_job_file(invoke: Invoke, jobs: Path, place: Path) -> None:
    """The report has a job for each row, with its parameters as the operation types them."""
    result = invoke("run", "jobs/history.yaml", "-o", "out", "--report", "r.json")
    assert result.exit_code == 0, result.stderr
    assert (place / "out/Tritanium/34.json").exists()
    reported = json.loads((place / "r.json").read_text())["jobs"]
    assert [job["parameters"]["type_id"] for job in reported] == [34, 35]
    assert reported[1]["row"] == {
        "number": 2,
        "table": "jobs/tables/types.csv",
        "line": 3,
        "label": "type_id=35 label=Pyerite",
    }


def test_a_failed_row_is_named(invoke: Invoke, jobs: Path, place: Path) -> None:
    """The summary says which row it was, the others are done."""
    (place / "t.yaml").write_text(
        "{op_id: GetUniverseTypesTypeId, name: type, for_each: [{type_id: 34}, {type_id: 99999999}]}"
    )
    result = invoke("run", "t.yaml")
    assert result.exit_code == 1
    assert "1 job ok, 1 failed" in result.stderr
    assert "\n  type [type_id=99999999] (GetUniverseTypesTypeId)  attempt 1  404  " in result.stderr


def test_all_that_is_wrong_with_tables_and_jobs(invoke: Invoke, jobs: Path, sandbox: Sandbox) -> None:
    """Ragged rows, wrong types, empty cells and other jobs' mistakes come in one go; nothing is sent."""
    (jobs / "tables/types.csv").write_text("type_id,label\n34,T,x\nabc,a\n,b\n36\n")
    (jobs / "history.yaml").write_text(HISTORY + "  - {op_id: GetStats}\n")
    result = invoke("run", "jobs/history.yaml")
    assert result.exit_code == 2
    place = "error: jobs/history.yaml: job 1 'history': jobs/tables/types.csv"
    lines = result.stderr.splitlines()
    assert lines[:4] == [
        f"{place} line 2: has 3 cells, and the table 2 columns",
        f"{place} line 3: column 'type_id': expected an integer, found 'abc'",
        f"{place} line 4: column 'type_id': is empty; GetMarketsRegionIdHistory needs it: an integer",
        f"{place} line 5: has 1 cell, and the table 2 columns",
    ]
    assert lines[4].startswith("error: jobs/history.yaml: job 2 'GetStats': op_id: unknown operation")
    assert len(lines) == 5
    assert sandbox.requests == []


def test_a_hundred_thousand_wrong_rows_are_few_lines(invoke: Invoke, jobs: Path) -> None:
    """Nobody reads a hundred thousand lines about one column."""
    rows = "".join(f"x{number},a\n" for number in range(2_000))
    (jobs / "tables/types.csv").write_text(f"type_id,label\n{rows}")
    result = invoke("run", "jobs/history.yaml")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "error: jobs/history.yaml: jobs/tables/types.csv: 1,980 more problems"


def test_an_empty_table_is_worth_a_warning(invoke: Invoke, jobs: Path) -> None:
    """No rows are no error: a program may have written none this time."""
    (jobs / "tables/types.csv").write_text("type_id,label\n")
    result = invoke("run", "jobs/history.yaml")
    assert result.exit_code == 0
    assert "warning: jobs/history.yaml: job 1 'history': jobs/tables/types.csv has no rows\n" in result.stderr


def test_a_table_is_not_overwritten(invoke: Invoke, jobs: Path) -> None:
    """A job whose output is the table it comes from is refused."""
    (jobs / "history.yaml").write_text(HISTORY.replace("${label}/${type_id}.json", "${label}.csv"))
    (jobs / "tables/types.csv").write_text("type_id,label\n34,types\n35,x\n")
    before = (jobs / "tables/types.csv").read_text()
    result = invoke("run", "jobs/history.yaml", "-o", "jobs/tables")
    assert result.exit_code == 2
    assert (
        "jobs/tables/types.csv line 2, job 'history [type_id=34 label=types]': would overwrite the table"
        in (result.stderr)
    )
    assert (jobs / "tables/types.csv").read_text() == before


def test_names_given_for_templates_of_tables_are_used(invoke: Invoke, jobs: Path) -> None:
    """``--set`` reaches the paths of rows; a name that no path has is worth a warning."""
    (jobs / "history.yaml").write_text(HISTORY.replace("${label}", "${where}"))
    result = invoke("run", "jobs/history.yaml", "--set", "where=x", "--set", "nope=y")
    assert result.exit_code == 0
    assert [line for line in result.stderr.splitlines() if "warning" in line] == [
        "warning: --set nope: no path names ${nope}"
    ]


def test_only_what_is_new_of_each_row(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """``--since-last`` reaches the jobs of tables, where their operation knows what has changed."""
    (place / "t.yaml").write_text(
        "jobs: [{op_id: GetFreelanceJobsListing, for_each: [{limit: 10}]}, {op_id: GetStatus}]"
    )
    result = invoke("run", "t.yaml", "--since-last", "--report", "r.json")
    assert result.exit_code == 0, result.stderr
    assert [job["since_last"] for job in json.loads((place / "r.json").read_text())["jobs"]] == [True, False]


def test_a_job_with_a_table_alone_from_standard_input(invoke: Invoke, jobs: Path) -> None:
    """Paths of tables start where the command was started."""
    text = (
        "op_id: GetMarketsRegionIdHistory\nfor_each: jobs/tables/types.csv\nparameters: {region_id: 10000002}"
    )
    assert invoke("run", "-", input=text).exit_code == 0
    result = invoke("run", "-", input=text.replace("jobs/", ""))
    assert (
        "error: standard input: tables/types.csv: there is no such file; nor is there a folder"
        in result.stderr
    )


def test_standard_input_has_an_end(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a job file may have is refused there too."""
    monkeypatch.setattr("esi_fetch.cli.job_files.MOST_BYTES", 10)
    result = invoke("run", "-", input="op_id: GetStatus")
    assert result.exit_code == 2
    assert (
        "error: standard input: has more; 32 MB are read at most. Put what repeats into a table"
        in result.stderr
    )
