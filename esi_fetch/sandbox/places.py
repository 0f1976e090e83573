"""The sandbox's universe: a few regions with everything in them down to moons and gates.

Ids of places people know are the real ones (Jita is 30000142); the others are made up within the ranges
the game uses. Every id in any list has a page of its own, and gates lead to systems whose gates lead back.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esi_fetch.sandbox.dice import Dice, mix
from esi_fetch.sandbox.names import spell

__all__ = ["DOMAIN", "THE_FORGE", "Region", "Station", "System", "Universe", "universe"]

THE_FORGE, DOMAIN = 10000002, 10000043
"""The regions with the largest markets."""

# (region, its best-known constellation, that one's systems with their security, the trade hub's station)
_KNOWN = (
    (
        (THE_FORGE, "The Forge"),
        (20000020, "Kimotoro"),
        ((30000142, "Jita", 0.9459), (30000144, "Perimeter", 0.9531), (30000145, "New Caldari", 1.0)),
        (60003760, "Jita IV - Moon 4 - Caldari Navy Assembly Plant", 1000035),
    ),
    (
        (DOMAIN, "Domain"),
        (20000322, "Throne Worlds"),
        ((30002187, "Amarr", 1.0), (30003491, "Ashab", 0.8956)),
        (60008494, "Amarr VIII (Oris) - Emperor Family Academy", 1000086),
    ),
    (
        (10000032, "Sinq Laison"),
        (20000389, "Coriault"),
        ((30002659, "Dodixie", 0.8668), (30002661, "Botane", 0.8)),
        (60011866, "Dodixie IX - Moon 20 - Federation Navy Assembly Plant", 1000120),
    ),
    (
        (10000030, "Heimatar"),
        (20000367, "Hed"),
        ((30002510, "Rens", 0.8937), (30002526, "Frarn", 0.8)),
        (60004588, "Rens VI - Moon 8 - Brutor Tribe Treasury", 1000049),
    ),
    (
        (10000042, "Metropolis"),
        (20000302, "Hek"),
        ((30002053, "Hek", 0.5048), (30002048, "Bei", 0.5)),
        (60005686, "Hek VIII - Moon 12 - Boundless Creation Factory", 1000182),
    ),
    (
        (10000060, "Delve"),
        (20000585, "1-SMEB"),
        ((30004759, "1DQ1-A", -0.4), (30004760, "8QT-H4", -0.3)),
        (60014946, "1DQ1-A I - Blood Raiders Assembly Plant", 1000134),
    ),
)
_WORMHOLE = ((11000031, "G-R00031"), (21000324, "G-C00324"), (31000005, "Thera", -0.99))

_STARS = 40_000_000  # A system's star, planets, moons and belts share a block of a hundred ids.
_GATES = 50_000_000


@dataclass(frozen=True)
class System:
    """A solar system; ``number`` is its place in the ring of gates, None where there are none."""

    system_id: int
    name: str
    security: float
    constellation_id: int
    region_id: int
    block: int
    number: int | None
    stations: tuple[int, ...] = ()


@dataclass(frozen=True)
class Region:
    """A region, with the stations where its market trades, the hub first."""

    region_id: int
    name: str
    constellations: tuple[int, ...]
    stations: tuple[int, ...]

    @property
    def has_market(self) -> bool:
        """Whether orders can be placed here; nobody trades in wormhole space."""
        return self.region_id < 11_000_000


@dataclass(frozen=True)
class Station:
    """A station."""

    station_id: int
    name: str
    system_id: int
    owner: int


def _position(seed: int) -> dict[str, float]:
    dice = Dice("position", seed)
    return {axis: float(dice.between(-(10**17), 10**17)) for axis in ("x", "y", "z")}


class Universe:
    """All places, by id, and what ESI says of them."""

    def __init__(self) -> None:
        self.regions: dict[int, Region] = {}
        self.constellations: dict[int, tuple[str, int, tuple[int, ...]]] = {}
        self.systems: dict[int, System] = {}
        self.stations: dict[int, Station] = {}
        for order, (region, hub, systems, station) in enumerate(_KNOWN):
            self._settle(order, region, hub, systems, station)
        self.ring = [s.system_id for s in self.systems.values() if s.number is not None]
        (region_id, called), (home_id, home), (system_id, system_name, security) = _WORMHOLE
        self.regions[region_id] = Region(region_id, called, (home_id,), ())
        self.constellations[home_id] = (home, region_id, (system_id,))
        block = len(self.systems)
        self.systems[system_id] = System(system_id, system_name, security, home_id, region_id, block, None)
        self.blocks = {system.block: system for system in self.systems.values()}

    def _settle(self, order: int, region: Any, hub: Any, named: Any, station: Any) -> None:
        region_id, region_name = region
        made = [(20_000_700 + order * 10 + n, spell(20_000_700 + order * 10 + n)) for n in range(2)]
        stations: list[int] = []
        for place, (constellation_id, name) in enumerate([hub, *made]):
            if place == 0:
                systems = list(named)
            else:
                ids = [30_005_000 + order * 20 + place * 5 + n for n in range(4)]
                systems = [(i, spell(i), round(0.1 + mix(i) % 80 / 100, 4)) for i in ids]
            for nth, (system_id, system_name, security) in enumerate(systems):
                here: tuple[int, ...] = ()
                if place == 0 and nth == 0:
                    here = (station[0],)
                    self.stations[station[0]] = Station(station[0], station[1], system_id, station[2])
                elif nth == 1:
                    station_id = 60_015_000 + order * 10 + place
                    here = (station_id,)
                    self.stations[station_id] = Station(
                        station_id, f"{system_name} II - {spell(station_id)} Warehouse", system_id, 1_000_002
                    )
                stations.extend(here)
                number = len(self.systems)
                self.systems[system_id] = System(
                    system_id, system_name, security, constellation_id, region_id, number, number, here
                )
            self.constellations[constellation_id] = (name, region_id, tuple(s[0] for s in systems))
        constellations = (hub[0], *(constellation_id for constellation_id, _ in made))
        self.regions[region_id] = Region(region_id, region_name, constellations, tuple(stations))

    def region(self, region_id: int) -> dict[str, Any] | None:
        """Describe a region; None when there is no such."""
        found = self.regions.get(region_id)
        if found is None:
            return None
        return {
            "constellations": list(found.constellations),
            "description": f"{found.name}, as the sandbox imagines it.",
            "name": found.name,
            "region_id": region_id,
        }

    def constellation(self, constellation_id: int) -> dict[str, Any] | None:
        """Describe a constellation; None when there is no such."""
        found = self.constellations.get(constellation_id)
        if found is None:
            return None
        return {
            "constellation_id": constellation_id,
            "name": found[0],
            "position": _position(constellation_id),
            "region_id": found[1],
            "systems": list(found[2]),
        }

    def system(self, system_id: int) -> dict[str, Any] | None:
        """Describe a solar system; None when there is no such. Wormhole systems have no gates or stations."""
        found = self.systems.get(system_id)
        if found is None:
            return None
        star = _STARS + found.block * 100
        described: dict[str, Any] = {
            "constellation_id": found.constellation_id,
            "name": found.name,
            "planets": [
                {"asteroid_belts": [star + 50], "moons": [star + 10, star + 11], "planet_id": star + 1},
                {"moons": [star + 12], "planet_id": star + 2},
                {"planet_id": star + 3},
            ],
            "position": _position(system_id),
            "security_class": "ABCDE"[system_id % 5],
            "security_status": found.security,
            "star_id": star,
            "system_id": system_id,
        }
        if found.number is not None:
            described["stargates"] = [_GATES + 2 * found.number, _GATES + 2 * found.number + 1]
        if found.stations:
            described["stations"] = list(found.stations)
        return described

    def station(self, station_id: int) -> dict[str, Any] | None:
        """Describe a station; None when there is no such."""
        found = self.stations.get(station_id)
        if found is None:
            return None
        return {
            "max_dockable_ship_volume": 50000000,
            "name": found.name,
            "office_rental_cost": 10000 + mix(station_id) % 100000,
            "owner": found.owner,
            "position": _position(station_id),
            "race_id": 1,
            "reprocessing_efficiency": 0.5,
            "reprocessing_stations_take": 0.05,
            "services": ["market", "fitting", "reprocessing-plant", "factory", "docking", "insurance"],
            "station_id": station_id,
            "system_id": found.system_id,
            "type_id": 1529,
        }

    def celestial(self, kind: str, celestial_id: int) -> dict[str, Any] | None:
        """Describe a star, planet, moon or asteroid belt (*kind*); None when there is no such."""
        block, offset = divmod(celestial_id - _STARS, 100)
        system = self.blocks.get(block)
        kinds = {0: "star", 1: "planet", 2: "planet", 3: "planet", 50: "asteroid_belt"}
        if system is None or kinds.get(offset, "moon" if 10 <= offset <= 12 else "") != kind:
            return None
        described: dict[str, Any] = {"name": f"{system.name} {kind} {offset}".replace("_", " ")}
        if kind == "star":
            dice = Dice("star", celestial_id)
            return {
                "age": dice.between(10**9, 10**10),
                "luminosity": dice.between(1, 90) / 100,
                "name": f"{system.name} - Star",
                "radius": dice.between(10**8, 10**9),
                "solar_system_id": system.system_id,
                "spectral_class": dice.pick(["K2 V", "G5 V", "M0 V", "F8 V"]),
                "temperature": dice.between(2500, 7500),
                "type_id": 3796,
            }
        described |= {"position": _position(celestial_id), "system_id": system.system_id}
        if kind in ("planet", "moon"):
            described[f"{kind}_id"] = celestial_id
        if kind == "planet":
            described["type_id"] = 11
        return described

    def stargate(self, stargate_id: int) -> dict[str, Any] | None:
        """Describe a stargate; None when there is no such. Even ones lead along the ring, odd ones back."""
        number, back = divmod(stargate_id - _GATES, 2)
        if not 0 <= number < len(self.ring):
            return None
        there = (number + (-1 if back else 1)) % len(self.ring)
        destination = self.systems[self.ring[there]]
        return {
            "destination": {
                "stargate_id": _GATES + 2 * there + (0 if back else 1),
                "system_id": destination.system_id,
            },
            "name": f"Stargate ({destination.name})",
            "position": _position(stargate_id),
            "stargate_id": stargate_id,
            "system_id": self.ring[number],
            "type_id": 16,
        }

    def route(self, origin: int, destination: int) -> list[int] | None:
        """Return the shorter way round the ring, both ends included; None when no gates lead there."""
        if origin not in self.ring or destination not in self.ring:
            return None
        start, size = self.ring.index(origin), len(self.ring)
        ahead = (self.ring.index(destination) - start) % size
        steps = range(ahead + 1) if ahead <= size - ahead else range(0, ahead - size - 1, -1)
        return [self.ring[(start + step) % size] for step in steps]

    def names(self) -> Mapping[str, Mapping[int, str]]:
        """Return the names of all places by category, as ``/universe/names`` calls them."""
        return {
            "region": {region.region_id: region.name for region in self.regions.values()},
            "constellation": {key: value[0] for key, value in self.constellations.items()},
            "solar_system": {system.system_id: system.name for system in self.systems.values()},
            "station": {station.station_id: station.name for station in self.stations.values()},
        }


@functools.cache
def universe() -> Universe:
    """Return the universe; there is one."""
    return Universe()
