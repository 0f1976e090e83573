"""Walks by cursor and by the last id: to the end, each record once, never in a circle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count as counted
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import Pagination
from esi_fetch.errors import BrokenBodyError, IncompletePagesError
from esi_fetch.fetch.walks import walk_changes, walk_cursor, walk_ids
from esi_fetch.model.result import Source
from esi_fetch.transport import Answer
from tests.fetch.feeds import CURSOR, FROM_ID, Feed, answer_of

SAMPLE = Path(__file__).parents[2] / ".." / "shared" / "esi" / "samples" / "freelance_jobs_cursor.json"


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
    records = walk_cursor(feed.ask, CURSOR, limits=(1, limit)).records
    truth = {record["id"]: record for _, record in feed.log}
    assert {record["id"]: record for record in records} == truth
    assert len(records) == len(truth)


def test_cursor_walk_is_oldest_first() -> None:
    """Records come in the order ESI keeps them: oldest first."""
    records = walk_cursor(Feed(25).ask, CURSOR, limits=(10, 10)).records
    assert [record["id"] for record in records] == list(range(25))


def test_cursor_walk_asks_for_as_many_as_it_may() -> None:
    """The limit is on every request; none is sent where there is none."""
    feed = Feed(25)
    walk_cursor(feed.ask, CURSOR, limits=(10, 100))
    assert all(request["limit"] == 100 for request in feed.requests)
    feed = Feed(3)
    walk_cursor(feed.ask, CURSOR, limits=None)
    assert all("limit" not in request for request in feed.requests)


def test_cursor_that_leads_in_a_circle_fails() -> None:
    """A cursor seen before ends the walk with an error, not never."""
    piece = {"freelance_jobs": [{"id": 1}], "cursor": {"before": "x", "after": "y"}}
    with pytest.raises(IncompletePagesError, match="circle after 2 requests"):
        walk_cursor(lambda parameters: answer_of(piece), CURSOR, limits=None)


@pytest.mark.parametrize("body", [[], None, {"jobs": []}, {"freelance_jobs": {}}, 7])
def test_cursor_answer_without_its_list_is_broken(body: Any) -> None:
    """An answer that lacks the list is a broken body."""
    with pytest.raises(BrokenBodyError, match="no list 'freelance_jobs'"):
        walk_cursor(lambda parameters: answer_of(body), CURSOR, limits=None)


@pytest.mark.parametrize("cursor", [None, [], "x", {}, {"before": None, "after": ""}])
def test_cursor_of_any_form_ends_the_walk(cursor: Any) -> None:
    """Without a usable cursor, what there is is all there is."""
    body = {"freelance_jobs": [{"id": 1}], "cursor": cursor}
    assert walk_cursor(lambda parameters: answer_of(body), CURSOR, limits=None).records == [{"id": 1}]


def test_records_without_id_are_all_kept() -> None:
    """Records that can't be told apart are not taken for each other."""
    body = {"freelance_jobs": [{"a": 1}, {"a": 1}, 5]}
    assert walk_cursor(lambda parameters: answer_of(body), CURSOR, limits=None).records == [
        {"a": 1},
        {"a": 1},
        5,
    ]


def test_recorded_cursor_answer_is_understood() -> None:
    """A real answer's list, ids and cursors are found."""
    if not SAMPLE.exists():
        pytest.skip("the recorded answers are not beside this checkout")
    body = json.loads(SAMPLE.read_text(encoding="utf-8"))["pages"][0]["body"]
    asked: list[dict[str, Any]] = []

    def ask(parameters: Mapping[str, Any]) -> Answer:
        asked.append(dict(parameters))
        return answer_of(body if len(asked) == 1 else {"freelance_jobs": []})

    records = walk_cursor(ask, CURSOR, limits=(10, 100)).records
    assert records == body["freelance_jobs"]
    assert asked[1:] == [
        {"limit": 100, "before": body["cursor"]["before"]},
        {"limit": 100, "after": body["cursor"]["after"]},
    ]


class Ledger:
    """Transactions, newest first, a few at a time."""

    def __init__(self, ids: list[int], *, size: int, inclusive: bool):
        self.ids, self.size, self.inclusive = sorted(ids, reverse=True), size, inclusive
        self.served: list[list[int]] = []
        self.asked = 0

    def ask(self, parameters: Mapping[str, Any]) -> Answer:
        self.asked += 1
        start = parameters.get("from_id", float("inf"))
        rest = [i for i in self.ids if i < start or (self.inclusive and i == start)]
        self.served.append(rest[: self.size])
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
    """Calendars are followed by their last event, plain ids by their lowest."""
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


