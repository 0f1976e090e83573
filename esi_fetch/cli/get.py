"""``esi-fetch get``: one operation to standard output or into a file."""

from __future__ import annotations

from typing import Any

import click

from esi_fetch.catalog import operation_named
from esi_fetch.cli.catalog import complete_operation, complete_parameter, current_catalog
from esi_fetch.cli.console import Voice, pass_voice
from esi_fetch.cli.one_job import fetched, hand_over
from esi_fetch.cli.options import client_options, examples, parameter_options, source_options, voice_options
from esi_fetch.cli.outputs import as_path, choose_format, output_options
from esi_fetch.cli.parameters import as_character, parse_parameters
from esi_fetch.cli.summary import origin
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
@parameter_options(complete_parameter)
@output_options
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
            parameters,
            operation=operation,
            later=operation.told_by_character(is_named=bool(character)),
        ),
        character=as_character(character),
        since_last=since_last,
        until=until,
        max_records=max_records,
    )
    with fetched(voice, job, refresh=refresh, offline=offline, catalog=catalog, **settings) as (_, result):
        hand_over(job, result, operation, fmt=fmt, output=path)
    voice.say(f"{origin(result)}{f'; written to {path}' if path else ''}", dim=True)
