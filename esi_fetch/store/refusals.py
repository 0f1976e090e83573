"""Remembered refusals: requests that ESI has answered with a 403 or 404, and when.

Each of those spends five tokens, or a hundredth of the error limit of the address, and a script that is run
every minute would ask the same again every minute.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

import orjson

__all__ = [
    "Refusal",
    "RefusalKeeper",
    "RefusalMemory",
    "parameters_text",
    "read_parameters",
    "refusal_of_row",
]

# Beyond this many the oldest go. A run over a list of ids that are all gone must not fill the memory.
_MANY_REFUSALS = 20_000

# A message longer than this is no sentence for people.
_LONGEST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One request that was refused.

    Attributes:
        key: Its :func:`~esi_fetch.store.keys.entry_key`.
        op_id: The operation.
        url: The request's URL; it never holds a token.
        character: Whose token the request carried; None for a request without one.
        status: HTTP status.
        message: ESI's own words.
        answered_at: When it was answered, in seconds since the epoch on the local clock.
        parameters: The operation's parameters; None where they are not known.
    """

    key: str
    op_id: str
    url: str
    character: int | None
    status: int
    message: str
    answered_at: float
    parameters: Mapping[str, Any] | None = None

    def holds(self, now: float, *, for_s: float) -> bool:
        """Return whether it was answered within the last *for_s* seconds before *now*.

        One that lies in the future comes from a clock that has been set back since, and says nothing.
        """
        return 0 <= now - self.answered_at < for_s


class RefusalKeeper(Protocol):
    """Where refusals are kept; :class:`~esi_fetch.store.LocalStore` is one too."""

    def find_refusal(self, key: str) -> Refusal | None:
        """Return what is kept under *key*, however old; None when there is nothing."""
        ...

    def save_refusal(self, refusal: Refusal, *, forget_before: float) -> bool:
        """Keep one, in place of the one with its key, and forget those answered before a moment."""
        ...

    def drop_refusal(self, key: str) -> None:
        """Forget the one with that key, if any."""
        ...

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another."""
        ...


class RefusalMemory:
    """Refusals of one client that keeps nothing on disk; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refusals: dict[str, Refusal] = {}  # in the order in which they were answered

    def find_refusal(self, key: str) -> Refusal | None:
        """Return what is kept under *key*, however old; None when there is nothing."""
        with self._lock:
            return self._refusals.get(key)

    def save_refusal(self, refusal: Refusal, *, forget_before: float) -> bool:
        """Keep one, in place of the one with its key, and forget those answered before a moment."""
        with self._lock:
            self._refusals.pop(refusal.key, None)
            self._refusals[refusal.key] = refusal
            while self._refusals:
                oldest = next(iter(self._refusals.values()))
                if oldest.answered_at >= forget_before and len(self._refusals) <= _MANY_REFUSALS:
                    break
                del self._refusals[oldest.key]
            return True

    def drop_refusal(self, key: str) -> None:
        """Forget the one with that key, if any."""
        with self._lock:
            self._refusals.pop(key, None)

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another."""
        with self._lock:
            found = [self._refusals[key] for key in keys if key in self._refusals]
        return {refusal.key for refusal in found if after < refusal.answered_at <= until}

    def __repr__(self) -> str:
        return f"RefusalMemory({len(self._refusals)} refusals)"


def refusal_of_row(key: str, row: tuple[Any, ...]) -> Refusal | None:
    """Return the refusal that a row of a store holds; None when it holds none that could be.

    Args:
        key: Its key.
        row: ``op_id, url, character, status, message, answered_at, parameters``, as a stranger may have
            written them.
    """
    op_id, url, character, status, message, answered_at, parameters = row
    if not all(isinstance(text, str) for text in (op_id, url, message)) or status not in (403, 404):
        return None
    if not isinstance(character, int | None) or not isinstance(answered_at, (int, float)):
        return None
    if not isfinite(answered_at):
        return None
    return Refusal(
        key=key,
        op_id=op_id,
        url=url,
        character=character,
        status=int(status),
        message=message[:_LONGEST_MESSAGE],
        answered_at=float(answered_at),
        parameters=read_parameters(parameters),
    )


def parameters_text(parameters: Mapping[str, Any] | None) -> str | None:
    """Return parameters as the JSON text they are kept as; None for none that are known."""
    return None if parameters is None else orjson.dumps(dict(parameters)).decode()


def read_parameters(text: object) -> dict[str, Any] | None:
    """Return the parameters that a text holds; None when it holds none."""
    if not isinstance(text, str):
        return None
    try:
        parameters = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return parameters if isinstance(parameters, dict) else None
