"""The journal: which run is taken up, which of its jobs are done again, and what becomes of it in trouble."""

from __future__ import annotations

import json
import logging
import sqlite3
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from esi_fetch.catalog import bundled
from esi_fetch.clock import HeldClock
from esi_fetch.errors import JournalError
from esi_fetch.fetch import Wanted
from esi_fetch.model.callback import Callback
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import CallbackError, ErrorInfo, Result, State
from esi_fetch.run import Journal, Prepared
from esi_fetch.run.journal_file import JOURNAL_FILE, JournalFile, JournalRow
from esi_fetch.run.journal_rows import packed, result_in
from tests.model.strategies import results

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
WELL = Result(State.SUCCEEDED, complete=True, status=200, requests=1)
NOT_WELL = Result(State.FAILED, error=ErrorInfo("NotFoundError", "gone", 404, 1), status=404, requests=1)
READS = Job("GetStatus")
SAVES = Job("GetStatus", callbacks=(Callback("save_json", {"path": "a.json"}),))


def wanted_by(job: Job) -> Wanted:
    return Wanted(bundled()[job.op_id], job.parameters, None)


class Desk:
    """One journal's file, a clock that is held, and runs of one job over it."""

    def __init__(self, folder: Path, clock: HeldClock) -> None:
        self.path = folder / "journal.sqlite"
        self.output = folder / "a.json"
        self.clock = clock

    def journal(self, *, resume: bool = False, identity: str = "same", **more: Any) -> Journal:
        journal = Journal(
            more.pop("path", self.path), identity=identity, clock=self.clock, now=self.clock.now(), **more
        )
        journal.look(resume=resume)
        return journal

    def run(
        self, job: Job, result: Result | None, *, ends: bool, writes: bool = False, **more: Any
    ) -> Journal:
        """Run one job; without a result it was only begun."""
        journal = self.journal(**more)
        journal.begin(1)
        if writes:
            journal.mark_begun(0, job)
        if result is not None:
            journal.note(0, job.with_result(result), writes=writes, recalled=False)
        if ends:
            journal.end()
        journal.close()
        return journal

    def recalled(
        self, job: Job, *, writes: bool = False, keeps_data: bool = False, **more: Any
    ) -> Result | None:
        """Go on with the last run; return what is known of its job."""
        journal = self.journal(**{"resume": True, **more})
        journal.begin(1)
        prepared = Prepared(job, wanted_by(job), self.output.parent, {})
        result = journal.recall(0, prepared, writes=writes, keeps_data=keeps_data)
        if result is not None:
            journal.note(0, job.with_result(result), writes=writes, recalled=True)
        journal.close()
        return result

    def saved(self, **more: Any) -> Result:
        """Write the job's file; return the result that says so."""
        self.output.write_text("[1]")
        return replace(WELL, outputs=(str(self.output),), **more)

    def moment(self, later_s: float) -> datetime:
        return datetime.fromtimestamp(self.clock.now() + later_s, timezone.utc)


@pytest.fixture
def desk(tmp_path: Path, held_clock: HeldClock) -> Desk:
    return Desk(tmp_path, held_clock)


