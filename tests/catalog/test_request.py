"""Requests: whatever the values are, they stay where they belong."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import Operation, Parameter, RequestParts, build_request, bundled, read_document
from esi_fetch.errors import ParameterError
from tests.catalog.documents import small_document

SMALL = read_document(small_document())


def test_a_request_with_defaults() -> None:
    """Required defaults are filled in, and the query is sorted by name."""
    parts = build_request(
        bundled()["GetMarketsRegionIdOrders"], {"region_id": 10000002, "type_id": "34", "page": 2}
    )
    assert parts == RequestParts(
        "/markets/10000002/orders", (("order_type", "all"), ("page", "2"), ("type_id", "34")), None
    )
    assert parts.target == "/markets/10000002/orders?order_type=all&page=2&type_id=34"


def test_a_request_without_parameters() -> None:
    """Nothing is added where nothing is asked for."""
    assert build_request(bundled()["GetStatus"], {}).target == "/status"


def test_types_in_queries() -> None:
    """Booleans, numbers and lists have one spelling; a list repeats its name in the order given."""
    parts = build_request(
        SMALL["GetThings"], {"exact": "TRUE", "price": 5, "ids": [3, 1, 2], "words": "a b+c"}
    )
    assert parts.query == (
        ("exact", "true"),
        ("ids", "3"),
        ("ids", "1"),
        ("ids", "2"),
        ("kind", "all"),
        ("price", "5.0"),
        ("words", "a b+c"),
    )
    assert parts.target.endswith("&words=a%20b%2Bc")


def test_lists_joined_with_commas() -> None:
    """Where the document says explode: false, a list is one value."""
    ids = dataclasses.replace(SMALL["GetThings"].parameters[2], explode=False)
    operation = dataclasses.replace(SMALL["GetThings"], parameters=(ids,))
    assert build_request(operation, {"ids": [3, 1]}).query == (("ids", "3,1"),)


def test_an_empty_list_is_nothing() -> None:
    """A list without entries adds nothing to a query."""
    labels = Parameter("labels", "query", False, {"type": "array"})
    for parameter in (labels, dataclasses.replace(labels, explode=False)):
        operation = Operation("GetMail", "GET", "/mail", "", parameters=(parameter,))
        assert build_request(operation, {"labels": []}).query == ()


def test_an_object_in_a_query_is_json() -> None:
    """What OpenAPI gives no simple form for is sent as JSON."""
    parameter = Parameter("filter", "query", False, {"type": "object"})
    operation = Operation("GetA", "GET", "/a", "", parameters=(parameter,))
    assert build_request(operation, {"filter": {"b": 1, "a": [True]}}).query == (
        ("filter", '{"a":[true],"b":1}'),
    )


def test_bodies_are_json() -> None:
    """Lists keep their order, objects are sorted by key, values are converted."""
    assert build_request(SMALL["PostUniverseNames"], {"body": "35, 34"}).body == b"[35,34]"
    body = {"parts": [{"type_id": "34", "quantity": 2.0}], "name": "Ж"}
    parts = build_request(SMALL["PutThingsThingId"], {"thing_id": 5, "body": body})
    assert parts.body == '{"kind":"big","name":"Ж","parts":[{"quantity":2,"type_id":34}]}'.encode()
    assert parts.target == "/things/5"


def test_an_optional_body_that_is_not_given() -> None:
    """No body is sent where none is given, and a query parameter named body is none."""
    body = Parameter("body", "body", False, {"type": "object"})
    operation = Operation("PutA", "PUT", "/a", "", parameters=(body,))
    assert build_request(operation, {}).body is None
    assert build_request(operation, {"body": {}}).body == b"{}"
    in_query = dataclasses.replace(
        operation, parameters=(Parameter("body", "query", False, {"type": "string"}),)
    )
    assert build_request(in_query, {"body": "x"}) == RequestParts("/a", (("body", "x"),), None)


def test_wrong_parameters_build_no_request() -> None:
    """Nothing is built from parameters that do not fit."""
    with pytest.raises(ParameterError):
        build_request(SMALL["GetThingsThingId"], {})


@pytest.mark.parametrize(
    "value", ["a/b", "../../x", "a?b=c", "a#b", "a%2Fb", "a b", "ж", "a\\b", "a;b", "@", ":", "~"]
)
def test_a_value_never_alters_the_path(value: str) -> None:
    """A path value is one segment, also after requests has prepared the URL."""
    parts = build_request(SMALL["GetThingsCode"], {"thing_id": 1, "code": value})
    prepared = requests.Request("GET", "https://esi.example" + parts.target).prepare().url
    assert prepared is not None
    split = urlsplit(prepared)
    assert (split.query, split.fragment) == ("", "")
    segments = split.path.split("/")
    assert segments[:3] == ["", "things", "1"]
    assert [unquote(segment) for segment in segments[3:]] == [value]


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=3, max_size=20)


@given(code=texts.filter(lambda text: text != "..."), words=texts)
def test_paths_and_queries_round_trip(code: str, words: str) -> None:
    """Whatever text is sent, the server reads it as it was, from the segment and the name it was put in."""
    operation = dataclasses.replace(
        SMALL["GetThingsCode"],
        parameters=(
            *SMALL["GetThingsCode"].parameters,
            Parameter("words", "query", False, {"type": "string"}),
        ),
    )
    parts = build_request(operation, {"thing_id": 7, "code": code, "words": words})
    path, _, query = parts.target.partition("?")
    assert [unquote(segment) for segment in path.split("/")] == ["", "things", "7", code]
    assert parse_qsl(query, keep_blank_values=True, strict_parsing=True) == [("words", words)]
    assert parts.target.isascii()
    assert not set(parts.target) & set(' \t\r\n#"<>')


json_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
json_objects = st.dictionaries(
    st.text(max_size=5), json_scalars | st.lists(json_scalars, max_size=3), max_size=5
)


@given(body=json_objects)
def test_bodies_round_trip(body: dict[str, Any]) -> None:
    """A body is read as it was given, except for members that are None; equal bodies are equal bytes."""
    operation = Operation(
        "PutA", "PUT", "/a", "", parameters=(Parameter("body", "body", True, {"type": "object"}),)
    )
    sent = build_request(operation, {"body": body}).body
    assert sent is not None
    assert orjson.loads(sent) == {key: value for key, value in body.items() if value is not None}
    backwards = dict(reversed(body.items()))
    assert build_request(operation, {"body": backwards}).body == sent


@given(ids=st.lists(st.integers(0, 2**40), min_size=1, max_size=3, unique=True))
def test_equal_parameters_are_equal_requests(ids: list[int]) -> None:
    """Numbers and their texts build the same request."""
    spellings: list[Any] = [ids, [str(each) for each in ids], ",".join(map(str, ids)), tuple(map(float, ids))]
    built = {build_request(SMALL["GetThings"], {"ids": spelling}) for spelling in spellings}
    assert len(built) == 1
