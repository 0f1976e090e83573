"""Handing jobs to any executor, in chunks, and taking back what becomes of them.

Order of operations (:meth:`Elsewhere.outcomes`):

1. draw jobs, a few chunks ahead; what has ended already is passed through
2. submit a chunk: of jobs that take about a second, at most a hundred, fewer towards the end of a run
3. take back what became of a chunk, tell observers what happened, and pass it on
4. where a worker has died, hand out its jobs again; a pool of processes that broke gets a successor
5. when the caller stops early, tell the workers, wait a little, and keep what still comes
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from esi_fetch.auth import TokenSource
from esi_fetch.errors import InputError
from esi_fetch.run.how import Item, Terms
from esi_fetch.run.line import Line
from esi_fetch.run.marks import Marks, marks_for
from esi_fetch.run.outcomes import Finished
from esi_fetch.run.parcels import Blueprint, Parcel
from esi_fetch.run.prepare import Prepared
from esi_fetch.run.worker import modules_of

__all__ = ["Elsewhere"]


class Elsewhere:
    """Works on jobs by an executor.

    Args:
        executor: The executor; it is not shut down.
        origin: Which client hands out the jobs.
        blueprint: What workers build theirs of.
        tokens: The access tokens that travel with the jobs, where they do.

    Raises:
        InputError: It is no executor.
    """

    def __init__(
        self,
        executor: Executor,
        *,
        origin: str,
        blueprint: Blueprint,
        tokens: TokenSource,
    ) -> None:
        if not callable(getattr(executor, "submit", None)):
            raise InputError(
                f"executor: expected a concurrent.futures.Executor, found {executor!r:.80} (for Dask: "
                "client.get_executor())"
            )
        self._given = executor
        self._is_here = isinstance(executor, ThreadPoolExecutor)
        self._origin = origin
        self._blueprint = blueprint
        self._tokens = tokens

    def outcomes(
        self, items: Iterable[tuple[int, Prepared | Finished]], terms: Terms, late: dict[int, Finished]
    ) -> Generator[tuple[int, Finished], None, None]:
        """Yield what becomes of each job, with its number, as it comes back.

        Args:
            items: Numbers and jobs; what has ended already is yielded as it is.
            terms: How they are handed out.
            late: What was done but not yielded when the caller stopped, and what comes until then.

        Raises:
            WorkerError: The executor can't be used.
            EsiFetchError: A worker's client can't be used at all.
        """
        with marks_for(self._blueprint.settings, same_process=self._is_here) as marks:
            line = Line(
                self.parcel,
                self._given,
                marks,
                terms,
                workers=self._blueprint.settings.workers,
                seals=not self._is_here,
            )
            source = iter(items)
            drawn_all, drawn, yielded = False, 0, 0
            try:
                while True:
                    while not drawn_all and line.wants_more(drawn - yielded):
                        item = next(source, None)
                        if item is None:
                            drawn_all = True
                        else:
                            drawn += 1
                            line.put(*item)
                    line.submit(everything=drawn_all)
                    while (number := line.next_done(yielded)) is not None:
                        yield number, line.done[number]
                        del line.done[number]  # not before it has arrived: an interrupt may come in between
                        yielded += 1
                    if drawn_all and yielded == drawn:
                        return
                    if drawn_all or not line.wants_more(drawn - yielded):
                        line.take_back()
            finally:
                try:
                    line.stop()
                finally:
                    late.update(line.done)

    def parcel(self, items: Sequence[Item], marks: Marks, terms: Terms) -> Parcel:
        """Return jobs as a worker is given them.

        Raises:
            InputError: A token can't be had.
        """
        jobs = [(item.number, item.ready) for item in items]
        tokens: Mapping[int, str] | None = None
        if self._blueprint.sends_tokens and not self._is_here:
            characters = {ready.wanted.character for _, ready in jobs}
            tokens = {each: self._tokens.access_token(each) for each in characters if each is not None}
        return Parcel(
            self._origin,
            self._blueprint,
            jobs,
            terms.mode,
            marks,
            tokens,
            modules_of(jobs),
            terms.keeps_data,
            bool(terms.observers),
        )
