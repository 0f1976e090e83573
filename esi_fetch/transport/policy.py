"""When a failed attempt is worth another one: a pure decision, with urllib3's ``Retry`` as the policy.

``Retry`` mounted in the usual way repeats requests below everything that wraps the session, so that those
attempts would pass the limits and the observers by, and it does not repeat a body that breaks off. Here it
is only asked; :mod:`esi_fetch.transport.adapter` makes the attempts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from urllib3.exceptions import MaxRetryError
from urllib3.util import Retry

__all__ = ["Failure", "Verdict", "judge", "retry_policy"]

# CCP asks to repeat 429, 502, 503 and 504 later; 420 is the older limit's 429. A 500 is often a passing
# fault of the game server. 520 is its spam protection: repeating makes it worse.
_REFUSED_UNREAD = frozenset({420, 429})
_PASSING = frozenset({500, 502, 503, 504})

# A pause before the first repetition, which Retry does not make: a server that has just failed
# rarely recovers within a millisecond, and every failure spends the shared error budget.
_FIRST_PAUSE_S = (0.1, 0.4)
_LONGEST_RETRY_AFTER_S = 120.0


@dataclass(frozen=True)
class Failure:
    """An attempt that brought nothing usable.

    Attributes:
        reason: What went wrong, in words.
        status: HTTP status; None when there was no answer.
        reached: Whether the request may have reached the server.
        permanent: Whether it would fail again in the same way, such as a bad certificate.
        retry_after_s: Seconds the server asked to wait, where it said so.
        error: The exception behind it.
    """

    reason: str
    status: int | None = None
    reached: bool = True
    permanent: bool = False
    retry_after_s: float | None = None
    error: Exception | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether to try again, after how many seconds, and the policy for the time after that."""

    again: bool
    pause_s: float
    policy: Retry


def retry_policy(retries: int) -> Retry:
    """Return a policy of at most *retries* repetitions, with jittered, growing pauses."""
    return Retry(
        total=retries,
        status_forcelist=_REFUSED_UNREAD | _PASSING,
        allowed_methods=None,  # whether a method may be repeated is the operation's own fact
        backoff_factor=0.5,
        backoff_max=30,
        backoff_jitter=0.5,
        respect_retry_after_header=False,  # it raises on values that are not whole seconds or dates
        raise_on_status=False,
    )


def judge(policy: Retry, failure: Failure, *, method: str, repeatable: bool) -> Verdict:
    """Decide whether a failed attempt is made again.

    What writes is never sent twice once it may have arrived: only a refusal by a limit (420, 429), or a
    connection that was never made, shows that it did not.
    """
    never = Verdict(False, 0.0, policy)
    harmless = repeatable or not failure.reached or failure.status in _REFUSED_UNREAD
    if failure.permanent or not harmless:
        return never
    # 200 stands for a success whose body was unusable; everything else must be on the policy's list.
    if failure.status is not None and failure.status >= 300 and not policy.is_retry(method, failure.status):
        return never
    try:
        policy = policy.increment(method, url="", error=failure.error or RuntimeError(failure.reason))
    except MaxRetryError:
        return never
    if failure.status in _REFUSED_UNREAD:
        return Verdict(True, 0.0, policy)  # the limits have noted for how long this is blocked
    pause_s = policy.get_backoff_time() or random.uniform(*_FIRST_PAUSE_S)  # noqa: S311 - jitter
    if failure.retry_after_s is not None:
        pause_s = max(pause_s, min(failure.retry_after_s, _LONGEST_RETRY_AFTER_S))
    return Verdict(True, pause_s, policy)
