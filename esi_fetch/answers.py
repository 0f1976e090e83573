"""What answers look like, as ``TypedDict`` types for type checkers and editors.

::

    from esi_fetch.answers import MarketsRegionIdOrders

    def cheapest(orders: list[MarketsRegionIdOrders]) -> float: ...

The types are in ``answers.pyi``, which ``scripts/make_stubs.py`` writes. When a program runs, answers are
plain dicts, and so is every name here.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return dict[str, Any]
