"""Walks over operations that hand out their records piece by piece: by cursor, and by the last id seen.

Each piece depends on the one before, so these go one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import orjson

from esi_fetch.catalog import Pagination
from esi_fetch.errors import BrokenBodyError, IncompletePagesError
from esi_fetch.transport import Answer

__all__ = ["walk_cursor", "walk_ids"]

Ask = Callable[[Mapping[str, Any]], Answer]
"""Asks for one piece with these parameters added; raises when it can't be had."""


def walk_cursor(ask: Ask, pagination: Pagination, *, limit: int | None) -> tuple[list[Answer], list[Any]]:
    """Walk back from the newest records to the oldest; return the answers, and the records, oldest first.

    ESI ends a walk with an empty list. A record that changes meanwhile moves to the newer end: what was met
    first is newer and is kept on the way back, and a last look forward catches what moved behind the walk.

    Args:
        ask: Asks for one piece.
        pagination: Names the list and the field that identifies a record.
        limit: Records a request; the fewer requests, the fewer tokens. None leaves it to ESI.

    Raises:
        BrokenBodyError: An answer does not have the list.
        IncompletePagesError: ESI's cursors lead in a circle.
    """
    sized = {} if limit is None else {"limit": limit}
    first = ask(sized)
    answers = [first]
    newest, cursor = _piece(first, pagination)
    older = _follow(ask, pagination, sized, "before", cursor.get("before"), answers) if newest else []
    newer = _follow(ask, pagination, sized, "after", cursor.get("after"), answers) if newest else []
    pieces = [*reversed(older), newest, *newer]  # oldest first, within the pieces too
    kept: dict[Any, Any] = {}
    anonymous = 0
    for record in chain.from_iterable(reversed([list(reversed(piece)) for piece in pieces])):
        identity = record.get(pagination.id_field) if isinstance(record, dict) else None
        if identity is None:
            anonymous += 1
            identity = ("no id", anonymous)
        kept.setdefault(identity, record)
    return answers, list(kept.values())[::-1]


def _follow(
    ask: Ask,
    pagination: Pagination,
    sized: Mapping[str, Any],
    way: str,
    cursor: str | None,
    answers: list[Answer],
) -> list[list[Any]]:
    """Return the pieces in one direction up to the empty one, in the order they came."""
    pieces: list[list[Any]] = []
    seen: set[str] = set()
    while cursor is not None:
        if cursor in seen:
            raise IncompletePagesError(f"the cursors lead in a circle after {len(answers)} requests")
        seen.add(cursor)
        answer = ask({**sized, way: cursor})
        answers.append(answer)
        piece, cursors = _piece(answer, pagination)
        if not piece:
            break
        pieces.append(piece)
        cursor = cursors.get(way)
    return pieces


def _piece(answer: Answer, pagination: Pagination) -> tuple[list[Any], dict[str, str]]:
    """Return the records of one answer, and its cursors by direction."""
    data = answer.data.get()
    records = data.get(pagination.items) if isinstance(data, dict) else None
    if not isinstance(records, list):
        raise BrokenBodyError(f"the answer has no list {pagination.items!r}")
    cursor = data.get("cursor")
    cursors = cursor if isinstance(cursor, dict) else {}
    return records, {way: str(value) for way, value in cursors.items() if value}


def walk_ids(ask: Ask, pagination: Pagination) -> tuple[list[Answer], list[Any]]:
    """Walk on from the last id seen until nothing new comes; return the answers, and all records.

    Some routes repeat the record that the walk goes on from; it is in the result once. Two records may
    share an id all the same (who buys from his own order has two transactions in one), so only what is
    equal throughout counts as repeated.

    Raises:
        BrokenBodyError: An answer is not a list, or its records lack their id.
    """
    answers: list[Answer] = []
    records: list[Any] = []
    seen: set[bytes] = set()
    more: dict[str, Any] = {}
    while True:
        answer = ask(more)
        answers.append(answer)
        piece = answer.data.get()
        if not isinstance(piece, list):
            raise BrokenBodyError(f"the answer should be a list, and is {type(piece).__name__}")
        texts = [orjson.dumps(record) for record in piece]
        new = [record for record, text in zip(piece, texts, strict=True) if text not in seen]
        if not new:
            return answers, records
        records += new
        seen.update(texts)
        ids = [_identity(record, pagination) for record in new]
        # Calendars go forward in time, everything else backward.
        more = {pagination.parameter: max(ids) if pagination.parameter == "from_event" else min(ids)}


def _identity(record: Any, pagination: Pagination) -> int:
    identity = record.get(pagination.id_field) if isinstance(record, dict) else record
    if not isinstance(identity, int):
        raise BrokenBodyError(f"a record has no {pagination.id_field or 'id'}")
    return identity
