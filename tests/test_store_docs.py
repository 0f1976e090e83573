"""``docs/how-to/store.md`` keeps its word: its examples work, and it names what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import pytest

from esi_fetch import Esi
from esi_fetch.cli.store import store
from esi_fetch.clock import SystemClock
from esi_fetch.sandbox import Sandbox
from esi_fetch.store import Category
from esi_fetch.store.backend import EntryTable
from tests.pages import ROOT, blocks

PATH = ROOT / "docs" / "how-to" / "store.md"
PAGE = PATH.read_text(encoding="utf-8")


def example(words: str) -> str:
    """The one example with these words in it."""
    (text,) = [block.text for block in blocks(PATH) if words in block.text]
    return text


def test_the_example_of_a_data_set_runs(esi_sandbox: Sandbox, tmp_path: Path) -> None:
    """Made once, it comes from the store the next time, listed with all that is known of it."""
    names: dict[str, Any] = {}
    exec(example("def region_names"), names)
    with Esi(base_url=esi_sandbox.url, home=tmp_path) as esi:
        first = names["region_names"](esi)
        asked = len(esi_sandbox.requests)
        assert names["region_names"](esi) == first
        assert len(esi_sandbox.requests) == asked
        assert {"region_id": 10000002, "name": "The Forge"} in first
        assert esi.store is not None
        (kept,) = esi.store.data_sets(category="static")
        assert (kept.name, kept.rows, kept.made_from[0]) == (
            "my-region-names",
            len(first),
            "GetUniverseRegions",
        )
        assert esi.store.purge(category="static").data_sets == 1
        assert names["region_names"](esi) == first


def test_the_notebook_works_with_its_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the exported file, and with ESI gone, it has the same orders as whoever made the file."""
    with Sandbox(page_size=20, orders_pages=3) as sandbox:
        monkeypatch.setenv("ESI_FETCH_BASE_URL", sandbox.url)
        with Esi(home=tmp_path / "author") as esi:
            orders = esi.get("GetMarketsRegionIdOrders", region_id=10000002)
            assert esi.store is not None
            esi.store.export(tmp_path / "forge.esi", operation="GetMarketsRegionIdOrders")
            date = esi.operations.date
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(example("store.import_").replace("2026-08-18", date), names)
    assert names["orders"] == orders
    names["esi"].close()


def test_every_filter_and_command_is_named() -> None:
    """The page shows each option that says which part is meant, each category and each command."""
    for command in store.commands.values():
        assert f"store {command.name}" in PAGE
    purge = store.commands["purge"]
    options = {name for each in purge.params if isinstance(each, click.Option) for name in each.opts}
    shown = set(re.findall(r"`(--[\w-]+)", PAGE)) | set(re.findall(r" (--[\w-]+)", PAGE))
    assert options - {"-v", "-q", "--verbose", "--quiet", "--log-file"} <= shown
    assert all(f"`{each.value}`" in PAGE for each in Category)


@pytest.mark.parametrize("table", ["entries", "bodies", "data_sets"])
def test_the_columns_of_the_file_are_named(tmp_path: Path, table: str) -> None:
    """What the page says of the tables is what a new file has."""
    built = EntryTable(tmp_path / "x.sqlite", clock=SystemClock())
    with built.connection() as database:
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    built.close()
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{table}` |")]
    assert all(f"`{column}`" in line for column in columns)
