"""What a JSON schema says about columns: their names, what is in them, and whether it is always there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["VALUE", "Leaf", "columns_of_schema", "leaves", "list_inside", "row_schema"]

VALUE = "value"
"""The column of values that have no name of their own."""

_CURSOR = "cursor"


@dataclass(frozen=True)
class Leaf:
    """One column that rows of a schema can have.

    Attributes:
        name: Its name: ``reward.initial``.
        schema: What its values are; empty for anything.
        required: Whether every row has it, as far as the schema can promise.
    """

    name: str
    schema: Mapping[str, Any]
    required: bool


def columns_of_schema(schema: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the columns that data of this JSON schema can have, by the rule of :mod:`esi_fetch.columns`."""
    return () if schema is None else tuple(leaf.name for leaf in leaves(row_schema(schema)))


def list_inside(schema: Mapping[str, Any] | None) -> str | None:
    """Return the name of the list that is all an answer holds: ``solar_systems``; None where it holds more.

    What tells how to go on, a cursor, does not count.
    """
    if schema is None or schema.get("type") != "object" or schema.get("additionalProperties"):
        return None
    properties = schema.get("properties", {})
    names = [name for name in properties if name != _CURSOR]
    return names[0] if len(names) == 1 and properties[names[0]].get("type") == "array" else None


def row_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of one row: of a list's items, else of the whole."""
    items: Mapping[str, Any] = schema.get("items", {})
    return items if schema.get("type") == "array" else schema


def leaves(schema: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield the columns of rows of this schema, each once."""
    found: dict[str, Leaf] = {}
    for leaf in _leaves(schema, "", required=True):
        known = found.get(leaf.name)
        found[leaf.name] = leaf if known is None else _either(known, leaf)
    yield from found.values()


def _leaves(schema: Mapping[str, Any], prefix: str, *, required: bool) -> Iterator[Leaf]:
    choices = schema.get("oneOf") or schema.get("anyOf") or ()
    objects = [choice for choice in choices if choice.get("properties")]
    properties = schema.get("properties", {})
    must = schema.get("required", ())
    for name, value in properties.items():
        always = required and name in must and not schema.get("nullable")
        yield from _leaves(value, f"{prefix}.{name}" if prefix else name, required=always)
    for choice in objects:
        yield from _leaves(choice, prefix, required=False)
    if properties or objects:
        return
    # An open map (date: entries) has the columns that its keys happen to name.
    if not (prefix and isinstance(schema.get("additionalProperties"), Mapping)):
        yield Leaf(prefix or VALUE, schema, required and not schema.get("nullable"))


def _either(one: Leaf, other: Leaf) -> Leaf:
    """Return what a column is that two alternatives of an answer have."""
    same = {key: one.schema.get(key) for key in ("type", "format", "enum")} == {
        key: other.schema.get(key) for key in ("type", "format", "enum")
    }
    return Leaf(one.name, one.schema if same else {}, required=False)
