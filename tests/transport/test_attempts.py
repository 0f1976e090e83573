"""One attempt is one pass of the limits, one event and one request at the server, whatever goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
import requests

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.errors import JobCancelledError, LimitWaitError
from esi_fetch.model.events import AttemptFinished, AttemptStarted, RetryScheduled, WaitStarted
from esi_fetch.transport.session import EsiSession
from tests.transport.conftest import Rig
from tests.wire import Reply

MakeRig = Callable[..., Rig]

FAILURES = {
    "502": Reply(502, {"error": "bad gateway"}),
    "503": Reply(503, {"error": "unavailable"}),
    "504": Reply(504, {"error": "Timeout contacting tranquility", "timeout": 10}),
    "500": Reply(500, {"error": "internal"}),
    "reset": Reply(reset=True),
    "body cut in the middle": Reply(cut_at=10),
    "body not JSON": Reply(body=b"[1, 2"),
    "HTML under 200": Reply(body=b"<html>down for maintenance</html>"),
    "gzip damaged": Reply(body=b"\x1f\x8bnot really", headers={"Content-Encoding": "gzip"}),
    "unknown encoding": Reply(headers={"Content-Encoding": "br"}),
    "420": Reply(420, {"error": "error limited"}, {"X-ESI-Error-Limit-Reset": "3"}),
    "429": Reply(429, {"error": "rate limited"}, {"X-Ratelimit-Group": "meta", "Retry-After": "3"}),
    "429 without headers": Reply(429, {"error": "slow down"}),
}


def said(rig: Rig) -> list[tuple[int, int | None]]:
    return [(event.number, event.status) for event in rig.heard(AttemptFinished)]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_passing_failures_are_overcome(rig: MakeRig, failure: Reply) -> None:
    """Two failures and then an answer: three requests, three events, and the answer's data."""
    r = rig(failure, failure, Reply(body={"players": 7}))
    answer = r.answer()
    assert answer.data.get() == {"players": 7}
    assert len(r.server.seen) == len(r.heard(AttemptStarted)) == len(r.heard(AttemptFinished)) == 3
    assert [attempt.number for attempt in answer.attempts] == [1, 2, 3]
    assert [event.number for event in r.heard(RetryScheduled)] == [1, 2]


@pytest.mark.parametrize("failure", ["502", "reset", "body cut in the middle", "body not JSON"])
def test_repeating_ends(rig: MakeRig, failure: str) -> None:
    """A failure that does not pass is tried once and as often again as the policy says."""
    r = rig(FAILURES[failure], retries=3)
    task = r.task()
    if failure == "502":
        answer = r.answer(task=task)
        assert (answer.status, answer.message) == (502, "bad gateway")
    else:
        with pytest.raises(requests.RequestException):
            r.answer(task=task)
    assert len(r.server.seen) == 4
    spent = task.costs.spent()
    assert (spent.requests, spent.retries, spent.attempts) == (4, 3, 4)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 501, 520])
def test_refusals_are_not_repeated(rig: MakeRig, status: int) -> None:
    """Statuses that asking again does not mend are answers, after one request."""
    r = rig(Reply(status, {"error": "no"}))
    assert (r.answer().status, len(r.server.seen)) == (status, 1)


def test_page_past_the_end_is_not_repeated_as_500(rig: MakeRig) -> None:
    """A 500 that says that there is no such page is final."""
    r = rig(Reply(500, {"error": "Undefined 404 response. Original message: Requested page does not exist!"}))
    assert (r.answer().status, len(r.server.seen)) == (500, 1)


def test_redirects_are_not_followed(rig: MakeRig) -> None:
    """A redirect is an answer that is no success; no request goes to another place."""
    r = rig(Reply(302, headers={"Location": "http://127.0.0.1:9/elsewhere"}))
    assert (r.answer().status, len(r.server.seen)) == (302, 1)


@pytest.mark.parametrize("failure", ["502", "503", "reset", "body cut in the middle", "body not JSON"])
def test_what_writes_is_never_sent_twice(rig: MakeRig, failure: str) -> None:
    """A request that writes is not repeated once it may have arrived."""
    r = rig(FAILURES[failure])
    call = r.call(method="POST", body=b"[1]", repeatable=False, storable=False)
    try:
        assert r.answer(call).status >= 500
    except requests.RequestException:
        assert failure not in ("502", "503")
    assert len(r.server.seen) == 1


