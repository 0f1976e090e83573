"""The gate that every attempt passes in the hour after the daily downtime begins.

Order of operations of :meth:`DowntimeGate.pass_through`

1. Outside of that hour: nothing, at the price of looking at the clock.
2. Ask the book that all share (:mod:`esi_fetch.limits.downtime`, pure): open, ask ``/status``, or wait.
3. Whose turn it is to ask does so, and books what came of it; everybody else waits, or fails at once.

Whoever waits looks again every second, as it may be another process that finds ESI open.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from esi_fetch.clock import Clock
from esi_fetch.errors import DowntimeError, JobCancelledError
from esi_fetch.limits import LimitState
from esi_fetch.limits.downtime import (
    DOWNTIME,
    Ask,
    Closed,
    Open,
    downtime_day,
    drop_probe,
    enter,
    is_still_open,
    note_outage,
    over_in_s,
    settle_probe,
)
from esi_fetch.model.result import Attempt
from esi_fetch.transport.call import Call
from esi_fetch.transport.task import Task, Waiting
from esi_fetch.units import duration_text

__all__ = ["DowntimeGate"]

_LOOK_AGAIN_S = 1.0

# Two events can't be waited for together, so the one is looked at this often.
_CANCEL_LOOK_S = 0.1

# Rounding can leave a billionth of a second to wait, which would not move a clock.
_SHORTEST_WAIT_S = 0.001

# Asking waits for limits, too, before it goes out.
_LEASE_MARGIN_S = 60.0

_REASON = "daily downtime: ESI does not answer yet"
_NO_BRACKETS = str.maketrans("", "", "()")  # what stands in brackets is told apart from the cause


class _Here(threading.local):
    """What a thread is at."""

    is_asking = False


class DowntimeGate:
    """Holds requests back while ESI is down for the day; threads share it.

    Args:
        state: Who keeps the books, so that of all who share them one asks ``/status`` at a time.
        clock: Tells the time.
        probe: The request for ESI's state.
        downtime: Whether the others ``wait`` for a good answer, or ``fail`` while there is none.
        timeout_s: How long one attempt may take.
    """

    def __init__(
        self,
        *,
        state: LimitState,
        clock: Clock,
        probe: Call,
        downtime: Literal["wait", "fail"] = "wait",
        timeout_s: float = 30.0,
    ) -> None:
        self.probe = probe
        self._state = state
        self._clock = clock
        self._waits = downtime == "wait"
        self._lease_s = timeout_s + _LEASE_MARGIN_S
        self._here = _Here()
        self._asked = threading.Event()
        self._asked.set()

    def pass_through(
        self, task: Task, *, ask: Callable[[], str | None], attempts: Sequence[Attempt] = ()
    ) -> Open | None:
        """Return when the job's next attempt may go out.

        Args:
            task: The job.
            ask: Asks for ESI's state, once; returns what is wrong with the answer, None if it is good.
            attempts: Those that were made before.

        Returns:
            What to give to :meth:`note_outage`; None outside of the hour.

        Raises:
            DowntimeError: ESI does not answer, and the job may not wait, or not long enough.
            JobCancelledError: The run was stopped.
        """
        # An observer that hears of the asking, and calls the client, can't be made to wait for itself.
        if downtime_day(self._clock.now()) is None or self._here.is_asking:
            return None
        with Waiting(task, clock=self._clock) as waiting:
            while (day := downtime_day(self._clock.now())) is not None:
                probe_id = self._state.new_id()
                seen = self._state.step(
                    [DOWNTIME], partial(enter, day=day, probe_id=probe_id, lease_s=self._lease_s)
                )
                if isinstance(seen, Open):
                    return seen
                if isinstance(seen, Ask):
                    waiting.end()
                    self._ask(ask, day=day, probe_id=probe_id)
                else:
                    self._wait(seen, task, waiting, attempts)
        return None

    def holds_up(self) -> bool:
        """Return whether a request that passed some time ago has to pass anew."""
        day = downtime_day(self._clock.now())
        if day is None:
            return False
        return not self._state.step([DOWNTIME], partial(is_still_open, day=day))

    def note_outage(self, passed: Open | None) -> None:
        """Close the gate: a request that passed has met a sign of an outage."""
        if passed is not None and downtime_day(self._clock.now()) == passed.day:
            self._state.step([DOWNTIME], partial(note_outage, passed=passed))

    def _ask(self, ask: Callable[[], str | None], *, day: int, probe_id: str) -> None:
        settle = partial(drop_probe, probe_id=probe_id)
        asked = self._asked = threading.Event()
        self._here.is_asking = True
        try:
            why = ask()
            jitter = random.uniform(1.0, 1.25)  # noqa: S311 - no secret
            settle = partial(settle_probe, day=day, probe_id=probe_id, why=why, jitter=jitter)
        finally:
            # Whatever ended the asking, its place is given up: nobody else may ask until then.
            self._here.is_asking = False
            try:
                self._state.step([DOWNTIME], settle)
            finally:
                asked.set()

    def _stand_by(self, cancel: threading.Event) -> bool:
        """Wait while another thread of this process asks; return whether one did."""
        asked = self._asked
        if asked.is_set():
            return False
        # In real time, as the answer comes in real time.
        while not cancel.is_set() and not asked.wait(_CANCEL_LOOK_S):
            pass
        return True

    def _wait(self, seen: Closed, task: Task, waiting: Waiting, attempts: Sequence[Attempt]) -> None:
        if not self._waits and seen.is_known:
            raise DowntimeError(
                f"{_down(seen.why)}. Asked again after {duration_text(seen.seconds)} at the earliest; the "
                "setting downtime=wait waits for it",
                attempts=attempts,
            )
        left_s = math.inf if task.deadline is None else task.deadline - self._clock.monotonic()
        seconds = min(seen.seconds, over_in_s(self._clock.now()))
        if left_s <= 0 or seconds > left_s:
            raise DowntimeError(f"{_down(seen.why)}, and this job may wait no longer", attempts=attempts)
        waiting.begin_once(f"{_REASON} ({seen.why.translate(_NO_BRACKETS) or 'asking'})", seconds)
        if not self._stand_by(task.cancel):
            pause_s = max(seconds, _SHORTEST_WAIT_S) if seconds else _LOOK_AGAIN_S
            self._clock.wait(task.cancel, min(pause_s, _LOOK_AGAIN_S, left_s))
        if task.cancel.is_set():
            raise JobCancelledError(f"stopped while it waited: {_REASON}", attempts=attempts)


def _down(why: str) -> str:
    said = f" (/status: {why})" if why else ""
    return f"ESI is in its daily downtime, which began at 11:00 UTC, and does not answer yet{said}"
