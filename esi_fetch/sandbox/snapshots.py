"""When the sandbox's data is regenerated, and how long each generation lasts."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace

from esi_fetch.catalog.operation import Operation
from esi_fetch.clock import Clock
from esi_fetch.sandbox.times import DAY_S

__all__ = ["Snapshot", "Snapshots", "is_static", "last_roll"]

# When the cluster is back from its daily downtime, at 11:03:16, in seconds after midnight.
_UP_AT_S = (11 * 60 + 3) * 60 + 16.0
# How much later, at 11:05, static data and histories expire.
_ROLL_S = 104.0

# Where the wire says something else than the document: a recorded answer of 2026-09 expired after 300 s.
_TRUE_TTL_S = {"GetWarsWarIdKillmails": 300.0}


def is_static(operation: Operation) -> bool:
    """Return whether an operation's data changes with the daily downtime alone."""
    unsaid = (
        operation.client_ttl_s is None and operation.server_ttl_s is None and operation.cache_mode is None
    )
    return operation.method == "GET" and unsaid


def last_roll(now: float) -> float:
    """Return when the cluster came up whose static data is current, in seconds since the epoch.

    That data expires at 11:05, a little after the cluster is up again.
    """
    return math.floor((now - _UP_AT_S - _ROLL_S) / DAY_S) * DAY_S + _UP_AT_S


@dataclass(frozen=True)
class Snapshot:
    """One generation of an operation's data.

    Attributes:
        number: Counted from 0, which is the one the sandbox was started with.
        born_at: Since when it is current (``Last-Modified``), in seconds since the epoch.
        expires_at: When the next one comes by itself; None when only a change brings one.
        rolled_at: The end of the last downtime before it: what static data and histories are from.
    """

    number: int
    born_at: float
    expires_at: float | None
    rolled_at: float


class Snapshots:
    """Which snapshot of which operation is current.

    Operations with a time to live get a new one each time it has passed, static data at the downtime, and
    those that ESI calls event-based only by :meth:`regenerate`.

    Args:
        clock: The sandbox's time.
        ttl_s: How long every snapshot lasts that expires at all; None for what the operations say.
    """

    def __init__(self, *, clock: Clock, ttl_s: float | None = None) -> None:
        if ttl_s is not None and ttl_s < 1:
            raise ValueError(f"ttl_s={ttl_s!r}: Last-Modified counts whole seconds; use 1 or more.")
        self._clock = clock
        self._ttl_s = ttl_s
        self._lock = threading.Lock()
        self._started_at = float(math.floor(clock.now()))
        self._known: dict[str, Snapshot] = {}  # as they were when last asked for

    def ttl_s(self, operation: Operation) -> float | None:
        """Return how many seconds clients may keep an answer; None where ESI names no such time."""
        said = _TRUE_TTL_S.get(operation.op_id, operation.client_ttl_s)
        return said if said is None or self._ttl_s is None else self._ttl_s

    def current(self, operation: Operation) -> Snapshot:
        """Return the snapshot of an operation that is current now."""
        with self._lock:
            return self._current(operation, self._clock.now())

    def regenerate(self, operation: Operation) -> Snapshot:
        """Replace an operation's snapshot by the next one, now.

        ``Last-Modified`` counts whole seconds and has to differ, so a second regeneration within a second is
        dated to the next one.
        """
        with self._lock:
            now = self._clock.now()
            old = self._current(operation, now)
            born_at = max(float(math.floor(now)), old.born_at + 1)
            self._known[operation.op_id] = replace(old, number=old.number + 1, born_at=born_at)
            return self._current(operation, now)

    def _current(self, operation: Operation, now: float) -> Snapshot:
        rolled_at, lasts_s = last_roll(now), self._lasts_s(operation)
        old = self._known.get(operation.op_id)
        if is_static(operation) and self._ttl_s is None:
            old = old or Snapshot(0, rolled_at, None, rolled_at)
            days = round((rolled_at - old.rolled_at) / DAY_S)
            born_at = rolled_at if days else old.born_at
            new = Snapshot(old.number + days, born_at, rolled_at + _ROLL_S + DAY_S, rolled_at)
        else:
            old = old or Snapshot(0, self._started_at, None, 0.0)
            passed = max(0, math.floor((now - old.born_at) / lasts_s)) if lasts_s else 0
            born_at = old.born_at + passed * (lasts_s or 0.0)
            expires_at = born_at + lasts_s if lasts_s else None
            new = Snapshot(old.number + passed, born_at, expires_at, last_roll(born_at))
        self._known[operation.op_id] = new
        return new

    def _lasts_s(self, operation: Operation) -> float | None:
        if operation.method != "GET" or operation.cache_mode in ("event-based", "not-cached"):
            return None
        if self._ttl_s is not None:
            return self._ttl_s
        return _TRUE_TTL_S.get(operation.op_id, operation.server_ttl_s or operation.client_ttl_s)
