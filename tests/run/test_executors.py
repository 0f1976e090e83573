"""Runs on executors: as on threads, whatever works on the jobs, and whatever becomes of it."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import esi_fetch
from esi_fetch import Callback, Esi, Job, Report, RunInterrupted
from esi_fetch.errors import InputError, WorkerError
from esi_fetch.model.callback import _REGISTRY
from esi_fetch.model.events import Event, JobFinished, JobStarted, RunFinished
from esi_fetch.model.result import State
from esi_fetch.run import worker
from esi_fetch.run.places import places_of
from esi_fetch.sandbox import Sandbox
from esi_fetch.settings import load_settings
from tests.run import in_workers

WHO = 90000001
ROOT = Path(__file__).parent.parent.parent


def processes(count: int = 2, method: str = "spawn", **more: Any) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context(method), **more)


def mortal(count: int = 2, **more: Any) -> ProcessPoolExecutor:
    """Return a pool whose processes are quick to start, where the system has such."""
    quick = "forkserver" in multiprocessing.get_all_start_methods()
    if quick:
        multiprocessing.set_forkserver_preload(["tests.run.in_workers"])
    return processes(count, "forkserver" if quick else "spawn", **more)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give a pool of processes that no test breaks: to start them takes longer than most tests."""
    with processes() as made:
        yield made


@pytest.fixture(params=["threads", "processes"])
def executor(request: pytest.FixtureRequest, pool: ProcessPoolExecutor) -> Iterator[Executor]:
    if request.param == "processes":
        yield pool
        return
    with ThreadPoolExecutor(2) as threads:
        yield threads


class Direct(Executor):
    """An executor of an unknown kind: it does at once what it is given, in the calling thread."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given.append(args)
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - futures carry whatever it is
            future.set_exception(error)
        return future


@contextmanager
def client(sandbox: Sandbox, home: Path, **more: Any) -> Iterator[Esi]:
    with Esi(base_url=sandbox.url, home=home, retries=0, **more) as esi:
        yield esi


def graphics(count: int, **more: Any) -> list[Job]:
    return [
        Job("GetUniverseGraphicsGraphicId", {"graphic_id": number}, name=f"graphic {number}", **more)
        for number in range(1, count + 1)
    ]


def ends(report: Report) -> list[tuple[str, str | None]]:
    """What became of each job, in order."""
    found = []
    for job in report:
        assert job.result is not None
        found.append((job.result.state.value, job.result.error.type if job.result.error else None))
    return found


def test_a_run_is_what_it_is_on_threads(executor: Executor, esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """Results, failures, outputs and totals are those of the client's own threads, in the order given."""
    save = [Callback("save_json", {"path": "${graphic_id}.json"})]
    jobs = [*graphics(30, callbacks=save), Job("GetUniverseTypesTypeId", {"type_id": 999_999_999})]
    with client(esi_sandbox, tmp_path / "a") as esi:
        own = esi.run(jobs, output=tmp_path / "own")
    with client(esi_sandbox, tmp_path / "b") as esi:
        other = esi.run(jobs, output=tmp_path / "other", executor=executor)
    assert list(other) == list(own) == jobs
    assert ends(other) == ends(own) == [("succeeded", None)] * 30 + [("failed", "NotFoundError")]
    assert [job.result.data for job in other] == [job.result.data for job in own]  # type: ignore[union-attr]
    counted = ("ok", "failed", "requests", "retries", "tokens", "from_store")
    assert [getattr(other.totals, each) for each in counted] == [
        getattr(own.totals, each) for each in counted
    ]
    written = sorted(path.name for path in (tmp_path / "other").iterdir())
    assert written == sorted(path.name for path in (tmp_path / "own").iterdir())
    for job in list(other)[:30]:
        assert job.result is not None
        assert json.loads(Path(job.result.outputs[0]).read_text()) == job.result.data


