"""``esi-fetch create``: job files, from parameters and tables, and work orders, from job files."""

from __future__ import annotations

import contextlib
import shlex
from pathlib import Path
from typing import Any, Literal

import click

from esi_fetch.catalog import Catalog, Operation, Recipe, operation_named, recipe_named, typed_parameters
from esi_fetch.cli.callback_texts import parse_callbacks
from esi_fetch.cli.catalog import complete_operation, current_catalog
from esi_fetch.cli.console import Voice, pass_voice, plural
from esi_fetch.cli.job_files import job_problems
from esi_fetch.cli.options import examples, parameter_options, together, voice_options
from esi_fetch.cli.outputs import as_path, file_problems, print_lines
from esi_fetch.cli.parameters import as_character, parse_assignments, parse_parameters
from esi_fetch.cli.recipe_parameters import recipe_parameters
from esi_fetch.cli.work_orders import files_named, merged, read_sources
from esi_fetch.errors import InputError, JobFileError, Problem, UnknownRecipeError
from esi_fetch.model.callback import Callback
from esi_fetch.model.files import format_jobs, format_of, write_jobs
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder

__all__ = ["create"]


@click.group(
    short_help="Make job files and work orders.",
    epilog=examples(
        "esi-fetch create job GetMarketsPrices --callback 'save_csv path=prices.csv' -o prices.yaml",
        "esi-fetch create workorder prices.yaml history.yaml -o nightly.yaml",
    ),
)
@voice_options
def create() -> None:
    """Make files for `esi-fetch run`. They are checked before they are written; nothing is sent."""


_output_options = together(
    click.option("-o", "--output", metavar="FILE", help="Write to this file instead of standard output."),
    click.option(
        "--format",
        "fmt",
        type=click.Choice(["yaml", "json"]),
        help="How to write it; from FILE's suffix if not said, else yaml.",
    ),
    click.option("--force", is_flag=True, help="Replace FILE if it is there."),
)


@create.command(
    "job",
    short_help="Make a job, or one for each row of a table.",
    epilog=examples(
        "esi-fetch create job GetMarketsRegionIdOrders region_id=10000002 \\",
        "    --callback 'save_csv path=orders-${region_id}.csv' -o forge.yaml",
        "esi-fetch create job GetMarketsRegionIdHistory region_id=10000002 --for-each types.csv \\",
        "    --name history --callback 'save_json path=history/${type_id}.json' -o history.yaml",
        "esi-fetch create job market-summary region='The Forge' \\",
        "    --callback 'save_csv path=forge.csv' -o summary.yaml",
    ),
)
@click.argument("op", metavar="OPERATION", shell_complete=complete_operation)
@parameter_options()
@click.option(
    "--for-each",
    "table",
    metavar="TABLE",
    help="One job for each row of this file: .csv, .tsv, .json, .jsonl, .yaml. Columns that the"
    " operation takes are parameters; all others are values for ${NAME} in paths.",
)
@click.option(
    "--callback",
    "callbacks",
    multiple=True,
    metavar="'ID NAME=VALUE...'",
    help="What to do with the data: 'save_csv path=orders.csv'. In single quotes, so that the shell leaves"
    " ${NAME} alone; repeatable.",
)
@click.option("--name", default="", metavar="TEXT", help="What to call it.")
@click.option("--description", default="", metavar="TEXT", help="What it is for.")
@click.option(
    "--attribute",
    "attributes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for ${NAME} in paths; repeatable.",
)
@click.option("--character", metavar="WHO", help="Whose token to use.")
@_output_options
@voice_options
@pass_voice
def create_job(
    voice: Voice,
    op: str,
    parameters: tuple[str, ...],
    table: str | None,
    callbacks: tuple[str, ...],
    name: str,
    description: str,
    attributes: tuple[str, ...],
    character: str | None,
    output: str | None,
    fmt: Literal["json", "yaml"] | None,
    force: bool,
) -> None:
    """Make a job file for OPERATION; `esi-fetch ops show OPERATION` tells its parameters.

    In place of an operation a recipe may be named, with what `esi-fetch recipe show NAME` tells.
    With --for-each it stands for one job for each row of a table. The table stays where it is, and is read
    anew each time the file is run.
    """
    catalog = current_catalog()
    operation, recipe = _asked(op, catalog)
    path = as_path(output)
    problems = _output_problems(path, fmt, force=force)
    given: dict[str, Any] = {}
    called: tuple[Callback, ...] = ()
    values: dict[str, str] = {}
    elsewhere = operation.told_by_character(is_named=bool(character))
    if table is not None:
        elsewhere = tuple(each.name for each in operation.parameters)
    try:
        if recipe is None:
            given = parse_parameters(parameters, operation=operation, later=elsewhere)
        else:
            given = recipe_parameters(recipe, parameters, later=elsewhere)
            problems += recipe.check(given) if recipe.check is not None and table is None else ()
    except InputError as error:
        problems += error.problems
    try:
        called = parse_callbacks(callbacks)
    except InputError as error:
        problems += error.problems
    try:
        values = parse_assignments(attributes, option="--attribute")
    except InputError as error:
        problems += error.problems
    job = Job(
        operation.op_id if recipe is None else "",
        typed_parameters(operation, given),
        recipe=None if recipe is None else recipe.name,
        callbacks=called,
        name=name,
        description=description,
        attributes=values,
        character=as_character(character),
    )
    made = job if table is None else job.for_each(table)
    if isinstance(made, ForEach):
        problems += _table_problems(made, None if problems else catalog)
    if problems:
        raise InputError(problems=problems)
    if isinstance(made, ForEach) and not made.count():
        voice.warn(f"{table} has no rows")
    if not callbacks:
        voice.warn("without --callback the data goes into the local store alone")
    _write(made, path, fmt)
    if path is not None:
        rows = made.count() if isinstance(made, ForEach) else 0
        jobs = "1 job" if table is None else f"one job for each row of {table}, now {rows:,}"
        voice.say(f"{path}: {jobs}. Run it: {_run_line(path)}")


