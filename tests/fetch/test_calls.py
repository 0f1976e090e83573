"""From an operation and its parameters to a call."""

from esi_fetch.auth import GivenTokens, Patience
from esi_fetch.catalog import bundled
from esi_fetch.fetch import CallMaker

MAKER = CallMaker(
    "https://esi.example",
    language="en",
    tenant="tranquility",
    compatibility_date="2026-08-18",
    tokens=GivenTokens({90000001: "secret"}),
)


def test_the_url_is_spelt_as_the_catalog_spells_it() -> None:
    """A space in a query is %20, which every server reads as a space; a "+" is that only in forms."""
    operation = bundled()["GetCharactersCharacterIdSearch"]
    parameters = {"character_id": 90000001, "categories": "station", "search": "Jita IV + 4"}
    url = MAKER.make(operation, parameters, character=90000001).url
    assert url.startswith("https://esi.example/characters/90000001/search?")
    assert url.endswith("search=Jita%20IV%20%2B%204")


def test_no_part_of_a_call_holds_a_token() -> None:
    """The token is asked for when the request goes out, and shown nowhere."""
    operation = bundled()["GetCharactersCharacterIdWallet"]
    call = MAKER.make(operation, {"character_id": 90000001}, character=90000001)
    assert "secret" not in f"{call!r}{call.url}{call.key}"
    assert call.authorize is not None
    assert call.authorize(refused=None, patience=Patience()) == "secret"


def test_names_are_kept_for_an_hour() -> None:
    """ESI says nothing about how long names last, so the call does."""
    call = MAKER.make(bundled()["PostUniverseNames"], {"body": [34]}, character=None)
    assert (call.storable, call.lifetime_hint_s) == (True, 3600.0)
