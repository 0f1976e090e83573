"""Rows lost and doubled when a book is regenerated while it is walked over, by who walks.

Run it as ``python benchmarks/completeness.py``. Exits with 1 when a result of ours that is called complete is
not exactly the snapshot that it claims to be.

The book has 100 pages of 100 orders and is served by the sandbox, whose answers take 20 ms. Three walk over
it:

* *sequential*: page 1, then the others one by one up to its ``X-Pages``, as most scripts do it
* *pool*: the same, with the others asked for by a thread pool
* *ours*: ``Esi``, with as many workers as the pool, and nothing in its store

There are two ways in which the book is regenerated:

* *announced*: just when its ``Expires`` says so, which is sooner than the sequential walk can end. Walks
  begin at seeded moments of that period. Who looks at ``Expires`` can avoid some of these regenerations.
* *surprises*: long before its ``Expires``, after seeded pauses of 0.3 to 1.3 times what the pool takes for a
  book at rest, so that on average a snapshot is gone before a walk can end. Nobody can avoid these, and
  ours gets the book only where a snapshot lasts for as long as its pages take.

Each way and each walk have their thirty runs, with the same seeds. So that ``Last-Modified``, which counts
whole seconds, and the announced wait keep their proportions, the sandbox and ``Esi`` live on one clock that
runs 40 times as fast as the machine's; the table is in the machine's seconds.

The yardstick: a result of ours says which snapshot it is (``snapshot_at``), and is held against that one.
The others do not say, so for them it is whichever of the snapshots they were served from flatters them most.
Lost is an order of that snapshot that is missing, doubled one that is there again, phantom one that was not
in it, and outdated one that is as it was at another time. Rows are summed over the runs that were called
complete.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from esi_fetch import Esi, Job
from esi_fetch.sandbox import Sandbox

REGION = 10000002
ORDERS = "GetMarketsRegionIdOrders"
PAGES = 100
ROWS_A_PAGE = 100
LATENCY_S = 0.02
WORKERS = 16
SPEED = 40.0
TTL_S = {"announced": 60.0, "surprises": 300.0}  # on the fast clock: 1.5 and 7.5 s
PAUSES = (0.3, 1.3)  # between surprises, in walks of the pool

Rows = list[Any]


class FastClock:
    """A clock that runs faster than the machine's, and can skip time."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()
        self._epoch = time.time()
        self._skipped_s = 0.0

    def now(self) -> float:
        """Return the wall-clock time in fast seconds."""
        return self._epoch + self.monotonic()

    def monotonic(self) -> float:
        """Return fast seconds since it was made."""
        return (time.monotonic() - self._began) * self._speed + self._skipped_s

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait for the event, for so many fast seconds at most; return whether it is set."""
        return event.wait(max(0.0, timeout_s) / self._speed)

    def skip(self, seconds: float) -> None:
        """Step over so many fast seconds."""
        self._skipped_s += seconds


class Book:
    """The book, and which of its snapshots was made when."""

    def __init__(self, sandbox: Sandbox, clock: FastClock, *, ttl_s: float) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.ttl_s = ttl_s
        self._noted: list[tuple[float, int]] = []
        self._note()

    def _note(self) -> None:
        snapshot = self.sandbox.snapshot(ORDERS)
        self._noted.append((snapshot.born_at, snapshot.number))

    def number_at(self, born_at: float) -> int:
        """Return the number of the snapshot made at that time."""
        # Between two that were noted, all were made at the expiry of the one before.
        noted_at, number = max(one for one in self._noted if one[0] <= born_at)
        return number + round((born_at - noted_at) / self.ttl_s)

    def seen(self) -> set[int]:
        """Return the numbers of the snapshots that were served since the log was cleared."""
        return {seen.snapshot for seen in self.sandbox.requests if seen.snapshot is not None}

    @contextlib.contextmanager
    def surprises(self, pauses_s: Callable[[], float] | None) -> Iterator[None]:
        """Regenerate the book again and again; *pauses_s* gives the real seconds between, None for never."""
        over = threading.Event()

        def churn() -> None:
            while pauses_s is not None and not over.wait(pauses_s()):
                self.sandbox.regenerate(ORDERS)
                self._note()

        churning = threading.Thread(target=churn)
        churning.start()
        try:
            yield
        finally:
            over.set()
            churning.join()


@dataclass(frozen=True)
class Flaws:
    """What is wrong with the rows of one walk."""

    lost: int
    doubled: int
    phantom: int
    outdated: int

    @property
    def total(self) -> int:
        """How many rows are wrong."""
        return self.lost + self.doubled + self.phantom + self.outdated


def flaws_in(rows: Rows, truth: Rows) -> Flaws:
    """Compare rows with a snapshot."""
    real = {row["order_id"]: row for row in truth}
    found = Counter(row["order_id"] for row in rows)
    return Flaws(
        lost=len(real.keys() - found.keys()),
        doubled=len(rows) - len(found),
        phantom=len(found.keys() - real.keys()),
        outdated=sum(row != real.get(row["order_id"], row) for row in rows),
    )


@dataclass(frozen=True)
class Walked:
    """What a walk returned, and what it claims to be: the snapshot's number, None when it does not say."""

    rows: Rows
    claimed: int | None = None


