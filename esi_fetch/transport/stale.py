"""When an expired copy may stand in for an answer: the one rule, for single answers and whole page sets."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from esi_fetch.errors import AnswerError, DowntimeError, LimitWaitError, NoAnswerError

__all__ = ["StaleRule"]

# Besides 5xx. They say nothing about permission, as 401, 403 and 404 do: what ESI refuses to show, or says is
# gone, is never shown from the store.
_LIMITS = frozenset({420, 429})

_NO_ANSWER = (requests.RequestException, NoAnswerError, LimitWaitError, DowntimeError)


@dataclass(frozen=True)
class StaleRule:
    """For what, and for how long, an old copy is better than none.

    Attributes:
        max_age_s: For how many seconds after its expiry a copy may stand in; 0 forbids it.
    """

    max_age_s: float

    def stands_in_for(self, failure: int | Exception | None) -> bool:
        """Return whether a copy may stand in for a failure.

        Args:
            failure: An HTTP status, or what was raised: by requests, or one of ours.
        """
        if isinstance(failure, AnswerError):
            failure = failure.status
        if isinstance(failure, int):
            return failure >= 500 or failure in _LIMITS
        return isinstance(failure, _NO_ANSWER)

    def is_young_enough(self, expires_at: float, *, now: float) -> bool:
        """Return whether a copy that expired at *expires_at* may still stand in at *now*."""
        return self.max_age_s > 0 and now <= expires_at + self.max_age_s
