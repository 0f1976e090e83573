"""The sandbox starts at once, serves many, and leaves nothing behind."""

from __future__ import annotations

import logging
import socket
import threading
import time

import pytest

from esi_fetch.catalog import Catalog, bundled
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox import world as world_module
from tests.sandbox.asking import PATIENCE_S, ask, connect, send


def test_a_sandbox_has_a_port_of_its_own() -> None:
    """Two sandboxes run side by side on free ports of this machine."""
    with Sandbox() as one, Sandbox() as other:
        assert one.url != other.url
        assert one.url.startswith("http://127.0.0.1:")
        assert ask(one, "/status").status == ask(other, "/status").status == 200
        assert one.count() == other.count() == 1


def test_a_sandbox_has_no_url_before_it_runs() -> None:
    """The URL is known once it was started, and stays known."""
    sandbox = Sandbox()
    assert repr(sandbox) == "<Sandbox stopped, 0 requests>"
    assert sandbox.connections_opened == sandbox.most_in_flight == 0
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = sandbox.url
    with sandbox:
        assert repr(sandbox) == f"<Sandbox at {sandbox.url}, 0 requests>"
        with pytest.raises(RuntimeError, match="running already"):
            sandbox.start()
    sandbox.stop()
    assert sandbox.url


def test_a_port_in_use_is_an_error() -> None:
    """A taken port is reported as such, and the process lives on."""
    with Sandbox() as sandbox:
        port = int(sandbox.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=f"port {port} of 127.0.0.1 is in use"):
            Sandbox(port=port).start()
        assert ask(sandbox, "/status").status == 200


def test_addresses_of_others_are_refused() -> None:
    """An address that is not this machine's can't be listened on."""
    with pytest.raises(OSError, match=r"."):
        Sandbox(host="192.0.2.1").start()


def test_a_stopped_sandbox_can_start_again() -> None:
    """Stopped it refuses connections; started again it is at its old port, with its log and its data."""
    with Sandbox() as sandbox:
        url, sandbox_snapshot = sandbox.url, sandbox.snapshot("GetStatus")
        assert ask(sandbox, "/status").status == 200
        sandbox.stop()
        with pytest.raises(ConnectionRefusedError):
            ask(sandbox, "/status")
        sandbox.start()
        assert sandbox.url == url
        assert ask(sandbox, "/status").status == 200
        assert sandbox.snapshot("GetStatus") == sandbox_snapshot
        assert sandbox.count(200) == 2
    assert sandbox.connections_opened == 2


def test_connections_are_kept() -> None:
    """Many requests go over one connection, errors and empty answers included."""
    with Sandbox() as sandbox:
        connection = connect(sandbox)
        try:
            paths = ["/status", "/nothing", "/universe/types/34", "/contracts/public/items/5"] * 3
            statuses = [send(connection, "GET", path).status for path in paths]
            posts = [send(connection, "POST", "/universe/names", body=[34]).status for _ in range(2)]
        finally:
            connection.close()
        assert statuses == [200, 404, 200, 404] * 3
        assert posts == [200, 200]
        assert sandbox.connections_opened == 1


