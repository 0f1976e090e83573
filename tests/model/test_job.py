"""Jobs and work orders as values."""

import dataclasses
import pickle

import pytest
from hypothesis import given

from esi_fetch.errors import InputError
from esi_fetch.model.callback import Callback
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.result import LazyData, Result, State

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
