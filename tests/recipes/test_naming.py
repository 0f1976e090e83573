"""Names for ids and ids for names: any number, in order, at the cost of few refusals."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.errors import ParameterError, ServerError
from esi_fetch.recipes import ids, names
from esi_fetch.recipes.naming import has_name
from esi_fetch.sandbox import Sandbox
from tests.recipes.conftest import Make

CHARACTERS = range(90_000_000, 90_002_500)
NOBODY = 89_999_999
PLANET, STRUCTURE = 40_000_001, 1_021_000_000_000


def statuses(sandbox: Sandbox) -> Counter[int | None]:
    return Counter(seen.status for seen in sandbox.requests)


def test_there_is_a_row_for_each_id_in_order(esi: Esi) -> None:
    """Ids of any kinds come back as given, repeated ones too, unknown ones without a name."""
    rows = names(esi, ids=[34, NOBODY, 30000142, 34])
    assert rows == [
        {"id": 34, "name": "Tritanium", "category": "inventory_type"},
        {"id": NOBODY, "name": None, "category": None},
        {"id": 30000142, "name": "Jita", "category": "solar_system"},
        {"id": 34, "name": "Tritanium", "category": "inventory_type"},
    ]


def test_a_thousand_are_asked_about_at_a_time(esi: Esi, sandbox: Sandbox) -> None:
    """Any number goes in chunks of what ESI takes, and the order does not change what is asked."""
    rows = names(esi, ids=list(reversed(CHARACTERS)))
    assert [row["id"] for row in rows] == list(reversed(CHARACTERS))
    assert all(row["name"] for row in rows)
    assert statuses(sandbox) == {200: 3}
    names(esi, ids=list(CHARACTERS))
    assert statuses(sandbox) == {200: 3}


def test_an_unknown_id_costs_few_refusals(esi: Esi, sandbox: Sandbox) -> None:
    """One bad id among a thousand costs four refusals, and is remembered."""
    some = [*CHARACTERS[:999], NOBODY]
    done = esi.fetch(Job(recipe="names", parameters={"ids": some})).result
    assert done is not None
    assert [row["id"] for row in done.data if row["name"] is None] == [NOBODY]
    assert done.remarks == (f"1 id unknown to ESI: {NOBODY}",)
    assert statuses(sandbox)[404] == 4
    # In another list, with others, it is not asked about again.
    sandbox.clear()
    rows = names(esi, ids=[*CHARACTERS[1000:1010], NOBODY])
    assert [row["id"] for row in rows if row["name"] is None] == [NOBODY]
    assert statuses(sandbox) == {200: 1}


def test_it_is_asked_about_again_later(esi: Esi, sandbox: Sandbox, clock: HeldClock) -> None:
    """An unknown id may be somebody's by now: it is not remembered for ever."""
    names(esi, ids=[NOBODY, 34])
    clock.advance(901)
    sandbox.clear()
    assert names(esi, ids=[NOBODY])[0]["name"] is None
    assert statuses(sandbox) == {404: 1}


def test_what_has_no_name_is_not_asked_about(esi: Esi, sandbox: Sandbox) -> None:
    """Planets, structures and negative numbers are unknown without a request."""
    assert [row["name"] for row in names(esi, ids=[PLANET, STRUCTURE, -1])] == [None, None, None]
    assert sandbox.count() == 0
    assert has_name(34)


def test_no_ids_are_no_request(esi: Esi, sandbox: Sandbox) -> None:
    """An empty list is answered with one."""
    assert names(esi, ids=[]) == []
    assert ids(esi, names=[]) == []
    assert sandbox.count() == 0


def test_only_unknown_ids_are_passed_over(make: Make, sandbox: Sandbox) -> None:
    """When ESI fails, so does the recipe, and says with what."""
    sandbox.faults.add("PostUniverseNames", status=502, times=None)
    with pytest.raises(ServerError, match="502"):
        names(make(), ids=[34, 35])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(89_999_950, 90_000_050), max_size=200))
def test_any_mix_comes_out_right(esi: Esi, clock: HeldClock, some: list[int]) -> None:
    """However known and unknown ids are mixed, each known one has its name, and no other."""
    clock.advance(3600)  # the error limit is full again
    rows = names(esi, ids=some)
    assert [row["id"] for row in rows] == some
    assert all((row["name"] is None) == (row["id"] < 90_000_000) for row in rows)


def test_ids_for_names(esi: Esi) -> None:
    """Names are found in any case; each stands as it was given, unknown ones without an id."""
    done = esi.fetch(Job(recipe="ids", parameters={"names": ["JITA", "nope", "Tritanium", "", "x" * 101]}))
    assert done.result is not None
    assert done.result.data[:3] == [
        {"name": "JITA", "id": 30000142, "category": "solar_system"},
        {"name": "nope", "id": None, "category": None},
        {"name": "Tritanium", "id": 34, "category": "inventory_type"},
    ]
    assert [row["id"] for row in done.result.data[3:]] == [None, None]
    assert done.result.remarks[0].startswith("3 names unknown to ESI: nope, ")


def test_there_and_back(esi: Esi, sandbox: Sandbox) -> None:
    """The names of 1,200 ids, which take three requests, lead back to the ids."""
    known = names(esi, ids=list(CHARACTERS[:1200]))
    sandbox.clear()
    back = ids(esi, names=[row["name"] for row in known])
    assert sandbox.count(op_id="PostUniverseIds") == 3
    assert [row["id"] for row in back if row["category"] == "character"] == list(CHARACTERS[:1200])


def test_wrong_ids_are_told_at_once(esi: Esi, sandbox: Sandbox) -> None:
    """What is no id is an error before anything is sent."""
    with pytest.raises(ParameterError, match=r"parameters\.ids\[1\]: expected an integer, found 'x'"):
        names(esi, ids=[34, "x"])  # type: ignore[list-item]
    assert sandbox.count() == 0
