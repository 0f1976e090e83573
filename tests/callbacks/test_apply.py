from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.callbacks import callback, output_paths, run_callbacks
from esi_fetch.errors import InputError, OutputPathError, TemplateError
from esi_fetch.model import callback as registry
from esi_fetch.model.callback import Callback
from esi_fetch.model.events import CallbackFailed, CallbackFinished, CallbackStarted, Event
from esi_fetch.model.job import Job
from esi_fetch.model.result import CallbackError, Result, State

MakeJob = Callable[..., Job]
VALUES = {"region_id": 10000002, "date": "2026-11-23", "evil": "../../etc"}


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what a test registers."""
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))


def run(job: Job, root: Path, **values: Any) -> tuple[Result, list[Event]]:
    events: list[Event] = []
    done = run_callbacks(job, root=root, values={**VALUES, **values}, emit=events.append)
    assert done.result is not None
    return done.result, events


def test_outputs_are_written_and_recorded_in_order(tmp_path: Path, finished_job: MakeJob) -> None:
    """Templates are expanded, files lie below the root, and the result names them in order."""
    job = finished_job(
        [{"a": 1}],
        [
            (
                "save_csv",
                {"path": "${date}/orders-${region_id}.csv", "extra": {"region": "${region_id}", "n": 5}},
            ),
            ("save_json", {"path": "x.json"}),
        ],
    )
    result, events = run(job, tmp_path)
    first, second = tmp_path / "2026-11-23" / "orders-10000002.csv", tmp_path / "x.json"
    assert first.read_text() == "a,region,n\n1,10000002,5\n"
    assert result.outputs == (str(first), str(second))
    assert result.callback_errors == ()
    assert result.ok
    assert events == [
        CallbackStarted(job.uid, job.label, "save_csv"),
        CallbackFinished(job.uid, job.label, "save_csv", str(first)),
        CallbackStarted(job.uid, job.label, "save_json"),
        CallbackFinished(job.uid, job.label, "save_json", str(second)),
    ]


def test_running_changes_neither_job_nor_data(tmp_path: Path, finished_job: MakeJob) -> None:
    """The job that was given stays as it was, and the job that comes back has the same data."""
    job = finished_job([{"a": 1}], [("save_json", {"path": "x.json"})])
    done = run_callbacks(job, root=tmp_path, values=VALUES, emit=lambda event: None)
    assert job.result is not None
    assert job.result.outputs == ()
    assert done.result is not None
    assert done.result.data is job.result.data
    assert done.callbacks[0].kwargs == {"path": "x.json"}


def test_failing_callback_does_not_stop_the_next(
    tmp_path: Path, finished_job: MakeJob, caplog: pytest.LogCaptureFixture
) -> None:
    """A callback that raises is reported with type and text and logged, and the next one runs."""

    @callback("breaks")
    def breaks(job: Job) -> None:
        raise ZeroDivisionError("no rows")

    job = finished_job([1], [("breaks", {}), ("save_json", {"path": "x.json"})])
    with caplog.at_level(logging.DEBUG, logger="esi_fetch"):
        result, events = run(job, tmp_path)
    assert result.callback_errors == (CallbackError("breaks", "ZeroDivisionError", "no rows"),)
    assert result.outputs == (str(tmp_path / "x.json"),)
    assert result.state is State.SUCCEEDED
    assert not result.ok
    assert events[1] == CallbackFailed(job.uid, job.label, "breaks", "ZeroDivisionError: no rows")
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert record.exc_text is not None
    assert "in breaks" in record.exc_text


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("even saying it fails")


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ValueError(), "ValueError", ""),
        (KeyError("x"), "KeyError", "'x'"),
        (InputError("two\nlines"), "InputError", "two\nlines"),
        (UnspeakableError(), "UnspeakableError", "<exception str() failed>"),
    ],
)
def test_any_exception_becomes_a_report(
    tmp_path: Path, finished_job: MakeJob, error: Exception, kind: str, message: str
) -> None:
    """Exceptions without text, with several lines, or that can't be printed are reported like others."""

    @callback("breaks")
    def breaks(job: Job) -> None:
        raise error

    result, events = run(finished_job(1, [("breaks", {})]), tmp_path)
    assert result.callback_errors == (CallbackError("breaks", kind, message),)
    failed = events[-1]
    assert isinstance(failed, CallbackFailed)
    assert failed.error == (f"{kind}: {message}" if message else kind)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_stopping_the_program_is_not_a_failed_callback(
    tmp_path: Path, finished_job: MakeJob, error: type[BaseException]
) -> None:
    """Ctrl-C and ``sys.exit`` inside a callback pass, and the next callback does not run."""

    @callback("stops")
    def stops(job: Job) -> None:
        raise error

    with pytest.raises(error):
        run(finished_job(1, [("stops", {}), ("save_json", {"path": "x.json"})]), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_changes_a_callback_makes_are_not_seen_by_others(tmp_path: Path, finished_job: MakeJob) -> None:
    """A callback may do what it likes to the job, its data and its own arguments: nobody else sees it."""

    @callback("spoils")
    def spoils(job: Job, *, notes: list[str]) -> None:
        assert job.result is not None
        job.result.data[0]["a"]["deep"] = "spoiled"
        job.result.data.clear()
        job.result.tokens.clear()
        job.result.sources["spoiled"] = 1
        job.parameters["ids"].append("spoiled")
        job.attributes["spoiled"] = True
        notes.append("spoiled")

    notes = ["as given"]
    job = finished_job(
        [{"a": {"deep": 1}}],
        [("spoils", {"notes": notes}), ("spoils", {"notes": notes}), ("save_json", {"path": "x.json"})],
        parameters={"ids": [1]},
    )
    done = run_callbacks(job, root=tmp_path, values=VALUES, emit=lambda event: None)
    assert done.result is not None
    assert done.result.callback_errors == ()
    assert done.result.data == [{"a": {"deep": 1}}]
    assert (done.result.tokens, done.result.sources) == ({"market-order": 2}, {"remote": 1})
    assert (done.parameters, done.attributes, notes) == ({"ids": [1]}, {}, ["as given"])
    assert (tmp_path / "x.json").read_text() == '[\n{"a":{"deep":1}}\n]\n'


def test_callback_that_only_reads_gets_the_data_itself(tmp_path: Path, finished_job: MakeJob) -> None:
    """A callback that promises not to change the data is not handed a copy."""
    seen: list[Any] = []

    @callback("looks", reads_only=True)
    def looks(job: Job) -> None:
        assert job.result is not None
        seen.append(job.result.data)

    job = finished_job([{"a": 1}], [("looks", {})])
    run(job, tmp_path)
    assert job.result is not None
    assert seen[0] is job.result.data


def test_later_callback_sees_what_earlier_ones_did(tmp_path: Path, finished_job: MakeJob) -> None:
    """The job a callback is given carries the outputs and failures so far."""
    seen: list[tuple[Any, Any]] = []

    @callback("breaks")
    def breaks(job: Job) -> None:
        raise ValueError

    @callback("looks")
    def looks(job: Job) -> None:
        assert job.result is not None
        seen.append((job.result.outputs, [error.callback_id for error in job.result.callback_errors]))

    run(finished_job(1, [("save_json", {"path": "x.json"}), ("breaks", {}), ("looks", {})]), tmp_path)
    assert seen == [((str(tmp_path / "x.json"),), ["breaks"])]


def test_users_callback_gets_a_resolved_path(tmp_path: Path, finished_job: MakeJob) -> None:
    """A ``path`` of a user's callback is a template like that of a writer, and its folder is there."""

    @callback("mine")
    def mine(job: Job, *, path: Path, title: str) -> None:
        path.write_text(title)

    result, _ = run(
        finished_job(1, [("mine", {"path": "a/${region_id}.txt", "title": "${not a template}"})]), tmp_path
    )
    assert result.callback_errors == ()
    assert result.outputs == (str(tmp_path / "a" / "10000002.txt"),)
    assert (tmp_path / "a" / "10000002.txt").read_text() == "${not a template}"


def test_path_may_have_a_default_or_be_left_out(tmp_path: Path, finished_job: MakeJob) -> None:
    """A path's default is a template too; one that defaults to None, or is given as None, stays away."""
    seen: list[Any] = []

    @callback("with_default")
    def with_default(job: Job, *, path: Any = "${date}.txt") -> None:
        seen.append(path)

    @callback("without")
    def without(job: Job, *, path: Any = None) -> None:
        seen.append(path)

    job = finished_job(1, [("with_default", {}), ("without", {}), ("without", {"path": None})])
    assert output_paths(job, root=tmp_path, values=VALUES) == [tmp_path / "2026-11-23.txt"]
    result, events = run(job, tmp_path)
    assert seen == [tmp_path / "2026-11-23.txt", None, None]
    # It has a path, but wrote nothing there.
    assert result.outputs == ()
    assert [event.output for event in events if isinstance(event, CallbackFinished)] == [None, None, None]


def test_path_of_a_wrong_kind_is_refused(tmp_path: Path, finished_job: MakeJob) -> None:
    """A path that is not text is an error of the plan."""

    @callback("mine")
    def mine(job: Job, *, path: Path) -> None:
        """Never called."""

    for wrong in (None, 5, ["x"]):
        with pytest.raises(OutputPathError, match="expected a path as text"):
            output_paths(finished_job(1, [("mine", {"path": wrong})]), root=tmp_path, values=VALUES)


def test_templates_are_expanded_in_registered_arguments(tmp_path: Path, finished_job: MakeJob) -> None:
    """A user's callback names the arguments that hold templates; texts in lists and mappings are found."""
    seen: list[Any] = []

    @callback("mine", templates=["labels"])
    def mine(job: Job, *, labels: Any, plain: str = "") -> None:
        seen.append((labels, plain))

    kwargs = {"labels": {"a": ["${date}", 5], "b": "${region_id}"}, "plain": "${date}"}
    run(finished_job(1, [("mine", kwargs), ("mine", {"labels": "${date}"})]), tmp_path)
    assert seen == [({"a": ["2026-11-23", 5], "b": "10000002"}, "${date}"), ("2026-11-23", "")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("../x.json", "OutputPathError"),
        ("${evil}/x.json", "OutputPathError"),
        ("${nope}.json", "TemplateError"),
    ],
)
def test_path_that_would_leave_fails_that_callback_only(
    tmp_path: Path, finished_job: MakeJob, path: str, kind: str
) -> None:
    """A path that leads out, by itself or by a value, writes nothing, and the next callback runs."""
    job = finished_job(1, [("save_json", {"path": path}), ("save_json", {"path": "fine.json"})])
    result, _ = run(job, tmp_path / "out")
    assert [error.type for error in result.callback_errors] == [kind]
    assert result.outputs == (str(tmp_path / "out" / "fine.json"),)
    assert [entry.name for entry in tmp_path.rglob("*") if entry.is_file()] == ["fine.json"]


