"""Each kind of fault strikes as told, where told, as often as told."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from esi_fetch.errors import UnknownOperationError
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ORDERS, Got, ask, connect, page, send

# Long enough to be told from no wait at all on a busy machine, short enough for a test.
WAIT_S = 0.15


def test_a_status_strikes_so_many_times(esi_sandbox: Sandbox) -> None:
    """The first requests get the status, with an error body, and later ones the data."""
    planted = esi_sandbox.faults.add("get_status", status=502, times=2)
    assert [ask(esi_sandbox, "/status").status for _ in range(3)] == [502, 502, 200]
    assert planted.hits == 2
    assert len(esi_sandbox.faults) == 0
    assert [seen.fault for seen in esi_sandbox.requests] == [True, True, False]


def test_a_fault_lies_in_wait_after_some_requests(esi_sandbox: Sandbox) -> None:
    """skip lets requests pass before the fault strikes."""
    esi_sandbox.faults.add("GetStatus", status=503, skip=2)
    assert [ask(esi_sandbox, "/status").status for _ in range(4)] == [200, 200, 503, 200]


def test_a_fault_without_end_can_be_removed(esi_sandbox: Sandbox) -> None:
    """times=None strikes until the fault is removed, or all are."""
    planted = esi_sandbox.faults.add("GetStatus", status=503, times=None)
    assert {ask(esi_sandbox, "/status").status for _ in range(3)} == {503}
    assert repr(planted) == "<PlantedFault on GetStatus hits=3>"
    planted.remove()
    assert ask(esi_sandbox, "/status").status == 200
    esi_sandbox.faults.add("GetStatus", status=503, times=None)
    esi_sandbox.faults.regenerate_after("GetStatus")
    esi_sandbox.faults.clear()
    assert ask(esi_sandbox, "/status").status == 200
    assert esi_sandbox.snapshot("GetStatus").number == 0


def test_faults_know_their_page_method_and_path(esi_sandbox: Sandbox) -> None:
    """A fault strikes the page, the method or the paths it was planted for, and nothing else."""
    esi_sandbox.faults.add("GetMarketsRegionIdOrders", status=500, page=2)
    esi_sandbox.faults.add("/universe/*", status=503, method="post")
    esi_sandbox.faults.add("/nothing", status=418)
    assert [page(esi_sandbox, number).status for number in (1, 2, 3)] == [200, 500, 200]
    assert ask(esi_sandbox, "/universe/types/34").status == 200
    assert ask(esi_sandbox, "/universe/names", method="POST", body=[34]).status == 503
    assert ask(esi_sandbox, "/nothing").status == 418


def test_misspelt_targets_are_refused(esi_sandbox: Sandbox) -> None:
    """A fault on an operation that does not exist would never strike, so it is an error."""
    with pytest.raises(UnknownOperationError, match="GetStatus"):
        esi_sandbox.faults.add("GetStatuss", status=502)
    with pytest.raises(UnknownOperationError):
        esi_sandbox.faults.regenerate_after("GetStatuss")


@pytest.mark.parametrize(
    "what", [{"times": -1}, {"page": "2"}, {"skip": True}, {"delay_s": -0.1}, {"drip_s": "1"}, {"status": 99}]
)
def test_impossible_numbers_are_refused(esi_sandbox: Sandbox, what: dict[str, Any]) -> None:
    """A number out of bounds is an error when the fault is planted, naming it."""
    with pytest.raises(ValueError, match=next(iter(what))):
        esi_sandbox.faults.add("GetStatus", **what)


@pytest.mark.parametrize(
    ("status", "part"),
    [
        (420, "exceeded the error limit"),
        (503, "temporarily unavailable"),
        (504, "Timeout contacting tranquility"),
        (520, "ConStopSpamming"),
        (403, "403"),
    ],
)
def test_errors_have_the_texts_esi_has(esi_sandbox: Sandbox, status: int, part: str) -> None:
    """Planted errors come with the bodies that ESI has been seen to send."""
    esi_sandbox.faults.add("*", status=status)
    got = ask(esi_sandbox, "/status")
    assert got.status == status
    assert part in got.error


def test_planted_limits_ask_for_a_short_wait(esi_sandbox: Sandbox) -> None:
    """A planted 420 or 429 tells to wait a second; headers can be changed and left out."""
    esi_sandbox.faults.add("GetStatus", status=420)
    esi_sandbox.faults.add("GetStatus", status=429)
    esi_sandbox.faults.add(
        "GetStatus",
        status=429,
        headers={"retry-after": "soon"},
        drop_headers=["X-Ratelimit-Group", "x-ratelimit-limit"],
    )
    first, second, third = (ask(esi_sandbox, "/status").headers for _ in range(3))
    assert (first["X-ESI-Error-Limit-Remain"], first["X-ESI-Error-Limit-Reset"]) == ("0", "1")
    assert second["Retry-After"] == "1"
    assert second["X-Ratelimit-Group"] == "status"
    assert third.get_all("Retry-After") == ["soon"]
    assert "X-Ratelimit-Group" not in third
    assert "X-Ratelimit-Limit" not in third


def test_headers_of_true_answers_can_be_changed(esi_sandbox: Sandbox) -> None:
    """Without a status the true answer is given, with the headers as told."""
    esi_sandbox.faults.add("GetMarketsRegionIdOrders", headers={"Expires": "never"}, drop_headers=["X-Pages"])
    got = page(esi_sandbox, 1)
    assert len(got.json()) == 1000
    assert got.headers["Expires"] == "never"
    assert "X-Pages" not in got.headers


@pytest.mark.parametrize(
    ("body", "sent"),
    [("[1, 2", b"[1, 2"), (b"\xff\x00", b"\xff\x00"), ({"a": 1}, b'{"a":1}'), ([], b"[]"), ("", b"")],
)
def test_bodies_can_be_anything(esi_sandbox: Sandbox, body: Any, sent: bytes) -> None:
    """A body is sent as it is, under status 200 unless another one is told."""
    esi_sandbox.faults.add("GetStatus", body=body)
    got = ask(esi_sandbox, "/status")
    assert (got.status, got.body) == (200, sent)


def test_a_status_without_an_error_has_no_body(esi_sandbox: Sandbox) -> None:
    """A planted 204 is empty."""
    esi_sandbox.faults.add("GetStatus", status=204)
    got = ask(esi_sandbox, "/status")
    assert (got.status, got.body) == (204, b"")


def test_html_comes_from_a_proxy(esi_sandbox: Sandbox) -> None:
    """An HTML page comes as 502, or under any status, with any text."""
    esi_sandbox.faults.add("GetStatus", html=True)
    esi_sandbox.faults.add("GetStatus", html=True, status=200, body="<p>hello</p>")
    first, second = ask(esi_sandbox, "/status"), ask(esi_sandbox, "/status")
    assert (first.status, first.headers["Content-Type"]) == (502, "text/html")
    assert first.body.startswith(b"<html>")
    assert (second.status, second.body) == (200, b"<p>hello</p>")


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}])
def test_json_can_be_cut_short(esi_sandbox: Sandbox, headers: dict[str, str]) -> None:
    """Invalid JSON comes as a whole answer under 200: only its text tells."""
    esi_sandbox.faults.add("GetMarketsRegionIdOrders", invalid_json=True)
    got = page(esi_sandbox, 1, headers=headers)
    assert got.status == 200
    assert int(got.headers["Content-Length"]) == len(got.body)
    with pytest.raises(ValueError, match=r"delimiter|value|Unterminated|Expecting"):
        got.json()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("at", [0, 5000])
def test_bodies_can_break_off(esi_sandbox: Sandbox, at: int, chunked: bool) -> None:
    """The connection ends after so many bytes of the body, whichever way it is framed."""
    esi_sandbox.faults.add("GetMarketsRegionIdOrders", cut_body_at=at, chunked=chunked)
    with pytest.raises(http.client.IncompleteRead) as broken:
        page(esi_sandbox, 1)
    assert len(broken.value.partial) == at
    assert esi_sandbox.requests[-1].status == 200
    assert page(esi_sandbox, 1).status == 200


def test_bodies_can_come_in_chunks(esi_sandbox: Sandbox) -> None:
    """A chunked body has no Content-Length, and is the same; the connection lives on."""
    esi_sandbox.faults.add("*", chunked=True, times=2)
    connection = connect(esi_sandbox)
    try:
        orders = send(connection, "GET", ORDERS)
        types = send(connection, "GET", "/universe/types/34")
    finally:
        connection.close()
    assert "Content-Length" not in orders.headers
    assert orders.json() == esi_sandbox.orders_at(10000002)[:1000]
    assert types.json()["name"] == "Tritanium"


def test_connections_can_be_reset(esi_sandbox: Sandbox) -> None:
    """A reset comes in place of the answer, which the log shows as none, at no cost."""
    esi_sandbox.faults.add("GetStatus", reset=True)
    with pytest.raises(ConnectionResetError):
        ask(esi_sandbox, "/status")
    seen = esi_sandbox.requests[-1]
    assert (seen.status, seen.cost, seen.fault) == (None, 0, True)
    assert esi_sandbox.limits.spent("status") == 0
    assert ask(esi_sandbox, "/status").status == 200


def test_answers_can_be_late(esi_sandbox: Sandbox) -> None:
    """A delayed answer is the true one, later; the others are not held up."""
    esi_sandbox.faults.add("GetStatus", delay_s=WAIT_S)
    began = time.monotonic()
    assert ask(esi_sandbox, "/status").status == 200
    assert time.monotonic() - began >= WAIT_S


def test_every_answer_can_take_its_time(esi_sandbox: Sandbox) -> None:
    """latency_s is what every answer takes at least."""
    esi_sandbox.manners.latency_s = WAIT_S
    began = time.monotonic()
    assert ask(esi_sandbox, "/status").status == 200
    assert time.monotonic() - began >= WAIT_S


def test_bodies_can_drip(esi_sandbox: Sandbox) -> None:
    """A dripping body comes a byte at a time, and is whole in the end."""
    esi_sandbox.faults.add("GetStatus", drip_s=0.001, body="0123456789")
    began = time.monotonic()
    got = ask(esi_sandbox, "/status")
    assert got.body == b"0123456789"
    assert time.monotonic() - began >= 0.01


def test_a_drip_can_break_off(esi_sandbox: Sandbox) -> None:
    """A body may drip and then end too early."""
    esi_sandbox.faults.add("GetStatus", drip_s=0.0, cut_body_at=3, body="0123456789")
    with pytest.raises(http.client.IncompleteRead):
        ask(esi_sandbox, "/status")


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except (OSError, http.client.HTTPException) as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def until(condition: Callable[[], object]) -> None:
    """Wait for something another thread is about to bring about."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


