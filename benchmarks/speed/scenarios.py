"""What is compared, and what it must reach. Each scenario yields rows of the table."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import requests

from benchmarks.speed.contenders import BARE, OURS
from benchmarks.speed.one import Measured, fill
from benchmarks.speed.rig import in_turn, measured, serving, wall_of
from benchmarks.speed.server import LATENCY_S

__all__ = ["LATENCY_WORKERS", "PAGES", "SCENARIOS", "Row", "Stage"]

PAGES = 400
LATENCY_WORKERS = 20
POOL = "thread pool, requests"
SERVER = "the server"


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        what: What was done.
        figure: What it took, with its unit.
        against: What it is compared with; "" where a figure stands for itself.
        ratio: Figure by figure of what it is compared with, or the figure itself.
        bound: What it must reach at the most; None for a row that only informs.
        unit: The figure's unit, where it is compared with nothing but a bound.
    """

    what: str
    figure: str
    against: str = ""
    ratio: float | None = None
    bound: float | None = None
    unit: str = ""

    def holds(self, *, slack: float = 1.0) -> bool:
        """Return whether it reaches what it must, *slack* times over."""
        return self.bound is None or (self.ratio is not None and self.ratio <= self.bound * slack)


@dataclass(frozen=True)
class Stage:
    """Where measurements are taken.

    Attributes:
        rounds: How often each is taken.
        folder: An empty folder.
        others: With whom ours is compared.
    """

    rounds: int
    folder: Path
    others: tuple[str, ...]

    def contenders(self, *wanted: str) -> list[str]:
        """Return ours, and those of the others that are wanted; all, if none are named."""
        return [OURS, *(name for name in self.others if name != OURS and (not wanted or name in wanted))]


def latency(stage: Stage) -> Iterator[Row]:
    """400 pages, 150 ms each, 20 workers, nothing in the store."""
    workers = LATENCY_WORKERS
    with serving(PAGES) as url:
        found = in_turn(
            {
                name: partial(_fetch, name, f"{url}/later", workers)
                for name in stage.contenders(BARE, "aiohttp + orjson", POOL, "httpx", "sequential requests")
            },
            rounds=stage.rounds,
            folder=stage.folder,
        )
    took = found[OURS]["wall_s"]
    ideal_s = PAGES / workers * LATENCY_S
    name = f"{PAGES} pages, {LATENCY_S * 1000:.0f} ms, {workers} workers, cold"
    yield Row(name, f"{took:.2f} s", f"ideal ({ideal_s:g} s)", took / ideal_s, 1.08)
    bare_s = found[BARE]["wall_s"]
    yield Row(f"the same, {BARE} alone", f"{bare_s:.2f} s", f"ideal ({ideal_s:g} s)", bare_s / ideal_s)
    bounds = {"sequential requests": 1 / 20, "aiohttp + orjson": 1.05}
    for other, figures in found.items():
        if other != OURS:
            yield Row(
                name,
                f"{took:.2f} s",
                f"{other} ({figures['wall_s']:.2f} s)",
                took / figures["wall_s"],
                bounds.get(other),
            )


def processor(stage: Stage) -> Iterator[Row]:
    """400 pages without latency, 16 workers: processor time a page."""
    with serving(PAGES) as url:
        found = in_turn(
            {
                **{name: partial(_fetch, name, url, 16) for name in stage.contenders()},
                SERVER: lambda folder: measured("server", url, PAGES, 16, folder),
            },
            rounds=stage.rounds,
            folder=stage.folder,
        )
    mine, alone = found[OURS], found.pop(SERVER)["wall_s"]
    # Were it slower, what is measured would be the server.
    yield Row(
        f"{PAGES} pages, no latency, 16 workers: the server, taken from and nothing else",
        f"{alone:.3f} s",
        f"{OURS} ({mine['wall_s']:.2f} s)",
        alone / mine["wall_s"],
        1 / 5,
    )
    mine_ms = mine["cpu_s"] / PAGES * 1000
    for other, figures in found.items():
        if other != OURS:
            theirs = figures["cpu_s"] / PAGES * 1000
            yield Row(
                f"{PAGES} pages, no latency, 16 workers, CPU a page",
                f"{mine_ms:.2f} ms",
                f"{other} ({theirs:.2f} ms)",
                mine_ms / theirs,
                0.8 if other == POOL else None,
            )


def stored(stage: Stage) -> Iterator[Row]:
    """400 pages that the store has: fresh ones, and such that have to be confirmed; and what they take."""
    store, workers = stage.folder / "store", 16
    store.mkdir()
    with serving(PAGES) as url:
        measured("fetch", OURS, url, PAGES, workers, store)
        received = _fill_bare(store / "bare.sqlite", url)
        found = in_turn(
            {
                "fresh": lambda _: measured("fresh", url, PAGES, workers, store),
                "bare": lambda _: measured("bare", url, PAGES, workers, store),
                "unchanged": lambda _: measured("unchanged", url, PAGES, workers, store),
                "whole": partial(_fetch, POOL, url, workers),
            },
            rounds=stage.rounds,
            folder=stage.folder / "turns",
        )
    size = sum(file.stat().st_size for file in store.glob("store.sqlite*"))
    for mine, other, bound, name, against in (
        ("fresh", "bare", 1.5, "fresh pages from the store", "SQLite, gunzip, orjson"),
        ("unchanged", "whole", 0.5, "pages answered 304", f"{POOL}, whole"),
    ):
        ours, theirs = found[mine]["wall_s"], found[other]["wall_s"]
        yield Row(f"{PAGES} {name}", f"{ours:.2f} s", f"{against} ({theirs:.2f} s)", ours / theirs, bound)
    yield Row(
        f"{PAGES} pages in the store",
        f"{size / 1e6:.1f} MB",
        f"gzipped bytes received ({received / 1e6:.1f} MB)",
        size / received,
        1.15,
    )
    peak, bare = found["fresh"]["peak_bytes"], found["bare"]["peak_bytes"]
    yield Row(
        f"{PAGES * 1000:,} orders in memory, peak",
        f"{peak / 1e6:.0f} MB",
        f"bare list of dicts ({bare / 1e6:.0f} MB)",
        peak / bare,
        1.25,
    )


