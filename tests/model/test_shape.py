"""The shape of plain data: everything wrong with it, in words of the people who wrote it."""

import json

import pytest
from hypothesis import given

from esi_fetch.model.codec import to_plain
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.shape import job_problems, order_problems

from .strategies import finished_jobs, json_values, work_orders

WALK_KEYS = ("since_last", "until", "max_records")


def said(plain: object) -> list[str]:
    """Return what is said about a job with these keys."""
    return [str(problem) for problem in job_problems(plain)]


@given(finished_jobs)
def test_any_job_is_fine(job: Job) -> None:
    """What a job is written as has no problems."""
    assert job_problems(to_plain(job, data=True)) == []


@given(work_orders)
def test_any_work_order_is_fine(order: WorkOrder) -> None:
    """What a work order is written as has no problems."""
    assert order_problems(to_plain(order)) == []


@given(json_values)
def test_nothing_crashes_the_checks(value: object) -> None:
    """Whatever stands where something else should is a problem or fine, never a crash."""
    for key in ("op_id", "parameters", "callbacks", "id", "character", "result", "attributes", *WALK_KEYS):
        job = {"op_id": "get_status", key: value}
        if not job_problems(job):
            Job.of_plain(job)
    order_problems({"jobs": value})
    order_problems({"jobs": [value]})
    order_problems(value)


@pytest.mark.parametrize(
    ("key", "value", "where", "what"),
    [
        ("op_id", None, "op_id", "is missing"),
        ("since_last", "yes", "since_last", "expected true or false, found the text 'yes'"),
        ("since_last", 1, "since_last", "expected true or false, found the number 1"),
        ("sincelast", True, "sincelast", "unknown key (did you mean 'since_last'?)"),
        ("until", 1.5, "until", "expected an id, which is a whole number; found the number 1.5"),
        ("until", "May", "until", "expected an id, which is a whole number; found the text 'May'"),
        ("until", True, "until", "expected an id, which is a whole number; found true"),
        ("max_records", 0, "max_records", "expected a whole number of at least 1, found the number 0"),
        ("max_records", "9", "max_records", "expected a whole number of at least 1, found the text '9'"),
        ("max_record", 9, "max_record", "unknown key (did you mean 'max_records'?)"),
        ("op_id", "  ", "op_id", "is empty; it names an operation, such as GetMarketsRegionIdOrders"),
        ("op_id", 5, "op_id", "expected text, found the number 5; put it in quotes"),
        ("parmeters", {}, "parmeters", "unknown key (did you mean 'parameters'?)"),
        ("parameters", [], "parameters", "expected a mapping of names to values, found a list"),
        ("parameters", "x=1", "parameters", "expected a mapping of names to values, found the text 'x=1'"),
        ("parameters", {"a": float("inf")}, "parameters.a", "inf is not a number that JSON can carry"),
        ("parameters", {"a": [{5: 1}]}, "parameters.a[0].5", "expected text as a key, found the number 5"),
        ("parameters", {"a": {1}}, "parameters.a", "expected a value that JSON can carry, found a set"),
        (
            "parameters",
            {"a": "\ud800"},
            "parameters.a",
            "'\\ud800' holds half a surrogate pair, which is no character",
        ),
        (
            "callbacks",
            {"callback_id": "x"},
            "callbacks",
            "expected a list of callbacks, found a mapping; begin each with '- '",
        ),
        ("callbacks", "keep_any", "callbacks", "expected a list of callbacks, found the text 'keep_any'"),
        (
            "callbacks",
            ["keep_any"],
            "callbacks[0]",
            "expected a mapping with callback_id, kwargs; found the text 'keep_any'",
        ),
        ("callbacks", [{}], "callbacks[0].callback_id", "is missing"),
        (
            "callbacks",
            [{"callback_id": "keep_fle"}],
            "callbacks[0].callback_id",
            "unknown callback 'keep_fle' (did you mean 'keep_file' or 'keep_any'?)",
        ),
        (
            "callbacks",
            [{"callback_id": "keep_file"}],
            "callbacks[0].kwargs.path",
            "keep_file needs this argument",
        ),
        (
            "callbacks",
            [{"callback_id": "keep_any", "kwargs": []}],
            "callbacks[0].kwargs",
            "expected a mapping of names to values, found a list",
        ),
        (
            "callbacks",
            [{"callback_id": "keep_any", "kwargs": {"path": 5}}],
            "callbacks[0].kwargs.path",
            "expected text, found the number 5; put it in quotes",
        ),
        ("name", 34, "name", "expected text, found the number 34; put it in quotes"),
        ("name", True, "name", "expected text, found true; put it in quotes"),
        ("name", ["x"], "name", "expected text, found a list"),
        ("id", 1.5, "id", "expected text, found the number 1.5; put it in quotes"),
        ("character", False, "character", "expected a character's id or name, found false"),
        ("character", " ", "character", "expected a character's id or name, found the text ' '"),
        ("character", {}, "character", "expected a character's id or name, found a mapping"),
        ("attributes", 5, "attributes", "expected a mapping of names to values, found the number 5"),
        ("result", {}, "result.state", "is missing"),
        ("result", "failed", None, ""),
        (
            "result",
            {"state": "gone"},
            "result.state",
            "expected one of succeeded, failed, cancelled; found the text 'gone'",
        ),
        ("result", {"state": "failed", "pages": True}, "result.pages", "expected a whole number, found true"),
        (
            "result",
            {"state": "failed", "complete": 1},
            "result.complete",
            "expected true or false, found the number 1",
        ),
        (
            "result",
            {"state": "failed", "elapsed_s": "1"},
            "result.elapsed_s",
            "expected a number, found the text '1'",
        ),
        (
            "result",
            {"state": "failed", "snapshot_at": "2026-08-18"},
            "result.snapshot_at",
            "expected a time such as 2026-08-18T11:05:00Z, found the text '2026-08-18'",
        ),
        (
            "result",
            {"state": "failed", "tokens": {"a": "b"}},
            "result.tokens.a",
            "expected a whole number, found the text 'b'",
        ),
        (
            "result",
            {"state": "failed", "outputs": [5]},
            "result.outputs[0]",
            "expected text, found the number 5; put it in quotes",
        ),
        ("result", {"state": "failed", "error": {"type": "x"}}, "result.error.message", "is missing"),
        (
            "result",
            {"state": "failed", "tokens": 5},
            "result.tokens",
            "expected a mapping of names to values, found the number 5",
        ),
        ("result", {"state": "failed", "callback_errors": [{"typ": "x"}]}, None, ""),
    ],
)
def test_each_mistake_is_explained(key: str, value: object, where: str | None, what: str) -> None:
    """A mistake is named with its place, what was expected, and the nearest right word."""
    found = said({"op_id": "get_status", key: value})
    if where is None:
        assert found
    else:
        assert found == [f"{where}: {what}"]


