"""Bodies as they go over the wire, made once.

Encoding and packing a page of a thousand orders takes longer than everything else a request costs. What is
the same for the same seed, day and snapshot is the same for every sandbox of the process, so they share the
shelf.
"""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

__all__ = ["Body", "Shelf", "shelf"]

_PACK_FROM = 500  # bytes; smaller bodies are sent as they are
_SHELF_BYTES = 64_000_000


@dataclass(frozen=True)
class Body:
    """A JSON body; one that is worth packing is kept packed only, which is a fifth of the size.

    Attributes:
        wire: The bytes, packed with gzip or not.
        packed: Whether they are.
    """

    wire: bytes
    packed: bool

    @classmethod
    def of(cls, data: Any) -> Body:
        """Encode data; None is an empty body."""
        plain = b"" if data is None else orjson.dumps(data)
        if len(plain) < _PACK_FROM:
            return cls(plain, packed=False)
        return cls(gzip.compress(plain, compresslevel=6, mtime=0), packed=True)


class Shelf:
    """Keeps the bodies used last; threads may share it.

    Args:
        size: How many bytes of bodies it keeps.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._bodies: OrderedDict[tuple[object, ...], Body] = OrderedDict()
        self._kept = 0

    def get(self, key: tuple[object, ...], make: Callable[[], Any]) -> tuple[Body, bool]:
        """Return the body of that key, made now if need be, and whether it was there.

        Two threads that ask for a new one at once both make it: holding a lock meanwhile would make every
        other request wait.
        """
        with self._lock:
            found = self._bodies.get(key)
            if found is not None:
                self._bodies.move_to_end(key)
                return found, True
        made = Body.of(make())
        with self._lock:
            if key not in self._bodies:
                self._bodies[key] = made
                self._kept += len(made.wire)
            while self._kept > self._size:
                _, dropped = self._bodies.popitem(last=False)
                self._kept -= len(dropped.wire)
        return made, False


shelf = Shelf(_SHELF_BYTES)
