"""ESI's side of the limits: floating windows, the error budget, and the hidden ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import bundled
from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Limits, LimitUse, Sandbox
from esi_fetch.sandbox.asks import RefusedError
from esi_fetch.sandbox.limits import cost_of
from tests.sandbox.asking import ORDERS, ask, page

STATUS = bundled()["GetStatus"]
HERE = "127.0.0.1"


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def small(clock: HeldClock) -> Iterator[Sandbox]:
    """A sandbox with a bucket of 10 tokens in 60 s for status, and 3 errors a minute."""
    with Sandbox(clock=clock, limits={"status": (10, 60.0)}, error_limit=3, page_size=10) as sandbox:
        yield sandbox


def test_answers_tell_what_is_left(small: Sandbox) -> None:
    """A success costs 2, a 304 costs 1, another error 5, a server's failure nothing."""
    got = ask(small, "/status")
    assert got.headers["X-Ratelimit-Group"] == "status"
    assert got.headers["X-Ratelimit-Limit"] == "10/1m"
    left = [got.headers["X-Ratelimit-Remaining"]]
    used = [got.headers["X-Ratelimit-Used"]]
    small.faults.add("GetStatus", status=502)
    small.faults.add("GetStatus", status=404)
    for headers in ({}, {"If-None-Match": got.headers["ETag"]}, {}):
        headers_of = ask(small, "/status", headers=headers).headers
        left.append(headers_of["X-Ratelimit-Remaining"])
        used.append(headers_of["X-Ratelimit-Used"])
    assert used == ["2", "0", "5", "2"]
    assert left == ["8", "8", "3", "1"]
    assert [seen.cost for seen in small.requests] == [2, 0, 5, 2]
    assert small.limits.spent("status") == small.limits.spent_ever("status") == 9
    assert "X-ESI-Error-Limit-Remain" not in got.headers


def test_a_304_costs_one(small: Sandbox) -> None:
    """A conditional request that finds nothing new costs half."""
    tag = {"If-None-Match": ask(small, "/status").headers["ETag"]}
    assert ask(small, "/status", headers=tag).headers["X-Ratelimit-Used"] == "1"


@pytest.mark.parametrize(
    ("status", "cost"), [(200, 2), (204, 2), (304, 1), (400, 5), (404, 5), (429, 0), (500, 0), (520, 0)]
)
def test_costs_by_status(status: int, cost: int) -> None:
    """Costs are those of ESI's documentation."""
    assert cost_of(status) == cost


def test_an_empty_bucket_is_a_429_until_tokens_come_back(small: Sandbox, clock: HeldClock) -> None:
    """When all is spent there are 429s, free of charge, until the oldest tokens are a window old."""
    for _ in range(5):
        assert ask(small, "/status").status == 200
        clock.advance(2)
    refused = ask(small, "/status")
    assert refused.status == 429
    assert refused.headers["Retry-After"] == "50"
    assert refused.headers["X-Ratelimit-Remaining"] == "0"
    assert refused.headers["X-Ratelimit-Used"] == "0"
    clock.advance(49)
    assert ask(small, "/status").status == 429
    clock.advance(1)
    got = ask(small, "/status")
    assert (got.status, got.headers["X-Ratelimit-Remaining"]) == (200, "0")
    assert small.count(429) == 2
    assert small.count(200, op_id="get_status") == 6
    assert small.limits.spent("status") == 10
    assert small.limits.spent_ever("status") == 12


def test_windows_are_named_in_their_largest_unit() -> None:
    """Windows are written with h or m where they fit, with s in tests with short ones."""
    with Sandbox(limits={"status": (10, 7200), "meta": (5, 2.0), "sovereignty": (1, 900)}) as sandbox:
        limits = [
            ask(sandbox, path).headers["X-Ratelimit-Limit"]
            for path in ("/status", "/meta/status", "/sovereignty/systems")
        ]
    assert limits == ["10/2h", "5/2s", "1/15m"]


