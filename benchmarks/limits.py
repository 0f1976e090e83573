"""Measure what the limiter costs: ``python benchmarks/limits.py``. Exits with 1 when a budget is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from esi_fetch.clock import SystemClock
from esi_fetch.errors import LimitsError
from esi_fetch.limits import FileState, Limiter, LimitState, RedisState, Route

ROUNDS = 5
REQUESTS = 4000
BUDGET_US = 150.0
FILE_BUDGET_US = 1500.0

HEADERS = {
    "Date": "Tue, 15 Sep 2026 02:10:04 GMT",
    "Content-Type": "application/json; charset=UTF-8",
    "Content-Encoding": "gzip",
    "Cache-Control": "public",
    "ETag": '"bbf2416fb1cda2a3eb616d04d009396b2aabc497bb6091072ba1d3cf"',
    "Expires": "Tue, 15 Sep 2026 02:15:03 GMT",
    "Last-Modified": "Tue, 15 Sep 2026 02:10:03 GMT",
    "X-Pages": "73",
    "X-Ratelimit-Group": "market-order",
    "X-Ratelimit-Limit": "900000000/15m",
    "X-Ratelimit-Remaining": "900000000",
    "X-Ratelimit-Used": "2",
}
ERROR_HEADERS = {"X-Esi-Error-Limit-Remain": "100", "X-Esi-Error-Limit-Reset": "32"}
BUCKET = Route("GetMarketsRegionIdOrders", "market-order", 900_000_000, 900.0)
SHORT = Route("GetShort", "short", 900_000_000, 0.3)
FREE = Route("GetUniverseTypes")


def best_us(work: Callable[[], None], *, requests: int = REQUESTS) -> float:
    """Return the best of several rounds, in microseconds a request."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best / requests * 1e6


def requests_of(
    route: Route, headers: dict[str, str], *, state: LimitState | None = None, burst: float = 0.9
) -> Callable[[], None]:
    """Return work that acquires and settles, on a limiter of its own."""
    limiter, never = Limiter(clock=SystemClock(), state=state, burst=burst), threading.Event()

    def work() -> None:
        for _ in range(REQUESTS):
            limiter.settle(limiter.acquire(route, cancel=never), status=200, headers=headers)

    return work


def threads_on_one_bucket(threads: int) -> Callable[[], None]:
    """Return the same work shared by threads."""
    limiter, never = Limiter(clock=SystemClock()), threading.Event()

    def share() -> None:
        for _ in range(REQUESTS // threads):
            limiter.settle(limiter.acquire(BUCKET, cancel=never), status=200, headers=HEADERS)

    def work() -> None:
        workers = [threading.Thread(target=share) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return work


def waiting_in_line(threads: int) -> Callable[[], None]:
    """Return work in which all but one thread always wait, so that every settle hands over to the next."""
    single = Route("GetSingle", "single", 5, 86400.0)
    limiter, never = Limiter(clock=SystemClock()), threading.Event()

    def share() -> None:
        for _ in range(REQUESTS // threads):
            reservation = limiter.acquire(single, cancel=never)
            # Let the others run into the full bucket, as they do while a real request is under way.
            time.sleep(0)
            limiter.settle(reservation, status=None, headers={})

    def work() -> None:
        workers = [threading.Thread(target=share) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return work


def headers_folded() -> None:
    """Fold the names of a real answer's headers: the yardstick, as any limiter has to do at least that."""
    for _ in range(REQUESTS):
        {name.lower(): value for name, value in HEADERS.items()}


def through_file_us(route: Route, headers: dict[str, str]) -> float:
    """Return what a request costs whose books are in a file."""
    with tempfile.TemporaryDirectory() as folder:
        state = FileState(Path(folder) / "limits.sqlite", clock=SystemClock())
        try:
            return best_us(requests_of(route, headers, state=state))
        finally:
            state.close()


def through_redis_us() -> float | None:
    """Return what a request costs whose books are on a Redis server of this machine; None without one."""
    if shutil.which("redis-server") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        socket = f"{folder}/redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
            state = RedisState(f"unix://{socket}", clock=SystemClock())
            try:
                for _ in range(500):
                    try:
                        state.open()
                        break
                    except LimitsError:
                        time.sleep(0.01)
                return best_us(requests_of(BUCKET, HEADERS, state=state))
            finally:
                state.close()
                server.kill()


def main() -> int:
    """Print the table."""
    yardstick_us = best_us(headers_folded)
    rows = [
        ("acquire + settle, bucket, real headers", best_us(requests_of(BUCKET, HEADERS)), BUDGET_US),
        ("acquire + settle, spends always returning", best_us(requests_of(SHORT, {})), BUDGET_US),
        ("acquire + settle, error limit only", best_us(requests_of(FREE, ERROR_HEADERS)), BUDGET_US),
        ("acquire + settle, all of it paced", best_us(requests_of(SHORT, {}, burst=0.0)), BUDGET_US),
        ("8 threads, one bucket with room", best_us(threads_on_one_bucket(8)), None),
        ("8 threads in line for one place", best_us(waiting_in_line(8)), None),
        ("32 threads in line for one place", best_us(waiting_in_line(32)), None),
    ]
    rows += [
        ("acquire + settle, bucket, through a file", through_file_us(BUCKET, HEADERS), FILE_BUDGET_US),
        ("the same, spends always returning", through_file_us(SHORT, {}), FILE_BUDGET_US),
    ]
    redis_us = through_redis_us()
    if redis_us is not None:
        rows.append(("acquire + settle, bucket, through Redis", redis_us, None))
    print(f"{'':44}{'µs':>8}{'ratio':>8}{'budget':>8}")
    print(f"{'fold the names of 12 headers (yardstick)':44}{yardstick_us:8.1f}{1:8.0f}")
    for name, took_us, budget_us in rows:
        print(f"{name:44}{took_us:8.1f}{took_us / yardstick_us:8.0f}{budget_us or '':>8}")
    broken = [name for name, took_us, budget_us in rows if budget_us is not None and took_us > budget_us]
    for name in broken:
        print(f"over budget: {name}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
