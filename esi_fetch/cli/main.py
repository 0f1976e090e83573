"""``esi-fetch``: the group of all commands.

Commands are imported when they are used, so that ``--help`` and completion answer at once.
"""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from esi_fetch._version import __version__
from esi_fetch.cli.console import Voice, printable, silence_streams
from esi_fetch.cli.exits import FAILED, INTERRUPTED, OK, WRONG_INPUT, Stop
from esi_fetch.cli.options import examples, voice_options
from esi_fetch.errors import (
    CatalogError,
    InputError,
    LimitsError,
    OutputWriteError,
    SignInError,
    StoreError,
    did_you_mean,
    reason_of,
)

__all__ = ["COMMANDS", "main"]

COMMANDS: Mapping[str, str] = {
    "demo": "See it work in a few seconds, without network or account.",
    "get": "Get one operation's data, to standard output or into a file.",
    "run": "Run jobs and work orders from files.",
    "plan": "Show what a run would send, cost and write.",
    "recipe": "Make ready-made data sets: names, places, market summaries.",
    "create": "Make job files and work orders.",
    "examples": "Write example jobs, orders, tables and notebooks that just run.",
    "ops": "Look up operations: their parameters, scopes, limits.",
    "schema": "Show or renew what is known about ESI.",
    "store": "Look into the local store, and delete, renew or pass on parts of it.",
    "auth": "Sign characters in and out; see who there is.",
    "limits": "Show what is left in each rate limit.",
    "sandbox": "Run a local ESI to try things out against.",
}
"""Every command, each in the module of its name, with its line in the help."""


class _Root(click.Group):
    """Knows its commands by name, ends the way :mod:`esi_fetch.cli.exits` says."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, the newcomer's first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"esi_fetch.cli.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name."""
        name = str(args[0])
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            hint = did_you_mean(name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
            ctx.fail(f"unknown command {name!r}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of one call, with a voice of its own."""
        extra.setdefault("obj", Voice())
        return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments apart; without any, or after the word ``help``, show the help."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args or ["--help"])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what users can cause into messages and exit statuses."""
        voice = ctx.ensure_object(Voice)
        try:
            return super().invoke(ctx)
        except InputError as error:
            for problem in error.problems:
                voice.complain(printable(problem))
            ctx.exit(WRONG_INPUT)
        except (CatalogError, LimitsError, StoreError) as error:
            voice.complain(printable(error))
            ctx.exit(WRONG_INPUT)
        except (OutputWriteError, SignInError) as error:
            voice.complain(printable(error))
            ctx.exit(FAILED)
        except BrokenPipeError:
            silence_streams()
            ctx.exit(OK)
        except KeyboardInterrupt:
            voice.complain("stopped")
            ctx.exit(INTERRUPTED)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:
        """Run the command line; the exit status is that of the signal when one came."""
        if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")  # not every terminal knows every character
        with Stop() as stop:
            try:
                return super().main(args, *more, **extra)
            except SystemExit:
                if stop.status is not None:
                    raise SystemExit(stop.status) from None
                raise
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                # What commands write is dealt with in them; this is the help, which Click writes.
                Voice().complain(f"can't write to standard output: {reason_of(error)}")
                raise SystemExit(FAILED) from error
            finally:
                # A stream that nobody reads would turn the exit status into 120 at the interpreter's end.
                silence_streams()


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "esi-fetch demo", "esi-fetch get GetMarketsRegionIdOrders region_id=10000002 -o forge.csv"
    )
    + """

\b
Who is asking: ESI wants a contact. Set it once, for example
  export ESI_FETCH_USER_AGENT="my-scripts/1.0 (me@example.com)"

\b
Completion in your shell (bash; also zsh_source, fish_source):
  eval "$(_ESI_FETCH_COMPLETE=bash_source esi-fetch)"

Exit status: 0 all well, 1 some job failed, 2 the input was wrong and nothing was sent, 3 ESI could not be
reached, 130 stopped by Ctrl-C, 143 by SIGTERM.""",
)
@click.version_option(__version__, prog_name="esi-fetch")
@voice_options
def main() -> None:
    """Fetch data from EVE Online's API (ESI): concurrently, politely, completely.

    What was fetched is kept, so that the next run costs almost nothing. Data goes to standard output or into
    files, everything else to standard error.
    """
