"""SQLite files that threads and processes share: what every user of them can count on."""

import logging
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.database import LOCK_WAIT_S, Database, FileKind
from esi_fetch.errors import StoreError

ROOT = Path(__file__).parents[1]

KIND = FileKind(
    noun="thing",
    application_id=b"TEST",
    file_format=2,
    schema=("CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY)",),
    error=StoreError,
    logger=logging.getLogger("esi_fetch.store"),
)


@pytest.fixture
def path(tmp_path):
    """Name a file that is not there yet, in a folder that is not there either."""
    return tmp_path / "home" / "things.sqlite"


@pytest.fixture
def opened(path):
    """Make databases on one file, or in memory; all are closed in the end."""
    made = []

    def make(place=path, *, kind=KIND, clock=None):
        made.append(Database(place, kind=kind, clock=clock or HeldClock()))
        return made[-1]

    yield make
    for database in made:
        database.close()


def add(database, name):
    database.change(lambda writer: writer.execute("INSERT INTO things VALUES (?)", (name,)))


def names(database):
    return [name for (name,) in database.read("SELECT name FROM things ORDER BY name")]


@pytest.mark.parametrize("place", ["file", "memory"])
def test_what_is_changed_can_be_read(path, opened, place):
    """A change is seen by the next read, in a file and in memory."""
    database = opened(path if place == "file" else None)
    assert names(database) == []
    add(database, "one")
    assert names(database) == ["one"]
    assert repr(database) == f"Database({'in memory' if place == 'memory' else str(path)!r})"


def test_it_is_opened_by_use_and_again_after_closing(path, opened):
    """Making one touches no file; closing it as often as one likes loses nothing."""
    database = opened()
    assert not path.parent.exists()
    add(database, "one")
    assert database.is_open
    for _ in range(2):
        database.close()
        assert not database.is_open
    assert names(database) == ["one"]


def test_a_change_returns_what_its_work_returns(opened):
    """What the work finds out comes back."""
    assert opened().change(lambda writer: writer.execute("SELECT 1 + 1").fetchone()) == (2,)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, sqlite3.OperationalError])
def test_work_that_raises_changes_nothing_and_leaves_no_lock(opened, error):
    """Whatever it raises, all of it is rolled back, and nobody has to wait afterwards."""
    clock = HeldClock()
    one, other = opened(clock=clock), opened(clock=clock)

    def work(writer):
        writer.execute("INSERT INTO things VALUES ('half')")
        raise error

    with pytest.raises(error):
        one.change(work)
    add(other, "whole")
    assert names(one) == ["whole"]
    assert clock.waits == []


def test_a_read_waits_for_no_write(opened):
    """While a change is under way, others read what was there before it."""
    database = opened()
    add(database, "before")
    began, end, seen = threading.Event(), threading.Event(), []

    def work(writer):
        writer.execute("INSERT INTO things VALUES ('during')")
        began.set()
        end.wait(30)

    thread = threading.Thread(target=database.change, args=(work,))
    thread.start()
    began.wait(30)
    seen.append(names(database))
    end.set()
    thread.join()
    assert [*seen, names(database)] == [["before"], ["before", "during"]]


def test_waiting_for_others_has_an_end(path, opened):
    """A change waits ten seconds for a transaction that somebody has left open, and then says so."""
    clock = HeldClock()
    database = opened(clock=clock)
    add(database, "one")
    somebody = sqlite3.connect(path, isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        add(database, "two")
    assert LOCK_WAIT_S <= sum(clock.waits) < LOCK_WAIT_S + 1
    somebody.close()
    add(database, "two")
    assert names(database) == ["one", "two"]


@pytest.mark.parametrize(("durable", "level"), [(False, 1), (True, 2)])
def test_a_durable_kind_is_written_through(path, opened, durable, level):
    """Only where it was asked for does each write wait for the disk."""
    kind = FileKind(**{**vars(KIND), "durable": durable})
    database = opened(kind=kind)
    assert database.change(lambda writer: writer.execute("PRAGMA synchronous").fetchone()) == (level,)


def test_a_file_is_brought_up_to_the_format_of_its_kind(path, opened):
    """A file of an older format gets what it lacks and keeps what it has; a newer one is an error."""
    older = opened(kind=FileKind(**{**vars(KIND), "file_format": 1}))
    add(older, "kept")
    older.close()
    more = (*KIND.schema, "CREATE TABLE IF NOT EXISTS more (name TEXT)")
    newer = opened(kind=FileKind(**{**vars(KIND), "schema": more}))
    assert names(newer) == ["kept"]
    assert newer.read("SELECT * FROM more") == []
    newer.close()
    with pytest.raises(StoreError, match=r"the thing .*newer esi_fetch.*format 2.*up to 1"):
        older.open()


def test_another_kind_of_file_is_not_touched(path, opened):
    """A file with another application's id is an error, and stays as it is, byte for byte."""
    other = opened(kind=FileKind(**{**vars(KIND), "application_id": b"ELSE"}))
    add(other, "theirs")
    other.close()
    content = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        opened().open()
    assert path.read_bytes() == content


def test_it_tells_when_its_file_is_replaced(path, opened):
    """A file that was deleted, or whose place another one has taken, is told, until it is opened again."""
    database, other = opened(), opened()
    assert not database.is_replaced
    add(database, "one")
    assert not database.is_replaced
    for found in list(path.parent.iterdir()):
        found.unlink()
    assert database.is_replaced
    add(other, "two")
    assert database.is_replaced
    database.close()
    assert not database.is_replaced
    assert names(database) == ["two"]
    assert not database.is_replaced


def test_threads_share_it(opened):
    """Eight threads that change and read at once lose nothing and see no error."""
    database, start = opened(), threading.Barrier(8)

    def work(number):
        start.wait()
        for each in range(20):
            add(database, f"{number}-{each}")
            names(database)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(database)) == 160


class ToldLock:
    """A lock that tells when somebody comes to it."""

    def __init__(self, lock):
        self.lock = lock
        self.wanted = threading.Event()

    def __enter__(self):
        self.wanted.set()
        return self.lock.__enter__()

    def __exit__(self, *ended):
        return self.lock.__exit__(*ended)


def test_a_file_that_is_closed_under_a_reader_is_read_all_the_same(opened, monkeypatch):
    """A read never says that there is nothing because another thread, or a fork, has closed the file."""
    database = opened()
    add(database, "one")
    lock = database._read_lock
    told = ToldLock(lock)
    found = []
    reader = threading.Thread(target=lambda: found.append(names(database)))
    with lock:
        monkeypatch.setattr(database, "_read_lock", told)
        reader.start()
        assert told.wanted.wait(10)
        monkeypatch.setattr(database, "_read_lock", lock)
        database.close()
    reader.join()
    assert found == [["one"]]


FORK = """
import os, sys, threading
from pathlib import Path
from esi_fetch.clock import SystemClock
from esi_fetch.database import Database
from tests.test_database import KIND, add, names
database, done = Database(Path(sys.argv[1]), kind=KIND, clock=SystemClock()), threading.Event()
def work():
    number = 0
    while not done.is_set():
        number += 1
        add(database, f"parent {number}")
thread = threading.Thread(target=work)
thread.start()
while not names(database):
    pass
for number in range(5):
    child = os.fork()
    if child == 0:
        add(database, f"child {number}")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
done.set()
thread.join()
print([name for name in names(database) if name.startswith("child")], end="")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_in_the_middle_of_writing_breaks_nothing(path):
    """Children of a process whose threads write at that moment write too, and the file stays sound."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == (repr([f"child {number}" for number in range(5)]), "")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
