"""What the sandbox knows, by operation: hand-made data where people look closely, made-up data elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import esi_fetch.sandbox.people as people
from esi_fetch.catalog.operation import Operation
from esi_fetch.sandbox.asks import Ask, RefusedError, Reply
from esi_fetch.sandbox.belongings import belongings, handmade_structure
from esi_fetch.sandbox.deck import Deck, WorldSize, cut, page_count
from esi_fetch.sandbox.goods import goods
from esi_fetch.sandbox.places import universe
from esi_fetch.sandbox.synth import Synthesizer
from esi_fetch.sandbox.times import moment
from esi_fetch.sandbox.trade import Trade
from esi_fetch.sandbox.walks import CursorWalk, IdWalk

__all__ = ["World"]


# Operations that answered before their last breaking change as well, in another form.
_OLDER_FORMS = ("GetCharactersDetail", "GetCorporationsCorporationId", "GetMetaChangelog")


# What has names in the languages of the game.
_TRANSLATED = ("/universe/", "/markets/groups/", "/dogma/")


def _translated(data: Any, language: str) -> Any:
    if isinstance(data, dict) and "name" in data:
        return {**data, "name": f"{data['name']} [{language}]"}
    return data


def _found(data: Any, what: str) -> Reply:
    if data is None:
        raise RefusedError(404, f"{what} not found!")
    return Reply(lambda: data)


class World:
    """Answers asks; the same seed, day and size give the same answers.

    Args:
        seed: Chooses the market and everything made up.
        day: Midnight (UTC) of the day the world begins, in seconds since the epoch.
        size: How much data there is.
        more: What answers other operations, by their ids.
        family: Tells worlds of different operations apart.
    """

    def __init__(
        self,
        *,
        seed: int,
        day: float,
        size: WorldSize,
        more: Mapping[str, Callable[[Ask], Reply]],
        family: str = "",
    ) -> None:
        self.seed = seed
        self.day = day
        self.size = size
        self.family = family
        self.trade = Trade(seed=seed, day=day, size=size, make=self._synthesizer)
        self._cursors = CursorWalk(size=size.walk_rows, make=self._synthesizer, day=day)
        self._ids = IdWalk(size=size.walk_rows, make=self._synthesizer)
        self._by_hand: dict[str, Callable[[Ask], Reply]] = {
            **self._place_data(),
            **self._goods_data(),
            **self._people_data(),
            **belongings(seed=seed, day=day, size=size),
            "GetUniverseStructuresStructureId": self._structure,
            **self.trade.handlers(),
            **more,
            "GetStatus": self._status,
            "GetKillmailsKillmailIdKillmailHash": self._killmail,
        }

    @property
    def key(self) -> tuple[object, ...]:
        """What decides all data, but for what is asked."""
        return (self.family, self.seed, self.day, self.size)

    @staticmethod
    def has_older(operation: Operation) -> bool:
        """Return whether an operation also answers in the form of earlier compatibility dates."""
        return operation.op_id in _OLDER_FORMS

    def reply(self, ask: Ask) -> Reply:
        """Answer an ask.

        Raises:
            RefusedError: What the path names does not exist, or the page does not.
        """
        reply = self._reply(ask)
        if ask.language == "en" or not ask.operation.path.startswith(_TRANSLATED):
            return reply
        return replace(reply, make=lambda: _translated(reply.make(), ask.language))

    def _reply(self, ask: Ask) -> Reply:
        by_hand = self._by_hand.get(ask.operation.op_id)
        return self._made_up(ask) if by_hand is None else by_hand(ask)

    def _made_up(self, ask: Ask) -> Reply:
        paging, schema = ask.operation.pagination, ask.operation.answer
        if any(isinstance(value, int) and value <= 0 for value in ask.path.values()):
            raise RefusedError(404, "Not found!")
        if schema is None:
            return Reply(lambda: None)
        if paging is None:
            return Reply(lambda: self._synthesizer(ask).answer(schema))
        if paging.kind == "cursor":
            return self._cursors.reply(ask)
        if paging.kind == "ids":
            return self._ids.reply(ask)
        deck = Deck(self.size.rows, self.size.rows_page_size, drift=2)
        numbers = deck.numbers(ask.snapshot)
        page = cut(numbers, ask.page, deck.page_size)
        return Reply(
            lambda: self._synthesizer(ask).rows(schema["items"], page),
            pages=page_count(len(numbers), deck.page_size),
        )

    def _synthesizer(self, ask: Ask) -> Synthesizer:
        operation, known = ask.operation, dict(ask.path)
        # GET /freelance-jobs/{job_id} answers with that id under the name "id".
        last = operation.path.rsplit("/", 1)[-1]
        if last.startswith("{"):
            known.setdefault("id", ask.path[last[1:-1]])
        return Synthesizer(
            self.seed,
            operation.op_id,
            *sorted(ask.path.items()),
            day=self.day,
            known=known,
            id_field=operation.pagination.id_field if operation.pagination else None,
        )

    def _place_data(self) -> dict[str, Callable[[Ask], Reply]]:
        places = universe()

        def celestial(kind: str) -> Callable[[Ask], Reply]:
            return lambda ask: _found(places.celestial(kind, ask.path[f"{kind}_id"]), kind.capitalize())

        return {
            "GetUniverseRegions": lambda _: Reply(lambda: list(places.regions)),
            "GetUniverseConstellations": lambda _: Reply(lambda: list(places.constellations)),
            "GetUniverseSystems": lambda _: Reply(lambda: list(places.systems)),
            "GetUniverseRegionsRegionId": lambda ask: _found(places.region(ask.path["region_id"]), "Region"),
            "GetUniverseConstellationsConstellationId": lambda ask: _found(
                places.constellation(ask.path["constellation_id"]), "Constellation"
            ),
            "GetUniverseSystemsSystemId": lambda ask: _found(
                places.system(ask.path["system_id"]), "Solar system"
            ),
            "GetUniverseStationsStationId": lambda ask: _found(
                places.station(ask.path["station_id"]), "Station"
            ),
            "GetUniverseStargatesStargateId": lambda ask: _found(
                places.stargate(ask.path["stargate_id"]), "Stargate"
            ),
            "GetUniverseStarsStarId": celestial("star"),
            "GetUniversePlanetsPlanetId": celestial("planet"),
            "GetUniverseMoonsMoonId": celestial("moon"),
            "GetUniverseAsteroidBeltsAsteroidBeltId": celestial("asteroid_belt"),
            "PostRoute": self._route,
        }

    def _goods_data(self) -> dict[str, Callable[[Ask], Reply]]:
        stock = goods()
        return {
            "GetUniverseTypes": lambda ask: self._list(stock.listed, ask),
            "GetUniverseTypesTypeId": lambda ask: _found(stock.item_type(ask.path["type_id"]), "Type"),
            "GetUniverseGroups": lambda ask: self._list(stock.groups(), ask),
            "GetUniverseGroupsGroupId": lambda ask: _found(stock.group(ask.path["group_id"]), "Group"),
            "GetUniverseCategories": lambda _: Reply(stock.categories),
            "GetUniverseCategoriesCategoryId": lambda ask: _found(
                stock.category(ask.path["category_id"]), "Category"
            ),
            "GetMarketsGroups": lambda _: Reply(stock.market_groups),
            "GetMarketsGroupsMarketGroupId": lambda ask: _found(
                stock.market_group(ask.path["market_group_id"]), "Market group"
            ),
            "GetMarketsPrices": lambda _: Reply(stock.prices),
        }

    def _people_data(self) -> dict[str, Callable[[Ask], Reply]]:
        return {
            "GetCharactersDetail": lambda ask: _found(
                people.character(ask.path["character_id"], older=ask.older), "Character"
            ),
            "GetCorporationsCorporationId": lambda ask: _found(
                people.corporation(ask.path["corporation_id"], older=ask.older), "Corporation"
            ),
            "GetAlliances": lambda _: Reply(lambda: list(people.ALLIANCES)),
            "GetAlliancesAllianceId": lambda ask: _found(
                people.alliance(ask.path["alliance_id"]), "Alliance"
            ),
            "GetAlliancesAllianceIdCorporations": lambda ask: _found(
                people.members(ask.path["alliance_id"]), "Alliance"
            ),
            "PostCharactersAffiliation": lambda ask: Reply(
                lambda: [found for found in map(people.affiliation, ask.body) if found]
            ),
            "PostUniverseNames": self._names,
            "PostUniverseIds": lambda ask: Reply(lambda: people.find(ask.body)),
        }

    def _structure(self, ask: Ask) -> Reply:
        by_hand = handmade_structure(ask.path["structure_id"])
        return self._made_up(ask) if by_hand is None else Reply(lambda: by_hand)

    def _list(self, ids: list[int], ask: Ask) -> Reply:
        page = list(cut(ids, ask.page, self.size.page_size))
        return Reply(lambda: page, pages=page_count(len(ids), self.size.page_size))

    def _killmail(self, ask: Ask) -> Reply:
        schema, digest = ask.operation.answer, ask.path["killmail_hash"]
        if schema is None or len(digest) != 40 or set(digest) - set("0123456789abcdef"):
            raise RefusedError(422, "Invalid killmail_id and/or killmail_hash")
        return Reply(lambda: self._synthesizer(ask).answer(schema))

    def _names(self, ask: Ask) -> Reply:
        rows = []
        for some_id in ask.body:
            named = people.name(some_id)
            if named is None:  # One bad id spoils the whole batch.
                raise RefusedError(404, "Ensure all IDs are valid before resolving.")
            rows.append({"category": named[0], "id": some_id, "name": named[1]})
        return Reply(lambda: rows)

    def _route(self, ask: Ask) -> Reply:
        way = universe().route(ask.path["origin_system_id"], ask.path["destination_system_id"])
        return _found(way and {"route": way}, "Route")

    def _status(self, ask: Ask) -> Reply:
        return Reply(
            lambda: {
                "players": 20_000 + (self.seed + ask.snapshot * 37) % 9000,
                "server_version": "3503375",
                "start_time": moment(ask.rolled_at),
                "vip": False,
            }
        )
