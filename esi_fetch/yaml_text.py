"""YAML text, read strictly.

Plain scalars follow the core schema of YAML 1.2, so that ``NO``, ``on``, ``2026-01-01`` and ``1_000`` are the
text they look like; numbers with leading zeros stay text too. A key given twice, a tag that makes objects,
and aliases that stand for more than fits in memory are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from esi_fetch.errors import did_you_mean

__all__ = ["DocumentError", "DuplicateKeyError", "dump_yaml", "parse_yaml"]

# A few lines of nested aliases can stand for more values than fit in any memory. A document may grow by its
# aliases up to this many values, or to this many times its own size where that is more.
_MOST_VALUES = 1_000_000
_MOST_GROWTH = 10

# The library's C parser and emitter are about ten times as fast; it may have been built without them.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_TOO_DEEP = "lists and mappings are nested too deeply"
# Deeper nesting than any file of ours has use for; far below what overflows a stack.
_MOST_DEPTH = 100

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_CORE_SCHEMA: tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...] = (
    # kind, what it looks like, with which characters it can begin
    ("null", re.compile(r"~|null|Null|NULL|"), ("", "~", "n", "N")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE"), tuple("tTfF")),
    ("int", _INTEGER, tuple("-+0123456789")),
    ("float", _FLOAT, tuple("-+.0123456789")),
)


def _make_null(text: str) -> None:
    if text not in ("", "~", "null", "Null", "NULL"):
        raise ValueError(text)


def _make_bool(text: str) -> bool:
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _make_int(text: str) -> int:
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _make_float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


_MAKE: dict[str, Callable[[str], Any]] = {
    "null": _make_null,
    "bool": _make_bool,
    "int": _make_int,
    "float": _make_float,
}


class DocumentError(ValueError):
    """Raised when text can't be read as JSON or YAML.

    Attributes:
        what: What is wrong.
        line: In which line, from 1; None when that is not known.
        column: At which character of that line, from 1; None when that is not known.
    """

    def __init__(self, what: str, *, line: int | None = None, column: int | None = None) -> None:
        self.what, self.line, self.column = what, line, column
        place = f"line {line}" if line is not None else ""
        if column is not None:
            place += f", column {column}"
        super().__init__(f"{place}: {what}" if place else what)


class DuplicateKeyError(DocumentError):
    """Raised when a mapping has the same key twice."""


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text of one document; None for an empty one.

    Raises:
        DocumentError: It is not YAML, a key is given twice or is not text, a tag is not one of the plain
            ones, or its aliases stand for too much.
    """
    try:
        reader = _YamlReader(text)
        try:
            return reader.document()
        finally:
            reader.close()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is not None and _begins_with_tab(text, mark.line):
            raise _at(mark, "a tab stands at the start of this line; YAML is indented with spaces") from error
        if "nesting depth" in (error.problem or ""):  # newer scanners have a bound of their own
            raise _at(mark, _TOO_DEEP) from error
        what = "this is not YAML: " + " ".join(part for part in (error.context, error.problem) if part)
        raise _at(mark, what) from error
    except yaml.reader.ReaderError as error:
        code = error.character if isinstance(error.character, int) else ord(error.character)
        raise DocumentError(f"the character U+{code:04X} is not allowed in YAML") from error


def _begins_with_tab(text: str, line: int) -> bool:
    found = text.split("\n")[line : line + 1]
    return any("\t" in each[: len(each) - len(each.lstrip())] for each in found)


