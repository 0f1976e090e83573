"""The books as people see them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from esi_fetch.limits.budget import ADDRESS, open_address
from esi_fetch.limits.decision import BUCKET_PRICE, ONE, Picture
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.room import room_left

__all__ = ["BucketView", "views"]


@dataclass(frozen=True)
class BucketView:
    """What is known of one limit at a moment.

    Attributes:
        bucket: The rate-limit group, the operation, ``hidden limit of`` an operation, or ``error limit``.
        user: ``character:<id>``, or "" for the address.
        left: What we may still spend, requests under way taken at their dearest, and without what is reserved
            for other programs; None when unknown.
        of: The size as ESI has it, reserved part included; None when unknown.
        window_s: After how many seconds a spend comes back.
        by_others: What others have spent of it and is not back yet, as far as headers proved it.
        in_flight: Requests under way.
        returns_in_s: In how many seconds the next part comes back; None when nothing is spent.
        full_in_s: In how many seconds all that is spent has come back; 0 when it is full. What is under way
            has its time still to come.
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
    returns_in_s: float | None
    full_in_s: float
    blocked_for_s: float
    reason: str


def views(picture: Picture, now: float, *, keys: Iterable[str], reserve: float) -> list[BucketView]:
    """Return what the books of *keys* say at *now*; the error limit first, even if nothing was sent yet.

    All times are in seconds from *now*. Of every bucket, the share *reserve* is not ours to spend.
    """
    found = [(key, picture[key]) for key in keys if key in picture and key != ADDRESS]
    # The daily downtime is no bucket: it is worth a line while it stops everything.
    found = [item for item in found if item[1].downtime is None or (item[1].blocked_until or -math.inf) > now]
    found.sort(key=lambda item: (item[1].user, item[1].name))
    address = _view(ADDRESS, picture.get(ADDRESS) or open_address(), now, reserve=0.0)
    return [address, *(_view(key, ledger, now, reserve=reserve) for key, ledger in found)]


def _view(key: str, ledger: Ledger, now: float, *, reserve: float) -> BucketView:
    ledger.refresh(now)
    price = BUCKET_PRICE if key.startswith("bucket|") else ONE
    left = room_left(ledger, price=price, reserve=reserve)
    return BucketView(
        bucket=ledger.name,
        user=ledger.user,
        left=None if left is None else max(0, left),
        of=ledger.limit,
        window_s=ledger.window_s,
        by_others=ledger.foreign.total,
        in_flight=len(ledger.in_flight),
        returns_in_s=ledger.returns_in_s(now),
        full_in_s=ledger.full_in_s(now),
        blocked_for_s=0.0 if ledger.blocked_until is None else ledger.blocked_until - now,
        reason=ledger.block_reason,
    )
