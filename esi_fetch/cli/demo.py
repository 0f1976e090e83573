"""``esi-fetch demo``: everything at work in a few seconds, against the sandbox.

Order of operations:

1. look at the folder: only an empty one, or one of an earlier demo, is used
2. start the sandbox, write the work order
3. run it, show the files and what they cost
4. run it again, compare
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from esi_fetch.atomic import atomic_write
from esi_fetch.catalog import bundled
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, near, pass_voice, plural, styled, table
from esi_fetch.cli.demo_order import FILE_NAME, TEXT
from esi_fetch.cli.exits import FAILED
from esi_fetch.cli.options import examples, voice_options
from esi_fetch.cli.outputs import folder_problems, print_lines
from esi_fetch.cli.progress import progress
from esi_fetch.cli.sandbox import sandbox_class
from esi_fetch.cli.summary import cost, failures
from esi_fetch.errors import InputError, OutputWriteError, Problem, reason_of
from esi_fetch.model.files import read_jobs
from esi_fetch.model.job import WorkOrder
from esi_fetch.model.report import Report
from esi_fetch.units import duration_text, size_text

__all__ = ["demo"]

# The demo's own store; it also tells a folder of a demo from any other.
_HOME = ".esi-fetch"

_PAGES = 12
# Fewer threads and slower answers than need be, so that there is something to watch.
_WORKERS = 4
_LATENCY_S = 0.12


@click.command(
    "demo",
    short_help="See it work in a few seconds, without network or account.",
    epilog=examples("esi-fetch demo", "esi-fetch demo -o /tmp/demo"),
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    default="esi-fetch-demo",
    show_default=True,
    metavar="DIR",
    help="Where the files go.",
)
@voice_options
@pass_voice
def demo(voice: Voice, folder: Path) -> None:
    """See it work: a region's whole market into files, and once more from the store.

    It talks to a local ESI only, with made-up data, and leaves its files for you to look at.
    """
    sandbox = sandbox_class()
    _check(folder)
    order_path = folder / FILE_NAME
    _write_order(order_path, folder)
    with sandbox(orders_pages=_PAGES, latency_s=_LATENCY_S) as running:
        _tell(voice, _opening(running.url, order_path))
        first = _run(voice, running.url, order_path, folder)
        _tell(voice, _after_first(first))
        second = _run(voice, running.url, order_path, folder) if first.ok else None
    for report in (first, second):
        if report is not None:
            voice.complain(*failures(report))
    if second is None or not second.ok:
        raise click.exceptions.Exit(FAILED)
    _tell(voice, _after_second(first, second))
    _tell(voice, _next(order_path, folder))


def _tell(voice: Voice, lines: Iterator[str]) -> None:
    if not voice.quiet:
        print_lines(lines)


def _check(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier demo: made-up data must not replace real one."""
    problems = folder_problems(folder, option="-o")
    if not problems and folder.is_dir() and not (folder / _HOME).is_dir() and any(folder.iterdir()):
        problems.append(
            Problem("-o", f"{str(folder)!r} has other files in it; name a folder that is empty or new")
        )
    if problems:
        raise InputError(problems=problems)


def _write_order(order_path: Path, folder: Path) -> None:
    """Write the work order, unless one is there already: it may have been changed, to see what that does."""
    try:
        (folder / _HOME).mkdir(parents=True, exist_ok=True)
        for path in (folder / _HOME).glob("store.sqlite*"):
            path.unlink()  # so that the first run is one
        if not order_path.exists():
            with atomic_write(order_path) as stream:
                stream.write(TEXT)
    except OSError as error:
        raise OutputWriteError(
            f"can't write {str(error.filename or folder)!r}: {reason_of(error)}"
        ) from error


def _run(voice: Voice, url: str, order_path: Path, folder: Path) -> Report:
    read = read_jobs(order_path)
    order = read if isinstance(read, WorkOrder) else WorkOrder((read,))
    with contextlib.ExitStack() as stack:
        bars = stack.enter_context(progress(voice))
        opened = stack.enter_context(
            client(
                voice,
                observers=bars,
                base_url=url,
                home=folder / _HOME,
                workers=_WORKERS,
                compatibility_date=bundled().date,
            )
        )
        ready = opened.esi.prepare([(str(order_path), order)], output=folder)
        return opened.esi.run_prepared(ready)


def _heading(text: str) -> str:
    return styled(text, bold=True)


def _opening(url: str, order_path: Path) -> Iterator[str]:
    yield _heading("A local ESI")
    yield f"  It answers at {url}: the operations, headers and limits"
    yield "  of the real one, with made-up data. No network and no account is needed."
    yield ""
    yield _heading(f"The work order, {order_path}")
    with contextlib.suppress(OSError, UnicodeDecodeError):  # running it will say what is wrong with it
        text = order_path.read_text(encoding="utf-8")
        yield from (f"  | {line}".rstrip() for line in text.splitlines())
    yield ""
    yield _heading("The first run")


def _after_first(report: Report) -> Iterator[str]:
    yield ""
    yield from (f"  {line}" for line in table(("file", "rows", "size"), _files(report), align="lrr"))
    yield ""
    counts = report.totals
    yield f"  {duration_text(counts.elapsed_s)}; {cost(requests=counts.requests, tokens=counts.tokens)}."
    yield "  Operations without a token budget cost nothing, unless they fail."
    yield ""
    yield _heading("The second run, of the same file")


def _files(report: Report) -> Iterator[tuple[str, str, str]]:
    results = [job.result for job in report if job.result is not None]
    for result, output in [(each, output) for each in results for output in each.outputs]:
        rows = "" if result.rows is None else f"{len(result.rows):,}"
        yield near(output), rows, size_text(Path(output).stat().st_size)


def _after_second(first: Report, second: Report) -> Iterator[str]:
    one, two = first.totals, second.totals
    rows = [
        ("requests", f"{one.requests:,}", f"{two.requests:,}"),
        ("answers from the store", f"{one.from_store:,}", f"{two.from_store:,}"),
        ("tokens", f"{sum(one.tokens.values()):,}", f"{sum(two.tokens.values()):,}"),
        ("time", duration_text(one.elapsed_s), duration_text(two.elapsed_s)),
    ]
    yield ""
    yield from (f"  {line}" for line in table(("", "first run", "second run"), rows, align="lrr"))
    yield ""
    if two.requests == 0:
        yield "  Nothing had expired, so nothing was asked. Once it has, ESI is asked for changes only."
    else:
        yield f"  Asked for again was only what had expired: {plural(two.requests, 'request')},"
        yield f"  {plural(two.not_modified, 'answer')} of them without any change."
    yield ""


def _next(order_path: Path, folder: Path) -> Iterator[str]:
    yield _heading("Now with the real ESI, which wants to know who asks")
    # Called by its path, the command would not be found under its name.
    activate = Path(sys.prefix, "bin", "activate")
    if shutil.which("esi-fetch") is None and activate.exists():
        yield f"  {shlex.join(['source', os.path.relpath(activate)])}"
    yield '  export ESI_FETCH_USER_AGENT="my-scripts/1.0 (me@example.com)"'
    yield f"  {shlex.join(['esi-fetch', 'run', str(order_path), '-o', str(folder)])}"
    yield "  esi-fetch get GetMarketsRegionIdOrders region_id=10000002 -o forge.csv"
    yield "  esi-fetch ops list market"
