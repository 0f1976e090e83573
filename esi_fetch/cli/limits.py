"""``esi-fetch limits``: what is left in every limit, as all processes of this machine see it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import click

from esi_fetch.cli.client import client
from esi_fetch.cli.console import Voice, pass_voice, plural, printable, table, terminal_width
from esi_fetch.cli.options import examples, voice_options
from esi_fetch.cli.outputs import FormatChoice, choose_format, deliver, print_lines
from esi_fetch.cli.summary import moment
from esi_fetch.limits import BucketView
from esi_fetch.model.codec import moment_text
from esi_fetch.units import duration_text

__all__ = ["limits"]

_HEADINGS = (
    "limit",
    "whose",
    "left",
    "of",
    "window",
    "others took",
    "under way",
    "next back at",
    "full at",
    "blocked until",
    "why",
)
_ALIGN = "llrrlrrllll"


@click.command(
    "limits",
    short_help="Show what is left in each rate limit.",
    epilog=examples("esi-fetch limits", "esi-fetch limits --format json"),
)
@click.option("--base-url", metavar="URL", help="Where ESI is; for a sandbox or a proxy.")
@click.option(
    "--format", "fmt", type=FormatChoice(), default="table", show_default=True, help="For people or programs."
)
@voice_options
@pass_voice
def limits(voice: Voice, base_url: str | None, fmt: str) -> None:
    """Show what is left in every limit that ESI's answers have named so far, for all programs that share it.

    Nothing is sent. The error limit counts errors of the whole address; every other line counts the tokens of
    one rate-limit group, of the address or of one character. Times are UTC.
    """
    fmt = choose_format(fmt, None)
    with client(voice, offline=True, opens_store=False, base_url=base_url) as opened:
        # One moment for all: the views tell their times in seconds from it.
        views, now = opened.esi.limits(), datetime.fromtimestamp(time.time(), timezone.utc)
        settings = opened.esi.settings
    known = any(_tells_something(view) for view in views)
    if fmt != "table":
        deliver([_row(view, now) for view in views] if known else [], fmt=fmt)
    elif known:
        print_lines(_lines(views, now))
        voice.say(f"it is {moment(now)}; {_summary(views)}")
    if not known:
        voice.say(
            f"nothing is known yet of the limits of {printable(settings.base_url)}: they are learnt from"
            " its answers, and no program that shares this folder"
            f" ({printable(settings.home)}) has asked it lately"
        )


def _tells_something(view: BucketView) -> bool:
    return view.bucket != "error limit" or view.left != view.of or bool(view.in_flight or view.blocked_for_s)


def _row(view: BucketView, now: datetime) -> dict[str, Any]:
    return {
        "bucket": view.bucket,
        "user": view.user,
        "left": view.left,
        "of": view.of,
        "window_s": view.window_s,
        "by_others": view.by_others,
        "in_flight": view.in_flight,
        "returns_at": _iso(view.returns_in_s, now),
        "full_at": _iso(view.full_in_s or None, now),
        "blocked_until": _iso(view.blocked_for_s or None, now),
        "reason": view.reason,
    }


def _iso(seconds: float | None, now: datetime) -> str | None:
    return None if seconds is None else moment_text(_whole_second(seconds, now), timespec="seconds")


def _lines(views: Iterable[BucketView], now: datetime) -> Iterator[str]:
    rows = (list(_cells(view, now)) for view in views)
    return table(_HEADINGS, rows, align=_ALIGN, width=terminal_width(), blank=("",))


def _cells(view: BucketView, now: datetime) -> Iterator[Any]:
    yield view.bucket
    yield view.user or "this address"
    yield "?" if view.left is None else f"{view.left:,}"
    yield "?" if view.of is None else f"{view.of:,}"
    yield duration_text(view.window_s)
    yield f"{view.by_others:,}" if view.by_others else ""
    yield f"{view.in_flight:,}" if view.in_flight else ""
    yield _at(view.returns_in_s, now)
    yield _at(view.full_in_s or None, now)
    yield _at(view.blocked_for_s or None, now)
    yield view.reason


def _whole_second(seconds: float, now: datetime) -> datetime:
    # Rounded up: who comes back at that second must not be too early.
    when = now + timedelta(seconds=seconds)
    return when.replace(microsecond=0) + timedelta(seconds=1 if when.microsecond else 0)


def _at(seconds: float | None, now: datetime) -> str:
    """Return a moment as short as it is clear: the time today, else with its date."""
    if seconds is None:
        return ""
    when = _whole_second(seconds, now)
    return when.strftime("%H:%M:%S" if when.date() == now.date() else "%Y-%m-%d %H:%M:%S")


def _summary(views: Iterable[BucketView]) -> str:
    blocked = [view for view in views if view.blocked_for_s]
    if not blocked:
        return "nothing is blocked"
    longest = max(view.blocked_for_s for view in blocked)
    return f"{plural(len(blocked), 'limit')} blocked, for {duration_text(longest)} at most"
