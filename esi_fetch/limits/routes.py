"""What the limiter is asked and what it answers, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from esi_fetch.limits.decision import Claim
from esi_fetch.limits.ledger import Marks

__all__ = ["HIDDEN_LIMITS", "HiddenLimit", "Reservation", "Route"]


@dataclass(frozen=True)
class HiddenLimit:
    """A limit that neither the specification nor any header tells.

    Attributes:
        requests: How many requests fit into one window.
        window_s: Its length in seconds.
        per_character: Whether each character has that many, rather than the address.
    """

    requests: int
    window_s: float
    per_character: bool = False


_CONTRACT_ITEMS = HiddenLimit(requests=20, window_s=10.0, per_character=True)

HIDDEN_LIMITS: Mapping[str, HiddenLimit] = MappingProxyType(
    {
        # Told by CCP in 2023; beyond it the game server answers with a 500.
        "GetMarketsRegionIdHistory": HiddenLimit(requests=300, window_s=60.0),
        # Found by those who hit it; beyond it the game server answers with a 520 (ConStopSpamming).
        "GetCharactersCharacterIdContractsContractIdItems": _CONTRACT_ITEMS,
        "GetCorporationsCorporationIdContractsContractIdItems": _CONTRACT_ITEMS,
    }
)
"""By operation id."""


@dataclass(frozen=True)
class Route:
    """Which limits a request falls under.

    Attributes:
        op_id: Its operation.
        group: Its rate-limit group as the specification has it; None when it names none.
        tokens: The specification's size of the group's bucket, a first guess.
        window_s: The specification's window in seconds, a first guess.
        user: ``character:<id>`` for a request with a token; "" for the machine's address.
    """

    op_id: str
    group: str | None = None
    tokens: int | None = None
    window_s: float | None = None
    user: str = ""


@dataclass(slots=True)
class Reservation:
    """Leave for one attempt; to be settled exactly once, however the attempt ends.

    Attributes:
        reservation_id: Its name in the books.
        route: What it was asked for.
        group: The rate-limit group that holds tokens for it; None when there is none.
        bucket: That group's bucket.
        hidden: The hidden limit that counts it.
        marks: Where each book stood when it was given.
        is_settled: Whether it is done with.
    """

    reservation_id: str
    route: Route
    group: str | None
    bucket: Claim | None = field(repr=False)
    hidden: Claim | None = field(repr=False)
    marks: dict[str, Marks] = field(repr=False)
    is_settled: bool = False
