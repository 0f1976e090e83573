"""The report of a run: the finished jobs in the order given, and the totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from esi_fetch.model.codec import FIRST, PlainData, many_of, one_of
from esi_fetch.model.framing import frame_maker
from esi_fetch.model.html import report_html
from esi_fetch.model.job import Job
from esi_fetch.model.result import Source, State
from esi_fetch.units import plural

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Report", "RunningTotals", "Totals"]


@dataclass(frozen=True)
class Totals(PlainData):
    """Counts over the jobs of a run.

    What was sent, and where data came from, is counted of this run alone: a resumed or skipped job has cost
    nothing.

    Attributes:
        ok: Jobs whose data is whole and whose callbacks all succeeded.
        failed: All others, cancelled ones included.
        cancelled: Jobs that were stopped before they were done.
        resumed: Jobs that an earlier run had done, and this one, which went on with it, did not do again.
        skipped: Jobs that were not done because the files they would write are there and still good.
        requests: HTTP requests sent, repeated ones included.
        not_modified: Answers that confirmed what the store had (304).
        from_store: Answers, or pages, that the store gave without a request.
        stale: Answers, or pages, that the store gave although they had expired.
        retries: Requests that repeated one that had failed.
        waited_s: Seconds spent waiting for limits and back-off, added up over all requests.
        waits: The same seconds, by cause.
        elapsed_s: Seconds from beginning to end.
        tokens: Rate-limit tokens spent, by group.
    """

    ok: int = 0
    failed: int = 0
    cancelled: int = 0
    resumed: int = 0
    skipped: int = 0
    requests: int = 0
    not_modified: int = 0
    from_store: int = 0
    stale: int = 0
    retries: int = 0
    waited_s: float = 0.0
    waits: dict[str, float] = field(default_factory=dict)
    elapsed_s: float = 0.0
    tokens: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, jobs: Iterable[Job], *, elapsed_s: float = 0.0) -> Totals:
        """Add up the results of *jobs*; jobs without a result count as cancelled."""
        sums = RunningTotals()
        for job in jobs:
            sums.add(job)
        return sums.totals(elapsed_s=elapsed_s)


class RunningTotals:
    """Totals that jobs are added to one by one, as they finish."""

    def __init__(self) -> None:
        self._jobs: Counter[str] = Counter()
        self._sources: Counter[str] = Counter()
        self._tokens: Counter[str] = Counter()
        self._waits: dict[str, float] = {}
        self._waited_s = 0.0

    def add(self, job: Job) -> None:
        """Add the result of a job; one without a result counts as cancelled."""
        result, jobs = job.result, self._jobs
        if result is None:
            jobs["cancelled"] += 1
            jobs["failed"] += 1
            return
        jobs["cancelled"] += result.state is State.CANCELLED
        jobs["ok" if result.ok else "failed"] += 1
        if result.resumed or result.skipped:
            jobs["resumed"] += result.resumed
            jobs["skipped"] += result.skipped
            return
        jobs["requests"] += result.requests
        jobs["retries"] += result.retries
        self._waited_s += result.waited_s
        for source, number in result.sources.items():
            self._sources[source] += number
        for group, number in result.tokens.items():
            self._tokens[group] += number
        for cause, seconds in result.waits.items():
            self._waits[cause] = self._waits.get(cause, 0.0) + seconds

    def totals(self, *, elapsed_s: float) -> Totals:
        """Return the totals of all jobs so far.

        Args:
            elapsed_s: How long they took, in seconds.
        """
        return Totals(
            not_modified=self._sources[Source.NOT_MODIFIED.value],
            from_store=self._sources[Source.LOCAL.value],
            stale=self._sources[Source.STALE.value],
            waited_s=self._waited_s,
            waits=dict(self._waits),
            elapsed_s=elapsed_s,
            tokens=dict(self._tokens),
            **self._jobs,
        )


@dataclass(frozen=True)
class Report(PlainData):
    """What became of a run.

    Iterating gives the finished jobs, in the order they were given.

    Attributes:
        jobs: The jobs, each with its result.
        totals: Counts over all of them.
    """

    jobs: tuple[Job, ...] = field(metadata=many_of(Job))
    totals: Totals = field(metadata={**FIRST, **one_of(Totals)})

    def __iter__(self) -> Iterator[Job]:
        return iter(self.jobs)

    def __len__(self) -> int:
        return len(self.jobs)

    def __repr__(self) -> str:
        # Notebooks keep this beside what they show, and a run may have had a hundred thousand jobs.
        sums = self.totals
        return f"<Report: {sums.ok:,} ok, {sums.failed:,} failed, {plural(sums.requests, 'request')}>"

    def _repr_html_(self) -> str:
        return report_html(self)

    @property
    def ok(self) -> bool:
        """Whether every job is whole and every callback succeeded."""
        return self.totals.failed == 0

    @property
    def failed(self) -> tuple[Job, ...]:
        """The jobs that did not end well."""
        return tuple(job for job in self.jobs if job.result is None or not job.result.ok)

    def frame(self, *, failed: str = "warn", catalog: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the rows of all jobs as one pandas DataFrame, in the order of the jobs.

        Columns are those of :meth:`esi_fetch.Esi.frame`, of all operations together. In front of them stands
        what tells the jobs apart: ``operation`` when there is more than one, ``character`` when there is,
        and every parameter of which not all jobs have the same value, under its name. A parameter that all
        rows repeat in a field of that name gets no second column; one that they contradict is called
        ``parameters.NAME``. Lists and bodies get none.

        Args:
            failed: What becomes of jobs without data: ``"warn"`` leaves them out with a ``UserWarning``,
                ``"ignore"`` without, ``"raise"`` raises.
            catalog: The operations there are; by default those that come with the package. Give
                ``esi.operations`` after ``esi-fetch schema update``.

        Raises:
            InputError: pandas is not installed, or an argument is wrong.
            JobError: A job has no data, and *failed* is ``"raise"``.
        """
        return frame_maker()(self, failed=failed, catalog=catalog)
