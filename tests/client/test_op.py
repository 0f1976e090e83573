"""``esi.op``: every operation as a method."""

from __future__ import annotations

import copy
import inspect
import pydoc
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from esi_fetch import Esi
from esi_fetch.catalog import Catalog, Parameter, bundled, snake_case
from esi_fetch.client.by_name import ByName, argument_name
from esi_fetch.errors import NotFoundError, ParameterError
from esi_fetch.sandbox import Sandbox

CHARACTER = 90000001


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox without limits."""
    with Sandbox(limits=False, orders_pages=2, page_size=20) as sandbox:
        yield sandbox


@pytest.fixture
def esi(sandbox: Sandbox, tmp_path: Path) -> Iterator[Esi]:
    """Give a client of the sandbox that has one character."""
    tokens = {CHARACTER: sandbox.token(CHARACTER)}
    with Esi(base_url=sandbox.url, home=tmp_path / "home", tokens=tokens) as esi:
        yield esi


def test_method_returns_what_get_returns(esi: Esi) -> None:
    """Both spellings of an id, and ids of older dates, are methods; the answer is that of ``get``."""
    orders = esi.op.get_markets_region_id_orders(region_id=10000002)
    assert orders == esi.get("GetMarketsRegionIdOrders", region_id=10000002)
    assert len(orders) > 20
    assert esi.op.GetMarketsRegionIdOrders(region_id=10000002) == orders
    assert esi.op.get_characters_character_id(character_id=CHARACTER) == esi.get(
        "GetCharactersDetail", character_id=CHARACTER
    )


def test_method_takes_the_options_of_get(esi: Esi, sandbox: Sandbox) -> None:
    """``character``, ``refresh`` and what belongs to walks are keywords beside the parameters."""
    assert isinstance(
        esi.op.get_characters_character_id_wallet(character_id=CHARACTER, character=CHARACTER), float
    )
    esi.op.get_status()
    before = sandbox.count()
    esi.op.get_status()
    assert sandbox.count() == before
    esi.op.get_status(refresh=True)
    assert sandbox.count() == before + 1
    assert len(esi.op.get_freelance_jobs_listing(max_records=3)) == 3
    assert esi.op.get_wars(max_records=3) == esi.get("GetWars", max_records=3)
    assert isinstance(esi.op.get_freelance_jobs_listing(since_last=True), list)


def test_wrong_parameters_are_those_of_get(esi: Esi) -> None:
    """A wrong or missing parameter names the nearest right one; positions are refused by Python itself."""
    call: Any = esi.op.get_markets_region_id_orders
    with pytest.raises(ParameterError, match="did you mean 'region_id'"):
        call(regionid=1)
    with pytest.raises(ParameterError, match=r"parameters\.region_id: missing"):
        call()
    with pytest.raises(ParameterError, match="walked by cursor"):
        call(region_id=1, since_last=True)
    with pytest.raises(TypeError, match="positional"):
        call(10000002)
    with pytest.raises(NotFoundError):
        esi.op.get_markets_region_id_history(region_id=10000002, type_id=999999999)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("get_markets_region_id_order", "did you mean 'get_markets_region_id_orders'"),
        ("GetMarketOrders", "did you mean 'Get"),
        ("zzz", "dir(esi.op) lists them"),
    ],
)
def test_unknown_name_is_an_attribute_error(
    esi: Esi, name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that no operation has is an ``AttributeError`` with the nearest names, in the same spelling."""
    with pytest.raises(AttributeError) as caught:
        getattr(esi.op, name)
    assert said in str(caught.value)
    assert not hasattr(esi.op, name)
    # What Python shows of it is our hint alone; it has a guess of its own, which may be another one.
    sys.__excepthook__(AttributeError, caught.value.with_traceback(None), None)
    assert capsys.readouterr().err.strip() == f"AttributeError: {caught.value}"


def test_names_can_be_completed(esi: Esi) -> None:
    """``dir`` lists every operation once, in snake case, for consoles and notebooks."""
    names = [name for name in dir(esi.op) if not name.startswith("_")]
    assert sorted(names) == sorted(map(snake_case, bundled()))
    assert esi.op is esi.op
    assert esi.op.get_status is esi.op.get_status
    assert repr(esi.op) == f"<Operations of {bundled()!r}>"


