from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.model.lazy import LazyData, PagedData
from esi_fetch.model.result import Result, Source, State
from esi_fetch.sandbox import Sandbox

CHARACTER = 90000001


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox without limits."""
    with Sandbox(limits=False, orders_pages=3) as sandbox:
        yield sandbox


@pytest.fixture
def esi(sandbox: Sandbox, tmp_path: Path) -> Iterator[Esi]:
    """Give a client of the sandbox that has one character."""
    tokens = {CHARACTER: sandbox.token(CHARACTER)}
    with Esi(base_url=sandbox.url, home=tmp_path / "home", tokens=tokens) as esi:
        yield esi


@pytest.fixture
def done() -> Callable[..., Job]:
    """Make a job that has succeeded with the given data; a list of lists is one of pages."""

    def make(data: Any, op_id: str = "GetMarketsRegionIdOrders", **fields: Any) -> Job:
        payload = LazyData.of(data)
        if isinstance(data, list) and all(isinstance(page, list) for page in data):
            payload = PagedData([LazyData.of(page) for page in data], count=sum(map(len, data)))
        result = Result(State.SUCCEEDED, Source.REMOTE, complete=True, payload=payload)
        return Job(op_id, result=result, **fields)

    return make
