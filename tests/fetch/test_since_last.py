"""What has changed since the last run: every change arrives, once, however the runs before ended."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch import Esi, Job, RunInterrupted, WorkOrder, callback
from esi_fetch.catalog import bundled
from esi_fetch.clock import HeldClock
from esi_fetch.errors import InputError, NotInStoreError, ParameterError, ServerError
from esi_fetch.fetch.bookmarks import Bookmark, Bookmarks
from esi_fetch.fetch.walks import walk_changes, walk_cursor
from esi_fetch.model.callback import Callback
from esi_fetch.model.result import Source
from esi_fetch.sandbox import Sandbox
from esi_fetch.store import LocalStore
from tests.fetch.feeds import CURSOR, Feed

JOBS = "GetFreelanceJobsListing"
HUB = "GetParagonHubSkinr"
CURSORS = [each.op_id for each in bundled().values() if each.pagination and each.pagination.kind == "cursor"]
WHO = 90000001
DAY_S = 86_400.0


def identities(strategy_max: int = 30) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, strategy_max), max_size=5)


@given(
    count=st.integers(0, 25),
    limit=st.integers(1, 12),
    runs=st.lists(
        st.tuples(identities(), st.dictionaries(st.integers(1, 6), identities(), max_size=2), st.booleans()),
        min_size=1,
        max_size=6,
    ),
)
def test_every_change_arrives_in_its_newest_form_and_only_once(
    count: int, limit: int, runs: list[tuple[list[int], dict[int, list[int]], bool]]
) -> None:
    """Whatever changes between and during runs, and whichever runs fail: what was delivered is the truth."""
    feed, bookmarks = Feed(count), Bookmarks(LocalStore(None, clock=HeldClock()))
    operation = bundled()[JOBS]
    delivered: dict[int, dict[str, Any]] = {}
    for between, meanwhile, ends_well in runs:
        for identity in between:
            feed.change(identity)
        feed.requests.clear()
        feed.changes = meanwhile
        kept = bookmarks.find("key", operation)
        if kept is None:
            walked = walk_cursor(feed.ask, CURSOR, limits=(1, limit))
        else:
            walked = walk_changes(feed.ask, CURSOR, after=kept, limits=(1, limit))
        feed.changes = {}
        assert len({record["id"] for record in walked.records}) == len(walked.records)
        if not ends_well:
            continue
        assert all(delivered.get(record["id"]) != record for record in walked.records)
        delivered.update((record["id"], record) for record in walked.records)
        assert delivered == feed.truth
        if walked.cursor is not None:
            bookmarks.keep(Bookmark("key", walked.cursor, begins=False))


# Over the wire


@pytest.fixture
def clock() -> HeldClock:
    """Give the client a clock that is moved past what stays fresh."""
    return HeldClock()


@pytest.fixture
def esi(tmp_path: Path, clock: HeldClock, sandbox: Sandbox) -> Iterator[Callable[..., Esi]]:
    """Make clients of one sandbox and one store."""
    with ExitStack() as stack:

        def make(**options: Any) -> Esi:
            tokens = {WHO: sandbox.token(WHO)}
            settings = {"home": tmp_path / "home", "retries": 0, "tokens": tokens, "clock": clock, **options}
            return stack.enter_context(Esi(base_url=sandbox.url, **settings))

        yield make


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI with lists of 30 records."""
    with Sandbox(walk_rows=30, limits=False) as running:
        yield running


def queries(sandbox: Sandbox) -> list[dict[str, str]]:
    """Return what was asked since the last time."""
    asked = [dict(seen.query) for seen in sandbox.requests]
    sandbox.clear()
    return asked


def steers(sandbox: Sandbox) -> list[str]:
    return [next((way for way in ("before", "after") if way in query), "") for query in queries(sandbox)]


