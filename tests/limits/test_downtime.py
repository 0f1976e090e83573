"""The daily downtime, decided on plain data: when to ask, when to wait, when to believe."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.clock import HeldClock
from esi_fetch.limits import Limiter, MemoryState
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.downtime import (
    DOWNTIME,
    Ask,
    Closed,
    Open,
    downtime_day,
    drop_probe,
    enter,
    is_still_open,
    note_outage,
    over_in_s,
    settle_probe,
)
from esi_fetch.limits.plain import pack, unpack

DAY = 20_780


def at(hour: int, minute: int = 0, second: int = 0) -> float:
    return datetime(2026, 11, 23, hour, minute, second, tzinfo=timezone.utc).timestamp()


class Book:
    """A picture at a time that the test moves."""

    def __init__(self) -> None:
        self.picture: Picture = {}
        self.now = 1000.0

    def enter(self, probe_id: str = "a", *, day: int = DAY) -> Open | Ask | Closed:
        return enter(self.picture, self.now, day=day, probe_id=probe_id, lease_s=90.0)

    def settle(self, why: str | None, *, probe_id: str = "a", jitter: float = 1.0) -> None:
        settle_probe(self.picture, self.now, day=DAY, probe_id=probe_id, why=why, jitter=jitter)

    def opened(self) -> Open:
        assert isinstance(self.enter(), Ask)
        self.settle(None)
        passed = self.enter()
        assert isinstance(passed, Open)
        return passed


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (at(10, 59, 59), False),
        (at(11), True),
        (at(11, 30), True),
        (at(11, 59, 59), True),
        (at(12), False),
        (at(0), False),
        (at(23), False),
    ],
)
def test_the_hour(moment: float, inside: bool) -> None:
    """The gate is looked at in the hour after 11:00 UTC alone."""
    assert (downtime_day(moment) is not None) is inside
    assert downtime_day(at(11)) != downtime_day(at(11) + 86_400)


def test_the_rest_of_the_hour() -> None:
    """What is left of the hour is told in seconds; nothing outside of it."""
    assert over_in_s(at(11)) == 3600
    assert over_in_s(at(11, 59)) == 60
    assert over_in_s(at(12)) == over_in_s(at(10)) == 0


def test_the_first_asks_and_the_others_wait() -> None:
    """One is told to ask; while it does, nobody knows anything yet."""
    book = Book()
    assert book.enter("a") == Ask("a")
    assert book.enter("b") == book.enter("c") == Closed(0.0, False, "")


def test_a_good_answer_opens_for_the_day() -> None:
    """After it everybody passes, until the next day's downtime."""
    book = Book()
    book.opened()
    book.now += 3000
    assert isinstance(book.enter("b"), Open)
    assert isinstance(book.enter("b", day=DAY + 1), Ask)


def test_after_a_bad_answer_it_is_asked_again_in_20_to_60_seconds() -> None:
    """The pauses grow, and stay within bounds."""
    book = Book()
    pauses = []
    for _ in range(8):
        assert book.enter() == Ask("a")
        book.settle("status 503")
        seen = book.enter("b")
        assert isinstance(seen, Closed)
        assert (seen.is_known, seen.why) == (True, "status 503")
        pauses.append(seen.seconds)
        book.now += seen.seconds - 0.01
        assert isinstance(book.enter("b"), Closed)
        book.now += 0.02
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (20.0, 60.0)


def test_a_sign_of_an_outage_closes_it_again() -> None:
    """The next asks anew, but not sooner than a few seconds after the last good answer."""
    book = Book()
    passed = book.opened()
    note_outage(book.picture, book.now, passed=passed)
    seen = book.enter("b")
    assert isinstance(seen, Closed)
    assert not seen.is_known
    assert 0 < seen.seconds <= 5
    book.now += seen.seconds
    assert book.enter("b") == Ask("b")


def test_an_old_sign_says_nothing() -> None:
    """A request that passed before the last good answer can't close what that opened."""
    book = Book()
    old = book.opened()
    note_outage(book.picture, book.now, passed=old)
    book.now += 10
    book.opened()
    note_outage(book.picture, book.now, passed=old)
    assert isinstance(book.enter("b"), Open)


