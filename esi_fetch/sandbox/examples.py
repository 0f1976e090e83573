"""Parameters under which an operation of the sandbox has something to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog.operation import Operation, Parameter
from esi_fetch.sandbox.places import THE_FORGE
from esi_fetch.sandbox.synth import Synthesizer
from esi_fetch.sandbox.world import World

__all__ = ["example_parameters"]

# Ids that lead somewhere; other ids may be anything.
_VALUES: Mapping[str, Any] = {
    "alliance_id": 99000001,
    "asteroid_belt_id": 40000050,
    "category_id": 6,
    "character_id": 90000001,
    "constellation_id": 20000020,
    "corporation_id": 98000001,
    "destination_system_id": 30002187,
    "division": 1,
    "group_id": 18,
    "killmail_hash": "5f1c3b0e9d8a7c6b5a4f3e2d1c0b9a8f7e6d5c4b",
    "market_group_id": 1857,
    "moon_id": 40000010,
    "origin_system_id": 30000142,
    "planet_id": 40000001,
    "region_id": THE_FORGE,
    "search": "Jita",
    "star_id": 40000000,
    "stargate_id": 50000000,
    "station_id": 60003760,
    "system_id": 30000142,
    "type_id": 34,
}
_BODIES: Mapping[str, Any] = {
    "PostUniverseIds": ["Jita", "Tritanium", "The Forge"],
    "PostUniverseNames": [34, 30000142, 10000002, 60003760, 90000001],
    "PostCharactersAffiliation": [90000001, 90000002],
}


def example_parameters(operation: Operation, world: World) -> dict[str, Any]:
    """Return values for every required parameter of an operation, and for a body where it takes one."""
    wanted = [each for each in operation.parameters if each.required or each.place in ("path", "body")]
    return {parameter.name: _value(operation, parameter, world) for parameter in wanted}


def _value(operation: Operation, parameter: Parameter, world: World) -> Any:
    if parameter.name == "body" and operation.op_id in _BODIES:
        return _BODIES[operation.op_id]
    if operation.path.startswith("/contracts/public/") and parameter.name == "contract_id":
        return world.trade.newest_contract(THE_FORGE)
    if parameter.place != "body" and parameter.name in _VALUES:
        return _VALUES[parameter.name]
    if parameter.has_default:
        return parameter.default
    synthesizer = Synthesizer("example", operation.op_id, parameter.name, day=world.day, known={})
    return synthesizer.answer(parameter.schema, rows=2)
