"""One stored answer, and the two byte strings it is kept as.

A header (JSON, some 400 bytes) and the body as it came over the wire, still gzipped. They are apart so that a
304, a report or a purge never touches a body. What was asked for stands apart from both: a hit has no use for
it. The time of expiry is a column of its own beside the header, so
that it stands in one place and SQL can select by it.

A store may have been damaged, or written by somebody who means harm: nothing in it is executed, and decoding
checks everything that is used later.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

import orjson

from esi_fetch.model.body import Body
from esi_fetch.store.keys import Variant

__all__ = [
    "Asked",
    "Entry",
    "EntryFormatError",
    "Listed",
    "Proof",
    "Record",
    "Row",
    "amended",
    "decode",
    "encode",
    "listed",
    "proved",
    "read_header",
]

FORMAT = 1

_ENCODINGS = frozenset({"", "gzip"})


class EntryFormatError(ValueError):
    """Raised when stored bytes are not an entry; the message says what is wrong with them."""


class Asked(NamedTuple):
    """What an entry was asked for with, beside its operation and its character.

    Attributes:
        parameters: The operation's parameters.
        variant: Which variant was asked for.
    """

    parameters: Mapping[str, Any]
    variant: Variant


class Proof(NamedTuple):
    """That a set of pages was proved to be whole; kept with its first page.

    Attributes:
        digest: Of which pages: a digest of all their bodies' checksums. Of others it proves nothing.
        rows: How many rows they have.
    """

    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of ESI, as it is kept.

    Times are in seconds since the epoch on the local clock.

    Attributes:
        key: Its :func:`~esi_fetch.store.keys.entry_key`.
        op_id: The operation it answers.
        method: HTTP method of the request.
        url: The request's URL; it never holds a token.
        character: Whose token the request carried; None for public data.
        status: HTTP status.
        etag: The ``ETag`` header whole, with quotes and ``W/``; None when there was none.
        last_modified: The ``Last-Modified`` header; None when there was none.
        pages: ``X-Pages``; None when there was none.
        fetched_at: When the body was received.
        validated_at: When ESI last said that it is current: with the body, or by a 304 since.
        expires_at: Until when it is used without asking.
        body: The body.
        used_at: When it was last served from the store, to the hour; None for never.
        crc32: The body's checksum; None where it has not been computed.
        proof: That the set of which it is the first page is whole; None where nobody has proved it.
        asked: What was asked for; None where it is not known, and in an entry that was found by its key.
    """

    key: str
    op_id: str
    method: str
    url: str
    character: int | None
    status: int
    etag: str | None
    last_modified: str | None
    pages: int | None
    fetched_at: float
    validated_at: float
    expires_at: float
    body: Body
    used_at: float | None = None
    crc32: int | None = field(default=None, compare=False)
    proof: Proof | None = None
    asked: Asked | None = field(default=None, compare=False)

    def is_fresh(self, now: float) -> bool:
        """Return whether it may be used without asking, at *now* on the local clock."""
        return now < self.expires_at


class Record(NamedTuple):
    """An entry as it is stored: what a backend keeps, without knowing what it means.

    Attributes:
        header: What was answered.
        expires_at: Until when it is used without asking.
        body: The body.
        used_at: When it was last served; None for never. It is kept apart, and not by saving a record.
        asked: What was asked for, for lists of entries; a record that was read by its key comes without.
    """

    header: bytes
    expires_at: float
    body: bytes
    used_at: float | None = None
    asked: bytes | None = None


