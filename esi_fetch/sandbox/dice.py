"""Numbers that look thrown but are the same in every run.

The sandbox's data must be the same for the same seed on every Python version and in every process, and a page
of a thousand rows must not take long to make; ``random`` promises neither the one nor the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Dice", "mix", "seed_of"]

T = TypeVar("T")

_MASK = (1 << 64) - 1


def mix(value: int) -> int:
    """Scramble a whole number into 64 bits (the finalizer of splitmix64): near inputs, far results."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def seed_of(*parts: object) -> int:
    """Return 64 bits that depend on every part, the same in every process (``hash`` is not)."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


class Dice:
    """A source of throws that is fully decided by its seed."""

    __slots__ = ("_state",)

    def __init__(self, *seed: object) -> None:
        self._state = seed_of(*seed)

    def roll(self, sides: int) -> int:
        """Return a whole number from 0 up to, not including, *sides*."""
        self._state = (self._state + 1) & _MASK
        return mix(self._state) % sides

    def between(self, low: int, high: int) -> int:
        """Return a whole number from *low* to *high*, both included."""
        return low + self.roll(high - low + 1)

    def chance(self, percent: int) -> bool:
        """Return True in *percent* of a hundred throws."""
        return self.roll(100) < percent

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the *options*."""
        return options[self.roll(len(options))]
