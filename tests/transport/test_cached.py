"""The store in front of the session: nothing fresh is asked for, and what is asked for is asked well."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
import requests

from esi_fetch.clock import HeldClock
from esi_fetch.errors import NotInStoreError
from esi_fetch.model.body import Body
from esi_fetch.model.result import Source
from esi_fetch.store import Entry
from esi_fetch.transport import Decision, Mode, decide
from tests.transport.conftest import Rig
from tests.wire import Reply

MakeRig = Callable[..., Rig]
NOW = 1_795_000_000.0


def fresh_for(seconds: int, **headers: str) -> dict[str, str | None]:
    return {"Cache-Control": f"public, max-age={seconds}, must-revalidate", "ETag": 'W/"one"', **headers}


def entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "key": "k", "op_id": "GetStatus", "method": "GET", "url": "u", "character": None, "status": 200,
        "etag": '"a"', "last_modified": None, "pages": None, "fetched_at": NOW, "validated_at": NOW,
        "expires_at": NOW + 60, "body": Body(b"[]"),
    }  # fmt: skip
    return Entry(**{**fields, **changes})


@pytest.mark.parametrize(
    ("stored", "after", "mode", "decision"),
    [
        (None, 0, Mode.NORMAL, Decision.ASK_ALL),
        (None, 0, Mode.REFRESH, Decision.ASK_ALL),
        (None, 0, Mode.OFFLINE, Decision.GIVE_UP),
        (entry(), 59, Mode.NORMAL, Decision.SERVE),
        (entry(), 61, Mode.NORMAL, Decision.ASK_CHANGED),
        (entry(), 0, Mode.REFRESH, Decision.ASK_CHANGED),
        (entry(), 0, Mode.REPLACE, Decision.ASK_ALL),
        (entry(), 1e9, Mode.OFFLINE, Decision.SERVE),
        (entry(etag=None), 61, Mode.NORMAL, Decision.ASK_ALL),
        (entry(etag=None, last_modified="x"), 61, Mode.NORMAL, Decision.ASK_CHANGED),
    ],
)
def test_decisions(stored: Entry | None, after: float, mode: Mode, decision: Decision) -> None:
    """What is done follows from what is stored, its age and the mode."""
    assert decide(stored, now=NOW + after, mode=mode) is decision


def test_fresh_data_is_not_asked_for(rig: MakeRig) -> None:
    """Until the expiry nothing is sent, must-revalidate or not."""
    r = rig(Reply(headers=fresh_for(30)))
    first = r.answer()
    r.clock.advance(29)  # type: ignore[attr-defined]
    second = r.answer()
    assert (first.source, second.source) == (Source.REMOTE, Source.LOCAL)
    assert first.data.get() == second.data.get() == [1, 2, 3]
    assert len(r.server.seen) == 1


def test_empty_list_is_data(rig: MakeRig) -> None:
    """An empty answer is served from the store like any other."""
    r = rig(Reply(body=[], headers=fresh_for(30)))
    assert (r.answer().data.get(), r.answer().data.get()) == ([], [])
    assert len(r.server.seen) == 1


def test_expired_data_is_asked_for_conditionally(rig: MakeRig) -> None:
    """The ETag goes back whole; a 304 gives the stored data a new lifetime."""
    r = rig(Reply(headers=fresh_for(30)), Reply(304, headers=fresh_for(30)))
    r.answer()
    r.clock.advance(31)  # type: ignore[attr-defined]
    answer = r.answer()
    assert r.server.seen[1].headers["if-none-match"] == 'W/"one"'
    assert (answer.source, answer.status, answer.data.get()) == (Source.NOT_MODIFIED, 200, [1, 2, 3])
    r.clock.advance(29)  # type: ignore[attr-defined]
    assert r.answer().source is Source.LOCAL


def test_304_without_headers_keeps_the_old_lifetime(rig: MakeRig) -> None:
    """A bare 304 leaves the lifetime, the validators and the page count as they were."""
    r = rig(Reply(headers=fresh_for(300, **{"X-Pages": "7"})), Reply(304))
    r.answer()
    r.clock.advance(301)  # type: ignore[attr-defined]
    answer = r.answer()
    assert answer.pages == 7
    assert answer.expires_at == pytest.approx(r.clock.now() + 300)
    r.clock.advance(301)  # type: ignore[attr-defined]
    r.answer()
    assert r.server.seen[2].headers["if-none-match"] == 'W/"one"'


def test_last_modified_serves_where_there_is_no_etag(rig: MakeRig) -> None:
    """Without an ETag, the modification date makes the request conditional."""
    when = formatdate(0, usegmt=True)
    r = rig(Reply(headers={"Cache-Control": "max-age=5", "Last-Modified": when}), Reply(304))
    r.answer()
    r.clock.advance(60)  # type: ignore[attr-defined]
    assert r.answer().source is Source.NOT_MODIFIED
    assert r.server.seen[1].headers["if-modified-since"] == when


def test_lifetime_counts_from_the_servers_date(rig: MakeRig) -> None:
    """A server whose clock is an hour ahead or behind changes nothing."""
    for skew in (-3600, 3600):
        date = NOW + skew
        headers = {
            "Date": formatdate(date, usegmt=True),
            "Expires": formatdate(date + 300, usegmt=True),
            "Cache-Control": "public",
        }
        r = rig(Reply(headers=headers), clock=HeldClock(NOW))
        assert r.answer(r.call(f"/skew/{skew}")).expires_at == pytest.approx(NOW + 300, abs=1)


def test_body_is_stored_as_it_came(rig: MakeRig) -> None:
    """The store keeps the gzipped bytes of the wire."""
    r = rig(Reply(body={"a": 1}, headers=fresh_for(30)))
    call = r.call()
    r.answer(call)
    assert r.cached.store is not None
    stored = r.cached.store.find(call.key)
    assert stored is not None
    assert gzip.decompress(stored.body.wire) == b'{"a":1}'


@pytest.mark.parametrize("status", [400, 403, 404, 420, 429, 500, 502, 520])
def test_errors_are_never_stored(rig: MakeRig, status: int) -> None:
    """An error's ETag and lifetime mean nothing: it is asked for anew in full."""
    r = rig(Reply(status, {"error": "?"}, fresh_for(300)), Reply(body=["right"]), retries=0)
    assert r.answer().status == status
    assert r.answer(mode=Mode.REFRESH).data.get() == ["right"]
    assert "if-none-match" not in r.server.seen[1].headers


