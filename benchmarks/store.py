"""What the local store costs, beside what it is built on: all ratios from one run.

Run it as ``python -m benchmarks.store``. Figures are microseconds an entry, the best of three rounds over 400
entries: pages of 1,000 orders (about 40 KB gzipped), then small answers. "bare" is ``sqlite3``, gunzip and
JSON with nothing around them; "stock" is requests-cache's own SQLite cache, in WAL mode.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
import requests
from requests_cache.backends import SQLiteCache
from requests_cache.models.response import CachedResponse
from rich.console import Console
from rich.table import Table
from urllib3 import HTTPResponse

from benchmarks.orders import page
from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import Entry, LocalStore

ENTRIES = 400
ROUNDS = 3
THREADS = 16
HEADERS = {
    "Cache-Control": "public",
    "Content-Type": "application/json; charset=UTF-8",
    "ETag": '"595aa6681b4c809914df2239cb1116892f53ef72f47ffd2013b59d49"',
    "Last-Modified": "Sun, 27 Sep 2026 04:25:14 GMT",
    "X-Pages": "405",
}


def make_bodies(rows: int) -> list[Body]:
    """Return some different pages, gzipped."""
    random_ = random.Random(rows)
    return [Body(gzip.compress(page(random_, rows), 6), "gzip") for _ in range(40)]


def make_entries(bodies: Sequence[Body], round_number: int) -> list[Entry]:
    """Return entries with the same keys in each round, and another body each time."""
    now = time.time()
    return [
        Entry(
            key=hashlib.sha256(str(number).encode()).hexdigest(),
            op_id="GetMarketsRegionIdOrders",
            method="GET",
            url=f"https://esi.evetech.net/markets/10000002/orders?order_type=all&page={number}",
            character=None,
            status=200,
            etag=HEADERS["ETag"],
            last_modified=HEADERS["Last-Modified"],
            pages=405,
            fetched_at=now,
            validated_at=now,
            expires_at=now + 300,
            body=bodies[(number + round_number) % len(bodies)],
        )
        for number in range(ENTRIES)
    ]


def as_response(entry: Entry) -> requests.Response:
    """Return the answer as ``requests`` would hand it to requests-cache."""
    response = requests.Response()
    response.status_code = entry.status
    response.url = entry.url
    response.headers.update(HEADERS)
    response._content = entry.body.unpacked()
    response.raw = HTTPResponse(body=response._content, headers=HEADERS, status=200, preload_content=False)
    response.request = requests.Request("GET", entry.url).prepare()
    return response


def best_us(work: Callable[[Entry], object], rounds: Sequence[Sequence[Entry]], *, threads: int = 1) -> float:
    """Return microseconds an entry, of the best round."""
    times = []
    for entries in rounds:
        start = threading.Barrier(threads + 1)

        def run(mine: Sequence[Entry], start: threading.Barrier = start) -> None:
            start.wait()
            for entry in mine:
                work(entry)

        workers = [threading.Thread(target=run, args=(entries[n::threads],)) for n in range(threads)]
        for worker in workers:
            worker.start()
        start.wait()
        begun = time.perf_counter()
        for worker in workers:
            worker.join()
        times.append(time.perf_counter() - begun)
    return min(times) / ENTRIES * 1e6


def measure(rows: int, folder: Path) -> dict[str, dict[str, float]]:
    """Return microseconds an entry, by deed and by who does it."""
    bodies = make_bodies(rows)
    rounds = [make_entries(bodies, number) for number in range(ROUNDS)]
    found: dict[str, dict[str, float]] = {}

    store = LocalStore(folder / "ours.sqlite", clock=SystemClock())
    stock = SQLiteCache(folder / "stock.sqlite", wal=True)
    bare = sqlite3.connect(folder / "bare.sqlite", isolation_level=None, check_same_thread=False)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = NORMAL")
    bare.execute("CREATE TABLE bodies (key TEXT PRIMARY KEY, value BLOB)")
    bare_lock = threading.Lock()
    responses = {id(entry): as_response(entry) for entries in rounds for entry in entries}

    def save_bare(entry: Entry) -> None:
        bare.execute("INSERT OR REPLACE INTO bodies VALUES (?, ?)", (entry.key, entry.body.wire))

    def save_stock(entry: Entry) -> None:
        stock.save_response(responses[id(entry)], cache_key=entry.key)

    def save_ours(entry: Entry) -> None:
        if not store.save(entry):
            raise RuntimeError("not saved")

    for deed, chosen in (("save", rounds[:1]), ("save again, other body", rounds[1:])):
        found[deed] = {
            "bare": best_us(save_bare, chosen),
            "stock": best_us(save_stock, chosen),
            "ours": best_us(save_ours, chosen),
        }

    def read_bare(entry: Entry) -> object:
        with bare_lock:
            rows = bare.execute("SELECT value FROM bodies WHERE key = ?", (entry.key,)).fetchall()
        return Body(rows[0][0], "gzip").data()

    def read_stock(entry: Entry) -> object:
        response: CachedResponse | None = stock.get_response(entry.key)
        if response is None:
            raise RuntimeError("not found")
        return orjson.loads(response.content)

    def read_ours(entry: Entry) -> object:
        stored = store.find(entry.key)
        if stored is None or not stored.is_fresh(time.time()):
            raise RuntimeError("not found")
        return stored.body.data()

    for deed, threads in (("read, decoded", 1), (f"read, decoded, {THREADS} threads", THREADS)):
        found[deed] = {
            "bare": best_us(read_bare, rounds, threads=threads),
            "stock": best_us(read_stock, rounds, threads=threads),
            "ours": best_us(read_ours, rounds, threads=threads),
        }
    found["find alone"] = {"ours": best_us(lambda entry: store.find(entry.key), rounds)}
    found[f"find alone, {THREADS} threads"] = {
        "ours": best_us(lambda entry: store.find(entry.key), rounds, threads=THREADS)
    }

    def touch_ours(entry: Entry) -> None:
        now = time.time()
        store.touch(entry.key, validated_at=now, expires_at=now + 300)

    # At a 304 requests-cache writes the whole entry again.
    found["note a 304"] = {"stock": best_us(save_stock, rounds), "ours": best_us(touch_ours, rounds)}

    store.close()
    stock.close()
    bare.close()
    return found


def main() -> None:
    """Measure, and print a table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    for name, rows in (("pages of 1,000 orders", 1000), ("small answers", 1)):
        table = Table("what", title=f"{name}: µs an entry", title_justify="left")
        for heading in ("bare", "stock", "ours", "ours / bare", "stock / ours"):
            table.add_column(heading, justify="right")
        with tempfile.TemporaryDirectory() as folder:
            measured = measure(rows, Path(folder))
        for deed, by_whom in measured.items():
            bare, stock, ours = (by_whom.get(who) for who in ("bare", "stock", "ours"))
            cells = [f"{value:,.0f}" if value is not None else "" for value in (bare, stock, ours)]
            cells.append(f"{ours / bare:.2f}" if ours is not None and bare is not None else "")
            cells.append(f"{stock / ours:.1f}" if ours is not None and stock is not None else "")
            table.add_row(deed, *cells)
        Console().print(table)


if __name__ == "__main__":
    main()
