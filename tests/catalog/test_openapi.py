"""Reading OpenAPI documents: what is taken from them, and how what is wrong with them is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from esi_fetch.catalog import Catalog, Pagination, Parameter, RateLimit, read_document
from esi_fetch.errors import CatalogError
from tests.catalog.documents import INTEGER, damage, places, small_document

Document = dict[str, Any]


def things(document: Document) -> Document:
    operation: Document = document["paths"]["/things"]["get"]
    return operation


def test_reads_a_whole_operation() -> None:
    """Everything that a document says about an operation is in the catalog."""
    catalog = read_document(small_document(), source="small.json")
    operation = catalog["GetThings"]
    assert (catalog.date, catalog.source, len(catalog)) == ("2026-08-18", "small.json", 7)
    assert (operation.op_id, operation.method, operation.path, operation.tag) == (
        "GetThings",
        "GET",
        "/things",
        "Things",
    )
    assert [parameter.name for parameter in operation.parameters] == [
        "kind",
        "page",
        "ids",
        "exact",
        "price",
        "words",
    ]
    assert operation.rate_limit == RateLimit("thing", 600, 900.0)
    assert (operation.client_ttl_s, operation.server_ttl_s, operation.cache_mode) == (300, 290, "ttl-based")
    assert operation.sends_max_age
    assert operation.success == (200,)
    assert operation.compatibility_date == "2020-01-01"
    assert operation.scopes == operation.required_roles == ()


def test_headers_that_every_request_has_are_no_parameters() -> None:
    """Header parameters, referenced or not, do not become parameters."""
    document = small_document()
    things(document)["parameters"].append({"name": "X-Other", "in": "header", "schema": {"type": "string"}})
    names = [parameter.name for parameter in read_document(document)["GetThings"].parameters]
    assert "X-Tenant" not in names
    assert "X-Other" not in names


def test_parameters_carry_defaults_enums_and_bounds() -> None:
    """A parameter's schema says what is allowed, and what is filled in."""
    operation = read_document(small_document())["GetThings"]
    assert operation.parameter("kind") == Parameter(
        "kind", "query", True, {"type": "string", "enum": ["big", "small", "all"], "default": "all"}
    )
    assert operation.parameter("kind").default == "all"  # type: ignore[union-attr]
    assert operation.parameter("ids").schema["maxItems"] == 3  # type: ignore[union-attr]
    assert operation.parameter("nothing") is None


def test_a_body_is_the_parameter_body() -> None:
    """A request body becomes a parameter named body."""
    body = read_document(small_document())["PostUniverseNames"].parameter("body")
    assert body is not None
    assert (body.place, body.required, body.schema["maxItems"]) == ("body", True, 5)


def test_scopes_and_roles() -> None:
    """Scopes come from the security of an operation, roles from its own key."""
    operation = read_document(small_document())["GetThingsThingId"]
    assert operation.scopes == ("esi-things.read_things.v1",)
    assert operation.required_roles == ("Director", "Trader")


@pytest.mark.parametrize(
    ("own", "shared", "scopes"),
    [
        (None, [{"OAuth2": ["a"]}], ("a",)),
        ([], [{"OAuth2": ["a"]}], ()),
        ([{"OAuth2": ["a", "b"]}], None, ("a", "b")),
        ([{"OAuth2": ["a"]}, {}], None, ()),
    ],
)
def test_security_of_the_document_and_alternatives(own: Any, shared: Any, scopes: tuple[str, ...]) -> None:
    """An operation's security overrules the document's, and an empty alternative means none."""
    document = small_document()
    document["security"] = shared
    things(document)["security"] = own
    assert read_document(document)["GetThings"].scopes == scopes


def test_answers_and_statuses() -> None:
    """The answer is the one of the first success that has a body; a 204 has none."""
    catalog = read_document(small_document())
    detail = catalog["GetThingsThingId"]
    assert detail.success == (200, 204)
    assert detail.answer is not None
    assert set(detail.answer["properties"]) == {"thing_id", "description", "kept", "state"}
    assert (catalog["PutThingsThingId"].success, catalog["PutThingsThingId"].answer) == ((204,), None)


