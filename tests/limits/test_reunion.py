"""Two books on one limit become one that never knows of less spent than both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.limits.ledger import Ledger, Pace
from esi_fetch.limits.plain import pack, unpack
from esi_fetch.limits.reunion import holds_of, reunite, shift, spent

NOW = 10_000.0
US, THEM = "us", "them"

moments = st.floats(NOW - 900, NOW, allow_nan=False)


@st.composite
def books(draw: st.DrawFn) -> Ledger:
    """Draw a book with spends, holds of both sides, and perhaps a block."""
    ledger = Ledger("orders", limit=draw(st.none() | st.integers(1, 1000)))
    for amount, at in draw(st.lists(st.tuples(st.integers(0, 5), moments), max_size=5)):
        ledger.settle("", amount, now=at)
    ledger.foreign.add(draw(st.integers(0, 50)), at=draw(moments), window_s=900.0)
    for holder, number in draw(st.sets(st.tuples(st.sampled_from([US, THEM]), st.integers(0, 3)))):
        ledger.reserve(f"{holder}.{number}", 5, now=draw(moments), until=NOW + 600)
    if draw(st.booleans()):
        ledger.block(draw(st.floats(NOW, NOW + 900)), reason="a 429")
    ledger.confirmed = draw(st.booleans()) and ledger.limit is not None
    ledger.pace = draw(st.none() | st.builds(Pace, st.floats(0, 1)))
    return ledger


@given(shared=books(), kept=books(), amount=st.integers(0, 100))
def test_nothing_is_forgotten(shared: Ledger, kept: Ledger, amount: int) -> None:
    """Spends add up, holds of others stay, our own are as we know them, the longer block stands."""
    before = unpack(pack(shared))
    reunite(shared, kept, amount=amount, holder=US, now=NOW)
    assert spent(shared) == spent(before) + amount
    assert holds_of(shared, US) == holds_of(kept, US)
    assert holds_of(shared, THEM) == holds_of(before, THEM)
    assert shared.reserved == sum(hold.tokens for hold in shared.in_flight.values())
    blocks = [each.blocked_until for each in (before, kept) if each.blocked_until is not None]
    assert shared.blocked_until == max(blocks, default=None)
    assert shared.sent_at == max(
        (each.sent_at for each in (before, kept) if each.sent_at is not None), default=None
    )
    assert shared.settled_total >= max(before.settled_total, kept.settled_total)
    assert shared.returned_total == before.returned_total
    if kept.confirmed and not before.confirmed:
        assert (shared.limit, shared.confirmed) == (kept.limit, True)
    else:
        assert (shared.limit, shared.confirmed) == (before.limit, before.confirmed)
    assert unpack(pack(shared)) == shared


@given(book=books(), seconds=st.integers(-10_000, 10_000))
def test_a_book_that_moves_keeps_its_distances(book: Ledger, seconds: int) -> None:
    """Moved by a clock's change, everything in a book is as far from the present as it was."""
    before = unpack(pack(book))
    shift(book, seconds)
    later = NOW + seconds
    assert book.full_in_s(later) == pytest.approx(before.full_in_s(NOW), abs=1e-6)
    assert book.returns_in_s(later) == pytest.approx(before.returns_in_s(NOW), abs=1e-6)
    assert [hold.until - later for hold in book.in_flight.values()] == pytest.approx(
        [hold.until - NOW for hold in before.in_flight.values()]
    )
    if before.blocked_until is not None:
        assert book.blocked_until == pytest.approx(before.blocked_until + seconds)


def test_a_reset_moves_with_its_book() -> None:
    """The reset of the error limit is a moment like others."""
    book = Ledger("error limit", pace=Pace(resets_at=NOW))
    shift(book, 5.0)
    assert book.pace == Pace(resets_at=NOW + 5)
