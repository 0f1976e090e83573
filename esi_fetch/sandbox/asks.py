"""What the sandbox is asked, and what its data answers, before any of that is HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from esi_fetch.catalog.operation import Operation

__all__ = ["Ask", "Incoming", "PastEndError", "RefusedError", "Reply"]


@dataclass(frozen=True)
class Incoming:
    """A request as it came; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    address: str


@dataclass(frozen=True)
class Ask:
    """One checked request for data.

    Attributes:
        operation: What is asked for.
        path: Path parameters, as numbers where the operation says so.
        query: Query parameters that were given, converted, and the defaults of those that were not.
        body: The decoded JSON body; None without one.
        snapshot: Which regeneration of the operation's data is current, counted from 0.
        rolled_at: The end of the last downtime before that snapshot, in seconds since the epoch.
        date: The compatibility date whose behaviour is asked for.
        language: The language asked for, two letters.
    """

    operation: Operation
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any = None
    snapshot: int = 0
    rolled_at: float = 0.0
    date: str = ""
    language: str = "en"

    @property
    def page(self) -> int:
        """The page asked for, from 1."""
        return int(self.query.get("page", 1))

    @property
    def older(self) -> bool:
        """Whether the form from before the operation's last breaking change is asked for."""
        return self.date < self.operation.compatibility_date


@dataclass(frozen=True)
class Reply:
    """Data that exists, not made yet: a 304 never needs it.

    Attributes:
        make: Makes the data.
        pages: How many pages there are; None for an operation without ``X-Pages``.
        status: The HTTP status; None for the operation's own.
    """

    make: Callable[[], Any]
    pages: int | None = None
    status: int | None = None


@dataclass(eq=False)
class RefusedError(Exception):
    """Raised when a request gets an error instead of data.

    Attributes:
        status: The HTTP status.
        error: The text of ``error`` in the JSON body.
        extra: More members of the JSON body.
        headers: More headers of the answer.
    """

    status: int
    error: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the JSON body."""
        return {"error": self.error, **self.extra}


class PastEndError(RefusedError):
    """Raised when a list has no such page."""

    def __init__(self) -> None:
        super().__init__(404, "Requested page does not exist!")
