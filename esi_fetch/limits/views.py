"""The books as people see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from esi_fetch.limits.budget import ADDRESS, open_address
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger

__all__ = ["BucketView", "views"]


@dataclass(frozen=True)
class BucketView:
    """What is known of one limit at a moment.

    Attributes:
        bucket: The rate-limit group, the operation, ``hidden limit of`` an operation, or ``error limit``.
        user: ``character:<id>``, or "" for the address.
        left: What may still be spent, requests under way taken at their dearest; None when unknown.
        of: The size; None when unknown.
        window_s: After how many seconds a spend comes back.
        by_others: What others have spent of it and is not back yet, as far as headers proved it.
        in_flight: Requests under way.
        full_in_s: In how many seconds all that is spent has come back.
        blocked_for_s: For how many seconds nothing goes out; 0 when it is not blocked.
        reason: Why it is blocked; "" when it is not.
    """

    bucket: str
    user: str
    left: int | None
    of: int | None
    window_s: float
    by_others: int
    in_flight: int
    full_in_s: float
    blocked_for_s: float
    reason: str


def views(picture: Picture, now: float, *, keys: Iterable[str]) -> list[BucketView]:
    """Return what the books of *keys* say at *now*; the error limit first, even if nothing was sent yet."""
    ledgers = [picture[key] for key in keys if key in picture and key != ADDRESS]
    ledgers.sort(key=lambda ledger: (ledger.user, ledger.name))
    return [_view(ledger, now) for ledger in (picture.get(ADDRESS) or open_address(), *ledgers)]


def _view(ledger: Ledger, now: float) -> BucketView:
    ledger.refresh(now)
    left = ledger.left()
    return BucketView(
        bucket=ledger.name,
        user=ledger.user,
        left=None if left is None else max(0, left),
        of=ledger.limit,
        window_s=ledger.window_s,
        by_others=ledger.foreign.total,
        in_flight=len(ledger.in_flight),
        full_in_s=ledger.full_in_s(now),
        blocked_for_s=0.0 if ledger.blocked_until is None else ledger.blocked_until - now,
        reason=ledger.block_reason,
    )
