"""``esi-fetch store``: what is kept, and deleting, expiring, refreshing and passing on a part of it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from esi_fetch.cli.amounts import Duration, Size
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, is_terminal, pass_voice, plural, printable
from esi_fetch.cli.exits import OK, status_of_run
from esi_fetch.cli.options import client_options, examples, table_or_json, together, voice_options
from esi_fetch.cli.outputs import FormatChoice, choose_format, deliver, file_problems, print_lines
from esi_fetch.cli.parameters import parse_assignments
from esi_fetch.cli.progress import progress
from esi_fetch.cli.store_text import (
    change_lines,
    contents,
    export_lines,
    import_lines,
    refresh_lines,
    report_lines,
    report_rows,
)
from esi_fetch.cli.summary import failures
from esi_fetch.errors import InputError
from esi_fetch.model.codec import to_plain
from esi_fetch.run import ClientStore
from esi_fetch.store import Category, StoreChange

__all__ = ["store"]

_FILTERS = ("operation", "parameters", "character", "older_than", "stale", "data_set", "category")


class _Age(Duration):
    """A duration with its unit."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; refuse a number alone."""
        # Meant as days, it would be seconds; and what was purged by mistake does not come back.
        if isinstance(value, str) and value.strip().isdigit():
            self.fail(f"say which unit {value} is: {value}d, {value}h, {value}m or {value}s", param, ctx)
        return super().convert(value, param, ctx)


def _filters(given: dict[str, Any]) -> None:
    words = {name: given.pop(name, None) for name in _FILTERS}
    filters = {name: value for name, value in words.items() if value not in (None, ()) and value is not False}
    if "parameters" in filters:
        filters["parameters"] = parse_assignments(filters["parameters"], option="--param")
    given["filters"] = filters


# Which part of the store is meant; commands get what is said of it as ``filters``.
_answer_options = (
    click.option(
        "--operation",
        multiple=True,
        metavar="PATTERN",
        help="Only answers of such operations: GetStatus, 'GetMarkets*'.",
    ),
    click.option(
        "--param",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        help="Only what was asked for with this value.",
    ),
    click.option(
        "--character",
        multiple=True,
        metavar="WHO",
        help="Only the private data of a character, by id or name.",
    ),
    click.option(
        "--older-than", type=_Age(), metavar="AGE", help="Only what was not confirmed since: 12h, 30d."
    ),
    click.option("--stale", is_flag=True, help="Only what has expired."),
)
_answers_alone = together(*_answer_options, gather=_filters)
_selection_options = together(
    *_answer_options,
    click.option(
        "--data-set", multiple=True, metavar="PATTERN", help="Only data sets of such names: 'market-*'."
    ),
    click.option(
        "--category",
        multiple=True,
        type=click.Choice([each.value for each in Category]),
        help="Only data sets of a category.",
    ),
    gather=_filters,
)
_dry_run = click.option("--dry-run", is_flag=True, help="Only say what would be done.")
_yes = click.option("--yes", is_flag=True, help="Do not ask, also when everything is meant.")
_private = click.option("--include-private", is_flag=True, help="Characters' data too.")


@click.group(
    short_help="Look into the local store, and delete, renew or pass on parts of it.",
    epilog=examples(
        "esi-fetch store report",
        "esi-fetch store report --by character --format csv",
        "esi-fetch store purge --older-than 30d --dry-run",
        "esi-fetch store purge --max-size 2GB",
        "esi-fetch store purge --character 90000001",
        "esi-fetch store refresh --operation 'GetMarkets*' --param region_id=10000002",
        "esi-fetch store export forge.esi --operation GetMarketsRegionIdOrders",
    ),
)
@voice_options
def store() -> None:
    """Look into the local store, and delete, renew or pass on parts of it.

    Options that say which part is meant narrow it together; those of one kind, given several times, are
    alternatives. Without any, everything is meant, and deleting, expiring and refreshing ask first.
    """


@contextlib.contextmanager
def _opened(voice: Voice) -> Iterator[ClientStore]:
    """Open the store of a client that sends nothing; a file that is not there is not made."""
    with client(voice, offline=True, opens_store=False) as opened:
        assert opened.esi.store is not None  # noqa: S101 - the command line's clients have one
        yield opened.esi.store


