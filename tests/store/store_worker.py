"""One of many processes that write one store; the soundness test starts it.

It is given the store's path, its own number, how long to go on (seconds), and how many threads to use. Each
thread writes entries of its own and some that all share, confirms, reads, keeps data sets and refusals, and
checks what it reads: an entry is of one version throughout, and what it has written itself is there. In the
end it says, as JSON, what it was told is kept, and what went wrong.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from pathlib import Path

from esi_fetch.clock import SystemClock
from esi_fetch.store import LocalStore, Refusal
from tests.store.conftest import make_entry
from tests.store.test_concurrency import is_whole, version

SHARED = 5
_OWN = 10


def main(path: str, me: str, seconds: float, threads: int) -> None:
    """Work, and say what came of it."""
    said: list[str] = []

    class Listen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logging.getLogger("esi_fetch.store").addHandler(Listen())
    store = LocalStore(Path(path), clock=SystemClock())
    kept: dict[str, int] = {}
    wrong: list[str] = []
    done = [0] * threads
    _say("ready")
    sys.stdin.readline()
    until = time.monotonic() + seconds

    def work(thread: int) -> None:
        number = 0
        while time.monotonic() < until:
            number += 1
            name = f"{me} {thread} {number % _OWN}"
            if not store.save(version(name, number)):
                wrong.append(f"{name} was not saved")
            kept[name] = number
            shared = f"shared {number % SHARED}"
            if not store.save(version(shared, number), keeps_previous=number % 3 == 0):
                wrong.append(f"{shared} was not saved")
            found = store.find(make_entry(shared).key)
            if found is None or not is_whole(found):
                wrong.append(f"{shared} is torn: {found}")
            store.touch(
                make_entry(name).key, validated_at=float(number), expires_at=float(number), etag=f'"{number}"'
            )
            mine = store.find(make_entry(name).key)
            if mine is None or not is_whole(mine) or mine.pages != number:
                wrong.append(f"{name} is not the {number}th: {mine}")
            if number % 20 == 0:
                data_set = f"{me} {thread}"
                if not store.save_data_set(data_set, [number] * 50, category="dynamic", made_from=[]):
                    wrong.append(f"data set {data_set} was not saved")
                again = store.find_data_set(data_set)
                if again is None or again.data != [number] * 50:
                    wrong.append(f"data set {data_set} is not the {number}th")
                refusal = Refusal(name, "GetStatus", "u", None, 404, "gone", float(number))
                if not store.save_refusal(refusal, forget_before=-1.0):
                    wrong.append("a refusal was not saved")
                store.set_bookmark(name, str(number))
        done[thread] = number

    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store.close()
    _say(json.dumps({"kept": kept, "wrong": wrong[:20], "said": said, "rounds": sum(done)}))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