def test_older_documents_hint_with_another_key() -> None:
    """x-cache-age counts where x-client-cache-ttl is absent."""
    operation = read_document(small_document())["GetThingsThingId"]
    assert (operation.client_ttl_s, operation.server_ttl_s, operation.cache_mode) == (60, None, None)
    assert not operation.sends_max_age


def test_an_unknown_cache_mode_is_no_mode() -> None:
    """A cache mode of the future does not keep the document from being read."""
    document = small_document()
    things(document)["x-server-cache-mode"] = "astrology-based"
    assert read_document(document)["GetThings"].cache_mode is None


def test_pagination_styles() -> None:
    """Each style of walking is told, with the list's name and what identifies its rows."""
    catalog = read_document(small_document())
    assert catalog["GetThings"].pagination == Pagination("pages", "page", None, None)
    assert catalog["GetFreelanceJobsListing"].pagination == Pagination("cursor", "before", "jobs", "id")
    assert catalog["GetWars"].pagination == Pagination("ids", "max_war_id", None, "")
    assert catalog["GetThingsThingId"].pagination is None


@pytest.mark.parametrize("sign", ["header", "parameter"])
def test_either_sign_of_pages_is_enough(sign: str) -> None:
    """X-Pages in any case, or a page parameter, make an operation one of pages."""
    document = small_document()
    operation = things(document)
    if sign == "header":
        operation["parameters"] = []
        operation["responses"]["200"]["headers"] = {"x-pages": {"schema": INTEGER}}
    else:
        operation["responses"]["200"].pop("headers")
    pagination = read_document(document)["GetThings"].pagination
    assert pagination is not None
    assert pagination.kind == "pages"


def test_a_row_id_that_the_answer_lost_is_not_used() -> None:
    """A known id field that is no longer in the rows is dropped."""
    document = small_document()
    jobs = document["paths"]["/freelance-jobs"]["get"]["responses"]["200"]["content"]["application/json"]
    jobs["schema"]["properties"]["jobs"]["items"]["properties"] = {"uuid": {"type": "string"}}
    pagination = read_document(document)["GetFreelanceJobsListing"].pagination
    assert pagination is not None
    assert pagination.id_field is None


def test_what_may_be_repeated() -> None:
    """GETs and POSTs that only read may be repeated; everything else may not."""
    document = small_document()
    document["paths"]["/things"]["post"] = {
        "operationId": "PostThings",
        "responses": {"201": {"description": "-"}},
    }
    catalog = read_document(document)
    assert catalog["GetThings"].repeatable
    assert catalog["PostUniverseNames"].repeatable
    assert not catalog["PutThingsThingId"].repeatable
    assert not catalog["PostThings"].repeatable


def test_an_operation_overrules_what_its_path_says() -> None:
    """A parameter of the path holds for its methods unless they have their own."""
    document = small_document()
    item = document["paths"]["/things"]
    item["parameters"] = [
        {"name": "kind", "in": "query", "schema": {"type": "integer"}},
        {"name": "more", "in": "query", "schema": {"type": "integer"}},
    ]
    operation = read_document(document)["GetThings"]
    assert operation.parameter("kind").schema["type"] == "string"  # type: ignore[union-attr]
    assert operation.parameter("more") is not None


def test_lists_joined_with_commas() -> None:
    """explode: false is kept for lists and means nothing elsewhere."""
    document = small_document()
    things(document)["parameters"][1]["explode"] = False
    things(document)["parameters"][2]["explode"] = False
    operation = read_document(document)["GetThings"]
    assert operation.parameter("page").explode  # type: ignore[union-attr]
    assert not operation.parameter("ids").explode  # type: ignore[union-attr]


def test_unknown_keys_and_methods_are_ignored() -> None:
    """Keys that a document gains later change nothing."""
    document = small_document()
    before = read_document(document)
    document["x-new"] = 5
    document["paths"]["/things"]["x-new"] = [1]
    document["paths"]["/things"]["summary"] = "a text"
    things(document)["x-new"] = {"a": 1}
    document["components"]["schemas"]["Unused"] = {"$ref": "#/nowhere"}
    after = read_document(document)
    assert dict(after) == dict(before)


