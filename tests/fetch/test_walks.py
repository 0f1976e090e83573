"""Walks by cursor and by the last id: to the end, each record once, never in a circle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import Pagination
from esi_fetch.errors import BrokenBodyError, IncompletePagesError
from esi_fetch.fetch.walks import walk_cursor, walk_ids
from esi_fetch.model.result import LazyData, Source
from esi_fetch.transport import Answer

CURSOR = Pagination("cursor", "before", items="freelance_jobs", id_field="id")
FROM_ID = Pagination("ids", "from_id", id_field="transaction_id")
SAMPLE = Path(__file__).parents[2] / ".." / "shared" / "esi" / "samples" / "freelance_jobs_cursor.json"


def answer_of(data: Any) -> Answer:
    return Answer(200, Source.REMOTE, LazyData.of(data))


class Feed:
    """Records in the order of their last change, and changes that happen between requests."""

    def __init__(self, count: int, *, changes: Mapping[int, list[int]] | None = None):
        self.log = [(number, {"id": number, "version": 0}) for number in range(count)]
        self.time = count
        self.changes = dict(changes or {})
        self.requests: list[dict[str, Any]] = []

    def change(self, identity: int) -> None:
        old = next((record for _, record in self.log if record["id"] == identity), {"version": -1})
        self.log = [(at, record) for at, record in self.log if record["id"] != identity]
        self.time += 1  # a cursor stands for a moment, and no moment comes twice
        self.log.append((self.time, {"id": identity, "version": old["version"] + 1}))

    def ask(self, parameters: Mapping[str, Any]) -> Answer:
        self.requests.append(dict(parameters))
        for identity in self.changes.get(len(self.requests), []):
            self.change(identity)
        limit = parameters.get("limit", 10)
        log = self.log
        if "before" in parameters:
            piece = [item for item in log if item[0] < int(parameters["before"])][-limit:]
        elif "after" in parameters:
            piece = [item for item in log if item[0] > int(parameters["after"])][:limit]
        else:
            piece = log[-limit:]
        body: dict[str, Any] = {"freelance_jobs": [record for _, record in piece]}
        if piece:
            body["cursor"] = {"before": str(piece[0][0]), "after": str(piece[-1][0])}
        return answer_of(body)


@given(
    count=st.integers(0, 35),
    limit=st.integers(1, 12),
    changes=st.dictionaries(st.integers(2, 8), st.lists(st.integers(0, 40), max_size=3), max_size=4),
)
def test_cursor_walk_has_every_record_once_in_its_newest_form(
    count: int, limit: int, changes: dict[int, list[int]]
) -> None:
    """Records that change or appear during the walk are in it once, as they are at its end."""
    feed = Feed(count, changes=changes if count else {})
    _, records = walk_cursor(feed.ask, CURSOR, limit=limit)
    truth = {record["id"]: record for _, record in feed.log}
    assert {record["id"]: record for record in records} == truth
    assert len(records) == len(truth)


def test_cursor_walk_is_oldest_first() -> None:
    """Records come in the order ESI keeps them: oldest first."""
    _, records = walk_cursor(Feed(25).ask, CURSOR, limit=10)
    assert [record["id"] for record in records] == list(range(25))


def test_cursor_walk_asks_for_as_many_as_it_may() -> None:
    """The limit is on every request; none is sent where there is none."""
    feed = Feed(25)
    walk_cursor(feed.ask, CURSOR, limit=100)
    assert all(request["limit"] == 100 for request in feed.requests)
    feed = Feed(3)
    walk_cursor(feed.ask, CURSOR, limit=None)
    assert all("limit" not in request for request in feed.requests)


def test_cursor_that_leads_in_a_circle_fails() -> None:
    """A cursor seen before ends the walk with an error, not never."""
    piece = {"freelance_jobs": [{"id": 1}], "cursor": {"before": "x", "after": "y"}}
    with pytest.raises(IncompletePagesError, match="circle after 2 requests"):
        walk_cursor(lambda parameters: answer_of(piece), CURSOR, limit=None)


@pytest.mark.parametrize("body", [[], None, {"jobs": []}, {"freelance_jobs": {}}, 7])
def test_cursor_answer_without_its_list_is_broken(body: Any) -> None:
    """An answer that lacks the list is a broken body."""
    with pytest.raises(BrokenBodyError, match="no list 'freelance_jobs'"):
        walk_cursor(lambda parameters: answer_of(body), CURSOR, limit=None)


@pytest.mark.parametrize("cursor", [None, [], "x", {}, {"before": None, "after": ""}])
def test_cursor_of_any_form_ends_the_walk(cursor: Any) -> None:
    """Without a usable cursor, what there is is all there is."""
    body = {"freelance_jobs": [{"id": 1}], "cursor": cursor}
    assert walk_cursor(lambda parameters: answer_of(body), CURSOR, limit=None)[1] == [{"id": 1}]


def test_records_without_id_are_all_kept() -> None:
    """Records that can't be told apart are not taken for each other."""
    body = {"freelance_jobs": [{"a": 1}, {"a": 1}, 5]}
    assert walk_cursor(lambda parameters: answer_of(body), CURSOR, limit=None)[1] == [{"a": 1}, {"a": 1}, 5]


