"""What the sandbox was asked, for tests to look at."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["RequestLog", "RequestSeen"]

_KEPT = 50_000


@dataclass(frozen=True)
class RequestSeen:
    """One request that reached the sandbox.

    Attributes:
        method: HTTP method.
        path: Path, decoded, without the query.
        query: Query parameters; a repeated one has its values joined with commas.
        headers: All headers, names in lower case.
        body: The body as it came.
        op_id: The operation; None when the path is none.
        at: When it came, on the sandbox's clock, in seconds since the epoch.
        status: The status it was answered with; None while it waits, and when it never got an answer.
        cost: Tokens the answer cost; 0 for operations outside any rate-limit group.
        snapshot: Number of the snapshot it was answered from; None for what has none.
        fault: Whether a fault from ``Sandbox.faults`` was in play.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    op_id: str | None
    at: float
    status: int | None = None
    cost: int = 0
    snapshot: int | None = None
    fault: bool = False

    @property
    def not_modified(self) -> bool:
        """Whether it was answered with 304."""
        return self.status == 304

    @property
    def page(self) -> int:
        """The page it asked for, 1 when it did not say."""
        page = self.query.get("page", "1")
        return int(page) if page.isdecimal() else 1

    @property
    def url(self) -> str:
        """Path and query, for messages."""
        return self.path + (
            "?" + "&".join(f"{key}={value}" for key, value in self.query.items()) if self.query else ""
        )


class RequestLog:
    """Requests in the order they came, with their answers once they are known; threads may share it.

    A sandbox that runs for days forgets the oldest.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[RequestSeen] = []
        self._first = 0  # number of the first one kept

    def open(self, seen: RequestSeen) -> int:
        """Note a request that just came, and return the number by which :meth:`note` knows it."""
        with self._lock:
            if len(self._seen) >= _KEPT:
                del self._seen[: _KEPT // 10]
                self._first += _KEPT // 10
            self._seen.append(seen)
            return self._first + len(self._seen) - 1

    def note(self, number: int, **changes: Any) -> None:
        """Change members of an entry, once they are known."""
        with self._lock:
            place = number - self._first
            if place >= 0:  # It may have been cleared away meanwhile.
                self._seen[place] = replace(self._seen[place], **changes)

    def snapshot(self) -> list[RequestSeen]:
        """Return a copy of the log as it is now."""
        with self._lock:
            return list(self._seen)

    def __len__(self) -> int:
        with self._lock:
            return len(self._seen)

    def clear(self) -> None:
        """Forget all requests so far."""
        with self._lock:
            self._first += len(self._seen)
            self._seen.clear()
