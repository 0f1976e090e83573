"""Whole sets or none: the walk, against a server whose set changes while it is walked over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.clock import HeldClock
from esi_fetch.errors import BrokenBodyError, IncompletePagesError, JobCancelledError
from esi_fetch.fetch.page_sets import MAX_ROUNDS, PageSetWalk, assess
from esi_fetch.model.events import Event, PagesFound, PagesTorn, WaitStarted
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Attempt, Source
from esi_fetch.store import Proof
from esi_fetch.transport import Answer, Mode, Task

SNAPSHOT_S = 300.0


class Book:
    """A set of pages as ESI would serve it: regenerated before the requests whose numbers are given."""

    def __init__(self, sizes: list[int], *, regenerate_before: set[int] = frozenset(), per_page: int = 3):
        self.sizes = sizes
        self.per_page = per_page
        self.regenerate_before = regenerate_before
        self.clock = HeldClock()
        self.snapshot = 0
        self.asked: list[tuple[int, Mode]] = []
        self.header: Callable[[int, int, Answer], Answer] = lambda page, snapshot, answer: answer
        self.expires_in = SNAPSHOT_S
        self.proofs: list[Proof] = []

    def pages_of(self, snapshot: int) -> list[list[dict[str, int]]]:
        total = self.sizes[min(snapshot, len(self.sizes) - 1)]
        # Rows move: each snapshot drops one row at the front, so every page holds other rows than before.
        ids = [snapshot + number for number in range(total * self.per_page)]
        return [
            [{"order_id": i, "snapshot": snapshot} for i in ids[p * self.per_page : (p + 1) * self.per_page]]
            for p in range(total)
        ]

    def ask(self, page: int, mode: Mode) -> Answer | None:
        self.asked.append((page, mode))
        if len(self.asked) in self.regenerate_before:
            self.snapshot += 1
        pages = self.pages_of(self.snapshot)
        if page > len(pages):
            return None
        now = self.clock.now()
        answer = Answer(
            200,
            Source.REMOTE,
            LazyData.of(pages[page - 1]),
            pages=len(pages),
            last_modified=formatdate(1_800_000_000 + SNAPSHOT_S * self.snapshot, usegmt=True),
            fetched_at=now,
            expires_at=now + self.expires_in,
            attempts=(Attempt(1, 200, elapsed_s=0.1),),
        )
        return self.header(page, self.snapshot, answer)

    def walk(
        self,
        *,
        id_field: str | None = "order_id",
        workers: int = 1,
        mode: Mode = Mode.NORMAL,
        deadline: float | None = None,
    ) -> Any:
        self.events: list[Event] = []
        with ThreadPoolExecutor(workers) as crew:
            walk = PageSetWalk(
                self.ask,
                task=Task(Job("GetMarketsRegionIdOrders"), emit=self.events.append, deadline=deadline),
                crew=crew,
                threads=workers,
                workers=workers,
                clock=self.clock,
                id_field=id_field,
                prove=self.proofs.append,
            )
            answers = walk.walk(mode, is_fresh=lambda page: False, distrust=lambda page: None)
        return answers.data().get()


def one_true_snapshot(rows: list[dict[str, int]], book: Book) -> bool:
    snapshots = {row["snapshot"] for row in rows}
    return len(snapshots) == 1 and rows == [r for page in book.pages_of(snapshots.pop()) for r in page]


def test_quiet_set_is_fetched_once() -> None:
    """A set that does not change costs one request a page."""
    book = Book([5])
    assert one_true_snapshot(book.walk(), book)
    assert [page for page, _ in book.asked] == [1, 2, 3, 4, 5]
    assert not any(isinstance(event, PagesTorn) for event in book.events)


@given(
    sizes=st.lists(st.integers(1, 7), min_size=1, max_size=8),
    regenerate_before=st.sets(st.integers(1, 40), max_size=12),
)
def test_any_regenerations_give_one_true_snapshot_or_an_error(
    sizes: list[int], regenerate_before: set[int]
) -> None:
    """Whenever and however often the set is regenerated, no row is lost or doubled."""
    book = Book(sizes, regenerate_before=regenerate_before)
    try:
        rows = book.walk()
    except IncompletePagesError:
        return
    assert one_true_snapshot(rows, book)


@given(
    regenerate_before=st.sets(st.integers(1, 60), max_size=3),
    sizes=st.lists(st.integers(4, 12), min_size=4, max_size=4),
)
def test_few_regenerations_are_always_overcome(regenerate_before: set[int], sizes: list[int]) -> None:
    """Up to three regenerations never make a walk fail, with several threads either."""
    book = Book(sizes, regenerate_before=regenerate_before)
    assert one_true_snapshot(book.walk(workers=4), book)


@pytest.mark.parametrize("before", range(2, 7))
def test_only_pages_that_differ_are_fetched_again(before: int) -> None:
    """After one regeneration only the pages of the older snapshot are asked for again."""
    book = Book([5], regenerate_before={before})
    assert one_true_snapshot(book.walk(), book)
    older = list(range(1, min(before, 6)))
    assert sorted(page for page, _ in book.asked[5:]) == (older if before <= 5 else [])


def test_shrunken_set_ends_with_fewer_pages() -> None:
    """A page past the end shows that the set has shrunk; the smaller snapshot is the result."""
    book = Book([6, 3], regenerate_before={3})
    rows = book.walk()
    assert one_true_snapshot(rows, book)
    assert len(rows) == 9
    assert [event.pages for event in book.events if isinstance(event, PagesFound)] == [6, 3]


def test_grown_set_ends_with_more_pages() -> None:
    """Pages that the newer snapshot has in addition are fetched too."""
    book = Book([3, 6], regenerate_before={3})
    rows = book.walk()
    assert one_true_snapshot(rows, book)
    assert len(rows) == 18


def test_endless_regeneration_fails_after_a_bounded_number_of_rounds() -> None:
    """A set that is never quiet fails and says so, and does not go on spending tokens."""
    book = Book([3], regenerate_before=set(range(1, 1000)))
    with pytest.raises(IncompletePagesError, match=f"in {MAX_ROUNDS} more rounds: .* of 3 still differ"):
        book.walk()
    assert len(book.asked) == 3 * (1 + MAX_ROUNDS)


def test_no_round_begins_after_the_deadline() -> None:
    """A set that is torn when the job's time is up fails at once."""
    book = Book([3], regenerate_before=set(range(1, 1000)))
    asked = book.ask

    def slow(page: int, mode: Mode) -> Answer | None:
        book.clock.advance(10)
        return asked(page, mode)

    book.ask = slow  # type: ignore[method-assign]
    with pytest.raises(IncompletePagesError, match="before the job's deadline: 2 of 3 still differ"):
        book.walk(deadline=45)
    assert len(book.asked) == 6


