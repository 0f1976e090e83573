"""Templates in paths and arguments: ``${name}`` stands for a value, ``$$`` for a dollar sign.

Values are put in as they are and not searched for templates again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from esi_fetch.errors import Problem, TemplateError, did_you_mean

__all__ = ["expand", "names_in"]

# A dollar sign and what belongs to it; the third kind, a dollar sign alone, is an error.
_DOLLAR = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>[^{}]*)\}|)")

_MOST_LISTED = 20


def expand(text: str, values: Mapping[str, Any], *, where: str = "") -> str:
    """Return *text* with every ``${name}`` replaced by the value of that name.

    Args:
        text: The template.
        values: What can be named. Text and numbers are put in as they are, booleans as ``true`` and
            ``false``; nothing else can be put in.
        where: The template's place, for errors.

    Raises:
        TemplateError: A name is unknown, a value is none that can be put in, or the template is malformed;
            ``problems`` lists everything.
    """
    if "$" not in text:
        return text
    found: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if match["dollar"]:
            return "$"
        name = match["name"]
        if not name:
            found.append(_malformed(match))
        elif name not in values:
            found.append(f"unknown name {name!r}{did_you_mean(name, values)}{_known(values)}")
        else:
            value = values[name]
            put_in = _as_text(value)
            if put_in is not None:
                return put_in
            found.append(f"{name!r} is {_kind(value)}; only text, numbers, true and false can be put in")
        return ""

    expanded = _DOLLAR.sub(replace, text)
    _raise(found, text, where)
    return expanded


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that a template uses, each once, in the order of their first use.

    Raises:
        TemplateError: The template is malformed.
    """
    names: dict[str, None] = {}
    found: list[str] = []
    for match in _DOLLAR.finditer(text):
        if match["name"]:
            names[match["name"]] = None
        elif not match["dollar"]:
            found.append(_malformed(match))
    _raise(found, text, "")
    return tuple(names)


def _raise(found: list[str], text: str, where: str) -> None:
    if found:
        raise TemplateError(
            problems=[Problem(where, f"in {text!r}: {what}") for what in dict.fromkeys(found)]
        )


def _malformed(match: re.Match[str]) -> str:
    place = f"at character {match.start() + 1}"
    if match["name"] is not None:
        return f"'${{}}' {place} names nothing"
    if match.string.startswith("${", match.start()):
        return f"'${{' {place} is not closed by '}}'"
    return f"the '$' {place} names nothing; write ${{name}} for a value, or $$ for a dollar sign"


def _known(values: Mapping[str, Any]) -> str:
    if not values:
        return "; no names are known here"
    return f"; known names: {', '.join(sorted(values))}" if len(values) <= _MOST_LISTED else ""


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return None


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "a list"
    if isinstance(value, float):
        return str(value)
    return f"a {type(value).__name__}"
