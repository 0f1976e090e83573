"""``docs/reference/freshness.md`` is true: each row of its tables is executed."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.store import Lifetime, lifetime
from esi_fetch.store.freshness import CAP_S, FLOOR_S
from tests.transport.conftest import Rig
from tests.wire import Reply, Seen

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "freshness.md").read_text(encoding="utf-8")
NOW = "Sun, 27 Sep 2026 04:26:00 GMT"


def rows(table: str) -> list[list[str]]:
    """Return the cells of a table of the page, without its heading."""
    text = PAGE.split(f"<!-- {table} -->")[1].split("<!-- end -->")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def headers_of(cell: str) -> dict[str, str]:
    """Return the headers that a cell shows."""
    found = [text.partition(":") for text in re.findall(r"`([^`]+)`", cell)]
    return {name: value.strip() for name, _, value in found}


@pytest.mark.parametrize("row", rows("lifetimes"), ids=lambda row: row[0])
def test_each_lifetime_is_the_functions(row: list[str]) -> None:
    """The function decides what the page says, and for the reason that it gives."""
    answer, cell, seconds, reason = row
    headers = headers_of(cell)
    sent_at = parsedate_to_datetime(headers.get("Date", NOW)).timestamp()
    skew_s = {"an hour ahead": 3600.0, "a day behind": -86_400.0}
    hint = re.search(r"the catalog: (\d+) s", answer)
    before = re.search(r"before: (\d+) s", answer)
    found = lifetime(
        headers,
        received_at=sent_at + sum(by for words, by in skew_s.items() if words in answer),
        hint_s=float(hint[1]) if hint else None,
        previous_s=float(before[1]) if before else None,
    )
    assert found == Lifetime(float(seconds), reason)


@pytest.mark.parametrize("row", rows("kept"), ids=lambda row: row[0])
def test_each_answer_is_kept_or_not(rig: Callable[..., Rig], row: list[str]) -> None:
    """What the page says is in the store is there, and the next request asks as it says."""
    answer, cell, kept, question = row
    status = int(answer[:3])

    def say(seen: Seen) -> Reply:
        return Reply(
            status=status, headers={**headers_of(cell), "X-Esi-Error-Limit-Reset": "1", "Retry-After": "1"}
        )

    clock = HeldClock(now=1_795_000_000.0)
    r = rig(answer=say, retries=0, clock=clock, remember_refusals_s=0.0)
    r.answer()
    assert r.cached.store is not None
    assert (r.cached.store.find(r.call().key) is not None) == (kept == "yes")
    clock.advance(FLOOR_S + 120)
    r.answer()
    asked = {name: value for name, value in r.server.seen[-1].headers.items() if name.startswith("if-")}
    expected = {name.lower(): value for name, value in headers_of(question).items()}
    assert asked == expected
    assert len(r.server.seen) == 2


def test_the_page_names_the_bounds() -> None:
    """The floor and the longest lifetime are what the code has."""
    assert f"within {FLOOR_S:.0f} seconds" in PAGE
    assert "a year" in PAGE
    assert CAP_S == 365 * 86_400


def test_every_recorded_form_has_a_row() -> None:
    """Each Cache-Control that was recorded from ESI is on the page."""
    recorded = {
        "public",
        "private",
        "public, max-age=30, must-revalidate, stale-if-error=900",
        "public, max-age=86400, must-revalidate, stale-if-error=900",
        "public, max-age=0, must-revalidate",
        "public, max-age=0, immutable, must-revalidate",
        "public, max-age=600",
    }
    shown = {headers_of(row[1]).get("Cache-Control") for row in rows("lifetimes")}
    assert recorded <= shown
