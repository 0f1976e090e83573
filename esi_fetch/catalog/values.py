"""Turning what people give for parameters into exactly what is sent.

There is one conversion, :func:`convert`. Validation reports its problems, requests and keys use its values:
what was found valid is what is sent, and ``34``, ``"34"`` and ``34.0`` are one and the same.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import numbers
import operator
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

import orjson

from esi_fetch.catalog.places import shown
from esi_fetch.documents import DocumentError, parse_json
from esi_fetch.errors import Problem, did_you_mean

__all__ = ["FAILED", "convert", "kind_of", "value_of_text"]

_WHOLE = re.compile(r"[+-]?[0-9]{1,40}(\.0*)?")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Everything is int64 to ESI, unless it says int32.
_WIDTHS = {"int32": 31}
_EXACT_FLOAT = 2**53
# A column of wrong values has one cause; nobody reads a thousand lines about it.
_MOST_ITEM_PROBLEMS = 10


class _Failed(enum.Enum):
    FAILED = "failed"


#: What :func:`convert` returns for a value that has a problem.
FAILED = _Failed.FAILED


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return what a schema asks for, in words: ``an integer``, ``a list of integers``."""
    kind = schema.get("type")
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices and kind is None:
        return " or ".join(map(kind_of, choices))
    if kind == "array":
        items = schema.get("items", {}).get("type")
        return f"a list of {items}s" if items in ("integer", "number", "string") else "a list"
    if schema.get("format") == "uuid":
        return "a UUID"
    words = {"boolean": "true or false", "string": "a text", "null": "nothing", "object": "an object"}
    words |= {"integer": "an integer", "number": "a number"}
    return words.get(str(kind), "a value")


def convert(
    value: Any, schema: Mapping[str, Any], *, where: str, problems: list[Problem], in_body: bool = False
) -> Any:
    """Return a value as it is sent, or note what is wrong with it.

    Accepted beside the JSON types themselves:

    - for integers: digits as text (``"34"``, as files and the command line give them), whole floats
      (``34.0``, as pandas gives them), anything that Python takes for an index; never a boolean;
    - for numbers: decimals as text, ``Decimal`` and ``Fraction``; never NaN or infinity;
    - for booleans: ``true`` and ``false`` as text, in any case;
    - for texts: dates and times in ISO form, UUIDs; not numbers, which may no longer be what was written;
    - for lists: any collection, a text with commas, a single value for a list of one. A text inside a body is
      not split where names are wanted, because names may contain commas;
    - for any of these: NumPy's and pandas' scalars and arrays, and the members of an ``enum.Enum``.

    Args:
        value: What was given; not None.
        schema: What is wanted.
        where: The place, for problems.
        problems: Where problems are noted.
        in_body: Whether the value belongs to a JSON body.

    Returns:
        The value in plain JSON types, or :data:`FAILED`.
    """
    value = _plain(value)
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices and "type" not in schema:
        return _convert_choice(value, choices, where, problems, in_body)
    kind = schema.get("type")
    if kind == "array":
        return _convert_list(value, schema, where, problems, in_body)
    if kind == "object":
        return _convert_object(value, schema, where, problems)
    converter = _SCALARS.get(str(kind), _anything)
    try:
        converted = converter(value, schema)
    except _WrongError as error:
        hint = _how_to_find(value) if where.endswith("_id") else ""
        found = str(error) or shown(value)
        problems.append(Problem(where, f"expected {kind_of(schema)}, found {found}{hint}"))
        return FAILED
    wrong = _outside(converted, schema)
    if wrong:
        problems.append(Problem(where, wrong))
        return FAILED
    return converted


def value_of_text(text: str, schema: Mapping[str, Any], *, where: str, problems: list[Problem]) -> Any:
    """Return what a text stands for that gives a whole body: JSON, or the items of a list with commas.

    Returns:
        The value, still to be converted, or :data:`FAILED`.
    """
    try:
        return parse_json(text)
    except DocumentError as error:
        if schema.get("type") == "array" and text.strip()[:1] not in ("[", "{", '"'):
            return [item.strip() for item in text.split(",")] if text.strip() else []
        problems.append(Problem(where, str(error)))
        return FAILED


