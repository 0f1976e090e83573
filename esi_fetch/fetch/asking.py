"""What recipes ask ESI through, while they are made."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, TypeVar

from esi_fetch.errors import AnswerError, CharacterError, JobCancelledError
from esi_fetch.fetch.fan_out import fan_out
from esi_fetch.model.events import Event, PageFinished, PagesFound, PagesTorn
from esi_fetch.model.job import Job
from esi_fetch.model.result import Result, Source
from esi_fetch.transport import Call, Mode, Task

if TYPE_CHECKING:
    from esi_fetch.fetch.fetcher import Fetcher

__all__ = ["LiveAsker", "Parts", "known_already", "next_roll", "part_of", "refused_lately"]

T = TypeVar("T")

# These answer without saying how long they hold, and are kept for an hour. What names the things that the
# game is made of holds for as long as the game's data does.
_NAMES = frozenset({"PostUniverseNames", "PostUniverseIds"})

# ESI's static data, and its daily figures, are made anew at this time of day, UTC.
_ROLL = timedelta(hours=11, minutes=5)


def next_roll(after: datetime) -> datetime:
    """Return when the game's data rolls next: at 11:05 UTC."""
    after = after.astimezone(timezone.utc)
    roll = after.replace(hour=0, minute=0, second=0, microsecond=0) + _ROLL
    return roll if roll > after else roll + timedelta(days=1)


class Parts:
    """What a data set was made from: how old its parts are, and where they came from.

    Args:
        lasting: Whether names hold until the game's data rolls, as they are those of things that do not
            change before.
    """

    def __init__(self, *, lasting: bool) -> None:
        self._lock = threading.Lock()
        self._lasting = lasting
        self._moments: dict[str, datetime | None] = {}
        self.sources: Counter[str] = Counter()
        self.count = 0
        self.remarks: list[str] = []

    def add(self, op_id: str, result: Result) -> None:
        """Count one answer, or one set of pages."""
        expires_at = result.expires_at
        if self._lasting and op_id in _NAMES and result.fetched_at is not None:
            expires_at = next_roll(result.fetched_at)
        with self._lock:
            self.count += result.pages
            self.sources.update(result.sources)
            self.note("fetched_at", result.fetched_at)
            self.note("expires_at", expires_at)
            if result.snapshot_at is not None:
                self.note("snapshot_at", result.snapshot_at)

    def oldest(self, name: str) -> datetime | None:
        """Return the earliest moment of that name among the parts; None where one has none."""
        return self._moments.get(name)

    def note(self, name: str, moment: datetime | None) -> None:
        """Take a part's moment into account; the earliest counts."""
        known = self._moments.get(name, moment)
        # What nobody knows of one part is not known of the whole.
        self._moments[name] = min(known, moment) if known is not None and moment is not None else None

    @property
    def source(self) -> Source | None:
        """Where they came from; None when there are none."""
        if not self.sources:
            return None
        return Source(next(iter(self.sources))) if len(self.sources) == 1 else Source.MIXED


class LiveAsker:
    """Asks for the parts of one data set: each is a job, and all of them are billed to that of the recipe.

    Args:
        fetcher: Turns one job into one result.
        task: The recipe's job.
        mode: What may be used.
        character: Whose data is wanted; None for public data.
        lasting: Whether names hold until the game's data rolls; see :class:`Parts`.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        task: Task,
        *,
        mode: Mode,
        character: int | None,
        lasting: bool,
    ) -> None:
        self.parts = Parts(lasting=lasting)
        self._fetcher = fetcher
        self._task = task
        self._mode = mode
        self._character = character
        self._meter = _Meter(task)
        # A recipe has as many waits as requests: each may wait for as long as a job may.
        began = fetcher.clock.monotonic()
        self._patience_s = None if task.deadline is None else max(0.0, task.deadline - began)

    @property
    def character(self) -> int | None:
        """Whose data is wanted; None for public data."""
        return self._character

    def get(self, op: str, /, **parameters: Any) -> Any:
        """Return an operation's data: every page, as one consistent snapshot."""
        self._meter.expect(1)
        part = self._meter.part()
        result = self._fetched(op, parameters, part.hear)
        part.came(result.source)
        return result.data

    def each(
        self,
        op: str,
        parameters: Sequence[Mapping[str, Any]],
        /,
        *,
        pick: Callable[[Any], T],
        absent: Callable[[AnswerError], bool] = lambda error: False,
    ) -> list[T | None]:
        """Return what *pick* takes of an operation's data, for each set of parameters, concurrently."""
        self._meter.expect(len(parameters))

        def one(given: Mapping[str, Any]) -> T | None:
            part = self._meter.part()
            try:
                result = self._fetched(op, given, part.hear)
            except AnswerError as error:
                if not absent(error):
                    raise
                part.came(Source.REMOTE if error.attempts else Source.LOCAL)
                return None
            part.came(result.source)
            return pick(result.rows if result.pages > 1 else result.data)

        return fan_out(self._fetcher.crew, one, parameters, threads=self._fetcher.threads)

    def refused(self, op: str, parameters: Sequence[Mapping[str, Any]], /) -> list[bool]:
        """Return, for each set of parameters, whether ESI has refused it a moment ago; nothing is sent."""
        return refused_lately(self._fetcher, op, parameters, mode=self._mode)

    def known(self, op: str, parameters: Sequence[Mapping[str, Any]], /) -> list[bool]:
        """Return, for each set of parameters, whether it would be answered, or refused, without a request."""
        return known_already(self._fetcher, op, parameters, mode=self._mode)

    def remark(self, text: str) -> None:
        """Note what whoever uses the data should know."""
        self.parts.remarks.append(text)

    def _fetched(self, op: str, parameters: Mapping[str, Any], emit: Callable[[Event], None]) -> Result:
        if self._task.cancel.is_set():
            raise JobCancelledError("stopped before all of its parts were there", job=self._task.job)
        job = part_of(self._fetcher, self._task.job, op, parameters, character=self._character)
        now = self._fetcher.clock.monotonic()
        deadline = None if self._patience_s is None else now + self._patience_s
        part = replace(self._task, job=job, deadline=deadline, emit=emit, keeps_decoded=False)
        wanted = self._fetcher.check(job)
        result = self._fetcher.fetch(wanted, task=part, mode=self._mode).result
        self.parts.add(job.op_id, result)
        return result


