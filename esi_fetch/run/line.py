"""Chunks of jobs on their way to an executor and back.

The executor's callbacks run wherever it likes (Dask's in the loop that does its I/O), so all they do here is
to put the future into a queue; everything else is done by the calling thread.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import suppress
from queue import Empty, SimpleQueue

from esi_fetch.errors import EsiFetchError, InputError, JobError, WorkerError
from esi_fetch.model.events import Event, JobFinished, JobStarted
from esi_fetch.model.job import Job
from esi_fetch.run.how import Chunk, Item, Terms
from esi_fetch.run.marks import Marks, maybe_done
from esi_fetch.run.outcomes import Finished, failed_result, not_begun
from esi_fetch.run.parcels import JobEvent, Parcel, Returned, Sealed
from esi_fetch.run.places import has_ended, places_of, successor_of
from esi_fetch.run.prepare import Prepared
from esi_fetch.run.worker import work
from esi_fetch.transport import Costs

__all__ = ["Line"]

log = logging.getLogger("esi_fetch.run")

# Dask needs 0.6 ms for a task, and 0.07 ms for each job in chunks of a hundred.
_MOST_IN_CHUNK = 100
# What is heard of a chunk is heard at its end, so it should not take long.
_CHUNK_S = 1.0
# Beside the chunk that a worker is at, one waits for it.
_CHUNKS_A_PLACE = 2
# Waits are sliced, because on Windows a wait without an end can't be interrupted.
_SLICE_S = 0.5
# Work under way gets this long to end once a run is stopped: until its worker has looked whether it was.
_STOP_S = 8.0
_DROPPED = "the executor has dropped the jobs it was given: it was shut down"
# Whose workers die each time they are given it is given up; the last time it has a worker for itself.
_MOST_DEATHS = 3
# That many deaths in a row, without any job done in between, are not a job's fault; where no job has ever
# been done, fewer.
_ALWAYS_DIES, _NEVER_LIVES = 6, 4


class Line:
    """Jobs that wait to be submitted, chunks that are with the executor, and jobs that have come back.

    Args:
        parcel: Makes parcels of jobs.
        executor: Is given them.
        marks: What the run and its workers tell each other meanwhile.
        terms: How the jobs are handed out.
        workers: How many requests a worker can have under way.
        seals: Whether parcels leave this process.

    Attributes:
        done: What became of jobs, by number, until the caller has them.
    """

    def __init__(
        self,
        parcel: Callable[[Sequence[Item], Marks, Terms], Parcel],
        executor: Executor,
        marks: Marks,
        terms: Terms,
        *,
        workers: int,
        seals: bool,
    ) -> None:
        self.done: dict[int, Finished] = {}
        self._parcel = parcel
        self._executor = executor
        self._own: list[Executor] = []
        self._marks = marks
        self._terms = terms
        self._seals = seals
        self._todo: deque[Item] = deque()
        self._suspects: deque[Item] = deque()
        self._under_way: dict[Future[Returned], Chunk] = {}
        self._news: SimpleQueue[Future[Returned]] = SimpleQueue()
        self._places = places_of(executor)
        self._size = self._workers = workers
        self._submitted = 0
        self._deaths = 0
        self._has_lived = False

    # Handing out

    def wants_more(self, not_yielded: int) -> bool:
        """Return whether another job should be drawn."""
        if self._terms.in_order and not_yielded >= 2 * self._most_chunks * _MOST_IN_CHUNK:
            return False
        return len(self._todo) < self._next_size() and len(self._under_way) < self._most_chunks

    @property
    def _most_chunks(self) -> int:
        return _CHUNKS_A_PLACE * self._places

    def _next_size(self) -> int:
        if self._terms.total is None:
            return self._size
        # Towards the end chunks get small, so that nobody is left with much while others have nothing; but
        # not so small that a worker has fewer jobs than it can have requests under way.
        left = self._terms.total - self._submitted
        fair = max(-(-left // self._most_chunks), min(self._workers, -(-left // self._places)))
        return max(1, min(self._size, fair))

    def put(self, number: int, item: Prepared | Finished) -> None:
        """Take a job that was drawn."""
        if isinstance(item, Finished):
            self.done[number] = item
            self._submitted += 1
        else:
            self._todo.append(Item(number, item))

    def submit(self, *, everything: bool) -> None:
        """Give chunks to the executor.

        Args:
            everything: Whether nothing more will be drawn, so that chunks need not be full.
        """
        while len(self._under_way) < self._most_chunks and self._todo:
            size = self._next_size()
            if len(self._todo) < size and not everything:
                return
            self._give([self._todo.popleft() for _ in range(min(size, len(self._todo)))])
        if self._suspects and not self._under_way and not self._todo:
            self._give([self._suspects.popleft()])  # alone, so that nobody else is to blame

    def _give(self, items: list[Item]) -> None:
        self._submitted += len(items)
        items = list(self._begun(items))
        if not items:
            return
        try:
            parcel = self._parcel(items, self._marks, self._terms)
            sent: Sealed | Parcel = parcel.sealed() if self._seals else parcel
        except Exception as error:  # noqa: BLE001 - objects of users raise what they like, and it is one job's
            if len(items) > 1:
                for item in items:
                    self._give_again(item)
            elif isinstance(error, (InputError, JobError)):
                self._fail(items[0], error)
            else:
                what = f"it can't be sent to another process: {type(error).__name__}: {error}"
                self._fail(
                    items[0], InputError(f"{what} (what a job is made of has to be plain or importable)")
                )
            return
        chunk = Chunk(items, self._executor)
        try:
            future = self._executor.submit(work, sent)
        except BrokenExecutor as error:
            self._died(chunk, error, was_given=False)
            return
        except RuntimeError as error:
            raise WorkerError(f"the executor takes no jobs: {error}") from error
        self._under_way[future] = chunk
        future.add_done_callback(self._news.put)

    def _give_again(self, item: Item) -> None:
        self._submitted -= 1
        self._give([item])

    def _begun(self, items: Iterable[Item]) -> Iterator[Item]:
        for item in items:
            if self._terms.begin_write is not None and self._terms.writes(item.ready):
                try:
                    self._terms.begin_write(item.number, item.ready.job)
                except InputError as error:
                    self._fail(item, error)
                    continue
            yield item

    def _fail(self, item: Item, error: JobError | InputError) -> None:
        job = item.ready.job
        failed = job.with_result(failed_result(error, Costs(), now=self._terms.clock.now()))
        self._terms.observers.emit(JobStarted(job))
        self._terms.observers.emit(JobFinished(failed))
        self.done[item.number] = Finished(failed, error, writes=self._terms.writes(item.ready))

    # Taking back

    def next_done(self, wanted: int) -> int | None:
        """Return the number of a job that has ended: *wanted*, where they are yielded in order."""
        if self._terms.in_order:
            return wanted if wanted in self.done else None
        return next(iter(self.done), None)

    def take_back(self) -> None:
        """Wait until a chunk comes back; return after a while all the same."""
        try:
            future = self._news.get(timeout=_SLICE_S)
        except Empty:
            if has_ended(self._executor):
                raise WorkerError(_DROPPED) from None
            self._places = places_of(self._executor)  # clusters grow and shrink
            self._terms.idle()
            return
        self._end(future)

    def _end(self, future: Future[Returned]) -> None:
        """Take what became of a chunk; an interrupt at any moment leaves it to be taken again."""
        chunk = self._under_way[future]
        try:
            returned = future.result()
        except CancelledError as error:
            raise WorkerError(_DROPPED) from error
        except EsiFetchError:
            raise  # as on threads: the settings, the limits' server or the store can't be used
        except Exception as error:
            if not (isinstance(error, BrokenExecutor) or _is_killed_worker(error)):
                raise WorkerError(
                    f"the executor's workers can't work on jobs: {type(error).__name__}: {error}"
                ) from error
            self._died(chunk, error)
            del self._under_way[future]
            return
        events = self._took(chunk, returned)
        del self._under_way[future]
        for event in events:
            self._terms.observers.emit(event)

    def _took(self, chunk: Chunk, returned: Returned) -> list[Event]:
        """Take what a worker made of a chunk; return what is to be told of it."""
        self._deaths, self._has_lived = 0, True
        items = {item.number: item for item in chunk.items}
        if returned.problem is not None:
            if len(items) == 1:
                self._fail(chunk.items[0], WorkerError(returned.problem))
            for item in chunk.items if len(items) > 1 else ():
                self._suspects.append(item)  # one by one: most likely it is only one of them
            return []
        jobs = {came.number: items[came.number].ready.job.with_result(came.result) for came in returned.came}
        for came in returned.came:
            self.done[came.number] = Finished(
                jobs[came.number], None, came.bookmark, self._terms.writes(items[came.number].ready)
            )
        if len(returned.came) == len(items) and returned.elapsed_s > 0:
            fitting = len(items) * _CHUNK_S / returned.elapsed_s
            # By halves: one chunk of quick ones among slow ones should not change much.
            self._size = max(1, min(_MOST_IN_CHUNK, round((self._size + fitting) / 2)))
        return [self._restored(event, items, jobs) for event in returned.events]

    def _restored(self, event: Event | JobEvent, items: Mapping[int, Item], jobs: Mapping[int, Job]) -> Event:
        if not isinstance(event, JobEvent):
            return event
        if event.event == JobStarted.event:
            return JobStarted(items[event.number].ready.job)
        return JobFinished(jobs[event.number])

    # Deaths

    def _died(self, chunk: Chunk, error: Exception, *, was_given: bool = True) -> None:
        if isinstance(error, BrokenExecutor) and chunk.executor is self._executor:
            self._deaths += 1
            if self._deaths >= (_ALWAYS_DIES if self._has_lived else _NEVER_LIVES):
                raise WorkerError(
                    f"worker processes die each time ({error}). In a script, what starts them has to stand "
                    "below if __name__ == '__main__':"
                ) from error
            self._executor = successor_of(chunk.executor, error)
            self._own.append(self._executor)
            log.warning(
                "a worker process has died, and the whole pool with it (%s): the jobs it was given are done "
                "again by new processes; the executor itself can't be used any more",
                str(error) or type(error).__name__,
            )
        elif not isinstance(error, BrokenExecutor):
            log.warning(
                "workers have died over the same jobs again and again (%s): they are given anew", error
            )
        self._submitted -= len(chunk.items)
        self._size = max(1, self._size // 2)
        for item in chunk.items:
            again = item._replace(deaths=item.deaths + was_given)
            if again.deaths >= _MOST_DEATHS:
                self._submitted += 1
                told = WorkerError(f"the worker process died {again.deaths} times while it had this job")
                self._fail(again, maybe_done() if self._was_begun(again) else told)
            elif again.deaths == _MOST_DEATHS - 1:
                self._suspects.append(again)
            else:
                self._todo.append(again)

    # Stopping

    def stop(self) -> None:
        """Let nothing more be begun, and wait a little for what has been."""
        try:
            if self._under_way:
                self._marks.stop()
                until = time.monotonic() + _STOP_S
                while self._under_way and (left_s := until - time.monotonic()) > 0:
                    ended, _ = wait(
                        self._under_way, timeout=min(left_s, _SLICE_S), return_when=FIRST_COMPLETED
                    )
                    for future in ended:
                        chunk = self._under_way[future]
                        with suppress(Exception):  # whatever it was, nobody asks any more
                            self._end(future)
                        self._under_way.pop(future, None)
                        self._release(chunk)
                for future, chunk in self._under_way.items():
                    future.cancel()
                    self._release(chunk)
        finally:
            for executor in self._own:
                executor.shutdown(wait=False)

    def _release(self, chunk: Chunk) -> None:
        """Say of jobs that write, and did not come back, whether they were begun."""
        for item in chunk.items:
            if item.number in self.done or not self._terms.writes(item.ready):
                continue
            if self._was_begun(item):
                self._fail(item, maybe_done())
            else:
                job = item.ready.job.with_result(not_begun())
                self.done[item.number] = Finished(job, writes=True)

    def _was_begun(self, item: Item) -> bool:
        """Return whether a worker may have begun a job that writes; if not, none can from now on."""
        if not self._terms.writes(item.ready):
            return False
        try:
            return not self._marks.claim(item.number)
        except OSError:
            return True


def _is_killed_worker(error: Exception) -> bool:
    kind = type(error)
    return kind.__module__.partition(".")[0] == "distributed" and kind.__name__ == "KilledWorker"
