"""What the scripts that write pages have in common: parts between marks, tables, and docstrings as Markdown.

A page keeps its hand-written text. What lies between ``<!-- name -->`` and ``<!-- end -->`` is made from the
code; ``tests/test_generated_pages.py`` holds it to that.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
END = "<!-- end -->"


def page_with(path: Path, parts: Mapping[str, Iterable[str]]) -> str:
    """Return the text of a page with its generated parts replaced.

    Args:
        path: The page.
        parts: The lines of each part, by its mark.
    """
    text = path.read_text(encoding="utf-8")
    for name, lines in parts.items():
        before, rest = text.split(f"<!-- {name} -->\n")
        text = f"{before}<!-- {name} -->\n" + "".join(f"{line}\n" for line in lines) + _after(rest)
    return text


def _after(rest: str) -> str:
    return rest[rest.index(END) :]


def write(pages: Mapping[Path, str]) -> None:
    """Write pages."""
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Give the lines of a table."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def in_markdown(text: str) -> str:
    """Return a docstring's text as Markdown on one line: code and references as code."""
    text = " ".join(text.split())
    text = re.sub(r":mod:`~?([\w.]+)`", r"`\1`", text)
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", text)
    return re.sub(r"``(.+?)``", r"`\1`", text)


def summary_of(thing: Any) -> str:
    """Return what a docstring says before its sections, as Markdown."""
    text = re.split(r"\n\s*(?:Attributes|Args|Raises|Returns):\n", _docstring(thing))[0]
    return in_markdown(text)


def attributes_of(cls: type) -> dict[str, str]:
    """Return what the docstrings of a class and those below it say of its attributes, as Markdown.

    Raises:
        ValueError: A field has no text.
    """
    found: dict[str, str] = {}
    for each in reversed(cls.__mro__[:-1]):
        found |= _section(each.__doc__ or "", "Attributes")
    for field in dataclasses.fields(cls):
        if field.name not in found and not field.metadata.get("dataclasses_json"):
            raise ValueError(f"{cls.__name__}.{field.name} has no text in a docstring")
    return found


def arguments_of(function: Any) -> dict[str, str]:
    """Return what a docstring says of a function's arguments, as Markdown."""
    return _section(_docstring(function), "Args")


def _section(docstring: str, name: str) -> dict[str, str]:
    match = re.search(rf"^ *{name}:\n((?: +.*\n|\n)*)", inspect.cleandoc(docstring) + "\n", re.MULTILINE)
    if match is None:
        return {}
    lines = re.split(r"^    (?=\S)", match[1].split("\n\n")[0], flags=re.MULTILINE)[1:]
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): in_markdown(text) for key, _, text in pairs}


def _docstring(thing: Any) -> str:
    text = inspect.getdoc(thing)
    if not text:
        raise ValueError(f"{thing!r} has no docstring")
    return text
