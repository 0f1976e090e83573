"""How well processes that share their limits use them: ``python benchmarks/processes.py``.

Each row is a number of programs with eight threads each, in processes of their own and with one home, that
want more than a short window allows. All figures are the server's: what it counted in whole windows since the
first request, and what it had to refuse. Exits with 1 when a program that is alone was refused anything, or
when less than 95 % was used.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from esi_fetch import Esi, Job
from esi_fetch.sandbox import Sandbox

THREADS = 8
GROUP = "market-order"
LEAST_USED = 0.95


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        processes: How many programs.
        tokens: Size of the bucket.
        window_s: Its window.
        foreign: Tokens that another program takes at once, in the middle of each window.
    """

    processes: int
    tokens: int
    window_s: float
    foreign: int = 0


CASES = (
    Case(1, 600, 4.0),
    Case(4, 600, 4.0),
    Case(8, 600, 4.0),
    Case(4, 150, 4.0),
    Case(4, 1200, 4.0),
    Case(4, 200, 1.5),
    Case(4, 600, 4.0, foreign=60),
)


def work(url: str, home: str) -> None:
    """Ask without end, until standard input ends; started as a process of its own."""
    over = threading.Event()

    def jobs() -> Iterator[Job]:
        while not over.is_set():
            yield Job("GetMarketsRegionIdOrders", {"region_id": 10000002, "page": 1})

    def until_input_ends() -> None:
        sys.stdin.read()
        over.set()

    print("ready", flush=True)
    sys.stdin.readline()
    threading.Thread(target=until_input_ends, daemon=True).start()
    with Esi(base_url=url, home=home, local=False, workers=THREADS, retries=0) as esi:
        for _ in esi.stream(jobs()):
            pass


def run(case: Case, *, windows: int) -> dict[str, float]:
    """Run one case; return what the server counted."""
    limits = {GROUP: (case.tokens, case.window_s)}
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        sandbox = stack.enter_context(Sandbox(page_size=5, orders_pages=1, ttl_s=3600, limits=limits))
        command = [sys.executable, __file__, "--work", sandbox.url, home]
        programs = [
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(case.processes)
        ]
        for program in programs:
            assert program.stdout is not None
            program.stdout.readline()
        for program in programs:
            assert program.stdin is not None
            program.stdin.write("go\n")
            program.stdin.flush()
        while not sandbox.requests:
            time.sleep(0.001)
        began = sandbox.requests[0].at
        for window in range(windows):
            time.sleep(max(0.0, began + (window + 0.5) * case.window_s - time.time()))
            if case.foreign:
                left = case.tokens - sandbox.limits.spent(GROUP)
                sandbox.limits.exhaust(GROUP, tokens=max(0, min(left, case.foreign)))
        time.sleep(max(0.0, began + windows * case.window_s - time.time()))
        for program in programs:
            assert program.stdin is not None
            program.stdin.close()
        for program in programs:
            program.wait()
        seen = [each for each in sandbox.requests if each.at < began + windows * case.window_s]
        (use,) = (use for use in sandbox.limits.use() if use.limit == GROUP)
        refused = sum(each.status in (420, 429) for each in sandbox.requests)
    return {
        "requests": len(seen),
        "used": sum(each.cost for each in seen) / (windows * case.tokens),
        "peak": use.peak / case.tokens,
        "refused": refused,
    }


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--windows", type=int, default=3, help="how many windows each case lasts")
    parser.add_argument("--json", help="write the figures here as well")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        work(*chosen.work)
        return 0
    print(f"{'programs':>8}{'bucket':>10}{'foreign':>9}{'requests':>10}{'used':>8}{'peak':>8}{'429/420':>9}")
    broken, figures = [], []
    for case in CASES:
        found = run(case, windows=chosen.windows)
        bucket = f"{case.tokens}/{case.window_s:g}s"
        print(
            f"{case.processes:8}{bucket:>10}{case.foreign or '':>9}{found['requests']:10}"
            f"{found['used']:8.1%}{found['peak']:8.1%}{found['refused']:9}",
            flush=True,
        )
        figures.append({"processes": case.processes, "bucket": bucket, "foreign": case.foreign, **found})
        if case.foreign:
            allowed = chosen.windows
        else:
            allowed = 0
            if found["used"] < LEAST_USED:
                broken.append(f"{case.processes} programs used {found['used']:.1%} of {bucket}")
        if found["refused"] > allowed:
            broken.append(f"{case.processes} programs were refused {found['refused']} times at {bucket}")
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)
    for line in broken:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
