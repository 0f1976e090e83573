"""The table: what is written is read again, and what is damaged is refused."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from esi_fetch.catalog import Catalog, Operation, Pagination, RateLimit, bundled, read_document
from esi_fetch.errors import CatalogError
from tests.catalog.documents import damage, places, small_document


def small_table() -> dict[str, Any]:
    table: dict[str, Any] = orjson.loads(read_document(small_document()).to_table())
    return table


def read(table: Any) -> Catalog:
    return Catalog.from_table(orjson.dumps(table), source="file.json")


def test_a_catalog_survives_its_table() -> None:
    """Reading a table gives the operations it was written from, and writing it again the same bytes."""
    catalog = read_document(small_document())
    table = catalog.to_table()
    again = Catalog.from_table(table, source="file.json")
    assert dict(again) == dict(catalog)
    assert (again.date, again.source) == ("2026-08-18", "file.json")
    assert again.to_table() == table


def test_every_field_survives() -> None:
    """Nothing of an operation is lost, the falsy values included."""
    full = Operation(
        "GetA",
        "GET",
        "/a",
        "Tag",
        scopes=("s",),
        required_roles=("r",),
        pagination=Pagination("pages", "page", "rows", ""),
        rate_limit=RateLimit("g", 5, 0.5),
        client_ttl_s=0,
        server_ttl_s=0,
        cache_mode="not-cached",
        sends_max_age=True,
        success=(200, 204),
        answer={},
        compatibility_date="2020-01-01",
        repeatable=True,
        aliases=("get_b",),
    )
    bare = Operation("GetC", "DELETE", "/c", "", success=(204,))
    catalog = Catalog({"GetA": full, "GetC": bare}, date="2026-08-18")
    again = Catalog.from_table(catalog.to_table(), source="")
    assert dict(again) == {"GetA": full, "GetC": bare}
    assert again["get_b"] == full


def test_it_is_one_operation_a_line() -> None:
    """The file can be compared line by line."""
    lines = bundled().to_table().splitlines()
    assert sum(line.startswith(b'"Get') for line in lines) > 190


def test_equal_schemas_are_written_once() -> None:
    """No schema stands twice in a table."""
    schemas = [orjson.dumps(each) for each in orjson.loads(bundled().to_table())["schemas"]]
    assert len(schemas) == len(set(schemas))


@pytest.mark.parametrize("table", [b"", b"{", b"\xff\xfe", b"<html>", b"[]", b"null", b"5", b"{}"])
def test_what_is_no_table_is_refused(table: bytes) -> None:
    """Anything else than a table is an error that names the file."""
    with pytest.raises(CatalogError, match=r"file\.json"):
        Catalog.from_table(table, source="file.json")


def test_a_table_cut_off_anywhere_is_refused() -> None:
    """A half-written table is never taken for a whole one."""
    table = read_document(small_document()).to_table().rstrip(b"\n")
    for end in range(0, len(table), 97):
        with pytest.raises(CatalogError, match="damaged"):
            Catalog.from_table(table[:end], source="file.json")


@pytest.mark.parametrize("number", [0, 2, 99])
def test_other_formats_are_refused(number: int) -> None:
    """A table of another format is not guessed at."""
    table = small_table() | {"format": number}
    with pytest.raises(
        CatalogError, match=rf"file\.json: this is a table of format {number}; .* reads format 1"
    ):
        read(table)


@pytest.mark.parametrize(
    "schema",
    [
        {"items": 0},
        {"items": 1},
        {"items": -1},
        {"items": "0"},
        {"items": 1.5},
        {"properties": 5},
        {"oneOf": 0},
    ],
)
def test_a_schema_can_only_stand_on_earlier_ones(schema: dict[str, Any]) -> None:
    """A table can't describe a schema that contains itself, or one that is not there."""
    with pytest.raises(CatalogError, match=r"file\.json: schemas\[0\]"):
        read(small_table() | {"schemas": [schema]})


JUNK: tuple[Any, ...] = (..., None, [], {}, "junk", -1, 10**6, 1.5, True)


def test_a_damaged_table_is_read_or_refused() -> None:
    """Whatever is replaced in a table, it is either read or refused with the file's name."""
    whole = orjson.dumps(small_table())
    refusals = []
    for way in places(small_table()):
        for junk in JUNK:
            try:
                list(read(damage(orjson.loads(whole), way, junk)).values())
            except CatalogError as error:
                refusals.append(str(error))
    assert len(refusals) > 500
    assert all(refusal.startswith("file.json: ") for refusal in refusals)


def test_loading_the_bundled_table_is_quick() -> None:
    """The whole API is there within 30 ms of processor time, parsing included."""
    table = bundled().to_table()
    best_s = 1.0
    for _ in range(5):
        start_s = time.process_time()
        catalog = Catalog.from_table(table, source="test")
        assert catalog["get_status"].path == "/status"
        best_s = min(best_s, time.process_time() - start_s)
    assert best_s < 0.03
