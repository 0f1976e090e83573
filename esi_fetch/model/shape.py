"""What plain data must look like to be a job, a work order or a result; everything wrong with it in one go.

Nothing is built here, so that a file is known to be sound before any value is made of it. In plain data, null
stands for "not given" wherever something need not be given.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from esi_fetch.errors import Problem, did_you_mean
from esi_fetch.model.callback import callback_problems
from esi_fetch.model.codec import parse_moment
from esi_fetch.model.result import Source, State

__all__ = ["JOB_KEYS", "ORDER_KEYS", "job_problems", "order_problems", "walk_problems"]

Check = Callable[[Any, str, list[Problem]], None]
"""Adds what is wrong with a value, which stands at a place, to a list."""

_DEEPEST = 50
# What a job asks for stands under one of these.
_SUBJECTS = ("op_id", "recipe")
_MOST_OF_A_TABLE = 20


def job_problems(plain: Any) -> list[Problem]:
    """Return all that is wrong with plain data that should be a job; places are relative to the job."""
    problems: list[Problem] = []
    if isinstance(plain, Mapping) and plain.get("recipe") is not None and plain.get("op_id") == "":
        plain = {key: value for key, value in plain.items() if key != "op_id"}  # as a job itself writes it
    has_recipe = isinstance(plain, Mapping) and plain.get("recipe") is not None
    if has_recipe and plain.get("op_id") is not None:
        problems.append(Problem("recipe", "stands in place of op_id; give one of them"))
    _check_keys(plain, "", problems, _JOB, required=() if has_recipe else ("op_id",))
    return problems


def order_problems(plain: Any, *, of_job: Callable[[Any], Iterable[Problem]] = job_problems) -> list[Problem]:
    """Return all that is wrong with plain data that should be a work order.

    Args:
        plain: The data.
        of_job: What finds the problems of one of its jobs.
    """
    problems: list[Problem] = []
    _check_keys(plain, "", problems, _ORDER, required=("jobs",))
    jobs = plain.get("jobs") if isinstance(plain, Mapping) else None
    if not isinstance(jobs, (list, tuple)):
        return problems
    first_with: dict[str, int] = {}
    for number, job in enumerate(jobs, start=1):
        found = list(of_job(job))
        uid = job.get("uid") if isinstance(job, Mapping) else None
        if uid and isinstance(uid, (str, int)) and first_with.setdefault(str(uid), number) != number:
            what = (
                f"job {first_with[str(uid)]} has this uid too; leave it out of copies, a new one is made up"
            )
            found.append(Problem("uid", what))
        if found:
            label = _label(job, number)
            problems += [problem.below(label) for problem in found]
    return problems


def walk_problems(since_last: Any, until: Any, max_records: Any) -> list[Problem]:
    """Return what is wrong with the values of a job that say which part of a walk is wanted."""
    problems: list[Problem] = []
    _yes_or_no(since_last, "since_last", problems)
    if until is not None:
        _id(until, "until", problems)
    if max_records is not None:
        _one_or_more(max_records, "max_records", problems)
    return problems


def _label(job: Any, number: int) -> str:
    if isinstance(job, Mapping):
        for key in ("name", *_SUBJECTS):
            if isinstance(job.get(key), str) and job[key]:
                return f"job {number} {job[key]!r}"
    return f"job {number}"


def _found(value: Any) -> str:
    """Say what a value is, in words of the people who write files."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {reprlib.repr(value)}"
    if isinstance(value, str):
        return f"the text {reprlib.repr(value)}"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, Sequence):
        return "a list"
    return f"a {type(value).__name__}"


def _check_keys(
    value: Any,
    where: str,
    problems: list[Problem],
    known: Mapping[str, Check],
    *,
    required: Sequence[str] = (),
) -> None:
    if not isinstance(value, Mapping):
        problems.append(Problem(where, f"expected a mapping with {', '.join(known)}; found {_found(value)}"))
        return
    prefix = where + "." if where else ""
    problems += [Problem(prefix + key, "is missing") for key in required if value.get(key) is None]
    for key, item in value.items():
        check = known.get(key) if isinstance(key, str) else None
        if check is None:
            problems.append(Problem(f"{prefix}{key}", f"unknown key{did_you_mean(key, known)}"))
        elif item is not None:
            check(item, prefix + key, problems)


def _text(value: Any, where: str, problems: list[Problem]) -> None:
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, (bool, int, float)) else ""
        problems.append(Problem(where, f"expected text, found {_found(value)}{hint}"))
    else:
        _characters(value, where, problems)


