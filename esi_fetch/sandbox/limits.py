"""ESI's side of its limits, with arithmetic of its own, so that it can prove the client's wrong.

Tokens of a bucket come back one window after each request that spent them; the error limit counts in fixed
windows; a few operations have limits deeper in the game's servers, which no header announces.
"""

from __future__ import annotations

import functools
import math
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from esi_fetch.catalog.operation import Operation
from esi_fetch.clock import Clock
from esi_fetch.errors import did_you_mean
from esi_fetch.sandbox.asks import RefusedError

__all__ = ["LimitUse", "Limits", "cost_of"]

Headers = list[tuple[str, str]]

_ERROR_LIMIT_TEXT = "This software has exceeded the error limit for ESI."
# Whoever waits as long as told must be let in, whatever sums of floating-point numbers make of it.
_ROUNDING_S = 1e-6
_HIDDEN_TEXT = {
    "GetMarketsRegionIdHistory": "Undefined 429 response. Original message: Too many requests",
    "GetCharactersCharacterIdContractsContractIdItems": (
        # A Python literal inside a JSON text, as ESI sends it; the time in it is not in seconds.
        "{'error_label': 'ConStopSpamming', 'error_dict': {'remainingTime': 86717949L}}"
    ),
}
# operation: (requests, window in seconds, status once there are more)
_HIDDEN = {
    "GetMarketsRegionIdHistory": (300, 60.0, 500),
    "GetCharactersCharacterIdContractsContractIdItems": (20, 10.0, 520),
}