class _WrongError(Exception):
    """Raised when a value is not of the type wanted; its text, if any, says what it is and what to do."""


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    # NumPy is not a dependency. Its scalars and arrays, and those of pandas, have these two in common.
    unwrap: Callable[[], Any] | None = getattr(value, "tolist", None)
    if unwrap is None or getattr(value, "dtype", None) is None:
        return value
    return unwrap()


def _integer(value: Any, schema: Mapping[str, Any]) -> int:
    number: int | None = None
    if type(value) is int:
        number = value  # nearly always; the rest of the questions takes three times as long
    elif isinstance(value, bool):
        number = None
    elif isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        number = int(value.strip().split(".")[0])
    elif isinstance(value, (numbers.Real, Decimal)) and not isinstance(value, numbers.Integral):
        # Beyond 2**53 a float is no longer the id it was made from.
        as_float = _float(value)
        if abs(as_float) <= _EXACT_FLOAT and as_float.is_integer():
            number = int(as_float)
    else:
        try:
            number = operator.index(value)
        except TypeError:
            number = None
    if number is None:
        raise _WrongError
    bits = _WIDTHS.get(schema.get("format", ""), 63)
    if not -(2**bits) <= number < 2**bits:
        raise _WrongError(f"{shown(value)}, which has more than {bits + 1} bits")
    return number


def _number(value: Any, schema: Mapping[str, Any]) -> float:
    number = math.nan
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        number = float(value)
    elif isinstance(value, (numbers.Real, Decimal)) and not isinstance(value, bool):
        number = _float(value)
    if not math.isfinite(number):
        raise _WrongError
    return number


def _float(value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, ValueError):  # a Fraction beyond all floats; a signaling NaN
        return math.nan


