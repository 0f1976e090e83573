"""Whole sets over the wire: real threads, a real server, and a book that changes while it is walked over."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.model.result import Result, Source
from esi_fetch.sandbox import Sandbox

REGION = 10000002
ORDERS = "GetMarketsRegionIdOrders"
JOB = Job(ORDERS, {"region_id": REGION})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Callable[..., tuple[Sandbox, Esi]]]:
    """Make a sandbox with a book of small pages, and a client of it."""
    with ExitStack() as stack:

        def make(pages: int, *, workers: int = 8, local: bool = True, **manners: Any) -> tuple[Sandbox, Esi]:
            sandbox = stack.enter_context(
                Sandbox(orders_pages=pages, page_size=10, limits=False, error_limit=100_000, **manners)
            )
            esi = Esi(base_url=sandbox.url, home=tmp_path, workers=workers, local=local, retries=1)
            return sandbox, stack.enter_context(esi)

        yield make


def fetched(esi: Esi, **options: Any) -> Result:
    result = esi.fetch(JOB, **options).result
    assert result is not None
    return result


def is_true(result: Result, sandbox: Sandbox) -> bool:
    """Return whether a result is exactly one snapshot of the book: no row lost, doubled, or of another."""
    newest = sandbox.snapshot(ORDERS).number
    return any(result.data == sandbox.orders_at(REGION, number) for number in range(newest, -1, -1))


@pytest.mark.parametrize("local", [True, False])
def test_regeneration_after_any_page_is_overcome(book: Any, local: bool) -> None:
    """Wherever in the walk the book changes, the result is one true snapshot."""
    sandbox, esi = book(9, local=local)
    for page in range(1, 10):
        sandbox.faults.regenerate_after(ORDERS, page=page)
        result = fetched(esi, refresh=local)
        assert result.complete, (page, result.error)
        assert is_true(result, sandbox), page


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("workers", "past_end_status"), [(1, 404), (4, 500), (16, 404)])
def test_book_that_never_rests(book: Any, seed: int, workers: int, past_end_status: int) -> None:
    """While the book changes again and again, what is called complete is one true snapshot, or it failed."""
    sandbox, esi = book(30, workers=workers, local=seed % 2 == 0, past_end_status=past_end_status)
    chance = random.Random(seed)
    over = threading.Event()

    def churn() -> None:
        for _ in range(chance.randint(1, 12)):
            if over.wait(chance.uniform(0.0, 0.08)):
                return
            sandbox.regenerate(ORDERS)

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        results = [fetched(esi, refresh=True) for _ in range(3)]
    finally:
        over.set()
        churning.join()
    for result in results:
        assert result.complete == (result.error is None)
        assert not result.complete or is_true(result, sandbox)
        assert result.complete or result.error.type == "IncompletePagesError"
    last = fetched(esi, refresh=True)  # it rests now
    assert last.complete
    assert last.data == sandbox.orders_at(REGION)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Expires",),
        ("Expires", "Last-Modified"),
        ("Expires", "X-Pages"),
        ("Expires", "Last-Modified", "X-Pages", "ETag"),
    ],
)
def test_304s_may_leave_out_what_they_like(book: Any, headers: tuple[str, ...]) -> None:
    """Whatever a 304 says or not, sets of confirmed and new pages are one true snapshot."""
    sandbox, esi = book(12, not_modified_headers=headers)
    assert fetched(esi).complete
    quiet = fetched(esi, refresh=True)
    assert (quiet.source, quiet.complete) == (Source.NOT_MODIFIED, True)
    for page in (1, 5, 12):
        sandbox.faults.regenerate_after(ORDERS, page=page)
        result = fetched(esi, refresh=True)
        assert result.complete
        assert is_true(result, sandbox)


def test_missing_last_modified_is_never_a_mixture(book: Any) -> None:
    """Without Last-Modified a set is one true snapshot or an error, also when it comes from the store."""
    sandbox, esi = book(10, workers=4)
    sandbox.faults.add(ORDERS, times=None, drop_headers=("Last-Modified",))
    for page in (None, 1, 2, 5, 9, 10):
        if page is not None:
            sandbox.faults.regenerate_after(ORDERS, page=page)
        for result in (fetched(esi, refresh=page is not None), fetched(esi)):
            assert not result.complete or is_true(result, sandbox), page


def test_one_failing_page_among_many_fails_the_set(book: Any) -> None:
    """A page that can't be had fails the set; the pages that came need not be asked for again."""
    sandbox, esi = book(60)
    fault = sandbox.faults.add(ORDERS, page=37, times=None, status=502)
    result = fetched(esi)
    assert (result.complete, result.data, result.error.type) == (False, None, "ServerError")
    fault.remove()
    before = sandbox.count(200)
    result = fetched(esi)
    assert result.complete
    assert result.data == sandbox.orders_at(REGION)
    assert result.requests == 60 - before


def test_quiet_set_costs_one_request_a_page_and_then_nothing(book: Any) -> None:
    """A set is fetched once; while it is fresh nothing is sent, and it is the same set."""
    sandbox, esi = book(40)
    first, second = fetched(esi), fetched(esi)
    assert (first.requests, second.requests, len(sandbox.requests)) == (40, 0, 40)
    assert first.data == second.data == sandbox.orders_at(REGION)


def test_shrunk_set_costs_few_refusals(book: Any) -> None:
    """When the set ends before a page that was promised, the pages behind that one are not asked for."""
    sandbox, esi = book(50, workers=2)
    sandbox.faults.add(ORDERS, page=1, times=1, headers={"X-Pages": "500"})
    result = fetched(esi)
    assert result.complete
    assert result.data == sandbox.orders_at(REGION)
    assert sandbox.count(404) <= 2


@pytest.mark.parametrize("workers", [1, 2])
def test_many_sets_at_once_never_wait_for_each_other(book: Any, workers: int) -> None:
    """Jobs and their pages share few workers without a deadlock, equal jobs included."""
    _, esi = book(4, workers=workers)
    regions = [REGION, 10000043, 10000030, REGION]
    report = esi.run([Job(ORDERS, {"region_id": regions[number % 4]}) for number in range(48)])
    assert report.totals.ok == 48
    assert report.totals.requests == 4 + 2 + 1
