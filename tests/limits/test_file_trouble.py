"""Limits files that can't be used, and what the keeper does about them."""

import json
import logging
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.database import LOCK_WAIT_S
from esi_fetch.limits import FileState, Limiter, Route, file_state
from esi_fetch.limits.file_state import TRY_AGAIN_S
from tests.limits.file_worker import book, hold, look, spend

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _listen(caplog):
    caplog.set_level(logging.WARNING, logger="esi_fetch.limits")


@pytest.fixture
def path(tmp_path):
    """Name a file that is not there yet, in a folder that is not there either."""
    return tmp_path / "home" / "limits.sqlite"


@pytest.fixture
def keeper(path):
    """Make keepers of one file; all are closed in the end."""
    made = []

    def make(clock=None):
        made.append(FileState(path, clock=clock or HeldClock()))
        return made[-1]

    yield make
    for state in made:
        state.close()


def in_memory_only(caplog, path):
    """Say whether exactly one warning tells that this file can't be used, and what that means."""
    (text,) = [record.getMessage() for record in caplog.records]
    return str(path) in text and "in memory only" in text and "other programs" in text and "not seen" in text


def tries_again(state, clock):
    """Let so much time pass that the keeper tries the file again, and step."""
    clock.advance(TRY_AGAIN_S)
    return state.step(["bucket"], look)


# Files that are not there, or not ours


@pytest.mark.parametrize("place", ["a file where the folder should be", "a folder where the file should be"])
def test_an_impossible_place_means_memory_and_one_warning(path, caplog, keeper, place):
    """Where no file can be made, the limits hold in this process at least; one warning tells what is lost."""
    if place.startswith("a file"):
        path.parent.write_text("I am a file")
    else:
        path.mkdir(parents=True)
    state = keeper()
    for _ in range(3):
        mine = state.new_id()
        state.step(["bucket"], hold(mine))
        state.step(["bucket"], lambda books, now, mine=mine: books["bucket"].settle(mine, 2, now=now))
    assert state.step(["bucket"], look) == (6, 0, 0, 6)
    assert state.keys() == ["bucket"]
    state.step(["bucket"], lambda books, now: books.clear())
    assert state.keys() == []
    assert in_memory_only(caplog, path)


def newer(path):
    state = FileState(path, clock=HeldClock())
    state.step(["bucket"], spend(7))
    state.close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()


def foreign(path):
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE books (host, key, idle_from, book)")
    database.close()


@pytest.mark.parametrize("make", [newer, foreign])
def test_a_file_that_is_not_ours_is_not_touched(path, caplog, keeper, make):
    """A newer version's file, or another program's, stays as it is; the limits are kept in memory."""
    make(path)
    content = path.read_bytes()
    clock = HeldClock()
    state = keeper(clock)
    assert state.keys() == []
    state.step(["bucket"], spend(2))
    assert tries_again(state, clock) == (2, 0, 0, 2)
    state.close()
    assert path.read_bytes() == content
    assert in_memory_only(caplog, path)


def test_the_file_is_used_as_soon_as_it_can_be(path, caplog, keeper):
    """A place that is made good is tried after a minute, not before; what was spent meanwhile is put in."""
    path.parent.write_text("I am a file")
    clock = HeldClock()
    state = keeper(clock)
    state.step(["bucket"], spend(7))
    path.parent.unlink()
    clock.advance(TRY_AGAIN_S - 1)
    state.step(["bucket"], spend(2))
    assert not path.exists()
    clock.advance(1)
    state.step(["other"], lambda books, now: None)
    assert keeper(clock).step(["bucket"], look) == (9, 0, 0, 9)
    assert len(caplog.records) == 1


# Files that can be read only, and full disks


CHILD = """
import json, logging, os, sys
from pathlib import Path
from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.limits import FileState
from esi_fetch.limits.file_state import TRY_AGAIN_S
from tests.limits.file_worker import book, look, spend

lines = []
class Listen(logging.Handler):
    def emit(self, record):
        lines.append(record.getMessage())
logging.getLogger("esi_fetch.limits").addHandler(Listen())
path, clock = Path(sys.argv[1]), HeldClock()

def become_anybody():
    if os.geteuid() == 0:  # root may write everywhere
        os.setegid(65534)
        os.seteuid(65534)
"""


