"""One job → one result.

Order of operations:

1. check the job against the catalog, choose whose token is used (:meth:`Fetcher.check`, sends nothing)
2. walk: one answer, all pages of a set, a list by cursor or by id; with ``since_last``, from the bookmark on
3. when ESI can't give a whole set, fall back on the stored one, if it is whole and not too old
4. put together the result: data, provenance, cost
5. later, when the caller says that it has been delivered: keep its bookmark (:meth:`Fetcher.keep`)

Errors are raised as ours, with the job on them; what turns them into failed results is the run.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cache
from types import MappingProxyType
from typing import Any

from esi_fetch.auth import TokenSource
from esi_fetch.catalog import Catalog, Pagination
from esi_fetch.clock import Clock
from esi_fetch.errors import (
    AnswerError,
    IncompletePagesError,
    JobError,
    NotInStoreError,
)
from esi_fetch.fetch.bookmarks import Bookmark, Bookmarks
from esi_fetch.fetch.calls import CallMaker
from esi_fetch.fetch.foreign import mapped_errors, raise_refusal
from esi_fetch.fetch.page_sets import PageSet, PageSetWalk, modified_at
from esi_fetch.fetch.recipes import made
from esi_fetch.fetch.walk_options import is_cursor_walk, is_one_answer, piece_limits, until_of
from esi_fetch.fetch.walks import Walked, walk_changes, walk_cursor, walk_ids
from esi_fetch.fetch.wanted import Checker, Wanted
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Result, Source, State
from esi_fetch.transport import Answer, CachedSession, Call, Costs, Mode, Task

__all__ = ["Fetched", "Fetcher", "Wanted"]

log = logging.getLogger("esi_fetch.fetch")

_NOTHING: Mapping[str, Any] = MappingProxyType({})

# How ESI may refuse a cursor that it gave out long ago.
_CURSOR_REFUSED = (400, 404, 422)


@dataclass(frozen=True)
class _Brought:
    """What a job's questions brought: the answers, in order, and the data made of them."""

    answers: Sequence[Answer]
    data: LazyData
    rounds: int = 0
    bookmark: Bookmark | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fetched:
    """A job's result, and what is to be kept once it has been delivered.

    Attributes:
        result: The result.
        bookmark: For :meth:`Fetcher.keep`; None where there is nothing to keep.
        looked_up: What paths may name that only the run has found out.
    """

    result: Result
    bookmark: Bookmark | None = None
    looked_up: Mapping[str, Any] = field(default_factory=dict)


