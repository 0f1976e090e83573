"""The body of an answer, as it came over the wire, decoded when its data is asked for."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import orjson

_inflater: Any = zlib
try:
    from isal import isal_zlib

    _inflater = isal_zlib  # about five times as fast, where it is installed
except ImportError:
    pass

__all__ = ["Body", "BodyError"]

_GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_INFLATE_ERRORS: tuple[type[Exception], ...] = (zlib.error, _inflater.error)


class BodyError(ValueError):
    """Raised when a body can't be unpacked or is not JSON."""


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes as received, and how they are packed.

    Attributes:
        wire: The bytes as they came over the wire.
        encoding: Their ``Content-Encoding``: ``"gzip"``, or ``""`` for plain bytes.
    """

    wire: bytes
    encoding: str = ""

    def unpacked(self) -> bytes:
        """Return the bytes without their content encoding.

        Raises:
            BodyError: The bytes are cut off or damaged, or the encoding is unknown.
        """
        if self.encoding == "" or not self.wire:  # a 204 may name an encoding and have nothing to unpack
            return self.wire
        if self.encoding != "gzip":
            raise BodyError(f"unknown Content-Encoding {self.encoding!r}")
        members: list[bytes] = []
        rest = self.wire
        try:
            # Servers may send several members, one after the other; what follows the last one is padding.
            while not members or rest.startswith(_GZIP_MAGIC):
                unpacker = _inflater.decompressobj(_GZIP_WINDOW_BITS)
                members.append(unpacker.decompress(rest))
                if not unpacker.eof:
                    raise BodyError("the gzipped body is cut off")
                rest = unpacker.unused_data
        except _INFLATE_ERRORS as error:
            raise BodyError(f"the gzipped body is damaged: {error}") from error
        return members[0] if len(members) == 1 else b"".join(members)

    @property
    def unpacked_size(self) -> int:
        """How many bytes it has unpacked, as far as can be told without unpacking it.

        A gzip's last four bytes say so (RFC 1952, 2.3.1); of several members, only of the last one.
        """
        return int.from_bytes(self.wire[-4:], "little") if self.encoding == "gzip" else len(self.wire)

    def data(self) -> Any:
        """Return the decoded JSON; None for an empty body (a 204).

        Raises:
            BodyError: The body can't be unpacked or is not JSON.
        """
        plain = self.unpacked()
        if not plain:
            return None
        try:
            return orjson.loads(plain)
        except orjson.JSONDecodeError as error:
            raise BodyError(f"the body is not JSON: {error}") from error

    def __repr__(self) -> str:
        return f"Body({len(self.wire)} bytes, encoding={self.encoding!r})"