def part_of(
    fetcher: Fetcher, job: Job, op: str, parameters: Mapping[str, Any], *, character: int | None
) -> Job:
    """Return the job for one part of a recipe's job.

    Raises:
        CharacterError: The part needs a character, and there is none.
    """
    operation = fetcher.catalog[op]
    if operation.scopes and character is None:
        raise CharacterError(f"{op} needs a character, and the recipe was asked for none")
    return Job(
        operation.op_id,
        dict(parameters),
        name=job.label,
        uid=job.uid,
        # A token on a public route would move it to another bucket, and its answer out of everybody's sight.
        character=character if operation.scopes else None,
    )


def known_already(
    fetcher: Fetcher, op: str, parameters: Sequence[Mapping[str, Any]], *, mode: Mode
) -> list[bool]:
    """Return, for each set of parameters, whether it would be answered, or refused, without a request."""
    if mode is not Mode.NORMAL:
        return [mode is Mode.OFFLINE] * len(parameters)
    calls, store = _calls(fetcher, op, parameters), fetcher.session.store
    now = fetcher.clock.now()
    glances = store.glances([call.key for call in calls]) if store is not None and store.exists else {}
    known = {key for key, seen in glances.items() if seen.is_fresh(now)}
    known |= fetcher.session.refusals.among(calls)
    return [call.key in known for call in calls]


def refused_lately(
    fetcher: Fetcher, op: str, parameters: Sequence[Mapping[str, Any]], *, mode: Mode = Mode.NORMAL
) -> list[bool]:
    """Return, for each set of parameters, whether ESI has refused it a moment ago; nothing is sent."""
    if mode is not Mode.NORMAL:
        return [False] * len(parameters)
    calls = _calls(fetcher, op, parameters)
    refused = fetcher.session.refusals.among(calls)
    return [call.key in refused for call in calls]


def _calls(fetcher: Fetcher, op: str, parameters: Sequence[Mapping[str, Any]]) -> list[Call]:
    operation = fetcher.catalog[op]
    return [fetcher.calls.make(operation, given, character=None) for given in parameters]


class _Meter:
    """Shows the parts of a data set, and their pages, as pages of one set are shown; threads share it."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._lock = threading.Lock()
        self._expected = 0
        self._numbers = itertools.count(1)

    def expect(self, more: int) -> None:
        """Note that so many more are wanted, or fewer."""
        if more:
            with self._lock:
                self._expected += more
                self._task.emit(PagesFound(self._task.job.uid, self._task.job.label, self._expected))

    def number(self) -> int:
        """Return the number of one that is there: they are counted as they come."""
        return next(self._numbers)

    def part(self) -> _PartMeter:
        """Follow one part; it has been expected as one page."""
        return _PartMeter(self, self._task)


class _PartMeter:
    """Hears the events of one part, and passes them on as events of the whole."""

    def __init__(self, whole: _Meter, task: Task) -> None:
        self._whole = whole
        self._task = task
        self._found = 1
        self._lock = threading.Lock()
        self._numbers: dict[int, int] = {}

    def hear(self, event: Event) -> None:
        """Pass an event on, pages under the numbers that they have in the whole."""
        if isinstance(event, PagesFound):
            pages = max(1, event.pages)
            self._whole.expect(pages - self._found)
            self._found = pages
        elif isinstance(event, PageFinished):
            self._task.emit(replace(event, page=self._number(event.page)))
        elif isinstance(event, PagesTorn):
            self._task.emit(replace(event, pages=tuple(map(self._number, event.pages))))
        else:
            self._task.emit(event)

    def came(self, source: Source | None) -> None:
        """Note that the part is there; what has no pages is one."""
        if source is not None and not self._numbers:
            job = self._task.job
            self._task.emit(PageFinished(job.uid, job.label, self._number(1), source.value))

    def _number(self, page: int) -> int:
        with self._lock:
            if page not in self._numbers:
                self._numbers[page] = self._whole.number()
            return self._numbers[page]