@pytest.mark.parametrize("op_id", CURSORS)
def test_all_operations_walked_by_cursor(op_id: str, esi: Any, sandbox: Sandbox, clock: HeldClock) -> None:
    """The first run has everything, the next ones what changed: each once, removed ones included."""
    client, where = esi(), sandbox.example(op_id)
    plain = client.get(op_id, **where)
    first = client.get(op_id, since_last=True, refresh=True, **where)
    assert len({row["id"] for row in plain}) == len(plain) == 30
    assert first == []  # the plain walk was the first run
    known = {row["id"]: row for row in plain}
    for _ in range(3):
        for _ in range(2):
            sandbox.regenerate(op_id)
        clock.advance(100)
        sandbox.clear()
        changed = client.get(op_id, since_last=True, **where)
        assert steers(sandbox) == ["after", "after"]
        assert 2 <= len(changed) <= 4  # each regeneration adds a record and changes one
        assert len({row["id"] for row in changed}) == len(changed)
        dated = [row for row in changed if "last_modified" in row]
        assert all(known.get(row["id"]) != row for row in dated)
        known |= {row["id"]: row for row in changed}
    clock.advance(100)
    assert client.get(op_id, since_last=True, **where) == []
    whole = client.get(op_id, **where)
    assert {row["id"]: row for row in whole} == known
    if "skinr" in op_id.lower():
        assert "removed" in {row["state"] for row in whole}


def test_without_an_earlier_run_everything_comes(esi: Any, sandbox: Sandbox, clock: HeldClock) -> None:
    """A first run with since_last is a whole walk; a later process goes on from there."""
    assert len(esi().get(JOBS, since_last=True)) == 30
    sandbox.regenerate(JOBS)
    clock.advance(100)
    assert len(esi().get(JOBS, since_last=True)) == 2


def test_a_look_in_between_costs_no_change(esi: Any, sandbox: Sandbox, clock: HeldClock) -> None:
    """Plain runs, short ones and those of other questions leave the chain where it is."""
    client = esi()
    client.get(JOBS, since_last=True)
    sandbox.regenerate(JOBS)
    clock.advance(100)
    assert len(client.get(JOBS)) == 31
    assert len(client.get(JOBS, max_records=3)) == 3
    client.get(JOBS, since_last=True, corporation_id=98000001)
    assert len(client.get(JOBS, since_last=True, limit=20)) == 2


def test_a_poll_within_the_floor_is_served_and_loses_nothing(
    esi: Any, sandbox: Sandbox, clock: HeldClock
) -> None:
    """What is asked again at once comes from the store; the change comes with the next poll."""
    client = esi()
    client.get(JOBS, since_last=True)
    sandbox.regenerate(JOBS)
    sandbox.clear()
    assert client.get(JOBS, since_last=True) == []
    assert sandbox.requests == []
    clock.advance(6)
    assert len(client.get(JOBS, since_last=True)) == 2


def test_a_run_that_fails_is_done_again(esi: Any, sandbox: Sandbox, clock: HeldClock) -> None:
    """When ESI fails in the middle, nothing is marked as delivered, and no old answer stands in."""
    client = esi()
    client.get(JOBS, since_last=True)
    sandbox.regenerate(JOBS)
    clock.advance(100)
    sandbox.faults.add(JOBS, status=502)
    with pytest.raises(ServerError):
        client.get(JOBS, since_last=True)
    sandbox.faults.clear()
    assert len(client.get(JOBS, since_last=True)) == 2


def test_a_callback_that_fails_has_not_been_given_the_changes(
    esi: Any, sandbox: Sandbox, clock: HeldClock, tmp_path: Path
) -> None:
    """What a callback could not take comes again; what all callbacks took does not."""
    taken: list[int] = []

    @callback("fails_at_first")
    def fails_at_first(job: Job) -> None:
        taken.append(len(job.result.data if job.result else []))
        if len(taken) == 2:
            raise ValueError("the database is down")

    client, job = esi(), Job(JOBS, since_last=True, callbacks=(Callback("fails_at_first"),))
    client.run(job)
    sandbox.regenerate(JOBS)
    for _ in range(3):
        clock.advance(100)
        client.run(WorkOrder((job,)))
    assert taken == [30, 2, 2, 0]
    sandbox.regenerate(JOBS)
    clock.advance(100)
    client.fetch(job)
    assert taken[-1] == 2


