"""Locks that end with their process, tried with real processes."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import esi_fetch.file_locks
from esi_fetch.file_locks import FileLocks, have_file_locks

pytestmark = pytest.mark.skipif(not have_file_locks(), reason="this system has no such locks")

ROOT = Path(__file__).parents[1]
FAR = 2**60 + 7

CHILD = """
import sys
from pathlib import Path
import esi_fetch.file_locks
from esi_fetch.file_locks import FileLocks
locks = FileLocks(Path(sys.argv[1]))
for line in sys.stdin:
    print(eval(line), flush=True)
"""


class Other:
    """Another process, that does what it is told to with the locks on the same file."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, path],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return eval(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "some.lock"


@pytest.fixture
def other(path):
    """Give another process."""
    process = Other(path)
    yield process
    process.end()


def test_a_byte_is_taken_once(path):
    """The first to take a byte has it, and nobody else in the process; released, it can be taken again."""
    locks = FileLocks(path)
    assert locks.is_taken(FAR) is False
    assert locks.take(FAR) is True
    assert (locks.take(FAR), locks.is_taken(FAR), locks.is_taken(FAR + 1)) == (False, True, False)
    locks.release(FAR)
    assert locks.is_taken(FAR) is False
    assert locks.take(FAR) is True
    locks.release(FAR)


def test_the_file_stays_empty_and_its_owners(path):
    """However far out the bytes are, the file has none; nobody else may open it, nor its folder."""
    locks = FileLocks(path)
    locks.take(FAR)
    assert path.stat().st_size == 0
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    locks.release(FAR)


def test_releasing_what_one_has_not_does_nothing(path, other):
    """A byte that another process has stays locked, whoever else releases it."""
    assert other(f"locks.take({FAR})") is True
    locks = FileLocks(path)
    locks.release(FAR)
    assert locks.is_taken(FAR) is True


def test_processes_see_each_others_locks(path, other):
    """What one process has is taken for the other one, until it is released; the bytes beside it are not."""
    locks = FileLocks(path)
    assert locks.take(FAR) is True
    assert other(f"(locks.is_taken({FAR}), locks.take({FAR}), locks.is_taken({FAR - 1}))") == (
        True,
        False,
        False,
    )
    assert other(f"locks.take({FAR + 1})") is True
    assert (locks.is_taken(FAR + 1), locks.take(FAR + 1)) == (True, False)
    locks.release(FAR)
    assert other(f"locks.is_taken({FAR})") is False
    assert other(f"locks.release({FAR + 1})") is None
    assert locks.is_taken(FAR + 1) is False


def test_looking_neither_takes_nor_drops_a_lock(path, other):
    """The owner still has its byte after having looked at it, and at others; who only looked has none."""
    locks = FileLocks(path)
    assert locks.take(FAR) is True
    assert [locks.is_taken(offset) for offset in (FAR, FAR + 1)] == [True, False]
    assert other(f"[locks.is_taken(offset) for offset in ({FAR}, {FAR + 1})]") == [True, False]
    locks.release(FAR)


def test_two_who_look_at_the_same_moment_do_not_see_each_other(path, other):
    """While another process is just looking at a byte, which is a shared lock, it is not taken."""
    assert other(f"esi_fetch.file_locks._try_lock(locks._file().descriptor, {FAR}, shared=True)") is True
    assert FileLocks(path).is_taken(FAR) is False


@pytest.mark.parametrize("name", ["same", "symbolic link", "hard link"])
def test_all_objects_for_a_file_are_as_one(path, other, name):
    """A second object for a file knows the first one's locks, and drops none, under any name of the file."""
    first = FileLocks(path)
    assert first.take(FAR) is True
    alias = path
    if name == "symbolic link":
        alias = path.with_name("alias")
        alias.symlink_to(path)
    elif name == "hard link":
        alias = path.with_name("alias")
        os.link(path, alias)
    second = FileLocks(alias)
    assert (second.is_taken(FAR), second.take(FAR)) == (True, False)
    del second
    assert other(f"locks.is_taken({FAR})") is True
    first.release(FAR)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_locks_end_with_their_process(path, how):
    """A process that is killed has no locks any more."""
    other = Other(path)
    assert other(f"locks.take({FAR})") is True
    locks = FileLocks(path)
    assert locks.is_taken(FAR) is True
    other.process.send_signal(how)
    other.end()
    assert locks.is_taken(FAR) is False


FORK = """
import os, sys
from pathlib import Path
from esi_fetch.file_locks import FileLocks
locks, byte = FileLocks(Path(sys.argv[1])), int(sys.argv[2])
print(locks.take(byte) and locks.take(byte + 2), flush=True)
read, write = os.pipe()
child = os.fork()
if child == 0:
    os.close(write)
    print(locks.is_taken(byte), locks.take(byte), locks.take(byte + 1), locks.is_taken(byte + 1), flush=True)
    os.read(read, 1)
    print(locks.is_taken(byte + 2), flush=True)
    os._exit(0)
locks.release(byte + 2)
os.close(write)
os.waitpid(child, 0)
print(locks.is_taken(byte + 1), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_of_a_fork_has_no_locks_and_drops_none(path):
    """In the child its parent's bytes are somebody else's; its own goes with it, and its parent's stay."""
    locks = FileLocks(path)
    with subprocess.Popen(
        [sys.executable, "-c", FORK, path, str(FAR)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        lines = [parent.stdout.readline().split() for _ in range(4)]
        assert lines == [["True"], ["True", "False", "True", "True"], ["False"], ["False"]]
        assert locks.is_taken(FAR) is True
    assert locks.is_taken(FAR) is False


def test_a_file_that_was_deleted_is_made_anew(path, other):
    """After somebody deletes the file, all see each other's locks on the new one."""
    locks = FileLocks(path)
    locks.take(FAR)
    path.unlink()
    assert locks.is_taken(FAR) is False
    assert locks.take(FAR) is True
    assert other(f"locks.is_taken({FAR})") is True
    locks.release(FAR)


def test_of_threads_that_take_a_byte_together_one_has_it(path):
    """Eight threads with objects of their own try to take the same bytes: each byte is had once."""
    start, had = threading.Barrier(8), []

    def work():
        locks = FileLocks(path)
        start.wait()
        had.extend(offset for offset in range(50) if locks.take(offset))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(had) == list(range(50))
    for offset in had:
        FileLocks(path).release(offset)


def next_descriptor():
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_a_file_costs_one_descriptor(path):
    """However often it is used, by however many objects, a file is open once in a process."""
    FileLocks(path).is_taken(FAR)
    before = next_descriptor()
    for offset in range(10):
        FileLocks(path).take(offset)
        FileLocks(path).release(offset)
    assert next_descriptor() == before


def test_a_place_without_locks_is_an_error(tmp_path, monkeypatch):
    """Where the file can't be made, or the system has no such locks, every method raises OSError."""
    (tmp_path / "file").write_text("not a folder")
    nowhere = FileLocks(tmp_path / "file" / "some.lock")
    for deed in (nowhere.take, nowhere.release, nowhere.is_taken):
        with pytest.raises(OSError, match="file"):
            deed(1)
    monkeypatch.setattr(esi_fetch.file_locks, "fcntl", None)
    assert have_file_locks() is False
    with pytest.raises(OSError, match="no locks"):
        FileLocks(tmp_path / "some.lock").take(1)


def test_it_shows_its_file(path):
    """The object shows which file it is for."""
    assert repr(FileLocks(path)) == f"FileLocks({str(path)!r})"