def in_child(code, path):
    """Run code in a process of its own, which has bounds that this one must not get; return what it found."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD + code, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


READ_ONLY_FOLDER = """
become_anybody()
state = FileState(path, clock=clock)
for _ in range(3):
    state.step(["bucket"], spend(2))
print(json.dumps([state.step(["bucket"], look), lines]))
"""


def test_a_read_only_folder_means_memory_and_one_warning():
    """In a folder that may not be written to, the limits are kept in memory, and nothing is left behind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        seen, lines = in_child(READ_ONLY_FOLDER, folder / "limits.sqlite")
        assert list(folder.iterdir()) == []
    assert seen == [6, 0, 0, 6]
    assert len(lines) == 1
    assert "in memory only" in lines[0]


READ_ONLY_FILE = """
before = FileState(path, clock=clock)
began = before.step(["bucket"], spend(7))
path.parent.chmod(0o777)
for each in path.parent.iterdir():  # SQLite's own files have to be there, or it can't even read
    each.chmod(0o444)
clock.advance(100)
become_anybody()
state = FileState(path, clock=clock)
passed = state.step(["bucket"], spend(2)) - began
print(json.dumps([passed, state.keys(), state.step(["bucket"], look), before.step(["bucket"], look), lines]))
"""


def test_a_read_only_file_is_where_memory_begins():
    """What an unwritable file says counts, with its time; what is spent from then on is in memory."""
    with tempfile.TemporaryDirectory() as name:
        passed, keys, seen, in_file, lines = in_child(READ_ONLY_FILE, Path(name) / "limits.sqlite")
    assert (passed, keys, seen, in_file) == (100, ["bucket"], [9, 0, 0, 9], [7, 0, 0, 7])
    assert len(lines) == 1
    assert "in memory only" in lines[0]


FULL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
def grow(books, now):
    book(books).block_reason += "x" * 20_000
    spend(2)(books, now)
state = FileState(path, clock=clock)
state.step(["bucket"], spend(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))  # files can't grow beyond
for _ in range(30):
    state.step(["bucket"], grow)
seen = state.step(["bucket"], look)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
clock.advance(TRY_AGAIN_S)
state.step(["bucket"], spend(1))
other = FileState(path, clock=clock)
print(json.dumps([seen, state.step(["bucket"], look), other.step(["bucket"], look), lines]))
"""


def test_a_full_disk_loses_and_doubles_nothing(path):
    """When the disk is full, each spend counts once; when there is room again, all of it is in the file."""
    path.parent.mkdir()
    seen, after, by_another, lines = in_child(FULL_DISK, path)
    assert seen == [61, 0, 0, 61]
    assert after == by_another
    own, by_others, held, _ = after
    assert own + by_others == 62
    assert by_others > 0, "the disk was never full"
    assert held == 0
    assert len(lines) == 1
    assert "in memory only" in lines[0]


# Locks that somebody else holds


@pytest.fixture
def busy(path, keeper):
    """Give a clock, a keeper that has spent 7, and a transaction that somebody has left open."""
    clock = HeldClock()
    state = keeper(clock)
    state.step(["bucket"], spend(7))
    somebody = sqlite3.connect(path, isolation_level=None)
    somebody.execute("BEGIN IMMEDIATE")
    yield clock, state, somebody
    somebody.close()


def test_a_lock_that_is_not_given_back_is_waited_for_once(path, caplog, busy):
    """One of all threads finds out in ten seconds that the file is locked; then all go on in memory."""
    clock, state, _ = busy
    start = threading.Barrier(8)

    def work():
        start.wait()
        state.step(["bucket"], spend(2))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert LOCK_WAIT_S <= sum(clock.waits) < LOCK_WAIT_S + 1
    assert state.step(["bucket"], look) == (23, 0, 0, 23)
    assert in_memory_only(caplog, path)


def test_what_was_spent_apart_is_put_into_the_file_once(busy, keeper):
    """When the file can be used again, all see what was spent in it and apart from it, each spend once."""
    clock, state, somebody = busy
    before = state.new_id()
    state.step(["bucket"], spend(2))
    state.step(["bucket", "new"], hold(before))
    state.step(["new"], spend(3, "new"))
    somebody.execute("ROLLBACK")
    other = keeper(clock)
    other.step(["bucket"], spend(100))
    assert tries_again(state, clock) == (107, 2, 5, 107)
    assert tries_again(other, clock) == (107, 2, 5, 107)
    assert tries_again(state, clock) == (107, 2, 5, 107)
    assert other.step(["new"], lambda books, now: books["new"].own.total) == 3
    state.step(["bucket"], lambda books, now: books["bucket"].settle(before, 2, now=now))
    assert other.step(["bucket"], look) == (109, 2, 0, 109)


def test_what_is_settled_apart_is_no_longer_held_in_the_file(busy, keeper):
    """A reservation that the file has, and that ends while it can't be used, is not held there for ever."""
    clock, state, somebody = busy
    somebody.execute("ROLLBACK")
    mine = state.new_id()
    state.step(["bucket"], hold(mine))
    somebody.execute("BEGIN IMMEDIATE")
    state.step(["bucket"], lambda books, now: books["bucket"].settle(mine, 2, now=now))
    somebody.execute("ROLLBACK")
    tries_again(state, clock)
    assert keeper(clock).step(["bucket"], look) == (7, 2, 0, 9)


