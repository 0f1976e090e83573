"""``esi-fetch examples``: jobs, work orders and tables that run as they are."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from esi_fetch.atomic import atomic_write
from esi_fetch.cli.console import Voice, pass_voice, plural, table
from esi_fetch.cli.example_texts import example_files
from esi_fetch.cli.options import examples as example_lines
from esi_fetch.cli.options import voice_options
from esi_fetch.cli.outputs import folder_problems, print_lines
from esi_fetch.errors import InputError

__all__ = ["examples"]

_WHAT = {
    "market": "a market: orders, price histories, names",
    "prices": "a job that stands alone",
    "history": "jobs made from tables",
    "names": "bodies, in a job and in a table",
    "recipes": "recipes in place of operations",
    "market-overview": "a notebook: a region's market",
    "character-assets": "a notebook: what a character has, and where",
    "arbitrage": "a notebook: trade between two regions",
    "changes": "only what is new, and only so much of it",
    "job-files.schema": "what editors have to know of job files",
}


@click.command(
    "examples",
    short_help="Write example jobs, orders, tables and notebooks that just run.",
    epilog=example_lines("esi-fetch examples examples", "esi-fetch run examples/history.yaml -o data"),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@voice_options
@pass_voice
def examples(voice: Voice, folder: Path) -> None:
    """Write example jobs, work orders, tables and notebooks into DIR, each job file in YAML and in JSON.

    With them comes job-files.schema.json, by which editors complete job files and mark what is wrong. Files
    that are there already stay as they are.
    """
    problems = folder_problems(folder, option="DIR")
    if problems:
        raise InputError(problems=problems)
    rows = []
    kept = 0
    for name, text in example_files():
        path = folder / name
        if path.exists() or path.is_symlink():
            kept += 1
            rows.append((path, "kept as it was"))
            continue
        with atomic_write(path) as stream:
            stream.write(text)
        rows.append((path, _WHAT.get(path.stem, "a table")))
    print_lines(table((), rows))
    if kept:
        voice.say(f"{plural(kept, 'file')} of these were there already, and stay as they were")
    first = shlex.quote(str(folder / "history.yaml"))
    voice.say(f"Try one: esi-fetch run {first} -o data; without bothering ESI: esi-fetch sandbox")
