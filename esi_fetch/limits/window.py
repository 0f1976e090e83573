"""A floating window: what was spent, and when each part of it comes back."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from dataclasses import dataclass, field

__all__ = ["SLOTS", "Spends", "seconds_between", "seconds_until_back"]

SLOTS = 300
"""Into how many slots a window is cut.

Spends of one slot are kept as one entry, dated at its end. That bounds what a bucket of 12,000 tokens has to
remember, and errs by at most a three-hundredth of the window, always towards the later return.
"""


@dataclass(slots=True)
class Spends:
    """Amounts spent and not yet back, oldest first; plain lists, so that any keeper can write them down.

    Attributes:
        times: When each was spent, in seconds, rounded up to the end of its slot; ascending.
        amounts: How much, entry for entry.
        total: Their sum.
    """

    times: list[float] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    total: int = 0

    def add(self, amount: int, *, at: float, window_s: float) -> None:
        """Record *amount* as spent at the end of the slot that *at* falls into."""
        if amount <= 0:
            return
        slot_s = window_s / SLOTS
        # Rounding of the product may fall short of `at` by one bit; never date a spend before it happened.
        at = max(at, math.ceil(at / slot_s) * slot_s)
        self.total += amount
        if not self.times or at > self.times[-1]:
            self.times.append(at)
            self.amounts.append(amount)
            return
        place = bisect_left(self.times, at)
        if self.times[place] == at:
            self.amounts[place] += amount
        else:
            self.times.insert(place, at)
            self.amounts.insert(place, amount)

    def expire(self, now: float, *, window_s: float) -> int:
        """Drop what has come back by *now*; return how much that was."""
        if not self.times or self.times[0] + window_s > now:
            return 0
        count = 0
        while count < len(self.times) and self.times[count] + window_s <= now:
            count += 1
        return self._drop_first(count)

    def release(self, amount: int) -> int:
        """Drop *amount* from the oldest entries, which are the likeliest to be back; return how much went."""
        released = 0
        while self.times and released < amount:
            part = min(self.amounts[0], amount - released)
            released += part
            if part == self.amounts[0]:
                self._drop_first(1)
            else:
                self.amounts[0] -= part
                self.total -= part
        return released

    def due_by(self, moment: float, *, window_s: float) -> int:
        """Return how much will have come back by *moment*."""
        due = 0
        for at, amount in zip(self.times, self.amounts, strict=True):
            if at + window_s > moment:
                break
            due += amount
        return due

    def clear(self) -> int:
        """Forget everything; return how much it was."""
        return self._drop_first(len(self.times))

    def _drop_first(self, count: int) -> int:
        dropped = sum(self.amounts[:count])
        del self.times[:count], self.amounts[:count]
        self.total -= dropped
        return dropped


def seconds_until_back(amount: int, *spends: Spends, now: float, window_s: float) -> float:
    """Return in how many seconds *amount* of all *spends* together will have come back.

    0 when nothing is missing, infinity when they do not hold that much.
    """
    if amount <= 0:
        return 0.0
    for at, part in heapq.merge(*(zip(each.times, each.amounts, strict=True) for each in spends)):
        amount -= part
        if amount <= 0:
            return max(0.0, at + window_s - now)
    return math.inf


def seconds_between(
    room: float, *spends: Spends, since: float, window_s: float, need: float, price: float
) -> float:
    """Return how far apart requests have to be, so that none of them finds the window used up.

    That is the shortest distance at which, up to each moment at which something comes back, no more goes out
    than there is room for until then.

    Args:
        room: What may be spent now.
        spends: What comes back of it, and when.
        since: When the last request went out.
        window_s: After how many seconds a spend comes back.
        need: How much room a request has to find.
        price: What it uses of that in the end.
    """
    parts = [part for each in spends for part in zip(each.times, each.amounts, strict=True)]
    if len(spends) > 1:
        parts.sort()
    # The last requirement is the window itself: after that, what goes out now comes back.
    parts.append((since, 0))
    longest_s = 0.0
    for at, amount in parts:
        # So many fit before this part comes back; they stand evenly between the last one and that moment.
        fit = (room - need) / price + 1 if room >= need else 0.0
        longest_s = max(longest_s, (at + window_s - since) / (fit + 1))
        room += amount
    return longest_s
