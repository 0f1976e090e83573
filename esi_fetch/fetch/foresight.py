"""What a recipe's job will ask, found out by making it of what the store has; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from esi_fetch.catalog import recipe_named
from esi_fetch.errors import AnswerError, InputError, JobError
from esi_fetch.fetch.asking import known_already, part_of, refused_lately
from esi_fetch.fetch.fetcher import Fetcher
from esi_fetch.fetch.recipes import arguments_of, usable
from esi_fetch.fetch.resolving import by_id
from esi_fetch.fetch.wanted import Wanted
from esi_fetch.model.job import Job
from esi_fetch.model.result import Result
from esi_fetch.transport import Mode, Task

__all__ = ["Foreseen", "foresee"]

T = TypeVar("T")


@dataclass
class Foreseen:
    """What making a recipe begins with.

    Attributes:
        parts: The jobs it asks, as far as can be told.
        is_kept: Whether the store gives the data set as it is, and nothing is asked.
        unknown: Whether more may follow, which only the answers will tell.
    """

    parts: list[Job] = field(default_factory=list)
    is_kept: bool = False
    unknown: bool = False


class _UnforeseenError(Exception):
    """Raised where the store has no answer, and the recipe can't be followed any further."""


def foresee(fetcher: Fetcher, job: Job, wanted: Wanted, *, mode: Mode) -> Foreseen:
    """Return what a recipe's job will ask: the first stage exactly, and more as far as the store tells."""
    recipe = recipe_named(wanted.operation.op_id)
    asker = _StoreAsker(fetcher, job, mode=mode, character=wanted.character)
    if usable(fetcher, recipe, wanted.parameters, character=wanted.character, mode=mode) is not None:
        return Foreseen(is_kept=True)
    try:
        given = by_id(asker, recipe, wanted.parameters, store=fetcher.session.store)
        recipe.make(asker, **arguments_of(recipe, given))
    except (_UnforeseenError, InputError, JobError):
        # What the store has may be out of date, and wrong for that reason.
        asker.foreseen.unknown = True
    return asker.foreseen


class _StoreAsker:
    """Answers a recipe with what the store has, however old, and notes what is asked."""

    def __init__(self, fetcher: Fetcher, job: Job, *, mode: Mode, character: int | None) -> None:
        self.foreseen = Foreseen()
        self._fetcher = fetcher
        self._job = job
        self._mode = mode
        self._character = character

    @property
    def character(self) -> int | None:
        """Whose data is wanted; None for public data."""
        return self._character

    def get(self, op: str, /, **parameters: Any) -> Any:
        """Note an operation; return its data."""
        return self._stored(self._noted(op, parameters)).data

    def each(
        self,
        op: str,
        parameters: Sequence[Mapping[str, Any]],
        /,
        *,
        pick: Callable[[Any], T],
        absent: Callable[[AnswerError], bool] = lambda error: False,
    ) -> list[T | None]:
        """Note an operation, many times; return what *pick* takes of each."""
        jobs = [self._noted(op, given) for given in parameters]
        gone = refused_lately(self._fetcher, op, parameters)
        picked: list[T | None] = []
        for job, is_gone in zip(jobs, gone, strict=True):
            result = None if is_gone else self._stored(job)
            picked.append(None if result is None else pick(result.rows if result.pages > 1 else result.data))
        return picked

    def refused(self, op: str, parameters: Sequence[Mapping[str, Any]], /) -> list[bool]:
        """Return, for each set of parameters, whether ESI has refused it a moment ago."""
        return refused_lately(self._fetcher, op, parameters, mode=self._mode)

    def known(self, op: str, parameters: Sequence[Mapping[str, Any]], /) -> list[bool]:
        """Return, for each set of parameters, whether it would be answered, or refused, without a request."""
        return known_already(self._fetcher, op, parameters, mode=self._mode)

    def remark(self, text: str) -> None:
        """Note nothing."""

    def _noted(self, op: str, parameters: Mapping[str, Any]) -> Job:
        job = part_of(self._fetcher, self._job, op, parameters, character=self._character)
        # What can't be asked, for want of a scope, is no part: the recipe does without.
        self._fetcher.check(job)
        self.foreseen.parts.append(job)
        return job

    def _stored(self, job: Job) -> Result:
        store = self._fetcher.session.store
        if store is None or not store.exists:
            raise _UnforeseenError
        try:
            wanted = self._fetcher.check(job)
            return self._fetcher.fetch(wanted, task=Task(job), mode=Mode.OFFLINE).result
        except JobError as error:
            raise _UnforeseenError from error
