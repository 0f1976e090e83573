"""Bookmarks: how far a list has been read, and which list that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from esi_fetch.store.refusals import read_parameters

__all__ = ["KeptBookmark", "bookmark_of_row"]


@dataclass(frozen=True, slots=True)
class KeptBookmark:
    """What a bookmark is of.

    Attributes:
        key: What is read.
        op_id: The operation; None where a version before this one has kept it.
        parameters: The operation's parameters; None where they are not known.
        character: Whose list it is; None for a public one, and where the operation is not known.
        kept_at: When that place was last reached, in seconds since the epoch on the local clock.
    """

    key: str
    op_id: str | None
    parameters: Mapping[str, Any] | None
    character: int | None
    kept_at: float


def bookmark_of_row(row: Sequence[Any]) -> KeptBookmark:
    """Return what a row of a store says; what a stranger has made senseless of it counts as not known.

    Args:
        row: ``key, op_id, parameters, character, kept_at``.
    """
    key, op_id, parameters, character, kept_at = row
    return KeptBookmark(
        key=str(key),
        op_id=op_id if isinstance(op_id, str) else None,
        parameters=read_parameters(parameters),
        character=character if isinstance(character, int) else None,
        kept_at=float(kept_at) if isinstance(kept_at, (int, float)) and isfinite(kept_at) else 0.0,
    )
