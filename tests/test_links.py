"""Links of README and its like lead somewhere; those of the pages in ``docs`` Sphinx checks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / ".github").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^(`{3,}).*?^\1`*$|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def headings(page: Path) -> set[str]:
    """What links may name in a page, as code hosts make it of headings."""
    titles = re.findall(
        r"^#+ (.+)$",
        CODE.sub(lambda found: found[0].strip("`"), page.read_text(encoding="utf-8")),
        re.MULTILINE,
    )
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file leads to one that is there, and one to a heading to one that stands there."""
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        assert not heading or heading in headings(there), target


def test_the_readme_has_links() -> None:
    """What finds them finds some: a test that looks at none would always pass."""
    links = LINK.findall(CODE.sub("", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert sum(link.startswith("docs/") for link in links) > 5