def test_every_user_has_buckets_of_their_own(small: Sandbox) -> None:
    """Characters do not share, and a token on a public route leads to another bucket."""
    for character in (1, 2):
        token = small.token(character)
        got = ask(small, f"/characters/{character}/notifications", token=token)
        assert got.headers["X-Ratelimit-Remaining"] == "13"
    assert small.limits.spent("char-notification", user="character:1") == 2
    assert small.limits.spent("char-notification") == 4
    assert ask(small, "/status").headers["X-Ratelimit-Remaining"] == "8"
    assert ask(small, "/status", token=small.token(1)).headers["X-Ratelimit-Remaining"] == "8"


def test_other_programs_can_be_acted(small: Sandbox, clock: HeldClock) -> None:
    """exhaust spends what is left, or a number of tokens, as another program on the machine would."""
    small.limits.exhaust("status", tokens=4)
    assert ask(small, "/status").headers["X-Ratelimit-Remaining"] == "4"
    small.limits.exhaust("status")
    assert ask(small, "/status").status == 429
    clock.advance(60)
    assert ask(small, "/status").status == 200


def test_the_use_of_every_limit_is_told(small: Sandbox, clock: HeldClock) -> None:
    """What is spent now and was at most, what it cost in all and what was refused, for buckets and errors."""
    for _ in range(6):
        ask(small, "/status")
    clock.advance(60)
    ask(small, "/status")
    for _ in range(4):
        ask(small, "/nothing")
    clock.advance(60)
    ask(small, "/nothing")
    assert small.limits.use() == [
        LimitUse("status", HERE, 10, 60.0, spent=0, spent_ever=12, peak=10, refused=1),
        LimitUse("errors", HERE, 3, 60.0, spent=1, spent_ever=4, peak=3, refused=1),
    ]


def test_a_bucket_may_be_overrun_by_requests_let_in_together(clock: HeldClock) -> None:
    """Requests are let in while anything is left, so the peak shows what a client should not have sent."""
    limits = Limits(clock=clock, groups=lambda: {"status": (4, 30.0)})
    for _ in range(3):
        limits.admit(STATUS, user=HERE, address=HERE)
    for _ in range(3):
        limits.settle(STATUS, user=HERE, address=HERE, status=200)
    (use,) = limits.use()
    assert (use.peak, use.refused) == (6, 0)
    limits.exhaust("status", user=HERE)
    assert limits.spent("status") == 6


def test_the_error_budget_belongs_to_routes_without_a_group(small: Sandbox, clock: HeldClock) -> None:
    """Their errors are counted down and start afresh with the next window; server failures count too."""
    got = ask(small, "/universe/types/34")
    assert got.headers["X-ESI-Error-Limit-Remain"] == "3"
    assert got.headers["X-ESI-Error-Limit-Reset"] == "60"
    assert "X-Ratelimit-Limit" not in got.headers
    small.faults.add("GetUniverseTypesTypeId", status=504)
    assert ask(small, "/universe/types/34").headers["X-ESI-Error-Limit-Remain"] == "2"
    clock.advance(20.5)
    got = ask(small, "/universe/types/1")
    assert (got.status, got.headers["X-ESI-Error-Limit-Remain"]) == (404, "1")
    assert got.headers["X-ESI-Error-Limit-Reset"] == "40"
    assert small.limits.errors() == 2
    ask(small, "/status?x=1")
    clock.advance(40)
    assert ask(small, "/universe/types/34").headers["X-ESI-Error-Limit-Remain"] == "3"


def test_errors_of_grouped_routes_do_not_count(small: Sandbox) -> None:
    """A 404 of a route with a rate limit costs tokens, not error budget."""
    assert page(small, 99).status == 404
    assert small.limits.errors() == 0


def test_after_too_many_errors_everything_is_a_420(small: Sandbox, clock: HeldClock) -> None:
    """Once the budget is gone all routes refuse, those with a group too, until the window is over."""
    for _ in range(3):
        assert ask(small, "/nothing").status == 404
    for path in ("/universe/types/34", "/status", "/nothing", ORDERS):
        got = ask(small, path)
        assert got.status == 420
        assert got.error.startswith("This software has exceeded the error limit for ESI.")
        assert got.headers["X-ESI-Error-Limit-Remain"] == "0"
        assert got.headers["X-ESI-Error-Limit-Reset"] == "60"
        assert "X-Ratelimit-Limit" not in got.headers
    clock.advance(60)
    assert ask(small, "/status").status == 200