@pytest.mark.parametrize("failure", ["420", "429", "429 without headers"])
def test_what_writes_is_sent_again_after_a_limit_refused_it(rig: MakeRig, failure: str) -> None:
    """A refusal by a limit shows that nothing was written."""
    r = rig(FAILURES[failure], Reply(201, {"id": 1}))
    call = r.call(method="POST", body=b"[1]", repeatable=False, storable=False, success=(201,))
    assert r.answer(call).status == 201
    assert [seen.body for seen in r.server.seen] == [b"[1]", b"[1]"]


def test_what_writes_is_sent_again_when_there_was_no_connection(rig: MakeRig) -> None:
    """A connection that was never made has brought nothing to the server."""
    r = rig(retries=2)
    r.server.__exit__()
    call = r.call(method="POST", body=b"[1]", repeatable=False, storable=False)
    with pytest.raises(requests.ConnectionError):
        r.answer(call)
    assert len(r.heard(AttemptStarted)) == 3


def test_reading_post_is_repeated(rig: MakeRig) -> None:
    """A POST that only reads is as safe as a GET."""
    r = rig(FAILURES["502"], Reply(body=[{"id": 34}]))
    call = r.call(method="POST", body=b"[34]")
    assert r.answer(call).data.get() == [{"id": 34}]
    assert [seen.headers["content-type"] for seen in r.server.seen] == ["application/json"] * 2


RETRY_AFTERS = {
    "2": 2.0,
    "1.5": 1.5,
    "0": 0.0,
    "-3": 0.0,
    "soon": None,
    "": None,
    "nan": None,
    "99999999999": 120.0,
}


@pytest.mark.parametrize(("value", "expected"), RETRY_AFTERS.items())
def test_retry_after_of_any_form(rig: MakeRig, value: str, expected: float | None) -> None:
    """Whole, fractional, negative, absurd and senseless values are understood, capped or passed over."""
    r = rig(Reply(503, {"error": "?"}, {"Retry-After": value}), Reply())
    assert r.answer().status == 200
    (retry,) = r.heard(RetryScheduled)
    if expected:
        assert retry.seconds == pytest.approx(expected, abs=0.5)
    else:
        assert 0 < retry.seconds < 1


def test_retry_after_as_a_date(rig: MakeRig) -> None:
    """A date is counted from now."""
    clock = HeldClock()
    when = formatdate(clock.now() + 40, usegmt=True)
    r = rig(Reply(503, {"error": "?"}, {"Retry-After": when}), Reply(), clock=clock)
    r.answer()
    assert r.heard(RetryScheduled)[0].seconds == pytest.approx(40, abs=2)


def test_420_stops_everything_until_its_reset(rig: MakeRig) -> None:
    """After a 420 no operation is asked before the reset it names."""
    r = rig(Reply(420, {"error": "limited"}, {"X-ESI-Error-Limit-Reset": "17"}), Reply())
    began = r.clock.monotonic()
    r.answer()
    assert r.clock.monotonic() - began >= 17
    assert any(event.seconds == pytest.approx(17, abs=1) for event in r.heard(WaitStarted))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(("status", "label"), [(420, "MailStopSpamming"), (520, "ConStopSpamming")])
def test_spamming_stops_its_operation_alone(rig: MakeRig, status: int, label: str, packed: bool) -> None:
    """The game server's own protection is known by its text, packed or not, and stops nothing else."""
    text = f"{{'error_label': '{label}', 'error_dict': {{'remainingTime': 52228948L}}}}"
    body: object = {"error": text} if packed else f'{{"error": "{text}"}}'.encode()
    r = rig(Reply(status, body, {"X-ESI-Error-Limit-Reset": None}), Reply(), retries=0)
    r.answer()
    blocked = {view.bucket for view in r.limiter.snapshot() if view.blocked_for_s}
    assert blocked
    assert "error limit" not in blocked


