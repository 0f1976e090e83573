"""One job → one result.

Order of operations:

1. check the job against the catalog, choose whose token is used (:meth:`Fetcher.check`, sends nothing)
2. walk: one answer, or all pages of a set
3. when ESI can't give a whole set, fall back on the stored one, if it is whole and not too old
4. put together the result: data, provenance, cost

Errors are raised as ours, with the job on them; what turns them into failed results is the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import chain
from types import MappingProxyType
from typing import Any

from esi_fetch.auth import TokenSource, choose_character
from esi_fetch.catalog import Catalog, Operation, Pagination, complete_parameters, parameter_problems
from esi_fetch.clock import Clock
from esi_fetch.errors import (
    ErrorLimitedError,
    IncompletePagesError,
    InputError,
    LimitWaitError,
    NoAnswerError,
    NotInStoreError,
    ParameterError,
    RateLimitedError,
    ServerError,
)
from esi_fetch.fetch.calls import CallMaker
from esi_fetch.fetch.foreign import mapped_errors, raise_refusal
from esi_fetch.fetch.page_sets import PageSetWalk, modified_at, rows_of
from esi_fetch.fetch.walks import walk_cursor, walk_ids
from esi_fetch.model.job import Job
from esi_fetch.model.result import LazyData, Result, Source, State
from esi_fetch.transport import Answer, CachedSession, Call, Mode, Task

__all__ = ["Fetcher", "Wanted"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})

# Failures that say nothing about permission: an old copy is better than none.
_STALE_FOR = (NoAnswerError, ServerError, ErrorLimitedError, RateLimitedError, LimitWaitError)


@dataclass(frozen=True)
class Wanted:
    """A checked job: what exactly is asked for, and as whom."""

    operation: Operation
    parameters: dict[str, Any]
    character: int | None


class Fetcher:
    """Turns one job into one result.

    Args:
        catalog: The operations there are.
        calls: Makes the URLs.
        session: Answers them.
        tokens: The characters there are.
        crew: Threads that may help with pages.
        workers: How many threads ``crew`` has.
        clock: Tells the time.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        calls: CallMaker,
        session: CachedSession,
        tokens: TokenSource,
        crew: Executor,
        workers: int,
        clock: Clock,
    ) -> None:
        self.catalog = catalog
        self.calls = calls
        self.session = session
        self.tokens = tokens
        self.crew = crew
        self.workers = workers
        self.clock = clock

    def check(self, job: Job) -> Wanted:
        """Check a job against the catalog; nothing is sent.

        Raises:
            UnknownOperationError: No operation has that name.
            ParameterError: Parameters are missing, superfluous or mistyped.
            CharacterError: The operation needs a character's token and none fits.
        """
        operation = self.catalog[job.op_id]
        problems = parameter_problems(operation, job.parameters)
        if problems:
            raise ParameterError(problems=problems)
        parameters = complete_parameters(operation, job.parameters)
        character = choose_character(
            self.tokens, scopes=operation.scopes, wanted=job.character, parameters=parameters
        )
        return Wanted(operation, parameters, character)

    def problems(self, job: Job) -> InputError | None:
        """Return what is wrong with a job; None when it can be sent."""
        try:
            self.check(job)
        except InputError as error:
            return error
        return None

    def fetch(self, task: Task, *, mode: Mode = Mode.NORMAL) -> Result:
        """Return the job's result, whole.

        Raises:
            InputError: The job is wrong; nothing was sent.
            JobError: Its data can't be had whole.
        """
        began = self.clock.monotonic()
        wanted = self.check(task.job)
        with mapped_errors(task.job):
            answers, data = self._walked(wanted, task, mode)
        return self._result(answers, data, task, elapsed_s=self.clock.monotonic() - began)

    def _walked(self, wanted: Wanted, task: Task, mode: Mode) -> tuple[Sequence[Answer], LazyData]:
        pagination = wanted.operation.pagination
        steers = {"before", "after"} if pagination and pagination.kind == "cursor" else set()
        # Who names a page, a cursor or an id wants that piece, not the whole.
        if pagination is None or {pagination.parameter, *steers} & wanted.parameters.keys():
            answer = self._single(wanted, task, mode)
            return [answer], answer.data
        if pagination.kind == "pages":
            return self._page_set(wanted, task, mode, pagination)

        def ask(more: Mapping[str, Any]) -> Answer:
            return self._single(wanted, task, mode, more)

        if pagination.kind == "cursor":
            limit = wanted.operation.parameter("limit")
            largest = limit.schema.get("maximum") if limit and "limit" not in wanted.parameters else None
            answers, records = walk_cursor(ask, pagination, limit=largest)
        else:
            answers, records = walk_ids(ask, pagination)
        return answers, LazyData.of(records)

    def _call(self, wanted: Wanted, more: Mapping[str, Any] = _NOTHING) -> Call:
        return self.calls.make(wanted.operation, {**wanted.parameters, **more}, character=wanted.character)

    def _single(self, wanted: Wanted, task: Task, mode: Mode, more: Mapping[str, Any] = _NOTHING) -> Answer:
        call = self._call(wanted, more)
        with mapped_errors(task.job, url=call.url):
            answer = self.session.answer(call, task=task, mode=mode)
        if answer.status not in call.success:
            raise_refusal(answer, call, job=task.job)
        return answer

    def _page_set(
        self, wanted: Wanted, task: Task, mode: Mode, pagination: Pagination
    ) -> tuple[list[Answer], LazyData]:
        try:
            answers = self._walk(wanted, task, mode, pagination)
        except _STALE_FOR:
            answers = self._stored_set(wanted, task, pagination)
            if not answers:
                raise
        return answers, LazyData(lambda: list(chain.from_iterable(map(rows_of, answers))))

    def _walk(self, wanted: Wanted, task: Task, mode: Mode, pagination: Pagination) -> list[Answer]:
        def page(number: int) -> Call:
            return self._call(wanted, {pagination.parameter: number})

        def ask(number: int, mode: Mode) -> Answer | None:
            call = page(number)
            with mapped_errors(task.job, url=call.url):
                # One stale page among fresh ones would tear the set: stale sets are served whole or not.
                answer = self.session.answer(call, task=task, mode=mode, stale=False)
            if answer.status not in call.success:
                if number > 1 and "requested page does not exist" in (answer.message or "").lower():
                    return None
                raise_refusal(answer, call, job=task.job)
            return answer

        walk = PageSetWalk(
            ask,
            task=task,
            crew=self.crew,
            workers=self.workers,
            clock=self.clock,
            id_field=pagination.id_field,
        )
        return walk.walk(mode, is_fresh=lambda number: self.session.is_fresh(page(number)))

    def _stored_set(self, wanted: Wanted, task: Task, pagination: Pagination) -> list[Answer]:
        """Return the stored pages as a stale set; nothing unless they are whole and not too old."""
        try:
            answers = self._walk(wanted, task, Mode.OFFLINE, pagination)
        except (NotInStoreError, IncompletePagesError):
            return []
        oldest = min(answer.expires_at for answer in answers)
        if self.clock.now() > oldest + self.session.max_stale_s or self.session.max_stale_s <= 0:
            return []
        return [replace(answer, source=Source.STALE) for answer in answers]

    def _result(self, answers: Sequence[Answer], data: LazyData, task: Task, *, elapsed_s: float) -> Result:
        sources = Counter(answer.source.value for answer in answers)
        spent = task.ledger.spent()
        newest = max(answers, key=modified_at)
        return Result(
            state=State.SUCCEEDED,
            source=answers[0].source if len(sources) == 1 else Source.MIXED,
            status=answers[0].status,
            complete=True,
            pages=len(answers),
            sources=dict(sources),
            snapshot_at=_time(modified_at(newest)) if modified_at(newest) >= 0 else None,
            fetched_at=_time(min(answer.fetched_at for answer in answers)),
            expires_at=_time(min(answer.expires_at for answer in answers)),
            attempts=spent.attempts,
            requests=spent.requests,
            retries=spent.retries,
            tokens=spent.tokens,
            waited_s=spent.waited_s,
            elapsed_s=elapsed_s,
            payload=data,
        )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