def test_a_file_that_stays_locked_is_warned_of_once(busy, caplog):
    """It is tried every minute, and one warning is enough."""
    clock, state, somebody = busy
    for number in range(1, 4):
        tries_again(state, clock)
        state.step(["bucket"], look)
        assert number * LOCK_WAIT_S <= sum(clock.waits) < number * (LOCK_WAIT_S + 1)
    assert len(caplog.records) == 1
    somebody.execute("ROLLBACK")
    tries_again(state, clock)
    somebody.execute("BEGIN IMMEDIATE")
    assert state.step(["bucket"], look) == (7, 0, 0, 7)
    assert len(caplog.records) == 1


def test_many_books_do_not_pile_up_in_memory(busy, monkeypatch):
    """New groups all the time, while the file can't be used, are dropped when they are idle."""
    _, state, _ = busy
    monkeypatch.setattr(file_state, "MANY_BOOKS", 50)
    for number in range(2000):
        state.step(
            [f"group {number}"], lambda books, now, number=number: book(books, f"group {number}") and None
        )
    assert len(state.keys()) < 1100
    assert "bucket" in set(state.keys())


# Damaged files


@pytest.mark.parametrize(
    "content", [b"not a database, but a long enough text\n" * 50, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_database_is_set_aside(path, caplog, keeper, content):
    """Such a file is renamed, whole, and a new one is begun in its place; a warning names both."""
    path.parent.mkdir()
    path.write_bytes(content)
    keeper().step(["bucket"], spend(2))
    assert keeper().step(["bucket"], look) == (2, 0, 0, 2)
    assert path.with_name("limits.sqlite.damaged-1").read_bytes() == content
    (record,) = caplog.records
    assert "damaged" in record.getMessage()
    assert str(path) in record.getMessage()


def test_damage_found_later_costs_nothing_that_was_known(path, caplog, keeper):
    """A file that turns out damaged in use is begun anew with what this process knows; its time goes on."""
    clock = HeldClock()
    state = keeper(clock)
    state.step(["bucket"], hold("-1.1"))
    began = state.step(["bucket"], spend(7))
    for number in range(30):
        state.step([f"{number}"], spend(number, f"{number}"))
    state.close()  # SQLite moves all there is from its log into the file
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    clock.set_wall(0.0)
    clock.advance(5)
    other = keeper(clock)
    assert state.step(["29"], spend(1, "29")) == began + 5
    assert state.step(["bucket"], look) == other.step(["bucket"], look) == (7, 0, 5, 7)
    assert other.step(["29"], lambda books, now: books["29"].own.total) == 30
    assert len(state.keys()) == 30
    assert path.with_name("limits.sqlite.damaged-1").exists()
    assert len(caplog.records) == 1


@pytest.mark.parametrize("first", ["one who knew", "one who did not"])
def test_a_file_that_somebody_deletes_is_filled_by_those_who_know(path, caplog, keeper, first):
    """Deleted while two use it, the file is begun anew by both together, and what was spent counts once."""
    clock = HeldClock()
    one, two = keeper(clock), keeper(clock)
    for state in (one, two, one):
        state.step(["bucket"], spend(5))
    for found in list(path.parent.glob("limits.sqlite*")):
        found.unlink()
    if first == "one who did not":
        keeper(HeldClock(clock.now() + 7777)).step(["bucket"], spend(1))
    for state in (one, two):
        state.step(["bucket"], spend(100))
    assert one.step(["bucket"], look) == two.step(["bucket"], look)
    own, by_others, _, _ = keeper(clock).step(["bucket"], look)
    assert 215 <= own + by_others <= 216
    assert caplog.records == []


def test_a_book_that_comes_into_a_file_with_another_time_lasts_as_long_as_before(path, keeper):
    """What is put into a new file keeps its distance from now, although that file's time is another."""
    clock = HeldClock()
    state = keeper(clock)
    state.step(["bucket"], lambda books, now: book(books).block(now + 100, reason="why"))
    for found in list(path.parent.glob("limits.sqlite*")):
        found.unlink()
    keeper(HeldClock(clock.now() + 7777)).step(["other"], spend(1, "other"))
    clock.advance(30)
    left_s = state.step(["bucket"], lambda books, now: books["bucket"].blocked(key="", now=now).seconds)
    assert left_s == pytest.approx(70)


@pytest.mark.parametrize("stranger", [b"\x80\x04N.", b"{}", "text", 5, None])
def test_a_row_that_can_not_be_read_is_dropped_and_the_others_stay(path, caplog, keeper, stranger):
    """One warning names the file and the book; its limit is learnt anew."""
    state = keeper()
    for key in ("bucket", "other"):
        state.step([key], spend(7, key))
    database = sqlite3.connect(path)
    with database:
        database.execute("UPDATE books SET book = ? WHERE key = 'bucket'", (stranger,))
    database.close()
    assert state.step(["bucket", "other"], lambda books, now: list(books)) == ["other"]
    state.step(["bucket"], spend(1))
    assert state.step(["bucket"], look) == (1, 0, 0, 1)
    (record,) = caplog.records
    assert str(path) in record.getMessage()
    assert "'bucket'" in record.getMessage()


def test_a_mistake_of_ours_is_not_taken_for_the_files(path, caplog, keeper):
    """An error in a step's own code comes out, and the file is used as before."""
    state = keeper()
    for error in (sqlite3.ProgrammingError("wrong number of values"), ZeroDivisionError()):

        def mistaken(books, now, error=error):
            raise error

        with pytest.raises(type(error)):
            state.step(["bucket"], mistaken)
    state.step(["bucket"], spend(1))
    assert path.exists()
    assert caplog.records == []


def test_the_limiter_goes_on_without_the_file(path, caplog, keeper):
    """When the file breaks away in the middle, a limiter still keeps to what it has filled before."""
    clock, cancel = HeldClock(), threading.Event()
    limiter = Limiter(clock=clock, state=keeper(clock), burst=1.0)
    route = Route("GetMarketsRegionIdOrders", "market-order", 10, 900.0)
    limiter.settle(limiter.acquire(route, cancel=cancel), status=404, headers={})
    under_way = limiter.acquire(route, cancel=cancel)
    for found in list(path.parent.iterdir()):
        found.unlink()
    path.parent.rmdir()
    path.parent.write_text("I am a file")
    limiter.settle(under_way, status=404, headers={})
    assert clock.waits == []
    limiter.acquire(route, cancel=cancel)
    assert sum(clock.waits) >= 900
    assert in_memory_only(caplog, path)
