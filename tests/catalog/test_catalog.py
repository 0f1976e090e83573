"""Finding operations by their names, and by what people remember of them."""

from __future__ import annotations

import threading

import pytest

from esi_fetch.catalog import Catalog, Operation, bundled, read_document
from esi_fetch.catalog.catalog import squash
from esi_fetch.errors import InputError, UnknownOperationError
from tests.catalog.documents import small_document


@pytest.fixture(scope="module")
def small() -> Catalog:
    return read_document(small_document(), source="small.json")


@pytest.mark.parametrize(
    "name",
    [
        "GetMarketsRegionIdOrders",
        "get_markets_region_id_orders",
        "GET_MARKETS_REGION_ID_ORDERS",
        "getmarketsregionidorders",
        "get-markets-region-id-orders",
        " GetMarketsRegionIdOrders\n",
    ],
)
def test_any_spelling_finds_an_operation(name: str) -> None:
    """Camel and snake case, any case at all, and hyphens name the same operation."""
    assert bundled()[name].op_id == "GetMarketsRegionIdOrders"
    assert name in bundled()
    assert bundled().get(name) is bundled()["GetMarketsRegionIdOrders"]


def test_every_operation_is_found_in_every_spelling() -> None:
    """No two operations share a spelling."""
    catalog = bundled()
    for op_id in catalog:
        assert catalog[op_id].op_id == op_id
        assert catalog[catalog[op_id].snake_id].op_id == op_id
    assert len({squash(op_id) for op_id in catalog}) == len(catalog)


def test_every_alias_resolves() -> None:
    """Ids of older dates find the operation they stand for, as snake case and as they were."""
    catalog = bundled()
    aliases = {alias: operation.op_id for operation in catalog.values() for alias in operation.aliases}
    assert aliases["get_characters_character_id"] == "GetCharactersDetail"
    for alias, op_id in aliases.items():
        assert catalog[alias].op_id == op_id
    assert catalog["GetCharactersCharacterId"].op_id == "GetCharactersDetail"


def test_it_is_a_mapping(small: Catalog) -> None:
    """Iterating gives the current ids, sorted; len, values and repr fit."""
    ids = [
        "GetFreelanceJobsListing",
        "GetThings",
        "GetThingsCode",
        "GetThingsThingId",
        "GetWars",
        "PostUniverseNames",
        "PutThingsThingId",
    ]
    assert list(small) == ids
    assert [operation.op_id for operation in small.values()] == ids
    assert len(small) == 7
    assert repr(small) == "<Catalog 2026-08-18 (7 operations, small.json)>"
    assert repr(Catalog({}, date="2026-08-18")) == "<Catalog 2026-08-18 (0 operations, no source)>"


@pytest.mark.parametrize("name", ["GetNothing", "", None, 5, ["GetThings"], ("GetThings",)])
def test_asking_for_what_is_not_there_never_raises(small: Catalog, name: object) -> None:
    """`in` and get() answer for anything."""
    assert name not in small
    assert small.get(name, "default") == "default"  # type: ignore[arg-type]
    assert small.get(name) is None  # type: ignore[arg-type]


def test_an_unknown_name_is_an_input_error(small: Catalog) -> None:
    """A wrong name is the user's mistake, whatever its type."""
    with pytest.raises(
        UnknownOperationError, match=r"unknown operation 'GetThing' \(did you mean 'GetThings'"
    ) as error:
        small["GetThing"]
    assert isinstance(error.value, InputError)
    with pytest.raises(UnknownOperationError, match="unknown operation 5"):
        small[5]  # type: ignore[index]


def test_a_name_like_nothing_is_told_how_to_search(small: Catalog) -> None:
    """Without a near name the error says where to look."""
    with pytest.raises(UnknownOperationError) as error:
        small["bananas"]
    assert (
        str(error.value)
        == "unknown operation 'bananas'; `esi-fetch ops list WORDS` finds operations by words"
    )


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("get_market_orders", "GetMarketsRegionIdOrders"),
        ("GetMarketRegionIdOrders", "GetMarketsRegionIdOrders"),
        ("get_markets_region_id_order", "GetMarketsRegionIdOrders"),
        ("GetMarketsRegionIdHistroy", "GetMarketsRegionIdHistory"),
        ("market history", "GetMarketsRegionIdHistory"),
        ("getmarketsregionorders", "GetMarketsRegionIdOrders"),
        ("GET /markets/{region_id}/orders", "GetMarketsRegionIdOrders"),
        ("get_character", "GetCharactersDetail"),
        ("get_universe_type", "GetUniverseTypes"),
        ("corp_assets", "GetCorporationsCorporationIdAssets"),
        ("get_skill_queue", "GetCharactersCharacterIdSkillqueue"),
        ("get_universe_names", "PostUniverseNames"),
        ("get_route_origin_destination", "PostRoute"),
        ("get_alliance_icon", "GetAlliancesAllianceIdIcons"),
        ("wallet", "GetCharactersCharacterIdWallet"),
        ("get_server_status", "GetStatus"),
        ("get_freelance_jobs", "GetFreelanceJobsListing"),
        ("get_public_contracts", "GetContractsPublicRegionId"),
        ("get_search", "GetCharactersCharacterIdSearch"),
    ],
)
def test_the_first_suggestion_is_what_was_meant(wrong: str, right: str) -> None:
    """Missing pieces, singulars, slips, one-word spellings and paths lead to the right operation."""
    with pytest.raises(UnknownOperationError) as error:
        bundled()[wrong]
    assert f"(did you mean '{right}'" in str(error.value)


