"""Several programs on one machine, each with eight threads, and one sandbox that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.limits.wire.processes import Foreigner, SandboxProcess, Worker


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Ends whatever a test has started."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def sandbox(stack: ExitStack) -> Callable[..., SandboxProcess]:
    """Start a sandbox in a process of its own."""
    return lambda **given: stack.enter_context(SandboxProcess(**given))


@pytest.fixture
def workers(stack: ExitStack, tmp_path: Path) -> Callable[..., list[Worker]]:
    """Make programs that share one home, not begun yet."""

    def make(sandbox: SandboxProcess, count: int, **given: Any) -> list[Worker]:
        home = tmp_path / "home"
        return [stack.enter_context(Worker(sandbox, home, **given)) for _ in range(count)]

    return make


@pytest.fixture
def foreigner(stack: ExitStack) -> Callable[[SandboxProcess], Foreigner]:
    """Start another program that knows nothing of limits."""
    return lambda sandbox: stack.enter_context(Foreigner(sandbox))
