"""``docs/reference/recipes.md`` is true to the code."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from click.testing import CliRunner

from esi_fetch.catalog import bundled, recipes_there_are
from esi_fetch.cli import main

ROOT = Path(__file__).parent.parent.parent


def script() -> ModuleType:
    """The script that writes the page."""
    path = ROOT / "scripts" / "make_recipes_page.py"
    spec = importlib.util.spec_from_file_location("make_recipes_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


page = script()

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
    """The generated part of the page is what the script would write now."""
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.page_with(text, page.generated()) == text
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
    for line in re.findall(r"^esi-fetch (.*)$", page.PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        words = line.split()
        shown = CliRunner().invoke(main, [*words[:2], "--help"])
        assert shown.exit_code == 0
        assert all(word in shown.output for word in words if word.startswith("--"))


def test_the_page_is_linked() -> None:
    """The README leads to it."""
    assert "docs/reference/recipes.md" in (ROOT / "README.md").read_text(encoding="utf-8")
