"""Page sets: what is on them, when they change, and the proof of a true snapshot."""

from __future__ import annotations

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ORDERS, ask, page

OP = "GetMarketsRegionIdOrders"
# The fields of a recorded order.
FIELDS = {
    "duration",
    "is_buy_order",
    "issued",
    "location_id",
    "min_volume",
    "order_id",
    "price",
    "range",
    "system_id",
    "type_id",
    "volume_remain",
    "volume_total",
}


def test_orders_come_in_pages_of_a_thousand(shown: Sandbox) -> None:
    """The Forge has eight pages unless told otherwise, all full but the last, with each order once."""
    pages = [page(shown, number) for number in range(1, 9)]
    assert {got.headers["X-Pages"] for got in pages} == {"8"}
    sizes = [len(got.json()) for got in pages]
    assert sizes[:-1] == [1000] * 7
    assert 0 < sizes[-1] < 1000
    orders = [order for got in pages for order in got.json()]
    assert len({order["order_id"] for order in orders}) == len(orders)
    assert all(set(order) == FIELDS for order in orders)
    assert all(1 <= order["volume_remain"] <= order["volume_total"] for order in orders)
    assert orders == shown.orders_at(10000002)


def test_the_number_of_pages_can_be_chosen() -> None:
    """orders_pages and page_size decide how many orders The Forge has; Domain has half the pages."""
    with Sandbox(orders_pages=5, page_size=10) as sandbox:
        assert page(sandbox, 1).headers["X-Pages"] == "5"
        assert len(page(sandbox, 1).json()) == 10
        assert ask(sandbox, "/markets/10000043/orders?order_type=all").headers["X-Pages"] == "3"
        assert ask(sandbox, "/markets/10000030/orders?order_type=all").headers["X-Pages"] == "1"


def test_orders_can_be_filtered(shown: Sandbox) -> None:
    """order_type and type_id select rows of the same book, and fewer rows fill fewer pages."""
    truth = shown.orders_at(10000002)
    got = ask(shown, "/markets/10000002/orders?order_type=sell&type_id=34")
    assert got.json() == [o for o in truth if o["type_id"] == 34 and not o["is_buy_order"]] != []
    assert got.headers["X-Pages"] == "1"
    buys = ask(shown, "/markets/10000002/orders?order_type=buy")
    assert buys.json() == [order for order in truth if order["is_buy_order"]][:1000]
    assert int(buys.headers["X-Pages"]) < 8


def test_no_order_is_in_two_regions(shown: Sandbox) -> None:
    """Order ids of one region are not used in another."""
    here = {order["order_id"] for order in shown.orders_at(10000002)}
    there = {order["order_id"] for order in shown.orders_at(10000043)}
    assert not here & there


@pytest.mark.parametrize("page_number", [9, 100])
def test_pages_past_the_end_are_errors(shown: Sandbox, page_number: int) -> None:
    """Past the end there is a 404, not an empty list."""
    got = page(shown, page_number)
    assert (got.status, got.error) == (404, "Requested page does not exist!")


def test_pages_past_the_end_can_be_500() -> None:
    """As ESI has done, the sandbox can wrap that 404 into a 500."""
    with Sandbox(past_end_status=500, page_size=10) as sandbox:
        got = page(sandbox, 99)
        assert (got.status, got.error.partition(": ")[2]) == (500, "Requested page does not exist!")
        sandbox.manners.past_end_status = 404
        assert page(sandbox, 99).status == 404


def test_an_empty_list_is_one_page() -> None:
    """A region without contracts has one empty page."""
    with Sandbox() as sandbox:
        got = ask(sandbox, "/contracts/public/11000031")
        assert (got.status, got.json(), got.headers["X-Pages"]) == (200, [], "1")
        assert ask(sandbox, "/contracts/public/11000031?page=2").status == 404


def test_a_regeneration_moves_rows_between_pages() -> None:
    """Some orders go, some come, others move to another page, and what is left of them shrinks."""
    with Sandbox(orders_pages=4, page_size=100) as sandbox:
        before = {order["order_id"]: order for order in sandbox.orders_at(10000002)}
        second_page = {order["order_id"] for order in page(sandbox, 2).json()}
        sandbox.regenerate(OP)
        after = {order["order_id"]: order for order in sandbox.orders_at(10000002)}
        moved = {order["order_id"] for order in page(sandbox, 2).json()} ^ second_page
        assert sandbox.requests[-1].snapshot == 1
    assert before.keys() - after.keys()
    assert after.keys() - before.keys()
    assert moved & before.keys() & after.keys()
    still_there = before.keys() & after.keys()
    assert any(after[key]["volume_remain"] < before[key]["volume_remain"] for key in still_there)


def test_old_snapshots_can_be_looked_up() -> None:
    """orders_at tells what any snapshot was, or is going to be."""
    with Sandbox(orders_pages=2, page_size=20) as sandbox:
        first, next_one = sandbox.orders_at(10000002), sandbox.orders_at(10000002, 1)
        sandbox.regenerate()
        assert sandbox.orders_at(10000002, 0) == first
        assert sandbox.orders_at(10000002) == next_one != first


def test_every_third_snapshot_has_a_page_less() -> None:
    """The number of pages changes with the snapshots, so a walk may find its last page gone."""
    with Sandbox(orders_pages=3, page_size=10) as sandbox:
        pages = []
        for _ in range(4):
            pages.append(int(page(sandbox, 1).headers["X-Pages"]))
            sandbox.regenerate(OP)
    assert pages == [3, 3, 2, 3]