def _characters(value: str, where: str, problems: list[Problem]) -> None:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # JSON can write one as \ud800, and then no file can hold it
            problems.append(Problem(where, f"{value!r} holds half a surrogate pair, which is no character"))


def _name_of(what: str) -> Check:
    def check(value: Any, where: str, problems: list[Problem]) -> None:
        if isinstance(value, str) and not value.strip():
            problems.append(Problem(where, f"is empty; it names {what}"))
        else:
            _text(value, where, problems)

    return check


def _identifier(value: Any, where: str, problems: list[Problem]) -> None:
    # Identifiers are often numbers in somebody's table; they are kept as text.
    if not _is_whole(value):
        _text(value, where, problems)


def _character(value: Any, where: str, problems: list[Problem]) -> None:
    if not (_is_whole(value) or (isinstance(value, str) and value.strip())):
        problems.append(Problem(where, f"expected a character's id or name, found {_found(value)}"))
    elif isinstance(value, str):
        _characters(value, where, problems)


def _values(value: Any, where: str, problems: list[Problem]) -> None:
    if not isinstance(value, Mapping):
        problems.append(Problem(where, f"expected a mapping of names to values, found {_found(value)}"))
        return
    _json_value(value, where, problems)


def _json_value(value: Any, where: str, problems: list[Problem], depth: int = 0) -> None:
    if depth > _DEEPEST:
        problems.append(Problem(where, "lists and mappings are nested too deeply"))
    elif isinstance(value, str):
        _characters(value, where, problems)
    elif value is None or isinstance(value, (bool, int)):
        pass
    elif isinstance(value, float):
        if not math.isfinite(value):
            problems.append(Problem(where, f"{value!r} is not a number that JSON can carry"))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            place = f"{where}.{key}"
            if not isinstance(key, str):
                problems.append(Problem(place, f"expected text as a key, found {_found(key)}"))
            else:
                _characters(key, place, problems)
            _json_value(item, place, problems, depth + 1)
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            _json_value(item, f"{where}[{position}]", problems, depth + 1)
    else:
        problems.append(Problem(where, f"expected a value that JSON can carry, found {_found(value)}"))


def _callback(value: Any, where: str, problems: list[Problem]) -> None:
    before = len(problems)
    _check_keys(value, where, problems, _CALLBACK, required=("callback_id",))
    if len(problems) > before:
        return
    kwargs = value.get("kwargs") or {}
    found = callback_problems(value["callback_id"], kwargs)
    problems += [Problem(f"{where}.{problem.where}", problem.what) for problem in found]
    if not found and "path" in kwargs:
        _text(kwargs["path"], f"{where}.kwargs.path", problems)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: Any, where: str, problems: list[Problem]) -> None:
    if not _is_whole(value):
        problems.append(Problem(where, f"expected a whole number, found {_found(value)}"))


def _id(value: Any, where: str, problems: list[Problem]) -> None:
    # Text, because ids in tables often are; ESI's have 64 bits.
    text = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    if not (text or _is_whole(value)):
        problems.append(Problem(where, f"expected an id, which is a whole number; found {_found(value)}"))


def _one_or_more(value: Any, where: str, problems: list[Problem]) -> None:
    if not _is_whole(value) or value < 1:
        problems.append(Problem(where, f"expected a whole number of at least 1, found {_found(value)}"))


def _number(value: Any, where: str, problems: list[Problem]) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        problems.append(Problem(where, f"expected a number, found {_found(value)}"))


def _yes_or_no(value: Any, where: str, problems: list[Problem]) -> None:
    if not isinstance(value, bool):
        problems.append(Problem(where, f"expected true or false, found {_found(value)}"))


def _moment(value: Any, where: str, problems: list[Problem]) -> None:
    try:
        parse_moment(value)
    except (AttributeError, TypeError, ValueError):
        what = f"expected a time such as 2026-08-18T11:05:00Z, found {_found(value)}"
        problems.append(Problem(where, what))


def _anything(value: Any, where: str, problems: list[Problem]) -> None:
    """Accept what an answer holds."""


def _word_of(words: Iterable[str]) -> Check:
    known = list(words)

    def check(value: Any, where: str, problems: list[Problem]) -> None:
        if value not in known:
            what = f"expected one of {', '.join(known)}; found {_found(value)}"
            problems.append(Problem(where, what))

    return check


