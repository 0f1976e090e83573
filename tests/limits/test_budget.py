"""The error limit of the address: counted, corrected, slowed down for, and stopped at."""

import math
import threading

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import LimitWaitError
from esi_fetch.limits import BucketView, Limiter, Route

TYPES = Route("GetUniverseTypes")
NAMES = Route("PostUniverseNames")
ORDERS = Route("GetMarketsRegionIdOrders", "market-order", 12000, 900.0)
MAIL = Route("PostCharactersCharacterIdMail", user="character:90000001")
NEVER = threading.Event()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def limiter(clock: HeldClock) -> Limiter:
    return Limiter(clock=clock)


def told(remain: int | str, reset: int | str | None = None) -> dict[str, str]:
    headers = {"X-Esi-Error-Limit-Remain": str(remain)}
    return headers if reset is None else {**headers, "X-Esi-Error-Limit-Reset": str(reset)}


def send(
    limiter: Limiter,
    route: Route = TYPES,
    status: int | None = 200,
    headers: dict[str, str] | None = None,
    **how: bool,
) -> None:
    limiter.settle(limiter.acquire(route, cancel=NEVER), status=status, headers=headers or {}, **how)


def budget(limiter: Limiter) -> BucketView:
    return limiter.snapshot()[0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("route", [TYPES, ORDERS])
def test_every_error_counts_on_every_route(limiter: Limiter, route: Route, status: int) -> None:
    """4xx and 5xx spend one each, whether or not the route has a bucket."""
    send(limiter, route, status)
    assert budget(limiter).left == 99


@pytest.mark.parametrize("status", [200, 204, 304, None])
def test_what_is_no_error_does_not_count(limiter: Limiter, status: int | None) -> None:
    """Successes, 304s and what never reached the server spend nothing."""
    send(limiter, TYPES, status)
    assert budget(limiter).left == 100


def test_an_error_counts_for_a_minute(limiter: Limiter, clock: HeldClock) -> None:
    """Each error comes back a minute after its answer."""
    send(limiter, TYPES, 404)
    clock.advance(59)
    assert budget(limiter).left == 99
    clock.advance(1.3)
    assert budget(limiter).left == 100


def test_headers_show_what_others_spent_until_the_reset(limiter: Limiter, clock: HeldClock) -> None:
    """A lower remainder is believed, and comes back when the server's minute ends."""
    send(limiter, TYPES, 200, told(70, 20))
    assert (budget(limiter).left, budget(limiter).by_others) == (70, 30)
    clock.advance(19)
    assert budget(limiter).left == 70
    clock.advance(2.3)
    assert budget(limiter).left == 100


@pytest.mark.parametrize("reset", [None, "later", "-5", "86400"])
def test_without_a_usable_reset_others_errors_count_a_minute(
    limiter: Limiter, clock: HeldClock, reset: str | None
) -> None:
    """Where the reset is absent, illegible or beyond a minute, a whole minute is assumed."""
    send(limiter, TYPES, 200, told(70, reset))
    clock.advance(59)
    assert budget(limiter).left == 70
    clock.advance(1.3)
    assert budget(limiter).left == 100


def test_a_new_minute_of_the_server_forgives_what_we_counted(limiter: Limiter, clock: HeldClock) -> None:
    """A full remainder releases errors that were answered before its request went out."""
    for _ in range(30):
        send(limiter, TYPES, 404)
    clock.advance(1)
    send(limiter, TYPES, 200, told(100, 58))
    assert budget(limiter).left == 100


def test_an_answer_from_before_does_not_forgive_what_came_since(limiter: Limiter) -> None:
    """A remainder counted while others were answered releases none of those."""
    slow = limiter.acquire(TYPES, cancel=NEVER)
    for _ in range(30):
        send(limiter, TYPES, 404)
    limiter.settle(slow, status=200, headers=told(100, 58))
    assert budget(limiter).left == 70


def test_a_server_that_allows_fewer_errors_is_obeyed(limiter: Limiter) -> None:
    """A limit of fifty looks like fifty errors made by others."""
    send(limiter, TYPES, 200, told(50, 60))
    assert budget(limiter).left == 50


def test_with_half_left_nothing_is_slowed(limiter: Limiter, clock: HeldClock) -> None:
    """As long as half is left, requests go out as they come."""
    for _ in range(50):
        send(limiter, TYPES, 404)
    send(limiter)
    assert clock.waits == []


def pause_with(remaining: int) -> float:
    clock, reasons = HeldClock(), []
    limiter = Limiter(clock=clock)
    send(limiter, TYPES, 200, told(remaining, 30))
    limiter.acquire(NAMES, cancel=NEVER, on_wait=lambda why, _: reasons.append(why))
    assert reasons == [f"the error limit of this address runs low ({remaining} left): slowing down"]
    return sum(clock.waits)


def test_the_fewer_errors_are_left_the_slower_it_goes() -> None:
    """The pause between requests grows as the budget shrinks, and spreads it over the time to the reset."""
    pauses = [pause_with(remaining) for remaining in (45, 30, 20, 12, 5, 3)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 0.2
    assert pauses[2] == pytest.approx(0.6 * 31 / 18, rel=0.05)
    assert pauses[-1] > 20


def test_the_slower_of_cap_and_brake_holds(clock: HeldClock) -> None:
    """A cap on requests per second that is slower than the budget demands is the one that counts."""
    limiter = Limiter(clock=clock, requests_per_second=0.5)
    send(limiter, TYPES, 200, told(45, 30))
    send(limiter)
    assert clock.waits == [2.0]


def test_who_errs_is_slowed_more_than_who_does_not(clock: HeldClock) -> None:
    """With the same number left, a client whose answers are errors waits longer between requests."""
    pauses = []
    for status in (200, 404):
        clock = HeldClock()
        limiter = Limiter(clock=clock)
        for _ in range(60):
            send(limiter, TYPES, status)
        send(limiter, TYPES, status, told(39, 30))
        clock.waits.clear()
        send(limiter)
        pauses.append(sum(clock.waits))
    assert 0 < 2 * pauses[0] < pauses[1]


def test_near_the_end_one_goes_at_a_time(limiter: Limiter, clock: HeldClock) -> None:
    """Below the floor a request waits for the answer to the one before, on every route."""
    send(limiter, TYPES, 200, told(9, 50))
    clock.advance(10)
    under_way = limiter.acquire(TYPES, cancel=NEVER)
    clock.advance(10)
    with pytest.raises(LimitWaitError, match=r"runs low \(9 left\): one after the other"):
        limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 0.1)
    limiter.settle(under_way, status=200, headers={})
    limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 0.1)


