"""Operations as a command line that can be pasted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog import Operation
from esi_fetch.columns import layout_of

__all__ = ["example_line"]

# Ids that exist, so that a pasted example answers with something one knows: The Forge, Jita, Tritanium …
_SAMPLES: Mapping[str, Any] = {
    "region_id": 10000002,
    "constellation_id": 20000020,
    "system_id": 30000142,
    "origin_system_id": 30000142,
    "destination_system_id": 30002187,
    "destination_id": 60003760,
    "station_id": 60003760,
    "star_id": 40009076,
    "type_id": 34,
    "group_id": 18,
    "category_id": 4,
    "market_group_id": 1857,
    "attribute_id": 4,
    "effect_id": 11,
    "character_id": 2112625428,
    "corporation_id": 98356193,
    "alliance_id": 99000006,
    "structure_id": 1021975535893,
    "search": "Jita",
    "killmail_hash": "0" * 40,
}
_SAMPLE_UUID = "00000000-0000-4000-8000-000000000000"


def example_line(operation: Operation) -> str:
    """Return a command that asks for this operation, with values for all that must be given."""
    words = ["esi-fetch", "get", operation.op_id]
    for parameter in operation.parameters:
        if parameter.required and not parameter.has_default:
            value = _sample(parameter.name, parameter.schema)
            many = parameter.place != "body" and isinstance(value, list)
            text = (
                ",".join(map(str, value)) if many else value if isinstance(value, str) else json.dumps(value)
            )
            words.append(f"{parameter.name}={text}")
    if operation.scopes and not any(word.startswith("character_id=") for word in words):
        words += ["--character", str(_SAMPLES["character_id"])]
    layout = layout_of(operation)
    if operation.answer is not None and len(layout.names) > 1:
        is_list = operation.answer.get("type") == "array" or layout.inside is not None
        many = is_list or operation.pagination is not None
        words += ["-o", f"{operation.tag.lower().replace(' ', '-')}.{'csv' if many else 'json'}"]
    return shlex.join(words)


def _sample(name: str, schema: Mapping[str, Any]) -> Any:
    if name in _SAMPLES:
        return _SAMPLES[name]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items", {})
        if name == "body" and items.get("type") == "string":
            return ["Jita", "Tritanium"]
        if name == "body" and items.get("type") == "integer":
            return [34, 35]
        return [_sample("", items)]
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: _sample(key, properties.get(key, {})) for key in schema.get("required", ())}
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return _SAMPLE_UUID if schema.get("format") == "uuid" else "text"
