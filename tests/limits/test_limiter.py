"""What the limiter lets through, what it makes wait and for how long, on a clock that is held."""

import threading

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import JobCancelledError, LimitWaitError
from esi_fetch.limits import Limiter, MemoryState, Reservation, Route
from tests.limits.asking import MINE, NEVER, ORDERS, TYPES, YOURS, bucket_headers, send, view


@pytest.mark.parametrize(
    ("status", "tokens"),
    [
        *((200, 2), (201, 2), (204, 2), (304, 1), (301, 1), (400, 5), (403, 5), (404, 5), (420, 5)),
        *((429, 0), (500, 0), (502, 0), (504, 0), (520, 0), (None, 0), (101, 0)),
    ],
)
def test_an_answer_costs_what_its_status_says(limiter: Limiter, status: int | None, tokens: int) -> None:
    """2xx cost 2, 3xx 1, 4xx 5, 429 and 5xx and what never arrived nothing; the rest comes back at once."""
    assert send(limiter, ORDERS, status) == tokens
    assert view(limiter).left == 600 - tokens


def test_the_dearest_answer_is_held_while_a_request_is_under_way(limiter: Limiter) -> None:
    """A request holds five tokens until its true cost is known."""
    reservation = limiter.acquire(ORDERS, cancel=NEVER)
    assert (view(limiter).left, view(limiter).in_flight) == (595, 1)
    limiter.settle(reservation, status=304, headers={})
    assert (view(limiter).left, view(limiter).in_flight) == (599, 0)


def test_a_lost_answer_counts_as_the_dearest(limiter: Limiter) -> None:
    """What reached the server but was never answered keeps all that was held, and counts as an error."""
    assert send(limiter, ORDERS, None, lost=True) == 5
    assert view(limiter).left == 595
    assert view(limiter, "error limit").left == 99


def test_a_route_without_group_costs_no_tokens(limiter: Limiter) -> None:
    """Where there is no bucket, nothing is spent but the error limit."""
    assert send(limiter, TYPES, 404) == 0
    assert [view.bucket for view in limiter.snapshot()] == ["error limit"]
    assert view(limiter, "error limit").left == 99


def test_a_reservation_is_settled_once(limiter: Limiter) -> None:
    """Settling twice is a mistake of the caller, and is told."""
    reservation = limiter.acquire(ORDERS, cancel=NEVER)
    limiter.settle(reservation, status=200, headers={})
    with pytest.raises(ValueError, match="GetMarketsRegionIdOrders was settled before"):
        limiter.settle(reservation, status=200, headers={})
    assert view(limiter).left == 598


def test_a_spend_comes_back_one_window_after_its_answer(limiter: Limiter, clock: HeldClock) -> None:
    """Each part comes back on its own, counted from when its answer was there."""
    reservation = limiter.acquire(ORDERS, cancel=NEVER)
    clock.advance(300)
    limiter.settle(reservation, status=200, headers={})
    clock.advance(300)
    send(limiter, ORDERS, 404)
    clock.advance(599)
    assert view(limiter).left == 593
    clock.advance(4)
    assert view(limiter).left == 595
    assert view(limiter).full_in_s == pytest.approx(297, abs=3.1)
    clock.advance(300)
    assert view(limiter).left == 600


def test_an_empty_bucket_makes_wait_until_enough_is_back(limiter: Limiter, clock: HeldClock) -> None:
    """The request that does not fit waits, in one piece, for the first part that comes back."""
    for _ in range(3):
        send(limiter, MINE, 404)
        clock.advance(100)
    told: list[tuple[str, float]] = []
    limiter.acquire(MINE, cancel=NEVER, on_wait=lambda why, seconds: told.append((why, seconds)))
    assert clock.waits == [pytest.approx(600, abs=3.1)]
    assert told == [("bucket 'char-notification' of character:90000001 is empty", clock.waits[0])]


def test_a_bucket_is_used_down_to_what_one_error_might_cost(limiter: Limiter, clock: HeldClock) -> None:
    """Six successes of two tokens fit into fifteen; the seventh could turn out to cost five."""
    for _ in range(6):
        send(limiter, MINE)
    assert clock.waits == []
    send(limiter, MINE)
    assert clock.waits == [pytest.approx(900, abs=3.1)]


def test_a_bucket_smaller_than_an_error_lets_one_through(limiter: Limiter, clock: HeldClock) -> None:
    """A limit of three still gives leave to one request at a time."""
    tiny = Route("GetTiny", "tiny", 3, 60.0)
    send(limiter, tiny, 404)
    assert clock.waits == []
    send(limiter, tiny, 304)
    assert sum(clock.waits) == pytest.approx(60, abs=0.3)


def test_characters_have_buckets_of_their_own(limiter: Limiter, clock: HeldClock) -> None:
    """What one character spent does not stand against another."""
    for _ in range(3):
        send(limiter, MINE, 404)
    send(limiter, YOURS)
    assert clock.waits == []
    assert view(limiter, "char-notification", "character:90000002").left == 13


def test_a_group_without_known_size_lets_everything_through(limiter: Limiter, clock: HeldClock) -> None:
    """A group that the specification does not size is limited from the first header on."""
    unknown = Route("GetNew", "new-group")
    send(limiter, unknown, 404)
    assert (view(limiter, "new-group").left, view(limiter, "new-group").of) == (None, None)
    send(limiter, unknown, 404, bucket_headers(5, "15/15m", "new-group"))
    assert view(limiter, "new-group").left == 5
    send(limiter, unknown, 404)
    send(limiter, unknown, 404)
    assert clock.waits == [pytest.approx(900, abs=3.1)]


