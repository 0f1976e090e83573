"""What the rows of a set of pages say: how many there are, and whether one stands in them twice.

That takes every page decoded. So a set that was looked through keeps the proof of it with its first page, and
as long as its pages have the same bodies nobody needs to look again.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from esi_fetch.errors import BrokenBodyError
from esi_fetch.store import Proof
from esi_fetch.transport import Answer

__all__ = ["RowCheck", "digest_of", "proof_of", "rows_of"]


class RowCheck:
    """Looks into the pages of one set, into each once; of different threads into different ones.

    Args:
        id_field: The field that identifies a row, ``""`` when rows are plain ids, None when they have no id.
        keeps_decoded: Whether pages stay decoded.
    """

    def __init__(self, id_field: str | None, *, keeps_decoded: bool) -> None:
        self._id_field = id_field
        self._keeps_decoded = keeps_decoded
        self._ids: dict[int, Sequence[int | str]] = {}
        self._counts: dict[int, int] = {}

    def forget(self, number: int) -> None:
        """Forget a page that was fetched again."""
        self._ids.pop(number, None)

    def look_into(self, number: int, answer: Answer) -> None:
        """Take a page's ids, and count its rows.

        Raises:
            BrokenBodyError: It is not a list.
        """
        rows = rows_of(answer)
        self._counts[number], self._ids[number] = len(rows), self._ids_in(rows)
        if not self._keeps_decoded:
            answer.data.forget()

    def count(self, answers: Sequence[Answer]) -> int:
        """Return how many rows a set has.

        Raises:
            BrokenBodyError: A page is not a list.
        """
        self._look_into_all(answers)
        return sum(self._counts[number] for number in range(1, len(answers) + 1))

    def stand_twice(self, answers: Sequence[Answer]) -> bool:
        """Return whether any row's id stands in a set twice.

        Raises:
            BrokenBodyError: A page is not a list.
        """
        self._look_into_all(answers)
        of_pages = [self._ids[number] for number in range(1, len(answers) + 1)]
        return len(set(chain.from_iterable(of_pages))) < sum(map(len, of_pages))

    def _look_into_all(self, answers: Sequence[Answer]) -> None:
        for number, answer in enumerate(answers, start=1):
            if number not in self._ids:
                self.look_into(number, answer)

    def _ids_in(self, rows: Sequence[Any]) -> Sequence[int | str]:
        """Return the ids of a page's rows, those that have one; numbers in as little memory as they need."""
        field = self._id_field
        if field is None:
            return ()
        try:
            # Without a step of the interpreter's for each row: this is done for every row there is.
            return array("q", map(itemgetter(field), rows) if field else rows)
        except (KeyError, TypeError, OverflowError):
            ids: list[Any] = [row.get(field) if isinstance(row, dict) else row for row in rows]
            return [identity for identity in ids if isinstance(identity, (int, str))]


def rows_of(answer: Answer | None) -> list[Any]:
    """Return the rows of one page; none for a 204.

    Raises:
        BrokenBodyError: The page is not a list.
    """
    if answer is not None and answer.status == 204:
        return []
    rows = None if answer is None else answer.data.get()
    if not isinstance(rows, list):
        raise BrokenBodyError(f"a page should be a list of rows, and is {type(rows).__name__}")
    return rows


def proof_of(answers: Sequence[Answer]) -> Proof | None:
    """Return the proof that a set is whole; None where there is none, or it is of other bodies."""
    proof = answers[0].proof
    return proof if proof is not None and proof.digest == digest_of(answers) else None


def digest_of(answers: Sequence[Answer]) -> str | None:
    """Return what tells the bodies of a set from all others; None where one of them is not kept."""
    bodies = [answer.body for answer in answers]
    return None if None in bodies else hashlib.sha256(repr(bodies).encode()).hexdigest()
