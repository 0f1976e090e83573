"""What is held by those who never come back: given up in time, and not before it is safe."""

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.limits import Limiter, MemoryState
from esi_fetch.limits.ledger import Hold, Ledger
from tests.limits.asking import HISTORY, MINE, NEVER, ORDERS, TYPES, bucket_headers, send, view


def book(*, held_until: float) -> Ledger:
    """Return a book of 100 tokens in 60 seconds, with one request under way."""
    ledger = Ledger("market-order", limit=100, window_s=60.0)
    ledger.reserve("gone.1", 5, now=0.0, until=held_until)
    return ledger


def test_a_lease_that_is_over_ends_the_hold(clock: HeldClock) -> None:
    """Who has not settled by then is taken for gone; what it held counts as spent, for one window."""
    limiter = Limiter(clock=clock, lease_s=40.0)
    limiter.acquire(ORDERS, cancel=NEVER)
    clock.advance(39)
    assert (view(limiter).in_flight, view(limiter).by_others, view(limiter).left) == (1, 0, 595)
    clock.advance(1)
    assert (view(limiter).in_flight, view(limiter).by_others, view(limiter).left) == (0, 5, 595)
    clock.advance(904)
    assert view(limiter).left == 600


def test_a_lease_counts_in_every_book(clock: HeldClock) -> None:
    """The error limit and the hidden limits let go as well, and hold it against the window until then."""
    limiter = Limiter(clock=clock, lease_s=40.0)
    limiter.acquire(HISTORY, cancel=NEVER)
    clock.advance(41)
    names = ("error limit", "hidden limit of GetMarketsRegionIdHistory")
    assert [(view(limiter, name).in_flight, view(limiter, name).by_others) for name in names] == [(0, 1)] * 2
    clock.advance(61)
    assert [view(limiter, name).by_others for name in names] == [0, 0]


def test_who_comes_back_late_pays_all_the_same(clock: HeldClock) -> None:
    """An answer after the lease is booked like any other, and its header shows what was held in vain."""
    limiter = Limiter(clock=clock, lease_s=40.0)
    late = limiter.acquire(ORDERS, cancel=NEVER)
    clock.advance(50)
    limiter.settle(late, status=200, headers={})
    assert view(limiter).left == 593
    send(limiter, ORDERS, 200, bucket_headers(596))
    left = view(limiter).left
    assert left is not None
    assert 594 <= left <= 596


@pytest.mark.parametrize(("held_until", "counts_until"), [(30.0, 90.0), (500.0, 130.0)])
def test_a_given_up_request_may_still_be_counted(held_until: float, counts_until: float) -> None:
    """The server may get to it later: it counts until a window after its answer was due, though for no more
    than two windows."""
    ledger = book(held_until=held_until)
    ledger.give_up("gone.1", now=10.0)
    ledger.refresh(counts_until - 0.5)
    assert (ledger.left(), ledger.reserved, ledger.in_flight) == (95, 0, {})
    ledger.refresh(counts_until + 0.5)
    assert ledger.left() == 100


def test_giving_up_what_is_not_held_changes_nothing() -> None:
    """It may have been settled, or given up by somebody else, a moment before."""
    ledger = book(held_until=30.0)
    ledger.give_up("gone.2", now=10.0)
    assert (ledger.left(), ledger.in_flight) == (95, {"gone.1": Hold(5, 30.0)})
    ledger.settle("gone.1", 2, now=11.0)
    ledger.give_up("gone.1", now=12.0)
    assert ledger.left() == 98


def test_a_given_up_request_explains_what_was_in_doubt() -> None:
    """Tokens that it could have spent are not taken for a third party's on top of it."""
    ledger = book(held_until=30.0)
    ledger.correct(3, marks=None, now=5.0)
    assert ledger.doubt == 3
    ledger.give_up("gone.1", now=10.0)
    assert (ledger.doubt, ledger.foreign.total) == (0, 5)


def test_a_bucket_held_by_the_dead_is_tried_again(clock: HeldClock) -> None:
    """Where nobody is left whose answer could tell, one request finds out, long before the window is over."""
    limiter, group = Limiter(clock=clock, lease_s=40.0), "char-notification"
    for _ in range(3):
        limiter.acquire(MINE, cancel=NEVER)
    clock.advance(41)
    send(limiter, MINE, 200, bucket_headers(13, "15/15m", group))
    assert clock.waits == [pytest.approx(45, abs=1)]
    send(limiter, MINE, 200, bucket_headers(11, "15/15m", group))
    assert len(clock.waits) == 1


@pytest.mark.parametrize("lease_s", [0, -1.0, float("inf"), float("nan")])
def test_a_lease_is_a_positive_time(clock: HeldClock, lease_s: float) -> None:
    """A lease that never ends, or has ended before it began, is refused."""
    with pytest.raises(ValueError, match="lease_s"):
        Limiter(clock=clock, lease_s=lease_s)


def test_each_program_has_a_lease_of_its_own(clock: HeldClock) -> None:
    """A longer lease of one does not keep the shorter one of another."""
    state = MemoryState(clock=clock)
    patient, brisk = (Limiter(clock=clock, state=state, lease_s=lease_s) for lease_s in (500.0, 40.0))
    for limiter in (patient, brisk):
        limiter.acquire(TYPES, cancel=NEVER)
    clock.advance(60)
    assert view(patient, "error limit").in_flight == 1