class Row(NamedTuple):
    """What is stored of an entry beside its body."""

    key: str
    header: bytes
    expires_at: float
    used_at: float | None
    asked: bytes | None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a stored header says of its entry, as in :class:`Entry`; no body is needed to know it.

    Attributes:
        size: How many bytes the entry takes, header and body; what SQLite adds is not in it.
        parameters: The operation's parameters; None where a version before this one has kept it.
        variant: Which variant was asked for; None as with the parameters.
        decoded_size: How many bytes its body has unpacked; None as with the parameters.
    """

    key: str
    op_id: str
    method: str
    url: str
    character: int | None
    status: int
    pages: int | None
    fetched_at: float
    validated_at: float
    expires_at: float
    parameters: Mapping[str, Any] | None
    variant: Variant | None
    used_at: float | None
    size: int
    decoded_size: int | None

    @property
    def last_used_at(self) -> float:
        """When it was last of use: served, confirmed, or fetched."""
        return max(self.validated_at, self.fetched_at, self.used_at or 0.0)

    def is_fresh(self, now: float) -> bool:
        """Return whether the entry may be used without asking, at *now* on the local clock."""
        return now < self.expires_at


def encode(entry: Entry) -> Record:
    """Return an entry as it is stored."""
    wire = entry.body.wire
    header = {
        "format": FORMAT,
        "op_id": entry.op_id,
        "method": entry.method,
        "url": entry.url,
        "character": entry.character,
        "status": entry.status,
        "etag": entry.etag,
        "last_modified": entry.last_modified,
        "pages": entry.pages,
        "fetched_at": entry.fetched_at,
        "validated_at": entry.validated_at,
        "encoding": entry.body.encoding,
        "length": len(wire),
        "crc32": zlib.crc32(wire) if entry.crc32 is None else entry.crc32,
    }
    asked: dict[str, Any] = {"unpacked": entry.body.unpacked_size}
    if entry.asked is not None:
        asked |= {"parameters": entry.asked.parameters, "variant": list(entry.asked.variant)}
    return Record(orjson.dumps(header), entry.expires_at, wire, asked=orjson.dumps(asked))


def decode(key: str, record: Record) -> Entry:
    """Return the entry that was stored.

    Raises:
        EntryFormatError: It is damaged, of an unknown format, or no entry at all.
    """
    fields = _header(record.header)
    wire = record.body
    if not isinstance(wire, bytes):
        raise EntryFormatError("the body is not bytes")
    if fields.get("length") != len(wire):
        raise EntryFormatError(f"the body has {len(wire)} bytes of {fields.get('length')!r}")
    # Plain bodies have no checksum of their own, and a gzip's is looked at only when the data is asked for:
    # too late to fetch it again.
    crc32 = zlib.crc32(wire)
    if fields.get("crc32") != crc32:
        raise EntryFormatError("the body's checksum does not fit")
    encoding = _text(fields, "encoding")
    if encoding not in _ENCODINGS:
        raise EntryFormatError(f"unknown encoding {encoding!r}")
    return Entry(
        key=key,
        op_id=_text(fields, "op_id"),
        method=_text(fields, "method"),
        url=_text(fields, "url"),
        character=_optional_integer(fields, "character"),
        status=_integer(fields, "status"),
        etag=_validator(fields, "etag"),
        last_modified=_validator(fields, "last_modified"),
        pages=_optional_integer(fields, "pages"),
        fetched_at=_time("fetched_at", fields.get("fetched_at")),
        validated_at=_time("validated_at", fields.get("validated_at")),
        expires_at=_time("expires_at", record.expires_at),
        body=Body(wire, encoding),
        used_at=None if record.used_at is None else _time("used_at", record.used_at),
        crc32=crc32,
        proof=_proof(fields),
    )


def listed(row: Row) -> Listed:
    """Return what a stored header says.

    Raises:
        EntryFormatError: It is not an entry's header.
    """
    fields = _header(row.header)
    asked = _asked(row.asked)
    return Listed(
        key=row.key,
        op_id=_text(fields, "op_id"),
        method=_text(fields, "method"),
        url=_text(fields, "url"),
        character=_optional_integer(fields, "character"),
        status=_integer(fields, "status"),
        pages=_optional_integer(fields, "pages"),
        fetched_at=_time("fetched_at", fields.get("fetched_at")),
        validated_at=_time("validated_at", fields.get("validated_at")),
        expires_at=_time("expires_at", row.expires_at),
        parameters=_parameters(asked),
        variant=_variant(asked),
        used_at=None if row.used_at is None else _time("used_at", row.used_at),
        size=len(row.header) + len(row.asked or b"") + _integer(fields, "length"),
        decoded_size=_optional_integer(asked, "unpacked"),
    )


def read_header(header: object, expires_at: object) -> tuple[str | None, str | None, int | None, float]:
    """Return an entry's ETag, its Last-Modified, its number of pages and its expiry; no body is needed.

    Raises:
        EntryFormatError: It is not an entry's header.
    """
    fields = _header(header)
    return (
        _validator(fields, "etag"),
        _validator(fields, "last_modified"),
        _optional_integer(fields, "pages"),
        _time("expires_at", expires_at),
    )


def amended(
    header: bytes, *, validated_at: float, etag: str | None, last_modified: str | None, pages: int | None
) -> bytes | None:
    """Return a header as a 304 changes it; None when that 304 spoke of another version of the answer.

    Raises:
        EntryFormatError: It is not an entry's header.
    """
    fields = _header(header)
    stored = _validator(fields, "etag")
    # While the 304 was on its way, another thread or process may have saved a newer answer. Its body must not
    # get the older one's validators: pages are told apart by them.
    if etag is not None and stored is not None and etag.removeprefix("W/") != stored.removeprefix("W/"):
        return None
    fields["validated_at"] = validated_at
    if etag is not None:
        fields["etag"] = etag
    if last_modified is not None:
        fields["last_modified"] = last_modified
    if pages is not None:
        fields["pages"] = pages
    return orjson.dumps(fields)


def proved(header: bytes, proof: Proof) -> bytes:
    """Return a header with the proof that the set of which it is the first page is whole.

    Raises:
        EntryFormatError: It is not an entry's header.
    """
    return orjson.dumps({**_header(header), "proof": list(proof)})


def _header(header: object) -> dict[str, Any]:
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


def _asked(asked: object) -> dict[str, Any]:
    if asked is None:
        return {}
    try:
        fields = orjson.loads(asked) if isinstance(asked, bytes) else None
    except orjson.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise EntryFormatError("what was asked for is not a JSON object")
    return fields


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise EntryFormatError(f"{name} is {value!r}, not a text")
    return value


def _validator(fields: dict[str, Any], name: str) -> str | None:
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


def _integer(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise EntryFormatError(f"{name} is {value!r}, not an integer")
    return value


def _optional_integer(fields: dict[str, Any], name: str) -> int | None:
    return None if fields.get(name) is None else _integer(fields, name)


def _parameters(fields: dict[str, Any]) -> dict[str, Any] | None:
    value = fields.get("parameters")
    if value is not None and not isinstance(value, dict):
        raise EntryFormatError(f"parameters is {value!r}, not an object")
    return value


def _variant(fields: dict[str, Any]) -> Variant | None:
    value = fields.get("variant")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(text, str) for text in value):
        raise EntryFormatError(f"variant is {value!r}, not three texts")
    return Variant(*value)


def _proof(fields: dict[str, Any]) -> Proof | None:
    value = fields.get("proof")
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise EntryFormatError(f"proof is {value!r}, not a digest and a number of rows")
    digest, rows = value
    if not isinstance(digest, str) or not isinstance(rows, int) or isinstance(rows, bool) or rows < 0:
        raise EntryFormatError(f"proof is {value!r}, not a digest and a number of rows")
    return Proof(digest, rows)


def _time(name: str, value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not isfinite(value):
        raise EntryFormatError(f"{name} is {value!r}, not a time")
    return float(value)
