"""Results in words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from esi_fetch.cli.summary import cost, failures, origin, staleness, totals
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import CallbackError, ErrorInfo, Result, State

NOW = datetime.now(timezone.utc)


def result(**fields: Any) -> Result:
    return Result(State.SUCCEEDED, complete=True, **fields)


def test_costs() -> None:
    """Requests, and tokens by group."""
    assert cost(requests=0, tokens={}) == "no request"
    assert cost(requests=2, tokens={"a": 1, "b": 2000}) == "2 requests, 1 token of a, 2,000 tokens of b"


def test_pages_from_several_sources_are_told_apart() -> None:
    """A set that was put together says of what."""
    text = origin(
        result(
            pages=3,
            sources={"remote": 1, "local": 2},
            snapshot_at=datetime(2026, 8, 18, 11, 5, tzinfo=timezone.utc),
            payload=LazyData.of([1, 2]),
            requests=1,
        )
    )
    assert text == (
        "2 rows; 3 pages; 1 from ESI; 2 from the local store; as of 2026-08-18 11:05:00 UTC; 1 request; 0 s"
    )


@pytest.mark.parametrize(
    ("sources", "offline", "age", "words"),
    [
        ({"stale": 1}, False, 1, "STALE data"),
        ({"remote": 1, "stale": 1}, False, -1, "STALE data"),
        ({"local": 1}, True, 1, "old data from the local store"),
        ({"local": 1}, True, -1, None),
        ({"local": 1}, False, 1, None),
        ({"remote": 1}, False, 1, None),
    ],
)
def test_old_data_is_called_old(sources: dict[str, int], offline: bool, age: int, words: str | None) -> None:
    """What stood in for an answer is marked, and, once it has expired, what only the store was asked for.

    What has expired since it was used, in a long run or one that is resumed, is not.
    """
    expired = NOW - timedelta(hours=age)
    warning = staleness(result(sources=sources, fetched_at=NOW, expires_at=expired), offline=offline)
    assert warning is None if words is None else warning is not None and warning.startswith(words)


@pytest.mark.parametrize(("hours", "verb"), [(-1, "expired"), (1, "expires")])
def test_what_is_used_before_its_expiry_is_not_called_expired(hours: int, verb: str) -> None:
    """With --refresh, a copy that is still fresh may stand in for an answer."""
    used = result(sources={"stale": 1}, fetched_at=NOW, expires_at=NOW + timedelta(hours=hours))
    assert f" and {verb} " in (staleness(used, offline=False) or "")


def test_long_parameters_are_cut() -> None:
    """A thousand ids do not drown the reason."""
    error = ErrorInfo("NotFoundError", "no such\nname")
    job = Job("PostUniverseNames", {"body": list(range(1000))}).with_result(Result(State.FAILED, error=error))
    *_, line = failures(Report((job,), Totals()))
    assert line == "  PostUniverseNames body=[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …  no such name"


def test_failures_are_a_table() -> None:
    """Each failed job has a row: which page and attempt, which answer, when and why; each callback, too."""
    when = datetime(2026, 11, 26, 2, 11, 13, tzinfo=timezone.utc)
    url = "https://esi.evetech.net/markets/10000002/orders?order_type=all&page=17"
    page = ErrorInfo("ServerError", "ESI answered 502 (3 attempts): Bad\ngateway", 502, 3, url, when)
    silent = ErrorInfo("ConnectionFailedError", "esi gave no answer", None, 1, url.partition("?")[0], when)
    callbacks = (
        CallbackError("save_csv", "OutputWriteError", "full"),
        CallbackError("mine", "KeyError", "'x'"),
    )
    jobs = (
        Job("GetMarketsRegionIdOrders", name="orders").with_result(Result(State.FAILED, error=page)),
        Job("GetStatus").with_result(Result(State.FAILED, error=silent)),
        Job("GetMarketsPrices").with_result(result(callback_errors=callbacks)),
        Job("GetWars").with_result(result()),
        Job("GetWars").with_result(Result(State.CANCELLED)),
    )
    assert list(failures(Report(jobs, Totals()))) == [
        "3 jobs failed:",
        "  job                                failed at           status  time (UTC)  reason",
        "  orders (GetMarketsRegionIdOrders)  page 17, attempt 3  502     02:11:13    "
        "ESI answered 502 (3 attempts): Bad gateway",
        "  GetStatus                          attempt 1                   02:11:13    esi gave no answer",
        "  GetMarketsPrices                   save_csv                                OutputWriteError: full",
        "  GetMarketsPrices                   mine                                    KeyError: 'x'",
    ]


def test_no_failure_is_no_table() -> None:
    """Jobs that were stopped are counted elsewhere."""
    jobs = (Job("GetWars").with_result(result()), Job("GetWars").with_result(Result(State.CANCELLED)))
    assert list(failures(Report(jobs, Totals()))) == []


def test_of_many_failures_the_first_are_shown() -> None:
    """Ten thousand rows are no summary; the rest is counted, and where all of them are is said."""
    gone = Result(State.FAILED, error=ErrorInfo("NotFoundError", "gone"))
    bad = result(callback_errors=(CallbackError("save_csv", "OSError", "full"),))
    jobs = tuple(Job("GetWars").with_result(bad if number % 4 == 0 else gone) for number in range(10_000))
    lines = list(failures(Report(jobs, Totals())))
    assert len(lines) == 103
    assert lines[-1] == (
        "  and 9,900 more jobs: 7,425 NotFoundError, 2,475 failed callbacks (--report FILE lists them all)"
    )


def test_what_was_waited_for_is_told() -> None:
    """Long waits are in the totals, the longest cause first; moments are not worth a word."""
    waits = {"back-off: status 502": 2.0, "bucket 'market-order' is empty": 75.0, "pacing": 0.01}
    *_, line = totals(Totals(ok=1, waited_s=77.01, waits=waits), files=0)
    assert line.split(maxsplit=1) == [
        "waited",
        "1 min 17 s  added up over all requests: bucket 'market-order' is empty 1 min 15 s,"
        " back-off: status 502 2.0 s",
    ]
    assert not any("waited" in line for line in totals(Totals(ok=1, waited_s=0.5), files=0))
