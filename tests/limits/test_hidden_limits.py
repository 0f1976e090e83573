"""Limits that neither the specification nor any header tells."""

import pytest

from esi_fetch.catalog import bundled
from esi_fetch.clock import HeldClock
from esi_fetch.limits import HIDDEN_LIMITS, HiddenLimit, Limiter, Route
from tests.limits.asking import HISTORY, TYPES, send, view


def test_market_history_has_a_limit_that_no_header_tells(limiter: Limiter, clock: HeldClock) -> None:
    """Three hundred requests fit into any minute of the address, whatever their answers."""
    for number in range(300):
        send(limiter, HISTORY, (200, 304)[number % 2])
    send(limiter, HISTORY, None)
    send(limiter, Route(HISTORY.op_id, user="character:1"), None)
    assert sum(clock.waits) == pytest.approx(60, abs=0.3)
    assert view(limiter, "hidden limit of GetMarketsRegionIdHistory").of == 300


def test_a_hidden_limit_of_ones_own(clock: HeldClock) -> None:
    """Any operation can be given one."""
    limiter = Limiter(clock=clock, hidden_limits={"GetUniverseTypes": HiddenLimit(requests=2, window_s=10.0)})
    for route in (TYPES, TYPES, HISTORY):
        send(limiter, route)
    assert clock.waits == []
    send(limiter, TYPES)
    assert clock.waits == [pytest.approx(10, abs=0.1)]


@pytest.mark.parametrize(
    "op_id",
    [
        "GetCharactersCharacterIdContractsContractIdItems",
        "GetCorporationsCorporationIdContractsContractIdItems",
    ],
)
def test_contract_items_have_a_limit_for_each_character(op_id: str, clock: HeldClock) -> None:
    """Twenty requests fit into any ten seconds of a character, whatever others do."""
    limiter = Limiter(clock=clock, burst=1.0)
    mine, yours = (Route(op_id, user=user) for user in ("character:1", "character:2"))
    for _ in range(20):
        send(limiter, mine)
    for _ in range(20):
        send(limiter, yours)
    assert clock.waits == []
    send(limiter, mine)
    assert sum(clock.waits) == pytest.approx(10, abs=0.1)
    assert view(limiter, f"hidden limit of {op_id}", "character:1").of == 20


def test_every_built_in_hidden_limit_is_of_an_operation_that_exists() -> None:
    """A misspelt operation would be limited by nothing."""
    assert set(HIDDEN_LIMITS) <= set(bundled())


def test_what_is_given_comes_on_top_of_what_is_built_in(clock: HeldClock) -> None:
    """A limit of one's own leaves the others as they are."""
    mine = {"GetUniverseTypes": HiddenLimit(requests=2, window_s=10.0)}
    limiter = Limiter(clock=clock, hidden_limits=mine)
    send(limiter, HISTORY)
    assert view(limiter, "hidden limit of GetMarketsRegionIdHistory").of == 300


def test_a_built_in_limit_can_be_lifted(clock: HeldClock) -> None:
    """None in the place of a limit means that nothing is counted."""
    limiter = Limiter(clock=clock, hidden_limits={HISTORY.op_id: None})
    send(limiter, HISTORY)
    assert [view.bucket for view in limiter.snapshot()] == ["error limit"]
