"""The worker threads of one client, shared by its jobs and by the pages of its jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

__all__ = ["Crew"]

P = ParamSpec("P")
T = TypeVar("T")


class _Here(threading.local):
    """Whether the thread that looks is one of the workers."""

    works = False


class Crew(Executor):
    """A thread pool that is made when it is first needed."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._here = _Here()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn(*args, **kwargs)`` in a worker thread."""
        with self._lock:
            if self._pool is None:
                # Threads must not hold on to the crew: the pool of a client that is dropped, not closed,
                # ends them when it is collected.
                self._pool = ThreadPoolExecutor(
                    self.threads,
                    thread_name_prefix="esi_fetch",
                    initializer=setattr,
                    initargs=(self._here, "works", True),
                )
            return self._pool.submit(fn, *args, **kwargs)

    def is_mine(self) -> bool:
        """Return whether the calling thread is one of these workers."""
        return self._here.works

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads; the next submission makes new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def __repr__(self) -> str:
        return f"Crew(threads={self.threads})"
