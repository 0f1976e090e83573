"""Runs on Dask: a real cluster of four worker processes, with limits and store on a real Redis server."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, Report, RunInterrupted
from esi_fetch.errors import WorkerError
from esi_fetch.model.events import Event, JobFinished
from esi_fetch.run.places import places_of
from esi_fetch.sandbox import Sandbox
from tests.redis_server import RedisServer, running_redis
from tests.run.test_executors import WHO, Interrupt, ends, graphics, waypoint

distributed = pytest.importorskip("distributed")

WORKERS = 4
# For those who have the time to try more of them; fewer prove less.
CHARACTERS = int(os.environ.get("DASK_CHARACTERS", "1000"))
OPERATIONS = {
    "GetCharactersCharacterIdAssets": 3,  # pages
    "GetCharactersCharacterIdWallet": 1,
    "GetCharactersCharacterIdSkills": 1,
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Give a client of a cluster of four processes with one thread each."""
    with (
        distributed.LocalCluster(
            n_workers=WORKERS,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as made,
        distributed.Client(made) as client,
    ):
        yield client


@pytest.fixture
def dask(cluster: Any) -> Any:
    """Give its executor, when all workers are there."""
    cluster.wait_for_workers(WORKERS, timeout=60)
    return cluster.get_executor()


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def jobs_of(characters: range) -> list[Job]:
    return [Job(op_id, {"character_id": who}) for who in characters for op_id in OPERATIONS]


def tokens_of(sandbox: Sandbox, characters: range) -> dict[int, str]:
    return {who: sandbox.token(who) for who in characters}


@pytest.mark.esi_sandbox(ttl_s=3600)
def test_a_thousand_characters_each_asked_once_and_apart(
    dask: Any, redis_server: RedisServer, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """No limit is overrun, every page is fetched once, and every character has its own data."""
    characters = range(WHO, WHO + CHARACTERS)
    jobs, tokens = jobs_of(characters), tokens_of(esi_sandbox, characters)
    with Esi(base_url=esi_sandbox.url, home=tmp_path / "a", tokens=tokens, redis_url=redis_server.url) as esi:
        report = esi.run(jobs, executor=dask, keep_data=False)
        assert report.ok, ends(report)
        assert list(report) == jobs
        assert report.totals.requests == CHARACTERS * sum(OPERATIONS.values())
        assert report.totals.retries == 0
        seen = Counter((each.status, each.path, str(each.query)) for each in esi_sandbox.requests)
        assert len(seen) == report.totals.requests
        assert set(seen.values()) == {1}
        assert {status for status, _, _ in seen} == {200}
        # What workers have kept is there for this process, and is each character's own.
        esi_sandbox.clear()
        kept = esi.run(jobs)
        assert esi_sandbox.count() == 0
    some = range(WHO, WHO + CHARACTERS, max(1, CHARACTERS // 50))
    with Esi(base_url=esi_sandbox.url, home=tmp_path / "b", tokens=tokens, local=False) as plain:
        asked = plain.run(jobs_of(some))
    by_character = {(job.op_id, job.parameters["character_id"]): job.result.data for job in kept}  # type: ignore[union-attr]
    for job in asked:
        assert job.result is not None
        assert job.result.data == by_character[job.op_id, job.parameters["character_id"]]
    items = [row["item_id"] for (op_id, _), rows in by_character.items() if "Assets" in op_id for row in rows]
    assert len(set(items)) == len(items)


class Once:
    """An observer that does something when the first job has ended."""

    def __init__(self, deed: Any) -> None:
        self.deed = deed
        self.finished = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, JobFinished):
            self.finished += 1
            if self.finished == 1:
                self.deed()


def kill_a_worker(cluster: Any) -> None:
    """Kill one that is at something, as the kernel does when there is no memory left."""
    busy = [worker for worker, keys in cluster.processing().items() if keys]
    pids = cluster.run(os.getpid)
    os.kill(pids[busy[0]], signal.SIGKILL)


@pytest.mark.esi_sandbox(ttl_s=3600, latency_s=0.02)
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    cluster: Any, dask: Any, redis_server: RedisServer, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Its jobs are done by others, each has one result and one file; little is asked again."""
    characters = range(WHO, WHO + 120)
    save = [Callback("save_json", {"path": "${op_id}/${character_id}.json"})]
    jobs = [Job(job.op_id, job.parameters, callbacks=save) for job in jobs_of(characters)]
    watch = Once(lambda: kill_a_worker(cluster))
    with Esi(
        base_url=esi_sandbox.url,
        home=tmp_path / "home",
        tokens=tokens_of(esi_sandbox, characters),
        redis_url=redis_server.url,
        workers=8,
        observers=[watch],
    ) as esi:
        report = esi.run(jobs, executor=dask, keep_data=False, output=tmp_path / "out")
    assert watch.finished == len(jobs) == len(report)
    assert report.ok, ends(report)
    assert list(report) == jobs
    assert len(list((tmp_path / "out").glob("*/*.json"))) == len(jobs)
    assert all(len(job.result.outputs) == 1 for job in report)  # type: ignore[union-attr]
    # What was on its way to the dead worker when it died is all that can be asked again.
    assert len(esi_sandbox.requests) <= 120 * sum(OPERATIONS.values()) + 8


def test_a_write_is_not_sent_again_by_the_scheduler(
    dask: Any, redis_server: RedisServer, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Dask hands the jobs of a dead worker to another by itself: a write that was begun stays in doubt."""
    dying = waypoint(callbacks=[Callback("die_once", {"path": "died"})])
    with Esi(
        base_url=esi_sandbox.url,
        home=tmp_path / "home",
        tokens={WHO: esi_sandbox.token(WHO)},
        redis_url=redis_server.url,
        workers=1,
    ) as esi:
        report = esi.run([dying, *graphics(3)], output=tmp_path / "out", executor=dask)
    assert ends(report) == [("failed", "MaybeDoneError")] + [("succeeded", None)] * 3
    assert esi_sandbox.count(op_id="PostUiAutopilotWaypoint") == 1


@pytest.mark.esi_sandbox(ttl_s=3600, latency_s=0.02)
def test_a_redis_server_that_restarts_in_the_middle_costs_no_job(
    dask: Any, redis_server: RedisServer, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """It forgets everything, and the run ends rightly: limits go on from what each worker knows."""

    def restart() -> None:
        redis_server.kill()
        redis_server.start()

    characters = range(WHO, WHO + 60)
    with Esi(
        base_url=esi_sandbox.url,
        home=tmp_path / "home",
        tokens=tokens_of(esi_sandbox, characters),
        redis_url=redis_server.url,
        workers=4,
        observers=[Once(restart)],
    ) as esi:
        report = esi.run(jobs_of(characters), executor=dask)
    assert report.ok, ends(report)
    assert not {each.status for each in esi_sandbox.requests} & {420, 429}
    assert len({str(job.result.data) for job in report if "Assets" in job.op_id}) == 60  # type: ignore[union-attr]


def test_an_interrupted_run_stops_workers_on_other_machines(
    dask: Any, redis_server: RedisServer, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """They look on the Redis server whether the run was stopped; the executor can be used again."""
    esi_sandbox.manners.latency_s = 0.05
    with Esi(
        base_url=esi_sandbox.url, home=tmp_path / "home", redis_url=redis_server.url, workers=2, retries=0
    ) as esi:
        with pytest.raises(RunInterrupted) as caught:
            esi.run(graphics(600), executor=dask, observers=[Interrupt()])
        report: Report = caught.value.report
        sent = esi_sandbox.count()
        assert report.totals.ok >= 1
        assert report.totals.ok + report.totals.cancelled == 600
        assert sent < 600
        assert esi.run(graphics(3), executor=dask).ok
        assert esi_sandbox.count() <= sent + 3


def test_a_job_that_kills_its_workers_fails_alone_on_dask(
    cluster: Any, dask: Any, redis_server: RedisServer, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Dask gives up on what has killed some workers; the others of its chunk are done, and it is told."""
    killing = Job("GetStatus", callbacks=[Callback("die_always", {"caller": os.getpid()})])
    with Esi(base_url=esi_sandbox.url, home=tmp_path / "home", redis_url=redis_server.url) as esi:
        report = esi.run([*graphics(2), killing, *graphics(2)], executor=dask)
    assert ends(report) == [("succeeded", None)] * 2 + [("failed", "WorkerError")] + [("succeeded", None)] * 2


def test_a_client_that_is_closed_ends_the_run(
    cluster: Any, dask: Any, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Jobs that it had are not waited for: the error says what has become of them."""
    esi_sandbox.manners.latency_s = 0.2
    with (
        distributed.Client(cluster.scheduler.address) as second,
        Esi(base_url=esi_sandbox.url, home=tmp_path / "home", workers=1) as esi,
    ):
        executor = second.get_executor()
        assert places_of(executor) == WORKERS
        closing = threading.Thread(target=second.close)
        with pytest.raises(WorkerError, match=r"was shut down|takes no jobs"):
            esi.run(graphics(100), executor=executor, observers=[Once(closing.start)])
        closing.join()
