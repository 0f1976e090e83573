"""Make the stubs that tell editors and type checkers what ``esi.op`` can do, and what answers look like.

    python scripts/make_stubs.py

They are made of the catalog that is shipped with the package, so run this after ``make_catalog.py``. The same
catalog always gives the same bytes.
"""

from __future__ import annotations

import argparse
import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from esi_fetch.catalog import Catalog, Operation, bundled
from esi_fetch.client.by_name import (
    OPTIONS,
    argument_name,
    default_of,
    in_order,
    options_of,
    summary,
)

PACKAGE = Path(__file__).resolve().parent.parent / "esi_fetch"
ANSWERS, OPERATIONS = Path("answers.pyi"), Path("client", "operations.pyi")

_SCALARS = {"integer": "int", "number": "float", "boolean": "bool", "string": "str", "null": "None"}
_HEADER = '''"""{what} Made by scripts/make_stubs.py from the catalog of {date}."""

'''


def stubs(catalog: Catalog) -> dict[Path, str]:
    """Return the stub files of a catalog, by their place in the package."""
    types = _Types()
    for operation in _by_snake_id(catalog):
        types.name(_row_schema(operation), _owner(operation))
        if operation.pagination is not None and operation.pagination.items is not None:
            types.name(operation.answer or {}, f"{_owner(operation)}Piece")
    methods = [line for operation in _by_snake_id(catalog) for line in _method(operation, types)]
    answers = [
        _HEADER.format(what="What answers look like.", date=catalog.date),
        "from typing import Any\n",
        "from typing_extensions import NotRequired, TypedDict\n",
        *types.written,
    ]
    names = sorted(name for name in types.used if name in types.names)
    operations = [
        _HEADER.format(what="``esi.op``.", date=catalog.date),
        "from collections.abc import Callable, Collection, Mapping\n",
        "from typing import Any, Literal, overload\n\n",
        "from esi_fetch.answers import (\n",
        *(f"    {name},\n" for name in names),
        ")\nfrom esi_fetch.catalog import Catalog\n",
        "from esi_fetch.client.by_name import Ask\n\n",
        "class Operations:\n",
        '    """Every operation of ESI as a method: ``esi.op.get_status()``."""\n\n',
        "    def __init__(self, ask: Ask, catalog: Callable[[], Catalog]) -> None: ...\n",
        "    def __dir__(self) -> list[str]: ...\n",
        *methods,
    ]
    return {ANSWERS: "".join(answers), OPERATIONS: "".join(operations)}


def _by_snake_id(catalog: Catalog) -> list[Operation]:
    return sorted(catalog.values(), key=lambda operation: operation.snake_id)


def _method(operation: Operation, types: _Types) -> Iterator[str]:
    answers = _answers(operation, types)
    for answer, certain in answers:
        arguments = ", ".join(["self", "*", *_arguments(operation, types, certain)])
        if len(answers) > 1:
            yield "    @overload\n"
        yield f"    def {operation.snake_id}({arguments}) -> {answer}:\n"
        what = f"{operation.method} {operation.path}: one piece, as ESI gives it."
        yield f'        """{what if certain else summary(operation)} {_who(operation)}"""\n'
    others = sorted({operation.op_id, *operation.aliases} - {operation.snake_id})
    for name in others:
        yield f"    {name} = {operation.snake_id}\n"


def _who(operation: Operation) -> str:
    return f"Needs {' or '.join(operation.scopes)}." if operation.scopes else "Public."


def _owner(operation: Operation) -> str:
    """Return the name of an operation's rows: its current id, without the method."""
    return re.sub("^(Get|Post|Put)(?=[A-Z])", "", operation.op_id)


def _row_schema(operation: Operation) -> Mapping[str, Any]:
    schema, paging = operation.answer or {}, operation.pagination
    if paging is not None and paging.items is not None:
        schema = schema["properties"][paging.items]
    items: Mapping[str, Any] = schema.get("items", {})
    return items if schema.get("type") == "array" else schema


def _answers(operation: Operation, types: _Types) -> list[tuple[str, str | None]]:
    """Return what a method answers, each with the parameter that must be given for it.

    Who names a cursor has that piece of a walk as ESI gives it.
    """
    schema, paging = operation.answer, operation.pagination
    if schema is None:
        return [("None", None)]
    if paging is not None and paging.items is not None:
        rows = types.use(schema["properties"][paging.items], _owner(operation))
        piece = types.use(schema, f"{_owner(operation)}Piece")
        return [(rows, ""), (piece, "before"), (piece, "after")]
    answer = types.use(schema, _owner(operation))
    may_be_nothing = 204 in operation.success and paging is None
    return [(f"{answer} | None" if may_be_nothing else answer, None)]


