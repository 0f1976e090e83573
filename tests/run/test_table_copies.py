"""A run does what its tables said when it began, whatever becomes of them meanwhile."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Job, WorkOrder
from esi_fetch.errors import InputError
from esi_fetch.model.for_each import ForEach
from esi_fetch.run import table_copies
from esi_fetch.run.prepare import _MOST_KEPT
from tests.run.conftest import type_of
from tests.wire import Reply, Seen

TYPE = "GetUniverseTypesTypeId"
MANY = _MOST_KEPT + 500


def write(path: Path, *type_ids: Any) -> str:
    path.write_text("type_id\n" + "".join(f"{number}\n" for number in type_ids))
    return str(path)


@pytest.mark.parametrize("journal", [True, False])
@pytest.mark.parametrize("becomes", ["shorter", "wrong", "gone"])
def test_a_table_may_change_while_its_jobs_run(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, becomes: str, journal: bool
) -> None:
    """However many rows it has, what was checked is what is done, and no copy is left."""
    path = tmp_path / "types.csv"
    table = write(path, *range(1, MANY + 1))

    def answer(seen: Seen) -> Reply:
        if type_of(seen) == 1:
            if becomes == "gone":
                path.unlink()
            else:
                write(path, *([7] if becomes == "shorter" else ["seven", "8,9"]))
        return Reply(body={"type_id": type_of(seen)})

    esi, _ = serve(answer, remember_refusals=0)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    report = esi.run(Job(TYPE).for_each(table), journal=journal)
    assert report.ok
    assert [job.result.data["type_id"] for job in report] == list(range(1, MANY + 1))
    assert report.jobs[0].row.place == f"{table} line 2"
    assert list(temporary.iterdir()) == []


def test_one_file_is_copied_once_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    """Rows that are at hand, and files that are not there, need no copy; equal tables share one."""
    table = write(tmp_path / "types.tsv", 34)
    jobs = (
        Job(TYPE).for_each(table),
        Job("GetStatus"),
        Job(TYPE, name="again").for_each(table),
        Job(TYPE).for_each([{"type_id": 1}]),
        Job(TYPE).for_each(str(tmp_path / "nope.csv")),
        Job(TYPE).for_each(str(tmp_path)),
    )
    order = WorkOrder(jobs, name="all")
    with table_copies([("order.yaml", order)]) as copies:
        ((name, copied),) = copies
        assert (name, copied) == ("order.yaml", order)
        sources = [job.read_from if isinstance(job, ForEach) else None for job in copied.jobs]
        assert sources[0] == sources[2] != table
        assert str(sources[0]).endswith(".tsv")
        assert sources[1:2] + sources[3:] == [None] * 4
        assert [job.parameters for job in jobs[0]] == [job.parameters for job in copied.jobs[0]]  # type: ignore[union-attr]
    assert not Path(str(sources[0])).exists()


def test_what_can_t_be_copied_is_read_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full folder for temporary files keeps no run from its work."""

    def full(*paths: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    jobs = Job(TYPE).for_each(write(tmp_path / "types.csv", 34))
    with table_copies([("", WorkOrder((jobs,)))]) as ((_, copied),):
        assert [job.row.cells for job in copied] == [{"type_id": "34"}]  # type: ignore[union-attr]


def test_what_is_wrong_is_told_by_the_table_s_own_name(serve: Any, tmp_path: Path) -> None:
    """Nobody has heard of the copy."""
    esi, _ = serve(lambda seen: Reply())
    table = write(tmp_path / "types.csv", "seven")
    with pytest.raises(InputError) as error:
        esi.run(Job(TYPE).for_each(table))
    assert [problem.where.partition(",")[0] for problem in error.value.problems] == [f"{table} line 2"]
