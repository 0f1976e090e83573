"""The page on runs at night: what cron and systemd start works; the rest is run with the other pages."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from esi_fetch.cli import exits
from esi_fetch.cli.run import run
from esi_fetch.sandbox import Sandbox
from tests.pages import ROOT, Visit, blocks

PAGE = ROOT / "docs" / "how-to" / "cron.md"
TEXT = PAGE.read_text(encoding="utf-8")


# Few rows: what is tried here are commands.
pytestmark = pytest.mark.esi_sandbox(orders_pages=2, page_size=20)


class Machine:
    """A home with the page's work order in ``eve``."""

    def __init__(self, home: Path, sandbox: Sandbox) -> None:
        self.visit = Visit(PAGE, home, sandbox.url)
        self.eve = home / "eve"
        self.eve.mkdir()
        (self.eve / "forge.yaml").write_text(text_of("yaml"), encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, cwd=self.eve, env=self.visit.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done


@pytest.fixture
def machine(tmp_path: Path, esi_sandbox: Sandbox) -> Machine:
    return Machine(tmp_path, esi_sandbox)


def text_of(language: str) -> str:
    """Return the only block of a language; of the texts, the crontab."""
    found = [block.text for block in blocks(PAGE) if block.language == language]
    (text,) = [text for text in found if language != "text" or "* * *" in text]
    return text


def test_the_crontab_s_command_runs(machine: Machine, esi_sandbox: Sandbox) -> None:
    """The line is five fields and a command; what fails the first time is done by its second half."""
    (line,) = [line for line in text_of("text").splitlines() if line[0].isdigit()]
    fields = line.split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*/,-]+", field) for field in fields[:5])
    assert "%" not in fields[5]
    machine.visit.environment["ESI_FETCH_RETRIES"] = "0"
    esi_sandbox.faults.add("GetMarketsRegionIdHistory", status=502)
    command = re.sub(r"--jitter \w+", "--jitter 0.1s", fields[5])
    done = machine.run("bash", "-euo", "pipefail", "-c", command)
    assert done.stdout == ""
    assert (done.stderr.count("\n"), done.stderr.count("error: 1 job failed:\n")) == (3, 1)
    assert len(list(machine.eve.glob("market/data/*/history/*.json"))) == 3
    assert len([seen for seen in esi_sandbox.requests if "history" in seen.path]) == 4
    assert (machine.eve / "run.log").exists()


def test_the_service_s_command_runs(machine: Machine) -> None:
    """The unit files can be read, and what the service starts works, every night again."""
    parts = re.split(r"^# (\S+)$", text_of("ini"), flags=re.MULTILINE)[1:]
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