@pytest.mark.parametrize("wrong", ["xyzzy", "bananas", "get_", "12345", "регион", "", "a" * 100_000])
def test_nonsense_gets_no_suggestion(wrong: str) -> None:
    """What resembles nothing is not answered with a guess, and a long text not with a long error."""
    with pytest.raises(UnknownOperationError) as error:
        bundled()[wrong]
    assert "did you mean" not in str(error.value)
    assert len(str(error.value)) < 300


def test_suggestions_in_an_empty_catalog() -> None:
    """An empty catalog knows nothing, and says so."""
    with pytest.raises(UnknownOperationError):
        Catalog({}, date="2026-08-18")["getthings"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("things", ["GetThings", "GetThingsCode", "GetThingsThingId", "PutThingsThingId"]),
        ("THING put", ["PutThingsThingId"]),
        ("thing_id get", ["GetThingsCode", "GetThingsThingId"]),
        ("read_things.v1", ["GetThingsThingId"]),
        ("thing other", []),
        ("job", ["GetFreelanceJobsListing"]),
        ("get_wars", ["GetWars"]),
        ("/universe/names", ["PostUniverseNames"]),
        ("nothing", []),
    ],
)
def test_search(small: Catalog, words: str, found: list[str]) -> None:
    """Every word has to be in the id, path, tag, group or scope; plural and case do not matter."""
    assert [operation.op_id for operation in small.search(words)] == found


def test_search_without_words_gives_all(small: Catalog) -> None:
    """No word excludes nothing."""
    assert len(small.search("")) == len(small)


def test_search_puts_names_before_tags() -> None:
    """What has the words in its name comes before what is only filed under them."""
    found = [operation.op_id for operation in bundled().search("market orders")]
    assert found[0] == "GetMarketsRegionIdOrders"
    assert "GetCharactersCharacterIdOrders" in found


def test_an_alias_never_hides_a_current_id() -> None:
    """When an old id has become another operation's, the current one is found."""
    operations = {
        "GetA": Operation("GetA", "GET", "/a", "", aliases=("get_b", "get_old")),
        "GetB": Operation("GetB", "GET", "/b", ""),
    }
    catalog = Catalog(operations, date="2026-08-18")
    assert catalog["get_b"].path == "/b"
    assert catalog["GetOld"].path == "/a"


def test_aliases_of_an_older_catalog() -> None:
    """Renamed operations answer to their old ids, over several steps; moved ones do not."""

    def catalog(date: str, **ids: str) -> Catalog:
        paths = {"a": "/a", "b": "/b", "moved": f"/moved-{date}"}
        operations = {op_id: Operation(op_id, "GET", paths[key], "") for key, op_id in ids.items()}
        return Catalog(operations, date=date)

    oldest = catalog("2020-01-01", a="GetFirst", b="GetB", moved="GetMoved")
    middle = catalog("2025-01-01", a="GetSecond", b="GetB").with_aliases_of(oldest)
    newest = catalog("2026-01-01", a="GetThird", b="get_b", moved="GetElsewhere").with_aliases_of(middle)
    assert newest["GetThird"].aliases == ("get_first", "get_second")
    assert newest["get_first"].op_id == newest["GetSecond"].op_id == "GetThird"
    assert newest["GetB"].aliases == ()
    assert "GetMoved" not in newest
    assert newest.date == "2026-01-01"
    assert newest.with_aliases_of(newest)["GetThird"] == newest["GetThird"]


def test_lookups_from_many_threads_agree() -> None:
    """Threads that look up the same operations at the same moment get the same objects."""
    catalog = Catalog.from_table(bundled().to_table(), source="test")
    barrier = threading.Barrier(8)
    found: list[list[Operation]] = []

    def look_up() -> None:
        barrier.wait(timeout=10)
        found.append(list(catalog.values()))

    threads = [threading.Thread(target=look_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(found) == 8
    for each in found:
        assert all(one is other for one, other in zip(each, found[0], strict=True))
