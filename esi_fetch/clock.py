"""Time as something tests can hold.

Everything that reads a clock or waits takes a :class:`Clock`, so that a test can decide what time it is.
Durations inside the process are measured with :meth:`Clock.monotonic`; :meth:`Clock.now` is only for what
is compared with other machines or other processes.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

__all__ = ["Clock", "HeldClock", "SystemClock"]


class Clock(Protocol):
    """What the library asks of time."""

    def now(self) -> float:
        """Return the wall-clock time in seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes backwards."""
        ...

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait until *event* is set or *timeout_s* seconds have passed; return whether it is set."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> float:
        """Return the wall-clock time in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds on a clock that never goes backwards."""
        return time.monotonic()

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Wait until *event* is set or *timeout_s* seconds have passed; return whether it is set."""
        return event.wait(max(0.0, timeout_s))

    def __repr__(self) -> str:
        return "SystemClock()"


class HeldClock:
    """A clock that moves only when it is told to, or when somebody waits on it.

    A wait moves time forward at once by as much as was asked for, so code under test runs through its
    waits without any passing. ``waits`` records them, in seconds.
    """

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._lock = threading.Lock()
        self._now = now
        self._monotonic = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        """Return the held wall-clock time in seconds since the epoch."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Return the held monotonic time in seconds."""
        with self._lock:
            return self._monotonic

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        with self._lock:
            self._now += seconds
            self._monotonic += seconds

    def set_wall(self, now: float) -> None:
        """Step the wall clock alone, as an administrator or NTP would."""
        with self._lock:
            self._now = now

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Return at once: True when *event* is set, else False after moving time by *timeout_s*."""
        if event.is_set():
            return True
        self.waits.append(timeout_s)
        self.advance(max(0.0, timeout_s))
        return event.is_set()

    def __repr__(self) -> str:
        return f"HeldClock(now={self.now()!r})"