def test_what_is_under_way_is_counted_as_errors(limiter: Limiter, clock: HeldClock) -> None:
    """As many may be under way as there are errors left above the floor."""
    for _ in range(90):
        limiter.acquire(TYPES, cancel=NEVER)
    with pytest.raises(LimitWaitError):
        limiter.acquire(TYPES, cancel=NEVER, deadline=clock.monotonic() + 0.1)


def test_it_stops_before_the_last_errors_are_spent(limiter: Limiter, clock: HeldClock) -> None:
    """The last two are left to others: nothing goes out before the server's reset."""
    send(limiter, TYPES, 200, told(2, 20))
    reasons: list[tuple[str, float]] = []
    limiter.acquire(ORDERS, cancel=NEVER, on_wait=lambda why, seconds: reasons.append((why, seconds)))
    assert sum(clock.waits) == pytest.approx(21, abs=0.3)
    assert [why for why, _ in reasons] == ["the error limit of this address is used up"]


def test_an_answer_under_way_may_end_the_stop(limiter: Limiter, clock: HeldClock) -> None:
    """While something is under way its header may tell of a new minute, so no deadline is given up early."""
    under_way = limiter.acquire(TYPES, cancel=NEVER)
    send(limiter, TYPES, 200, told(0, 50))
    with pytest.raises(LimitWaitError, match=r"has 0 s left"):
        limiter.acquire(TYPES, cancel=NEVER, deadline=clock.monotonic() + 2)
    assert sum(clock.waits) == pytest.approx(2)
    limiter.settle(under_way, status=200, headers={})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-ESI-Error-Limit-Reset": "17"}, 18.0),
        ({"X-ESI-Error-Limit-Reset": "0"}, 1.0),
        ({"X-ESI-Error-Limit-Reset": "999999"}, 3600.0),
        ({"X-ESI-Error-Limit-Reset": "17", "Retry-After": "3"}, 18.0),
        ({"Retry-After": "30"}, 30.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "soon", "X-ESI-Error-Limit-Reset": "soon"}, 60.0),
        ({}, 60.0),
    ],
)
def test_a_420_stops_everything_until_the_reset(
    limiter: Limiter, clock: HeldClock, headers: dict[str, str], seconds: float
) -> None:
    """Every route of the address waits for the named reset (whole seconds, rounded up), or for a minute."""
    send(limiter, TYPES, 420, headers)
    assert budget(limiter).blocked_for_s == seconds
    assert budget(limiter).reason == "ESI answered 420: the error limit of this address is used up"
    send(limiter, ORDERS)
    assert clock.waits == [seconds]
    assert budget(limiter).left == 100


