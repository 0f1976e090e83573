"""Where things are: regions, solar systems, stations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esi_fetch.catalog import Asker
from esi_fetch.recipes.data_sets import Named, Row, data_set, ids_of
from esi_fetch.recipes.naming import name_in, names_of
from esi_fetch.recipes.schemas import ID, NUMBER, SOME_REGION, TEXT, said

__all__ = ["region_names", "solar_systems", "stations"]

_SYSTEMS_FROM = (
    "GetUniverseRegions",
    "GetUniverseRegionsRegionId",
    "GetUniverseConstellationsConstellationId",
    "GetUniverseSystemsSystemId",
)

_OF_SYSTEM: Mapping[str, Mapping[str, Any]] = {
    "security": said(NUMBER, "-1 to 1; the game shows it rounded to one decimal"),
    "constellation_id": ID,
    "constellation_name": TEXT,
    "region_id": ID,
    "region_name": TEXT,
}


@data_set(
    "region-names",
    category="static",
    made_from=("GetUniverseRegions", "PostUniverseNames"),
    columns={"region_id": ID, "name": TEXT},
)
def region_names(ask: Asker) -> list[Row]:
    """Every region with its name, sorted by name."""
    named = names_of(ask, ask.get("GetUniverseRegions"))
    rows = [{"region_id": region_id, "name": name} for region_id, (name, _) in named.items()]
    return sorted(rows, key=lambda row: (str(row["name"]), row["region_id"]))


@data_set(
    "solar-systems",
    category="static",
    made_from=_SYSTEMS_FROM,
    parameters=(SOME_REGION,),
    columns={"system_id": ID, "name": TEXT, **_OF_SYSTEM},
)
def solar_systems(ask: Asker, *, region: Named | Sequence[Named] | None = None) -> list[Row]:
    """Solar systems with their constellation, region and security, sorted by region and name.

    ESI tells them one by one: without a region there are more than eight thousand requests to make, once a
    day at most.
    """
    return [
        {"system_id": system["system_id"], "name": system["name"], **_of_system(system)}
        for system in _systems(ask, region)
    ]


@data_set(
    "stations",
    category="static",
    made_from=(*_SYSTEMS_FROM, "PostUniverseNames"),
    parameters=(SOME_REGION,),
    columns={"station_id": ID, "name": TEXT, "system_id": ID, "system_name": TEXT, **_OF_SYSTEM},
)
def stations(ask: Asker, *, region: Named | Sequence[Named] | None = None) -> list[Row]:
    """Stations with the systems they are in, sorted by name. Players' structures are none."""
    found = [(station_id, system) for system in _systems(ask, region) for station_id in system["stations"]]
    named = names_of(ask, [station_id for station_id, _ in found])
    rows = [
        {
            "station_id": station_id,
            "name": name_in(named, station_id),
            "system_id": system["system_id"],
            "system_name": system["name"],
            **_of_system(system),
        }
        for station_id, system in found
    ]
    return sorted(rows, key=lambda row: (str(row["name"]), row["station_id"]))


def _of_system(system: Row) -> Row:
    return {name: system[name] for name in _OF_SYSTEM}


def _systems(ask: Asker, region: Named | Sequence[Named] | None) -> list[Row]:
    """Return the systems of regions, or of all, with all that is known of them, sorted by region and name."""
    regions = ids_of(region) or ask.get("GetUniverseRegions")
    named_regions = ask.each(
        "GetUniverseRegionsRegionId",
        [{"region_id": region_id} for region_id in regions],
        pick=lambda data: (data["region_id"], data["name"], data["constellations"]),
    )
    in_region = {
        constellation_id: (region_id, name)
        for region_id, name, constellations in filter(None, named_regions)
        for constellation_id in constellations
    }
    named_constellations = ask.each(
        "GetUniverseConstellationsConstellationId",
        [{"constellation_id": constellation_id} for constellation_id in in_region],
        pick=lambda data: (data["constellation_id"], data["name"], data["systems"]),
    )
    in_constellation = {
        system_id: (constellation_id, name)
        for constellation_id, name, systems in filter(None, named_constellations)
        for system_id in systems
    }
    systems = ask.each(
        "GetUniverseSystemsSystemId",
        [{"system_id": system_id} for system_id in in_constellation],
        pick=lambda data: (
            data["system_id"],
            data["name"],
            data["security_status"],
            data.get("stations") or [],
        ),
    )
    rows = []
    for system_id, name, security, stations_there in filter(None, systems):
        constellation_id, constellation_name = in_constellation[system_id]
        region_id, region_name = in_region[constellation_id]
        rows.append(
            {
                "system_id": system_id,
                "name": name,
                "security": security,
                "constellation_id": constellation_id,
                "constellation_name": constellation_name,
                "region_id": region_id,
                "region_name": region_name,
                "stations": stations_there,
            }
        )
    return sorted(rows, key=lambda row: (row["region_name"], row["name"], row["system_id"]))