def test_requests_per_second_are_capped(clock: HeldClock) -> None:
    """With a cap of four, requests of all routes are a quarter of a second apart."""
    limiter = Limiter(clock=clock, requests_per_second=4)
    told: list[str] = []
    for route in (ORDERS, TYPES, MINE):
        limiter.acquire(route, cancel=NEVER, on_wait=lambda why, _: told.append(why))
    assert clock.waits == [0.25, 0.25]
    assert told == ["at most 4 requests a second"] * 2


@pytest.mark.parametrize("cap", [0, -1.0, float("nan"), float("inf")])
def test_a_cap_is_a_positive_number(clock: HeldClock, cap: float) -> None:
    """A cap that could never let anything through, or is none, is refused."""
    with pytest.raises(ValueError, match="requests_per_second"):
        Limiter(clock=clock, requests_per_second=cap)


def test_a_deadline_that_can_not_be_met_is_told_at_once(limiter: Limiter, clock: HeldClock) -> None:
    """The error names the operation, the bucket, and both times; nothing was waited for."""
    send(limiter, ORDERS, 429, {"Retry-After": "900"})
    with pytest.raises(LimitWaitError) as caught:
        limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 30)
    assert clock.waits == []
    assert str(caught.value) == (
        "GetMarketsRegionIdOrders would have to wait at least 15 min more, and has 30.0 s left: "
        "ESI answered 429 for bucket 'market-order'"
    )


def test_a_deadline_that_can_be_met_is_no_matter(limiter: Limiter, clock: HeldClock) -> None:
    """A wait that ends in time is waited out, and a deadline in the past is none where nothing waits."""
    send(limiter, ORDERS, 429, {"Retry-After": "20"})
    limiter.acquire(ORDERS, cancel=NEVER, deadline=clock.monotonic() + 21)
    assert clock.waits == [20.0]
    limiter.acquire(TYPES, cancel=NEVER, deadline=clock.monotonic() - 5)


def test_a_deadline_ends_a_wait_for_answers_that_do_not_come(limiter: Limiter, clock: HeldClock) -> None:
    """Where an answer under way might make room the wait lasts until the deadline, and not longer."""
    tiny = Route("GetTiny", "tiny", 5, 900.0)
    limiter.acquire(tiny, cancel=NEVER)
    started = clock.monotonic()
    told: list[tuple[str, float]] = []
    with pytest.raises(LimitWaitError, match=r"wait longer, and has 0 s left: bucket 'tiny' is empty"):
        limiter.acquire(
            tiny, cancel=NEVER, deadline=started + 3, on_wait=lambda why, seconds: told.append((why, seconds))
        )
    assert clock.monotonic() == pytest.approx(started + 3)
    assert told == [("bucket 'tiny' is empty", 0.0)]


def test_several_reasons_to_wait_are_waited_out_together(limiter: Limiter, clock: HeldClock) -> None:
    """The longest one is told; after it nothing stands in the way."""
    send(limiter, ORDERS, 429, {"Retry-After": "20"})
    send(limiter, TYPES, 420, {"X-ESI-Error-Limit-Reset": "39"})
    told: list[tuple[str, float]] = []
    limiter.acquire(ORDERS, cancel=NEVER, on_wait=lambda why, seconds: told.append((why, seconds)))
    assert clock.waits == [40.0]
    assert told == [("ESI answered 420: the error limit of this address is used up", 40.0)]


def test_nothing_goes_out_once_the_run_was_stopped(limiter: Limiter, clock: HeldClock) -> None:
    """A set event refuses at once, with and without a reason to wait."""
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(JobCancelledError, match="GetMarketsRegionIdOrders was stopped"):
        limiter.acquire(ORDERS, cancel=stopped)
    assert [view.in_flight for view in limiter.snapshot()] == [0]


def test_an_observer_that_raises_gives_up_its_place(limiter: Limiter, clock: HeldClock) -> None:
    """An exception out of ``on_wait`` reaches the caller, and leaves nobody behind in the line."""
    send(limiter, ORDERS, 429, {"Retry-After": "20"})

    def fails(reason: str, seconds: float) -> None:
        raise RuntimeError(reason)

    with pytest.raises(RuntimeError, match="429"):
        limiter.acquire(ORDERS, cancel=NEVER, on_wait=fails)
    send(limiter, ORDERS)
    assert clock.waits == [20.0]


def test_limiters_can_share_their_books(clock: HeldClock) -> None:
    """Two limiters over one state see each other's requests."""
    state = MemoryState(clock=clock)
    here, there = Limiter(clock=clock, state=state), Limiter(clock=clock, state=state)
    reservations = [limiter.acquire(ORDERS, cancel=NEVER) for limiter in (here, there, here)]
    assert view(here).in_flight == view(there).in_flight == 3
    assert len({reservation.reservation_id for reservation in reservations}) == 3


def test_before_anything_was_sent_only_the_error_limit_is_known(limiter: Limiter) -> None:
    """A new limiter shows one full limit."""
    (only,) = limiter.snapshot()
    assert (only.bucket, only.left, only.of, only.in_flight) == ("error limit", 100, 100, 0)


def test_a_reservation_shows_who_asked_and_hides_the_books(limiter: Limiter) -> None:
    """Its repr names the operation and the group."""
    reservation = limiter.acquire(MINE, cancel=NEVER)
    assert isinstance(reservation, Reservation)
    assert "GetCharactersCharacterIdNotifications" in repr(reservation)
    assert "marks" not in repr(reservation)
    assert repr(limiter) == "Limiter(state=MemoryState(2 books))"
