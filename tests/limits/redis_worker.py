"""One of several processes that share books on a Redis server: ``redis_worker.py DEED URL [NUMBER…]``.

It says ``ready`` when it is, and goes on when it reads a line.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

import orjson

from esi_fetch.clock import SystemClock
from esi_fetch.limits import Limiter, RedisState, Route
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger

THREADS = 4
NEVER = threading.Event()


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def ready() -> None:
    tell("ready")
    sys.stdin.readline()


def count(state: RedisState, steps: int) -> None:
    """Add one to what is settled in two books, so many times in each thread."""

    def add(picture: Picture, now: float) -> None:
        for key in ("bucket||counted", "bucket|character:1|counted"):
            picture.setdefault(key, Ledger("counted", limit=10**9)).settle("", 1, now=now)

    def work() -> None:
        for _ in range(steps):
            state.step(["bucket||counted", "bucket|character:1|counted"], add)

    run_threads(work)


def spend(state: RedisState, requests: int) -> None:
    """Send so many requests in each thread, and tell when each of them was under way."""
    limiter = Limiter(clock=SystemClock(), state=state)
    route = Route("GetSmall", "small", 40, 0.5)
    sent: list[float] = []

    def work() -> None:
        for _ in range(requests):
            reservation = limiter.acquire(route, cancel=NEVER)
            sent.append(SystemClock().monotonic())
            limiter.settle(reservation, status=200, headers={})

    run_threads(work)
    tell(orjson.dumps(sent).decode())


def die(state: RedisState) -> None:
    """Die in the middle of a step: the books are read and changed here, and not written."""

    def change(picture: Picture, now: float) -> None:
        picture["bucket||counted"].settle("", 500, now=now)
        os.kill(os.getpid(), signal.SIGKILL)

    state.step(["bucket||counted"], change)


def fork(state: RedisState) -> None:
    """Use the same books in a child, and tell the names that both give."""
    state.open()
    mine = state.new_id()
    child = os.fork()
    if child == 0:
        state.step(["bucket||forked"], lambda picture, now: picture.update({"bucket||forked": Ledger("x")}))
        tell(orjson.dumps([mine, state.new_id()]).decode())
        state.close()
        os._exit(0)
    os.waitpid(child, 0)
    tell(orjson.dumps([state.new_id(), state.keys()]).decode())


def run_threads(work: object) -> None:
    threads = [threading.Thread(target=work) for _ in range(THREADS)]  # type: ignore[arg-type] # its own main
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    deed, url, *numbers = sys.argv[1:]
    state = RedisState(url, clock=SystemClock())
    ready()
    {"count": count, "spend": spend, "die": die, "fork": fork}[deed](state, *map(int, numbers))
    state.close()
