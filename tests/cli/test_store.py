"""``esi-fetch store``: as people and programs use it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi
from esi_fetch.cli import store as command
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

ORDERS = ("GetMarketsRegionIdOrders", "region_id=10000002")


@pytest.fixture
def filled(invoke: Invoke, place: Path, sandbox: Sandbox) -> Invoke:
    """The command line over a store with five answers and a refusal."""
    assert invoke("get", *ORDERS, "-o", "orders.json").exit_code == 0
    assert invoke("get", "GetMarketsPrices", "-o", "prices.json").exit_code == 0
    assert invoke("get", "GetUniverseRegions", "-o", "regions.json").exit_code == 0
    assert invoke("get", "GetUniverseTypesTypeId", "type_id=1").exit_code == 1
    sandbox.clear()
    return invoke


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line think that somebody can answer."""

    class Terminal:
        def isatty(self) -> bool:
            return True

    class System:
        stdin = Terminal()

    monkeypatch.setattr(command, "sys", System)


def report(invoke: Invoke, *words: str) -> Any:
    """Return the report as JSON has it."""
    return json.loads(invoke("store", "report", "--format", "json", *words).stdout)


def test_the_report_is_a_table_for_people(filled: Invoke) -> None:
    """Each operation has a line with counts, sizes and ages; what stands beside them follows."""
    result = filled("store", "report")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split()[:6] == ["operation", "answers", "fresh", "stale", "on", "disk"]
    assert any(line.startswith("GetMarketsRegionIdOrders        3") for line in lines)
    assert any(line.startswith("together                        5") for line in lines)
    assert any(line.startswith("5 answers in ") for line in lines)
    assert any(line.split() == ["remembered", "refusals", "1"] for line in lines)
    assert any(line.split()[0] == "biggest" for line in lines if line.strip())


def test_the_report_tells_long_parameters_in_short(invoke: Invoke, place: Path) -> None:
    """A body of many ids is shortened; who wants all of it asks for JSON."""
    regions = json.loads(invoke("get", "GetUniverseRegions").stdout)
    assert invoke("get", "PostUniverseNames", f"body={json.dumps(regions)}").exit_code == 0
    (newest,) = (line for line in invoke("store", "report").stdout.splitlines() if "newest" in line)
    assert newest.split("body=")[1] == f"{str(regions)[:39]}…"
    assert report(invoke)["newest"]["parameters"] == {"body": regions}


def test_the_report_is_data_for_programs(filled: Invoke) -> None:
    """JSON has all of it, CSV the lines of the table."""
    plain = report(filled)
    assert plain["entries"] == 5
    assert {each["name"]: each["entries"] for each in plain["operations"]} == {
        "GetMarketsRegionIdOrders": 3, "GetMarketsPrices": 1, "GetUniverseRegions": 1,
    }  # fmt: skip
    assert plain["refusals"] == 1
    rows = list(csv.DictReader(io.StringIO(filled("store", "report", "--format", "csv").stdout)))
    assert [row["operation"] for row in rows] == [each["name"] for each in plain["operations"]]
    lines = filled("store", "report", "--by", "parameter", "--format", "jsonl").stdout.splitlines()
    assert {json.loads(line)["parameter"] for line in lines} == {"region_id=10000002", "order_type=all"}
    (nobody,) = csv.DictReader(
        io.StringIO(filled("store", "report", "--by", "character", "--format", "csv").stdout)
    )
    assert (nobody["character"], nobody["entries"]) == ("", "5")


def test_a_report_of_nothing_is_short_and_makes_no_file(invoke: Invoke, place: Path) -> None:
    """Where there is no store, the report says so by its figures."""
    result = invoke("store", "report")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("0 answers in ")
    assert not (place.parent / "home" / "store.sqlite").exists()
    assert report(invoke)["entries"] == 0


