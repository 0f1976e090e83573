"""``docs/reference/recipes.md`` is true to the code."""

from __future__ import annotations

import re

from click.testing import CliRunner

from esi_fetch.catalog import bundled, recipes_there_are
from esi_fetch.cli import main
from tests.generated_pages import REFERENCE, ROOT

PAGE = REFERENCE / "recipes.md"

# The names that users see are fixed.
NAMES = {
    "region-names",
    "solar-systems",
    "stations",
    "market-groups",
    "type-names",
    "market-types",
    "market-lookup",
    "market-summary",
    "market-history",
    "names",
    "ids",
    "character-overview",
}


def test_the_page_lists_every_recipe_as_it_is() -> None:
    """Each has a section of its own."""
    text = PAGE.read_text(encoding="utf-8")
    assert {one.name for one in recipes_there_are()} == NAMES
    for name in NAMES:
        assert f"### {name}\n" in text


def test_recipes_are_made_from_operations_that_there_are() -> None:
    """What a recipe says it is made from is in the catalog, under its current id."""
    for one in recipes_there_are():
        assert all(op == bundled()[op].op_id for op in one.made_from)
        assert one.summary.endswith(".")
        assert all(each.schema["description"] for each in one.parameters)


def test_commands_on_the_page_exist() -> None:
    """Every command on the page is one, with options that it has."""
    for line in re.findall(r"^esi-fetch (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        words = line.split()
        shown = CliRunner().invoke(main, [*words[:2], "--help"])
        assert shown.exit_code == 0
        assert all(word in shown.output for word in words if word.startswith("--"))


def test_the_page_is_linked() -> None:
    """The README leads to it."""
    assert "docs/reference/recipes.md" in (ROOT / "README.md").read_text(encoding="utf-8")
