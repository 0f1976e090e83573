"""The daily downtime on the wire: ``/status`` first, gently, and nothing else before it is answered well."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from esi_fetch.clock import HeldClock
from esi_fetch.errors import DowntimeError, JobCancelledError, LimitsError, LimitWaitError
from esi_fetch.limits import FileState, LimitState, MemoryState
from esi_fetch.model.events import AttemptFinished, WaitFinished, WaitStarted
from esi_fetch.model.job import Job
from esi_fetch.model.result import Source
from esi_fetch.transport import DowntimeGate, Mode, Task
from esi_fetch.transport.outcome import Outcome, state_problem
from esi_fetch.transport.policy import Failure
from tests.transport.conftest import Rig, probe
from tests.wire import Reply, Seen

MakeRig = Callable[..., Rig]

UP = Reply(body={"players": 30000, "start_time": "2026-11-23T11:03:16Z"})
VIP = Reply(body={"players": 12, "vip": True})
DATA = Reply(body=["data"], headers={"Cache-Control": "max-age=5"})
DOWN = Reply(503, {"error": "The datasource tranquility is temporarily unavailable"})


def at(hour: int, minute: int = 0, second: int = 0) -> HeldClock:
    return HeldClock(datetime(2026, 11, 23, hour, minute, second, tzinfo=timezone.utc).timestamp())


class Esi:
    """An ESI that is up or down by the clock; it notes when it was asked for what."""

    def __init__(self, clock: HeldClock, *, down: Reply = DOWN) -> None:
        self.clock = clock
        self.down: Reply | None = None
        self.reply_when_down = down
        self.back_at: float | None = None
        self.asked: list[tuple[float, str]] = []
        self._began = clock.now()

    def go_down(self, *, for_s: float) -> None:
        self.back_at = self.clock.now() + for_s

    def __call__(self, seen: Seen) -> Reply:
        self.asked.append((self.clock.now() - self._began, seen.target))
        if self.back_at is not None and self.clock.now() < self.back_at:
            return self.reply_when_down
        return UP if seen.target == "/status" else DATA

    @property
    def paths(self) -> list[str]:
        return [path for _, path in self.asked]


def gaps(esi: Esi) -> list[float]:
    times = [when for when, path in esi.asked if path == "/status"]
    return [later - sooner for sooner, later in pairwise(times)]


@pytest.mark.parametrize("clock", [at(10, 59, 59), at(12), at(3)], ids=["before", "after", "night"])
def test_outside_of_the_hour_nothing_is_asked_first(rig: MakeRig, clock: HeldClock) -> None:
    """A request goes out without any other."""
    r = rig(DATA, clock=clock, downtime="wait")
    r.answer(r.call("/data"))
    assert [seen.target for seen in r.server.seen] == ["/data"]


def test_without_a_gate_nothing_is_asked_first(rig: MakeRig) -> None:
    """Who ignores the downtime asks straight away."""
    r = rig(DATA, clock=at(11, 1))
    r.answer(r.call("/data"))
    assert [seen.target for seen in r.server.seen] == ["/data"]


def test_status_is_asked_first_and_once(rig: MakeRig) -> None:
    """Answered well, it opens the way for the rest of the hour."""
    esi = Esi(clock := at(11, 5))
    r = rig(answer=esi, clock=clock, downtime="wait")
    for path in ("/a", "/b", "/c"):
        assert r.answer(r.call(path)).data.get() == ["data"]
    clock.advance(1800)
    r.answer(r.call("/d"))
    assert esi.paths == ["/status", "/a", "/b", "/c", "/d"]


def test_asking_is_an_attempt_like_any_other(rig: MakeRig) -> None:
    """It has its event, counts among the job's requests and in its bucket, and carries no token."""
    r = rig(UP, DATA, clock=at(11, 5), downtime="wait")
    task = r.task()
    call = r.call("/data", character=7, authorize=lambda **_: "secret")
    answer = r.answer(call, task=task)
    assert [event.url.rsplit("/", 1)[1] for event in r.heard(AttemptFinished)] == ["status", "data"]
    assert task.costs.spent().requests == 2
    assert [attempt.number for attempt in answer.attempts] == [1]
    probe, data = r.server.seen
    assert "authorization" not in probe.headers
    assert data.headers["authorization"] == "Bearer secret"
    assert probe.headers["user-agent"] == data.headers["user-agent"]
    assert "status" in {view.bucket for view in r.limiter.snapshot()}


