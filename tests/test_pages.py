"""Every page keeps its word: its blocks run against the local ESI, and print what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.pages import ROOT, Visit, agrees, blocks, pages

PAGES = list(pages())
RUN = [page for page in PAGES if any(block.kind not in (None, "skip") for block in blocks(page))]
# Pages whose readers do what they say. The others explain; theirs are held true by tests of their own.
TO_DO = [page for page in PAGES if "reference" not in page.parts and "explanation" not in page.parts]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def readme(visit: Visit) -> None:
    """Every page of the region is in the file, and history is where the work order says."""
    header, *rows = (visit.work / "forge.csv").read_text(encoding="utf-8").splitlines()
    assert "order_id" in header.split(",")
    assert len(rows) > 1000
    assert (visit.work / "report.json").stat().st_size > 0
    assert [path.name for path in visit.work.glob("data/*/history/*.json")] == ["10000002-34.json"]


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
    "README.md": readme,
    "docs/how-to/characters.md": characters,
    "docs/how-to/cron.md": cron,
}


# Nothing expires while a page is run: what it shows does not depend on how long that takes.
@pytest.mark.esi_sandbox(ttl_s=3600)
@pytest.mark.parametrize("page", RUN, ids=name)
def test_page_does_what_it_says(page: Path, tmp_path: Path, esi_sandbox: Sandbox) -> None:
    """Every block of it runs, in order, and prints what the page shows."""
    visit = Visit(page, tmp_path, esi_sandbox.url).run()
    AFTERWARDS.get(name(page), lambda _: None)(visit)


@pytest.mark.parametrize("page", TO_DO, ids=name)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    """What is not run carries its reason, where whoever changes the page sees it."""
    for block in blocks(page):
        assert block.kind is not None, f"{name(page)}, line {block.line}: {block.text}"
        assert block.kind != "skip" or len(block.options["why"].split()) > 1


def test_what_is_checked_afterwards_is_run() -> None:
    """No page with further checks has been renamed away from them."""
    assert set(AFTERWARDS) <= {name(page) for page in RUN}


def test_lines_to_paste_are_one_line_each() -> None:
    """The demo and the tests start with one line that can be pasted."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in ("demo-line", "test-line"):
        match = re.search(rf"<!-- {line} -->\n<!-- .* -->\n```bash\n(.*?)```\n<!-- end -->", text, re.DOTALL)
        assert match is not None
        assert match[1].count("\n") == 1


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("one 1\ntwo\n", True),
        ("one …\ntwo", True),
        ("…\ntwo", True),
        ("one 1\n…", True),
        ("one 1\ntwo\n…", True),
        ("…", True),
        ("one 1", False),
        ("one …", False),
        ("two", False),
        ("one 1\n\ntwo", False),
        ("", False),
    ],
)
def test_shown_and_real(shown: str, same: bool) -> None:
    """An ellipsis stands for anything in its line, or for any lines; all else has to be there."""
    assert agrees(shown, "one 1  \ntwo\n") == same


BROKEN = {
    "status": "<!-- snippet: shell -->\n```\nfalse\ntrue\n```\n",
    "good status": "<!-- snippet: shell status=1 -->\n```\ntrue\n```\n",
    "output": "<!-- snippet: shell -->\n```\necho a\n```\n<!-- snippet: output -->\n```\nb\n```\n",
    "exception": "<!-- snippet: python -->\n```\n1 / 0\n```\n",
    "test": "<!-- snippet: test -->\n```\ndef test_it():\n    assert 0\n```\n",
    "kind": "<!-- snippet: nothing -->\n```\n```\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_page_fails(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that does not do what it says is found."""
    monkeypatch.setattr("tests.pages.ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match=r"page\.md, line \d"):
        Visit(page, tmp_path, "http://127.0.0.1:9").run()


def test_a_page_is_one_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports, folders, files and names of one block are there in the next."""
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- snippet: shell -->\n```\nmkdir a; cd a; export WORD='b c'\n```\n"
        "<!-- snippet: x.txt -->\n```text\nd\n```\n"
        "<!-- snippet: python -->\n```\nimport os\nword = os.environ['WORD'] + open('x.txt').read()\n```\n"
        "<!-- snippet: python more -->\n```\nprint(word)\n```\n"
        "<!-- snippet: output -->\n```\nb cd\n```\n"
        "<!-- snippet: shell status=3 -->\n```\nexit 3\n```\n"
        "<!-- snippet: skip: no need -->\n```\nfalse\n```\n```{toctree}\nx\n```\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("tests.pages.ROOT", tmp_path)
    visit = Visit(page, tmp_path, "http://127.0.0.1:9").run()
    assert (tmp_path / "work" / "a" / "x.txt").read_text() == "d\n"
    assert visit.said[-2:] == ["b cd\n\n", ""]
    assert [block.kind for block in blocks(page)][-1] == "skip"
