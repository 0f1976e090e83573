"""Callbacks for worker processes, which import this module to know them."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import esi_fetch
from esi_fetch import Job
from esi_fetch.run import worker


@esi_fetch.callback("note_worker")
def note_worker(job: Job, *, path: Any) -> None:
    """Write down which process does the job, and how many clients it has built."""
    Path(path).write_text(json.dumps([os.getpid(), len(worker._clients.built)]))


@esi_fetch.callback("die_once")
def die_once(job: Job, *, path: Any) -> None:
    """Kill the worker process, the first time."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


@esi_fetch.callback("die_always")
def die_always(job: Job, *, caller: int) -> None:
    """Kill the worker process each time; the caller itself is spared, and the test fails."""
    assert os.getpid() != caller, "a job over which workers die is not to be done by the caller"
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_once() -> None:
    """Stand for a worker process that can't even be started."""
    os._exit(1)
