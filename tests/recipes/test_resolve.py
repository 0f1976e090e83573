"""``esi.resolve``: ids for names, as people say them."""

from __future__ import annotations

from typing import Any

import pytest

from esi_fetch import Esi
from esi_fetch.errors import ParameterError, UnknownNameError
from esi_fetch.fetch import category_named, picked
from esi_fetch.recipes import market_types, region_names, stations
from esi_fetch.sandbox import Sandbox
from tests.recipes.conftest import Make


def test_names_become_ids(esi: Esi, sandbox: Sandbox) -> None:
    """Anything that has a name is found, in any case, and asked about once."""
    assert esi.resolve("The Forge") == 10000002
    assert esi.resolve("tritanium") == 34
    assert esi.resolve("JITA", category="system") == 30000142
    assert esi.resolve("Jita IV - Moon 4 - Caldari Navy Assembly Plant", category="station") == 60003760
    character = esi.get("PostUniverseNames", body=[90000001])[0]["name"]
    assert esi.resolve(character) == 90000001
    sandbox.clear()
    assert esi.resolve("The Forge", category="region") == 10000002
    assert sandbox.count() == 0


def test_unknown_names_get_the_nearest_that_are_known(make: Make) -> None:
    """What the store has names of is suggested, of the kind that is meant; without a store nothing is."""
    esi = make()
    with pytest.raises(UnknownNameError, match=r"^nothing in EVE has the name 'Tritanum'$"):
        esi.resolve("Tritanum")
    market_types(esi, region="Delve")
    region_names(esi)
    stations(esi, region="The Forge")
    with pytest.raises(UnknownNameError, match=r"'Tritanum' \(did you mean 'Tritanium'\?\)"):
        esi.resolve("Tritanum")
    with pytest.raises(UnknownNameError, match=r"no inventory_type has the name 'Domein'$"):
        esi.resolve("Domein", category="type")
    with pytest.raises(
        UnknownNameError, match=r"no region has the name 'Domein' \(did you mean 'Domain'\?\)"
    ):
        esi.resolve("Domein", category="region")
    with pytest.raises(UnknownNameError, match=r"'Jitta' .*'Jita'"):
        esi.resolve("Jitta", category="solar_system")
    with pytest.raises(
        UnknownNameError, match=r"^'Tritanium' is no region, but the name of an inventory_type"
    ):
        make(local=False).resolve("Tritanium", category="region")


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_what_can_be_no_name_is_not_asked_about(esi: Esi, sandbox: Sandbox, name: str) -> None:
    """Nothing and too much are wrong at once."""
    with pytest.raises(ParameterError):
        esi.resolve(name)
    assert sandbox.count() == 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("region", "region"),
        ("Regions", "region"),
        ("type", "inventory_type"),
        ("types", "inventory_type"),
        ("inventory_types", "inventory_type"),
        ("system", "solar_system"),
        ("systems", "solar_system"),
        ("Solar System", "solar_system"),
        ("faction", "faction"),
    ],
)
def test_kinds_are_said_in_many_ways(said: str, meant: str) -> None:
    """Both of ESI's spellings are known, and people's."""
    assert category_named(said) == meant


def test_a_wrong_kind_is_told(esi: Esi, sandbox: Sandbox) -> None:
    """A kind that there is not is an error with the nearest, before anything is asked."""
    with pytest.raises(
        UnknownNameError, match=r"category: unknown category 'reigon' \(did you mean 'region'"
    ):
        esi.resolve("Jita", category="reigon")
    with pytest.raises(UnknownNameError, match="there are agent, alliance"):
        category_named("qqq")
    assert sandbox.count() == 0


FOUND: dict[str, Any] = {
    "characters": [{"id": 7, "name": "Rifter"}],
    "inventory_types": [{"id": 587, "name": "Rifter"}],
    "stations": [{"id": 1, "name": "Twin"}, {"id": 2, "name": "Twin"}],
    "agents": [{"id": 3, "name": "Agent"}, {"id": 3, "name": "Agent"}],
}


def test_several_of_one_name_have_to_be_told_apart() -> None:
    """A name of several things is an error that lists them; the kind chooses, where it can."""
    assert picked("rifter", FOUND, category="inventory_type") == 587
    with pytest.raises(
        UnknownNameError, match="several: character 7 'Rifter', inventory_type 587 'Rifter'; say wh"
    ):
        picked("Rifter", FOUND, category=None)
    with pytest.raises(UnknownNameError, match="station 1 'Twin', station 2 'Twin'; say which with its id"):
        picked("Twin", FOUND, category="station")
    assert picked("Agent", FOUND, category=None) == 3


def test_all_wrong_names_of_a_recipe_are_told_in_one_go(esi: Esi) -> None:
    """Every name that is wrong is in one error, with its place."""
    with pytest.raises(UnknownNameError) as caught:
        esi.recipe("market-summary", region=["The Forge", "Nowhere"], type=["Tritanium", "Nothing", "Jita"])
    assert [problem.where for problem in caught.value.problems] == [
        "parameters.region[1]",
        "parameters.type[1]",
        "parameters.type[2]",
    ]
