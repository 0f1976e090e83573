"""The catalog as a file: one JSON object, one operation a line.

::

    {"format": 1, "date": "2026-08-18",
     "schemas": [{"type": "integer"}, {"items": 0, "type": "array"}, …],
     "operations": {"GetStatus": {"method": "GET", "path": "/status", …}, …}}

Equal schemas are written once. Where a schema stands inside another one, or belongs to a parameter or an
answer, its index in ``schemas`` is written; an index is always smaller than that of the schema it stands in,
so that one pass builds them all and none can contain itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from esi_fetch.catalog.operation import Operation, Pagination, Parameter, RateLimit
from esi_fetch.catalog.places import Place
from esi_fetch.errors import CatalogError

__all__ = ["FORMAT", "Table", "read_table", "write_table"]

# Raise it when an older esi_fetch could misread what this one writes; adding optional keys needs no raise.
FORMAT = 1

_LISTS_OF_SCHEMAS = ("oneOf", "anyOf")
_ONE_SCHEMA = ("items", "additionalProperties")


@dataclass(frozen=True)
class Table:
    """A table that was read.

    Attributes:
        date: The compatibility date of the document it was made from.
        operations: The operations by id; each is built when it is looked up.
        aliases: Older ids in snake case, and the current ids they stand for.
    """

    date: str
    operations: Mapping[str, Operation]
    aliases: Mapping[str, str]


def read_table(table: bytes, *, source: str) -> Table:
    """Read a table.

    Raises:
        CatalogError: It is damaged, or of a format that this version does not know. A damaged operation may
            be noticed only when it is looked up.
    """
    try:
        top = Place(orjson.loads(table), "", source)
    except orjson.JSONDecodeError as error:
        raise CatalogError(f"{source}: not a catalog table, or a damaged one: {error}") from error
    number = top.need("format").whole()
    if number != FORMAT:
        top.fail(f"this is a table of format {number}; this version of esi_fetch reads format {FORMAT}")
    schemas = _read_schemas(top.need("schemas"))
    rows = top.need("operations")
    aliases = {
        alias: op_id
        for op_id, row in rows.members()
        if "aliases" in row.mapping()
        for alias in _texts(row, "aliases")
    }
    return Table(top.need("date").date(), _Operations(rows, schemas), aliases)


def write_table(operations: Iterable[Operation], *, date: str) -> bytes:
    """Return the table of some operations; equal operations give equal bytes."""
    schemas = _SchemaList()
    rows = [
        orjson.dumps(operation.op_id) + b": " + _row(operation, schemas)
        for operation in sorted(operations, key=lambda operation: operation.op_id)
    ]
    return b"".join(
        (
            b'{"format": ' + orjson.dumps(FORMAT) + b', "date": ' + orjson.dumps(date) + b',\n"schemas": [\n',
            b",\n".join(schemas.written),
            b'\n],\n"operations": {\n',
            b",\n".join(rows),
            b"\n}}\n",
        )
    )


class _SchemaList:
    """Schemas as they are written, each once."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self._by_text: dict[bytes, int] = {}
        # Documents share one object between many places; without this, nested sharing would be walked again
        # and again. The schema is kept beside the index so that its id stays its own.
        self._by_id: dict[int, tuple[Mapping[str, Any], int]] = {}

    def index(self, schema: Mapping[str, Any]) -> int:
        known = self._by_id.get(id(schema))
        if known is not None:
            return known[1]
        own = dict(schema)
        for key in _ONE_SCHEMA:
            if isinstance(own.get(key), Mapping):
                own[key] = self.index(own[key])
        for key in _LISTS_OF_SCHEMAS:
            if key in own:
                own[key] = [self.index(each) for each in own[key]]
        if "properties" in own:
            own["properties"] = {name: self.index(each) for name, each in sorted(own["properties"].items())}
        text = orjson.dumps(own, option=orjson.OPT_SORT_KEYS)
        index = self._by_text.setdefault(text, len(self.written))
        if index == len(self.written):
            self.written.append(text)
        self._by_id[id(schema)] = (schema, index)
        return index


