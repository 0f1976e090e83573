"""Schedules of requests against servers that count as ESI does: no overrun, and little left unused."""

import random
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esi_fetch.limits import MemoryState, Route
from tests.limits.simulated import FloatingServer, MinuteServer, Run, SimulatedClock, TextState

STEADY = {200: 70, 304: 20, 404: 5, 502: 5}
STATUSES = st.sampled_from([200, 204, 304, 404, 403, 500, 502])
MIXES = st.dictionaries(STATUSES, st.integers(1, 20), min_size=1)
SEEDS = st.integers(0, 2**32)


def steady(server: FloatingServer, *, workers: int) -> Run:
    return Run(
        server=server, route=order_route(server), workers=workers, statuses=STEADY, rnd=random.Random(7)
    )


def order_route(server: FloatingServer, *, guess: int | None = None) -> Route:
    return Route("GetMarketsRegionIdOrders", "market-order", guess or server.limit, server.window_s)


@settings(max_examples=50)
@given(
    mix=MIXES,
    limit=st.sampled_from([5, 15, 30, 150, 400]),
    window_s=st.sampled_from([10.0, 60.0, 900.0]),
    workers=st.integers(1, 20),
    longest_s=st.sampled_from([0.01, 0.5, 20.0]),
    plain=st.booleans(),
    seed=SEEDS,
)
def test_a_lone_client_never_overruns_a_floating_window(
    mix: Mapping[int, float],
    limit: int,
    window_s: float,
    workers: int,
    longest_s: float,
    plain: bool,
    seed: int,
) -> None:
    """Whatever the answers, delays and order of arrival, the server never has to refuse, and nobody else is
    suspected of spending; also when the books are kept as text by somebody who runs each step twice."""
    server, clock = FloatingServer(limit, window_s), SimulatedClock()
    run = Run(
        server=server,
        route=order_route(server),
        workers=workers,
        statuses=mix,
        rnd=random.Random(seed),
        delay_s=(0.0, longest_s),
        clock=clock,
        state=TextState(clock) if plain else MemoryState(clock=clock),
        watched=True,
    ).until(4 * window_s, at_most=150)
    assert server.refused == 0
    assert run.suspected == 0


@settings(max_examples=25)
@given(mix=MIXES, too_high=st.integers(2, 10), workers=st.integers(1, 8), seed=SEEDS)
def test_a_wrong_guess_is_corrected_by_the_first_answers(
    mix: Mapping[int, float], too_high: int, workers: int, seed: int
) -> None:
    """Where the specification promises more than there is, only what went out before the first header of all
    can be refused."""
    server = FloatingServer(60, 60.0)
    run = Run(
        server=server,
        route=order_route(server, guess=60 * too_high),
        workers=workers,
        statuses=mix,
        rnd=random.Random(seed),
    ).until(200.0, at_most=300)
    assert server.refused <= max(0, 5 * workers - 60)
    assert run.limiter.snapshot()[1].of == 60


@pytest.mark.parametrize(("limit", "least"), [(150, 0.97), (600, 0.99), (1200, 0.99)])
@pytest.mark.parametrize("workers", [4, 24])
def test_a_lone_client_uses_nearly_all_it_may(limit: int, least: float, workers: int) -> None:
    """With a steady mix of answers, over three windows, hardly a token is left unused, and none overspent."""
    server = FloatingServer(limit, 900.0)
    run = steady(server, workers=workers)
    run.until(3 * 900.0)
    assert server.refused == 0
    assert run.tokens / (3 * limit) >= least


@pytest.mark.parametrize(("limit", "cost", "status"), [(15, 2, 200), (30, 2, 200), (15, 1, 304), (5, 2, 204)])
def test_a_small_bucket_is_used_but_for_what_one_error_might_cost(limit: int, cost: int, status: int) -> None:
    """At most the dearest answer less one token stays unused in a window."""
    server = FloatingServer(limit, 900.0)
    run = Run(server=server, route=order_route(server), workers=2, statuses={status: 1}, rnd=random.Random(7))
    run.until(890.0)
    assert limit - 4 <= run.tokens + (cost - 1) <= limit


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_a_burst_of_somebody_else_costs_at_most_one_refusal(workers: int) -> None:
    """What another program spends is seen in the headers of the next answers, and held to; together they
    still use what there is."""
    server = FloatingServer(600, 900.0)
    run = steady(server, workers=workers)
    bursts: list[int] = []

    def burst() -> None:
        bursts.append(server.foreign(200, run.clock.time))
        run.clock.after(625.0, burst)

    run.clock.after(300.0, burst)
    run.until(5 * 900.0)
    assert sum(bursts) > 100
    assert server.refused <= len(bursts)
    if workers > 1:
        assert run.tokens + sum(bursts) >= 0.95 * 5 * 600


@pytest.mark.parametrize("before", [590, 597, 600])
def test_what_an_earlier_run_spent_does_not_stop_a_new_one_for_a_whole_window(before: int) -> None:
    """A bucket that was emptied ten minutes ago is used again as soon as it fills, with few refusals, and
    wholly within a window."""
    server = FloatingServer(600, 900.0, spent=[(-600.0 + number / 10, 1) for number in range(before)])
    run = steady(server, workers=4)
    run.until(1190.0)
    assert server.refused <= 5
    assert run.tokens >= 0.97 * 600


@settings(max_examples=40)
@given(
    mix=MIXES,
    starts_at=st.floats(0, 60),
    tells=st.sampled_from([0.0, 0.3, 1.0]),
    workers=st.integers(1, 40),
    longest_s=st.sampled_from([0.01, 0.5, 5.0]),
    seed=SEEDS,
)
def test_a_lone_client_never_uses_up_the_error_limit(
    mix: Mapping[int, float], starts_at: float, tells: float, workers: int, longest_s: float, seed: int
) -> None:
    """Whenever the server's minute begins, however many answers tell of it, and whatever share of them are
    errors: there is never a 420."""
    server = MinuteServer(starts_at=-starts_at, tells=tells)
    Run(
        server=server,
        route=Route("GetUniverseTypes"),
        workers=workers,
        statuses={**mix, 404: 5},
        rnd=random.Random(seed),
        delay_s=(0.0, longest_s),
    ).until(240.0, at_most=600)
    assert server.refused == 0


def test_a_client_that_errs_now_and_then_is_hardly_slowed() -> None:
    """One error in fifty answers leaves the error limit alone: nothing waits for it."""
    server = MinuteServer(starts_at=0.0)
    run = Run(
        server=server,
        route=Route("GetUniverseTypes"),
        workers=8,
        statuses={200: 98, 404: 2},
        rnd=random.Random(5),
    ).until(60.0)
    unhindered = 8 * 60 / (0.55)
    assert run.answers >= 0.9 * unhindered


def test_a_client_that_only_errs_is_spread_over_the_minute() -> None:
    """Half of the errors may go at once; the others are spread instead of hitting the wall."""
    server = MinuteServer(starts_at=0.0)
    run = Run(
        server=server, route=Route("GetUniverseTypes"), workers=8, statuses={502: 1}, rnd=random.Random(5)
    ).until(20.0)
    assert 50 <= run.answers <= 75
    run.until(59.0)
    assert 75 <= run.answers <= 98
