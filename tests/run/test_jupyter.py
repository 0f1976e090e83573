"""Runs in a Jupyter kernel that is interrupted."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.sandbox import Sandbox

pytest.importorskip("ipykernel", reason="Jupyter's kernel is not installed")
manager = pytest.importorskip("jupyter_client.manager", reason="Jupyter's client is not installed")

pytestmark = [
    # Warnings of Jupyter's own libraries are not ours.
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows"),
]

ROOT = Path(__file__).parent.parent.parent
ANSWER_S = 30.0


class Kernel:
    """A kernel in a process of its own."""

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager = manager
        self._client = client
        self.pictures: list[str] = []

    def begin(self, code: str) -> str:
        """Hand over a cell."""
        return str(self._client.execute(code))

    def interrupt(self) -> None:
        """Do what the notebook's stop button does."""
        self._manager.interrupt_kernel()

    def end(self, cell: str) -> str:
        """Wait for a cell's end; return what it printed, and its error's name."""
        printed = ""
        while True:
            message = self._client.get_iopub_msg(timeout=ANSWER_S)
            if message["parent_header"].get("msg_id") != cell:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                printed += content["text"]
            elif message["msg_type"] == "error":
                printed += content["ename"]
            elif message["msg_type"] in ("display_data", "update_display_data"):
                self.pictures.append(content["data"]["text/plain"])
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return printed

    def run(self, code: str) -> str:
        return self.end(self.begin(code))


@pytest.fixture
def kernel(esi_sandbox: Sandbox, tmp_path: Path) -> Iterator[Kernel]:
    """A kernel whose settings lead to the sandbox."""
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ESI_FETCH_HOME": str(tmp_path / "home"),
        "ESI_FETCH_BASE_URL": esi_sandbox.url,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    running, client = manager.start_new_kernel(kernel_name="python3", env=env, startup_timeout=60)
    try:
        yield Kernel(running, client)
    finally:
        client.stop_channels()
        running.shutdown_kernel(now=True)


def reached(sandbox: Sandbox, requests: int) -> None:
    never = threading.Event()
    for _ in range(2000):
        if sandbox.count(op_id="GetUniverseTypesTypeId") >= requests:
            return
        never.wait(0.01)  # there is no event of another process to wait for
    raise AssertionError("it never happened")


def test_an_interrupted_kernel_goes_on(kernel: Kernel, esi_sandbox: Sandbox) -> None:
    """The cell ends with the report at hand, and the next cell works with the same client."""
    esi_sandbox.faults.add("GetUniverseTypesTypeId", times=None, skip=2, hang=True)
    assert kernel.run("from esi_fetch import Esi, Job, RunInterrupted\nesi = Esi(workers=4)") == ""
    types = 'Job("GetUniverseTypesTypeId").for_each({"type_id": range(1, 2001)})'
    cell = kernel.begin(f"report = esi.run({types})")
    reached(esi_sandbox, 6)
    kernel.interrupt()
    assert kernel.end(cell) == "RunInterrupted"
    told = kernel.run(
        "import sys\nreport = sys.last_value.report\nprint(len(report), report.totals.cancelled)"
    )
    assert told == "2000 1998\n"
    cell = kernel.begin("esi.get('GetUniverseTypesTypeId', type_id=34)")
    reached(esi_sandbox, 7)
    kernel.interrupt()
    assert kernel.end(cell) == "KeyboardInterrupt"
    assert kernel.run("print(esi.get('GetStatus')['players'] > 0)") == "True\n"
    assert kernel.run("print(esi.run([Job('GetMarketsPrices')]).totals.ok)") == "1\n"


def test_progress_is_a_picture_below_the_cell(kernel: Kernel) -> None:
    """One picture is drawn, and changes while the run goes on; no widget is needed."""
    told = kernel.run(
        "from esi_fetch import Esi, Job\n"
        "from esi_fetch.observers import Progress\n"
        "report = Esi().run([Job('GetStatus'), Job('GetMarketsPrices')], observers=[Progress()])"
    )
    assert told == ""
    assert "0/2" in kernel.pictures[0]
    assert "2/2" in kernel.pictures[-1]
