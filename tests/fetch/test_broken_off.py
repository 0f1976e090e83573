"""Sets of pages that ESI stops giving in the middle: the old set is still there, whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.errors import IncompletePagesError, NotInStoreError, ServerError
from esi_fetch.model.result import Source
from esi_fetch.sandbox import Sandbox
from tests.wire import Reply, Seen, WireServer

ORDERS = "GetMarketsRegionIdOrders"
FORGE = {"region_id": 10000002}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI whose market has four pages."""
    with Sandbox(page_size=10, orders_pages=4, ttl_s=3600) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients with one home; all are closed at the end."""
    made: list[Esi] = []

    def make(**settings: Any) -> Esi:
        fixed = {"base_url": sandbox.url, "home": tmp_path / "home", "retries": 0, "workers": 1}
        made.append(Esi(**{**fixed, **settings}))
        return made[-1]

    yield make
    for esi in made:
        esi.close()


def kept_aside(tmp_path: Path) -> int:
    """Return how many pages are kept although they were replaced."""
    database = sqlite3.connect(tmp_path / "home" / "store.sqlite")
    try:
        return int(database.execute("SELECT count(*) FROM entries WHERE key LIKE '%~'").fetchone()[0])
    finally:
        database.close()


def broken_off(client: Callable[..., Esi], sandbox: Sandbox, *, at: int = 3) -> list[Any]:
    """Fetch a set whole, and then its successor up to a page that ESI has no answer for; return the first."""
    before: list[Any] = client().get(ORDERS, **FORGE)
    sandbox.regenerate(ORDERS)
    sandbox.faults.add(ORDERS, status=503, times=None, page=at)
    return before


def test_the_old_set_stands_in(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    """Though new pages have come, the old ones are served whole, marked stale, and again the next time."""
    before = broken_off(client, sandbox)
    for _ in range(2):
        done = client().fetch(Job(ORDERS, FORGE), refresh=True).result
        assert (done.source, done.pages, done.complete) == (Source.STALE, 4, True)
        assert done.data == before
        assert kept_aside(tmp_path) == 2
        sandbox.regenerate(ORDERS)  # ever newer pages come, and the whole set stays


def test_the_old_set_is_there_offline(client: Any, sandbox: Sandbox) -> None:
    """Offline, too, a whole set is better than the torn one that has replaced it."""
    before = broken_off(client, sandbox)
    assert client().fetch(Job(ORDERS, FORGE), refresh=True).result.source is Source.STALE
    done = client(offline=True).fetch(Job(ORDERS, FORGE)).result
    assert (done.source, done.data) == (Source.LOCAL, before)


def test_a_whole_set_takes_its_place(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    """Once ESI gives the new set whole, nothing of the old one is left."""
    broken_off(client, sandbox)
    client().get(ORDERS, **FORGE, refresh=True)
    sandbox.faults.clear()
    assert client().get(ORDERS, **FORGE, refresh=True) == sandbox.orders_at(10000002)
    assert kept_aside(tmp_path) == 0
    assert client().store.report().total.entries == 4


def test_pages_that_are_the_same_in_the_new_set_do_not_spoil_the_old_one(tmp_path: Path) -> None:
    """A 304 of a newer snapshot keeps the old header as well: its body belongs to both sets."""
    state = {"snapshot": "Sun, 27 Sep 2026 04:25:14 GMT", "broken": False}

    def answer(seen: Seen) -> Reply:
        page = int(seen.target.rpartition("page=")[2])
        if state["broken"] and page == 3:
            return Reply(status=502)
        headers = {
            "Last-Modified": state["snapshot"],
            "X-Pages": "3",
            "ETag": f'"{page}"',
            "Cache-Control": "max-age=60",
        }
        if seen.headers.get("if-none-match") == f'"{page}"':
            return Reply(status=304, headers=headers)
        return Reply(body=[{"order_id": page}], headers=headers)

    with WireServer(answer) as server:
        settings: dict[str, Any] = {
            "base_url": server.url,
            "home": tmp_path / "home",
            "retries": 0,
            "workers": 1,
        }
        with Esi(**settings) as esi:
            before = esi.get(ORDERS, **FORGE)
            state.update(snapshot="Sun, 27 Sep 2026 04:30:14 GMT", broken=True)
            for _ in range(2):
                done = esi.fetch(Job(ORDERS, FORGE), refresh=True).result
                assert done is not None
                assert (done.source, done.data) == (Source.STALE, before)
                assert done.snapshot_at is not None
                assert done.snapshot_at.minute == 25
            assert kept_aside(tmp_path) == 2
            state["broken"] = False
            assert esi.fetch(Job(ORDERS, FORGE), refresh=True).result.source is Source.NOT_MODIFIED  # type: ignore[union-attr]
            assert kept_aside(tmp_path) == 0


def test_what_esi_forbids_meanwhile_is_not_shown(client: Any, sandbox: Sandbox) -> None:
    """A page that was refused in between is not served from before, nor is the set it belongs to."""
    broken_off(client, sandbox)
    assert client().fetch(Job(ORDERS, FORGE), refresh=True).result.source is Source.STALE
    sandbox.faults.clear()
    sandbox.faults.add(ORDERS, status=403, page=2)
    assert client().fetch(Job(ORDERS, FORGE), refresh=True).result.error.status == 403
    sandbox.faults.add(ORDERS, status=503, times=None)
    with pytest.raises(ServerError):
        client().get(ORDERS, **FORGE, refresh=True)


def test_what_is_too_old_does_not_stand_in(client: Any, sandbox: Sandbox) -> None:
    """Without leave for stale data there is none, from before either."""
    broken_off(client, sandbox)
    with pytest.raises(ServerError):
        client(max_stale=0).get(ORDERS, **FORGE, refresh=True)


def test_a_first_set_that_breaks_off_is_none(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    """Where there was no whole set, pages are pages, and nothing is made of them."""
    sandbox.faults.add(ORDERS, status=503, times=None, page=3)
    with pytest.raises(ServerError):
        client().get(ORDERS, **FORGE)
    with pytest.raises(NotInStoreError, match=r"page=3 is not in the store"):
        client(offline=True).get(ORDERS, **FORGE)
    sandbox.regenerate(ORDERS)
    with pytest.raises(ServerError):
        client().get(ORDERS, **FORGE, refresh=True)
    with pytest.raises((NotInStoreError, IncompletePagesError)):
        client(offline=True).get(ORDERS, **FORGE)
    assert kept_aside(tmp_path) == 2


def test_pages_from_before_are_looked_after_like_others(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    """They are counted and purged, and neither refreshed nor exported."""
    broken_off(client, sandbox)
    esi = client()
    esi.get(ORDERS, **FORGE, refresh=True)
    assert esi.store.report().total.entries == 6
    assert esi.store.export(tmp_path / "x.esi").entries == 4
    sandbox.faults.clear()
    sandbox.clear()
    assert esi.store.refresh(dry_run=True).entries == 4
    assert esi.store.purge(operation=ORDERS).entries == 6
    assert kept_aside(tmp_path) == 0


def test_a_page_replaced_by_itself_does_not_pass_for_one_from_before(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    """A single page, asked for alone, has no set to keep whole."""
    esi = client()
    esi.get(ORDERS, **FORGE)
    sandbox.regenerate(ORDERS)
    esi.get(ORDERS, **FORGE, page=2, refresh=True)
    assert kept_aside(tmp_path) == 0