def test_a_report_shows_data_sets(filled: Invoke) -> None:
    """Derived data has lines of its own."""
    with Esi(offline=True) as esi:
        assert esi.store is not None
        esi.store.save_data_set(
            "region-names", [1, 2], category="static", made_from=["GetUniverseRegions"], parameters={"a": "b"}
        )
        esi.store.save_data_set(
            "mine", [1], category="dynamic", made_from=[], character=90000001, expires_at=9e9
        )
    lines = [line.split() for line in filled("store", "report").stdout.splitlines()]
    assert ["region-names", "a=b", "static", "nobody", "2"] in [line[:5] for line in lines]
    assert any(line[:1] == ["mine"] and "90000001" in line for line in lines)
    with Esi(offline=True, language="de") as esi:
        assert esi.store is not None
        esi.store.save_data_set("region-names", [1], category="static", made_from=[])
    assert [
        line.split()[-1] for line in filled("store", "report").stdout.splitlines() if "region-names" in line
    ] == ["en", "de"]
    only = filled("store", "report", "--category", "static").stdout
    assert "region-names" in only
    assert "mine" not in only
    assert "GetMarketsPrices" not in only


@pytest.mark.parametrize(
    ("words", "entries"),
    [
        (["--operation", "GetMarkets*"], 4),
        (["--operation", "getmarketsprices", "--operation", "get_universe_regions"], 2),
        (["--param", "region_id=10000002"], 3),
        (["--param", "region_id=10000002", "--param", "order_type=buy"], 0),
        (["--older-than", "1h"], 0),
        (["--stale"], 0),
        (["--character", "90000001"], 0),
        (["--data-set", "*"], 0),
    ],
)
def test_options_say_which_part_is_meant(filled: Invoke, words: list[str], entries: int) -> None:
    """Reports, and everything else, understand the same filters."""
    assert report(filled, *words)["entries"] == entries
    done = json.loads(filled("store", "purge", *words, "--dry-run", "--format", "json").stdout)
    assert done["entries"] == entries
    assert done["dry_run"] is True
    assert report(filled)["entries"] == 5


