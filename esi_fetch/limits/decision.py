"""Whether a request may go out, and what its answer changes: pure steps over plain data.

A picture maps keys to books. Both steps change nothing but the picture they are handed, touch no key that was
not named beforehand, and may be run again from the start: whoever keeps the picture, in memory, in a file or
on another machine, only has to make each step atomic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from esi_fetch.limits.budget import ADDRESS, open_address, settle_address, wait_for_address
from esi_fetch.limits.headers import LimitHeaders
from esi_fetch.limits.ledger import TRIAL_EVERY, Ledger, Marks, Wait
from esi_fetch.limits.room import Price, Terms, wait_for_room

__all__ = ["BUCKET_PRICE", "DEAREST", "ONE", "Claim", "Outcome", "Picture", "decide", "settle", "true_cost"]

Picture = dict[str, Ledger]

DEAREST = 5
"""What is held for a request in its bucket until its answer is there: the dearest answer, a 4xx.

Holding less (2, the usual price) overruns the bucket as soon as the last requests of a window turn out to be
4xx. Holding the dearest costs nothing while there is room, since the difference comes back with the answer;
when room is scarce it leaves at most 4 tokens of a bucket unused: 0.03 % of 12,000, 3 % of 150. Guessing from
the recent mix would win those back, at the price of an overrun whenever the mix changes; and ESI bans those
who overrun, not those who leave 4 tokens.
"""

BUCKET_PRICE = Price(dearest=DEAREST, usual=2)
ONE = Price(dearest=1, usual=1)
"""Where requests or errors are counted, and not tokens."""

BLOCK_UNNAMED_S = 60.0
"""How long a 429 without a usable ``Retry-After`` blocks.

