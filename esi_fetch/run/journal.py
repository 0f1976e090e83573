"""The journal of a run: what became of each job, so that the run can be taken up again after it was stopped.

Which earlier run is taken up (:meth:`Journal.look`), where the same jobs are run again with *resume*:

- one that was stopped, or whose process died: always;
- one that ended with failures: within twelve hours of its end. A nightly run that always says *resume* begins
  anew, although one of its jobs fails every night;
- one that ended well: as long as nothing that it fetched has expired, as there is nothing to do then.

Of a run that is taken up, a job is not done again when its data was whole, all its callbacks succeeded, and
the files it wrote are there with the size they had. A job that writes to ESI is never sent a second time once
it may have arrived.

A row is written when the job's callbacks have ended; a few rows together, at least every second. What a crash
loses of that is done again. That a job which writes begins is on the disk before it is sent.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from esi_fetch.callbacks.apply import output_paths
from esi_fetch.clock import Clock
from esi_fetch.errors import JournalError, reason_of
from esi_fetch.model.job import Job
from esi_fetch.model.result import ErrorInfo, Result, State
from esi_fetch.run.identity import job_digest
from esi_fetch.run.journal_file import BEGUN, DONE, FAILED, JournalFile, JournalRow, RunRow
from esi_fetch.run.journal_rows import packed, result_in, sizes_of, state_of, still_there
from esi_fetch.run.prepare import Prepared
from esi_fetch.units import moment_text

__all__ = ["Earlier", "Journal"]

log = logging.getLogger("esi_fetch.run")

_FAILED_AGAIN_WITHIN_S = 12 * 3600.0

# How many rows are written together, and after how long those that wait are written.
_MOST_ROWS = 256
_LONGEST_WAIT_S = 0.5

_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Earlier:
    """What a journal says of the last run of the same jobs.

    Attributes:
        began_at: When it began, in seconds since the epoch.
        ended_at: When it ended by itself; None when it was stopped, or its process died.
        jobs: How many jobs it had.
        done: How many of them are done.
        failed: How many did not end well, where it ended.
    """

    began_at: float
    ended_at: float | None
    jobs: int
    done: int
    failed: int


class Journal:
    """What became of the jobs of one run. Order of use: look, begin, note (and flush), end, close.

    Args:
        path: The file; made by :meth:`begin`. None keeps it in memory, and nothing can be taken up.
        identity: What the run is asked to do; see :func:`~esi_fetch.run.identity.run_identity`.
        clock: Tells the time.
        now: When the run begins, unless it goes on with an earlier one, in seconds since the epoch.
        required: Whether a file that can't be used is an error. Else it is warned of, and the run goes on
            without.
        max_age_s: Skip a job whose files are there, still as the last run wrote them, when their data has
            not expired, or they are not older than so many seconds; None skips none.

    Attributes:
        earlier: The last run of the same jobs; None when there is none.
        goes_on: Whether this run goes on with it.
        began_at: When the run began, in seconds since the epoch; of one that goes on, the first time.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        identity: str,
        clock: Clock,
        now: float,
        required: bool = True,
        max_age_s: float | None = None,
    ) -> None:
        self.path = path
        self.earlier: Earlier | None = None
        self.goes_on = False
        self.began_at = now
        self._identity = identity
        self._clock = clock
        self._required = required
        self._max_age_s = max_age_s
        self._file = JournalFile(path, clock=clock)
        self._run = RunRow(identity, 1, self.began_at)
        self._before: RunRow | None = None
        self._waiting: list[JournalRow] = []
        self._written_at = clock.monotonic()
        self._lost: str | None = None

    def look(self, *, resume: bool) -> None:
        """See what there is, and whether it is to be taken up; nothing is written.

        Raises:
            JournalError: It is no journal, of a newer version, or, with *resume*, one of other jobs.
        """
        try:
            if not self._file.exists() or not _is_database(self._file.path):
                return
            before = self._file.run()
            if before is None:
                return
            if before.identity != self._identity:
                if resume:
                    raise JournalError(
                        f"the journal {self.path} is of other jobs (or of another folder, or other values), "
                        f"of {moment_text(before.began_at)}: name another one, or begin anew without resuming"
                    )
            else:
                done = self._file.done(before.number)
                self.earlier = Earlier(
                    before.began_at, before.ended_at, before.jobs, done=done, failed=before.failed
                )
                self.goes_on = resume and self._is_unfinished(before)
            self._before = before
        except (OSError, sqlite3.DatabaseError) as error:
            self._give_up(error)
        if self.goes_on and self._before is not None:
            self.began_at = self._before.began_at
        number = 1 if self._before is None else self._before.number + (not self.goes_on)
        self._run = RunRow(self._identity, number, self.began_at)

    def _is_unfinished(self, run: RunRow) -> bool:
        now = self._clock.now()
        if run.ended_at is None:
            return True
        if run.failed or run.expires_at is None:
            return now - run.ended_at < _FAILED_AGAIN_WITHIN_S
        return now < run.expires_at

    def begin(self, jobs: int) -> None:
        """Write down that the run begins, in place of an earlier one unless it goes on with that.

        Args:
            jobs: How many jobs it has.

        Raises:
            JournalError: It can't be written.
        """
        self._run = replace(self._run, jobs=jobs)
        try:
            self._file.set_run(self._run, forget_jobs=not self._keeps_rows)
        except (OSError, sqlite3.DatabaseError) as error:
            self._give_up(error)
            self._file.set_run(self._run)

    @property
    def _keeps_rows(self) -> bool:
        """Whether what the last run did may spare this one some work."""
        return self.earlier is not None and (self.goes_on or self._max_age_s is not None)

    def _give_up(self, error: Exception) -> None:
        """Do without a file; a row in memory at least keeps the rest of the code the same."""
        if isinstance(error, sqlite3.ProgrammingError):
            raise error  # a mistake of ours, not of the file's
        if self._required:
            raise JournalError(f"the journal {self.path} can't be used: {reason_of(error)}") from error
        log.warning(
            "the journal %s can't be used (%s): this run can't be resumed, should it be stopped",
            self.path,
            reason_of(error),
        )
        self._file.close()
        self._file = JournalFile(None, clock=self._clock)
        self.earlier, self._before, self.goes_on = None, None, False

    # One job

    def recall(self, number: int, prepared: Prepared, *, writes: bool, keeps_data: bool) -> Result | None:
        """Return the result of a job that is not to be done by this run; None when it is.

        Args:
            number: The job's number in the run, from 0.
            prepared: The job.
            writes: Whether it changes something at ESI.
            keeps_data: Whether somebody wants its data: a job without callbacks is then done again, as the
                journal has no data, and most likely the store has.
        """
        if not self._keeps_rows:
            return None
        job = prepared.job
        try:
            row = self._file.job(number)
        except (OSError, sqlite3.DatabaseError) as error:
            return self._unreadable(error) if writes else None
        if row is None or row.digest != job_digest(job):
            return None
        result = result_in(row)
        is_there = row.state == DONE and result is not None and still_there(result, row)
        if row.run != self._run.number:
            is_good = is_there and result is not None and not writes and self._is_good(result, prepared)
            return replace(result, skipped=True) if is_good and result is not None else None
        if is_there and result is not None:
            wanted = keeps_data and not job.callbacks and not writes
            return None if wanted else replace(result, resumed=True)
        if not writes or row.state == FAILED:
            return None
        return self._in_doubt(row, result)

    def _unreadable(self, error: Exception) -> Result:
        what = f"not sent: it writes, and may have been sent before; the journal {self.path} would tell, and "
        return Result(
            State.FAILED, error=ErrorInfo("JournalError", f"{what}can't be read: {reason_of(error)}")
        )

    def _is_good(self, result: Result, prepared: Prepared) -> bool:
        """Return whether files that the last run wrote need not be written again."""
        if self._max_age_s is None or not result.outputs:
            return False
        paths = output_paths(prepared.job, root=prepared.root, values=prepared.values)
        # A callback without a file does something that nobody can see; and with another date in its name, it
        # is another file.
        if len(paths) != len(prepared.job.callbacks) or tuple(map(str, paths)) != result.outputs:
            return False
        now = self._clock.now()
        if result.expires_at is not None and now < result.expires_at.timestamp():
            return True
        return all(now - os.stat(path).st_mtime <= self._max_age_s for path in result.outputs)

    def _in_doubt(self, row: JournalRow, result: Result | None) -> Result:
        if result is not None and result.state is State.SUCCEEDED and result.callback_errors:
            return replace(result, resumed=True)
        what = "had begun it" if row.state == BEGUN else "sent it"
        if result is not None and result.state is State.SUCCEEDED:
            what = "did it, and the files it wrote are gone or changed"
        message = (
            f"not sent again: it writes, and the run of {moment_text(self.began_at)} {what}, so it may have "
            "been done. Look whether it was; to send it again, run it without resuming"
        )
        return Result(State.FAILED, error=ErrorInfo("MaybeDoneError", message))

    def mark_begun(self, number: int, job: Job) -> None:
        """Write down, before it is sent, that a job which writes begins.

        Raises:
            JournalError: That can't be done.
        """
        row = JournalRow(number, self._run.number, job_digest(job), BEGUN)
        try:
            self._file.set_jobs([row])
        except (OSError, sqlite3.DatabaseError) as error:
            raise JournalError(
                f"not sent: the journal {self.path} can't be written ({reason_of(error)}), and without it a "
                "resumed run would send this a second time"
            ) from error

    def note(self, number: int, job: Job, *, writes: bool, recalled: bool) -> None:
        """Write down what became of a job, soon.

        Args:
            number: The job's number in the run, from 0.
            job: The job, with its result.
            writes: Whether it changes something at ESI.
            recalled: Whether the result is one that :meth:`recall` gave.
        """
        result = job.result
        assert result is not None  # noqa: S101 - a finished job has a result
        self._count(result)
        if self._lost is not None or (recalled and not result.skipped):
            return
        if result.skipped:
            result = replace(result, skipped=False)
        self._waiting.append(
            JournalRow(
                number,
                self._run.number,
                job_digest(job),
                state_of(result, writes=writes),
                packed(result),
                sizes_of(result),
            )
        )
        if writes or len(self._waiting) >= _MOST_ROWS:
            self.flush()
        else:
            self.flush_if_due()

    def _count(self, result: Result) -> None:
        expires_at = None if result.expires_at is None else result.expires_at.timestamp()
        soonest = self._run.expires_at
        if result.ok and expires_at is not None:
            soonest = expires_at if soonest is None else min(soonest, expires_at)
        self._run = replace(self._run, failed=self._run.failed + (not result.ok), expires_at=soonest)

    def flush_if_due(self) -> None:
        """Write what has waited for long enough."""
        if self._waiting and self._clock.monotonic() - self._written_at >= _LONGEST_WAIT_S:
            self.flush()

    def flush(self) -> None:
        """Write what waits; where that fails the run goes on, and what can't be written is done again."""
        rows = self._waiting
        if not rows:
            return
        try:
            self._file.set_jobs(rows)
        except (OSError, sqlite3.DatabaseError) as error:
            self._lose(error)
        # Not before they are written: an interrupt may come in between, and twice does no harm.
        self._waiting = []
        self._written_at = self._clock.monotonic()

    def _lose(self, error: Exception) -> None:
        if isinstance(error, sqlite3.ProgrammingError):
            raise error
        if self._lost is None:
            self._lost = reason_of(error)
            log.warning(
                "the journal %s can't be written any more (%s): should this run be resumed, what it does "
                "from now on is done again",
                self.path,
                self._lost,
            )

    def end(self) -> None:
        """Write down that the run has ended by itself."""
        self.flush()
        if self._lost is not None:
            return
        self._run = replace(self._run, ended_at=self._clock.now())
        try:
            self._file.set_run(self._run)
            self._file.forget_jobs_before(self._run.number)
        except (OSError, sqlite3.DatabaseError) as error:
            self._lose(error)

    def close(self) -> None:
        """Write what waits, and close the file."""
        self.flush()
        self._file.close()

    def __repr__(self) -> str:
        return f"Journal({'in memory' if self.path is None else str(self.path)!r})"


def _is_database(path: Path | None) -> bool:
    """Return whether there is anything in a file.

    Raises:
        JournalError: It is something else. A damaged journal is set aside, and nobody's notes should be.
    """
    assert path is not None  # noqa: S101 - only a file that exists is looked at
    with open(path, "rb") as stream:
        start = stream.read(len(_SQLITE))
    if start not in (b"", _SQLITE):
        raise JournalError(f"{path} is no journal; it was left as it is. Name another file")
    return start != b""
