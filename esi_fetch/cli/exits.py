"""How the command line ends: its exit statuses, and what Ctrl-C and SIGTERM do.

======  ======================================================================
status  means
======  ======================================================================
0       all well
1       some job failed on an answer (a 404 too), or a file could not be written
2       the input was wrong, and nothing was sent
3       nothing could be reached, ESI answered only 5xx, or it is in its daily downtime
130     stopped by Ctrl-C
143     stopped by SIGTERM
======  ======================================================================
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esi_fetch.model.report import Report
    from esi_fetch.model.result import ErrorInfo
    from esi_fetch.observers import TallySnapshot

__all__ = [
    "FAILED",
    "INTERRUPTED",
    "OK",
    "UNREACHABLE",
    "WRONG_INPUT",
    "Stop",
    "status_of_failure",
    "status_of_run",
]

OK = 0
FAILED = 1
WRONG_INPUT = 2
UNREACHABLE = 3
INTERRUPTED = 130

# How jobs fail when nobody answers them.
_UNREACHED = frozenset({"ConnectionFailedError", "AttemptTimedOutError", "ServerError"})

# Once everything is written, threads that are still stuck get this long before they are left behind.
_GRACE_S = 1.0


def status_of_failure(counted: TallySnapshot, *, errors: Iterable[ErrorInfo | None] = ()) -> int:
    """Return the exit status of a run in which not everything went well.

    Args:
        counted: Every attempt of the run.
        errors: Why its jobs failed; None for those that did not.
    """
    kinds = {error.type for error in errors if error is not None}
    if kinds == {"DowntimeError"}:
        return UNREACHABLE  # also when another program has asked whether ESI is there
    statuses = counted.attempts_by_status.keys()
    if kinds and kinds <= _UNREACHED and not statuses:
        return UNREACHABLE  # nor did the sign-in that gives tokens for ESI
    answered = any(status is not None and status < 500 for status in statuses)
    return UNREACHABLE if statuses and not answered else FAILED


def status_of_run(report: Report, counted: TallySnapshot, *, wants_news: bool = False) -> int:
    """Return the exit status of a run.

    Args:
        report: What became of its jobs.
        counted: Every attempt of the run.
        wants_news: Whether old data that stood in for what ESI could not give is a failure.
    """
    if report.ok and not (wants_news and report.totals.stale):
        return OK
    return status_of_failure(counted, errors=[job.result.error for job in report if job.result])


class Stop:
    """Turns SIGINT and SIGTERM into one ``KeyboardInterrupt``; a second signal ends the process at once.

    Attributes:
        status: The exit status that the signal asks for; None while none has come.
    """

    def __init__(self) -> None:
        self.status: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stop:
        # Only the main thread may; a command line that runs in another one leaves signals to its caller.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None:
            for number, handler in self._before.items():
                signal.signal(number, handler)  # type: ignore[arg-type]  # it came from signal.signal
        else:
            # The handlers stay: at its end the interpreter waits for threads, and a second Ctrl-C ends that.
            self._leave_later(self.status)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self.status is not None:
            _leave(self.status)
        self.status = 128 + number
        raise KeyboardInterrupt

    def _leave_later(self, status: int) -> None:
        timer = threading.Timer(_GRACE_S, _leave, [status])
        timer.daemon = True
        timer.start()


def _leave(status: int) -> None:
    """End the process without waiting for anybody."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), b"\x1b[?25h\n")  # progress bars hide the cursor
    os._exit(status)
