"""Turns that machines share: one of them at a time renews the token of a character.

A turn is a key on a Redis server with the name of who has it. It ends by itself a while after whoever had it
died. Where the server is gone, the work goes on without: two renewals at once are rare, and mended.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any

from esi_fetch.redis_server import RedisServer

__all__ = ["RedisTurns"]

log = logging.getLogger("esi_fetch.auth")

LEASE_S = 90
"""For how many seconds a turn lasts at most: longer than the sign-in takes to answer, repeated or not."""

# Nobody gives up a turn that has gone on to somebody else.
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class RedisTurns:
    """Turns by number; nothing is opened before it is needed, and threads may share it.

    Args:
        url: As for :class:`~esi_fetch.redis_server.RedisServer`.
    """

    def __init__(self, url: str) -> None:
        self._server = RedisServer(url)
        self._lock = threading.Lock()
        self._client: Any = None
        self._holders: dict[int, str] = {}
        self._has_warned = False

    def take(self, number: int) -> bool:
        """Take a turn; return whether it could be had, or nobody can tell."""
        holder = secrets.token_hex(8)
        took = self._do(lambda client: client.set(_name(number), holder, nx=True, ex=LEASE_S), otherwise=True)
        if took:
            self._holders[number] = holder
        return bool(took)

    def release(self, number: int) -> None:
        """Give a turn up."""
        holder = self._holders.pop(number, "")
        self._do(lambda client: client.eval(_RELEASE, 1, _name(number), holder), otherwise=0)

    def close(self) -> None:
        """Close the connection; the next use makes a new one."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _do(self, work: Callable[[Any], Any], *, otherwise: Any) -> Any:
        try:
            with self._lock:
                if self._client is None:
                    self._client = self._server.client()
                client = self._client
        except ImportError:
            return otherwise  # the limits on the same server say what to install
        try:
            return work(client)
        except self._server.failures as error:
            if not self._has_warned:
                self._has_warned = True
                log.warning(
                    "the server %s can't be used (%s): other machines may renew tokens at the same time",
                    self._server.shown,
                    self._server.failed(error),
                )
            return otherwise

    def __repr__(self) -> str:
        return f"RedisTurns({self._server.shown!r})"


def _name(number: int) -> str:
    return f"esi_fetch:auth:1:renewing:{number}"
