"""One stored answer, and the two byte strings it is kept as.

A header (JSON, some 400 bytes) and the body as it came over the wire, still gzipped. They are apart so that a
304, a report or a purge never touches a body. What was asked for stands apart from both: a hit has no use for
it. The time of expiry is a column of its own beside the header, so that it stands in one place and SQL can
select by it.

A store may have been damaged, or written by somebody who means harm: nothing in it is executed, and decoding
checks everything that is used later.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from esi_fetch.model.body import Body
from esi_fetch.store.header_fields import (
    FORMAT,
    EntryFormatError,
    Proof,
    asked_of,
    header_of,
    parameters_of,
    proof_of,
    read_integer,
    read_optional_integer,
    read_text,
    read_time,
    read_validator,
    variant_of,
)
from esi_fetch.store.keys import PREVIOUS, Variant

__all__ = [
    "Asked",
    "Entry",
    "Listed",
    "Record",
    "Row",
    "amended",
    "decode",
    "encode",
    "listed",
    "proved",
]

_ENCODINGS = frozenset({"", "gzip"})


class Asked(NamedTuple):
    """What an entry was asked for with, beside its operation and its character.

    Attributes:
        parameters: The operation's parameters.
        variant: Which variant was asked for.
    """

    parameters: Mapping[str, Any]
    variant: Variant


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
    """What is known of one stored answer without its body.

    Times are in seconds since the epoch on the local clock.

    Attributes:
        key: What it is stored under, a digest of all that the answer depends on.
        op_id: The operation.
        method: The HTTP method.
        url: What was asked.
        character: Whose private data it is, by id; None for public data.
        status: The HTTP status of the answer.
        pages: How many pages its set has (``X-Pages``); None where there are none.
        fetched_at: When its body was received.
        validated_at: When ESI last sent or confirmed it.
        expires_at: Until when it is used without asking.
        used_at: When it was last served, to the hour; None where it never was.
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
    def is_previous(self) -> bool:
        """Whether it was replaced, and is kept until its set of pages is whole again."""
        return self.key.endswith(PREVIOUS)

    @property
    def last_used_at(self) -> float:
        """When it was last served, confirmed or fetched."""
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
    fields = header_of(record.header)
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
    encoding = read_text(fields, "encoding")
    if encoding not in _ENCODINGS:
        raise EntryFormatError(f"unknown encoding {encoding!r}")
    return Entry(
        key=key,
        op_id=read_text(fields, "op_id"),
        method=read_text(fields, "method"),
        url=read_text(fields, "url"),
        character=read_optional_integer(fields, "character"),
        status=read_integer(fields, "status"),
        etag=read_validator(fields, "etag"),
        last_modified=read_validator(fields, "last_modified"),
        pages=read_optional_integer(fields, "pages"),
        fetched_at=read_time("fetched_at", fields.get("fetched_at")),
        validated_at=read_time("validated_at", fields.get("validated_at")),
        expires_at=read_time("expires_at", record.expires_at),
        body=Body(wire, encoding),
        used_at=None if record.used_at is None else read_time("used_at", record.used_at),
        crc32=crc32,
        proof=proof_of(fields),
    )


def listed(row: Row) -> Listed:
    """Return what a stored header says.

    Raises:
        EntryFormatError: It is not an entry's header.
    """
    fields = header_of(row.header)
    asked = asked_of(row.asked)
    return Listed(
        key=row.key,
        op_id=read_text(fields, "op_id"),
        method=read_text(fields, "method"),
        url=read_text(fields, "url"),
        character=read_optional_integer(fields, "character"),
        status=read_integer(fields, "status"),
        pages=read_optional_integer(fields, "pages"),
        fetched_at=read_time("fetched_at", fields.get("fetched_at")),
        validated_at=read_time("validated_at", fields.get("validated_at")),
        expires_at=read_time("expires_at", row.expires_at),
        parameters=parameters_of(asked),
        variant=variant_of(asked),
        used_at=None if row.used_at is None else read_time("used_at", row.used_at),
        size=len(row.header) + len(row.asked or b"") + read_integer(fields, "length"),
        decoded_size=read_optional_integer(asked, "unpacked"),
    )


def amended(
    header: bytes, *, validated_at: float, etag: str | None, last_modified: str | None, pages: int | None
) -> bytes | None:
    """Return a header as a 304 changes it; None when that 304 spoke of another version of the answer.

    Raises:
        EntryFormatError: It is not an entry's header.
    """
    fields = header_of(header)
    stored = read_validator(fields, "etag")
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
    return orjson.dumps({**header_of(header), "proof": list(proof)})
