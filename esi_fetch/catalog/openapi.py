"""Reading ESI's OpenAPI documents.

A document becomes a :class:`~esi_fetch.catalog.catalog.Catalog`: facts about every operation, no texts.
Versions 3.0 and 3.1 are read. What is malformed raises
:class:`~esi_fetch.errors.CatalogError` naming its place; unknown keys are ignored, because documents of one
compatibility date gain keys in place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from esi_fetch.catalog.catalog import Catalog, squash
from esi_fetch.catalog.facts import READING_POSTS
from esi_fetch.catalog.operation import Operation, Parameter, RateLimit
from esi_fetch.catalog.pagination import pagination_of
from esi_fetch.catalog.places import Place
from esi_fetch.catalog.schemas import SchemaReader
from esi_fetch.units import SECONDS_IN

__all__ = ["read_document"]

_METHODS = ("get", "head", "post", "put", "patch", "delete")
_CACHE_MODES = ("ttl-based", "event-based", "not-cached")
_WINDOW = re.compile(r"(\d{1,9})([smhd])")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_JSON = "application/json"


def read_document(document: Mapping[str, Any], *, source: str = "") -> Catalog:
    """Read an OpenAPI 3.0 or 3.1 document, decoded from JSON.

    Args:
        document: The document.
        source: Where it came from, for error messages and :attr:`Catalog.source`.

    Raises:
        CatalogError: It is not such a document, or something in it is malformed; the text names the place.
    """
    top = Place(document, "", source)
    _check_version(top)
    date = top.need("info").need("version").date()
    schemas = SchemaReader(top)
    operations: dict[str, Operation] = {}
    squashed: dict[str, str] = {}
    for path, item in top.need("paths").members():
        for method, place in item.members():
            if method not in _METHODS:
                continue
            operation = _read_operation(place, method.upper(), path, _list(item, "parameters"), top, schemas)
            other = squashed.setdefault(squash(operation.op_id), operation.op_id)
            if operation.op_id in operations or other != operation.op_id:
                place.need("operationId").fail(f"{operation.op_id!r} is there twice (as {other!r})")
            operations[operation.op_id] = operation
    if not operations:
        top.need("paths").fail("no operation in it")
    return Catalog(operations, date=date, source=source)


def _check_version(top: Place) -> None:
    if (swagger := top.find("swagger")) is not None:
        swagger.fail("this is a Swagger document; OpenAPI 3.0 or 3.1 is wanted (/meta/openapi.json)")
    version = top.need("openapi")
    if not re.fullmatch(r"3\.[01](\.\d+)?", version.text()):
        version.fail(f"OpenAPI 3.0 or 3.1 is wanted, found {version.value!r}")


def _read_operation(
    place: Place, method: str, path: str, shared: Iterable[Place], top: Place, schemas: SchemaReader
) -> Operation:
    parameters = _parameters(place, path, shared, schemas)
    success, answer, headers = _responses(place.need("responses"), schemas)
    op_id = place.need("operationId")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]*", op_id.text()):
        op_id.fail(f"expected a name made of letters, digits and underscores, found {op_id.value!r}")
    tags = [each.text() for each in _list(place, "tags")]
    dated = place.find("x-compatibility-date")
    return Operation(
        op_id=op_id.text(),
        method=method,
        path=path,
        tag=tags[0] if tags else "",
        parameters=parameters,
        scopes=_scopes(place, top),
        required_roles=tuple(each.text() for each in _list(place, "x-required-roles")),
        pagination=pagination_of(place, method, path, parameters, answer, headers),
        rate_limit=_rate_limit(place),
        # Documents of older dates have only the first spelling of this hint.
        client_ttl_s=_seconds(place, "x-client-cache-ttl", "x-cache-age"),
        server_ttl_s=_seconds(place, "x-server-cache-ttl"),
        cache_mode=_cache_mode(place),
        # Undocumented, but it separated the two header styles on all 22 routes recorded in September 2026.
        sends_max_age=place.find("x-cache-mode") is not None,
        success=success,
        answer=answer,
        compatibility_date=dated.date() if dated else "",
        repeatable=method in ("GET", "HEAD") or (method == "POST" and path in READING_POSTS),
    )


def _list(place: Place, key: str) -> Iterator[Place]:
    part = place.find(key)
    return iter(()) if part is None else part.entries()


def _parameters(
    place: Place, path: str, shared: Iterable[Place], schemas: SchemaReader
) -> tuple[Parameter, ...]:
    # What an operation says itself overrules what its path says for all methods.
    found = _named(shared, schemas) | _named(_list(place, "parameters"), schemas)
    # "{a/b}" is not a template of anything; the path would be sent with its braces.
    wanted = _PLACEHOLDER.findall(path)
    if not path.startswith("/") or sorted(wanted) != sorted(n for n, p in found.items() if p.place == "path"):
        place.fail(f"the path {path!r} and its path parameters do not fit each other")
    body = place.find("requestBody")
    if body is not None:
        if "body" in found:
            body.fail("there is a parameter named 'body' as well")
        body = schemas.resolve(body)
        required = body.find("required")
        schema = schemas.read(body.need("content").need(_JSON).need("schema"))
        found["body"] = Parameter("body", "body", required.flag() if required else False, schema)
    return tuple(found.values())


def _named(entries: Iterable[Place], schemas: SchemaReader) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for entry in entries:
        place = schemas.resolve(entry)
        name, where = place.need("name").text(), place.need("in").text()
        if where not in ("path", "query", "header", "cookie"):
            place.need("in").fail(f"expected path, query, header or cookie, found {where!r}")
        if where not in ("path", "query"):
            continue  # Headers are the same for every request: the transport's business, not a parameter.
        if name in found:
            entry.fail(f"the parameter {name!r} is there twice")
        found[name] = _parameter(place, name, where, schemas)
    return found


def _parameter(place: Place, name: str, where: str, schemas: SchemaReader) -> Parameter:
    required = place.find("required")
    explode = place.find("explode")
    schema = schemas.read(place.need("schema"))
    return Parameter(
        name=name,
        place=where,
        required=where == "path" or (required.flag() if required else False),
        schema=schema,
        # Only lists in queries can be exploded; elsewhere the key says nothing.
        explode=explode.flag() or schema.get("type") != "array" if explode else True,
    )


def _responses(
    place: Place, schemas: SchemaReader
) -> tuple[tuple[int, ...], dict[str, Any] | None, tuple[str, ...]]:
    """Return the statuses of success, the schema of the answer, and the names of its headers."""
    success: list[int] = []
    answer: dict[str, Any] | None = None
    headers: list[str] = []
    for status, entry in sorted(place.members()):
        if not re.fullmatch(r"2\d\d", status):
            continue
        success.append(int(status))
        response = schemas.resolve(entry)
        if (part := response.find("headers")) is not None:
            headers.extend(part.mapping())
        if answer is None and (part := response.find("content")) is not None:
            answer = schemas.read(part.need(_JSON).need("schema"))
    if not success:
        place.fail("no status of success in it")
    return tuple(success), answer, tuple(headers)


def _scopes(place: Place, top: Place) -> tuple[str, ...]:
    security = place.find("security") or top.find("security")
    if security is None:
        return ()
    ways = [
        tuple(scope.text() for _, part in entry.members() for scope in part.entries())
        for entry in security.entries()
    ]
    # Entries are alternatives; an empty one means that no token is needed.
    return min(ways, key=len, default=())


def _rate_limit(place: Place) -> RateLimit | None:
    part = place.find("x-rate-limit")
    if part is None:
        return None
    window = part.need("window-size")
    match = _WINDOW.fullmatch(window.text())
    if match is None or int(match[1]) == 0:
        window.fail(f"expected a time such as 15m, found {window.value!r}")
    return RateLimit(
        group=part.need("group").text(),
        tokens=part.need("max-tokens").whole(least=1),
        window_s=int(match[1]) * SECONDS_IN[match[2]],
    )


def _seconds(place: Place, *keys: str) -> int | None:
    for key in keys:
        if (part := place.find(key)) is not None:
            return part.whole()
    return None


def _cache_mode(place: Place) -> str | None:
    part = place.find("x-server-cache-mode")
    if part is None:
        return None
    # An unknown word is no reason to refuse a document: the headers of an answer decide how long it lasts.
    return part.text() if part.text() in _CACHE_MODES else None
