"""Runs with a journal: what is sent by one that goes on, what is kept in what order, and nothing at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, Report, RunInterrupted, WorkOrder
from esi_fetch.clock import SystemClock
from esi_fetch.errors import JournalError
from esi_fetch.fetch import Fetcher
from esi_fetch.model.events import Event, JobFinished, JobStarted
from esi_fetch.model.result import Result, State
from esi_fetch.run import as_orders, journaled
from esi_fetch.run.identity import run_identity
from esi_fetch.run.journal_file import JournalFile
from esi_fetch.run.only_once import only_once
from esi_fetch.sandbox import Sandbox
from esi_fetch.settings import load_settings
from tests.wire import Reply, Seen, WireServer

ROOT = Path(__file__).parent.parent.parent
WHO = 90000001


class Runs:
    """Runs jobs with the journal that belongs to them, in the way of the client and the command line."""

    def __init__(self, home: Path, output: Path) -> None:
        self.home = home
        self.output = output
        self.clock = SystemClock()

    def run(
        self, esi: Esi, jobs: Any, *, resume: bool = False, keep_data: bool = False, **more: Any
    ) -> Report:
        orders = list(as_orders(jobs))
        now = self.clock.now() - more.pop("ago_s", 0.0)
        with journaled(
            orders,
            settings=esi.settings,
            clock=self.clock,
            now=now,
            output=self.output,
            resume=resume,
            path=more.pop("path", None),
        ) as journal:
            prepared = esi.prepare(orders, output=self.output, now=journal.began_at)
            return esi.run_prepared(prepared, journal=journal, keep_data=keep_data, **more)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "home", tmp_path / "out")


@pytest.fixture
def serve(runs: Runs) -> Iterator[Callable[..., tuple[Esi, WireServer]]]:
    """Make a client of a scripted server."""
    with ExitStack() as stack:

        def make(answer: Callable[[Seen], Reply], **settings: Any) -> tuple[Esi, WireServer]:
            server = stack.enter_context(WireServer(answer))
            esi = Esi(base_url=server.url, home=runs.home, retries=0, local=False, **settings)
            return stack.enter_context(esi), server

        yield make


def types(*numbers: int, path: str = "${type_id}.json") -> list[Job]:
    save = Callback("save_json", {"path": path})
    return [Job("GetUniverseTypesTypeId", {"type_id": number}, callbacks=(save,)) for number in numbers]


def type_of(seen: Seen) -> int:
    return int(seen.target.rsplit("/", 1)[1])


def states(report: Report) -> list[tuple[str, bool]]:
    return [(job.result.state.value, job.result.resumed) for job in report if job.result]


@pytest.mark.skipif(sys.platform == "win32", reason="signals work otherwise on Windows")
def test_an_interrupted_run_goes_on_where_it_was(serve: Any, runs: Runs) -> None:
    """What was done stays done, also in the report of a second run that is interrupted as well."""
    hanging = {3}

    def answer(seen: Seen) -> Reply:
        if type_of(seen) not in hanging:
            return Reply()
        os.kill(os.getpid(), signal.SIGINT)
        return Reply(hang=True)

    esi, server = serve(answer, workers=1)
    jobs = types(*range(6))
    with pytest.raises(RunInterrupted) as first:
        runs.run(esi, jobs)
    assert states(first.value.report) == [("succeeded", False)] * 3 + [("cancelled", False)] * 3
    hanging.add(0)
    (runs.output / "0.json").unlink()
    with pytest.raises(RunInterrupted) as second:
        runs.run(esi, jobs, resume=True)
    # The first job was to be done again, and nobody came to the next two.
    assert states(second.value.report) == [
        ("cancelled", False),
        ("succeeded", True),
        ("succeeded", True),
        *[("cancelled", False)] * 3,
    ]
    hanging.clear()
    before = len(server.seen)
    events: list[Event] = []
    report = runs.run(esi, jobs, resume=True, observers=[events.append])
    assert states(report) == [("succeeded", number in (1, 2)) for number in range(6)]
    assert sorted(type_of(seen) for seen in server.seen[before:]) == [0, 3, 4, 5]
    assert (report.totals.ok, report.totals.resumed, report.totals.requests) == (6, 2, 4)
    assert sum(isinstance(event, JobStarted) for event in events) == 4
    assert sum(isinstance(event, JobFinished) for event in events) == 6


def test_failed_jobs_and_failed_callbacks_are_done_again(serve: Any, runs: Runs) -> None:
    """A run that ended with failures is taken up too: what went wrong is done again, and nothing else."""
    broken = {2}
    esi, server = serve(lambda seen: Reply(502 if type_of(seen) in broken else 200))
    (runs.output / "3.json").mkdir(parents=True)  # a folder in the place of a file
    first = runs.run(esi, types(1, 2, 3, 4))
    assert (first.totals.ok, first.totals.failed) == (2, 2)
    broken.clear()
    (runs.output / "3.json").rmdir()
    before = len(server.seen)
    report = runs.run(esi, types(1, 2, 3, 4), resume=True)
    assert sorted(type_of(seen) for seen in server.seen[before:]) == [2, 3]
    assert report.ok
    assert [resumed for _, resumed in states(report)] == [True, False, False, True]


def test_dates_are_those_of_the_first_run(serve: Any, runs: Runs) -> None:
    """A run that goes on writes where it began to write."""
    broken = {2}
    esi, _ = serve(lambda seen: Reply(502 if type_of(seen) in broken else 200))
    jobs = types(1, 2, path="${datetime}/${type_id}.json")
    runs.run(esi, jobs, ago_s=3600.0)
    broken.clear()
    assert runs.run(esi, jobs, resume=True).ok
    (folder,) = runs.output.iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["1.json", "2.json"]


def test_a_report_without_data_needs_no_memory_for_it(serve: Any, runs: Runs) -> None:
    """Callbacks and observers have the data; the report has not, unless it is to keep it."""
    seen: list[Any] = []

    def listen(event: Event) -> None:
        if isinstance(event, JobFinished) and event.job.result is not None:
            seen.append(event.job.result.data)

    esi, _ = serve(lambda _: Reply(body={"a": 1}))
    (job,) = runs.run(esi, types(1), observers=[listen])
    assert job.result is not None
    assert (job.result.data, job.result.ok) == (None, True)
    assert seen == [{"a": 1}]
    assert (runs.output / "1.json").exists()
    (kept,) = runs.run(esi, types(1), keep_data=True)
    assert kept.result is not None
    assert kept.result.data == {"a": 1}


def test_a_bookmark_moves_after_the_journal_knows(
    esi_sandbox: Sandbox, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a crash between the two would lose changes: a resumed run would find none, and write that."""
    known: list[int] = []
    real = Fetcher.keep

    def keep(self: Fetcher, bookmark: Any) -> None:
        (path,) = (runs.home / "journal").glob("*.sqlite")
        file = JournalFile(path, clock=runs.clock)
        known.append(file.done(1))
        file.close()
        real(self, bookmark)

    monkeypatch.setattr(Fetcher, "keep", keep)
    save = Callback("save_json", {"path": "changes.json"})
    with Esi(base_url=esi_sandbox.url, home=runs.home) as esi:
        assert runs.run(esi, Job("GetFreelanceJobsListing", since_last=True, callbacks=(save,))).ok
    assert known == [1]