def test_referenced_responses_and_bodies() -> None:
    """References are followed wherever they stand."""
    document = small_document()
    operation = document["paths"]["/universe/names"]["post"]
    document["components"]["responses"] = {"Names": operation["responses"]["200"]}
    document["components"]["requestBodies"] = {"a/b~c": operation["requestBody"]}
    expected = read_document(document)["PostUniverseNames"]
    operation["responses"]["200"] = {"$ref": "#/components/responses/Names"}
    operation["requestBody"] = {"$ref": "#/components/requestBodies/a~1b~0c"}
    assert read_document(document)["PostUniverseNames"] == expected


GET = "paths>/things>get"


@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        ("openapi", "2.0", "openapi: OpenAPI 3.0 or 3.1 is wanted, found '2.0'"),
        ("openapi", ..., "'openapi' is missing"),
        ("swagger", "2.0", "swagger: this is a Swagger document"),
        ("info>version", "1.36", "info.version: expected a date such as 2026-08-18, found '1.36'"),
        ("info>version", "20260818", "info.version: expected a date"),
        ("info>version", "2026-02-30", "info.version: expected a date"),
        ("info", [], "info: expected an object, found a list"),
        ("paths", ..., "'paths' is missing"),
        ("paths", {}, "paths: no operation in it"),
        (f"{GET}>operationId", ..., "paths./things.get: 'operationId' is missing"),
        (f"{GET}>operationId", "a b", "paths./things.get.operationId: expected a name"),
        (f"{GET}>operationId", "GetWars", "'GetWars' is there twice"),
        (f"{GET}>operationId", "get_wars", "'GetWars' is there twice (as 'get_wars')"),
        (f"{GET}>parameters>2>in", "space", "paths./things.get.parameters[2].in: expected path, query"),
        (f"{GET}>parameters>2>schema", 7, "things.get.parameters[2].schema: expected an object, found 7"),
        (f"{GET}>parameters>2", None, "paths./things.get.parameters[2]: expected an object, found null"),
        (
            f"{GET}>parameters>2>name",
            "kind",
            "paths./things.get.parameters[2]: the parameter 'kind' is there twice",
        ),
        (f"{GET}>parameters>2>schema>type", "list", "parameters[2].schema.type: unknown type 'list'"),
        (f"{GET}>parameters>2>schema>maxItems", -1, "maxItems: expected a whole number, 0 or more, found -1"),
        (f"{GET}>parameters>2>schema>uniqueItems", "x", "uniqueItems: expected true or false"),
        (f"{GET}>parameters>1>schema>minimum", True, "minimum: expected a number"),
        (
            f"{GET}>parameters>6>$ref",
            "#/components/parameters/No",
            "'#/components/parameters/No' leads nowhere",
        ),
        (f"{GET}>parameters>6>$ref", "other.json#/x", "only references inside the document"),
        ("components>parameters>Tenant", {"$ref": "#/components/parameters/Tenant"}, "leads back to itself"),
        (f"{GET}>responses", {"default": {}}, "paths./things.get.responses: no status of success"),
        (f"{GET}>responses>200>content>application/json", ..., "'application/json' is missing"),
        (f"{GET}>x-rate-limit>window-size", "soon", "x-rate-limit.window-size: expected a time such as 15m"),
        (f"{GET}>x-rate-limit>window-size", "0m", "expected a time such as 15m"),
        (f"{GET}>x-rate-limit>max-tokens", 0, "max-tokens: expected a whole number, 1 or more"),
        (f"{GET}>x-rate-limit>group", ..., "x-rate-limit: 'group' is missing"),
        (f"{GET}>x-client-cache-ttl", 1.5, "x-client-cache-ttl: expected a whole number"),
        (f"{GET}>x-compatibility-date", "later", "x-compatibility-date: expected a date"),
        (f"{GET}>x-pagination", "spiral", "x-pagination: unknown style of pagination 'spiral'"),
        (f"{GET}>x-pagination", "cursor", "x-pagination: no parameters 'before' and 'after'"),
        (
            f"{GET}>responses>200>content>application/json>schema",
            {"type": "object"},
            "holds no lists, not one",
        ),
        ("paths>/things/{thing_id}>get>parameters>0>name", "id", "path parameters do not fit each other"),
        ("paths>things", {"get": {"operationId": "A", "responses": {"200": {}}}}, "the path 'things'"),
        ("components>schemas>Thing", {"$ref": "#/components/schemas/Nope"}, "leads nowhere"),
        ("components>schemas>Thing>required", "thing_id", "schemas.Thing.required: expected a list"),
    ],
)
def test_what_is_malformed_is_named_with_its_place(way: str, value: Any, said: str) -> None:
    """A malformed document is refused with the source and the place of the first thing wrong with it."""
    steps = tuple(int(step) if len(step) == 1 and step.isdigit() else step for step in way.split(">"))
    document = damage(small_document(), steps, value)
    with pytest.raises(CatalogError) as error:
        read_document(document, source="doc.json")
    assert str(error.value).startswith("doc.json: ")
    assert said in str(error.value)


