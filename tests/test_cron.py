"""The page on runs at night keeps its word: whatever can be run in it is run against the local ESI."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from esi_fetch.cli import exits
from esi_fetch.cli.run import run
from esi_fetch.sandbox import Sandbox

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "cron.md"
SNIPPET = re.compile(r"<!-- snippet: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
TEXT = PAGE.read_text(encoding="utf-8")
SNIPPETS = SNIPPET.findall(TEXT)


# Few rows: what is tried here are commands.
pytestmark = pytest.mark.esi_sandbox(orders_pages=2, page_size=20)


class Machine:
    """A home with the page's work order in ``eve``."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        self.eve = home / "eve"
        self.eve.mkdir()
        (order,) = [text for kind, text in SNIPPETS if kind == "forge.yaml"]
        (self.eve / "forge.yaml").write_text(order, encoding="utf-8")
        scripts = home / "bin"
        scripts.mkdir()
        (scripts / "esi-fetch").write_text(f'#!/bin/sh\nexec {sys.executable} -m esi_fetch "$@"\n')
        (scripts / "esi-fetch").chmod(0o700)
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "PYTHONPATH": str(PAGE.parent.parent),
            "ESI_FETCH_BASE_URL": sandbox.url,
            "ESI_FETCH_HOME": str(home / "data"),
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, cwd=self.eve, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done

    def shell(self, text: str) -> subprocess.CompletedProcess[str]:
        return self.run("bash", "-euo", "pipefail", "-c", text)

    def report(self) -> dict[str, dict[str, int]]:
        report: dict[str, dict[str, int]] = json.loads((self.eve / "market/report.json").read_text())
        return report


@pytest.fixture
def machine(tmp_path: Path, esi_sandbox: Sandbox) -> Machine:
    return Machine(tmp_path, esi_sandbox)


def texts(kind: str) -> list[str]:
    return [text for known, text in SNIPPETS if known == kind]


def test_commands_and_scripts_run(machine: Machine) -> None:
    """The plan, the first run, the shell script, the reader of the report, and what is due, in order."""
    kinds = ["forge.yaml", "shell", "crontab", "systemd", "shell", "python", "shell"]
    assert [kind for kind, _ in SNIPPETS] == kinds
    first, script, due = texts("shell")
    machine.shell(first)
    names = [path.name for path in sorted(machine.eve.glob("market/data/*/**/*.*"))]
    assert names == ["34.json", "35.json", "36.json", "orders.csv"]
    machine.shell(script)
    (reader,) = texts("python")
    assert machine.run(sys.executable, "-c", reader).stdout == "4 ok, 0 failed\n"
    machine.shell(due)
    assert machine.report()["totals"]["skipped"] == 4


def test_the_crontab_s_command_runs(machine: Machine, esi_sandbox: Sandbox) -> None:
    """The line is five fields and a command; what fails the first time is done by its second half."""
    (crontab,) = texts("crontab")
    (line,) = [line for line in crontab.splitlines() if line[0].isdigit()]
    fields = line.split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields[:5])
    assert "%" not in fields[5]
    machine.environment["ESI_FETCH_RETRIES"] = "0"
    esi_sandbox.faults.add("GetMarketsRegionIdHistory", status=502)
    done = machine.shell(re.sub(r"--jitter \w+", "--jitter 0.1s", fields[5]))
    assert done.stdout == ""
    assert (done.stderr.count("\n"), done.stderr.count("error: 1 job failed:\n")) == (3, 1)
    assert len(list(machine.eve.glob("market/data/*/history/*.json"))) == 3
    assert len([seen for seen in esi_sandbox.requests if "history" in seen.path]) == 4
    assert (machine.eve / "run.log").exists()


def test_the_service_s_command_runs(machine: Machine) -> None:
    """The unit files can be read, and what the service starts works, every night again."""
    (units,) = texts("systemd")
    parts = re.split(r"^# (\S+)$", units, flags=re.MULTILINE)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    assert [Path(name).name for name in files] == ["forge.service", "forge.timer"]
    read = {}
    for name, text in files.items():
        parser = configparser.ConfigParser(interpolation=None, strict=True)
        parser.optionxform = str  # type: ignore[assignment, method-assign]  # as the standard library has it
        parser.read_string(text)
        read[Path(name).name] = parser
    words = shlex.split(read["forge.service"]["Service"]["ExecStart"])
    assert "beginning with the first" in machine.run(*words).stderr
    assert "4 of them done earlier" in machine.run(*words).stderr
    assert read["forge.timer"]["Install"]["WantedBy"] == "timers.target"


def test_statuses_and_options_are_those_there_are() -> None:
    """The page names every exit status, and only options that the command has."""
    rows = re.findall(r"^\| (\d[\d, ]*) \|", TEXT, re.MULTILINE)
    told = {int(number) for row in rows for number in row.split(",")}
    known = (exits.OK, exits.FAILED, exits.WRONG_INPUT, exits.UNREACHABLE, exits.INTERRUPTED, 143)
    assert told == set(known)
    options = {word for parameter in run.params for word in parameter.opts}
    named = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert named <= options | {"--user"}
    assert {"--resume", "--journal", "--jitter", "--max-age", "--log-file"} <= named
