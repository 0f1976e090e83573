"""Rows that come in pages and move between them when the data is regenerated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from esi_fetch.sandbox.asks import PastEndError

__all__ = ["Deck", "WorldSize", "cut", "page_count"]


def page_count(rows: int, page_size: int) -> int:
    """Return how many pages that many rows fill; no rows are one empty page."""
    return max(1, -(-rows // page_size))


def cut(rows: Sequence[int], page: int, page_size: int) -> Sequence[int]:
    """Return one page of the rows.

    Raises:
        PastEndError: There is no such page.
    """
    if page > page_count(len(rows), page_size):
        raise PastEndError
    return rows[(page - 1) * page_size : page * page_size]


@dataclass(frozen=True)
class Deck:
    """A numbered list, newest row first, of which every regeneration drops some and adds some.

    New rows enter at the front, so all others slide towards later pages: who reads page 1 before and page 2
    after a regeneration gets some rows twice and never sees others, as with ESI.

    Attributes:
        rows: How many rows there are in snapshot 0.
        page_size: Rows on a page; the last page may have fewer.
        drift: How many rows leave and how many enter with each regeneration.
        dip: How many rows fewer there are in every third snapshot (2, 5, 8 …), so that the number of
            pages changes too.
    """

    rows: int
    page_size: int
    drift: int = 0
    dip: int = 0

    def numbers(self, snapshot: int) -> range:
        """Return the numbers of the rows of a snapshot, in the order ESI would list them."""
        first = snapshot * self.drift
        count = self.rows - (self.dip if snapshot % 3 == 2 else 0)
        return range(first + count - 1, first - 1, -1)

    def entry(self, number: int) -> int:
        """Return in which snapshot a row first appeared."""
        return -(-max(0, number + 1 - self.rows) // self.drift) if self.drift else 0


@dataclass(frozen=True)
class WorldSize:
    """How much data there is.

    Attributes:
        orders_pages: Pages of orders in The Forge; Domain has half as many, every other market one.
        contracts_pages: Pages of public contracts in The Forge; everywhere else there is one.
        page_size: Rows on a page of those and of the lists of types; ESI has 1000.
        rows: Rows of any other list with pages.
        rows_page_size: How many of them are on a page.
        walk_rows: Records of every list walked by cursor or by id.
    """

    orders_pages: int = 8
    contracts_pages: int = 3
    page_size: int = 1000
    rows: int = 120
    rows_page_size: int = 50
    walk_rows: int = 130

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"{name}={value!r}: wants 1 or more")
