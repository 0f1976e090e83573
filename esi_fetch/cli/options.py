"""Options that several commands have, spelled and meant the same in each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from esi_fetch.cli.console import Voice
from esi_fetch.errors import Problem, SettingsError

__all__ = [
    "as_options",
    "client_options",
    "examples",
    "job_file_options",
    "parameter_options",
    "source_options",
    "table_or_json",
    "together",
    "voice_options",
]

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def _quiet(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    voice = ctx.ensure_object(Voice)
    voice.quiet = voice.quiet or value
    _not_both(ctx, voice)


def _verbose(ctx: click.Context, param: click.Parameter, value: int) -> None:
    voice = ctx.ensure_object(Voice)
    voice.verbosity += value
    _not_both(ctx, voice)


def _not_both(ctx: click.Context, voice: Voice) -> None:
    if voice.quiet and voice.verbosity:
        raise click.UsageError("-q and -v contradict each other", ctx)


def _log_file(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Voice).log_file = value


def examples(*lines: str) -> str:
    """Return the end of a help text that shows command lines."""
    # Click keeps the lines of a paragraph that begins with this mark as they are.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def together(*options: Decorator, gather: Callable[[dict[str, Any]], None] | None = None) -> Decorator:
    """Return what adds several options to a command, in this order.

    Args:
        *options: The options.
        gather: Makes one argument of several, in what the command is called with.
    """

    def add(command: Command) -> Command:
        @functools.wraps(command)
        def gathering(*args: Any, **given: Any) -> Any:
            if gather is not None:
                gather(given)
            return command(*args, **given)

        added: Command = gathering
        for option in reversed(options):
            added = option(added)
        return added

    return add


voice_options = together(
    click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_quiet,
        help="Say nothing but what is wrong.",
    ),
    click.option(
        "-v",
        "--verbose",
        count=True,
        expose_value=False,
        callback=_verbose,
        help="Say what happens; -vv: every request.",
    ),
    click.option(
        "--log-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        expose_value=False,
        callback=_log_file,
        help="Append what happens to this file.",
    ),
)
"""What is said, and where to; these options may stand before the command's name as well."""


def _settings(given: dict[str, Any]) -> None:
    given["settings"] = {name: given.pop(name) for name in ("user_agent", "base_url", "workers")}


client_options = together(
    click.option(
        "--user-agent",
        metavar="TEXT",
        help='Who asks, with a contact: "my-scripts/1.0 (me@example.com)".',
    ),
    click.option("--base-url", metavar="URL", help="Where ESI is; for a sandbox or a proxy."),
    click.option("--workers", metavar="N", help="How many requests may be under way at once (default 16)."),
    gather=_settings,
)
"""Who asks, where, and how much at once; the command gets them as ``settings``."""


def _parameters(given: dict[str, Any]) -> None:
    given["parameters"] += given.pop("more")


def parameter_options(
    shell_complete: Callable[[click.Context, click.Parameter, str], Any] | None = None,
) -> Decorator:
    """Return what adds parameters: ``NAME=VALUE`` alone or after ``--param``, together ``parameters``."""
    return together(
        click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]...", shell_complete=shell_complete),
        click.option(
            "--param", "more", multiple=True, metavar="NAME=VALUE", help="The same as NAME=VALUE alone."
        ),
        gather=_parameters,
    )


job_file_options = together(
    click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path()),
    click.option(
        "-o",
        "--output",
        type=click.Path(file_okay=True, path_type=Path),
        default=".",
        metavar="DIR",
        help="Folder for everything the jobs write (default: this one).",
    ),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        help="A value for ${NAME} in paths; repeatable.",
    ),
    click.option(
        "--character",
        metavar="WHO",
        help="Whose token jobs use that need one and name nobody: by name or id.",
    ),
    click.option(
        "--since-last",
        is_flag=True,
        help="Of lists walked by cursor, only what has changed since the last run.",
    ),
)
"""The job files, where their outputs go, and what holds for all their jobs."""


def _not_offline(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    if value and ctx.params["offline"]:
        raise click.UsageError("--offline and --refresh contradict each other", ctx)
    return value


# The first is eager, so that it is known when the other one is looked at.
source_options = together(
    click.option(
        "--offline", is_flag=True, is_eager=True, help="Send nothing; use what the local store has."
    ),
    click.option(
        "--refresh", is_flag=True, callback=_not_offline, help="Ask ESI even for what has not expired yet."
    ),
)
"""Whether ESI is asked: not at all, or even where it need not be."""


def as_options(error: SettingsError, **names: str) -> SettingsError:
    """Return the same error, with settings called by the options that gave them.

    Args:
        error: What was raised; its problems say ``argument base_url``.
        **names: Options that are spelt in another way than their settings.
    """
    return SettingsError(
        problems=[Problem(_option(problem.where, names), problem.what) for problem in error.problems]
    )


def _option(where: str, names: Mapping[str, str]) -> str:
    kind, _, setting = where.partition(" ")
    return names.get(setting, f"--{setting.replace('_', '-')}") if kind == "argument" else where


table_or_json = click.option(
    "--format",
    "fmt",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="For people or for programs.",
)
"""The form of what a command shows."""
