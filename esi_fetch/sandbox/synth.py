"""Data made up from an answer's schema, for every operation nobody wrote data for.

It keeps to the schema (types, formats, enums, bounds, required members), repeats what the path named, gives
rows ids of their own, and takes ids of known kinds from the sandbox's world, so that they lead somewhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from esi_fetch.sandbox.dice import Dice, seed_of
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.names import spell
from esi_fetch.sandbox.people import ALLIANCES, CHARACTERS, CORPORATIONS, FACTIONS
from esi_fetch.sandbox.places import universe
from esi_fetch.sandbox.times import DAY_S, moment

__all__ = ["Synthesizer"]

_LARGE_POOL = 1000

# Which ids a member of that name refers to; the longest ending that fits counts.
_KINDS: Mapping[str, str] = {
    "type_id": "type",
    "character_id": "character",
    "corporation_id": "corporation",
    "alliance_id": "alliance",
    "faction_id": "faction",
    "region_id": "region",
    "constellation_id": "constellation",
    "system_id": "system",
    "station_id": "station",
    "location_id": "station",
    "facility_id": "station",
    "issuer_id": "character",
    "creator_id": "character",
    "sender_id": "character",
    "seller_id": "character",
    "recipient_id": "character",
    "client_id": "character",
    "ceo_id": "character",
    "from": "character",
    "issued_by": "character",
    "race_id": "race",
    "bloodline_id": "bloodline",
    "division": "division",
    "wallet_division": "division",
}


# Between what numbers usually lie, by the last word of their names.
_USUAL: Mapping[str, tuple[float, float]] = {
    "efficiency": (0, 1),
    "index": (0, 0.2),
    "multiplier": (1, 5),
    "penalty": (0, 1),
    "rate": (0, 0.2),
    "standing": (-10, 10),
    "status": (-10, 5),
    "tax": (0, 0.2),
    "influence": (0, 1),
}


def _pool(kind: str) -> Sequence[int]:
    pools: Mapping[str, Sequence[int]] = {
        "type": goods().on_market,
        "character": CHARACTERS,
        "corporation": CORPORATIONS,
        "alliance": ALLIANCES,
        "faction": list(FACTIONS),
        "region": list(universe().regions),
        "constellation": list(universe().constellations),
        "system": list(universe().systems),
        "station": list(universe().stations),
        "race": (1, 2, 4, 8),
        "bloodline": range(1, 15),
        "division": range(1, 8),
    }
    return pools[kind]


def _kind_of(name: str) -> str | None:
    parts = name.split("_")
    for start in range(len(parts)):
        kind = _KINDS.get("_".join(parts[start:]))
        if kind is not None:
            return kind
    return None


class Synthesizer:
    """Makes values for one answer.

    Args:
        seed: Whatever decides the answer: the same parts give the same data.
        day: Midnight (UTC) of the day the world begins; times lie around it.
        known: Members whose values are settled: the path's parameters.
        id_field: The member that identifies a row of the answer, where that is known.
    """

    def __init__(
        self, *seed: object, day: float, known: Mapping[str, Any], id_field: str | None = None
    ) -> None:
        self._seed = seed
        self._day = day
        self._known = known
        self._id_field = id_field
        # Rows of one answer get neighbouring ids from here on.
        self._first_id = 10**9 + seed_of(*seed) % 10**9

    def answer(self, schema: Mapping[str, Any], *, rows: int = 5) -> Any:
        """Make the whole answer; a list gets that many rows."""
        if schema.get("type") == "array":
            return self.rows(schema["items"], range(rows))
        return self._value(schema, Dice(*self._seed), "", self._known, None)

    def rows(self, schema: Mapping[str, Any], numbers: Sequence[int]) -> list[Any]:
        """Make the rows of those numbers; a row depends on its number alone, and so does its id."""
        return [self._value(schema, Dice(*self._seed, number), "", self._known, number) for number in numbers]

    def _value(
        self, schema: Mapping[str, Any], dice: Dice, name: str, known: Mapping[str, Any], row: int | None
    ) -> Any:
        if "oneOf" in schema or "anyOf" in schema:
            chosen = dice.pick(schema.get("oneOf") or schema["anyOf"])
            # The alternatives name their one member without requiring it; an empty object would be none of
            # them.
            return self._value(
                {"required": list(chosen.get("properties", ())), **chosen}, dice, name, known, row
            )
        if "enum" in schema:
            return dice.pick(schema["enum"])
        kind = schema.get("type")
        if kind == "object" or "properties" in schema or "additionalProperties" in schema:
            return self._object(schema, dice, known, row)
        if kind == "array":
            return self._array(schema, dice, name)
        if kind == "integer":
            return self._integer(schema, dice, name, row)
        if kind == "number":
            return self._number(schema, dice, name)
        if kind == "boolean":
            return dice.chance(50)
        if kind == "string":
            return self._string(schema, dice, name, row)
        return {}

    def _object(
        self, schema: Mapping[str, Any], dice: Dice, known: Mapping[str, Any], row: int | None
    ) -> dict[str, Any]:
        required = schema.get("required", ())
        made: dict[str, Any] = {}
        for name, member in schema.get("properties", {}).items():
            settled = known.get(name)
            if settled is not None and isinstance(settled, str) == (member.get("type") == "string"):
                made[name] = settled
                continue
            if name not in required and not dice.chance(70):
                continue
            # Members that only sometimes apply are sent when they are true, and left out otherwise.
            if name not in required and member.get("type") == "boolean":
                made[name] = True
                continue
            made[name] = self._value(member, dice, name, {}, row)
        more = schema.get("additionalProperties")
        if isinstance(more, Mapping):
            for number in range(2):
                made.setdefault(f"member_{number + 1}", self._value(more, dice, "", {}, None))
        return made

    def _array(self, schema: Mapping[str, Any], dice: Dice, name: str) -> list[Any]:
        low = schema.get("minItems", 1)
        count = dice.between(low, max(low, min(schema.get("maxItems", 3), 3)))
        singular = name.removesuffix("s")
        made: list[Any] = []
        for number in range(count):
            value = self._value(schema["items"], dice, singular, {}, number)
            if value not in made or not schema.get("uniqueItems"):
                made.append(value)
        return made

    def _integer(self, schema: Mapping[str, Any], dice: Dice, name: str, row: int | None) -> int:
        kind = _kind_of(name)
        if kind is not None:
            pool = _pool(kind)
            # Rows walk through the pool, so that lists that name each of a kind once do so; a field that
            # tells rows apart needs a pool that no list walks to its end.
            if name != self._id_field or len(pool) >= _LARGE_POOL:
                offset = seed_of(*self._seed, name) % len(pool)
                return pool[(offset + (dice.roll(1000) if row is None else row)) % len(pool)]
        if name.endswith("_id") or name in ("id", self._id_field) or (name == "" and row is not None):
            return self._first_id + (dice.roll(10**6) if row is None else row)
        low = schema.get("minimum", 0)
        return dice.between(low, schema.get("maximum", max(low, 0) + 1000))

    @staticmethod
    def _number(schema: Mapping[str, Any], dice: Dice, name: str) -> float:
        low, high = _USUAL.get(name.rsplit("_", 1)[-1], (0, 1_000_000))
        low, high = schema.get("minimum", low), schema.get("maximum", high)
        return round(float(low + (high - low) * dice.roll(10**6) / 10**6), 2)

    def _string(self, schema: Mapping[str, Any], dice: Dice, name: str, row: int | None) -> str:
        form = schema.get("format")
        if form in ("date-time", "date"):
            later = any(word in name for word in ("expir", "end", "finish", "until", "next"))
            seconds = self._day + dice.roll(30 * DAY_S) * (1 if later else -1)
            return moment(seconds)[: 10 if form == "date" else None]
        if form == "uuid":
            where = dice.roll(2**60) if row is None else seed_of(*self._seed, row, name)
            return str(uuid.UUID(int=seed_of("uuid", where) << 64 | where, version=4))
        if name.endswith("hash"):
            return "".join(f"{dice.roll(2**32):08x}" for _ in range(5))
        text = spell(dice.roll(10**10))
        text = text.ljust(schema.get("minLength", 0), "o")
        return text[: schema.get("maxLength", len(text))]
