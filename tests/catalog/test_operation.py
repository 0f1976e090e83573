"""Operations are plain, frozen data."""

from __future__ import annotations

import pickle

import pytest

from esi_fetch.catalog import Operation, Parameter, read_document, snake_case
from tests.catalog.documents import small_document


@pytest.mark.parametrize(
    ("op_id", "snake"),
    [
        ("GetMarketsRegionIdOrders", "get_markets_region_id_orders"),
        ("GetStatus", "get_status"),
        ("get_status", "get_status"),
        ("PostUiOpenwindowNewmail", "post_ui_openwindow_newmail"),
    ],
)
def test_snake_case(op_id: str, snake: str) -> None:
    """An id is spelled as older code spells it."""
    assert snake_case(op_id) == snake
    assert Operation(op_id, "GET", "/", "").snake_id == snake


def test_operations_can_be_keys_and_travel() -> None:
    """Operations are hashable although schemas are not, and survive pickling."""
    operation = read_document(small_document())["GetThings"]
    assert {operation: 1}[pickle.loads(pickle.dumps(operation))] == 1


def test_repr_names_id_method_and_path() -> None:
    """The repr is what people need to recognise an operation."""
    operation = read_document(small_document())["GetThings"]
    assert repr(operation) == "<Operation GetThings GET /things>"


def test_a_parameter_knows_its_default() -> None:
    """A default of false is a default."""
    assert Parameter("p", "query", False, {"default": False}).has_default
    assert Parameter("p", "query", False, {}).default is None
    assert not Parameter("p", "query", False, {}).has_default


def test_a_required_parameter_with_a_default_need_not_be_given() -> None:
    """It is filled in; all others that are required must be given."""
    assert Parameter("p", "query", True, {}).is_needed
    assert not Parameter("p", "query", True, {"default": 1}).is_needed
    assert not Parameter("p", "query", False, {}).is_needed
