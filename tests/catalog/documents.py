"""A small OpenAPI document for tests, and the way to the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

REAL = Path(__file__).resolve().parents[3] / "shared" / "esi"
REAL_NAMES = ("openapi-2026-08-18.json", "openapi-2026-08-04.json", "openapi-2020-01-01.json")


def real_document(name: str) -> dict[str, Any]:
    """Return a real document, or skip the test where it isn't there."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"the real document {name} is not beside the project")
    document: dict[str, Any] = orjson.loads(path.read_bytes())
    return document


def query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


def path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def answer(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"description": "a text", "content": {"application/json": {"schema": schema}}, **more}


INTEGER = {"type": "integer", "format": "int64", "description": "a text"}
THING_ID = {"$ref": "#/components/schemas/ThingID"}

_DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "A title", "version": "2026-08-18"},
    "servers": [{"url": "https://esi.example"}],
    "tags": [{"name": "Things"}],
    "paths": {
        "/things": {
            "get": {
                "operationId": "GetThings",
                "summary": "a text",
                "description": "a text",
                "tags": ["Things", "Other"],
                "parameters": [
                    query(
                        "kind",
                        {"type": "string", "enum": ["big", "small", "all"], "default": "all"},
                        required=True,
                    ),
                    query("page", {"type": "integer", "format": "int32", "minimum": 1}),
                    query(
                        "ids",
                        {
                            "type": "array",
                            "items": INTEGER,
                            "minItems": 1,
                            "maxItems": 3,
                            "uniqueItems": True,
                        },
                        explode=True,
                        style="form",
                    ),
                    query("exact", {"type": "boolean", "default": False}),
                    query("price", {"type": "number", "format": "double"}),
                    query("words", {"type": "string", "minLength": 3, "maxLength": 20}),
                    {"$ref": "#/components/parameters/Tenant"},
                ],
                "responses": {
                    "200": answer(
                        {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                        headers={"X-Pages": {"schema": INTEGER}, "ETag": {"schema": {"type": "string"}}},
                    ),
                    "default": answer({"type": "object"}),
                },
                "x-rate-limit": {"group": "thing", "max-tokens": 600, "window-size": "15m"},
                "x-client-cache-ttl": 300,
                "x-server-cache-ttl": 290,
                "x-server-cache-mode": "ttl-based",
                "x-cache-mode": "ttl-based",
                "x-compatibility-date": "2020-01-01",
            }
        },
        "/things/{thing_id}": {
            "get": {
                "operationId": "GetThingsThingId",
                "tags": ["Things"],
                "parameters": [path("thing_id", THING_ID)],
                "responses": {
                    "200": answer({"$ref": "#/components/schemas/Thing"}),
                    "204": {"description": "-"},
                },
                "security": [{"OAuth2": ["esi-things.read_things.v1"]}],
                "x-required-roles": ["Director", "Trader"],
                "x-cache-age": 60,
            },
            "put": {
                "operationId": "PutThingsThingId",
                "tags": ["Things"],
                "parameters": [path("thing_id", THING_ID)],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}},
                },
                "responses": {"204": {"description": "-"}, "default": answer({"type": "object"})},
            },
        },
        "/things/{thing_id}/{code}": {
            "parameters": [path("thing_id", THING_ID), path("code", {"type": "string"})],
            "get": {
                "operationId": "GetThingsCode",
                "responses": {"200": answer({"type": "string"})},
            },
        },
        "/universe/names": {
            "post": {
                "operationId": "PostUniverseNames",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "array",
                                "items": INTEGER,
                                "minItems": 1,
                                "maxItems": 5,
                                "uniqueItems": True,
                            }
                        }
                    },
                },
                "responses": {"200": answer({"type": "array", "items": INTEGER})},
            }
        },
        "/freelance-jobs": {
            "get": {
                "operationId": "GetFreelanceJobsListing",
                "parameters": [
                    query("after", {"type": "string"}),
                    query("before", {"type": "string"}),
                    query("limit", {"type": "integer", "minimum": 10, "maximum": 100, "default": 10}),
                ],
                "responses": {
                    "200": answer(
                        {
                            "type": "object",
                            "properties": {
                                "cursor": {"type": "object", "properties": {"after": {"type": "string"}}},
                                "jobs": {
                                    "type": "array",
                                    "items": {"type": "object", "properties": {"id": {"type": "string"}}},
                                },
                            },
                        }
                    )
                },
                "x-pagination": "cursor",
                "x-rate-limit": {"group": "jobs", "max-tokens": 12, "window-size": "1h"},
            }
        },
        "/wars": {
            "get": {
                "operationId": "GetWars",
                "parameters": [query("max_war_id", INTEGER)],
                "responses": {"200": answer({"type": "array", "items": INTEGER})},
            }
        },
    },
    "components": {
        "headers": {},
        "parameters": {
            "Tenant": {
                "name": "X-Tenant",
                "in": "header",
                "schema": {"type": "string", "default": "tranquility"},
            }
        },
        "schemas": {
            "ThingID": {"type": "integer", "format": "int64", "x-common-model": True, "title": "a text"},
            "Thing": {
                "type": "object",
                "title": "a text",
                "required": ["thing_id", "description"],
                "properties": {
                    "thing_id": {"$ref": "#/components/schemas/ThingID", "description": "a text"},
                    "description": {"type": "string", "description": "a text", "examples": ["an example"]},
                    "kept": {"type": ["boolean", "null"]},
                    "state": {"type": "string", "enum": ["on", "off"], "x-enum-descriptions": ["a text"]},
                },
            },
            "NewThing": {
                "type": "object",
                "required": ["name", "parts", "kind"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 10},
                    "kind": {"type": "string", "enum": ["big", "small"], "default": "big"},
                    "parts": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": ["type_id"],
                            "properties": {"type_id": INTEGER, "quantity": INTEGER},
                        },
                    },
                    "owner": {"type": ["integer", "null"]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "securitySchemes": {"OAuth2": {"type": "oauth2"}},
    },
}


_BYTES = orjson.dumps(_DOCUMENT)


def small_document() -> dict[str, Any]:
    """Return a copy of the small document, to be changed at will."""
    document: dict[str, Any] = orjson.loads(_BYTES)
    return document


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value inside a document."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*way, key)
        yield from places(value[key], (*way, key))


def damage(document: dict[str, Any], way: tuple[Any, ...], junk: Any) -> dict[str, Any]:
    """Replace one value inside a document, or delete it when *junk* is ``...``; return the document."""
    place: Any = document
    for step in way[:-1]:
        place = place[step]
    if junk is ...:
        del place[way[-1]]
    else:
        place[way[-1]] = junk
    return document