def test_asking_takes_over_neither_body_nor_condition(rig: MakeRig) -> None:
    """What belongs to the job's own request does not go to ``/status``."""
    clock = at(10, 0)
    headers = {"ETag": '"a"', "Cache-Control": "max-age=5"}
    r = rig(Reply(headers=headers), UP, Reply(304), UP, DATA, clock=clock, downtime="wait")
    r.answer(r.call("/data"))
    clock.advance(3600)
    r.answer(r.call("/data"))
    assert "if-none-match" not in r.server.seen[1].headers
    assert r.server.seen[2].headers["if-none-match"] == '"a"'
    clock.advance(86_400)
    r.answer(r.call("/names", method="POST", body=b"[1]"))
    probe, names = r.server.seen[3:]
    assert (probe.method, probe.body, "content-type" in probe.headers) == ("GET", b"", False)
    assert (names.method, names.body) == ("POST", b"[1]")


@pytest.mark.parametrize(
    "down",
    [
        DOWN,
        Reply(502, b"<html>"),
        Reply(504, {}),
        Reply(500, {}),
        VIP,
        Reply(reset=True),
        Reply(body=b"<html>"),
    ],
    ids=["503", "502", "504", "500", "vip", "reset", "page under 200"],
)
def test_while_esi_is_down_a_job_waits(rig: MakeRig, down: Reply) -> None:
    """Only ``/status`` is asked, every 20 to 60 seconds; then the job goes on as if nothing had been."""
    esi = Esi(clock := at(11), down=down)
    esi.go_down(for_s=600)
    r = rig(answer=esi, clock=clock, downtime="wait")
    task = r.task(deadline=clock.monotonic() + 3600)
    answer = r.answer(r.call("/data"), task=task)
    assert (answer.data.get(), len(answer.attempts)) == (["data"], 1)
    assert esi.paths[-1] == "/data"
    assert set(esi.paths[:-1]) == {"/status"}
    assert all(19.9 <= gap <= 61 for gap in gaps(esi))
    assert esi.asked[-1][0] <= 665
    waits = r.heard(WaitStarted)
    assert len(waits) == len(r.heard(WaitFinished)) == len(gaps(esi))
    assert all("daily downtime" in event.reason for event in waits)
    assert list(task.costs.spent().waits) == ["daily downtime: ESI does not answer yet"]
    assert task.costs.spent().waited_s == pytest.approx(answer.attempts[0].waited_s)


def test_no_connection_is_down_too(rig: MakeRig) -> None:
    """Where nobody listens, the job waits until the hour is over, and then fails as it would."""
    clock = at(11, 50)
    r = rig(clock=clock, downtime="wait", retries=1)
    r.server.__exit__()
    with pytest.raises(requests.ConnectionError):
        r.answer(r.call("/data"))
    urls = [event.url.rsplit("/", 1)[1] for event in r.heard(AttemptFinished)]
    assert urls[-2:] == ["data", "data"]
    assert set(urls[:-2]) == {"status"}
    assert 10 <= len(urls) - 2 <= 30
    assert clock.monotonic() == pytest.approx(600, abs=5)


@pytest.mark.parametrize("status", [400, 404, 420, 429])
def test_who_refuses_is_there(rig: MakeRig, status: int) -> None:
    """An answer that blames the request shows that ESI is up."""
    refusal = Reply(status, {"error": "no"}, {"Retry-After": "1", "X-ESI-Error-Limit-Reset": "1"})
    r = rig(refusal, DATA, clock=at(11, 5), downtime="fail")
    assert r.answer(r.call("/data")).data.get() == ["data"]
    assert [seen.target for seen in r.server.seen] == ["/status", "/data"]


