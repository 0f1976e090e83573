"""Books on a real Redis server: shared, atomic, on one clock, and gone when nobody needs them."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pytest

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.errors import LimitWaitError
from esi_fetch.limits import Limiter, RedisState, Route
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.plain import unpack
from tests.redis_server import SOON_S, RedisServer, running_redis

WORKER = Path(__file__).parent / "redis_worker.py"
ROOT = WORKER.parent.parent.parent

NEVER = threading.Event()
HOUR_S = 3600.0
BOOK = "bucket||counted"
ORDERS = Route("GetOrders", "market-order", 20, 900.0)
WALLET = Route("GetWallet", "char-wallet", 20, 900.0, user="character:90000001")


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


class Worker:
    """A process that shares the books; see ``redis_worker.py``."""

    def __init__(self, deed: str, url: str, *numbers: int) -> None:
        command = [sys.executable, "-W", "error", str(WORKER), deed, url, *map(str, numbers)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": "."},
        )
        self.output = ""

    def get_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> int:
        self.output, _ = self.process.communicate(timeout=3 * SOON_S)
        return self.process.returncode


@contextmanager
def workers(deed: str, url: str, *numbers: int, count: int = 1) -> Iterator[list[Worker]]:
    """Start processes that all begin at the same time, and wait for their end."""
    with ExitStack() as stack:
        all_of_them = [Worker(deed, url, *numbers) for _ in range(count)]
        for worker in all_of_them:
            stack.enter_context(worker.process)
            stack.callback(worker.process.kill)
        for worker in all_of_them:
            worker.get_ready()
        for worker in all_of_them:
            worker.go()
        for worker in all_of_them:
            worker.end()
        yield all_of_them


@contextmanager
def states(*given: RedisState) -> Iterator[tuple[RedisState, ...]]:
    try:
        yield given
    finally:
        for state in given:
            state.close()


def settle(state: RedisState, amount: int, *, key: str = BOOK) -> None:
    def change(picture: Picture, now: float) -> None:
        picture.setdefault(key, Ledger("counted", limit=10**6)).settle("", amount, now=now)

    state.step([key], change)


def total(state: RedisState, *, key: str = BOOK) -> int:
    return state.step([key], lambda picture, now: picture[key].own.total if key in picture else 0)


def fill(limiter: Limiter, route: Route, requests: int = 10) -> None:
    for _ in range(requests):
        limiter.settle(limiter.acquire(route, cancel=NEVER, deadline=0.0), status=200, headers={})


def refuses(limiter: Limiter, route: Route) -> bool:
    """Whether the route's bucket is empty."""
    try:
        limiter.settle(limiter.acquire(route, cancel=NEVER, deadline=0.0), status=None, headers={})
    except LimitWaitError:
        return True
    return False


def test_what_one_machine_spends_the_other_does_not(redis_server: RedisServer) -> None:
    """Two machines share a bucket, whatever their own clocks say."""
    clocks = HeldClock(now=0.0), HeldClock(now=4_000_000_000.0)
    clocks[1].advance(5e6)
    with states(*(RedisState(redis_server.url, clock=clock) for clock in clocks)) as (one, two):
        mine, theirs = Limiter(clock=clocks[0], state=one), Limiter(clock=clocks[1], state=two, burst=1.0)
        assert not refuses(theirs, ORDERS)
        for _ in range(8):
            mine.settle(mine.acquire(ORDERS, cancel=NEVER), status=200, headers={})
        assert refuses(theirs, ORDERS)
        view = next(view for view in theirs.snapshot() if view.bucket == "market-order")
        assert (view.left, view.of, view.in_flight) == (4, 20, 0)
        assert 890 < view.full_in_s <= 900 + 3


def test_a_book_outlives_its_process_and_not_its_windows(redis_server: RedisServer) -> None:
    """Every book expires by itself, hours after its last change and not never."""
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        settle(state, 5)
        settle(state, 1, key="bucket|character:1|x")
        state.step(
            ["hidden||x"], lambda picture, now: picture.update({"hidden||x": Ledger("x", window_s=9e4)})
        )
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        assert total(state) == 5
        assert set(state.keys()) == {BOOK, "bucket|character:1|x", "hidden||x"}
    client = redis_server.client()
    keys = client.keys()
    assert len(keys) == 3
    for key in keys:
        assert HOUR_S * 0.9 < client.pttl(key) / 1000 <= 3 * 9e4


