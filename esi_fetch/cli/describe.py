"""Operations in words, and as a command line that can be pasted."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from esi_fetch.catalog import Operation, Parameter
from esi_fetch.columns import columns_of_schema

__all__ = ["access", "caching", "example_line", "limits", "pages", "takes"]

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
_PAGINATION = {
    "pages": "many; all are fetched, as one snapshot ({parameter}=N fetches one)",
    "cursor": "by cursor; followed to the end ({parameter}=CURSOR fetches one stretch)",
    "ids": "by id; followed to the end ({parameter}=ID fetches one stretch)",
}


def access(operation: Operation) -> str:
    """Return who may ask."""
    if not operation.scopes:
        return "public"
    text = f"needs a character's token with the scope {' or '.join(operation.scopes)}"
    if operation.required_roles:
        text += f"; the character needs the role {' or '.join(operation.required_roles)}"
    return text


def pages(operation: Operation) -> str:
    """Return how it is walked."""
    if operation.pagination is None:
        return "none; everything comes in one answer"
    return _PAGINATION[operation.pagination.kind].format(parameter=operation.pagination.parameter)


def limits(operation: Operation) -> str:
    """Return what a request is paid from."""
    limit = operation.rate_limit
    if limit is None:
        return "no group of its own; failures count against the error limit of your address"
    return f"group {limit.group}: {limit.tokens:,} tokens in {limit.window_s / 60:g} minutes"


def caching(operation: Operation) -> str:
    """Return how long an answer stays fresh."""
    if operation.cache_mode == "not-cached":
        return "never; every request is answered anew"
    if operation.client_ttl_s is not None:
        return f"for {operation.client_ttl_s:,} s, unless an answer's headers say otherwise"
    return "as long as an answer's headers say"


def takes(parameter: Parameter) -> str:
    """Return what values a parameter takes: ``text, one of all, buy, sell (default all)``."""
    text = ", ".join(_schema_words(parameter.schema))
    return f"{text} (default {parameter.default})" if parameter.has_default else text


def _schema_words(schema: Mapping[str, Any]) -> Iterator[str]:
    kind = schema.get("type", "anything")
    if kind == "array":
        items = ", ".join(_schema_words(schema.get("items", {})))
        yield f"list of {items}" + (", each once" if schema.get("uniqueItems") else "")
        yield from _bounds(schema, "minItems", "maxItems", " items")
        return
    form = schema.get("format")
    yield (
        form
        if form in ("uuid", "date", "date-time")
        else {"string": "text", "boolean": "true or false"}.get(kind, kind)
    )
    if "enum" in schema:
        yield f"one of {', '.join(map(str, schema['enum']))}"
    yield from _bounds(schema, "minimum", "maximum", "")
    yield from _bounds(schema, "minLength", "maxLength", " characters")
    if kind == "object":
        required = schema.get("required", ())
        names = [f"{name}{'' if name in required else '?'}" for name in schema.get("properties", {})]
        yield f"with {', '.join(names)}" if names else "of any shape"


def _bounds(schema: Mapping[str, Any], least: str, most: str, unit: str) -> Iterator[str]:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        yield f"{low} to {high}{unit}"
    elif low is not None:
        yield f"{low}{unit} or more"
    elif high is not None:
        yield f"{high}{unit} or less"


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
    if operation.answer is not None and len(columns_of_schema(operation.answer)) > 1:
        many = operation.answer.get("type") == "array" or operation.pagination is not None
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