def test_a_certificate_that_is_not_trusted_is_no_downtime() -> None:
    """What would fail tomorrow as well is left to the job's own request to show."""
    tls, lost = Failure("TLS failed", reached=False, permanent=True), Failure("refused", reached=False)
    assert (state_problem(Outcome(failure=tls)), Outcome(failure=tls).is_outage) == (None, False)
    assert (state_problem(Outcome(failure=lost)), Outcome(failure=lost).is_outage) == ("refused", True)


def test_failing_fast(rig: MakeRig) -> None:
    """One request for ``/status``, and the job fails; the next ones fail without any."""
    esi = Esi(clock := at(11, 2))
    esi.go_down(for_s=300)
    r = rig(answer=esi, clock=clock, downtime="fail")
    for _ in range(3):
        with pytest.raises(DowntimeError, match=r"daily downtime.*11:00 UTC.*status 503.*downtime=wait"):
            r.answer(r.call("/data"))
    assert esi.paths == ["/status"]
    assert not r.heard(WaitStarted)
    clock.advance(301)
    assert r.answer(r.call("/data")).data.get() == ["data"]
    assert esi.paths == ["/status", "/status", "/data"]


def test_failing_fast_gives_the_stale_copy(rig: MakeRig) -> None:
    """What has expired stands in, marked, if it is not too old."""
    for max_stale_s, stale in ((7200.0, True), (60.0, False)):
        esi = Esi(clock := at(10))
        r = rig(answer=esi, clock=clock, downtime="fail", max_stale_s=max_stale_s)
        call = r.call(f"/data/{max_stale_s}")
        r.answer(call)
        clock.advance(3600)
        esi.go_down(for_s=300)
        if stale:
            answer = r.answer(call)
            assert (answer.source, answer.data.get()) == (Source.STALE, ["data"])
        else:
            with pytest.raises(DowntimeError):
                r.answer(call)
        assert esi.paths == [call.url.removeprefix(r.server.url), "/status"]


def test_waiting_prefers_the_truth_to_the_stale_copy(rig: MakeRig) -> None:
    """Who waits gets what ESI says once it is back."""
    esi = Esi(clock := at(10))
    r = rig(answer=esi, clock=clock, downtime="wait")
    r.answer(r.call("/data"))
    clock.advance(3600)
    esi.go_down(for_s=300)
    assert r.answer(r.call("/data")).source is Source.REMOTE


@pytest.mark.parametrize("mode", [Mode.NORMAL, Mode.OFFLINE])
def test_what_is_fresh_needs_no_asking(rig: MakeRig, mode: Mode) -> None:
    """What the store has, and is fresh or asked for offline, is served at once."""
    esi = Esi(clock := at(10, 59, 57))
    r = rig(answer=esi, clock=clock, downtime="wait")
    r.answer(r.call("/data"))
    clock.advance(4)
    esi.go_down(for_s=300)
    assert r.answer(r.call("/data"), mode=mode).source is Source.LOCAL
    assert esi.paths == ["/data"]


def test_a_sign_of_an_outage_closes_the_gate(rig: MakeRig) -> None:
    """ESI that answers in the first seconds, and goes down then, is not asked again and again."""
    esi = Esi(clock := at(11))
    r = rig(answer=esi, clock=clock, downtime="wait")
    r.answer(r.call("/a"))
    clock.advance(10)
    esi.go_down(for_s=400)
    assert r.answer(r.call("/b")).data.get() == ["data"]
    assert esi.paths[:4] == ["/status", "/a", "/b", "/status"]
    assert set(esi.paths[4:-1]) == {"/status"}
    assert all(gap >= 19.9 for gap in gaps(esi)[1:])


