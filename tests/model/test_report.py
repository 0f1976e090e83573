"""Reports and their totals."""

import pytest

from esi_fetch.model.codec import to_plain
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import CallbackError, Result, Source, State

GOOD = Result(
    State.SUCCEEDED,
    Source.MIXED,
    complete=True,
    sources={"remote": 2, "not_modified": 3, "local": 4, "stale": 1},
    requests=7,
    retries=2,
    tokens={"market-order": 8, "status": 1},
    waited_s=1.5,
    waits={"bucket 'market-order' is empty": 1.0, "back-off: status 502": 0.5},
    payload=LazyData.of([1]),
)
WAITED = {"back-off: status 502": 0.5}
JOBS = (
    Job("a", result=GOOD),
    Job(
        "b",
        result=Result(
            State.FAILED, requests=3, retries=2, tokens={"market-order": 5}, waited_s=0.5, waits=WAITED
        ),
    ),
    Job("c", result=Result(State.CANCELLED)),
    Job("d"),
    Job("e", result=Result(State.SUCCEEDED, complete=True, callback_errors=(CallbackError("x", "y", "z"),))),
)


@pytest.fixture
def report() -> Report:
    """Return a report with a job of every fate."""
    return Report(JOBS, Totals.of(JOBS, elapsed_s=4.0))


def test_totals_add_up(report: Report) -> None:
    """Every count is the sum over the jobs; a job without a result was never begun."""
    assert report.totals == Totals(
        ok=1,
        failed=4,
        cancelled=2,
        requests=10,
        not_modified=3,
        from_store=4,
        stale=1,
        retries=4,
        waited_s=2.0,
        waits={"bucket 'market-order' is empty": 1.0, "back-off: status 502": 1.0},
        elapsed_s=4.0,
        tokens={"market-order": 13, "status": 1},
    )


def test_iterating_gives_the_jobs_in_order(report: Report) -> None:
    """``report`` and ``report.jobs`` are the same jobs, in the order given."""
    assert tuple(report) == report.jobs == JOBS
    assert len(report) == 5


def test_it_shows_itself_in_few_words() -> None:
    """One of anything is told as one."""
    report = Report((), Totals(ok=1, requests=1))
    assert repr(report) == "<Report: 1 ok, 0 failed, 1 request>"


def test_failed_lists_what_did_not_end_well(report: Report) -> None:
    """Failed, cancelled and unbegun jobs are listed, and those with a failed callback."""
    assert [job.op_id for job in report.failed] == ["b", "c", "d", "e"]
    assert not report.ok
    assert Report(JOBS[:1], Totals.of(JOBS[:1])).ok


def test_as_plain_data_it_has_totals_and_jobs(report: Report) -> None:
    """The report file has the totals first, then the jobs with their results, without the data."""
    plain = to_plain(report)
    assert list(plain) == ["totals", "jobs"]
    assert plain["totals"]["tokens"] == {"market-order": 13, "status": 1}
    assert set(plain["totals"]) >= {
        "ok",
        "failed",
        "requests",
        "not_modified",
        "from_store",
        "stale",
        "retries",
    }
    first = plain["jobs"][0]
    assert (first["op_id"], first["result"]["state"], first["result"]["source"]) == (
        "a",
        "succeeded",
        "mixed",
    )
    assert "data" not in first["result"]
    assert "result" not in plain["jobs"][3]


def test_it_round_trips(report: Report) -> None:
    """A report read back is equal, with its results."""
    again = Report.from_json(report.to_json())
    assert again == report
    assert [job.result for job in again] == [job.result for job in report]
