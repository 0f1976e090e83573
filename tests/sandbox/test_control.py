"""The sandbox's own paths let another process do what Python can."""

from __future__ import annotations

from typing import Any

import pytest

from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ask


def tell(sandbox: Sandbox, path: str, body: Any = None, method: str = "POST") -> tuple[int, bytes]:
    got = ask(sandbox, f"/_sandbox/{path}", method=method, body=body)
    return got.status, got.body


def test_faults_can_be_planted_and_taken_away(esi_sandbox: Sandbox) -> None:
    """A fault planted over HTTP strikes as one planted in Python."""
    fault = {"target": "get_status", "status": 502, "headers": {"X-Odd": "1"}, "drop_headers": ["Date"]}
    fault["times"] = 5
    assert tell(esi_sandbox, "faults", fault) == (204, b"")
    got = ask(esi_sandbox, "/status")
    assert (got.status, got.headers["X-Odd"]) == (502, "1")
    assert "Date" not in got.headers
    assert tell(esi_sandbox, "faults", method="DELETE") == (204, b"")
    assert ask(esi_sandbox, "/status").status == 200


def test_data_can_be_regenerated(esi_sandbox: Sandbox) -> None:
    """One operation's data is regenerated, or everything."""
    assert tell(esi_sandbox, "regenerate", {"op_id": "GetStatus"})[0] == 204
    assert esi_sandbox.snapshot("GetStatus").number == 1
    assert tell(esi_sandbox, "regenerate")[0] == 204
    assert esi_sandbox.snapshot("GetStatus").number == 2
    assert esi_sandbox.snapshot("GetWars").number == 1


def test_requests_can_be_looked_at(esi_sandbox: Sandbox) -> None:
    """The log comes as JSON, without what was asked of the sandbox itself, and can be cleared."""
    ask(esi_sandbox, "/universe/names", method="POST", body=[34])
    seen = ask(esi_sandbox, "/_sandbox/requests").json()
    assert len(seen) == 1
    assert seen[0]["op_id"] == "PostUniverseNames"
    assert seen[0]["body"] == "[34]"
    assert seen[0]["status"] == 200
    assert tell(esi_sandbox, "requests", method="DELETE")[0] == 204
    assert ask(esi_sandbox, "/_sandbox/requests").json() == []


def test_limits_can_be_looked_at_and_spent(esi_sandbox: Sandbox) -> None:
    """How each limit was used comes as JSON, and another program's spending can be acted."""
    ask(esi_sandbox, "/status")
    assert tell(esi_sandbox, "limits", {"group": "status", "tokens": 90}) == (204, b"")
    (status,) = ask(esi_sandbox, "/_sandbox/limits").json()
    assert status == {
        "limit": "status",
        "user": "127.0.0.1",
        "allowed": 600,
        "window_s": 900.0,
        "spent": 92,
        "spent_ever": 2,
        "peak": 92,
        "refused": 0,
    }


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("faults", {"target": "GetStatuss"}, "GetStatus"),
        ("faults", {"status": 502}, "target"),
        ("faults", {"target": 5}, "5"),
        ("faults", {"target": "GetStatus", "status": "502"}, "status='502'"),
        ("faults", {"target": "GetStatus", "stauts": 502}, "stauts"),
        ("faults", ["GetStatus"], "object"),
        ("faults", b"{", "JSON"),
        ("regenerate", {"op_id": "Nothing"}, "Nothing"),
        ("limits", {"group": "market-orders"}, "market-order"),
        ("limits", {"group": "market-order", "tokens": -1}, "tokens=-1"),
        ("limits", {"group": "market-order", "tokens": True}, "tokens=True"),
        ("limits", {"tokens": 4}, "group"),
    ],
)
def test_mistakes_are_explained(esi_sandbox: Sandbox, path: str, body: Any, word: str) -> None:
    """What can't be done is a 400 that says what is wrong."""
    status, text = tell(esi_sandbox, path, body)
    assert status == 400
    assert word in text.decode()


def test_there_is_nothing_else(esi_sandbox: Sandbox) -> None:
    """Other paths under the prefix are 404 and are not in the log."""
    assert tell(esi_sandbox, "nothing")[0] == 404
    assert tell(esi_sandbox, "requests", method="PUT")[0] == 404
    assert esi_sandbox.requests == []