def test_nothing_is_limited_without_limits() -> None:
    """With limits off nothing is refused, and headers say that nothing is spent."""
    with Sandbox(limits=False, error_limit=1) as sandbox:
        for _ in range(3):
            assert ask(sandbox, "/nothing").headers["X-ESI-Error-Limit-Remain"] == "1"
        assert {ask(sandbox, "/status").headers["X-Ratelimit-Remaining"] for _ in range(3)} == {"600"}
        assert sandbox.limits.spent("status") == 0
        assert sandbox.limits.spent_ever("status") == 6


def test_unknown_groups_are_noticed() -> None:
    """A limit for a misspelt group is refused at the start, with the nearest right name."""
    with pytest.raises(ValueError, match="did you mean 'market-order'"):
        Sandbox(limits={"market-orders": (60, 2.0)}).start()


def test_histories_have_a_hidden_limit(clock: HeldClock) -> None:
    """The 301st history within a minute is a 500 that no header announced; a minute later all is well."""
    limits = Limits(clock=clock, groups=dict)
    history = bundled()["GetMarketsRegionIdHistory"]
    for _ in range(300):
        limits.admit(history, user=HERE, address=HERE)
    with pytest.raises(RefusedError) as refusal:
        limits.admit(history, user=HERE, address=HERE)
    assert refusal.value.status == 500
    assert refusal.value.headers == {}
    limits.admit(history, user="another address", address="another address")
    clock.advance(60)
    limits.admit(history, user=HERE, address=HERE)


def test_contract_items_have_a_hidden_limit() -> None:
    """The 21st request for items of a character's contracts within ten seconds is a 520, a literal in
    JSON."""
    with Sandbox(clock=HeldClock()) as sandbox:
        path, token = "/characters/7/contracts/5/items", sandbox.token(7)
        answers = [ask(sandbox, path, token=token) for _ in range(21)]
    assert [got.status for got in answers] == [200] * 20 + [520]
    assert answers[-1].error.startswith("{'error_label': 'ConStopSpamming'")


@given(st.lists(st.tuples(st.sampled_from([200, 304, 404, 429, 502]), st.integers(0, 80)), max_size=60))
def test_never_more_is_spent_than_the_window_holds(steps: list[tuple[int, int]]) -> None:
    """At any moment the cost of the last window's answers is spent, and a request gets in while less is."""
    clock = HeldClock()
    limits = Limits(clock=clock, groups=lambda: {"status": (12, 30.0)})
    history: list[tuple[float, int]] = []
    for status, quarters in steps:
        clock.advance(quarters / 4)
        now = clock.monotonic()
        spent = sum(cost for at, cost in history if at > now - 30.0)
        assert limits.spent("status") == spent
        if spent >= 12:
            with pytest.raises(RefusedError) as refusal:
                limits.admit(STATUS, user=HERE, address=HERE)
            assert refusal.value.status == 429
            clock.advance(float(refusal.value.headers["Retry-After"]))
            now = clock.monotonic()
        limits.admit(STATUS, user=HERE, address=HERE)
        limits.settle(STATUS, user=HERE, address=HERE, status=status)
        history.append((now, cost_of(status)))


@given(st.floats(0, 1e6), st.floats(0, 30), st.floats(0.5, 1000))
def test_who_waits_as_told_is_let_in(start_s: float, pause_s: float, window_s: float) -> None:
    """After Retry-After seconds the next request is let in, however the numbers are rounded."""
    clock = HeldClock()
    limits = Limits(clock=clock, groups=lambda: {"status": (3, window_s)})
    clock.advance(start_s)
    for wait_s in (0.0, pause_s):
        clock.advance(wait_s)
        limits.settle(STATUS, user=HERE, address=HERE, status=200)
    if limits.spent("status") == 4:
        with pytest.raises(RefusedError) as refusal:
            limits.admit(STATUS, user=HERE, address=HERE)
        clock.advance(int(refusal.value.headers["Retry-After"]))
    limits.admit(STATUS, user=HERE, address=HERE)
