"""Eight processes with eight threads each, one file: nothing is lost, locked or torn, whatever ends them.

For a few seconds; ``ESI_FETCH_STORE_STRESS_S=60`` makes it the whole minute, and ``--log-cli-level=info``
tells how much was done.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.store import LocalStore
from tests.store.conftest import make_entry
from tests.store.store_worker import SHARED
from tests.store.test_concurrency import is_whole, version

ROOT = Path(__file__).parents[2]
PROCESSES, THREADS = 8, 8

log = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def seconds() -> float:
    """How long the processes work."""
    return float(os.environ.get("ESI_FETCH_STORE_STRESS_S", "3"))


Worker = subprocess.Popen[str]


@pytest.fixture
def started(path: Path, seconds: float) -> Iterator[list[Worker]]:
    """Processes that are ready, and wait for a word; none of them has opened the file."""
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.store.store_worker",
                str(path),
                str(number),
                str(seconds),
                str(THREADS),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", worker.communicate()
    yield workers
    for worker in workers:
        if worker.poll() is None:
            worker.kill()
        worker.communicate()


def begin(workers: list[Worker]) -> None:
    """Give all processes the word at the same moment."""
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()


def told_by(worker: Worker, seconds: float) -> dict[str, Any]:
    """Return what a process says in the end."""
    output, errors = worker.communicate(timeout=seconds + 120)
    assert worker.returncode == 0, errors
    told: dict[str, Any] = json.loads(output)
    return told


def check(path: Path) -> None:
    """Look at a file as SQLite does, and at each entry as the store does."""
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    keys = [key for (key,) in database.execute("SELECT key FROM entries")]
    bodies = {key for (key,) in database.execute("SELECT key FROM bodies")}
    database.close()
    assert bodies <= set(keys)
    assert {key for key in keys if not key.endswith("~")} <= bodies
    with LocalStore(path, clock=SystemClock()) as store:
        for key in keys:
            found = store.find_previous(key[:-1]) if key.endswith("~") else store.find(key)
            assert found is not None
            assert is_whole(found)


def test_nothing_is_lost_locked_or_torn(started: list[Worker], path: Path, seconds: float) -> None:
    """All that the processes were told is kept is there in its last version; nobody met a lock."""
    begin(started)
    told = [told_by(worker, seconds) for worker in started]
    assert [each["wrong"] for each in told] == [[]] * PROCESSES
    assert [each["said"] for each in told] == [[]] * PROCESSES
    with LocalStore(path, clock=SystemClock()) as store:
        for each in told:
            for name, number in each["kept"].items():
                found = store.find(make_entry(name).key)
                assert found is not None
                assert (found.pages, found.body) == (number, version(name, number).body)
        assert all(store.find(make_entry(f"shared {number}").key) for number in range(SHARED))
        assert len(store.data_sets()) >= PROCESSES
    check(path)
    rounds = sum(each["rounds"] for each in told)
    log.info("%d rounds of 2 saves, 1 touch and 2 reads in %.0f s", rounds, seconds)
    assert rounds > PROCESSES * THREADS


def test_processes_killed_in_the_middle_leave_a_sound_file(
    started: list[Worker], path: Path, seconds: float
) -> None:
    """While all write, half of them are killed; the others lose nothing, and the file is sound."""
    begin(started)
    with LocalStore(path, clock=SystemClock()) as store:
        while not all(store.find(make_entry(f"{number} 0 1").key) for number in range(PROCESSES)):
            pass  # until each of them is under way
        for worker in started[::2]:
            worker.kill()
        told = [told_by(worker, seconds) for worker in started[1::2]]
        assert [each["wrong"] for each in told] == [[]] * (PROCESSES // 2)
        assert [each["said"] for each in told] == [[]] * (PROCESSES // 2)
        for each in told:
            for name, number in each["kept"].items():
                found = store.find(make_entry(name).key)
                assert found is not None
                assert found.pages == number
        assert store.save(make_entry("after"))
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
