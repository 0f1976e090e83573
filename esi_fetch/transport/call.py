"""One URL to ask for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from esi_fetch.auth import Patience
from esi_fetch.limits import Route
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Attempt, Source
from esi_fetch.store import Asked, Proof

__all__ = ["Answer", "Authorize", "Call", "Mode"]


class Mode(Enum):
    """What may be used to answer a call."""

    NORMAL = "normal"
    """The store while fresh, else ESI."""
    REFRESH = "refresh"
    """ESI, asked conditionally even before expiry."""
    OFFLINE = "offline"
    """The store alone, whatever its age."""
    REPLACE = "replace"
    """ESI, asked for the whole answer, whatever the store has; what comes replaces it."""


class Authorize(Protocol):
    """Gives a request its access token."""

    def __call__(self, *, refused: str | None, patience: Patience) -> str:
        """Return the current access token; another one than *refused*, where there is one."""
        ...


@dataclass(frozen=True)
class Call:
    """One URL to ask for.

    Attributes:
        op_id: The operation.
        method: HTTP method.
        url: Absolute URL with its query; canonical, so that equal questions have equal URLs.
        key: The store's key for it.
        route: How the limits see it.
        asked: The operation's parameters, of which the URL and the body were made, and which variant it is.
        body: JSON body as bytes; None for none.
        character: Whose data it is; None for public data.
        authorize: Returns the current access token; called for every attempt, as tokens are renewed. Told
            that one was ``refused``, it returns another one, or the same where there is none.
        repeatable: Whether sending it twice does no harm.
        storable: Whether its answer may be kept.
        of_set: Whether it asks for a page of a set that is walked as a whole: what its answer replaces is
            then kept until the set is whole again.
        success: The HTTP statuses of success.
        lifetime_hint_s: How long answers stay fresh where their headers do not say.
    """

    op_id: str
    method: str
    url: str
    key: str
    route: Route
    asked: Asked | None = None
    body: bytes | None = None
    character: int | None = None
    authorize: Authorize | None = field(default=None, repr=False, compare=False)
    repeatable: bool = False
    storable: bool = False
    of_set: bool = False
    success: tuple[int, ...] = (200,)
    lifetime_hint_s: float | None = None


@dataclass(frozen=True)
class Answer:
    """What came of a call: an answer of ESI's, or the store's.

    Attributes:
        status: HTTP status; that of the stored answer when nothing new was sent.
        source: Where the data came from.
        data: The decoded body, decoded when asked for.
        message: ESI's own words for an error; None for a success.
        is_remembered: Whether it is a refusal of some time ago, and nothing was sent now: answered at
            ``fetched_at``, and not asked again until ``expires_at``.
        pages: ``X-Pages``; None where absent, 0 where it makes no sense, or where a 304 of a newer snapshot
            than the stored one left it out: how many there are is not known.
        last_modified: ``Last-Modified`` as ESI wrote it; it identifies the snapshot.
        fetched_at: When it was received or last confirmed, in seconds since the epoch.
        expires_at: Until when nothing is asked again, in seconds since the epoch.
        attempts: Every attempt made, in order.
        body: The body's checksum and length, which tell it from others; None where it is not kept.
        proof: That the set of which it is the first page has been proved to be whole, and of which bodies.
    """

    status: int
    source: Source
    data: LazyData
    message: str | None = None
    is_remembered: bool = False
    pages: int | None = None
    last_modified: str | None = None
    fetched_at: float = 0.0
    expires_at: float = 0.0
    attempts: tuple[Attempt, ...] = ()
    body: tuple[int, int] | None = None
    proof: Proof | None = None
