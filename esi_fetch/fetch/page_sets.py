"""Whole sets of pages, or none: the walk over operations with ``X-Pages``.

ESI regenerates a set while it is walked over: rows move between pages, and a walk that does not look loses
some and doubles others. A set is whole when all its pages carry the same ``Last-Modified`` and the same
``X-Pages``, and no row's id stands in it twice.

Order of operations:

1. page 1 tells how many there are; when the set would expire before the walk can end, wait for the next one
2. the others, concurrently
3. assess (:func:`assess`, pure): which pages differ from the newest snapshot?
4. fetch those again, page 1 first, as it tells the new number; for a bounded number of rounds, until the
   job's deadline
5. look for doubled rows, also in a set that comes from the store: a walk that failed leaves its pages there.
   Only a set that has been proved to be whole is spared that, as long as its pages have the same bodies: with
   its first page a digest of them all is kept
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import inf

from esi_fetch.clock import Clock
from esi_fetch.errors import IncompletePagesError, JobCancelledError, NotInStoreError
from esi_fetch.fetch.fan_out import fan_out
from esi_fetch.fetch.row_check import RowCheck, digest_of, proof_of, rows_of
from esi_fetch.http_dates import parse_http_date
from esi_fetch.model.events import PageFinished, PagesFound, PagesTorn, WaitStarted
from esi_fetch.model.lazy import PagedData
from esi_fetch.model.result import Source
from esi_fetch.store import Proof
from esi_fetch.transport import Answer, Mode, Task

__all__ = ["Assessment", "PageSet", "PageSetWalk", "assess", "modified_at"]

# More than this many regenerations in a row means that the walk is slower than ESI regenerates.
MAX_ROUNDS = 5

# A walk is not begun when it can't end before its set expires, but nobody waits longer than this for that.
_LONGEST_WAIT_FOR_EXPIRY_S = 60.0
_MARGIN_S = 1.0

_FULL_PAGE = 1000  # rows; ESI's usual page size


def modified_at(answer: Answer) -> float:
    """Return when an answer's snapshot was made, in seconds since the epoch; -1 when it does not say."""
    moment = parse_http_date(answer.last_modified or "")
    return -1.0 if moment is None else moment


@dataclass(frozen=True)
class Assessment:
    """What is known about a set.

    Attributes:
        total: How many pages the newest snapshot has.
        again: Pages of it that are missing or belong to another snapshot, in order.
    """

    total: int
    again: tuple[int, ...]


def assess(pages: Mapping[int, Answer | None]) -> Assessment:
    """Compare pages with the newest snapshot among them.

    Args:
        pages: The answers by page number; None for a page that ESI said does not exist.
    """
    # A page beyond the first that does not say how many there are agrees with any number.
    signatures: dict[int, tuple[float, int]] = {}
    votes: Counter[tuple[float, int]] = Counter()
    latest: dict[tuple[float, int], float] = {}
    for number, answer in pages.items():
        if answer is not None:
            signature = signatures[number] = modified_at(answer), answer.pages or (1 if number == 1 else 0)
            if signature[1]:
                votes[signature] += 1
                latest[signature] = max(latest.get(signature, 0.0), answer.fetched_at)
    # Without Last-Modified, what was received last is the newest there is to go by.
    newest = max(votes, key=lambda one: (one[0], votes[one] if one[0] >= 0 else latest[one], votes[one]))
    total = newest[1]
    belongs = {newest, (newest[0], 0)}
    again = {number for number in range(1, total + 1) if signatures.get(number) not in belongs}
    if any(pages.get(number, newest) is None for number in range(1, total + 1)):
        # A page that page 1 promised is gone: the set has shrunk since, and page 1 is what tells by how much.
        again.add(1)
    return Assessment(total, tuple(sorted(again)))


@dataclass(frozen=True)
class PageSet:
    """A whole set.

    Attributes:
        answers: Its pages, in order, all of one snapshot.
        row_count: How many rows they have.
        rounds: How often pages were fetched again.
    """

    answers: tuple[Answer, ...]
    row_count: int
    rounds: int

    def data(self) -> PagedData:
        """Return the rows."""
        return PagedData([answer.data for answer in self.answers], count=self.row_count)


