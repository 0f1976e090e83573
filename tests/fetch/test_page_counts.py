"""How many pages there are, where the headers do not say it well; and what is never complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import IncompletePagesError
from tests.wire import Reply, Seen, WireServer

ORDERS = "GetMarketsRegionIdOrders"
OLD, NEW = "Sun, 27 Sep 2026 04:25:14 GMT", "Sun, 27 Sep 2026 04:30:14 GMT"
GONE = Reply(404, {"error": "Requested page does not exist!"})


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., tuple[WireServer, Esi]]]:
    """Make a scripted server and a client of it."""
    with ExitStack() as stack:

        def make(answer: Callable[[Seen, int], Reply], **settings: Any) -> tuple[WireServer, Esi]:
            def by_page(seen: Seen) -> Reply:
                return answer(seen, int(seen.target.rpartition("page=")[2]))

            server = stack.enter_context(WireServer(by_page))
            esi = Esi(base_url=server.url, home=tmp_path, retries=0, **settings)
            return server, stack.enter_context(esi)

        yield make


def page(rows: object, pages: object = None, *, modified: str | None = OLD, tag: str | None = None) -> Reply:
    headers = {"Last-Modified": modified, "ETag": tag, "Cache-Control": "max-age=300"}
    return Reply(body=rows, headers={**headers, "X-Pages": None if pages is None else str(pages)})


def get(esi: Esi) -> Any:
    return esi.get(ORDERS, region_id=1)


def test_senseless_count_stays_senseless(serve: Any) -> None:
    """A page 1 of nobody knows how many pages is not kept, so it is not taken for the only one later."""
    _, esi = serve(lambda seen, number: page([{"order_id": number}], "many"))
    for _ in range(2):
        with pytest.raises(IncompletePagesError, match="makes no sense"):
            get(esi)


def test_full_page_without_a_count_is_looked_behind_once(serve: Any) -> None:
    """A full page alone is the whole set; that is asked once, and known from the store, offline too."""
    server, esi = serve(
        lambda seen, number: GONE if number > 1 else page([{"order_id": i} for i in range(1000)])
    )
    assert len(get(esi)) == len(get(esi)) == 1000
    assert len(server.seen) == 2
    assert len(get(Esi(base_url=server.url, home=esi.settings.home, offline=True))) == 1000


def test_full_page_without_a_count_before_another_is_never_whole(serve: Any) -> None:
    """Where page 2 exists although page 1 names none, the set is not complete, from the store either."""
    server, esi = serve(lambda seen, number: page([{"order_id": number * 1000 + i} for i in range(1000)]))
    for _ in range(2):
        with pytest.raises(IncompletePagesError, match="page 2 exists"):
            get(esi)
    assert len(server.seen) == 2


def test_count_that_goes_missing_in_a_later_round_is_noticed(serve: Any) -> None:
    """A page 1 that no longer says how many pages there are is not the only page of a torn set."""

    def answer(seen: Seen, number: int) -> Reply:
        if number == 1:
            return page([{"order_id": 1}], 3) if seen.number == 1 else page([{"order_id": 1}], modified=NEW)
        return page([{"order_id": number}], 3, modified=NEW)

    _, esi = serve(answer)
    with pytest.raises(IncompletePagesError, match="page 2 exists"):
        get(esi)


@pytest.mark.parametrize("last_page_changes", [True, False])
def test_set_that_grew_behind_304s_without_a_count_is_whole(serve: Any, last_page_changes: bool) -> None:
    """A 304 of a newer snapshot that leaves X-Pages out does not vouch for the old number of pages."""
    clock, grown = HeldClock(), False

    def answer(seen: Seen, number: int) -> Reply:
        total, modified = (3, NEW) if grown else (2, OLD)
        if number > total:
            return GONE
        tag = f'"{number} {grown and last_page_changes and number == 2}"'
        if seen.headers.get("if-none-match") == tag:
            return Reply(304, headers={"Last-Modified": modified, "Cache-Control": "max-age=300"})
        return page([{"order_id": number}], total, modified=modified, tag=tag)

    server, esi = serve(answer, clock=clock)
    assert len(get(esi)) == 2
    grown = True
    clock.advance(400)
    assert len(get(esi)) == 3
    asked = len(server.seen)
    assert len(get(esi)) == 3
    assert len(server.seen) == asked  # fresh, and known to be whole


def test_promise_of_pages_that_do_not_exist_costs_few_refusals(serve: Any) -> None:
    """A senselessly large count is not tried out page by page."""
    server, esi = serve(
        lambda seen, number: page([{"order_id": 1}], 9999) if number == 1 else GONE, workers=2
    )
    with pytest.raises(IncompletePagesError):
        get(esi)
    assert len(server.seen) < 30


@pytest.mark.parametrize("tagged", [True, False])
def test_doubled_rows_are_never_complete(serve: Any, tagged: bool) -> None:
    """Rows that stand twice fail the set, soon: confirmed by 304s, from the store, and offline."""
    server, esi = serve(
        lambda seen, number: (
            Reply(304)
            if "if-none-match" in seen.headers
            else page([{"order_id": 7}], 6, tag='W/"same"' if tagged else None)
        )
    )
    with pytest.raises(IncompletePagesError, match="rows stand in them twice, although"):
        get(esi)
    assert len(server.seen) == 18  # once, once conditionally, once whole
    with pytest.raises(IncompletePagesError, match="twice"):
        get(esi)
    with pytest.raises(IncompletePagesError, match="offline"):
        get(Esi(base_url=server.url, home=esi.settings.home, offline=True))


def test_set_without_last_modified_that_was_torn_is_not_whole_in_the_store(serve: Any) -> None:
    """Pages that a failed walk left in the store are looked at again before they are called complete."""
    restless = True

    def answer(seen: Seen, number: int) -> Reply:
        return page([{"order_id": 100 * (seen.number if restless else 1) + number}], 3, modified=None)

    server, esi = serve(answer)
    with pytest.raises(IncompletePagesError):
        get(esi)
    with pytest.raises(IncompletePagesError, match="offline"):
        get(Esi(base_url=server.url, home=esi.settings.home, offline=True))
    restless = False
    rows = [{"order_id": 101}, {"order_id": 102}, {"order_id": 103}]
    assert get(esi) == rows
    asked = len(server.seen)
    assert get(esi) == rows
    assert len(server.seen) == asked


def test_new_page_1_is_not_put_before_stored_pages_without_last_modified(serve: Any) -> None:
    """Where nothing tells snapshots apart, pages from the store do not stand beside a page 1 that is new."""
    clock, book = HeldClock(), 0

    def answer(seen: Seen, number: int) -> Reply:
        reply = page([{"order_id": 10 * book + number}], 3, modified=None)
        lasts_s = 100 if number == 1 else 300
        return replace(reply, headers={**reply.headers, "Cache-Control": f"max-age={lasts_s}"})

    _, esi = serve(answer, clock=clock)
    assert [row["order_id"] for row in get(esi)] == [1, 2, 3]
    book = 1
    clock.advance(200)
    assert [row["order_id"] for row in get(esi)] == [11, 12, 13]


def test_set_without_last_modified_that_changes_its_size_comes_together(serve: Any) -> None:
    """Without Last-Modified the pages that came last are the newest, however few they are."""

    def answer(seen: Seen, number: int) -> Reply:
        total = 8 if seen.number <= 7 else 6
        return GONE if number > total else page([{"order_id": 10 * total + number}], total, modified=None)

    _, esi = serve(answer, workers=1)
    assert get(esi) == [{"order_id": 60 + number} for number in range(1, 7)]


def test_nothing_there_is_an_empty_list(serve: Any) -> None:
    """A 204 of an operation with pages is a set without rows."""
    with WireServer(lambda seen: Reply(204)) as server:
        esi = Esi(base_url=server.url, local=False)
        job = esi.fetch(Job("GetContractsPublicItemsContractId", {"contract_id": 5}))
    assert job.result is not None
    assert (job.result.data, job.result.complete, job.result.status) == ([], True, 204)


@pytest.mark.parametrize("rows", [[[1], [2]], [{"order_id": [1]}], [None], [{"order_id": {}}], [{}]])
def test_rows_of_unexpected_kinds_are_data(serve: Any, rows: list[Any]) -> None:
    """Rows without a usable id are handed over as they are."""
    _, esi = serve(lambda seen, number: page(rows, 2))
    assert get(esi) == rows * 2


def test_a_page_by_itself_is_remarked(serve: Any) -> None:
    """Who names a page gets it alone, and is told of how many it is; where it is the only one, nothing."""
    _, esi = serve(lambda seen, number: page([{"order_id": number}], 8 if "/1/" in seen.target else 1))
    for region, remarks in (
        (1, ("page 1 alone, of 8; without the parameter page, all of them come",)),
        (2, ()),
    ):
        result = esi.fetch(Job(ORDERS, {"region_id": region, "page": 1})).result
        assert (result.complete, len(result.data), result.remarks) == (True, 1, remarks)
