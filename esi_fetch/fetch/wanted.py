"""What exactly a job asks for, and as whom: what can be told before anything is sent, and then the rest.

A character that is chosen tells who it is: path parameters that follow from it need not be given. Where it
belongs (``corporation_id``, ``alliance_id``) only ESI knows: while checking, that is taken from the store if
it is fresh there, and else looked up when the job runs, once for all jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from esi_fetch.auth import UNKNOWN, TokenSource, choose_character
from esi_fetch.catalog import Catalog, Operation, examined, operation_of, recipe_named
from esi_fetch.clock import Clock
from esi_fetch.errors import NotInStoreError, ParameterError, Problem
from esi_fetch.fetch.calls import CallMaker
from esi_fetch.fetch.recipes import character_for, recipe_problems, scopes_of
from esi_fetch.fetch.walk_options import option_problems
from esi_fetch.model.job import Job
from esi_fetch.transport import Answer, CachedSession, Mode, Task
from esi_fetch.turns import Turns

__all__ = ["Checker", "LookedUp", "Wanted"]

_WHERE_IT_BELONGS = "/characters/{character_id}"
_NOT_YET = 0
"""Stands for an id that only the run finds out."""


class LookedUp(str):
    """Stands in paths for an id that only the run finds out."""

    __slots__ = ()


@dataclass(frozen=True)
class Wanted:
    """A checked job: what exactly is asked for, and as whom.

    Attributes:
        operation: The operation.
        parameters: Its parameters; those of ``unknown`` are 0.
        character: Whose token is used; None for nobody's, :data:`~esi_fetch.auth.UNKNOWN` while only a
            renewal would tell whose the token is.
        unknown: The parameters that only the run finds out.
    """

    operation: Operation
    parameters: dict[str, Any]
    character: int | None
    unknown: frozenset[str] = frozenset()

    @property
    def is_settled(self) -> bool:
        """Whether everything is known."""
        return not self.unknown and self.character != UNKNOWN

    @property
    def named(self) -> dict[str, Any]:
        """The parameters as templates may name them."""
        if not self.unknown:
            return self.parameters
        whose = self.character or "the character"
        return {**self.parameters, **{name: LookedUp(f"({name} of {whose})") for name in self.unknown}}

    @property
    def whose(self) -> dict[str, Any]:
        """The character whose token is used, as templates may name it; empty for nobody's."""
        if self.character is None:
            return {}
        known = self.character != UNKNOWN
        return {"character_id": self.character if known else LookedUp("(character_id of the character)")}


class Checker:
    """Checks jobs.

    Args:
        catalog: The operations there are.
        calls: Makes the URLs.
        session: Knows what is in the store.
        tokens: The characters there are.
        clock: Tells the time.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        calls: CallMaker,
        session: CachedSession,
        tokens: TokenSource,
        clock: Clock,
    ) -> None:
        self._catalog = catalog
        self._calls = calls
        self._session = session
        self._tokens = tokens
        self._clock = clock
        self._turns = Turns()
        # Where characters belong, and until when that is fresh.
        self._belongs: dict[int, tuple[float, Mapping[str, Any]]] = {}

    def check(self, job: Job) -> Wanted:
        """Check a job; nothing is sent. See :meth:`Fetcher.check`."""
        operation = operation_of(job, self._catalog)
        could_tell = operation.told_by_character(is_named=job.character is not None)
        told = [name for name in could_tell if job.parameters.get(name) is None]
        parameters, problems = examined(operation, job.parameters, later=told)
        problems += option_problems(operation, job, has_store=self._session.store is not None)
        if job.recipe is not None and not problems:
            problems += recipe_problems(recipe_named(job.recipe), parameters)
        if problems:
            raise ParameterError(problems=problems)
        if job.recipe is not None:
            recipe = recipe_named(job.recipe)
            character = character_for(recipe, job, self._catalog, tokens=self._tokens)
            operation = replace(operation, scopes=scopes_of(recipe, self._catalog))
            return Wanted(operation, parameters, character)
        character = choose_character(
            self._tokens, scopes=operation.scopes, wanted=job.character, parameters=parameters
        )
        if character is None or not told:
            return Wanted(operation, parameters, character)
        return self._filled(operation, parameters, character, told)

    def lookup(self, character: int) -> Wanted | None:
        """Return the public question where a character belongs; None where the catalog has none."""
        operation = self._where_it_belongs
        return None if operation is None else Wanted(operation, {"character_id": character}, None)

    def settled(self, wanted: Wanted, *, task: Task, mode: Mode, ask: Callable[[Wanted], Answer]) -> Wanted:
        """Return what a job asks for, with all that only the run finds out.

        Args:
            wanted: What :meth:`check` returned.
            task: The job.
            mode: What may be used.
            ask: Answers a question.

        Raises:
            InputError: What was found out does not fit the job.
            JobError: It can't be found out.
        """
        if wanted.character == UNKNOWN:
            if mode is Mode.OFFLINE:
                raise NotInStoreError("offline, and only ESI's sign-in can tell whose token is used")
            self._tokens.learn(task.patience)
            wanted = self.check(task.job)
        if wanted.unknown and wanted.character is not None:
            with self._turns.of(str(wanted.character), cancel=task.cancel):
                if self._known(wanted.character) is None:
                    self._look_up(wanted.character, ask)
            wanted = self.check(task.job)
        return wanted

    @cached_property
    def _where_it_belongs(self) -> Operation | None:
        for operation in self._catalog.values():
            if operation.path == _WHERE_IT_BELONGS and operation.method == "GET" and not operation.scopes:
                return operation
        return None

    def _filled(
        self, operation: Operation, parameters: dict[str, Any], character: int, told: Collection[str]
    ) -> Wanted:
        unknown: set[str] = set()
        for name in told:
            if name == "character_id":
                parameters[name] = character
                if character == UNKNOWN:
                    unknown.add(name)
                continue
            belongs = None if character == UNKNOWN else self._known(character)
            if belongs is None:
                parameters[name] = _NOT_YET
                unknown.add(name)
            elif belongs.get(name) is None:
                kind = name.removesuffix("_id")
                what = f"missing, and character {character} is in no {kind}"
                raise ParameterError(problems=[Problem(f"parameters.{name}", what)])
            else:
                parameters[name] = belongs[name]
        return Wanted(operation, parameters, character, frozenset(unknown))

    def _known(self, character: int) -> Mapping[str, Any] | None:
        """Return where a character belongs, if that is known and fresh."""
        now = self._clock.now()
        expires_at, belongs = self._belongs.get(character, (0.0, {}))
        if now < expires_at:
            return belongs
        asked = self.lookup(character)
        if asked is None:
            return None
        answer = self._session.peek(self._calls.make(asked.operation, asked.parameters, character=None))
        return None if answer is None else self._learn(character, answer)

    def _look_up(self, character: int, ask: Callable[[Wanted], Answer]) -> None:
        asked = self.lookup(character)
        if asked is None:
            what = f"missing, and the catalog has no operation to look it up with: {_WHERE_IT_BELONGS}"
            raise ParameterError(problems=[Problem("parameters", what)])
        self._learn(character, ask(asked), at_least_s=60.0)

    def _learn(self, character: int, answer: Answer, *, at_least_s: float = 0.0) -> Mapping[str, Any]:
        said = answer.data.get()
        belongs: Mapping[str, Any] = said if isinstance(said, dict) else {}
        # At least for the job that asked: what is stale is all there is when ESI does not answer.
        self._belongs[character] = max(answer.expires_at, self._clock.now() + at_least_s), belongs
        return belongs
