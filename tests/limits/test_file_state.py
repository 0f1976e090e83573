"""Books that processes share in a file: atomic steps, one time, and who is gone."""

import os
import sqlite3
import threading

import pytest

from esi_fetch.clock import HeldClock, SystemClock
from esi_fetch.file_locks import have_file_locks
from esi_fetch.limits import FileState, Limiter, Route, file_books
from esi_fetch.limits.ledger import Hold
from tests.limits.file_worker import Worker, book, hold, look, spend

needs_locks = pytest.mark.skipif(
    not have_file_locks(), reason="this system has no locks that tell who is gone"
)


@pytest.fixture
def path(tmp_path):
    """Name a file that is not there yet, in a folder that is not there either."""
    return tmp_path / "home" / "limits.sqlite"


@pytest.fixture
def keeper(path):
    """Make keepers of one file; all are closed in the end."""
    made = []

    def make(clock=None, **options):
        made.append(FileState(path, clock=clock or HeldClock(), **options))
        return made[-1]

    yield make
    for state in made:
        state.close()


@pytest.fixture
def worker(path):
    """Start processes; all end in the end, without a word of complaint."""
    started = []

    def start():
        started.append(Worker(path))
        return started[-1]

    yield start
    for each in started:
        assert each.end() == ""


def rows(path, statement, *values):
    database = sqlite3.connect(path)
    try:
        with database:
            return database.execute(statement, values).fetchall()
    finally:
        database.close()


# Steps


def test_a_keeper_touches_nothing_before_it_is_used(path, keeper):
    """Made, shown and closed, it has left no file and no folder behind."""
    state = keeper()
    assert repr(state) == f"FileState({str(path)!r})"
    state.close()
    assert not path.parent.exists()


def test_who_only_looks_for_books_makes_no_file(path, keeper):
    """Where there is no file there are no books, and asking for them does not make one."""
    limiter = Limiter(clock=HeldClock(), state=keeper())
    assert [each.bucket for each in limiter.snapshot()] == ["error limit"]
    assert not path.parent.exists()


def test_what_one_keeper_writes_another_one_reads(keeper):
    """Two keepers of a file have the same books, in every field."""
    clock = HeldClock()
    one, other = keeper(clock), keeper(clock)
    one.step(["bucket"], spend(7))
    one.step(["bucket"], lambda books, now: books["bucket"].block(now + 5, reason="why"))
    assert other.keys() == ["bucket"]
    seen = [state.step(["bucket"], lambda books, now: (now, books["bucket"])) for state in (one, other)]
    assert seen[0] == seen[1]
    assert (seen[0][1].own.total, seen[0][1].block_reason) == (7, "why")


