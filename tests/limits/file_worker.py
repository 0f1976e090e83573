"""A process that does what it is told to with a keeper of books: ``python -m tests.limits.file_worker PATH``.

Each line on standard input is an expression; its value goes to standard output, in one line.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path

from esi_fetch.clock import SystemClock
from esi_fetch.limits import FileState
from esi_fetch.limits.ledger import Ledger

ROOT = Path(__file__).parents[2]


def book(picture, key="bucket"):
    """Return a book, opened if need be."""
    return picture.setdefault(key, Ledger(key, limit=10**9, window_s=86_400.0))


def spend(amount, key="bucket"):
    """Return a step that books an amount, and returns the time."""

    def change(picture, now):
        ledger = book(picture, key)
        ledger.refresh(now)
        ledger.settle("", amount, now=now)
        return now

    return change


def hold(reservation_id, key="bucket", *, lease_s=3600.0):
    """Return a step that holds five tokens."""

    def change(picture, now):
        book(picture, key).reserve(reservation_id, 5, now=now, until=now + lease_s)

    return change


def look(picture, now):
    """Be a step that changes nothing, and tells spent, by others, held, settled."""
    ledger = picture.get("bucket")
    if ledger is None:
        return None
    ledger.refresh(now)
    return ledger.own.total, ledger.foreign.total, ledger.reserved, ledger.settled_total


class Worker:
    """Such a process, as its parent sees it."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            # Forking beside threads is what is tried here.
            [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.limits.file_worker", path],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return eval(line)

    def __call__(self, line):
        self.ask(line)
        return self.answer()

    def end(self):
        """Let it end, and return what it had to say on standard error."""
        self.process.stdin.close()
        self.process.wait()
        errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return errors


def hammer(state, *, threads, steps):
    """Let threads reserve and settle in one book, and spend in another one; return how often they did."""
    start, done = threading.Barrier(threads), []

    def work(number):
        start.wait()
        for _ in range(steps):
            mine = state.new_id()
            state.step(["bucket"], hold(mine))
            state.step(
                ["bucket", f"own {os.getpid()}"],
                lambda books, now, mine=mine: (
                    books["bucket"].settle(mine, 2, now=now),
                    spend(1, f"own {os.getpid()}")(books, now),
                ),
            )
            done.append(number)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(done)


def fork(state):
    """Hold something, fork, let the child hold and spend, and return what the child and its parent saw."""
    mine = state.new_id()
    state.step(["bucket"], hold(mine))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        other = state.new_id()
        state.step(["bucket"], hold(other))
        os.write(write, repr((other, state.step(["bucket"], look))).encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as pipe:
        other, seen_by_child = eval(pipe.read())
    return mine, other, seen_by_child, state.step(["bucket"], look)


def fork_while_busy(state, *, times):
    """Fork while four threads are using the keeper, let each child spend 1; return how the children ended."""
    hammering = threading.Thread(target=hammer, args=(state,), kwargs={"threads": 4, "steps": 50})
    hammering.start()
    ends = []
    for _ in range(times):
        child = os.fork()
        if child == 0:
            state.new_id()
            state.step(["bucket"], spend(1))
            os._exit(0)
        ends.append(os.waitpid(child, 0)[1])
    hammering.join()
    return ends


def main():
    """Do as told."""
    state = FileState(Path(sys.argv[1]), clock=SystemClock())
    names = {**globals(), "state": state}
    for line in sys.stdin:
        sys.stdout.write(f"{eval(line, names)!r}\n")
        sys.stdout.flush()
    state.close()


if __name__ == "__main__":
    main()