def test_other_errors_are_no_sign(rig: MakeRig) -> None:
    """A 500, a 404 or a broken body of one route do not stop the others."""
    for reply in (Reply(500, {"error": "?"}), Reply(404, {"error": "?"}), Reply(body=b"[1,")):
        replies = iter([UP, reply])
        r = rig(
            answer=lambda seen, left=replies: next(left, DATA), clock=at(11, 30), downtime="wait", retries=0
        )
        try:
            r.answer(r.call("/broken", storable=False))
        except requests.RequestException:
            assert reply.status == 200
        assert r.answer(r.call("/fine", storable=False)).status == 200
        assert [seen.target for seen in r.server.seen] == ["/status", "/broken", "/fine"]


def test_what_went_out_before_is_not_sent_again_before_status(rig: MakeRig) -> None:
    """A request that meets the downtime's beginning is repeated only after it."""
    esi = Esi(clock := at(10, 59, 58))
    r = rig(clock=clock, downtime="wait", answer=esi)

    def fail_first(seen: Seen) -> Reply:
        if not esi.asked:
            clock.advance(3)
            esi.go_down(for_s=100)
        return esi(seen)

    r.server.answer = fail_first
    answer = r.answer(r.call("/data"))
    assert [attempt.status for attempt in answer.attempts] == [503, 200]
    assert esi.paths[0] == esi.paths[-1] == "/data"
    assert set(esi.paths[1:-1]) == {"/status"}


def test_a_wait_for_limits_into_the_downtime(rig: MakeRig) -> None:
    """Who waited for the limits across 11:00 looks again before going out, and gives its leave back."""
    esi = Esi(clock := at(10, 59, 50))
    blocked = Reply(420, {"error": "limited"}, {"X-ESI-Error-Limit-Reset": "14"})
    r = rig(clock=clock, downtime="wait", answer=lambda seen: esi(seen) if seen.number > 1 else blocked)
    esi.go_down(for_s=120)
    assert r.answer(r.call("/data")).data.get() == ["data"]
    assert [seen.target for seen in r.server.seen][:2] == ["/data", "/status"]
    assert esi.paths[-1] == "/data"
    assert all(view.in_flight == 0 for view in r.limiter.snapshot())


@pytest.mark.parametrize("patience_s", [100.0, 5.0, 0.0])
def test_the_deadline_is_kept(rig: MakeRig, patience_s: float) -> None:
    """A job that may not wait as long fails as soon as that is certain, and asks no more."""
    esi = Esi(clock := at(11))
    esi.go_down(for_s=1000)
    r = rig(answer=esi, clock=clock, downtime="wait")
    with pytest.raises((DowntimeError, LimitWaitError), match=r"wait no longer|daily downtime"):
        r.answer(r.call("/data"), task=r.task(deadline=clock.monotonic() + patience_s))
    assert clock.monotonic() <= patience_s
    assert set(esi.paths) == {"/status"}


def test_a_stopped_run_waits_no_longer(rig: MakeRig) -> None:
    """Whoever waits for the downtime's end can be stopped."""
    esi = Esi(clock := at(11))
    esi.go_down(for_s=1000)
    r = rig(answer=esi, clock=clock, downtime="wait")
    task = r.task()
    real_wait = clock.wait
    clock.wait = lambda event, timeout_s: (event.set(), real_wait(event, timeout_s))[1]  # type: ignore[method-assign]
    with pytest.raises(JobCancelledError, match="daily downtime"):
        r.answer(r.call("/data"), task=task)
    assert esi.paths == ["/status"]


def test_stopping_whoever_asks_lets_the_next_one_ask(rig: MakeRig, in_thread: Any) -> None:
    """A probe that is cut off by its own run says nothing about ESI, and holds nobody up."""
    asked = threading.Event()

    def answer(seen: Seen) -> Reply:
        if seen.number == 1:
            asked.set()
            return Reply(hang=True)
        return UP if seen.target == "/status" else DATA

    r = rig(answer=answer, clock=at(11, 5), downtime="fail")
    task, outcome = r.task(), []

    def ask() -> None:
        try:
            r.answer(r.call("/a"), task=task)
        except JobCancelledError as error:
            outcome.append(error)

    thread = in_thread(ask)
    assert asked.wait(5)
    task.cancel.set()
    r.sockets.end(task.cancel)
    thread.join(5)
    assert len(outcome) == 1
    assert r.answer(r.call("/b")).data.get() == ["data"]
    assert [seen.target for seen in r.server.seen] == ["/status", "/status", "/b"]


