"""The command line in this process, and in one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from esi_fetch.cli import exits, main
from esi_fetch.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Invoke = Callable[..., Result]
Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI with few rows."""
    with Sandbox(page_size=20, orders_pages=3) as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, with settings that lead to the sandbox."""
    for name in [name for name in os.environ if name.startswith(("ESI_FETCH_", "_ESI_FETCH"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ESI_FETCH_BASE_URL", sandbox.url)
    monkeypatch.setenv("ESI_FETCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ESI_FETCH_RETRIES", "0")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def invoke(place: Path) -> Invoke:
    """Run the command line in this process."""

    def run(*args: str, input: str | bytes | None = None, env: Mapping[str, str] | None = None) -> Result:
        result = CliRunner().invoke(main, args, input=input, env=env, prog_name="esi-fetch")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def spawn(place: Path) -> Iterator[Spawn]:
    """Start the command line in a process of its own; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(
        *args: str, script: Path | None = None, env: Mapping[str, str] | None = None, **more: Any
    ) -> subprocess.Popen[bytes]:
        options: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **more,
        }
        process = subprocess.Popen(
            [sys.executable, *([str(script)] if script else ["-m", "esi_fetch"]), *args],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)  # there is no event of another process to wait for


def join_timers() -> None:
    """Wait for what a stopped command line has set to happen a little later."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(10)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The statuses the process would have ended with at once; signals are as before afterwards."""
    statuses: list[int] = []
    monkeypatch.setattr(exits.os, "_exit", statuses.append)
    monkeypatch.setattr(exits, "_GRACE_S", 0.0)
    before = [signal.getsignal(number) for number in SIGNALS]
    yield statuses
    join_timers()  # before os._exit is itself again
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)
