"""The end of a bucket is spread over its window, and a part of it may be left to others."""

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import LimitWaitError
from esi_fetch.limits import Limiter, Route
from tests.limits.asking import HISTORY, MINE, NEVER, ORDERS, TYPES, bucket_headers, send, view


def pauses(clock: HeldClock, limiter: Limiter, route: Route, *, count: int, status: int = 200) -> list[float]:
    """Return how long each of so many requests waits."""
    waited = []
    for _ in range(count):
        clock.waits.clear()
        send(limiter, route, status)
        waited.append(sum(clock.waits))
    return waited


def test_nine_tenths_go_at_once_and_the_rest_is_spread(limiter: Limiter, clock: HeldClock) -> None:
    """The last 60 of 600 tokens are spread evenly over the fifteen minutes until the first come back."""
    assert pauses(clock, limiter, ORDERS, count=270) == [0.0] * 270
    spread = pauses(clock, limiter, ORDERS, count=28)
    assert max(spread) - min(spread) < 1.5
    assert 0.9 * 900 < sum(spread) < 900
    assert clock.monotonic() < 900
    assert view(limiter).left == 4


def test_when_enough_has_come_back_it_goes_at_once_again(limiter: Limiter, clock: HeldClock) -> None:
    """What was spent in one go comes back in one go, and may be spent so again."""
    pauses(clock, limiter, ORDERS, count=298)
    clock.advance(904 - clock.monotonic())
    assert pauses(clock, limiter, ORDERS, count=200) == [0.0] * 200


def test_a_burst_of_everything_is_never_slowed(clock: HeldClock) -> None:
    """With a burst of 1 a bucket is spent down to what one error might cost, and then waited for."""
    limiter = Limiter(clock=clock, burst=1.0)
    assert pauses(clock, limiter, ORDERS, count=298) == [0.0] * 298
    assert pauses(clock, limiter, ORDERS, count=1) == [pytest.approx(900, abs=3.1)]


def test_no_burst_at_all_is_an_even_pace(clock: HeldClock) -> None:
    """With a burst of 0, requests are evenly apart from the first one on, as the window allows."""
    limiter = Limiter(clock=clock, burst=0.0)
    waited = pauses(clock, limiter, ORDERS, count=600)
    assert waited[0] == 0.0
    assert all(2.95 < wait < 5 for wait in waited[1:])
    assert sum(waited) == pytest.approx(3.0 * 600, rel=0.02)


def test_cheap_answers_are_paced_by_what_they_cost(clock: HeldClock) -> None:
    """Who gets 304s at one token each goes twice as fast as who gets 200s at two."""
    limiter = Limiter(clock=clock, burst=0.0)
    waited = pauses(clock, limiter, ORDERS, count=600, status=304)
    assert waited[-1] == pytest.approx(1.5, rel=0.05)


def test_steady_use_within_what_the_window_allows_is_never_slowed(limiter: Limiter, clock: HeldClock) -> None:
    """A program that asks a little more slowly than the window gives back never waits."""
    for _ in range(900):
        send(limiter, ORDERS)
        clock.advance(3.05)
    assert clock.waits == []


def test_a_small_bucket_has_nothing_to_spread(limiter: Limiter, clock: HeldClock) -> None:
    """A tenth of fifteen tokens is less than a request: the bucket is used as it comes."""
    assert pauses(clock, limiter, MINE, count=6) == [0.0] * 6


def test_the_wait_says_why(limiter: Limiter, clock: HeldClock) -> None:
    """The reason names the bucket, what is left of it, and what is done."""
    pauses(clock, limiter, ORDERS, count=270)
    told: list[tuple[str, float]] = []
    limiter.acquire(ORDERS, cancel=NEVER, on_wait=lambda why, seconds: told.append((why, seconds)))
    assert told == [("bucket 'market-order' runs low (60 left): slowing down", clock.waits[-1])]


def test_a_pace_that_misses_the_deadline_is_told_at_once(limiter: Limiter, clock: HeldClock) -> None:
    """Where the next request is half a minute off, a deadline of a second is refused without waiting."""
    pauses(clock, limiter, ORDERS, count=271)
    clock.waits.clear()
    with pytest.raises(LimitWaitError, match=r"at least \d+\.\d s more, and has 1\.0 s left: .* runs low"):
        limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 1)
    assert clock.waits == []


def test_a_deadline_stands_while_an_answer_under_way_may_end_the_pace(
    limiter: Limiter, clock: HeldClock
) -> None:
    """Requests under way may turn out to cost nothing, and then there is nothing to slow down for."""
    send(limiter, ORDERS, 200, bucket_headers(30))
    under_way = limiter.acquire(ORDERS, cancel=NEVER)
    with pytest.raises(LimitWaitError, match="has 0 s left"):
        limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 1)
    limiter.settle(under_way, status=200, headers=bucket_headers(590))
    clock.waits.clear()
    send(limiter, ORDERS)
    assert clock.waits == []


def test_a_slowed_bucket_slows_nothing_else(limiter: Limiter, clock: HeldClock) -> None:
    """Other buckets and routes without one go on at once."""
    pauses(clock, limiter, ORDERS, count=272)
    assert pauses(clock, limiter, MINE, count=2) == [0.0, 0.0]
    assert pauses(clock, limiter, TYPES, count=2) == [0.0, 0.0]


