"""``esi-fetch run``: jobs and work orders from files.

Order of operations:

1. read all files, check all options and all jobs; everything that is wrong is said in one go
2. see that nobody else runs the same, and whether an earlier run is taken up (``--resume``)
3. wait a little, where that is wanted (``--jitter``)
4. run
5. write the report, also of a run that was stopped, and show the summary
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from esi_fetch.cli.amounts import Duration
from esi_fetch.cli.catalog import current_catalog
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, plural
from esi_fetch.cli.exits import status_of_run
from esi_fetch.cli.job_files import Given, Inputs
from esi_fetch.cli.logs import events_into
from esi_fetch.cli.notes import note
from esi_fetch.cli.options import client_options, examples, job_file_options, source_options, voice_options
from esi_fetch.cli.parameters import as_character
from esi_fetch.cli.plan import show_bill
from esi_fetch.cli.progress import progress
from esi_fetch.cli.report_file import write_report
from esi_fetch.cli.schedule import UNTIL_EXPIRY, put_off, with_optional_value
from esi_fetch.cli.summary import doubts, failures, moment, totals
from esi_fetch.client import Esi
from esi_fetch.clock import SystemClock
from esi_fetch.errors import InputError
from esi_fetch.model.report import Report
from esi_fetch.run import Journal, RunInterrupted, journaled, nothing_done, table_copies

__all__ = ["run"]


class _Run(click.Command):
    """Takes ``--max-age`` with a value and without."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments apart."""
        return super().parse_args(ctx, with_optional_value(args, option="--max-age", default=UNTIL_EXPIRY))


@click.command(
    "run",
    cls=_Run,
    short_help="Run jobs and work orders from files.",
    epilog=examples(
        "esi-fetch run forge.yaml",
        "esi-fetch run forge.yaml domain.yaml -o data --set label=today --report report.json",
        "esi-fetch run forge.yaml --offline",
        "esi-fetch run forge.yaml || esi-fetch run forge.yaml --resume",
    ),
)
@job_file_options
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE", help="Write what became of it, as JSON."
)
@click.option(
    "--events",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Append every event to FILE, as JSON lines.",
)
@click.option("--dry-run", is_flag=True, help="Send and write nothing; show the bill, as `plan` does.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the last run of these jobs where it was stopped; begin anew where there is none.",
)
@click.option(
    "--journal",
    "journal_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Note in this file what is done, for --resume (default: one in the data folder).",
)
@click.option(
    "--jitter",
    type=Duration(),
    default="0s",
    metavar="DURATION",
    help="Wait a random time first, at most so long: 5m.",
)
@click.option(
    "--max-age",
    "max_age_s",
    type=Duration(**{UNTIL_EXPIRY: 0.0}),
    metavar="[DURATION]",
    help="Skip jobs whose files are there and whose data has not expired, or is no older than DURATION.",
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
    dry_run: bool,
    since_last: bool,
    character: str | None,
    resume: bool,
    journal_file: Path | None,
    jitter: float,
    max_age_s: float | None,
    offline: bool,
    refresh: bool,
    settings: dict[str, Any],
) -> None:
    """Run the jobs of all FILEs: job files and work orders, YAML or JSON; - is standard input.

    Everything is checked before anything is sent. The same jobs can't be run twice at once.
    """
    if max_age_s is not None and refresh:
        raise click.UsageError("--max-age and --refresh contradict each other")
    clock = SystemClock()
    now = clock.now()
    written = {
        "--report": report,
        "--events": events,
        "--log-file": voice.log_file,
        "--journal": journal_file,
    }
    named = {option: path for option, path in written.items() if path}
    given = Given(files, output, assignments, named, since_last=since_last, character=as_character(character))

    def journal_of(
        inputs: Inputs, esi: Esi, *, only_look: bool = False
    ) -> contextlib.AbstractContextManager[Journal]:
        return journaled(
            inputs.orders,
            settings=esi.settings,
            clock=clock,
            now=now,
            output=output,
            values=inputs.values,
            path=journal_file,
            resume=resume,
            max_age_s=max_age_s,
            only_look=only_look,
        )

    if dry_run:

        @contextlib.contextmanager
        def looked_at(inputs: Inputs, esi: Esi) -> Iterator[Journal | None]:
            if not resume and max_age_s is None:
                yield None
                return
            with journal_of(inputs, esi, only_look=True) as journal:
                _tell_of_earlier(voice, journal, resume=resume)
                yield journal

        show_bill(
            voice,
            given,
            fmt="table",
            offline=offline,
            refresh=refresh,
            settings=settings,
            looked_at=looked_at,
        )
    catalog = current_catalog()
    inputs = Inputs.read(given, catalog=catalog)
    try:
        with contextlib.ExitStack() as stack:
            inputs.orders = stack.enter_context(table_copies(inputs.orders))
            bars = stack.enter_context(progress(voice))
            recorder = stack.enter_context(events_into(events))
            try:
                opened = stack.enter_context(
                    client(
                        voice,
                        observers=[*bars, *recorder],
                        offline=offline,
                        catalog=catalog,
                        **settings,
                    )
                )
            except InputError as error:
                raise InputError(problems=[*inputs.problems, *error.problems]) from error
            jobs = inputs.prepared(opened.esi, now=now)
            note(voice, inputs)
            journal = stack.enter_context(journal_of(inputs, opened.esi))
            if journal.goes_on:  # then dates in paths are those of the run that is gone on with
                jobs = inputs.prepared(opened.esi, now=journal.began_at)
            _tell_of_earlier(voice, journal, resume=resume)
            try:
                put_off(voice, at_most_s=jitter)
            except KeyboardInterrupt:
                raise RunInterrupted(nothing_done(jobs)) from None
            outcome = opened.esi.run_prepared(jobs, refresh=refresh, journal=journal, keep_data=False)
            counted = opened.tally.snapshot()
    except RunInterrupted as stopped:
        _finish(voice, stopped.report, report, offline=offline)
        raise
    _finish(voice, outcome, report, offline=offline)
    raise click.exceptions.Exit(status_of_run(outcome, counted))


