"""What is known about an operation, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from esi_fetch.catalog.operation import Operation, Parameter

__all__ = ["access", "caching", "limits", "pages", "takes"]

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
