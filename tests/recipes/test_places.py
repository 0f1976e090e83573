"""Regions, solar systems and stations, against the sandbox's universe."""

from __future__ import annotations

import pytest

from esi_fetch import Esi, Job
from esi_fetch.errors import UnknownNameError
from esi_fetch.recipes import region_names, solar_systems, stations
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.places import universe

FORGE, DOMAIN = 10000002, 10000043


def test_regions_come_by_name(esi: Esi) -> None:
    """Every region is there once, with its name, sorted by it."""
    rows = region_names(esi)
    assert {row["region_id"]: row["name"] for row in rows} == {
        region.region_id: region.name for region in universe().regions.values()
    }
    assert [row["name"] for row in rows] == sorted(row["name"] for row in rows)


def test_every_system_is_where_it_belongs(esi: Esi) -> None:
    """Each system has its constellation, its region and its security."""
    rows = solar_systems(esi)
    places = universe()
    assert len(rows) == len(places.systems)
    for row in rows:
        system = places.systems[row["system_id"]]
        assert row["security"] == system.security
        assert row["constellation_name"] == places.constellations[row["constellation_id"]][0]
        assert row["region_name"] == places.regions[row["region_id"]].name
        assert (row["constellation_id"], row["region_id"]) == (system.constellation_id, system.region_id)


def test_the_systems_of_a_region_cost_no_others(esi: Esi, sandbox: Sandbox) -> None:
    """With a region, by name or id, only what is in it is asked for."""
    rows = solar_systems(esi, region="the forge")
    assert {row["region_id"] for row in rows} == {FORGE}
    assert sandbox.count(op_id="GetUniverseSystemsSystemId") == len(rows)
    both = solar_systems(esi, region=[FORGE, "Domain"])
    assert {row["region_id"] for row in both} == {FORGE, DOMAIN}


def test_stations_are_in_their_systems(esi: Esi) -> None:
    """Each station has its name and its system."""
    rows = stations(esi)
    assert {row["station_id"]: row["name"] for row in rows} == {
        station.station_id: station.name for station in universe().stations.values()
    }
    assert all(row["system_id"] == universe().stations[row["station_id"]].system_id for row in rows)


def test_a_wrong_region_has_near_names(esi: Esi, sandbox: Sandbox) -> None:
    """A name that no region has is an error; names that the store knows are suggested."""
    with pytest.raises(UnknownNameError, match=r"parameters\.region\[0\]: no region has the name 'Domian'$"):
        stations(esi, region="Domian")
    region_names(esi)
    with pytest.raises(
        UnknownNameError, match=r"no region has the name 'Domian' \(did you mean 'Domain'\?\)"
    ):
        stations(esi, region="Domian")
    with pytest.raises(UnknownNameError, match="'Jita' is no region, but the name of a solar_system"):
        stations(esi, region=["Jita", "Domain"])
    assert sandbox.count(op_id="GetUniverseSystemsSystemId") == 0


def test_a_job_says_the_same(esi: Esi) -> None:
    """The recipe as a job gives the rows of the function, and says where they came from."""
    done = esi.fetch(Job(recipe="region-names"))
    assert done.label == done.subject == "region-names"
    assert done.result is not None
    assert done.result.ok
    assert (done.result.requests, done.result.sources) == (2, {"remote": 2})
    assert done.result.data == region_names(esi)
