"""Files that can't be used, and what the store does about them."""

import json
import logging
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.database import LOCK_WAIT_S, set_aside
from esi_fetch.errors import StoreError
from esi_fetch.store import LocalStore
from tests.store.conftest import make_entry

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _listen(caplog):
    caplog.set_level(logging.WARNING, logger="esi_fetch.store")


def usable(path):
    """Say whether a store can be filled and read, now and by the next one."""
    with LocalStore(path, clock=SystemClock()) as store:
        saved = store.save(make_entry())
    with LocalStore(path, clock=SystemClock()) as store:
        return saved and store.find(make_entry().key) == make_entry()


# Damaged files


@pytest.mark.parametrize(
    "content", [b"not a database, but a long enough text\n" * 50, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_database_is_set_aside(path, caplog, content):
    """Such a file is renamed, whole, and a new store is begun in its place; a warning names both."""
    path.parent.mkdir()
    path.write_bytes(content)
    assert usable(path)
    aside = path.with_name("store.sqlite.damaged-1")
    assert aside.read_bytes() == content
    assert len(caplog.records) == 1
    assert str(path) in caplog.text
    assert aside.name in caplog.text


def test_files_set_aside_are_never_overwritten(path, caplog):
    """The second damaged file gets the next number."""
    path.parent.mkdir()
    for content in (b"first " * 200, b"second " * 200):
        path.write_bytes(content)
        assert usable(path)
    names = ["store.sqlite.damaged-1", "store.sqlite.damaged-2"]
    assert [path.with_name(name).read_bytes()[:5] for name in names] == [b"first", b"secon"]


def test_what_belongs_to_a_file_goes_aside_with_it(tmp_path):
    """A file and SQLite's companions are renamed together, whichever of them there are."""
    for name in ("a.sqlite", "a.sqlite-wal"):
        (tmp_path / name).write_text(name)
    assert set_aside(tmp_path / "a.sqlite") == tmp_path / "a.sqlite.damaged-1"
    assert {found.name: found.read_text() for found in tmp_path.iterdir()} == {
        "a.sqlite.damaged-1": "a.sqlite",
        "a.sqlite.damaged-1-wal": "a.sqlite-wal",
    }


def with_damaged_pages(path):
    """Fill a store and overwrite all but the first page, so that it opens and then can't be read."""
    with LocalStore(path, clock=SystemClock()) as store:
        for name in range(50):
            store.save(make_entry(name))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))


@pytest.mark.parametrize(
    "deed",
    [
        lambda store: store.find(make_entry(3).key) is None,
        lambda store: store.save(make_entry(3)) is True,
        lambda store: store.touch(make_entry(3).key, validated_at=1.0, expires_at=2.0) is None,
    ],
    ids=["find", "save", "touch"],
)
def test_damage_found_later_is_set_aside_as_well(path, caplog, deed):
    """A file that opens but turns out damaged in use is renamed, and the work goes on with a new one."""
    with_damaged_pages(path)
    with LocalStore(path, clock=SystemClock()) as store:
        assert deed(store)
        assert store.save(make_entry("later")) is True
        assert store.find(make_entry("later").key) == make_entry("later")
    assert path.with_name("store.sqlite.damaged-1").exists()
    assert len(caplog.records) == 1


def test_threads_that_find_the_damage_together_set_it_aside_once(path, caplog):
    """Of eight threads that meet the same damage one renames the file, and all go on with the new one."""
    with_damaged_pages(path)
    start = threading.Barrier(8)
    with LocalStore(path, clock=SystemClock()) as store:

        def work(number):
            start.wait()
            store.find(make_entry(number).key)
            store.save(make_entry(("new", number)))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(store.find(make_entry(("new", number)).key) for number in range(8))
    assert [found.name for found in path.parent.glob("*damaged*")] == ["store.sqlite.damaged-1"]
    assert len(caplog.records) == 1