def test_books_are_dropped_when_the_step_drops_them(redis_server: RedisServer) -> None:
    """A book that a step removes is gone for all; one that it does not touch is not written."""
    with states(*(RedisState(redis_server.url, clock=SystemClock()) for _ in range(2))) as (one, two):
        settle(one, 5)
        before = redis_server.client().get(redis_server.client().keys()[0])
        assert total(two) == 5
        assert redis_server.client().get(redis_server.client().keys()[0]) == before
        two.step([BOOK], lambda picture, now: picture.pop(BOOK))
        assert redis_server.client().keys() == []
        assert two.keys() == []


def test_each_esi_and_each_address_has_its_own_books(redis_server: RedisServer) -> None:
    """A sandbox shares nothing with ESI; machines that name different addresses share their characters."""
    clock = SystemClock()
    with states(
        RedisState(redis_server.url, clock=clock),
        RedisState(redis_server.url, clock=clock, base_url="http://127.0.0.1:8080"),
        RedisState(f"{redis_server.url}?address=home", clock=clock),
        RedisState(f"{redis_server.url}?address=home", clock=clock, base_url="https://esi.evetech.net/"),
    ) as everybody:
        for state in everybody[:3]:
            settle(state, 2)
            settle(state, 3, key="bucket|character:1|x")
            settle(state, 1, key="address")
        assert [total(state) for state in everybody] == [2, 2, 2, 2]
        assert [total(state, key="address") for state in everybody] == [1, 1, 1, 1]
        assert [total(state, key="bucket|character:1|x") for state in everybody] == [6, 3, 6, 6]
        for state in everybody:
            assert set(state.keys()) == {"address", BOOK, "bucket|character:1|x"}


def test_no_update_is_lost(redis_server: RedisServer) -> None:
    """However many processes and threads change the same books, every change counts."""
    with workers("count", redis_server.url, 40, count=4) as done:
        assert [worker.process.returncode for worker in done] == [0] * 4
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        assert total(state) == total(state, key="bucket|character:1|counted") == 4 * 4 * 40


def test_processes_never_overspend_a_window(redis_server: RedisServer) -> None:
    """Threads of several processes keep within one floating window, and use it well."""
    with workers("spend", redis_server.url, 8, count=3) as done:
        sent = sorted(at for worker in done for at in orjson.loads(worker.output.splitlines()[-1]))
    assert len(sent) == 3 * 4 * 8
    for number, at in enumerate(sent):
        assert sum(2 for other in sent[number:] if other < at + 0.5) <= 40


def test_who_dies_in_the_middle_of_a_step_changes_nothing(redis_server: RedisServer) -> None:
    """Books are written all at once at a step's end, or not at all."""
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        settle(state, 5)
        client = redis_server.client()
        before = {key: client.get(key) for key in client.keys()}  # noqa: SIM118 # a server, not a dict
        with workers("die", redis_server.url) as done:
            assert done[0].process.returncode == -signal.SIGKILL
        after = {key: client.get(key) for key in client.keys()}  # noqa: SIM118
        assert after == before
        settle(state, 5)
        assert total(state) == 10


def test_a_child_process_holds_for_itself(redis_server: RedisServer) -> None:
    """After a fork both sides go on, and no reservation has the name of another one."""
    with workers("fork", redis_server.url) as done:
        assert done[0].process.returncode == 0
        (mine, childs), (mine_later, keys) = map(orjson.loads, done[0].output.splitlines())
    assert len({mine, childs, mine_later}) == 3
    assert mine.split(".")[0] == mine_later.split(".")[0] != childs.split(".")[0]
    assert keys == ["bucket||forked"]


def test_who_is_always_too_late_gets_a_turn(redis_server: RedisServer) -> None:
    """A machine far from the server gets its step done although others are quicker every time."""
    with states(*(RedisState(redis_server.url, clock=SystemClock()) for _ in range(2))) as (far, near):
        settle(far, 1)
        changed, stop = threading.Event(), threading.Event()
        tries: list[bool] = []

        def hurry() -> None:
            while not stop.is_set():
                settle(near, 1)
                changed.set()

        def changes() -> bool:
            changed.clear()
            return changed.wait(0.3)

        def slowly(picture: Picture, now: float) -> None:
            # Until the other has changed the book, if it can; the first one told may be of before this look.
            tries.append(changes() and changes())
            picture[BOOK].settle("", 1000, now=now)

        thread = threading.Thread(target=hurry)
        thread.start()
        try:
            far.step([BOOK], slowly)
        finally:
            stop.set()
            thread.join(SOON_S)
        assert tries[:2] == [True, True]
        assert len(tries) < 6
        assert tries[-1] is False
        assert total(far) > 1000


