"""What worker processes bring, and what they cost: ``python benchmarks/executors.py``.

Latency-bound: a sandbox whose answers take a while, so that what counts is how many requests are under way.
All rows are measured in one run, one after the other, with limits and store on a Redis server of its own.
Exits with 1 when four processes do less than three times what one does.

Redis: what an entry of the store takes of the server's memory, and how long an acquire of the limits takes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis
from distributed import Client, LocalCluster

from esi_fetch import Esi, Job
from esi_fetch.sandbox import Sandbox

FIRST = 90000001
LEAST_GAIN = 3.0


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis server on a socket; give its URL."""
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()


def wallets(first: int, count: int) -> list[Job]:
    """Return a job for each of some characters, each with a bucket of its own."""
    return [
        Job("GetCharactersCharacterIdWallet", {"character_id": FIRST + first + each}) for each in range(count)
    ]


def measure(
    sandbox: Sandbox, url: str, executor: Executor | None, first: int, jobs: int, workers: int
) -> float:
    """Return how many jobs a second are done, once the workers have their clients."""
    warm = 8 * workers
    tokens = {FIRST + each: sandbox.token(FIRST + each) for each in range(first, first + warm + jobs)}
    with (
        tempfile.TemporaryDirectory() as home,
        Esi(base_url=sandbox.url, home=home, redis_url=url, tokens=tokens, workers=workers) as esi,
    ):
        assert esi.run(wallets(first, warm), executor=executor, keep_data=False).ok
        began = time.monotonic()
        report = esi.run(wallets(first + warm, jobs), executor=executor, keep_data=False)
        elapsed_s = time.monotonic() - began
        assert report.ok
        assert not sandbox.count(429)
        assert not sandbox.count(420)
    return jobs / elapsed_s


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds each answer takes")
    parser.add_argument("--jobs", type=int, default=60, help="jobs for each worker process")
    parser.add_argument("--workers", type=int, default=4, help="requests under way in each process")
    chosen = parser.parse_args()
    rates: dict[str, float] = {}
    first = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(redis_server(folder))
        sandbox = stack.enter_context(Sandbox(latency_s=chosen.latency, ttl_s=3600))
        spawn = multiprocessing.get_context("spawn")

        def row(name: str, executor: Executor | None, processes: int) -> None:
            nonlocal first
            jobs = chosen.jobs * processes
            rates[name] = measure(sandbox, url, executor, first, jobs, chosen.workers)
            first += jobs + 8 * chosen.workers
            print(f"{name:24}{rates[name]:10.1f} jobs/s", flush=True)

        row("threads of the client", None, 1)
        for processes in (1, 4):
            with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
                row(f"processes: {processes}", pool, processes)
        for processes in (1, 4):
            with (
                LocalCluster(n_workers=processes, threads_per_worker=1, dashboard_address=":0") as cluster,
                Client(cluster) as client,
            ):
                row(f"Dask workers: {processes}", client.get_executor(), processes)
        server = redis.Redis(unix_socket_path=str(folder / "redis.sock"))
        names = list(server.scan_iter("esi_fetch:store:*"))
        taken = statistics.mean(server.memory_usage(name) or 0 for name in names)
        books = list(server.scan_iter("esi_fetch:limits:*"))
        held = statistics.mean(server.memory_usage(name) or 0 for name in books)
        server.close()
    print(f"{'an entry (a wallet)':24}{taken:10,.0f} bytes on the server, of {len(names):,}")
    print(f"{'a bucket':24}{held:10,.0f} bytes on the server, of {len(books):,}")
    worst = min(rates[f"{kind}: 4"] / rates[f"{kind}: 1"] for kind in ("processes", "Dask workers"))
    print(f"{'4 of them do, at least':24}{worst:10.1f} times what one does")
    if worst < LEAST_GAIN:
        print(f"over budget: less than {LEAST_GAIN:g} times", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
