"""What goes wrong, and what is said about it then: by ``esi-fetch run``, as its users read it.

What is wrong with the input ends with status 2, before anything is sent or written, and names file, job, key
and the nearest right word. What goes wrong later harms nothing else.
"""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import ROOT, Invoke, Spawn

ORDERS = "GetMarketsRegionIdOrders"
HISTORY = "GetMarketsRegionIdHistory"
TYPE = "GetUniverseTypesTypeId"
LONG = "n" * 300


def saving(path: str, callback_id: str = "save_json", **kwargs: Any) -> list[dict[str, Any]]:
    return [{"callback_id": callback_id, "kwargs": {"path": path, **kwargs}}]


def job(op_id: str, **fields: Any) -> dict[str, Any]:
    return {"op_id": op_id, **fields}


def jobs(*several: dict[str, Any]) -> str:
    return json.dumps({"jobs": several})


def status(path: str) -> str:
    return jobs(job("GetStatus", name="now", callbacks=saving(path)))


def orders(**fields: Any) -> str:
    return jobs(job(ORDERS, name="forge", **fields))


def rows(table: Any, **fields: Any) -> str:
    return jobs(job(HISTORY, name="days", for_each=table, **{"parameters": {"region_id": 1}, **fields}))


BOMB = "\n".join(
    ["a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"]
    + [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    + ["jobs: *i"]
)

WRONG = {
    # What is asked for.
    "unknown operation": (
        jobs(job("get_markets_region_id_order", name="forge")),
        "order.yaml: job 'forge': op_id: unknown operation 'get_markets_region_id_order'"
        " (did you mean 'GetMarketsRegionIdOrders'?)",
    ),
    "missing parameter": (
        orders(),
        f"order.yaml: job 'forge': parameters.region_id: missing; {ORDERS} needs it: an integer",
    ),
    "superfluous parameter": (
        orders(parameters={"region_id": 1, "regoin_id": 2}),
        f"order.yaml: job 'forge': parameters.regoin_id: {ORDERS} has no parameter 'regoin_id'"
        " (did you mean 'region_id'?)",
    ),
    "wrong type": (
        orders(parameters={"region_id": "Forge"}),
        "order.yaml: job 'forge': parameters.region_id: expected an integer, found 'Forge';"
        " its id: esi-fetch recipe run ids names='Forge', in Python esi.resolve('Forge')",
    ),
    "wrong word": (
        orders(parameters={"region_id": 1, "order_type": "sel"}),
        "order.yaml: job 'forge': parameters.order_type: 'sel' is not one of buy, sell, all"
        " (did you mean 'sell'?)",
    ),
    # Who asks.
    "unknown character": (
        jobs(job("GetCharactersCharacterIdAssets", parameters={"character_id": 1}, character="Nobody")),
        "order.yaml: job 'GetCharactersCharacterIdAssets': character: ",
    ),
    "missing scope": (
        jobs(job("GetCharactersCharacterIdAssets", parameters={"character_id": 1})),
        "the scope esi-assets.read_assets.v1",
    ),
    # What becomes of it.
    "unknown callback": (
        orders(parameters={"region_id": 1}, callbacks=saving("a.csv", "save_cvs")),
        "order.yaml: job 1 'forge': callbacks[0].callback_id: unknown callback 'save_cvs'"
        " (did you mean 'save_csv' or 'save_json' or 'save_jsonl'?)",
    ),
    "bad callback argument": (
        orders(parameters={"region_id": 1}, callbacks=saving("a.csv", "save_csv", feilds=["price"])),
        "order.yaml: job 1 'forge': callbacks[0].kwargs.feilds: save_csv has no argument 'feilds'"
        " (did you mean 'fields'?)",
    ),
    "callback argument of a wrong type": (
        orders(parameters={"region_id": 1}, callbacks=saving("a.csv", "save_csv", fields=5)),
        "order.yaml: job 1 'forge': callbacks[0].kwargs.fields: ",
    ),
    "no callback argument": (
        orders(parameters={"region_id": 1}, callbacks=[{"callback_id": "save_csv"}]),
        "order.yaml: job 1 'forge': callbacks[0].kwargs.path: save_csv needs this argument",
    ),
    "unknown template name": (
        status("${nmae}.json"),
        "order.yaml: job 'now': callbacks[0] 'save_json': kwargs.path: in '${nmae}.json':"
        " unknown name 'nmae' (did you mean 'name'?)",
    ),
    "climbing path": (
        status("../a.json"),
        "order.yaml: job 'now': callbacks[0] 'save_json': output path '../a.json':"
        " '..' could leave the output directory",
    ),
    "absolute path": (
        status("/tmp/a.json"),
        "output path '/tmp/a.json': is absolute; outputs are named relative to the output directory",
    ),
    "path through a link": (
        status("link/a.json"),
        "output path 'link/a.json': leads through a symbolic link to ",
    ),
    "device": (
        status("sub/nul.json"),
        "output path 'sub/nul.json': 'nul.json' names a device on Windows, not a file",
    ),
    "NUL": (status("a\0b.json"), r"output path 'a\x00b.json': holds the control character '\x00'"),
    "long name": (
        status(f"{LONG}.json"),
        f"output path '{LONG[:80]}…': '{LONG[:24]}…' is 305 bytes long; a name may have 255",
    ),
    "long path": (
        status("/".join(["n" * 200] * 30)),
        f"output path '{LONG[:80]}…': is ",
    ),
    "two jobs, one file": (
        jobs(
            job("GetStatus", name="now", callbacks=saving("a.json")),
            job("GetWars", name="wars", callbacks=saving("A.json")),
        ),
        "order.yaml: job 2 'wars': would write the same file as order.yaml: job 1 'now': ",
    ),
    "a file where a folder should be": (
        status("order.yaml/a.json"),
        "order.yaml: job 'now': '",
    ),
    # The file.
    "unknown key": (
        orders(parameters={"region_id": 1}, calbacks=[]),
        "order.yaml: job 1 'forge': calbacks: unknown key (did you mean 'callbacks'",
    ),
    "duplicate key": (
        "jobs:\n  - op_id: GetStatus\n    op_id: GetWars\n",
        "order.yaml: line 3, column 5: the key 'op_id' is given twice in one mapping",
    ),
    "bomb of aliases": (
        BOMB,
        "order.yaml: its aliases stand for 2,345,679,011 values; write them out, or use fewer",
    ),
    "alias of itself": (
        "a: &a [*a]\njobs: *a",
        "order.yaml: line 1, column 8: an alias stands inside the very thing it names",
    ),
    "tag that makes an object": (
        "!!python/object/apply:os.system ['touch owned']",
        "order.yaml: line 1, column 1: the tag 'tag:yaml.org,2002:python/object/apply:os.system'"
        " is not allowed here",
    ),
    # Tables.
    "ragged row": (
        rows("types.csv"),
        "order.yaml: job 1 'days': types.csv line 3: has 1 cell, and the table 2 columns",
    ),
    "wrong type in a table": (
        rows([{"type_id": 34}, {"type_id": "iron"}]),
        "order.yaml: for_each row 2, job 'days [type_id=iron]': column 'type_id': expected an integer,"
        " found 'iron'",
    ),
    "misspelt column": (
        rows([{"typ_id": 34}]),
        "order.yaml: for_each row 1, job 'days [typ_id=34]': parameters.type_id: missing;"
        f" {HISTORY} needs it: an integer; the table has no such column (did you mean 'typ_id'?)",
    ),
    "missing table": (
        rows("typse.csv"),
        "typse.csv: there is no such file (did you mean 'types.csv'?)",
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_wrong_files(invoke: Invoke, place: Path, sandbox: Sandbox, text: str, said: str) -> None:
    """One line says what is wrong and where; the status is 2, nothing is sent, and no file is made."""
    (place / "order.yaml").write_text(text)
    (place / "types.csv").write_text("type_id,label\n34,a\n35\n")
    (place / "link").symlink_to("..")
    before = sorted(place.iterdir())
    result = invoke("run", "order.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert sandbox.requests == []
    assert sorted(place.iterdir()) == before


URLS = {
    "nonsense": "expected a URL such as https://esi.evetech.net, found 'nonsense'",
    "ftp://127.0.0.1": "expected a URL such as https://esi.evetech.net, found 'ftp://127.0.0.1'",
    "http://": "expected a URL such as https://esi.evetech.net, found 'http://'",
    "http://127.0.0.1:99999": "is not a URL: Port out of range 0-65535",
    "http://127.0.0.1/?a=b": "'http://127.0.0.1/?a=b' has a query or a fragment; give the URL without it",
}


@pytest.mark.parametrize(("url", "said"), URLS.items(), ids=URLS)
@pytest.mark.parametrize("as_option", [True, False])
def test_bad_urls(invoke: Invoke, place: Path, url: str, said: str, as_option: bool) -> None:
    """An option is called by its name, a variable by its own."""
    (place / "order.yaml").write_text(status("a.json"))
    words, env = (["--base-url", url], {}) if as_option else ([], {"ESI_FETCH_BASE_URL": url})
    result = invoke("run", "order.yaml", *words, env=env)
    assert result.exit_code == 2
    whose = "--base-url" if as_option else "environment ESI_FETCH_BASE_URL"
    assert result.stderr == f"error: {whose}: {said}\n"


def test_a_url_where_nobody_is(invoke: Invoke, place: Path) -> None:
    """Nothing answered at all: status 3, and the host is named."""
    (place / "order.yaml").write_text(status("a.json"))
    result = invoke("-q", "run", "order.yaml", "--base-url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "127.0.0.1:9 gave no answer" in result.stderr


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_file_of_fifty_megabytes(invoke: Invoke, place: Path, sandbox: Sandbox, suffix: str) -> None:
    """It is refused by its size, before it is read into memory, with the form that may have any length."""
    path = place / f"order.{suffix}"
    with path.open("wb") as file:
        file.write(b'{"jobs": [')
        file.truncate(50_000_000)
    result = invoke("run", path.name)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: order.{suffix}: has 50 MB")
    assert "for_each" in result.stderr


# What only the system can refuse. A process of its own is kept from what root may do.

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="this way to be refused is Linux's")

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def obey_permissions() -> None:
    """Give up root's right to write wherever it likes, in a process that is about to begin."""
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)


@linux_only
def test_an_output_folder_that_can_t_be_written(place: Path, sandbox: Sandbox, spawn: Spawn) -> None:
    """It is found before anything is sent: one line about the folder, not one for each file."""
    (place / "order.yaml").write_text(
        jobs(
            job("GetStatus", callbacks=saving("a.json")),
            job("GetWars", callbacks=saving("b.json")),
        )
    )
    (place / "out").mkdir(mode=0o555)
    process = spawn("run", "order.yaml", "-o", "out", preexec_fn=obey_permissions)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert err.decode() == f"error: -o: nothing can be written in the folder '{place / 'out'}'\n"
    assert sandbox.requests == []


@linux_only
def test_a_home_that_can_t_be_written(place: Path, sandbox: Sandbox, spawn: Spawn) -> None:
    """The work is done without a store and a journal, and warnings say what is missing."""
    home = place.parent / "home"
    home.mkdir(mode=0o555)
    (place / "order.yaml").write_text(status("a.json"))
    process = spawn("-q", "run", "order.yaml", preexec_fn=obey_permissions)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert (place / "a.json").exists()
    assert b"Traceback" not in err
    process = spawn("run", "order.yaml", preexec_fn=obey_permissions)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err.count(b"can't be used") >= 2
    assert b"this run can't be resumed, should it be stopped" in err


def on_a_small_disk(place: Path, mounted: Path, size: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line where one folder is a disk of its own, of a size."""
    command = shlex.join([sys.executable, "-m", "esi_fetch", *words])
    mounting = f"mount -t tmpfs -o size={size} none {shlex.quote(str(mounted))}"
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mounting} && {command}; status=$?; ls {mounted}; exit $status"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def can_mount() -> bool:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    trial = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"]
    return subprocess.run(trial, capture_output=True).returncode == 0


small_disk = pytest.mark.skipif(not can_mount(), reason="this system lets nobody mount a small disk")


@small_disk
def test_a_full_disk_under_the_outputs(place: Path, sandbox: Sandbox) -> None:
    """The file that did not fit is told of, and is not there in half; the other jobs' files are written."""
    (place / "out").mkdir()
    prices = job("GetMarketsPrices", name="prices", callbacks=saving("prices.json"))
    (place / "order.yaml").write_text(jobs(prices, job("GetStatus", callbacks=saving("a.json"))))
    done = on_a_small_disk(
        place, place / "out", "16k", "run", "order.yaml", "-o", "out", "--report", "report.json"
    )
    assert done.returncode == 1
    assert "prices (GetMarketsPrices)  save_json  OutputWriteError: can't write " in done.stderr
    assert "No space left on device" in done.stderr
    assert done.stdout.split() == ["a.json"]
    report = json.loads((place / "report.json").read_text())
    assert [len(each["result"]["callback_errors"]) for each in report["jobs"]] == [1, 0]


@small_disk
def test_a_full_disk_under_the_home(place: Path, sandbox: Sandbox) -> None:
    """A store and a journal that take nothing more cost no job: they are warned of, once each."""
    (place.parent / "home").mkdir()
    types = job(TYPE, for_each={"type_id": [34, 35, 36]}, callbacks=saving("${type_id}.json"))
    (place / "order.yaml").write_text(jobs(types))
    done = on_a_small_disk(place, place.parent / "home", "8k", "run", "order.yaml")
    assert done.returncode == 0, done.stderr
    assert "3 jobs ok" in done.stderr
    assert {path.name for path in place.glob("*.json")} == {"34.json", "35.json", "36.json"}
    assert "Traceback" not in done.stderr
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == len(set(warnings)) >= 2


@small_disk
def test_a_full_disk_under_the_report(place: Path, sandbox: Sandbox) -> None:
    """The work is done and told of, and what is missing is told of once; a missing report is a failure."""
    (place / "small").mkdir()
    prices = [job("GetMarketsPrices", name=f"prices {number}") for number in range(40)]
    (place / "order.yaml").write_text(jobs(*prices))
    files = ("--report", "small/report.json", "--events", "small/events.jsonl", "--log-file", "small/log")
    done = on_a_small_disk(place, place / "small", "12k", "run", "order.yaml", *files)
    assert done.returncode == 1
    assert "40 jobs ok" in done.stderr
    full = "(No space left on device)"
    assert done.stderr.count(f"not all events are in small/events.jsonl: it can't be written {full}\n") == 1
    assert done.stderr.count(f"the log small/log can't be written any more {full}\n") == 1
    assert "error: can't write 'small/report.json': No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
