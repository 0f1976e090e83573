"""Tables in runs: expanded lazily, checked in one go, each row a job of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from esi_fetch import Callback, Esi, Job, WorkOrder
from esi_fetch.errors import InputError, OutputPathError, ParameterError, TemplateError
from esi_fetch.model.for_each import Row
from esi_fetch.run import as_orders, only_jobs
from tests.wire import Reply, Seen, WireServer

TYPE = Job(
    "GetUniverseTypesTypeId", name="type", callbacks=(Callback("save_json", {"path": "${type_id}.json"}),)
)


def answer(seen: Seen) -> Reply:
    number = int(seen.target.rsplit("/", 1)[1])
    return Reply(body=orjson.dumps({"type_id": number}), headers={"Content-Type": "application/json"})


@pytest.fixture
def esi(tmp_path: Path) -> Iterator[Esi]:
    """A client of a server that knows all types."""
    with (
        WireServer(answer) as server,
        Esi(base_url=server.url, home=tmp_path / "home", retries=0) as client,
    ):
        yield client


def complaints(esi: Esi, jobs: Any, tmp_path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        esi.run(jobs, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return [str(problem) for problem in caught.value.problems]


def test_each_row_is_a_job_of_the_report(esi: Esi, tmp_path: Path) -> None:
    """Rows run in their order, with the operation's types, and write where their values say."""
    table = tmp_path / "types.csv"
    table.write_text("type_id,label\n34,Tritanium\n35,Pyerite\n")
    path = "${row}-${type_id}-${label}-${name}.json"
    job = Job("get_universe_types_type_id", name="type", callbacks=[Callback("save_json", {"path": path})])
    report = esi.run(job.for_each(table), output=tmp_path / "out")
    assert report.ok
    assert [each.parameters for each in report] == [{"type_id": 34}, {"type_id": 35}]
    assert [each.label for each in report] == [
        "type [type_id=34 label=Tritanium]",
        "type [type_id=35 label=Pyerite]",
    ]
    assert [each.row for each in report] == [
        Row(1, str(table), 2, "type_id=34 label=Tritanium"),
        Row(2, str(table), 3, "type_id=35 label=Pyerite"),
    ]
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["1-34-Tritanium-type.json", "2-35-Pyerite-type.json"]


def test_tables_stand_among_jobs_and_work_orders(esi: Esi, tmp_path: Path) -> None:
    """Whatever may be handed over may hold tables, and the order is that of the jobs."""
    rows = [{"type_id": 1}, {"type_id": 2}]
    given = [
        Job("GetUniverseTypesTypeId", {"type_id": 0}),
        TYPE.for_each(rows),
        WorkOrder((TYPE.for_each([{"type_id": 3}]),)),
    ]
    report = esi.run(given, output=tmp_path)
    assert [job.parameters["type_id"] for job in report] == [0, 1, 2, 3]
    assert [len(order) for _, order in as_orders(given)] == [3, 1]


def test_a_stream_draws_rows_one_by_one(esi: Esi) -> None:
    """A table without an end can be streamed; only a few of its rows are drawn ahead."""
    drawn = []

    class Endless:
        def __iter__(self) -> Iterator[dict[str, int]]:
            for number in itertools.count(1):
                drawn.append(number)
                yield {"type_id": number}

    done = esi.stream(Job("GetUniverseTypesTypeId").for_each(Endless()))
    finished = list(itertools.islice(done, 5))
    done.close()
    assert all(job.result.ok for job in finished)
    assert all(job.parameters == {"type_id": job.row.number} for job in finished)
    assert len(drawn) < 100
    assert len(list(only_jobs([TYPE, TYPE.for_each([{"type_id": 1}] * 3)]))) == 4


def test_a_wrong_row_of_a_stream_fails_alone(esi: Esi) -> None:
    """The other rows are done; the failed job says which row it is."""
    done = list(esi.stream(Job("GetUniverseTypesTypeId").for_each([{"type_id": 1}, {"type_id": "x"}])))
    failed = {job.row.number: job.result.error for job in done}
    assert failed[1] is None
    assert failed[2].message == "column 'type_id': expected an integer, found 'x'"