def get_page(session: requests.Session, url: str, page: int) -> requests.Response:
    """Return one page, as scripts ask for it."""
    response = session.get(url, params={"page": str(page), "order_type": "all"}, timeout=30)
    response.raise_for_status()
    return response


def sequential(book: Book) -> Walked | None:
    """Walk page by page; None when the walk failed."""
    url = f"{book.sandbox.url}/markets/{REGION}/orders"
    with requests.Session() as session, contextlib.suppress(requests.HTTPError):
        first = get_page(session, url, 1)
        rows: Rows = first.json()
        for page in range(2, int(first.headers["X-Pages"]) + 1):
            rows += get_page(session, url, page).json()
        return Walked(rows)
    return None


def pool(book: Book) -> Walked | None:
    """Walk with a thread pool; None when the walk failed."""
    url = f"{book.sandbox.url}/markets/{REGION}/orders"
    with requests.Session() as session, contextlib.suppress(requests.HTTPError):
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=WORKERS))
        first = get_page(session, url, 1)
        others = range(2, int(first.headers["X-Pages"]) + 1)
        with ThreadPoolExecutor(WORKERS) as workers:
            answers = list(workers.map(lambda page: get_page(session, url, page), others))
        return Walked([row for answer in (first, *answers) for row in answer.json()])
    return None


def ours(book: Book) -> Walked | None:
    """Walk with Esi; None when the walk failed because the book did not come together."""
    with (
        tempfile.TemporaryDirectory() as home,
        Esi(base_url=book.sandbox.url, home=home, workers=WORKERS, clock=book.clock) as esi,
    ):
        result = esi.fetch(Job(ORDERS, {"region_id": REGION})).result
        assert result is not None
        if result.error is not None:
            if result.error.type != "IncompletePagesError":
                raise RuntimeError(f"{result.error.type}: {result.error.message}")
            return None
        assert result.snapshot_at is not None
        return Walked(result.data, book.number_at(result.snapshot_at.timestamp()))


WALKS = {"sequential": sequential, "pool": pool, "ours": ours}


@dataclass
class Tally:
    """What became of the runs of one walk under one way of regeneration."""

    regenerated: str
    walk: str
    runs: int = 0
    complete: int = 0
    true: int = 0
    failed: int = 0
    lost: int = 0
    doubled: int = 0
    phantom: int = 0
    outdated: int = 0
    snapshots: list[int] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    elapsed_s: list[float] = field(default_factory=list)

    def add(self, walked: Walked | None, book: Book, *, elapsed_s: float) -> None:
        """Count one run."""
        seen = book.seen()
        self.runs += 1
        self.snapshots.append(len(seen))
        self.requests.append(len(book.sandbox.requests))
        self.elapsed_s.append(elapsed_s)
        if walked is None:
            self.failed += 1
            return
        candidates = seen if walked.claimed is None else {walked.claimed}
        truths = (book.sandbox.orders_at(REGION, number) for number in candidates)
        flaws = min((flaws_in(walked.rows, truth) for truth in truths), key=lambda one: one.total)
        self.complete += 1
        self.true += flaws.total == 0
        self.lost += flaws.lost
        self.doubled += flaws.doubled
        self.phantom += flaws.phantom
        self.outdated += flaws.outdated