def test_a_regeneration_can_be_put_between_two_pages() -> None:
    """After the chosen page the data changes, once."""
    with Sandbox(orders_pages=5, page_size=10) as sandbox:
        sandbox.faults.regenerate_after(OP, page=3)
        walks = [[page(sandbox, number).headers["Last-Modified"] for number in range(1, 5)] for _ in range(2)]
        assert [seen.snapshot for seen in sandbox.requests] == [0, 0, 0, 1, 1, 1, 1, 1]
    assert walks[0][0] == walks[0][2] != walks[0][3]
    assert set(walks[1]) == {walks[0][3]}


def test_snapshots_come_by_themselves_when_their_time_is_over() -> None:
    """Orders live 300 seconds; all their pages change at the same moment."""
    clock = HeldClock()
    with Sandbox(clock=clock, orders_pages=2, page_size=10) as sandbox:
        first = page(sandbox, 1)
        clock.advance(299)
        assert page(sandbox, 1).headers["ETag"] == first.headers["ETag"]
        clock.advance(1)
        changed = page(sandbox, 1), page(sandbox, 2)
        assert {got.headers["Last-Modified"] for got in changed} == {first.headers["Expires"]}
        assert changed[0].json() == sandbox.orders_at(10000002, 1)[:10]
        clock.advance(900)
        assert sandbox.snapshot(OP).number == 4


def test_lifetimes_can_be_made_short() -> None:
    """ttl_s is the lifetime of everything that expires, static data too; less than a second is refused."""
    clock = HeldClock()
    with Sandbox(clock=clock, ttl_s=2) as sandbox:
        for path in ("/status", "/universe/types/34", ORDERS):
            tag = {"If-None-Match": ask(sandbox, path).headers["ETag"]}
            assert ask(sandbox, path, headers=tag).status == 304
            clock.advance(2)
            assert ask(sandbox, path, headers=tag).status == 200
        assert "max-age=2," in ask(sandbox, "/status").headers["Cache-Control"]
    with pytest.raises(ValueError, match="whole seconds"):
        Sandbox(ttl_s=0.5)


def test_static_data_changes_at_the_downtime() -> None:
    """Static tags change at 11:05 UTC though the bodies stay; two days later as well."""
    clock = HeldClock(1_800_000_000 + 3 * 3600)  # 11:00 UTC
    with Sandbox(clock=clock) as sandbox:
        answers = []
        for wait_s in (299, 1, 2 * 86400):
            clock.advance(wait_s)
            answers.append(ask(sandbox, "/universe/types/34"))
        assert [sandbox.requests[n].snapshot for n in range(3)] == [0, 1, 3]
    assert len({got.headers["ETag"] for got in answers}) == 3
    assert len({got.body for got in answers}) == 1
    assert answers[0].headers["Expires"] == "Fri, 15 Jan 2027 11:05:00 GMT"
    assert answers[1].headers["Last-Modified"] == "Fri, 15 Jan 2027 11:03:16 GMT"


def test_event_based_data_changes_when_something_happens() -> None:
    """Skills stay the same for as long as nothing is regenerated."""
    clock = HeldClock()
    with Sandbox(clock=clock) as sandbox:
        path, token = "/characters/90000001/skills", sandbox.token(90000001)
        first = ask(sandbox, path, token=token)
        clock.advance(100_000)
        tag = {"If-None-Match": first.headers["ETag"]}
        assert ask(sandbox, path, token=token, headers=tag).status == 304
        sandbox.regenerate("GetCharactersCharacterIdSkills")
        assert ask(sandbox, path, token=token, headers=tag).status == 200


def test_types_fill_two_pages(shown: Sandbox) -> None:
    """The types are a full page and a part of one, each type once, and every one can be looked up."""
    pages = [ask(shown, f"/universe/types?page={number}").json() for number in (1, 2)]
    assert len(pages[0]) == 1000
    assert 0 < len(pages[1]) < 1000
    assert len({*pages[0], *pages[1]}) == len(pages[0]) + len(pages[1])
    for type_id in (pages[0][0], pages[1][-1]):
        assert ask(shown, f"/universe/types/{type_id}").json()["type_id"] == type_id


def test_contracts_of_a_region(shown: Sandbox) -> None:
    """Contracts have pages; their items are there while they are, and afterwards a 204 without a body."""
    first = ask(shown, "/contracts/public/10000002")
    assert first.headers["X-Pages"] == "3"
    newest = first.json()[0]["contract_id"]
    oldest = ask(shown, "/contracts/public/10000002?page=3").json()[-1]["contract_id"]
    assert ask(shown, f"/contracts/public/items/{newest}").json()
    assert ask(shown, f"/contracts/public/items/{newest + 3}").status == 404
    assert ask(shown, f"/contracts/public/items/{newest + 1}").status == 404
    assert ask(shown, "/contracts/public/items/7").status == 404
    with Sandbox() as sandbox:
        sandbox.regenerate("GetContractsPublicItemsContractId")
        gone = ask(sandbox, f"/contracts/public/items/{oldest}")
        assert (gone.status, gone.body) == (204, b"")


@pytest.mark.parametrize("name", ["orders_pages", "page_size", "walk_rows", "contracts_pages"])
def test_sizes_must_be_positive(name: str) -> None:
    """A world without rows is refused when it is made, naming the argument."""
    with pytest.raises(ValueError, match="wants 1 or more"):
        Sandbox(**{name: 0})
