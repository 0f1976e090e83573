"""``esi-fetch demo`` and ``esi-fetch sandbox``."""

from __future__ import annotations

import builtins
import csv
import json
import signal
import socket
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi
from esi_fetch.cli.console import Voice
from esi_fetch.cli.demo import _after_second, _next
from esi_fetch.cli.demo_order import TEXT
from esi_fetch.cli.sandbox import _answered
from esi_fetch.model.files import parse_jobs
from esi_fetch.model.report import Report, Totals
from esi_fetch.sandbox import RequestSeen, Sandbox
from tests.cli.conftest import ROOT, Invoke, Spawn


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo that nobody watches need not be slow."""
    monkeypatch.setattr("esi_fetch.cli.demo._LATENCY_S", 0.0)
    monkeypatch.setattr("esi_fetch.cli.demo._PAGES", 2)


def test_the_demo_shows_everything(invoke: Invoke, place: Path, tmp_path: Path) -> None:
    """Files, their cost, a second run from the store, and what to try next."""
    result = invoke("demo")
    assert result.exit_code == 0, result.stderr
    folder = place / "esi-fetch-demo"
    with open(folder / "data/orders-10000002.csv", newline="", encoding="utf-8") as stream:
        orders = list(csv.DictReader(stream))
    assert len({row["order_id"] for row in orders}) == len(orders) > 1000
    assert sorted(path.name for path in (folder / "data/history").iterdir()) == [
        "mexallon.json",
        "pyerite.json",
        "tritanium.json",
    ]
    assert json.loads((folder / "data/history/tritanium.json").read_text())[0]["average"]
    lines = result.stdout.splitlines()
    assert any(line.split() == ["requests", "6", "0"] for line in lines)
    assert any(line.split() == ["answers", "from", "the", "store", "0", "6"] for line in lines)
    sizes = [line.split() for line in lines if line.startswith("  esi-fetch-demo/data/orders-10000002.csv")]
    assert [row[1] for row in sizes] == [f"{len(orders):,}"]
    assert "esi-fetch run esi-fetch-demo/market.yaml -o esi-fetch-demo" in result.stdout
    assert not (tmp_path / "home").exists(), "the user's own store is not touched"


def test_the_demo_can_be_repeated(invoke: Invoke, place: Path) -> None:
    """Its folder is used again, and a work order that was changed is run as it is."""
    assert invoke("demo", "-o", "my demo").exit_code == 0
    (place / "my demo/market.yaml").write_text(
        "jobs: [{op_id: GetStatus, callbacks: [{callback_id: save_json, kwargs: {path: mine.json}}]}]"
    )
    result = invoke("demo", "-o", "my demo")
    assert result.exit_code == 0
    assert (place / "my demo/mine.json").exists()
    assert any(line.split() == ["requests", "1", "0"] for line in result.stdout.splitlines())
    assert "esi-fetch run 'my demo/market.yaml' -o 'my demo'" in result.stdout


def test_a_broken_work_order_is_wrong_input(invoke: Invoke, place: Path) -> None:
    """Mistakes that somebody tries out are explained."""
    invoke("demo", "-q")
    (place / "esi-fetch-demo/market.yaml").write_text("jobs: [{op_id: GetStats}]")
    result = invoke("demo")
    assert result.exit_code == 2
    assert "unknown operation 'GetStats' (did you mean " in result.stderr


def test_a_failed_job_fails_the_demo(invoke: Invoke, place: Path) -> None:
    """No second run, no comparison, status 1."""
    invoke("demo", "-q")
    (place / "esi-fetch-demo/market.yaml").write_text(
        "{op_id: GetUniverseTypesTypeId, parameters: {type_id: 99999999}}"
    )
    result = invoke("demo")
    assert result.exit_code == 1
    assert "error: 1 job failed:\n" in result.stderr
    assert "\n  GetUniverseTypesTypeId type_id=99999999  attempt 1  404  " in result.stderr
    assert "second run " not in result.stdout


@pytest.mark.parametrize("made", ["folder/other.txt", "folder"])
def test_other_folders_are_left_alone(invoke: Invoke, place: Path, made: str) -> None:
    """Made-up data never gets among somebody's files."""
    path = place / made
    path.parent.mkdir(exist_ok=True)
    path.write_text("kept")
    result = invoke("demo", "-o", "folder")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: -o: ")
    assert path.read_text() == "kept"
    assert [each for each in place.rglob("*") if each.is_file()] == [path]