def at_rest_s(latency_s: float) -> float:
    """Return how many seconds the pool takes for a book at rest, the best of five."""
    clock = FastClock(1.0)
    times = []
    with open_sandbox(clock, ttl_s=300.0, latency_s=latency_s, seed=len(WALKS)) as sandbox:
        book = Book(sandbox, clock, ttl_s=300.0)
        for _ in range(5):
            began = time.perf_counter()
            pool(book)
            times.append(time.perf_counter() - began)
            sandbox.regenerate(ORDERS)  # the sandbox makes pages when they are first asked for
    return min(times)


def open_sandbox(clock: FastClock, *, ttl_s: float, latency_s: float, seed: int) -> Sandbox:
    """Return the sandbox that serves the book; nothing limits it, as limits would make all of them wait."""
    # Sandboxes of one seed share the pages that they have made: who comes second would be served faster.
    return Sandbox(
        clock=clock,
        seed=seed,
        orders_pages=PAGES,
        page_size=ROWS_A_PAGE,
        ttl_s=ttl_s,
        latency_s=latency_s,
        limits=False,
        error_limit=1_000_000,
    )


def measure(way: str, name: str, *, runs: int, latency_s: float, rest_s: float) -> Tally:
    """Let one walk run so many times."""
    tally, clock, ttl_s = Tally(way, name), FastClock(SPEED), TTL_S[way]
    seed = list(WALKS).index(name)
    with open_sandbox(clock, ttl_s=ttl_s, latency_s=latency_s, seed=seed) as sandbox:
        book = Book(sandbox, clock, ttl_s=ttl_s)
        for run in range(runs):
            chance = random.Random(run)
            clock.skip(chance.uniform(0, ttl_s))
            sandbox.clear()

            def pause_s(chance: random.Random = chance) -> float:
                return rest_s * chance.uniform(*PAUSES)

            began = time.perf_counter()
            with book.surprises(pause_s if way == "surprises" else None):
                walked = WALKS[name](book)
                elapsed_s = time.perf_counter() - began
            tally.add(walked, book, elapsed_s=elapsed_s)
    return tally


def table_of(tallies: list[Tally]) -> Table:
    """Return what was measured, for people."""
    table = Table("regenerated", "walk", title=f"{PAGES} pages of {ROWS_A_PAGE} orders", title_justify="left")
    for heading in ("called complete", "and true", "failed", "lost", "doubled", "phantom", "outdated"):
        table.add_column(heading, justify="right")
    for heading in ("snapshots a run", "requests a run", "s a run"):
        table.add_column(heading, justify="right")
    for tally in tallies:
        counts = (tally.true, tally.failed, tally.lost, tally.doubled, tally.phantom, tally.outdated)
        table.add_row(
            tally.regenerated,
            tally.walk,
            f"{tally.complete} of {tally.runs}",
            *(f"{count:,}" for count in counts),
            f"{statistics.mean(tally.snapshots):.1f}",
            f"{statistics.mean(tally.requests):,.0f}",
            f"{statistics.mean(tally.elapsed_s):.2f}",
            end_section=tally.walk == "ours",
        )
    return table


def main() -> int:
    """Measure, print a table, and tell whether what we call complete was true."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=30, help="runs of each walk (default: 30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--quick", action="store_true", help="three runs, with answers that take 5 ms")
    asked = parser.parse_args()
    runs, latency_s = (3, LATENCY_S / 4) if asked.quick else (asked.runs, LATENCY_S)
    rest_s = at_rest_s(latency_s)
    tallies = [
        measure(way, name, runs=runs, latency_s=latency_s, rest_s=rest_s) for way in TTL_S for name in WALKS
    ]
    # Rich would cut columns short where there is no terminal to tell how wide it is.
    Console(width=None if sys.stdout.isatty() else 160).print(table_of(tallies))
    print(f"The pool takes {rest_s:.2f} s for a book at rest.")
    if asked.json is not None:
        settings = {"pages": PAGES, "rows_a_page": ROWS_A_PAGE, "latency_s": latency_s, "workers": WORKERS}
        figures = {**settings, "at_rest_s": rest_s, "walks": [asdict(tally) for tally in tallies]}
        asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return int(any(tally.walk == "ours" and tally.true < tally.complete for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
