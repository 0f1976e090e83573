"""``docs/reference/exit-statuses.md``: each of its commands ends as it says."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Spawn, until
from tests.generated_pages import REFERENCE

PAGE = (REFERENCE / "exit-statuses.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- exits: ([\d ]+) -->\n```bash\n(.*?)```", PAGE, re.DOTALL)
ONE_STATUS = [(int(statuses), command) for statuses, command in EXAMPLES if " " not in statuses]
FORGE = """\
jobs:
  - op_id: GetMarketsRegionIdOrders
    parameters: {region_id: 10000002}
    callbacks: [{callback_id: save_csv, kwargs: {path: orders.csv}}]
"""


@pytest.mark.parametrize(("status", "command"), ONE_STATUS)
def test_each_ends_as_it_says(
    status: int, command: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands on the page, as a shell runs them."""
    (tmp_path / "bin").mkdir()
    caller = tmp_path / "bin" / "esi-fetch"
    caller.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m esi_fetch "$@"\n')
    caller.chmod(0o755)
    monkeypatch.setenv("PATH", str(caller.parent), prepend=":")
    (place / "forge.yaml").write_text(FORGE)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=place, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == status, done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_one_that_is_stopped(
    place: Path, sandbox: Sandbox, spawn: Spawn, number: signal.Signals, status: int
) -> None:
    """The last command, once it has sent something that nobody answers."""
    ((statuses, command),) = [each for each in EXAMPLES if " " in each[0]]
    assert str(status) in statuses.split()
    hangs = sandbox.faults.add("GetMarketsRegionIdOrders", hang=True, times=None)
    (place / "forge.yaml").write_text(FORGE)
    process = spawn(*command.split()[1:])
    until(lambda: hangs.hits > 0)
    process.send_signal(number)
    assert process.wait(timeout=30) == status


def test_each_status_has_a_row_and_an_example() -> None:
    """All of them, and no other."""
    rows = re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)
    shown = {status for statuses, _ in EXAMPLES for status in statuses.split()}
    assert set(rows) == shown == {"0", "1", "2", "3", "130", "143"}
