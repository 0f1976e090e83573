"""Several programs that share their books: together they obey the limits as one does."""

import math
import random
import threading
from collections.abc import Mapping
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esi_fetch.limits import Limiter, MemoryState, Route
from tests.limits.simulated import COST, FloatingServer, TextState
from tests.limits.stage import Program, Stage

STATUSES = st.sampled_from([200, 204, 304, 404, 403, 500, 502])
MIXES = st.dictionaries(STATUSES, st.integers(1, 20), min_size=1)


def route_to(server: FloatingServer) -> Route:
    return Route("GetMarketsRegionIdOrders", "market-order", server.limit, server.window_s)


def troupe(
    stage: Stage,
    server: FloatingServer,
    *,
    programs: int,
    workers: int,
    delay_s: tuple[float, float] = (0.02, 0.2),
    statuses: Mapping[int, float] | None = None,
) -> list[Program]:
    """Return programs that share one memory, and always want more."""
    state, rnd = MemoryState(clock=stage), random.Random(7)
    mix = statuses or {200: 75, 304: 25}
    return [
        Program(stage, server, route_to(server), state, workers, mix, rnd, delay_s) for _ in range(programs)
    ]


@settings(max_examples=60)
@given(
    mix=MIXES,
    limit=st.sampled_from([5, 15, 40, 150]),
    window_s=st.sampled_from([5.0, 20.0, 120.0]),
    workers=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    slow=st.sampled_from([0.02, 0.3, 1.5]),
    lost=st.sampled_from([0.0, 0.2]),
    idle_s=st.sampled_from([0.0, 0.5, 3.0]),
    burst=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    deaths=st.lists(st.floats(0.1, 1.5), max_size=2),
    seed=st.integers(0, 2**32),
)
def test_programs_never_overrun_a_window_together(
    mix: Mapping[int, float],
    limit: int,
    window_s: float,
    workers: list[int],
    slow: float,
    lost: float,
    idle_s: float,
    burst: float,
    deaths: list[float],
    seed: int,
) -> None:
    """Whatever they ask, however slow the answers, whichever get lost and whoever dies in the middle: what
    the server counts never goes beyond its window. Only what a dead one may have spent is tried, once."""
    stage, server, rnd = Stage(), FloatingServer(limit, window_s), random.Random(seed)
    texts: dict[str, str] = {}
    dead: set[str] = set()
    cast = []
    for number, hands in enumerate(workers):
        state = TextState(stage, holder=f"program{number}", texts=texts, dead=dead)
        cast.append(
            Program(
                stage,
                server,
                route_to(server),
                state,
                hands,
                mix,
                rnd,
                (0.0, slow),
                lost=lost,
                idle_s=idle_s,
                settings={"burst": burst},
            )
        )

    def die(number: int) -> None:
        cast[number].die()
        dead.add(f"program{number}")

    # The last one lives on, to use what the others left behind.
    for number, share in enumerate(deaths[: len(cast) - 1]):
        stage.after(share * window_s, partial(die, number))
    stage.run(min(2.5 * window_s, 60.0))
    assert server.refused <= len(dead)


@settings(max_examples=25)
@given(
    workers=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    sizes=st.lists(st.sampled_from([20, 60, 150, 300]), min_size=1, max_size=3),
    mix=MIXES,
    seed=st.integers(0, 2**32),
)
def test_a_changed_limit_is_obeyed_by_all_once_one_has_seen_it(
    workers: list[int], sizes: list[int], mix: Mapping[int, float], seed: int
) -> None:
    """After the first answer that tells of a new size, nobody overruns that either."""
    stage, server, rnd = Stage(), FloatingServer(150, 20.0), random.Random(seed)
    state, slowest_s = MemoryState(clock=stage), 0.3
    cast = [
        Program(stage, server, route_to(server), state, hands, mix, rnd, (0.0, slowest_s))
        for hands in workers
    ]
    unaware: list[tuple[float, float]] = []
    plain_answer = server.answer

    def change(size: int) -> None:
        server.limit = size
        unaware.append((stage.time - 2 * slowest_s, math.inf))

    def answer(status: int, moment: float) -> tuple[int, dict[str, str]]:
        if unaware and unaware[-1][1] == math.inf:
            # The first answer that tells is read at the latest when the slowest way back is over.
            unaware[-1] = (unaware[-1][0], moment + slowest_s)
        return plain_answer(status, moment)

    server.answer = answer  # type: ignore[method-assign]  # to hear when the first one tells
    for number, size in enumerate(sizes, start=1):
        stage.after(15.0 * number, partial(change, size))
    stage.run(15.0 * len(sizes) + 25.0)
    for sent_at in (sent_at for program in cast for sent_at in program.refused):
        assert any(since <= sent_at <= told_at for since, told_at in unaware)


@pytest.mark.parametrize(("limit", "window_s"), [(600, 60.0), (150, 60.0)])
def test_four_programs_use_nearly_all_they_may(limit: int, window_s: float) -> None:
    """Sharing costs next to nothing: what one does not spend another does."""
    stage, server = Stage(), FloatingServer(limit, window_s)
    spent, plain_answer = [0], server.answer

    def answer(status: int, moment: float) -> tuple[int, dict[str, str]]:
        spent[0] += COST[status]
        return plain_answer(status, moment)

    server.answer = answer  # type: ignore[method-assign]  # to count what is spent
    troupe(stage, server, programs=4, workers=2)
    stage.run(5 * window_s)
    assert server.refused == 0
    assert spent[0] >= 0.95 * 5 * limit


def test_what_is_reserved_for_others_keeps_their_bursts_harmless() -> None:
    """As long as others spend no more than was left to them, nobody is ever refused."""
    stage, server, rnd = Stage(), FloatingServer(600, 60.0), random.Random(7)
    state = MemoryState(clock=stage)
    for _ in range(3):
        Program(stage, server, route_to(server), state, 4, {200: 3, 304: 1}, rnd, settings={"reserve": 0.25})
    bursts: list[int] = []

    def burst() -> None:
        bursts.append(server.foreign(150, stage.time))
        stage.after(61.0, burst)

    stage.after(20.0, burst)
    stage.run(300.0)
    assert bursts == [150] * 5
    assert server.refused == 0


def test_what_a_dead_program_held_is_used_by_the_others_soon() -> None:
    """A hold that the server never counted is back as soon as an answer shows it."""
    stage, server = Stage(), FloatingServer(100, 1000.0)
    texts: dict[str, str] = {}
    dead: set[str] = set()
    mine, yours = (TextState(stage, holder=name, texts=texts, dead=dead) for name in ("mine", "yours"))
    gone, alive = (Limiter(clock=stage, state=state, burst=1.0) for state in (mine, yours))
    never, route = threading.Event(), route_to(server)
    left: list[int | None] = []

    def play() -> None:
        for _ in range(4):
            gone.acquire(route, cancel=never)
        dead.add("mine")
        for _ in range(2):
            reservation = alive.acquire(route, cancel=never)
            left.append(alive.snapshot()[1].left)
            status, headers = server.answer(200, stage.time)
            alive.settle(reservation, status=status, headers=headers)
        left.append(alive.snapshot()[1].left)

    stage.enter(play)
    stage.run(10.0)
    assert left[0] == 100 - 4 * 5 - 5
    assert left[-1] is not None
    assert left[-1] >= 96 - 2
