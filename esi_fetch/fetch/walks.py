"""Walks over operations that hand out their records piece by piece: by cursor, and by the last id seen.

Each piece depends on the one before, so these go one after another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

from esi_fetch.catalog import Pagination
from esi_fetch.errors import BrokenBodyError, IncompletePagesError
from esi_fetch.model.result import Source
from esi_fetch.transport import Answer

__all__ = ["Walked", "walk_changes", "walk_cursor", "walk_ids"]

Ask = Callable[[Mapping[str, Any]], Answer]
"""Asks for one piece with these parameters added; raises when it can't be had."""


@dataclass(frozen=True)
class Walked:
    """What a walk by cursor brought.

    Attributes:
        answers: The answers, in the order they came.
        records: The records, each once in its newest form, oldest change first.
        cursor: The ``after`` cursor from which what changes later can be asked for: everything up to it is
            among the records. None where there is none: the walk took only the newest, or nothing was there.
    """

    answers: list[Answer]
    records: list[Any]
    cursor: str | None = None


def walk_cursor(
    ask: Ask,
    pagination: Pagination,
    *,
    limits: tuple[int, int] | None,
    max_records: int | None = None,
    again: Ask | None = None,
) -> Walked:
    """Walk back from the newest records to the oldest.

    ESI ends a walk with an empty list. A record that changes meanwhile moves to the newer end: what was met
    first is newer and is kept on the way back, and a last look forward catches what moved behind the walk.

    Args:
        ask: Asks for one piece.
        pagination: Names the list and the field that identifies a record.
        limits: The fewest and the most records a request may ask for; the fewer requests, the fewer tokens.
            None leaves it to ESI.
        max_records: Only so many of the newest; nothing is asked for once they are there. What takes a single
            request needs no look forward either: one answer is true by itself.
        again: Asks ESI for one piece, whatever the store has.

    Raises:
        BrokenBodyError: An answer does not have the list.
        IncompletePagesError: ESI's cursors lead in a circle, or stored pieces belong to different walks.
    """
    walk = _CursorWalk(ask, again or ask, pagination, limits, max_records)
    before = walk.begin()
    if walk.pieces:
        walk.go("before", before)
        if max_records is None or len(walk.answers) > 1:
            walk.go("after", walk.after)
    records = walk.merged()
    if max_records is None:
        return Walked(walk.answers, records, walk.after)
    return Walked(walk.answers, records[-max_records:])


def walk_changes(
    ask: Ask,
    pagination: Pagination,
    *,
    after: str,
    limits: tuple[int, int] | None,
    again: Ask | None = None,
) -> Walked:
    """Walk forward from the cursor that an earlier walk ended with; arguments and errors as there.

    Records that were removed are records too where ESI says so (``state: removed``).
    """
    walk = _CursorWalk(ask, again or ask, pagination, limits, None, after=after)
    walk.go("after", after)
    return Walked(walk.answers, walk.merged(), walk.after)


