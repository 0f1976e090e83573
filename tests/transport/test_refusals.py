"""What was refused a moment ago is not asked again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import NotInStoreError
from esi_fetch.model.result import Source
from esi_fetch.transport import Mode
from tests.transport.conftest import Rig
from tests.wire import Reply

MakeRig = Callable[..., Rig]

GONE = Reply(404, {"error": "Corporation not found"})
FORBIDDEN = Reply(403, {"error": "Character does not have required role(s)"})
DATA = Reply(body=["data"])
FRESH = {"Cache-Control": "max-age=300", "ETag": '"one"'}


@pytest.mark.parametrize("store", [True, False], ids=["stored", "in memory"])
@pytest.mark.parametrize("refusal", [GONE, FORBIDDEN], ids=["404", "403"])
def test_a_refusal_is_not_asked_for_again(rig: MakeRig, refusal: Reply, store: bool) -> None:
    """For a quarter of an hour the same comes back without a request, and says so."""
    r = rig(refusal, DATA, store=store)
    first = r.answer()
    asked_at = r.clock.now()
    r.clock.advance(899)  # type: ignore[attr-defined]
    task = r.task()
    again = r.answer(task=task)
    assert (again.status, again.message) == (first.status, first.message)
    assert (first.is_remembered, again.is_remembered, again.source) == (False, True, Source.LOCAL)
    assert (again.fetched_at, again.expires_at) == (asked_at, asked_at + 900)
    assert (again.attempts, task.costs.spent().requests, task.costs.spent().tokens) == ((), 0, {})
    r.clock.advance(2)  # type: ignore[attr-defined]
    assert r.answer().data.get() == ["data"]
    assert len(r.server.seen) == 2


@pytest.mark.parametrize("store", [True, False])
def test_zero_remembers_nothing(rig: MakeRig, store: bool) -> None:
    """Who wants to ask each time can."""
    r = rig(GONE, remember_refusals_s=0, store=store)
    for _ in range(3):
        assert not r.answer().is_remembered
    assert len(r.server.seen) == 3


@pytest.mark.parametrize("mode", [Mode.REFRESH, Mode.REPLACE])
def test_refreshing_asks_again(rig: MakeRig, mode: Mode) -> None:
    """The answer to that is what is remembered from then on."""
    r = rig(GONE, FORBIDDEN)
    r.answer()
    assert r.answer(mode=mode).status == 403
    assert (r.answer().status, len(r.server.seen)) == (403, 2)


def test_a_success_ends_it(rig: MakeRig) -> None:
    """What was found again is forgotten as refused, also when it is not kept."""
    r = rig(GONE, DATA, Reply(204), GONE)
    call = r.call(success=(200, 204))
    r.answer(call)
    assert r.answer(call, mode=Mode.REFRESH).status == 200
    r.clock.advance(100)  # type: ignore[attr-defined]
    assert r.answer(call).status == 204
    assert r.cached.refusals.find(call) is None


def test_another_question_is_asked(rig: MakeRig) -> None:
    """Path, parameters, body and character all tell questions apart."""
    r = rig(GONE)
    calls = [r.call("/a"), r.call("/a?x=1"), r.call("/a", character=7), r.call("/a", character=8)]
    for call in calls:
        r.answer(call)
    assert len(r.server.seen) == 4


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, {"error": "Requested page does not exist!"}),
        Reply(404, {"error": "Undefined 404 response. Original message: Requested page does not exist!"}),
        Reply(403, {"error": "token is expired"}),
        Reply(403, {"error": "token expiry is too far in the future", "sso_status": 200}),
        Reply(403, {"error": "unexpected end of JSON input", "sso_status": 401}),
        Reply(403, {"error": "Invalid token"}),
        Reply(401, {"error": "authorization not provided"}),
        Reply(400, {"error": "bad"}),
        Reply(422, {"error": "bad"}),
        Reply(404, b"<!DOCTYPE html><h1>not found</h1>"),
        Reply(403, b"blocked by your network", {"Content-Type": "text/html"}),
    ],
    ids=str,
)
def test_what_is_not_remembered(rig: MakeRig, reply: Reply) -> None:
    """Pages past an end, tokens, other statuses, and what does not come from ESI are asked again."""
    r = rig(reply)
    call = r.call(character=7)
    r.answer(call)
    assert not r.answer(call).is_remembered
    assert len(r.server.seen) == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, {"error": "Token is not valid for scope: esi-wallet.read_character_wallet.v1"}),
        Reply(404, b""),
        Reply(404, ["odd"]),
        Reply(404, b"no JSON"),
    ],
    ids=str,
)
def test_what_is_remembered_too(rig: MakeRig, reply: Reply) -> None:
    """A scope that is missing stays missing, and ESI does not always say why it refuses."""
    r = rig(reply)
    r.answer()
    again = r.answer()
    assert (again.is_remembered, len(r.server.seen)) == (True, 1)
    assert again.message


def test_what_writes_is_always_sent(rig: MakeRig) -> None:
    """Whether to try once more to write is the caller's decision."""
    r = rig(FORBIDDEN)
    call = r.call(method="POST", body=b"[]", repeatable=False, storable=False)
    r.answer(call)
    r.answer(call)
    assert len(r.server.seen) == 2