def test_connections_end_when_the_client_says_so() -> None:
    """Connection: close is obeyed, and HTTP/1.0 means the same."""
    with Sandbox() as sandbox:
        for line in (b"GET /status HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET /status HTTP/1.0\r\n\r\n"):
            port = int(sandbox.url.rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
                client.sendall(line)
                parts = []
                while part := client.recv(65536):
                    parts.append(part)
            assert b"".join(parts).startswith(b"HTTP/1.1 200 OK\r\n")


def test_bodies_in_chunks_are_read() -> None:
    """A request body may come chunked."""
    with Sandbox() as sandbox:
        connection = connect(sandbox)
        try:
            connection.request("POST", "/universe/names", body=iter([b"[3", b"4]"]), encode_chunked=True)
            response = connection.getresponse()
            assert (response.status, b"Tritanium" in response.read()) == (200, True)
        finally:
            connection.close()
        assert sandbox.requests[-1].body == b"[34]"


def test_many_clients_are_served_at_once() -> None:
    """As many requests as come together are answered together, and each is in the log once."""
    clients, rounds = 8, 10
    with Sandbox() as sandbox:
        planted = sandbox.faults.add("GetStatus", hang=True, times=clients)
        failures: list[BaseException] = []

        def work(number: int) -> None:
            connection = connect(sandbox)
            try:
                for turn in range(rounds):
                    got = send(connection, "GET", f"/status?client={number}&turn={turn}")
                    assert got.status == 200
            except (AssertionError, OSError) as error:
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while planted.hits < clients and time.monotonic() < deadline:
            threading.Event().wait(0.002)
        assert sandbox.count() == clients
        planted.remove()
        for thread in threads:
            thread.join(10)
        seen = {(each.query["client"], each.query["turn"]) for each in sandbox.requests}
        assert failures == []
        assert len(seen) == sandbox.count(200) == clients * rounds
        assert sandbox.most_in_flight == clients
        assert sandbox.connections_opened == clients
        assert sandbox.limits.spent("status") == 2 * clients * rounds


def test_stopping_is_quick_and_thorough() -> None:
    """With idle connections open, stop() takes no time and leaves no thread behind."""
    # By identity, because threads that other tests left behind may end meanwhile.
    before = set(threading.enumerate())
    sandbox = Sandbox().start()
    connections = [connect(sandbox) for _ in range(5)]
    for connection in connections:
        assert send(connection, "GET", "/status").status == 200
    assert len(set(threading.enumerate()) - before) == 6
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < 1.0
    assert set(threading.enumerate()) <= before
    for connection in connections:
        connection.close()


def test_the_sandbox_is_quiet(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """Requests, errors and nonsense on the wire write nothing to the terminal or the log."""
    with caplog.at_level(logging.INFO), Sandbox() as sandbox:
        ask(sandbox, "/status")
        ask(sandbox, "/nothing")
        port = int(sandbox.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
            client.sendall(b"complete nonsense\r\n\r\n")
            assert b"400" in client.recv(65536)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_its_own_mistakes_are_reported(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of the sandbox closes the connection and is logged with its traceback."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    with Sandbox() as sandbox:
        monkeypatch.setattr(world_module.World, "reply", broken)
        with pytest.raises(ConnectionError):
            ask(sandbox, "/status")
        with pytest.raises(ConnectionError):
            ask(sandbox, "/status")
    assert "a bug" in caplog.text


def test_requests_are_remembered(esi_sandbox: Sandbox) -> None:
    """The log has what was asked and how it was answered, until it is cleared."""
    assert ask(esi_sandbox, "/status/?a=1&a=2&b=", headers={"User-Agent": "me"}).status == 200
    ask(esi_sandbox, "/nothing?page=x")
    ask(esi_sandbox, "/universe/names", method="POST", body=[34])
    first, second, third = esi_sandbox.requests
    assert (first.method, first.path, first.op_id, first.status) == ("GET", "/status/", "GetStatus", 200)
    assert first.query == {"a": "1,2", "b": ""}
    assert first.url == "/status/?a=1,2&b="
    assert first.headers["user-agent"] == "me"
    assert first.headers["x-compatibility-date"] == "2026-08-18"
    assert (first.cost, first.snapshot, first.fault, first.page) == (2, 0, False, 1)
    assert (second.op_id, second.status, second.snapshot, second.page) == (None, 404, None, 1)
    assert (third.body, third.headers["content-length"], third.url) == (b"[34]", "4", "/universe/names")
    assert abs(first.at - time.time()) < 60
    assert esi_sandbox.count(op_id="get_status") == 1
    assert esi_sandbox.count(404) == 1
    esi_sandbox.clear()
    assert esi_sandbox.requests == []


def test_paths_and_queries_are_decoded(esi_sandbox: Sandbox) -> None:
    """The log shows paths and values as they are meant."""
    ask(esi_sandbox, "/caf%C3%A9?name=%C3%A9+1")
    assert esi_sandbox.requests[0].path == "/café"
    assert esi_sandbox.requests[0].query == {"name": "é 1"}


def test_clearing_the_log_does_not_hurt_requests_under_way(esi_sandbox: Sandbox) -> None:
    """A request that came before the log was cleared is answered, and not in the log afterwards."""
    planted = esi_sandbox.faults.add("GetStatus", hang=True)
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(ask(esi_sandbox, "/status").status))
    thread.start()
    deadline = time.monotonic() + 10
    while not planted.hits and time.monotonic() < deadline:
        threading.Event().wait(0.002)
    esi_sandbox.clear()
    planted.remove()
    thread.join(10)
    assert statuses == [200]
    assert esi_sandbox.requests == []


def test_any_catalog_can_be_served() -> None:
    """A sandbox serves the operations it is given, and nothing else."""
    catalog = Catalog({"GetStatus": bundled()["GetStatus"]}, date="2026-08-18", source="test")
    with Sandbox(catalog=catalog) as sandbox:
        assert ask(sandbox, "/status").status == 200
        assert ask(sandbox, "/universe/types/34").status == 404
        assert ask(sandbox, "/meta/openapi.json").json()["paths"].keys() == {"/status"}
