"""Rows of tables: which column is what, and of which type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import bundled, complete_parameters, read_document, typed_parameters, with_settled_row
from esi_fetch.errors import ParameterError
from esi_fetch.model.job import Job
from tests.catalog.documents import small_document

SMALL = read_document(small_document())
HISTORY = bundled()["GetMarketsRegionIdHistory"]


def settled(op_id: str, cells: dict[str, Any], **fixed: Any) -> Job:
    """Return the job of a row, with the cells where they belong."""
    (job,) = Job(op_id, fixed).for_each([cells])
    return with_settled_row(job, SMALL[op_id])


def complaints(op_id: str, cells: dict[str, Any], **fixed: Any) -> list[str]:
    with pytest.raises(ParameterError) as caught:
        settled(op_id, cells, **fixed)
    return [str(problem) for problem in caught.value.problems]


def test_columns_are_parameters_or_attributes() -> None:
    """What the operation takes becomes a parameter of its type; all else stays for templates."""
    job = settled("GetThingsThingId", {"thing_id": "5", "label": "05", "note": None})
    assert job.parameters == {"thing_id": 5}
    assert job.attributes == {"label": "05", "note": None}
    assert job.row is not None
    assert job.row.cells is None


@pytest.mark.parametrize(
    ("cells", "parameters"),
    [
        ({"kind": "small"}, {"kind": "small"}),
        ({"ids": "1, 2,3"}, {"ids": [1, 2, 3]}),
        ({"ids": [1, 2]}, {"ids": [1, 2]}),
        ({"exact": "TRUE"}, {"exact": True}),
        ({"price": "1.5"}, {"price": 1.5}),
        ({"page": None, "kind": None, "price": 2}, {"price": 2}),
    ],
)
def test_types_are_the_operations(cells: dict[str, Any], parameters: dict[str, Any]) -> None:
    """Text from CSV and values from JSON become what the operation wants; empty cells are not given."""
    assert settled("GetThings", cells).parameters == parameters


@pytest.mark.parametrize("cell", ["[34, 35]", "34,35", "34, 35", [34, 35], ["34", 35.0]])
def test_a_body_is_json_or_a_list_with_commas(cell: Any) -> None:
    """A cell gives a body as the command line does."""
    assert settled("PostUniverseNames", {"body": cell}).parameters == {"body": [34, 35]}


@given(st.integers(1, 2**31 - 1), st.sampled_from([str, int, float, lambda n: f" {n} "]))
def test_an_integer_is_an_integer_however_it_is_written(number: int, write: Any) -> None:
    """Rows of any table mean the same, and mean what the same parameter means without a table."""
    (job,) = Job("GetMarketsRegionIdHistory", {"region_id": 1}).for_each([{"type_id": write(number)}])
    parameters = with_settled_row(job, HISTORY).parameters
    assert complete_parameters(HISTORY, parameters) == {"region_id": 1, "type_id": number}


def test_a_job_without_a_row_is_left_alone() -> None:
    """So is one whose row is settled."""
    job = Job("GetThings")
    assert with_settled_row(job, SMALL["GetThings"]) is job
    job = settled("GetThingsThingId", {"thing_id": "5"})
    assert with_settled_row(job, SMALL["GetThingsThingId"]) is job


def test_all_that_is_wrong_with_a_row_is_named() -> None:
    """Columns with wrong values, and parameters that are wrong in the job itself, come in one go."""
    assert complaints("GetThings", {"page": "x", "kind": "smal", "exact": "yes"}, pages=1) == [
        "column 'page': expected an integer, found 'x'",
        "column 'kind': 'smal' is not one of big, small, all (did you mean 'small'?)",
        "column 'exact': expected true or false, found 'yes'",
        "parameters.pages: GetThings has no parameter 'pages' (did you mean 'page'?)",
    ]


def test_what_is_needed_and_not_there() -> None:
    """An empty cell, a missing column, and one that is misspelt are told apart."""
    assert complaints("GetThingsThingId", {"thing_id": None}) == [
        "column 'thing_id': is empty; GetThingsThingId needs it: an integer"
    ]
    assert complaints("GetThingsThingId", {"thingid": "5"}) == [
        "parameters.thing_id: missing; GetThingsThingId needs it: an integer; the table has no such column"
        " (did you mean 'thingid'?)"
    ]


def test_a_body_that_is_not_json_says_where() -> None:
    """The reader's own words are told with the column."""
    (complaint,) = complaints("PostUniverseNames", {"body": "[34,"})
    assert complaint.startswith("column 'body': line 1, column 5: this is not JSON")


def test_given_parameters_can_be_typed_alone() -> None:
    """For a job file, what was typed becomes what is meant; what a table brings later need not be there."""
    assert typed_parameters(HISTORY, {"region_id": "10000002"}) == {"region_id": 10000002}
    assert typed_parameters(HISTORY, {"region_id": "x", "nope": 1}) == {}
