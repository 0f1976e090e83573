"""Whether data fits a JSON schema, told by other code than the sandbox's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

_TYPES: Mapping[str, Any] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "string": str,
}


def misfits(value: Any, schema: Mapping[str, Any], where: str = "$") -> Iterator[str]:
    """Yield everything about a value that its schema does not allow."""
    if value is None:
        if not schema.get("nullable"):
            yield f"{where}: null"
        return
    if "oneOf" in schema:
        fitting = [choice for choice in schema["oneOf"] if not list(misfits(value, choice))]
        members = [set(choice.get("properties", ())) for choice in schema["oneOf"]]
        if not fitting or not any(set(value) <= names and value for names in members):
            yield f"{where}: none of the choices: {value!r}"
        return
    kind = schema.get("type")
    if kind is not None and (
        not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")
    ):
        yield f"{where}: {value!r} is no {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if kind in ("integer", "number") and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"{where}: {value!r} out of bounds"
    if kind == "string":
        yield from _text_misfits(value, schema, where)
    if kind == "array":
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where}: {len(value)} entries"
        if schema.get("uniqueItems") and len({repr(each) for each in value}) < len(value):
            yield f"{where}: an entry twice"
        for number, each in enumerate(value):
            yield from misfits(each, schema["items"], f"{where}[{number}]")
    if kind == "object":
        yield from _object_misfits(value, schema, where)


def _text_misfits(value: str, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{where}: {len(value)} letters"
    readers: Mapping[str, Any] = {
        "date": date.fromisoformat,
        "date-time": lambda text: datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z"),
        "uuid": UUID,
    }
    reader = readers.get(schema.get("format", ""))
    if reader is not None:
        try:
            reader(value)
        except ValueError:
            yield f"{where}: {value!r} is no {schema['format']}"


def _object_misfits(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}: {name} is missing"
    for name, each in value.items():
        if name in known:
            yield from misfits(each, known[name], f"{where}.{name}")
        elif isinstance(schema.get("additionalProperties"), Mapping):
            yield from misfits(each, schema["additionalProperties"], f"{where}.{name}")
        elif known:
            yield f"{where}: {name} is not in the schema"
