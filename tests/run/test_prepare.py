"""Jobs are checked before anything is sent, however many there are, and made again when they are to run."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from esi_fetch import Callback, Esi, Job, WorkOrder
from esi_fetch.errors import InputError, OutputPathError, Problem
from esi_fetch.run import Checked, Outputs, PreparedJobs, prepare
from esi_fetch.run.prepare import _MOST_KEPT

TYPE = "GetUniverseTypesTypeId"
MANY = _MOST_KEPT + 500


@pytest.fixture
def check(tmp_path: Path) -> Iterator[Callable[..., PreparedJobs]]:
    """Check one work order."""
    with Esi(base_url="http://127.0.0.1:9", home=tmp_path / "home") as esi:

        def check(order: WorkOrder, **more: object) -> PreparedJobs:
            outputs = Outputs(tmp_path, {}, 0.0)
            return prepare([("", order)], fetcher=esi._parts.ready().fetcher, outputs=outputs, **more)  # type: ignore[arg-type]  # what tests give

        yield check


def table(rows: int, path: str = "${type_id}.json", *, different: int | None = None) -> WorkOrder:
    job = Job(TYPE, callbacks=(Callback("save_json", {"path": path}),))
    return WorkOrder((job.for_each([{"type_id": 1 + row % (different or rows)} for row in range(rows)]),))


@pytest.mark.parametrize("rows", [0, 1, _MOST_KEPT, _MOST_KEPT + 1, MANY])
def test_jobs_come_again_and_again(check: Callable[..., PreparedJobs], rows: int) -> None:
    """Prepared jobs can be counted without making them, and give the same each time."""
    jobs = check(table(rows))
    assert len(jobs) == rows
    assert bool(jobs) is bool(rows)
    first = list(jobs)
    assert [ready.job.parameters for ready in first] == [{"type_id": 1 + row} for row in range(rows)]
    assert [ready.values["row"] for ready in first] == list(range(1, rows + 1))
    assert list(jobs) == first
    assert [ready.job.uid for ready in jobs] == [ready.job.uid for ready in first]
    assert all(ready in jobs for ready in first[-1:])
    assert "something else" not in jobs
    assert repr(jobs) == f"<PreparedJobs: {rows:,}>"


def test_memory_does_not_grow_with_what_is_prepared(check: Callable[..., PreparedJobs]) -> None:
    """Of the jobs of a long table nothing is kept but what finds two that write the same file."""
    order, long_order = table(2_000), table(12_000)
    check(order)
    peaks = []
    for each in (order, long_order):
        tracemalloc.start()
        check(each)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / 10_000 < 1_000  # bytes a job; one that is prepared needs several thousand


def test_rows_that_write_one_file_are_told_in_few_lines(check: Callable[..., PreparedJobs]) -> None:
    """Two rows that would write the same file are an error that names both, and many such rows few lines."""
    with pytest.raises(OutputPathError) as error:
        check(table(MANY, different=MANY - 100))
    assert len(error.value.problems) == 21
    assert "would write the same file as for_each row 1, job" in error.value.problems[0].what
    assert "80 more" in error.value.problems[-1].what


def test_one_file_by_two_names_is_one_file(check: Callable[..., PreparedJobs], tmp_path: Path) -> None:
    """Paths that lead to one file through a link, or differ in case alone, are found to be the same."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for one, other in (("real/a.json", "link/a.json"), ("a.json", "A.json"), ("a.json", "./a.json")):
        jobs = tuple(
            Job("GetStatus", callbacks=(Callback("save_json", {"path": path}),)) for path in (one, other)
        )
        with pytest.raises(OutputPathError, match="would write the same file"):
            check(WorkOrder(jobs))


def test_links_out_of_the_folder_are_found_for_every_file(
    check: Callable[..., PreparedJobs], tmp_path: Path
) -> None:
    """That folders are looked up once hides no link, neither a folder nor a file."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "2.json").symlink_to(outside / "2.json")
    (tmp_path / "out").symlink_to(outside)
    with pytest.raises(OutputPathError) as error:
        check(table(3, "sub/${type_id}.json"))
    assert [problem.where.split(",")[0] for problem in error.value.problems] == ["for_each row 2"]
    with pytest.raises(OutputPathError, match="leads through a symbolic link"):
        check(table(2, "out/${type_id}.json"))


def test_whoever_looks_sees_every_job(check: Callable[..., PreparedJobs], tmp_path: Path) -> None:
    """Each job is shown once, the wrong ones with what is wrong, and what is found then is told as well."""
    seen: list[Checked] = []

    def look(checked: Checked) -> Iterable[Problem]:
        seen.append(checked)
        return [Problem("", "not this one")] if checked.job.name == "b" else ()

    jobs = tuple(
        Job("GetStatus", name=name, callbacks=(Callback("save_json", {"path": "${name}.json"}),))
        for name in "abc"
    )
    wrong = Job(TYPE, name="d", callbacks=(Callback("save_json", {"path": "d.json"}),))
    with pytest.raises(InputError) as error:
        check(WorkOrder((*jobs, wrong)), look=look)
    assert [problem.where for problem in error.value.problems] == [
        "job 2 'b'",
        "job 4 'd': parameters.type_id",
    ]
    assert [(one.job.name, one.ready is None, one.error is None) for one in seen] == [
        ("a", False, True),
        ("b", False, True),
        ("c", False, True),
        ("d", True, False),
    ]
    assert [path.name for one in seen for path in one.paths] == ["a.json", "b.json", "c.json", "d.json"]


def test_the_files_of_wrong_jobs_are_looked_at_too(check: Callable[..., PreparedJobs]) -> None:
    """That a job's parameters are wrong does not hide that it would write another one's file."""
    path = (Callback("save_json", {"path": "same.json"}),)
    with pytest.raises(InputError) as error:
        check(WorkOrder((Job("GetStatus", callbacks=path), Job(TYPE, callbacks=path))))
    assert [problem.where for problem in error.value.problems] == [
        f"job 2 '{TYPE}': parameters.type_id",
        f"job 2 '{TYPE}'",
    ]


def test_a_table_that_became_wrong_says_so(check: Callable[..., PreparedJobs], tmp_path: Path) -> None:
    """A long table is read again when its jobs run; should it be wrong by then, that is an error."""
    file = tmp_path / "types.csv"
    file.write_text("type_id\n" + "\n".join(map(str, range(MANY))) + "\n")
    jobs = check(WorkOrder((Job(TYPE).for_each(file),)))
    file.write_text("type_id\nx\n")
    with pytest.raises(InputError, match="expected an integer"):
        list(jobs)
