"""Plain data that knows where it stands, so that what is wrong with it can be said with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from esi_fetch.errors import CatalogError

__all__ = ["Place", "is_date", "shown"]


def is_date(text: str) -> bool:
    """Return whether *text* is a date written as ``2026-08-18``."""
    try:
        # Newer versions of Python also read other spellings (20260818, 2026-W34-2); files and headers don't.
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def shown(value: Any) -> str:
    """Return a value as an error message shows it: short, and never failing, whatever it is."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 128:
        # Python refuses to write out numbers of more than 4300 digits.
        return "a number of more than 38 digits"
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


@dataclass(frozen=True)
class Place:
    """One value inside a document, and the way to it.

    Its methods give the value as what it has to be, or raise :class:`~esi_fetch.errors.CatalogError` naming
    the source and the place: ``openapi.json: paths./status.get.parameters[2]: …``.

    Attributes:
        value: The value.
        path: The way to it from the top of the document, empty at the top.
        source: The file or URL the document came from.
    """

    value: Any
    path: str = ""
    source: str = ""

    def fail(self, what: str) -> NoReturn:
        """Raise a CatalogError about this place."""
        raise CatalogError(": ".join(part for part in (self.source, self.path, what) if part))

    def _child(self, value: Any, step: str) -> Place:
        return Place(value, self.path + step if self.path else step.removeprefix("."), self.source)

    def mapping(self) -> Mapping[str, Any]:
        """Return the value, which has to be an object whose keys are texts."""
        if not isinstance(self.value, Mapping):
            self.fail(f"expected an object, found {shown(self.value)}")
        for key in self.value:
            if not isinstance(key, str):
                self.fail(f"the key {key!r} is not a text")
        return self.value

    def find(self, key: str) -> Place | None:
        """Return the member *key* of this object; None when it is absent or null."""
        value = self.mapping().get(key)
        return None if value is None else self._child(value, f".{key}")

    def need(self, key: str) -> Place:
        """Return the member *key* of this object, which has to be there."""
        return self.find(key) or self.fail(f"{key!r} is missing")

    def members(self) -> Iterator[tuple[str, Place]]:
        """Yield the members of this object with their names."""
        for key, value in self.mapping().items():
            yield key, self._child(value, f".{key}")

    def entries(self) -> Iterator[Place]:
        """Yield the entries of this list."""
        if not isinstance(self.value, (list, tuple)):
            self.fail(f"expected a list, found {shown(self.value)}")
        for index, value in enumerate(self.value):
            yield self._child(value, f"[{index}]")

    def text(self) -> str:
        """Return the value, which has to be a text that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            self.fail(f"expected a text, found {shown(self.value)}")
        return self.value

    def date(self) -> str:
        """Return the value, which has to be a date such as ``2026-08-18``."""
        text = self.text()
        if not is_date(text):
            self.fail(f"expected a date such as 2026-08-18, found {text!r}")
        return text

    def whole(self, *, least: int = 0) -> int:
        """Return the value, which has to be a whole number, *least* or more."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < least:
            self.fail(f"expected a whole number, {least} or more, found {shown(self.value)}")
        return self.value

    def flag(self) -> bool:
        """Return the value, which has to be true or false."""
        if not isinstance(self.value, bool):
            self.fail(f"expected true or false, found {shown(self.value)}")
        return self.value
