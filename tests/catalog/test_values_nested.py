"""Lists and objects: what people write for them, and what is sent."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog.values import FAILED, convert, kind_of
from esi_fetch.errors import Problem
from tests.catalog.conversion import INTEGER, INTEGERS, TEXTS, ArrayLike, converted, refused


@pytest.mark.parametrize(
    "value",
    [
        [1, 2, 3],
        (1, 2, 3),
        range(1, 4),
        {1: "a", 2: "b", 3: "c"}.keys(),
        {3, 2, 1},
        frozenset((1, 2, 3)),
        "1,2,3",
        " 1 , 2 ,3 ",
        ["1", 2.0, 3],
        ArrayLike([1, 2, 3]),
        [ArrayLike(1), 2, 3],
    ],
)
def test_lists(value: Any) -> None:
    """Any collection, and a text with commas, is a list."""
    assert converted(value, INTEGERS) == [1, 2, 3]


def test_a_lone_value_is_a_list_of_one() -> None:
    """A single value stands for a list with it."""
    assert converted(5, INTEGERS) == [5]
    assert converted("5", INTEGERS) == [5]
    assert converted("", INTEGERS) == []
    assert converted("Jita", TEXTS) == ["Jita"]


def test_names_in_a_body_may_contain_commas() -> None:
    """A text is split in a query, and not where it is a name inside a body."""
    assert converted("a,b", TEXTS) == ["a", "b"]
    assert converted("a,b", TEXTS, in_body=True) == ["a,b"]
    assert converted("1,2", INTEGERS, in_body=True) == [1, 2]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": 1}, "here: expected a list of integers, found an object"),
        (b"12", "here: expected a list of integers, found b'12'"),
        (iter([1]), "here: expected a list of integers, found an iterator; make a list of it"),
        ([1, "x", None], "here[1]: expected an integer, found 'x'"),
        (object, "here[0]: expected an integer"),
    ],
)
def test_what_is_no_list(value: Any, said: str) -> None:
    """Wrong lists are named, and wrong entries by their index."""
    assert refused(value, INTEGERS)[0].startswith(said)


def test_every_wrong_entry_is_named_up_to_a_point() -> None:
    """Problems of entries carry their indexes; a whole column of them is cut short, and counted."""
    assert refused([1, None, "x"], INTEGERS) == [
        "here[1]: expected an integer, found null",
        "here[2]: expected an integer, found 'x'",
    ]
    many = refused(["x"] * 1000, INTEGERS)
    assert len(many) == 11
    assert many[-1] == "here: 990 more problems like these"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "too few: 0, where 1 or more are wanted"),
        ([1, 2, 3, 4], "too many: 4, where 3 are allowed; make several requests of it"),
        ([1, 2, "1"], "1 is in it twice"),
        ("2,2", "2 is in it twice"),
    ],
)
def test_lists_are_counted(value: Any, said: str) -> None:
    """Sizes hold, and entries that come to the same are the same."""
    schema = {**INTEGERS, "minItems": 1, "maxItems": 3, "uniqueItems": True}
    assert refused(value, schema) == [f"here: {said}"]


def test_wrong_entries_do_not_count_as_equal() -> None:
    """Two wrong entries are two problems of their own, not a repetition."""
    assert len(refused(["x", "x"], {**INTEGERS, "uniqueItems": True})) == 2


OBJECT = {
    "type": "object",
    "required": ["name", "kind"],
    "properties": {
        "name": {"type": "string"},
        "kind": {"type": "string", "enum": ["big"], "default": "big"},
        "count": INTEGER,
        "owner": {**INTEGER, "nullable": True},
        "parts": {
            "type": "array",
            "items": {"type": "object", "properties": {"id": INTEGER}, "required": ["id"]},
        },
    },
}


def test_objects() -> None:
    """Members are converted one by one; required ones with a default are filled in; None is not given."""
    assert converted({"name": "x", "count": "5", "parts": [{"id": "7"}]}, OBJECT) == {
        "name": "x",
        "kind": "big",
        "count": 5,
        "parts": [{"id": 7}],
    }
    assert converted({"name": "x", "count": None, "owner": None}, OBJECT) == {
        "name": "x",
        "kind": "big",
        "owner": None,
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x", ["here: expected an object, found 'x'"]),
        ([], ["here: expected an object, found a list"]),
        ({}, ["here.name: missing; a text is wanted"]),
        ({"name": None}, ["here.name: missing; a text is wanted"]),
        ({"name": 5}, ["here.name: expected a text, found the number 5; put it in quotes"]),
        ({"name": "x", "cuont": 1}, ["here.cuont: unknown property (did you mean 'count'?)"]),
        (
            {"name": "x", "zzzzz": 1},
            ["here.zzzzz: unknown property; known are count, kind, name, owner, parts"],
        ),
        ({"name": "x", 5: 1}, ["here: the key 5 can't be sent"]),
        ({"name": "x", "\ud800": 1}, ["here: the key '\\ud800' can't be sent"]),
        ({"name": "x", "parts": [{"id": 1}, {}]}, ["here.parts[1].id: missing; an integer is wanted"]),
        ({"name": "x", "parts": [{"id": 1}, None]}, ["here.parts[1]: expected an object, found null"]),
    ],
)
def test_what_is_wrong_with_an_object(value: Any, said: list[str]) -> None:
    """Missing, unknown and wrong members are named with their way."""
    assert refused(value, OBJECT) == said


def test_objects_that_allow_more() -> None:
    """additionalProperties decides about members that are not named."""
    assert converted({"a": [1]}, {"type": "object"}) == {"a": [1]}
    assert converted({"a": "1"}, {"type": "object", "additionalProperties": INTEGER}) == {"a": 1}
    assert converted({"a": 1}, {"type": "object", "properties": {"b": {}}, "additionalProperties": True}) == {
        "a": 1
    }
    nothing = {"type": "object", "additionalProperties": False}
    assert refused({"a": 1}, nothing) == ["here.a: unknown property"]


def test_choices() -> None:
    """Of several schemas, the first that fits decides."""
    schema = {"oneOf": [INTEGER, {"type": "boolean"}]}
    assert converted("5", schema) == 5
    assert converted("true", schema) is True
    assert refused("x", schema) == ["here: 'x' is none of: an integer, true or false"]
    assert converted("x", {"anyOf": [INTEGER, {"type": "string"}]}) == "x"


def test_null_in_lists_where_it_is_allowed() -> None:
    """A nullable entry may be null."""
    assert converted([1, None], {"type": "array", "items": {**INTEGER, "nullable": True}}) == [1, None]


@pytest.mark.parametrize("value", [object(), 2**70, "\ud800", {1, 2}])
def test_what_json_can_not_say_is_refused_where_anything_goes(value: Any) -> None:
    """Without a schema a value has at least to be JSON."""
    assert "expected a value" in refused(value, {})[0]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (INTEGERS, "a list of integers"),
        ({"type": "array"}, "a list"),
        ({"type": "array", "items": {"type": "object"}}, "a list"),
        ({"type": "number"}, "a number"),
        ({"type": "null"}, "nothing"),
        ({}, "a value"),
    ],
)
def test_kinds_in_words(schema: dict[str, Any], words: str) -> None:
    """What a schema wants is said in words."""
    assert kind_of(schema) == words


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=5)
    | st.decimals()
    | st.dates()
    | st.text(st.characters(categories=["Cs", "Ll"]), max_size=5)
)
keys = (
    st.sampled_from(["name", "kind", "count", "owner", "parts", "id"])
    | st.text(st.characters(), max_size=3)
    | st.integers()
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
schemas = st.sampled_from(
    [
        INTEGER,
        {"type": "integer", "minimum": 1, "maximum": 5},
        {"type": "number", "minimum": 0},
        {"type": "boolean"},
        {"type": "string", "minLength": 1, "enum": ["a", "b"]},
        {"type": "string", "format": "uuid"},
        {"type": "string"},
        {**INTEGERS, "uniqueItems": True, "minItems": 1, "maxItems": 2},
        TEXTS,
        OBJECT,
        {"type": "object"},
        {"type": "array", "items": OBJECT, "uniqueItems": True},
        {"oneOf": [INTEGER, OBJECT]},
        {},
    ]
)


@given(value=anything, schema=schemas, in_body=st.booleans())
def test_conversion_never_raises_and_gives_json(value: Any, schema: dict[str, Any], in_body: bool) -> None:
    """Any value becomes what JSON can say and stays so when converted again, or is refused."""
    problems: list[Problem] = []
    result = convert(value, schema, where="here", problems=problems, in_body=in_body)
    assert (result is FAILED) == bool(problems)
    assert all(problem.what for problem in problems)
    if result is not FAILED:
        assert orjson.loads(orjson.dumps(result)) == result
        again: list[Problem] = []
        assert convert(result, schema, where="here", problems=again, in_body=True) == result or result is None
        assert again == [] or result is None