def test_a_parameter_named_body_beside_a_body() -> None:
    """A query parameter can't be told from the body when it has its name."""
    document = small_document()
    operation = document["paths"]["/universe/names"]["post"]
    operation["parameters"] = [{"name": "body", "in": "query", "schema": {}}]
    with pytest.raises(CatalogError, match="a parameter named 'body' as well"):
        read_document(document)


def test_several_lists_in_a_walked_answer() -> None:
    """A walked answer has to show which of its lists is the one."""
    document = small_document()
    jobs = document["paths"]["/freelance-jobs"]["get"]["responses"]["200"]["content"]["application/json"]
    jobs["schema"]["properties"]["more"] = {"type": "array"}
    with pytest.raises(CatalogError, match="holds 2 lists, not one"):
        read_document(document)


@pytest.mark.parametrize("junk", [None, [], "a text", 5, True, {}, {1: 2}, {"openapi": 3}])
def test_what_is_no_document_at_all(junk: Any) -> None:
    """Anything that is not a document is refused as such."""
    with pytest.raises(CatalogError):
        read_document(junk)


JUNK: tuple[Any, ...] = (..., None, [], {}, "junk", -1, 1.5, True, [None], {"$ref": "#/nowhere"})


@pytest.mark.parametrize("top", ["openapi", "info", "servers", "tags", "paths", "components"])
def test_a_damaged_document_is_read_or_refused(top: str) -> None:
    """Whatever is deleted or replaced: the document loads and can be written, or a CatalogError says why."""
    outcomes = []
    for way in places(small_document()):
        if way[0] == top:
            for junk in JUNK:
                try:
                    table = read_document(damage(small_document(), way, junk)).to_table()
                except CatalogError as error:
                    outcomes.append(str(error))
                else:
                    outcomes.append("")
                    assert Catalog.from_table(table, source="").date
    assert outcomes
    if top == "paths":
        assert 100 < outcomes.count("") < len(outcomes) - 100


def test_a_document_beyond_all_depth_is_refused() -> None:
    """Schemas nested without end are an error, not a crash."""
    document = small_document()
    schema: Document = {}
    for _ in range(500):
        schema = {"type": "array", "items": schema}
    document["components"]["schemas"]["Thing"] = schema
    with pytest.raises(CatalogError, match="nested too deeply"):
        read_document(document)


@pytest.mark.parametrize(
    "make",
    [
        lambda text: {"description": text, "title": text},
        lambda text: {"example": text, "examples": [text], "x-anything": text},
    ],
)
def test_no_texts_of_the_document_are_kept(make: Callable[[str], Document]) -> None:
    """Descriptions, titles and examples stay out of the catalog."""
    document = small_document()
    for schema in document["components"]["schemas"].values():
        schema.update(make("SECRET"))
    things(document).update(make("SECRET"))
    table = read_document(document).to_table()
    assert b"SECRET" not in table
    assert b"a text" not in table
    assert b"an example" not in table
