"""``esi-fetch schema``: what is known about ESI, and getting to know newer things."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import click

from esi_fetch.catalog import Catalog, Operation, bundled, load_catalog, read_document, save_catalog
from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, plural, printable, table
from esi_fetch.cli.exits import FAILED, status_of_failure
from esi_fetch.cli.options import as_options, client_options, examples, table_or_json, voice_options
from esi_fetch.cli.outputs import deliver, file_problems, print_lines
from esi_fetch.errors import CatalogError, InputError, SettingsError
from esi_fetch.model.files import SCHEMA_FILE
from esi_fetch.model.job import Job
from esi_fetch.settings import Settings, load_settings

__all__ = ["schema"]

# ESI serves it, but no document lists it: it is the document.
_DOCUMENT = Operation("GetMetaOpenapiJson", "GET", "/meta/openapi.json", "Meta", repeatable=True)

# ESI's day changes with the daily downtime, at 11:00 UTC; it refuses dates that have not come yet.
_DAY_BEGINS_S = 11 * 3600

_MOST_NAMED = 20


@click.group(
    short_help="Show or renew what is known about ESI.",
    epilog=examples("esi-fetch schema show", "esi-fetch schema update"),
)
@voice_options
def schema() -> None:
    """Show or renew the catalog: the table of ESI's operations that everything is checked against."""


@schema.command(
    "show",
    short_help="Show which catalog is used.",
    epilog=examples("esi-fetch schema show", "esi-fetch schema show --format json"),
)
@table_or_json
@voice_options
def show(fmt: str) -> None:
    """Show the catalog's date, where it comes from, and where it, the store and the settings are kept.

    The last line is the JSON Schema of job files, which editors can be given.
    """
    settings = load_settings()
    catalog = load_catalog(home=settings.home, date=settings.compatibility_date)
    facts = {
        "date": catalog.date,
        "source": catalog.source,
        "operations": len(catalog),
        "compatibility_date": settings.compatibility_date or catalog.date,
        "base_url": settings.base_url,
        "folder": str(settings.home / "catalog"),
        "home": str(settings.home),
        "config_file": str(settings.config_file),
        "job_schema": str(SCHEMA_FILE),
    }
    if fmt == "json":
        deliver(facts, fmt="json")
        return
    notes = {
        "source": "comes with esi_fetch" if catalog.source == "bundled" else "",
        "compatibility_date": "sent with every request",
        "folder": "`esi-fetch schema update` puts newer ones there",
        "home": "the local store is there",
        "config_file": "settings, where there is such a file",
        "job_schema": "a JSON Schema of job files, for editors",
    }
    print_lines(
        table((), [(name.replace("_", " "), str(fact), notes.get(name, "")) for name, fact in facts.items()])
    )


@schema.command(
    "update",
    short_help="Get the catalog of today, or of another date, from ESI.",
    epilog=examples("esi-fetch schema update", "esi-fetch schema update --date 2026-08-18"),
)
@click.option("--date", metavar="YYYY-MM-DD", help="Which one (default: the configured date, else today's).")
@client_options
@voice_options
@pass_voice
def update(voice: Voice, date: str | None, settings: dict[str, Any]) -> None:
    """Read ESI's OpenAPI document and keep what it says about operations.

    One that can't be read is refused, and what was there before stays in use.
    """
    try:
        chosen = load_settings(**settings, compatibility_date=date)
    except SettingsError as error:
        raise as_options(error, compatibility_date="--date") from error
    wanted = chosen.compatibility_date or _today()
    if problems := file_problems(chosen.home / "catalog" / f"{wanted}.json", option="catalog"):
        raise InputError(problems=problems)
    document = _ask(voice, chosen, wanted)
    if document.status in (400, 404) and chosen.compatibility_date is None:
        # The clock here may be ahead of ESI's.
        voice.say(f"ESI has no document of {wanted}; asking for that of {bundled().date}")
        document = _ask(voice, chosen, bundled().date)
    if document.error is not None:
        voice.complain(f"{chosen.base_url}{_DOCUMENT.path}: {printable(document.error)}; nothing was changed")
        raise click.exceptions.Exit(document.exit_status)
    try:
        new = _read(document.data, source=f"{chosen.base_url}{_DOCUMENT.path}")
    except CatalogError as error:
        voice.complain(f"{printable(error)}; it was refused, and nothing was changed")
        raise click.exceptions.Exit(FAILED) from error
    old = _in_use(chosen)
    path = save_catalog(new, home=chosen.home)
    print_lines(
        [f"catalog of {new.date}: {plural(len(new), 'operation')}, written to {path}", *_changes(old, new)]
    )
    if _in_use(chosen).source != str(path):
        voice.warn(f"it is not used unless its date is chosen: ESI_FETCH_COMPATIBILITY_DATE={new.date}")


@dataclass(frozen=True)
class _Document:
    """What came of asking: the data, or why there is none."""

    data: Any
    status: int | None
    error: str | None
    exit_status: int


def _ask(voice: Voice, settings: Settings, date: str) -> _Document:
    catalog = Catalog({_DOCUMENT.op_id: _DOCUMENT}, date=date)
    with client(
        voice,
        local=False,
        catalog=catalog,
        compatibility_date=date,
        user_agent=settings.user_agent,
        base_url=settings.base_url,
    ) as opened:
        result = opened.esi.fetch(Job(_DOCUMENT.op_id)).result
        assert result is not None  # noqa: S101 - a job that was fetched has one
        exit_status = status_of_failure(opened.tally.snapshot())
    reason = None if result.error is None else result.error.message
    return _Document(result.data, result.status, reason, exit_status)


def _read(document: Any, *, source: str) -> Catalog:
    if not isinstance(document, dict):
        raise CatalogError(f"{source}: this is not an OpenAPI document")
    return read_document(document, source=source)


def _today() -> str:
    return datetime.fromtimestamp(time.time() - _DAY_BEGINS_S, timezone.utc).date().isoformat()


def _in_use(settings: Settings) -> Catalog:
    try:
        return load_catalog(home=settings.home, date=settings.compatibility_date)
    except CatalogError:  # a damaged one, which this command is there to mend
        return bundled()


def _changes(old: Catalog, new: Catalog) -> Iterator[str]:
    yield f"compared with that of {old.date}:"
    before = {op_id: replace(operation, aliases=()) for op_id, operation in old.items()}
    after = {op_id: replace(operation, aliases=()) for op_id, operation in new.items()}
    kinds = {
        "new": [op_id for op_id in after if op_id not in before],
        "gone": [op_id for op_id in before if op_id not in after],
        "changed": [op_id for op_id in after if op_id in before and after[op_id] != before[op_id]],
    }
    for kind, names in kinds.items():
        shown = ", ".join(names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield f"  {len(names)} {kind}{': ' if names else ''}{shown}{more}"
