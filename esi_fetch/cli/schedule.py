"""What a scheduled run needs: a start that is put off a little, and an option whose value may be left out."""

from __future__ import annotations

import random
import threading

from esi_fetch.cli.console import Voice
from esi_fetch.clock import SystemClock
from esi_fetch.errors import InputError
from esi_fetch.units import duration_text, parse_duration

__all__ = ["UNTIL_EXPIRY", "put_off", "with_optional_value"]

UNTIL_EXPIRY = "expiry"

# On Windows a wait without an end can't be interrupted.
_SLICE_S = 0.5


def with_optional_value(args: list[str], *, option: str, default: str) -> list[str]:
    """Return arguments in which *option* has its value, where what follows it is no duration.

    Click would take ``--max-age forge.yaml`` for an age of ``forge.yaml``.
    """
    done: list[str] = []
    for index, word in enumerate(args):
        if word == "--":
            return done + args[index:]
        if word == option and not _is_value(args[index + 1 : index + 2], default):
            word = f"{option}={default}"
        done.append(word)
    return done


def _is_value(words: list[str], default: str) -> bool:
    if not words:
        return False
    try:
        return words[0] == default or parse_duration(words[0]) >= 0
    except InputError:
        return False


def put_off(voice: Voice, *, at_most_s: float) -> None:
    """Wait for a random time, and say for how long; Ctrl-C ends it."""
    if at_most_s <= 0:
        return
    pause_s = random.uniform(0, at_most_s)  # noqa: S311 - it spreads load, and hides nothing
    voice.say(f"starting in {duration_text(pause_s)} (--jitter {duration_text(at_most_s)})")
    clock, never = SystemClock(), threading.Event()
    until = clock.monotonic() + pause_s
    while (left_s := until - clock.monotonic()) > 0:
        clock.wait(never, min(left_s, _SLICE_S))
