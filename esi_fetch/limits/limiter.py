"""The limiter that every attempt passes: leave before it goes out, its true cost afterwards.

Order of operations of :meth:`Limiter.acquire`

1. Refuse at once when the run was stopped.
2. If nobody who waits needs the same, decide; most requests go out here.
3. Else take a place in the line, and until leave is given: decide (only looking, while somebody ahead needs
   the same), refuse when the deadline can't be met even in the best case, tell why and how long, wait.
4. Leave the line, which wakes whoever was held up.

Neither lock, the line's and the state's, is ever held while the other is taken, or while waiting or calling
foreign code.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from functools import partial

from esi_fetch.clock import Clock
from esi_fetch.errors import JobCancelledError, LimitWaitError
from esi_fetch.limits.budget import ADDRESS
from esi_fetch.limits.decision import BUCKET_PRICE, ONE, Claim, Outcome, decide, settle
from esi_fetch.limits.headers import LimitHeaders, read_headers
from esi_fetch.limits.ledger import Marks, Wait
from esi_fetch.limits.line import Line, Place
from esi_fetch.limits.room import Terms
from esi_fetch.limits.routes import HIDDEN_LIMITS, HiddenLimit, Reservation, Route
from esi_fetch.limits.state import LimitState, MemoryState
from esi_fetch.limits.views import BucketView, views
from esi_fetch.units import duration_text

__all__ = ["Limiter"]

_ADDRESS_CLAIM = Claim(ADDRESS, "error limit", "", ONE)
_NOTHING_SAID = LimitHeaders()

LEASE_S = 600.0
"""How long a request may be under way, unless the caller knows better; longer than any attempt takes."""

# `cancel` is the caller's event and can't tell us that it was set, and only one event can be waited on: where
# an answer may end a wait early we wait on our own and look at `cancel` this often.
_CANCEL_LOOK_S = 0.04

# Another process may have made room, and no event of ours tells: look again soon, since most answers take no
# longer than that, and then less and less often.
_LOOK_AGAIN_S = (0.01, 0.25)

# Who stands behind another is woken by him, and needs to look himself only lest a deadline is told late.
_LOOK_BEHIND_S = 5.0

# By how much a wait has to grow before it is told again.
_WORTH_TELLING_S = 1.0

# Rounding can leave a billionth of a second to wait, which would not move a clock.
_SHORTEST_WAIT_S = 0.001

_Request = Callable[..., "dict[str, Marks] | Wait"]


class Limiter:
    """Both limit systems of ESI, and those that it does not announce.

    Args:
        clock: The time.
        state: Who keeps the books; in memory if not said.
        requests_per_second: A cap on all requests of this address; None for none.
        burst: Which share of a bucket may be spent as fast as it goes, 0 to 1; what is left then is spread
            over its window.
        reserve: Which share of every bucket is left to other programs, 0 to less than 1. The error limit has
            a reserve of its own.
        hidden_limits: Limits by operation id that no header tells, on top of those built in
            (:data:`~esi_fetch.limits.HIDDEN_LIMITS`): in the place of one, or None to lift it.
        lease_s: How long one attempt may take at most, in seconds, with a margin. Who has not settled by then
            is taken for gone, and what was held for it comes back one window later.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        state: LimitState | None = None,
        requests_per_second: float | None = None,
        burst: float = 0.9,
        reserve: float = 0.0,
        hidden_limits: Mapping[str, HiddenLimit | None] | None = None,
        lease_s: float = LEASE_S,
    ) -> None:
        if requests_per_second is not None and not 0 < requests_per_second < math.inf:
            raise ValueError(f"requests_per_second must be above 0, not {requests_per_second!r}")
        if not 0 <= burst <= 1:
            raise ValueError(f"burst must be between 0 and 1, not {burst!r}")
        if not 0 <= reserve < 1:
            raise ValueError(f"reserve must be at least 0 and below 1, not {reserve!r}")
        if not 0 < lease_s < math.inf:
            raise ValueError(f"lease_s must be above 0, not {lease_s!r}")
        self._clock = clock
        self._state = state if state is not None else MemoryState(clock=clock)
        self._terms = Terms(lease_s, burst, reserve, requests_per_second)
        self._hidden_limits = {**HIDDEN_LIMITS, **(hidden_limits or {})}
        self._line = Line()
        # What headers told about an operation: its group and, where legible, size and window. One entry an
        # operation, replaced as a whole: needs no lock.
        self._learnt: dict[str, tuple[str, int | None, float | None]] = {}

    @property
    def state(self) -> LimitState:
        """Who keeps the books."""
        return self._state

    @property
    def terms(self) -> Terms:
        """What this program asks of itself, whatever ESI allows."""
        return self._terms

    def hidden_limit(self, route: Route) -> HiddenLimit | None:
        """Return the limit that counts *route* though no header tells; None for most operations."""
        return self._hidden_limits.get(route.op_id)

    def group_of(self, route: Route) -> str | None:
        """Return the rate-limit group that *route* belongs to: as headers told, else as specified."""
        learnt = self._learnt.get(route.op_id)
        return learnt[0] if learnt else route.group

    def acquire(
        self,
        route: Route,
        *,
        cancel: threading.Event,
        deadline: float | None = None,
        on_wait: Callable[[str, float], None] | None = None,
    ) -> Reservation:
        """Wait until one attempt may go out.

        Args:
            route: The limits it falls under.
            cancel: Ends the wait when set.
            deadline: Until when to wait, on ``clock.monotonic()``; None for as long as it takes.
            on_wait: Told why and for how many seconds, when a wait begins and when its cause changes. Where
                answers under way may end the wait, the seconds are the best case.

        Returns:
            Leave for one attempt; pass it to :meth:`settle` however the attempt ends.

        Raises:
            LimitWaitError: If the deadline can't be met; at once, as soon as that is certain.
            JobCancelledError: If *cancel* is set.
        """
        if cancel.is_set():
            raise _cancelled(route)
        group = self.group_of(route)
        bucket, hidden = self._bucket(route, group), self._hidden(route)
        claims = [claim for claim in (bucket, hidden, _operation(route), _ADDRESS_CLAIM) if claim is not None]
        reservation_id = self._state.new_id()
        request = partial(
            decide,
            claims=claims,
            reservation_id=reservation_id,
            terms=self._terms,
        )
        keys = frozenset([claim.key for claim in claims])
        verdict = self._at_once(keys, request)
        if isinstance(verdict, Wait):
            place = self._line.join(keys, waits_for=verdict.key)
            try:
                marks = self._stand(
                    place, request, route=route, cancel=cancel, deadline=deadline, on_wait=on_wait
                )
            finally:
                self._line.leave(place)
        else:
            marks = verdict
        return Reservation(reservation_id, route, group, bucket, hidden, marks)

    def settle(
        self,
        reservation: Reservation,
        *,
        status: int | None,
        headers: Mapping[str, str],
        lost: bool = False,
        concerns_operation: bool = False,
    ) -> int:
        """Book how an attempt ended, and learn from its headers.

        Args:
            reservation: What :meth:`acquire` gave for it.
            status: HTTP status; None when there was no answer.
            headers: The answer's headers, in any mapping; empty when there was none.
            lost: That it reached the server although there was no answer (a timeout, a broken connection):
                it counts as the dearest answer and as an error. Without this, a missing status costs nothing.
            concerns_operation: That a refusal was meant for this operation alone (``MailStopSpamming``,
                ``ConStopSpamming``), although its status (420, 520) does not tell.

        Returns:
            The tokens it cost; 0 when it belongs to no bucket.

        Raises:
            ValueError: If it was settled before.
        """
        if reservation.is_settled:
            raise ValueError(f"the reservation for {reservation.route.op_id} was settled before")
        reservation.is_settled = True
        route = reservation.route
        says = read_headers(headers, now=self._clock.now()) if headers else _NOTHING_SAID
        paid = reservation.bucket
        if says.group is not None:
            self._learn(route, says)
            if says.group != reservation.group:
                paid = self._bucket(route, says.group)
        outcome = Outcome(
            reservation_id=reservation.reservation_id,
            marks=reservation.marks,
            bucket=reservation.bucket,
            paid=paid,
            hidden=reservation.hidden,
            operation=_operation(route),
            status=status,
            says=says,
            lost=lost,
            concerns_operation=concerns_operation,
        )
        touched = (reservation.bucket, paid, reservation.hidden, outcome.operation, _ADDRESS_CLAIM)
        keys = frozenset([claim.key for claim in touched if claim is not None])
        cost = self._state.step(keys, partial(settle, outcome=outcome, address=_ADDRESS_CLAIM))
        if self._line:
            self._line.wake(keys)
        return cost

    def snapshot(self) -> list[BucketView]:
        """Return what is known of every limit met so far, the error limit of the address first."""
        keys = self._state.keys()
        if not keys:
            # Who only looks makes no file for it.
            return views({}, 0.0, keys=(), reserve=self._terms.reserve)
        return self._state.step(keys, partial(views, keys=keys, reserve=self._terms.reserve))

    def close(self) -> None:
        """Give back what the books are kept in; the limiter can be used again."""
        self._state.close()

    def _at_once(self, keys: frozenset[str], request: _Request) -> dict[str, Marks] | Wait:
        # The line is empty nearly always; a list that is being filled just now is as good as filled later.
        ahead = self._line.ahead_of_newcomer(keys) if self._line else None
        if ahead is not None:
            return _behind(ahead)
        return self._state.step(keys, partial(request, take=True))

    def _stand(
        self,
        place: Place,
        request: _Request,
        *,
        route: Route,
        cancel: threading.Event,
        deadline: float | None,
        on_wait: Callable[[str, float], None] | None,
    ) -> dict[str, Marks]:
        told_key, told_until = "", 0.0
        look_again_s = _LOOK_AGAIN_S[0]
        while True:
            # Cleared before looking: what changes from here on sets it again.
            place.wake.clear()
            ahead = self._line.ahead_of(place)
            verdict = self._state.step(place.keys, partial(request, take=ahead is None))
            if ahead is None:
                if not isinstance(verdict, Wait):
                    return verdict
                self._line.waits_for(place, verdict.key)
            elif not isinstance(verdict, Wait):
                verdict = _behind(ahead)
            now = self._clock.monotonic()
            left_s = math.inf if deadline is None else deadline - now
            if left_s <= 0 or verdict.at_least > left_s:
                raise LimitWaitError(_too_late(route, verdict, max(0.0, left_s)))
            until = now + verdict.at_least
            if on_wait is not None and (
                verdict.key != told_key or until > max(now, told_until) + _WORTH_TELLING_S
            ):
                told_key, told_until = verdict.key, until
                on_wait(verdict.reason, verdict.at_least)
            if ahead is None:
                woken = self._pause(place, verdict, cancel=cancel, left_s=left_s, look_again_s=look_again_s)
                look_again_s = _LOOK_AGAIN_S[0] if woken else min(2 * look_again_s, _LOOK_AGAIN_S[1])
            else:
                self._listen(place, cancel=cancel, seconds=min(left_s, _LOOK_BEHIND_S))
            if cancel.is_set():
                raise _cancelled(route, reason=verdict.reason)

    def _pause(
        self, place: Place, wait: Wait, *, cancel: threading.Event, left_s: float, look_again_s: float
    ) -> bool:
        seconds = min(max(wait.seconds, _SHORTEST_WAIT_S), left_s)
        if wait.at_least >= wait.seconds:
            # Nothing can make this shorter, so the only thing to listen to is `cancel`.
            return self._clock.wait(cancel, seconds)
        return self._listen(place, cancel=cancel, seconds=min(seconds, look_again_s))

    def _listen(self, place: Place, *, cancel: threading.Event, seconds: float) -> bool:
        until = self._clock.monotonic() + seconds
        while not cancel.is_set():
            rest_s = until - self._clock.monotonic()
            if rest_s <= 0:
                return False
            if self._clock.wait(place.wake, min(rest_s, _CANCEL_LOOK_S)):
                return True
        return True

    def _bucket(self, route: Route, group: str | None) -> Claim | None:
        if group is None:
            return None
        tokens, window_s = (route.tokens, route.window_s) if group == route.group else (None, None)
        learnt = self._learnt.get(route.op_id)
        if learnt is not None and learnt[0] == group and learnt[1] is not None:
            tokens, window_s = learnt[1:]
        return Claim(f"bucket|{route.user}|{group}", group, route.user, BUCKET_PRICE, tokens, window_s)

    def _learn(self, route: Route, says: LimitHeaders) -> None:
        known = self._learnt.get(route.op_id)
        if says.group is not None and (says.tokens is not None or known is None or known[0] != says.group):
            self._learnt[route.op_id] = (says.group, says.tokens, says.window_s)

    def _hidden(self, route: Route) -> Claim | None:
        limit = self.hidden_limit(route)
        if limit is None:
            return None
        name, user = f"hidden limit of {route.op_id}", route.user if limit.per_character else ""
        return Claim(f"hidden|{user}|{route.op_id}", name, user, ONE, limit.requests, limit.window_s)

    def __repr__(self) -> str:
        return f"Limiter(state={self._state!r})"


def _operation(route: Route) -> Claim:
    return Claim(f"operation|{route.user}|{route.op_id}", route.op_id, route.user, None)


def _behind(key: str) -> Wait:
    # The key says what it is: ``bucket|<user>|<group>``, ``hidden|<user>|<operation>``, ``address``.
    kind, name = key.partition("|")[0], key.rpartition("|")[2]
    what = {"bucket": f"bucket {name!r}", ADDRESS: "the error limit"}.get(kind, name)
    return Wait(key, f"others came before, for {what}", math.inf, 0.0)


def _cancelled(route: Route, *, reason: str = "") -> JobCancelledError:
    return JobCancelledError(f"{route.op_id} was stopped" + (f" while it waited: {reason}" if reason else ""))


def _too_late(route: Route, wait: Wait, left_s: float) -> str:
    how_long = f"at least {duration_text(wait.at_least)} more" if wait.at_least else "longer"
    return f"{route.op_id} would have to wait {how_long}, and has {duration_text(left_s)} left: {wait.reason}"
