"""``esi-fetch plan``: the bill of a run, before it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

import click

from esi_fetch.cli.bill_text import bill_lines
from esi_fetch.cli.catalog import current_catalog
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, printable, terminal_width
from esi_fetch.cli.exits import OK, WRONG_INPUT
from esi_fetch.cli.job_files import Given, Inputs
from esi_fetch.cli.notes import note
from esi_fetch.cli.options import (
    client_options,
    examples,
    job_file_options,
    source_options,
    table_or_json,
    voice_options,
)
from esi_fetch.cli.outputs import deliver, print_lines
from esi_fetch.cli.parameters import as_character
from esi_fetch.client import Esi
from esi_fetch.errors import InputError
from esi_fetch.model.codec import to_plain
from esi_fetch.run import Journal

__all__ = ["plan", "show_bill"]


@click.command(
    "plan",
    short_help="Show what a run would send, cost and write.",
    epilog=examples(
        "esi-fetch plan forge.yaml",
        "esi-fetch plan forge.yaml domain.yaml -o data --set label=today",
        "esi-fetch plan forge.yaml --format json",
    ),
)
@job_file_options
@source_options
@client_options
@table_or_json
@voice_options
@pass_voice
def plan(
    voice: Voice,
    files: tuple[str, ...],
    output: Path,
    assignments: tuple[str, ...],
    since_last: bool,
    character: str | None,
    fmt: str,
    offline: bool,
    refresh: bool,
    settings: dict[str, Any],
) -> None:
    """Show what running the jobs of all FILEs would send, cost and write, and all that is wrong with them.

    Nothing is sent and nothing is written. The exit status is 2 where something is wrong, else 0.
    """
    written = {"--log-file": voice.log_file} if voice.log_file else {}
    given = Given(
        files, output, assignments, written, since_last=since_last, character=as_character(character)
    )
    show_bill(voice, given, fmt=fmt, offline=offline, refresh=refresh, settings=settings)


def show_bill(
    voice: Voice,
    given: Given,
    *,
    fmt: str,
    offline: bool,
    refresh: bool,
    settings: dict[str, Any],
    looked_at: Callable[[Inputs, Esi], AbstractContextManager[Journal | None]] | None = None,
) -> NoReturn:
    """Show the bill of job files, and end with the status that says whether something is wrong.

    Args:
        voice: Says what is wrong.
        given: What the command line names.
        fmt: ``table`` for people, ``json`` for programs.
        offline: Whether nothing may be sent.
        refresh: Whether ESI would be asked even for what has not expired.
        settings: Settings that the command line gives.
        looked_at: Gives the journal of the run, which knows what need not be done.
    """
    catalog = current_catalog()
    inputs = Inputs.read(given, catalog=catalog)
    try:
        with (
            client(voice, offline=offline, opens_store=False, catalog=catalog, **settings) as opened,
            looked_at(inputs, opened.esi) if looked_at is not None else nullcontext() as journal,
        ):
            found = inputs.bill(opened.esi, refresh=refresh, journal=journal)
    except InputError as error:
        raise InputError(problems=[*inputs.problems, *error.problems]) from error
    if fmt == "json":
        deliver(to_plain(found), fmt="json")
    else:
        print_lines(bill_lines(found, width=terminal_width()))
    if not found.ok:
        for problem in found.problems:
            voice.complain(printable(problem))
        raise click.exceptions.Exit(WRONG_INPUT)
    note(voice, inputs)
    raise click.exceptions.Exit(OK)