def test_a_run_that_is_stopped_is_done_again(esi: Any, clock: HeldClock) -> None:
    """What a run had in hand when Ctrl-C came is not taken for delivered, even if its callbacks still end."""
    interrupted, taken = threading.Event(), []

    def on_interrupt(number: int, frame: object) -> None:
        interrupted.set()
        raise KeyboardInterrupt

    @callback("is_interrupted")
    def is_interrupted(job: Job) -> None:
        taken.append(len(job.result.data if job.result else []))
        if len(taken) == 1:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupted.wait(5)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        client, job = esi(), Job(JOBS, since_last=True, callbacks=(Callback("is_interrupted"),))
        with pytest.raises(RunInterrupted):
            client.run(job)
    finally:
        signal.signal(signal.SIGINT, before)
    clock.advance(100)
    assert client.run(job).ok
    clock.advance(100)
    assert client.run(job).ok
    assert taken == [30, 30, 0]


def test_without_a_store_there_are_no_bookmarks() -> None:
    """Nothing is found and nothing kept."""
    bookmarks = Bookmarks(None)
    bookmarks.keep(Bookmark("key", "x", begins=False))
    assert bookmarks.find("key", bundled()[JOBS]) is None


def test_changes_count_as_delivered_when_the_block_ends(esi: Any, sandbox: Sandbox, clock: HeldClock) -> None:
    """``fetched`` keeps the bookmark after the block, and not when the block fails."""
    client, job = esi(), Job(JOBS, since_last=True)
    with pytest.raises(ZeroDivisionError), client.fetched(job):
        raise ZeroDivisionError
    with client.fetched(job) as done:
        assert len(done.result.data) == 30
    sandbox.regenerate(JOBS)
    clock.advance(100)
    assert len(client.fetch(job).result.data) == 2
    clock.advance(100)
    assert client.fetch(job).result.data == []


def test_a_stream_that_is_left_has_delivered_what_was_worked_off(
    esi: Any, sandbox: Sandbox, clock: HeldClock
) -> None:
    """A job counts as delivered when the next one is asked for, not when it was merely fetched."""
    client = esi(workers=1)
    jobs = [Job(JOBS, since_last=True, name="jobs"), Job(HUB, since_last=True, name="hub")]
    for done in client.stream(jobs):
        if done.name == "hub":
            break
    clock.advance(100)
    found = {done.name: len(done.result.data) for done in client.stream(jobs)}
    assert found == {"jobs": 0, "hub": 30}
    clock.advance(100)
    assert [len(done.result.data) for done in client.stream(jobs)] == [0, 0]