@pytest.mark.parametrize("downtime", ["wait", "fail"])
def test_of_many_threads_one_asks(rig: MakeRig, in_thread: Any, downtime: str) -> None:
    """Sixteen threads that begin together send one request for ``/status``, and then all go on."""
    asked, go = threading.Event(), threading.Event()

    def answer(seen: Seen) -> Reply:
        if seen.target != "/status":
            return DATA
        asked.set()
        go.wait(5)
        return UP

    r = rig(answer=answer, clock=at(11, 5), downtime=downtime)
    barrier, answers = threading.Barrier(16), []

    def ask(number: int) -> None:
        barrier.wait(5)
        answers.append(r.answer(r.call(f"/data/{number}")))

    threads = [in_thread(lambda number=number: ask(number)) for number in range(16)]
    assert asked.wait(5)
    go.set()
    for thread in threads:
        thread.join(10)
    assert len(answers) == 16
    assert [seen.target for seen in r.server.seen].count("/status") == 1


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_two_sessions_over_one_book_share_what_is_known(
    rig: MakeRig, request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """What one program has found out about ESI the other does not ask again."""
    clock = at(11)
    states: list[LimitState] = [MemoryState(clock=clock)] * 2
    if kind == "file":
        states = [FileState(tmp_path / "limits.sqlite", clock=clock) for _ in range(2)]
    for state in states:
        request.addfinalizer(state.close)
    esi = Esi(clock)
    esi.go_down(for_s=90)
    one = rig(answer=esi, clock=clock, downtime="fail", state=states[0])
    two = rig(answer=esi, clock=clock, downtime="fail", state=states[1])
    for r in (one, two):
        with pytest.raises(DowntimeError):
            r.answer(r.call("/data"))
    assert esi.paths == ["/status"]
    clock.advance(90)
    one.answer(one.call("/data"))
    two.answer(two.call("/data/2"))
    assert esi.paths == ["/status", "/status", "/data", "/data/2"]


def test_an_observer_may_ask_in_the_middle_of_it(rig: MakeRig) -> None:
    """Who hears of the request for ``/status``, and sends one of its own, is not made to wait for itself."""
    r = rig(answer=Esi(clock := at(11, 5)), clock=clock, downtime="wait")
    nested: list[int] = []

    def emit(event: Any) -> None:
        if isinstance(event, AttemptFinished) and event.url.endswith("/status"):
            nested.append(r.answer(r.call("/nested"), task=Task(Job("GetStatus"))).status)

    assert r.answer(r.call("/data"), task=Task(Job("GetStatus"), emit=emit)).data.get() == ["data"]
    assert nested == [200]
    assert [seen.target for seen in r.server.seen] == ["/status", "/nested", "/data"]


def test_who_asked_and_lost_the_books_holds_nobody_up() -> None:
    """What came of the asking can't be booked: the others ask themselves when the lease is over."""

    class Losing(MemoryState):
        is_lost = False

        def step(self, keys: Any, change: Any) -> Any:
            if self.is_lost:
                raise LimitsError("the books are gone")
            return super().step(keys, change)

    state = Losing(clock=(clock := at(11, 5)))
    gate = DowntimeGate(state=state, clock=clock, probe=probe("http://esi.invalid"), timeout_s=1.0)

    def lose() -> None:
        state.is_lost = True

    with pytest.raises(LimitsError):
        gate.pass_through(Task(Job("GetStatus")), ask=lose)
    state.is_lost = False
    task, passed = Task(Job("GetStatus")), threading.Event()

    def go_through() -> None:
        gate.pass_through(task, ask=lambda: None)
        passed.set()

    other = threading.Thread(target=go_through)
    other.start()
    is_through = passed.wait(10)
    task.cancel.set()
    other.join()
    assert is_through
