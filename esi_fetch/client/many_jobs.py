"""Many jobs: run, planned, streamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from esi_fetch.model.bill import Bill
from esi_fetch.model.events import Observer
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.report import Report
from esi_fetch.run import InSteps, Journal, as_orders, journaled, only_jobs, preparer, table_copies

__all__ = ["ManyJobs"]


class ManyJobs(InSteps):
    """What a client does with many jobs."""

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
        keep_data: bool = True,
        executor: Executor | None = None,
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
            keep_data: Whether the report's results have their data. Without, a hundred thousand jobs need no
                more memory than their results; callbacks have the data either way.
            executor: Works on the jobs, in chunks, in place of this client's own threads: any
                :class:`concurrent.futures.Executor`. In processes, and on other machines, each worker builds
                one client of the same settings; functions of *tokens* are called here, and what they return
                travels. Events come back with the chunks, about once a second, and have data only with
                *keep_data*. See ``docs/how-to/scaling.md``.

        Raises:
            InputError: Something is wrong; its ``problems`` are all there are, and nothing was sent.
            JournalError: The journal can't be used, or the same jobs are being run with it just now.
            WorkerError: The executor can't be used; a job over which its workers die just fails.
            RunInterrupted: Ctrl-C; it carries the report.
        """
        with (
            table_copies(as_orders(jobs)) as orders,
            self._journaled(orders, output=output, values=values, journal=journal, resume=resume) as noted,
        ):
            now = None if noted is None else noted.began_at
            return self.run_prepared(
                self.prepare(orders, output=output, values=values, now=now),
                refresh=refresh,
                observers=observers,
                journal=noted,
                keep_data=keep_data,
                executor=executor,
            )

    def plan(
        self,
        jobs: WorkOrder | Job | Iterable[Job | ForEach | WorkOrder],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
        journal: str | Path | bool = False,
        resume: bool = False,
    ) -> Bill:
        """Return the bill of a run, and send nothing: requests, tokens, time, files, and what is wrong.

        Arguments are those of :meth:`run`. What is wrong with jobs is in the bill, and raises nothing.

        Raises:
            JournalError: The journal can't be used, or is of other jobs.
        """
        orders = list(as_orders(jobs))
        asked = journal if resume else False  # without resume no job is spared, whatever a journal says
        with self._journaled(
            orders, output=output, values=values, journal=asked, resume=resume, only_look=True
        ) as noted:
            return self.bill(orders, output=output, values=values, refresh=refresh, journal=noted)

    def _journaled(
        self,
        orders: list[tuple[str, WorkOrder]],
        *,
        output: str | Path,
        values: Mapping[str, Any] | None,
        journal: str | Path | bool,
        resume: bool,
        only_look: bool = False,
    ) -> AbstractContextManager[Journal | None]:
        if journal is False and not resume:
            return nullcontext()
        return journaled(
            orders,
            settings=self._parts.settings,
            clock=self._parts.clock,
            now=self._parts.clock.now(),
            output=output,
            values=values,
            path=None if isinstance(journal, bool) else journal,
            resume=resume,
            only_look=only_look,
        )

    def stream(
        self,
        jobs: Iterable[Job | ForEach],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
        observers: Iterable[Observer] = (),
        in_order: bool = False,
        keep_data: bool = True,
        executor: Executor | None = None,
    ) -> Iterator[Job]:
        """Yield jobs with their results as they finish; a million jobs need not fit in memory.

        Jobs are drawn and checked as workers become free, so a job that is wrong comes back ``failed``
        rather than stopping the others. Whoever stops listening stops the rest.

        Args:
            jobs: The jobs; an iterator is drawn from a few jobs ahead of what was yielded.
            output: Folder below which callbacks write.
            values: Values for templates; they overrule all others.
            refresh: Ask ESI, conditionally, even for what has not expired.
            observers: Heard meanwhile, beside the client's own.
            in_order: Whether they are yielded in the order given, rather than each as soon as it is done.
                One that takes long then holds up those behind it: a few are done meanwhile, and kept.
            keep_data: Whether results have their data.
            executor: Works on the jobs in place of this client's own threads; see :meth:`run`.

        Raises:
            InputError: Something that is no job is drawn, or ``refresh`` is asked for offline.
        """
        outputs, engine = self._outputs(output, values), self._parts.ready()
        return engine.runner.stream(
            only_jobs(jobs),
            ready=preparer(fetcher=engine.fetcher, outputs=outputs),
            mode=self._parts.mode_for(refresh=refresh),
            observers=self._parts.observers.plus(observers),
            in_order=in_order,
            keeps_data=keep_data,
            elsewhere=self._elsewhere(executor),
        )