def test_whoever_dies_while_asking_is_replaced() -> None:
    """What is not settled within its lease is asked by the next; at once, where it was given up."""
    book = Book()
    book.enter("a")
    book.now += 89
    assert isinstance(book.enter("b"), Closed)
    book.now += 2
    assert book.enter("b") == Ask("b")
    drop_probe(book.picture, book.now, probe_id="b")
    assert book.enter("c") == Ask("c")


def test_a_late_bad_answer_closes_nothing() -> None:
    """One that was asked before a good answer of somebody else does not take that back."""
    book = Book()
    book.enter("a")
    book.now += 100
    assert book.enter("b") == Ask("b")
    book.settle(None, probe_id="b")
    book.settle("status 503", probe_id="a")
    assert isinstance(book.enter("c"), Open)


def test_answers_for_another_day_are_passed_over() -> None:
    """Whatever comes for a day that is over, or for a book that is lost, changes nothing."""
    book = Book()
    book.settle("status 503")
    drop_probe(book.picture, book.now, probe_id="a")
    assert book.picture == {}
    passed = book.opened()
    book.enter("b", day=DAY + 1)
    book.settle(None)
    note_outage(book.picture, book.now, passed=passed)
    assert not is_still_open(book.picture, book.now, day=DAY + 1)
    assert not is_still_open({}, book.now, day=DAY)


def test_a_clock_that_jumped_back_holds_nobody_up_for_long() -> None:
    """However far ahead the next time to ask seems to be, it is at most a minute."""
    book = Book()
    book.enter()
    book.settle("status 503")
    book.now -= 900
    seen = book.enter("b")
    assert isinstance(seen, Closed)
    assert seen.seconds <= 60


@given(
    st.lists(
        st.tuples(st.sampled_from(["wait", "good", "bad", "drop", "sign", "other"]), st.floats(0, 40)),
        max_size=60,
    )
)
def test_nobody_is_let_through_unless_the_last_answer_was_good(steps: list[tuple[str, float]]) -> None:
    """One asks at a time, never two within five seconds of an answer, and only good answers open."""
    book = Book()
    asking: str | None = None
    good, passed = False, None
    answered_at, began = -100.0, 0.0
    for number, (what, seconds) in enumerate(steps):
        book.now += seconds
        if asking is None:
            seen = book.enter(str(number))
            if isinstance(seen, Ask):
                assert book.now - answered_at >= 5
                asking, began = seen.probe_id, book.now
            elif isinstance(seen, Open):
                passed = seen
                assert good
        elif book.now - began < 90:
            assert isinstance(book.enter(str(number)), Closed)
        if asking is not None and what in ("good", "bad"):
            book.settle(None if what == "good" else "down", probe_id=asking, jitter=1.1)
            asking, good, answered_at = None, what == "good", book.now
        elif asking is not None and what == "drop":
            drop_probe(book.picture, book.now, probe_id=asking)
            asking = None
        elif what == "sign" and passed is not None and asking is None:
            note_outage(book.picture, book.now, passed=passed)
            good = good and isinstance(book.enter("look"), Open)
            drop_probe(book.picture, book.now, probe_id="look")
    ledger = book.picture.get(DOWNTIME)
    assert ledger is None or unpack(pack(ledger)) == ledger


def test_it_is_seen_among_the_limits_while_it_stops_everything() -> None:
    """While ESI is down there is a line that says until when; when it answers, there is none."""
    clock = HeldClock(now=at(11))
    state = MemoryState(clock=clock)
    limiter = Limiter(clock=clock, state=state)

    def settle(why: str | None) -> None:
        state.step([DOWNTIME], lambda p, now: enter(p, now, day=DAY, probe_id="a", lease_s=90))
        state.step(
            [DOWNTIME], lambda p, now: settle_probe(p, now, day=DAY, probe_id="a", why=why, jitter=1.0)
        )

    settle("status 503")
    (line,) = [view for view in limiter.snapshot() if view.bucket == "daily downtime"]
    assert line.blocked_for_s == 20
    assert "status 503" in line.reason
    clock.advance(20)
    settle(None)
    assert all(view.bucket != "daily downtime" for view in limiter.snapshot())
