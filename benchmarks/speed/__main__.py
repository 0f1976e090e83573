"""Run all scenarios, or some; print one table: ``python -m benchmarks.speed --help``."""

from __future__ import annotations

import argparse
import math
import os
import platform
import sys
import tempfile
import textwrap
from dataclasses import asdict
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.speed.contenders import BARE, CONTENDERS, installed
from benchmarks.speed.scenarios import LATENCY_WORKERS, PAGES, SCENARIOS, Row, Stage
from benchmarks.speed.server import LATENCY_S

_HEADINGS = ("what", "ours", "against", "ratio", "must be at most")


_LEAST_S = (1 + math.ceil((PAGES - 1) / LATENCY_WORKERS)) * LATENCY_S
_READING = (
    f"The ideal of {PAGES} pages asks for all of them at once. But only page 1 tells how many there are, so"
    f" it comes first, and no client can do it in less than {_LEAST_S:g} s."
    f" *{BARE}* is what then cannot be left out: sockets that ask, unpack and decode, and do nothing else."
    " What ours takes beyond them is for requests and urllib3, the limits, the store and the proof.",
    "A sequential loop waits for each answer, so it takes a little more than"
    f" {PAGES * LATENCY_S:g} s. A twentieth of that is less than the least.",
    "`esi-fetch get` needs requests and requests-cache, and `--help` needs neither: it is compared with what"
    " twice a `--help` of the size allowed would take.",
)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None or row.unit else f"{row.ratio:.3g}"
    unit = f" {row.unit}" if row.unit else ""
    bound = "" if row.bound is None else f"{row.bound:.3g}{unit}{'' if row.holds() else ' (missed)'}"
    return row.what, row.figure, row.against, ratio, bound


def _page(rows: list[Row], rounds: int) -> str:
    """Return the page of the documentation."""
    lines = [
        "# Performance",
        "",
        "Written by `python -m benchmarks.speed --docs docs/performance.md`: ours beside what people use,",
        f"each in a process of its own, in turn, medians of {rounds}, on {os.cpu_count()} cores,",
        f"Python {platform.python_version()}. All decode every row and count them; only ours also stores,",
        "keeps limits, tells observers, and proves that the pages are of one snapshot. Ratios are of one run",
        "each; the times are those of a small, busy machine, and not the point.",
        "",
        f"| {' | '.join(_HEADINGS)} |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(_cells(row))} |" for row in rows),
        "",
        "## How to read it",
        "",
        *(line for text in _READING for line in (*textwrap.wrap(text, 118), "")),
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}; all")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured; the median counts")
    parser.add_argument("--json", type=Path, help="write the table there, too")
    parser.add_argument("--docs", type=Path, help="write the page of the documentation there")
    parser.add_argument("--slack", type=float, default=1.0, help="how many times over a bound a ratio may be")
    chosen = parser.parse_args()
    if unknown := set(chosen.scenarios) - SCENARIOS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    os.environ.pop("ESI_FETCH_HOME", None)
    rows: list[Row] = []
    others = tuple(installed())
    if missing := CONTENDERS.keys() - set(others):
        print(f"not installed, and left out: {', '.join(sorted(missing))}", file=sys.stderr)
    for name in chosen.scenarios or SCENARIOS:
        print(f"{name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            rows += SCENARIOS[name](Stage(chosen.rounds, Path(folder), others))
    table = Table(*_HEADINGS)
    for row in rows:
        table.add_row(*_cells(row), style=None if row.holds() else "bold")
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    if chosen.json:
        plain = [{**asdict(row), "holds": row.holds()} for row in rows]
        chosen.json.write_bytes(orjson.dumps(plain, option=orjson.OPT_INDENT_2))
    if chosen.docs:
        chosen.docs.write_text(_page(rows, chosen.rounds), encoding="utf-8")
    # With slack only ratios count: times are those of a machine, and a guard must not depend on it.
    guarded = [row for row in rows if chosen.slack == 1.0 or not row.unit]
    return 0 if all(row.holds(slack=chosen.slack) for row in guarded) else 1


if __name__ == "__main__":
    sys.exit(main())
