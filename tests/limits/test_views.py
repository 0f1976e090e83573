"""What people are shown of the books."""

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.limits import Limiter
from tests.limits.asking import MINE, NEVER, ORDERS, TYPES, YOURS, bucket_headers, send, view


def test_what_is_spent_shows_when_it_comes_back(limiter: Limiter, clock: HeldClock) -> None:
    """The next return and the last one are told in seconds from now."""
    send(limiter, ORDERS)
    clock.advance(300)
    send(limiter, ORDERS)
    seen = view(limiter)
    assert seen.returns_in_s == pytest.approx(600, abs=3.1)
    assert seen.full_in_s == pytest.approx(900, abs=3.1)
    assert (seen.left, seen.of, seen.window_s, seen.in_flight) == (596, 600, 900.0, 0)


def test_a_full_bucket_waits_for_nothing(limiter: Limiter) -> None:
    """Where nothing is spent nothing returns."""
    send(limiter, ORDERS, None)
    assert (view(limiter).returns_in_s, view(limiter).full_in_s) == (None, 0.0)


def test_what_others_spent_comes_back_too(limiter: Limiter, clock: HeldClock) -> None:
    """The next return may be theirs."""
    send(limiter, ORDERS, 200, bucket_headers(400))
    clock.advance(100)
    send(limiter, ORDERS, 200, bucket_headers(398))
    assert view(limiter).by_others == 198
    assert view(limiter).returns_in_s == pytest.approx(800, abs=3.1)


def test_a_block_is_shown_with_its_reason(limiter: Limiter, clock: HeldClock) -> None:
    """A blocked bucket tells for how long and why; once that is over, neither."""
    send(limiter, ORDERS, 429, {"Retry-After": "20"})
    clock.advance(5)
    assert (view(limiter).blocked_for_s, view(limiter).reason) == (
        15.0,
        "ESI answered 429 for bucket 'market-order'",
    )
    clock.advance(15)
    assert (view(limiter).blocked_for_s, view(limiter).reason) == (0.0, "")


def test_the_order_is_the_address_first_and_then_by_user_and_name(limiter: Limiter) -> None:
    """The error limit stands first, then the buckets of the address, then those of each character."""
    for route in (YOURS, MINE, ORDERS, TYPES):
        limiter.acquire(route, cancel=NEVER)
    assert [(view.bucket, view.user) for view in limiter.snapshot()] == [
        ("error limit", ""),
        ("market-order", ""),
        ("char-notification", "character:90000001"),
        ("char-notification", "character:90000002"),
    ]
