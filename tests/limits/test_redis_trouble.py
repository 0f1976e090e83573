"""What becomes of shared books when the Redis server can't be used, is lost, or has lost its memory."""

import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.errors import LimitsError, LimitWaitError, SettingsError
from esi_fetch.limits import Limiter, RedisState, Reservation, Route, redis_link
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger
from tests.redis_server import SOON_S, RedisServer, running_redis

NEVER = threading.Event()
BOOK = "bucket||orders"
ORDERS = Route("GetOrders", "orders", 1000, 900.0)
SECRET = "hunter/2@?#"


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@contextmanager
def closing(*states: RedisState) -> Iterator[tuple[RedisState, ...]]:
    try:
        yield states
    finally:
        for state in states:
            state.close()


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """Listen on a port and answer whatever comes; give the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    while said := client.recv(65536):
                        client.sendall(answer(said))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(SOON_S)


def settle(state: RedisState, amount: int, *, key: str = BOOK) -> None:
    def change(picture: Picture, now: float) -> None:
        ledger = picture.setdefault(key, Ledger("orders", limit=1000))
        ledger.refresh(now)
        ledger.settle("", amount, now=now)

    state.step([key], change)


def spent(state: RedisState, *, key: str = BOOK) -> int:
    def look(picture: Picture, now: float) -> int:
        return picture[key].own.total + picture[key].foreign.total if key in picture else 0

    return state.step([key], look)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def ask(limiter: Limiter) -> Reservation:
    return limiter.acquire(ORDERS, cancel=NEVER, deadline=0.0)


def end(limiter: Limiter, reservation: Reservation, status: int | None = 200) -> None:
    limiter.settle(reservation, status=status, headers={})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis.example:6379", "expected a URL"),
        ("http://redis.example", "expected a URL"),
        ("redis://", "expected a URL"),
        ("redis://h:0", "expected a URL"),
        ("redis://:hunter/2@h", "expected a URL"),
        ("redis://h:hunter", "expected a URL"),
        ("redis://bob:1#hunter@h", "%23"),
        ("redis://bob:1?hunter@h", "there are address, db"),
        ("redis://h?adress=hunter", "did you mean 'address'?"),
        ("redis://h?address=hunter 2", "up to 64 letters"),
        ("redis://h?address=", "up to 64 letters"),
        ("redis://h/hunter", "number of a database"),
        ("redis://h?db=hunter", "number of a database"),
        ("redis://h?ssl_keyfile=hunter", "only for rediss://"),
        ("redis://h?decode_responses=hunter", "unknown option"),
    ],
)
def test_a_wrong_url_is_refused_unseen(url: str, says: str) -> None:
    """The error tells what is expected and shows nothing that could be a part of a password."""
    with pytest.raises(SettingsError) as caught:
        RedisState(url, clock=SystemClock())
    assert says in str(caught.value)
    assert str(caught.value).startswith("redis_url: ")
    assert "hunter" not in str(caught.value)


def test_a_server_that_is_not_there_is_an_error_at_the_start(tmp_path: Path, clock: HeldClock) -> None:
    """Opening, asking and looking all fail, with the reason and what to do, and nothing goes on alone."""
    state = RedisState(f"unix://:hunter2@{tmp_path}/none.sock", clock=clock)
    limiter = Limiter(clock=clock, state=state)
    for use in (state.open, limiter.snapshot, lambda: ask(limiter), state.open):
        with pytest.raises(
            LimitsError, match=r"can't be used to share limits.*none\.sock.*redis_url"
        ) as caught:
            use()
        assert "hunter2" not in str(caught.value)
        assert caught.value.__suppress_context__
    state.close()


@pytest.mark.parametrize("given", ["wrong", None])
def test_a_wrong_password_is_an_error_at_the_start(given: str | None) -> None:
    """The server's refusal is told, without the password; the right one works."""
    with running_redis(password=SECRET) as server:
        login = f":{given}@" if given else ""
        state = RedisState(f"unix://{login}{server.socket}", clock=SystemClock())
        with pytest.raises(LimitsError, match=r"Authentication required|invalid username-password") as caught:
            state.open()
        assert "wrong" not in str(caught.value)
        with closing(RedisState(server.url, clock=SystemClock())) as (right,):
            settle(right, 3)
            assert spent(right) == 3
            assert SECRET not in repr(right)
        state.close()


