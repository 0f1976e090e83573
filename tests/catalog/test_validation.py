"""Parameters are checked against their operation before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import Operation, bundled, complete_parameters, parameter_problems, read_document
from esi_fetch.errors import ParameterError, Problem
from tests.catalog.documents import small_document

SMALL = read_document(small_document())


def problems(op_id: str, **parameters: Any) -> list[str]:
    return [str(problem) for problem in parameter_problems(SMALL[op_id], parameters)]


@pytest.mark.parametrize(
    ("op_id", "parameters"),
    [
        ("GetThings", {}),
        (
            "GetThings",
            {"kind": "small", "ids": [1, 2], "page": 3, "exact": True, "price": 1.5, "words": "abc"},
        ),
        ("GetThings", {"kind": None, "ids": "1,2", "page": "3", "exact": "false", "price": "1.5"}),
        ("GetThingsThingId", {"thing_id": 5}),
        ("GetThingsCode", {"thing_id": "5", "code": "a/b"}),
        ("PostUniverseNames", {"body": [34, 35]}),
        ("PostUniverseNames", {"body": "34,35"}),
        ("PutThingsThingId", {"thing_id": 1, "body": {"name": "x", "parts": [{"type_id": 34}]}}),
        ("GetFreelanceJobsListing", {"before": "0", "limit": 100}),
        ("GetWars", {}),
    ],
)
def test_good_parameters_have_no_problems(op_id: str, parameters: dict[str, Any]) -> None:
    """What an operation takes is fine, in any of the accepted spellings."""
    assert problems(op_id, **parameters) == []


@pytest.mark.parametrize(
    ("op_id", "parameters", "said"),
    [
        ("GetThingsThingId", {}, ["parameters.thing_id: missing; GetThingsThingId needs it: an integer"]),
        (
            "GetThingsThingId",
            {"thing_id": None},
            ["parameters.thing_id: missing; GetThingsThingId needs it: an integer"],
        ),
        (
            "PostUniverseNames",
            {},
            ["parameters.body: missing; PostUniverseNames needs it: a list of integers"],
        ),
        (
            "GetThingsThingId",
            {"thing_id": 1, "thingid": 1},
            ["parameters.thingid: GetThingsThingId has no parameter 'thingid' (did you mean 'thing_id'?)"],
        ),
        (
            "GetThings",
            {"If-None-Match": "x"},
            [
                "parameters.If-None-Match: GetThings has no parameter 'If-None-Match'; "
                "it takes kind, page, ids, exact, price, words"
            ],
        ),
        ("GetThings", {"X-Tenant": "x"}, ["parameters.X-Tenant: GetThings has no parameter 'X-Tenant'"]),
        (
            "GetThings",
            {"kind": "bgi"},
            ["parameters.kind: 'bgi' is not one of big, small, all (did you mean 'big'?)"],
        ),
        ("GetThings", {"page": 0}, ["parameters.page: 0 is too small: 1 or more"]),
        ("GetThings", {"page": True}, ["parameters.page: expected an integer, found True"]),
        ("GetThings", {"ids": ["x"]}, ["parameters.ids[0]: expected an integer, found 'x'"]),
        ("GetThings", {"ids": [1, 1]}, ["parameters.ids: 1 is in it twice"]),
        ("GetThings", {"words": "ab"}, ["parameters.words: 'ab' is too short: 3 characters or more"]),
        ("GetFreelanceJobsListing", {"limit": 101}, ["parameters.limit: 101 is too large: 100 or less"]),
        (
            "GetFreelanceJobsListing",
            {"before": "0", "after": "0"},
            ["parameters.after: 'before' and 'after' can't be given together"],
        ),
        (
            "PutThingsThingId",
            {"thing_id": 1, "body": {"nmae": "x", "parts": [{"type_id": "x"}]}},
            [
                "parameters.body.nmae: unknown property (did you mean 'name'?)",
                "parameters.body.parts[0].type_id: expected an integer, found 'x'",
                "parameters.body.name: missing; a text is wanted",
            ],
        ),
        (
            "PutThingsThingId",
            {"thing_id": 1, "body": "x"},
            ["parameters.body: expected an object, found 'x'"],
        ),
    ],
)
def test_each_problem_has_its_place(op_id: str, parameters: dict[str, Any], said: list[str]) -> None:
    """A problem says where it is, what is wrong and the nearest right word."""
    found = problems(op_id, **parameters)
    assert len(found) == len(said)
    for problem, words in zip(found, said, strict=True):
        assert problem.startswith(words)


def test_all_problems_are_found_in_one_go() -> None:
    """Nobody has to mend one mistake to hear of the next."""
    found = problems("GetThings", kind="x", page=0, ids=["x", "y"], nothing=1)
    assert len(found) == 5


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_what_a_path_would_lose_is_refused(value: str) -> None:
    """A value that would change which resource is named is not sent."""
    assert problems("GetThingsCode", thing_id=1, code=value) == [
        f"parameters.code: {value!r} can't stand in a path"
    ]


@pytest.mark.parametrize("value", ["...", "a..b", "/", "?", "..;"])
def test_what_a_path_can_carry_is_fine(value: str) -> None:
    """Any other text can be encoded into a path."""
    assert problems("GetThingsCode", thing_id=1, code=value) == []


def test_names_that_are_no_texts() -> None:
    """A parameter's name has to be a text."""
    (problem,) = parameter_problems(SMALL["GetWars"], {5: 1})  # type: ignore[dict-item]
    assert problem.where == "parameters"
    assert "has no parameter 5" in problem.what


