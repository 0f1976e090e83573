"""A client of a scripted server, and jobs to ask it for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from tests.wire import Reply, Seen, WireServer


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., tuple[Esi, WireServer]]]:
    """Make a client of a scripted server."""
    closing: list[Any] = []

    def make(answer: Callable[[Seen], Reply], **settings: Any) -> tuple[Esi, WireServer]:
        server = WireServer(answer).__enter__()
        esi = Esi(base_url=server.url, home=tmp_path / "home", retries=0, **settings)
        closing.append((esi, server))
        return esi, server

    yield make
    for esi, server in closing:
        esi.close()
        server.__exit__()


def type_of(seen: Seen) -> int:
    return int(seen.target.rsplit("/", 1)[1])


def types(*numbers: int, **more: Any) -> list[Job]:
    return [
        Job("GetUniverseTypesTypeId", {"type_id": number}, name=f"type {number}", **more)
        for number in numbers
    ]