def _asked(name: str, catalog: Catalog) -> tuple[Operation, Recipe | None]:
    """Return the operation of that name, or the recipe, and it in the form of an operation."""
    if name not in catalog:
        with contextlib.suppress(UnknownRecipeError):
            recipe = recipe_named(name)
            return recipe.operation, recipe
    return operation_named(name, catalog), None


def _table_problems(made: ForEach, catalog: Catalog | None) -> list[Problem]:
    # What the catalog says of each row makes no sense while it has something against the job itself.
    check = None if catalog is None else (lambda job: job_problems(job, catalog))
    return [problem.below("--for-each") for problem in made.problems(check=check)]


@create.command(
    "workorder",
    short_help="Make a work order of job files, or add them to one.",
    epilog=examples(
        "esi-fetch create workorder forge.yaml prices.yaml --name nightly -o nightly.yaml",
        "esi-fetch create workorder jobs/ -o nightly.yaml",
        "esi-fetch create workorder 'jobs/market-*.yaml' --add-to nightly.yaml",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--add-to", metavar="FILE", help="Add to this work order; what is in it stays.")
@click.option("--name", default="", metavar="TEXT", help="What to call it.")
@click.option("--output-path", metavar="TEMPLATE", help="Folder, in that of the run, for all its outputs.")
@_output_options
@voice_options
@pass_voice
def create_workorder(
    voice: Voice,
    files: tuple[str, ...],
    add_to: str | None,
    name: str,
    output_path: str | None,
    output: str | None,
    fmt: Literal["json", "yaml"] | None,
    force: bool,
) -> None:
    """Make one work order of the jobs in all FILEs: job files, folders of them, patterns.

    Tables stay where they are; their paths are rewritten for the new file. Jobs that are in it already are
    not added again.
    """
    if add_to is not None and any((output, name, output_path is not None, fmt, force)):
        raise click.UsageError("--add-to only adds to its FILE; leave the other options out")
    path = Path(add_to) if add_to is not None else as_path(output)
    catalog = current_catalog()
    problems = [] if add_to is not None else _output_problems(path, fmt, force=force)
    found, in_folders, wrong = files_named(files, target=path)
    problems += wrong
    sources = []
    try:
        named = found if add_to is None else [add_to, *found]
        sources = read_sources(named, catalog=catalog, perhaps_tables=in_folders)
    except JobFileError as error:
        problems += error.problems
    if problems:
        raise JobFileError(problems=problems)
    onto = None if add_to is None else sources.pop(0)
    order, again = merged(sources, onto=onto, name=name, output_path=output_path)
    comments = add_to is not None and _has_comments(Path(add_to))
    before = 0 if onto is None else len(onto.jobs)
    if again:
        voice.say(f"{plural(again, 'job')} left out: {'it is' if again == 1 else 'they are'} in it already")
    if onto is None or len(order.jobs) > before:
        _write(order, path, fmt)
        if comments:
            voice.warn(f"the comments in {path} are gone: only its jobs and what belongs to them was kept")
    if path is not None:
        added = f" ({len(order.jobs) - before} added)" if onto is not None else ""
        voice.say(f"{path}: {plural(len(order.jobs), 'job')}{added}. Run it: {_run_line(path)}")


def _run_line(path: Path) -> str:
    return f"esi-fetch run {shlex.quote(str(path))}"


def _output_problems(path: Path | None, fmt: str | None, *, force: bool) -> list[Problem]:
    if path is None:
        return []
    problems = file_problems(path, option="-o")
    if not problems and path.exists() and not force:
        problems.append(Problem("-o", f"{str(path)!r} is there already; --force replaces it"))
    if not problems:
        try:
            says = format_of(path)
        except JobFileError as error:
            return [Problem("-o", str(error))]
        if fmt not in (None, says):
            problems.append(Problem("--format", f"{fmt}, and the suffix of {str(path)!r} says {says}"))
    return problems


def _write(value: Job | ForEach | WorkOrder, path: Path | None, fmt: Literal["json", "yaml"] | None) -> None:
    if path is None:
        print_lines([format_jobs(value, fmt=fmt or "yaml").rstrip("\n")])
        return
    write_jobs(value, path)


def _has_comments(path: Path) -> bool:
    """Return whether a YAML file has comments, as far as can be told by looking."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return format_of(path) == "yaml" and any(line.lstrip().startswith("#") or " # " in line for line in lines)
