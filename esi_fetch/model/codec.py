"""Values of the model as plain data, and back: the one seam to dataclasses-json.

Writing is done here, because dataclasses-json takes ten times as long and decodes every answer on the way.
Reading is its work, behind checks of ours: left to itself it drops unknown keys, and answers a missing one
with a bare ``KeyError``.
"""

from __future__ import annotations

import dataclasses
import functools
import reprlib
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, datetime, timezone
from enum import Enum
from numbers import Integral, Real
from os import PathLike, fspath
from typing import Any, TypeVar

from dataclasses_json import DataClassJsonMixin, config

from esi_fetch.errors import InputError, Problem, did_you_mean

__all__ = [
    "FIRST",
    "LEFT_OUT_WHEN_NONE",
    "MOMENT",
    "PlainData",
    "brief_repr",
    "data_under",
    "from_plain",
    "many_of",
    "moment_text",
    "one_of",
    "parse_moment",
    "to_plain",
]

P = TypeVar("P", bound="PlainData")

_OURS = "esi_fetch"

_BRIEF = reprlib.Repr()
_BRIEF.maxdict = _BRIEF.maxlist = _BRIEF.maxtuple = 8
_BRIEF.maxstring = _BRIEF.maxother = 400

FIRST: Mapping[str, Any] = {_OURS: "first"}
"""Metadata of a field that is written before the others."""

LEFT_OUT_WHEN_NONE: Mapping[str, Any] = {_OURS: "left out when none"}
"""Metadata of a field whose key is left out when it is None."""


