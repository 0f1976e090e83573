"""``esi-fetch limits``: what is left, for people and for programs, without asking anybody."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from esi_fetch.cli import limits as command
from esi_fetch.client import Esi
from esi_fetch.limits import BucketView
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

NOON = datetime(2026, 11, 23, 12, tzinfo=timezone.utc).timestamp()


def view(bucket: str, **fields: Any) -> BucketView:
    values = {
        "user": "", "left": 100, "of": 100, "window_s": 60.0, "by_others": 0, "in_flight": 0,
        "returns_in_s": None, "full_in_s": 0.0, "blocked_for_s": 0.0, "reason": "",
    }  # fmt: skip
    return BucketView(bucket, **{**values, **fields})


UNTOUCHED = view("error limit")
ORDERS = view(
    "market-order", left=11_340, of=12_000, window_s=900.0, returns_in_s=61.2, full_in_s=899.0, in_flight=3
)
BLOCKED = view(
    "char-wallet",
    user="character:90000001",
    left=0,
    of=150,
    window_s=900.0,
    by_others=40,
    returns_in_s=30.0,
    full_in_s=12.5 * 3600,
    blocked_for_s=30.0,
    reason="ESI answered 429 for bucket 'char-wallet' of character:90000001",
)
UNKNOWN = view("GetStatus", left=None, of=None)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[BucketView]:
    """What is known, at noon; to be filled by the test."""
    known = [UNTOUCHED]
    monkeypatch.setattr(Esi, "limits", lambda self: known)
    monkeypatch.setattr(command.time, "time", lambda: NOON)
    return known


def test_a_table_says_what_is_left_and_when_it_is_back(invoke: Invoke, seen: list[BucketView]) -> None:
    """A line for each limit, with moments in UTC; columns that would be empty are left out."""
    seen.append(ORDERS)
    result = invoke("limits")
    assert result.exit_code == 0
    heading, error_limit, orders = result.stdout.splitlines()
    assert heading.split("  ")[0] == "limit"
    for words in ("whose", "left", "of", "window", "under way", "next back at", "full at"):
        assert words in heading
    for words in ("others took", "blocked until", "why"):
        assert words not in heading
    assert error_limit.split() == ["error", "limit", "this", "address", "100", "100", "1", "min"]
    assert "11,340  12,000" in orders
    # A part of a second is a second: who comes back then must not be too early.
    assert orders.split()[-2:] == ["12:01:02", "12:14:59"]
    assert result.stderr == "it is 2026-11-23 12:00:00 UTC; nothing is blocked\n"


def test_a_block_is_told_with_its_end_and_its_reason(invoke: Invoke, seen: list[BucketView]) -> None:
    """Who waits sees for how long and why; a moment that is not today has its date."""
    seen += [ORDERS, BLOCKED]
    result = invoke("limits")
    line = result.stdout.splitlines()[-1]
    assert line.endswith("2026-11-24 00:30:00  12:00:30       " + BLOCKED.reason)
    assert line.startswith("char-wallet   character:90000001")
    assert "1 limit blocked, for 30.0 s at most" in result.stderr


def test_what_is_not_known_has_a_question_mark(invoke: Invoke, seen: list[BucketView]) -> None:
    """A size that no answer has told is not made up."""
    seen.append(UNKNOWN)
    assert invoke("limits").stdout.splitlines()[-1].split()[3:5] == ["?", "?"]


def test_programs_get_the_same_as_json(invoke: Invoke, seen: list[BucketView]) -> None:
    """Moments are ISO 8601, and None where there is none."""
    seen += [ORDERS, BLOCKED]
    result = invoke("limits", "--format", "json")
    rows = json.loads(result.stdout)
    assert result.stderr == ""
    assert [row["bucket"] for row in rows] == ["error limit", "market-order", "char-wallet"]
    assert rows[1] == {
        "bucket": "market-order",
        "user": "",
        "left": 11340,
        "of": 12000,
        "window_s": 900.0,
        "by_others": 0,
        "in_flight": 3,
        "returns_at": "2026-11-23T12:01:02Z",
        "full_at": "2026-11-23T12:14:59Z",
        "blocked_until": None,
        "reason": "",
    }
    assert rows[2]["blocked_until"] == "2026-11-23T12:00:30Z"


def test_other_formats_have_the_same_columns(invoke: Invoke, seen: list[BucketView]) -> None:
    """CSV for spreadsheets."""
    seen.append(ORDERS)
    rows = list(csv.DictReader(io.StringIO(invoke("limits", "--format", "csv").stdout)))
    assert [(row["bucket"], row["left"]) for row in rows] == [
        ("error limit", "100"),
        ("market-order", "11340"),
    ]


@pytest.mark.parametrize(("fmt", "shown"), [("table", ""), ("json", "[]\n"), ("csv", "")])
def test_nothing_known_is_said(invoke: Invoke, fmt: str, shown: str) -> None:
    """Before anything was asked there is no table, a sentence why, and no failure."""
    result = invoke("limits", "--format", fmt)
    assert (result.exit_code, result.stdout.strip()) == (0, shown.strip())
    assert result.stderr.startswith("nothing is known yet of the limits of http://127.0.0.1")


@pytest.mark.parametrize(
    "fields", [{"left": 99}, {"in_flight": 1}, {"blocked_for_s": 3.0, "reason": "ESI answered 420"}]
)
def test_the_error_limit_alone_may_be_known(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    """Routes without a group leave their traces in the error limit only."""
    known: Sequence[BucketView] = [view("error limit", **fields)]
    monkeypatch.setattr(Esi, "limits", lambda self: known)
    assert len(invoke("limits").stdout.splitlines()) == 2


def test_what_another_process_did_is_seen(invoke: Invoke, sandbox: Sandbox) -> None:
    """The limits that one command met, the next one shows; nothing is sent for that."""
    assert invoke("get", "GetStatus").exit_code == 0
    sandbox.clear()
    rows = json.loads(invoke("limits", "--format", "json").stdout)
    (status,) = (row for row in rows if row["bucket"] == "status")
    assert (status["left"], status["of"], status["in_flight"]) == (598, 600, 0)
    assert status["full_at"] is not None
    assert sandbox.requests == []


def test_nobody_has_to_be_named(invoke: Invoke) -> None:
    """Looking needs no user agent, because nothing is sent; other hosts have limits of their own."""
    assert invoke("get", "GetStatus").exit_code == 0
    result = invoke("limits", "--base-url", "https://esi.evetech.net")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("nothing is known yet of the limits of https://esi.evetech.net")


def test_a_wrong_setting_is_wrong_input(invoke: Invoke) -> None:
    """It is called by the option that gave it."""
    result = invoke("limits", "--base-url", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--base-url" in result.stderr
