"""The file of a journal: one row about the run, one row for each of its jobs."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from esi_fetch.clock import Clock
from esi_fetch.database import Database, FileKind
from esi_fetch.errors import JournalError

__all__ = ["BEGUN", "DONE", "FAILED", "IN_DOUBT", "JOURNAL_FILE", "JournalFile", "JournalRow", "RunRow"]

JOURNAL_FILE = FileKind(
    noun="journal",
    application_id=b"ESIJ",
    file_format=1,
    schema=(
        "CREATE TABLE IF NOT EXISTS run (one INTEGER PRIMARY KEY CHECK (one = 1), identity TEXT,"
        " number INTEGER, began_at REAL, ended_at REAL, process INTEGER, jobs INTEGER, failed INTEGER,"
        " expires_at REAL)",
        "CREATE TABLE IF NOT EXISTS jobs (number INTEGER PRIMARY KEY, run INTEGER, digest BLOB, state TEXT,"
        " result BLOB, sizes TEXT)",
    ),
    error=JournalError,
    logger=logging.getLogger("esi_fetch.run"),
    # That a job which writes has begun must be known after a power cut, too.
    durable=True,
)

BEGUN = "begun"
"""A job that writes was begun."""
DONE = "done"
"""The data is whole, and every callback succeeded."""
FAILED = "failed"
"""It can be done again."""
IN_DOUBT = "in doubt"
"""A job that writes, and that ESI may have done."""

_READ_RUN = "SELECT identity, number, began_at, ended_at, jobs, failed, expires_at FROM run"
_WRITE_RUN = "INSERT OR REPLACE INTO run VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)"
_READ_JOB = "SELECT number, run, digest, state, result, sizes FROM jobs WHERE number = ?"
_WRITE_JOB = (
    "INSERT OR REPLACE INTO jobs (number, run, digest, state, result, sizes) VALUES (?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True)
class RunRow:
    """What a journal says of its run.

    Attributes:
        identity: What the run was asked to do.
        number: Counts the runs that this file was used for; the rows of their jobs carry it.
        began_at: When it began, in seconds since the epoch.
        ended_at: When it ended by itself; None while it goes on, or when it was stopped.
        jobs: How many jobs it has.
        failed: How many of them did not end well.
        expires_at: When the first of what it fetched expires; None when nothing does.
    """

    identity: str
    number: int
    began_at: float
    ended_at: float | None = None
    jobs: int = 0
    failed: int = 0
    expires_at: float | None = None


@dataclass(frozen=True)
class JournalRow:
    """What a journal says of one job.

    Attributes:
        number: The job's number in its run, from 0.
        run: The number of the run.
        digest: What tells the job from others.
        state: :data:`BEGUN`, :data:`DONE`, :data:`FAILED` or :data:`IN_DOUBT`.
        result: Its result without the data, as JSON; empty while there is none.
        sizes: The sizes of the files it wrote, in their order, in bytes, as JSON.
    """

    number: int
    run: int
    digest: bytes
    state: str
    result: bytes = b""
    sizes: bytes = b"[]"


class JournalFile:
    """The rows of one journal; threads may share it. None as *path* keeps them in memory.

    Opened by its first use; a damaged file is then set aside and begun anew, with a warning. What its methods
    raise is what :class:`~esi_fetch.database.Database` raises.
    """

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        self.path = path
        self._database = Database(path, kind=JOURNAL_FILE, clock=clock)

    def exists(self) -> bool:
        """Return whether there is such a file."""
        return self.path is not None and self.path.exists()

    def close(self) -> None:
        """Close it, from any thread."""
        self._database.close()

    def run(self) -> RunRow | None:
        """Return what it says of its run; None when it is new."""
        rows = self._database.read(_READ_RUN)
        return RunRow(*rows[0]) if rows else None

    def set_run(self, run: RunRow, *, forget_jobs: bool = False) -> None:
        """Write down what is known of the run, and with *forget_jobs* drop the rows of all jobs."""

        def write(writer: sqlite3.Connection) -> None:
            if forget_jobs:
                writer.execute("DELETE FROM jobs")
            values = (run.identity, run.number, run.began_at, run.ended_at)
            # The process is for people alone, who look into a journal because a run has ended oddly.
            writer.execute(_WRITE_RUN, (*values, os.getpid(), run.jobs, run.failed, run.expires_at))

        self._database.change(write)

    def job(self, number: int) -> JournalRow | None:
        """Return what it says of a job; None when nothing."""
        rows = self._database.read(_READ_JOB, number)
        return JournalRow(*rows[0]) if rows else None

    def set_jobs(self, rows: Iterable[JournalRow]) -> None:
        """Write down what became of jobs, all at once."""
        values = [(row.number, row.run, row.digest, row.state, row.result, row.sizes) for row in rows]

        def write(writer: sqlite3.Connection) -> None:
            writer.executemany(_WRITE_JOB, values)

        self._database.change(write)

    def forget_jobs_before(self, run: int) -> None:
        """Drop the rows of the jobs of earlier runs."""
        self._database.change(lambda writer: writer.execute("DELETE FROM jobs WHERE run < ?", (run,)))

    def done(self, run: int) -> int:
        """Return how many jobs of a run are done."""
        rows = self._database.read("SELECT count(*) FROM jobs WHERE run = ? AND state = ?", run, DONE)
        return int(rows[0][0]) if rows else 0

    def __repr__(self) -> str:
        return f"JournalFile({'in memory' if self.path is None else str(self.path)!r})"