@given(
    count=st.integers(0, 60),
    most=st.integers(1, 70),
    changes=st.dictionaries(st.integers(2, 8), st.lists(st.integers(0, 70), max_size=3), max_size=4),
)
def test_the_newest_so_many_are_just_that(count: int, most: int, changes: dict[int, list[int]]) -> None:
    """A walk with max_records gives the newest that there are at its end, oldest first."""
    feed = Feed(count, changes=changes if count else {})
    walked = walk_cursor(feed.ask, CURSOR, limits=(10, 20), max_records=most)
    assert walked.cursor is None
    assert walked.records == [record for _, record in feed.log][-most:]


@pytest.mark.parametrize(
    ("most", "asked"),
    [
        (3, [{"limit": 10}]),
        (10, [{"limit": 10}]),
        (64, [{"limit": 64}]),
        (100, [{"limit": 100}]),
        (130, [{"limit": 100}, {"limit": 30, "before": "150"}, {"limit": 100, "after": "249"}]),
        (105, [{"limit": 100}, {"limit": 10, "before": "150"}, {"limit": 100, "after": "249"}]),
    ],
)
def test_no_more_is_asked_for_than_wanted(most: int, asked: list[dict[str, Any]]) -> None:
    """Requests ask for what is still missing, within ESI's bounds, and end once it is there."""
    feed = Feed(250)
    walked = walk_cursor(feed.ask, CURSOR, limits=(10, 100), max_records=most)
    assert [record["id"] for record in walked.records] == list(range(250 - most, 250))
    assert feed.requests == asked


def test_changes_since_a_cursor() -> None:
    """Each record that changed is there once, in its newest form, and the next cursor is behind it."""
    feed = Feed(30)
    whole = walk_cursor(feed.ask, CURSOR, limits=(10, 100))
    assert whole.cursor == "29"
    for identity in (3, 40, 3):
        feed.change(identity)
    feed.requests.clear()
    walked = walk_changes(feed.ask, CURSOR, after="29", limits=(10, 100))
    assert walked.records == [{"id": 40, "version": 0}, {"id": 3, "version": 2}]
    assert feed.requests == [{"limit": 100, "after": "29"}, {"limit": 100, "after": str(feed.time)}]
    assert walk_changes(feed.ask, CURSOR, after=str(walked.cursor), limits=None).records == []


def test_cursor_stays_where_the_records_end() -> None:
    """A piece without a cursor of its own does not move the bookmark past what may follow."""
    body = {"freelance_jobs": [{"id": 1}]}
    walked = walk_changes(lambda parameters: answer_of(body), CURSOR, after="x", limits=None)
    assert (walked.records, walked.cursor) == ([{"id": 1}], "x")
    empty = walk_cursor(lambda parameters: answer_of({"freelance_jobs": []}), CURSOR, limits=None)
    assert (empty.records, empty.cursor) == ([], None)


@pytest.mark.parametrize("source", [Source.LOCAL, Source.STALE])
def test_a_stored_look_forward_is_no_older_than_the_rest(source: Source) -> None:
    """What moved since a stored answer would be in no piece at all, so ESI is asked again."""
    new = {"freelance_jobs": [{"id": 1}, {"id": 2}], "cursor": {"after": "b"}}
    empty: dict[str, Any] = {"freelance_jobs": []}
    insisted: list[dict[str, Any]] = []

    def ask(parameters: Mapping[str, Any]) -> Answer:
        if not parameters:
            cursor = {"before": "z", "after": "a"}
            return answer_of({"freelance_jobs": [{"id": 3}], "cursor": cursor}, fetched_at=1.0)
        if "before" in parameters:  # record 1 has left this piece, and the stored answer has not seen it yet
            return answer_of(empty, fetched_at=5.0)
        return answer_of(empty, source=source, fetched_at=2.0)

    def again(parameters: Mapping[str, Any]) -> Answer:
        insisted.append(dict(parameters))
        return answer_of(new if parameters == {"after": "a"} else empty, fetched_at=6.0)

    walked = walk_cursor(ask, CURSOR, limits=None, again=again)
    assert [record["id"] for record in walked.records] == [3, 1, 2]
    assert insisted == [{"after": "a"}, {"after": "b"}]
    assert walked.cursor == "b"
    assert len(walked.answers) == 4
    with pytest.raises(IncompletePagesError, match="belong to different walks"):
        walk_cursor(ask, CURSOR, limits=None, again=ask)


def test_clocks_that_are_set_back_do_not_matter() -> None:
    """What ESI has just said is never taken for older than what it said before."""
    times = iter([9.0, 5.0, 1.0])
    pieces = iter([[{"id": 1}], [], []])

    def ask(parameters: Mapping[str, Any]) -> Answer:
        body = {"freelance_jobs": next(pieces), "cursor": {"before": "x", "after": "y"}}
        return answer_of(body, fetched_at=next(times))

    assert walk_cursor(ask, CURSOR, limits=None).records == [{"id": 1}]


