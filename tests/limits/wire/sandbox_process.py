"""A sandbox in a process of its own: ``python sandbox_process.py '{"limits": …}'``, until its input ends.

Run as a script; it says its URL on the first line. ``run SECONDS`` is answered that long after the first
request came, ``seen NUMBER`` when so many have come. Everything else is asked of it over its control paths.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from esi_fetch.sandbox import Sandbox

LOOK_EVERY_S = 0.005


def wait_for(sandbox: Sandbox, what: str, number: float) -> None:
    """Wait for a moment of the sandbox's, or for requests: nothing else tells that one came."""
    never = threading.Event()
    while len(sandbox.requests) < (number if what == "seen" else 1):
        never.wait(LOOK_EVERY_S)
    if what == "run":
        never.wait(max(0.0, sandbox.requests[0].at + number - time.time()))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until nobody holds the other end of standard input any more."""
    given = json.loads(sys.argv[1])
    # Small answers: what is to be proved is who may ask, not how fast rows can be made.
    with Sandbox(page_size=5, orders_pages=1, ttl_s=3600, **given) as sandbox:
        say(sandbox.url)
        for line in sys.stdin:
            what, number = line.split()
            wait_for(sandbox, what, float(number))
            say("done")


if __name__ == "__main__":
    main()
