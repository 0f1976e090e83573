"""Entries and stores to try things with."""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esi_fetch.clock import SystemClock
from esi_fetch.model.body import Body
from esi_fetch.store import Entry, LocalStore
from tests.redis_server import RedisServer, running_redis


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


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """Give a Redis server to those who clear it before they use it."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """Return the URL of a Redis server with nothing on it."""
    shared_redis.client().flushall()
    return shared_redis.url


@pytest.fixture(params=["file", "memory", "redis"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[LocalStore]:
    """Return a store, once in a file, once in memory, and once on a Redis server."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    with LocalStore(path if request.param == "file" else None, clock=SystemClock(), redis_url=url) as opened:
        yield opened