def test_folder_that_cannot_be_made_is_reported(tmp_path: Path, finished_job: MakeJob) -> None:
    """A file where an output's folder should be fails the callback with an error of ours."""

    @callback("mine")
    def mine(job: Job, *, path: Path) -> None:
        path.write_text("never")

    (tmp_path / "taken").write_text("a file")
    result, _ = run(finished_job(1, [("mine", {"path": "taken/x.txt"})]), tmp_path)
    (error,) = result.callback_errors
    assert error.type == "OutputWriteError"
    assert "can't make the folder" in error.message


def test_second_callback_never_overwrites_the_first(tmp_path: Path, finished_job: MakeJob) -> None:
    """Without a plan, too, two callbacks of a job do not write one file: the second fails."""
    job = finished_job([1], [("save_json", {"path": "x.json"}), ("save_yaml", {"path": "X.json"})])
    result, _ = run(job, tmp_path)
    assert (tmp_path / "x.json").read_text() == "[\n1\n]\n"
    assert [error.type for error in result.callback_errors] == ["OutputPathError"]


def _unexpected(event: Event) -> None:
    pytest.fail(f"{event} was emitted")


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED])
def test_callbacks_of_a_job_without_data_do_not_run(
    tmp_path: Path, finished_job: MakeJob, state: State
) -> None:
    """A job that failed, was cancelled, is incomplete or has not run is given back as it is."""
    job = finished_job([1], [("save_json", {"path": "x.json"})])
    assert job.result is not None
    unfinished = [replace(job.result, state=state), replace(job.result, complete=False), None]
    for result in unfinished:
        other = job.with_result(result)
        assert run_callbacks(other, root=tmp_path, values=VALUES, emit=_unexpected) is other
    assert list(tmp_path.iterdir()) == []


