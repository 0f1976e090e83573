"""Callbacks and observers that use the client themselves."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, callback
from esi_fetch.model.events import Event, JobStarted
from tests.wire import Reply, Seen, WireServer


@pytest.mark.parametrize("workers", [1, 3])
def test_callbacks_may_ask_for_more(tmp_path: Path, workers: int) -> None:
    """However few workers there are, a callback that uses the client gets its answer."""
    got: list[Any] = []

    @callback("ask_more")
    def ask_more(job: Job) -> None:
        got.append(esi.get("GetUniverseGroupsGroupId", group_id=1))
        got.extend(done.result.ok for done in esi.stream([Job("GetStatus")]) if done.result)
        got.append(esi.run([Job("GetStatus")]).ok)

    with (
        WireServer(lambda seen: Reply(body=True)) as server,
        Esi(base_url=server.url, home=tmp_path, workers=workers) as esi,
    ):
        jobs = [
            Job("GetUniverseTypesTypeId", {"type_id": i}, callbacks=(Callback("ask_more"),)) for i in range(6)
        ]
        assert esi.run(jobs).totals.ok == 6
    assert got == [True] * 18


def test_leaving_a_run_stops_what_its_callbacks_began(tmp_path: Path) -> None:
    """What a callback waits for is stopped with its run."""
    hanging, ended = threading.Event(), threading.Event()

    @callback("hang_on")
    def hang_on(job: Job) -> None:
        done = esi.fetch(Job("GetStatus"))
        assert done.result is not None
        if done.result.state.value == "cancelled":
            ended.set()

    def answer(seen: Seen) -> Reply:
        if seen.target == "/status":
            hanging.set()
            return Reply(hang=True)
        return Reply()

    with WireServer(answer) as server, Esi(base_url=server.url, home=tmp_path, workers=2) as esi:
        first = Job("GetUniverseTypesTypeId", {"type_id": 1}, callbacks=(Callback("hang_on"),))
        stream = esi.stream([first, Job("GetUniverseTypesTypeId", {"type_id": 2})])
        next(stream)
        assert hanging.wait(5)
        began = time.monotonic()
        stream.close()  # type: ignore[attr-defined]  # it is a generator
        assert ended.wait(5)
        assert time.monotonic() - began < 5


def test_observers_may_ask_for_more(tmp_path: Path) -> None:
    """An observer that uses the client gets its answer in the worker it is called in."""
    got: list[Any] = []

    def observer(event: Event) -> None:
        if isinstance(event, JobStarted) and event.job.op_id == "GetStatus":
            got.append(esi.get("GetUniverseTypesTypeId", type_id=1))

    with (
        WireServer(lambda seen: Reply(body=1)) as server,
        Esi(base_url=server.url, home=tmp_path, workers=1, observers=[observer]) as esi,
    ):
        assert esi.get("GetStatus") == 1
    assert got == [1]
