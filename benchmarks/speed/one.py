"""One measurement in a process of its own: ``python -m benchmarks.speed.one WHAT …``; prints a line of JSON.

Only the work itself is timed, not the start of the interpreter; processor time is that of all threads.
"""

from __future__ import annotations

import gc
import gzip
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import orjson

from benchmarks.speed.contenders import CONTENDERS, ours, over_sockets
from esi_fetch import Esi, Job
from esi_fetch.catalog import load_catalog
from esi_fetch.model.body import Body
from esi_fetch.store import Entry

__all__ = ["WHATS", "Measured", "fill"]

ORDERS = "GetMarketsRegionIdOrders"
Measured = dict[str, float]


def _timed(work: Callable[[], int]) -> Measured:
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    count = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {"count": count, "wall_s": wall, "cpu_s": cpu, "peak_bytes": peak}


def fetch(who: str, url: str, pages: int, workers: int, folder: Path) -> Measured:
    """Fetch all pages in one way."""
    return _timed(lambda: CONTENDERS[who](url, pages, workers, folder))


def server(url: str, pages: int, workers: int, folder: Path) -> Measured:
    """Take pages from the server and do nothing with them: what it can do at the most."""
    bodies: list[bytes] = []

    def work() -> int:
        over_sockets(url, pages, workers, bodies.append)
        return len(bodies)

    return _timed(work)


def fresh(url: str, pages: int, workers: int, folder: Path) -> Measured:
    """Get pages that the store has and that have not expired."""
    return _timed(lambda: ours(url, pages, workers, folder))


def bare(url: str, pages: int, workers: int, folder: Path) -> Measured:
    """Read the same bytes from SQLite, unpack and decode them; nothing else."""

    def work() -> int:
        rows: list[object] = []
        with closing(sqlite3.connect(folder / "bare.sqlite")) as file:
            for number in range(1, pages + 1):
                ((wire,),) = file.execute("SELECT body FROM pages WHERE number = ?", (number,)).fetchall()
                rows.extend(Body(wire, "gzip").data())
        return len(rows)

    return _timed(work)


def unchanged(url: str, pages: int, workers: int, folder: Path) -> Measured:
    """Ask for pages that are all answered 304; do not ask for their data."""

    def work() -> int:
        with Esi(base_url=url, home=folder, workers=workers) as esi:
            job = esi.fetch(Job(ORDERS, {"region_id": pages}), refresh=True)
            assert job.result is not None
            assert job.result.sources == {"not_modified": pages}, job.result
            return job.result.pages * 1000

    return _timed(work)


def small(url: str, jobs: int, workers: int, folder: Path) -> Measured:
    """Get small answers that the store has."""

    def each() -> Iterator[Job]:
        return (Job("GetUniverseTypesTypeId", {"type_id": number}) for number in range(1, jobs + 1))

    def work() -> int:
        with Esi(base_url=url, home=folder, workers=workers) as esi:
            return sum(1 for job in esi.stream(each()) if job.result is not None and job.result.ok)

    return _timed(work)


def fill(home: Path, count: int) -> None:
    """Put small entries into a store, all of them fresh."""
    with Esi(base_url="http://127.0.0.1:9", home=home) as esi:
        assert esi.store is not None
        fetcher, now = esi._parts.ready().fetcher, time.time()
        operation = esi.operations["GetUniverseTypesTypeId"]
        body = Body(gzip.compress(orjson.dumps({"name": "Type", "description": "x" * 300}), mtime=0), "gzip")
        for number in range(1, count + 1):
            call = fetcher.calls.make(operation, {"type_id": number}, character=None)
            if esi.store.glances([call.key]):
                continue
            entry = Entry(
                key=call.key,
                op_id=call.op_id,
                method=call.method,
                url=call.url,
                character=None,
                status=200,
                etag=None,
                last_modified=None,
                pages=None,
                fetched_at=now,
                validated_at=now,
                expires_at=now + 86_400,
                body=body,
            )
            assert esi.store.save(entry)


def catalog(url: str, count: int, workers: int, folder: Path) -> Measured:
    """Load the catalog, in a process that has not loaded anything of it."""
    return _timed(lambda: len(load_catalog(home=folder, date=None)))


WHATS = {
    "fetch": fetch,
    "server": server,
    "fresh": fresh,
    "bare": bare,
    "unchanged": unchanged,
    "small": small,
    "catalog": catalog,
}

if __name__ == "__main__":
    name, *asked = sys.argv[1:]
    *who, url, count, workers, folder = asked
    measured = WHATS[name](*who, url, int(count), int(workers), Path(folder))
    sys.stdout.buffer.write(orjson.dumps(measured) + b"\n")