Such answers come from limits inside the game server, and those that are known count by the minute.
"""

_SHORTEST_BLOCK_S = 1.0
_LONGEST_BLOCK_S = 3600.0


class Claim(NamedTuple):
    """What a request asks of one book.

    Attributes:
        key: The book's key.
        name: Its name for people.
        user: Whose it is; "" for the address.
        price: What it may cost there; None when only a block could stand against the request.
        limit: A first guess at the limit; None when nothing is known.
        window_s: A first guess at the window; None when nothing is known.
    """

    key: str
    name: str
    user: str
    price: Price | None
    limit: int | None = None
    window_s: float | None = None

    def open(self, picture: Picture) -> Ledger:
        """Return its book, opened if need be; the guess holds until a header has been seen."""
        ledger = picture.get(self.key)
        if ledger is None:
            ledger = picture[self.key] = (
                open_address() if self.key == ADDRESS else Ledger(self.name, self.user)
            )
            if self.price is not None:
                ledger.usual = self.price.usual
        if not ledger.confirmed and self.limit is not None and self.window_s is not None:
            ledger.limit, ledger.window_s = self.limit, self.window_s
        return ledger


@dataclass(frozen=True)
class Outcome:
    """How a request ended.

    Attributes:
        reservation_id: The request.
        marks: Where each book stood when it went out, by key.
        bucket: The bucket it was reserved in; None when it had none.
        paid: The bucket that its answer names, the same if it names none; None when it has none.
        hidden: The window of a limit that no header tells; None for most operations.
        operation: The book on which the operation alone is blocked.
        status: HTTP status; None when there was no answer.
        says: What its headers say about limits.
        lost: Whether it reached the server although there was no answer.
        concerns_operation: Whether a refusal (420, 520) was meant for this operation alone.
    """

    reservation_id: str
    marks: dict[str, Marks]
    bucket: Claim | None
    paid: Claim | None
    hidden: Claim | None
    operation: Claim
    status: int | None
    says: LimitHeaders
    lost: bool = False
    concerns_operation: bool = False


def decide(
    picture: Picture,
    now: float,
    *,
    claims: Sequence[Claim],
    reservation_id: str,
    take: bool,
    terms: Terms,
) -> dict[str, Marks] | Wait:
    """Let one request through, or say what stands against it and for how long.

    Args:
        picture: The books of *claims*.
        now: Seconds on the keeper's clock.
        claims: What the request asks for; it gets all of it or nothing.
        reservation_id: Its name in the books.
        take: Whether to reserve when nothing stands against it.
        terms: What the program asks of itself.

    Returns:
        Where each book stands, if the request may go out; else the wait.
    """
    granted: list[tuple[str, Ledger, int]] = []
    waits: list[Wait] = []
    for claim in claims:
        if claim.price is None and claim.key not in picture:
            continue
        ledger = claim.open(picture)
        ledger.refresh(now)
        if claim.key == ADDRESS:
            wait = wait_for_address(ledger, now=now, requests_per_second=terms.requests_per_second)
        elif claim.price is not None:
            wait = wait_for_room(ledger, claim.price, terms=terms, key=claim.key, now=now)
        else:
            wait = ledger.blocked(key=claim.key, now=now)
            if wait is None:
                # Opened for a block that is over: a picture must not grow with every refusal ever met.
                del picture[claim.key]
        if wait is not None:
            waits.append(wait)
        elif claim.price is not None:
            granted.append((claim.key, ledger, claim.price.dearest))
    if waits:
        return _longest(waits)
    if not take:
        return {}
    marks = {}
    for key, ledger, tokens in granted:
        marks[key] = ledger.reserve(reservation_id, tokens, now=now, until=now + terms.lease_s)
    return marks


def _longest(waits: list[Wait]) -> Wait:
    # The reason is the one that lasts longest. The key says whom the waiter may hold up: as long as it lacks
    # something of its own, it must not stand in the way of those who lack only the address's leave.
    longest = max(waits, key=lambda wait: wait.seconds)
    own_key = next((wait.key for wait in waits if wait.key != ADDRESS), longest.key)
    return longest._replace(key=own_key, at_least=max(wait.at_least for wait in waits))


def settle(picture: Picture, now: float, *, outcome: Outcome, address: Claim) -> int:
    """Book how a request ended, correct the books by its headers, and block what was refused.

    Returns:
        The tokens it cost; 0 when it belongs to no bucket.
    """
    says, status, paid = outcome.says, outcome.status, outcome.paid
    reached = status is not None or outcome.lost
    concerns_operation = outcome.concerns_operation and status is not None and status >= 400
    refuses_operation = concerns_operation or (status == 429 and paid is None)
    ledger = address.open(picture)
    ledger.refresh(now)
    settle_address(
        ledger,
        outcome.reservation_id,
        marks=outcome.marks.get(address.key),
        status=status,
        lost=outcome.lost,
        says=says,
        stops_all=status == 420 and not concerns_operation,
        now=now,
    )
    if outcome.hidden is not None:
        ledger = outcome.hidden.open(picture)
        ledger.refresh(now)
        ledger.settle(outcome.reservation_id, int(reached), now=now)
    elsewhere = 0
    if outcome.bucket is not None and (paid is None or outcome.bucket.key != paid.key):
        ledger = outcome.bucket.open(picture)
        ledger.refresh(now)
        ledger.settle(outcome.reservation_id, 0, now=now)
        elsewhere = ledger.reserved
    cost = 0
    if paid is not None:
        cost = DEAREST if outcome.lost else true_cost(status, says.used)
        ledger = paid.open(picture)
        _settle_bucket(ledger, outcome, cost, elsewhere=elsewhere, marks=outcome.marks.get(paid.key), now=now)
        if status == 429 and not refuses_operation:
            _block(ledger, f"ESI answered 429 for {ledger.spoken()}", outcome, now=now)
            if says.retry_after_s is not None and ledger.blocked_until is not None:
                ledger.plan_trial(ledger.blocked_until, named=True)
    if refuses_operation:
        ledger = outcome.operation.open(picture)
        _block(ledger, f"ESI answered {status} for {outcome.operation.name}", outcome, now=now)
    return cost


def true_cost(status: int | None, used: int | None = None) -> int:
    """Return what an answer costs in its bucket: 2xx 2, 3xx 1, 4xx 5 but 429 nothing, 5xx nothing.

    Args:
        status: HTTP status; None when the request never reached the server.
        used: What the answer says it cost. It may raise the price, never lower it, and only up to the
            dearest known: some servers tell the sum of the window under that name.
    """
    if status is None:
        return 0
    price = 0 if status == 429 else {2: 2, 3: 1, 4: 5}.get(status // 100, 0)
    return max(price, used) if used is not None and used <= DEAREST else price


def _settle_bucket(
    ledger: Ledger, outcome: Outcome, cost: int, *, elsewhere: int, marks: Marks | None, now: float
) -> None:
    says = outcome.says
    ledger.adopt(says.tokens, says.window_s)
    ledger.refresh(now)
    ledger.settle(outcome.reservation_id, cost, now=now)
    if outcome.status is not None:
        ledger.learn_price(cost)
    if says.remaining is not None and ledger.limit is not None:
        used = max(0, ledger.limit - says.remaining)
        ledger.correct(used, marks=marks, now=now, elsewhere=elsewhere)
    ledger.plan_trial(now + TRIAL_EVERY * ledger.window_s)


def _block(ledger: Ledger, reason: str, outcome: Outcome, *, now: float) -> None:
    wait_s = outcome.says.retry_after_s
    if wait_s is None:
        wait_s = BLOCK_UNNAMED_S
    # No floating window needs more than its own length to have room again: what is longer than that, and
    # longer than an hour, is a mistake. Zero would knock again at once.
    longest_s = max(_LONGEST_BLOCK_S, ledger.window_s)
    ledger.block(now + min(max(wait_s, _SHORTEST_BLOCK_S), longest_s), reason=reason)
