"""``esi-fetch plan`` and ``run --dry-run``: the bill, and all that is wrong, before anything is sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from esi_fetch.cli.bill_text import bill_lines
from esi_fetch.model.bill import Bill, BillLine, CharacterNeed, Cost, LimitNeed, PlannedFile
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

FORGE = """
name: forge-daily
output_path: data
jobs:
  - op_id: get_markets_region_id_orders
    parameters: {region_id: 10000002}
    callbacks: [{callback_id: save_csv, kwargs: {path: "orders-${region_id}.csv"}}]
  - op_id: GetStatus
    name: status
    callbacks: [{callback_id: save_json, kwargs: {path: status.json}}]
  - op_id: GetUniverseTypesTypeId
    for_each: types.csv
    callbacks: [{callback_id: save_json, kwargs: {path: "types/${type_id}.json"}}]
"""


@pytest.fixture
def forge(place: Path) -> Path:
    """A work order with a table."""
    (place / "types.csv").write_text("type_id\n34\n35\n36\n")
    (place / "forge.yaml").write_text(FORGE)
    return place


def files_in(folder: Path) -> set[Path]:
    return set(folder.parent.rglob("*"))


def test_nothing_is_sent_and_nothing_is_written(invoke: Invoke, forge: Path, sandbox: Sandbox) -> None:
    """A plan leaves everything as it is: the server, the folder, the home folder, which is not even made."""
    before = files_in(forge)
    for command in (["plan", "forge.yaml"], ["run", "forge.yaml", "--dry-run", "--report", "r.json"]):
        result = invoke(*command)
        assert result.exit_code == 0, result.output
        assert sandbox.requests == []
        assert files_in(forge) == before


def test_people_read_a_table(invoke: Invoke, forge: Path) -> None:
    """A job has a line, a table has one, and what is needed of each limit stands beside what is left."""
    out = invoke("plan", "forge.yaml").stdout.splitlines()
    assert [" ".join(text.split()) for text in out[:5]] == [
        "job jobs requests full from store tokens files",
        "get_markets_region_id_orders region_id=10000002 1 1+ 1 0 2+ 1",
        "status 1 1 1 0 2 1",
        "GetUniverseTypesTypeId for each row of types.csv 3 3 3 0 0 3",
        "in all 5 5+ 5 0 4+ 5",
    ]
    assert "market-order  this address       2    12,000  12,000  15 min  fits now" in out
    assert f"  {Path('data', 'types', '36.json')}" in out
    assert out[-1] == "time: at least 250 ms (5+ requests of some 250 ms, 16 at once)"


def test_a_dry_run_is_a_plan(invoke: Invoke, forge: Path) -> None:
    """``run --dry-run`` shows what ``plan`` shows."""
    planned, dry = (
        invoke("plan", "forge.yaml", "-o", "x"),
        invoke("run", "forge.yaml", "-o", "x", "--dry-run"),
    )
    assert planned.stdout == dry.stdout != ""


def test_it_comes_true(invoke: Invoke, forge: Path) -> None:
    """After a run, the plan of the next one says that it is free, and which files it replaces."""
    assert invoke("run", "forge.yaml").exit_code == 0
    plan = json.loads(invoke("plan", "forge.yaml", "--format", "json").stdout)
    sums = plan["totals"]
    assert (sums["requests"], sums["from_store"], sums["unknown"], sums["replaced"]) == (0, 7, 0, 5)
    assert plan["takes_s"] == 0
    (first, *_) = plan["jobs"]
    assert (first["order"], first["op_id"]) == ("forge.yaml", "GetMarketsRegionIdOrders")
    assert first["paths"] == [{"path": str(forge / "data" / "orders-10000002.csv"), "replaces": True}]
    assert invoke("run", "forge.yaml", "--report", "report.json").exit_code == 0
    done = json.loads((forge / "report.json").read_text())["totals"]
    assert (done["requests"], done["from_store"]) == (0, 7)
    out = invoke("plan", "forge.yaml").stdout
    assert "5 files to be written; all of them are there now, and will be replaced:" in out
    assert "nothing is sent" in out
    refreshed = invoke("plan", "forge.yaml", "--refresh").stdout.splitlines()
    assert "conditional" in refreshed[0]
    assert any(line.startswith("market-order") and " 6 " in line for line in refreshed)  # had all changed


def test_offline_it_says_what_is_not_there(invoke: Invoke, forge: Path) -> None:
    """Offline, the answers that are not in the store are counted; that is no wrong input."""
    result = invoke("plan", "forge.yaml", "--offline")
    assert result.exit_code == 0
    assert "5 answers not in the store: offline, their jobs would fail" in result.stdout


def test_everything_that_is_wrong_is_said_at_once(invoke: Invoke, forge: Path, sandbox: Sandbox) -> None:
    """All problems of all files, and of the command line, and the bill of what is right; the status is 2."""
    (forge / "bad.yaml").write_text(
        "jobs:\n"
        "  - {op_id: GetStatsu}\n"
        "  - {op_id: GetUniverseTypesTypeId}\n"
        "  - {op_id: GetCharactersCharacterIdWallet, parameters: {character_id: 1}}\n"
        "  - op_id: GetStatus\n"
        "    callbacks: [{callback_id: save_json, kwargs: {path: data/status.json}}]\n"
        "  - op_id: GetStatus\n"
        "    callbacks: [{callback_id: save_json, kwargs: {path: forge.yaml}}]\n"
    )
    (forge / "worse.yaml").write_text("jobs: [")
    result = invoke("plan", "forge.yaml", "bad.yaml", "worse.yaml", "missing.yaml", "--set", "x")
    assert result.exit_code == 2
    for words in (
        "bad.yaml: job 1 'GetStatsu': op_id: unknown operation",
        "bad.yaml: job 2 'GetUniverseTypesTypeId': parameters.type_id: missing",
        "bad.yaml: job 3 'GetCharactersCharacterIdWallet': character: needs a token",
        "bad.yaml: job 4 'GetStatus': would write the same file as forge.yaml: job 2 'status'",
        "bad.yaml: job 5 'GetStatus': would overwrite the job file forge.yaml",
        "worse.yaml: ",
        "missing.yaml: ",
        "--set: ",
    ):
        assert words in result.stderr
    assert "esi-wallet.read_character_wallet.v1): THERE IS NO TOKEN for it" in result.stdout
    assert sandbox.requests == []
    plain = invoke("plan", "forge.yaml", "bad.yaml", "--format", "json")
    assert plain.exit_code == 2
    assert len(json.loads(plain.stdout)["problems"]) == 5


def test_what_can_not_be_written_is_said(invoke: Invoke, forge: Path) -> None:
    """A file where a folder should be is one problem of a table, however many rows there are."""
    (forge / "data").mkdir()
    (forge / "data" / "types").write_text("")
    (forge / "data" / "status.json").mkdir()
    result = invoke("plan", "forge.yaml")
    assert result.exit_code == 2
    assert "is a file, not a folder (and so in 2 more rows)" in result.stderr
    assert "is a folder; name a file" in result.stderr


def test_a_wrong_setting_is_wrong_input(invoke: Invoke, forge: Path) -> None:
    """Settings that are wrong are told with the rest."""
    result = invoke("plan", "forge.yaml", "missing.yaml", "--workers", "none")
    assert result.exit_code == 2
    assert "--workers" in result.stderr
    assert "missing.yaml" in result.stderr
    assert invoke("plan", "forge.yaml", "--offline", "--refresh").exit_code == 2


def line(**more: object) -> BillLine:
    return BillLine(**{"order": "a.yaml", "job": "one", "op_id": "GetStatus", "jobs": 1, **more})  # type: ignore[arg-type]  # what tests give


def bill(*lines: BillLine, limits: tuple[LimitNeed, ...] = (), takes_s: float = 0.0, **sums: int) -> Bill:
    who = (CharacterNeed(7, ("s.v1",), 2, False),)
    return Bill(Cost(**sums), lines, limits, who, (), takes_s, 16, 0.25)  # type: ignore[arg-type]  # no tokens


def test_limits_that_take_long_say_how_long() -> None:
    """What a night run waits for is named, with the time it takes."""
    need = LimitNeed("market-order", "character:7", 20_000, 24_000, 500, 12_000, 900.0, 60.0, 5400.0)
    out = list(
        bill_lines(bill(line(requests=10_000), limits=(need,), takes_s=5400.0, requests=10_000), width=None)
    )
    assert out[3].split()[-3:] == ["blocked", "for", "takes"]
    assert "24,000" in out[4]
    assert out[4].endswith("1 min  1 h 30 min")
    assert "2 jobs as character 7 (s.v1): there is a token" in out
    assert (
        out[-1] == "time: about 1 h 30 min (no faster than market-order of character:7 lets requests through)"
    )


def test_long_bills_are_cut() -> None:
    """Of many lines and files the first are shown, and the others counted."""
    paths = tuple(PlannedFile(f"/x/{number}", False) for number in range(30))
    many = [line(job=f"job {number}", order=f"{number % 2}.yaml") for number in range(50)]
    out = list(bill_lines(bill(line(paths=paths), *many, files=30, jobs=51), width=60))
    assert any(text.split() == ["and", "11", "more"] for text in out)
    assert "  and 20 more" in out
    assert out[0].startswith("in")
    assert max(map(len, out[:44])) <= 60


def test_sentences_are_broken_between_words() -> None:
    """On a narrow terminal what is remarked stands in lines that fit, and none of its words is cut."""
    sums = bill(line(unknown=1), unknown=1, without_bucket=2)
    (whole,) = (text for text in bill_lines(sums, width=None) if text.startswith("1 job: only"))
    out = list(bill_lines(sums, width=50))
    begin = next(place for place, text in enumerate(out) if text.startswith("1 job: only"))
    end = next(place for place, text in enumerate(out) if text.startswith("2 requests without"))
    assert end - begin > 2
    assert max(map(len, out[begin:end])) <= 50
    assert all(text.startswith("  ") for text in out[begin + 1 : end])
    assert " ".join(" ".join(out[begin:end]).split()) == whole


def test_files_below_this_folder_are_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that will be below the present folder is named from there, any other in full."""
    monkeypatch.chdir(tmp_path)
    here, there = tmp_path / "data" / "a.csv", tmp_path.parent / "elsewhere" / "b.csv"
    paths = (PlannedFile(str(here), False), PlannedFile(str(there), True))
    out = list(bill_lines(bill(line(paths=paths), files=2, replaced=1), width=None))
    assert f"  {Path('data', 'a.csv')}" in out
    assert f"  {there} (replaced)" in out


