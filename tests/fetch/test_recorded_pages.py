"""Recorded answers of the real ESI, served again byte for byte, become whole page sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from esi_fetch import Esi, Job
from esi_fetch.clock import HeldClock
from esi_fetch.model.result import Source
from tests.wire import Reply, Seen, WireServer

SAMPLES = Path(__file__).parents[2] / ".." / "shared" / "esi" / "samples"

SETS = {
    "market_orders_forge_2pages": Job("GetMarketsRegionIdOrders", {"region_id": 10000002}),
    "public_contracts_forge_2pages": Job("GetContractsPublicRegionId", {"region_id": 10000002}),
    "universe_types_2pages_same_etag": Job("GetUniverseTypes"),
}


class Recorded:
    """A server that plays recorded pages; the moment of the recording is a minute before the expiry."""

    def __init__(self, name: str):
        path = SAMPLES / f"{name}.json"
        if not path.exists():
            pytest.skip("the recorded answers are not beside this checkout")
        self.pages = json.loads(path.read_text(encoding="utf-8"))["pages"]
        expires = parsedate_to_datetime(self.pages[0]["headers"]["expires"])
        self.clock = HeldClock((expires - timedelta(seconds=60)).timestamp())
        self.modified = True

    def answer(self, seen: Seen) -> Reply:
        number = int(parse_qs(urlsplit(seen.target).query).get("page", ["1"])[0])
        page = self.pages[number - 1]
        headers = {**page["headers"], "date": formatdate(self.clock.now(), usegmt=True), "Date": None}
        if not self.modified:
            assert seen.headers["if-none-match"] == page["headers"]["etag"]
            return Reply(304, headers=headers)
        return Reply(body=page["body"], headers={**headers, "Content-Type": None})


@pytest.fixture(params=SETS)
def recorded(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Recorded, Esi, WireServer, Job]]:
    """A recorded set, a server that plays it, and a client of that server."""
    played = Recorded(request.param)
    with (
        WireServer(played.answer) as server,
        Esi(base_url=server.url, home=tmp_path, clock=played.clock) as esi,
    ):
        yield played, esi, server, SETS[request.param]


def test_recorded_sets_are_whole(recorded: Any) -> None:
    """Both pages' rows come in order, with the snapshot and the expiry that ESI named."""
    played, esi, server, job = recorded
    result = esi.fetch(job).result
    assert (result.complete, result.pages, result.source) == (True, 2, Source.REMOTE)
    assert result.data == [row for page in played.pages for row in page["body"]]
    assert result.snapshot_at == parsedate_to_datetime(played.pages[0]["headers"]["last-modified"])
    assert result.expires_at.timestamp() == pytest.approx(played.clock.now() + 60)
    assert len(server.seen) == 2


def test_recorded_sets_are_fresh_until_they_expire(recorded: Any) -> None:
    """Until the named expiry nothing is sent, though the old header style names no max-age."""
    played, esi, server, job = recorded
    esi.fetch(job)
    played.clock.advance(55)
    result = esi.fetch(job).result
    assert (result.source, result.requests) == (Source.LOCAL, 0)
    assert len(server.seen) == 2


def test_recorded_sets_are_confirmed_page_by_page(recorded: Any) -> None:
    """Each page is asked for with its own ETag, whole; equal weak ETags do not mix pages up."""
    played, esi, server, job = recorded
    data = esi.fetch(job).result.data
    played.clock.advance(61)
    played.modified = False
    result = esi.fetch(job).result
    assert (result.source, result.complete, result.data) == (Source.NOT_MODIFIED, True, data)
    assert len(server.seen) == 4
