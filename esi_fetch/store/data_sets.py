"""Data sets that were computed from what ESI said: what is known of one, and the row it is kept as.

They stand beside the entries, so that what took many answers to work out need not be worked out again. Their
data is JSON, gzipped; like everything in a store it is never executed, and is checked when it is read.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite
from typing import Any

import orjson

from esi_fetch.model.body import Body, BodyError

__all__ = [
    "Category",
    "DataSet",
    "data_set_key",
    "data_set_of_row",
    "packed",
    "plain_names",
    "plain_parameters",
]

_SCHEME = b"esi_fetch data set 1\n"

# Data sets are written once and read often, but whoever waits for one has already waited for ESI.
_GZIP_LEVEL = 6


class Category(str, Enum):
    """What makes a data set out of date, and with it when it has to be made again."""

    STATIC = "static"
    """The game itself, which changes with its releases, as the names of regions do."""
    DERIVED = "derived"
    """Made of other data that is kept, so that ESI need not be asked for anything new."""
    DYNAMIC = "dynamic"
    """What players do, which is old after minutes or hours, as a summary of a market is."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """One data set.

    Times are in seconds since the epoch on the local clock.

    Attributes:
        name: What it is: ``region-names``.
        parameters: What it was made for, as JSON has it.
        category: What makes it out of date.
        made_from: The operations it was computed from.
        made_at: When.
        expires_at: Until when it counts as fresh; None when it stays so until it is made again.
        rows: How many rows it has; 1 where the data is no list.
        size: How many bytes it takes on disk.
        decoded_size: How many bytes its JSON has.
        character: Whose private data it holds; None for public data.
        origin: Which ESI it is about, as the store that made it was told.
        about: What else is to be known of it, as whoever made it has put it: how old its parts are, what is
            missing in it.
        data: The data; None in a listing, which decodes nothing.
    """

    name: str
    parameters: Mapping[str, Any]
    category: Category
    made_from: tuple[str, ...]
    made_at: float
    expires_at: float | None
    rows: int
    size: int
    decoded_size: int
    character: int | None = None
    origin: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    data: Any = field(default=None, repr=False)

    @property
    def place(self) -> tuple[str, str, int, str]:
        """Where it stands in a list: by name, parameters, character and origin."""
        return self.name, plain_parameters(self.parameters), self.character or 0, self.origin

    def is_fresh(self, now: float) -> bool:
        """Return whether it may be used as it is, at *now* on the local clock."""
        return self.expires_at is None or now < self.expires_at


def plain_parameters(parameters: Mapping[str, Any] | None) -> str:
    """Return parameters as the JSON text they are kept and compared as; the order of the names is gone.

    Raises:
        TypeError: A value is nothing that JSON knows.
    """
    return orjson.dumps(dict(parameters or {}), option=orjson.OPT_SORT_KEYS).decode()


def plain_names(names: Iterable[str]) -> str:
    """Return names as the JSON text they are kept as, each once, in the order given."""
    return orjson.dumps(list(dict.fromkeys(names))).decode()


def data_set_key(*, name: str, parameters: str, character: int | None, origin: str) -> str:
    """Return the key of a data set: 64 hexadecimal digits; whose it is and which ESI it is of, too."""
    parts = orjson.dumps([name, parameters, character, origin])
    return hashlib.sha256(_SCHEME + parts).hexdigest()


def packed(data: Any) -> tuple[bytes, int]:
    """Return data as gzipped JSON, and how many bytes it has before that.

    Raises:
        TypeError: It is nothing that JSON knows.
    """
    plain = orjson.dumps(data)
    return gzip.compress(plain, _GZIP_LEVEL, mtime=0), len(plain)


def data_set_of_row(key: str, row: Sequence[Any]) -> DataSet | None:
    """Return the data set that a row of a store holds; None when it holds none that could be.

    Args:
        key: Its key.
        row: ``name, parameters, character, origin, category, made_from, made_at, expires_at, rows, decoded,
            about`` and the size of its data, as a stranger may have written them; in a last place the data.
    """
    (
        name,
        parameters,
        character,
        origin,
        category,
        made_from,
        made_at,
        expires_at,
        rows,
        decoded,
        about,
        size,
        *data,
    ) = row
    if not all(isinstance(text, str) for text in (name, parameters, origin, category, made_from)):
        return None
    try:
        kind = Category(category)
        asked, operations = orjson.loads(parameters), orjson.loads(made_from)
        known = {} if about is None else orjson.loads(about)
        value = _unpacked(data[0]) if data else None
    except (TypeError, ValueError):
        return None
    numbers = (made_at, 0.0 if expires_at is None else expires_at)
    fits = (
        isinstance(asked, dict)
        and isinstance(known, dict)
        and isinstance(operations, list)
        and all(isinstance(operation, str) for operation in operations)
        and isinstance(character, int | None)
        and all(isinstance(count, int) and count >= 0 for count in (rows, decoded, size))
        and all(isinstance(number, (int, float)) and isfinite(number) for number in numbers)
    )
    # What stands under another data set's key must not be found as that one.
    if not fits or key != data_set_key(name=name, parameters=parameters, character=character, origin=origin):
        return None
    return DataSet(
        name=name,
        parameters=asked,
        category=kind,
        made_from=tuple(operations),
        made_at=float(made_at),
        expires_at=None if expires_at is None else float(expires_at),
        rows=rows,
        size=size,
        decoded_size=decoded,
        character=character,
        origin=origin,
        about=known,
        data=value,
    )


def _unpacked(wire: object) -> Any:
    if not isinstance(wire, bytes) or not wire:
        raise BodyError("the data is not bytes")
    return Body(wire, "gzip").data()
