"""The people of the sandbox: every id of the ranges the game uses is somebody, always the same.

Characters belong to corporations, those to alliances, and the lists agree with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esi_fetch.sandbox.dice import Dice, mix
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.names import spell, unspell
from esi_fetch.sandbox.places import universe

__all__ = [
    "ALLIANCES",
    "CHARACTERS",
    "CORPORATIONS",
    "FACTIONS",
    "affiliation",
    "alliance",
    "character",
    "corporation",
    "employer",
    "find",
    "members",
    "name",
]

CHARACTERS = range(90_000_000, 98_000_000)
_LATER_CHARACTERS = range(2_100_000_000, 2_148_000_000)  # Ids went past 98 million years ago.
CORPORATIONS = range(98_000_000, 98_000_040)
_NPC_CORPORATIONS = range(1_000_002, 1_000_200)
ALLIANCES = range(99_000_000, 99_000_008)
FACTIONS: Mapping[int, str] = {
    500001: "Caldari State",
    500002: "Minmatar Republic",
    500003: "Amarr Empire",
    500004: "Gallente Federation",
}


def _is_character(some_id: int) -> bool:
    return some_id in CHARACTERS or some_id in _LATER_CHARACTERS


def _is_corporation(some_id: int) -> bool:
    return some_id in CORPORATIONS or some_id in _NPC_CORPORATIONS


def employer(character_id: int) -> int:
    """Return the corporation a character is in."""
    return CORPORATIONS[mix(character_id) % len(CORPORATIONS)]


def alliance_of(corporation_id: int) -> int | None:
    """Return the alliance a corporation is in; None for the independent and the state's own."""
    if corporation_id not in CORPORATIONS or corporation_id % 5 == 0:
        return None
    return ALLIANCES[corporation_id % len(ALLIANCES)]


def members(alliance_id: int) -> list[int] | None:
    """Return the corporations of an alliance; None when there is no such alliance."""
    if alliance_id not in ALLIANCES:
        return None
    return [corporation_id for corporation_id in CORPORATIONS if alliance_of(corporation_id) == alliance_id]


def affiliation(character_id: int) -> dict[str, Any] | None:
    """Return where a character belongs; None when there is no such character."""
    if not _is_character(character_id):
        return None
    found = {"character_id": character_id, "corporation_id": employer(character_id)}
    alliance_id = alliance_of(found["corporation_id"])
    return found | ({"alliance_id": alliance_id} if alliance_id else {})


def character(character_id: int, *, older: bool = False) -> dict[str, Any] | None:
    """Describe a character; None when there is no such. *older* is the form before 2026-06-09."""
    belongs = affiliation(character_id)
    if belongs is None:
        return None
    dice = Dice("character", character_id)
    described = {key: value for key, value in belongs.items() if key != "character_id"} | {
        "birthday": f"{dice.between(2004, 2025)}-{dice.between(1, 12):02}-{dice.between(1, 28):02}T11:51:00Z",
        "bloodline_id": dice.between(1, 14),
        "gender": dice.pick(["male", "female"]),
        "name": spell(character_id),
        "race_id": dice.pick([1, 2, 4, 8]),
        "security_status": dice.between(-1000, 500) / 100,
    }
    if dice.chance(30):
        described["title" if older else "corporation_title"] = "Quartermaster"
    if not older:
        described["achievement_score"] = dice.between(0, 5000)
    return described | {"description": ""}


def corporation(corporation_id: int, *, older: bool = False) -> dict[str, Any] | None:
    """Describe a corporation; None when there is no such. *older* is the form before 2026-07-21."""
    if not _is_corporation(corporation_id):
        return None
    dice = Dice("corporation", corporation_id)
    label, npc = spell(corporation_id), corporation_id in _NPC_CORPORATIONS
    tax, ceo = dice.between(0, 20) / 100, CHARACTERS[mix(corporation_id) % len(CHARACTERS)]
    described: dict[str, Any] = {
        "ceo_id": ceo,
        "creator_id": ceo,
        "date_founded": f"{dice.between(2004, 2024)}-03-{dice.between(1, 28):02}T12:00:00Z",
        "description": f"{label}, as the sandbox imagines it.",
        "home_station_id": dice.pick(list(universe().stations)),
        "member_count": dice.between(1, 3000),
        "name": f"{label} Corporation",
        "shares": 1000,
        "ticker": label[:2].upper() + label[-2:].upper(),
        "war_eligible": not npc,
    }
    alliance_id = alliance_of(corporation_id)
    if alliance_id:
        described["alliance_id"] = alliance_id
    if older:
        return described | {"tax_rate": tax}
    return described | {
        "friendly_fire": dice.pick(["legal", "illegal"]),
        "state": "active",
        "tax_rates": {"isk": tax, "loyalty_point": 0.0},
        "type": "npc_owned" if npc else "player_owned",
    }


def alliance(alliance_id: int) -> dict[str, Any] | None:
    """Describe an alliance; None when there is no such."""
    corporations = members(alliance_id)
    if not corporations:
        return None
    label = spell(alliance_id)
    return {
        "creator_corporation_id": corporations[0],
        "creator_id": CHARACTERS[mix(alliance_id) % len(CHARACTERS)],
        "date_founded": f"20{10 + alliance_id % 10}-05-{1 + alliance_id % 28:02}T12:00:00Z",
        "executor_corporation_id": corporations[0],
        "name": f"{label} Alliance",
        "ticker": label[:5].upper(),
    }


def name(some_id: int) -> tuple[str, str] | None:
    """Return category and name of any id, as ``/universe/names`` does; None when it is nobody's."""
    if _is_character(some_id):
        return "character", spell(some_id)
    if _is_corporation(some_id):
        return "corporation", f"{spell(some_id)} Corporation"
    if some_id in ALLIANCES:
        return "alliance", f"{spell(some_id)} Alliance"
    if some_id in FACTIONS:
        return "faction", FACTIONS[some_id]
    if some_id in goods().types:
        return "inventory_type", goods().types[some_id].name
    for category, names in universe().names().items():
        if some_id in names:
            return category, names[some_id]
    return None


_PLURALS = {
    "alliance": "alliances",
    "character": "characters",
    "constellation": "constellations",
    "corporation": "corporations",
    "faction": "factions",
    "inventory_type": "inventory_types",
    "region": "regions",
    "solar_system": "systems",
    "station": "stations",
}


def find(names: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the ids of exact names in any case, by kind; names nobody has are left out, as ESI does."""
    wanted = {text.lower(): None for text in names}
    known: dict[str, list[int]] = {}
    for type_id, item in goods().types.items():
        if item.name.lower() in wanted:
            known.setdefault(item.name.lower(), []).append(type_id)
    for places in universe().names().values():
        for place_id, place in places.items():
            if place.lower() in wanted:
                known.setdefault(place.lower(), []).append(place_id)
    for faction_id, faction in FACTIONS.items():
        if faction.lower() in wanted:
            known.setdefault(faction.lower(), []).append(faction_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for text in wanted:
        spelled = unspell(text.removesuffix(" corporation").removesuffix(" alliance"))
        for some_id in [*known.get(text, ()), *([spelled] if spelled is not None else ())]:
            named = name(some_id)
            if named is not None and named[1].lower() == text:
                row = {"id": some_id, "name": named[1]}
                rows = found.setdefault(_PLURALS[named[0]], [])
                if row not in rows:
                    rows.append(row)
    return found