@store.command(
    "report",
    short_help="Show what is kept: how much, how old, of what, for whom.",
    epilog=examples("esi-fetch store report", "esi-fetch store report --stale --by parameter --format csv"),
)
@click.option(
    "--by",
    type=click.Choice(["operation", "character", "parameter"]),
    default="operation",
    show_default=True,
    help="What the lines are about.",
)
@_selection_options
@click.option(
    "--format", "fmt", type=FormatChoice(), default="table", show_default=True, help="For people or programs."
)
@voice_options
@pass_voice
def report(voice: Voice, by: Any, fmt: str, filters: dict[str, Any]) -> None:
    """Show what the store, or a part of it, holds. Bodies are not read; times are UTC.

    json and yaml have the whole report, csv and jsonl the lines of the table.
    """
    fmt = choose_format(fmt, None)
    with _opened(voice) as kept:
        found = kept.report(**filters)
    if fmt in ("json", "yaml"):
        deliver(found.to_dict(), fmt=fmt)
    elif fmt == "table":
        print_lines(report_lines(found, by))
    else:
        deliver(report_rows(found, by), fmt=fmt)


@store.command(
    "purge",
    short_help="Delete a part of it, and give the space back.",
    epilog=examples(
        "esi-fetch store purge --older-than 30d --dry-run",
        "esi-fetch store purge --max-size 2GB",
        "esi-fetch store purge --character 90000001",
    ),
)
@_selection_options
@click.option(
    "--max-size",
    type=Size(),
    metavar="SIZE",
    help="Delete only until the store takes no more than this: 500MB, 2GB; least recently used first.",
)
@_dry_run
@_yes
@table_or_json
@voice_options
@pass_voice
def purge(
    voice: Voice,
    max_size: int | None,
    dry_run: bool,
    yes: bool,
    fmt: str,
    filters: dict[str, Any],
) -> None:
    """Delete a part of the store, and give its space back to the disk.

    `--character WHO` alone forgets a character: its answers, what it was refused, how far its lists were
    read, and data sets made for it. Other programs may go on using the store meanwhile.
    """
    if max_size is not None:
        filters["max_size"] = max_size
    with _opened(voice) as kept:
        if not filters and not dry_run:
            _ask(voice, "delete", kept.purge(dry_run=True), yes=yes)
        _tell(kept.purge(**filters, dry_run=dry_run), "deleted", fmt)


@store.command(
    "expire",
    short_help="Let a part of it expire: the next request asks what has changed.",
    epilog=examples("esi-fetch store expire --operation 'GetMarkets*'"),
)
@_selection_options
@_dry_run
@_yes
@table_or_json
@voice_options
@pass_voice
def expire(voice: Voice, dry_run: bool, yes: bool, fmt: str, filters: dict[str, Any]) -> None:
    """Let a part of the store expire now, and forget what ESI has refused.

    Nothing else is deleted. ETags stay, so that the next request only asks whether something has changed.
    """
    with _opened(voice) as kept:
        if not filters and not dry_run:
            _ask(voice, "let expire", kept.expire(dry_run=True), yes=yes)
        _tell(kept.expire(**filters, dry_run=dry_run), "expired", fmt)


