"""Jobs and work orders as values."""

import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from esi_fetch.errors import InputError
from esi_fetch.model.callback import Callback
from esi_fetch.model.files import format_jobs
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Result, Source, State

from .strategies import finished_jobs, work_orders


@given(finished_jobs)
def test_a_job_round_trips_as_plain_data(job: Job) -> None:
    """``from_dict(to_dict())`` gives back the job, its uid, its result and the data."""
    again = Job.from_dict(job.to_dict())
    assert again == job
    assert again.uid == job.uid
    assert again.result == job.result
    if job.result is not None:
        assert again.result is not None
        assert again.result.data == job.result.data


@given(finished_jobs)
def test_a_job_round_trips_as_json(job: Job) -> None:
    """``from_json(to_json())`` gives back an equal job and result."""
    again = Job.from_json(job.to_json())
    assert (again, again.result) == (job, job.result)


@given(work_orders)
def test_a_work_order_round_trips(order: WorkOrder) -> None:
    """Plain data, JSON and pickle give back an equal work order."""
    assert WorkOrder.from_dict(order.to_dict()) == order
    assert WorkOrder.from_json(order.to_json()) == order
    assert pickle.loads(pickle.dumps(order)) == order


def test_each_job_has_a_uid_of_its_own_that_does_not_count() -> None:
    """Two jobs that want the same are equal, and can still be told apart."""
    one, other = Job("get_status"), Job("get_status")
    assert one == other
    assert one.uid != other.uid


def test_attaching_a_result_leaves_the_job_alone() -> None:
    """``with_result`` gives a copy; the job itself stays as it was."""
    job = Job("get_status", name="status")
    done = job.with_result(Result(State.SUCCEEDED, payload=LazyData.of([1])))
    assert job.result is None
    assert done.result is not None
    assert (done.result.data, done.uid, done) == ([1], job.uid, job)


def test_a_job_is_frozen() -> None:
    """A job can't be changed in place."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Job("get_status").name = "x"


def test_the_label_is_the_name_or_the_operation() -> None:
    """People see the name where there is one."""
    assert Job("get_status", name="status").label == "status"
    assert Job("get_status").label == "get_status"


def test_callbacks_and_jobs_become_tuples() -> None:
    """Lists are accepted, and kept as what can't be changed."""
    job = Job("get_status", callbacks=[Callback("keep_any")])
    order = WorkOrder([job])
    assert (job.callbacks, order.jobs) == ((Callback("keep_any"),), (job,))
    assert (list(order), len(order)) == ([job], 1)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"op_id": ""}, "op_id"),
        ({"op_id": 5}, "op_id"),
        ({"parameters": [1]}, "parameters"),
        ({"parameters": None}, "parameters"),
        ({"attributes": "x"}, "attributes"),
        ({"callbacks": "save_json"}, "callbacks"),
        ({"callbacks": [{"callback_id": "keep_any"}]}, "callbacks"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_at_once(fields: dict[str, object], place: str) -> None:
    """A job that could not run can't be built; the error names the field."""
    with pytest.raises(InputError, match=f"^{place}: expected"):
        Job(**{"op_id": "get_status", **fields})


@pytest.mark.parametrize(
    "jobs", [Job("get_status"), ["get_status"], [Job("get_status"), {"op_id": "x"}], None]
)
def test_a_work_order_holds_jobs_only(jobs: object) -> None:
    """What is not a list of jobs is refused in words."""
    with pytest.raises(InputError, match=r"^jobs: expected a list of Job"):
        WorkOrder(jobs)


def test_plain_data_is_checked_before_it_is_built() -> None:
    """All that is wrong with plain data is named, nothing is dropped."""
    with pytest.raises(InputError) as caught:
        Job.from_dict({"op": "get_status", "parameters": []})
    assert [problem.where for problem in caught.value.problems] == ["op_id", "op", "parameters"]


def test_plain_data_stays_what_it_was() -> None:
    """Changing the data a job was read from does not change the job."""
    plain = {"op_id": "get_status", "parameters": {"a": 1}}
    job = Job.from_dict(plain)
    plain["parameters"]["a"] = 2
    assert job.parameters == {"a": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("op_id", "  "),
        ("name", 3),
        ("description", None),
        ("id", 7),
        ("uid", None),
        ("parameters", {1: 2}),
        ("attributes", {None: 2}),
        ("character", 1.5),
        ("character", True),
        ("result", "succeeded"),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_where_it_is_given(field: str, value: Any) -> None:
    """What would fail in the middle of a run fails in the line that wrote it, and is named."""
    with pytest.raises(InputError) as caught:
        Job(**{"op_id": "GetStatus", field: value})
    assert [problem.where for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("field", "value"), [("name", [1]), ("output_path", Path("x")), ("attributes", [1]), ("jobs", "x")]
)
def test_so_is_one_of_a_work_order(field: str, value: Any) -> None:
    """The same goes for work orders."""
    with pytest.raises(InputError) as caught:
        WorkOrder(**{field: value})
    assert [problem.where for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("since_last", None),
        ("since_last", "yes"),
        ("until", 1.5),
        ("until", "May"),
        ("until", "9" * 5000),
        ("max_records", 0),
        ("max_records", True),
    ],
)
def test_what_part_of_a_walk_is_checked_at_once(field: str, value: object) -> None:
    """A job can't be made with a part of a walk that makes no sense; the error names the field."""
    with pytest.raises(InputError, match=f"^{field}: expected "):
        Job("GetWars", **{field: value})  # type: ignore[arg-type]


def test_parts_of_a_walk_are_in_files_only_where_given() -> None:
    """A plain job's file does not mention them; one that has them keeps them."""
    assert set(json.loads(format_jobs(Job("GetWars"), fmt="json"))) == {"op_id"}
    job = Job("GetWars", until=0, max_records=5, since_last=True)
    plain = json.loads(format_jobs(job, fmt="json"))
    assert plain == {"op_id": "GetWars", "since_last": True, "until": 0, "max_records": 5}
    assert Job.from_dict(plain) == job


def test_it_shows_what_was_said_of_it_alone() -> None:
    """A representation leaves out what is as it is by default, and cuts what is long."""
    job = Job("PostUniverseNames", {"body": list(range(1000))}, name="many")
    shown = "Job(op_id='PostUniverseNames', parameters={'body': [0, 1, 2, 3, 4, 5, 6, 7, ...]}, name='many')"
    assert repr(job) == shown
    assert repr(WorkOrder([Job("GetStatus")])) == "WorkOrder(jobs=(Job(op_id='GetStatus'),))"
    done = job.with_result(Result(State.SUCCEEDED, Source.REMOTE, complete=True))
    assert repr(done) == f"{shown[:-1]}, result=Result(state=succeeded, source=remote, complete=True))"
    assert len(repr(WorkOrder([job] * 100_000))) < 2_000
