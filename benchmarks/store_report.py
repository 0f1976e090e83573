"""What a report on a large store costs: 5,000 pages of 1,000 orders, about 240 KB each, 43 KB gzipped.

Run it as ``python -m benchmarks.store_report``. Milliseconds, the best and the median of seven rounds in one
run, each round with the file opened anew: a report of ours, with all its groups; reading the same rows and
nothing more, which is the least that it can cost; and requests-cache's own way to list its responses, which
unpacks each, over the same answers. ``--entries`` makes it smaller.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import requests
from requests_cache.backends import SQLiteCache
from rich.console import Console
from rich.table import Table
from urllib3 import HTTPResponse

from benchmarks.store import HEADERS, make_bodies
from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import Asked, Entry, LocalStore, Variant

ROUNDS = 7
VARIANT = Variant("en", "tranquility", "2026-08-18")


def fill(path: Path, bodies: list[Body], count: int) -> None:
    """Write a store with pages of some regions' orders."""
    now = time.time()
    with LocalStore(path, clock=SystemClock()) as store:
        for number in range(count):
            region, page = 10000001 + number // 400, number % 400 + 1
            url = f"https://esi.evetech.net/markets/{region}/orders?order_type=all&page={page}"
            asked = Asked({"region_id": region, "order_type": "all", "page": page}, VARIANT)
            store.save(
                Entry(
                    key=hashlib.sha256(url.encode()).hexdigest(),
                    op_id="GetMarketsRegionIdOrders",
                    method="GET",
                    url=url,
                    character=None,
                    status=200,
                    etag=HEADERS["ETag"],
                    last_modified=HEADERS["Last-Modified"],
                    pages=400,
                    fetched_at=now,
                    validated_at=now,
                    expires_at=now + 300,
                    body=bodies[number % len(bodies)],
                    asked=asked,
                )
            )


def fill_stock(path: Path, bodies: list[Body], count: int) -> None:
    """Write the same answers as requests-cache does."""
    cache = SQLiteCache(path, wal=True)
    for number in range(count):
        response = requests.Response()
        response.status_code, response.url = 200, f"https://esi.evetech.net/orders?page={number}"
        response.headers.update(HEADERS)
        response._content = bodies[number % len(bodies)].unpacked()
        response.raw = HTTPResponse(body=b"", headers=HEADERS, status=200, preload_content=False)
        response.request = requests.Request("GET", response.url).prepare()
        cache.save_response(response, cache_key=str(number))
    cache.close()


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the best and the median of some rounds, in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times), statistics.median(times)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=5000)
    count = parser.parse_args().entries
    bodies = [Body(gzip.compress(body.unpacked(), 6), "gzip") for body in make_bodies(1000)]
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = Path(folder) / "ours.sqlite", Path(folder) / "stock.sqlite"
        fill(ours, bodies, count)
        fill_stock(stock, bodies, count // 10)

        def report() -> None:
            with LocalStore(ours, clock=SystemClock()) as store:
                found = store.report()
                if (found.total.entries, len(found.by("operation"))) != (count, 1):
                    raise RuntimeError("not all is there")
                found.by("character")
                found.by("parameter")

        def bare() -> None:
            database = sqlite3.connect(ours)
            database.execute("SELECT key, value, expires, asked FROM entries").fetchall()
            database.close()

        def listed() -> None:
            cache = SQLiteCache(stock, wal=True)
            sum(response.size for response in cache.filter(expired=True))
            cache.close()

        measured = {"a report": timed(report), "the rows alone": timed(bare)}
        # A tenth of the entries, and fewer rounds: it takes seconds.
        measured["requests-cache, all unpacked"] = tuple(10 * each for each in timed(listed, 3))  # type: ignore[assignment]
        size = ours.stat().st_size / 1e6
    bare_ms = measured["the rows alone"][1]
    table = Table("what", title=f"{count:,} entries, {size:,.0f} MB: ms", title_justify="left")
    for heading in ("best", "median", "ratio to the rows"):
        table.add_column(heading, justify="right")
    for name, (best, median) in measured.items():
        table.add_row(name, f"{best:,.0f}", f"{median:,.0f}", f"{median / bare_ms:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
