"""An OpenAPI document of the operations the sandbox serves, for ``schema update`` and whoever else reads one.

It holds what a catalog knows, so no descriptions; it is not a copy of ESI's own document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from esi_fetch.catalog.operation import Operation, Parameter

__all__ = ["openapi_document"]

_JSON = "application/json"
_HEADER_PARAMETERS: Mapping[str, Any] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "schema": {"type": "string", "default": "en"},
    },
    "IfModifiedSince": {"name": "If-Modified-Since", "in": "header", "schema": {"type": "string"}},
    "IfNoneMatch": {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}},
    "Tenant": {"name": "X-Tenant", "in": "header", "schema": {"type": "string", "default": "tranquility"}},
}
_RESPONSE_HEADERS = ("Cache-Control", "ETag", "Last-Modified")


def openapi_document(operations: Iterable[Operation], *, date: str, url: str) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document of the operations.

    Args:
        operations: The operations.
        date: The compatibility date the document is for.
        url: Where they are served, with a slash at the end.
    """
    paths: dict[str, dict[str, Any]] = {}
    scopes: dict[str, str] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
        scopes |= {scope: scope for scope in operation.scopes}
    date_parameter = {
        "name": "X-Compatibility-Date",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "format": "date", "enum": [date]},
    }
    flow = {
        "authorizationUrl": f"{url}v2/oauth/authorize",
        "tokenUrl": f"{url}v2/oauth/token",
        "scopes": scopes,
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "esi_fetch sandbox", "version": date},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "parameters": {**_HEADER_PARAMETERS, "CompatibilityDate": date_parameter},
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {"error": {"type": "string"}},
                }
            },
            "securitySchemes": {"OAuth2": {"type": "oauth2", "flows": {"authorizationCode": flow}}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    references = [
        {"$ref": f"#/components/parameters/{name}"} for name in (*_HEADER_PARAMETERS, "CompatibilityDate")
    ]
    described: dict[str, Any] = {
        "operationId": operation.op_id,
        "tags": [operation.tag],
        "parameters": [*filter(None, map(_parameter, operation.parameters)), *references],
        "responses": _responses(operation),
        "x-compatibility-date": operation.compatibility_date,
    }
    for parameter in operation.parameters:
        if parameter.place == "body":
            content = {_JSON: {"schema": parameter.schema}}
            described["requestBody"] = {"required": parameter.required, "content": content}
    if operation.scopes:
        described["security"] = [{"OAuth2": list(operation.scopes)}]
    extensions: dict[str, Any] = {
        "x-required-roles": list(operation.required_roles) or None,
        "x-client-cache-ttl": operation.client_ttl_s,
        "x-server-cache-ttl": operation.server_ttl_s,
        "x-server-cache-mode": operation.cache_mode,
        # In ESI's documents this one stands for operations of the newer backend only.
        "x-cache-mode": operation.cache_mode if operation.sends_max_age else None,
        "x-pagination": "cursor" if operation.pagination and operation.pagination.kind == "cursor" else None,
    }
    if operation.rate_limit is not None:
        extensions["x-rate-limit"] = {
            "group": operation.rate_limit.group,
            "max-tokens": operation.rate_limit.tokens,
            "window-size": f"{operation.rate_limit.window_s / 60:.0f}m",
        }
    return described | {name: value for name, value in extensions.items() if value is not None}


def _parameter(parameter: Parameter) -> dict[str, Any] | None:
    if parameter.place == "body":
        return None
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        "explode": parameter.explode,
        "schema": parameter.schema,
    }


def _responses(operation: Operation) -> dict[str, Any]:
    headers: dict[str, Any] = {name: {"schema": {"type": "string"}} for name in _RESPONSE_HEADERS}
    if operation.pagination is not None and operation.pagination.kind == "pages":
        headers["X-Pages"] = {"schema": {"type": "integer"}}
    responses: dict[str, Any] = {}
    for status in operation.success:
        responses[str(status)] = {"description": "Success", "headers": headers}
        if operation.answer is not None and status != 204:
            responses[str(status)]["content"] = {_JSON: {"schema": operation.answer}}
    content = {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses["default"] = {"description": "Error", "content": content}
    return responses
