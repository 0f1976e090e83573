"""A user's program in a process of its own: ``python worker.py '{"base_url": …}'``.

Run as a script. It says ``{"ready": true}`` and waits for a line before it makes its client, so that several
begin at the same moment. It says ``{"waits": cause}`` when a request waits for that cause for the first time,
and at the end what it saw. It works on so many jobs, or, without a number, until its input ends.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import repeat
from typing import Any

from esi_fetch import Esi, Job
from esi_fetch.model.events import AttemptFinished, Event, WaitStarted, cause_of


def say(**what: Any) -> None:
    # One write: several threads may say something at once.
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Watch:
    """Counts what the requests came to."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.statuses: Counter[str] = Counter()
        self.waits: Counter[str] = Counter()

    def __call__(self, event: Event) -> None:
        first, reason = False, ""
        with self.lock:
            if isinstance(event, AttemptFinished):
                self.statuses[str(event.status)] += 1
            elif isinstance(event, WaitStarted):
                reason = cause_of(event.reason)
                first = reason not in self.waits
                self.waits[reason] += 1
        if first:
            say(waits=reason)


def jobs(given: dict[str, Any]) -> Iterator[Job]:
    """Give so many jobs, or without a number jobs without end."""
    job = Job(given["op_id"], given["parameters"], character=given["character"])
    return repeat(job) if given["jobs"] is None else repeat(job, given["jobs"])


def until_input_ends(over: threading.Event) -> None:
    """Say that it is over once nobody holds the other end of standard input."""
    sys.stdin.read()
    over.set()


def main() -> None:
    """Work off the jobs, and say what they came to."""
    given = json.loads(sys.argv[1])
    say(ready=True)
    sys.stdin.readline()
    over = threading.Event()
    if given["jobs"] is None:
        threading.Thread(target=until_input_ends, args=[over], daemon=True).start()
    watch, errors, statuses = Watch(), Counter[str](), Counter[str]()
    character = given["character"]
    tokens = {character: f"sandbox-{character}"} if character else None
    # Closing the stream stops what still waits.
    with (
        Esi(**given["client"], local=False, tokens=tokens, observers=[watch]) as esi,
        closing(esi.stream(jobs(given))) as finished,
    ):
        for job in finished:
            assert job.result is not None
            errors["" if job.result.error is None else job.result.error.type] += 1
            if over.is_set():
                break
        # What is stopped from here on has no status, and that is not the server's doing.
        statuses.update(watch.statuses)
    say(statuses=statuses, waits=watch.waits, ok=errors.pop("", 0), errors=errors)


if __name__ == "__main__":
    main()
