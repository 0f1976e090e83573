"""The book kept on one limit: what was spent, by us and by others, and what is under way.

Everything here is plain data and arithmetic on it; times are seconds on the clock of whoever keeps the state.

How a book and an answer's headers are brought together
-------------------------------------------------------
The server's count was taken somewhere between our sending a request and our reading its answer, and answers
overtake each other. So a header never says exactly what others have spent; it gives a range:

- What it counts beyond all that we have settled, beyond all that came back meanwhile, and beyond the dearest
  outcome of everything still under way, others *must* have spent: that is recorded as foreign.
- What it counts beyond the settled part alone, but what is under way could explain, is *doubtful*: it is held
  back until what is under way has settled, and then it is either explained or recorded.
- What it does not count, though it was settled before the request went out, has come back earlier than we
  thought: so much of the foreign part, recorded before, is released. Our own spends are never released by a
  floating window's header, because their times are known.

A client that is alone therefore never sees a foreign spend, however its answers are shuffled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from esi_fetch.limits.window import SLOTS, Spends, seconds_until_back

__all__ = ["TRIAL_EVERY", "Downtime", "Hold", "Ledger", "Marks", "Pace", "Wait"]

_DEFAULT_WINDOW_S = 900.0

TRIAL_EVERY = 1 / 20
"""After which part of a window, since the last answer, a bucket that others have emptied is tried."""

_PRICE_MEMORY = 32

# For this last part of its time in the book a spend may be back at the server already: the server counts from
# before its answer, we from after it.
_GRACE = 1 / 30


class Marks(NamedTuple):
    """How far a book had got when a request went out; what came later is not certain to be in its answer."""

    settled: int
    returned: int
    foreign: int


class Hold(NamedTuple):
    """What is held for a request under way.

    Attributes:
        tokens: How much.
        until: When its answer is there at the latest: its lease. Past it, whoever held it is taken for gone.
    """

    tokens: int
    until: float


class Wait(NamedTuple):
    """A request may not go out yet.

    Attributes:
        key: The book that stands against it.
        reason: Why, in words.
        seconds: When it fits if nothing happens meanwhile; infinity when only an answer can make room.
        at_least: When it fits in the best case, in which everything under way turns out to cost nothing.
    """

    key: str
    reason: str
    seconds: float
    at_least: float


@dataclass(slots=True)
class Pace:
    """What the pace of the whole address depends on.

    Attributes:
        error_share: Which share of the latest answers were errors, 0 to 1.
        resets_at: When the server's count of errors starts anew, as far as its headers told; None if never.
    """

    error_share: float = 0.0
    resets_at: float | None = None


@dataclass(slots=True)
class Downtime:
    """What is known of one day's downtime.

    Attributes:
        day: Which day's: days since the epoch, each beginning at 11:00 UTC.
        probe_at: Before which moment ESI is not asked for its state again.
        is_open: Whether ESI has been seen to answer since it began, and no sign of an outage came later.
        round: How often that was taken back.
        failures: How many times in a row it was asked for its state and gave no good answer.
        why: What came of the last time; "" for a good answer, or before the first.
    """

    day: int
    probe_at: float
    is_open: bool = False
    round: int = 0
    failures: int = 0
    why: str = ""


@dataclass(slots=True)
class Ledger:
    """The book on one limit.

    Attributes:
        name: Its name for people: a group, an operation, ``error limit``.
        user: Whose it is; "" for the address.
        limit: How much may be spent in one window; None while unknown.
        window_s: After how many seconds a spend comes back.
        confirmed: Whether limit and window come from a header rather than from a guess.
        own: What we have spent.
        foreign: What others must have spent, as headers show.
        doubt: What others may have spent, or else what we have under way.
        in_flight: What is held for each request under way, by its reservation's id.
        reserved: The sum of it.
        settled_total: All that was ever settled here.
        returned_total: All that ever came back or was released here.
        foreign_total: All that was ever recorded as foreign here.
        blocked_until: Until when nothing may go out; None when nothing was ever refused.
        block_reason: Why.
        trial_at: When one request may go out although others seem to have spent everything; None for never.
        sent_at: When the last request was let through; None before the first.
        usual: What a request costs on the average of the latest, for pacing alone.
        pace: Only on the address.
        downtime: Only in the book on the daily downtime.
    """

    name: str
    user: str = ""
    limit: int | None = None
    window_s: float = _DEFAULT_WINDOW_S
    confirmed: bool = False
    own: Spends = field(default_factory=Spends)
    foreign: Spends = field(default_factory=Spends)
    doubt: int = 0
    in_flight: dict[str, Hold] = field(default_factory=dict)
    reserved: int = 0
    settled_total: int = 0
    returned_total: int = 0
    foreign_total: int = 0
    blocked_until: float | None = None
    block_reason: str = ""
    trial_at: float | None = None
    sent_at: float | None = None
    usual: float = 2.0
    pace: Pace | None = None
    downtime: Downtime | None = None

    @property
    def is_idle(self) -> bool:
        """Whether forgetting it would lose nothing but a learnt limit."""
        busy = self.in_flight or self.own.total or self.foreign.total or self.blocked_until
        return not busy and self.pace is None and self.downtime is None

    def refresh(self, now: float) -> None:
        """Let come back what is due at *now*, and give up what is held beyond its lease."""
        for reservation_id in [name for name, hold in self.in_flight.items() if hold.until <= now]:
            self.give_up(reservation_id, now=now)
        self.returned_total += self.own.expire(now, window_s=self.window_s)
        self.returned_total += self.foreign.expire(now, window_s=self.window_s)
        if self.blocked_until is not None and self.blocked_until <= now:
            self.blocked_until, self.block_reason = None, ""

    def left(self) -> int | None:
        """Return what is left of it, with everything under way at its dearest; None while unknown."""
        if self.limit is None:
            return None
        return self.limit - self.own.total - self.foreign.total - self.doubt - self.reserved

    def claim(self, tokens: int) -> int:
        """Return how much to hold for a request that may cost *tokens*.

        A bucket smaller than the dearest answer must still let one request through.
        """
        return tokens if self.limit is None else min(tokens, self.limit)

    def blocked(self, *, key: str, now: float) -> Wait | None:
        """Return how long it is still blocked; None when it is not."""
        if self.blocked_until is None or self.blocked_until <= now:
            return None
        seconds = self.blocked_until - now
        return Wait(key, self.block_reason, seconds, seconds)

    def block(self, until: float, *, reason: str) -> None:
        """Let nothing through before *until*; a later block that stands already is kept."""
        if self.blocked_until is None or until > self.blocked_until:
            self.blocked_until, self.block_reason = until, reason

    def reserve(self, reservation_id: str, tokens: int, *, now: float, until: float) -> Marks:
        """Hold *tokens* for a request that goes out now; return where the book stands.

        Args:
            reservation_id: The request.
            tokens: What it may cost at most.
            now: When it goes out.
            until: When its answer is there at the latest.
        """
        hold = Hold(self.claim(tokens), until)
        self.in_flight[reservation_id] = hold
        self.reserved += hold.tokens
        self.trial_at = None
        self.sent_at = now
        return Marks(self.settled_total, self.returned_total, self.foreign_total)

    def settle(self, reservation_id: str, cost: int, *, now: float) -> None:
        """Book what a request really cost, in place of what was held for it.

        The cost comes back one window after *now*, when its answer was there: the server counted it at some
        moment before, so ours is the latest that it can have been.
        """
        # Unknown when the keeper has lost its memory meanwhile; the cost is booked all the same.
        hold = self.in_flight.pop(reservation_id, None)
        if hold is not None:
            self.reserved -= hold.tokens
        self.own.add(cost, at=now, window_s=self.window_s)
        self.settled_total += cost
        self._explain(cost, now=now)

    def give_up(self, reservation_id: str, *, now: float) -> None:
        """Stop waiting for the end of a request whose process is gone, or whose lease is over.

        The server may have counted it, or may be about to: what it held is recorded as foreign, and released
        by the next header that does not count it. Nothing happens if it is not under way.
        """
        hold = self.in_flight.pop(reservation_id, None)
        if hold is None:
            return
        self.reserved -= hold.tokens
        # Whoever held it may have died right after sending: dated when its answer was due at the latest, but
        # not beyond a window, lest what one process left behind stops all others for much longer than that.
        over_at = min(hold.until, now + self.window_s)
        self._record_foreign(hold.tokens, at=over_at)
        self._explain(hold.tokens, now=now)
        if self.trial_at is None:
            # It may have held all there was: then nobody else is under way whose answer could tell.
            self.plan_trial(max(over_at, now + TRIAL_EVERY * self.window_s))

    def _explain(self, amount: int, *, now: float) -> None:
        # What has just left the ranks of those under way explains as much of the doubt, and what is still
        # under way may explain the rest.
        doubt = max(0, self.doubt - amount)
        self.doubt = min(doubt, self.reserved)
        self._record_foreign(doubt - self.doubt, at=now)

    def learn_price(self, cost: int) -> None:
        """Let the cost of an answer count towards what is usual."""
        self.usual += (cost - self.usual) / _PRICE_MEMORY

    def adopt(self, tokens: int | None, window_s: float | None) -> None:
        """Take over a limit that a header names; spends keep their times, so a changed window moves them."""
        if tokens is not None and window_s is not None:
            self.limit, self.window_s, self.confirmed = tokens, window_s, True

    def plan_trial(self, at: float, *, named: bool = False) -> None:
        """Let one request try the bucket at *at*, should nothing but foreign spends stand against it.

        When others spent theirs is unknown, and only an answer can tell that it is back. Without a trial, a
        script started anew would wait a whole window for what its last run spent nearly a window ago. Where
        most was spent by ourselves, what comes back of that gives occasion enough to learn the rest.

        Args:
            at: When to try.
            named: Whether ESI itself named that moment, in a ``Retry-After``.
        """
        self.trial_at = at if named or self.foreign.total > self.own.total else None

    def correct(
        self,
        used: int,
        *,
        marks: Marks | None,
        now: float,
        foreign_since: float | None = None,
        fixed: bool = False,
        elsewhere: int = 0,
    ) -> None:
        """Bring the book together with the server's count of what is *used*, own answer included.

        Args:
            used: What the server counts.
            marks: Where the book stood when the request went out; None when it went out under another book.
            now: When the answer was there.
            foreign_since: When foreign spends are to be dated; *now* if not said, as the latest possible.
            fixed: Whether the server's window begins anew at fixed times, and may forget ours early too.
            elsewhere: What is under way under another book, but may be counted in this one.
        """
        returned_since = 0 if marks is None else max(0, self.returned_total - marks.returned)
        excess = used - (self.own.total + self.foreign.total + returned_since)
        if excess > 0:
            explainable = self.reserved + elsewhere
            self.doubt = max(self.doubt, min(excess, self.reserved))
            self._record_foreign(excess - explainable, at=now if foreign_since is None else foreign_since)
        elif marks is not None:
            self._release(used, marks, now=now, fixed=fixed)

    def _record_foreign(self, amount: int, *, at: float) -> None:
        if amount > 0:
            self.foreign.add(amount, at=at, window_s=self.window_s)
            self.foreign_total += amount

    def _release(self, used: int, marks: Marks, *, now: float, fixed: bool) -> None:
        # Only what stood in the book before the request went out must be in its answer; what was added
        # since may be younger than the server's count.
        own_before = max(0, self.own.total - max(0, self.settled_total - marks.settled))
        foreign_before = max(0, self.foreign.total - max(0, self.foreign_total - marks.foreign))
        if fixed:
            sure = own_before
        else:
            # Near the end of their time the server may have let go of spends that we still hold.
            soon = now + self.window_s * (_GRACE + 1 / SLOTS)
            sure = max(0, own_before - self.own.due_by(soon, window_s=self.window_s))
        surplus = sure + foreign_before - used
        if surplus > 0 and foreign_before:
            released = self.foreign.release(min(surplus, foreign_before))
            self.returned_total += released
            surplus -= released
        if fixed and surplus > 0:
            self.returned_total += self.own.release(min(surplus, own_before))

    def seconds_until_back(self, amount: int, *, now: float) -> float:
        """Return in how many seconds *amount* has come back by itself; infinity when it never will."""
        return seconds_until_back(amount, self.own, self.foreign, now=now, window_s=self.window_s)

    def busy_until(self, now: float) -> float:
        """Return when the last thing under way, or the block, is over; *now* where there is none."""
        ends = [now, *(hold.until for hold in self.in_flight.values())]
        if self.blocked_until is not None:
            ends.append(self.blocked_until)
        return max(ends)

    def returns_in_s(self, now: float) -> float | None:
        """Return in how many seconds the next part comes back; None when nothing is spent."""
        first = min((*self.own.times[:1], *self.foreign.times[:1]), default=None)
        return None if first is None else max(0.0, first + self.window_s - now)

    def full_in_s(self, now: float) -> float:
        """Return in how many seconds all that is spent has come back."""
        latest = max((*self.own.times[-1:], *self.foreign.times[-1:]), default=-math.inf)
        return max(0.0, latest + self.window_s - now)

    def spoken(self) -> str:
        """Return what messages call it: ``bucket 'char-wallet' of character:90000001``."""
        return f"bucket {self.name!r}" + (f" of {self.user}" if self.user else "")
