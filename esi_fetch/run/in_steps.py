"""A run in two steps, for those who have something to say in between: check work orders, then run them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from esi_fetch.model.bill import Bill
from esi_fetch.model.events import Observer
from esi_fetch.model.job import WorkOrder
from esi_fetch.model.report import Report
from esi_fetch.run.elsewhere import Elsewhere
from esi_fetch.run.journal import Journal
from esi_fetch.run.plan import bill
from esi_fetch.run.prepare import Look, Outputs, Prepared, PreparedJobs, prepare
from esi_fetch.run.worker import origin_of
from esi_fetch.run.workshop import Workshop

__all__ = ["InSteps"]


class InSteps:
    """The steps of a run, each for itself.

    Args:
        parts: What does the work.
    """

    def __init__(self, parts: Workshop) -> None:
        self._parts = parts

    def prepare(
        self,
        orders: Iterable[tuple[str, WorkOrder]],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        now: float | None = None,
        look: Look | None = None,
    ) -> PreparedJobs:
        """Check work orders without sending anything; return their jobs, ready for :meth:`run_prepared`.

        Args:
            orders: Work orders, each with the name that its problems are reported under.
            output: Folder below which callbacks write.
            values: Values for templates; they overrule all others.
            now: What ``${date}`` means, in seconds since the epoch; None for now.
            look: Looks at each job, and may find more that is wrong.

        Raises:
            InputError: Something is wrong; its ``problems`` are all there are.
        """
        outputs = self._outputs(output, values, now)
        return prepare(orders, fetcher=self._parts.ready().fetcher, outputs=outputs, look=look)

    def bill(
        self,
        orders: Iterable[tuple[str, WorkOrder]],
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool = False,
        look: Look | None = None,
        journal: Journal | None = None,
    ) -> Bill:
        """Return the bill of work orders with names; arguments are those of :meth:`prepare`.

        With a journal it is that of a run that has this journal.
        """
        return bill(
            orders,
            fetcher=self._parts.ready().fetcher,
            outputs=self._outputs(output, values, None if journal is None else journal.began_at),
            limiter=self._parts.limiter,
            mode=self._parts.mode_for(refresh=refresh),
            look=look,
            journal=journal,
        )

    def run_prepared(
        self,
        jobs: Collection[Prepared],
        *,
        refresh: bool = False,
        observers: Iterable[Observer] = (),
        journal: Journal | None = None,
        keep_data: bool = True,
        executor: Executor | None = None,
    ) -> Report:
        """Run jobs that :meth:`prepare` has checked; otherwise like :meth:`run`."""
        return self._parts.ready().runner.run(
            jobs,
            mode=self._parts.mode_for(refresh=refresh),
            observers=self._parts.observers.plus(observers),
            journal=journal,
            keeps_data=keep_data,
            elsewhere=self._elsewhere(executor),
        )

    def _elsewhere(self, executor: Executor | None) -> Elsewhere | None:
        """Return what works on jobs by an executor.

        Raises:
            InputError: It is none.
        """
        if executor is None:
            return None
        parts = self._parts
        return Elsewhere(executor, origin=origin_of(parts), blueprint=parts.blueprint, tokens=parts.tokens)

    def _outputs(
        self, output: str | Path, values: Mapping[str, Any] | None, now: float | None = None
    ) -> Outputs:
        moment = self._parts.clock.now() if now is None else now
        return Outputs(Path(output).absolute(), values or {}, moment)
