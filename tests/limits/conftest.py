"""A limiter whose time moves only in its own waits."""

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.limits import Limiter


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def limiter(clock: HeldClock) -> Limiter:
    return Limiter(clock=clock)