@pytest.mark.parametrize("release", ["remove", "clear"])
def test_answers_can_hang_until_released(esi_sandbox: Sandbox, release: str) -> None:
    """A hanging request is in the log without a status, and is answered once the fault is gone."""
    planted = esi_sandbox.faults.add("GetStatus", hang=True)
    thread, results = in_thread(lambda: ask(esi_sandbox, "/status"))
    until(lambda: planted.hits)
    assert esi_sandbox.requests[-1].status is None
    assert results == []
    if release == "remove":
        planted.remove()
    else:
        esi_sandbox.faults.clear()
    thread.join(10)
    assert isinstance(results[0], Got)
    assert results[0].status == 200


@pytest.mark.parametrize("what", [{"hang": True}, {"delay_s": 60.0}, {"drip_s": 60.0}])
def test_stopping_does_not_wait_for_faults(what: dict[str, Any]) -> None:
    """Whatever an answer is held up by, stop() is done within a second or so and leaves no thread."""
    before = threading.active_count()
    with Sandbox() as sandbox:
        planted = sandbox.faults.add("GetStatus", **what)
        thread, results = in_thread(lambda: ask(sandbox, "/status"))
        until(lambda: planted.hits)
        began = time.monotonic()
    assert time.monotonic() - began < 1.5
    thread.join(10)
    assert len(results) == 1
    until(lambda: threading.active_count() <= before)


