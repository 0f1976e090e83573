"""Lists that are walked: by cursor, and by the last id seen.

How they behave is written down in ESI's own documentation: cursor lists are oldest first, a changed record
moves to the end, going back ends with an empty list; an id walk repeats the record it was continued from, or
not, depending on the operation.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from esi_fetch.catalog.operation import Operation, Pagination
from esi_fetch.sandbox.asks import Ask, RefusedError, Reply
from esi_fetch.sandbox.deck import Deck
from esi_fetch.sandbox.dice import mix
from esi_fetch.sandbox.synth import Synthesizer
from esi_fetch.sandbox.times import DAY_S, moment

__all__ = ["CursorWalk", "IdWalk"]

_LIMIT = 10
_FIRST = 1000  # Sequence numbers are never small, so that "0" can't be one.
_STEP_S = 60
_TOMBSTONE = "removed"


def _token(sequence: int) -> str:
    return (
        "1." + base64.b64encode(mix(sequence).to_bytes(8, "big")[:4] + sequence.to_bytes(4, "big")).decode()
    )


def _sequence(token: str) -> int:
    """Return the place a cursor stands for. They are opaque: what the sandbox did not make is refused."""
    try:
        raw = base64.b64decode(token.removeprefix("1."), validate=True)
    except ValueError:
        raw = b""
    sequence = int.from_bytes(raw[4:8], "big")
    if _token(sequence) != token:
        raise RefusedError(400, "Invalid cursor.")
    return sequence


def _walked(operation: Operation) -> tuple[Pagination, Mapping[str, Any]]:
    """Return how an operation is walked, and the schema of its rows."""
    paging, answer = operation.pagination, operation.answer
    if paging is None or answer is None:
        raise LookupError(f"{operation.op_id} is not walked")
    return paging, (answer["properties"][paging.items] if paging.items else answer)["items"]


class CursorWalk:
    """The records of one operation and path, as a cursor walks them.

    Args:
        size: How many records there are in snapshot 0.
        make: Makes the Synthesizer for a path.
        day: Midnight (UTC) of the day the world begins.
    """

    def __init__(self, *, size: int, make: Callable[[Ask], Synthesizer], day: float) -> None:
        self._size = size
        self._make = make
        self._day = day

    def records(self, ask: Ask) -> list[tuple[int, dict[str, Any]]]:
        """Return all records in order with their sequence numbers, oldest change first.

        With every snapshot one record changes and moves to the end, and one is added. Where ESI keeps the
        removed as tombstones, every second change is a removal, and one record was removed from the start.
        """
        _, schema = _walked(ask.operation)
        synthesizer = self._make(ask)
        states = schema.get("properties", {}).get("state", {}).get("enum", ())
        live = next((state for state in ("Active", "listed", "Committed") if state in states), None)

        def record(number: int, sequence: int, state: str | None) -> tuple[int, dict[str, Any]]:
            made = synthesizer.rows(schema, [number])[0]
            if "last_modified" in made:
                made["last_modified"] = moment(self._day - DAY_S + (sequence - _FIRST) * _STEP_S)
            if state is not None:
                made["state"] = state
            return sequence, made

        removable = _TOMBSTONE in states
        middle = self._size // 2
        found = {
            number: record(number, _FIRST + number, _TOMBSTONE if removable and number == middle else live)
            for number in range(self._size)
        }
        for change in range(1, ask.snapshot + 1):
            last = _FIRST + self._size + 2 * change
            victim = mix(change) % self._size
            state = _TOMBSTONE if removable and change % 2 else live
            found[victim] = record(victim, last - 1, state)
            if "progress" in found[victim][1]:
                found[victim][1]["progress"] = _advanced(found[victim][1]["progress"], change)
            newest = self._size + change - 1
            found[newest] = record(newest, last, live)
        return sorted(found.values(), key=lambda pair: pair[0])

    def reply(self, ask: Ask) -> Reply:
        """Answer one step of a walk."""
        before, after = ask.query.get("before"), ask.query.get("after")
        if before is not None and after is not None:
            raise RefusedError(400, "before and after are mutually exclusive.")
        limit = int(ask.query.get("limit", _LIMIT))
        records = self.records(ask)
        if after is not None:
            start = 0 if after == "0" else _sequence(after)
            chosen = [pair for pair in records if pair[0] > start][:limit]
        else:
            end = None if before in (None, "0") else _sequence(str(before))
            chosen = [pair for pair in records if end is None or pair[0] < end][-limit:]
        cursor: dict[str, str] = {}
        if chosen:
            cursor = {"before": _token(chosen[0][0]), "after": _token(chosen[-1][0])}
        elif after is not None:
            cursor = {"after": after}  # Nothing new: whoever polls goes on from where they were.
        name = _walked(ask.operation)[0].items
        return Reply(lambda: {"cursor": cursor, str(name): [record for _, record in chosen]})


def _advanced(progress: Any, change: int) -> Any:
    if isinstance(progress, Mapping):
        return {**progress, "current": change}
    return change


class IdWalk:
    """A list continued from the last id seen; arguments as for :class:`CursorWalk`."""

    _PAGE_SIZE = 50
    _FIRST_ID = 5_000_000_000

    def __init__(self, *, size: int, make: Callable[[Ask], Synthesizer]) -> None:
        self._deck = Deck(size, self._PAGE_SIZE, drift=3)
        self._make = make

    def reply(self, ask: Ask) -> Reply:
        """Answer one step of a walk.

        ``from_id`` repeats the record it names; ``last_mail_id`` and ``max_war_id`` mean strictly below,
        newest first as well; ``from_event`` means strictly after, oldest first.
        """
        paging, schema = _walked(ask.operation)
        parameter, field = paging.parameter, paging.id_field
        mark = ask.query.get(parameter)
        first_id = 1000 if field == "" else self._FIRST_ID
        numbers = list(self._deck.numbers(ask.snapshot))
        ids = {number: first_id + 2 * number for number in numbers}
        if parameter == "from_id":
            # Somebody who buys from their own order has two transactions of one id.
            ids |= {number: ids[number] - 2 for number in numbers if number % 40 == 17 and number - 1 in ids}
            chosen = [n for n in numbers if mark is None or ids[n] <= mark]
        elif parameter == "from_event":
            chosen = [n for n in reversed(numbers) if mark is None or ids[n] > mark]
        else:
            chosen = [n for n in numbers if mark is None or ids[n] < mark]
        chosen = chosen[: self._PAGE_SIZE]
        if not field:
            return Reply(lambda: [ids[number] for number in chosen])
        synthesizer = self._make(ask)

        def rows() -> list[dict[str, Any]]:
            made = synthesizer.rows(schema, chosen)
            return [row | {field: ids[number]} for number, row in zip(chosen, made, strict=True)]

        return Reply(rows)
