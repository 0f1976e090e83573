"""``esi-fetch ops``: the operations ESI has."""

from __future__ import annotations

from collections.abc import Iterator

import click

from esi_fetch.catalog import Catalog, Operation, Parameter
from esi_fetch.catalog.words import access, caching, limits, pages, takes
from esi_fetch.cli.catalog import complete_operation, current_catalog
from esi_fetch.cli.console import Voice, pass_voice, plural, printable, styled, table, terminal_width
from esi_fetch.cli.example_line import example_line
from esi_fetch.cli.options import examples, table_or_json, voice_options
from esi_fetch.cli.outputs import deliver, print_lines
from esi_fetch.columns import layout_of
from esi_fetch.errors import did_you_mean
from esi_fetch.model.codec import to_plain

__all__ = ["ops"]

_SHOWN_FIELDS = 40


@click.group(
    short_help="Look up operations: their parameters, scopes, limits.",
    epilog=examples("esi-fetch ops list market orders", "esi-fetch ops show GetMarketsRegionIdOrders"),
)
@voice_options
def ops() -> None:
    """Look up what ESI offers; nothing is sent."""


@ops.command(
    "list",
    short_help="List operations, all or those with some words.",
    epilog=examples(
        "esi-fetch ops list", "esi-fetch ops list market history", "esi-fetch ops list wallet --format json"
    ),
)
@click.argument("words", nargs=-1)
@table_or_json
@voice_options
@pass_voice
def list_operations(voice: Voice, words: tuple[str, ...], fmt: str) -> None:
    """List the operations that have all of WORDS in their name, path, area, limit group or scope."""
    catalog = current_catalog()
    found = catalog.search(" ".join(words)) if words else list(catalog.values())
    if fmt == "json":
        rows = [
            {
                "op_id": each.op_id,
                "method": each.method,
                "path": each.path,
                "tag": each.tag,
                "scopes": list(each.scopes),
                "pagination": each.pagination.kind if each.pagination else None,
            }
            for each in found
        ]
        deliver(rows, fmt="json")
        return
    if found:
        cells = (
            (
                each.op_id,
                each.method,
                each.path,
                each.tag,
                each.pagination.kind if each.pagination else "",
                " ".join(each.scopes),
            )
            for each in found
        )
        print_lines(table(("operation", "", "path", "area", "pages", "scope"), cells, width=terminal_width()))
    more = "" if words else "; `esi-fetch ops list WORDS` narrows it down"
    voice.say(f"{plural(len(found), 'operation')} of {catalog.date}{more if len(found) != 1 else ''}")
    for word in () if found else words:
        if not catalog.search(word):
            voice.say(f"no operation has {printable(word)!r}{did_you_mean(word, _words_of(catalog))}")


def _words_of(catalog: Catalog) -> set[str]:
    return {word for each in catalog.values() for word in each.snake_id.split("_") if len(word) > 2}


@ops.command(
    "show",
    short_help="Show everything about one operation.",
    epilog=examples("esi-fetch ops show GetMarketsRegionIdOrders"),
)
@click.argument("op", metavar="OPERATION", shell_complete=complete_operation)
@table_or_json
@voice_options
def show_operation(op: str, fmt: str) -> None:
    """Show an operation's parameters, scopes, pages, limits, and a command to paste.

    OPERATION is a name in any spelling: GetMarketsRegionIdOrders, get_markets_region_id_orders.
    """
    operation = current_catalog()[op]
    if fmt == "json":
        shown = {**to_plain(operation), "snake_id": operation.snake_id, "example": example_line(operation)}
        deliver(shown, fmt="json")
    else:
        print_lines(_described(operation))


def _needed(operation: Operation, parameter: Parameter) -> str:
    if not parameter.required or parameter.has_default:
        return ""
    told = parameter.name in operation.told_by_character(is_named=False)
    return "the character's, if not given" if told else "required"


def _described(operation: Operation) -> Iterator[str]:
    yield styled(operation.op_id, bold=True)
    yield f"{operation.method} {operation.path}"
    yield ""
    older = [name for name in operation.aliases if name != operation.snake_id]
    facts = [
        ("area", operation.tag),
        ("also", ", ".join((operation.snake_id, *older))),
        ("access", access(operation)),
        ("pages", pages(operation)),
        ("limit", limits(operation)),
        ("fresh", caching(operation)),
        ("success", ", ".join(map(str, operation.success))),
        ("stable", f"since {operation.compatibility_date}" if operation.compatibility_date else ""),
    ]
    if not operation.repeatable:
        facts.append(("careful", "it changes something, so it is sent once and never repeated"))
    yield from table((), [fact for fact in facts if fact[1]])
    yield ""
    yield "parameters" if operation.parameters else "no parameters"
    rows = [
        (each.name, each.place, _needed(operation, each), takes(each))
        for each in sorted(operation.parameters, key=lambda each: not each.required or each.has_default)
    ]
    yield from (f"  {line}" for line in table((), rows))
    fields = layout_of(operation).names
    if len(fields) > 1:
        more = f" and {len(fields) - _SHOWN_FIELDS} more" if len(fields) > _SHOWN_FIELDS else ""
        yield ""
        yield "fields of the answer"
        yield f"  {', '.join(fields[:_SHOWN_FIELDS])}{more}"
    yield ""
    yield "example"
    yield f"  {example_line(operation)}"
