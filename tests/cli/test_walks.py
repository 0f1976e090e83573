"""Parts of walks on the command line and in files."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke, Spawn

JOBS = "GetFreelanceJobsListing"
FILE = """
jobs:
  - op_id: get_freelance_jobs_listing
    callbacks: [{callback_id: save_json, kwargs: {path: jobs.json}}]
  - op_id: GetFreelanceJobsListing
    name: a piece
    parameters: {before: "0"}
    callbacks: [{callback_id: save_json, kwargs: {path: piece.json}}]
  - op_id: GetStatus
    callbacks: [{callback_id: save_json, kwargs: {path: status.json}}]
"""


def rows(path: Path) -> int:
    data = json.loads(path.read_text())
    return len(data["freelance_jobs"] if isinstance(data, dict) else data)


def test_get_only_what_has_changed(invoke: Invoke, sandbox: Sandbox) -> None:
    """``--since-last`` gives everything at first, then the changes."""
    words = ("get", JOBS, "--since-last", "--refresh", "--format", "jsonl")
    assert len(invoke(*words).stdout.splitlines()) == 130
    sandbox.regenerate(JOBS)
    assert len(invoke(*words).stdout.splitlines()) == 2
    assert invoke(*words).stdout == ""


def test_changes_that_could_not_be_written_come_again(invoke: Invoke, sandbox: Sandbox, place: Path) -> None:
    """Only what was written counts as delivered."""
    (place / "blocked").write_text("a file")
    words = ("get", JOBS, "--since-last", "--refresh", "-o")
    assert invoke(*words, "blocked/changes.json").exit_code != 0
    assert invoke(*words, "changes.json").exit_code == 0
    assert rows(place / "changes.json") == 130


def test_changes_that_their_reader_did_not_take_come_again(spawn: Spawn, invoke: Invoke) -> None:
    """A program behind the pipe that dies costs no change, and is still no failure of this one."""
    reading, writing = os.pipe()
    os.close(reading)
    process = spawn("get", JOBS, "--since-last", "-q", stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, b"")
    words = ("get", JOBS, "--since-last", "--format", "jsonl")
    assert len(invoke(*words).stdout.splitlines()) == 130
    assert invoke(*words, "--refresh").stdout == ""


def test_get_up_to_an_id_and_so_many(invoke: Invoke) -> None:
    """``--until`` names the last id, ``--max-records`` the number."""
    newest = json.loads(invoke("get", "GetWars", "--max-records", "60").stdout)
    assert len(newest) == 60
    assert json.loads(invoke("get", "GetWars", "--until", str(newest[9])).stdout) == newest[:10]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["GetStatus", "--since-last"], "since_last: is for operations that are walked by cursor"),
        (["GetWars", "--until", "May"], "until: expected an id, which is a whole number; found the text"),
        (["GetWars", "--max-records", "0"], "'--max-records': 0 is not in the range x>=1"),
        ([JOBS, "--until", "5"], "until: is for operations that are walked by the last id seen"),
    ],
)
def test_what_does_not_fit_is_status_2(
    invoke: Invoke, sandbox: Sandbox, words: list[str], complaint: str
) -> None:
    """A part of a walk that makes no sense is wrong input, and nothing is sent."""
    result = invoke("get", *words)
    assert result.exit_code == 2
    assert complaint in " ".join(result.stderr.split())
    assert sandbox.requests == []


def test_run_asks_every_walk_for_its_changes(invoke: Invoke, sandbox: Sandbox, place: Path) -> None:
    """``run --since-last`` is for the jobs that can; a piece and other operations are as they were."""
    (place / "jobs.yaml").write_text(FILE)
    assert invoke("run", "jobs.yaml", "--since-last", "--refresh").exit_code == 0
    assert (rows(place / "jobs.json"), rows(place / "piece.json")) == (130, 10)
    sandbox.regenerate(JOBS)
    assert invoke("run", "jobs.yaml", "--since-last", "--refresh").exit_code == 0
    assert (rows(place / "jobs.json"), rows(place / "piece.json")) == (2, 10)


def test_files_say_it_themselves(invoke: Invoke, sandbox: Sandbox, place: Path) -> None:
    """The keys of a job in a file mean the same as the options."""
    save = "callbacks: [{callback_id: save_json, kwargs: {path: wars.json}}]"
    (place / "wars.yaml").write_text(f"{{op_id: GetWars, max_records: 7, {save}}}")
    assert invoke("run", "wars.yaml").exit_code == 0
    assert rows(place / "wars.json") == 7


def test_everything_wrong_in_a_file_is_told_in_one_go(invoke: Invoke, sandbox: Sandbox, place: Path) -> None:
    """Wrong values, unknown keys and parts of walks that do not fit are one list, with places."""
    (place / "bad.yaml").write_text(
        "jobs: [{op_id: GetWars, max_recrods: 5}, {op_id: GetStatus, since_last: true},"
        " {op_id: GetWars, until: May}]"
    )
    result = invoke("run", "bad.yaml")
    assert result.exit_code == 2
    text = " ".join(result.stderr.split())
    assert "job 1 'GetWars': max_recrods: unknown key (did you mean 'max_records'?)" in text
    assert "job 2 'GetStatus': since_last: is for operations that are walked by cursor" in text
    assert "job 3 'GetWars': until: expected an id" in text
    assert sandbox.requests == []


def test_changes_without_callbacks_are_warned_of(invoke: Invoke, place: Path) -> None:
    """A run has no other place for what has changed than callbacks."""
    (place / "idle.yaml").write_text(f"op_id: {JOBS}")
    result = invoke("run", "idle.yaml", "--since-last")
    assert "1 job with since_last and no callbacks: what has changed goes nowhere" in result.stderr
