"""What the columns and parameters of recipes hold, as JSON schemas with descriptions for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog import Parameter

__all__ = [
    "DAY",
    "DAYS",
    "FLAG",
    "ID",
    "ISK",
    "MARKET_GROUP",
    "NUMBER",
    "REGION",
    "SHARE",
    "SINCE",
    "SOME_REGION",
    "TEXT",
    "TYPES",
    "UNITS",
    "UNTIL",
    "VOLUME",
    "parameter",
    "said",
]

Schema = Mapping[str, Any]

ID: Schema = {"type": "integer", "format": "int64"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
NUMBER: Schema = {"type": "number", "format": "double"}
ISK: Schema = {**NUMBER, "unit": "ISK"}
VOLUME: Schema = {**NUMBER, "unit": "m³"}
UNITS: Schema = {"type": "integer", "format": "int64", "unit": "units"}
SHARE: Schema = {**NUMBER, "unit": "1"}


def said(schema: Schema, description: str) -> Schema:
    """Return a schema with a description."""
    return {**schema, "description": description}


def parameter(name: str, schema: Schema, description: str, *, required: bool = False) -> Parameter:
    """Return a parameter of a recipe."""
    return Parameter(name, "recipe", required, said(schema, description))


_ID_OR_NAME: Schema = {"oneOf": [ID, {**TEXT, "minLength": 1}]}


def _named(kind: str) -> Schema:
    """Return the schema of things of the game's, each by id or by name."""
    return {"type": "array", "items": _ID_OR_NAME, "names": kind}


REGION = parameter("region", {**_named("region"), "minItems": 1}, "regions, by id or by name", required=True)
SOME_REGION = parameter("region", _named("region"), "only what is in these regions, by id or by name")
TYPES = parameter("type", _named("inventory_type"), "only these types, by id or by name")
MARKET_GROUP = parameter(
    "market_group", _ID_OR_NAME, "only types in this market group and those below it, by id, name or path"
)
DAYS = parameter(
    "days", {"type": "integer", "minimum": 1, "maximum": 3650, "default": 30}, "so many days, up to the last"
)
SINCE = parameter("since", DAY, "the first day, itself included; in place of days")
UNTIL = parameter("until", DAY, "the last day, itself included; if not said, the newest there is")