def _row(operation: Operation, schemas: _SchemaList) -> bytes:
    pagination, limit = operation.pagination, operation.rate_limit
    row: dict[str, Any] = {
        "method": operation.method,
        "path": operation.path,
        "tag": operation.tag or None,
        "parameters": [
            {
                "name": each.name,
                "place": each.place,
                "required": each.required or None,
                "schema": schemas.index(each.schema),
                "explode": None if each.explode else False,
            }
            for each in operation.parameters
        ],
        "scopes": operation.scopes,
        "required_roles": operation.required_roles,
        "pagination": pagination
        and {
            "kind": pagination.kind,
            "parameter": pagination.parameter,
            "items": pagination.items,
            "id_field": pagination.id_field,
        },
        "rate_limit": limit and {"group": limit.group, "tokens": limit.tokens, "window_s": limit.window_s},
        "client_ttl_s": operation.client_ttl_s,
        "server_ttl_s": operation.server_ttl_s,
        "cache_mode": operation.cache_mode,
        "sends_max_age": operation.sends_max_age or None,
        "success": operation.success,
        "answer": None if operation.answer is None else schemas.index(operation.answer),
        "compatibility_date": operation.compatibility_date or None,
        "repeatable": operation.repeatable or None,
        "aliases": operation.aliases,
    }
    return orjson.dumps(_without_empty(row))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(each) for key, each in value.items() if each is not None and each != ()}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _read_schemas(place: Place) -> list[Mapping[str, Any]]:
    built: list[Mapping[str, Any]] = []
    for entry in place.entries():
        schema = dict(entry.mapping())
        try:
            for key in _ONE_SCHEMA:
                # True and False are schemas of their own kind, and also integers to Python.
                if not isinstance(schema.get(key, False), bool):
                    schema[key] = _earlier(built, schema[key])
            for key in _LISTS_OF_SCHEMAS:
                if key in schema:
                    schema[key] = [_earlier(built, index) for index in schema[key]]
            if "properties" in schema:
                members = schema["properties"].items()
                schema["properties"] = {name: _earlier(built, index) for name, index in members}
        except (AttributeError, IndexError, TypeError):
            entry.fail("it refers to a schema that does not stand before it")
        built.append(schema)
    return built


def _earlier(built: list[Mapping[str, Any]], index: int) -> Mapping[str, Any]:
    if index < 0:
        raise IndexError(index)
    return built[index]


class _Operations(Mapping[str, Operation]):
    """Operations by id, built when they are looked up: a program uses a handful of the hundreds."""

    def __init__(self, rows: Place, schemas: list[Mapping[str, Any]]) -> None:
        self._rows = dict(rows.members())
        self._schemas = schemas
        # No lock: two threads may build the same operation at once; the first one to be done is kept.
        self._built: dict[str, Operation] = {}

    def __getitem__(self, op_id: str) -> Operation:
        operation = self._built.get(op_id)
        if operation is None:
            operation = self._built.setdefault(op_id, self._build(op_id, self._rows[op_id]))
        return operation

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def _build(self, op_id: str, row: Place) -> Operation:
        answer = row.find("answer")
        date = row.find("compatibility_date")
        return Operation(
            op_id=op_id,
            method=row.need("method").text(),
            path=row.need("path").text(),
            tag=_text(row, "tag") or "",
            parameters=tuple(self._parameter(each) for each in row.need("parameters").entries()),
            scopes=_texts(row, "scopes"),
            required_roles=_texts(row, "required_roles"),
            pagination=_pagination(row.find("pagination")),
            rate_limit=_rate_limit(row.find("rate_limit")),
            client_ttl_s=_whole(row, "client_ttl_s"),
            server_ttl_s=_whole(row, "server_ttl_s"),
            cache_mode=_text(row, "cache_mode"),
            sends_max_age=_flag(row, "sends_max_age", default=False),
            success=tuple(each.whole() for each in row.need("success").entries()),
            answer=None if answer is None else self._schema(answer),
            compatibility_date=date.date() if date else "",
            repeatable=_flag(row, "repeatable", default=False),
            aliases=_texts(row, "aliases"),
        )

    def _parameter(self, place: Place) -> Parameter:
        return Parameter(
            name=place.need("name").text(),
            place=place.need("place").text(),
            required=_flag(place, "required", default=False),
            schema=self._schema(place.need("schema")),
            explode=_flag(place, "explode", default=True),
        )

    def _schema(self, place: Place) -> Mapping[str, Any]:
        index = place.whole()
        return self._schemas[index] if index < len(self._schemas) else place.fail("there is no such schema")


def _pagination(place: Place | None) -> Pagination | None:
    if place is None:
        return None
    # The empty text is a value of its own here: the rows are plain ids.
    id_field = place.value.get("id_field") if isinstance(place.value, dict) else None
    return Pagination(
        kind=place.need("kind").text(),
        parameter=place.need("parameter").text(),
        items=_text(place, "items"),
        id_field="" if id_field == "" else _text(place, "id_field"),
    )


def _rate_limit(place: Place | None) -> RateLimit | None:
    if place is None:
        return None
    window = place.need("window_s")
    if isinstance(window.value, bool) or not isinstance(window.value, (int, float)) or window.value <= 0:
        window.fail("expected a number of seconds")
    return RateLimit(place.need("group").text(), place.need("tokens").whole(least=1), float(window.value))


def _text(place: Place, key: str) -> str | None:
    part = place.find(key)
    return None if part is None else part.text()


def _texts(place: Place, key: str) -> tuple[str, ...]:
    part = place.find(key)
    return () if part is None else tuple(each.text() for each in part.entries())


def _whole(place: Place, key: str) -> int | None:
    part = place.find(key)
    return None if part is None else part.whole()


def _flag(place: Place, key: str, *, default: bool) -> bool:
    part = place.find(key)
    return default if part is None else part.flag()