def test_no_age_is_an_age(filled: Invoke) -> None:
    """``0s`` says which part is meant, though it is all of it, so nothing is asked."""
    assert filled("store", "purge", "--older-than", "0s").stdout.startswith("deleted: 5 answers")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["report", "--operation", "GetMarketPrices"], "did you mean 'GetMarketsPrices'?"),
        (["report", "--older-than", "soon"], "'--older-than': expected a duration"),
        (["purge", "--older-than", "5"], "'--older-than': say which unit 5 is: 5d, 5h, 5m or 5s"),
        (["report", "--param", "region_id"], "--param: expected name=value"),
        (["report", "--param", "a=1", "--param", "a=2"], "given twice"),
        (["report", "--character", "Somebody"], "'Somebody'"),
        (["report", "--category", "sometimes"], "static"),
        (["purge", "--max-size", "big"], "Invalid value for '--max-size': expected a size"),
        (["export", "x.esi", "--character", "90000001"], "or --include-private, asks for it"),
        (["import", "not-there.esi"], "there is no file not-there.esi"),
        (["import", "orders.json"], "orders.json"),
        (["purge"], "--yes says that this is right"),
        (["expire"], "--yes says that this is right"),
        (["refresh"], "--yes says that this is right"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_done(
    filled: Invoke, sandbox: Sandbox, words: list[str], complaint: str
) -> None:
    """Wrong filters and files, and everything without --yes off a terminal, end with 2."""
    result = filled("store", *words)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert report(filled)["entries"] == 5
    assert sandbox.requests == []


def test_purging_says_what_went_and_what_was_given_back(filled: Invoke) -> None:
    """The counts of a dry run are those of the deed."""
    would = filled("store", "purge", "--operation", "GetMarkets*", "--dry-run").stdout
    assert would.startswith("would be deleted: 4 answers (")
    lines = filled("store", "purge", "--operation", "GetMarkets*").stdout.splitlines()
    assert f"would be {lines[0]}\n" == would
    assert lines[1].startswith("given back to the disk: ")
    assert filled("store", "purge", "--operation", "GetMarkets*").stdout == "nothing was deleted\n"
    assert filled("store", "purge", "--yes").stdout.startswith("deleted: 1 answer, 1 remembered refusal (")
    assert report(filled)["entries"] == 0


def test_a_size_is_a_filter(filled: Invoke) -> None:
    """Keeping the store under a size asks nothing; with room enough nothing goes."""
    assert filled("store", "purge", "--max-size", "1GB").stdout == "nothing was deleted\n"
    assert filled("store", "purge", "--max-size", "0").stdout.startswith("deleted: 5 answers (")


def test_everything_asks_first_on_a_terminal(filled: Invoke, on_terminal: None) -> None:
    """What would go is told; a no, and an end of input, do nothing; a yes does it."""
    result = filled("store", "purge", input="n\n")
    assert result.exit_code == 0
    assert "delete all there is: 5 answers, 1 remembered refusal (" in result.stderr
    assert "nothing was done" in result.stderr
    assert filled("store", "purge", input="").exit_code == 1
    assert report(filled)["entries"] == 5
    assert filled("store", "expire", input="y\n").stdout.startswith("expired: 5 answers")
    assert filled("store", "refresh", input="n\n").exit_code == 0
    assert filled("store", "purge", input="y\n").stdout.startswith("deleted: 5 answers")
    assert filled("store", "purge", input="").stdout == "nothing was deleted\n"  # nothing to ask about


def test_expiring_makes_the_next_request_a_conditional_one(filled: Invoke, sandbox: Sandbox) -> None:
    """Nothing is sent now; the next run is answered with a 304, and refusals are asked again."""
    assert filled("store", "expire", "--yes", "--dry-run").stdout.startswith("would be expired: 5 answers")
    done = json.loads(filled("store", "expire", "--yes", "--format", "json").stdout)
    assert (done["entries"], done["refusals"]) == (5, 1)
    assert sandbox.requests == []
    filled("get", "GetMarketsPrices", "-o", "prices.json")
    filled("get", "GetUniverseTypesTypeId", "type_id=1")
    assert [each.status for each in sandbox.requests] == [304, 404]


def test_refreshing_asks_now(filled: Invoke, sandbox: Sandbox) -> None:
    """What ESI said is told in one line, and in JSON."""
    would = filled("store", "refresh", "--operation", "GetMarkets*", "--dry-run")
    assert would.stdout == "would ask again for 4 answers, in 2 jobs\n"
    assert sandbox.requests == []
    result = filled("store", "refresh", "--operation", "GetMarkets*")
    assert result.exit_code == 0
    assert result.stdout == "asked again for 4 answers: 4 unchanged, 0 new; 4 requests\n"
    sandbox.regenerate("GetMarketsRegionIdOrders")
    done = json.loads(filled("store", "refresh", "--yes", "--format", "json").stdout)
    assert (done["entries"], done["jobs"], done["confirmed"], done["changed"]) == (5, 3, 2, 3)
    assert done["totals"]["requests"] == 5
    assert filled("store", "refresh", "--operation", "GetWars").stdout == "nothing was asked again\n"


def test_refreshing_without_esi_fails_and_loses_nothing(filled: Invoke, sandbox: Sandbox) -> None:
    """When nothing answers, the status says so, and the store is as it was."""
    sandbox.faults.add("*", status=503, times=None)
    result = filled("store", "refresh", "--yes")
    assert result.exit_code == 3
    assert "ESI could not be asked about" in result.stderr
    assert report(filled)["entries"] == 5


def test_refreshing_tells_what_ESI_refuses(filled: Invoke, sandbox: Sandbox) -> None:
    """A refusal is a failed job, named with its error, and ends with 1."""
    sandbox.faults.add("GetMarketsPrices", status=404)
    result = filled("store", "refresh", "--operation", "GetMarkets*")
    assert result.exit_code == 1
    assert "GetMarketsPrices" in result.stderr
    assert "ESI answered 404" in result.stderr
    assert "1 of 2 jobs failed" in result.stdout


def test_what_cant_be_refreshed_is_named(filled: Invoke, sandbox: Sandbox) -> None:
    """Answers in another language are left as they are, and counted."""
    result = filled("store", "refresh", "--yes", env={"ESI_FETCH_COMPATIBILITY_DATE": "2026-08-04"})
    assert result.stdout.splitlines()[0] == "nothing was asked again"
    assert "left as they are: 5 answers (from another ESI" in result.stdout


def test_a_notebook_ships_with_its_data(
    filled: Invoke, sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exported part, taken in elsewhere, is all that an offline run needs."""
    written = filled("store", "export", "part.esi", "--operation", "GetMarkets*")
    assert written.stdout.startswith("written to part.esi: 4 answers and 0 data sets (")
    monkeypatch.setenv("ESI_FETCH_HOME", str(place / "elsewhere"))
    assert filled("store", "import", "part.esi", "--dry-run").stdout.startswith(
        "would be taken in: 4 answers"
    )
    assert filled("store", "import", "part.esi").stdout == "taken in: 4 answers and 0 data sets\n"
    again = filled("store", "import", "part.esi").stdout.splitlines()
    assert again[1] == "already there, the same or newer: 4"
    assert filled("get", *ORDERS, "--offline", "-o", "again.json").exit_code == 0
    assert (place / "again.json").read_bytes() == (place / "orders.json").read_bytes()
    missing = filled("get", "GetUniverseRegions", "--offline")
    assert missing.exit_code == 1
    assert "offline, and /universe/regions is not in the store" in missing.stderr
    assert sandbox.requests == []


def test_importing_says_where_it_will_not_be_found(filled: Invoke, place: Path) -> None:
    """Answers of another host or date are of use only where the same are set."""
    filled("store", "export", "part.esi")
    result = filled(
        "store",
        "import",
        "part.esi",
        env={"ESI_FETCH_HOME": str(place / "x"), "ESI_FETCH_BASE_URL": "http://127.0.0.1:1"},
    )
    assert result.stdout.startswith("taken in: 5 answers")
    assert "warning: 5 answers of http://127.0.0.1:" in result.stderr


def test_private_data_is_left_out_and_counted(invoke: Invoke, place: Path) -> None:
    """What stays behind is told, with the option that takes it along."""
    with Esi(offline=True) as esi:
        assert esi.store is not None
        esi.store.save_data_set("mine", [1], category="dynamic", made_from=[], character=5)
    told = invoke("store", "export", "part.esi").stdout.splitlines()[1]
    assert told == "left out, as they are private: 1; --include-private takes them along"
    assert "1 data set " in invoke("store", "export", "part.esi", "--include-private").stdout
    env = {"ESI_FETCH_HOME": str(place / "x")}
    told = invoke("store", "import", "part.esi", env=env).stdout.splitlines()[1]
    assert told == "left out, as they are private: 1; --include-private takes them in"
    took = invoke("store", "import", "part.esi", "--include-private", "--character", "5", env=env)
    assert took.stdout == "taken in: 0 answers and 1 data set\n"
    forgotten = invoke("store", "purge", "--character", "5", env=env).stdout
    assert forgotten.startswith("deleted: 1 data set (")


def test_a_store_that_cant_be_used_is_an_error(invoke: Invoke, place: Path) -> None:
    """Another program's file, and none that can be opened, are told and left alone."""
    home = place.parent / "home"
    (home / "store.sqlite").mkdir(parents=True)
    for words in (
        ["report"],
        ["purge", "--yes"],
        ["expire", "--yes"],
        ["refresh", "--yes"],
        ["export", "x.esi"],
    ):
        result = invoke("store", *words)
        assert (words, result.exit_code) == (words, 2)
        assert "can't be read" in result.stderr


def test_an_export_that_cant_be_written_is_refused(filled: Invoke, place: Path) -> None:
    """What can be seen beforehand is wrong input, as for every other file that a command writes."""
    (place / "folder").mkdir()
    (place / "file").touch()
    for name, reason in (("folder", "'folder' is a folder"), ("file/x.esi", "is a file, not a folder")):
        result = filled("store", "export", name)
        assert result.exit_code == 2
        assert reason in result.stderr


def test_what_was_refused_in_a_file_is_told(filled: Invoke, place: Path) -> None:
    """Entries that are not what they say are counted, by why."""
    filled("store", "export", "part.esi", "--operation", "GetMarketsPrices")
    database = sqlite3.connect(place / "part.esi", isolation_level=None)
    database.execute("UPDATE entries SET asked = NULL")
    database.close()
    result = filled("store", "import", "part.esi", env={"ESI_FETCH_HOME": str(place / "x")})
    assert result.stdout.splitlines() == [
        "taken in: 0 answers and 0 data sets",
        "refused: 1 (kept by an older version, which did not note what was asked)",
    ]
