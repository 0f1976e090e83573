"""The table behind the store: requests-cache's mapping, and what must hold when a write is interrupted."""

import gc
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from esi_fetch.clock import SystemClock
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.entry import Record


@pytest.fixture(params=["file", "memory"])
def table(request, path):
    """Return a table, once in a file and once in memory."""
    built = EntryTable(path if request.param == "file" else None, clock=SystemClock())
    yield built
    built.close()


def record(number, *, size=3):
    """Return a record that shows everywhere which one it is."""
    return Record(b"header %d" % number, float(number), b"%d" % (number % 10) * size)


def bodies_of(table):
    """Return the keys that have a body."""
    with table.connection() as connection:
        return sorted(key for (key,) in connection.execute("SELECT key FROM bodies").fetchall())


class Mapping(RuleBasedStateMachine):
    """A table and a dict, to which the same things happen."""

    keys = st.sampled_from("abc")
    numbers = st.integers(0, 9)

    @initialize()
    def begin(self):
        self.table = EntryTable(None, clock=SystemClock())
        self.model = {}

    @rule(key=keys, number=numbers)
    def put(self, key, number):
        self.table[key] = self.model[key] = record(number)

    @rule(key=keys)
    def delete(self, key):
        if key in self.model:
            del self.model[key]
            del self.table[key]
        else:
            with pytest.raises(KeyError):
                del self.table[key]

    @rule(keys=st.lists(keys))
    def delete_many(self, keys):
        self.table.bulk_delete(keys)
        for key in keys:
            self.model.pop(key, None)

    @rule(key=keys, number=numbers)
    def amend(self, key, number):
        done = self.table.amend(key, lambda header: header + b"+", expires_at=float(number))
        assert done == (key in self.model)
        if done:
            old = self.model[key]
            self.model[key] = Record(old.header + b"+", float(number), old.body)

    @rule(key=keys)
    def amend_in_vain(self, key):
        assert self.table.amend(key, lambda header: None, expires_at=99.0) is False

    @rule()
    def clear(self):
        self.table.clear()
        self.model.clear()

    @invariant()
    def are_equal(self):
        if hasattr(self, "model"):
            assert dict(self.table) == self.model
            assert len(self.table) == len(self.model)
            assert bodies_of(self.table) == sorted(self.model)
            by_expiry = sorted(self.model.values(), key=lambda kept: kept.expires_at)
            assert len(list(self.table.sorted())) == len(by_expiry)

    def teardown(self):
        if hasattr(self, "table"):
            self.table.close()


TestMapping = Mapping.TestCase
TestMapping.settings = settings(max_examples=25, stateful_step_count=20)