class TestTakingUp:
    def test_a_stopped_run_is_taken_up_however_old(self, desk: Desk) -> None:
        """What was left undone stays so until somebody does it; the run's moment is that of its beginning."""
        began_at = desk.clock.now()
        desk.run(READS, WELL, ends=False)
        desk.clock.advance(30 * DAY_S)
        journal = desk.journal(resume=True)
        assert journal.goes_on
        assert journal.began_at == began_at
        assert journal.earlier is not None
        assert (journal.earlier.jobs, journal.earlier.done, journal.earlier.ended_at) == (1, 1, None)

    @pytest.mark.parametrize(("later_s", "goes_on"), [(11 * HOUR_S, True), (13 * HOUR_S, False)])
    def test_a_run_that_ended_with_failures_is_taken_up_soon_or_not_at_all(
        self, desk: Desk, later_s: float, goes_on: bool
    ) -> None:
        """Failures may be mended the same night; the next night everything is wanted anew."""
        desk.run(READS, NOT_WELL, ends=True)
        desk.clock.advance(later_s)
        journal = desk.journal(resume=True)
        assert journal.goes_on is goes_on
        assert (journal.began_at == desk.clock.now()) is not goes_on

    @pytest.mark.parametrize(("later_s", "goes_on"), [(59.0, True), (61.0, False)])
    def test_a_run_that_ended_well_is_taken_up_until_something_expires(
        self, desk: Desk, later_s: float, goes_on: bool
    ) -> None:
        """A program that always says resume does nothing too early, and nothing too late."""
        desk.run(READS, replace(WELL, expires_at=desk.moment(60)), ends=True)
        desk.clock.advance(later_s)
        assert desk.journal(resume=True).goes_on is goes_on

    @pytest.mark.parametrize(("later_s", "goes_on"), [(11 * HOUR_S, True), (13 * HOUR_S, False)])
    def test_a_run_that_ended_well_and_never_expires_is_taken_up_for_a_while(
        self, desk: Desk, later_s: float, goes_on: bool
    ) -> None:
        """Jobs that write have nothing that expires, and are not sent twice in one night."""
        desk.run(READS, WELL, ends=True)
        desk.clock.advance(later_s)
        assert desk.journal(resume=True).goes_on is goes_on

    def test_the_first_to_expire_counts(self, desk: Desk) -> None:
        """Of many jobs, the one whose data expires first ends the night."""
        journal = desk.journal()
        journal.begin(3)
        for number, later_s in enumerate((300, 60, 600)):
            done = READS.with_result(replace(WELL, expires_at=desk.moment(later_s)))
            journal.note(number, done, writes=False, recalled=False)
        journal.end()
        journal.close()
        desk.clock.advance(61)
        assert not desk.journal(resume=True).goes_on

    def test_nothing_is_taken_up_unless_asked(self, desk: Desk) -> None:
        """A run that does not resume tells of the earlier one, and begins anew in its place."""
        desk.run(READS, WELL, ends=False)
        journal = desk.journal()
        assert not journal.goes_on
        assert journal.earlier is not None
        journal.begin(1)
        journal.close()
        again = desk.journal(resume=True)
        assert again.goes_on
        assert again.earlier is not None
        assert again.earlier.done == 0

    def test_where_there_is_none_the_run_begins(self, desk: Desk) -> None:
        """The first night there is nothing to resume; looking makes no file."""
        journal = desk.journal(resume=True)
        assert (journal.goes_on, journal.earlier) == (False, None)
        assert not desk.path.exists()
        desk.path.touch()  # somebody was killed just then
        assert not desk.journal(resume=True).goes_on

    def test_a_journal_of_other_jobs_is_not_resumed(self, desk: Desk) -> None:
        """It says whose it is and what to do; a run that does not resume takes its place."""
        desk.run(READS, WELL, ends=False, identity="others")
        with pytest.raises(JournalError, match=r"journal.sqlite is of other jobs .* UTC: name another"):
            desk.journal(resume=True)
        desk.run(READS, WELL, ends=False, max_age_s=HOUR_S)
        assert desk.journal(resume=True).goes_on


class TestOneJob:
    def test_a_job_that_is_done_is_not_done_again(self, desk: Desk) -> None:
        """Its result is that of the earlier run, marked, and without data."""
        done = desk.saved(tokens={"status": 2}, expires_at=desk.moment(60), payload=LazyData.of([1]))
        desk.run(SAVES, done, ends=False)
        again = desk.recalled(SAVES)
        assert again == replace(done, resumed=True)
        assert again is not None
        assert again.data is None
        assert desk.recalled(SAVES) == again  # and once more

    def test_a_file_that_is_gone_or_changed_is_made_again(self, desk: Desk) -> None:
        """A job is as good as its files."""
        done = desk.saved()
        desk.run(SAVES, done, ends=False)
        desk.output.write_text("[1, 2]")
        assert desk.recalled(SAVES) is None
        desk.output.unlink()
        assert desk.recalled(SAVES) is None
        desk.output.write_text("[1]")
        assert desk.recalled(SAVES) is not None

    def test_a_file_that_was_gone_already_makes_no_good_job(self, desk: Desk) -> None:
        """What somebody took away while the run went on is missing."""
        done = desk.saved()
        desk.output.unlink()
        desk.run(SAVES, done, ends=False)
        assert desk.recalled(SAVES) is None

    @pytest.mark.parametrize(
        "result",
        [
            NOT_WELL,
            replace(WELL, callback_errors=(CallbackError("save_json", "OutputWriteError", "disk full"),)),
            Result(State.CANCELLED, error=ErrorInfo("JobCancelledError", "stopped")),
        ],
    )
    def test_what_did_not_end_well_is_done_again(self, desk: Desk, result: Result) -> None:
        """Failed and stopped jobs, and those whose callbacks failed, are left to do."""
        desk.run(READS, result, ends=False)
        assert desk.recalled(READS) is None

    def test_another_job_in_its_place_is_done(self, desk: Desk) -> None:
        """A row belongs to the job that it was written for."""
        desk.run(READS, WELL, ends=False)
        assert desk.recalled(Job("GetStatus", name="other")) is None

    def test_data_that_somebody_wants_is_fetched_again(self, desk: Desk) -> None:
        """Where a job has no callbacks and the report has data, the journal can't stand in."""
        desk.run(READS, WELL, ends=False)
        assert desk.recalled(READS, keeps_data=True) is None
        assert desk.recalled(READS) is not None

    def test_a_row_that_can_t_be_read_is_as_good_as_none(self, desk: Desk) -> None:
        """A result that another version wrote otherwise is fetched again."""
        desk.run(READS, WELL, ends=False)
        for broken in (b'{"state": "succeeded", "who": 1}', b'{"state": "splendid"}', b'{"error": 5}', b""):
            file = JournalFile(desk.path, clock=desk.clock)
            row = file.job(0)
            assert row is not None
            file.set_jobs([replace(row, result=broken)])
            file.close()
            assert desk.recalled(READS) is None