def test_a_sound_file_that_another_process_has_begun_is_not_set_aside(path):
    """When another process has replaced the damaged file, its new one is used, and stays where it is."""
    with_damaged_pages(path)
    with LocalStore(path, clock=SystemClock()) as store:
        # As another process would do it, between our opening the file and our finding the damage.
        path.rename(path.with_name("store.sqlite.damaged-1"))
        with LocalStore(path, clock=SystemClock()) as other:
            other.save(make_entry("theirs"))
        assert store.find(make_entry(3).key) is None
        assert store.find(make_entry("theirs").key) == make_entry("theirs")
    assert not path.with_name("store.sqlite.damaged-2").exists()


# Files that are not ours to use


@pytest.mark.parametrize("begin", [lambda path: None, usable], ids=["a bare database", "a store"])
def test_a_newer_file_is_an_error_and_not_touched(path, begin):
    """A file of a later format raises StoreError from every call, and not one byte of it changes."""
    path.parent.mkdir()
    begin(path)
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    content = path.read_bytes()
    store = LocalStore(path, clock=SystemClock())
    for deed in (
        store.open,
        lambda: store.find("00"),
        lambda: store.save(make_entry()),
        lambda: store.touch("00", validated_at=1.0, expires_at=2.0),
    ):
        with pytest.raises(StoreError) as caught:
            deed()
        assert str(path) in str(caught.value)
    assert path.read_bytes() == content
    assert [found.name for found in path.parent.iterdir()] == ["store.sqlite"]


def test_a_newer_store_says_what_to_do(path):
    """The error for a newer file tells both formats and the two ways out."""
    usable(path)
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreError, match=r"newer esi_fetch.*format 99.*up to 6.*[Uu]pgrade"):
        LocalStore(path, clock=SystemClock()).open()


