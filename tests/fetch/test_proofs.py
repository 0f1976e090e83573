"""A set that was proved whole is not looked through again, as long as it is the same set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.utils import formatdate
from pathlib import Path
from typing import Any

import orjson
import pytest

from esi_fetch import Esi, Job
from esi_fetch.model.body import Body
from esi_fetch.model.result import Result
from esi_fetch.store import Proof
from tests.wire import Reply, Seen, WireServer

PAGES = 4
JOB = Job("GetMarketsRegionIdOrders", {"region_id": 10000002})


class Book:
    """Pages that keep their ETags while their rows stay as they are."""

    def __init__(self) -> None:
        self.rows = {
            page: [{"order_id": 10 * page}, {"order_id": 10 * page + 1}] for page in range(1, PAGES + 1)
        }
        self.modified_at = 1_790_000_000

    def answer(self, seen: Seen) -> Reply:
        page = int(seen.target.rsplit("page=", 1)[1])
        etag = f'"{hash(str(self.rows[page]))}"'
        headers = {
            "ETag": etag,
            "Last-Modified": formatdate(self.modified_at, usegmt=True),
            "X-Pages": str(PAGES),
            "Cache-Control": "max-age=300",
        }
        unchanged = seen.headers.get("if-none-match") == etag
        return Reply(304, headers=headers) if unchanged else Reply(200, self.rows[page], headers)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Body]:
    """Note every body that is decoded."""
    bodies: list[Body] = []
    decode = Body.data

    def noting(body: Body) -> Any:
        bodies.append(body)
        return decode(body)

    monkeypatch.setattr(Body, "data", noting)
    return bodies


@pytest.fixture
def book(tmp_path: Path) -> Iterator[tuple[Book, Callable[..., Esi]]]:
    """Serve a book, and make clients that share a home."""
    with ExitStack() as stack:
        served = Book()
        server = stack.enter_context(WireServer(served.answer))

        def client(**options: Any) -> Esi:
            return stack.enter_context(Esi(base_url=server.url, home=tmp_path, retries=0, **options))

        yield served, client


def fetched(esi: Esi, **options: Any) -> Result:
    result = esi.fetch(JOB, **options).result
    assert result is not None
    return result


@pytest.mark.parametrize("refresh", [True, False], ids=["confirmed by 304s", "fresh"])
def test_a_set_that_was_proved_is_not_decoded(book: Any, decoded: list[Body], refresh: bool) -> None:
    """Pages that come from the store, or are confirmed by a 304, are decoded when the data is asked for."""
    served, client = book
    assert fetched(client()).complete
    decoded.clear()
    result = fetched(client(), refresh=refresh)
    assert result.complete
    assert result.sources == {"not_modified" if refresh else "local": PAGES}
    assert len(result.rows) == 2 * PAGES
    assert decoded == []
    assert result.data == [row for page in served.rows.values() for row in page]
    assert len(decoded) == PAGES


def test_a_set_with_one_new_page_is_looked_through(book: Any, decoded: list[Body]) -> None:
    """One other body, and the proof is of another set: rows that stand twice now are found."""
    served, client = book
    assert fetched(client()).complete
    served.rows[2] = [{"order_id": 10}, {"order_id": 21}]  # 10 stands on page 1
    served.modified_at += 300
    decoded.clear()
    result = fetched(client(), refresh=True)
    assert not result.complete
    assert result.error is not None
    assert result.error.type == "IncompletePagesError"
    assert len(decoded) > PAGES


def test_a_set_that_failed_proves_nothing(book: Any) -> None:
    """The pages that a failed walk leaves in the store are no whole set for the next one, offline too."""
    served, client = book
    served.rows[2] = [{"order_id": 10}]
    for options in ({}, {"offline": True}):
        result = fetched(client(**options))
        assert result.error is not None
        assert result.error.type == "IncompletePagesError"


def test_a_new_snapshot_is_proved_anew(book: Any, decoded: list[Body]) -> None:
    """After a change the set is looked through once, and then not any more."""
    served, client = book
    assert fetched(client()).complete
    served.rows[3] = [{"order_id": 35}]
    served.modified_at += 300
    assert len(fetched(client(), refresh=True).rows) == 2 * PAGES - 1
    decoded.clear()
    assert len(fetched(client(), refresh=True).rows) == 2 * PAGES - 1
    assert decoded == []


@pytest.mark.parametrize("proof", ["yes", ["digest"], [1, 8], ["digest", -8], ["digest", True], {}])
def test_a_proof_that_is_none_is_not_believed(book: Any, tmp_path: Path, proof: Any) -> None:
    """A first page whose proof makes no sense is as good as not there, and fetched again."""
    _, client = book
    esi = client()
    assert fetched(esi).complete
    assert esi.store is not None
    storage = esi.store._storage
    (key,) = [
        row.key for row in storage.rows() if "page=1" in orjson.loads(row.header)["url"].partition("?")[2]
    ]
    storage.amend(key, lambda header: orjson.dumps({**orjson.loads(header), "proof": proof}))
    result = fetched(esi)
    assert result.complete
    assert result.sources == {"remote": 1, "local": PAGES - 1}


def test_a_proof_of_other_bodies_is_not_believed(book: Any, decoded: list[Body]) -> None:
    """A digest that is not that of the pages at hand counts for nothing: all are looked through."""
    _, client = book
    esi = client()
    assert fetched(esi).complete
    assert esi.store is not None
    (key,) = [row.key for row in esi.store._storage.rows() if b"page=1" in row.header]
    esi.store.prove(key, Proof("0" * 64, 1))
    decoded.clear()
    assert len(fetched(esi).rows) == 2 * PAGES
    assert len(decoded) == PAGES