def test_a_second_run_may_have_to_ask() -> None:
    """Where something has expired between the runs, the demo says what was asked for again."""
    before = Report((), Totals(requests=6, tokens={"market-order": 4}))
    after = Report((), Totals(requests=3, not_modified=2, from_store=3, tokens={"market-order": 2}))
    text = "\n".join(_after_second(before, after))
    assert "Asked for again was only what had expired: 3 requests,\n  2 answers of them" in text


def test_a_folder_that_cant_be_written_is_told(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when the work order is written is status 1."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("esi_fetch.atomic.os.replace", full)
    result = invoke("demo")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: can't write 'esi-fetch-demo/market.yaml': No space left on device\n"


def test_a_quiet_demo_says_nothing(invoke: Invoke) -> None:
    """``-q`` means the same as elsewhere."""
    result = invoke("-q", "demo")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_the_example_is_the_demo() -> None:
    """The file in ``examples`` is the demo's work order, after the line that names its schema."""
    text = (ROOT / "examples/market.yaml").read_text(encoding="utf-8")
    assert text.split("\n", 1)[1] == TEXT
    assert parse_jobs(text, where="market.yaml") == parse_jobs(TEXT, where="market.yaml")


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_without_werkzeug_the_remedy_is_told(
    invoke: Invoke, place: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Who has not installed the extra is told how to."""
    for name in [name for name in sys.modules if name.startswith(("esi_fetch.sandbox", "werkzeug"))]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "werkzeug":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    result = invoke(command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: the sandbox needs werkzeug: pip install 'esi-fetch[sandbox]'\n"
    assert list(place.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_sandbox_runs_until_it_is_stopped(
    spawn: Spawn, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """Its URL is on standard output at once, -v shows what it is asked, and a signal ends it cleanly."""
    process = spawn("sandbox", "-v", "--orders-pages", "3", "--ttl", "1h", "--no-limits")
    assert process.stdout is not None
    assert process.stderr is not None
    url = process.stdout.readline().decode().strip()
    with Esi(base_url=url, home=tmp_path / "other") as esi:
        assert esi.get("GetStatus")["players"]
    said: list[str] = []
    while "GET /status 200" not in said:
        said.append(process.stderr.readline().decode().strip())
        assert said[-1]
    assert f"export ESI_FETCH_BASE_URL={url}" in said
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == status
    assert err == b"The sandbox has stopped.\n"


def test_the_sandbox_is_as_it_was_asked_for(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its options are obeyed, and it is gone when the command has ended."""
    seen: list[Sandbox] = []

    def wait(made: Sandbox, voice: Voice) -> None:
        with urllib.request.urlopen(f"{made.url}/markets/10000002/orders?order_type=all") as answer:
            assert answer.headers["X-Pages"] == "2"
        seen.append(made)
        raise KeyboardInterrupt

    monkeypatch.setattr("esi_fetch.cli.sandbox._wait", wait)
    result = invoke("sandbox", "--orders-pages", "2", "--ttl", "0.1s")
    assert result.exit_code == 130
    assert result.stdout == f"{seen[0].url}\n"
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(seen[0].url)


def test_requests_are_shown_in_order() -> None:
    """One that still waits holds back those behind it; one that hangs on a fault does not."""
    seen = RequestSeen("GET", "/status", {}, {}, b"", "GetStatus", 0.0)
    log = [replace(seen, status=200), replace(seen, fault=True), seen, replace(seen, status=404)]
    assert list(_answered(log)) == ["GET /status 200", "GET /status no answer"]


def test_a_port_in_use_is_wrong_input(invoke: Invoke) -> None:
    """The port is named, and that it is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = invoke("sandbox", "--port", str(port))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error: --port: port {port} of 127.0.0.1 is in use" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--latency", "soon"], "Invalid value for '--latency': expected a duration"),
        (["--port", "99999"], "--port"),
        (["--orders-pages", "0"], "--orders-pages"),
    ],
)
def test_wrong_options_of_the_sandbox(invoke: Invoke, words: list[str], said: str) -> None:
    """They are named, and nothing is started."""
    result = invoke("sandbox", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_the_next_step_starts_where_the_user_stands(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who called the command by its path is told how to call it by its name; nobody else is."""
    activate = place / ".venv" / "bin" / "activate"
    activate.parent.mkdir(parents=True)
    activate.touch()
    monkeypatch.setattr(sys, "prefix", str(place / ".venv"))
    monkeypatch.setattr("esi_fetch.cli.demo.shutil.which", lambda name: None)
    assert "  source .venv/bin/activate" in list(_next(Path("market.yaml"), Path()))
    monkeypatch.setattr("esi_fetch.cli.demo.shutil.which", lambda name: "/usr/bin/esi-fetch")
    assert not any("activate" in line for line in _next(Path("market.yaml"), Path()))
