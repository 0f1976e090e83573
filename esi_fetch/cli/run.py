"""``esi-fetch run``: jobs and work orders from files.

Order of operations:

1. read all files, check all options and all jobs; everything that is wrong is said in one go
2. run
3. write the report, also of a run that was stopped, and show the summary
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from esi_fetch.atomic import atomic_write
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, plural
from esi_fetch.cli.exits import OK, status_of_failure
from esi_fetch.cli.job_files import Given, Inputs
from esi_fetch.cli.ops import current_catalog
from esi_fetch.cli.options import client_options, examples, source_options, voice_options
from esi_fetch.cli.progress import progress
from esi_fetch.cli.summary import failures, staleness, totals
from esi_fetch.documents import dump_json
from esi_fetch.errors import InputError
from esi_fetch.model.codec import to_plain
from esi_fetch.model.report import Report
from esi_fetch.observers import JsonLines
from esi_fetch.run import Prepared, RunInterrupted

__all__ = ["run"]

_MOST_WARNINGS = 10


@click.command(
    "run",
    short_help="Run jobs and work orders from files.",
    epilog=examples(
        "esi-fetch run forge.yaml",
        "esi-fetch run forge.yaml domain.yaml -o data --set label=today --report report.json",
        "esi-fetch run forge.yaml --offline",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=True, path_type=Path),
    default=".",
    metavar="DIR",
    help="Folder for everything the jobs write (default: this one).",
)
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value for ${NAME} in paths; repeatable.",
)
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write what became of it, as JSON."
)
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Append every event to FILE, as JSON lines.",
)
@click.option(
    "--since-last",
    is_flag=True,
    help="Of lists walked by cursor, only what has changed since the last run.",
)
@source_options
@client_options
@voice_options
@pass_voice
def run(
    voice: Voice,
    files: tuple[str, ...],
    output: Path,
    assignments: tuple[str, ...],
    report: Path | None,
    events: Path | None,
    since_last: bool,
    offline: bool,
    refresh: bool,
    user_agent: str | None,
    base_url: str | None,
    workers: str | None,
) -> None:
    """Run the jobs of all FILEs: job files and work orders, YAML or JSON; - is standard input.

    Everything is checked before anything is sent.
    """
    if offline and refresh:
        raise click.UsageError("--offline and --refresh contradict each other")
    written = {"--report": report, "--events": events, "--log-file": voice.log_file}
    named = {option: path for option, path in written.items() if path}
    given = Given(files, output, assignments, named, since_last=since_last)
    catalog = current_catalog()
    inputs = Inputs.read(given, catalog=catalog)
    try:
        with contextlib.ExitStack() as stack:
            bars = stack.enter_context(progress(voice))
            recorder = [stack.enter_context(JsonLines(events))] if events else []
            try:
                opened = stack.enter_context(
                    client(
                        voice,
                        observers=[*bars, *recorder],
                        offline=offline,
                        catalog=catalog,
                        user_agent=user_agent,
                        base_url=base_url,
                        workers=workers,
                    )
                )
            except InputError as error:
                raise InputError(problems=[*inputs.problems, *error.problems]) from error
            jobs = inputs.prepared(opened.esi)
            _note(voice, inputs, jobs)
            outcome = opened.esi.run_prepared(jobs, refresh=refresh)
            counted = opened.tally.snapshot()
    except RunInterrupted as stopped:
        _finish(voice, stopped.report, report)
        raise
    _finish(voice, outcome, report)
    raise click.exceptions.Exit(OK if outcome.ok else status_of_failure(counted))


def _note(voice: Voice, inputs: Inputs, jobs: list[Prepared]) -> None:
    for name in inputs.unused_values():
        voice.warn(f"--set {name}: no path names ${{{name}}}")
    idle = sum(not ready.job.callbacks for ready in jobs)
    if not jobs:
        voice.warn("there are no jobs in it")
    elif idle:
        voice.say(f"{plural(idle, 'job')} without callbacks: the data goes into the local store alone")
    if lost := sum(ready.job.since_last and not ready.job.callbacks for ready in jobs):
        voice.warn(f"{plural(lost, 'job')} with since_last and no callbacks: what has changed goes nowhere")


def _finish(voice: Voice, outcome: Report, report: Path | None) -> None:
    """Write the report and show the summary, the latter even if the former fails."""
    try:
        if report is not None:
            plain = to_plain(outcome)
            with atomic_write(report) as stream:
                stream.write(dump_json({"totals": plain["totals"], "jobs": plain["jobs"]}))
    finally:
        _summarize(voice, outcome)
    if report is not None:
        voice.say(f"report: {report}")


def _summarize(voice: Voice, outcome: Report) -> None:
    written = [path for job in outcome if job.result for path in job.result.outputs]
    for line in totals(outcome.totals, files=len(written)):
        voice.say(line)
    old = [(job.label, text) for job in outcome if job.result and (text := staleness(job.result))]
    for label, text in old[:_MOST_WARNINGS]:
        voice.warn(f"{label}: {text}")
    if len(old) > _MOST_WARNINGS:
        voice.warn(f"and {plural(len(old) - _MOST_WARNINGS, 'more job')} with old data")
    for line in failures(outcome):
        voice.complain(line)