class _YamlReader:
    """Builds plain values from the parser's events.

    The library's own next step, from events to nodes, overflows the C stack on deeply nested text and knows
    neither duplicate keys nor how much its aliases stand for.
    """

    def __init__(self, text: str) -> None:
        self._loader = _Loader(text)
        self._anchors: dict[str, tuple[Any, int] | None] = {}
        self._values = 0

    def close(self) -> None:
        self._loader.dispose()

    def document(self) -> Any:
        """Return the value of the only document."""
        next_event = self._loader.get_event
        next_event()  # the stream's start
        if isinstance(next_event(), yaml.StreamEndEvent):
            return None
        value, size = self._value(next_event(), 0)
        next_event()  # the document's end
        event = next_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _at(event.start_mark, "a second document begins; only one can stand in a file")
        if size > max(_MOST_VALUES, _MOST_GROWTH * self._values):
            raise DocumentError(f"its aliases stand for {size:,} values; write them out, or use fewer")
        return value

    def _value(self, event: Any, depth: int) -> tuple[Any, int]:
        """Return a value, and of how many values it consists with every alias written out."""
        anchor = event.anchor
        if isinstance(event, yaml.AliasEvent):
            return self._named(event)
        if depth > _MOST_DEPTH:
            raise _at(event.start_mark, _TOO_DEEP)
        self._values += 1
        if anchor is not None:
            self._anchors[anchor] = None  # open: an alias to it from inside would make it endless
        if isinstance(event, yaml.ScalarEvent):
            built = _scalar(event), 1
        elif isinstance(event, yaml.SequenceStartEvent):
            built = self._sequence(event, depth)
        else:
            built = self._mapping(event, depth)
        if anchor is not None:
            self._anchors[anchor] = built
        return built

    def _named(self, event: Any) -> tuple[Any, int]:
        if event.anchor not in self._anchors:
            what = f"nothing is named '&{event.anchor}'{did_you_mean(event.anchor, self._anchors)}"
            raise _at(event.start_mark, what)
        built = self._anchors[event.anchor]
        if built is None:
            raise _at(event.start_mark, "an alias stands inside the very thing it names")
        return built

    def _sequence(self, event: Any, depth: int) -> tuple[list[Any], int]:
        _refuse_tag(event, "seq")
        items = []
        total = 1
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            value, size = self._value(event, depth + 1)
            items.append(value)
            total += size
        return items, total

    def _mapping(self, event: Any, depth: int) -> tuple[dict[str, Any], int]:
        _refuse_tag(event, "map")
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        total = 1
        keys: set[str] = set()
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            key, _ = self._value(event, depth + 1)
            if not isinstance(key, str):
                hint = "; put it in quotes" if isinstance(event, yaml.ScalarEvent) else ""
                raise _at(event.start_mark, f"a key must be text{hint}")
            if key in keys:
                what = f"the key {key!r} is given twice in one mapping"
                raise _at(event.start_mark, what, error=DuplicateKeyError)
            keys.add(key)
            merges = key == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]
            event = self._loader.get_event()
            value, size = self._value(event, depth + 1)
            total += size
            if not merges:
                own[key] = value
                continue
            for mapping in value if isinstance(value, list) else [value]:
                if not isinstance(mapping, dict):
                    raise _at(event.start_mark, "'<<' takes a mapping, or a list of mappings")
                merged = {**mapping, **merged}  # of several, the first one named wins
        return {**merged, **own}, total


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.tag is None:
        # implicit[0] tells plain text from quoted text, which always is what it says.
        kind = _kind_of_plain(text) if event.implicit[0] else "str"
    else:
        kind = "str" if event.tag == "!" else event.tag.removeprefix(_TAG)
    if kind == "str":
        return text
    try:
        return _MAKE[kind](text)
    except KeyError:
        what = f"the tag {event.tag!r} is not allowed here"
    except ValueError:  # an explicit tag on other text, or more digits than make an integer
        what = f"{text[:40]!r} can't be read as {kind}"
    raise _at(event.start_mark, what)


def _kind_of_plain(text: str) -> str:
    for kind, pattern, first in _CORE_SCHEMA:
        if text[:1] in first and pattern.fullmatch(text):
            return kind
    return "str"


def _refuse_tag(event: Any, kind: str) -> None:
    if event.tag not in (None, "!", _TAG + kind):
        raise _at(event.start_mark, f"the tag {event.tag!r} is not allowed here")


def _at(mark: Any, what: str, *, error: type[DocumentError] = DocumentError) -> DocumentError:
    return error(what, line=mark.line + 1, column=mark.column + 1)


_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")


class _PlainDumper(_Dumper):  # type: ignore[misc]  # which class it is depends on how the library was built
    def ignore_aliases(self, data: Any) -> bool:
        """Write equal values in full: people should not have to know what ``&id001`` means."""
        return True

    def represent_text(self, text: str) -> Any:
        """Escape line breaks of Unicode: where PyYAML has no libyaml, it would turn them into others."""
        return self.represent_scalar(_TAG + "str", text, style='"' if _ODD_BREAKS.search(text) else None)


_PlainDumper.add_representer(str, _PlainDumper.represent_text)
for _name, _pattern, _first in _CORE_SCHEMA:
    # Added to the library's own YAML 1.1 rules: text is quoted when either version would misread it.
    _PlainDumper.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern.pattern})$"), list(_first))


def dump_yaml(plain: Any) -> str:
    """Return plain data as YAML that reads back as the same, in the version 1.1 of the language as in 1.2.

    Raises:
        yaml.YAMLError: A value is not plain data.
    """
    text: str = yaml.dump(plain, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=100)
    return text