def test_204_is_no_data_and_not_stored(rig: MakeRig) -> None:
    """A 204 is a success without data, asked for again the next time."""
    r = rig(Reply(204, headers=fresh_for(300)), Reply(body=["now there is"]))
    call = r.call(success=(200, 204))
    assert (r.answer(call).status, r.answer(call).data.get()) == (204, ["now there is"])


def test_writing_is_never_stored(rig: MakeRig) -> None:
    """Each request that writes goes out."""
    r = rig(Reply(headers=fresh_for(300)))
    call = r.call(method="POST", body=b"[]", repeatable=False, storable=False)
    r.answer(call)
    r.answer(call)
    assert len(r.server.seen) == 2


def test_refresh_asks_conditionally_before_expiry(rig: MakeRig) -> None:
    """Refreshing asks even what is fresh, with its ETag."""
    r = rig(Reply(headers=fresh_for(300)), Reply(304))
    r.answer()
    assert r.answer(mode=Mode.REFRESH).source is Source.NOT_MODIFIED
    assert r.server.seen[1].headers["if-none-match"] == 'W/"one"'


def test_replace_asks_for_all(rig: MakeRig) -> None:
    """Replacing asks without a condition, and keeps what comes."""
    r = rig(Reply(headers=fresh_for(300)), Reply(body=["new"], headers=fresh_for(300)))
    r.answer()
    assert r.answer(mode=Mode.REPLACE).data.get() == ["new"]
    assert "if-none-match" not in r.server.seen[1].headers
    assert r.answer().data.get() == ["new"]


def test_offline_uses_the_store_whatever_its_age(rig: MakeRig) -> None:
    """Offline, old data is served, nothing is sent, and what is missing is an error."""
    r = rig(Reply(headers=fresh_for(5)))
    r.answer()
    r.clock.advance(1e8)  # type: ignore[attr-defined]
    answer = r.answer(mode=Mode.OFFLINE)
    assert (answer.source, answer.data.get()) == (Source.LOCAL, [1, 2, 3])
    with pytest.raises(NotInStoreError):
        r.answer(r.call("/other"), mode=Mode.OFFLINE)
    with pytest.raises(NotInStoreError, match="never stored"):
        r.answer(r.call(storable=False), mode=Mode.OFFLINE)
    assert len(r.server.seen) == 1


