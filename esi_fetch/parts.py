"""Many things, a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

__all__ = ["in_parts"]

T = TypeVar("T")


def in_parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items, in their order, in lists of *size*; the last one may be shorter."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