def _list_of(what: str, each: Check) -> Check:
    def check(value: Any, where: str, problems: list[Problem]) -> None:
        if not isinstance(value, (list, tuple)):
            hint = "; begin each with '- '" if isinstance(value, Mapping) else ""
            problems.append(Problem(where, f"expected a list of {what}, found {_found(value)}{hint}"))
            return
        for position, item in enumerate(value):
            each(item, f"{where}[{position}]", problems)

    return check


def _mapping_of(each: Check) -> Check:
    def check(value: Any, where: str, problems: list[Problem]) -> None:
        _values(value, where, problems)
        if isinstance(value, Mapping):
            for key, item in value.items():
                each(item, f"{where}.{key}", problems)

    return check


def _error(value: Any, where: str, problems: list[Problem]) -> None:
    _check_keys(value, where, problems, _ERROR, required=("type", "message"))


def _callback_error(value: Any, where: str, problems: list[Problem]) -> None:
    _check_keys(value, where, problems, _CALLBACK_ERROR, required=tuple(_CALLBACK_ERROR))


def _result(value: Any, where: str, problems: list[Problem]) -> None:
    _check_keys(value, where, problems, _RESULT, required=("state",))


def _table(value: Any, where: str, problems: list[Problem]) -> None:
    if isinstance(value, str):
        if not value.strip():
            problems.append(Problem(where, "is empty; it names a table, or is one"))
        _characters(value, where, problems)
    elif not isinstance(value, (list, tuple, Mapping)):
        what = "expected the path of a table, a list of mappings, or a mapping of columns to lists"
        problems.append(Problem(where, f"{what}; found {_found(value)}"))
    else:
        found: list[Problem] = []
        _json_value(value, where, found)
        problems += found[:_MOST_OF_A_TABLE]
        if len(found) > _MOST_OF_A_TABLE:
            problems.append(Problem(where, f"and {len(found) - _MOST_OF_A_TABLE:,} more problems like these"))


def _row(value: Any, where: str, problems: list[Problem]) -> None:
    _check_keys(value, where, problems, _ROW, required=("number",))


_ROW: dict[str, Check] = {"number": _whole, "table": _text, "line": _whole, "label": _text, "cells": _values}
_CALLBACK: dict[str, Check] = {"callback_id": _text, "kwargs": _values}
_ERROR: dict[str, Check] = {
    "type": _text,
    "message": _text,
    "status": _whole,
    "attempts": _whole,
    "url": _text,
    "ended_at": _moment,
}
_CALLBACK_ERROR: dict[str, Check] = {"callback_id": _text, "type": _text, "message": _text}
_RESULT: dict[str, Check] = {
    "state": _word_of(state.value for state in State),
    "source": _word_of(source.value for source in Source),
    "error": _error,
    "status": _whole,
    "character": _whole,
    "complete": _yes_or_no,
    "pages": _whole,
    "rounds": _whole,
    "sources": _mapping_of(_whole),
    "snapshot_at": _moment,
    "fetched_at": _moment,
    "expires_at": _moment,
    "attempts": _whole,
    "requests": _whole,
    "retries": _whole,
    "tokens": _mapping_of(_whole),
    "waited_s": _number,
    "waits": _mapping_of(_number),
    "elapsed_s": _number,
    "outputs": _list_of("files", _text),
    "callback_errors": _list_of("errors", _callback_error),
    "remarks": _list_of("texts", _text),
    "resumed": _yes_or_no,
    "skipped": _yes_or_no,
    "data": _anything,
}
_JOB: dict[str, Check] = {
    "op_id": _name_of("an operation, such as GetMarketsRegionIdOrders"),
    "recipe": _name_of("a recipe, such as market-summary"),
    "for_each": _table,
    "parameters": _values,
    "callbacks": _list_of("callbacks", _callback),
    "name": _text,
    "description": _text,
    "id": _identifier,
    "uid": _identifier,
    "attributes": _values,
    "character": _character,
    "since_last": _yes_or_no,
    "until": _id,
    "max_records": _one_or_more,
    "row": _row,
    "result": _result,
}
_ORDER: dict[str, Check] = {
    "name": _text,
    "description": _text,
    "id": _identifier,
    "uid": _identifier,
    "output_path": _text,
    "attributes": _values,
    "jobs": _list_of("jobs", _anything),
}

JOB_KEYS: tuple[str, ...] = tuple(_JOB)
"""The keys a job may have."""

ORDER_KEYS: tuple[str, ...] = tuple(_ORDER)
"""The keys a work order may have."""
