"""``esi-fetch sandbox``: a local ESI in the foreground."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from esi_fetch.cli.amounts import Duration
from esi_fetch.cli.console import Voice, pass_voice, printable
from esi_fetch.cli.exits import INTERRUPTED
from esi_fetch.cli.options import examples, voice_options
from esi_fetch.errors import InputError, Problem, reason_of

if TYPE_CHECKING:
    from esi_fetch.sandbox import RequestSeen, Sandbox

__all__ = ["sandbox", "sandbox_class"]

_LOOK_EVERY_S = 0.2


def sandbox_class() -> type[Sandbox]:
    """Return the sandbox's class.

    Raises:
        InputError: What it needs is not installed.
    """
    try:
        from esi_fetch.sandbox import Sandbox
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "werkzeug":
            raise
        raise InputError(str(error)) from error
    return Sandbox


@click.command(
    "sandbox",
    short_help="Run a local ESI to try things out against.",
    epilog=examples("esi-fetch sandbox", "esi-fetch sandbox --port 8100 --orders-pages 50 --latency 0.1s"),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Where it listens; a free one if not said.",
)
@click.option(
    "--orders-pages",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    metavar="N",
    help="Pages of market orders in The Forge (10000002).",
)
@click.option(
    "--latency",
    type=Duration(),
    default="0s",
    metavar="DURATION",
    help="How long every answer takes at least: 0.1s.",
)
@click.option(
    "--ttl",
    type=Duration(),
    metavar="DURATION",
    help="How long data stays fresh: 30s; as ESI has it if not said.",
)
@click.option("--no-limits", is_flag=True, help="Limit nothing.")
@voice_options
@pass_voice
def sandbox(
    voice: Voice, port: int, orders_pages: int, latency: float, ttl: float | None, no_limits: bool
) -> None:
    """Run a local ESI, with the operations, headers and limits of the real one and made-up data.

    It is there for this machine alone, until Ctrl-C. Its URL is printed on standard output; -v shows the
    requests it gets.
    """
    made = sandbox_class()(
        port=port,
        orders_pages=orders_pages,
        latency_s=latency,
        ttl_s=None if ttl is None else max(1.0, ttl),
        limits=not no_limits,
    )
    try:
        made.start()
    except OSError as error:
        raise InputError(problems=[Problem("--port", reason_of(error))]) from error
    try:
        click.echo(made.url)
        voice.say("Use it from another terminal:")
        voice.say(f"  export ESI_FETCH_BASE_URL={made.url}")
        voice.say(
            f"  export ESI_FETCH_SSO_URL={made.url} ESI_FETCH_CLIENT_ID=sandbox  # for `esi-fetch auth`"
        )
        voice.say("  esi-fetch get GetMarketsRegionIdOrders region_id=10000002 --format table | head")
        voice.say("Ctrl-C ends it.")
        _wait(made, voice)
    except KeyboardInterrupt:
        voice.say("The sandbox has stopped.")
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        made.stop()


def _wait(made: Sandbox, voice: Voice) -> None:
    shown = 0
    never = threading.Event()
    # A wait without an end can't be interrupted on Windows.
    while not never.wait(_LOOK_EVERY_S):
        for line in _answered(made.requests[shown:]) if voice.verbosity else ():
            voice.say(line)
            shown += 1


def _answered(seen: Iterable[RequestSeen]) -> Iterator[str]:
    """Give a line for each request up to the first that still waits, so that they stay in order."""
    for each in seen:
        if each.status is None and not each.fault:
            return
        yield printable(f"{each.method} {each.url} {each.status or 'no answer'}")