def test_another_programs_database_is_an_error_and_not_touched(path):
    """A database that has tables of somebody else is refused, not renamed and not written to."""
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE responses (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        LocalStore(path, clock=SystemClock()).open()
    assert path.read_bytes() == content


# Places that can't be written to


@pytest.mark.parametrize("place", ["a file where the folder should be", "a folder where the file should be"])
def test_an_impossible_place_means_memory_and_one_warning(tmp_path, caplog, place):
    """Where no file can be made, entries are kept in memory; one warning tells the place and what follows."""
    if place.startswith("a file"):
        (tmp_path / "home").write_text("I am a file")
    else:
        (tmp_path / "home" / "store.sqlite").mkdir(parents=True)
    path = tmp_path / "home" / "store.sqlite"
    with LocalStore(path, clock=SystemClock()) as store:
        assert store.find(make_entry().key) is None
        assert store.save(make_entry()) is True
        assert store.find(make_entry().key) == make_entry()
        store.touch(make_entry().key, validated_at=1.0, expires_at=2.0)
    assert len(caplog.records) == 1
    assert str(path) in caplog.text
    assert "memory" in caplog.text


CHILD = """
import json, logging, os, sys
from pathlib import Path
from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import LocalStore
from tests.store.conftest import make_entry

lines = []
class Listen(logging.Handler):
    def emit(self, record):
        lines.append(record.getMessage())
logging.getLogger("esi_fetch.store").addHandler(Listen())
path = Path(sys.argv[1])
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


AS_ANYBODY = """
if os.geteuid() == 0:  # root may write everywhere
    os.setegid(65534)
    os.seteuid(65534)
with LocalStore(path, clock=SystemClock()) as store:
    saved = [store.save(make_entry(name)) for name in range(3)]
    found = [store.find(make_entry(name).key) == make_entry(name) for name in range(3)]
print(json.dumps([saved, found, lines]))
"""


def test_a_read_only_folder_means_memory_and_one_warning():
    """In a folder that may not be written to, entries are kept in memory, and one warning says so."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        saved, found, lines = in_child(AS_ANYBODY, folder / "store.sqlite")
        assert saved == found == [True] * 3
        assert len(lines) == 1
        assert "memory" in lines[0]
        assert list(folder.iterdir()) == []


READ_ONLY_FILE = """
with LocalStore(path, clock=SystemClock()) as store:
    store.save(make_entry("before"))
os.chmod(path, 0o444)
os.chmod(path.parent, 0o777)
if os.geteuid() == 0:
    os.setegid(65534)
    os.seteuid(65534)
with LocalStore(path, clock=SystemClock()) as store:
    found = store.find(make_entry("before").key) == make_entry("before")
    saved = [store.save(make_entry(name)) for name in range(3)]
    store.touch(make_entry("before").key, validated_at=1.0, expires_at=2.0)
print(json.dumps([saved, found, lines]))
"""


def test_a_read_only_file_is_read_and_not_written():
    """What a read-only file has is used; saving says False, and one warning tells why."""
    with tempfile.TemporaryDirectory() as name:
        saved, found, lines = in_child(READ_ONLY_FILE, Path(name) / "store.sqlite")
    assert found is True
    assert saved == [False] * 3
    assert len(lines) == 1
    assert "readonly" in lines[0]


FULL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
body = Body(os.urandom(40_000))
with LocalStore(path, clock=SystemClock()) as store:
    first = store.save(make_entry("first"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # files can't grow beyond
    saved = [store.save(make_entry(name, body=body)) for name in range(20)]
    found = [store.find(make_entry(name).key) is not None for name in range(20)]
    first = store.find(make_entry("first").key) == make_entry("first")
print(json.dumps([saved, found, first, lines]))
"""


def test_a_full_disk_loses_nothing_that_was_said_to_be_kept(path):
    """When the disk is full, saving says False and one warning why; what was kept before is still there."""
    saved, found, first, lines = in_child(FULL_DISK, path)
    assert saved[0] is True
    assert saved[-1] is False
    assert found == saved
    assert first is True
    assert len(lines) == 1
    assert "written" in lines[0]


FULL_DISK_OTHERWISE = """
import resource, signal
from esi_fetch.errors import OutputWriteError, StoreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
told = []
with LocalStore(path, clock=SystemClock()) as store:
    for name in range(20):
        store.save(make_entry(name, body=Body(os.urandom(40_000))))
    store.save_data_set("before", [1], category="static", made_from=[])
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    told.append(store.save_data_set("large", [os.urandom(500).hex()] * 2000, category="static", made_from=[]))
    told.append(store.set_bookmark("b", "x" * 400_000))
    for deed in (lambda: store.export(path.with_name("x.esi")), store.purge):
        try:
            deed()
        except (OutputWriteError, StoreError) as error:
            told.append(type(error).__name__)
    told.append(len(store.data_sets()))
    told.append(sum(store.find(make_entry(name).key) is not None for name in range(20)))
told.append(sorted(found.name for found in path.parent.iterdir()))
print(json.dumps([told, lines]))
"""


def test_a_full_disk_is_told_of_by_whatever_else_is_written(path):
    """Data sets and bookmarks say False, exports and purges raise; nothing is lost and no rubbish left."""
    told, lines = in_child(FULL_DISK_OTHERWISE, path)
    *said, files = told
    assert said == [False, False, "OutputWriteError", "StoreError", 1, 20]
    assert "x.esi" not in files
    assert not [name for name in files if name.startswith(".esi-fetch")]
    assert len(lines) == 1


# Locks that somebody else holds


def test_a_lock_that_is_not_given_back_is_not_waited_for_for_ever(path, caplog):
    """A write waits ten seconds for a foreign transaction, then says False; reads go on, and all recovers."""
    clock = HeldClock()
    with LocalStore(path, clock=clock) as store:
        store.save(make_entry("before"))
        foreign = sqlite3.connect(path, isolation_level=None)
        foreign.execute("BEGIN IMMEDIATE")
        try:
            assert store.find(make_entry("before").key) == make_entry("before")
            assert clock.waits == []
            assert store.save(make_entry("during")) is False
            assert LOCK_WAIT_S <= sum(clock.waits) < LOCK_WAIT_S + 1
        finally:
            foreign.execute("ROLLBACK")
            foreign.close()
        assert len(caplog.records) == 1
        assert "locked" in caplog.text
        assert store.find(make_entry("before").key) == make_entry("before")
        assert store.save(make_entry("after")) is True
        assert store.find(make_entry("after").key) == make_entry("after")