def test_a_step_gets_the_books_that_it_names(keeper):
    """Of all books, a step has those named that there are; what it removes is gone for all."""
    state = keeper()
    for key in "abc":
        state.step([key], spend(1, key))
    assert state.step(["a", "c", "d"], lambda books, now: sorted(books)) == ["a", "c"]
    state.step(["a", "c"], lambda books, now: books.pop("a") and None)
    assert keeper().keys() == ["b", "c"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_a_step_that_is_broken_off_has_not_happened(keeper, error):
    """Whatever ends a step, Ctrl-C included, nothing of it is kept, and nobody waits for its lock."""
    clock = HeldClock()
    one, other = keeper(clock), keeper(clock)
    one.step(["bucket"], spend(7))

    def broken_off(books, now):
        spend(100)(books, now)
        raise error

    with pytest.raises(error):
        one.step(["bucket", "new"], broken_off)
    for state in (other, one):
        state.step(["bucket"], spend(1))
    assert clock.waits == []
    assert one.step(["bucket"], look) == (9, 0, 0, 9)


def test_each_esi_has_books_of_its_own(keeper):
    """What is spent at a sandbox is not spent at ESI, although the file is the same."""
    esi, sandbox = keeper(), keeper(base_url="http://127.0.0.1:8123")
    esi.step(["bucket"], spend(7))
    assert sandbox.keys() == []
    sandbox.step(["bucket"], spend(2))
    assert [state.step(["bucket"], look)[0] for state in (esi, sandbox)] == [7, 2]


def test_it_can_be_used_again_after_closing(keeper):
    """The next use opens a closed keeper again, with what it had."""
    state = keeper()
    state.step(["bucket"], spend(7))
    state.close()
    state.close()
    assert state.step(["bucket"], look) == (7, 0, 0, 7)


def test_the_files_are_their_owners_alone(path, keeper):
    """Nobody else may read what is spent, or lock what tells who lives."""
    state = keeper()
    state.new_id()
    state.step(["bucket"], spend(1))
    modes = {found.name: found.stat().st_mode & 0o777 for found in path.parent.iterdir()}
    assert set(modes) >= {"limits.sqlite", "limits.sqlite.lock"}
    assert set(modes.values()) == {0o600}


def test_nothing_is_written_for_a_book_that_has_not_changed(path, keeper):
    """A step that only looks leaves its books' rows as they are."""
    state = keeper()
    state.step(["bucket"], spend(1))
    rows(path, "UPDATE books SET idle_from = 5e9")
    state.step(["bucket"], look)
    assert rows(path, "SELECT idle_from FROM books") == [(5e9,)]
    state.step(["bucket"], spend(1))
    assert rows(path, "SELECT idle_from FROM books") != [(5e9,)]


# Many at a time


def test_threads_and_processes_lose_no_step(path, worker, keeper):
    """8 processes of 4 threads begin one file at one moment, count every token, and meet no lock error."""
    workers = [worker() for _ in range(8)]
    assert [each("None") for each in workers] == [None] * 8
    for each in workers:
        each.ask("hammer(state, threads=4, steps=15)")
    assert [each.answer() for each in workers] == [60] * 8
    state = keeper(SystemClock())
    assert state.step(["bucket"], look) == (960, 0, 0, 960)
    own = [f"own {each.process.pid}" for each in workers]
    assert state.step(own, lambda books, now: [books[key].own.total for key in own]) == [60] * 8


def test_processes_have_one_time(worker):
    """What another process reads of the time later is never before what was read earlier."""
    one, other = worker(), worker()
    times = [each("state.step(['bucket'], spend(1))") for each in (one, other) * 5]
    assert times == sorted(times)


# Time


def tick(seconds, *clocks):
    for clock in clocks:
        clock.advance(seconds)


def test_time_begins_with_the_wall_clock_and_passes_as_it_does(keeper):
    """A new file's time is the wall clock's, for people who read it; then it moves with the clocks."""
    clock = HeldClock(1_900_000_000.0)
    state = keeper(clock)
    assert state.step(["bucket"], spend(1)) == 1_900_000_000.0
    tick(12.5, clock)
    assert state.step(["bucket"], spend(1)) == 1_900_000_012.5


@pytest.mark.parametrize("step_s", [-86_400.0, -1.0, 1.0, 86_400.0])
def test_a_wall_clock_that_is_set_changes_nothing(keeper, step_s):
    """While the machine is up, the time goes on as before, whoever sets the wall clock, for all processes."""
    here, there = HeldClock(), HeldClock(1_234_567_890.0)
    one, other = keeper(here), keeper(there)
    began = one.step(["bucket"], spend(1))
    here.set_wall(here.now() + step_s)
    tick(10, here, there)
    assert other.step(["bucket"], spend(1)) == began + 10
    tick(10, here, there)
    assert one.step(["bucket"], spend(1)) == began + 20
    there.set_wall(there.now() - step_s)
    tick(10, here, there)
    assert [state.step(["bucket"], spend(1)) for state in (one, other)] == [began + 30] * 2


@pytest.fixture(params=["named by the system", "seen by the clock alone"])
def restart(request, monkeypatch):
    """Return how to restart the machine: a new clock, whose monotonic time begins anew."""
    boots = [f"boot {number}" for number in range(9)]
    monkeypatch.setattr(file_books, "_boot", lambda: boots[0])

    def machine(wall):
        if request.param == "seen by the clock alone":
            return HeldClock(wall)
        # It has been up for longer than it had been when the file was last used.
        boots.pop(0)
        clock = HeldClock(wall - 5000)
        clock.advance(5000)
        return clock

    return machine


def test_after_a_restart_the_wall_clock_tells_how_much_has_passed(keeper, restart):
    """What was spent before a restart is back as soon as if there had been none."""
    clock = HeldClock()
    clock.advance(1000)
    began = keeper(clock).step(["bucket"], spend(1))
    later = restart(clock.now() + 300)
    assert keeper(later).step(["bucket"], spend(1)) == began + 300
    tick(5, later)
    assert keeper(later).step(["bucket"], spend(1)) == began + 305


def test_a_wall_clock_that_is_behind_after_a_restart_holds_nothing_up_for_longer_than_a_window(
    keeper, restart
):
    """With a wall clock far in the past the time stands still, and a full bucket is free one window later."""
    clock = HeldClock()
    clock.advance(1000)
    route, cancel = Route("GetStatus2", "small", 5, 60.0), threading.Event()
    first = Limiter(clock=clock, state=keeper(clock), burst=1.0)
    reservation = first.acquire(route, cancel=cancel)
    first.settle(reservation, status=404, headers={})
    later = restart(clock.now() - 10 * 86_400)
    second = Limiter(clock=later, state=keeper(later), burst=1.0)
    second.settle(second.acquire(route, cancel=cancel), status=200, headers={})
    assert 59 <= sum(later.waits) <= 61


def test_what_the_file_says_of_the_time_may_be_nonsense(path, keeper):
    """A time that can't be used is begun anew, from where it was."""
    clock = HeldClock()
    state = keeper(clock)
    began = state.step(["bucket"], spend(1))
    for nonsense in ("at = 'noon'", "wall = NULL", "born = 'here'"):
        rows(path, f"UPDATE timeline SET {nonsense}")
        tick(1, clock)
        assert state.step(["bucket"], spend(1)) > began
    assert state.step(["bucket"], look)[0] == 4


# Who is gone


def test_reservations_are_named_for_their_holder(keeper, worker):
    """Names are all different, and those of one process begin alike."""
    one, other = keeper(), worker()
    names = [one.new_id() for _ in range(3)] + [other("state.new_id()") for _ in range(3)]
    assert len(set(names)) == 6
    holders = [name.partition(".")[0] for name in names]
    assert len(set(holders[:3])) == len(set(holders[3:])) == 1
    assert holders[0] != holders[3]


@needs_locks
def test_what_the_living_hold_stays_held(keeper, worker):
    """As long as a process lives, what it holds is not given up, in whatever process somebody looks."""
    one, other, third = keeper(SystemClock()), keeper(SystemClock()), worker()
    one.step(["bucket"], hold(one.new_id()))
    third("state.step(['bucket'], hold(state.new_id()))")
    assert third("state.step(['bucket'], look)") == (0, 0, 10, 0)
    assert [state.step(["bucket"], look) for state in (one, other)] == [(0, 0, 10, 0)] * 2


@needs_locks
def test_what_a_killed_process_held_is_given_up_at_the_next_step(keeper, path):
    """After SIGKILL the next who looks gives its holds up, as spent by others: they may have been sent."""
    state, victim = keeper(SystemClock()), Worker(path)
    victim("state.step(['bucket'], hold(state.new_id()))")
    state.step(["bucket"], hold(state.new_id()))
    assert state.step(["bucket"], look) == (0, 0, 10, 0)
    victim.process.kill()
    victim.end()
    assert state.step(["bucket"], look) == (0, 5, 5, 0)


@needs_locks
def test_a_process_killed_in_the_middle_of_everything_leaves_a_sound_file(keeper, path):
    """A process killed while it hammers leaves whole books behind, and no reservation that nobody holds."""
    victim = Worker(path)
    victim.ask("hammer(state, threads=4, steps=10**6)")
    state = keeper(SystemClock())
    while (state.step(["bucket"], look) or (0, 0, 0, 0))[3] < 50:
        pass
    victim.process.kill()
    victim.end()
    own, foreign, reserved, settled = state.step(["bucket"], look)
    assert reserved == 0
    assert own == settled >= 50
    assert foreign in range(0, 25, 5)
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


@needs_locks
def test_a_keeper_that_is_closed_holds_nothing_any_more(keeper):
    """What is held when a keeper is closed is given up by the next who looks."""
    one, other = keeper(), keeper()
    one.step(["bucket"], hold(one.new_id()))
    one.close()
    assert other.step(["bucket"], look) == (0, 5, 0, 0)


@needs_locks
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_of_a_fork_is_somebody_else(worker, keeper):
    """The child holds under a name of its own, its parent's holds stay, and the child's go with the child."""
    parent = worker()
    mine, other, seen_by_child, seen_by_parent = parent("fork(state)")
    assert mine.partition(".")[0] != other.partition(".")[0]
    assert seen_by_child == (0, 0, 10, 0)
    assert seen_by_parent == (0, 5, 5, 0)
    assert keeper(SystemClock()).step(["bucket"], look) == (0, 5, 5, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_in_the_middle_of_everything_hangs_nobody(worker):
    """Children of a process whose threads are using the keeper can use it too, and nothing is lost."""
    parent = worker()
    assert parent("fork_while_busy(state, times=10)") == [0] * 10
    own, by_others, held, settled = parent("state.step(['bucket'], look)")
    assert (own, held, settled) == (410, 0, 410)
    assert by_others == 0


@pytest.mark.parametrize("holder", ["-1f", "stranger", "", "ffffffffffffffffffff", "ä"])
def test_whoever_can_not_be_told_gone_is_released_by_the_lease(keeper, holder):
    """A holder without a lock, or with a name that no keeper gave, has what it holds until its lease ends."""
    clock = HeldClock()
    state = keeper(clock)
    state.step(["bucket"], hold(f"{holder}.1", lease_s=60))
    assert state.step(["bucket"], look) == (0, 0, 5, 0)
    tick(60, clock)
    assert state.step(["bucket"], look) == (0, 5, 0, 0)


def test_without_locks_the_lease_counts_alone(path, keeper, monkeypatch):
    """Where bytes can't be locked, what is held stays held until its lease is over."""
    monkeypatch.setattr("esi_fetch.file_locks.fcntl", None)
    clock = HeldClock()
    one, other = keeper(clock), keeper(clock)
    one.step(["bucket"], hold(one.new_id(), lease_s=60))
    assert other.step(["bucket"], look) == (0, 0, 5, 0)
    one.close()
    assert other.step(["bucket"], look) == (0, 0, 5, 0)
    tick(60, clock)
    assert other.step(["bucket"], look) == (0, 5, 0, 0)
    assert not path.with_name("limits.sqlite.lock").exists()


# How large it grows


def test_a_book_that_nobody_used_for_a_day_is_dropped(keeper):
    """What was learnt of a limit outlives the window by a day, and is dropped by the next process then."""
    clock = HeldClock()
    keeper(clock).step(["bucket"], spend(1))
    tick(86_400 + 86_000, clock)
    assert keeper(clock).step([], lambda books, now: None) is None
    assert keeper(clock).keys() == ["bucket"]
    tick(401, clock)
    keeper(clock).step([], lambda books, now: None)
    assert keeper(clock).keys() == []


def test_a_book_that_is_in_use_is_not_dropped_however_old(keeper):
    """A block and a reservation keep a book for as long as they last."""
    clock = HeldClock()
    state = keeper(clock)
    state.step(["held"], hold(state.new_id(), "held", lease_s=1e6))
    state.step(["blocked"], lambda books, now: book(books, "blocked").block(now + 1e6, reason="why"))
    tick(1e6 - 1, clock)
    keeper(clock).step([], lambda books, now: None)
    assert keeper(clock).keys() == ["blocked", "held"]


def test_a_server_that_names_new_groups_all_the_time_does_not_fill_the_file(path, keeper, monkeypatch):
    """When there are too many books, those that are idle go at once, and those in use stay."""
    monkeypatch.setattr(file_books, "MANY_BOOKS", 50)
    clock = HeldClock()
    state = keeper(clock)
    state.step(["in use"], hold("-1.1", "in use", lease_s=1e6))

    def name_new_groups(books, now):
        for number in range(60):
            book(books, f"group {number}").window_s = 900.0

    state.step([f"group {number}" for number in range(60)], name_new_groups)
    tick(901, clock)
    for _ in range(1024):
        state.step([], lambda books, now: None)
    assert keeper(clock).keys() == ["in use"]


# The limiter on it


ORDERS = Route("GetMarketsRegionIdOrders", "market-order", 10, 900.0)


def headers(limit, remaining):
    return {
        "X-Ratelimit-Group": "market-order",
        "X-Ratelimit-Limit": f"{limit}/15m",
        "X-Ratelimit-Remaining": str(remaining),
    }


def view(limiter):
    return next(each for each in limiter.snapshot() if each.bucket == "market-order")


def test_what_one_process_has_learnt_is_not_overruled_by_the_guess_of_another(keeper):
    """A limit that a header told stands, although who comes later begins with an older guess."""
    clock, cancel = HeldClock(), threading.Event()
    one, other = (Limiter(clock=clock, state=keeper(clock)) for _ in range(2))
    one.settle(one.acquire(ORDERS, cancel=cancel), status=200, headers=headers(600, 598))
    reservation = other.acquire(ORDERS, cancel=cancel)
    assert [(view(each).of, view(each).left) for each in (one, other)] == [(600, 593)] * 2
    other.settle(reservation, status=200, headers=headers(500, 496))
    assert [(view(each).of, view(each).left) for each in (one, other)] == [(500, 496)] * 2


def test_two_limiters_share_one_bucket(keeper):
    """What one has spent the other one can't; both wait for what comes back, and overrun nothing."""
    clock, cancel = HeldClock(), threading.Event()
    one, other = (Limiter(clock=clock, state=keeper(clock), burst=1.0) for _ in range(2))
    for limiter in (one, other):
        limiter.settle(limiter.acquire(ORDERS, cancel=cancel), status=404, headers={})
    assert [view(each).left for each in (one, other)] == [0, 0]
    assert clock.waits == []
    one.settle(one.acquire(ORDERS, cancel=cancel), status=200, headers={})
    assert sum(clock.waits) >= 900


def test_a_hold_is_kept_in_the_file_with_its_lease(keeper):
    """What a limiter reserves is there for others, with its amount and until when."""
    clock, cancel = HeldClock(), threading.Event()
    limiter = Limiter(clock=clock, state=keeper(clock), lease_s=75.0)
    reservation = limiter.acquire(ORDERS, cancel=cancel)
    key = "bucket||market-order"
    held = keeper(clock).step([key], lambda books, now: (now, books[key].in_flight))
    assert held == (clock.now(), {reservation.reservation_id: Hold(5, clock.now() + 75.0)})
