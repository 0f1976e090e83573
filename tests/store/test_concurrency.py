"""Many threads, many processes, one file."""

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import LocalStore
from tests.store.conftest import make_entry

ROOT = Path(__file__).parents[2]


def version(name, number):
    """Return one of many versions of an entry: header, validators and body all tell which."""
    return make_entry(
        name,
        etag=f'"{number}"',
        last_modified=str(number),
        pages=number,
        body=Body(b"%d," % number * 4000),
        expires_at=float(number),
    )


def is_whole(entry):
    """Say whether all parts of an entry are of the same version."""
    number = entry.pages
    return (
        entry.body.wire.startswith(b"%d," % number)
        and entry.etag == f'"{number}"' == f'"{entry.last_modified}"'
    )


def test_readers_and_writers_never_see_half_an_entry(store):
    """With eight readers and two writers every entry read is whole, and each one's last version stays."""
    names, versions = range(5), 60
    start = threading.Barrier(10)
    done = threading.Event()
    torn, errors, reads = [], [], []

    def write(mine):
        start.wait()
        for number in range(1, versions + 1):
            errors.extend(name for name in mine if not store.save(version(name, number)))

    def read():
        start.wait()
        count = 0
        while not done.is_set() or not count:
            for name in names:
                found = store.find(make_entry(name).key)
                if found is not None:
                    count += 1
                    if not is_whole(found):
                        torn.append(found)
        reads.append(count)

    writers = [threading.Thread(target=write, args=(mine,)) for mine in (names[:3], names[3:])]
    readers = [threading.Thread(target=read) for _ in range(8)]
    for thread in writers + readers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert (torn, errors) == ([], [])
    assert len(reads) == 8
    assert [store.find(make_entry(name).key).pages for name in names] == [versions] * len(names)


def test_threads_that_open_a_store_together_share_one(path):
    """Sixteen threads whose first use comes at the same moment lose nothing."""
    store = LocalStore(path, clock=SystemClock())
    start = threading.Barrier(16)

    def work(number):
        start.wait()
        store.save(version(number, number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.find(make_entry(number).key) for number in range(16)] == [
        version(number, number) for number in range(16)
    ]
    store.close()


def test_closing_while_others_work_loses_nothing(path):
    """A thread may close the store at any time: others go on, and what was said to be kept is kept."""
    store = LocalStore(path, clock=SystemClock())
    start = threading.Barrier(5)
    results = {}

    def work(thread_number):
        start.wait()
        for number in range(40):
            name = (thread_number, number)
            results[name] = store.save(make_entry(name)) and store.find(make_entry(name).key)

    def close():
        start.wait()
        for _ in range(40):
            store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    threads.append(threading.Thread(target=close))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 160
    assert all(store.find(make_entry(name).key) == make_entry(name) for name in results)
    store.close()


def test_touches_and_saves_at_once_never_mix_versions(store):
    """304s for old versions that arrive among new answers never give a body another version's validators."""
    start = threading.Barrier(4)
    done = threading.Event()
    key = make_entry("one").key
    torn = []

    def save():
        start.wait()
        for number in range(1, 200):
            store.save(version("one", number))
        done.set()

    def touch():
        start.wait()
        while not done.is_set():
            found = store.find(key)
            if found is not None:
                store.touch(
                    key,
                    validated_at=found.validated_at,
                    expires_at=found.expires_at,
                    etag=found.etag,
                    last_modified=found.last_modified,
                )

    def read():
        start.wait()
        while not done.is_set():
            found = store.find(key)
            if found is not None and not is_whole(found):
                torn.append(found)

    threads = [threading.Thread(target=work) for work in (save, touch, touch, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torn == []
    assert store.find(key).pages == 199


BEGIN = """
import os, sys
from pathlib import Path
from esi_fetch.clock import SystemClock
from esi_fetch.store import LocalStore
from tests.store.conftest import make_entry
from tests.store.test_concurrency import version
path, me = Path(sys.argv[1]), sys.argv[2]
store = LocalStore(path, clock=SystemClock())
print("ready", flush=True)
sys.stdin.readline()
"""

WRITE_AND_READ = """
saved = 0
for number in range(60):
    saved += store.save(version((me, number), number))
    saved += store.save(version(("shared", number % 3), number))
    store.touch(make_entry(("shared", number % 3)).key, validated_at=1.0, expires_at=2.0)
    saved += store.find(make_entry((me, number)).key) == version((me, number), number)
print(saved, flush=True)
"""


def begin_child(code, path, name):
    """Start a process and wait until it says that it is ready."""
    child = subprocess.Popen(
        [sys.executable, "-c", BEGIN + code, path, name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline() == "ready\n", child.communicate()
    return child


def test_processes_share_a_file_that_none_of_them_has_begun(path):
    """Three processes that make and fill one file at the same moment lose nothing and meet no lock error."""
    children = [begin_child(WRITE_AND_READ, path, name) for name in "abc"]
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    outputs = [child.communicate(timeout=60) for child in children]
    assert outputs == [("180\n", "")] * 3
    with LocalStore(path, clock=SystemClock()) as store:
        for name in "abc":
            for number in range(60):
                assert store.find(make_entry((name, number)).key) == version((name, number), number)
        assert all(is_whole(store.find(make_entry(("shared", number)).key)) for number in range(3))


WRITE_FOR_EVER = """
number = 0
while True:
    number += 1
    store.save(version(number % 20, number))
    if number == 40:
        print("under way", flush=True)
"""


def test_a_process_killed_while_it_writes_leaves_a_sound_store(path):
    """After SIGKILL in the middle of writing, the file passes SQLite's check and every entry is whole."""
    child = begin_child(WRITE_FOR_EVER, path, "victim")
    child.stdin.write("go\n")
    child.stdin.flush()
    assert child.stdout.readline() == "under way\n"
    child.kill()
    child.communicate(timeout=60)
    with LocalStore(path, clock=SystemClock()) as store:
        found = [store.find(make_entry(number).key) for number in range(20)]
        assert all(is_whole(entry) for entry in found)
        assert store.save(make_entry("after")) is True
        assert store.find(make_entry("after").key) == make_entry("after")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    assert os.listdir(path.parent) == ["store.sqlite"]
