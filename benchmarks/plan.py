"""What a plan costs: checking jobs and adding up their bill, with nothing sent.

Run it as ``python benchmarks/plan.py``. Each figure is a process of its own: microseconds a job, of processor
time, the best of some rounds, and the peak of its memory, for a table of as many rows, each with a file.
"checked" is what every run does before it begins; "bill" does that and compares each request with the store,
once with an empty one and once with one that has an entry for each row; "command" is ``esi-fetch plan`` with
a CSV table. The last lines are ratios from the same run: 100,000 rows against 1,000.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from esi_fetch import Callback, Esi, Job
from esi_fetch.cli.main import main as command_line
from esi_fetch.model.body import Body
from esi_fetch.run import as_orders
from esi_fetch.store import Entry

HISTORY = "GetMarketsRegionIdHistory"
SIZES = (1_000, 10_000, 100_000)
WAYS = ("checked", "bill, empty store", "bill, full store", "command")
NOWHERE = "http://127.0.0.1:9"
ROUNDS = 3
ORDER = {
    "jobs": [
        {
            "op_id": HISTORY,
            "for_each": "types.csv",
            "parameters": {"region_id": 10000002},
            "callbacks": [{"callback_id": "save_json", "kwargs": {"path": "h/${type_id}.json"}}],
        }
    ]
}


def fill(esi: Esi, rows: int) -> None:
    """Put an entry for each row into the store, all of them expired."""
    assert esi.store is not None
    fetcher = esi._parts.ready().fetcher
    operation = esi.operations[HISTORY]
    body = Body(gzip.compress(b"[]"), "gzip")
    for number in range(1, rows + 1):
        call = fetcher.calls.make(operation, {"region_id": 10000002, "type_id": number}, character=None)
        esi.store.save(
            Entry(
                key=call.key,
                op_id=HISTORY,
                method="GET",
                url=call.url,
                character=None,
                status=200,
                etag='"595aa6681b4c809914df2239cb1116892f53ef72f47ffd2013b59d49"',
                last_modified="Sun, 27 Sep 2026 04:25:14 GMT",
                pages=None,
                fetched_at=1.0,
                validated_at=1.0,
                expires_at=2.0,
                body=body,
            )
        )


def spend(way: str, rows: int, folder: Path) -> float:
    """Plan in one way; return the seconds of processor time it took."""
    home = folder / "home"
    if way == "command":
        (folder / "types.csv").write_text("type_id\n" + "".join(f"{one}\n" for one in range(1, rows + 1)))
        (folder / "order.json").write_text(json.dumps(ORDER))
        os.environ.update(ESI_FETCH_HOME=str(home), ESI_FETCH_BASE_URL=NOWHERE)
        os.chdir(folder)
        began = time.process_time()
        command_line(["plan", "order.json", "-q", "--format", "json"], standalone_mode=False)
        return time.process_time() - began
    table = [{"type_id": str(number)} for number in range(1, rows + 1)]
    save = Callback("save_json", {"path": "h/${type_id}.json"})
    each = Job(HISTORY, {"region_id": 10000002}, callbacks=(save,)).for_each(table)
    with Esi(base_url=NOWHERE, home=home) as esi:
        if way == "bill, full store":
            fill(esi, rows)
        began = time.process_time()
        if way == "checked":
            esi.prepare(as_orders([each]), output=folder)
        else:
            assert esi.plan([each], output=folder).totals.requests == rows
        return time.process_time() - began


def measured(way: str, rows: int) -> tuple[float, float]:
    """Return the microseconds a job, the best of some rounds, and the peak memory in MB."""
    best, peak = float("inf"), 0.0
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--one", way, "--rows", str(rows), "--folder", folder]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stderr.split()
        best, peak = min(best, float(said[-2]) / rows * 1e6), float(said[-1])
    return best, peak


def main() -> None:
    """Measure all ways and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        try:
            seconds = spend(chosen.one, chosen.rows, chosen.folder)
        except SystemExit as ended:
            sys.exit(f"the command ended with {ended.code}")
        unit = 1024 if sys.platform != "darwin" else 1024 * 1024
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, file=sys.stderr)
        return
    heads = [f"{rows:,} jobs" for rows in SIZES]
    table = Table("way", *[f"µs a job, {head}" for head in heads], *[f"peak MB, {head}" for head in heads])
    ratios = []
    for way in WAYS:
        figures = [measured(way, rows) for rows in SIZES]
        table.add_row(way, *[f"{each:.0f}" for each, _ in figures], *[f"{peak:.0f}" for _, peak in figures])
        ratios.append(f"{way}: {figures[-1][0] / figures[0][0]:.2f} times as long a job")
    Console().print(table)
    print("100,000 jobs against 1,000:", *ratios, sep="\n  ")


if __name__ == "__main__":
    main()
