"""What a job costs beside its data: 100,000 small ones from the store, through ``stream`` and ``run``.

Run it as ``python benchmarks/stream.py``. Each figure is a process of its own, the best of some rounds:
microseconds a job, of processor time and of the clock on the wall, and the peak of the process's memory. The
"store's hit" is what nobody can do without: one thread that finds each entry and decodes it. The other ways
do that as well; the column "above the hit" is what they take beyond it, in the same run. "one in 100 fails"
asks for answers that the store has not got, offline, and counts that all others are whole.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from esi_fetch import Esi, Job
from esi_fetch.model.body import Body
from esi_fetch.store import Entry

HISTORY = "GetMarketsRegionIdHistory"
REGION = 10000002
SIZES = (1_000, 10_000, 100_000)
NOWHERE = "http://127.0.0.1:9"
ROUNDS = 3
DAY = {
    "average": 5.25,
    "date": "2026-09-27",
    "highest": 5.27,
    "lowest": 5.11,
    "order_count": 2267,
    "volume": 16276782035,
}


def jobs(count: int, *, missing: int = 0) -> Iterator[Job]:
    """Yield jobs, made one by one; every so-many-th asks for what is not in the store."""
    for number in range(1, count + 1):
        is_missing = missing and number % missing == 0
        yield Job(HISTORY, {"region_id": REGION, "type_id": -number if is_missing else number})


def fill(home: Path, count: int) -> None:
    """Put an answer for each job into a store."""
    with Esi(base_url=NOWHERE, home=home) as esi:
        assert esi.store is not None
        now = time.time()
        body = Body(gzip.compress(json.dumps([DAY]).encode()), "gzip")
        for key, url in calls(esi, count):
            esi.store.save(
                Entry(
                    key=key,
                    op_id=HISTORY,
                    method="GET",
                    url=url,
                    character=None,
                    status=200,
                    etag='"595aa6681b4c809914df2239cb1116892f53ef72f47ffd2013b59d49"',
                    last_modified="Sun, 27 Sep 2026 04:25:14 GMT",
                    pages=None,
                    fetched_at=now,
                    validated_at=now,
                    expires_at=now + 86_400,
                    body=body,
                )
            )


def calls(esi: Esi, count: int) -> Iterator[tuple[str, str]]:
    """Yield the keys and URLs of all requests."""
    make, operation = esi._parts.ready().fetcher.calls.make, esi.operations[HISTORY]
    for job in jobs(count):
        call = make(operation, job.parameters, character=None)
        yield call.key, call.url


def hits(esi: Esi, count: int) -> Callable[[], int]:
    """Find and decode every entry, in one thread."""
    store, keys = esi.store, [key for key, _ in calls(esi, count)]
    assert store is not None

    def work() -> int:
        return sum(entry.body.data() == [DAY] for key in keys if (entry := store.find(key)))

    return work


def whole(done: Iterable[Job]) -> int:
    """Count the jobs that have their data."""
    return sum(job.result is not None and job.result.data == [DAY] for job in done)


WAYS: dict[str, Callable[[Esi, int], Callable[[], int]]] = {
    "store's hit": hits,
    "stream": lambda esi, count: lambda: whole(esi.stream(jobs(count))),
    "stream, in order": lambda esi, count: lambda: whole(esi.stream(jobs(count), in_order=True)),
    "stream, one in 100 fails": lambda esi, count: (
        lambda: whole(esi.stream(jobs(count, missing=100))) + count // 100
    ),
    "run, a report of all": lambda esi, count: lambda: whole(esi.run(jobs(count))),
}


def spend(way: str, count: int, home: Path) -> tuple[float, float]:
    """Work in one way; return the seconds it took, of processor time and of the clock on the wall."""
    with Esi(base_url=NOWHERE, home=home, offline="fails" in way) as esi:
        work = WAYS[way](esi, count)
        began, wall = time.process_time(), time.perf_counter()
        assert work() == count
        return time.process_time() - began, time.perf_counter() - wall


def measured(way: str, count: int, home: Path) -> tuple[float, float, float]:
    """Return the microseconds a job, of the processor and on the wall, and the peak memory in MB."""
    best, wall, peak = float("inf"), float("inf"), 0.0
    for _ in range(ROUNDS):
        command = [sys.executable, __file__, "--one", way, "--jobs", str(count), "--home", str(home)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        cpu_s, wall_s, peak = map(float, said)
        best, wall = min(best, cpu_s / count * 1e6), min(wall, wall_s / count * 1e6)
    return best, wall, peak


def main() -> None:
    """Measure all ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--one", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        unit = 1024 if sys.platform != "darwin" else 1024 * 1024
        seconds = spend(chosen.one, chosen.jobs, chosen.home)
        print(*seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
        return
    table = Table("way", *["jobs", "µs of processor", "µs on the wall", "µs above the hit", "peak MB"])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home, SIZES[-1])
        bare: dict[int, float] = {}
        for way in WAYS:
            for count in SIZES:
                cpu, wall, peak = measured(way, count, home)
                above = cpu - bare.setdefault(count, cpu)
                table.add_row(way, f"{count:,}", *[f"{each:.0f}" for each in (cpu, wall, above, peak)])
            table.add_section()
    Console().print(table)


if __name__ == "__main__":
    main()