def test_every_wrong_row_is_named_with_its_place(esi: Esi, tmp_path: Path) -> None:
    """Values that do not fit are told with line, job and column, beside what is wrong elsewhere."""
    table = tmp_path / "t.csv"
    table.write_text("type_id\n34\nx\n")
    order = WorkOrder((TYPE.for_each(table), Job("GetStatuss")))
    first, second = complaints(esi, order, tmp_path)
    place = f"{table} line 3, job 'type [type_id=x]': column 'type_id'"
    assert first == f"{place}: expected an integer, found 'x'"
    assert second.startswith("job 3 'GetStatuss': op_id: unknown operation 'GetStatuss'")
    with pytest.raises(ParameterError):
        esi.run(TYPE.for_each(table))


def test_a_table_that_can_not_be_read_hides_nothing_else(esi: Esi, tmp_path: Path) -> None:
    """Everything wrong comes in one go, tables and jobs alike."""
    said = complaints(esi, WorkOrder((TYPE.for_each("no/t.csv"), Job("GetStatuss"))), tmp_path)
    assert said[0] == "job 1 'type': no/t.csv: there is no such file; nor is there a folder 'no'"
    assert "unknown operation" in said[1]


def test_rows_that_share_a_file_are_told_once(esi: Esi, tmp_path: Path) -> None:
    """A path that does not tell rows apart is one problem, not one a row."""
    job = Job("GetUniverseTypesTypeId", callbacks=[Callback("save_json", {"path": "type.json"})])
    (complaint,) = complaints(esi, job.for_each([{"type_id": number} for number in range(1000)]), tmp_path)
    assert complaint.startswith(
        "for_each row 2, job 'GetUniverseTypesTypeId [type_id=1]': would write the same file as for_each row"
    )
    assert complaint.endswith("(and so in 998 more rows)")
    with pytest.raises(OutputPathError):
        esi.run(job.for_each([{"type_id": 1}, {"type_id": 2}]))


def test_wrong_rows_make_few_lines(esi: Esi, tmp_path: Path) -> None:
    """A thousand different mistakes are a score of lines and a number."""
    rows = [{"type_id": f"x{number}"} for number in range(1000)]
    said = complaints(esi, TYPE.for_each(rows), tmp_path)
    assert (len(said), said[-1]) == (21, "for_each: 980 more problems")


def test_a_template_needs_its_value_in_each_row(esi: Esi, tmp_path: Path) -> None:
    """An empty cell is not left in a path, nor is a name that is no column."""
    job = Job("GetUniverseTypesTypeId", callbacks=[Callback("save_json", {"path": "${lable}-${label}.json"})])
    rows = [{"type_id": 34, "label": "T"}, {"type_id": 35, "label": None}]
    unknown, empty = complaints(esi, job.for_each(rows), tmp_path)
    assert "unknown name 'lable' (did you mean 'label'" in unknown
    assert "for_each row 2" in empty
    assert "'label' is empty; only text, numbers, true and false can be put in" in empty
    with pytest.raises(TemplateError):
        esi.run(job.for_each(rows))


def test_mixed_mistakes_are_an_input_error(esi: Esi, tmp_path: Path) -> None:
    """Rows that are wrong in different ways are told in one error."""
    rows = [{"type_id": "x", "label": 1}, {"type_id": 2, "label": None}]
    job = Job("GetUniverseTypesTypeId", callbacks=[Callback("save_json", {"path": "${label}.json"})])
    with pytest.raises(InputError) as caught:
        esi.run(job.for_each(rows), output=tmp_path)
    assert type(caught.value) is InputError
    assert len(caught.value.problems) == 2


def test_an_empty_table_is_no_work(esi: Esi, tmp_path: Path) -> None:
    """A table that a program wrote may have no rows this time."""
    (tmp_path / "t.csv").write_text("type_id\n")
    report = esi.run(TYPE.for_each(tmp_path / "t.csv"))
    assert (report.ok, len(report.jobs)) == (True, 0)
