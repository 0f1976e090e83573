"""Names for ids, and data sets that are little more than that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from esi_fetch.client import Esi

__all__ = ["names_of", "region_names"]

_IDS_A_REQUEST = 1000  # ESI's bound on the body of PostUniverseNames


def names_of(esi: Esi, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return ``{"id", "name", "category"}`` for each id, in the order given, each id once.

    Ids are asked for a thousand at a time.

    Raises:
        NotFoundError: ESI does not know one of the ids; it then refuses the whole request.
    """
    wanted = list(dict.fromkeys(ids))
    named: dict[int, dict[str, Any]] = {}
    # Sorted, so that the same ids in another order make the same requests, which the store can answer.
    todo = sorted(wanted)
    for start in range(0, len(todo), _IDS_A_REQUEST):
        body = todo[start : start + _IDS_A_REQUEST]
        named.update((entry["id"], entry) for entry in esi.get("PostUniverseNames", body=body))
    return [named[identity] for identity in wanted]


def region_names(esi: Esi) -> list[dict[str, Any]]:
    """Return ``{"region_id", "name"}`` for every region, sorted by name.

    Made from ``GetUniverseRegions`` and ``PostUniverseNames``; it changes only with the game itself.
    """
    named = names_of(esi, esi.get("GetUniverseRegions"))
    regions = [{"region_id": entry["id"], "name": entry["name"]} for entry in named]
    return sorted(regions, key=lambda region: region["name"])
