"""Data that is decoded when it is asked for."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from esi_fetch.model.lazy import LazyData, PagedData, Rows


class Decoder:
    """Counts how often it decodes."""

    def __init__(self, value: Any):
        self.value, self.calls = value, 0

    def __call__(self) -> Any:
        self.calls += 1
        return self.value


def paged(*pages: Any) -> tuple[PagedData, list[Decoder]]:
    decoders = [Decoder(page) for page in pages]
    count = sum(len(page or ()) for page in pages)
    return PagedData([LazyData(decoder) for decoder in decoders], count=count), decoders


@pytest.mark.parametrize("value", [[], None, 0, {"a": 1}])
def test_data_is_decoded_once_and_kept(value: Any) -> None:
    """What was asked for is kept, empty data too."""
    decoder = Decoder(value)
    lazy = LazyData(decoder)
    assert decoder.calls == 0
    assert (lazy.get(), lazy.get(), lazy.once()) == (value, value, value)
    assert decoder.calls == 1


def test_looking_once_keeps_nothing() -> None:
    """Data that is only looked at is decoded anew the next time."""
    decoder = Decoder([1])
    lazy = LazyData(decoder)
    assert (lazy.once(), lazy.once()) == ([1], [1])
    assert decoder.calls == 2
    assert "not decoded" in repr(lazy)


def test_what_can_be_decoded_again_can_be_forgotten() -> None:
    """Forgetting drops what can be had again, and nothing else."""
    again = Decoder([2])
    lazy = LazyData.of([1], again=again)
    assert lazy.get() == [1]
    lazy.forget()
    assert (lazy.get(), again.calls) == ([2], 1)
    fixed = LazyData.of([1])
    fixed.forget()
    assert fixed.get() == [1]


def test_rows_of_plain_data() -> None:
    """A list is one page, an empty one is none, and what is no list has no rows."""
    rows = LazyData.of([1, 2]).rows()
    assert rows is not None
    assert (list(rows.pages()), list(rows), len(rows), repr(rows)) == ([[1, 2]], [1, 2], 2, "Rows(2)")
    empty = LazyData.of([]).rows()
    assert empty is not None
    assert (list(empty.pages()), len(empty)) == ([], 0)
    assert LazyData.of({"a": 1}).rows() is None
    assert LazyData.of(None).rows() is None


def test_pages_are_decoded_one_at_a_time_and_not_kept() -> None:
    """Going through the rows decodes each page when its turn comes, each time."""
    data, decoders = paged([1, 2], None, [3])
    rows = data.rows()
    pages = rows.pages()
    assert next(pages) == [1, 2]
    assert [decoder.calls for decoder in decoders] == [1, 0, 0]
    assert list(pages) == [[], [3]]
    assert (list(rows), len(rows)) == ([1, 2, 3], 3)
    assert [decoder.calls for decoder in decoders] == [2, 2, 2]


def test_the_whole_is_kept_and_its_pages_are_not() -> None:
    """All rows at once are decoded once; the pages' own lists are dropped."""
    data, decoders = paged([1], [2, 3])
    assert (data.get(), data.get()) == ([1, 2, 3], [1, 2, 3])
    assert [decoder.calls for decoder in decoders] == [1, 1]
    assert "decoded" in repr(data)


def test_it_can_be_pickled() -> None:
    """What comes back from another process is the data."""
    data, _ = paged([1], [2])
    copied = pickle.loads(pickle.dumps(data))
    assert (copied.get(), list(copied.rows())) == ([1, 2], [1, 2])
    rows = pickle.loads(pickle.dumps(data.rows()))
    assert (list(rows.pages()), len(rows)) == ([[1], [2]], 2)


def test_rows_may_be_made_of_any_pages() -> None:
    """Rows are gone through anew at every iteration."""
    rows = Rows(lambda: iter([[1], [2]]), count=2)
    assert (list(rows), list(rows), bool(rows)) == ([1, 2], [1, 2], True)
