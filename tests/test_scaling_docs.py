"""``docs/how-to/scaling.md`` keeps its word: the Dask example runs, and its figures follow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from esi_fetch.catalog import Catalog, load_catalog
from tests.pages import ROOT
from tests.redis_server import need_redis_server

PAGE = (ROOT / "docs" / "how-to" / "scaling.md").read_text(encoding="utf-8")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return load_catalog(home=tmp_path, date=None)


def run(script: Path, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_buckets_are_as_large_as_it_says(catalog: Catalog) -> None:
    """Sizes of buckets are those of the catalog."""
    for op_id, group, tokens in (
        ("GetCharactersCharacterIdAssets", "char-asset", 1800),
        ("GetCharactersCharacterIdWallet", "char-wallet", 150),
        ("GetCharactersCharacterIdNotifications", "char-notification", 15),
        ("GetMarketsRegionIdOrders", "market-order", 12_000),
    ):
        limit = catalog[op_id].rate_limit
        assert limit is not None
        assert (limit.group, limit.tokens, limit.window_s) == (group, tokens, 900.0)
        assert f"`{group}`" in PAGE
        assert f"{tokens:,}" in PAGE
    assert catalog["GetCharactersCharacterIdOrders"].rate_limit is None


def test_the_arithmetic_is_right() -> None:
    """An alliance of ten thousand: requests, time, memory."""
    characters, pages, others = 10_000, 3, 5
    requests = characters * (pages + others)
    assert f"{requests:,}: {requests / 3600:.0f} a second" in PAGE
    assert f"| | {requests / 3600 * 0.25:.0f} |" in PAGE
    assert f"after {requests / (4 * 50) / 60:.0f} minutes" in PAGE
    entries = characters * (others * 1.5e3 + pages * 43e3)
    assert f"{entries / 1e9:.1f} GB at most" in PAGE
    assert f"{characters * 5 * 520 / 1e6:.0f} MB" in PAGE
    assert f"{requests / 3600 * 4:.0f} a second" in PAGE
    assert f"{12_000 // 2:,} pages, {12_000 / 2 / 900:.1f} a second" in PAGE


@pytest.mark.skipif(not hasattr(os, "fork"), reason="redis-server runs on no such system")
def test_the_dask_example_runs(tmp_path: Path) -> None:
    """It starts what it needs, writes a file for each character, and says what it took."""
    need_redis_server()
    script = tmp_path / "start.py"
    example = ROOT / "examples" / "dask_alliance.py"
    script.write_text(
        "import runpy, sys\n"
        f"sys.argv = ['x', '--characters', '20', '--workers', '2', '-o', 'out']\n"
        "if __name__ == '__main__':\n"
        f"    runpy.run_path({str(example)!r}, run_name='__main__')\n"
    )
    done = run(script, tmp_path, ESI_FETCH_HOME=str(tmp_path / "home"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("20 of 20 characters, 60 requests, ")
    assert len(list((tmp_path / "out" / "assets").iterdir())) == 20
