"""The codec: plain data from values, and values from plain data."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.errors import InputError
from esi_fetch.model.codec import PlainData, from_plain, moment_text, parse_moment, to_plain
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Attempt, Result, State

from .strategies import finished_jobs


@given(finished_jobs, st.booleans())
def test_plain_data_is_what_json_carries(job: Job, data: bool) -> None:
    """Writing plain data as JSON and reading it changes nothing."""
    plain = to_plain(job, data=data)
    assert json.loads(json.dumps(plain)) == plain


@given(finished_jobs)
def test_data_is_there_when_asked_for(job: Job) -> None:
    """A result's data is left out unless it is asked for; a job without a result has no such key."""
    plain, full = to_plain(job), to_plain(job, data=True)
    if job.result is None:
        assert "result" not in plain
        assert "result" not in full
    else:
        assert "data" not in plain["result"]
        assert full["result"].get("data") == job.result.data
    assert from_plain(Job, plain) == job


@given(st.datetimes(timezones=st.timezones()))
def test_moments_survive(moment: datetime) -> None:
    """A moment is written in UTC, and read back as the same moment."""
    try:
        in_utc = moment.astimezone(timezone.utc)
    except OverflowError:  # the first and last hours that can be told
        return
    text = moment_text(moment)
    assert text.endswith("Z")
    assert parse_moment(text) == in_utc


def test_a_moment_reads_as_people_write_it() -> None:
    """Times with Z or an offset are read, times without a zone are refused."""
    noon = datetime(2026, 8, 18, 12, tzinfo=timezone.utc)
    assert parse_moment("2026-08-18T12:00:00Z") == parse_moment("2026-08-18T14:00:00+02:00") == noon
    with pytest.raises(ValueError, match="no time zone"):
        parse_moment("2026-08-18T12:00:00")
    with pytest.raises(ValueError, match="no time zone"):
        moment_text(noon.replace(tzinfo=None))


def test_rare_kinds_become_plain() -> None:
    """Everything that has an obvious plain form gets it."""
    noon = datetime(2026, 8, 18, 12, tzinfo=timezone(timedelta(hours=2)))
    values = {
        "moment": noon,
        "day": date(2026, 8, 18),
        "path": Path("a") / "b",
        "word": State.FAILED,
        "view": MappingProxyType({"a": (1, 2)}),
        "order": OrderedDict(b=1),
        "set": frozenset({3}),
        "range": range(2),
        "true": True,
    }
    assert to_plain(values) == {
        "moment": "2026-08-18T10:00:00Z",
        "day": "2026-08-18",
        "path": str(Path("a") / "b"),
        "word": "failed",
        "view": {"a": [1, 2]},
        "order": {"b": 1},
        "set": [3],
        "range": [0, 1],
        "true": True,
    }


def test_kinds_of_numbers_and_text_become_the_plain_ones() -> None:
    """Subclasses, such as those of tables in notebooks, become what YAML and JSON know."""

    class Number(int): ...

    class Text(str):
        __slots__ = ()

    class Share(float): ...

    plain = to_plain([Number(5), Text("x"), Share(0.5)])
    assert plain == [5, "x", 0.5]
    assert [type(item) for item in plain] == [int, str, float]


def test_unknown_kinds_stay_as_they_are() -> None:
    """What has no plain form is left for a check to find."""
    odd = object()
    assert to_plain([odd, b"x", Decimal(1)]) == [odd, b"x", Decimal(1)]


def test_facts_without_a_codec_are_written_too() -> None:
    """Any dataclass of the model can be written."""
    assert to_plain(Attempt(1, None, "reset"))["error"] == "reset"


def test_data_is_not_copied() -> None:
    """A large answer is handed over as it is."""
    data = [{"a": 1}]
    assert to_plain(Result(State.SUCCEEDED, payload=LazyData.of(data)), data=True)["data"] is data


@dataclass(frozen=True)
class Small(PlainData):
    """A value for the tests below."""

    number: int
    name: str = ""


def test_unknown_and_missing_keys_are_named_together() -> None:
    """Reading names every key that is unknown or missing, with the nearest right one."""
    with pytest.raises(InputError) as caught:
        from_plain(Small, {"nam": "x"})
    assert [str(problem) for problem in caught.value.problems] == [
        "nam: unknown key (did you mean 'name'?)",
        "number: is missing",
    ]


def test_a_value_of_the_wrong_kind_is_an_error_of_ours() -> None:
    """What the library below lets out for bad values is translated."""
    with pytest.raises(InputError, match="not a Small: invalid literal"):
        Small.from_dict({"number": "five"})


def test_null_means_not_given() -> None:
    """A null counts as a key that is left out."""
    assert Small.from_dict({"number": 5, "name": None}) == Small(5)
