"""Writes the generated part of ``docs/reference/recipes.md``: what recipes take, are made from and give.

Run it after a recipe has changed: ``python scripts/make_recipes_page.py``. A test holds the page to the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pages import REFERENCE, page_with, table, write

from esi_fetch.catalog import Parameter, Recipe, recipes_there_are

PAGE = REFERENCE / "recipes.md"


def pages() -> dict[Path, str]:
    """Return the page as it should be."""
    return {PAGE: page_with(PAGE, {"recipes": lines()})}


def lines() -> Iterator[str]:
    """Give its lines."""
    yield from table(
        ("recipe", "category", "what it is"),
        (
            (f"[`{recipe.name}`](#{recipe.name})", recipe.category, recipe.summary)
            for recipe in recipes_there_are()
        ),
    )
    yield ""
    for recipe in recipes_there_are():
        yield from _section(recipe)


def _section(recipe: Recipe) -> Iterator[str]:
    yield f"### {recipe.name}"
    yield ""
    yield recipe.summary
    yield ""
    made_from = [
        f"`{op}`{' (where the token allows it)' if op in recipe.optional else ''}" for op in recipe.made_from
    ]
    yield f"Category *{recipe.category}*. Made from {', '.join(made_from)}."
    if not recipe.keeps:
        yield "The answers are kept, and no data set beside them."
    yield ""
    if recipe.parameters:
        yield from table(
            ("parameter", "", ""),
            ((f"`{one.name}`", _needed(one), one.schema["description"]) for one in recipe.parameters),
        )
        yield ""
    yield from table(
        ("column", "type", ""),
        (
            (f"`{name}`", _type(schema), schema.get("description", ""))
            for name, schema in recipe.columns.items()
        ),
    )
    yield ""


def _needed(parameter: Parameter) -> str:
    if parameter.required:
        return "required"
    return f"default {parameter.default}" if parameter.has_default else ""


def _type(schema: Any) -> str:
    kind = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}[
        schema["type"]
    ]
    if schema.get("format") == "date":
        kind = "day"
    unit = schema.get("unit")
    return f"{kind}, {unit}" if unit and unit != "1" else kind


if __name__ == "__main__":
    write(pages())
