"""Sockets of attempts under way, so that they can be ended from outside.

urllib3's timeout bounds each ``recv`` on its own: a server that drips a byte at a time never times out, and
a thread that is stuck in a read can't be stopped. So every attempt is watched here: at its deadline, or when
its run is stopped, its socket is shut down and the blocked read returns at once.

Sockets live in real time, so this is the one place that does not go through :class:`~esi_fetch.clock.Clock`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

__all__ = ["POOL_CLASSES", "LiveSockets", "Watched"]

_current = threading.local()

# Whose a connection is changes hands under this lock; so does its end, as a connection that is kept alive
# may by then be another attempt's. Shutting a socket down does not block. Whoever forks holds it meanwhile,
# so that the child does not wait for a thread that it does not have.
_hands = threading.Lock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hands.acquire, after_in_parent=_hands.release, after_in_child=_hands.release)


class Watched:
    """One attempt under way.

    Attributes:
        timed_out: Whether it was ended because its time was up.
    """

    def __init__(self, cancel: threading.Event, deadline: float) -> None:
        self.cancel = cancel
        self.deadline = deadline
        self.timed_out = False
        self._connection: _Watchable | None = None
        self._socket: socket.socket | None = None
        self._ended = False

    @property
    def connected(self) -> bool:
        """Whether it got as far as a connection; without one nothing has been sent."""
        return self._connection is not None

    @property
    def ended(self) -> bool:
        """Whether its socket was shut down, or will be as soon as it has one."""
        return self._ended

    def take(self, connection: _Watchable) -> None:
        """Note the connection this attempt uses; if it has been ended already, so is its socket."""
        with _hands:
            self._connection = connection
            # A connection that ends with its answer hands its socket over to that, and has none any more.
            self._socket = connection.sock
            connection.user = self
            if self._ended:
                _shut(self._socket)

    def end(self, *, timed_out: bool = False) -> None:
        """Shut the attempt's socket down; a read that blocks on it returns."""
        with _hands:
            if self._ended:
                return
            self._ended = True
            self.timed_out = timed_out
            if self._connection is not None and self._connection.user is self:
                _shut(self._socket)


class _Watchable:
    """A connection that tells the attempt of its thread that it is used."""

    user: Watched | None = None
    sock: socket.socket | None

    def _tell(self) -> None:
        watched: Watched | None = getattr(_current, "watched", None)
        if watched is not None:
            watched.take(self)


def _shut(sock: socket.socket | None) -> None:
    # SSLSocket.shutdown() first drops its TLS state, under the feet of the thread that is reading;
    # the plain socket's method only ends the connection below it. It may be closed already.
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _WatchedHTTPConnection(_Watchable, HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self._tell()

    def putrequest(self, *args: object, **kwargs: object) -> None:
        self._tell()  # a kept-alive connection does not connect again
        super().putrequest(*args, **kwargs)  # type: ignore[arg-type]  # passed through untouched


class _WatchedHTTPSConnection(_Watchable, HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self._tell()

    def putrequest(self, *args: object, **kwargs: object) -> None:
        self._tell()
        super().putrequest(*args, **kwargs)  # type: ignore[arg-type]  # passed through untouched


class _WatchedHTTPConnectionPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTPConnection


class _WatchedHTTPSConnectionPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPSConnection


POOL_CLASSES = {"http": _WatchedHTTPConnectionPool, "https": _WatchedHTTPSConnectionPool}
"""For ``PoolManager.pool_classes_by_scheme``."""


class LiveSockets:
    """All attempts under way, and a thread that ends those whose time is up."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._attempts: set[Watched] = set()
        self._watching = False
        self._next_look = float("inf")

    @contextlib.contextmanager
    def watch(self, *, cancel: threading.Event, timeout_s: float) -> Iterator[Watched]:
        """Watch the attempt that this thread makes inside the ``with`` block."""
        watched = Watched(cancel, time.monotonic() + timeout_s)
        with self._changed:
            self._attempts.add(watched)
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="esi_fetch-deadlines", daemon=True).start()
            elif watched.deadline < self._next_look:
                self._changed.notify()
        if cancel.is_set():
            # The run was stopped on the way here: whoever ends its attempts may not have seen this one.
            watched.end()
        _current.watched = watched
        try:
            yield watched
        finally:
            _current.watched = None
            with self._changed:
                self._attempts.discard(watched)

    def end(self, cancel: threading.Event) -> None:
        """End every attempt that belongs to the run *cancel* stops."""
        with self._changed:
            ended = [watched for watched in self._attempts if watched.cancel is cancel]
        for watched in ended:
            watched.end()

    def _watch(self) -> None:
        # Looks when the nearest deadline is due, not at every attempt: with the same timeout for all,
        # attempts that end in time cost no wake-up. With nothing left to watch it ends itself.
        while True:
            with self._changed:
                if not self._attempts:
                    self._watching = False
                    self._next_look = float("inf")
                    return
                now = time.monotonic()
                due = [watched for watched in self._attempts if watched.deadline <= now]
                if not due:
                    self._next_look = min(watched.deadline for watched in self._attempts)
                    self._changed.wait(self._next_look - now)
                    continue
                self._attempts.difference_update(due)
            for watched in due:
                watched.end(timed_out=True)
