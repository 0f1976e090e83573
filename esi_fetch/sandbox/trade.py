"""Orders, histories and contracts of every region, as answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from esi_fetch.catalog.operation import Operation
from esi_fetch.sandbox.asks import Ask, RefusedError, Reply
from esi_fetch.sandbox.deck import Deck, WorldSize, cut, page_count
from esi_fetch.sandbox.goods import WITHOUT_HISTORY, goods
from esi_fetch.sandbox.market import Contracts, OrderBook, history
from esi_fetch.sandbox.places import DOMAIN, THE_FORGE, universe
from esi_fetch.sandbox.synth import Synthesizer

__all__ = ["Trade"]


class Trade:
    """The markets and contracts of the world; arguments as for ``World``."""

    def __init__(self, *, seed: int, day: float, size: WorldSize, make: Callable[[Ask], Synthesizer]) -> None:
        self._seed = seed
        self._day = day
        self._size = size
        self._make = make

    def handlers(self) -> dict[str, Callable[[Ask], Reply]]:
        """Return what answers which operation."""
        return {
            "GetMarketsRegionIdOrders": self._orders,
            "GetMarketsRegionIdTypes": self._market_types,
            "GetMarketsRegionIdHistory": self._history,
            "GetContractsPublicRegionId": self._contracts,
            "GetContractsPublicItemsContractId": self._contract_part,
            "GetContractsPublicBidsContractId": self._contract_part,
        }

    def _page(self, numbers: Sequence[int], ask: Ask, make: Callable[[int], Any]) -> Reply:
        page = cut(numbers, ask.page, self._size.page_size)
        pages = page_count(len(numbers), self._size.page_size)
        return Reply(lambda: [make(number) for number in page], pages=pages)

    def _deck(self, pages: int, *, drift: int) -> Deck:
        # The last page is two fifths full; a dip of half a page takes it away and shortens the one before.
        size = self._size.page_size
        return Deck(
            (pages - 1) * size + max(1, size * 2 // 5), size, drift, dip=size // 2 if pages > 1 else 0
        )

    def orders(self, region_id: int) -> OrderBook:
        """Return the order book of a region.

        Raises:
            RefusedError: There is no such region, or it has no market.
        """
        region = universe().regions.get(region_id)
        if region is None:
            raise RefusedError(404, "Region not found!")
        if not region.has_market:
            raise RefusedError(400, "Region has no market!")
        pages = {THE_FORGE: self._size.orders_pages, DOMAIN: -(-self._size.orders_pages // 2)}
        deck = self._deck(pages.get(region_id, 1), drift=max(1, self._size.page_size // 27))
        return OrderBook(seed=self._seed, day=self._day, region_id=region_id, deck=deck)

    def _orders(self, ask: Ask) -> Reply:
        book = self.orders(ask.path["region_id"])
        type_id = ask.query.get("type_id")
        if type_id is not None and type_id not in goods().types:
            raise RefusedError(404, "Type not found!")
        numbers = book.numbers(ask.snapshot, order_type=ask.query["order_type"], type_id=type_id)
        return self._page(numbers, ask, lambda number: book.order(number, ask.snapshot))

    def _market_types(self, ask: Ask) -> Reply:
        return self._page(
            self.orders(ask.path["region_id"]).types(ask.snapshot), ask, lambda type_id: type_id
        )

    def _history(self, ask: Ask) -> Reply:
        region_id, type_id = ask.path["region_id"], ask.query["type_id"]
        self.orders(region_id)
        item = goods().types.get(type_id)
        if item is None or type_id == WITHOUT_HISTORY:
            raise RefusedError(404, "Type not found!")
        if item.market_group_id is None:
            raise RefusedError(400, "Type not tradable on market!")
        today = datetime.fromtimestamp(ask.rolled_at, tz=timezone.utc).date()
        return Reply(lambda: history(seed=self._seed, region_id=region_id, type_id=type_id, today=today))

    def _contracts_of(self, region_id: int) -> Contracts | None:
        region = universe().regions.get(region_id)
        if region is None or not region.has_market:
            return None
        pages = self._size.contracts_pages if region_id == THE_FORGE else 1
        deck = self._deck(pages, drift=max(1, self._size.page_size // 90))
        return Contracts(seed=self._seed, day=self._day, region_id=region_id, deck=deck)

    def newest_contract(self, region_id: int, *, snapshot: int = 0) -> int:
        """Return the id of the newest public contract of a region; 0 where there are none."""
        contracts = self._contracts_of(region_id)
        return contracts.contract_id(contracts.deck.numbers(snapshot)[0]) if contracts else 0

    def _contracts(self, ask: Ask) -> Reply:
        contracts = self._contracts_of(ask.path["region_id"])
        if contracts is not None:
            return self._page(contracts.deck.numbers(ask.snapshot), ask, contracts.contract)
        if ask.path["region_id"] not in universe().regions:
            raise RefusedError(404, "Region not found!")
        return self._page((), ask, int)

    def _contract_part(self, ask: Ask) -> Reply:
        contract_id = ask.path["contract_id"]
        contracts = self._contracts_of(Contracts.region_of(contract_id))
        number = contracts.number(contract_id, ask.snapshot) if contracts else None
        if contracts is None or number is None:
            raise RefusedError(404, "Contract not found!")
        if number not in contracts.deck.numbers(ask.snapshot):
            return Reply(lambda: None, status=204)  # Expired, or accepted a moment ago.
        rows = _row_schema(ask.operation)
        return Reply(lambda: self._make(ask).rows(rows, range(1 + contract_id % 9)), pages=1)


def _row_schema(operation: Operation) -> Any:
    return (operation.answer or {}).get("items", {})
