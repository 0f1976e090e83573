"""Whether a bucket has room for one more request, and if not, when it will.

Where most of a bucket is spent, what is left is spread over the time until enough has come back, instead of
running into the wall and standing there for the rest of the window. Such a wall is hit by everything at once,
and what hits it last may be what somebody looks at.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

from esi_fetch.limits.ledger import Ledger, Wait
from esi_fetch.limits.window import seconds_between, seconds_until_back

__all__ = ["Price", "Terms", "our_share", "room_left", "wait_for_room"]

# Keeps nine tenths of ten from being less than nine.
_ROUNDING = 1e-9

# Answers that cost nothing at all, as in an outage, must not make the next ones look free of charge.
_CHEAPEST = 0.5


class Terms(NamedTuple):
    """What one program asks of itself, whoever else shares the books.

    Attributes:
        lease_s: How long a request may be under way at most.
        burst: Which share of a bucket may be spent at once; the rest is spread over its window.
        reserve: Which share of a bucket is left to other programs.
        requests_per_second: A cap on the requests of the address; None for none.
    """

    lease_s: float
    burst: float = 1.0
    reserve: float = 0.0
    requests_per_second: float | None = None


class Price(NamedTuple):
    """What a request costs in a bucket.

    Attributes:
        dearest: At most; that much is held for it until its answer is there.
        usual: As a rule, before any answer has shown it.
    """

    dearest: int
    usual: float


def our_share(limit: int, *, price: Price, reserve: float) -> int:
    """Return how much of a bucket we may spend in one window, *reserve* of it being left to others.

    It is never too small for one request.
    """
    return max(min(price.dearest, limit), math.floor(limit * (1 - reserve) + _ROUNDING))


def room_left(ledger: Ledger, *, price: Price, reserve: float) -> int | None:
    """Return what we may still spend, with everything under way at its dearest; None while unknown.

    What is reserved is the others', whether they use it or not, and what they spend is taken from there
    first: with a fifth reserved we may spend four fifths, and less only once others have spent more than one.
    """
    left = ledger.left()
    if left is None or ledger.limit is None or not reserve:
        return left
    ours = our_share(ledger.limit, price=price, reserve=reserve)
    return min(left, ours - ledger.own.total - ledger.reserved)


def wait_for_room(ledger: Ledger, price: Price, *, terms: Terms, key: str, now: float) -> Wait | None:
    """Return what stands against a request of that *price* now; None when nothing does."""
    blocked = ledger.blocked(key=key, now=now)
    left = room_left(ledger, price=price, reserve=terms.reserve)
    if left is None or ledger.limit is None:
        return blocked
    need = ledger.claim(price.dearest)
    ours = our_share(ledger.limit, price=price, reserve=terms.reserve)
    if left < need:
        wait = _wait_until_back(ledger, need, ours=ours, key=key, now=now)
    else:
        wait = _pace(ledger, price, left=left, ours=ours, burst=terms.burst, key=key, now=now)
    if wait is None or (blocked is not None and blocked.at_least >= wait.at_least):
        return blocked
    return wait


def _wait_until_back(ledger: Ledger, need: int, *, ours: int, key: str, now: float) -> Wait | None:
    own, window_s, left = ledger.own, ledger.window_s, ledger.left() or 0
    own_missing = need - (ours - own.total)
    seconds = max(
        seconds_until_back(own_missing + ledger.reserved, own, now=now, window_s=window_s),
        ledger.seconds_until_back(need - left, now=now),
    )
    if ledger.trial_at is not None and not ledger.in_flight and own_missing <= 0:
        seconds = min(seconds, max(0.0, ledger.trial_at - now))
        if not seconds:
            return None
    # Answers under way may refund all they hold, and show that others have spent less than we think.
    at_least = seconds
    if ledger.in_flight:
        at_least = seconds_until_back(own_missing, own, now=now, window_s=window_s)
    return Wait(key, f"{ledger.spoken()} is empty", seconds, at_least)


def _pace(
    ledger: Ledger, price: Price, *, left: int, ours: int, burst: float, key: str, now: float
) -> Wait | None:
    # What is under way is taken at its usual price here: the dearest is only what might happen.
    usual, under_way = max(_CHEAPEST, ledger.usual), len(ledger.in_flight)
    expected = left + ledger.reserved - usual * under_way
    # Whole requests only: a tenth of a bucket of fifteen is no request that could be spread.
    spread = math.floor((1 - burst) * ours + _ROUNDING)
    others = ledger.foreign.total
    if others and under_way >= max(1, (left - max(spread, others)) // price.dearest):
        # Others may spend as much again at any moment, and what is under way without room is refused then.
        return Wait(key, f"{ledger.spoken()} runs low ({left} left): one after the other", math.inf, 0.0)
    if ledger.sent_at is None or ledger.limit is None or expected - usual >= spread:
        return None
    seconds_apart = partial(
        seconds_between,
        since=ledger.sent_at,
        window_s=ledger.window_s,
        need=ledger.claim(price.dearest),
        price=usual,
    )
    own, refund = ledger.own, expected - left
    apart_s = seconds_apart((ledger.left() or 0) + refund, own, ledger.foreign)
    if ours < ledger.limit:
        apart_s = max(apart_s, seconds_apart(ours - own.total - ledger.reserved + refund, own))
    seconds = at_least = ledger.sent_at + apart_s - now
    if seconds <= 0:
        return None
    if under_way:
        # In the best case what is under way costs nothing, and nobody else has spent anything.
        room = ours - own.total
        apart_s = 0.0 if room - usual >= spread else seconds_apart(room, own)
        at_least = min(seconds, max(0.0, ledger.sent_at + apart_s - now))
    return Wait(key, f"{ledger.spoken()} runs low ({left} left): slowing down", seconds, at_least)