def cost_of(status: int) -> int:
    """Return how many tokens an answer of that status costs."""
    if status in (420, 429) or status >= 500:
        return 0
    return {2: 2, 3: 1, 4: 5}[status // 100]


@dataclass(frozen=True)
class LimitUse:
    """How one limit was used, for proofs about clients.

    Attributes:
        limit: The rate-limit group, or ``errors``.
        user: Whose it is: an address, or ``character:<id>``.
        allowed: How much may be spent in a window.
        window_s: The window's length, in seconds.
        spent: What is spent at this moment.
        spent_ever: What answers have cost since the start, back again or not.
        peak: The most that was ever spent at one moment; above ``allowed`` when requests that were let in
            together cost more than there was.
        refused: Requests that were answered 429, or 420, because of it.
    """

    limit: str
    user: str
    allowed: int
    window_s: float
    spent: int
    spent_ever: int
    peak: int
    refused: int


class _Bucket:
    """The tokens one user has spent of one group."""

    def __init__(self, tokens: int, window_s: float) -> None:
        self.tokens = tokens
        self.window_s = window_s
        self.ever = self.peak = self.refused = 0
        self._spent: deque[tuple[float, int]] = deque()  # when, how many
        self._sum = 0

    def spend(self, tokens: int, now: float) -> None:
        self._spent.append((now, tokens))
        self._sum += tokens
        self.peak = max(self.peak, self.used(now))

    def used(self, now: float) -> int:
        while self._spent and self._spent[0][0] + self.window_s <= now + _ROUNDING_S:
            self._sum -= self._spent.popleft()[1]
        return self._sum

    def retry_after_s(self, now: float) -> int:
        """Return in how many whole seconds the next request is let in, at least one."""
        over = self.used(now) - self.tokens
        back_at = now
        for at, tokens in self._spent:
            if over < 0:
                break
            over -= tokens
            back_at = at + self.window_s
        return max(1, math.ceil(back_at - now))


def _no_group(group: str, groups: Mapping[str, object]) -> ValueError:
    return ValueError(f"there is no rate-limit group {group!r}{did_you_mean(str(group), groups)}")


def _named_window(window_s: float) -> str:
    # Documented units are m and h; windows of tests may be shorter than either.
    if window_s % 3600 == 0:
        return f"{window_s / 3600:.0f}h"
    return f"{window_s / 60:.0f}m" if window_s % 60 == 0 else f"{window_s:g}s"


class Limits:
    """Buckets, the error budget and the hidden limits of one sandbox; threads may share it."""

    def __init__(
        self,
        *,
        clock: Clock,
        groups: Callable[[], Mapping[str, tuple[int, float]]],
        on: bool = True,
        buckets: Mapping[str, tuple[int, float]] | None = None,
        errors: int = 100,
        errors_window_s: float = 60.0,
    ) -> None:
        """Hold full buckets.

        Args:
            clock: The sandbox's time.
            groups: Gives tokens and window in seconds of every group; asked when they are needed first.
            on: Whether anything is limited. If not, headers say that nothing was spent.
            buckets: Tokens and window in seconds of groups that shall have others.
            errors: How many errors an address may cause in a window.
            errors_window_s: Length of that window, in seconds.
        """
        self._clock = clock
        self._on = on
        self._groups = groups
        self._resized = dict(buckets or {})
        self._errors_allowed = errors
        self._errors_window_s = errors_window_s
        self._lock = threading.Lock()
        self._began_at = clock.monotonic()
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._errors: Counter[tuple[str, int]] = Counter()  # by address and number of the window
        self._refused_errors: Counter[str] = Counter()  # by address
        self._hidden: dict[tuple[str, str], deque[float]] = {}
        self._totals: Counter[str] = Counter()

    def check(self) -> None:
        """Check that every group with a size of its own exists.

        Raises:
            ValueError: One does not; a limit under a misspelt name would never be reached.
        """
        self._sizes  # noqa: B018 - reading them checks them

    def spent(self, group: str, *, user: str | None = None) -> int:
        """Return how many tokens of a group are spent at this moment, by one user or by all together."""
        with self._lock:
            now = self._clock.monotonic()
            return sum(
                bucket.used(now)
                for (its_group, its_user), bucket in self._buckets.items()
                if its_group == group and user in (None, its_user)
            )

    def spent_ever(self, group: str) -> int:
        """Return how many tokens of a group were ever spent, whether they came back or not."""
        with self._lock:
            return self._totals[group]

    def errors(self, address: str = "127.0.0.1") -> int:
        """Return how many errors an address has caused in the current window."""
        with self._lock:
            return self._errors[address, self._window()]

    def use(self) -> list[LimitUse]:
        """Return how every limit that was met so far was used."""
        with self._lock:
            now, this_window = self._clock.monotonic(), self._window()
            uses = [
                LimitUse(
                    group,
                    user,
                    allowed=bucket.tokens,
                    window_s=bucket.window_s,
                    spent=bucket.used(now),
                    spent_ever=bucket.ever,
                    peak=bucket.peak,
                    refused=bucket.refused,
                )
                for (group, user), bucket in self._buckets.items()
            ]
            for address in sorted({address for address, _ in self._errors}):
                counts = {window: count for (its, window), count in self._errors.items() if its == address}
                uses.append(
                    LimitUse(
                        "errors",
                        address,
                        allowed=self._errors_allowed,
                        window_s=self._errors_window_s,
                        spent=counts.get(this_window, 0),
                        spent_ever=sum(counts.values()),
                        peak=max(counts.values()),
                        refused=self._refused_errors[address],
                    )
                )
            return uses

    def exhaust(self, group: str, *, user: str = "127.0.0.1", tokens: int | None = None) -> None:
        """Spend tokens of a group as if another program had: all that are left, unless a number is given.

        Raises:
            ValueError: There is no such group, or the number is none.
        """
        if group not in self._sizes:
            raise _no_group(group, self._sizes)
        if tokens is not None and (not isinstance(tokens, int) or isinstance(tokens, bool) or tokens < 0):
            raise ValueError(f"tokens={tokens!r}: wants a whole number, 0 or more")
        with self._lock:
            now = self._clock.monotonic()
            bucket = self._bucket(group, user)
            left = bucket.tokens - bucket.used(now)
            bucket.spend(max(0, left) if tokens is None else tokens, now)

    def admit(self, operation: Operation | None, *, user: str, address: str) -> None:
        """Let a request in, or not.

        Args:
            operation: What is asked for; None for what does not exist.
            user: Whose bucket is spent.
            address: Whose error budget is spent.

        Raises:
            RefusedError: 420 or 429, or what the hidden limits send.
        """
        if not self._on:
            return
        with self._lock:
            now = self._clock.monotonic()
            if self._errors[address, self._window()] >= self._errors_allowed:
                self._refused_errors[address] += 1
                raise RefusedError(420, _ERROR_LIMIT_TEXT, headers=dict(self._error_headers(address)))
            if operation is None:
                return
            if operation.rate_limit is not None:
                bucket = self._bucket(operation.rate_limit.group, user)
                if bucket.used(now) >= bucket.tokens:
                    bucket.refused += 1
                    wait = {"Retry-After": str(bucket.retry_after_s(now))}
                    raise RefusedError(429, "Too many requests.", headers=wait)
            self._admit_hidden(operation, user, now)

    def _admit_hidden(self, operation: Operation, user: str, now: float) -> None:
        if operation.op_id not in _HIDDEN:
            return
        count, window_s, status = _HIDDEN[operation.op_id]
        recent = self._hidden.setdefault((operation.op_id, user), deque())
        while recent and recent[0] <= now - window_s:
            recent.popleft()
        if len(recent) >= count:
            raise RefusedError(status, _HIDDEN_TEXT[operation.op_id])
        recent.append(now)

    def settle(self, operation: Operation | None, *, user: str, address: str, status: int) -> Headers:
        """Take what an answer costs, and return what its headers say about what is left."""
        with self._lock:
            if operation is not None and operation.rate_limit is not None:
                now, cost = self._clock.monotonic(), cost_of(status)
                bucket = self._bucket(operation.rate_limit.group, user)
                if cost and self._on:
                    bucket.ever += cost
                    bucket.spend(cost, now)
                if cost:
                    self._totals[operation.rate_limit.group] += cost
                if status == 420:
                    return self._error_headers(address)
                return [
                    ("X-Ratelimit-Group", operation.rate_limit.group),
                    ("X-Ratelimit-Limit", f"{bucket.tokens}/{_named_window(bucket.window_s)}"),
                    ("X-Ratelimit-Remaining", str(max(0, bucket.tokens - bucket.used(now)))),
                    ("X-Ratelimit-Used", str(cost)),
                ]
            if status >= 400 and status != 420 and self._on:
                self._errors[address, self._window()] += 1
            return self._error_headers(address)

    def _bucket(self, group: str, user: str) -> _Bucket:
        key = (group, user)
        if key not in self._buckets:
            self._buckets[key] = _Bucket(*self._sizes[group])
        return self._buckets[key]

    @functools.cached_property
    def _sizes(self) -> Mapping[str, tuple[int, float]]:
        sizes = dict(self._groups())
        for group in self._resized:
            if group not in sizes:
                raise _no_group(group, sizes)
        return sizes | self._resized

    def _window(self) -> int:
        return int((self._clock.monotonic() - self._began_at) // self._errors_window_s)

    def _error_headers(self, address: str) -> Headers:
        passed_s = (self._clock.monotonic() - self._began_at) % self._errors_window_s
        remain = max(0, self._errors_allowed - self._errors[address, self._window()])
        return [
            ("X-ESI-Error-Limit-Remain", str(remain)),
            ("X-ESI-Error-Limit-Reset", str(math.ceil(self._errors_window_s - passed_s))),
        ]
