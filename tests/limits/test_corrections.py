"""What answers' headers change: sizes, groups, what others spent."""

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.limits import Limiter, Route
from tests.limits.asking import MINE, NEVER, ORDERS, TYPES, YOURS, bucket_headers, send, view


def test_a_lower_remaining_shows_what_others_spent(limiter: Limiter, clock: HeldClock) -> None:
    """Tokens that are missing without our doing are recorded, and come back one window later."""
    send(limiter, ORDERS, 200, bucket_headers(400))
    assert (view(limiter).left, view(limiter).by_others) == (400, 198)
    clock.advance(904)
    assert (view(limiter).left, view(limiter).by_others) == (600, 0)


def test_a_higher_remaining_releases_what_others_spent_and_nothing_of_ours(
    limiter: Limiter, clock: HeldClock
) -> None:
    """Others' tokens that are back show in the next answer; our own spends stand, whatever it says."""
    send(limiter, ORDERS, 200, bucket_headers(400))
    clock.advance(10)
    send(limiter, ORDERS, 200, bucket_headers(500))
    assert view(limiter).by_others == pytest.approx(96, abs=2)
    clock.advance(10)
    send(limiter, ORDERS, 200, bucket_headers(600))
    assert (view(limiter).left, view(limiter).by_others) == (594, 0)


def test_what_is_under_way_is_not_taken_for_somebody_elses(limiter: Limiter) -> None:
    """A server that has counted answers which we have not read yet makes nobody suspect."""
    under_way = [limiter.acquire(ORDERS, cancel=NEVER) for _ in range(5)]
    # The server answered all five before the first answer was here, which was the last that it made.
    limiter.settle(under_way.pop(), status=200, headers=bucket_headers(600 - 10))
    assert view(limiter).by_others == 0
    for count, reservation in enumerate(under_way, start=1):
        limiter.settle(reservation, status=200, headers=bucket_headers(600 - 2 * count))
    assert (view(limiter).left, view(limiter).by_others) == (590, 0)


def test_what_nothing_under_way_can_explain_is_somebody_elses_at_once(limiter: Limiter) -> None:
    """Beyond the dearest outcome of all that is under way, a missing token is recorded at once, and until
    that has settled the doubtful rest is not spent either."""
    first, second = (limiter.acquire(ORDERS, cancel=NEVER) for _ in range(2))
    limiter.settle(first, status=200, headers=bucket_headers(300))
    assert view(limiter).by_others == 298 - 5
    assert view(limiter).left == 300 - 5
    limiter.settle(second, status=200, headers=bucket_headers(298))
    assert (view(limiter).left, view(limiter).by_others) == (298, 298)


def test_an_old_answer_releases_nothing_that_was_learnt_later(limiter: Limiter, clock: HeldClock) -> None:
    """An answer made before others spent, but read after, does not make us forget them."""
    slow = limiter.acquire(ORDERS, cancel=NEVER)
    clock.advance(1)
    send(limiter, ORDERS, 200, bucket_headers(300))
    clock.advance(1)
    limiter.settle(slow, status=200, headers=bucket_headers(598))
    left = view(limiter).left
    assert left is not None
    assert left <= 300


def test_an_old_answer_does_not_bring_back_what_has_returned(limiter: Limiter, clock: HeldClock) -> None:
    """An answer made before our own spends came back, but read after, makes nobody suspect."""
    for _ in range(100):
        send(limiter, ORDERS)
    clock.advance(899)
    slow = limiter.acquire(ORDERS, cancel=NEVER)
    clock.advance(10)
    limiter.settle(slow, status=200, headers=bucket_headers(600 - 202))
    assert (view(limiter).left, view(limiter).by_others) == (598, 0)


def test_a_changed_limit_is_adopted(limiter: Limiter, clock: HeldClock) -> None:
    """Size and window of the latest header hold, for what was spent before too."""
    send(limiter, ORDERS, 200, bucket_headers(598))
    send(limiter, ORDERS, 200, bucket_headers(11996, "12000/1h"))
    assert (view(limiter).of, view(limiter).window_s, view(limiter).left) == (12000, 3600.0, 11996)
    clock.advance(1000)
    assert view(limiter).left == 11996
    send(limiter, ORDERS, 200, bucket_headers(24, "30/30m"))
    assert (view(limiter).of, view(limiter).left) == (30, 24)
    clock.advance(810)
    assert view(limiter).left == 28


