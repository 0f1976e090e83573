from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from esi_fetch.model.callback import Callback
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Result, Source, State


@pytest.fixture
def finished_job() -> Callable[..., Job]:
    """Make a job that has succeeded with the given data."""

    def make(data: Any, callbacks: Iterable[tuple[str, dict[str, Any]]] = (), **fields: Any) -> Job:
        result = Result(
            state=State.SUCCEEDED,
            source=Source.REMOTE,
            status=200,
            complete=True,
            pages=1,
            sources={"remote": 1},
            tokens={"market-order": 2},
            payload=LazyData.of(data),
        )
        fields.setdefault("op_id", "GetMarketsRegionIdOrders")
        return Job(callbacks=tuple(Callback(*item) for item in callbacks), result=result, **fields)

    return make
