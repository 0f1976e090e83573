"""The how-to pages keep their word; see ``test_pages`` for the others, and for what holds of all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.pages import ROOT, Visit, is_run, page_name, pages

PAGES = [page for page in pages() if page.parent.name == "how-to" and is_run(page)]


def characters(visit: Visit) -> None:
    """The right characters sign in, and their data is in files named after them."""
    said = "".join(visit.said)
    assert said.count("signed in as Wixeni Xule (90000001)") == 3
    assert "has not allowed the scope esi-assets.read_assets.v1; sign in again: esi-fetch auth login" in said
    assert "Wixeni Xule (90000001) is signed out" in said
    assert "is looked up when the run comes to it" in said
    assert "2 jobs ok" in said
    assert "Wixeni Xule ('esi-wallet.read_character_wallet.v1',)" in said
    assert (visit.work / "assets.csv").stat().st_size > 0
    corporation, wallet = sorted(path.name for path in visit.work.glob("*.json"))
    assert wallet == "wallet-90000001.json"
    assert re.fullmatch(r"corporation-980000\d\d\.json", corporation)
    assert "Signed in as Wixeni Xule" in visit.pages_seen


def cron(visit: Visit) -> None:
    """Files are where the work order says, and nothing is done that is not due."""
    names = [path.name for path in sorted(visit.work.glob("market/data/*/**/*.*"))]
    assert names == ["34.json", "35.json", "36.json", "orders.csv"]
    assert "4 skipped" in visit.said[-1]


AFTERWARDS: dict[str, Callable[[Visit], None]] = {
    "docs/how-to/characters.md": characters,
    "docs/how-to/cron.md": cron,
}


# Nothing expires while a page is run: what it shows does not depend on how long that takes.
@pytest.mark.esi_sandbox(ttl_s=3600)
@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_page_does_what_it_says(page: Path, tmp_path: Path, esi_sandbox: Sandbox) -> None:
    """Every block of it runs, in order, and prints what the page shows."""
    visit = Visit(page, tmp_path, esi_sandbox.url).run()
    AFTERWARDS.get(page_name(page), lambda _: None)(visit)


def test_what_is_checked_afterwards_is_run() -> None:
    """No page with further checks has been renamed away from them."""
    assert set(AFTERWARDS) <= {page_name(page) for page in PAGES}


def test_the_index_leads_to_every_page() -> None:
    """Each is in the list for readers, not in the hidden one alone."""
    index = (ROOT / "docs" / "how-to" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs" / "how-to").glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index
