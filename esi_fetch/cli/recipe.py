"""``esi-fetch recipe``: ready-made data sets that take several operations to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from esi_fetch.callbacks.paths import collision_key
from esi_fetch.catalog import Recipe, recipe_named, recipes_there_are
from esi_fetch.catalog.words import takes
from esi_fetch.cli.bill_text import bill_lines
from esi_fetch.cli.catalog import complete_recipe, current_catalog
from esi_fetch.cli.client import Client, client
from esi_fetch.cli.console import Voice, pass_voice, plural, printable, styled, table, terminal_width
from esi_fetch.cli.exits import status_of_failure, status_of_run
from esi_fetch.cli.one_job import fetched, hand_over
from esi_fetch.cli.options import (
    client_options,
    examples,
    parameter_options,
    source_options,
    table_or_json,
    voice_options,
)
from esi_fetch.cli.outputs import as_path, choose_format, deliver, file_problems, output_options, print_lines
from esi_fetch.cli.parameters import as_character
from esi_fetch.cli.progress import progress
from esi_fetch.cli.recipe_parameters import recipe_parameters
from esi_fetch.cli.summary import doubts, failures, origin, totals
from esi_fetch.errors import InputError, JobError, Problem
from esi_fetch.model.job import Job
from esi_fetch.model.result import Result
from esi_fetch.recipes.pictures import picture_of, picture_problems
from esi_fetch.recipes.renewal import kept_jobs
from esi_fetch.store import Category

__all__ = ["recipe"]


@click.group(
    short_help="Make ready-made data sets: names, places, market summaries.",
    epilog=examples(
        "esi-fetch recipe list",
        'esi-fetch recipe run market-summary --region "The Forge" -o forge.csv',
    ),
)
@voice_options
def recipe() -> None:
    """Make data sets that take several operations to know.

    Each is kept, and served from the local store until something that it is made from has expired.
    """


@recipe.command("list", short_help="List the recipes.", epilog=examples("esi-fetch recipe list"))
@table_or_json
@voice_options
@pass_voice
def list_recipes(voice: Voice, fmt: str) -> None:
    """List the recipes: what they are, what they take, and how long they stay fresh.

    static: until the game's data may change, at 11:05 UTC. derived: worked out from such data. dynamic: as
    long as the answers it is made from.
    """
    found = recipes_there_are()
    if fmt == "json":
        deliver([_plain(one) for one in found], fmt="json")
        return
    cells = ((one.name, one.category, " ".join(_parameters(one)), one.summary) for one in found)
    print_lines(table(("recipe", "category", "takes", "what it is"), cells, width=terminal_width()))
    voice.say(f"{plural(len(found), 'recipe')}; `esi-fetch recipe show NAME` tells all about one")


def _parameters(one: Recipe) -> Iterator[str]:
    for each in one.parameters:
        yield each.name if each.required else f"[{each.name}]"


def _plain(one: Recipe) -> dict[str, Any]:
    return {
        "name": one.name,
        "category": one.category,
        "summary": one.summary,
        "made_from": list(one.made_from),
        "parameters": [
            {"name": each.name, "required": each.required, "schema": dict(each.schema)}
            for each in one.parameters
        ],
        "columns": {name: dict(schema) for name, schema in one.columns.items()},
    }


@recipe.command(
    "show", short_help="Show everything about a recipe.", epilog=examples("esi-fetch recipe show stations")
)
@click.argument("name", metavar="NAME", shell_complete=complete_recipe)
@table_or_json
@voice_options
def show_recipe(name: str, fmt: str) -> None:
    """Show what a recipe takes, what it is made from, and its columns."""
    one = recipe_named(name)
    if fmt == "json":
        deliver(_plain(one), fmt="json")
    else:
        print_lines(_described(one))


def _described(one: Recipe) -> Iterator[str]:
    yield styled(one.name, bold=True)
    yield one.summary
    yield ""
    yield from table((), [("category", one.category), ("made from", ", ".join(one.made_from))])
    yield ""
    yield "parameters" if one.parameters else "no parameters"
    rows = [
        (each.name, "required" if each.required else "", each.schema.get("description", ""), _default(each))
        for each in one.parameters
    ]
    yield from (f"  {line}" for line in table((), rows))
    yield ""
    yield "columns"
    columns = [
        (name, schema["type"], schema.get("unit", ""), schema.get("description", ""))
        for name, schema in one.columns.items()
    ]
    yield from (f"  {line.replace('`', '')}" for line in table((), columns))


def _default(each: Any) -> str:
    return takes(each) if each.has_default else ""


@recipe.command(
    "run",
    short_help="Make a data set, to standard output or into a file.",
    epilog=examples(
        "esi-fetch recipe run region-names --format table",
        'esi-fetch recipe run market-summary --region "The Forge" -o forge.csv',
        "esi-fetch recipe run market-history --region Domain --type Tritanium --type Pyerite days=90",
        "esi-fetch recipe run market-history --region Domain --type PLEX days=365 --plot plex.png",
        "esi-fetch recipe run names ids=@ids.txt -o names.csv",
    ),
)
@click.argument("name", metavar="NAME", shell_complete=complete_recipe)
@parameter_options()
@click.option(
    "--region", "regions", multiple=True, metavar="WHICH", help="A region, by name or id; repeatable."
)
@click.option("--type", "types", multiple=True, metavar="WHICH", help="A type, by name or id; repeatable.")
@output_options
@click.option(
    "--plot",
    metavar="FILE",
    help="Draw a picture too, .png or .svg: of market-history the prices, of market-summary the order books.",
)
@click.option(
    "--dry-run", is_flag=True, help="Send and write nothing; show the bill, as `plan` does for jobs."
)
@click.option("--character", metavar="WHO", help="Whose data, for recipes of private data.")
@source_options
@client_options
@voice_options
@pass_voice
def run_recipe(
    voice: Voice,
    name: str,
    parameters: tuple[str, ...],
    regions: tuple[str, ...],
    types: tuple[str, ...],
    output: str | None,
    fmt: str | None,
    plot: str | None,
    dry_run: bool,
    character: str | None,
    offline: bool,
    refresh: bool,
    settings: dict[str, Any],
) -> None:
    """Make a recipe's data set.

    `esi-fetch recipe show NAME` tells what it takes. A list is type=34,35 or type=34 type=35; a long one is
    ids=@FILE, a JSON or YAML list or one item a line. A name with a comma in it is --type NAME.
    """
    path = as_path(output)
    made = recipe_named(name)
    fmt = choose_format(fmt, path)
    given = recipe_parameters(made, parameters, regions=regions, types=types)
    if plot is not None:
        _check_plot(Path(plot), path, made, given)
    job = Job(recipe=made.name, parameters=given, character=as_character(character))
    how: dict[str, Any] = {"offline": offline, "catalog": current_catalog(), **settings}
    if dry_run:
        with client(voice, opens_store=False, **how) as opened:
            bill = opened.esi.plan(job, refresh=refresh)
        if not bill.ok:
            raise InputError(problems=bill.problems)
        print_lines(bill_lines(bill, width=terminal_width()))
        return
    with fetched(voice, job, refresh=refresh, **how) as (opened, result):
        if plot is not None:
            _draw(voice, opened, made, result, plot)
        hand_over(job, result, made.operation, fmt=fmt, output=path)
    written = " and ".join(str(one) for one in (path, plot) if one)
    voice.say(f"{origin(result, part='answer')}{f'; written to {written}' if written else ''}", dim=True)


def _draw(voice: Voice, opened: Client, made: Recipe, result: Result, plot: str) -> None:
    from esi_fetch.plots import save_picture

    try:
        picture = picture_of(opened.esi, made.name, result.data)
    except InputError as error:
        raise error.below("--plot") from error
    except JobError as error:  # details that are not in the data set are asked for
        voice.complain(printable(f"--plot: {error}"))
        raise click.exceptions.Exit(status_of_failure(opened.tally.snapshot())) from error
    save_picture(picture, plot)


@recipe.command(
    "refresh",
    short_help="Make data sets that were made before anew.",
    epilog=examples(
        "esi-fetch recipe refresh",
        "esi-fetch recipe refresh --category static",
        "esi-fetch recipe refresh stations",
    ),
)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_recipe)
@click.option(
    "--category", type=click.Choice([one.value for one in Category]), help="Only those of a category."
)
@client_options
@voice_options
@pass_voice
def refresh_recipes(
    voice: Voice,
    names: tuple[str, ...],
    category: str | None,
    settings: dict[str, Any],
) -> None:
    """Make the data sets in the store anew, all or those of recipes or of a category, as they were asked for.

    ESI is asked, conditionally, about everything that they are made from, whether it has expired or not.
    """
    for name in names:
        recipe_named(name)
    with (
        progress(voice) as bars,
        client(
            voice,
            observers=bars,
            catalog=current_catalog(),
            **settings,
        ) as opened,
    ):
        jobs = kept_jobs(opened.esi, names, category=category)
        if not jobs:
            voice.say("no such data set is in the store; `esi-fetch recipe run NAME` makes one")
            return
        report = opened.esi.run(jobs, refresh=True)
        counted = opened.tally.snapshot()
    cells = [(job.recipe, _told(job.parameters), _became(job.result)) for job in report]
    print_lines(table(("recipe", "parameters", ""), cells, width=terminal_width()))
    for line in totals(report.totals, files=0):
        voice.say(line)
    for line in doubts(report):
        voice.warn(line)
    voice.complain(*failures(report))
    raise click.exceptions.Exit(status_of_run(report, counted, wants_news=True))


def _told(parameters: Mapping[str, Any]) -> str:
    return printable(
        " ".join(
            f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in parameters.items()
        )
    )


def _became(result: Result | None) -> str:
    if result is None or result.data is None:
        return "failed; what was there is kept"
    return plural(len(result.data), "row")


def _check_plot(plot: Path, output: Path | None, made: Recipe, given: Mapping[str, Any]) -> None:
    problems = [problem.below("--plot") for problem in picture_problems(made.name, given)]
    if not problems:
        from esi_fetch.plots import picture_format

        picture_format(plot, where="--plot")
    problems += file_problems(plot, option="--plot")
    if output is not None and collision_key(output.resolve()) == collision_key(plot.resolve()):
        problems.append(Problem("--plot", f"{str(plot)!r} is also -o"))
    if problems:
        raise InputError(problems=problems)
