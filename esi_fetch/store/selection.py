"""Which part of a store is meant: one set of filters for reports, purges, expiries, refreshes and exports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import orjson

from esi_fetch.errors import CharacterError, InputError, Problem
from esi_fetch.store.bookmarks import KeptBookmark
from esi_fetch.store.data_sets import Category, DataSet
from esi_fetch.store.entry import Listed
from esi_fetch.store.refusals import Refusal
from esi_fetch.units import parse_duration

__all__ = ["Selection", "plain_name", "select"]

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9*?\[\]!]+")


def plain_name(name: str) -> str:
    """Return an operation's name as names are compared: older, snake-case ids are the newer ones' equals."""
    return _NOT_IN_A_NAME.sub("", name.lower())


@dataclass(frozen=True)
class Selection:
    """What is meant; without any filter, everything.

    Filters of one kind are alternatives, filters of different kinds have to hold together.

    Attributes:
        operations: Patterns for operation ids; ``*``, ``?`` and ``[...]`` are as in file names.
        parameters: Values of parameters, as text; of a list one of its items.
        characters: Whose private data.
        older_than_s: Only what was confirmed so many seconds ago or earlier: an answer by ESI, the others by
            having been made.
        stale: Only what has expired.
        data_sets: Patterns for names of data sets.
        categories: Categories of data sets.
    """

    operations: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    characters: frozenset[int] = frozenset()
    older_than_s: float | None = None
    stale: bool = False
    data_sets: tuple[str, ...] = ()
    categories: frozenset[Category] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self == Selection()

    @property
    def takes_answers(self) -> bool:
        """Whether answers can be meant; who names data sets means those."""
        return bool(self.operations) or not (self.data_sets or self.categories)

    @property
    def takes_data_sets(self) -> bool:
        """Whether data sets can be meant; who names operations means their answers."""
        return bool(self.data_sets or self.categories) or not self.operations

    def takes(self, entry: Listed, now: float) -> bool:
        """Return whether an entry is meant, at *now* on the local clock."""
        return (
            self.takes_answers
            and self._fits(entry.op_id, entry.parameters, entry.character)
            and self._is_old(entry.validated_at, now)
            and not (self.stale and entry.is_fresh(now))
        )

    def takes_refusal(self, refusal: Refusal, now: float) -> bool:
        """Return whether a refusal is meant; they do not expire."""
        return (
            self.takes_answers
            and not self.stale
            and self._fits(refusal.op_id, refusal.parameters, refusal.character)
            and self._is_old(refusal.answered_at, now)
        )

    def takes_bookmark(self, bookmark: KeptBookmark, now: float) -> bool:
        """Return whether a bookmark is meant; they do not expire.

        One of which it is not known whose it is may be a character's: who wants that character's data gone
        means it too.
        """
        if self.stale or not self.takes_answers or not self._is_old(bookmark.kept_at, now):
            return False
        if bookmark.op_id is None:
            return not self.operations and not self.parameters
        return self._fits(bookmark.op_id, bookmark.parameters, bookmark.character)

    def takes_data_set(self, data_set: DataSet, now: float) -> bool:
        """Return whether a data set is meant."""
        return (
            self.takes_data_sets
            and _matches(data_set.name, self.data_sets)
            and (not self.categories or data_set.category in self.categories)
            and self._fits(None, data_set.parameters, data_set.character)
            and self._is_old(data_set.made_at, now)
            and not (self.stale and data_set.is_fresh(now))
        )

    def _fits(self, op_id: str | None, parameters: Mapping[str, Any] | None, character: int | None) -> bool:
        if self.characters and character not in self.characters:
            return False
        if op_id is not None and self.operations:
            name = plain_name(op_id)
            if not any(fnmatchcase(name, plain_name(pattern)) for pattern in self.operations):
                return False
        return all(_holds(parameters or {}, name, text) for name, text in self.parameters.items())

    def _is_old(self, moment: float, now: float) -> bool:
        return self.older_than_s is None or now - moment >= self.older_than_s


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def _holds(parameters: Mapping[str, Any], name: str, text: str) -> bool:
    if name not in parameters:
        return False
    value = parameters[name]
    return text == _text(value) or (isinstance(value, list) and text in map(_text, value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def select(
    *,
    operation: str | Iterable[str] | None = None,
    parameters: Mapping[str, Any] | None = None,
    character: int | str | Iterable[int | str] | None = None,
    older_than: float | str | None = None,
    stale: bool = False,
    data_set: str | Iterable[str] | None = None,
    category: Category | str | Iterable[Category | str] | None = None,
) -> Selection:
    """Return the selection that users' words stand for.

    Raises:
        CharacterError: A character is no id.
        InputError: Another filter is none; ``problems`` lists all that are wrong.
    """
    problems: list[Problem] = []
    older_than_s = None
    if older_than is not None:
        try:
            older_than_s = parse_duration(older_than)
        except InputError as error:
            problems += [problem.below("older_than") for problem in error.problems]
    categories: set[Category] = set()
    for each in _several(category):
        try:
            categories.add(Category(each))
        except ValueError:
            names = ", ".join(one.value for one in Category)
            problems.append(Problem("category", f"{each!r} is none; there are {names}"))
    if problems:
        raise InputError(problems=problems)
    return Selection(
        operations=tuple(_several(operation)),
        parameters={name: _text(value) for name, value in (parameters or {}).items()},
        characters=frozenset(map(_character_id, _several(character))),
        older_than_s=older_than_s,
        stale=stale,
        data_sets=tuple(_several(data_set)),
        categories=frozenset(categories),
    )


def _several(given: Any) -> list[Any]:
    if given is None:
        return []
    return [given] if isinstance(given, (str, int)) else list(given)


def _character_id(who: int | str) -> int:
    try:
        return int(who)
    except ValueError:
        what = f"{who!r} is no character's id, and no character that is known"
        raise CharacterError(problems=[Problem("character", what)]) from None
