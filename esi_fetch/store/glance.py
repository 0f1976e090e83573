"""What can be told of an entry without its body: enough to say whether it will be used, and how."""

from __future__ import annotations

from dataclasses import dataclass

from esi_fetch.store.header_fields import (
    EntryFormatError,
    header_of,
    read_optional_integer,
    read_time,
    read_validator,
)

__all__ = ["Glance", "glance"]


@dataclass(frozen=True, slots=True)
class Glance:
    """An entry, seen from outside.

    Attributes:
        etag: The ``ETag`` header; None when there was none.
        last_modified: The ``Last-Modified`` header; None when there was none.
        pages: ``X-Pages``; None when there was none.
        expires_at: Until when it is used without asking, in seconds since the epoch on the local clock.
    """

    etag: str | None
    last_modified: str | None
    pages: int | None
    expires_at: float

    def is_fresh(self, now: float) -> bool:
        """Return whether the entry may be used without asking, at *now* on the local clock."""
        return now < self.expires_at


def glance(header: object, expires_at: object) -> Glance | None:
    """Return what a stored header says; None when it is damaged, and its entry as good as not there."""
    try:
        fields = header_of(header)
        return Glance(
            etag=read_validator(fields, "etag"),
            last_modified=read_validator(fields, "last_modified"),
            pages=read_optional_integer(fields, "pages"),
            expires_at=read_time("expires_at", expires_at),
        )
    except EntryFormatError:
        return None