def test_doubled_row_under_equal_headers_is_never_whole() -> None:
    """Equal headers do not make a set whole when a row's id stands in it twice."""
    book = Book([3])
    book.pages_of = lambda snapshot: [[{"order_id": 1}], [{"order_id": 2}], [{"order_id": 1}]]  # type: ignore[method-assign]
    with pytest.raises(IncompletePagesError, match="twice"):
        book.walk()
    assert {mode for _, mode in book.asked[-3:]} == {Mode.REPLACE}


def test_plain_ids_are_checked_for_doubles() -> None:
    """Rows that are ids themselves are compared as such."""
    book = Book([2])
    book.pages_of = lambda snapshot: [[1, 2], [2, 3]]  # type: ignore[method-assign, list-item]
    with pytest.raises(IncompletePagesError, match="twice"):
        book.walk(id_field="")


def test_rows_without_id_may_be_equal() -> None:
    """Where rows have no id of their own, equal rows are no sign of a tear."""
    book = Book([2])
    book.pages_of = lambda snapshot: [[{"amount": 1}], [{"amount": 1}]]  # type: ignore[method-assign, list-item]
    assert book.walk(id_field=None) == [{"amount": 1}, {"amount": 1}]


def test_missing_x_pages_on_a_later_page_agrees_with_any() -> None:
    """Only page 1 has to say how many there are."""
    book = Book([3])
    book.header = lambda page, snapshot, answer: replace_pages(answer, None if page > 1 else 3)
    assert one_true_snapshot(book.walk(), book)
    assert len(book.asked) == 3


def test_missing_x_pages_on_page_1_means_one_page() -> None:
    """Without X-Pages there is one page."""
    book = Book([1])
    book.header = lambda page, snapshot, answer: replace_pages(answer, None)
    assert len(book.walk()) == 3
    assert len(book.asked) == 1


def test_missing_x_pages_on_a_full_page_is_looked_into() -> None:
    """A full page 1 without X-Pages is not taken for the whole while page 2 exists."""
    book = Book([2], per_page=1000)
    book.header = lambda page, snapshot, answer: replace_pages(answer, None)
    with pytest.raises(IncompletePagesError, match="page 2 exists"):
        book.walk()


def test_full_single_page_without_x_pages_is_whole() -> None:
    """A full page 1 without X-Pages is the whole when ESI knows no page 2."""
    book = Book([1], per_page=1000)
    book.header = lambda page, snapshot, answer: replace_pages(answer, None)
    assert len(book.walk()) == 1000


