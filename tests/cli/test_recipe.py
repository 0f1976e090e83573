"""``esi-fetch recipe``."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from esi_fetch.catalog import recipes_there_are
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke


def test_list_and_show_tell_all(invoke: Invoke) -> None:
    """Every recipe is listed, and shown with its parameters and columns, for people and for programs."""
    listed = invoke("recipe", "list")
    rows = json.loads(invoke("recipe", "list", "--format", "json").stdout)
    assert [row["name"] for row in rows] == [one.name for one in recipes_there_are()]
    for one in recipes_there_are():
        assert f"\n{one.name} " in listed.stdout
        shown = invoke("recipe", "show", one.name)
        assert shown.exit_code == 0
        for name in [*one.columns, *(each.name for each in one.parameters), *one.made_from]:
            assert name in shown.stdout
        plain = json.loads(invoke("recipe", "show", one.name, "--format", "json").stdout)
        assert plain in rows
    assert f"{len(rows)} recipes" in listed.stderr


def test_run_writes_what_was_made(invoke: Invoke, place: Path) -> None:
    """The rows go to standard output or into a file, in any format; what it cost, to standard error."""
    shown = invoke("recipe", "run", "region-names")
    rows = json.loads(shown.stdout)
    assert {"region_id": 10000002, "name": "The Forge"} in rows
    assert "2 requests" in shown.stderr
    done = invoke("recipe", "run", "region-names", "-o", "regions.csv")
    assert done.exit_code == 0
    with open(place / "regions.csv", encoding="utf-8") as stream:
        assert [int(row["region_id"]) for row in csv.DictReader(stream)] == [row["region_id"] for row in rows]
    assert "from the local store" in done.stderr
    assert "written to regions.csv" in done.stderr
    table = invoke("recipe", "run", "region_names", "--format", "table").stdout
    assert table.splitlines()[0].split() == ["region_id", "name"]


def test_things_are_named(invoke: Invoke, sandbox: Sandbox) -> None:
    """Regions are given by name or id, as options or parameters, and several of them."""
    one = json.loads(invoke("recipe", "run", "stations", "--region", "The Forge").stdout)
    same = json.loads(invoke("recipe", "run", "stations", "region=10000002").stdout)
    assert one == same
    both = invoke("recipe", "run", "stations", "--region", "The Forge", "--region", "Domain", "region=Delve")
    assert {row["region_name"] for row in json.loads(both.stdout)} == {"The Forge", "Domain", "Delve"}


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("stashuns",), "error: unknown recipe 'stashuns' (did you mean 'stations'?)"),
        (("stations", "regions=5"), "has no parameter 'regions' (did you mean 'region'?)"),
        (("stations", "--type", "34"), "error: --type: stations has no parameter 'type'"),
        (("names",), "error: parameters.ids: missing; names needs it: a list of integers"),
        (("names", "ids=x"), "error: parameters.ids[0]: expected an integer, found 'x'"),
        (("stations", "-o", "x.nope"), "error: -o: "),
        (("stations", "--offline", "--refresh"), "contradict each other"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(
    invoke: Invoke, sandbox: Sandbox, args: tuple[str, ...], complaint: str
) -> None:
    """Wrong input ends with status 2, and with the nearest right word."""
    result = invoke("recipe", "run", *args)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert sandbox.count() == 0


def test_who_takes_a_recipe_for_an_operation_is_told(invoke: Invoke) -> None:
    """Who wants an operation's data, and names a recipe, is told which command makes it."""
    result = invoke("get", "stations")
    assert result.exit_code == 2
    assert "error: 'stations' is a recipe, not an operation: `esi-fetch recipe run stations`" in result.stderr


def test_a_name_that_nothing_has_is_wrong_input(invoke: Invoke) -> None:
    """Only ESI knows all names; that one is wrong is wrong input all the same."""
    invoke("recipe", "run", "region-names")
    result = invoke("recipe", "run", "stations", "--region", "Domian")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: parameters.region[0]: no region has the name 'Domian' (did you mean 'Domain'?)\n"
    )


def test_what_fails_says_so(invoke: Invoke, sandbox: Sandbox, place: Path) -> None:
    """A part that can't be had fails the recipe, writes nothing, and ends with the status of `get`."""
    sandbox.faults.add("GetUniverseRegions", status=404, times=None)
    result = invoke("recipe", "run", "region-names", "-o", "x.json")
    assert result.exit_code == 1
    assert "error: region-names: ESI answered 404" in result.stderr
    assert not (place / "x.json").exists()
    sandbox.stop()
    assert invoke("recipe", "run", "stations", "region=10000002").exit_code == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ids.json", "[34, 30000142]"),
        ("ids.yaml", "- 34\n- 30000142\n"),
        ("ids.txt", "34\n\n 30000142 \n"),
        ("-", "34\n30000142\n"),
        ("-", "[34, 30000142]"),
    ],
)
def test_long_lists_come_from_files(invoke: Invoke, place: Path, name: str, text: str) -> None:
    """A list is read from a document, from lines, or from standard input, and more may be named beside it."""
    if name != "-":
        (place / name).write_text(text)
    done = invoke("recipe", "run", "names", f"ids=@{name}", "ids=35", input=text if name == "-" else None)
    assert [row["name"] for row in json.loads(done.stdout)] == ["Tritanium", "Jita", "Pyerite"]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("no.txt", None, "parameters.ids: no.txt: can't be read: No such file"),
        ("x.json", "{}", "parameters.ids: x.json: holds no list"),
        ("x.json", "[", "parameters.ids: x.json: "),
        ("x.txt", "34\nx\n", "parameters.ids[1]: expected an integer, found 'x'"),
    ],
)
def test_files_that_hold_no_list(
    invoke: Invoke, sandbox: Sandbox, place: Path, name: str, text: str | None, complaint: str
) -> None:
    """What is wrong with a file is said, and nothing is sent."""
    if text is not None:
        (place / name).write_text(text)
    result = invoke("recipe", "run", "names", f"ids=@{name}")
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert sandbox.count() == 0