WRITING = """
import sys
from esi_fetch import Esi, Job
from esi_fetch.clock import SystemClock
from esi_fetch.run import as_orders, journaled

url, home, token, resume = sys.argv[1:]
jobs = [
    Job("PostUiAutopilotWaypoint", {"add_to_beginning": False, "clear_other_waypoints": False,
        "destination_id": system}, character=90000001)
    for system in (30000142, 30000144)
]
orders = list(as_orders(jobs))
clock = SystemClock()
with Esi(base_url=url, home=home, tokens={90000001: token}, workers=1) as esi:
    how = {"settings": esi.settings, "clock": clock, "now": clock.now(), "resume": resume == "yes"}
    with journaled(orders, **how) as journal:
        report = esi.run_prepared(esi.prepare(orders), journal=journal)
for job in report:
    print(job.result.state.value, job.result.error.message if job.result.error else "")
"""


def writing(place: Path, sandbox: Sandbox, *, resume: bool) -> subprocess.Popen[str]:
    script = place / "writing.py"
    script.write_text(WRITING)
    words = [sandbox.url, str(place / "home"), sandbox.token(WHO), "yes" if resume else "no"]
    return subprocess.Popen(
        [sys.executable, str(script), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_writes_is_not_sent_twice(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """A process killed while ESI works on a job that writes leaves it in doubt, and resuming keeps it so."""
    arrived = esi_sandbox.faults.add("PostUiAutopilotWaypoint", hang=True)
    process = writing(tmp_path, esi_sandbox, resume=False)
    wait = threading.Event()
    for _ in range(2000):
        if arrived.hits:
            break
        wait.wait(0.01)  # there is no event of another process to wait for
    process.kill()
    process.communicate(timeout=20)
    arrived.remove()
    esi_sandbox.clear()
    out, _ = writing(tmp_path, esi_sandbox, resume=True).communicate(timeout=30)
    first, second = out.splitlines()
    assert first.startswith("failed not sent again: it writes, and the run of 20")
    assert "had begun it, so it may have been done" in first
    assert second.strip() == "succeeded"
    assert esi_sandbox.count(op_id="PostUiAutopilotWaypoint") == 1


def test_the_same_run_does_not_go_twice_at_once(serve: Any, runs: Runs) -> None:
    """Another thread or process that begins the same is told who is at it; afterwards it may."""
    esi, _ = serve(lambda seen: Reply())
    orders = list(as_orders(types(1)))

    def journal(jobs: Any = orders, **more: Any) -> Any:
        now = runs.clock.now()
        return journaled(jobs, settings=esi.settings, clock=runs.clock, now=now, output=runs.output, **more)

    with journal():
        since = rf"run already, since 20.* UTC, by process {os.getpid()}: wait"
        with pytest.raises(JournalError, match=since):
            journal().__enter__()
        with pytest.raises(JournalError, match="run already"):
            journal(path=runs.home / "mine.sqlite", resume=True).__enter__()
        with journal(list(as_orders(types(2)))):
            pass  # other jobs may
    in_use = pytest.raises(JournalError, match=r"mine.sqlite is in use by another run: name another file")
    with journal(path=runs.home / "mine.sqlite"), in_use:
        journal(list(as_orders(types(2))), path=runs.home / "mine.sqlite").__enter__()
    with journal():
        (whose,) = (runs.home / "journal").glob("*.running")
        whose.write_text("?")
        with pytest.raises(JournalError, match=r"run already: wait"):
            journal().__enter__()


def test_forgotten_journals_are_removed(serve: Any, runs: Runs) -> None:
    """A journal that nobody has used for a month goes, and no other one, however old its run."""
    esi, _ = serve(lambda seen: Reply())
    runs.run(esi, types(1))
    (old,) = (runs.home / "journal").glob("*.sqlite")
    os.utime(old, (0, 0))
    runs.run(esi, types(1))
    assert old.exists()
    os.utime(old, (0, 0))
    runs.run(esi, types(2))
    (new,) = (runs.home / "journal").glob("*.sqlite")
    assert new != old


def test_where_there_are_no_locks_nobody_is_kept_from_anything(tmp_path: Path) -> None:
    """A home that can't be written to, or a system without such locks, does not stop a run."""
    (tmp_path / "file").touch()
    with only_once(tmp_path / "file" / "journal", identity="x", journal=tmp_path / "j.sqlite", now=0.0):
        pass


class TestIdentity:
    def identity(self, jobs: Any, *, folder: str = "out", values: Any = None, **settings: Any) -> str:
        return run_identity(
            as_orders(jobs),
            folder=Path(folder),
            values=values or {},
            settings=load_settings(base_url="http://127.0.0.1:1", **settings),
        )

    def test_the_same_jobs_are_the_same_run(self) -> None:
        """Ids that nobody gave, and the order of parameters, do not count."""
        one = Job("GetMarketsRegionIdHistory", {"region_id": 1, "type_id": 2})
        two = Job("GetMarketsRegionIdHistory", {"type_id": 2, "region_id": 1})
        assert self.identity(one) == self.identity([two]) == self.identity(WorkOrder((one,)))
        assert len(self.identity(one)) == 32

    def test_whatever_is_asked_counts(self) -> None:
        """Each thing that makes a job another job makes the run another run."""
        save = Callback("save_json", {"path": "a.json"})
        jobs = [
            Job("GetStatus"),
            Job("get_status"),
            Job("GetStatus", {"x": 1}),
            Job("GetStatus", {"x": "1"}),
            Job("GetStatus", {"x": 2**70}),
            Job("GetStatus", {"x": "\ud800"}),
            Job("GetStatus", callbacks=(save,)),
            Job("GetStatus", callbacks=(save, save)),
            Job("GetStatus", callbacks=(Callback("save_json", {"path": Path("b.json")}),)),
            Job("GetStatus", name="a"),
            Job("GetStatus", description="a"),
            Job("GetStatus", id="a"),
            Job("GetStatus", uid="a"),
            Job("GetStatus", attributes={"a": 1}),
            Job("GetStatus", character=1),
            Job("GetStatus", since_last=True),
            Job("GetStatus", until=1),
            Job("GetStatus", max_records=1),
        ]
        runs = [self.identity(job) for job in jobs]
        job = jobs[0]
        runs += [
            self.identity([job, job]),
            self.identity(WorkOrder((job,), name="a")),
            self.identity(WorkOrder((job,), output_path="a")),
            self.identity(WorkOrder((job,), attributes={"a": 1})),
            self.identity(WorkOrder((job,), uid="a")),
            self.identity(job, folder="elsewhere"),
            self.identity(job, values={"a": "b"}),
            self.identity(job, language="de"),
            self.identity(job, tenant="singularity"),
            self.identity(job.for_each([{"a": 1}])),
            self.identity(job.for_each([{"a": 2}])),
        ]
        assert len(set(runs)) == len(runs)

    def test_a_result_does_not_count(self) -> None:
        """A job is asked for, whatever became of it before."""
        job = Job("GetStatus")
        assert self.identity(job.with_result(Result(State.FAILED))) == self.identity(job)


def test_scripts_resume_when_they_ask_for_it(serve: Any, runs: Runs) -> None:
    """``Esi.run`` keeps a journal where it is asked for one, and goes on with it where it is told to."""
    broken = {2}
    esi, server = serve(lambda seen: Reply(502 if type_of(seen) in broken else 200))
    jobs = types(1, 2)
    assert not esi.run(jobs, output=runs.output).ok
    assert not (runs.home / "journal").exists()
    assert not esi.run(jobs, output=runs.output, journal=True).ok
    broken.clear()
    before = len(server.seen)
    report = esi.run(jobs, output=runs.output, resume=True)
    assert states(report) == [("succeeded", True), ("succeeded", False)]
    assert len(server.seen) == before + 1
    named = runs.home / "mine.sqlite"
    esi.run(jobs, output=runs.output, journal=named)
    assert named.exists()
