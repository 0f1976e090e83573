"""Streams: as they finish or in order, lazily, bounded, with nobody disturbed by those that fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Job
from esi_fetch.model.events import Event, JobFinished, JobStarted, RunFinished, RunStarted
from esi_fetch.model.result import State
from tests.run.conftest import type_of, types
from tests.wire import Reply, Seen


def test_stream_is_lazy_and_bounded(serve: Any) -> None:
    """Jobs are drawn a few ahead of the results, never all at once."""
    esi, _ = serve(lambda seen: Reply(body={"type_id": type_of(seen)}), workers=2)
    drawn = 0

    def source() -> Iterator[Job]:
        nonlocal drawn
        for job in types(*range(200)):
            drawn += 1
            yield job

    most_ahead = taken = 0
    for job in esi.stream(source()):
        assert job.result is not None
        assert job.result.ok
        taken += 1
        most_ahead = max(most_ahead, drawn - taken)
    assert taken == 200
    assert most_ahead <= 4


def test_stream_gives_wrong_jobs_back_failed(serve: Any) -> None:
    """A wrong job among good ones comes back failed, and stops nothing."""
    esi, _ = serve(lambda seen: Reply())
    done = list(esi.stream([*types(1), Job("GetNothing"), *types(2)]))
    assert sorted(job.result.state.value for job in done if job.result) == [
        "failed",
        "succeeded",
        "succeeded",
    ]


def test_stream_left_early_stops(serve: Any) -> None:
    """Who stops listening stops the run."""
    esi, server = serve(lambda seen: Reply(), workers=2)
    for _ in esi.stream(types(*range(1000))):
        break
    sent = len(server.seen)
    assert sent <= 5


def test_bug_in_the_users_jobs_propagates(serve: Any) -> None:
    """An exception of the iterable that gives the jobs is not swallowed."""
    esi, _ = serve(lambda seen: Reply())

    def source() -> Iterator[Job]:
        yield from types(1)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        list(esi.stream(source()))


def test_stream_gives_the_first_that_is_done(serve: Any) -> None:
    """A job that takes long holds up no other one."""
    go = threading.Event()

    def answer(seen: Seen) -> Reply:
        if type_of(seen) == 1:
            assert go.wait(20)
        return Reply(body={"type_id": type_of(seen)})

    esi, _ = serve(answer, workers=2)
    found = []
    for job in esi.stream(types(*range(1, 31))):
        found.append(job.parameters["type_id"])
        if len(found) == 29:
            go.set()
    assert found[-1] == 1


def test_stream_in_order(serve: Any) -> None:
    """Jobs come in the order given, however long each takes; no more are drawn than a few."""
    three_done, drawn = threading.Semaphore(0), 0

    def source() -> Iterator[Job]:
        nonlocal drawn
        for job in types(*range(1, 101)):
            drawn += 1
            yield job

    def answer(seen: Seen) -> Reply:
        if type_of(seen) == 1:
            for _ in range(3):
                assert three_done.acquire(timeout=20)
        three_done.release()
        return Reply(body={"type_id": type_of(seen)})

    esi, _ = serve(answer, workers=2)
    most_ahead, found = 0, []
    for job in esi.stream(source(), in_order=True):
        most_ahead = max(most_ahead, drawn - len(found))
        found.append(job.result.data["type_id"])
    assert found == list(range(1, 101))
    assert most_ahead <= 8


@pytest.mark.parametrize("in_order", [False, True])
def test_one_failure_in_a_hundred_changes_nothing_else(serve: Any, tmp_path: Path, in_order: bool) -> None:
    """The others are whole, their callbacks run, and the failed ones say why."""

    def answer(seen: Seen) -> Reply:
        number = type_of(seen)
        return Reply(404, {"error": "gone"}) if number % 100 == 0 else Reply(body={"type_id": number})

    esi, server = serve(answer)
    save = Callback("save_json", {"path": "${type_id}.json"})
    asked = types(*range(1, 501), callbacks=(save,))
    done = list(esi.stream(asked, output=tmp_path, in_order=in_order))
    if in_order:
        assert [job.uid for job in done] == [job.uid for job in asked]
    failed = {job.parameters["type_id"]: job.result for job in done if not job.result.ok}
    assert sorted(failed) == [100, 200, 300, 400, 500]
    assert {(result.error.type, result.status) for result in failed.values()} == {("NotFoundError", 404)}
    whole = [job for job in done if job.result.ok]
    assert all(job.result.data == {"type_id": job.parameters["type_id"]} for job in whole)
    assert {path.stem for path in tmp_path.glob("*.json")} == {
        str(job.parameters["type_id"]) for job in whole
    }
    assert len(server.seen) == 500


def test_stream_tells_when_it_begins_and_ends(serve: Any) -> None:
    """Observers hear of the whole, whose number of jobs nobody knows, and of its totals in the end."""
    esi, _ = serve(lambda seen: Reply(404 if type_of(seen) == 2 else 200, {"error": "x"}))
    events: list[Event] = []
    for _ in esi.stream(types(1, 2, 3), observers=[events.append]):
        pass
    assert events[0] == RunStarted(None)
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert (last.totals.ok, last.totals.failed, last.totals.requests) == (2, 1, 3)
    assert sum(isinstance(event, JobFinished) for event in events) == 3


def test_a_stream_left_early_tells_what_was_had(serve: Any) -> None:
    """The totals are those of the jobs that were yielded."""
    esi, _ = serve(lambda seen: Reply(), workers=1)
    events: list[Event] = []
    with_one = esi.stream(types(1, 2, 3), observers=[events.append])
    next(with_one)
    with_one.close()
    ends = [event for event in events if isinstance(event, RunFinished)]
    assert [event.totals.ok for event in ends] == [1]


def test_a_wrong_job_of_a_stream_is_told_to_observers(serve: Any) -> None:
    """Who counts jobs counts the wrong ones, too."""
    esi, _ = serve(lambda seen: Reply())
    events: list[Event] = []
    list(esi.stream([Job("GetNothing")], observers=[events.append]))
    kinds = [type(event) for event in events]
    assert kinds == [RunStarted, JobStarted, JobFinished, RunFinished]
    finished = events[2]
    assert isinstance(finished, JobFinished)
    assert finished.job.result is not None
    assert finished.job.result.state is State.FAILED


@pytest.mark.parametrize("in_order", [False, True])
def test_what_the_store_has_is_answered_in_the_calling_thread(
    serve: Any, tmp_path: Path, in_order: bool
) -> None:
    """No worker is woken for it, unless callbacks follow; what is new is fetched by workers meanwhile."""
    esi, server = serve(
        lambda seen: Reply(body={"type_id": type_of(seen)}, headers={"Cache-Control": "max-age=600"})
    )
    where: dict[str, bool] = {}

    def watch(event: Event) -> None:
        if isinstance(event, (JobStarted, JobFinished)):
            where[f"{event.event} {event.job.parameters}"] = threading.current_thread() is here

    here = threading.current_thread()
    list(esi.stream(types(1, 2, 3)))
    assert len(server.seen) == 3
    jobs = [*types(1, 4, 2), *types(3, callbacks=[Callback("save_json", {"path": "three.json"})])]
    done = list(esi.stream(jobs, in_order=in_order, observers=[watch], output=tmp_path))
    assert sorted(job.result.data["type_id"] for job in done if job.result) == [1, 2, 3, 4]
    assert len(server.seen) == 4
    assert {name: at for name, at in where.items() if name.startswith("job_finished")} == {
        "job_finished {'type_id': 1}": True,
        "job_finished {'type_id': 2}": True,
        "job_finished {'type_id': 3}": False,
        "job_finished {'type_id': 4}": False,
    }
    assert (tmp_path / "three.json").exists()
    list(esi.stream(types(1), refresh=True))
    assert len(server.seen) == 5
