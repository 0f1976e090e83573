"""Entries and stores to try things with."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import Entry, LocalStore


def make_entry(name: object = "one", *, plain: bytes = b"[1,2,3]", **changes: object) -> Entry:
    """Return an entry whose key is made of *name*."""
    fields: dict[str, object] = {
        "key": hashlib.sha256(str(name).encode()).hexdigest(),
        "op_id": "GetMarketsRegionIdOrders",
        "method": "GET",
        "url": f"https://esi.evetech.net/markets/10000002/orders?order_type=all&page={name}",
        "character": None,
        "status": 200,
        "etag": 'W/"abc"',
        "last_modified": "Sun, 27 Sep 2026 04:25:14 GMT",
        "pages": 405,
        "fetched_at": 1_800_000_000.25,
        "validated_at": 1_800_000_000.25,
        "expires_at": 1_800_000_300.25,
        "body": Body(gzip.compress(plain, mtime=0), "gzip"),
    }
    return Entry(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Return the function that makes entries."""
    return make_entry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a store that is not there yet, in a folder that is not there either."""
    return tmp_path / "home" / "store.sqlite"


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[LocalStore]:
    """Return a store, once in a file and once in memory."""
    with LocalStore(path if request.param == "file" else None, clock=SystemClock()) as opened:
        yield opened