def test_names_that_others_try_are_no_operations(esi: Esi) -> None:
    """Notebooks and ``copy`` look for names of their own, and find none."""
    assert not hasattr(esi.op, "_repr_html_")
    assert not hasattr(esi.op, "__wrapped__")
    assert dir(copy.copy(esi.op)) == dir(esi.op)


def test_signature_says_what_is_taken(esi: Esi) -> None:
    """What must be given has no default; what the specification fills in has its own; types are plain."""
    signature = inspect.signature(esi.op.get_markets_region_id_orders)
    assert str(signature).replace("typing.Literal", "Literal") == (
        "(*, region_id: int, order_type: Literal['buy', 'sell', 'all'] = 'all', page: int | None = None, "
        "type_id: int | None = None, character: int | str | None = None, refresh: bool = False)"
        " -> list[dict[str, typing.Any]]"
    )
    walked = inspect.signature(esi.op.get_freelance_jobs_listing)
    assert {"since_last", "max_records"} <= set(walked.parameters)
    assert walked.return_annotation == list[dict[str, Any]]
    assert inspect.signature(esi.op.get_wars).parameters["until"].default is None
    assert inspect.signature(esi.op.get_characters_character_id_wallet).return_annotation is float
    order_type = signature.parameters["order_type"].annotation
    assert order_type == Literal["buy", "sell", "all"]


def test_help_tells_all_there_is_to_know(esi: Esi) -> None:
    """``help()`` shows request, arguments, answer, access, limits and freshness."""
    text = pydoc.render_doc(esi.op.get_markets_region_id_orders, renderer=pydoc.plaintext)
    for said in (
        "get_markets_region_id_orders(",
        "region_id: int,",
        "GET /markets/{region_id}/orders: all pages, as one snapshot.",
        "region_id: integer; required.",
        "order_type: text, one of buy, sell, all (default all).",
        "A list of dicts with duration, is_buy_order, issued",
        "Access: public.",
        "Limit: group market-order: 12,000 tokens in 15 minutes.",
    ):
        assert said in text


@pytest.mark.parametrize("op_id", bundled())
def test_every_operation_has_a_method(esi: Esi, op_id: str) -> None:
    """Each is found by both of its ids, has a signature that fits its parameters, and a documentation."""
    operation = bundled()[op_id]
    method = getattr(esi.op, operation.snake_id)
    assert method.__name__ == operation.snake_id
    assert inspect.getdoc(method).startswith(f"{operation.method} {operation.path}: ")
    taken = inspect.signature(method).parameters
    assert {argument_name(each.name) for each in operation.parameters} <= set(taken)
    for each in operation.parameters:
        argument = taken[argument_name(each.name)]
        assert (argument.default is argument.empty) == (each.required and not each.has_default)
    assert inspect.signature(getattr(esi.op, op_id)) == inspect.signature(method)


def test_names_that_are_taken_get_an_underscore() -> None:
    """A parameter called like a keyword of Python, or an option of ours, is given with an underscore."""
    text = {"type": "string"}
    operation = replace(
        bundled()["GetStatus"],
        parameters=tuple(
            Parameter(name, "query", False, text) for name in ("from", "character", "x-y", "1st", "fine")
        ),
    )
    asked: list[Any] = []

    def ask(op: str, parameters: Any, /, **options: Any) -> Any:
        asked.append((op, dict(parameters), options))

    catalog = Catalog({"GetStatus": operation}, date="2026-08-18")
    method = ByName(ask, lambda: catalog).get_status
    assert list(inspect.signature(method).parameters) == [
        "from_",
        "character_",
        "x_y",
        "_1st",
        "fine",
        "character",
        "refresh",
    ]
    method(from_="a", character_="b", x_y="c", _1st="d", fine="e", character=1, refresh=True)
    assert asked == [
        (
            "GetStatus",
            {"from": "a", "character": "b", "x-y": "c", "1st": "d", "fine": "e"},
            {"character": 1, "refresh": True},
        )
    ]
