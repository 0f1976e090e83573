"""The bundled table and ESI's own documents say the same.

The documents are read here with as little code as possible, and none of the project's.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from esi_fetch.catalog import Catalog, Operation, bundled, read_document
from tests.catalog.documents import REAL_NAMES, real_document

Raw = dict[str, Any]
TEXTS = ("description", "title", "example", "examples", "x-enum-descriptions", "x-common-model")


@pytest.fixture(scope="module")
def document() -> Raw:
    return real_document("openapi-2026-08-18.json")


def requests_of(document: Raw) -> dict[tuple[str, str], Raw]:
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def inlined(document: Raw, value: Any) -> Any:
    """Return a schema with its references replaced by what they mean, without texts and with one null."""
    if isinstance(value, list):
        return [inlined(document, each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return inlined(document, document["components"]["schemas"][value["$ref"].rsplit("/", 1)[1]])
    out: Raw = {}
    for key, each in value.items():
        if key == "properties":
            out[key] = {name: inlined(document, part) for name, part in each.items()}
        elif key == "required":
            out[key] = sorted(each)
        elif key not in TEXTS:
            out[key] = inlined(document, each)
    if isinstance(out.get("type"), list):
        assert out["type"][1] == "null"
        out |= {"type": out["type"][0], "nullable": True}
    if any(each == {"type": "null"} for each in out.get("oneOf", ())):
        out["oneOf"] = [each for each in out["oneOf"] if each != {"type": "null"}]
        out["nullable"] = True
    return out


def resolved(document: Raw, value: Raw) -> Raw:
    if "$ref" in value:
        found: Raw = document["components"][value["$ref"].split("/")[2]][value["$ref"].rsplit("/", 1)[1]]
        return found
    return value


def compare(document: Raw, raw: Raw, operation: Operation) -> None:
    assert operation.op_id == raw["operationId"]
    assert operation.tag == raw["tags"][0]
    assert operation.compatibility_date == raw["x-compatibility-date"]
    assert list(operation.scopes) == [
        scope for each in raw.get("security") or () for part in each.values() for scope in part
    ]
    assert list(operation.required_roles) == raw.get("x-required-roles", [])
    limit = raw.get("x-rate-limit")
    if limit is None:
        assert operation.rate_limit is None
    else:
        assert operation.rate_limit is not None
        assert limit["window-size"] == "15m"
        assert (operation.rate_limit.group, operation.rate_limit.tokens, operation.rate_limit.window_s) == (
            limit["group"],
            limit["max-tokens"],
            900.0,
        )
    assert operation.client_ttl_s == raw.get("x-client-cache-ttl", raw.get("x-cache-age"))
    assert operation.server_ttl_s == raw.get("x-server-cache-ttl")
    assert operation.cache_mode == raw.get("x-server-cache-mode")
    assert operation.sends_max_age == ("x-cache-mode" in raw)
    compare_parameters(document, raw, operation)
    compare_answers(document, raw, operation)


def compare_parameters(document: Raw, raw: Raw, operation: Operation) -> None:
    wanted = [resolved(document, each) for each in raw["parameters"]]
    wanted = [each for each in wanted if each["in"] != "header"]
    found = [parameter for parameter in operation.parameters if parameter.place != "body"]
    assert [parameter.name for parameter in found] == [each["name"] for each in wanted]
    for parameter, each in zip(found, wanted, strict=True):
        assert parameter.place == each["in"]
        assert parameter.required == each.get("required", False)
        assert parameter.explode
        assert parameter.schema == inlined(document, each["schema"])
    body = operation.parameter("body")
    if "requestBody" in raw:
        assert body is not None
        assert body.required == raw["requestBody"]["required"]
        assert body.schema == inlined(document, raw["requestBody"]["content"]["application/json"]["schema"])
    else:
        assert body is None


def compare_answers(document: Raw, raw: Raw, operation: Operation) -> None:
    success = sorted(int(status) for status in raw["responses"] if status.startswith("2"))
    assert list(operation.success) == success
    contents = [raw["responses"][str(status)].get("content") for status in success]
    schemas = [content["application/json"]["schema"] for content in contents if content]
    if schemas:
        assert operation.answer == inlined(document, schemas[0])
    else:
        assert operation.answer is None
    query = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    headers = {name for each in raw["responses"].values() for name in each.get("headers", ())}
    if raw.get("x-pagination") == "cursor":
        kind = "cursor"
    elif "X-Pages" in headers:
        assert "page" in query
        kind = "pages"
    elif query & {"from_id", "last_mail_id", "from_event", "max_war_id"}:
        kind = "ids"
    else:
        assert "page" not in query
        kind = None
    assert (operation.pagination.kind if operation.pagination else None) == kind


def test_the_bundled_table_and_the_document_agree(document: Raw) -> None:
    """Every one of the 233 operations is in the table as it is in the document, and no other."""
    raws = requests_of(document)
    found = {(operation.method, operation.path): operation for operation in bundled().values()}
    assert len(raws) == 233
    assert found.keys() == raws.keys()
    assert bundled().date == document["info"]["version"]
    for request, raw in raws.items():
        compare(document, raw, found[request])


@pytest.mark.parametrize("name", REAL_NAMES)
def test_documents_of_both_versions_are_read(name: str) -> None:
    """3.0.3 and 3.1.0 documents give what stands in them, and survive their tables."""
    document = real_document(name)
    catalog = read_document(document, source=name)
    raws = requests_of(document)
    assert len(catalog) == len(raws) > 190
    for operation in catalog.values():
        compare(document, raws[operation.method, operation.path], operation)
    assert dict(Catalog.from_table(catalog.to_table(), source=name)) == dict(catalog)


def test_both_versions_were_tested() -> None:
    """Among the real documents are both versions of OpenAPI."""
    assert {real_document(name)["openapi"] for name in REAL_NAMES} == {"3.0.3", "3.1.0"}


def test_operations_that_did_not_change_read_the_same_from_both_versions() -> None:
    """An operation of one compatibility date is the same, whichever version of OpenAPI describes it."""
    older = read_document(real_document("openapi-2026-08-04.json"))
    newer = read_document(real_document("openapi-2026-08-18.json"))
    same = [op_id for op_id in older if op_id in newer and older[op_id].answer == newer[op_id].answer]
    assert len(same) > 190
    for op_id in same:
        assert older[op_id].parameters == newer[op_id].parameters
        assert older[op_id].pagination == newer[op_id].pagination


def test_every_id_of_the_oldest_document_resolves_unless_its_path_is_gone() -> None:
    """Code written for 2020-01-01 finds its operations."""
    gone = set()
    for (method, path), raw in requests_of(real_document("openapi-2020-01-01.json")).items():
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", raw["operationId"]).lower()
        if snake in bundled():
            assert (bundled()[snake].method, bundled()[snake].path) == (method, path)
            assert bundled()[raw["operationId"]] is bundled()[snake]
        else:
            gone.add(snake)
    assert gone == {"get_route_origin_destination", "get_sovereignty_map", "get_sovereignty_structures"}


def test_the_table_holds_no_sentence_of_the_document(document: Raw) -> None:
    """No description of the document is in the table: facts only."""
    table = bundled().to_table().decode()

    def descriptions(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(descriptions, value)) if value else set()
        if not isinstance(value, dict):
            return set()
        own = {
            text
            for key in ("description", "summary")
            if isinstance(text := value.get(key), str) and " " in text
        }
        return own.union(*map(descriptions, value.values()))

    sentences = descriptions(document)
    assert len(sentences) > 500
    assert not [sentence for sentence in sentences if sentence in table]
