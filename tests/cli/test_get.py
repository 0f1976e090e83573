"""``esi-fetch get``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

ORDERS = ("get", "GetMarketsRegionIdOrders", "region_id=10000002")


def test_all_pages_go_to_standard_output_as_json(invoke: Invoke, sandbox: Sandbox) -> None:
    """The data is whole, and a line on standard error says where it came from."""
    result = invoke(*ORDERS)
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert {row["order_id"] for row in rows} == {row["order_id"] for row in sandbox.orders_at(10000002)}
    assert f"{len(rows)} rows; 3 pages; from ESI; as of " in result.stderr
    assert "3 requests, 6 tokens of market-order" in result.stderr


def test_the_second_time_comes_from_the_store(invoke: Invoke, sandbox: Sandbox) -> None:
    """What is fresh costs no request."""
    invoke(*ORDERS)
    sandbox.clear()
    assert "from the local store" in invoke(*ORDERS).stderr
    assert sandbox.requests == []
    assert "unchanged since the last time" in invoke(*ORDERS, "--refresh").stderr
    assert sandbox.count(304) == 3


@pytest.mark.parametrize("words", [["--param", "region_id=10000002"], ["region_id=10000002"]])
def test_parameters_have_two_spellings(invoke: Invoke, words: list[str]) -> None:
    """``--param name=value`` is the same as ``name=value``."""
    assert invoke("get", "get_markets_region_id_orders", "page=1", *words).exit_code == 0


@pytest.mark.parametrize("how", ["suffix", "option", "dash"])
def test_the_format_comes_from_the_suffix_or_is_said(invoke: Invoke, place: Path, how: str) -> None:
    """A file is written in the format of its suffix; ``--format`` says it for others and for ``-``."""
    words = {
        "suffix": ["-o", "new folder/names.csv"],
        "option": ["-o", "names.txt", "--format", "csv"],
        "dash": ["-o", "-", "--format", "csv"],
    }[how]
    result = invoke("get", "PostUniverseNames", "body=34,35", *words)
    assert result.exit_code == 0
    text = {
        "suffix": lambda: (place / "new folder/names.csv").read_text(),
        "option": lambda: (place / "names.txt").read_text(),
        "dash": lambda: result.stdout,
    }[how]()
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == ["Tritanium", "Pyerite"]
    assert ("written to" in result.stderr) == (how != "dash")


def test_other_formats(invoke: Invoke) -> None:
    """JSON lines, YAML and a table for people hold the same rows."""
    names = ("get", "PostUniverseNames", "body=34,35", "--format")
    assert [json.loads(line)["id"] for line in invoke(*names, "jsonl").stdout.splitlines()] == [34, 35]
    assert [row["id"] for row in yaml.safe_load(invoke(*names, "yaml").stdout)] == [34, 35]
    assert invoke(*names, "table").stdout == (
        "category        id  name\ninventory_type  34  Tritanium\ninventory_type  35  Pyerite\n"
    )


def test_no_data_is_no_failure(invoke: Invoke, sandbox: Sandbox) -> None:
    """An answer that holds nothing is null, and said to be none."""
    sandbox.faults.add("GetStatus", body="null")
    result = invoke("get", "GetStatus")
    assert (result.exit_code, result.stdout) == (0, "null\n")
    assert "no data" in result.stderr


def test_an_answer_that_is_an_error_is_status_1(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """A 404 is said in words; nothing is written."""
    result = invoke("get", "GetUniverseTypesTypeId", "type_id=99999999", "-o", "type.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: GetUniverseTypesTypeId: ESI answered 404: Type not found!\n"
    assert not (place / "type.json").exists()


@pytest.mark.parametrize("fault", [{"status": 503}, {"reset": True}])
def test_esi_out_of_reach_is_status_3(invoke: Invoke, sandbox: Sandbox, fault: dict[str, object]) -> None:
    """Nothing but 5xx, or no answer at all, is something to try again later."""
    sandbox.faults.add("GetStatus", times=None, **fault)
    result = invoke("get", "GetStatus")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("error: GetStatus: ")


def test_half_a_set_is_status_1(invoke: Invoke, sandbox: Sandbox) -> None:
    """Where ESI answered some requests, it was not out of reach."""
    sandbox.faults.add("GetMarketsRegionIdOrders", page=2, times=None, status=503)
    assert invoke(*ORDERS).exit_code == 1


def test_old_data_is_marked_loudly(invoke: Invoke, sandbox: Sandbox) -> None:
    """Data that stands in for what ESI could not give is data, with a warning that -q does not silence."""
    before = invoke("get", "GetStatus").stdout
    sandbox.faults.add("GetStatus", times=None, status=503)
    result = invoke("get", "GetStatus", "--refresh", "-q")
    assert (result.exit_code, result.stdout) == (0, before)
    assert result.stderr.startswith("warning: STALE data: ESI could not answer")


def test_offline_sends_nothing(invoke: Invoke, sandbox: Sandbox) -> None:
    """``--offline`` gives what the store has, and fails where it has nothing."""
    missing = invoke("get", "GetStatus", "--offline")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "not in the store" in missing.stderr
    assert sandbox.requests == []
    online = invoke("get", "GetStatus")
    assert invoke("get", "GetStatus", "--offline").stdout == online.stdout
    assert sandbox.count() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["GetMarketsRegionIdOrder", "region_id=1"],
            "unknown operation 'GetMarketsRegionIdOrder' (did you mean",
        ),
        (["GetMarketsRegionIdOrders"], "error: parameters.region_id: missing"),
        (["GetStatus", "-o", "status.xml"], "error: -o: the suffix '.xml' stands for no format"),
        (["GetStatus", "-o", "status"], "or give --format"),
        (["GetStatus", "-o", "there"], "error: -o: 'there' is a folder; name a file"),
        (["GetStatus", "-o", "there/file/x.json"], "is a file, not a folder"),
        (["GetStatus", "-o", "x" * 300 + ".json"], "File name too long"),
        (["GetStatus", "--format", "xml"], "'xml' is not one of 'json'"),
        (["GetStatus", "--workers", "0"], "workers: expected a whole number from 1 to 256, found '0'"),
        (["GetStatus", "--base-url", "ftp://x"], "--base-url: expected a URL"),
        (["GetStatus", "--base-url", "https://esi.evetech.net"], "user_agent: is not set"),
        (["GetStatus", "--character", "1"], "no token for character 1"),
        (["GetStatus", "--character", "Me"], "no token for character 'Me'"),
        (["GetCharactersCharacterIdWallet", "character_id=1"], "needs a token with the scope"),
    ],
)
def test_wrong_input_is_status_2_and_sends_nothing(
    invoke: Invoke, place: Path, sandbox: Sandbox, words: list[str], said: str
) -> None:
    """Everything that can be known beforehand is; no file is touched."""
    (place / "there").mkdir()
    (place / "there/file").write_text("kept")
    result = invoke("get", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert sandbox.requests == []
    assert [path.name for path in place.rglob("*")] == ["there", "file"]


def test_a_write_protected_file_is_kept(invoke: Invoke, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be overwritten is found before anything is sent."""
    (place / "status.json").write_text("kept")
    monkeypatch.setattr("os.access", lambda *_, **__: False)  # root may write everywhere
    result = invoke("get", "GetStatus", "-o", "status.json")
    assert result.exit_code == 2
    assert "error: -o: 'status.json' is write-protected" in result.stderr
    result = invoke("get", "GetStatus", "-o", "other.json")
    assert f"nothing can be written in the folder {str(place)!r}" in result.stderr


def test_another_programs_store_is_wrong_input(invoke: Invoke, tmp_path: Path, sandbox: Sandbox) -> None:
    """A store that is not ours is found before anything is sent."""
    import sqlite3

    (tmp_path / "home").mkdir()
    with sqlite3.connect(tmp_path / "home/store.sqlite") as other:
        other.execute("create table theirs (a)")
    other.close()
    result = invoke("get", "GetStatus")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "store.sqlite" in result.stderr
    assert sandbox.requests == []


def test_messages_cant_speak_to_the_terminal(invoke: Invoke, sandbox: Sandbox) -> None:
    """Control characters in what a server says are not passed on."""
    sandbox.faults.add("GetStatus", status=404, body={"error": "a\x1b[31mb\nc"})
    assert "ESI answered 404: a\ufffd[31mb c\n" in invoke("get", "GetStatus").stderr


def test_a_parameter_written_as_an_option_is_told_how_it_is_written(invoke: Invoke) -> None:
    """Whoever writes --region_id=… is told to leave the dashes out."""
    result = invoke("get", "GetMarketsRegionIdOrders", "--region_id=10000002")
    assert result.exit_code == 2
    assert "parameters have no dashes: region_id=VALUE" in result.stderr