@store.command(
    "refresh",
    short_help="Ask ESI now what has changed of a part of it.",
    epilog=examples("esi-fetch store refresh --operation 'GetMarkets*' --param region_id=10000002"),
)
@_answers_alone
@_dry_run
@_yes
@table_or_json
@client_options
@voice_options
@pass_voice
def refresh(
    voice: Voice,
    dry_run: bool,
    yes: bool,
    fmt: str,
    settings: dict[str, Any],
    filters: dict[str, Any],
) -> None:
    """Ask ESI again, conditionally, for a part of what the store has, whether it has expired or not.

    It is a run like any other, within all limits; sets of pages stay whole. What can't be asked for again,
    such as data of a character without a token, is left as it is.
    """
    with contextlib.ExitStack() as stack:
        bars = stack.enter_context(progress(voice))
        opened = stack.enter_context(
            client(
                voice,
                observers=bars,
                opens_store=False,
                **settings,
            )
        )
        kept = opened.esi.store
        assert kept is not None  # noqa: S101 - the command line's clients have one
        if not filters and not dry_run:
            foreseen = kept.refresh(dry_run=True)
            _ask_about(
                voice, f"ask ESI again for {plural(foreseen.entries, 'answer')}", foreseen.entries, yes=yes
            )
        done = kept.refresh(**filters, dry_run=dry_run)
        counted = opened.tally.snapshot()
    if fmt == "json":
        deliver(
            {
                "entries": done.entries,
                "jobs": len(done.report),
                "left": dict(done.left),
                "confirmed": done.confirmed,
                "changed": done.changed,
                "dry_run": done.dry_run,
                "totals": to_plain(done.report.totals),
            },
            fmt="json",
        )
    else:
        print_lines(refresh_lines(done))
    voice.complain(*failures(done.report))
    if done.report.totals.stale:
        stale = plural(done.report.totals.stale, "answer")
        voice.warn(f"ESI could not be asked about {stale}: they are as they were")
    raise click.exceptions.Exit(status_of_run(done.report, counted, wants_news=True))


@store.command(
    "export",
    short_help="Write a part of it into one file.",
    epilog=examples("esi-fetch store export forge.esi --operation GetMarketsRegionIdOrders"),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@_selection_options
@_private
@voice_options
@pass_voice
def export(voice: Voice, file: Path, include_private: bool, filters: dict[str, Any]) -> None:
    """Write a part of the store into FILE, so that a notebook can ship with its data and work offline.

    Characters' data is left out unless --include-private asks for it. `esi-fetch store import` takes it in.
    """
    if problems := file_problems(file, option="FILE"):
        raise InputError(problems=problems)
    with _opened(voice) as kept:
        print_lines(export_lines(kept.export(file, **filters, include_private=include_private)))


@store.command(
    "import",
    short_help="Take in a file that `store export` has written.",
    epilog=examples("esi-fetch store import forge.esi --dry-run", "esi-fetch store import forge.esi"),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@_selection_options
@_private
@_dry_run
@voice_options
@pass_voice
def import_file(
    voice: Voice, file: Path, include_private: bool, dry_run: bool, filters: dict[str, Any]
) -> None:
    """Take in a FILE that `esi-fetch store export` has written, or another store.

    Everything in it is looked at first. What is newer wins; characters' data is left out unless
    --include-private asks for it.
    """
    with client(voice, offline=True, opens_store=False) as opened:
        kept = opened.esi.store
        assert kept is not None  # noqa: S101 - the command line's clients have one
        taken = kept.import_(file, **filters, include_private=include_private, dry_run=dry_run)
        mine = (opened.esi.settings.base_url, kept.variant)
    print_lines(import_lines(taken))
    for (host, variant), count in taken.variants.items():
        if (host, variant) != mine:
            theirs = printable(f"{host}, tenant {variant.tenant}, language {variant.language}")
            date = printable(variant.compatibility_date)
            voice.warn(
                f"{plural(count, 'answer')} of {theirs}, of {date}: found only where that is set"
                " (ESI_FETCH_BASE_URL, ESI_FETCH_COMPATIBILITY_DATE)"
            )


def _ask(voice: Voice, deed: str, foreseen: StoreChange, *, yes: bool) -> None:
    _ask_about(voice, f"{deed} all there is: {contents(foreseen)}", foreseen.count, yes=yes)


def _ask_about(voice: Voice, what: str, count: int, *, yes: bool) -> None:
    """Ask whether everything is really meant; where nobody can answer, that has to be said beforehand."""
    if yes or not count:
        return
    if not is_terminal(sys.stdin):
        raise click.UsageError(
            "everything is meant, as no option says which part; --yes says that this is right"
        )
    if not click.confirm(f"{what}?", err=True):
        voice.say("nothing was done")
        raise click.exceptions.Exit(OK)


def _tell(change: StoreChange, deed: str, fmt: str) -> None:
    if fmt == "json":
        deliver(to_plain(change), fmt="json")
    else:
        print_lines(change_lines(change, deed))