def test_who_shares_the_books_shares_the_pace(clock: HeldClock) -> None:
    """The pause is kept in the book, not by the program: a second one does not come in between."""
    here = Limiter(clock=clock)
    there = Limiter(clock=clock, state=here.state)
    pauses(clock, here, ORDERS, count=271)
    assert pauses(clock, there, ORDERS, count=1)[0] == pytest.approx(30, abs=2)


def test_where_others_spend_too_the_end_goes_one_by_one(limiter: Limiter, clock: HeldClock) -> None:
    """Others may empty the bucket at any moment, and all that is under way would be refused."""
    send(limiter, ORDERS, 200, bucket_headers(100))
    clock.advance(100)
    under_way = limiter.acquire(ORDERS, cancel=NEVER)
    with pytest.raises(LimitWaitError, match="one after the other"):
        limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 1)
    limiter.settle(under_way, status=200, headers={})


def test_market_history_is_spread_like_a_bucket(limiter: Limiter, clock: HeldClock) -> None:
    """Of three hundred requests a minute the last thirty are spread over what is left of it."""
    assert pauses(clock, limiter, HISTORY, count=270) == [0.0] * 270
    assert all(1.5 < wait < 2.5 for wait in pauses(clock, limiter, HISTORY, count=25))


def test_a_reserve_is_left_to_others(clock: HeldClock) -> None:
    """With a fifth reserved, four fifths are ours in a window, and the view says what is left of those."""
    limiter = Limiter(clock=clock, reserve=0.2, burst=1.0)
    send(limiter, ORDERS)
    assert (view(limiter).left, view(limiter).of) == (478, 600)
    pauses(clock, limiter, ORDERS, count=237)
    assert clock.monotonic() == 0.0
    assert view(limiter).left == 4
    send(limiter, ORDERS)
    assert clock.monotonic() == pytest.approx(900, abs=3.1)


def test_what_others_spend_is_taken_from_the_reserve_first(clock: HeldClock) -> None:
    """Until others have spent more than was left to them, our share is whole."""
    limiter = Limiter(clock=clock, reserve=0.2)
    send(limiter, ORDERS, 200, bucket_headers(600 - 2 - 100))
    assert view(limiter).left == 478
    send(limiter, ORDERS, 200, bucket_headers(600 - 4 - 220))
    assert view(limiter).left == 376


@pytest.mark.parametrize("reserve", [0.5, 0.99])
def test_a_reserve_leaves_room_for_one_request(clock: HeldClock, reserve: float) -> None:
    """However much is reserved, one request at a time goes out; also where a bucket is tiny."""
    limiter = Limiter(clock=clock, reserve=reserve)
    for route in (Route("GetTiny", "tiny", 3, 60.0), Route("GetSmall", "small", 8, 60.0)):
        assert pauses(clock, limiter, route, count=1, status=404) == [0.0]
        assert pauses(clock, limiter, route, count=1, status=404) == [pytest.approx(60, abs=0.3)]


def test_a_reserve_counts_only_what_we_spend(clock: HeldClock) -> None:
    """A bucket that others have emptied is tried all the same, when ESI says so."""
    limiter = Limiter(clock=clock, reserve=0.2)
    send(limiter, ORDERS, 429, {**bucket_headers(0), "Retry-After": "20"})
    send(limiter, ORDERS, 200, bucket_headers(598))
    assert clock.waits == [20.0]


@pytest.mark.parametrize("burst", [-0.1, 1.1, float("nan")])
def test_a_burst_is_a_share(clock: HeldClock, burst: float) -> None:
    """A burst is between nothing and everything."""
    with pytest.raises(ValueError, match="burst must be between 0 and 1"):
        Limiter(clock=clock, burst=burst)


@pytest.mark.parametrize("reserve", [-0.1, 1.0, float("nan")])
def test_a_reserve_is_not_everything(clock: HeldClock, reserve: float) -> None:
    """A reserve leaves something to us."""
    with pytest.raises(ValueError, match="reserve must be at least 0 and below 1"):
        Limiter(clock=clock, reserve=reserve)


def test_what_is_under_way_is_paced_at_its_usual_price(limiter: Limiter, clock: HeldClock) -> None:
    """Answers that are still to come slow the next request down by what they usually cost, not by the most
    that they might."""
    pauses(clock, limiter, ORDERS, count=272)
    for _ in range(4):
        limiter.acquire(ORDERS, cancel=NEVER)
    clock.waits.clear()
    limiter.acquire(ORDERS, cancel=NEVER)
    assert sum(clock.waits) == pytest.approx(31, abs=1.5)


def test_the_end_of_our_own_share_is_spread(clock: HeldClock) -> None:
    """With a fifth reserved, the last tenth of the other four is what is spread."""
    limiter = Limiter(clock=clock, reserve=0.2)
    assert pauses(clock, limiter, ORDERS, count=216) == [0.0] * 216
    spread = pauses(clock, limiter, ORDERS, count=22)
    assert max(spread) - min(spread) < 1.5
    assert 0.9 * 900 < sum(spread) < 900
