"""A store with something of everything in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from esi_fetch.clock import HeldClock
from esi_fetch.model.body import Body
from esi_fetch.store import Asked, Entry, LocalStore, Refusal, Variant
from tests.store.conftest import make_entry

NOW = 1_800_000_000.0
DAY_S = 86_400.0
ME, OTHER = 90000001, 90000002
VARIANT = Variant("en", "tranquility", "2026-08-18")


def entry(
    name: str,
    op_id: str = "GetMarketsRegionIdOrders",
    parameters: dict[str, Any] | None = None,
    *,
    age_s: float = 0.0,
    fresh: bool = True,
    **changes: Any,
) -> Entry:
    """Return an entry that was fetched some time before :data:`NOW`."""
    fields: dict[str, Any] = {
        "op_id": op_id,
        "url": f"https://esi.evetech.net/{name}",
        "asked": Asked({} if parameters is None else parameters, VARIANT),
        "fetched_at": NOW - age_s,
        "validated_at": NOW - age_s,
        "expires_at": NOW + (60.0 if fresh else -60.0),
    }
    return make_entry(name, **{**fields, **changes})


def refusal(
    name: str, *, op_id: str = "GetUniverseTypesTypeId", age_s: float = 0.0, **changes: Any
) -> Refusal:
    """Return a refusal that was answered some time before :data:`NOW`."""
    fields: dict[str, Any] = {
        "character": None,
        "status": 404,
        "message": "gone",
        "parameters": {"type_id": 1},
    }
    return Refusal(
        key=name, op_id=op_id, url=f"https://esi.evetech.net/{name}", answered_at=NOW - age_s,
        **{**fields, **changes},
    )  # fmt: skip


def fill(path: Path | None) -> LocalStore:
    """Return a store with twelve entries, and of the rest three each: public, one's, another one's."""
    store = LocalStore(path, clock=HeldClock(now=NOW))
    for page in (1, 2, 3):
        about = {"region_id": 10000002, "order_type": "all", "page": page}
        assert store.save(entry(f"forge {page}", parameters=about, age_s=page * DAY_S, fresh=page == 1))
    for type_id in (34, 35):
        about = {"region_id": 10000002, "type_id": type_id}
        assert store.save(entry(f"history {type_id}", "GetMarketsRegionIdHistory", about, age_s=40 * DAY_S))
    assert store.save(entry("names", "PostUniverseNames", {"body": [34, 35]}, method="POST"))
    assert store.save(entry("status", "GetStatus", age_s=1.0, fresh=False))
    for who in (ME, OTHER):
        about = {"character_id": who}
        assert store.save(entry(f"wallet {who}", "GetCharactersCharacterIdWallet", about, character=who))
        mails = [{"subject": f"secret of {who}", "body": os.urandom(20).hex()} for _ in range(300)]
        body = Body(repr(mails).encode())
        assert store.save(
            entry(f"mail {who}", "GetCharactersCharacterIdMail", about, character=who, body=body)
        )
    assert store.save(entry("old one", asked=None))
    for each in (None, ME, OTHER):
        assert store.save_refusal(refusal(f"refusal {each}", character=each), forget_before=0.0)
        assert store.set_bookmark(
            f"bookmark {each}", "x", op_id="GetFreelanceJobsListing", parameters={}, character=each
        )
        assert store.save_data_set(
            "overview", [f"of {each}"] * 50, category="dynamic", made_from=["GetStatus"], character=each,
            parameters={"region_id": 10000002}, expires_at=NOW - 1 if each is None else NOW + 60,
        )  # fmt: skip
    return store


def counts(store: LocalStore) -> tuple[int, int, int, int]:
    """Return how many entries, data sets, refusals and bookmarks there are."""
    report = store.report()
    return report.total.entries, len(report.data_sets), report.refusals, report.bookmarks
