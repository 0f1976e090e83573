"""What a run and its workers in other processes tell each other while jobs are under way.

Two things can't wait for a worker's answer, and must outlive the worker: that the run was stopped, and that a
job which writes to ESI has been begun. They stand where all that processes share stands: on the Redis server
where there is one, else in a folder of the home.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from esi_fetch.errors import JobError, MaybeDoneError, reason_of
from esi_fetch.redis_server import RedisServer
from esi_fetch.settings import Settings

__all__ = ["FileMarks", "Marks", "MemoryMarks", "RedisMarks", "begin_write", "marks_for", "maybe_done"]

T = TypeVar("T")

_FOLDER = "runs"
_STOP = "stop"
# Left behind by runs that were killed.
_FORGOTTEN_AFTER_S = 7 * 86_400.0


class Marks(Protocol):
    """The marks of one run. Those that travel are pickled by value."""

    def stop(self) -> None:
        """Let all workers know that the run was stopped; where that can't be done, they end their chunks."""
        ...

    def is_stopped(self) -> bool:
        """Return whether the run was stopped."""
        ...

    def claim(self, number: int) -> bool:
        """Mark a job as begun; return whether it was not yet, which is said to one who asks alone.

        Raises:
            OSError: It can't be marked.
        """
        ...

    def close(self) -> None:
        """Give connections back, from a worker; the marks stay."""
        ...

    def clear(self) -> None:
        """Remove all marks."""
        ...


class MemoryMarks:
    """Marks for workers in this process; threads may share them."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._claimed: set[int] = set()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Let all workers know that the run was stopped."""
        self._stopped.set()

    def is_stopped(self) -> bool:
        """Return whether the run was stopped."""
        return self._stopped.is_set()

    def claim(self, number: int) -> bool:
        """Mark a job as begun; return whether it was not yet."""
        with self._lock:
            is_first = number not in self._claimed
            self._claimed.add(number)
            return is_first

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def clear(self) -> None:
        """Keep them for workers that are still at it; they go with the run."""


class FileMarks:
    """Marks for workers that see the same folder.

    Args:
        folder: A folder of this run alone; made by :meth:`make`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Make the folder, and remove those of runs that were killed long ago.

        Raises:
            OSError: It can't be made.
        """
        self.folder.mkdir(parents=True)
        with suppress(OSError):
            for other in self.folder.parent.iterdir():
                if time.time() - other.stat().st_mtime > _FORGOTTEN_AFTER_S:
                    shutil.rmtree(other, ignore_errors=True)

    def stop(self) -> None:
        """Let all workers know that the run was stopped."""
        with suppress(OSError):
            (self.folder / _STOP).touch()

    def is_stopped(self) -> bool:
        """Return whether the run was stopped; when it has ended, and the marks are gone, it has ended too."""
        try:
            return (self.folder / _STOP).exists()
        except OSError:
            return False

    def claim(self, number: int) -> bool:
        """Mark a job as begun; return whether it was not yet.

        Raises:
            OSError: The folder is not there: it was made by another machine, or the run has ended.
        """
        try:
            os.close(os.open(self.folder / str(number), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return False
        return True

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def clear(self) -> None:
        """Remove all marks."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def __repr__(self) -> str:
        return f"FileMarks({str(self.folder)!r})"


class RedisMarks:
    """Marks for workers that reach the same Redis server.

    Args:
        url: The server.
        run: What tells the run from all others.
    """

    def __init__(self, url: str, run: str) -> None:
        self._url = url
        self._run = run
        self._client: Any = None
        self._server = RedisServer(url)

    def stop(self) -> None:
        """Let all workers know that the run was stopped."""
        with suppress(OSError):
            self._set(_STOP)

    def is_stopped(self) -> bool:
        """Return whether the run was stopped; False where nobody knows."""
        try:
            return bool(self._do(lambda client: client.exists(self._name(_STOP))))
        except OSError:
            return False

    def claim(self, number: int) -> bool:
        """Mark a job as begun; return whether it was not yet.

        Raises:
            OSError: The server does not do it, or may have done it.
        """
        return self._set(str(number))

    def close(self) -> None:
        """Close the connection; the next use makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def clear(self) -> None:
        """Close the connection; the marks go by themselves, as a worker may still look at them."""
        self.close()

    def _name(self, mark: str) -> str:
        return f"esi_fetch:runs:1:{self._run}:{mark}"

    def _set(self, mark: str) -> bool:
        lasts_s = round(_FORGOTTEN_AFTER_S)
        return bool(self._do(lambda client: client.set(self._name(mark), 1, nx=True, ex=lasts_s)))

    def _do(self, work: Callable[[Any], T]) -> T:
        if self._client is None:
            self._client = self._server.client()
        try:
            return work(self._client)
        except self._server.failures as error:
            raise self._server.failed(error) from None

    def __reduce__(self) -> tuple[Any, ...]:
        return RedisMarks, (self._url, self._run)

    def __repr__(self) -> str:
        return f"RedisMarks({self._server.shown!r})"


@contextmanager
def marks_for(settings: Settings, *, same_process: bool) -> Iterator[Marks]:
    """Give the marks of a run, for the time of a ``with`` block.

    Args:
        settings: Where processes share what they share.
        same_process: Whether all workers are threads of this process.
    """
    marks: Marks = MemoryMarks()
    run = secrets.token_hex(8)
    if not same_process and settings.redis_url is not None:
        marks = RedisMarks(settings.redis_url, run)
    elif not same_process:
        marks = files = FileMarks(settings.home / _FOLDER / run)
        with suppress(OSError):  # without it no write is sent, and a run that is stopped ends a little later
            files.make()
    try:
        yield marks
    finally:
        marks.clear()


def begin_write(marks: Marks, number: int) -> None:
    """Mark a job which writes as begun.

    Raises:
        MaybeDoneError: It is marked already: a worker has begun it, and died.
        JobError: It can't be marked.
    """
    try:
        is_first = marks.claim(number)
    except OSError as error:
        raise JobError(
            "not sent: it writes, and nothing would keep another worker from sending it again, should this "
            f"one die ({marks!r}: {reason_of(error)}). Workers have to share the caller's home folder, or a "
            "Redis server (redis_url)"
        ) from error
    if not is_first:
        raise maybe_done()


def maybe_done() -> MaybeDoneError:
    """Return the error of a job which writes, and which a worker had begun that did not come back."""
    return MaybeDoneError(
        "not sent again: it writes, and a worker that had begun it did not come back, so it may have been "
        "done. Look whether it was; to send it again, run it anew"
    )