def _tell_of_earlier(voice: Voice, journal: Journal, *, resume: bool) -> None:
    earlier = journal.earlier
    if earlier is None:
        if resume:
            voice.say("nothing to resume: these jobs have not been run; beginning with the first")
        return
    began = moment(datetime.fromtimestamp(earlier.began_at, timezone.utc))
    done = f"{earlier.done:,} of {plural(earlier.jobs, 'job')} done"
    if journal.goes_on:
        voice.say(f"going on with the run of {began}: {done}")
    elif earlier.ended_at is None:
        mend = "" if resume else "; --resume would go on with it"
        voice.say(f"the run of {began} was stopped with {done}: beginning anew{mend}")
    elif resume and earlier.failed:
        voice.say(f"nothing to resume: the run of {began} ended long ago ({done}): beginning anew")
    elif resume:
        voice.say(f"nothing to resume: the run of {began} was whole, and data has expired: beginning anew")


def _finish(voice: Voice, outcome: Report, report: Path | None, *, offline: bool) -> None:
    """Write the report and show the summary, the latter even if the former fails."""
    try:
        if report is not None:
            write_report(outcome, report)
    finally:
        _summarize(voice, outcome, offline=offline)
    if report is not None:
        voice.say(f"report: {report}")


def _summarize(voice: Voice, outcome: Report, *, offline: bool) -> None:
    mine = [job.result for job in outcome if job.result and not (job.result.resumed or job.result.skipped)]
    written = [path for result in mine for path in result.outputs]
    for line in totals(outcome.totals, files=len(written)):
        voice.say(line)
    for line in doubts(outcome, offline=offline):
        voice.warn(line)
    voice.complain(*failures(outcome))
