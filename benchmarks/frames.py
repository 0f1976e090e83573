"""What a typed frame of a region's whole book costs, beside ``pandas.DataFrame(list_of_dicts)``.

Run it as ``python benchmarks/frames.py``. Nothing is fetched. There are two starting points, and each way is
compared with others from the same one; the last ratio mixes them, to the disadvantage of the frame:

- rows: 400,000 orders as a list of dicts, which somebody has made already
- pages: the same orders as 400 gzipped pages, as they came over the wire; both sides unpack and decode them

Times are seconds of CPU, medians over rounds in which the ways take turns. Memory is the peak of a process of
its own for each way, less that of one that only holds the pages.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from rich.console import Console
from rich.table import Table

from esi_fetch import Job
from esi_fetch.callbacks import save_parquet
from esi_fetch.catalog import bundled
from esi_fetch.frames import frame_of_job
from esi_fetch.model.body import Body
from esi_fetch.model.lazy import LazyData, PagedData
from esi_fetch.model.result import Result, Source, State

ORDERS = "GetMarketsRegionIdOrders"
RANGES = ("station", "region", "solarsystem", "1", "2", "3", "4", "5", "10", "20", "30", "40")


def order(number: int) -> dict[str, Any]:
    """Return a made-up order."""
    return {
        "duration": 90,
        "is_buy_order": number % 3 == 0,
        "issued": f"2026-09-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:{number * 7 % 60:02}Z",
        "location_id": 60003760 + number % 100,
        "min_volume": 1,
        "order_id": 7_419_723_775 + number,
        "price": round(number * 1234.5678 % 1e6, 2),
        "range": RANGES[number % len(RANGES)],
        "system_id": 30000142,
        "type_id": 34 + number % 5000,
        "volume_remain": number % 10_000,
        "volume_total": 10_000,
    }


def make_pages(count: int) -> list[Body]:
    """Return pages of 1,000 orders, gzipped."""
    pages = ([order(page * 1000 + row) for row in range(1000)] for page in range(count))
    return [Body(gzip.compress(orjson.dumps(page), 6), "gzip") for page in pages]


def job_with(payload: LazyData) -> Job:
    """Return a job that has just got this data."""
    return Job(ORDERS, result=Result(State.SUCCEEDED, Source.REMOTE, complete=True, payload=payload))


class Ways:
    """Everything that is compared.

    Args:
        pages: The book.
    """

    def __init__(self, pages: list[Body]) -> None:
        self._pages = pages
        self._rows: list[Any] = []

    def decode(self) -> list[Any]:
        """Return the rows of all pages."""
        return [row for page in self._pages for row in page.data()]

    def hold_rows(self) -> None:
        """Make the list of dicts that some ways start from."""
        self._rows = self.decode()

    def bare_from_rows(self) -> pd.DataFrame:
        """Give the rows to pandas: texts stay texts."""
        return pd.DataFrame(self._rows)

    def frame_from_rows(self) -> pd.DataFrame:
        """Make a typed frame of the rows."""
        return frame_of_job(job_with(LazyData.of(self._rows)), catalog=bundled())

    def bare_from_pages(self) -> pd.DataFrame:
        """Decode everything and give it to pandas."""
        return pd.DataFrame(self.decode())

    def typed_from_pages(self) -> pd.DataFrame:
        """Do the same, and bring the columns to the dtypes of the frame by hand."""
        frame = pd.DataFrame(self.decode())
        frame["issued"] = pd.to_datetime(frame["issued"], utc=True)
        frame["range"] = frame["range"].astype(pd.CategoricalDtype(list(RANGES)))
        ids = ["location_id", "order_id", "system_id", "type_id"]
        return frame.astype(dict.fromkeys(ids, "Int64"))

    def frame_from_pages(self) -> pd.DataFrame:
        """Make a typed frame page by page, as ``esi.frame`` does."""
        payload = PagedData([LazyData(page.data) for page in self._pages], count=1000 * len(self._pages))
        return frame_of_job(job_with(payload), catalog=bundled())

    def bare_to_parquet(self) -> None:
        """Decode everything, give it to pandas, and write that."""
        with tempfile.TemporaryDirectory() as folder:
            pd.DataFrame(self.decode()).to_parquet(Path(folder, "x.parquet"), compression="zstd")

    def save_parquet(self) -> None:
        """Write typed Parquet page by page."""
        payload = PagedData([LazyData(page.data) for page in self._pages], count=1000 * len(self._pages))
        with tempfile.TemporaryDirectory() as folder:
            save_parquet(job_with(payload), path=Path(folder, "x.parquet"))

    def nothing(self) -> None:
        """Hold the pages."""


RATIOS = (
    ("frame_from_rows", "bare_from_rows", "both from rows"),
    ("frame_from_pages", "bare_from_pages", "both from pages"),
    ("frame_from_pages", "typed_from_pages", "both from pages, both with dtypes"),
    ("save_parquet", "bare_to_parquet", "both from pages, into Parquet"),
    ("frame_from_pages", "bare_from_rows", "decoding counted on our side alone"),
)
TIMED = tuple(dict.fromkeys(name for pair in RATIOS for name in pair[:2]))
FROM_PAGES = ("bare_from_pages", "typed_from_pages", "frame_from_pages", "bare_to_parquet", "save_parquet")


def timed(way: Callable[[], object]) -> float:
    """Return how many seconds of CPU a way takes."""
    gc.collect()
    began = time.process_time()
    result = way()
    took = time.process_time() - began
    del result
    return took


def peak_mb(way: str, *, pages: int) -> float:
    """Return the peak memory of a process of its own that goes one way, in MB."""
    command = [sys.executable, __file__, "--one", way, "--pages", str(pages)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure all ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=400, help="pages of 1,000 orders")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        getattr(Ways(make_pages(chosen.pages)), chosen.one)()
        unit = 1024 if sys.platform != "darwin" else 1024 * 1024
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit)
        return
    # First, while this process is small: a new process counts what the one that starts it holds.
    held = peak_mb("nothing", pages=chosen.pages)
    peaks = {name: peak_mb(name, pages=chosen.pages) - held for name in FROM_PAGES}
    ways = Ways(make_pages(chosen.pages))
    ways.hold_rows()
    taken: dict[str, list[float]] = {name: [] for name in TIMED}
    for _ in range(chosen.rounds):
        for name in TIMED:
            taken[name].append(timed(getattr(ways, name)))
    table = Table("way", "CPU s", "peak MB", title=f"{chosen.pages * 1000:,} orders")
    for name in TIMED:
        peak = f"{peaks[name]:,.0f}" if name in peaks else ""
        table.add_row(name, f"{statistics.median(taken[name]):.2f}", peak)
    Console().print(table)
    ratios = Table("ours", "beside", "time", "memory", "")
    for ours, other, note in RATIOS:
        # Of the rounds' ratios, not of the medians: what else the machine does falls on both alike.
        ratio = statistics.median(a / b for a, b in zip(taken[ours], taken[other], strict=True))
        memory = f"{peaks[ours] / peaks[other]:.2f}" if ours in peaks and other in peaks else ""
        ratios.add_row(ours, other, f"{ratio:.2f}", memory, note)
    Console().print(ratios)


if __name__ == "__main__":
    main()
