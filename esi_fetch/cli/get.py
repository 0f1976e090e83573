"""``esi-fetch get``: one operation to standard output or into a file."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from esi_fetch.catalog import operation_named
from esi_fetch.cli.catalog import complete_operation, complete_parameter, current_catalog
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, printable
from esi_fetch.cli.exits import OK, status_of_failure
from esi_fetch.cli.options import client_options, examples, source_options, voice_options
from esi_fetch.cli.outputs import FormatChoice, as_path, choose_format, deliver
from esi_fetch.cli.parameters import as_character, parse_parameters
from esi_fetch.cli.progress import progress
from esi_fetch.cli.summary import provenance as origin
from esi_fetch.cli.summary import staleness
from esi_fetch.columns import layout_of, provenance
from esi_fetch.model.job import Job

__all__ = ["get"]


class _Get(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.possibilities:
                raise
            name = error.option_name.lstrip("-")
            what = f"no such option: {error.option_name} (parameters have no dashes: {name}=VALUE)"
            raise click.UsageError(what, ctx) from error


@click.command(
    "get",
    cls=_Get,
    short_help="Get one operation's data, to standard output or into a file.",
    epilog=examples(
        "esi-fetch get GetStatus",
        "esi-fetch get GetMarketsRegionIdOrders region_id=10000002 -o forge.csv",
        "esi-fetch get GetMarketsRegionIdOrders region_id=10000002 -o forge.parquet",
        "esi-fetch get GetMarketsRegionIdHistory region_id=10000002 type_id=34 | jq '.[-1]'",
        "esi-fetch get PostUniverseNames body='[34, 35]' --format table",
        "esi-fetch get GetFreelanceJobsListing --since-last",
    ),
)
@click.argument("op", metavar="OPERATION", shell_complete=complete_operation)
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...", shell_complete=complete_parameter)
@click.option("--param", "more", multiple=True, metavar="NAME=VALUE", help="The same as NAME=VALUE alone.")
@click.option("-o", "--output", metavar="FILE", help="Write to this file instead of standard output.")
@click.option(
    "--format",
    "fmt",
    type=FormatChoice(),
    help="How to write it; from FILE's suffix if not said, else json.",
)
@click.option("--character", metavar="WHO", help="Whose token to use.")
@click.option(
    "--since-last", is_flag=True, help="Only what has changed since the last run, of a list walked by cursor."
)
@click.option("--until", metavar="ID", help="The last id wanted, itself included, of a list walked by id.")
@click.option(
    "--max-records",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only so many records, the newest, of a list walked by cursor or id.",
)
@source_options
@client_options
@voice_options
@pass_voice
def get(
    voice: Voice,
    op: str,
    parameters: tuple[str, ...],
    more: tuple[str, ...],
    output: str | None,
    fmt: str | None,
    character: str | None,
    since_last: bool,
    until: str | None,
    max_records: int | None,
    offline: bool,
    refresh: bool,
    settings: dict[str, Any],
) -> None:
    """Get everything OPERATION has: all pages, as one consistent snapshot.

    A list walked by cursor or id is walked to its end. That can be long: GetWars goes back to the first war,
    in hundreds of requests. --max-records and --until end it sooner.

    OPERATION is a name in any spelling; `esi-fetch ops list` finds it and `esi-fetch ops show` tells its
    parameters. A list is ids=1,2,3; a JSON body is body='[34, 35]' or body=@FILE.
    """
    path = as_path(output)
    fmt = choose_format(fmt, path)
    catalog = current_catalog()
    operation = operation_named(op, catalog)
    job = Job(
        operation.op_id,
        parse_parameters(
            [*parameters, *more],
            operation=operation,
            later=operation.told_by_character(is_named=bool(character)),
        ),
        character=as_character(character),
        since_last=since_last,
        until=until,
        max_records=max_records,
    )
    with contextlib.ExitStack() as stack:
        with progress(voice, only_if_long=True) as bars:
            opened = stack.enter_context(
                client(
                    voice,
                    observers=bars,
                    offline=offline,
                    catalog=catalog,
                    **settings,
                )
            )
            # Around the delivery: what could not be written comes again with the next --since-last.
            result = stack.enter_context(opened.esi.fetched(job, refresh=refresh)).result
            assert result is not None  # noqa: S101 - a job that was fetched has one
            counted = opened.tally.snapshot()
        if result.error is not None:
            voice.complain(f"{job.op_id}: {printable(result.error.message)}")
            raise click.exceptions.Exit(status_of_failure(counted, errors=[result.error]))
        if warning := staleness(result):
            voice.warn(warning)
        data = result.data if result.rows is None else result.rows
        layout, attrs = layout_of(operation, result), provenance(job.with_result(result), operation)
        if not deliver(data, fmt=fmt, output=path, layout=layout, attrs=attrs):
            raise click.exceptions.Exit(OK)  # out of the delivery: the reader may as well have crashed
    voice.say(f"{origin(result)}{f'; written to {path}' if path else ''}", dim=True)
