"""What a 429 stops, for how long, and when a bucket that others emptied is tried again."""

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.limits import Limiter, Route
from tests.limits.asking import MINE, NAMES, NEVER, ORDERS, TYPES, YOURS, bucket_headers, send, view


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        *(("7", 7.0), ("1.5", 1.5), ("0", 1.0), ("-3", 1.0), ("86400", 3600.0), ("9" * 500, 3600.0)),
        *((None, 60.0), ("soon", 60.0), ("nan", 60.0), ("inf", 60.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0)),
    ],
)
def test_a_429_blocks_its_bucket(
    limiter: Limiter, clock: HeldClock, retry_after: str | None, seconds: float
) -> None:
    """It lasts as long as ``Retry-After`` says: at least a second, at most an hour, and a minute where it
    says nothing that could be understood."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    assert send(limiter, ORDERS, 429, headers) == 0
    assert view(limiter).blocked_for_s == pytest.approx(seconds)
    assert view(limiter).reason == "ESI answered 429 for bucket 'market-order'"
    other_of_group = Route("GetMarketsStructuresStructureId", "market-order", 600, 900.0)
    send(limiter, other_of_group)
    assert clock.waits == [pytest.approx(seconds)]
    assert view(limiter).blocked_for_s == 0


def test_a_bucket_may_be_blocked_as_long_as_its_window(limiter: Limiter) -> None:
    """A wait longer than an hour is believed where the window is longer too."""
    send(limiter, ORDERS, 429, {**bucket_headers(0, "600/1d"), "Retry-After": "80000"})
    assert view(limiter).blocked_for_s == 80000


def test_a_429_blocks_nothing_else(limiter: Limiter, clock: HeldClock) -> None:
    """Other buckets, other characters and routes without bucket go on."""
    send(limiter, MINE, 429, {"Retry-After": "100"})
    for route in (YOURS, ORDERS, TYPES):
        send(limiter, route)
    assert clock.waits == []


def test_a_429_of_a_route_without_group_blocks_that_operation_for_that_user(
    limiter: Limiter, clock: HeldClock
) -> None:
    """Where no bucket is named, the operation itself waits; others, and other users of it, do not."""
    send(limiter, TYPES, 429, {"Retry-After": "9"})
    assert view(limiter, "GetUniverseTypes").reason == "ESI answered 429 for GetUniverseTypes"
    send(limiter, NAMES)
    send(limiter, Route("GetUniverseTypes", user="character:1"))
    assert clock.waits == []
    send(limiter, TYPES)
    assert clock.waits == [9.0]
    assert [view.bucket for view in limiter.snapshot()] == ["error limit"]


def test_a_429_names_the_bucket_it_blocks(limiter: Limiter, clock: HeldClock) -> None:
    """The group in the answer's headers is blocked, not the one of the specification."""
    send(limiter, ORDERS, 429, {**bucket_headers(0, "30/15m", "market-order-2"), "Retry-After": "9"})
    assert view(limiter, "market-order-2").blocked_for_s == 9
    send(limiter, Route("GetMarketsStructuresStructureId", "market-order", 600, 900.0))
    assert clock.waits == []


def test_a_shorter_block_does_not_cut_a_longer_one_short(limiter: Limiter) -> None:
    """Several 429s of one moment block until the latest that any of them names."""
    first, second = (limiter.acquire(ORDERS, cancel=NEVER) for _ in range(2))
    limiter.settle(first, status=429, headers={"Retry-After": "50"})
    limiter.settle(second, status=429, headers={"Retry-After": "5"})
    assert view(limiter).blocked_for_s == 50


def test_a_bucket_emptied_by_others_is_tried_when_esi_says(limiter: Limiter, clock: HeldClock) -> None:
    """After the moment that a 429 names one request goes out, although what others spent is not known to be
    back, and its answer tells how much is there."""
    send(limiter, ORDERS, 429, {**bucket_headers(0), "Retry-After": "20"})
    assert view(limiter).by_others == 600
    send(limiter, ORDERS, 200, bucket_headers(398))
    assert clock.waits == [20.0]
    assert view(limiter).left == pytest.approx(398, abs=2)


def test_a_bucket_emptied_by_others_is_tried_now_and_then(limiter: Limiter, clock: HeldClock) -> None:
    """Without such a moment, one request goes out each twentieth of a window."""
    send(limiter, ORDERS, 200, bucket_headers(0))
    send(limiter, ORDERS, 200, bucket_headers(0))
    send(limiter, ORDERS, 200, bucket_headers(300))
    assert clock.waits == [45.0, 45.0]
    send(limiter, ORDERS)
    assert clock.waits == [45.0, 45.0]
