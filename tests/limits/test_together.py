"""Steps of threads that wait at the same time are done at once, and each is as if it were done alone."""

import threading

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.limits import FileState
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.together import Together

SOON_S = 10.0
THREADS = 8


class Books:
    """Does steps over books in memory; the first can be held up until all others stand behind it."""

    def __init__(self):
        self.rounds = []
        self.books = {}
        self.is_busy, self.may_go = threading.Event(), threading.Event()
        self.together = Together(threading.Lock(), self.do)

    def do(self, keys, change):
        self.rounds.append(set(keys))
        if len(self.rounds) == 1:
            self.is_busy.set()
            assert self.may_go.wait(SOON_S)
        before = {key: list(value) for key, value in self.books.items()}
        try:
            return change(self.books, 0.0)
        except BaseException:
            self.books = before  # what a transaction does
            raise


def all_at_once(books, changes):
    """Let one step begin, others gather behind it, and go; return what each returned or raised."""
    ends = {}

    def run(name, change):
        try:
            ends[name] = books.together.step([name], change)
        except BaseException as error:  # noqa: BLE001 - an interrupt, too, is what is looked at
            ends[name] = error

    def start(name, change):
        thread = threading.Thread(target=run, args=(name, change), daemon=True)
        thread.start()
        return thread

    threads = [start("first", lambda books, now: "first")]
    assert books.is_busy.wait(SOON_S)
    threads += [start(name, change) for name, change in changes.items()]
    while len(books.together._wishes) < len(changes):
        assert any(thread.is_alive() for thread in threads)
    books.may_go.set()
    for thread in threads:
        thread.join(SOON_S)
        assert not thread.is_alive()
    return ends


def put(name):
    def change(books, now):
        books.setdefault(name, []).append(name)
        return name.upper()

    return change


def test_steps_that_gather_are_done_in_one_round():
    """While one step is under way all others gather, and the next round does them all."""
    books = Books()
    names = [f"step {number}" for number in range(THREADS)]
    ends = all_at_once(books, {name: put(name) for name in names})
    assert ends == {"first": "first", **{name: name.upper() for name in names}}
    assert books.rounds == [{"first"}, set(names)]
    assert books.books == {name: [name] for name in names}


def test_a_step_that_fails_fails_alone():
    """An error reaches the thread whose step raised it; the other steps are done, each once."""

    def fail(books, now):
        books["bad"] = ["half done"]
        raise ZeroDivisionError

    books = Books()
    names = [f"step {number}" for number in range(THREADS)]
    changes = {name: put(name) for name in names[:3]} | {"bad": fail}
    changes |= {name: put(name) for name in names[3:]}
    ends = all_at_once(books, changes)
    assert isinstance(ends.pop("bad"), ZeroDivisionError)
    assert ends == {"first": "first", **{name: name.upper() for name in names}}
    assert books.books == {name: [name] for name in names}


def test_an_interrupt_ends_one_thread_alone():
    """Whoever is interrupted in the middle of everybody's steps leaves theirs to them."""
    interrupted = []

    def interrupt(books, now):
        if not interrupted:
            interrupted.append(threading.current_thread())
            raise KeyboardInterrupt
        return "done"

    books = Books()
    ends = all_at_once(books, dict.fromkeys(("one", "two", "three"), interrupt))
    assert [type(end) for end in ends.values()].count(KeyboardInterrupt) == 1
    assert [end for end in ends.values() if end == "done"] == ["done", "done"]


def test_threads_of_a_file_lose_no_step(tmp_path):
    """However many threads count in one file, and with however many steps at once, each is counted once."""
    state = FileState(tmp_path / "limits.sqlite", clock=HeldClock())
    start = threading.Barrier(THREADS)

    def count(books, now):
        ledger = books.setdefault("bucket:a", Ledger("a", ""))
        ledger.settled_total += 1
        return ledger.settled_total

    seen = []

    def run():
        start.wait(SOON_S)
        seen.extend([state.step(["bucket:a"], count) for _ in range(50)])

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state.close()
    assert sorted(seen) == list(range(1, THREADS * 50 + 1))


def test_what_a_failed_step_did_to_a_book_is_forgotten(tmp_path):
    """A step that raises has changed nothing, although books are kept unpacked from step to step."""
    state = FileState(tmp_path / "limits.sqlite", clock=HeldClock())

    def spend(books, now):
        books.setdefault("bucket:a", Ledger("a", "")).settled_total += 7

    def fail(books, now):
        books["bucket:a"].settled_total = 0
        raise ZeroDivisionError

    state.step(["bucket:a"], spend)
    with pytest.raises(ZeroDivisionError):
        state.step(["bucket:a"], fail)
    assert state.step(["bucket:a"], lambda books, now: books["bucket:a"].settled_total) == 7
    state.close()


def test_what_another_keeper_wrote_is_seen(tmp_path):
    """A book that was kept unpacked is read anew once somebody else has changed it."""
    one, other = (FileState(tmp_path / "limits.sqlite", clock=HeldClock()) for _ in range(2))

    def spend(books, now):
        books.setdefault("bucket:a", Ledger("a", "")).settled_total += 1
        return books["bucket:a"].settled_total

    assert [keeper.step(["bucket:a"], spend) for keeper in (one, one, other, one, other)] == [1, 2, 3, 4, 5]
    one.close()
    other.close()