def test_what_only_reads_but_is_never_stored(rig: MakeRig) -> None:
    """Its refusals are remembered all the same."""
    r = rig(GONE)
    call = r.call(method="POST", body=b"[1]", storable=False)
    r.answer(call)
    assert (r.answer(call).is_remembered, len(r.server.seen)) == (True, 1)


def test_no_old_copy_stands_in(rig: MakeRig) -> None:
    """What was refused is not shown from the store: not stale, not fresh, not when it is remembered."""
    r = rig(Reply(body=["old"], headers=FRESH), GONE, Reply(503, {"error": "?"}), retries=0)
    r.answer()
    assert r.answer(mode=Mode.REFRESH).status == 404
    assert (r.answer().status, len(r.server.seen)) == (404, 2)
    r.clock.advance(901)  # type: ignore[attr-defined]
    r.answer()
    assert len(r.server.seen) == 3


def test_offline_is_as_it_was(rig: MakeRig) -> None:
    """Without ESI, the store is asked for data alone."""
    r = rig(Reply(body=["old"], headers=FRESH), GONE)
    r.answer()
    r.answer(mode=Mode.REFRESH)
    assert r.answer(mode=Mode.OFFLINE).data.get() == ["old"]
    other = r.call("/other")
    r.answer(other)
    with pytest.raises(NotInStoreError):
        r.answer(other, mode=Mode.OFFLINE)


def test_other_processes_know_of_it(rig: MakeRig) -> None:
    """Two sessions over one file share what was refused, each for as long as it is told to remember."""
    clock = HeldClock()
    one, two = rig(GONE, clock=clock), rig(GONE, clock=clock, remember_refusals_s=60)
    call = one.call()
    one.answer(call)
    assert two.answer(call).is_remembered
    clock.advance(61)
    assert one.answer(call).is_remembered
    assert two.cached.refusals.holds(two.cached.refusals.find(call)) is False


def test_a_clock_set_back_is_no_reason_to_believe(rig: MakeRig) -> None:
    """A refusal from the future is asked for again."""
    r = rig(GONE)
    r.answer()
    r.clock.set_wall(r.clock.now() - 3600)  # type: ignore[attr-defined]
    assert not r.answer().is_remembered
    assert r.answer().is_remembered


def test_many_threads_are_refused_once(rig: MakeRig, in_thread: Any) -> None:
    """Sixteen threads that want the same at the same moment spend one error."""
    r = rig(GONE)
    barrier, answers = threading.Barrier(16), []

    def ask() -> None:
        barrier.wait(5)
        answers.append(r.answer())

    threads = [in_thread(ask) for _ in range(16)]
    for thread in threads:
        thread.join(10)
    assert ([answer.status for answer in answers], len(r.server.seen)) == ([404] * 16, 1)


def test_a_disk_that_is_full_costs_only_the_memory(rig: MakeRig, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be written is not remembered, and the answer comes all the same."""
    r = rig(GONE)
    monkeypatch.setattr(r.cached.store, "save_refusal", lambda *_, **__: False)
    assert r.answer().status == r.answer().status == 404
    assert len(r.server.seen) == 2