def test_what_is_held_is_released_at_the_end(redis_server: RedisServer) -> None:
    """Who closes with requests under way leaves no holds, and what they held counts as spent."""
    with states(*(RedisState(redis_server.url, clock=SystemClock()) for _ in range(2))) as (one, two):
        limiter = Limiter(clock=SystemClock(), state=one)
        limiter.acquire(WALLET, cancel=NEVER)
        other = Limiter(clock=SystemClock(), state=two)
        other.acquire(WALLET, cancel=NEVER)
        one.close()
        view = next(view for view in other.snapshot() if view.bucket == "char-wallet")
        assert (view.left, view.in_flight, view.by_others) == (10, 1, 5)


def test_a_lease_ends_by_the_server_s_clock(redis_server: RedisServer) -> None:
    """What a vanished process holds is given up when its lease is over."""
    with states(*(RedisState(redis_server.url, clock=SystemClock()) for _ in range(2))) as (one, two):
        Limiter(clock=SystemClock(), state=one, lease_s=0.001).acquire(WALLET, cancel=NEVER)
        other = Limiter(clock=SystemClock(), state=two)
        while other.snapshot()[1].in_flight:
            pass
        assert other.snapshot()[1].by_others == 5


@pytest.mark.parametrize("junk", [b"", b"hello", b"a 1 b 2 {}", b"a x b y {}", b"\xff" * 5000, ["a", "list"]])
def test_a_stranger_s_value_is_dropped(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture, junk: bytes | list[str]
) -> None:
    """What is no book is replaced by one, and a warning says so once."""
    client = redis_server.client()
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        settle(state, 5)
        key = client.keys()[0]
    client.delete(key)
    if isinstance(junk, list):
        client.rpush(key, *junk)
    else:
        client.set(key, junk)
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        assert total(state) == 0
        settle(state, 7)
        settle(state, 1)
        assert total(state) == 8
    warned = [record.message for record in caplog.records if record.levelname == "WARNING"]
    # Redis tells values of other types apart from none at all only when asked for one by one.
    assert len(warned) == (0 if isinstance(junk, list) else 1)
    assert all("is no book of limits" in message and "counted" in message for message in warned)


def test_a_script_that_the_server_forgot_is_sent_again(redis_server: RedisServer) -> None:
    """Steps go on after the server's scripts are flushed."""
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        settle(state, 5)
        redis_server.client().script_flush()
        settle(state, 5)
        assert total(state) == 10


def test_a_server_s_clock_that_is_set_back_stops_nobody(redis_server: RedisServer) -> None:
    """A book written in the future moves back with the clock: its spends return one window from now."""
    client = redis_server.client()
    with states(RedisState(redis_server.url, clock=SystemClock())) as (state,):
        settle(state, 5)
        key = client.keys()[0]
        value = client.get(key)
        assert isinstance(value, bytes)
        *mark, written_at_ms, packed = value.split(b" ", 4)
        times, _ = orjson.loads(packed)["own"]
        ahead = str(times[0] + 7 * HOUR_S).encode()
        packed = packed.replace(str(times[0]).encode(), ahead)
        assert unpack(packed).own.times == [times[0] + 7 * HOUR_S]
        client.set(key, b" ".join([*mark, str(int(written_at_ms) + int(7000 * HOUR_S)).encode(), packed]))
        returns_in_s = state.step([BOOK], lambda picture, now: picture[BOOK].full_in_s(now))
        assert 890 < returns_in_s <= 904
        settle(state, 1)
        assert total(state) == 6


def test_it_shows_itself_without_its_password() -> None:
    """Its repr names server and address alone."""
    state = RedisState("rediss://bob:hunter2@redis.example:6380/3?address=home", clock=SystemClock())
    assert repr(state) == "RedisState('rediss://redis.example:6380/3', address='home')"
    state.close()