@given(
    ids=st.sets(st.integers(1, 60), max_size=40),
    size=st.integers(2, 9),
    inclusive=st.booleans(),
    until=st.none() | st.integers(0, 61),
    most=st.none() | st.integers(1, 45),
)
def test_id_walk_ends_where_it_should(
    ids: set[int], size: int, inclusive: bool, until: int | None, most: int | None
) -> None:
    """The last id wanted is in it, nothing beyond is, and no request is sent that can't be needed."""
    ledger = Ledger(list(ids), size=size, inclusive=inclusive)
    _, records = walk_ids(ledger.ask, FROM_ID, until=until, max_records=most)
    wanted = [i for i in sorted(ids, reverse=True) if until is None or i >= until][:most]
    assert [record["transaction_id"] for record in records] == wanted
    rows = ledger.served
    if len(rows) > 1:  # the request before the last one brought neither enough rows nor one past the end
        before = [i for piece in rows[:-1] for i in piece]
        assert until is None or min(before) >= until
        assert most is None or len(set(before)) < most


def test_transactions_that_share_the_last_id_are_all_there() -> None:
    """A piece may end between two rows of the id that *until* names."""
    sold = {"transaction_id": 5, "is_buy": False}
    bought = {"transaction_id": 5, "is_buy": True}
    pieces = [[{"transaction_id": 9}, sold], [sold, bought]]
    _, records = walk_ids(lambda parameters: answer_of(pieces.pop(0)), FROM_ID, until=5)
    assert records == [{"transaction_id": 9}, sold, bought]


def test_wars_end_at_the_id_itself() -> None:
    """Where ids are unique, the request after the last one wanted is spared."""
    asked: list[Any] = []

    def wars(parameters: Mapping[str, Any]) -> Answer:
        asked.append(parameters.get("max_war_id"))
        return answer_of([i for i in range(20, 0, -1) if i < parameters.get("max_war_id", 99)][:5])

    pagination = Pagination("ids", "max_war_id", id_field="")
    assert walk_ids(wars, pagination, until=11)[1] == list(range(20, 10, -1))
    assert asked == [None, 16]


def test_calendar_goes_up_to_the_last_id() -> None:
    """A calendar is walked forward, up to the event that has the id."""
    asked: list[Any] = []

    def calendar(parameters: Mapping[str, Any]) -> Answer:
        asked.append(parameters.get("from_event", 0))
        return answer_of([{"event_id": i} for i in range(1, 30) if i > asked[-1]][:5])

    pagination = Pagination("ids", "from_event", id_field="event_id")
    ids = [record["event_id"] for record in walk_ids(calendar, pagination, until=12)[1]]
    assert (ids, asked) == (list(range(1, 13)), [0, 5, 10])
    assert len(walk_ids(calendar, pagination, max_records=7)[1]) == 7


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize(("until", "wanted"), [(None, 6), (90, 1), (7, 3), (60, 5), (8, 6), (999, 6)])
def test_events_are_in_order_of_time_and_not_of_their_ids(size: int, until: int | None, wanted: int) -> None:
    """Who was invited early to a late event gets it at its place: none is skipped, none ends the walk."""
    events = [90, 5, 7, 61, 60, 8]

    def calendar(parameters: Mapping[str, Any]) -> Answer:
        start = events.index(parameters["from_event"]) + 1 if parameters else 0
        return answer_of([{"event_id": i} for i in events[start : start + size]])

    pagination = Pagination("ids", "from_event", id_field="event_id")
    answers, records = walk_ids(calendar, pagination, until=until)
    assert [record["event_id"] for record in records] == events[:wanted]
    assert len(answers) <= -(-wanted // size) + 1


def test_a_calendar_that_leads_in_a_circle_ends() -> None:
    """Events that keep changing and coming again are no endless walk."""
    turn = counted()
    pagination = Pagination("ids", "from_event", id_field="event_id")
    with pytest.raises(IncompletePagesError, match="circle"):
        walk_ids(lambda _: answer_of([{"event_id": next(turn) % 3, "turn": next(turn)}]), pagination)


def test_ids_that_lead_back_end_the_walk() -> None:
    """A server that goes on with newer records instead of older ones ends the walk, not never."""
    newest = iter(range(5, 1000))
    with pytest.raises(IncompletePagesError, match="in a circle after 2 requests"):
        walk_ids(lambda parameters: answer_of([{"transaction_id": next(newest)}]), FROM_ID)