def test_null_means_not_given() -> None:
    """Whatever need not be given may be null."""
    keys = [
        "parameters",
        "callbacks",
        "name",
        "description",
        "id",
        "uid",
        "attributes",
        "character",
        "result",
    ]
    plain = {"op_id": "get_status", **dict.fromkeys(keys)}
    assert said(plain) == []
    assert Job.of_plain(plain) == Job("get_status")


def test_identifiers_may_be_numbers() -> None:
    """Numbers as ``id`` and ``uid`` are kept as text."""
    job = Job.from_dict({"op_id": "get_status", "id": 7, "uid": 8})
    assert (job.id, job.uid) == ("7", "8")


def test_bottomless_nesting_is_refused() -> None:
    """Values nested beyond any use are a problem instead of a crash."""
    value: object = 1
    for _ in range(80):
        value = [value]
    (problem,) = said({"op_id": "x", "parameters": {"a": value}})
    assert problem.endswith("nested too deeply")


def test_a_work_order_names_its_jobs() -> None:
    """A problem of a job is placed by the job's number, and its name or operation."""
    order = {
        "jobs": [
            {"op_id": "get_status"},
            {"op_id": "get_status", "name": "orders", "parameters": 5},
            {"op_id": "get_status", "nme": 1},
            {"parameters": {}},
            "get_status",
        ],
        "output": "x",
    }
    assert [problem.where for problem in order_problems(order)] == [
        "output",
        "job 2 'orders': parameters",
        "job 3 'get_status': nme",
        "job 4: op_id",
        "job 5",
    ]


@pytest.mark.parametrize(
    ("jobs", "problem"),
    [
        (None, "jobs: is missing"),
        ({"op_id": "x"}, "jobs: expected a list of jobs, found a mapping; begin each with '- '"),
        (5, "jobs: expected a list of jobs, found the number 5"),
    ],
)
def test_jobs_are_a_list(jobs: object, problem: str) -> None:
    """A work order needs a list of jobs, which may be empty."""
    assert [str(found) for found in order_problems({"jobs": jobs})] == [problem]
    assert order_problems({"jobs": []}) == []


def test_a_uid_given_twice_is_refused() -> None:
    """Two jobs of one order can't be told apart by the same uid, written as number or text."""
    order = {"jobs": [{"op_id": "a", "uid": "1"}, {"op_id": "b", "uid": ""}, {"op_id": "c", "uid": 1}]}
    assert [str(problem) for problem in order_problems(order)] == [
        "job 3 'c': uid: job 1 has this uid too; leave it out of copies, a new one is made up"
    ]


def test_the_result_of_a_job_is_checked() -> None:
    """A job may carry its result, whose shape is checked like its own."""
    result = json.loads('{"state": "succeeded", "data": [1], "error": null}')
    assert said({"op_id": "get_status", "result": result}) == []
    assert said({"op_id": "get_status", "result": []})[0].startswith("result: expected a mapping with state")
