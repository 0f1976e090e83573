"""A sandbox that tests share which only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from esi_fetch.sandbox import Sandbox


@pytest.fixture(scope="module")
def shown() -> Iterator[Sandbox]:
    """Give a sandbox without limits, for tests that change nothing about it."""
    with Sandbox(limits=False) as sandbox:
        yield sandbox