def test_plan_lists_the_files_and_writes_none(tmp_path: Path) -> None:
    """The planned files are those that will be written, without writing them, for a job that has not run."""
    job = Job(
        "GetStatus",
        callbacks=(
            Callback("save_json", {"path": "${date}/a.json"}),
            Callback("save_csv", {"path": Path("b") / "c.csv"}),
        ),
    )
    assert output_paths(job, root=tmp_path, values=VALUES) == [
        tmp_path / "2026-11-23" / "a.json",
        tmp_path / "b" / "c.csv",
    ]
    assert list(tmp_path.iterdir()) == []


def test_plan_finds_everything_that_is_wrong(tmp_path: Path) -> None:
    """All problems of a job's outputs are found in one go, each with its place."""
    job = Job(
        "GetStatus",
        callbacks=(
            Callback("save_json", {"path": "${dat}.json"}),
            Callback("save_json", {"path": "../x.json"}),
            Callback("save_csv", {"path": "x.csv", "extra": {"region": "${regoin_id}"}}),
            Callback("save_csv", {"path": "y.csv"}),
            Callback("save_csv", {"path": "Y.CSV"}),
        ),
    )
    with pytest.raises(InputError) as caught:
        output_paths(job, root=tmp_path, values=VALUES)
    places = [problem.where for problem in caught.value.problems]
    assert [place.split(":")[0] for place in places] == [
        "callbacks[0] 'save_json'",
        "callbacks[1] 'save_json'",
        "callbacks[2] 'save_csv'",
        "callbacks[4] 'save_csv'",
    ]
    assert "did you mean 'date'" in caught.value.problems[0].what
    assert "could leave the output directory" in caught.value.problems[1].what
    assert "kwargs.extra.region" in places[2]
    assert "as callbacks[3] 'save_csv' does" in caught.value.problems[3].what


@pytest.mark.parametrize(
    ("paths", "kind"),
    [(["${dat}"], TemplateError), (["../x"], OutputPathError), (["x.json", "x.json"], OutputPathError)],
)
def test_plan_raises_the_kind_of_its_problems(
    tmp_path: Path, paths: list[str], kind: type[InputError]
) -> None:
    """Problems of one kind are an error of that kind."""
    job = Job("GetStatus", callbacks=tuple(Callback("save_json", {"path": path}) for path in paths))
    with pytest.raises(kind):
        output_paths(job, root=tmp_path, values=VALUES)
