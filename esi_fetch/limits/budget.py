"""The error limit of the address: at most 100 errors a minute, whatever the route.

ESI counts in fixed minutes whose beginning only its headers tell. We count our own errors in a *floating*
minute: any fixed minute lies within one, so the count can't fall short, whatever the phase. Errors of others
are dated so that they return at the reset that the header names.

Each request under way holds one error, since it may become one: that alone keeps the budget from being
overrun. What is paced on top of it is how evenly it is spent.
"""

from __future__ import annotations

import math

from esi_fetch.limits.headers import LimitHeaders
from esi_fetch.limits.ledger import Ledger, Marks, Pace, Wait

__all__ = ["ADDRESS", "open_address", "settle_address", "wait_for_address"]

ADDRESS = "address"
"""The key of the address's book."""

ERRORS_ALLOWED = 100
ERROR_WINDOW_S = 60.0
SLOW_BELOW = 50
"""Errors left below which requests are spread over the time to the reset."""

ONE_AT_A_TIME_BELOW = 10
"""Errors left below which a request waits for the answer to the one before."""

KEPT_BACK = 2
"""Errors that are left to other programs of the address: the last one would bring a 420 upon all of them."""

_LONGEST_BLOCK_S = 3600.0
_SHARE_MEMORY = 20
_EMPTY = "the error limit of this address is used up"
_SLOW = "the error limit of this address runs low"


def open_address() -> Ledger:
    """Return the empty book of an address.

    Some servers begin with less than 100; the first header they send shows it as errors made by others.
    """
    return Ledger(name="error limit", limit=ERRORS_ALLOWED, window_s=ERROR_WINDOW_S, pace=Pace())


def wait_for_address(ledger: Ledger, *, now: float, requests_per_second: float | None) -> Wait | None:
    """Return what stands against any request of this address now; None when nothing does."""
    waits = [
        ledger.blocked(key=ADDRESS, now=now),
        _wait_for_errors(ledger, now=now),
        _wait_for_pace(ledger, now=now, requests_per_second=requests_per_second),
    ]
    return max((wait for wait in waits if wait is not None), key=lambda wait: wait.at_least, default=None)


def settle_address(
    ledger: Ledger,
    reservation_id: str,
    *,
    marks: Marks | None,
    status: int | None,
    lost: bool,
    says: LimitHeaders,
    stops_all: bool,
    now: float,
) -> None:
    """Book how a request ended against the error limit.

    Args:
        ledger: The address's book.
        reservation_id: The request.
        marks: Where the book stood when it went out.
        status: HTTP status; None when there was no answer.
        lost: Whether it reached the server all the same.
        says: What the answer's headers say.
        stops_all: Whether it is the 420 of the whole address.
        now: When the answer was there.
    """
    pace = ledger.pace = ledger.pace or Pace()
    if stops_all:
        # Everything that led to it belongs to a minute that will be over when the block is.
        ledger.settle(reservation_id, 0, now=now)
        ledger.returned_total += ledger.own.clear() + ledger.foreign.clear()
        ledger.doubt = 0
        wait_s = ERROR_WINDOW_S
        if says.errors_reset_s is not None:
            # Whole seconds, seen down to 0: rounded down, so the reset is up to a second later.
            wait_s = min(says.errors_reset_s + 1.0, _LONGEST_BLOCK_S)
        elif says.retry_after_s is not None:
            wait_s = min(max(says.retry_after_s, 1.0), _LONGEST_BLOCK_S)
        pace.resets_at = now + wait_s
        ledger.block(pace.resets_at, reason="ESI answered 420: the error limit of this address is used up")
        return
    is_error = lost or (status is not None and status >= 400)
    ledger.settle(reservation_id, int(is_error), now=now)
    if status is not None or lost:
        pace.error_share += (is_error - pace.error_share) / _SHARE_MEMORY
    if says.errors_left is None:
        return
    foreign_since = None
    if says.errors_reset_s is not None and says.errors_reset_s <= ERROR_WINDOW_S:
        pace.resets_at = now + says.errors_reset_s + 1.0
        foreign_since = pace.resets_at - ERROR_WINDOW_S
    used = max(0, ERRORS_ALLOWED - says.errors_left)
    ledger.correct(used, marks=marks, now=now, foreign_since=foreign_since, fixed=True)


def _left(ledger: Ledger) -> int:
    return ERRORS_ALLOWED - ledger.own.total - ledger.foreign.total - ledger.doubt


def _wait_for_errors(ledger: Ledger, *, now: float) -> Wait | None:
    left, under_way = _left(ledger), len(ledger.in_flight)
    if left <= KEPT_BACK:
        seconds = ledger.seconds_until_back(KEPT_BACK + 1 - left, now=now)
        # A header of an answer under way may show a fresh minute.
        return Wait(ADDRESS, _EMPTY, seconds, 0.0 if under_way else seconds)
    if under_way >= max(1, left - ONE_AT_A_TIME_BELOW):
        return Wait(ADDRESS, f"{_SLOW} ({left} left): one after the other", math.inf, 0.0)
    return None


def _wait_for_pace(ledger: Ledger, *, now: float, requests_per_second: float | None) -> Wait | None:
    pace = ledger.pace
    if pace is None or ledger.sent_at is None:
        return None
    cap_s = between_s = 0.0
    reason = ""
    if requests_per_second is not None:
        cap_s = between_s = 1.0 / requests_per_second
        reason = f"at most {requests_per_second:g} requests a second"
    left = _left(ledger)
    if KEPT_BACK < left < SLOW_BELOW:
        # Spread what is left over the time to the reset, at the rate at which our requests fail. As the
        # budget shrinks we trust that rate less: near its end every request is taken for an error.
        rest_s = ERROR_WINDOW_S
        if pace.resets_at is not None and pace.resets_at > now:
            rest_s = min(rest_s, pace.resets_at - now)
        share = max(pace.error_share, 1 - left / SLOW_BELOW)
        spread_s = share * rest_s / (left - KEPT_BACK)
        if spread_s > between_s:
            between_s, reason = spread_s, f"{_SLOW} ({left} left): slowing down"
    seconds = ledger.sent_at + between_s - now
    if seconds <= 0:
        return None
    # A header of an answer under way may show a fresh minute: then the cap alone remains.
    at_least = max(0.0, ledger.sent_at + cap_s - now) if ledger.in_flight else seconds
    return Wait(ADDRESS, reason, seconds, at_least)