def test_inherited_methods_share_one_transaction(table):
    """What is written inside bulk_commit is there whole or not at all."""

    def fill_half():
        with table.bulk_commit():
            table.bulk_delete(["none"])
            with table.connection(commit=True) as connection:
                connection.execute("INSERT INTO entries (key) VALUES ('half')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill_half()
    assert list(table) == []


def test_the_file_gets_smaller_when_it_is_vacuumed(path):
    """Deleting and vacuuming give disk space back, while the reading connection stays open."""
    table = EntryTable(path, clock=SystemClock())
    for number in range(50):
        table[str(number)] = record(number, size=20_000)
    assert table["3"]
    table.close()
    full = table.size()
    table.bulk_delete(list(table))
    table.vacuum()
    table.close()
    assert full > 50 * 20_000
    assert table.size() < full / 10


class Interruption(BaseException):
    """Stands for KeyboardInterrupt, which is no Exception either."""


class Interrupting:
    """A value that can't be bound, because somebody presses Ctrl-C just then."""

    def __conform__(self, protocol):
        raise Interruption


def in_thread(work):
    """Do something in another thread, and fail instead of hanging if it does not come back."""
    results = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "the store is locked for other threads"
    return results[0]


def test_an_interrupted_write_leaves_nothing_and_blocks_nobody(table):
    """An interruption between header and body rolls both back; other threads read and write as before."""
    table["kept"] = record(1)
    with pytest.raises(Interruption):
        table["kept"] = Record(b"new header", 2.0, Interrupting())
    assert in_thread(lambda: table["kept"]) == record(1)
    in_thread(lambda: table.__setitem__("kept", record(3)))
    assert in_thread(lambda: table["kept"]) == record(3)


def test_an_interrupted_amendment_leaves_nothing_and_blocks_nobody(table):
    """An interruption while a header is changed rolls back, and other threads go on."""

    def change(header):
        raise Interruption

    table["kept"] = record(1)
    with pytest.raises(Interruption):
        table.amend("kept", change, expires_at=9.0)
    assert in_thread(lambda: table["kept"]) == record(1)
    assert in_thread(lambda: table.amend("kept", lambda header: b"ok", expires_at=9.0)) is True


def test_an_interrupted_inherited_method_leaves_nothing_and_blocks_nobody(table):
    """An interruption in requests-cache's own methods rolls back, and other threads go on."""
    table["kept"] = record(1)
    with pytest.raises(Interruption):
        table.bulk_delete(["kept", Interrupting()])
    assert in_thread(lambda: table["kept"]) == record(1)
    in_thread(lambda: table.__delitem__("kept"))
    assert list(table) == []


# In a process of its own: pytest's and hypothesis's own callbacks would swallow some of the signals.
SIGNALS = """
import signal, sys, threading
from pathlib import Path
from esi_fetch.clock import SystemClock
from esi_fetch.store.backend import EntryTable
from esi_fetch.store.entry import Record

class Interruption(BaseException):
    pass

inside = False

def interrupt(number, frame):
    global inside
    if inside:
        inside = False  # here, because the next signal may come before the except clause is reached
        raise Interruption

def other_thread(work):
    results = []
    thread = threading.Thread(target=lambda: results.append(work()), daemon=True)
    thread.start()
    thread.join(10)
    assert results, "the table is locked for other threads"
    return results[0]

table = EntryTable(Path(sys.argv[1]), clock=SystemClock())
table.open()
interruptions = number = 0
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.0007, 0.0007)
while interruptions < 500:
    try:
        inside = True
        while True:
            number += 1
            table[str(number % 7)] = Record(b"%d" % number, 1.0, b"%d" % number * 2000)
            table.amend(str(number % 7), lambda header: header, expires_at=2.0)
            table[str(number % 7)]
    except Interruption:
        interruptions += 1
signal.setitimer(signal.ITIMER_REAL, 0)
other_thread(lambda: table.__setitem__("after", Record(b"1", 1.0, b"1")) or True)
for key in other_thread(lambda: list(table)):
    found = other_thread(lambda: table[key])
    assert found.body.startswith(found.header), (key, found.header, found.body[:9])
table.close()
print(len(list(Path(sys.argv[1]).parent.iterdir())))
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def test_signals_at_any_moment_leave_the_table_usable(path):
    """Five hundred interruptions at arbitrary moments of writes and reads never block or tear anything."""
    done = subprocess.run(
        [sys.executable, "-c", SIGNALS, path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_and_its_parent_go_on_with_the_same_file(path):
    """After a fork both processes read and write, with connections of their own."""
    table = EntryTable(path, clock=SystemClock())
    table["before"] = record(1)
    with warnings.catch_warnings():
        # Newer Pythons warn when other tests' threads are still about.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        done = 1
        try:
            table["child"] = record(2)
            done = 0 if table["before"] == record(1) else 2
        finally:
            os._exit(done)
    table["parent"] = record(3)
    assert os.waitpid(child, 0)[1] == 0
    assert dict(table) == {"before": record(1), "child": record(2), "parent": record(3)}
    table.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_waits_for_no_lock_of_the_parents_threads(path):
    """A fork in the middle of other threads' writes leaves the child able to write."""
    table = EntryTable(path, clock=SystemClock())
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            table["busy"] = record(number, size=5000)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for number in range(5):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
            if child == 0:
                signal.alarm(20)  # a child that hangs is killed, and that fails the test
                done = 1
                try:
                    table[f"child {number}"] = record(number)
                    done = 0
                finally:
                    os._exit(done)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert all(table[f"child {number}"] == record(number) for number in range(5))
    table.close()


def test_a_table_that_is_forgotten_closes_its_file(path):
    """Without close() the connections go with the table, not at the end of the process."""
    table = EntryTable(path, clock=SystemClock())
    table["kept"] = record(1)
    assert path.with_name("store.sqlite-wal").exists()
    del table
    gc.collect()
    assert not path.with_name("store.sqlite-wal").exists()


def test_a_mistake_of_ours_is_not_taken_for_trouble_with_the_file(table):
    """A value of a type that SQLite has not propagates as the bug that it is."""
    with pytest.raises((sqlite3.ProgrammingError, sqlite3.InterfaceError)):
        table["wrong"] = Record(b"header", 1.0, object())
    assert list(table) == []


# From 3.13 on, Python says that such a connection was not closed by anybody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_table_that_is_dropped_waits_for_no_lock(path):
    """A finalizer comes at any moment, also while a fork holds all locks and waits for this very thread."""
    table = EntryTable(path, clock=SystemClock())
    table["a"] = record(1)
    lock, held, done = table._lock, threading.Event(), threading.Event()

    def hold():
        with lock:
            held.set()
            done.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    del table
    gc.collect()
    assert holder.is_alive()  # the lock is still held, and nobody has waited for it
    done.set()
    holder.join()
