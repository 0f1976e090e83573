"""``run --dry-run`` beside the options that spare a run some work."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from esi_fetch import Callback, Esi, Job
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke, Spawn
from tests.cli.test_resume import journals, order, report_of, until

RUN = ("run", "order.yaml", "-o", "out")


def in_all(text: str) -> dict[str, str]:
    """Return the last row of the table of jobs, by heading."""
    rows = [
        re.split("  +", line.strip()) for line in text.splitlines() if line.startswith(("job  ", "in all"))
    ]
    heads, sums = rows
    return dict(zip(heads, sums, strict=True))


def test_the_bill_of_a_resumed_run_is_what_it_does(place: Path, sandbox: Sandbox, invoke: Invoke) -> None:
    """Jobs that are done are not in it, nor are their files; the run then does just that."""
    sandbox.faults.add("/universe/types/36", status=500)
    order(place, 34, 35, 36)
    assert invoke(*RUN).exit_code == 1
    before = journals(place)[0].read_bytes()
    sandbox.clear()
    result = invoke(*RUN, "--dry-run", "--resume")
    assert result.exit_code == 0
    assert "going on with the run of 20" in result.stderr
    assert "2 jobs done earlier, and not to be done again" in result.stdout
    bill = in_all(result.stdout)
    assert (bill["jobs"], bill["done earlier"], bill["requests"], bill["files"]) == ("3", "2", "1", "1")
    assert sandbox.requests == []
    assert journals(place)[0].read_bytes() == before
    assert in_all(invoke(*RUN, "--dry-run").stdout)["files"] == "3"
    assert invoke(*RUN, "--resume", "--report", "report.json").exit_code == 0
    assert report_of(place)["totals"]["requests"] == 1


def test_the_bill_of_what_is_due(place: Path, sandbox: Sandbox, invoke: Invoke) -> None:
    """With --max-age, what is still good costs nothing, and what is gone is made again."""
    order(place, 34, 35, 36)
    invoke(*RUN)
    (place / "out" / "35.json").unlink()
    bill = in_all(invoke(*RUN, "--dry-run", "--max-age").stdout)
    assert (bill["done earlier"], bill["from store"], bill["files"]) == ("2", "1", "1")


def test_the_bill_writes_in_the_folder_of_the_run_that_goes_on(
    place: Path, sandbox: Sandbox, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dates are those of the first run, as they will be."""
    sandbox.faults.add("/universe/types/34", status=500)
    order(place, 34, path="${date}.json")
    invoke(*RUN)
    tomorrow = time.time() + 86_400
    monkeypatch.setattr("esi_fetch.clock.time.time", lambda: tomorrow)
    monkeypatch.setattr("esi_fetch.run.journal._FAILED_AGAIN_WITHIN_S", 7 * 86_400.0)
    today = time.strftime("%Y-%m-%d", time.gmtime(tomorrow - 86_400))
    assert f"/{today}.json" in invoke(*RUN, "--dry-run", "--resume").stdout


def test_whoever_looks_disturbs_no_run(place: Path, sandbox: Sandbox, spawn: Spawn, invoke: Invoke) -> None:
    """The bill can be had while the same is being run: it is that of the rest."""
    sandbox.faults.add("/universe/types/36", hang=True)
    order(place, 34, 35, 36)
    process = spawn(*RUN)
    until(lambda: bool(journals(place)) and "2 jobs done" in invoke(*RUN, "--dry-run", "--resume").stdout)
    assert process.poll() is None


@pytest.mark.parametrize("what", ["journal", "table"])
def test_what_a_run_would_refuse_is_refused(place: Path, sandbox: Sandbox, invoke: Invoke, what: str) -> None:
    """A journal of other jobs, and a table that is wrong, with everything else; nothing is sent."""
    order(place, 34)
    invoke(*RUN, "--journal", "j.sqlite")
    sandbox.clear()
    (place / "types.csv").write_text("type_id\nfive\n")
    table = {
        "op_id": "GetUniverseTypesTypeId",
        "for_each": "types.csv" if what == "table" else [{"type_id": 1}],
    }
    (place / "other.json").write_text(json.dumps({"jobs": [table, {"op_id": "GetStatus"}]}))
    files = ("other.json", "nope.yaml") if what == "table" else ("other.json",)
    journal = ("--journal", "j.sqlite") if what == "journal" else ()
    result = invoke("run", *files, *journal, "--dry-run", "--resume")
    assert result.exit_code == 2
    if what == "journal":
        assert "the journal j.sqlite is of other jobs" in result.stderr
    else:
        assert "types.csv line 2" in result.stderr
        assert "nope.yaml: there is no such file" in result.stderr
    assert sandbox.requests == []


def test_a_script_can_ask_for_the_bill_of_the_rest(place: Path, sandbox: Sandbox) -> None:
    """``Esi.plan`` takes what ``Esi.run`` takes."""
    save = Callback("save_json", {"path": "${type_id}.json"})
    types = [Job("GetUniverseTypesTypeId", {"type_id": number}, callbacks=[save]) for number in (34, 35)]
    with Esi(base_url=sandbox.url) as esi:
        esi.run(types, journal="j.sqlite")
        (place / "35.json").unlink()
        rest = esi.plan(types, journal="j.sqlite", resume=True)
        assert (rest.totals.jobs, rest.totals.spared, rest.totals.files) == (2, 1, 1)
        assert "2 jobs (1 done earlier)" in str(rest)
        assert esi.plan(types).totals.spared == 0


def test_what_may_have_been_done_is_said_to_be(place: Path, sandbox: Sandbox) -> None:
    """A job that writes, and of which nobody knows whether it was done, is not in the bill as a request."""
    sandbox.faults.add("PostUiAutopilotWaypoint", status=502)
    asked = {"add_to_beginning": False, "clear_other_waypoints": True, "destination_id": 30000142}
    job = Job("PostUiAutopilotWaypoint", asked, character=90000001)
    with Esi(base_url=sandbox.url, tokens={90000001: "a"}) as esi:
        assert not esi.run(job, journal="j.sqlite").ok
        totals = esi.plan(job, journal="j.sqlite", resume=True).totals
    assert (totals.spared, totals.in_doubt, totals.requests) == (0, 1, 0)
