"""A local ESI and clients on one clock that is held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi
from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox

Make = Callable[..., Esi]


@pytest.fixture
def clock() -> HeldClock:
    """Time that moves when it is told to; it begins at 08:00:00 UTC."""
    return HeldClock(now=1_800_000_000.0)


@pytest.fixture
def sandbox(clock: HeldClock) -> Iterator[Sandbox]:
    """Give a local ESI on the same clock, with few rows."""
    with Sandbox(clock=clock, page_size=50, orders_pages=4) as started:
        yield started


@pytest.fixture
def make(sandbox: Sandbox, clock: HeldClock, tmp_path: Path) -> Iterator[Make]:
    """Make clients that share a home."""
    with ExitStack() as stack:

        def client(**settings: Any) -> Esi:
            settings = {
                "base_url": sandbox.url,
                "home": tmp_path / "home",
                "clock": clock,
                "retries": 0,
                **settings,
            }
            return stack.enter_context(Esi(**settings))

        yield client


@pytest.fixture
def esi(make: Make) -> Esi:
    """A client."""
    return make()
