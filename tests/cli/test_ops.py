"""``esi-fetch ops``, and operations in words."""

from __future__ import annotations

import json
import shlex

import pytest

from esi_fetch.catalog import Operation, Parameter, bundled
from esi_fetch.catalog.words import access, caching, limits, pages, takes
from esi_fetch.cli.example_line import example_line
from esi_fetch.cli.parameters import parse_parameters
from tests.cli.conftest import Invoke


def test_all_operations_are_listed(invoke: Invoke) -> None:
    """Without words there is a line for each, under a heading."""
    result = invoke("ops", "list")
    heading, *rows = result.stdout.splitlines()
    assert heading.split() == ["operation", "path", "area", "pages", "scope"]
    assert [row.split()[0] for row in rows] == list(bundled())
    assert result.stderr.startswith(f"{len(bundled())} operations of {bundled().date}")


def test_words_narrow_the_list(invoke: Invoke) -> None:
    """Every word must be in an operation, in any case."""
    rows = json.loads(invoke("ops", "list", "Market", "HISTORY", "--format", "json").stdout)
    assert rows[0] == {
        "op_id": "GetMarketsRegionIdHistory",
        "method": "GET",
        "path": "/markets/{region_id}/history",
        "tag": "Market",
        "scopes": [],
        "pagination": None,
    }
    assert all("history" in row["path"] for row in rows)


def test_nothing_found_is_said(invoke: Invoke) -> None:
    """No operation is no failure."""
    result = invoke("ops", "list", "warp", "drive")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("0 operations")
    assert invoke("ops", "list", "warp", "drive", "--format", "json").stdout == "[]\n"


def test_a_word_that_nothing_has_gets_the_nearest_one(invoke: Invoke) -> None:
    """A typing error is told from words that only don't go together."""
    assert (
        "no operation has 'markt' (did you mean 'market'" in invoke("ops", "list", "markt", "orders").stderr
    )
    assert "no operation has" not in invoke("ops", "list", "wallet", "stargates").stderr


def test_lines_fit_the_terminal(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal no line is longer than it is wide."""
    monkeypatch.setattr("esi_fetch.cli.ops.terminal_width", lambda: 60)
    lines = invoke("ops", "list", "wallet").stdout.splitlines()
    assert max(map(len, lines)) == 60
    assert any(line.endswith("…") for line in lines)


@pytest.mark.parametrize(
    "name", ["GetMarketsRegionIdOrders", "get_markets_region_id_orders", "GETMARKETSREGIONIDORDERS"]
)
def test_an_operation_is_shown_whole(invoke: Invoke, name: str) -> None:
    """Its parameters, limits, pages and a command to paste."""
    text = invoke("ops", "show", name).stdout
    assert text.startswith("GetMarketsRegionIdOrders\nGET /markets/{region_id}/orders\n")
    for part in (
        "get_markets_region_id_orders",
        "public",
        "all are fetched, as one snapshot",
        "group market-order: 12,000 tokens in 15 minutes",
        "text, one of buy, sell, all (default all)",
        "esi-fetch get GetMarketsRegionIdOrders region_id=10000002 -o market.csv",
        "order_id",
        "stable   since 2",
    ):
        assert part in text


def test_an_operation_as_json(invoke: Invoke) -> None:
    """Programs get everything the catalog knows."""
    shown = json.loads(invoke("ops", "show", "GetMarketsRegionIdOrders", "--format", "json").stdout)
    assert shown["pagination"]["kind"] == "pages"
    assert shown["rate_limit"] == {"group": "market-order", "tokens": 12000, "window_s": 900.0}
    assert shown["snake_id"] == "get_markets_region_id_orders"
    assert {each["name"] for each in shown["parameters"]} == {"region_id", "order_type", "page", "type_id"}


def test_an_unknown_operation_is_wrong_input(invoke: Invoke) -> None:
    """The nearest right names are told."""
    result = invoke("ops", "show", "GetMarketRegionIdOrders")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean" in result.stderr


def test_an_operation_that_writes_is_marked(invoke: Invoke) -> None:
    """Whoever looks up what changes something is told so."""
    assert "it changes something" in invoke("ops", "show", "PostCharactersCharacterIdMail").stdout
    assert "it changes something" not in invoke("ops", "show", "PostUniverseNames").stdout


def test_examples_are_right() -> None:
    """The commands that are shown for operations give all their parameters, and none is wrong."""
    for op_id, operation in bundled().items():
        words = shlex.split(example_line(operation))
        assert words[:3] == ["esi-fetch", "get", op_id]
        parse_parameters([word for word in words[3:] if "=" in word], operation=operation)


def test_every_operation_can_be_shown(invoke: Invoke) -> None:
    """No operation is too odd to be described."""
    for op_id in bundled():
        assert invoke("ops", "show", op_id).stdout.startswith(f"{op_id}\n")


def test_examples_have_values_of_every_kind() -> None:
    """A catalog to come may want what the present one does not."""
    kinds: dict[str, dict[str, object]] = {
        "a": {"type": "boolean"},
        "b": {"type": "array", "items": {"type": "number", "minimum": 3}},
        "c": {"type": "string", "enum": ["x", "y"]},
    }
    inner = {"type": "object", "properties": {"d": {"type": "integer", "default": 9}}, "required": ["d"]}
    operation = Operation(
        "GetIt",
        "GET",
        "/it",
        "It",
        (
            *(Parameter(name, "query", True, schema) for name, schema in kinds.items()),
            Parameter("body", "body", True, inner),
        ),
    )
    assert example_line(operation) == """esi-fetch get GetIt a=true b=3 c=x 'body={"d": 9}'"""
    parse_parameters(shlex.split(example_line(operation))[3:], operation=operation)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1}, "integer, 1 or more"),
        ({"type": "integer", "minimum": 1, "maximum": 7}, "integer, 1 to 7"),
        ({"type": "string", "maxLength": 5}, "text, 5 characters or less"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"type": "boolean", "default": False}, "true or false (default False)"),
        (
            {
                "type": "array",
                "items": {"type": "integer"},
                "minItems": 1,
                "maxItems": 9,
                "uniqueItems": True,
            },
            "list of integer, each once, 1 to 9 items",
        ),
        ({"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a"]}, "object, with a, b?"),
        ({"type": "object"}, "object, of any shape"),
        ({}, "anything"),
    ],
)
def test_schemas_in_words(schema: dict[str, object], words: str) -> None:
    """What a parameter takes is said as people say it."""
    assert takes(Parameter("x", "query", False, schema)) == words


def test_facts_in_words() -> None:
    """Scopes and roles, walks, limits and lifetimes are named."""
    catalog = bundled()
    wallet = catalog["GetCorporationsCorporationIdWallets"]
    assert "esi-wallet.read_corporation_wallets.v1" in access(wallet)
    assert "role Accountant or Junior_Accountant" in access(wallet)
    assert pages(catalog["GetStatus"]) == "none; everything comes in one answer"
    assert "by cursor" in pages(catalog["GetFreelanceJobsListing"])
    assert "error limit" in limits(catalog["GetUniverseTypes"])
    assert caching(catalog["GetMarketsRegionIdOrders"]).startswith("for 300 s")
    assert {caching(operation).split()[0] for operation in catalog.values()} >= {"for", "as"}
