"""``Esi``: the one object that scripts hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from esi_fetch.auth import GivenTokens
from esi_fetch.catalog import Catalog
from esi_fetch.clock import Clock, SystemClock
from esi_fetch.limits import BucketView
from esi_fetch.model.bill import Bill
from esi_fetch.model.events import Observer
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.report import Report
from esi_fetch.model.result import Result
from esi_fetch.run import (
    InSteps,
    Workshop,
    as_orders,
    journaled,
    only_jobs,
    prepare_job,
)
from esi_fetch.settings import Settings, load_settings
from esi_fetch.store import LocalStore

__all__ = ["Esi"]

_NO_ORDER = WorkOrder()


class Esi(InSteps):
    """Fetches data from ESI: concurrently, politely, completely, and never twice while it is fresh.

    Settings that are not given come from the environment, then from the configuration file, then from
    defaults. Nothing is sent, and no file but the configuration is read, before it is needed. One object
    may be used by many threads; :meth:`close` it, or use it in a ``with`` block, to give its threads,
    connections and files back early.

    Args:
        user_agent: Who is asking, with a contact: ``"my-scripts/1.0 (me@example.com)"``. ESI's operators
            write there before they block somebody. Required, except on a loopback ``base_url``.
        local: Whether the local store is read and written.
        remote: Whether ESI may be asked.
        offline: The same as ``remote=False``: the store alone, whatever the age of what it has.
        tokens: Access tokens by character id, as text or as functions that return the current one.
        observers: Called with every event; see :mod:`esi_fetch.model.events`.
        requests_per_second: A cap on top of ESI's own limits; None for none.
        home: Folder of the store, the catalog and the configuration.
        base_url: Where ESI is.
        workers: How many requests may be under way at once.
        compatibility_date: ``X-Compatibility-Date`` of every request; the catalog's by default.
        timeout: Seconds that one attempt may take, from connecting to the last byte.
        retries: How often a failed request is repeated.
        max_stale: For how long after its expiry stored data may stand in when ESI can't answer:
            seconds, or text such as ``"7d"``; 0 forbids it.
        max_wait: For how long one job may wait for limits: seconds, or text such as ``"1h"``.
        burst: Which share of a rate-limit bucket may be spent at once; the rest is spread over its window.
        reserve: Which share of every bucket is left to other programs; ``"20%"`` uses at most 80 %.
        hidden_limits: Limits that no header tells, by operation: ``{"GetStatus": "300/1m"}``; None lifts
            one that is built in.
        remember_refusals: For how long a 403 or 404 is remembered and not asked again: seconds, or text
            such as ``"15m"``; 0 for not at all.
        downtime: What becomes of requests during the daily downtime, from 11:00 UTC until ESI answers:
            ``"wait"`` (the default, but for a loopback ``base_url``), ``"fail"`` or ``"ignore"``.
        redis_url: A Redis server through which machines share their limits (extra ``redis``).
        language: ``Accept-Language`` of every request.
        tenant: ``X-Tenant`` of every request.
        catalog: The operations there are; by default those that :attr:`operations` finds.
        clock: Where time comes from; for tests.

    Raises:
        SettingsError: A setting is wrong, or nobody is named as the one who asks. A store that can't be used
            is a :class:`StoreError` of the first call, before anything is sent.
    """

    def __init__(
        self,
        user_agent: str | None = None,
        *,
        local: bool = True,
        remote: bool = True,
        offline: bool = False,
        tokens: Mapping[int, str | Callable[[], str]] | None = None,
        observers: Iterable[Observer] = (),
        requests_per_second: float | None = None,
        home: str | Path | None = None,
        base_url: str | None = None,
        workers: int | None = None,
        compatibility_date: str | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        max_stale: float | str | None = None,
        max_wait: float | str | None = None,
        burst: float | str | None = None,
        reserve: float | str | None = None,
        hidden_limits: Mapping[str, str | tuple[int, float] | None] | None = None,
        remember_refusals: float | str | None = None,
        downtime: str | None = None,
        redis_url: str | None = None,
        language: str | None = None,
        tenant: str | None = None,
        catalog: Catalog | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings: Settings = load_settings(
            user_agent=user_agent,
            home=home,
            base_url=base_url,
            workers=workers,
            compatibility_date=compatibility_date,
            timeout=timeout,
            retries=retries,
            max_stale=max_stale,
            max_wait=max_wait,
            burst=burst,
            reserve=reserve,
            hidden_limits=hidden_limits,
            remember_refusals=remember_refusals,
            downtime=downtime,
            redis_url=redis_url,
            language=language,
            tenant=tenant,
        )
        super().__init__(
            Workshop(
                self.settings,
                local=local,
                remote=remote and not offline,
                tokens=GivenTokens({} if tokens is None else tokens),
                observers=observers,
                requests_per_second=requests_per_second,
                catalog=catalog,
                clock=clock or SystemClock(),
            )
        )

    @property
    def operations(self) -> Catalog:
        """The catalog: ``esi.operations["GetStatus"]``, ``esi.operations.search("market orders")``."""
        return self._parts.operations

    @property
    def store(self) -> LocalStore | None:
        """The local store; None with ``local=False``."""
        return self._parts.store

    def limits(self) -> list[BucketView]:
        """Return what is left in every limit known so far."""
        return self._parts.limiter.snapshot()

    def get(
        self,
        op: str,
        /,
        *,
        character: int | str | None = None,
        refresh: bool = False,
        since_last: bool = False,
        until: int | str | None = None,
        max_records: int | None = None,
        **parameters: Any,
    ) -> Any:
        """Return an operation's data: every page, as one consistent snapshot.

        Args:
            op: The operation, by its current id or the older snake-case one.
            character: Whose token to use.
            refresh: Ask ESI, conditionally, even for what has not expired.
            since_last: Only what has changed since the last run; see :class:`Job`. It counts as delivered
                when this returns; :meth:`fetched` lets you say when.
            until: The last id wanted, itself included; see :class:`Job`.
            max_records: Only so many records; see :class:`Job`.
            **parameters: The operation's parameters; a JSON body is ``body``.

        Raises:
            InputError: The operation or a parameter is wrong; nothing was sent.
            JobError: The data can't be had whole.
        """
        job = Job(
            op,
            parameters,
            character=character,
            since_last=since_last,
            until=until,
            max_records=max_records,
        )
        return self._result_of(job, refresh=refresh, keeps_decoded=True).data

    def pages(
        self, op: str, /, *, character: int | str | None = None, refresh: bool = False, **parameters: Any
    ) -> Iterator[list[Any]]:
        """Return the pages of an operation's data, one at a time, in order, as lists of rows.

        The whole set is fetched, and proved to be one snapshot, before the first page is given. Until its
        turn comes a page stays packed, as it came over the wire, so that memory stays small: hundreds of
        thousands of rows need little more than their gzipped bytes. Data that has no pages is one page, and
        no data (204) is none.

        Args:
            op: The operation, by its current id or the older snake-case one.
            character: Whose token to use.
            refresh: Ask ESI, conditionally, even for what has not expired.
            **parameters: The operation's parameters; a JSON body is ``body``.

        Raises:
            InputError: The operation or a parameter is wrong; nothing was sent.
            JobError: The data can't be had whole.
        """
        job = Job(op, parameters, character=character)
        result = self._result_of(job, refresh=refresh, keeps_decoded=False)
        if result.rows is not None:
            return result.rows.pages()
        return iter([] if result.data is None else [[result.data]])

    def _result_of(self, job: Job, *, refresh: bool, keeps_decoded: bool) -> Result:
        (ready,) = self.prepare([("", WorkOrder((job,)))])
        finished = self._parts.ready().runner.one(
            ready,
            mode=self._parts.mode_for(refresh=refresh),
            observers=self._parts.observers,
            keeps_decoded=keeps_decoded,
        )
        if finished.error is not None:
            raise finished.error
        assert finished.job.result is not None  # noqa: S101 - a finished job has a result
        self._parts.ready().fetcher.keep(finished.bookmark)
        return finished.job.result

    def fetch(
        self,
        job: Job,
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
    ) -> Job:
        """Run one job; return it with its result. A request that fails does not raise.

        Args:
            job: The job.
            output: Folder below which its callbacks write.
            values: Values for templates; they overrule all others.
            refresh: Ask ESI, conditionally, even for what has not expired.

        Raises:
            InputError: The job is wrong; nothing was sent.
        """
        with self.fetched(job, output=output, values=values, refresh=refresh) as done:
            return done

    @contextmanager
    def fetched(
        self,
        job: Job,
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
    ) -> Iterator[Job]:
        """Run one job like :meth:`fetch`, and give it with its result to a ``with`` block.

        What it brought counts as delivered when the block ends well. With ``since_last``, what has changed
        comes again in the next run if the block raises an error, or never ends::

            with esi.fetched(Job("GetFreelanceJobsListing", since_last=True)) as done:
                database.update(done.result.data)

        Arguments and errors are those of :meth:`fetch`.
        """
        (ready,) = self.prepare(as_orders([job]), output=output, values=values)
        engine = self._parts.ready()
        finished = engine.runner.one(
            ready, mode=self._parts.mode_for(refresh=refresh), observers=self._parts.observers
        )
        yield finished.job
        engine.fetcher.keep(finished.bookmark)

    def run(
        self,
        jobs: WorkOrder | Job | Iterable[Job | ForEach | WorkOrder],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
        observers: Iterable[Observer] = (),
        journal: str | Path | bool = False,
        resume: bool = False,
    ) -> Report:
        """Run jobs and work orders; return a report on all of them, in the order given.

        Everything is checked before anything is sent.

        Args:
            jobs: A work order, a job, or any number of either.
            output: Folder below which callbacks write.
            values: Values for templates; they overrule all others.
            refresh: Ask ESI, conditionally, even for what has not expired.
            observers: Heard in this run, beside the client's own.
            journal: A file that notes which jobs are done; True for one below ``home``.
            resume: Whether to go on with the last run of the same jobs that kept a journal and did not get
                to its end, where there is one. What it has done is not done again, and is in the report.

        Raises:
            InputError: Something is wrong; its ``problems`` are all there are, and nothing was sent.
            JournalError: The journal can't be used, or the same jobs are being run with it just now.
            RunInterrupted: Ctrl-C; it carries the report.
        """
        orders = list(as_orders(jobs))
        if journal is False and not resume:
            ready = self.prepare(orders, output=output, values=values)
            return self.run_prepared(ready, refresh=refresh, observers=observers)
        with journaled(
            orders,
            settings=self.settings,
            clock=self._parts.clock,
            now=self._parts.clock.now(),
            output=output,
            values=values,
            path=None if isinstance(journal, bool) else journal,
            resume=resume,
        ) as noted:
            ready = self.prepare(orders, output=output, values=values, now=noted.began_at)
            return self.run_prepared(ready, refresh=refresh, observers=observers, journal=noted)

    def plan(
        self,
        jobs: WorkOrder | Job | Iterable[Job | ForEach | WorkOrder],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
    ) -> Bill:
        """Return the bill of a run, and send nothing: requests, tokens, time, files, and what is wrong.

        Arguments are those of :meth:`run`. What is wrong with jobs is in the bill, and raises nothing.
        """
        return self.bill(as_orders(jobs), output=output, values=values, refresh=refresh)

    def stream(
        self,
        jobs: Iterable[Job | ForEach],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
        observers: Iterable[Observer] = (),
    ) -> Iterator[Job]:
        """Yield jobs with their results as they finish; a million jobs need not fit in memory.

        Jobs are drawn and checked as workers become free, so a job that is wrong comes back ``failed``
        rather than stopping the others. Arguments are those of :meth:`run`.

        Raises:
            InputError: Something that is no job is drawn, or ``refresh`` is asked for offline.
        """
        outputs, engine = self._outputs(output, values), self._parts.ready()
        return engine.runner.stream(
            only_jobs(jobs),
            ready=lambda job: prepare_job(job, order=_NO_ORDER, fetcher=engine.fetcher, outputs=outputs),
            mode=self._parts.mode_for(refresh=refresh),
            observers=self._parts.observers.plus(observers),
        )

    def close(self) -> None:
        """Give threads, connections and files back; the object can be used again."""
        self._parts.close()

    def __enter__(self) -> Esi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Esi {self.settings.base_url} {self._parts.mode.value}>"