def _boolean(value: Any, schema: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise _WrongError


def _string(value: Any, schema: Mapping[str, Any]) -> str:
    if isinstance(value, str):
        text = str.__str__(value)
        if not _is_unicode(text):
            raise _WrongError(f"{shown(value)}, which is not valid Unicode")
    elif isinstance(value, dt.datetime) and schema.get("format") == "date":
        text = value.date().isoformat()
    elif isinstance(value, (dt.date, dt.datetime)):
        text = value.isoformat()
    elif isinstance(value, uuid.UUID):
        text = str(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        hint = "" if schema.get("format") == "uuid" else "; put it in quotes"
        raise _WrongError(f"the number {shown(value)}{hint}")
    else:
        raise _WrongError
    if schema.get("format") == "uuid" and not _UUID.fullmatch(text):
        raise _WrongError
    return text


def _is_unicode(text: str) -> bool:
    # Python's texts can hold lone surrogates, from file names for example; no request can.
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _anything(value: Any, schema: Mapping[str, Any]) -> Any:
    # Nothing is known about it, except that it has to go through JSON.
    try:
        return orjson.loads(orjson.dumps(value))
    except (TypeError, orjson.JSONDecodeError) as error:
        raise _WrongError from error


def _how_to_find(value: Any) -> str:
    """Return how to get the id of a name that was given in place of it; nothing where it is none."""
    if not (isinstance(value, str) and any(char.isalpha() for char in value)):
        return ""
    return f"; its id: esi-fetch recipe run ids names={shown(value)}, in Python esi.resolve({shown(value)})"


_SCALARS: Mapping[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
}


def _outside(value: Any, schema: Mapping[str, Any]) -> str:
    """Return what is wrong with a value of the right type, or an empty text."""
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        words = [word for word in allowed if isinstance(word, str)]
        hint = did_you_mean(value, words) if isinstance(value, str) else ""
        return f"{shown(value)} is not one of {', '.join(map(str, allowed))}{hint}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return f"{shown(value)} is too short: {schema['minLength']} characters or more"
        if len(value) > schema.get("maxLength", math.inf):
            return f"too long: {len(value)} characters, {schema['maxLength']} are allowed"
    elif isinstance(value, (int, float)):
        if value < schema.get("minimum", -math.inf):
            return f"{shown(value)} is too small: {schema['minimum']} or more"
        if value > schema.get("maximum", math.inf):
            return f"{shown(value)} is too large: {schema['maximum']} or less"
    return ""


def _convert_list(
    value: Any, schema: Mapping[str, Any], where: str, problems: list[Problem], in_body: bool
) -> Any:
    items = schema.get("items", {})
    if isinstance(value, str) and not (in_body and items.get("type") == "string"):
        given: list[Any] = [part.strip() for part in value.split(",")] if value.strip() else []
    elif isinstance(value, (set, frozenset)):
        # A set has no order of its own; without one, the same set would make different keys.
        given = sorted(value, key=shown)
    elif isinstance(value, Collection) and not isinstance(value, (str, bytes, bytearray, Mapping)):
        given = list(value)
    elif isinstance(value, (Mapping, bytes, bytearray)) or hasattr(value, "__next__"):
        # An iterator would be used up by looking at it.
        what = "an iterator; make a list of it" if hasattr(value, "__next__") else shown(value)
        problems.append(Problem(where, f"expected {kind_of(schema)}, found {what}"))
        return FAILED
    else:
        given = [value]
    found: list[Problem] = []
    converted = [
        convert(each, items, where=f"{where}[{index}]", problems=found, in_body=in_body)
        if each is not None
        else _no_null(f"{where}[{index}]", items, found)
        for index, each in enumerate(given)
    ]
    problems.extend(found[:_MOST_ITEM_PROBLEMS])
    if len(found) > _MOST_ITEM_PROBLEMS:
        problems.append(Problem(where, f"{len(found) - _MOST_ITEM_PROBLEMS} more problems like these"))
    wrong = _miscounted(converted, schema)
    if wrong:
        problems.append(Problem(where, wrong))
    return FAILED if found or wrong else converted


def _no_null(where: str, schema: Mapping[str, Any], problems: list[Problem]) -> Any:
    if schema.get("nullable"):
        return None
    problems.append(Problem(where, f"expected {kind_of(schema)}, found null"))
    return FAILED


def _miscounted(values: list[Any], schema: Mapping[str, Any]) -> str:
    if len(values) < schema.get("minItems", 0):
        return f"too few: {len(values)}, where {schema['minItems']} or more are wanted"
    if len(values) > schema.get("maxItems", math.inf):
        return f"too many: {len(values)}, where {schema['maxItems']} are allowed; make several requests of it"
    if schema.get("uniqueItems"):
        seen: set[str] = set()
        for value in values:
            if value is FAILED:
                continue
            key = json.dumps(value, sort_keys=True)
            if key in seen:
                return f"{shown(value)} is in it twice"
            seen.add(key)
    return ""


def _convert_object(value: Any, schema: Mapping[str, Any], where: str, problems: list[Problem]) -> Any:
    if not isinstance(value, Mapping):
        problems.append(Problem(where, f"expected an object, found {shown(value)}"))
        return FAILED
    found: list[Problem] = []
    properties: Mapping[str, Any] = schema.get("properties", {})
    others = schema.get("additionalProperties", not properties)
    converted: dict[str, Any] = {}
    for name, given in value.items():
        place = f"{where}.{name}"
        if not isinstance(name, str) or not _is_unicode(name):
            found.append(Problem(where, f"the key {shown(name)} can't be sent"))
        elif name not in properties and others is False:
            known = f"; known are {', '.join(sorted(properties))}" if properties else ""
            found.append(Problem(place, f"unknown property{did_you_mean(name, properties) or known}"))
        else:
            part = properties.get(name, others if isinstance(others, Mapping) else {})
            if given is None and not part.get("nullable"):
                continue
            # What failed stays in it, so that it is not reported as missing as well.
            converted[name] = given
            if given is not None:
                converted[name] = convert(given, part, where=place, problems=found, in_body=True)
    for name in schema.get("required", ()):
        part = properties.get(name, {})
        if name not in converted and "default" in part:
            converted[name] = part["default"]
        elif name not in converted:
            found.append(Problem(f"{where}.{name}", f"missing; {kind_of(part)} is wanted"))
    problems.extend(found)
    return FAILED if found else converted


def _convert_choice(
    value: Any, choices: list[Mapping[str, Any]], where: str, problems: list[Problem], in_body: bool
) -> Any:
    for choice in choices:
        found: list[Problem] = []
        converted = convert(value, choice, where=where, problems=found, in_body=in_body)
        if not found:
            return converted
    problems.append(Problem(where, f"{shown(value)} is none of: {', '.join(map(kind_of, choices))}"))
    return FAILED