@pytest.mark.parametrize(
    "failure",
    [
        Reply(502, {"error": "?"}),
        Reply(504, {}),
        Reply(420, {}),
        Reply(429, {}),
        Reply(reset=True),
        Reply(cut_at=3),
    ],
    ids=["502", "504", "420", "429", "reset", "cut"],
)
def test_stale_data_stands_in_when_esi_is_down(rig: MakeRig, failure: Reply) -> None:
    """An expired copy is served, and marked, when ESI can't answer."""
    r = rig(Reply(headers=fresh_for(5)), failure, retries=0)
    r.answer()
    r.clock.advance(600)  # type: ignore[attr-defined]
    answer = r.answer()
    assert (answer.source, answer.data.get()) == (Source.STALE, [1, 2, 3])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_stale_data_never_stands_in_for_a_refusal(rig: MakeRig, status: int) -> None:
    """Who may not see it, or asks for what is gone, is not given an old copy."""
    r = rig(Reply(headers=fresh_for(5)), Reply(status, {"error": "no"}))
    r.answer()
    r.clock.advance(600)  # type: ignore[attr-defined]
    assert r.answer().status == status


def test_stale_data_has_an_age_limit(rig: MakeRig) -> None:
    """Data that expired longer ago than allowed does not stand in; 0 forbids it."""
    for max_stale_s, age, stale in ((1000, 900, True), (1000, 1100, False), (0, 10, False)):
        r = rig(Reply(headers=fresh_for(5)), Reply(reset=True), max_stale_s=max_stale_s, retries=0)
        call = r.call(f"/age/{max_stale_s}/{age}")
        r.answer(call)
        r.clock.advance(5 + age)  # type: ignore[attr-defined]
        if stale:
            assert r.answer(call).source is Source.STALE
        else:
            with pytest.raises(requests.ConnectionError):
                r.answer(call)


def test_many_threads_ask_once(rig: MakeRig, in_thread: Any) -> None:
    """Sixteen threads that want one URL at the same moment send one request."""
    r = rig(Reply(headers=fresh_for(300)))
    barrier, answers = threading.Barrier(16), []

    def ask() -> None:
        barrier.wait(5)
        answers.append(r.answer())

    threads = [in_thread(ask) for _ in range(16)]
    for thread in threads:
        thread.join(10)
    assert len(r.server.seen) == 1
    assert sorted(answer.source.value for answer in answers) == ["local"] * 15 + ["remote"]


def test_characters_are_kept_apart(rig: MakeRig) -> None:
    """One URL asked for by two characters, and by nobody, is three questions."""
    r = rig(
        Reply(body=["of 1"], headers=fresh_for(300)),
        Reply(403, {"error": "Forbidden"}),
        Reply(body=["of all"], headers=fresh_for(300)),
    )
    mine = r.call(character=1, authorize=lambda **_: "a")
    assert r.answer(mine).data.get() == ["of 1"]
    assert r.answer(r.call(character=2, authorize=lambda **_: "b")).status == 403
    assert r.answer(r.call()).data.get() == ["of all"]
    renewed = r.call(character=1, authorize=lambda **_: "a new token")
    assert (r.answer(renewed).source, r.answer(renewed).data.get()) == (Source.LOCAL, ["of 1"])


def test_without_a_store_everything_is_asked_for(rig: MakeRig) -> None:
    """With the local source off, nothing is kept and nothing is asked conditionally."""
    r = rig(Reply(headers=fresh_for(300)), store=False)
    assert (r.answer().source, r.answer().source) == (Source.REMOTE, Source.REMOTE)
    assert len(r.server.seen) == 2
    assert r.cached.is_fresh(r.call()) is False


def test_unasked_304_is_an_answer_that_is_no_success(rig: MakeRig) -> None:
    """A 304 to a request without a condition does not crash anything."""
    r = rig(Reply(304))
    assert r.answer().status == 304
