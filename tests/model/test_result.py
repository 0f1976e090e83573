"""Results: what became of a job."""

import copy
import json
import pickle

import pytest

from esi_fetch.errors import InputError
from esi_fetch.model.codec import to_plain
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import CallbackError, Result, Source, State


def test_data_is_decoded_when_it_is_asked_for_and_once() -> None:
    """Nothing is decoded before ``data`` is read, and then it is kept."""
    calls: list[int] = []

    def load() -> list[int]:
        calls.append(1)
        return [1]

    result = Result(State.SUCCEEDED, payload=LazyData(load))
    assert "not decoded" in repr(result.payload)
    assert calls == []
    assert result.data is result.data
    assert calls == [1]
    assert "(decoded)" in repr(result.payload)


def test_an_empty_list_is_data() -> None:
    """An empty answer is kept like any other, and not decoded again."""
    calls: list[int] = []
    lazy = LazyData(lambda: calls.append(1) or [])
    assert (lazy.get(), lazy.get(), calls) == ([], [], [1])


def test_without_data_it_is_none() -> None:
    """A failed result has no data."""
    assert Result(State.FAILED).data is None


def test_lazy_data_survives_pickling_and_copying() -> None:
    """The data goes along to another process, and into a copy that shares nothing."""
    result = Result(State.SUCCEEDED, payload=LazyData(lambda: [[1]]))
    assert pickle.loads(pickle.dumps(result)).data == [[1]]
    copied = copy.deepcopy(result)
    copied.data[0].append(2)
    assert result.data == [[1]]


def test_representation_holds_no_data() -> None:
    """A result can be printed without printing an answer."""
    assert "secret" not in repr(Result(State.SUCCEEDED, payload=LazyData.of("secret")))


@pytest.mark.parametrize(
    ("result", "ok"),
    [
        (Result(State.SUCCEEDED, complete=True), True),
        (Result(State.SUCCEEDED, complete=False), False),
        (Result(State.FAILED, complete=True), False),
        (Result(State.CANCELLED, complete=True), False),
        (Result(State.SUCCEEDED, complete=True, callback_errors=(CallbackError("a", "b", "c"),)), False),
    ],
)
def test_ok_means_whole_and_every_callback_well(result: Result, ok: bool) -> None:
    """Incomplete data is never success, and neither is a failed callback."""
    assert result.ok is ok


def test_states_and_sources_are_text() -> None:
    """They compare with, print as, and are written as their words."""
    assert State.SUCCEEDED == "succeeded"
    assert f"{Source.NOT_MODIFIED}" == "not_modified"
    assert json.dumps([State.FAILED, Source.STALE]) == '["failed", "stale"]'


def test_writing_without_data_decodes_nothing() -> None:
    """A report of many jobs does not decode their answers."""

    def load() -> object:
        raise AssertionError("decoded")

    assert "data" not in to_plain(Result(State.SUCCEEDED, payload=LazyData(load)))


def test_unknown_keys_and_words_are_refused() -> None:
    """Plain data that is no result is an error in our words."""
    with pytest.raises(InputError, match=r"stat: unknown key \(did you mean 'state'"):
        Result.from_dict({"stat": "failed"})
    with pytest.raises(InputError, match="not a Result: 'gone'"):
        Result.from_dict({"state": "gone"})
    with pytest.raises(InputError, match="expected a mapping"):
        Result.from_dict(["failed"])
