"""One job at a time: its data, its pages, or the job with its result."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esi_fetch.client.operations import Operations
from esi_fetch.errors import InputError
from esi_fetch.fetch import category_named, known_names, picked
from esi_fetch.frames import frame_of_job, need_pandas
from esi_fetch.model.codec import moment_text
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.result import Result, Source
from esi_fetch.run import InSteps, as_orders
from esi_fetch.run.outcomes import Finished

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OneJob"]

log = logging.getLogger("esi_fetch")


class OneJob(InSteps):
    """What a client does with one job."""

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
            **parameters: The operation's parameters; a JSON body is ``body``. With ``page``, that
                page comes alone.

        Raises:
            InputError: The operation or a parameter is wrong; nothing was sent.
            JobError: The data can't be had whole.
        """
        return self._data_of(
            op,
            parameters,
            character=character,
            refresh=refresh,
            since_last=since_last,
            until=until,
            max_records=max_records,
        )

    @cached_property
    def op(self) -> Operations:
        """Every operation as a method, such as ``esi.op.get_markets_region_id_orders(region_id=10000002)``.

        A method takes the operation's parameters, ``character`` and the like by keyword, and returns what
        :meth:`get` returns. ``dir(esi.op)`` lists them, and ``help()`` knows what each one takes; editors and
        type checkers know the operations of the catalog that comes with the package, and what they answer.
        """
        return Operations(self._data_of, lambda: self._parts.operations)

    def _data_of(
        self, op: str, parameters: Mapping[str, Any], /, *, refresh: bool = False, **how: Any
    ) -> Any:
        return self._result_of(Job(op, dict(parameters), **how), refresh=refresh, keeps_decoded=True).data

    def frame(
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
    ) -> pd.DataFrame:
        """Return an operation's data as a pandas DataFrame (extra ``frames``).

        There is a column for every field that the operation can have, whether a row has it or not, of the
        dtype that its schema asks for: ``Int64`` for ids and for integers that may be missing, else
        ``int64``; ``float64``; ``bool`` or ``boolean``; ``datetime64[us, UTC]``; ``datetime64[us]`` for
        dates; ``category`` for enums; ``string``. Objects inside a row become columns with dots
        (``reward.initial``), lists their JSON. Fields that the schema does not know come last. ``attrs`` says
        where it came from. The whole rule is in ``docs/reference/frames.md``.

        Pages are converted one at a time, so that much less memory is needed than by a list of dicts.

        Arguments and errors are those of :meth:`get`.

        Raises:
            InputError: pandas is not installed, or the operation or a parameter is wrong; nothing was sent.
            JobError: The data can't be had whole.
        """
        need_pandas()
        job = Job(
            op,
            parameters,
            character=character,
            since_last=since_last,
            until=until,
            max_records=max_records,
        )
        result = self._result_of(job, refresh=refresh, keeps_decoded=False)
        return frame_of_job(job.with_result(result), catalog=self._parts.operations)

    def recipe(
        self,
        name: str,
        /,
        *,
        character: int | str | None = None,
        refresh: bool = False,
        **parameters: Any,
    ) -> list[dict[str, Any]]:
        """Return the rows of a recipe: a data set that takes several operations to know.

        The recipes, with what each takes and gives, are in ``docs/reference/recipes.md``;
        :mod:`esi_fetch.recipes` has each as a function. The store keeps the data set for as long as
        all that it was made from holds.

        Args:
            name: The recipe: ``market-summary``.
            character: Whose data is wanted, for recipes of private data.
            refresh: Make it anew, and ask ESI, conditionally, even for what has not expired.
            **parameters: The recipe's parameters; regions, types and the like by id or by name.

        Raises:
            InputError: The recipe or a parameter is wrong; at most ESI was asked about a name.
            JobError: Something that it is made from can't be had whole.
        """
        job = Job(recipe=name, parameters=parameters, character=character)
        rows: list[dict[str, Any]] = self._result_of(job, refresh=refresh, keeps_decoded=True).data
        return rows

    def resolve(self, name: str, *, category: str | None = None) -> int:
        """Return the id of the region, type, character, station … that has a name.

        ::

            orders = esi.get("GetMarketsRegionIdOrders", region_id=esi.resolve("The Forge"))

        ESI knows exact names in any case, and is asked at most once an hour about the same one. The recipe
        ``ids`` does the same for many names, and passes over those it does not know.

        Args:
            name: The name.
            category: The kind of thing that is meant: ``region``, ``type``, ``system``, ``station``,
                ``character`` …; needed where several things have the name.

        Raises:
            UnknownNameError: Nothing has the name, or several things have it; the text has the names nearest
                to it that data sets in the store hold.
            JobError: ESI can't be asked.
        """
        kind = None if category is None else category_named(category)
        found = self.get("PostUniverseIds", body=[name])
        store = self._parts.store
        return picked(name, found, category=kind, known=lambda kind: known_names(store, kind))

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
        finished = self._finished(job, refresh=refresh, keeps_decoded=keeps_decoded)
        if finished.error is not None:
            # The way through threads and rooms tells a user nothing; the message would stand below all of it.
            log.debug("%s failed", finished.job.label, exc_info=finished.error)
            raise finished.error.with_traceback(None)
        assert finished.job.result is not None  # noqa: S101 - a finished job has a result
        self._parts.ready().fetcher.keep(finished.bookmark)
        _tell_if_stale(finished.job, finished.job.result)
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
        finished = self._finished(job, output=output, values=values, refresh=refresh)
        yield finished.job
        self._parts.ready().fetcher.keep(finished.bookmark)

    def _finished(
        self,
        job: Job,
        *,
        output: str | Path = ".",
        values: Mapping[str, Any] | None = None,
        refresh: bool,
        keeps_decoded: bool = False,
    ) -> Finished:
        if isinstance(job, (ForEach, WorkOrder)):
            raise InputError(f"expected one job, found a {type(job).__name__}; run() takes many")
        (ready,) = self.prepare(as_orders(job), output=output, values=values)
        return self._parts.ready().runner.one(
            ready,
            mode=self._parts.mode_for(refresh=refresh),
            observers=self._parts.observers,
            keeps_decoded=keeps_decoded,
        )


def _tell_if_stale(job: Job, result: Result) -> None:
    """Warn of old data where the caller gets nothing but the data: without a handler, on standard error."""
    if Source.STALE.value in result.sources and result.fetched_at is not None:
        when = moment_text(result.fetched_at, timespec="seconds")
        log.warning("%s: ESI can't answer; data of %s from the store is used (stale)", job.label, when)
