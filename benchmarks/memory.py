"""Peak memory of a region's whole book: page by page, into files, and all at once.

Run it as ``python benchmarks/memory.py``. Each figure is the peak resident memory of a process of its own
that fetches 400 pages of 1,000 orders from a loopback server, interpreter and libraries included. The bare
list of dicts, decoded by the same JSON library and held by a process that does nothing else, is what
``Esi.get`` is compared with.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson
import requests
from rich.console import Console
from rich.table import Table

from esi_fetch import Callback, Esi, Job
from esi_fetch.cli import main as command_line
from esi_fetch.sandbox import Sandbox

ORDERS = "GetMarketsRegionIdOrders"
REGION = 10000002
WAYS = (
    "nothing",
    "pages",
    "frame",
    "save_parquet",
    "save_csv",
    "save_jsonl",
    "esi-fetch get -o orders.csv",
    "get",
    "bare list",
)


def spend(way: str, *, url: str, home: str) -> int:
    """Fetch the book in one way; return how many rows there were."""
    if way == "bare list":
        rows: list[dict[str, object]] = []
        session = requests.Session()
        page = total = 1
        while page <= total:
            asked: dict[str, str | int] = {"order_type": "all", "page": page}
            answer = session.get(f"{url}/markets/{REGION}/orders", params=asked, timeout=30)
            answer.raise_for_status()
            total = int(answer.headers["X-Pages"])
            rows += orjson.loads(answer.content)
            page += 1
        return len(rows)
    if way.startswith("esi-fetch"):
        os.environ["ESI_FETCH_HOME"] = home
        file = Path(home, way.split()[-1])
        words = ["get", ORDERS, f"region_id={REGION}", "-o", str(file), "-q", "--base-url", url]
        command_line(words, standalone_mode=False)
        with file.open(encoding="utf-8") as lines:
            return sum(1 for _ in lines) - 1  # the first names the columns
    with Esi(base_url=url, home=home) as esi:
        if way == "nothing":
            return int(bool(esi.get("GetStatus"))) - 1
        if way == "pages":
            return sum(len(page) for page in esi.pages(ORDERS, region_id=REGION))
        if way == "frame":
            return len(esi.frame(ORDERS, region_id=REGION))
        if way == "get":
            return len(esi.get(ORDERS, region_id=REGION))
        callback = Callback(way, {"path": "orders"})
        job = esi.fetch(Job(ORDERS, {"region_id": REGION}, callbacks=(callback,)), output=home)
        assert job.result is not None
        assert job.result.ok, job.result
        return len(job.result.rows or ())


def peak_mb(way: str, *, url: str) -> tuple[int, float]:
    """Run one way in a process of its own; return its rows and its peak memory in MB."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, __file__, "--one", way, "--url", url, "--home", home]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows, peak = said.split()
    return int(rows), float(peak)


def main() -> None:
    """Measure all ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=400, help="pages of 1,000 orders")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--home", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        rows = spend(chosen.one, url=chosen.url, home=chosen.home)
        unit = 1024 if sys.platform != "darwin" else 1024 * 1024
        print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
        return
    os.environ.pop("ESI_FETCH_HOME", None)
    table = Table("way", "rows", "peak MB", title=f"{chosen.pages} pages of 1,000 orders")
    figures = {}
    with Sandbox(orders_pages=chosen.pages, limits=False, ttl_s=3600) as sandbox:
        for way in WAYS:
            rows, peak = peak_mb(way, url=sandbox.url)
            figures[way] = {"rows": rows, "peak_mb": round(peak, 1)}
            table.add_row(way, f"{rows:,}", f"{peak:.0f}")
    Console().print(table)
    ratio = figures["get"]["peak_mb"] / figures["bare list"]["peak_mb"]
    print(f"get is at {ratio:.2f} times the bare list")
    if chosen.json:
        chosen.json.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