def test_senseless_x_pages_fails() -> None:
    """A set whose size can't be known is never called complete."""
    book = Book([3])
    book.header = lambda page, snapshot, answer: replace_pages(answer, 0)
    with pytest.raises(IncompletePagesError, match="X-Pages makes no sense"):
        book.walk()


def test_no_last_modified_at_all_is_whole_when_page_1_has_not_changed() -> None:
    """Without Last-Modified, page 1 is asked again at the end, and settles it."""
    book = Book([3])
    book.header = lambda page, snapshot, answer: replace_modified(answer, None)
    assert one_true_snapshot(book.walk(), book)
    assert [page for page, _ in book.asked] == [1, 2, 3, 1]


def test_no_last_modified_and_a_changed_page_1_is_walked_again() -> None:
    """Without Last-Modified, a page 1 that has changed by the end starts the walk anew."""
    book = Book([3], regenerate_before={3})
    book.header = lambda page, snapshot, answer: replace_modified(answer, "soon")
    assert one_true_snapshot(book.walk(), book)


def test_last_modified_missing_on_one_page_never_passes_for_whole() -> None:
    """A page that does not say which snapshot it is of does not belong to the others'."""
    book = Book([3])
    book.header = lambda page, snapshot, answer: replace_modified(
        answer, None if page == 2 else answer.last_modified
    )
    with pytest.raises(IncompletePagesError, match="1 of 3 still differ"):
        book.walk()


def test_walk_waits_for_a_near_regeneration() -> None:
    """A set that would expire in the middle of the walk is waited for, announced, and begun anew."""
    book = Book([20], regenerate_before={2})
    book.expires_in = 2.0
    waits = []
    book.header = lambda page, snapshot, answer: (
        answer if snapshot else _expiring(answer, book.clock.now() + 0.5, fetched_at=book.clock.now() - 299)
    )
    rows = book.walk()
    waits = [event for event in book.events if isinstance(event, WaitStarted)]
    assert one_true_snapshot(rows, book)
    assert [event.reason for event in waits] == ["the set of pages is about to expire"]
    assert book.clock.waits == [pytest.approx(1.5)]
    assert len(book.asked) == 21


def test_walk_does_not_wait_when_there_is_time() -> None:
    """A set that lasts longer than the walk is walked at once."""
    book = Book([20])
    book.walk()
    assert book.clock.waits == []


def test_cancelled_walk_stops() -> None:
    """A stopped run asks for no more pages."""
    book = Book([50])
    task = Task(Job("GetMarketsRegionIdOrders"))
    asked = book.ask

    def ask(page: int, mode: Mode) -> Answer | None:
        if page == 10:
            task.cancel.set()
        return asked(page, mode)

    with ThreadPoolExecutor(1) as crew, pytest.raises(JobCancelledError):
        PageSetWalk(
            ask, task=task, crew=crew, threads=1, workers=1, clock=book.clock, id_field=None, prove=print
        ).walk(Mode.NORMAL, is_fresh=lambda page: False, distrust=lambda page: None)
    assert len(book.asked) == 10


def test_page_that_is_no_list_is_a_broken_body() -> None:
    """A page must be a list of rows."""
    book = Book([2])
    book.pages_of = lambda snapshot: [[{"order_id": 1}], {"error": "?"}]  # type: ignore[method-assign, list-item]
    with pytest.raises(BrokenBodyError, match="should be a list of rows, and is dict"):
        book.walk()


def test_assess_prefers_the_newest_snapshot_to_the_most_common() -> None:
    """The newest Last-Modified wins, even when one page alone carries it."""
    old, new = "Sun, 27 Sep 2026 04:25:14 GMT", "Sun, 27 Sep 2026 04:30:14 GMT"
    pages = {1: _answer(old, 3), 2: _answer(new, 4), 3: _answer(old, 3)}
    assert assess(pages).total == 4
    assert assess(pages).again == (1, 3, 4)


def _answer(last_modified: str | None, pages: int | None) -> Answer:
    return Answer(200, Source.REMOTE, LazyData.of([]), pages=pages, last_modified=last_modified)


def replace_pages(answer: Answer, pages: int | None) -> Answer:
    return replace(answer, pages=pages)


def replace_modified(answer: Answer, last_modified: str | None) -> Answer:
    return replace(answer, last_modified=last_modified)


def _expiring(answer: Answer, expires_at: float, *, fetched_at: float) -> Answer:
    return replace(answer, expires_at=expires_at, fetched_at=fetched_at)