@pytest.mark.parametrize("status", [400, 404, 422])
def test_a_refused_cursor_begins_anew(
    esi: Any, sandbox: Sandbox, clock: HeldClock, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """When ESI does not know the cursor any more, everything comes, and a warning says so."""
    client = esi()
    client.get(JOBS, since_last=True)
    clock.advance(100)
    sandbox.faults.add(JOBS, status=status, times=1)
    with caplog.at_level(logging.WARNING, logger="esi_fetch.fetch"):
        assert len(client.get(JOBS, since_last=True)) == 30
    assert f"refuses the cursor of the last run (ESI answered {status}" in caplog.text
    sandbox.regenerate(JOBS)
    clock.advance(100)
    assert len(client.get(JOBS, since_last=True)) == 2


@pytest.mark.parametrize(
    ("op_id", "days", "rows"), [(HUB, 8, 30), (HUB, 6.99, 30), (HUB, 6, 0), (JOBS, 100, 0)]
)
def test_who_comes_after_the_tombstones_are_gone_gets_everything(
    esi: Any, clock: HeldClock, op_id: str, days: float, rows: int
) -> None:
    """Removed records are shown for seven days: changes after that would leave them out."""
    client = esi()
    client.get(op_id, since_last=True)
    clock.advance(days * DAY_S)
    assert len(client.get(op_id, since_last=True)) == rows


def test_offline_nobody_knows_what_has_changed(esi: Any) -> None:
    """Offline, a job with since_last fails and says why; without it the store serves."""
    esi().get(JOBS)
    client = esi(offline=True)
    with pytest.raises(NotInStoreError, match="only ESI knows what has changed"):
        client.get(JOBS, since_last=True)
    job = client.fetch(Job(JOBS))
    assert (len(job.result.data), job.result.source) == (30, Source.LOCAL)


@pytest.mark.parametrize(
    ("op_id", "options", "problem"),
    [
        ("GetStatus", {"since_last": True}, "since_last: is for operations that are walked by cursor"),
        ("GetWars", {"since_last": True}, "since_last: is for operations that are walked by cursor"),
        (JOBS, {"until": 5}, "until: is for operations that are walked by the last id seen"),
        (
            "GetMarketsPrices",
            {"max_records": 5},
            "max_records: is for operations that are walked by cursor or by the last id seen",
        ),
        (JOBS, {"since_last": True, "after": "x"}, "since_last: can't go with the parameter after"),
        (JOBS, {"max_records": 5, "before": "x"}, "max_records: can't go with the parameter before"),
        ("GetWars", {"until": 5, "max_war_id": 9}, "until: can't go with the parameter max_war_id"),
        (JOBS, {"since_last": True, "max_records": 5}, "max_records: can't go with since_last"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_sent(
    esi: Any, sandbox: Sandbox, op_id: str, options: dict[str, Any], problem: str
) -> None:
    """The error names the key and says what it is for."""
    with pytest.raises(ParameterError, match=f"^{problem}"):
        esi().get(op_id, **options)
    assert sandbox.requests == []


def test_without_a_store_nothing_is_remembered(esi: Any, sandbox: Sandbox) -> None:
    """since_last needs the store; plain walks do not."""
    client = esi(local=False)
    with pytest.raises(ParameterError, match=r"^since_last: needs the local store.*local=False"):
        client.get(JOBS, since_last=True)
    assert sandbox.requests == []
    assert len(client.get(JOBS)) == 30


def test_two_jobs_cannot_share_the_same_changes(esi: Any, sandbox: Sandbox) -> None:
    """Each change is delivered once, so two jobs of a run that ask the same are an error that names both."""
    jobs = [Job(JOBS, since_last=True, name="a"), Job(JOBS, {"limit": 50}, since_last=True, name="b")]
    with pytest.raises(InputError, match=r"job 2 'b': since_last: job 1 'a' asks for the same changes"):
        esi().run(jobs)
    assert sandbox.requests == []
    assert esi().run([*jobs[:1], Job(JOBS, name="b"), Job(HUB, since_last=True)]).ok


def test_stored_pieces_of_different_times_lose_no_record(tmp_path: Path, clock: HeldClock) -> None:
    """A record that has left a newer piece, and that an older stored one lacks, is asked for."""
    with (
        Sandbox(walk_rows=150, limits=False) as sandbox,
        Esi(base_url=sandbox.url, home=tmp_path, clock=clock) as esi,
    ):
        esi.get(JOBS)
        oldest = {"limit": 100, "before": dict(sandbox.requests[1].query)["before"]}
        before = len(esi.get(JOBS, **oldest)["freelance_jobs"])
        while len(esi.get(JOBS, refresh=True, **oldest)["freelance_jobs"]) == before:
            sandbox.regenerate(JOBS)
            clock.advance(0.1)  # all of it is fresh for five seconds
        sandbox.clear()
        rows = esi.get(JOBS)
        assert steers(sandbox) == ["after", "after"]
        clock.advance(100)
        assert rows == esi.get(JOBS)


def test_max_records_takes_one_small_request(esi: Any, sandbox: Sandbox) -> None:
    """Few records of a list walked by cursor are the newest, oldest first, in one request."""
    client = esi()
    rows = client.get(JOBS, max_records=4)
    assert queries(sandbox) == [{"limit": "10"}]
    assert rows == client.get(JOBS)[-4:]