@dataclass
class _CursorWalk:
    """A walk by cursor under way.

    Attributes:
        most: How many records are wanted; None for all.
        after: The newest ``after`` cursor up to which everything has been seen.
        pieces: What came, oldest first, within the pieces too.
    """

    ask: Ask
    again: Ask
    pagination: Pagination
    limits: tuple[int, int] | None
    most: int | None
    after: str | None = None
    answers: list[Answer] = field(default_factory=list)
    pieces: deque[list[Any]] = field(default_factory=deque)

    def begin(self) -> str | None:
        """Ask for the newest piece; return the cursor that leads back."""
        piece, cursors = self._asked({}, self.ask)
        if piece:
            self.pieces.append(piece)
            self.after = cursors.get("after")
        return cursors.get("before")

    def go(self, way: str, cursor: str | None) -> None:
        """Follow the cursors in one direction up to the empty piece, or until enough has come."""
        met: set[str] = set()
        while cursor is not None and not (way == "before" and self._wanted() == 0):
            if cursor in met:
                raise IncompletePagesError(f"the cursors lead in a circle after {len(self.answers)} requests")
            met.add(cursor)
            piece, cursors = self._asked({way: cursor}, self.ask)
            if way == "after" and self._is_outdated():
                # A record that moved since then may be in none of the pieces: the way forward must not be
                # older than what lies behind it.
                self.answers.pop()
                piece, cursors = self._asked({way: cursor}, self.again)
                if self._is_outdated():
                    raise IncompletePagesError("the pieces in the store belong to different walks")
            if not piece:
                return
            cursor = cursors.get(way)
            if way == "after":
                self.pieces.append(piece)
                self.after = cursor or self.after
            else:
                self.pieces.appendleft(piece)

    def merged(self) -> list[Any]:
        """Return each record once, in its newest form."""
        newest_first = chain.from_iterable(reversed(piece) for piece in reversed(self.pieces))
        kept: dict[Any, Any] = {}
        for identity, record in self._identified(newest_first):
            kept.setdefault(identity, record)
        return list(kept.values())[::-1]

    def _wanted(self) -> int | None:
        """Return how many records are still wanted; None for all."""
        if self.most is None:
            return None
        return max(0, self.most - len(dict(self._identified(chain.from_iterable(self.pieces)))))

    def _identified(self, records: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
        for number, record in enumerate(records):
            identity = record.get(self.pagination.id_field) if isinstance(record, dict) else None
            # What can't be told apart is not taken for the same.
            yield ("no id", number) if identity is None else identity, record

    def _asked(self, steer: Mapping[str, str], ask: Ask) -> tuple[list[Any], dict[str, str]]:
        sized: dict[str, Any] = dict(steer)
        if self.limits is not None:
            least, largest = self.limits
            sized["limit"] = max(least, min(largest, self._wanted() or self.most or largest))
        answer = ask(sized)
        self.answers.append(answer)
        return _piece(answer, self.pagination)

    def _is_outdated(self) -> bool:
        """Return whether the last answer is a stored one that is older than another one."""
        *others, last = self.answers
        # What ESI has just said is never outdated, whatever a clock that was set meanwhile makes of it.
        if last.source not in (Source.LOCAL, Source.STALE):
            return False
        return any(other.fetched_at > last.fetched_at for other in others)


def _piece(answer: Answer, pagination: Pagination) -> tuple[list[Any], dict[str, str]]:
    """Return the records of one answer, and its cursors by direction."""
    data = answer.data.get()
    records = data.get(pagination.items) if isinstance(data, dict) else None
    if not isinstance(records, list):
        raise BrokenBodyError(f"the answer has no list {pagination.items!r}")
    cursor = data.get("cursor")
    cursors = cursor if isinstance(cursor, dict) else {}
    return records, {way: str(value) for way, value in cursors.items() if value}


def walk_ids(
    ask: Ask, pagination: Pagination, *, until: int | None = None, max_records: int | None = None
) -> tuple[list[Answer], list[Any]]:
    """Walk on from the last id seen until nothing new comes; return the answers, and all records.

    Some routes repeat the record that the walk goes on from; it is in the result once. Two records may
    share an id all the same (who buys from his own order has two transactions in one), so only what is
    equal throughout counts as repeated.

    Args:
        ask: Asks for one piece.
        pagination: Names the parameter and the field that identifies a record.
        until: The last id wanted, itself included; None for all. Where ids are in order it need not exist.
        max_records: Only so many, from the beginning of the walk; None for all.

    Raises:
        BrokenBodyError: An answer is not a list, or its records lack their id.
        IncompletePagesError: ESI's answers lead back to where the walk has been.
    """
    # A calendar goes forward in the order in which events begin, whatever their ids; all else from the
    # highest id down.
    ordered = pagination.parameter != "from_event"
    answers: list[Answer] = []
    records: list[Any] = []
    seen: set[bytes] = set()
    mark: int | None = None
    marks: set[int] = set()
    while True:
        answer = ask({} if mark is None else {pagination.parameter: mark})
        answers.append(answer)
        piece = answer.data.get()
        if not isinstance(piece, list):
            raise BrokenBodyError(f"the answer should be a list, and is {type(piece).__name__}")
        texts = [orjson.dumps(record) for record in piece]
        new = [record for record, text in zip(piece, texts, strict=True) if text not in seen]
        if not new:
            return answers, records
        seen.update(texts)
        ids = [_identity(record, pagination) for record in new]
        records += new if until is None else _up_to(until, new, ids, ordered=ordered)
        edge = min(ids) if ordered else ids[-1]
        if max_records is not None and len(records) >= max_records:
            return answers, records[:max_records]
        if until is not None and (_is_past(edge, until, pagination) if ordered else until in ids):
            return answers, records
        if edge == mark:  # asking the same again brings the same
            return answers, records
        if edge in marks or (mark is not None and ordered and edge > mark):
            raise IncompletePagesError(f"the ids lead in a circle after {len(answers)} requests")
        mark = edge
        marks.add(edge)


def _up_to(until: int, records: list[Any], ids: list[int], *, ordered: bool) -> list[Any]:
    """Return the records of a piece up to the one that is the last wanted."""
    if ordered:
        return [record for record, identity in zip(records, ids, strict=True) if identity >= until]
    return records[: ids.index(until) + 1] if until in ids else records


def _is_past(edge: int, until: int, pagination: Pagination) -> bool:
    """Return whether nothing down to *until* can follow on *edge*."""
    # Transactions may share an id, and a piece may end between two of them.
    return edge < until or (edge == until and pagination.parameter != "from_id")


def _identity(record: Any, pagination: Pagination) -> int:
    identity = record.get(pagination.id_field) if isinstance(record, dict) else record
    if not isinstance(identity, int):
        raise BrokenBodyError(f"a record has no {pagination.id_field or 'id'}")
    return identity