class PageSetWalk:
    """One walk over one set.

    Args:
        ask: Asks for one page; returns its answer, None when ESI says that there is no such page,
            and raises when it can't be had.
        task: The job it is done for.
        crew: Threads that may help.
        threads: How many of them there are.
        workers: How many requests may be under way at once.
        clock: Tells the time.
        id_field: The field that identifies a row, ``""`` when rows are plain ids, None when they have no id.
        prove: Keeps the proof that a set is whole, for walks to come.
    """

    def __init__(
        self,
        ask: Callable[[int, Mode], Answer | None],
        *,
        task: Task,
        crew: Executor,
        threads: int,
        workers: int,
        clock: Clock,
        id_field: str | None,
        prove: Callable[[Proof], None],
    ) -> None:
        self._ask = ask
        self._task = task
        self._crew = crew
        self._threads = threads
        self._workers = workers
        self._clock = clock
        self._check = RowCheck(id_field, keeps_decoded=task.keeps_decoded)
        self._pages: dict[int, Answer | None] = {}
        self._prove = prove
        self._announced = 0
        self._past_end: float = inf  # the lowest page that ESI said does not exist
        self._doubled: tuple[float, int] | None = None  # the snapshot in which rows stood twice
        self.rounds = 0

    def walk(
        self, mode: Mode, *, is_fresh: Callable[[int], bool], distrust: Callable[[int], None]
    ) -> PageSet:
        """Return all pages of one snapshot.

        Args:
            mode: How pages are asked for.
            is_fresh: Tells whether a page would come from the store without a request.
            distrust: Marks a page in the store as not confirmed.

        Raises:
            IncompletePagesError: The pages would not come together as one snapshot.
            BrokenBodyError: A page is not a list.
            JobCancelledError: The run was stopped.
        """
        self._fetch_first(mode)
        found = assess(self._pages)
        if found.total > 1 and mode is not Mode.OFFLINE and self._wait_for_next_set(found.total, is_fresh):
            self._fetch_first(mode)
            found = assess(self._pages)
        self._announce(found.total)
        self._fetch(tuple(range(2, found.total + 1)), mode)
        while True:
            found = assess(self._pages)
            whole = not found.again
            again = found.again or self._doubtful(found.total, mode, distrust)
            if not again:
                answers = self._answers(found.total)
                return PageSet(answers, row_count=self._row_count(answers, mode), rounds=self.rounds)
            if mode is Mode.OFFLINE:
                missing = ", ".join(map(str, again[:10]))
                raise IncompletePagesError(
                    f"offline, and the stored pages are not of one snapshot (pages {missing} differ)"
                )
            deadline = self._task.deadline
            late = deadline is not None and self._clock.monotonic() >= deadline
            if late or self.rounds >= MAX_ROUNDS:
                why = "rows stand in them twice" if whole else f"{len(again)} of {found.total} still differ"
                bound = "before the job's deadline" if late else f"in {MAX_ROUNDS} more rounds"
                raise IncompletePagesError(f"the pages did not come together as one snapshot {bound}: {why}")
            self._announce(found.total)
            self._again(again)

    def _fetch_first(self, mode: Mode) -> None:
        """Fetch page 1, and make sure that it tells how many pages there are.

        Raises:
            IncompletePagesError: It does not.
        """
        self._past_end = inf
        self._fetch((1,), mode)
        first = self._pages[1]
        assert first is not None  # noqa: S101 - _fetch has raised otherwise
        if first.pages == 0 and first.source is not Source.REMOTE and mode is not Mode.OFFLINE:
            # A 304 of a newer snapshot left the number out: only the whole answer tells it.
            self._fetch((1,), Mode.REPLACE)
            first = self._pages[1]
            assert first is not None  # noqa: S101 - as above
        if first.pages == 0:
            raise IncompletePagesError(
                "page 1 does not say how many pages there are: its X-Pages makes no sense"
            )
        # ESI leaves the header out where there is one page. A full page is worth a second look, and so is a
        # set that had more a moment ago.
        suspicious = first.pages is None and (len(rows_of(first)) >= _FULL_PAGE or self._announced > 1)
        if suspicious and self._second_exists(Mode.OFFLINE if first.source is Source.LOCAL else mode):
            raise IncompletePagesError("page 1 does not say how many pages there are, and page 2 exists")

    def _second_exists(self, mode: Mode) -> bool:
        try:
            return self._ask(2, mode) is not None
        except NotInStoreError:
            return False  # it was asked for when page 1 was stored

    def _again(self, again: tuple[int, ...]) -> None:
        self.rounds += 1
        task = self._task
        task.emit(PagesTorn(task.job.uid, task.job.label, self.rounds, again))
        # ESI itself has shown that a newer snapshot exists, so asking before the old one's expiry is right.
        # Should its 304 not say which snapshot it confirms, only the whole page can settle it.
        mode = Mode.REFRESH if self.rounds == 1 else Mode.REPLACE
        if again[0] == 1:
            self._fetch_first(mode)
            after = assess(self._pages)
            self._announce(after.total)
            again = tuple(number for number in {*again, *after.again} if 1 < number <= after.total)
        self._fetch(again, mode)

    def _fetch(self, numbers: tuple[int, ...], mode: Mode) -> None:
        task = self._task

        def one(number: int) -> Answer | None:
            if task.cancel.is_set():
                raise JobCancelledError("stopped")
            if number > self._past_end:
                return None  # asking would cost five tokens and an error each, to hear the same
            answer = self._ask(number, mode)
            if answer is None:
                self._past_end = min(self._past_end, number)
            else:
                self._check.forget(number)
                # What comes from the store may be proved already, and is not decoded before it must be.
                if answer.source is Source.REMOTE:
                    self._check.look_into(number, answer)
                task.emit(PageFinished(task.job.uid, task.job.label, number, answer.source.value))
            return answer

        answers = fan_out(self._crew, one, numbers, threads=self._threads) if numbers else []
        self._pages.update(zip(numbers, answers, strict=True))
        if self._pages.get(1) is None:
            raise IncompletePagesError("ESI says that page 1 does not exist")

    def _announce(self, total: int) -> None:
        if total == self._announced:
            return
        self._announced = total
        self._task.emit(PagesFound(self._task.job.uid, self._task.job.label, total))

    def _wait_for_next_set(self, total: int, is_fresh: Callable[[int], bool]) -> bool:
        """Wait for the regeneration when it would come in the middle of the walk; return whether it did."""
        first = self._pages[1]
        assert first is not None  # noqa: S101 - _fetch has raised otherwise
        per_page_s = max((attempt.elapsed_s for attempt in first.attempts), default=0.2)
        needed_s = _MARGIN_S + 1.5 * per_page_s * -(-total // self._workers)
        left_s = first.expires_at - self._clock.now()
        # What Expires leaves of this set is no measure of the next one, which lasts from making to expiry.
        made_at = modified_at(first)
        lasts_s = first.expires_at - (min(made_at, first.fetched_at) if made_at >= 0 else first.fetched_at)
        if left_s >= needed_s or left_s > _LONGEST_WAIT_FOR_EXPIRY_S or first.source is Source.STALE:
            return False
        if lasts_s < needed_s:
            return False  # a new one would not last long enough either
        if all(is_fresh(number) for number in range(2, total + 1)):
            return False
        pause_s = max(0.0, left_s) + _MARGIN_S
        task = self._task
        task.emit(WaitStarted(task.job.uid, task.job.label, "the set of pages is about to expire", pause_s))
        if self._clock.wait(task.cancel, pause_s):
            raise JobCancelledError("stopped")
        return True

    def _doubtful(self, total: int, mode: Mode, distrust: Callable[[int], None]) -> tuple[int, ...]:
        """Return the pages to fetch again although their headers agree."""
        if total == 1:
            return ()
        everything = tuple(range(1, total + 1))
        answers = self._answers(total)
        if modified_at(answers[0]) < 0 and not self._still_first(answers, mode):
            for number in everything:
                distrust(number)  # should this walk fail, nothing in the headers tells the next one
            return everything
        if proof_of(answers) is not None or not self._check.stand_twice(answers):
            return ()
        snapshot = (modified_at(answers[0]), total)
        if snapshot == self._doubled and snapshot[0] >= 0 and self.rounds > 1:
            # They were asked for whole as well: it is ESI's own data, and more rounds would only cost.
            raise IncompletePagesError("rows stand in them twice, although all pages are of one snapshot")
        self._doubled = snapshot
        return everything

    def _still_first(self, answers: Sequence[Answer], mode: Mode) -> bool:
        """Return whether page 1 is as it was after all others came.

        Without ``Last-Modified`` only that tells that nothing has moved since the walk began. The walk that
        stored a set has looked as well, and so confirmed page 1 last.
        """
        first, *others = answers
        fetched = any(answer.source is Source.REMOTE for answer in answers)
        if not fetched and all(0 < other.fetched_at <= first.fetched_at for other in others):
            return True
        stored_before = any(
            other.source is Source.LOCAL and other.fetched_at < first.fetched_at for other in others
        )
        if mode is Mode.OFFLINE or (first.source is Source.REMOTE and stored_before):
            return False
        now = self._ask(1, Mode.REFRESH)
        if now is not None and now.data.get() == rows_of(first) and (now.pages or 1) == len(answers):
            return True
        self._pages[1] = now
        return False

    def _answers(self, total: int) -> tuple[Answer, ...]:
        return tuple(answer for number in range(1, total + 1) if (answer := self._pages[number]) is not None)

    def _row_count(self, answers: Sequence[Answer], mode: Mode) -> int:
        """Return how many rows a whole set has; note that it is one."""
        proof = proof_of(answers)
        if proof is not None:
            return proof.rows
        rows, digest = self._check.count(answers), digest_of(answers)
        # A single page is decoded as fast as its proof is written.
        if len(answers) > 1 and digest is not None and mode is not Mode.OFFLINE:
            self._prove(Proof(digest, rows))
        return rows