class Fetcher:
    """Turns one job into one result.

    Args:
        catalog: The operations there are.
        calls: Makes the URLs.
        session: Answers them.
        tokens: The characters there are.
        crew: Threads that may help with pages.
        threads: How many of them there are.
        workers: How many requests may be under way at once.
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
        threads: int,
        workers: int,
        clock: Clock,
    ) -> None:
        self.catalog = catalog
        self.calls = calls
        self.session = session
        self.crew = crew
        self.threads = threads
        self.workers = workers
        self.clock = clock
        self.bookmarks = Bookmarks(session.store)
        self.checker = Checker(catalog=catalog, calls=calls, session=session, tokens=tokens, clock=clock)

    def check(self, job: Job) -> Wanted:
        """Check a job against the catalog; nothing is sent.

        Raises:
            UnknownOperationError: No operation has that name.
            UnknownRecipeError: No recipe has that name.
            ParameterError: Parameters are missing, superfluous or mistyped, or ``since_last``, ``until`` or
                ``max_records`` does not fit the operation.
            CharacterError: The operation needs a character's token and none fits.
        """
        return self.checker.check(job)

    def fetch(self, wanted: Wanted, *, task: Task, mode: Mode = Mode.NORMAL) -> Fetched:
        """Return a checked job's result, whole. Give its bookmark to :meth:`keep` when it has been delivered.

        Args:
            wanted: What :meth:`check` returned for it.
            task: The job.
            mode: What may be used.

        Raises:
            InputError: What only the run could find out does not fit the job, or what a recipe's parameters
                name does not exist.
            JobError: Its data can't be had whole.
        """
        began = self.clock.monotonic()
        before = wanted
        if not wanted.is_settled:
            with mapped_errors(task.job):
                wanted = self._settled(wanted, task, mode)
        looked_up = {**wanted.whose, **{name: wanted.parameters[name] for name in before.unknown}}
        if task.job.recipe is not None:
            result = made(self, wanted, task, mode=mode)
            return Fetched(replace(result, character=wanted.character), looked_up=looked_up)
        with mapped_errors(task.job):
            walked = self._walked(wanted, task, mode)
        result = self._result(
            walked, task.costs, character=wanted.character, elapsed_s=self.clock.monotonic() - began
        )
        return Fetched(result, walked.bookmark, looked_up)

    def stored(self, wanted: Wanted, job: Job, *, mode: Mode) -> Fetched | None:
        """Return a checked job's result where one answer in the store, that is used as it is, is all of it.

        Nothing is sent, nor waited for; None in all other cases, which :meth:`fetch` then decides.
        """
        is_one = job.recipe is None and is_one_answer(wanted.operation, wanted.parameters)
        if not is_one or not wanted.is_settled:
            return None
        began = self.clock.monotonic()
        answer = self.session.peek(self._call(wanted), mode=mode)
        if answer is None:
            return None
        brought = _Brought([answer], answer.data, remarks=_alone(answer, wanted))
        elapsed_s = self.clock.monotonic() - began
        return Fetched(self._result(brought, Costs(), character=wanted.character, elapsed_s=elapsed_s))

    def keep(self, bookmark: Bookmark | None) -> None:
        """Note that what lies before a bookmark has been delivered, so that the next run goes on from it."""
        if bookmark is not None:
            self.bookmarks.keep(bookmark)

    def bookmark_key(self, wanted: Wanted) -> str | None:
        """Return which chain of bookmarks a job belongs to; None when its operation has none."""
        if not is_cursor_walk(wanted.operation):
            return None
        # However large its pieces are, it is the same question.
        asked = {name: value for name, value in wanted.parameters.items() if name != "limit"}
        return self.calls.make(wanted.operation, asked, character=wanted.character).key

    def _settled(self, wanted: Wanted, task: Task, mode: Mode) -> Wanted:
        easy = mode if mode is Mode.OFFLINE else Mode.NORMAL
        return self.checker.settled(
            wanted, task=task, mode=mode, ask=lambda asked: self._single(asked, task, easy)
        )

    def _walked(self, wanted: Wanted, task: Task, mode: Mode) -> _Brought:
        pagination = wanted.operation.pagination
        if pagination is None or is_one_answer(wanted.operation, wanted.parameters):
            answer = self._single(wanted, task, mode)
            return _Brought([answer], answer.data, remarks=_alone(answer, wanted))
        if pagination.kind == "pages":
            pages = self._page_set(wanted, task, mode, pagination)
            return _Brought(pages.answers, pages.data(), pages.rounds)
        if pagination.kind == "cursor":
            return self._cursor_walk(wanted, task, mode, pagination)
        answers, records = walk_ids(
            lambda more: self._single(wanted, task, mode, more),
            pagination,
            until=until_of(task.job),
            max_records=task.job.max_records,
        )
        return _Brought(answers, LazyData.of(records))

    def _cursor_walk(self, wanted: Wanted, task: Task, mode: Mode, pagination: Pagination) -> _Brought:
        job, key = task.job, self.bookmark_key(wanted)
        kept = self.bookmarks.find(key, wanted.operation) if key and job.since_last else None
        if job.since_last and mode is Mode.OFFLINE:
            raise NotInStoreError(
                "offline, and only ESI knows what has changed since the last run; "
                "without since_last, all that is in the store is there"
            )
        walked = self._changes(wanted, task, mode, pagination, after=kept) if kept is not None else None
        if walked is None:
            walked = walk_cursor(
                lambda more: self._single(wanted, task, mode, more),
                pagination,
                limits=piece_limits(wanted.operation, wanted.parameters),
                max_records=job.max_records,
                again=lambda more: self._single(wanted, task, _insisting(mode), more),
            )
        bookmark = None
        if key is not None and walked.cursor is not None and mode is not Mode.OFFLINE:
            bookmark = Bookmark(
                key,
                walked.cursor,
                begins=not job.since_last,
                op_id=wanted.operation.op_id,
                parameters=wanted.parameters,
                character=wanted.character,
            )
        return _Brought(walked.answers, LazyData.of(walked.records), bookmark=bookmark)

    def _changes(
        self, wanted: Wanted, task: Task, mode: Mode, pagination: Pagination, *, after: str
    ) -> Walked | None:
        """Return what has changed since a bookmark; None when ESI does not know that cursor any more."""

        def ask(more: Mapping[str, Any], mode: Mode = mode) -> Answer:
            # What was new some time ago is no answer to what is new; and a refusal of the cursor is answered
            # by fetching everything, which is too much to do on the word of a refusal that is remembered.
            return self._single(wanted, task, mode, more, stale=False, remember=False)

        try:
            return walk_changes(
                ask,
                pagination,
                after=after,
                limits=piece_limits(wanted.operation, wanted.parameters),
                again=lambda more: ask(more, _insisting(mode)),
            )
        except AnswerError as error:
            if error.status not in _CURSOR_REFUSED:
                raise
            log.warning(
                "%s: ESI refuses the cursor of the last run (%s); everything is fetched again",
                task.job.label,
                error,
            )
            return None

    def _call(self, wanted: Wanted, more: Mapping[str, Any] = _NOTHING) -> Call:
        return self.calls.make(wanted.operation, {**wanted.parameters, **more}, character=wanted.character)

    def _single(
        self,
        wanted: Wanted,
        task: Task,
        mode: Mode,
        more: Mapping[str, Any] = _NOTHING,
        *,
        stale: bool = True,
        remember: bool = True,
    ) -> Answer:
        call = self._call(wanted, more)
        with mapped_errors(task.job, url=call.url):
            answer = self.session.answer(call, task=task, mode=mode, stale=stale, remember=remember)
        if answer.status not in call.success:
            raise_refusal(answer, call, job=task.job)
        return answer

    def _page_set(self, wanted: Wanted, task: Task, mode: Mode, pagination: Pagination) -> PageSet:
        try:
            return self._walk(wanted, task, mode, pagination)
        except JobError as error:
            offline = mode is Mode.OFFLINE and isinstance(error, (NotInStoreError, IncompletePagesError))
            if not offline and not self.session.stale_rule.stands_in_for(error):
                raise
            stored = self._stored_set(wanted, task, pagination, stale=not offline)
            if stored is None:
                raise
            return stored

    def _walk(
        self, wanted: Wanted, task: Task, mode: Mode, pagination: Pagination, *, previous: bool = False
    ) -> PageSet:
        @cache  # a page is asked for, looked for and proved by the same call
        def page(number: int) -> Call:
            return replace(self._call(wanted, {pagination.parameter: number}), of_set=True)

        def ask(number: int, mode: Mode) -> Answer | None:
            call = page(number)
            if previous:
                return self.session.previous(call)
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
            threads=self.threads,
            workers=self.workers,
            clock=self.clock,
            id_field=pagination.id_field,
            prove=lambda proof: None if previous else self.session.prove(page(1), proof),
        )
        found = walk.walk(
            mode,
            is_fresh=lambda number: self.session.is_fresh(page(number)),
            distrust=lambda number: self.session.distrust(page(number)),
        )
        if any(answer.source in (Source.REMOTE, Source.NOT_MODIFIED) for answer in found.answers):
            self.session.note_whole(page(number) for number in range(1, len(found.answers) + 1))
        return found

    def _stored_set(
        self, wanted: Wanted, task: Task, pagination: Pagination, *, stale: bool
    ) -> PageSet | None:
        """Return the stored pages; None unless they are whole and, where they are *stale*, not too old.

        Where a walk has broken off they are those of before it: it has left some of the new ones.
        """
        for previous in (False, True) if stale else (True,):
            try:
                stored = self._walk(wanted, task, Mode.OFFLINE, pagination, previous=previous)
            except (NotInStoreError, IncompletePagesError):
                continue
            if not stale:
                return stored
            oldest = min(answer.expires_at for answer in stored.answers)
            if self.session.stale_rule.is_young_enough(oldest, now=self.clock.now()):
                marked = tuple(replace(one, source=Source.STALE) for one in stored.answers)
                return replace(stored, answers=marked)
        return None

    def _result(self, walked: _Brought, costs: Costs, *, character: int | None, elapsed_s: float) -> Result:
        answers = walked.answers
        sources: dict[str, int] = {}
        for answer in answers:
            sources[answer.source.value] = sources.get(answer.source.value, 0) + 1
        made_at = max(map(modified_at, answers))
        return Result(
            state=State.SUCCEEDED,
            source=answers[0].source if len(sources) == 1 else Source.MIXED,
            status=answers[0].status,
            complete=True,
            pages=len(answers),
            rounds=walked.rounds,
            sources=sources,
            snapshot_at=_time(made_at) if made_at >= 0 else None,
            fetched_at=_time(min(answer.fetched_at for answer in answers)),
            expires_at=_time(min(answer.expires_at for answer in answers)),
            elapsed_s=elapsed_s,
            character=character,
            remarks=walked.remarks,
            payload=walked.data,
            **vars(costs.spent()),
        )


def _alone(answer: Answer, wanted: Wanted) -> tuple[str, ...]:
    """Say that one page of several is not all there is: older scripts have ``page=1`` in all calls."""
    page = wanted.parameters.get("page")
    if page is None or answer.pages is None or answer.pages <= 1:
        return ()
    return (f"page {page} alone, of {answer.pages}; without the parameter page, all of them come",)


def _insisting(mode: Mode) -> Mode:
    """Return the mode in which ESI is asked even about what has not expired, where it may be asked at all."""
    return mode if mode is Mode.OFFLINE else Mode.REFRESH


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)