def test_a_password_that_the_server_repeats_is_masked() -> None:
    """Servers quote what they do not understand; whatever they quote, the password is not shown."""

    def quote(said: bytes) -> bytes:
        return (
            b"-ERR unknown command 'AUTH', with args beginning with: 'hunter/2@?#' 'hunter%2F2%40%3F%23'\r\n"
        )

    with answering(quote) as place:
        state = RedisState(f"redis://:hunter%2F2%40%3F%23@{place}/0", clock=SystemClock())
        with pytest.raises(LimitsError, match=r"beginning with: '\*\*\*' '\*\*\*'") as caught:
            state.open()
        assert "hunter" not in str(caught.value)
        state.close()


def test_a_server_that_is_no_redis_is_an_error_at_the_start() -> None:
    """A web server on that port is not taken for one."""
    with answering(lambda said: b"HTTP/1.1 400 Bad Request\r\n\r\n") as place:
        state = RedisState(f"redis://{place}", clock=SystemClock())
        with pytest.raises(LimitsError, match="can't be used to share limits"):
            state.open()
        state.close()


@pytest.mark.parametrize(
    "options",
    [("--maxmemory", "1"), ("--replicaof", "127.0.0.1", "1")],
    ids=["full", "read-only"],
)
def test_a_server_that_takes_no_changes_is_an_error_at_the_start(
    redis_server: RedisServer, options: tuple[str, ...]
) -> None:
    """A full server and a read-only copy are found out before anything is sent."""
    redis_server.kill()
    redis_server.start(*options)
    with (
        closing(RedisState(redis_server.url, clock=SystemClock())) as (state,),
        pytest.raises(LimitsError, match="can't be used to share limits"),
    ):
        state.open()


def test_a_missing_client_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without redis-py the error says what to install."""
    monkeypatch.setitem(sys.modules, "redis", None)
    state = RedisState("redis://127.0.0.1:1", clock=SystemClock())
    with pytest.raises(LimitsError, match=r"pip install 'esi-fetch\[redis\]'"):
        state.open()
    state.close()


def test_without_the_server_one_request_goes_out_at_a_time(
    redis_server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Work goes on from the last known books, one request after the other, and a warning says so once."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        limiter = Limiter(clock=clock, state=state)
        under_way = [ask(limiter) for _ in range(3)]
        end(limiter, ask(limiter))
        redis_server.kill()
        for reservation in under_way:
            with pytest.raises(LimitWaitError, match="one request after the other"):
                ask(limiter)
            end(limiter, reservation)
        for _ in range(3):
            reservation = ask(limiter)
            with pytest.raises(LimitWaitError, match="one request after the other"):
                ask(limiter)
            end(limiter, reservation)
        assert limiter.snapshot()[0].blocked_for_s == 0
        assert limiter.snapshot()[1].left == 1000 - 7 * 2
        assert set(state.keys()) == {"address", BOOK}
        (warning,) = warnings(caplog)
        assert f"Redis at unix://{redis_server.socket} can't be used any more" in warning
        assert "at most 60 s" in warning


def test_a_stop_of_the_address_still_stands_without_the_server(
    redis_server: RedisServer, clock: HeldClock
) -> None:
    """A 420 that comes meanwhile is not undone by the end of the request that got it."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        limiter = Limiter(clock=clock, state=state)
        reservation = ask(limiter)
        redis_server.kill()
        end(limiter, reservation, 420)
        with pytest.raises(LimitWaitError, match="ESI answered 420"):
            ask(limiter)
        redis_server.start()
        clock.advance(6)
        with pytest.raises(LimitWaitError, match="ESI answered 420"):
            ask(limiter)
        assert state._alone is None