def test_deadline_ends_waiting(rig: MakeRig) -> None:
    """A wait that would outlast the job's deadline is not begun."""
    r = rig(Reply(420, {"error": "limited"}, {"X-ESI-Error-Limit-Reset": "50"}), Reply())
    with pytest.raises(LimitWaitError):
        r.answer(task=r.task(deadline=r.clock.monotonic() + 20))
    assert len(r.server.seen) == 1


MALFORMED = {
    "expires": {"Expires": "tomorrow"},
    "expires zero": {"Expires": "0"},
    "expires empty": {"Expires": ""},
    "no date": {"Date": None, "Expires": formatdate(usegmt=True)},
    "date nonsense": {"Date": "yesterday"},
    "max-age nonsense": {"Cache-Control": "max-age=soon, , =,public"},
    "max-age negative": {"Cache-Control": "max-age=-5"},
    "max-age huge": {"Cache-Control": "max-age=" + "9" * 40},
    "x-pages word": {"X-Pages": "many"},
    "x-pages zero": {"X-Pages": "0"},
    "x-pages negative": {"X-Pages": "-1"},
    "x-pages huge": {"X-Pages": "9" * 30},
    "x-pages digits of another script": {"X-Pages": "\xb2"},
    "etag bare": {"ETag": "abc"},
    "etag empty": {"ETag": ""},
    "etag open quote": {"ETag": '"abc'},
    "last-modified": {"Last-Modified": "a while ago"},
    "limit": {"X-Ratelimit-Limit": "lots", "X-Ratelimit-Group": "meta"},
    "limit unit": {"X-Ratelimit-Limit": "10/3w", "X-Ratelimit-Group": "meta"},
    "limit zero": {"X-Ratelimit-Limit": "0/15m", "X-Ratelimit-Group": "meta"},
    "remaining": {"X-Ratelimit-Group": "meta", "X-Ratelimit-Limit": "10/15m", "X-Ratelimit-Remaining": "x"},
    "remaining above limit": {
        "X-Ratelimit-Group": "meta",
        "X-Ratelimit-Limit": "10/15m",
        "X-Ratelimit-Remaining": "5000",
    },
    "used": {"X-Ratelimit-Group": "meta", "X-Ratelimit-Used": "-4"},
    "error limit": {"X-ESI-Error-Limit-Remain": "?", "X-ESI-Error-Limit-Reset": "?"},
    "error limit contradicts": {"X-ESI-Error-Limit-Remain": "-10", "X-ESI-Error-Limit-Reset": "1e99"},
    "retry-after on success": {"Retry-After": "soon"},
    "both families": {"X-Ratelimit-Group": "meta", "X-ESI-Error-Limit-Remain": "3"},
}