def data_under(load: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the metadata of the field that holds an answer's data, under the key ``data``.

    Args:
        load: Makes the field's value of the data.
    """
    return {_OURS: "data", **config(field_name="data", decoder=load)}


def moment_text(moment: datetime, *, timespec: str = "auto") -> str:
    """Return a moment as ISO 8601 text in UTC: ``2026-08-18T11:05:00Z``.

    Args:
        moment: The moment.
        timespec: How exact, in the words of :meth:`datetime.datetime.isoformat`; ``auto`` leaves out what is
            zero.

    Raises:
        ValueError: It has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def parse_moment(text: str) -> datetime:
    """Return the moment that ISO 8601 text with a time zone names, in UTC.

    Raises:
        ValueError: It is not such text.
    """
    # The standard library reads the Z only from Python 3.11 on.
    moment = datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(timezone.utc)


MOMENT: Mapping[str, Any] = config(decoder=parse_moment)
"""Metadata of a field that holds a moment."""


def one_of(cls: type[PlainData]) -> dict[str, Any]:
    """Return the metadata of a field that holds a value of *cls*."""
    return config(decoder=lambda plain: from_plain(cls, plain))


def many_of(cls: type[PlainData]) -> dict[str, Any]:
    """Return the metadata of a field that holds a tuple of values of *cls*."""
    return config(decoder=lambda plains: tuple(from_plain(cls, plain) for plain in plains))


class PlainData(DataClassJsonMixin):
    """A dataclass that can be written as plain data and read back.

    ``to_dict`` and ``to_json`` include an answer's data, so that ``from_dict`` and ``from_json`` give back
    an equal value; :func:`to_plain` leaves it out unless asked.
    """

    @classmethod
    def problems_of(cls, plain: Any) -> list[Problem]:
        """Return all that is wrong with plain data that should make up a value of this class."""
        return _key_problems(cls, plain)

    @classmethod
    def of_plain(cls: type[P], plain: Mapping[str, Any]) -> P:
        """Build a value of plain data in which :meth:`problems_of` finds nothing wrong.

        Raises:
            InputError: The data does not fit all the same.
        """
        # None stands for "not given"; dataclasses-json would warn of it, and keep it.
        given = {key: value for key, value in plain.items() if value is not None}
        try:
            return super().from_dict(given)
        except (AttributeError, KeyError, TypeError, ValueError) as error:  # what it lets out for bad data
            raise InputError(f"this is not a {cls.__name__}: {error}") from error

    @classmethod
    def from_dict(cls: type[P], kvs: Any, *, infer_missing: bool = False) -> P:
        """Read a value from plain data; ``infer_missing`` has no effect.

        Raises:
            InputError: The data does not fit; ``problems`` lists everything that is wrong.
        """
        return from_plain(cls, kvs)

    def to_dict(self, encode_json: bool = False) -> dict[str, Any]:
        """Return the value as plain data, an answer's data included; ``encode_json`` has no effect."""
        plain: dict[str, Any] = to_plain(self, data=True)
        return plain


def brief_repr(value: Any) -> str:
    """Return the representation of a dataclass of the model: its fields that are not as they are by default.

    Long values are cut: a body may hold a thousand ids, and a work order as many jobs.
    """
    told = []
    for field in dataclasses.fields(value):
        given = getattr(value, field.name)
        makes = field.default_factory
        if field.repr and given != (field.default if makes is dataclasses.MISSING else makes()):
            told.append(f"{field.name}={given if isinstance(given, Enum) else _BRIEF.repr(given)}")
    return f"{type(value).__name__}({', '.join(told)})"


def from_plain(cls: type[P], plain: Any) -> P:
    """Read a value of one of the model's classes from plain data.

    Raises:
        InputError: The data does not fit; ``problems`` lists everything that is wrong.
    """
    problems = cls.problems_of(plain)
    if problems:
        raise InputError(problems=problems)
    return cls.of_plain(plain)


def _key_problems(cls: Any, plain: Any) -> list[Problem]:
    if not isinstance(plain, Mapping):
        return [Problem("", f"expected a mapping, found {type(plain).__name__}")]
    known = ["data" if mark == "data" else name for name, mark in _written_fields(cls)]
    problems = [
        Problem(str(key), f"unknown key{did_you_mean(key, known)}") for key in plain if key not in known
    ]
    for field in dataclasses.fields(cls):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and plain.get(field.name) is None:
            problems.append(Problem(field.name, "is missing"))
    return problems


def to_plain(value: Any, *, data: bool = False) -> Any:
    """Return a value of the model as plain data that JSON and YAML can carry.

    Moments become ISO 8601 text in UTC, enums their values, tuples and sets lists. What is none of the known
    kinds stays as it is.

    Args:
        value: A dataclass of the model, or anything such dataclasses hold.
        data: Whether results carry their data. It is not copied: do not change it.

    Raises:
        ValueError: A moment has no time zone.
    """
    kind = type(value)
    if kind is str or kind is int or value is None or kind is float or kind is bool:
        return value
    if kind is dict:
        return {key: to_plain(item, data=data) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [to_plain(item, data=data) for item in value]
    if hasattr(kind, "as_plain"):  # it is not written as its fields
        return value.as_plain(data=data)
    if dataclasses.is_dataclass(kind):
        return _dataclass_to_plain(value, data=data)
    return _rare_to_plain(value, data=data)


def _dataclass_to_plain(value: Any, *, data: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    cls: Any = type(value)
    for name, mark in _written_fields(cls):
        if mark == "data":
            if data and (answer := getattr(value, name).get()) is not None:
                plain["data"] = answer
            continue
        item = getattr(value, name)
        if item is not None or mark != "left out when none":
            plain[name] = to_plain(item, data=data)
    return plain


@functools.cache
def _written_fields(cls: Any) -> tuple[tuple[str, str], ...]:
    named = [(field.name, field.metadata.get(_OURS, "")) for field in dataclasses.fields(cls)]
    return tuple(sorted(named, key=lambda pair: pair[1] != "first"))


def _rare_to_plain(value: Any, *, data: bool) -> Any:
    if isinstance(value, Enum):
        return to_plain(value.value, data=data)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Integral):  # NumPy's, which tables in notebooks are full of
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, Mapping):
        return {key: to_plain(item, data=data) for key, item in value.items()}
    if isinstance(value, (Sequence, Set)) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        return [to_plain(item, data=data) for item in value]
    return value
