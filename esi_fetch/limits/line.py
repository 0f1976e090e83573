"""Those who wait, in the order in which they came.

The rule: nobody may pass someone who waits for a thing that he needs too. A request whose bucket is empty
holds up the requests of that bucket that came after it, and no others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

__all__ = ["Line", "Place"]


class Place:
    """One waiter's place.

    Attributes:
        keys: The books it needs.
        waits_for: The one among them that it waits for now.
        wake: Set when it should look again.
    """

    __slots__ = ("keys", "waits_for", "wake")

    def __init__(self, keys: frozenset[str], waits_for: str) -> None:
        self.keys = keys
        self.waits_for = waits_for
        self.wake = threading.Event()


class Line:
    """All who wait, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: list[Place] = []

    def __bool__(self) -> bool:
        return bool(self._places)

    def ahead_of_newcomer(self, keys: frozenset[str]) -> str | None:
        """Return the book for which somebody who came earlier waits, and which is among *keys*."""
        with self._lock:
            return next((place.waits_for for place in self._places if place.waits_for in keys), None)

    def join(self, keys: frozenset[str], *, waits_for: str) -> Place:
        """Take the last place."""
        place = Place(keys, waits_for)
        with self._lock:
            self._places.append(place)
        return place

    def ahead_of(self, place: Place) -> str | None:
        """Return the book for which somebody ahead of *place* waits and which it needs too; None if first."""
        with self._lock:
            for other in self._places[: self._places.index(place)]:
                if other.waits_for in place.keys:
                    place.waits_for = other.waits_for
                    return other.waits_for
        return None

    def waits_for(self, place: Place, key: str) -> None:
        """Note what *place* waits for, and wake those whom it held up until now and does no longer."""
        with self._lock:
            before, place.waits_for = place.waits_for, key
            if before != key:
                self._wake_first(lambda other: before in other.keys, but=place)

    def leave(self, place: Place) -> None:
        """Give up a place, and wake those whom it held up."""
        with self._lock:
            self._places.remove(place)
            self._wake_first(lambda other: place.waits_for in other.keys)

    def wake(self, keys: Collection[str]) -> None:
        """Wake those who are next for one of the books *keys*, in which something has changed."""
        with self._lock:
            self._wake_first(lambda other: other.waits_for in keys)

    def _wake_first(self, concerned: Callable[[Place], bool], *, but: Place | None = None) -> None:
        # Only those whom nobody holds up: waking all of a long line to let one through is a stampede.
        held: set[str] = set()
        for place in self._places:
            if place is not but and held.isdisjoint(place.keys) and concerned(place):
                place.wake.set()
            held.add(place.waits_for)
