"""The document the sandbox serves is one that the catalog's reader reads, with nothing lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esi_fetch.catalog import read_document
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ask


def test_the_document_gives_the_catalog_back(shown: Sandbox) -> None:
    """Read again, it has every operation as the sandbox serves it, but for older names."""
    served = ask(shown, "/meta/openapi.json").json()
    assert served["openapi"].startswith("3.1")
    catalog = read_document(served)
    assert catalog.date == shown.catalog.date
    assert list(catalog) == list(shown.catalog)
    for op_id, operation in shown.catalog.items():
        assert catalog[op_id] == replace(operation, aliases=catalog[op_id].aliases), op_id


@pytest.mark.parametrize(("date", "version"), [("2026-08-10", "2026-08-04"), (None, "2020-01-01")])
def test_the_document_is_for_a_date(shown: Sandbox, date: str | None, version: str) -> None:
    """It is that of the published date before the one asked for, without later operations."""
    served = ask(shown, "/meta/openapi.json", date=date).json()
    assert served["info"]["version"] == version
    assert "/paragon-hub/skinr" not in served["paths"]
    assert "/status" in served["paths"]


def test_published_dates_come_newest_first(shown: Sandbox) -> None:
    """The compatibility dates begin with the newest and end with the oldest."""
    dates = ask(shown, "/meta/compatibility-dates").json()["compatibility_dates"]
    assert dates[0] == "2026-08-18"
    assert dates[-1] == "2020-01-01"
    assert dates == sorted(dates, reverse=True)


def test_the_api_knows_its_routes(shown: Sandbox) -> None:
    """The status lists every operation; the changelog has an entry for each that is newer than 2020."""
    routes = ask(shown, "/meta/status").json()["routes"]
    assert len(routes) == len(shown.catalog)
    changes = ask(shown, "/meta/changelog").json()["changelog"]
    newer = [each for each in shown.catalog.values() if each.compatibility_date > "2020-01-01"]
    assert sum(map(len, changes.values())) == len(newer)
