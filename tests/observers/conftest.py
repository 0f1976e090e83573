from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from esi_fetch.model.events import (
    AttemptFinished,
    AttemptStarted,
    CallbackFailed,
    CallbackFinished,
    CallbackStarted,
    Event,
    JobFinished,
    JobStarted,
    PageFinished,
    PagesFound,
    PagesTorn,
    RetryScheduled,
    RunFinished,
    RunStarted,
    WaitFinished,
    WaitStarted,
)
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.report import Totals
from esi_fetch.model.result import CallbackError, ErrorInfo, Result, Source, State

URL = "https://esi.evetech.net/markets/10000002/orders?page=2"


@pytest.fixture
def eager_switching() -> Iterator[None]:
    """Let the interpreter switch threads as often as it can, so that a missing lock shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def ended() -> Callable[..., Job]:
    """Make a job that has ended."""

    def make(state: State = State.SUCCEEDED, *, uid: str = "u1", name: str = "orders", **fields: Any) -> Job:
        fields.setdefault("complete", state is State.SUCCEEDED)
        fields.setdefault("pages", 1 if state is State.SUCCEEDED else 0)
        result = Result(state=state, payload=LazyData.of([{"secret": "body"}]), **fields)
        return Job("GetMarketsRegionIdOrders", name=name, uid=uid, result=result)

    return make


def attempt(
    status: int | None = 200, *, uid: str = "u1", elapsed_s: float = 0.5, **fields: Any
) -> AttemptFinished:
    values: dict[str, Any] = {
        "job_uid": uid,
        "label": "orders",
        "method": "GET",
        "url": URL,
        "number": 1,
        "status": status,
        "error": None,
        "elapsed_s": elapsed_s,
        "waited_s": 0.25,
        "group": "market-order",
        "tokens": 2,
        "bytes": 1000,
    }
    return AttemptFinished(**{**values, **fields})


@pytest.fixture
def attempted() -> Callable[..., AttemptFinished]:
    """Make an attempt that has ended."""
    return attempt


@pytest.fixture
def one_of_each(ended: Callable[..., Job]) -> Sequence[Event]:
    """One event of every kind, as a run would emit them."""
    started = Job("GetMarketsRegionIdOrders", name="orders", uid="u1")
    failed = ended(
        State.FAILED, uid="u2", error=ErrorInfo("NotFoundError", "404: no such\nregion", 404, 1), status=404
    )
    return (
        RunStarted(3),
        JobStarted(started),
        PagesFound("u1", "orders", 2),
        WaitStarted("u1", "orders", "bucket 'market-order' runs low (14 left): slowing down", 12.5),
        WaitFinished("u1", "orders", "bucket 'market-order' runs low (14 left): slowing down", 9.5),
        AttemptStarted("u1", "orders", "GET", URL, 1, True),
        attempt(502, error="Bad Gateway"),
        RetryScheduled("u1", "orders", URL, 1, "502 Bad Gateway", 1.5),
        attempt(None, error="timed out", group=None, tokens=0, bytes=0, number=2),
        attempt(number=3),
        PageFinished("u1", "orders", 1, Source.REMOTE),
        PagesTorn("u1", "orders", 1, (1,)),
        PageFinished("u1", "orders", 1, Source.NOT_MODIFIED),
        PageFinished("u1", "orders", 2, Source.LOCAL),
        CallbackStarted("u1", "orders", "save_csv"),
        CallbackFinished("u1", "orders", "save_csv", "/out/x.csv"),
        CallbackFinished("u1", "orders", "mine", None),
        CallbackFailed("u1", "orders", "plot", "ValueError: no rows"),
        JobFinished(
            ended(
                pages=2,
                elapsed_s=2.5,
                source=Source.MIXED,
                requests=3,
                sources={"not_modified": 1, "local": 1},
                callback_errors=(CallbackError("plot", "ValueError", "no rows"),),
            )
        ),
        JobFinished(failed),
        JobFinished(ended(State.CANCELLED, uid="u3")),
        JobFinished(Job("GetStatus", uid="u4")),
        RunFinished(
            Totals(
                ok=1, failed=2, requests=3, retries=1, elapsed_s=4.0, waited_s=9.5, tokens={"market-order": 4}
            )
        ),
    )