def test_recorded_cursor_answer_is_understood() -> None:
    """A real answer's list, ids and cursors are found."""
    if not SAMPLE.exists():
        pytest.skip("the recorded answers are not beside this checkout")
    body = json.loads(SAMPLE.read_text(encoding="utf-8"))["pages"][0]["body"]
    asked: list[dict[str, Any]] = []

    def ask(parameters: Mapping[str, Any]) -> Answer:
        asked.append(dict(parameters))
        return answer_of(body if len(asked) == 1 else {"freelance_jobs": []})

    _, records = walk_cursor(ask, CURSOR, limit=100)
    assert records == body["freelance_jobs"]
    assert asked[1:] == [
        {"limit": 100, "before": body["cursor"]["before"]},
        {"limit": 100, "after": body["cursor"]["after"]},
    ]


class Ledger:
    """Transactions, newest first, a few at a time."""

    def __init__(self, ids: list[int], *, size: int, inclusive: bool):
        self.ids, self.size, self.inclusive = sorted(ids, reverse=True), size, inclusive
        self.asked = 0

    def ask(self, parameters: Mapping[str, Any]) -> Answer:
        self.asked += 1
        start = parameters.get("from_id", float("inf"))
        rest = [i for i in self.ids if i < start or (self.inclusive and i == start)]
        return answer_of([{"transaction_id": i} for i in rest[: self.size]])


@given(ids=st.sets(st.integers(1, 10**12), max_size=40), size=st.integers(2, 9), inclusive=st.booleans())
def test_id_walk_has_every_record_once(ids: set[int], size: int, inclusive: bool) -> None:
    """The record at the seam is in it once, whether ESI repeats it or not; the walk ends."""
    ledger = Ledger(list(ids), size=size, inclusive=inclusive)
    _, records = walk_ids(ledger.ask, FROM_ID)
    assert [record["transaction_id"] for record in records] == sorted(ids, reverse=True)


def test_two_transactions_in_one_are_both_kept() -> None:
    """Records that share an id but differ are two records, also where a piece ends between them."""
    sold = {"transaction_id": 5, "is_buy": False}
    bought = {"transaction_id": 5, "is_buy": True}
    pieces = [[{"transaction_id": 9}, sold], [sold, bought], [sold, bought]]
    _, records = walk_ids(lambda parameters: answer_of(pieces.pop(0)), FROM_ID)
    assert records == [{"transaction_id": 9}, sold, bought]


def test_id_walk_of_one_record_ends() -> None:
    """When only the record at the seam comes back, that is the end."""
    ledger = Ledger([5], size=1, inclusive=True)
    assert walk_ids(ledger.ask, FROM_ID)[1] == [{"transaction_id": 5}]
    assert ledger.asked == 2


def test_calendar_goes_forward_and_wars_are_plain_ids() -> None:
    """Calendars are followed by their highest id, plain ids by their lowest."""
    events = list(range(1, 8))

    def calendar(parameters: Mapping[str, Any]) -> Answer:
        after = parameters.get("from_event", 0)
        return answer_of([{"event_id": i} for i in events if i > after][:3])

    walked = walk_ids(calendar, Pagination("ids", "from_event", id_field="event_id"))[1]
    assert [record["event_id"] for record in walked] == events

    def wars(parameters: Mapping[str, Any]) -> Answer:
        return answer_of([i for i in range(20, 0, -1) if i < parameters.get("max_war_id", 99)][:6])

    assert walk_ids(wars, Pagination("ids", "max_war_id", id_field=""))[1] == list(range(20, 0, -1))


@pytest.mark.parametrize("body", [{}, None, [{"other": 1}], ["x"], [None]])
def test_id_walk_over_something_else_is_broken(body: Any) -> None:
    """An answer that is no list of records with ids is a broken body."""
    with pytest.raises(BrokenBodyError):
        walk_ids(lambda parameters: answer_of(body), FROM_ID)
