"""Writes the generated part of ``docs/reference/recipes.md``: what recipes take, are made from and give.

Run it after a recipe has changed: ``python scripts/make_recipes_page.py``. A test holds the page to the code.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from esi_fetch.catalog import Parameter, Recipe, recipes_there_are

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "recipes.md"
BEGIN, END = "<!-- recipes -->\n", "<!-- end -->\n"


def generated() -> str:
    """Return the generated part."""
    return "\n".join(lines())


def lines() -> Iterator[str]:
    """Give its lines."""
    yield "| recipe | category | what it is |"
    yield "|---|---|---|"
    for recipe in recipes_there_are():
        yield f"| [`{recipe.name}`](#{recipe.name}) | {recipe.category} | {recipe.summary} |"
    yield ""
    for recipe in recipes_there_are():
        yield from _section(recipe)


def page_with(text: str, part: str) -> str:
    """Return the page's text with its generated part replaced."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}{part}{END}{rest.split(END, 1)[1]}"


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
        yield "| parameter | | |"
        yield "|---|---|---|"
        for parameter in recipe.parameters:
            yield f"| `{parameter.name}` | {_needed(parameter)} | {parameter.schema['description']} |"
        yield ""
    yield "| column | type | |"
    yield "|---|---|---|"
    for name, schema in recipe.columns.items():
        yield f"| `{name}` | {_type(schema)} | {schema.get('description', '')} |"
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
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), generated()), encoding="utf-8")