def test_a_dry_run_shows_the_bill(invoke: Invoke, sandbox: Sandbox, place: Path) -> None:
    """What a recipe would send is shown as for jobs, and nothing is sent or written."""
    args = ("recipe", "run", "market-history", "region=10000002", "type=34,35,36", "-o", "x.csv")
    planned = invoke(*args, "--dry-run")
    assert planned.exit_code == 0, planned.stderr
    assert "3+" in planned.stdout
    assert sandbox.count() == 0
    assert list(place.iterdir()) == []
    assert invoke(*args).exit_code == 0
    assert "nothing is sent" in invoke(*args, "--dry-run").stdout
    wrong = invoke("recipe", "run", "character-overview", "--dry-run")
    assert wrong.exit_code == 2
    assert "needs a token" in wrong.stderr


def test_unknown_ids_are_said(invoke: Invoke) -> None:
    """What ESI does not know is no failure, and is not passed over in silence."""
    result = invoke("recipe", "run", "names", "ids=34,99999999")
    assert result.exit_code == 0
    assert "warning: 1 id unknown to ESI: 99999999" in result.stderr
    assert json.loads(result.stdout)[1] == {"id": 99999999, "name": None, "category": None}


def test_remarks_on_jobs_of_a_run_are_said(invoke: Invoke, place: Path) -> None:
    """What `recipe run` says beside the data, `run` says with the job; no more than ten of it."""
    jobs = [{"recipe": "names", "parameters": {"ids": [34, 99999990 + number]}} for number in range(12)]
    (place / "jobs.yaml").write_text(json.dumps({"jobs": jobs}))
    result = invoke("run", "jobs.yaml")
    assert result.exit_code == 0
    assert "warning: names: 1 id unknown to ESI: 99999990\n" in result.stderr
    assert result.stderr.count("unknown to ESI") == 10
    assert "warning: and 2 more remarks\n" in result.stderr


def test_job_files_may_name_recipes(invoke: Invoke, place: Path) -> None:
    """`run` and `plan` take a job with a recipe, and tell what is wrong with one."""
    (place / "jobs.yaml").write_text(
        "recipe: region-names\ncallbacks: [{callback_id: save_csv, kwargs: {path: '${recipe}.csv'}}]\n"
    )
    planned = invoke("plan", "jobs.yaml")
    assert planned.exit_code == 0, planned.stderr
    assert "region-names" in planned.stdout
    assert "1+" in planned.stdout
    assert invoke("run", "jobs.yaml").exit_code == 0
    assert (place / "region-names.csv").read_text().startswith("region_id,name\n")
    (place / "wrong.yaml").write_text("{recipe: region-nams, name: x}")
    wrong = invoke("run", "wrong.yaml")
    assert wrong.exit_code == 2
    assert "unknown recipe 'region-nams' (did you mean 'region-names'?)" in wrong.stderr


def test_refresh_makes_anew_what_is_kept(invoke: Invoke, sandbox: Sandbox) -> None:
    """Data sets in the store are made again, all or some; what became of each is shown."""
    nothing = invoke("recipe", "refresh")
    assert nothing.exit_code == 0
    assert "no such data set is in the store" in nothing.stderr
    invoke("recipe", "run", "region-names")
    invoke("recipe", "run", "stations", "--region", "Domain")
    invoke("recipe", "run", "market-summary", "--region", "Domain")
    done = invoke("recipe", "refresh", "--category", "static")
    assert done.exit_code == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[1:] == [["region-names", "7", "rows"], ["stations", "region=Domain", "4", "rows"]]
    assert "2 jobs ok" in done.stderr
    sandbox.faults.add("GetUniverseRegions", status=502, times=None)
    old = invoke("recipe", "refresh", "region-names")
    assert old.exit_code == 1  # the names were given, the regions were not
    assert "warning: region-names: STALE data: ESI could not answer" in old.stderr
    sandbox.faults.clear()
    sandbox.faults.add("GetUniverseRegions", status=404, times=None)
    failed = invoke("recipe", "refresh", "region-names")
    assert failed.exit_code == 1
    assert "failed; what was there is kept" in failed.stdout
    assert re.search("error: 1 job failed:\n.*\n +region-names .* ESI answered 404", failed.stderr)
    sandbox.faults.clear()
    sandbox.faults.add("*", status=502, times=None)
    away = invoke("recipe", "refresh", "region-names")
    assert away.exit_code == 3
    assert "7 rows" in away.stdout  # what was there
    assert invoke("recipe", "refresh", "regions").exit_code == 2
