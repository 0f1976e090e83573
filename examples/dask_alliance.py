"""The assets of an alliance, by Dask: ``python examples/dask_alliance.py``.

A thousand characters of the sandbox, four worker processes, and a Redis server on which they share what is
spent and what is fetched. It needs ``pip install 'esi-fetch[dask,redis,sandbox]'``, and ``redis-server``.

For the real thing, leave out the sandbox and the server that is started here, name your own (``redis_url``),
sign your characters in (``esi-fetch auth login``) where the workers can read their tokens, and let the client
be that of your cluster: ``Client("tcp://scheduler:8786")``.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, LocalCluster

from esi_fetch import Callback, Esi, Job
from esi_fetch.observers import Progress
from esi_fetch.sandbox import Sandbox

FIRST_CHARACTER = 90000001


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis server on a socket, for the time of a ``with`` block; give its URL."""
    socket = folder / "redis.sock"
    # At most so much memory; when that is full, what was least recently used of the store goes.
    bounds = ["--maxmemory", "512mb", "--maxmemory-policy", "volatile-lru", "--save", ""]
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), *bounds]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while not socket.exists() and process.poll() is None:
            time.sleep(0.01)
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Fetch the assets of all characters, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--characters", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4, help="worker processes")
    parser.add_argument("-o", "--output", type=Path, default=Path("dask-alliance"))
    chosen = parser.parse_args()
    characters = range(FIRST_CHARACTER, FIRST_CHARACTER + chosen.characters)
    save = [Callback("save_jsonl", {"path": "assets/${character_id}.jsonl"})]
    jobs = [
        Job("GetCharactersCharacterIdAssets", {"character_id": who}, callbacks=save) for who in characters
    ]
    with (
        tempfile.TemporaryDirectory(prefix="alliance-") as folder,
        redis_server(Path(folder)) as redis_url,
        Sandbox() as sandbox,
        LocalCluster(n_workers=chosen.workers, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        Esi(
            base_url=sandbox.url,
            home=folder,
            redis_url=redis_url,
            tokens={who: sandbox.token(who) for who in characters},
        ) as esi,
        Progress() as progress,
    ):
        report = esi.run(
            jobs,
            output=chosen.output,
            executor=client.get_executor(),
            keep_data=False,  # the files have it, and the store that all share
            observers=[progress],
        )
    totals = report.totals
    print(
        f"{totals.ok:,} of {len(report):,} characters, {totals.requests:,} requests, {totals.elapsed_s:.1f} s"
    )
    print(f"files in {chosen.output / 'assets'}")
    for job in report.failed[:10]:
        print(job.label, job.result.error.message if job.result and job.result.error else "was not done")


# Worker processes import this file; only the one that was started may start them.
if __name__ == "__main__":
    main()