def test_an_operation_without_parameters_says_so() -> None:
    """There is nothing to suggest where nothing is taken."""
    (problem,) = parameter_problems(bundled()["GetStatus"], {"server": "x"})
    assert problem == Problem("parameters.server", "GetStatus has no parameter 'server'; it takes none")


@pytest.mark.parametrize("parameters", [None, [], "region_id=5", 5])
def test_parameters_that_are_no_mapping(parameters: Any) -> None:
    """Parameters have names."""
    (problem,) = parameter_problems(SMALL["GetWars"], parameters)
    assert problem.where == "parameters"


def test_completing_fills_in_required_defaults_only() -> None:
    """Required parameters with a default are filled in, optional ones are left to ESI; None is left out."""
    assert complete_parameters(SMALL["GetThings"], {"ids": {2, 1}, "words": None}) == {
        "ids": [1, 2],
        "kind": "all",
    }
    assert complete_parameters(SMALL["GetFreelanceJobsListing"], {}) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"page": 1}, {"page": "1"}),
        ({"page": 1}, {"page": 1.0}),
        ({}, {"kind": "all"}),
        ({"ids": 5}, {"ids": [5]}),
        ({"price": 1}, {"price": "1.0"}),
        ({"exact": True}, {"exact": "true"}),
        ({"exact": True, "page": 1}, {"page": 1, "exact": True}),
    ],
)
def test_what_means_the_same_is_completed_to_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Different spellings of the same parameters are equal once completed."""
    first, second = (complete_parameters(SMALL["GetThings"], each) for each in (one, other))
    assert first == second
    assert list(first.items()) == list(second.items())


def test_completing_wrong_parameters_raises() -> None:
    """Wrong parameters are an input error that carries all its problems."""
    with pytest.raises(ParameterError) as error:
        complete_parameters(SMALL["GetThings"], {"page": 0, "ids": "x"})
    assert [problem.where for problem in error.value.problems] == ["parameters.ids[0]", "parameters.page"]


def test_the_page_of_an_operation_of_pages_is_a_parameter() -> None:
    """One page alone may be asked for."""
    assert parameter_problems(bundled()["GetMarketsRegionIdOrders"], {"region_id": 10000002, "page": 2}) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(data=st.data(), operation=st.sampled_from(list(bundled().values())))
def test_validation_never_raises(data: st.DataObject, operation: Operation) -> None:
    """Whatever JSON is given for the parameters of a real operation, the answer is a list of problems."""
    names = st.sampled_from([parameter.name for parameter in operation.parameters] or ["x"]) | st.text(
        max_size=5
    )
    parameters = data.draw(st.dictionaries(names, json_values, max_size=5))
    found = parameter_problems(operation, parameters)
    assert all(problem.where.startswith("parameters") and problem.what for problem in found)
    if not found:
        completed = complete_parameters(operation, parameters)
        assert complete_parameters(operation, completed) == completed