def test_after_a_420_the_count_begins_anew(limiter: Limiter, clock: HeldClock) -> None:
    """Errors that led to it belong to the minute that is over when the block is."""
    for _ in range(40):
        send(limiter, TYPES, 404)
    send(limiter, TYPES, 420, told(0, 10))
    send(limiter)
    assert clock.waits == [11.0]
    assert budget(limiter).left == 100


@pytest.mark.parametrize("status", [420, 520])
def test_a_refusal_of_one_operation_stops_that_alone(limiter: Limiter, clock: HeldClock, status: int) -> None:
    """A 420 or 520 that is about spamming blocks its operation for that user, and nothing else."""
    send(limiter, MAIL, status, {}, concerns_operation=True)
    for route in (TYPES, ORDERS, Route(MAIL.op_id, user="character:90000002")):
        send(limiter, route)
    assert clock.waits == []
    assert budget(limiter).left == 99
    send(limiter, MAIL)
    assert clock.waits == [60.0]


def test_a_refused_operation_of_a_bucket_does_not_block_the_bucket(
    limiter: Limiter, clock: HeldClock
) -> None:
    """The other operations of its group go on."""
    send(limiter, ORDERS, 429, {"Retry-After": "30"}, concerns_operation=True)
    send(limiter, Route("GetMarketsStructuresStructureId", "market-order", 12000, 900.0))
    assert clock.waits == []
    send(limiter, ORDERS)
    assert clock.waits == [30.0]


def test_no_wait_is_endless_when_nothing_is_under_way(limiter: Limiter, clock: HeldClock) -> None:
    """Whatever a header claims, what it took comes back within a minute."""
    send(limiter, TYPES, 200, told(0, 0))
    assert math.isfinite(budget(limiter).full_in_s)
    send(limiter)
    assert sum(clock.waits) <= 61


def test_an_answer_under_way_may_end_the_slowing_down(limiter: Limiter, clock: HeldClock) -> None:
    """Its header may tell of a new minute: no deadline is refused early for the pace, and it ends then."""
    send(limiter, TYPES, 200, told(20, 50))
    under_way = limiter.acquire(TYPES, cancel=NEVER)
    with pytest.raises(LimitWaitError, match=r"has 0 s left: .* slowing down"):
        limiter.acquire(TYPES, cancel=NEVER, deadline=clock.monotonic() + 0.5)
    limiter.settle(under_way, status=200, headers=told(100, 59))
    clock.waits.clear()
    send(limiter)
    assert clock.waits == []


def test_a_cap_is_told_at_once_whatever_is_under_way(clock: HeldClock) -> None:
    """No answer can shorten the pause that the cap demands."""
    limiter = Limiter(clock=clock, requests_per_second=0.1)
    limiter.acquire(TYPES, cancel=NEVER)
    with pytest.raises(LimitWaitError, match=r"at least 10\.0 s more"):
        limiter.acquire(TYPES, cancel=NEVER, deadline=clock.monotonic() + 5)
    assert clock.waits == []


def test_what_was_in_doubt_before_a_420_is_forgotten_with_it(limiter: Limiter, clock: HeldClock) -> None:
    """Errors that others may have made in the minute that led to it do not count in the next."""
    under_way = [limiter.acquire(TYPES, cancel=NEVER) for _ in range(6)]
    limiter.settle(under_way.pop(), status=200, headers=told(95, 30))
    limiter.settle(under_way.pop(), status=420, headers=told(0, 30))
    for reservation in under_way:
        limiter.settle(reservation, status=200, headers={})
    clock.advance(31)
    assert budget(limiter).left == 100


def test_a_success_is_no_refusal_whatever_its_text(limiter: Limiter, clock: HeldClock) -> None:
    """A mail about spamming that was read with success stops nothing."""
    send(limiter, MAIL, 200, {}, concerns_operation=True)
    send(limiter, MAIL)
    assert clock.waits == []