def _arguments(operation: Operation, types: _Types, certain: str | None) -> Iterator[str]:
    cursors = set() if certain is None else {"before", "after"}
    parameters = [each for each in in_order(operation) if each.name not in cursors]
    for each in parameters:
        if each.is_needed:
            yield f"{argument_name(each.name)}: {_given(each.schema, operation, types)}"
    if certain:
        yield f"{certain}: str"
    for each in parameters:
        if not each.is_needed:
            kind = _given(each.schema, operation, types)
            yield f"{argument_name(each.name)}: {kind} | None = {default_of(each)!r}"
    for name in options_of(operation):
        if certain and name in ("since_last", "max_records"):
            continue  # one piece is no walk
        kind, default, _ = OPTIONS[name]
        yield f"{name}: {kind.__name__ if isinstance(kind, type) else kind} = {default!r}"


def _given(schema: Mapping[str, Any], operation: Operation, types: _Types) -> str:
    """Return the type of what may be given for a parameter."""
    kind = schema.get("type")
    if kind == "array":
        return f"Collection[{_given(schema.get('items', {}), operation, types)}]"
    if kind == "string" and "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    if kind == "object" and schema.get("properties"):
        return types.use(schema, f"{operation.op_id}Body")
    if kind == "object":
        return "Mapping[str, Any]"
    return _SCALARS.get(str(kind), "Any")


class _Types:
    """Types of answers, each written once.

    Attributes:
        written: Their definitions; one stands below those that it needs.
        names: Their names.
        used: All types that were asked for, by name.
    """

    def __init__(self) -> None:
        self.written: list[str] = []
        self.names: set[str] = set()
        self.used: set[str] = set()
        self._by_shape: dict[bytes, str] = {}
        self._same: dict[str, list[str]] = {}

    def name(self, schema: Mapping[str, Any], name: str) -> None:
        """Give the type of an operation's rows its name, before others may give it theirs.

        Types that are the same keep all their names, so that the operation's own can be relied on.
        """
        members, required = _members(schema)
        if not members:
            return
        known = self._by_shape.setdefault(_shape(members, required), name)
        if known != name:
            self._same.setdefault(known, []).append(name)

    def use(self, schema: Mapping[str, Any], owner: str) -> str:
        """Return the type of a schema, as annotations spell it; of a list, *owner* names the rows."""
        text = self._type(schema, owner)
        self.used.update(re.findall(r"\w+", text))
        return text

    def _type(self, schema: Mapping[str, Any], name: str) -> str:
        nullable = " | None" if schema.get("nullable") else ""
        kind = schema.get("type")
        if kind == "array":
            return f"list[{self._type(schema.get('items', {}), name)}]{nullable}"
        members, required = _members(schema)
        if members:
            return self._dict(members, required, name) + nullable
        if kind == "object":
            values = schema.get("additionalProperties")
            inner = self._type(values, f"{name}Value") if isinstance(values, Mapping) else "Any"
            return f"dict[str, {inner}]{nullable}"
        # Enums gain values without notice: a type that names them would be wrong one day.
        return _SCALARS.get(str(kind), "Any") + nullable

    def _dict(self, members: Mapping[str, Any], required: set[str], name: str) -> str:
        named = self._by_shape.setdefault(_shape(members, required), name)
        same = self._same.get(named, [])
        asked = name if name in same else named
        if named in self.names:
            return asked
        name = named
        if self.names & {name, *same}:
            raise ValueError(f"two types would be called {name}")
        self.names |= {name, *same}
        fields = {}
        for field, schema in members.items():
            kind = self._type(schema, f"{name}{_camel(field)}")
            fields[field] = kind if field in required else f"NotRequired[{kind}]"
        if all(field.isidentifier() and not keyword.iskeyword(field) for field in fields):
            lines = [f"    {field}: {kind}\n" for field, kind in fields.items()]
            self.written.append(f"\nclass {name}(TypedDict):\n{''.join(lines)}")
        else:
            lines = [f"    {field!r}: {kind},\n" for field, kind in fields.items()]
            self.written.append(f"\n{name} = TypedDict({name!r}, {{\n{''.join(lines)}}})\n")
        self.written += [f"\n{other} = {name}\n" for other in same]
        return asked


def _shape(members: Mapping[str, Any], required: set[str]) -> bytes:
    return orjson.dumps([members, sorted(required)], option=orjson.OPT_SORT_KEYS)


def _members(schema: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the fields of an object, and those that it always has.

    Of several alternatives the fields are taken together: whoever looks for one asks whether it is there.
    """
    members, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
    for choice in schema.get("oneOf") or schema.get("anyOf") or ():
        for name, value in choice.get("properties", {}).items():
            members.setdefault(name, value)
    return members, required


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"\W|_", name))


def main(arguments: list[str] | None = None) -> int:
    """Run the script; return its exit status."""
    parser = argparse.ArgumentParser(description="Make the stubs from the bundled catalog.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when they are not current")
    options = parser.parse_args(arguments)
    old = []
    for place, text in stubs(bundled()).items():
        path = PACKAGE / place
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before != text:
            old.append(path)
            if not options.check:
                path.write_text(text, encoding="utf-8")
        print(f"{path}: {len(text):,} characters, {'changed' if before != text else 'current'}")
    return 1 if options.check and old else 0


if __name__ == "__main__":
    sys.exit(main())
