"""``Esi``: what scripts hold."""

from __future__ import annotations

import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, WorkOrder
from esi_fetch.clock import HeldClock
from esi_fetch.errors import (
    CharacterError,
    InputError,
    NotFoundError,
    NotInStoreError,
    SettingsError,
    StoreError,
    UnknownOperationError,
)
from esi_fetch.model.result import Source
from esi_fetch.transport.session import user_agent
from tests.wire import Reply, Seen, WireServer, script


@pytest.fixture
def serve() -> Iterator[Callable[..., WireServer]]:
    """Start scripted servers."""
    servers: list[WireServer] = []

    def start(*replies: Reply, answer: Callable[[Seen], Reply] | None = None) -> WireServer:
        servers.append(WireServer(answer or script(*replies or (Reply(),))).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients with a home of their own."""
    clients: list[Esi] = []

    def make(server: WireServer, **settings: Any) -> Esi:
        clients.append(Esi(base_url=server.url, **{"home": tmp_path / "home", "retries": 0, **settings}))
        return clients[-1]

    yield make
    for esi in clients:
        esi.close()


def test_nobody_asks_esi_without_a_contact(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For the real ESI a contact is required, and the error says what to do; offline nothing is sent."""
    monkeypatch.delenv("ESI_FETCH_USER_AGENT", raising=False)
    with pytest.raises(SettingsError, match=r"names no contact: 'script'.*me@example\.com"):
        Esi("script", home=tmp_path)
    with pytest.raises(SettingsError, match=r'ESI_FETCH_USER_AGENT="my-scripts/1.0 \(me@example.com\)"'):
        Esi(home=tmp_path)
    assert Esi("my-scripts/1.0 (me@example.com)", home=tmp_path).settings.user_agent
    assert "offline" in repr(Esi(home=tmp_path, offline=True))


def test_one_source_has_to_be_on(tmp_path: Path) -> None:
    """Neither local nor remote leaves nothing to ask."""
    with pytest.raises(SettingsError, match="one of them has to be on"):
        Esi("a (b@c.de)", local=False, remote=False, home=tmp_path)


@pytest.mark.parametrize("cap", [0, -1, float("nan"), float("inf")])
def test_senseless_caps_are_refused(tmp_path: Path, cap: float) -> None:
    """A cap on requests per second is a number above 0."""
    with pytest.raises(SettingsError, match="requests_per_second"):
        Esi("a (b@c.de)", home=tmp_path, requests_per_second=cap)


def test_store_that_cannot_be_used_is_known_before_anything_is_sent(
    client: Any, serve: Any, tmp_path: Path
) -> None:
    """Another program's database is left alone, and the error comes before the first request."""
    home = tmp_path / "home"
    home.mkdir()
    with sqlite3.connect(home / "store.sqlite") as database:
        database.execute("create table theirs (x)")
    database.close()
    server = serve()
    with pytest.raises(StoreError):
        client(server).run(Job("GetStatus"))
    assert server.seen == []


def test_making_a_client_touches_nothing(tmp_path: Path) -> None:
    """No file or folder is made before it is needed."""
    with Esi("a (b@c.de)", home=tmp_path / "home"):
        pass
    assert not (tmp_path / "home").exists()


def test_operations_is_the_catalog(client: Any, serve: Any) -> None:
    """The catalog answers to any spelling."""
    esi = client(serve())
    assert esi.operations["get_status"].op_id == "GetStatus"
    assert esi.operations.search("market orders")
    with pytest.raises(UnknownOperationError, match="GetStatus"):
        esi.get("GetStatuss")


def test_required_defaults_are_filled_in(client: Any, serve: Any) -> None:
    """A required parameter with a default need not be given."""
    server = serve(Reply(body=[]))
    client(server).get("GetMarketsRegionIdOrders", region_id=10000002)
    assert server.seen[0].target == "/markets/10000002/orders?order_type=all&page=1"


def test_arrays_bodies_and_dates_reach_the_wire(client: Any, serve: Any) -> None:
    """Array parameters are repeated, bodies are JSON, and every request carries the compatibility date."""
    server = serve(Reply(body=[]))
    esi = client(server, tokens={1: "t"}, compatibility_date="2026-01-02")
    esi.get("GetCharactersCharacterIdMail", character_id=1, labels=[3, 4], last_mail_id=9)
    esi.get("PostUniverseNames", body=[34, 35])
    assert "labels=3&labels=4" in server.seen[0].target
    assert (server.seen[1].method, server.seen[1].body) == ("POST", b"[34,35]")
    assert {seen.headers["x-compatibility-date"] for seen in server.seen} == {"2026-01-02"}


def test_catalogs_date_is_the_default(client: Any, serve: Any) -> None:
    """Without a date of one's own the catalog's is sent."""
    server = serve()
    esi = client(server)
    esi.get("GetStatus")
    assert server.seen[0].headers["x-compatibility-date"] == esi.operations.date


def test_offline_serves_the_store_and_opens_no_socket(client: Any, serve: Any) -> None:
    """What was fetched is there offline; what was not is named."""
    server = serve(Reply(body={"players": 1}))
    client(server).get("GetStatus")
    esi = client(server, offline=True)
    server.__exit__()
    assert esi.get("GetStatus") == {"players": 1}
    with pytest.raises(NotInStoreError, match="offline") as caught:
        esi.get("GetUniverseTypesTypeId", type_id=34)
    assert caught.value.url == server.url + "/universe/types/34"
    with pytest.raises(InputError, match="offline"):
        esi.get("GetStatus", refresh=True)


def test_local_off_keeps_nothing(client: Any, serve: Any, tmp_path: Path) -> None:
    """With the local source off every call asks, and no store is made."""
    server = serve()
    esi = client(server, local=False)
    esi.get("GetStatus")
    esi.get("GetStatus")
    assert len(server.seen) == 2
    assert esi.store is None
    assert not (tmp_path / "home" / "store.sqlite").exists()


def test_refresh_asks_before_expiry(client: Any, serve: Any) -> None:
    """Refreshing sends a conditional request for what is fresh."""
    server = serve(Reply(headers={"Cache-Control": "max-age=100", "ETag": '"x"'}), Reply(304))
    esi = client(server)
    esi.get("GetStatus")
    job = esi.fetch(Job("GetStatus"), refresh=True)
    assert job.result.source is Source.NOT_MODIFIED
    assert server.seen[1].headers["if-none-match"] == '"x"'


def test_private_operations_need_a_token(client: Any, serve: Any) -> None:
    """Without a token nothing is sent; with one it travels as a bearer token and nowhere else."""
    server = serve(Reply(body=12.5))
    with pytest.raises(CharacterError, match="esi-wallet"):
        client(server).get("GetCharactersCharacterIdWallet", character_id=7)
    assert server.seen == []
    esi = client(server, tokens={7: "very-secret"})
    job = esi.fetch(Job("GetCharactersCharacterIdWallet", {"character_id": 7}))
    assert job.result.data == 12.5
    assert server.seen[0].headers["authorization"] == "Bearer very-secret"
    assert "very-secret" not in repr((esi, job, esi.limits(), server.seen[0].target))


def test_fetch_writes_its_files(client: Any, serve: Any, tmp_path: Path) -> None:
    """A job's callbacks run for ``fetch`` too, below the folder given."""
    job = Job("GetStatus", callbacks=(Callback("save_json", {"path": "${day}.json"}),))
    done = client(serve()).fetch(job, output=tmp_path / "out", values={"day": "monday"})
    assert done.result.outputs == (str(tmp_path / "out" / "monday.json"),)


def test_run_takes_jobs_orders_and_both(client: Any, serve: Any) -> None:
    """A job, a work order, or any number of either make one report, in order."""
    esi = client(serve())
    job, order = (
        Job("GetStatus", name="a"),
        WorkOrder((Job("GetStatus", name="b"), Job("GetStatus", name="c"))),
    )
    assert [done.name for done in esi.run(job)] == ["a"]
    assert [done.name for done in esi.run(order)] == ["b", "c"]
    assert [done.name for done in esi.run([job, order, job, job])] == ["a", "b", "c", "a", "a"]
    assert len(esi.run([])) == 0


def test_same_question_in_one_run_is_asked_once(client: Any, serve: Any) -> None:
    """Equal jobs that run at the same time send one request."""
    server = serve(Reply(headers={"Cache-Control": "max-age=100"}))
    report = client(server).run([Job("GetStatus") for _ in range(20)])
    assert report.totals.ok == 20
    assert len(server.seen) == report.totals.requests == 1
    assert report.totals.from_store == 19


def test_limits_are_told(client: Any, serve: Any) -> None:
    """What headers said about a bucket can be seen."""
    headers = {
        "X-Ratelimit-Group": "status",
        "X-Ratelimit-Limit": "600/15m",
        "X-Ratelimit-Remaining": "500",
        "X-Ratelimit-Used": "2",
    }
    esi = client(serve(Reply(headers=headers)))
    esi.get("GetStatus")
    (bucket,) = [view for view in esi.limits() if view.bucket == "status"]
    assert (bucket.left, bucket.of) == (500, 600)


def test_many_threads_may_share_a_client(client: Any, serve: Any) -> None:
    """Threads that use a new client at once all get their data."""
    esi = client(serve(answer=lambda seen: Reply(body=[seen.target])))
    barrier, got = threading.Barrier(8), []

    def get(number: int) -> None:
        barrier.wait(5)
        got.append(esi.get("GetUniverseTypesTypeId", type_id=number))

    threads = [threading.Thread(target=get, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(target for (target,) in got) == [f"/universe/types/{number}" for number in range(8)]


def test_closed_client_can_be_used_again(client: Any, serve: Any) -> None:
    """Closing gives threads and files back; the next call takes new ones."""
    esi = client(serve(Reply(headers={"Cache-Control": "max-age=100"})))
    with esi:
        esi.get("GetStatus")
    assert esi.get("GetStatus") == [1, 2, 3]


def test_private_data_is_apart_on_every_path(client: Any, serve: Any) -> None:
    """One character's data is not given to another by get, fetch, run, stream or offline."""
    server = serve(
        answer=lambda seen: (
            Reply(body=1.0)
            if seen.headers.get("authorization") == "Bearer one"
            else Reply(403, {"error": "Forbidden"})
        )
    )
    esi = client(server, tokens={1: "one", 2: "two"})
    job = Job("GetCharactersCharacterIdWallet", {"character_id": 1}, character=1)
    other = Job("GetCharactersCharacterIdWallet", {"character_id": 1}, character=2)
    assert esi.fetch(job).result.data == 1.0
    for done in (esi.fetch(other), *esi.run([other]), *esi.stream([other])):
        assert (done.result.data, done.result.status) == (None, 403)
    offline = client(server, tokens={1: "one", 2: "two"}, offline=True)
    assert offline.fetch(job).result.data == 1.0
    assert offline.fetch(other).result.error.type == "NotInStoreError"


def test_stale_pages_are_whole_or_not_served(
    client: Any, serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """When ESI fails in the middle of a set, the stored set is served whole, as stale."""
    clock = HeldClock()
    down = threading.Event()

    def answer(seen: Seen) -> Reply:
        page = int(seen.target.rsplit("=", 1)[1])
        if down.is_set() and page == 3:
            return Reply(502, {"error": "down"})
        if down.is_set():
            return Reply(304)
        headers = {"X-Pages": "4", "Last-Modified": "Sun, 27 Sep 2026 04:25:14 GMT", "ETag": f'"{page}"'}
        return Reply(body=[{"order_id": page}], headers={**headers, "Cache-Control": "max-age=300"})

    esi = client(serve(answer=answer), clock=clock)
    job = Job("GetMarketsRegionIdOrders", {"region_id": 1})
    assert esi.fetch(job).result.sources == {"remote": 4}
    down.set()
    clock.advance(1000)
    result = esi.fetch(job).result
    assert (result.source, result.sources, result.complete) == (Source.STALE, {"stale": 4}, True)
    assert [row["order_id"] for row in result.data] == [1, 2, 3, 4]
    # Who gets nothing but the data is told in the log, which without a handler is standard error.
    caplog.clear()
    assert len(esi.get("GetMarketsRegionIdOrders", region_id=1)) == 4
    (said,) = [record.getMessage() for record in caplog.records if record.name == "esi_fetch"]
    assert said.startswith("GetMarketsRegionIdOrders: ESI can't answer; data of ")
    assert said.endswith(" from the store is used (stale)")
    clock.advance(8 * 86400)
    assert esi.fetch(job).result.error.type == "ServerError"


def test_set_of_304s_is_not_modified_and_whole(client: Any, serve: Any) -> None:
    """A set all of whose pages are confirmed costs one conditional request a page."""
    clock = HeldClock()

    def answer(seen: Seen) -> Reply:
        page = int(seen.target.rsplit("=", 1)[1])
        if "if-none-match" in seen.headers:
            return Reply(304)
        headers = {"X-Pages": "5", "Last-Modified": "Sun, 27 Sep 2026 04:25:14 GMT", "ETag": 'W/"same"'}
        return Reply(body=[{"order_id": page}], headers={**headers, "Cache-Control": "max-age=300"})

    server = serve(answer=answer)
    esi = client(server, clock=clock)
    job = Job("GetMarketsRegionIdOrders", {"region_id": 1})
    esi.fetch(job)
    clock.advance(301)
    result = esi.fetch(job).result
    assert (result.source, result.complete, result.requests) == (Source.NOT_MODIFIED, True, 5)
    assert [row["order_id"] for row in result.data] == [1, 2, 3, 4, 5]
    assert len(server.seen) == 10


def book(seen: Seen) -> Reply:
    number = int(seen.target.rsplit("=", 1)[1])
    headers = {"X-Pages": "3", "Last-Modified": "Sun, 27 Sep 2026 04:25:14 GMT"}
    return Reply(body=[{"order_id": 10 * number}, {"order_id": 10 * number + 1}], headers=headers)


def test_pages_come_one_at_a_time_in_order(client: Any, serve: Any) -> None:
    """``pages`` gives lists of rows, in the order of the pages, of a set that is whole."""
    pages = client(serve(answer=book)).pages("GetMarketsRegionIdOrders", region_id=1)
    assert next(pages) == [{"order_id": 10}, {"order_id": 11}]
    assert [[row["order_id"] for row in page] for page in pages] == [[20, 21], [30, 31]]


def test_pages_of_data_without_pages_is_one(client: Any, serve: Any) -> None:
    """A list is one page of rows, anything else one page of one row, and an empty list no page."""
    esi = client(serve(Reply(body=[1, 2]), Reply(body={"players": 1}), Reply(body=[])))
    assert list(esi.pages("GetUniverseRegions")) == [[1, 2]]
    assert list(esi.pages("GetStatus")) == [[{"players": 1}]]
    assert list(esi.pages("GetUniverseBloodlines")) == []


def test_pages_of_nothing_is_none(client: Any, serve: Any) -> None:
    """A 204 gives no page."""
    esi = client(serve(Reply(204)), tokens={1: "t"})
    job = {"character_id": 1, "contact_ids": [2]}
    assert list(esi.pages("DeleteCharactersCharacterIdContacts", **job)) == []


def test_pages_raises_before_the_first_page(client: Any, serve: Any) -> None:
    """A set that can't be had whole gives no page at all."""
    server = serve(
        answer=lambda seen: Reply(404, {"error": "?"}) if seen.target.endswith("=3") else book(seen)
    )
    with pytest.raises(NotFoundError):
        client(server).pages("GetMarketsRegionIdOrders", region_id=1)


def test_rows_of_a_set_stay_packed_until_their_turn(client: Any, serve: Any) -> None:
    """A job's pages are kept as they came; counting rows decodes nothing, and rows can be had again."""
    result = client(serve(answer=book)).fetch(Job("GetMarketsRegionIdOrders", {"region_id": 1})).result
    assert (len(result.rows), "not decoded" in repr(result.payload)) == (6, True)
    ids = [row["order_id"] for row in result.rows]
    assert ids == [row["order_id"] for row in result.rows] == [row["order_id"] for row in result.data]


def test_who_asks_comes_first_in_the_user_agent() -> None:
    """ESI wants applications before libraries."""
    assert user_agent("me/1 (a@b.c)").startswith("me/1 (a@b.c) esi_fetch/")
    assert user_agent(None).startswith("esi_fetch/")


@pytest.mark.parametrize(
    "wrong", ["GetStatus", [None], [Job("GetStatus"), "GetStatus"], [5], None, 3, Path("forge.yaml")]
)
def test_what_is_no_job_is_an_input_error(client: Any, serve: Any, wrong: Any) -> None:
    """Something else in place of a job is named, and nothing is sent for it."""
    esi = client(serve())
    with pytest.raises(
        InputError, match=r"jobs: expected jobs.*, found (str|NoneType|int|PosixPath|WindowsPath)"
    ):
        esi.run(wrong)
    with pytest.raises(InputError, match="jobs: expected jobs, found"):
        list(esi.stream(wrong))
    with pytest.raises(InputError, match=r"found str 'GetStatus' \(for one operation's data: get"):
        esi.fetch("GetStatus")


@pytest.mark.parametrize("many", [Job("GetStatus").for_each([{"row": 1}, {"row": 2}]), WorkOrder()])
def test_fetch_takes_one_job(client: Any, serve: Any, many: Any) -> None:
    """Whatever is many jobs, or may be, is for ``run``."""
    server = serve()
    with pytest.raises(InputError, match=r"expected one job, found a \w+; run\(\) takes many"):
        client(server).fetch(many)
    assert server.seen == []


def test_threads_share_one_session_from_the_start(client: Any, serve: Any) -> None:
    """However many threads use a new client at once, one question is asked once."""
    server = serve(Reply(headers={"Cache-Control": "max-age=100"}))
    esi = client(server)
    barrier = threading.Barrier(8)

    def get() -> None:
        barrier.wait(5)
        esi.get("GetStatus")

    threads = [threading.Thread(target=get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.seen) == 1


def test_dropped_client_leaves_no_workers(serve: Any, tmp_path: Path) -> None:
    """A client that nobody closes gives its worker threads back when it is collected."""
    server = serve()
    for _ in range(5):
        esi = Esi(base_url=server.url, home=tmp_path, retries=0)
        esi.get("GetStatus")
        del esi
    left = [thread for thread in threading.enumerate() if thread.name.startswith("esi_fetch_")]
    for _ in range(50):
        gc.collect()  # one that is just coming to the end of its work still holds on to the client
        left = [thread for thread in left if thread.is_alive()]
        for thread in left:
            thread.join(0.1)
    assert not left
