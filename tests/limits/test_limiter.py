"""What the limiter lets through, what it makes wait and for how long, on a clock that is held."""

import threading

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import JobCancelledError, LimitWaitError
from esi_fetch.limits import BucketView, HiddenLimit, Limiter, MemoryState, Reservation, Route

ORDERS = Route("GetMarketsRegionIdOrders", "market-order", 600, 900.0)
TYPES = Route("GetUniverseTypes")
NAMES = Route("PostUniverseNames")
HISTORY = Route("GetMarketsRegionIdHistory")
MINE = Route(
    "GetCharactersCharacterIdNotifications", "char-notification", 15, 900.0, user="character:90000001"
)
YOURS = Route(
    "GetCharactersCharacterIdNotifications", "char-notification", 15, 900.0, user="character:90000002"
)
NEVER = threading.Event()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def limiter(clock: HeldClock) -> Limiter:
    return Limiter(clock=clock)


def bucket_headers(remaining: int, limit: str = "600/15m", group: str = "market-order") -> dict[str, str]:
    return {
        "X-Ratelimit-Group": group,
        "X-Ratelimit-Limit": limit,
        "X-Ratelimit-Remaining": str(remaining),
    }


def send(
    limiter: Limiter,
    route: Route,
    status: int | None = 200,
    headers: dict[str, str] | None = None,
    **how: bool,
) -> int:
    reservation = limiter.acquire(route, cancel=NEVER)
    return limiter.settle(reservation, status=status, headers=headers or {}, **how)


def view(limiter: Limiter, bucket: str = "market-order", user: str = "") -> BucketView:
    (found,) = (view for view in limiter.snapshot() if (view.bucket, view.user) == (bucket, user))
    return found


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


def test_market_history_has_a_limit_that_no_header_tells(limiter: Limiter, clock: HeldClock) -> None:
    """Three hundred requests fit into any minute of the address, whatever their answers."""
    for number in range(300):
        send(limiter, HISTORY, (200, 304)[number % 2])
    send(limiter, HISTORY, None)
    send(limiter, Route(HISTORY.op_id, user="character:1"), None)
    assert sum(clock.waits) == pytest.approx(60, abs=0.3)
    assert view(limiter, "hidden limit of GetMarketsRegionIdHistory").of == 300


def test_hidden_limits_can_be_replaced(clock: HeldClock) -> None:
    """The table of hidden limits is the caller's to choose."""
    limiter = Limiter(clock=clock, hidden_limits={"GetUniverseTypes": HiddenLimit(requests=2, window_s=10.0)})
    for route in (TYPES, TYPES, HISTORY):
        send(limiter, route)
    assert clock.waits == []
    send(limiter, TYPES)
    assert clock.waits == [pytest.approx(10, abs=0.1)]


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
        "GetMarketsRegionIdOrders would have to wait at least 15 min 0 s more, and has 30.0 s left: "
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


def test_a_server_that_invents_groups_does_not_fill_the_memory(limiter: Limiter, clock: HeldClock) -> None:
    """Buckets that nobody has used for a window are forgotten when there are thousands."""
    for number in range(4500):
        send(limiter, ORDERS, 200, {"X-Ratelimit-Group": f"group-{number}"})
        clock.advance(1)
    assert len(limiter.snapshot()) < 2000
    assert view(limiter, "error limit").left == 100


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
