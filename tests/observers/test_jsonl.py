from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.model.events import AttemptFinished, Event, RunStarted
from esi_fetch.observers import Dispatcher, JsonLines


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_event_is_one_line(tmp_path: Path, one_of_each: Sequence[Event]) -> None:
    """Every kind of event is one JSON object with its kind, the time and its fields."""
    path = tmp_path / "logs" / "events.jsonl"
    with JsonLines(path, clock=HeldClock(now=1_800_000_000.25)) as observer:
        for event in one_of_each:
            observer(event)
    written = lines(path)
    assert [line["event"] for line in written] == [event.event for event in one_of_each]
    assert {line["at"] for line in written} == {"2027-01-15T08:00:00.250Z"}
    assert written[0]["jobs"] == 3
    assert written[6]["status"] == 502
    assert written[11]["pages"] == [1]
    assert written[-1]["totals"]["tokens"] == {"market-order": 4}


def test_job_is_reduced_to_what_is_known_about_it(tmp_path: Path, one_of_each: Sequence[Event]) -> None:
    """A job's line holds its uid, label, operation and result, and none of its data."""
    path = tmp_path / "events.jsonl"
    with JsonLines(str(path)) as observer:
        for event in one_of_each:
            observer(event)
    started = next(line for line in lines(path) if line["event"] == "job_started")
    assert started["job"] == {
        "uid": "u1",
        "label": "orders",
        "op_id": "GetMarketsRegionIdOrders",
        "result": None,
    }
    finished = next(line for line in lines(path) if line["event"] == "job_finished")
    assert finished["job"]["result"]["state"] == "succeeded"
    assert finished["job"]["result"]["pages"] == 2
    assert "data" not in finished["job"]["result"]
    assert "secret" not in path.read_text()


def test_nothing_is_made_before_the_first_event(tmp_path: Path) -> None:
    """Building and closing the observer touches no file."""
    JsonLines(tmp_path / "a" / "events.jsonl").close()
    assert list(tmp_path.iterdir()) == []


def test_lines_are_added_to_what_is_there(tmp_path: Path) -> None:
    """A second run's events follow those of the first."""
    path = tmp_path / "events.jsonl"
    for jobs in (1, 2):
        with JsonLines(path) as observer:
            observer(RunStarted(jobs))
    assert [line["jobs"] for line in lines(path)] == [1, 2]


def test_events_after_closing_are_dropped(tmp_path: Path) -> None:
    """Closing twice does no harm, and late events do not reopen the file."""
    path = tmp_path / "events.jsonl"
    observer = JsonLines(path)
    observer(RunStarted(1))
    observer.close()
    observer.close()
    observer(RunStarted(2))
    assert len(lines(path)) == 1
    assert repr(observer) == f"JsonLines({str(path)!r})"


def test_lines_survive_a_killed_process(tmp_path: Path) -> None:
    """Every event that was heard is in the file although the process ends without closing anything."""
    script = (
        "import os, sys\n"
        "from esi_fetch.observers import JsonLines\n"
        "from esi_fetch.model.events import RunStarted\n"
        "observer = JsonLines(sys.argv[1])\n"
        "for n in range(100): observer(RunStarted(n))\n"
        "os._exit(9)"
    )
    path = tmp_path / "events.jsonl"
    subprocess.run([sys.executable, "-c", script, str(path)], timeout=60, check=False)
    assert [line["jobs"] for line in lines(path)] == list(range(100))


def test_lines_of_many_threads_stay_whole(tmp_path: Path, attempted: Callable[..., AttemptFinished]) -> None:
    """Each line is one event's, however many threads write, also through two observers of one file."""
    path = tmp_path / "events.jsonl"
    threads, rounds = 6, 100
    barrier = threading.Barrier(threads)
    observers = [JsonLines(path), JsonLines(path)]

    def work(number: int) -> None:
        barrier.wait(10)
        for index in range(rounds):
            observers[number % 2](attempted(uid=f"{number}-{index}", error="x" * 3000))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    for observer in observers:
        observer.close()
    assert sorted(line["job_uid"] for line in lines(path)) == sorted(
        f"{number}-{index}" for number in range(threads) for index in range(rounds)
    )


@pytest.mark.usefixtures("eager_switching")
def test_threads_share_one_open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads tell it its first event at once, the file is opened once and closed again."""
    opened: list[int] = []
    closed: list[int] = []
    threads, rounds = 6, 10
    barrier = threading.Barrier(threads)
    observers = [JsonLines(tmp_path / f"{number}.jsonl") for number in range(rounds)]
    really_open, really_close = os.open, os.close

    def remember_open(path: Any, flags: int, mode: int = 0o777) -> int:
        opened.append(really_open(path, flags, mode))
        return opened[-1]

    def remember_close(handle: int) -> None:
        closed.append(handle)
        really_close(handle)

    def work() -> None:
        for observer in observers:
            barrier.wait(10)
            observer(RunStarted(1))

    monkeypatch.setattr(os, "open", remember_open)
    monkeypatch.setattr(os, "close", remember_close)
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    for observer in observers:
        observer.close()
    monkeypatch.undo()
    assert len(opened) == rounds
    assert sorted(closed) == sorted(opened)
    assert [len(lines(path)) for path in tmp_path.iterdir()] == [threads] * rounds


def test_file_that_cannot_be_made_does_not_disturb_the_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder in the file's place is logged by the dispatcher, once."""
    (tmp_path / "events.jsonl").mkdir()
    dispatcher = Dispatcher([JsonLines(tmp_path / "events.jsonl")])
    dispatcher.emit(RunStarted(1))
    dispatcher.emit(RunStarted(2))
    assert len(caplog.records) == 1


FULL_DISK = """
import resource, sys
from esi_fetch.observers import JsonLines
from esi_fetch.model.events import RunStarted, WaitStarted
observer = JsonLines(sys.argv[1])
observer(RunStarted(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
failed = 0
for reason in ("x" * 1000, "y" * 1000):
    try:
        observer(WaitStarted("u", "l", reason, 1.0))
    except OSError:
        failed += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
observer(RunStarted(2))
print(failed)
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX limits")
def test_line_cut_off_by_a_full_disk_spoils_no_other(tmp_path: Path) -> None:
    """When there is room again, the next line begins on a line of its own."""
    path = tmp_path / "events.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "2\n"
    first, cut_off, last = path.read_text().splitlines()
    assert json.loads(first)["jobs"] == 1
    assert json.loads(last)["jobs"] == 2
    assert 0 < len(cut_off) < 500