def test_refusals_of_a_moment_ago_are_remarked() -> None:
    """Requests that will not be sent again are said to be, with what asks again."""
    out = list(bill_lines(bill(line(refused=3), refused=3, without_bucket=1), width=None))
    assert any(text.startswith("3 requests refused by ESI a moment ago") for text in out)
    assert any(text.startswith("1 request without a rate limit: it counts") for text in out)


def test_one_request_is_one() -> None:
    """One of anything is told in the singular, unless it is the least."""
    out = list(bill_lines(bill(line(), requests=1, without_bucket=0), width=None))
    assert "(1 request of some" in out[-1]
    out = list(bill_lines(bill(line(), requests=1, unknown=1, without_bucket=2), width=None))
    assert "(1+ requests of some" in out[-1]
    assert any("2 requests without a rate limit: they count" in text for text in out)


def test_what_can_not_be_run_takes_no_time(invoke: Invoke, place: Path) -> None:
    """Where nothing could be run, no time is told for it; next to jobs that could be, theirs is."""
    (place / "wrong.yaml").write_text("op_id: GetMarketsRegionIdOrders")
    for name in ("wrong.yaml", "missing.yaml"):
        result = invoke("plan", name)
        assert result.exit_code == 2
        assert "takes" not in result.stdout
    (place / "half.yaml").write_text("jobs: [{op_id: GetStatus}, {op_id: GetMarketsRegionIdOrders}]")
    assert invoke("plan", "half.yaml").stdout.splitlines()[-1].startswith("time: about")