def test_a_guess_never_replaces_what_a_header_said(limiter: Limiter) -> None:
    """Once a header was seen, the specification's size is forgotten; also for the next character."""
    headers = bucket_headers(148, "150/15m", "char-notification")
    send(limiter, MINE, 200, headers)
    send(limiter, MINE)
    assert view(limiter, "char-notification", MINE.user).of == 150
    send(limiter, YOURS)
    assert view(limiter, "char-notification", YOURS.user).of == 150


def test_the_group_that_an_answer_names_is_adopted(limiter: Limiter) -> None:
    """A route moves to the bucket that its answers name, and its cost is paid there."""
    assert limiter.group_of(ORDERS) == "market-order"
    assert send(limiter, ORDERS, 200, bucket_headers(29, "30/15m", "market-order-2")) == 2
    assert limiter.group_of(ORDERS) == "market-order-2"
    assert view(limiter, "market-order").left == 600
    assert view(limiter, "market-order-2").left == 28
    reservation = limiter.acquire(ORDERS, cancel=NEVER)
    assert reservation.group == "market-order-2"
    assert view(limiter, "market-order-2").left == 23


def test_a_route_without_group_learns_one(limiter: Limiter) -> None:
    """An operation that the specification does not limit is limited as soon as its answers say so."""
    under_way = limiter.acquire(TYPES, cancel=NEVER)
    assert send(limiter, TYPES, 304, bucket_headers(99, "100/15m", "universe")) == 1
    assert limiter.group_of(TYPES) == "universe"
    assert view(limiter, "universe").left == 99
    assert limiter.settle(under_way, status=200, headers=bucket_headers(97, "100/15m", "universe")) == 2
    assert view(limiter, "universe").left == 97
    assert view(limiter, "universe").in_flight == 0


def test_a_group_without_a_legible_size_keeps_what_was_known_of_it(limiter: Limiter) -> None:
    """An answer that names the group but no size does not undo the size learnt before."""
    send(limiter, TYPES, 304, bucket_headers(99, "100/15m", "universe"))
    send(limiter, TYPES, 304, {"X-Ratelimit-Group": "universe"})
    someone = Route("GetUniverseTypes", user="character:1")
    send(limiter, someone, 304)
    assert view(limiter, "universe", "character:1").of == 100


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Ratelimit-Limit": "lots", "X-Ratelimit-Remaining": "some", "X-Ratelimit-Used": "none"},
        {"X-Ratelimit-Remaining": "-4"},
        {"X-Ratelimit-Remaining": "99999"},
        {"X-Ratelimit-Limit": "0/15m"},
        {"X-Ratelimit-Group": "", "X-Ratelimit-Used": "598"},
        {"X-ESI-Error-Limit-Remain": "many", "X-ESI-Error-Limit-Reset": "later"},
        {"X-ESI-Error-Limit-Remain": "500"},
        {"X-ESI-Error-Limit-Reset": "-3"},
        {"Retry-After": "soon"},
    ],
)
def test_headers_that_make_no_sense_change_nothing(limiter: Limiter, headers: dict[str, str]) -> None:
    """Illegible and impossible figures are passed over: the own book stands."""
    assert send(limiter, ORDERS, 200, headers) == 2
    assert (view(limiter).left, view(limiter).of, view(limiter).by_others) == (598, 600, 0)
    assert view(limiter, "error limit").left == 100


def test_more_left_than_there_is_counts_as_all(limiter: Limiter) -> None:
    """A remainder above the limit of the same answer contradicts it, and means an empty window."""
    send(limiter, ORDERS, 200, bucket_headers(700, "100/15m"))
    assert (view(limiter).left, view(limiter).of) == (98, 100)


@pytest.mark.parametrize(("used", "tokens"), [("5", 5), ("3", 3), ("0", 2), ("1", 2), ("240", 2)])
def test_a_stated_price_may_raise_ours_but_never_lower_it(limiter: Limiter, used: str, tokens: int) -> None:
    """``X-Ratelimit-Used`` is believed upwards, up to the dearest price known; a sum of the window is not."""
    assert send(limiter, ORDERS, 200, {"X-Ratelimit-Used": used}) == tokens
    assert view(limiter).left == 600 - tokens


def test_a_server_that_invents_groups_does_not_fill_the_memory(limiter: Limiter, clock: HeldClock) -> None:
    """Buckets that nobody has used for a window are forgotten when there are thousands."""
    for number in range(4500):
        send(limiter, ORDERS, 200, {"X-Ratelimit-Group": f"group-{number}"})
        clock.advance(1)
    assert len(limiter.snapshot()) < 2000
    assert view(limiter, "error limit").left == 100
