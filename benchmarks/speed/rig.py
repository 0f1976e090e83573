"""The server in a process of its own, and measurements in processes of theirs, taken in turn."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

from benchmarks.speed.one import Measured

__all__ = ["in_turn", "measured", "serving", "wall_of"]


@contextmanager
def serving(pages: int) -> Iterator[str]:
    """Run the server; give its URL."""
    command = [sys.executable, "-m", "benchmarks.speed.server", str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def measured(what: str, *asked: object) -> Measured:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.speed.one", what, *map(str, asked)]
    done = subprocess.run(command, check=True, capture_output=True)
    found: Measured = orjson.loads(done.stdout)
    return found


def wall_of(command: list[str], *, env: Mapping[str, str] | None = None) -> Measured:
    """Return how long a whole command takes."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=env)
    return {"wall_s": time.perf_counter() - began}


def in_turn(
    works: Mapping[str, Callable[[Path], Measured]], *, rounds: int, folder: Path
) -> dict[str, Measured]:
    """Do each of several things in each round, every time with an empty folder; return medians.

    Taken in turn, what the machine does besides hits all alike.
    """
    found: dict[str, list[Measured]] = {name: [] for name in works}
    for number in range(rounds):
        for place, (name, work) in enumerate(works.items()):
            own = folder / f"{number}-{place}"
            own.mkdir(parents=True)
            found[name].append(work(own))
    return {
        name: {field: statistics.median(one[field] for one in each) for field in each[0]}
        for name, each in found.items()
    }
