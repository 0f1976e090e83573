"""What pages say of the code is what the code says: each is as its script would write it now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generated_pages import ROOT, script

SCRIPTS = ("make_cli_page", "make_job_schema", "make_recipes_page", "make_reference_pages")
PAGES = [(name, path) for name in SCRIPTS for path in script(name).pages()]


@pytest.mark.parametrize(
    ("name", "path"), PAGES, ids=lambda part: part.name if isinstance(part, Path) else ""
)
def test_a_page_is_as_its_script_writes_it(name: str, path: Path) -> None:
    """Who changed the code has run the script."""
    assert script(name).pages()[path] == path.read_text(encoding="utf-8"), f"run python scripts/{name}.py"


def test_a_part_is_found_and_the_rest_left_alone(tmp_path: Path) -> None:
    """Only what lies between the marks is replaced, and a page without the mark is an error."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- one -->\nold\n<!-- end -->\nafter\n<!-- two -->\nkept\n<!-- end -->\n")
    made = script("pages").page_with(page, {"one": ["new", "lines"]})
    assert made == (
        "before\n<!-- one -->\nnew\nlines\n<!-- end -->\nafter\n<!-- two -->\nkept\n<!-- end -->\n"
    )
    with pytest.raises(ValueError, match="unpack"):
        script("pages").page_with(page, {"three": []})


def test_every_reference_page_is_in_the_index() -> None:
    """The index names each page of the reference, once for readers and once for the site."""
    folder = ROOT / "docs" / "reference"
    index = (folder / "index.md").read_text(encoding="utf-8")
    for path in folder.glob("*.md"):
        if path.name != "index.md":
            assert f"]({path.name})" in index
            assert f"\n{path.stem}\n" in index