def test_after_a_minute_without_the_server_nothing_is_sent(
    redis_server: RedisServer, clock: HeldClock
) -> None:
    """Then asking fails with the reason; what is under way can still end, and is not forgotten."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        limiter = Limiter(clock=clock, state=state)
        end(limiter, ask(limiter))
        redis_server.kill()
        under_way = ask(limiter)
        clock.advance(59.9)
        assert limiter.snapshot()[1].in_flight == 1
        clock.advance(0.2)
        for use in (lambda: ask(limiter), limiter.snapshot, lambda: ask(limiter)):
            with pytest.raises(LimitsError, match=r"has been away for 60 s.*redis\.sock"):
                use()
        end(limiter, under_way)
        with pytest.raises(LimitsError):
            ask(limiter)
        redis_server.start()
        clock.advance(5)
        assert limiter.snapshot()[1].left == 1000 - 2 * 2
        assert limiter.snapshot()[1].in_flight == 0
        end(limiter, ask(limiter))


def test_a_server_that_comes_back_empty_learns_everything(
    redis_server: RedisServer, clock: HeldClock
) -> None:
    """All books known, and all that was spent without the server, are in it after the first step."""
    with closing(*(RedisState(redis_server.url, clock=clock) for _ in range(2))) as (state, other):
        limiter = Limiter(clock=clock, state=state)
        under_way = [ask(limiter) for _ in range(3)]
        settle(state, 100)
        settle(state, 50, key="bucket|character:1|x")
        redis_server.kill()
        for reservation in under_way[:2]:
            end(limiter, reservation)
        settle(state, 10)
        redis_server.start()
        clock.advance(5)
        limiter.snapshot()
        view = Limiter(clock=clock, state=other).snapshot()
        assert {(each.bucket, each.left, each.in_flight) for each in view} == {
            ("error limit", 99, 1),
            ("orders", 1000 - 100 - 2 * 2 - 10 - 5, 1),
        } | {("orders", 950, 0)}
        end(limiter, under_way[2])
        assert spent(other) == 100 + 3 * 2 + 10


def test_a_restart_between_two_steps_loses_nothing(
    redis_server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Who finds the server empty puts back what it knows, without having noticed that it was away."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        settle(state, 100)
        redis_server.kill()
        redis_server.start()
        settle(state, 10)
        assert spent(state) == 110
        assert warnings(caplog) == []


def test_books_begun_anew_by_somebody_else_are_not_taken_for_ours(
    redis_server: RedisServer, clock: HeldClock
) -> None:
    """What was known before the server forgot it is added to what others have spent since."""
    with closing(*(RedisState(redis_server.url, clock=clock) for _ in range(2))) as (state, newcomer):
        settle(state, 100)
        redis_server.client().flushall()
        settle(newcomer, 10)
        assert spent(state) == 110
        settle(state, 1)
        assert spent(newcomer) == spent(state) == 111


def test_an_older_snapshot_does_not_give_spends_back(redis_server: RedisServer, clock: HeldClock) -> None:
    """Where a server comes back with older books, what was spent since is counted all the same."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        settle(state, 100)
        client = redis_server.client()
        (key,) = client.keys()
        older = client.get(key)
        settle(state, 50)
        client.set(key, older)
        assert spent(state) >= 150
        settle(state, 1)
        settled = spent(state)
        assert settled >= 151
        settle(state, 1)
        assert spent(state) == settled + 1


