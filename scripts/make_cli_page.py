"""Writes the generated part of ``docs/reference/cli.md``: every command with its help, options and examples.

Run it after a command has changed: ``python scripts/make_cli_page.py``. A test holds the page to the code.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click
from pages import REFERENCE, page_with, table, write

from esi_fetch.cli import main

PAGE = REFERENCE / "cli.md"

# What every command has stands once, at the top of the page.
EVERYWHERE = frozenset({"--quiet", "--verbose", "--log-file", "--help"})


def pages() -> dict[Path, str]:
    """Return the page as it should be."""
    return {PAGE: page_with(PAGE, {"commands": lines()})}


def commands(group: click.Group = main, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Give every command with its name, in the order of ``--help``, groups before what is in them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None  # noqa: S101 - it was listed
        yield " ".join((*words, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


def lines() -> Iterator[str]:
    """Give the lines of the generated part."""
    yield from table(
        ("command", ""),
        (
            (f"[`{name}`](#esi-fetch-{name.replace(' ', '-')})", in_markdown(command.short_help or ""))
            for name, command in commands()
        ),
    )
    for name, command in commands():
        yield ""
        yield from _section(name, command)


def _section(name: str, command: click.Command) -> Iterator[str]:
    yield f"{'##' if ' ' not in name else '###'} esi-fetch {name}"
    yield ""
    yield "```text"
    yield usage(name, command)
    yield "```"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield ""
        yield in_markdown(paragraph)
    options = [
        option
        for option in command.params
        if isinstance(option, click.Option) and not EVERYWHERE & set(option.opts)
    ]
    if options:
        yield ""
        yield from table(("option", ""), ((_spelling(option), _meaning(option)) for option in options))
    lines = examples(command)
    if lines:
        yield ""
        yield "```bash"
        yield from lines
        yield "```"


def usage(name: str, command: click.Command) -> str:
    """Return how a command is called."""
    context = click.Context(command, info_name=f"esi-fetch {name}")
    return " ".join((f"esi-fetch {name}", *command.collect_usage_pieces(context)))


def examples(command: click.Command) -> list[str]:
    """Return the command lines that the end of a command's help shows."""
    text = inspect.cleandoc(command.epilog or "")
    if "Examples:\n" not in text:
        return []
    lines = text.partition("Examples:\n")[2].split("\n\n")[0].splitlines()
    return [line.removeprefix("  ") for line in lines]


def _spelling(option: click.Option) -> str:
    # The metavar of a choice would be all its words, which the text has.
    takes = "" if option.is_flag or option.count else option.metavar or option.type.name.upper()
    if isinstance(option.type, click.Choice):
        takes = ""
    names = ", ".join(option.opts)
    return f"`{names} {takes}`" if takes else f"`{names}`"


def _meaning(option: click.Option) -> str:
    text = option.help or ""
    facts = []
    if isinstance(option.type, click.Choice):
        *most, last = (f"`{choice}`" for choice in option.type.choices)
        facts.append(f"{', '.join(most)} or {last}")
    if option.multiple and "repeatable" not in text:
        facts.append("repeatable")
    if isinstance(option.type, click.IntRange):
        low, high = option.type.min, option.type.max
        facts.append(f"at least {low}" if high is None else f"{low} to {high}")
    if option.show_default and not option.is_flag:
        facts.append(f"default `{option.default}`")
    told = f" ({'; '.join(facts)})" if facts else ""
    return in_markdown(text) + told


def in_markdown(text: str) -> str:
    """Return a help text on one line, with its code marked and nothing else taken for markup."""
    text = " ".join(text.split())
    parts = re.split(r"(`[^`]+`)", text)
    text = "".join(part if part.startswith("`") else _CODE.sub(r"`\g<0>`", part) for part in parts)
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"[*<]", r"\\\g<0>", part) for part in parts)


# What is code in help texts without being marked as such, because terminals show marks as they are.
_CODE = re.compile(
    r"--[a-z][\w-]*|\$\{\w+\}|\bESI_FETCH_\w+|\b\w+='[^']*'|\b\w+=\S*\w|'[^']*[*=][^']*'|(?<!\w)\.[a-z]{3,5}\b"
)


if __name__ == "__main__":
    write(pages())