def small(stage: Stage) -> Iterator[Row]:
    """Small entries from the store."""
    count = 5_000
    store = stage.folder / "small"
    fill(store, count)
    found = in_turn(
        {"small": lambda _: measured("small", NOWHERE, count, 16, store)},
        rounds=stage.rounds,
        folder=stage.folder / "turns",
    )["small"]
    each = found["wall_s"] / count * 1e6
    what = f"{count:,} small entries from the store, through stream, each"
    yield Row(what, f"{each:.0f} µs", ratio=each, bound=120, unit="µs")


def starting(stage: Stage) -> Iterator[Row]:
    """What it takes to start."""
    store = stage.folder / "start"
    fill(store, 1)
    esi_fetch = [sys.executable, "-m", "esi_fetch"]
    env = {"ESI_FETCH_HOME": str(store), "ESI_FETCH_BASE_URL": NOWHERE, "PATH": ""}
    found = in_turn(
        {
            "requests_cache": lambda _: wall_of([sys.executable, "-c", "import requests_cache"]),
            "esi_fetch": lambda _: wall_of([sys.executable, "-c", "import esi_fetch"]),
            "Esi": lambda _: wall_of([sys.executable, "-c", "from esi_fetch import Esi"]),
            "help": lambda _: wall_of([*esi_fetch, "--help"]),
            "get": lambda _: wall_of([*esi_fetch, "get", "GetUniverseTypesTypeId", "type_id=1"], env=env),
            "catalog": lambda folder: measured("catalog", NOWHERE, 0, 0, folder),
        },
        rounds=max(stage.rounds, 9),
        folder=stage.folder / "turns",
    )
    base = found["requests_cache"]["wall_s"]
    for what, name, bound in (
        ("esi_fetch", "import esi_fetch", 1.15),
        ("Esi", "from esi_fetch import Esi", None),
        ("help", "esi-fetch --help", 1.4),
        ("get", "esi-fetch get, from a warm store", 2 * 1.4),
    ):
        took = found[what]["wall_s"]
        against = f"import requests_cache ({base * 1000:.0f} ms)"
        yield Row(name, f"{took * 1000:.0f} ms", against, took / base, bound)
    catalog_ms = found["catalog"]["wall_s"] * 1000
    yield Row("the catalog", f"{catalog_ms:.0f} ms", ratio=catalog_ms, bound=30, unit="ms")


def growth(stage: Stage) -> Iterator[Row]:
    """Whether the time for one grows with how many there are."""
    store = stage.folder / "many"
    with serving(1_000) as url:
        pages = in_turn(
            {str(count): partial(_fetch_of, count, url) for count in (10, 1_000)},
            rounds=stage.rounds,
            folder=stage.folder / "pages",
        )
    yield _grown("pages of a set, CPU a page", pages["10"], 10, pages["1000"], 1_000)
    fill(store, 1_000)
    few = in_turn(
        {"small": lambda _: measured("small", NOWHERE, 1_000, 16, store)},
        rounds=stage.rounds,
        folder=stage.folder / "few",
    )["small"]
    fill(store, 100_000)
    many = in_turn(
        {
            "jobs": lambda _: measured("small", NOWHERE, 100_000, 16, store),
            "entries": lambda _: measured("small", NOWHERE, 1_000, 16, store),
        },
        rounds=stage.rounds,
        folder=stage.folder / "turns",
    )
    yield _grown("jobs, CPU a job", few, 1_000, many["jobs"], 100_000)
    yield _grown("entries in the store, CPU a hit", few, 1_000, many["entries"], 1_000, at="100,000")


NOWHERE = "http://127.0.0.1:9"

SCENARIOS = {
    "latency": latency,
    "processor": processor,
    "stored": stored,
    "small": small,
    "starting": starting,
    "growth": growth,
}


def _fetch(who: str, url: str, workers: int, folder: Path) -> Measured:
    found = measured("fetch", who, url, PAGES, workers, folder)
    assert found["count"] == PAGES * 1000, (who, found)
    return found


def _fetch_of(pages: int, url: str, folder: Path) -> Measured:
    return measured("fetch", OURS, url, pages, 16, folder)


def _grown(
    what: str, few: Measured, few_count: int, many: Measured, many_count: int, *, at: str | None = None
) -> Row:
    before, after = (one["cpu_s"] / count * 1e6 for one, count in ((few, few_count), (many, many_count)))
    name = f"{what}: {at or f'{many_count:,}'} of them"
    return Row(name, f"{after:,.0f} µs", f"{few_count:,} of them ({before:,.0f} µs)", after / before, 1.1)


def _fill_bare(path: Path, url: str) -> int:
    """Put the pages as they come over the wire into a table; return how many bytes they have."""
    received = 0
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE pages (number INTEGER PRIMARY KEY, body BLOB)")
        for number in range(1, PAGES + 1):
            answer = requests.get(
                f"{url}/markets/{PAGES}/orders", params={"page": number}, stream=True, timeout=30
            )
            wire = answer.raw.read(decode_content=False)
            received += len(wire)
            file.execute("INSERT INTO pages VALUES (?, ?)", (number, wire))
    file.close()
    return received