def test_what_two_spend_apart_is_added_up(
    redis_server: RedisServer, clock: HeldClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A machine cut off from the server adds its spends to those that others made meanwhile, once."""
    link = redis_server.socket.parent / "link.sock"
    link.symlink_to(redis_server.socket)
    with closing(RedisState(f"unix://{link}", clock=clock), RedisState(redis_server.url, clock=clock)) as (
        state,
        other,
    ):
        limiter = Limiter(clock=clock, state=state)
        settle(state, 100)
        held, kept = ask(limiter), ask(limiter)
        link.unlink()
        redis_server.client().client_kill_filter(_type="normal", skipme=True)
        end(limiter, held)
        settle(state, 20)
        settle(other, 7)
        assert spent(other) == 107
        link.symlink_to(redis_server.socket)
        clock.advance(5)
        assert spent(state) == spent(other) == 100 + 20 + 2 + 7
        assert [view.in_flight for view in limiter.snapshot()] == [1, 1]
        end(limiter, kept)
        assert spent(other) == 131
        assert [view.in_flight for view in limiter.snapshot()] == [0, 0]


class Relay:
    """A relay in front of the server, that can swallow an answer and break off."""

    def __init__(self, server: RedisServer) -> None:
        self.path = server.socket.parent / "relay.sock"
        self._server = server
        self.swallow = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, socket.socket(socket.AF_UNIX) as server:
                server.connect(str(self._server.socket))
                while said := client.recv(1 << 20):
                    server.sendall(said)
                    answer = server.recv(1 << 20)
                    # "*0" is what the script returns when it has made the changes.
                    if self.swallow.is_set() and answer == b"*0\r\n":
                        self.swallow.clear()
                        break
                    client.sendall(answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(SOON_S)


def test_a_lost_answer_does_not_count_twice(
    redis_server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the connection breaks after changes were made, and before that was told, they are made once."""
    relay = Relay(redis_server)
    with closing(RedisState(f"unix://{relay.path}", clock=clock)) as (state,):
        limiter = Limiter(clock=clock, state=state)
        state.open()
        for status in (200, 404, None):
            relay.swallow.set()
            reservation = ask(limiter)
            assert not relay.swallow.is_set()
            assert [view.in_flight for view in limiter.snapshot()] == [1, 1]
            relay.swallow.set()
            end(limiter, reservation, status)
            assert not relay.swallow.is_set()
            assert [view.in_flight for view in limiter.snapshot()] == [0, 0]
        assert limiter.snapshot()[0].left == 99
        assert limiter.snapshot()[1].left == 1000 - 2 - 5
        assert warnings(caplog) == []
    relay.close()


def test_a_server_that_hangs_is_waited_for_a_bounded_time(
    redis_server: RedisServer, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen server is given up after its time-out, and used again when it answers."""
    monkeypatch.setattr(redis_link, "TIMEOUT_S", 0.2)
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        settle(state, 100)
        redis_server.signal(signal.SIGSTOP)
        settle(state, 10)
        redis_server.signal(signal.SIGCONT)
        clock.advance(5)
        settle(state, 1)
        # What the frozen server was sent it may have done later: counted twice then, never not at all.
        assert spent(state) in (111, 121)


def test_a_step_that_raises_writes_nothing(redis_server: RedisServer, clock: HeldClock) -> None:
    """An error in a change goes through, whether the server is there or not, and the books stay usable."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        settle(state, 5)

        def wrong(picture: Picture, now: float) -> None:
            picture[BOOK].settle("", 100, now=now)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            state.step([BOOK], wrong)
        assert spent(state) == 5


def test_a_server_that_never_lets_us_write_is_an_error(
    redis_server: RedisServer, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tries are bounded: a book that changes under every one of them ends in an error."""
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        settle(state, 5)
        client = redis_server.client()
        (key,) = client.keys()

        def foiled(picture: Picture, now: float) -> None:
            client.append(key, " ")  # by somebody who knows nothing of turns
            client.set(key, b"x" + (client.get(key) or b""))
            picture[BOOK] = Ledger("orders")

        with pytest.raises(LimitsError, match="changed 200 times in one step"):
            state.step([BOOK], foiled)


def test_at_most_so_many_books_are_remembered(
    redis_server: RedisServer, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that names new groups all the time does not fill the memory."""
    monkeypatch.setattr("esi_fetch.limits.redis_state.MANY_BOOKS", 3)
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        for number in range(6):
            settle(state, 1, key=f"bucket||{number}")
        redis_server.kill()
        assert set(state.keys()) == {"bucket||3", "bucket||4", "bucket||5"}


def test_closing_without_the_server_is_quiet(
    redis_server: RedisServer, clock: HeldClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What is held is left to its lease when nobody is there to be told."""
    state = RedisState(redis_server.url, clock=clock)
    ask(Limiter(clock=clock, state=state))
    redis_server.kill()
    state.close()
    state.close()
    assert warnings(caplog) == []


def test_no_window_is_overspent_while_the_server_restarts(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads that lose the server in the middle of their work, and get an empty one back, keep the limit."""
    monkeypatch.setattr("esi_fetch.limits.redis_state.TRY_AGAIN_S", 0.05)
    limit, window_s, clock = 40, 0.4, SystemClock()
    with closing(RedisState(redis_server.url, clock=clock)) as (state,):
        limiter = Limiter(clock=clock, state=state)
        route, sent = Route("GetSmall", "small", limit, window_s), list[float]()
        enough = [threading.Event() for _ in range(2)]

        def work() -> None:
            while len(sent) < 90:
                reservation = limiter.acquire(route, cancel=NEVER)
                sent.append(clock.monotonic())
                limiter.settle(reservation, status=200, headers={})
                for event, count in zip(enough, (30, 45), strict=True):
                    if len(sent) >= count:
                        event.set()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert enough[0].wait(SOON_S)
        redis_server.kill()
        assert enough[1].wait(SOON_S)
        redis_server.start()
        for thread in threads:
            thread.join(SOON_S)
            assert not thread.is_alive()
    sent.sort()
    for number, at in enumerate(sent):
        assert sum(2 for other in sent[number:] if other < at + window_s) <= limit