def test_results_come_back_without_data(executor: Executor, esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """With keep_data=False no data comes back: files have it, and the store that all share."""
    save = [Callback("save_json", {"path": "${graphic_id}.json"})]
    with client(esi_sandbox, tmp_path / "home") as esi:
        report = esi.run(graphics(5, callbacks=save), output=tmp_path, executor=executor, keep_data=False)
        assert [job.result.data for job in report] == [None] * 5  # type: ignore[union-attr]
        streamed = list(esi.stream(graphics(5), executor=executor, keep_data=False))
        assert [job.result.data for job in streamed] == [None] * 5  # type: ignore[union-attr]
        assert esi_sandbox.count() == 5
        assert report.ok
        assert len(list(tmp_path.glob("*.json"))) == 5
        assert esi.get("GetUniverseGraphicsGraphicId", graphic_id=1)["graphic_id"] == 1
        assert esi_sandbox.count() == 5


def test_observers_hear_what_they_hear_of_threads(
    executor: Executor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """The same events come, of each job in the same order, with the caller's own jobs on them."""
    jobs = [*graphics(6), Job("GetUniverseTypesTypeId", {"type_id": 999_999_999})]

    def heard(home: str, **more: Any) -> dict[str, list[Any]]:
        events: list[Event] = []
        with client(esi_sandbox, tmp_path / home, observers=[events.append]) as esi:
            esi.run(jobs, **more)
        told: dict[str, list[Any]] = {}
        for event in events:
            job = getattr(event, "job", None)
            told.setdefault(job.uid if job else getattr(event, "job_uid", "run"), []).append(event.event)
            if isinstance(event, (JobStarted, JobFinished)):
                assert event.job in jobs
                assert (event.job.result is not None) == isinstance(event, JobFinished)
        assert isinstance(events[-1], RunFinished)
        return told

    assert heard("a", executor=executor) == heard("b")


def test_a_worker_process_builds_one_client(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Chunks, runs and callers with the same settings share one client in each process."""
    note = [Callback("note_worker", {"path": "${name}.json"})]

    def seen(output: str) -> Counter[int]:
        found = [json.loads(path.read_text()) for path in (tmp_path / output).iterdir()]
        assert os.getpid() not in {pid for pid, _ in found}
        return Counter(dict(map(tuple, found)))  # type: ignore[arg-type]

    with client(esi_sandbox, tmp_path / "home") as esi:
        esi.run(graphics(40, callbacks=note), output=tmp_path / "one", executor=pool)
        esi.run(graphics(40, callbacks=note), output=tmp_path / "two", executor=pool)
    with client(esi_sandbox, tmp_path / "home") as esi:
        esi.run(graphics(40, callbacks=note), output=tmp_path / "three", executor=pool)
    one, two, three = seen("one"), seen("two"), seen("three")
    both = {pid: count for each in (one, two, three) for pid, count in each.items()}
    for each in (one, two, three):
        assert all(both[pid] == count for pid, count in each.items())
    with client(esi_sandbox, tmp_path / "home", timeout=7.0) as esi:
        esi.run(graphics(40, callbacks=note), output=tmp_path / "four", executor=pool)
    four = seen("four")
    assert all(count == both.get(pid, 0) + 1 for pid, count in four.items())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_forked_workers_have_clients_of_their_own(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A forked process does not go on with its parent's client, whose threads and sockets are not there."""
    with client(esi_sandbox, tmp_path / "home") as esi, processes(1, "fork") as forking:
        assert esi.get("GetStatus")["players"]
        note = [Callback("note_worker", {"path": "${name}.json"})]
        report = esi.run(graphics(4, callbacks=note), output=tmp_path / "out", executor=forking)
    assert report.ok
    assert {json.loads(path.read_text())[1] for path in (tmp_path / "out").iterdir()} == {1}


def test_a_callback_that_workers_cannot_import_fails_its_job_alone(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Nothing is sent for a job whose callback the worker does not know; the error says how it gets there."""

    def only_here(job: Job) -> None:
        raise AssertionError

    told = {}
    for module in ("__main__", "no_such_module", "tests.wire"):
        only_here.__module__ = module
        esi_fetch.callback("only_here")(only_here)
        try:
            with client(esi_sandbox, tmp_path / "home") as esi:
                report = esi.run([Job("GetStatus", callbacks=[Callback("only_here")])], executor=pool)
        finally:
            del _REGISTRY["only_here"]
        (job,) = report
        assert job.result is not None
        assert job.result.error is not None
        assert job.result.error.type == "CallbackArgumentError"
        told[module] = job.result.error.message
    assert esi_sandbox.count() == 0
    assert (
        "'only_here' is unknown in this worker: it was registered by __main__, a script" in told["__main__"]
    )
    assert "put it into a module of its own" in told["__main__"]
    assert "can't be imported here (ModuleNotFoundError: No module named" in told["no_such_module"]
    assert "which does not register it when it is imported" in told["tests.wire"]


def test_a_job_that_cannot_travel_fails_alone(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """What can't be pickled is told by its job; the others are done."""
    jobs = [*graphics(3), Job("GetStatus", attributes={"how": lambda: None}), *graphics(3)]
    with client(esi_sandbox, tmp_path / "home") as esi:
        report = esi.run(jobs, executor=pool)
    assert ends(report) == [("succeeded", None)] * 3 + [("failed", "InputError")] + [("succeeded", None)] * 3
    assert report.jobs[3].result is not None
    assert report.jobs[3].result.error is not None
    assert "it can't be sent to another process" in report.jobs[3].result.error.message


class Local:
    """Something that can be unpickled in the process that made it, and nowhere else."""

    def __reduce__(self) -> Any:
        return _local, (os.getpid(),)


def _local(process: int) -> Local:
    if process != os.getpid():
        raise ModuleNotFoundError("No module named 'mine'")
    return Local()


def test_a_job_that_cannot_be_unpacked_fails_alone(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """A job made of what workers can't import fails with that; those of its chunk are done."""
    jobs = [*graphics(3), Job("GetStatus", attributes={"mine": Local()})]
    with client(esi_sandbox, tmp_path / "home") as esi:
        report = esi.run(jobs, executor=pool)
    assert ends(report) == [("succeeded", None)] * 3 + [("failed", "WorkerError")]
    assert report.jobs[3].result is not None
    assert report.jobs[3].result.error is not None
    assert "No module named 'mine'" in report.jobs[3].result.error.message


def test_jobs_of_a_worker_that_died_are_done_again(
    esi_sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A pool that broke gets a successor: every job is done, has one result, and it is told."""
    save = [Callback("save_json", {"path": "${graphic_id}.json"})]
    dying = Job("GetStatus", callbacks=[Callback("die_once", {"path": "died"})])
    with client(esi_sandbox, tmp_path / "home") as esi, mortal() as breaking:
        report = esi.run(
            [*graphics(40, callbacks=save), dying, *graphics(40)], output=tmp_path / "out", executor=breaking
        )
        assert report.ok, ends(report)
        assert len(report) == 81
        assert len(list((tmp_path / "out").glob("*.json"))) == 40
        (told,) = [line for line in caplog.messages if "worker process" in line]
        assert "the jobs it was given are done again by new processes" in told
        assert "executor itself can't be used any more" in told


def test_a_job_that_kills_its_workers_fails_alone(
    esi_sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up after three deaths, the last of which nobody else can be blamed for."""
    killing = Job("GetStatus", callbacks=[Callback("die_always", {"caller": os.getpid()})])
    with client(esi_sandbox, tmp_path / "home") as esi, mortal() as breaking:
        report = esi.run([*graphics(10), killing, *graphics(10)], executor=breaking)
    assert (
        ends(report) == [("succeeded", None)] * 10 + [("failed", "WorkerError")] + [("succeeded", None)] * 10
    )
    assert report.jobs[10].result is not None
    assert report.jobs[10].result.error is not None
    assert report.jobs[10].result.error.message == "the worker process died 3 times while it had this job"


def test_workers_that_cannot_even_start_end_the_run(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """Where no process ever does anything the run ends with an error that says what to look for."""
    with (
        client(esi_sandbox, tmp_path / "home") as esi,
        mortal(1, initializer=in_workers.die_at_once) as dead,
        pytest.raises(WorkerError, match=r"worker processes die each time .* if __name__ == '__main__':"),
    ):
        esi.run(graphics(3), executor=dead)
    assert esi_sandbox.count() == 0


def waypoint(**more: Any) -> Job:
    parameters = {"add_to_beginning": False, "clear_other_waypoints": False, "destination_id": 30000142}
    return Job("PostUiAutopilotWaypoint", parameters, character=WHO, **more)


def test_what_writes_is_not_sent_again_when_its_worker_dies(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A write that was begun by a worker that died stays in doubt; one that was not is done."""
    dying = waypoint(callbacks=[Callback("die_once", {"path": "died"})])
    tokens = {WHO: esi_sandbox.token(WHO)}
    with client(esi_sandbox, tmp_path / "home", tokens=tokens, workers=1) as esi, mortal(1) as breaking:
        report = esi.run([dying, *graphics(3), waypoint()], output=tmp_path / "out", executor=breaking)
    assert ends(report)[0] == ("failed", "MaybeDoneError")
    assert ends(report)[1:] == [("succeeded", None)] * 4
    assert esi_sandbox.count(op_id="PostUiAutopilotWaypoint") == 2
    assert not list((tmp_path / "home" / "runs").iterdir())


def test_a_write_in_doubt_stays_so_when_the_run_is_taken_up(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """The journal does not take it for one that failed before it was sent."""
    dying = waypoint(callbacks=[Callback("die_once", {"path": "died"})])
    tokens = {WHO: esi_sandbox.token(WHO)}
    with client(esi_sandbox, tmp_path / "home", tokens=tokens, workers=1) as esi:
        how: Any = {"output": tmp_path / "out", "journal": True, "resume": True}
        for _ in range(2):
            with mortal(1) as breaking:
                report = esi.run([dying, *graphics(2)], executor=breaking, **how)
            assert ends(report) == [("failed", "MaybeDoneError")] + [("succeeded", None)] * 2
        assert ends(esi.run([dying, *graphics(2)], **how))[0] == ("failed", "MaybeDoneError")
    assert esi_sandbox.count(op_id="PostUiAutopilotWaypoint") == 1


class Interrupt:
    """An observer that presses Ctrl-C when the first job has ended."""

    done = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, JobFinished) and not self.done:
            self.done = True
            raise KeyboardInterrupt


def test_an_interrupted_run_stops_its_workers(
    executor: Executor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """The report has what was done, the rest is never sent, and the executor can be used again."""
    esi_sandbox.manners.latency_s = 0.05
    with client(esi_sandbox, tmp_path / "home", workers=2) as esi:
        with pytest.raises(RunInterrupted) as caught:
            esi.run(graphics(400), executor=executor, observers=[Interrupt()])
        report = caught.value.report
        sent = esi_sandbox.count()
        assert report.totals.ok >= 1
        assert report.totals.ok + report.totals.cancelled == 400
        assert report.totals.requests <= sent < 400
        assert esi.run(graphics(3), executor=executor).ok
        assert esi_sandbox.count() <= sent + 3


def test_an_interrupted_run_is_taken_up_where_it_was(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """A journal knows what workers have done, and that writes they had no time for were not begun."""
    esi_sandbox.manners.latency_s = 0.05
    save = [Callback("save_json", {"path": "${graphic_id}.json"})]
    jobs = [*graphics(200, callbacks=save), waypoint()]
    tokens = {WHO: esi_sandbox.token(WHO)}
    with client(esi_sandbox, tmp_path / "home", workers=2, tokens=tokens) as esi:
        how: Any = {"executor": pool, "output": tmp_path / "out", "keep_data": False, "journal": True}
        with pytest.raises(RunInterrupted) as caught:
            esi.run(jobs, observers=[Interrupt()], **how)
        done = caught.value.report.totals.ok
        esi_sandbox.manners.latency_s = 0.0
        report = esi.run(jobs, resume=True, **how)
    assert report.ok, ends(report)
    assert report.totals.resumed == done
    assert esi_sandbox.count(op_id="PostUiAutopilotWaypoint") == 1


SCRIPT = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from esi_fetch import Esi, Job, RunInterrupted

def main(url, home):
    jobs = [Job("GetUniverseGraphicsGraphicId", {"graphic_id": number}) for number in range(1, 1001)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool, Esi(base_url=url, home=home, workers=2) as esi:
        try:
            esi.run(jobs, executor=pool)
        except RunInterrupted as stopped:
            totals = stopped.report.totals
            print(totals.requests, totals.ok, totals.cancelled)

if __name__ == "__main__":
    main(*sys.argv[1:])
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups")
def test_ctrl_c_in_a_terminal_interrupts_all_processes_and_breaks_none(
    esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Workers leave it to the caller, which stops them: no traceback, and the report of what was done."""
    esi_sandbox.manners.latency_s = 0.1
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(script), esi_sandbox.url, str(tmp_path / "home")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait = threading.Event()
    while esi_sandbox.count() < 10:
        assert process.poll() is None, process.communicate()
        wait.wait(0.01)  # there is no event of another process to wait for
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert err == ""
    requests, ok, cancelled = map(int, out.split())
    assert ok + cancelled == 1000
    arrived = esi_sandbox.count()
    assert ok <= arrived < 1000
    # Two requests of each of two processes may be under way; one that is stopped may not have arrived.
    assert ok <= requests <= arrived + 4


def test_tokens_travel_with_the_jobs_that_need_them_and_are_seen_by_nobody(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Texts, and what functions return here, reach the workers; nothing that is shown or logged has them."""
    secret = esi_sandbox.token(WHO)
    other = esi_sandbox.token(WHO + 1)
    asked: list[int] = []

    def current() -> str:
        asked.append(os.getpid())
        return other

    jobs = [Job("GetCharactersCharacterIdWallet", {"character_id": WHO + number}) for number in range(2)]
    with client(esi_sandbox, tmp_path / "home", tokens={WHO: secret, WHO + 1: current, 5: "unused"}) as esi:
        report = esi.run(jobs, executor=pool)
        assert report.ok, ends(report)
        assert set(asked) == {os.getpid()}
        direct = Direct()
        direct._max_workers = 1  # type: ignore[attr-defined]
        assert esi.run(jobs, executor=direct).ok
    assert len(direct.given) == 1
    (sealed,) = direct.given[0]
    assert secret.encode() in pickle.dumps(sealed)
    assert b"unused" not in pickle.dumps(sealed)
    parcel = sealed.opened()
    for shown in (repr(sealed), str(sealed), repr(parcel), repr(parcel.blueprint)):
        assert secret not in shown
        assert other not in shown
    assert repr(sealed) == "<2 jobs>"


def test_a_token_that_cannot_be_had_fails_its_jobs_alone(
    pool: ProcessPoolExecutor, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """A function that fails costs the jobs of its character, as on threads."""

    def broken() -> str:
        raise OSError("no such file")

    jobs = [Job("GetCharactersCharacterIdWallet", {"character_id": WHO + number}) for number in range(2)]
    tokens = {WHO: broken, WHO + 1: esi_sandbox.token(WHO + 1)}
    with client(esi_sandbox, tmp_path / "home", tokens=tokens) as esi:
        report = esi.run(jobs, executor=pool)
    assert ends(report) == [("failed", "CharacterError"), ("succeeded", None)]


def test_jobs_are_drawn_as_they_are_needed(executor: Executor, esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A stream draws a few chunks ahead, yields in order if asked to, and stops with its reader."""
    drawn: list[int] = []

    def endless() -> Iterator[Job]:
        while True:
            drawn.append(len(drawn))
            yield Job("GetUniverseGraphicsGraphicId", {"graphic_id": 1 + drawn[-1] % 5}, id=str(drawn[-1]))

    with client(esi_sandbox, tmp_path / "home", workers=4) as esi:
        stream = esi.stream(endless(), executor=executor, in_order=True)
        got = [next(stream).id for _ in range(100)]
        stream.close()  # type: ignore[attr-defined]
        assert got == [str(number) for number in range(100)]
        assert len(drawn) <= 100 + 2 * 2 * 2 * 100
        stream = esi.stream([Job("GetStatus"), Job("NoSuchThing"), *graphics(5)], executor=executor)
        assert Counter(job.result.state for job in stream) == {  # type: ignore[union-attr]
            State.SUCCEEDED: 6,
            State.FAILED: 1,
        }


def test_what_is_no_executor_is_said_to_be_none(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A Dask client is the likeliest mistake, and the text has the right word."""
    with client(esi_sandbox, tmp_path / "home") as esi:
        with pytest.raises(InputError, match=r"expected a concurrent.futures.Executor, found .*get_executor"):
            esi.run(graphics(1), executor=object())  # type: ignore[arg-type]
        over = ThreadPoolExecutor(1)
        over.shutdown()
        with pytest.raises(WorkerError, match="the executor takes no jobs: cannot schedule new futures"):
            esi.run(graphics(1), executor=over)
    assert esi_sandbox.count() == 0


class Closed(Executor):
    """As a closed client of Dask's, which forgets what it is given while it closes."""

    _client = SimpleNamespace(status="closed", nthreads=dict)

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future()


def test_what_an_executor_forgets_is_not_waited_for(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A run ends when nothing can come back any more, also where nobody has cancelled its jobs."""
    with (
        Esi(base_url=esi_sandbox.url, home=tmp_path) as esi,
        pytest.raises(WorkerError, match="was shut down"),
    ):
        esi.run([Job("GetStatus")], executor=Closed())


class Failing(Direct):
    """An executor whose futures end as they are told to."""

    def __init__(self, error: BaseException | None) -> None:
        super().__init__()
        self.error = error

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.error is None:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, "the executor has dropped the jobs it was given"),
        (
            ModuleNotFoundError("No module named 'esi_fetch'"),
            "can't work on jobs: ModuleNotFoundError: No mod",
        ),
    ],
)
def test_workers_that_cannot_work_end_the_run(
    error: Exception | None, told: str, esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Futures that were cancelled, and machines where nothing is installed, are told as what they are."""
    with client(esi_sandbox, tmp_path / "home") as esi, pytest.raises(WorkerError, match=told):
        esi.run(graphics(1), executor=Failing(error))


def test_a_write_is_not_sent_where_nothing_could_keep_it_from_being_sent_twice(
    esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Workers that don't see the caller's folder refuse what writes, and do the rest."""

    class Elsewhere(Direct):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            for run in (tmp_path / "home" / "runs").iterdir():
                run.rmdir()
            return super().submit(fn, *args, **kwargs)

    with client(esi_sandbox, tmp_path / "home", tokens={WHO: esi_sandbox.token(WHO)}) as esi:
        report = esi.run([waypoint(), *graphics(1)], executor=Elsewhere())
    assert ends(report) == [("failed", "JobError"), ("succeeded", None)]
    assert report.jobs[0].result is not None
    assert report.jobs[0].result.error is not None
    assert "not sent: it writes" in report.jobs[0].result.error.message
    assert esi_sandbox.count(op_id="PostUiAutopilotWaypoint") == 0


def test_a_callback_may_run_jobs_on_the_executor_that_works_on_it(
    esi_sandbox: Sandbox, tmp_path: Path
) -> None:
    """A worker thread does the work itself: were all to wait for a free one, they would wait for ever."""
    with client(esi_sandbox, tmp_path / "home", workers=1) as esi, ThreadPoolExecutor(1) as one:

        @esi_fetch.callback("more")
        def more(job: Job) -> None:
            assert esi.run(graphics(2), executor=one).ok

        try:
            report = esi.run([Job("GetStatus", callbacks=[Callback("more")])], executor=one)
        finally:
            del _REGISTRY["more"]
    assert report.ok


def test_a_worker_closes_its_clients_when_it_ends(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """What was built for others is closed once, and what they were built for goes on."""

    class Far(Direct):
        """Hides where the parcel comes from, so that it is worked on as in another process."""

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            own = dict(worker._clients.own)
            worker._clients.own.clear()
            try:
                return super().submit(fn, *args, **kwargs)
            finally:
                worker._clients.own.update(own)

    built = len(worker._clients.built)
    with client(esi_sandbox, tmp_path / "home", tokens={WHO: esi_sandbox.token(WHO)}) as esi:
        wallet = Job("GetCharactersCharacterIdWallet", {"character_id": WHO})
        assert esi.run([wallet, *graphics(2)], executor=Far()).ok
        assert len(worker._clients.built) == built + 1
        worker._clients.close()
        assert not worker._clients.built
        assert esi.run([wallet, *graphics(2)], executor=Far()).ok
        worker._clients.close()
    assert esi_sandbox.count() == 3


def test_settings_survive_the_way_to_another_process(tmp_path: Path) -> None:
    """They are pickled by value, views of dicts included."""
    settings = load_settings(home=tmp_path, hidden_limits={"GetStatus": "3/1m"}, redis_url="redis://h")
    copied = pickle.loads(pickle.dumps(settings))
    assert copied == settings
    assert dict(copied.hidden_limits) == {"GetStatus": (3, 60.0)}
    with pytest.raises(TypeError):
        copied.hidden_limits["x"] = None


def test_how_many_chunks_an_executor_works_on() -> None:
    """What it tells is used; where it tells nothing, there is one for each processor."""
    with ThreadPoolExecutor(7) as seven:
        assert places_of(seven) == 7
    assert places_of(Direct()) == os.cpu_count()


def test_nothing_is_logged_of_runs_that_go_well(
    executor: Executor, esi_sandbox: Sandbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Warnings are for what went wrong."""
    with client(esi_sandbox, tmp_path / "home") as esi, caplog.at_level(logging.WARNING):
        assert esi.run(graphics(30), executor=executor).ok
    assert caplog.messages == []
