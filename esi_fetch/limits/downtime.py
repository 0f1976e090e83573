"""Whether ESI may be asked in the hour after its daily downtime begins: pure steps over plain data.

ESI goes down at 11:00 UTC every day and is back a quarter of an hour later as a rule. Meanwhile it answers
every request with an error, and each of those spends the error limit of the address. So in that hour nothing
is asked before ``/status`` has been answered well; one of all who share the books asks it, at a gentle pace.

In the first seconds after 11:00 ESI still answers, and so do its caches later on. Therefore a good answer
opens the gate only until somebody meets a sign of an outage: then ``/status`` has to be answered well again.
A sign from a request that went out before the last good answer is too old to say anything.
"""

from __future__ import annotations

from typing import NamedTuple

from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Downtime, Ledger

__all__ = [
    "DOWNTIME",
    "Ask",
    "Closed",
    "Open",
    "downtime_day",
    "drop_probe",
    "enter",
    "is_still_open",
    "note_outage",
    "over_in_s",
    "settle_probe",
]

DOWNTIME = "downtime"
"""The key of the book; it is one of the machine's address, as a lost network looks like an outage too."""

BEGINS_S = 11 * 3600.0
"""When the downtime begins, in seconds after midnight UTC."""

LASTS_AT_MOST_S = 3600.0
"""How long ESI is taken to be down; what is down for longer is no daily downtime, and fails as it would."""

FIRST_PAUSE_S = 20.0
LONGEST_PAUSE_S = 60.0
_PAUSE_GROWS = 1.5

AFTER_GOOD_S = 5.0
"""How soon after a good answer a sign of an outage lets it be asked again: one route alone may fail."""

_DAY_S = 86_400.0


class Open(NamedTuple):
    """A request may go out.

    Attributes:
        day: Whose downtime it is not held up by.
        round: How often the gate had been closed again by then.
    """

    day: int
    round: int


class Ask(NamedTuple):
    """Whoever gets this asks for ESI's state now, and settles it with :func:`settle_probe`."""

    probe_id: str


class Closed(NamedTuple):
    """A request may not go out yet.

    Attributes:
        seconds: When ESI is asked again at the earliest; 0 while it is being asked.
        is_known: Whether it has been asked, and does not answer well.
        why: What came of it; "" unless it is known.
    """

    seconds: float
    is_known: bool
    why: str


def downtime_day(now: float) -> int | None:
    """Return whose day's downtime it may be; None outside of the hour after it begins.

    Args:
        now: The wall clock, in seconds since the epoch.
    """
    day, second = divmod(now - BEGINS_S, _DAY_S)
    return int(day) if second < LASTS_AT_MOST_S else None


def over_in_s(now: float) -> float:
    """Return how many seconds are left of the hour, at *now* on the wall clock."""
    return max(0.0, LASTS_AT_MOST_S - (now - BEGINS_S) % _DAY_S)


def enter(picture: Picture, now: float, *, day: int, probe_id: str, lease_s: float) -> Open | Ask | Closed:
    """Let a request through, make it ask for ESI's state first, or hold it up.

    Args:
        picture: The book.
        now: Seconds on the keeper's clock.
        day: Whose downtime it may be.
        probe_id: A reservation's id, under which ESI's state is asked for.
        lease_s: How long asking takes at most; who has not settled by then is taken for gone.
    """
    ledger = picture.get(DOWNTIME)
    if ledger is None:
        ledger = picture[DOWNTIME] = Ledger("daily downtime")
    ledger.refresh(now)
    state = ledger.downtime
    if state is None or state.day != day:
        state = ledger.downtime = Downtime(day, probe_at=now)
        ledger.blocked_until, ledger.block_reason = None, ""
    if state.is_open:
        return Open(day, state.round)
    # The keeper's clock may have been another one when this was written.
    pause_s = min(state.probe_at - now, LONGEST_PAUSE_S)
    if pause_s > 0 or ledger.in_flight:
        return Closed(0.0 if ledger.in_flight else pause_s, state.failures > 0, state.why)
    ledger.reserve(probe_id, 0, now=now, until=now + lease_s)
    return Ask(probe_id)


def is_still_open(picture: Picture, now: float, *, day: int) -> bool:
    """Return whether a request that was let through some time ago may still go out."""
    state = _state(picture, day)
    return state is not None and state.is_open


def settle_probe(
    picture: Picture, now: float, *, day: int, probe_id: str, why: str | None, jitter: float
) -> None:
    """Book what came of asking for ESI's state.

    Args:
        picture: The book.
        now: Seconds on the keeper's clock.
        day: Whose downtime it may be.
        probe_id: Under which id it was asked for.
        why: What was wrong with the answer; None for a good one.
        jitter: 1 to 1.25: by which factor the pause is longer, so that not everybody asks in step.
    """
    drop_probe(picture, now, probe_id=probe_id)
    state = _state(picture, day)
    if state is None:
        return
    ledger = picture[DOWNTIME]
    ledger.blocked_until, ledger.block_reason = None, ""
    if why is None:
        state.is_open, state.failures, state.why = True, 0, ""
        state.probe_at = now + AFTER_GOOD_S
    elif not state.is_open:
        pause_s = FIRST_PAUSE_S * _PAUSE_GROWS ** min(state.failures, 10) * jitter
        state.failures, state.why = state.failures + 1, why
        state.probe_at = now + min(pause_s, LONGEST_PAUSE_S)
        ledger.block(state.probe_at, reason=f"ESI does not answer yet: {why}")


def drop_probe(picture: Picture, now: float, *, probe_id: str) -> None:
    """Forget that ESI's state was being asked for: nothing came of it, and the next may ask."""
    ledger = picture.get(DOWNTIME)
    if ledger is not None:
        ledger.in_flight.pop(probe_id, None)


def note_outage(picture: Picture, now: float, *, passed: Open) -> None:
    """Close the gate again: a request that it let through met a sign of an outage.

    Args:
        picture: The book.
        now: Seconds on the keeper's clock.
        passed: What :func:`enter` gave for that request.
    """
    state = _state(picture, passed.day)
    if state is not None and state.is_open and state.round == passed.round:
        state.is_open = False
        state.round += 1


def _state(picture: Picture, day: int) -> Downtime | None:
    ledger = picture.get(DOWNTIME)
    state = None if ledger is None else ledger.downtime
    return state if state is not None and state.day == day else None
