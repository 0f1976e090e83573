"""Schemas of both OpenAPI versions come to one form."""

from __future__ import annotations

from typing import Any

import pytest

from esi_fetch.catalog import Catalog, read_document
from esi_fetch.catalog.places import Place
from esi_fetch.catalog.schemas import SchemaReader

Schema = dict[str, Any]


def read(schema: Schema, **components: Schema) -> Schema:
    top = Place({"components": {"schemas": components}}, "", "")
    return SchemaReader(top).read(Place(schema, "here", ""))


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "boolean", "nullable": True}, {"type": "boolean", "nullable": True}),
        ({"type": ["boolean", "null"]}, {"type": "boolean", "nullable": True}),
        ({"type": ["null", "boolean"], "nullable": True}, {"type": "boolean", "nullable": True}),
        ({"oneOf": [{"type": "null"}, {"type": "boolean"}]}, {"type": "boolean", "nullable": True}),
        ({"type": "boolean", "nullable": False}, {"type": "boolean"}),
        ({"type": ["boolean"]}, {"type": "boolean"}),
        ({"type": "null"}, {"type": "null"}),
        ({"type": ["null"]}, {"type": "null"}),
        ({"type": ["integer", "string"]}, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        (
            {"type": ["integer", "string", "null"]},
            {"anyOf": [{"type": "integer"}, {"type": "string"}], "nullable": True},
        ),
    ],
)
def test_null_has_one_form(schema: Schema, expected: Schema) -> None:
    """3.0's nullable and 3.1's null type are the same in the catalog."""
    assert read(schema) == expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"const": 5}, {"enum": [5]}),
        ({"default": False, "type": "boolean"}, {"default": False, "type": "boolean"}),
        ({"default": None, "type": "boolean"}, {"type": "boolean"}),
        ({"minimum": 0, "maximum": 1.5}, {"minimum": 0, "maximum": 1.5}),
        ({"pattern": "^a$", "minLength": 0}, {"pattern": "^a$", "minLength": 0}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"additionalProperties": {"type": "string"}}, {"additionalProperties": {"type": "string"}}),
        ({"required": ["b", "a"]}, {"required": ["a", "b"]}),
        ({"description": "a text", "readOnly": True}, {}),
        ({"oneOf": [{"type": "null"}]}, {"nullable": True}),
        (
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        ({"properties": {"title": {"type": "string"}}}, {"properties": {"title": {"type": "string"}}}),
    ],
)
def test_facts_are_kept_and_texts_are_not(schema: Schema, expected: Schema) -> None:
    """What validation needs is kept; a property may have any name."""
    assert read(schema) == expected


def test_all_of_is_merged() -> None:
    """allOf becomes one schema with the members' properties and required names."""
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/A"},
            {"properties": {"b": {"type": "string"}}, "required": ["b"]},
        ],
        "required": ["c"],
    }
    base = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    assert read(schema, A=base) == {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
        "required": ["a", "b", "c"],
    }


def test_keys_beside_a_reference() -> None:
    """Facts beside a reference are added to what it means; texts beside it change nothing."""
    components = {"A": {"type": "integer"}}
    reference = {"$ref": "#/components/schemas/A"}
    assert read({**reference, "description": "a text"}, **components) == {"type": "integer"}
    assert read({**reference, "default": 5}, **components) == {"type": "integer", "default": 5}


def test_references_are_resolved_once_and_shared() -> None:
    """Two references to one schema give one object."""
    both = read(
        {"properties": {"x": {"$ref": "#/components/schemas/A"}, "y": {"$ref": "#/components/schemas/A"}}},
        A={"type": "object", "properties": {"z": {"type": "string"}}},
    )
    assert both["properties"]["x"] is both["properties"]["y"]


def test_a_schema_that_contains_itself() -> None:
    """A cycle ends in a schema that allows anything."""
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    assert read({"$ref": "#/components/schemas/Tree"}, Tree=tree) == {"type": "array", "items": {}}


def test_two_schemas_that_contain_each_other() -> None:
    """A cycle over several schemas ends as well."""
    a = {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}}
    b = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}}}
    assert read({"$ref": "#/components/schemas/A"}, A=a, B=b) == {
        "type": "object",
        "properties": {"b": {"type": "object", "properties": {"a": {}}}},
    }


def test_a_schema_that_doubles_at_each_step_is_no_work() -> None:
    """Sharing within sharing (2**25 leaves) is read and written in no time, because nothing is done twice."""
    components: dict[str, Schema] = {"S0": {"type": "string"}}
    for step in range(1, 26):
        part = {"$ref": f"#/components/schemas/S{step - 1}"}
        components[f"S{step}"] = {"type": "object", "properties": {"left": part, "right": part}}
    document = {
        "openapi": "3.1.0",
        "info": {"version": "2026-08-18"},
        "paths": {
            "/big": {
                "get": {
                    "operationId": "GetBig",
                    "responses": {
                        "200": {
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S25"}}}
                        }
                    },
                }
            }
        },
        "components": {"schemas": components},
    }
    table = read_document(document).to_table()
    assert len(table) < 10_000
    assert Catalog.from_table(table, source="")["GetBig"].answer is not None