@pytest.mark.parametrize("headers", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("status", [200, 304, 404])
def test_no_header_can_crash_the_client(rig: MakeRig, headers: dict[str, str | None], status: int) -> None:
    """Absent, malformed and contradictory headers are lived with, on every kind of answer."""
    good = Reply(headers={"ETag": '"a"', "Last-Modified": formatdate(0, usegmt=True)})
    r = rig(good, Reply(status, {"error": "none"}, headers), Reply(body=[4]))
    assert r.answer().status == 200
    r.clock.advance(3600)  # type: ignore[attr-defined]
    answer = r.answer()
    assert answer.status == (404 if status == 404 else 200)
    r.clock.advance(3600)  # type: ignore[attr-defined]
    assert r.answer().data.get() is not None
    r.limiter.snapshot()


def test_a_server_that_drips_is_left_at_the_timeout(rig: MakeRig) -> None:
    """The timeout bounds the whole attempt, though every byte comes in time."""
    r = rig(
        Reply(drip_s=0.05, body=b"[" + b" " * 10_000 + b"]"), clock=SystemClock(), timeout_s=0.4, retries=0
    )
    with pytest.raises(requests.ReadTimeout, match=r"no whole answer within 0\.4 s"):
        r.answer()


def test_a_server_that_hangs_is_left_at_the_timeout(rig: MakeRig) -> None:
    """A server that says nothing is left, and asked again as often as the policy says."""
    r = rig(Reply(hang=True), timeout_s=0.2, retries=1)
    with pytest.raises(requests.ReadTimeout):
        r.answer()
    assert len(r.server.seen) == 2


def test_stopping_ends_an_attempt_under_way(rig: MakeRig, in_thread: Any) -> None:
    """A read that blocks returns at once when its run is stopped."""
    asked = threading.Event()
    over = threading.Event()
    failures: list[BaseException] = []

    def hang(_: object) -> Reply:
        asked.set()
        return Reply(hang=True)

    r = rig(answer=hang, clock=SystemClock(), timeout_s=60)
    task = r.task()

    def fetch() -> None:
        try:
            r.answer(task=task)
        except JobCancelledError as error:
            failures.append(error)
        over.set()

    in_thread(fetch)
    assert asked.wait(5)
    task.cancel.set()
    r.sockets.end(task.cancel)
    assert over.wait(2)
    assert isinstance(failures[0], JobCancelledError)
    assert len(r.server.seen) == 1


def test_stopping_ends_a_pause(rig: MakeRig) -> None:
    """Nothing more is sent after the stop, not even what was to be repeated."""
    r = rig(Reply(502, {"error": "?"}))
    task = r.task()

    def stop_at_retry(event: object) -> None:
        if isinstance(event, RetryScheduled):
            task.cancel.set()

    object.__setattr__(task, "emit", stop_at_retry)
    with pytest.raises(JobCancelledError):
        r.answer(task=task)
    assert len(r.server.seen) == 1


def test_an_answer_that_came_before_the_stop_counts(rig: MakeRig) -> None:
    """What was written, and answered, just as the run is stopped is not reported as not done."""
    r = rig(Reply(201, {"id": 7}))
    task = r.task()

    def stop_when_answered(event: object) -> None:
        if isinstance(event, AttemptFinished):
            task.cancel.set()

    object.__setattr__(task, "emit", stop_when_answered)
    call = r.call(method="POST", body=b"[]", repeatable=False, storable=False, success=(201,))
    assert r.answer(call, task=task).data.get() == {"id": 7}


def test_the_token_is_fetched_for_each_attempt_and_told_to_nobody(rig: MakeRig) -> None:
    """Tokens are renewed between attempts, reach ESI alone, and stand in no event, error or repr."""
    tokens = iter(["secret-1", "secret-2"])
    r = rig(Reply(502, {"error": "?"}), Reply(404, {"error": "gone"}))
    call = r.call(character=90000001, authorize=lambda **_: next(tokens))
    answer = r.answer(call)
    assert [seen.headers["authorization"] for seen in r.server.seen] == ["Bearer secret-1", "Bearer secret-2"]
    assert "secret" not in repr((r.events, call, answer))


def test_every_request_says_who_asks(rig: MakeRig) -> None:
    """The user agent, the tenant and gzip are on every request."""
    r = rig()
    r.answer()
    headers = r.server.seen[0].headers
    assert headers["user-agent"].startswith("me esi_fetch/")
    assert (headers["x-tenant"], headers["accept-encoding"]) == ("t", "gzip")


def test_only_prepared_calls_are_sent(rig: MakeRig) -> None:
    """A request that belongs to no job can't go round the limits."""
    r = rig()
    with pytest.raises(TypeError, match="PreparedCalls only"):
        r.session.get(r.server.url + "/status")
    with pytest.raises(requests.exceptions.InvalidSchema):
        r.session.get("http://127.0.0.1:9/other-host")
    assert r.server.seen == []


def test_proxies_come_from_the_environment_once(rig: MakeRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names is used, and asked for the whole URL."""
    proxy = rig(Reply(body={"by": "proxy"}))
    monkeypatch.setenv("http_proxy", proxy.server.url)
    monkeypatch.setenv("no_proxy", "")
    adapter = proxy.session.get_adapter(proxy.server.url + "/")
    session = EsiSession(base_url="http://esi.invalid", adapter=adapter, headers={}, who=None)  # type: ignore[arg-type]
    with session:
        response, _ = session.exchange(
            proxy.call(url="http://esi.invalid/status"), task=proxy.task(), headers={}
        )
    assert response.status_code == 200
    assert proxy.server.seen[0].target == "http://esi.invalid/status"
