"""The fields of a stored header, read as a stranger may have written them: each is checked, none trusted.

What is not as it must be raises :class:`EntryFormatError`, here and in every function.
"""

from __future__ import annotations

from math import isfinite
from typing import Any, NamedTuple

import orjson

from esi_fetch.store.keys import Variant

__all__ = [
    "FORMAT",
    "EntryFormatError",
    "Proof",
    "asked_of",
    "header_of",
    "parameters_of",
    "proof_of",
    "read_integer",
    "read_optional_integer",
    "read_text",
    "read_time",
    "read_validator",
    "variant_of",
]

FORMAT = 1


class EntryFormatError(ValueError):
    """Raised when stored bytes are not an entry; the message says what is wrong with them."""


class Proof(NamedTuple):
    """That a set of pages was proved to be whole; kept with its first page.

    Attributes:
        digest: Of which pages: a digest of all their bodies' checksums. Of others it proves nothing.
        rows: How many rows they have.
    """

    digest: str
    rows: int


def header_of(header: object) -> dict[str, Any]:
    """Return a header's fields."""
    if not isinstance(header, bytes):
        raise EntryFormatError("the header is not bytes")
    try:
        fields = orjson.loads(header)
    except orjson.JSONDecodeError as error:
        raise EntryFormatError(f"the header is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise EntryFormatError("the header is not an object")
    if fields.get("format") != FORMAT:
        raise EntryFormatError(f"unknown format {fields.get('format')!r}")
    return fields


def asked_of(asked: object) -> dict[str, Any]:
    """Return the fields of what was asked for; none where that was not kept."""
    if asked is None:
        return {}
    try:
        fields = orjson.loads(asked) if isinstance(asked, bytes) else None
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise EntryFormatError("what was asked for is not a JSON object")
    return fields


def read_text(fields: dict[str, Any], name: str) -> str:
    """Return a field that is a text."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise EntryFormatError(f"{name} is {value!r}, not a text")
    return value


def read_validator(fields: dict[str, Any], name: str) -> str | None:
    """Return a header value that will be sent back, provided that it fits on one header line."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or "\r" in value or "\n" in value or value[:1].isspace():
        raise EntryFormatError(f"{name} is {value!r}, not a header's value")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise EntryFormatError(f"{name} is {value!r}, not a header's value") from error
    return value


def read_integer(fields: dict[str, Any], name: str) -> int:
    """Return a field that is a whole number."""
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise EntryFormatError(f"{name} is {value!r}, not an integer")
    return value


def read_optional_integer(fields: dict[str, Any], name: str) -> int | None:
    """Return a field that is a whole number, or absent."""
    return None if fields.get(name) is None else read_integer(fields, name)


def parameters_of(fields: dict[str, Any]) -> dict[str, Any] | None:
    """Return the parameters that were asked for; None where they were not kept."""
    value = fields.get("parameters")
    if value is not None and not isinstance(value, dict):
        raise EntryFormatError(f"parameters is {value!r}, not an object")
    return value


def variant_of(fields: dict[str, Any]) -> Variant | None:
    """Return the variant that was asked for; None where it was not kept."""
    value = fields.get("variant")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(text, str) for text in value):
        raise EntryFormatError(f"variant is {value!r}, not three texts")
    return Variant(*value)


def proof_of(fields: dict[str, Any]) -> Proof | None:
    """Return the proof that a set is whole; None where there is none."""
    value = fields.get("proof")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise EntryFormatError(f"proof is {value!r}, not a digest and a number of rows")
    digest, rows = value
    if not isinstance(digest, str) or not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise EntryFormatError(f"proof is {value!r}, not a digest and a number of rows")
    return Proof(digest, rows)


def read_time(name: str, value: object) -> float:
    """Return a time, in seconds since the epoch."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not isfinite(value):
        raise EntryFormatError(f"{name} is {value!r}, not a time")
    return float(value)