def test_errors_of_the_older_backend_carry_a_tag(esi_sandbox: Sandbox) -> None:
    """A failure of the older backend has an ETag, which clients must not keep; the newer one's has none."""
    esi_sandbox.faults.add("*", status=504, times=4)
    assert ask(esi_sandbox, ORDERS).headers["ETag"].startswith("W/")
    assert ask(esi_sandbox, "/universe/types/34").headers["ETag"].startswith("W/")
    assert "ETag" not in ask(esi_sandbox, "/status").headers
    assert "ETag" not in ask(esi_sandbox, "/universe/names", method="POST", body=[34]).headers


def test_one_fault_strikes_at_a_time(esi_sandbox: Sandbox) -> None:
    """Of two faults that fit, the one planted first strikes until it is used up."""
    esi_sandbox.faults.add("GetStatus", status=500)
    esi_sandbox.faults.add("GetStatus", status=503)
    assert [ask(esi_sandbox, "/status").status for _ in range(3)] == [500, 503, 200]


def test_faults_are_shared_out_among_threads(esi_sandbox: Sandbox) -> None:
    """A fault for five requests strikes exactly five, however many come at once."""
    esi_sandbox.faults.add("GetStatus", status=500, times=5)
    barrier = threading.Barrier(12)

    def work() -> int:
        barrier.wait()
        return ask(esi_sandbox, "/status").status

    threads = [in_thread(work) for _ in range(12)]
    for thread, _ in threads:
        thread.join(10)
    assert sorted(results[0] for _, results in threads) == [200] * 7 + [500] * 5


def test_a_client_that_goes_away_does_no_harm(esi_sandbox: Sandbox) -> None:
    """When the client hangs up before its answer, the sandbox serves the next one."""
    planted = esi_sandbox.faults.add("GetMarketsRegionIdOrders", hang=True)
    connection = connect(esi_sandbox)
    connection.request("GET", ORDERS)
    until(lambda: planted.hits)
    assert connection.sock is not None
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    planted.remove()
    assert ask(esi_sandbox, "/status").status == 200
