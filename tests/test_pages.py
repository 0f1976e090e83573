"""Every page keeps its word: its blocks run against the local ESI, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from esi_fetch.sandbox import Sandbox
from tests.pages import ROOT, Visit, agrees, blocks, is_run, page_name, pages

PAGES = list(pages())
RUN = [page for page in PAGES if page.parent.name != "how-to" and is_run(page)]
# Pages whose readers do what they say. The others explain; theirs are held true by tests of their own.
TO_DO = [page for page in PAGES if "reference" not in page.parts and "explanation" not in page.parts]


# Nothing expires while a page is run: what it shows does not depend on how long that takes.
@pytest.mark.esi_sandbox(ttl_s=3600)
@pytest.mark.parametrize("page", RUN, ids=page_name)
def test_page_does_what_it_says(page: Path, tmp_path: Path, esi_sandbox: Sandbox) -> None:
    """Every block of it runs, in order, and prints what the page shows; how-to pages: ``test_how_to``."""
    visit = Visit(page, tmp_path, esi_sandbox.url).run()
    if page.name == "README.md":
        header, *rows = (visit.work / "forge.csv").read_text(encoding="utf-8").splitlines()
        assert "order_id" in header.split(",")
        assert len(rows) > 1000
        assert (visit.work / "report.json").stat().st_size > 0
        written = sorted(path.stem for path in visit.work.glob("data/*/history/*"))
        assert written == ["Pyerite", "Tritanium"]


def test_the_pages_that_have_to_run_do() -> None:
    """The README and the tutorial are among them."""
    assert {"README.md", "docs/tutorial.md", "docs/why.md"} <= {page_name(page) for page in RUN}


@pytest.mark.parametrize("page", TO_DO, ids=page_name)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    """What is not run carries its reason, where whoever changes the page sees it."""
    for block in blocks(page):
        assert block.kind is not None, f"{page_name(page)}, line {block.line}: {block.text}"
        assert block.kind != "skip" or len(block.options["why"].split()) > 1


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
