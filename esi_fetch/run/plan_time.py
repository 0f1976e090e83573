"""How long limits let a run take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from esi_fetch.limits import BucketView, Limiter, Route
from esi_fetch.limits.decision import BUCKET_PRICE, ONE
from esi_fetch.limits.room import Price, our_share
from esi_fetch.model.bill import LimitNeed

__all__ = ["Needs", "seconds_for"]


@dataclass(slots=True)
class _Need:
    price: Price
    needed: int = 0
    at_most: int = 0
    of: int | None = None
    window_s: float | None = None
    unused: int = 0


class Needs:
    """Adds up what requests need of each limit.

    Args:
        limiter: Knows the limits; it is only looked at.
    """

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self._needs: dict[tuple[str, str], _Need] = {}

    def add(self, route: Route, *, cost: int, at_most: int) -> str | None:
        """Count one request; return the rate-limit group that pays for it, None where none does."""
        hidden = self._limiter.hidden_limit(route)
        if hidden is not None:
            user = route.user if hidden.per_character else ""
            need = self._need(f"hidden limit of {route.op_id}", user, hidden.requests, hidden.window_s, ONE)
            need.needed += 1
            need.at_most += 1
        group = self._limiter.group_of(route)
        if group is not None:
            known = group == route.group
            tokens, window_s = (route.tokens, route.window_s) if known else (None, None)
            need = self._need(group, route.user, tokens, window_s, BUCKET_PRICE)
            # The last request of a window goes out only if even the dearest answer to it still fits.
            need.unused = BUCKET_PRICE.dearest - cost
            need.needed += cost
            need.at_most += at_most
        return group

    def _need(self, bucket: str, user: str, of: int | None, window_s: float | None, price: Price) -> _Need:
        need = self._needs.get((bucket, user))
        if need is None:
            need = self._needs[bucket, user] = _Need(price, of=of, window_s=window_s)
        return need

    def listed(self, views: Iterable[BucketView]) -> tuple[LimitNeed, ...]:
        """Return what is needed beside what is there now; the tightest limit first.

        Args:
            views: What the limits have now.
        """
        seen = {(view.bucket, view.user): view for view in views}
        found = [self._beside(key, need, seen.get(key)) for key, need in self._needs.items()]
        known = [each for each in found if each is not None]
        return tuple(sorted(known, key=lambda each: (-each.takes_s, -each.needed, each.bucket, each.user)))

    def _beside(self, key: tuple[str, str], need: _Need, view: BucketView | None) -> LimitNeed | None:
        of, window_s, blocked_s = need.of, need.window_s, 0.0
        left = None
        if view is not None and view.of is not None:
            of, window_s, left, blocked_s = view.of, view.window_s, view.left, view.blocked_for_s
        if of is None or window_s is None:
            return None  # neither the specification nor a header has told its size yet
        terms = self._limiter.terms
        ours = our_share(of, price=need.price, reserve=terms.reserve)
        left = ours if left is None else left
        takes_s = blocked_s + seconds_for(
            need.needed,
            left=left,
            ours=ours,
            window_s=window_s,
            burst=terms.burst,
            unused=need.unused,
        )
        return LimitNeed(*key, need.needed, need.at_most, left, of, window_s, blocked_s, takes_s)


def seconds_for(
    needed: int, *, left: int, ours: int, window_s: float, burst: float, unused: int = 0
) -> float:
    """Return how long a floating window lets a spend take, in seconds.

    Args:
        needed: How much is to be spent.
        left: How much may be spent now.
        ours: How much may be spent in any window.
        window_s: The window.
        burst: Which share of *ours* may be spent at once; the rest is spread over the window.
        unused: How much of it stays unspent in each window that is used up.
    """
    if needed <= 0:
        return 0.0
    # Each window takes as much as the first one: what is spent comes back after exactly one.
    usable = max(1, ours - unused)
    whole = -(-needed // usable) - 1
    rest = needed - whole * usable
    at_once = max(0.0, left - (1 - burst) * ours)
    spread = max(0.0, rest - at_once) / max(1.0, ours - at_once)
    return window_s * (whole + min(1.0, spread))
