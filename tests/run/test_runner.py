"""Many jobs at once: in order, independent of each other, bounded, and stopped when they are stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

from esi_fetch import Callback, Job, RunInterrupted, WorkOrder, callback
from esi_fetch.errors import (
    AnswerError,
    ConnectionFailedError,
    InputError,
    NotFoundError,
    OutputPathError,
    ParameterError,
    UnknownOperationError,
)
from esi_fetch.model.events import Event, JobFinished, RunFinished, RunStarted
from esi_fetch.model.result import State
from tests.run.conftest import type_of, types
from tests.wire import Reply, Seen


def test_results_come_in_the_order_given(serve: Any) -> None:
    """However long each takes, the report lists the jobs as they were given."""
    turn = threading.Barrier(4)

    def answer(seen: Seen) -> Reply:
        turn.wait(5)
        return Reply(body={"type_id": type_of(seen)})

    esi, _ = serve(answer, workers=4)
    report = esi.run(types(*range(8)))
    assert [job.result.data["type_id"] for job in report] == list(range(8))
    assert (report.totals.ok, report.totals.failed, report.totals.requests) == (8, 0, 8)
    assert report.ok


def test_a_failed_job_harms_no_other(serve: Any) -> None:
    """One job in ten fails; the others are whole, and the report says which failed and why."""
    esi, _ = serve(lambda seen: Reply(404, {"error": "Type not found!"}) if type_of(seen) == 5 else Reply())
    report = esi.run(types(*range(10)))
    (failed,) = report.failed
    assert failed.name == "type 5"
    assert failed.result is not None
    assert failed.result.error is not None
    assert (failed.result.error.type, failed.result.error.status) == ("NotFoundError", 404)
    assert "Type not found!" in failed.result.error.message
    assert (report.totals.ok, report.totals.failed) == (9, 1)


def test_running_does_not_change_the_job(serve: Any) -> None:
    """A job is a value; what comes back is a copy with a result."""
    esi, _ = serve(lambda seen: Reply())
    job = types(34)[0]
    done = esi.fetch(job)
    assert job.result is None
    assert done == job
    assert done.result is not None
    assert done.result.ok


def test_get_raises_what_fetch_reports(serve: Any) -> None:
    """``get`` raises the error; ``fetch`` puts it on the job."""
    esi, server = serve(lambda seen: Reply(404, {"error": "nope"}))
    with pytest.raises(NotFoundError, match="ESI answered 404: nope") as caught:
        esi.get("GetUniverseTypesTypeId", type_id=1)
    assert caught.value.status == 404
    assert caught.value.url == server.url + "/universe/types/1"
    assert caught.value.job is not None
    assert [attempt.status for attempt in caught.value.attempts] == [404]
    assert esi.fetch(types(1)[0]).result.state is State.FAILED


def test_nothing_there_is_a_failed_connection(serve: Any) -> None:
    """When nothing answers, the error says so in plain words."""
    esi, server = serve(lambda seen: Reply())
    server.__exit__()
    with pytest.raises(ConnectionFailedError, match=r"gave no answer.*refused"):
        esi.get("GetStatus")


def test_everything_wrong_is_told_before_anything_is_sent(serve: Any, tmp_path: Path) -> None:
    """All problems of all jobs come at once, each with its place, and no request goes out."""
    esi, server = serve(lambda seen: Reply())
    save = Callback("save_json", {"path": "same.json"})
    outside = Callback("save_json", {"path": "../${name}.json"})
    order = WorkOrder(
        (
            Job("GetMarketsRegionOrders"),
            Job("GetUniverseTypesTypeId", {"typeid": 1}, name="typo", callbacks=(outside,)),
            Job("GetStatus", callbacks=(save,)),
            Job("GetStatus", callbacks=(save,)),
            Job("GetStatus", callbacks=(Callback("save_json", {"path": "${nam}.json"}),)),
            Job("GetCharactersCharacterIdWallet", {"character_id": 1}),
        ),
        name="forge",
    )
    with pytest.raises(InputError) as caught:
        esi.run(order, output=tmp_path)
    text = str(caught.value)
    assert "job 1 'GetMarketsRegionOrders': op_id: unknown operation" in text
    assert "job 2 'typo': parameters.typeid" in text
    assert "did you mean 'type_id'" in text
    assert text.count("job 2 'typo': callbacks[0]") == 1
    assert "job 4 'GetStatus': would write the same file as forge: job 3 'GetStatus'" in text
    assert "job 5" in text
    assert "did you mean 'name'" in text
    assert "job 6 'GetCharactersCharacterIdWallet': character: needs a token with the scope" in text
    assert server.seen == []
    assert list(tmp_path.glob("*.json")) == []


@pytest.mark.parametrize(
    ("job", "error"),
    [
        (Job("GetStatuss"), UnknownOperationError),
        (Job("GetStatus", {"x": 1}), ParameterError),
        (Job("GetStatus", callbacks=(Callback("save_json", {"path": "../out.json"}),)), OutputPathError),
    ],
)
def test_one_kind_of_problem_keeps_its_kind(serve: Any, job: Job, error: type[InputError]) -> None:
    """Where all problems are of one kind, so is the error."""
    esi, server = serve(lambda seen: Reply())
    with pytest.raises(error):
        esi.run([job])
    assert server.seen == []


def test_work_order_names_reach_the_paths(serve: Any, tmp_path: Path) -> None:
    """Templates know parameters with their defaults, names, attributes, dates and given values."""
    esi, _ = serve(lambda seen: Reply(body=[{"order_id": 1}]))
    path = "${name}/${order_type}-${region_id}-${depth}-${who}-${op_id}.json"
    order = WorkOrder(
        (
            Job(
                "GetMarketsRegionIdOrders",
                {"region_id": 7},
                callbacks=(Callback("save_json", {"path": path}),),
            ),
        ),
        name="mine",
        output_path="out-${date}",
        attributes={"depth": "order", "who": "order"},
    )
    (job,) = esi.run(order, output=tmp_path, values={"who": "me"}).jobs
    assert job.result is not None
    (output,) = job.result.outputs
    assert Path(output).relative_to(tmp_path).parts[1:] == (
        "mine",
        "all-7-order-me-GetMarketsRegionIdOrders.json",
    )
    assert orjson.loads(Path(output).read_bytes()) == [{"order_id": 1}]


def test_callbacks_do_not_run_for_failed_jobs(serve: Any, tmp_path: Path) -> None:
    """Nothing is written for a job without data."""
    esi, _ = serve(lambda seen: Reply(404, {"error": "no"}))
    esi.run([Job("GetStatus", callbacks=(Callback("save_json", {"path": "a.json"}),))], output=tmp_path)
    assert list(tmp_path.glob("*.json")) == []


def test_failing_callback_is_reported_and_isolated(serve: Any, tmp_path: Path) -> None:
    """A callback that raises makes its job not ok; its data, its other callbacks and other jobs are well."""

    @callback("explode")
    def explode(job: Job) -> None:
        job.result.data.clear()  # type: ignore[union-attr]
        raise ZeroDivisionError("boom")

    esi, _ = serve(lambda seen: Reply(body={"a": 1}))
    jobs = [
        Job("GetStatus", callbacks=(Callback("explode"), Callback("save_json", {"path": "a.json"}))),
        *types(34),
    ]
    report = esi.run(jobs, output=tmp_path)
    first = report.jobs[0].result
    assert first is not None
    assert (first.state, first.ok, first.data) == (State.SUCCEEDED, False, {"a": 1})
    assert [(e.callback_id, e.type, e.message) for e in first.callback_errors] == [
        ("explode", "ZeroDivisionError", "boom")
    ]
    assert orjson.loads((tmp_path / "a.json").read_bytes()) == {"a": 1}
    assert (report.totals.ok, report.totals.failed) == (1, 1)


def test_interrupt_stops_within_a_moment_and_reports(serve: Any) -> None:
    """Ctrl-C ends reads that block; the report tells what was done, and the rest is cancelled."""

    def answer(seen: Seen) -> Reply:
        if type_of(seen) < 3:
            return Reply()
        if type_of(seen) == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return Reply(hang=True)

    events: list[Event] = []
    esi, server = serve(answer, workers=3)
    began = time.monotonic()
    with pytest.raises(RunInterrupted) as caught:
        esi.run(types(*range(500)), observers=[events.append])
    assert time.monotonic() - began < 10  # far below the 30 s that the hanging attempts may take
    report = caught.value.report
    assert isinstance(caught.value, KeyboardInterrupt)
    assert len(report) == 500
    assert (report.totals.ok, report.totals.cancelled) == (3, 497)
    assert len(server.seen) <= 6  # of the three that hang, the last may overtake the others
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert esi.fetch(types(1)[0]).result.ok  # the client is as good as before


def test_observers_of_client_and_run_are_heard(serve: Any) -> None:
    """Both hear every event, and one that raises disturbs nobody."""
    of_client: list[Event] = []
    of_run: list[Event] = []

    def broken(event: Event) -> None:
        raise RuntimeError("observer")

    esi, _ = serve(lambda seen: Reply(), observers=[broken, of_client.append])
    report = esi.run(types(1, 2), observers=[of_run.append])
    assert report.ok
    assert of_client == of_run
    assert of_run[0].event == "run_started"
    assert sum(isinstance(event, JobFinished) for event in of_run) == 2


def test_single_answers_that_refuse_are_answer_errors(serve: Any) -> None:
    """Each refusing status has its error; every one is an AnswerError with the status."""
    for status in (400, 401, 403, 404, 418, 420, 429, 500, 520):
        esi, _ = serve(lambda seen, status=status: Reply(status, {"error": "x"}), max_wait=1)
        with pytest.raises(AnswerError) as caught:
            esi.get("GetStatus")
        assert caught.value.status == status
