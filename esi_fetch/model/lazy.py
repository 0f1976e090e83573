"""Data that is decoded when it is asked for: whole, or page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

__all__ = ["LazyData", "PagedData", "Rows"]

_MISSING: Any = object()


class Rows:
    """Rows that can be iterated again and again, with one decoded page in memory at a time.

    Their length is known without decoding any.
    """

    __slots__ = ("_count", "_pages")

    def __init__(self, pages: Callable[[], Iterator[list[Any]]], *, count: int) -> None:
        """Decode nothing yet.

        Args:
            pages: Yields the pages, each a list of rows, anew at every call.
            count: How many rows there are in all.
        """
        self._pages = pages
        self._count = count

    def pages(self) -> Iterator[list[Any]]:
        """Yield the rows page by page."""
        return self._pages()

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self._pages())

    def __len__(self) -> int:
        return self._count

    def __reduce__(self) -> tuple[Any, ...]:
        return _rows_of, (list(self._pages()), self._count)

    def __repr__(self) -> str:
        return f"Rows({self._count})"


def _rows_of(pages: list[list[Any]], count: int) -> Rows:
    return Rows(lambda: iter(pages), count=count)


class LazyData:
    """Data that is decoded when it is first asked for, and then kept.

    Args:
        load: Decodes it.
    """

    __slots__ = ("_load", "_value")

    def __init__(self, load: Callable[[], Any]) -> None:
        # Threads may ask, keep and forget at the same time: the value and whether it is there are one
        # attribute, so that they can't be seen apart. Two that decode at once get equal data.
        self._load: Callable[[], Any] | None = load
        self._value: Any = _MISSING

    @classmethod
    def of(cls, value: Any, *, again: Callable[[], Any] | None = None) -> LazyData:
        """Wrap data that is decoded already.

        Args:
            value: The data.
            again: Decodes it anew, should it be forgotten; None when it can't be.
        """
        lazy = LazyData(again or (lambda: value))
        lazy._load, lazy._value = again, value
        return lazy

    def get(self) -> Any:
        """Return the data, decoding it on the first call."""
        value = self.once()
        self._value = value
        return value

    def once(self) -> Any:
        """Return the data, without keeping what is not kept already."""
        value = self._value
        if value is _MISSING:
            assert self._load is not None  # noqa: S101 - what can't be loaded is never forgotten
            value = self._load()
        return value

    def length(self) -> int | None:
        """Return how many rows there are, as far as is known without decoding; None where it is not."""
        value = self._value
        return len(value) if isinstance(value, list) else None

    def forget(self) -> None:
        """Drop what can be decoded again."""
        if self._load is not None:
            self._value = _MISSING

    def rows(self) -> Rows | None:
        """Return the rows; None where the data is no list. What is not decoded yet is not kept."""
        data = self.once()
        return Rows(lambda: iter([data] if data else []), count=len(data)) if isinstance(data, list) else None

    def __reduce__(self) -> tuple[Any, ...]:
        return LazyData.of, (self.get(),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'not decoded yet' if self._value is _MISSING else 'decoded'})"


class PagedData(LazyData):
    """The rows of a set of pages: all of them at once when asked for, else a page at a time.

    Args:
        pages: The pages; each decodes to a list of rows, or to None for an empty one (204).
        count: How many rows they have in all.
    """

    __slots__ = ("_count", "_pages")

    def __init__(self, pages: Sequence[LazyData], *, count: int) -> None:
        super().__init__(self._whole)
        self._pages = tuple(pages)
        self._count = count

    def _whole(self) -> list[Any]:
        rows = list(chain.from_iterable(self._each()))
        for page in self._pages:
            page.forget()  # its rows are in the whole now
        return rows

    def _each(self) -> Iterator[list[Any]]:
        for page in self._pages:
            yield page.once() or []

    def length(self) -> int:
        """Return how many rows there are."""
        return self._count

    def rows(self) -> Rows:
        """Return the rows; each page is decoded when its turn comes, and not kept."""
        return Rows(self._each, count=self._count)