class TestJobsThatWrite:
    def test_one_that_was_begun_is_never_sent_again(self, desk: Desk) -> None:
        """Nobody knows whether ESI did it; that is what the report says, now and the next time."""
        desk.run(READS, None, ends=False, writes=True)
        for _ in range(2):
            result = desk.recalled(READS, writes=True)
            assert result is not None
            assert result.state is State.FAILED
            assert result.error is not None
            assert result.error.type == "MaybeDoneError"
            assert "had begun it, so it may have been done" in result.error.message

    @pytest.mark.parametrize(
        "result",
        [
            replace(NOT_WELL, status=502),
            replace(NOT_WELL, status=None),
            Result(State.CANCELLED, error=ErrorInfo("JobCancelledError", "stopped"), requests=1),
        ],
    )
    def test_one_without_a_clear_answer_is_never_sent_again(self, desk: Desk, result: Result) -> None:
        """A server error, or silence, leaves open whether it was done."""
        desk.run(READS, result, ends=False, writes=True)
        again = desk.recalled(READS, writes=True)
        assert again is not None
        assert again.error is not None
        assert "sent it, so it may have been done" in again.error.message

    @pytest.mark.parametrize(
        "result", [NOT_WELL, Result(State.CANCELLED, error=ErrorInfo("JobCancelledError", "stopped"))]
    )
    def test_one_that_certainly_was_not_done_is_sent(self, desk: Desk, result: Result) -> None:
        """ESI refused it, or it never left this machine."""
        desk.run(READS, result, ends=False, writes=True)
        assert desk.recalled(READS, writes=True) is None

    def test_one_that_was_done_stays_done(self, desk: Desk) -> None:
        """Whether its data is wanted or not."""
        desk.run(READS, WELL, ends=False, writes=True)
        assert desk.recalled(READS, writes=True, keeps_data=True) == replace(WELL, resumed=True)

    def test_one_that_was_done_is_not_sent_for_the_sake_of_its_callbacks(self, desk: Desk) -> None:
        """Failed callbacks are told of as before; lost files are told of."""
        failed = replace(WELL, callback_errors=(CallbackError("save_json", "OutputWriteError", "disk full"),))
        desk.run(SAVES, failed, ends=False, writes=True)
        assert desk.recalled(SAVES, writes=True) == replace(failed, resumed=True)
        desk.run(SAVES, desk.saved(), ends=False, writes=True)
        desk.output.unlink()
        again = desk.recalled(SAVES, writes=True)
        assert again is not None
        assert again.error is not None
        assert "did it, and the files it wrote are gone or changed" in again.error.message

    def test_a_journal_that_can_t_be_read_sends_nothing_twice(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Reading is done again; what writes waits until somebody has looked."""
        desk.run(READS, WELL, ends=False)
        monkeypatch.setattr(JournalFile, "job", full_disk)
        assert desk.recalled(READS) is None
        result = desk.recalled(READS, writes=True)
        assert result is not None
        assert result.error is not None
        assert (result.state, result.error.type) == (State.FAILED, "JournalError")
        assert result.error.message.endswith("and can't be read: database or disk is full")

    def test_without_a_journal_it_is_not_sent(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """What could not be noted before it is sent would be sent twice by a resumed run."""
        journal = desk.journal()
        journal.begin(1)
        monkeypatch.setattr(JournalFile, "set_jobs", full_disk)
        with pytest.raises(JournalError, match=r"not sent: the journal .* \(database or disk is full\)"):
            journal.mark_begun(0, READS)


def full_disk(*ignored: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


class TestMaxAge:
    def test_files_whose_data_has_not_expired_are_left_alone(self, desk: Desk) -> None:
        """Until the data expires, the job would write the same again."""
        desk.run(SAVES, desk.saved(expires_at=desk.moment(60)), ends=True)
        desk.clock.advance(59)
        again = desk.recalled(SAVES, resume=False, max_age_s=0.0)
        assert again is not None
        assert (again.skipped, again.resumed) == (True, False)
        assert desk.recalled(SAVES, resume=False, max_age_s=0.0) == again  # the row goes from run to run
        desk.clock.advance(2)
        assert desk.recalled(SAVES, resume=False, max_age_s=0.0) is None

    def test_files_of_a_certain_age_are_good_enough(self, desk: Desk) -> None:
        """Who says what is good enough gets no newer files before that, although the data has expired."""
        desk.clock.set_wall(1_800_000_000.0)
        desk.run(SAVES, desk.saved(expires_at=desk.moment(60)), ends=True)
        written_at = desk.output.stat().st_mtime
        desk.clock.set_wall(max(written_at, desk.clock.now() + 100))
        age_s = desk.clock.now() - written_at
        assert desk.recalled(SAVES, resume=False, max_age_s=age_s + 1) is not None
        assert desk.recalled(SAVES, resume=False, max_age_s=age_s - 1) is None

    def test_other_files_are_other_work(self, desk: Desk) -> None:
        """A job that would write elsewhere now, or do something nobody sees, is done."""
        desk.run(SAVES, desk.saved(expires_at=desk.moment(60)), ends=True)
        journal = desk.journal(max_age_s=0.0)
        journal.begin(1)
        elsewhere = Prepared(SAVES, wanted_by(SAVES), desk.output.parent / "elsewhere", {})
        assert journal.recall(0, elsewhere, writes=False, keeps_data=False) is None
        journal.close()

    def test_jobs_without_files_and_jobs_that_write_are_done(self, desk: Desk) -> None:
        """Only a file that is there can be good enough."""
        desk.run(READS, replace(WELL, expires_at=desk.moment(60)), ends=True)
        assert desk.recalled(READS, resume=False, max_age_s=DAY_S) is None
        desk.run(SAVES, desk.saved(expires_at=desk.moment(60)), ends=True, writes=True)
        assert desk.recalled(SAVES, resume=False, max_age_s=DAY_S, writes=True) is None

    def test_rows_that_are_not_needed_any_more_go(self, desk: Desk) -> None:
        """At the end of a run only its own rows are left."""
        desk.run(SAVES, desk.saved(expires_at=desk.moment(60)), ends=True)
        journal = desk.journal(max_age_s=0.0)
        journal.begin(1)
        journal.end()
        journal.close()
        file = JournalFile(desk.path, clock=desk.clock)
        assert file.job(0) is None
        file.close()


class TestTrouble:
    def test_somebody_s_file_is_left_as_it_is(self, desk: Desk) -> None:
        """A file that is no database is not taken for a damaged journal."""
        desk.path.write_text('{"totals": {}, "jobs": []}')
        with pytest.raises(JournalError, match="is no journal; it was left as it is"):
            desk.journal()
        assert json.loads(desk.path.read_text()) == {"totals": {}, "jobs": []}

    def test_another_program_s_database_is_left_as_it_is(self, desk: Desk) -> None:
        """A database that is not a journal is refused."""
        connection = sqlite3.connect(desk.path)
        connection.execute("CREATE TABLE mine (x)")
        connection.close()
        with pytest.raises(JournalError, match="is a database of another program"):
            desk.journal()

    def test_a_newer_journal_is_left_as_it_is(self, desk: Desk) -> None:
        """One that a later version wrote is refused."""
        desk.run(READS, WELL, ends=False)
        connection = sqlite3.connect(desk.path)
        connection.execute(f"PRAGMA user_version = {JOURNAL_FILE.file_format + 1}")
        connection.close()
        with pytest.raises(JournalError, match="written by a newer esi_fetch"):
            desk.journal(resume=True)

    def test_a_damaged_journal_is_begun_anew(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        """It is set aside with a warning, and the run begins with its first job."""
        desk.run(READS, WELL, ends=False)
        content = bytearray(desk.path.read_bytes())
        content[16:] = b"\xff" * (len(content) - 16)
        desk.path.write_bytes(bytes(content))
        journal = desk.journal(resume=True)
        assert not journal.goes_on
        assert "is damaged" in caplog.text
        journal.begin(1)
        journal.close()
        assert desk.journal(resume=True).goes_on

    def test_one_that_is_asked_for_and_can_t_be_had_is_an_error(self, desk: Desk, tmp_path: Path) -> None:
        """Nothing is sent then."""
        (tmp_path / "file").touch()
        journal = desk.journal(path=tmp_path / "file" / "journal.sqlite")
        with pytest.raises(JournalError, match=r"can't be used: (Not a directory|File exists)"):
            journal.begin(1)

    def test_one_that_nobody_asked_for_is_done_without(
        self, desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A warning says that the run can't be resumed, and it goes on."""
        (tmp_path / "file").touch()
        journal = desk.run(READS, WELL, ends=True, path=tmp_path / "file" / "journal.sqlite", required=False)
        assert repr(journal) == f"Journal({str(tmp_path / 'file' / 'journal.sqlite')!r})"
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert "this run can't be resumed" in record.message

    def test_a_full_disk_does_not_stop_the_run(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is warned of once, and what could not be noted is done again by a resumed run."""
        journal = desk.journal()
        journal.begin(3)
        with monkeypatch.context() as patch:
            patch.setattr(JournalFile, "set_jobs", full_disk)
            journal.note(0, READS.with_result(WELL), writes=False, recalled=False)
            journal.flush()
        journal.note(1, READS.with_result(WELL), writes=False, recalled=False)
        journal.end()
        journal.close()
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "is done again" in caplog.text
        again = desk.journal(resume=True)
        assert again.goes_on
        assert again.earlier is not None
        assert again.earlier.done == 0

    def test_an_end_that_can_t_be_noted_leaves_the_run_to_be_resumed(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Better once too often than never."""
        journal = desk.journal()
        journal.begin(1)
        with monkeypatch.context() as patch:
            patch.setattr(JournalFile, "set_run", full_disk)
            journal.end()
        journal.close()
        assert "can't be written any more" in caplog.text
        assert desk.journal(resume=True).goes_on

    def test_our_own_mistakes_are_not_hidden(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Only the file's trouble is borne."""

        def mistaken(*ignored: object, **more: object) -> None:
            raise sqlite3.ProgrammingError("mine")

        journal = desk.journal()
        journal.begin(1)
        with monkeypatch.context() as patch:
            patch.setattr(JournalFile, "set_jobs", mistaken)
            journal.note(0, READS.with_result(WELL), writes=False, recalled=False)
            with pytest.raises(sqlite3.ProgrammingError):
                journal.flush()
            patch.setattr(JournalFile, "set_run", mistaken)
            with pytest.raises(sqlite3.ProgrammingError):
                desk.journal().begin(1)
        journal.close()


def test_rows_are_written_together_and_soon(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small jobs take few transactions, and no row waits for long."""
    written: list[int] = []
    real = JournalFile.set_jobs

    def counting(self: JournalFile, rows: list[JournalRow]) -> None:
        written.append(len(rows))
        real(self, rows)

    monkeypatch.setattr(JournalFile, "set_jobs", counting)
    journal = desk.journal()
    journal.begin(1000)
    done = READS.with_result(WELL)
    for number in range(600):
        journal.note(number, done, writes=False, recalled=False)
    assert written == [256, 256]
    journal.flush_if_due()
    assert written == [256, 256]
    desk.clock.advance(0.6)
    journal.flush_if_due()
    assert written == [256, 256, 88]
    journal.flush_if_due()
    journal.note(600, done, writes=False, recalled=False)
    journal.close()
    assert written == [256, 256, 88, 1]
    assert sum(written) == 601
    assert desk.path.stat().st_mode & 0o077 == 0


@given(results)
def test_results_come_back_as_they_were(result: Result) -> None:
    """Whatever a result says, but for its data, its row gives it back."""
    assert result_in(JournalRow(0, 1, b"", "done", packed(result))) == replace(
        result, payload=LazyData.of(None)
    )
