"""Jobs for each row of a table: as values, in work orders, and in files."""

import json
import os
import pickle
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.errors import InputError, JobFileError, Problem
from esi_fetch.model.callback import Callback
from esi_fetch.model.files import format_jobs, parse_jobs, read_jobs, write_jobs
from esi_fetch.model.for_each import ForEach, Row
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.result import Result, State

from .strategies import jobs as any_job
from .strategies import scalars

BASE = Job("GetMarketsRegionIdHistory", {"region_id": 10000002}, name="history")
ROWS = [{"type_id": 34, "label": "Tritanium"}, {"type_id": 35, "label": None}]

columns = st.text(min_size=1).map(lambda name: f"column {name}")
row_lists = st.lists(st.dictionaries(columns, scalars, min_size=1, max_size=3), max_size=3)
tables_of_jobs = (
    st.tuples(any_job, row_lists)
    .filter(lambda pair: not any({*pair[0].parameters, *pair[0].attributes} & set(row) for row in pair[1]))
    .map(lambda pair: ForEach(*pair))
)


class TestValues:
    """A ``ForEach`` as a value."""

    def test_a_job_for_each_row(self) -> None:
        """Each job knows its row; what they have in common is the job's."""
        one, two = BASE.for_each(ROWS)
        assert one.row == Row(1, "for_each", None, "type_id=34 label=Tritanium", ROWS[0])
        assert (one.op_id, one.parameters, one.name) == (BASE.op_id, BASE.parameters, "history")
        assert (one.label, two.label) == ("history [type_id=34 label=Tritanium]", "history [type_id=35]")

    def test_it_can_be_iterated_again_with_equal_jobs(self) -> None:
        """The same row gives the same job, with the same uid, each time; no two rows share one."""
        table = BASE.for_each(iter(ROWS))
        first, again = list(table), list(table)
        assert first == again
        assert [job.uid for job in first] == [job.uid for job in again]
        assert len({job.uid for job in first}) == 2
        assert [job.uid for job in replace(BASE, uid="mine").for_each(ROWS)] == ["mine-1", "mine-2"]

    def test_rows_differ(self) -> None:
        """Jobs of different rows are different jobs."""
        one, two = BASE.for_each(ROWS)
        assert one != two

    def test_labels_are_short(self) -> None:
        """A row is called by its first values, cut short; one without any by its number."""
        (job,) = BASE.for_each([{"a": "x" * 99, "b": None, "c": 1, "d": 2, "e": 3}])
        assert job.label == f"history [a={'x' * 30}… c=1 d=2]"
        (job,) = BASE.for_each([{"a": None}])
        assert job.label == "history [1]"

    def test_it_is_frozen_and_survives_pickling(self) -> None:
        """It is a value like a job."""
        table = BASE.for_each(ROWS)
        with pytest.raises(FrozenInstanceError):
            table.job = BASE
        again = pickle.loads(pickle.dumps(table))
        assert (again, list(again)) == (table, list(table))

    def test_a_job_of_a_row_has_no_rows(self) -> None:
        """What was made for a row, or has run, stands for nothing but itself."""
        (one, _) = BASE.for_each(ROWS)
        for job in (one, BASE.with_result(Result(State.SUCCEEDED))):
            with pytest.raises(InputError, match="it can't stand for others"):
                job.for_each(ROWS)

    def test_a_row_is_a_row(self) -> None:
        """A job can't be made with anything else for its row."""
        with pytest.raises(InputError, match=r"^row: expected a Row, found a dict"):
            Job("x", row={"number": 1})

    def test_all_that_is_wrong_is_raised_where_it_is_iterated(self, tmp_path: Path) -> None:
        """Good rows come first; the error names all bad ones, and so does counting."""
        path = tmp_path / "t.csv"
        path.write_text("type_id,label\n34,a\n35\n36,b\n37,c,d\n")
        table = BASE.for_each(path)
        made = iter(table)
        assert next(made).row.cells == {"type_id": "34", "label": "a"}
        for use in (lambda: next(made), table.count):
            with pytest.raises(InputError) as caught:
                use()
            assert [str(problem) for problem in caught.value.problems] == [
                f"{path} line 3: has 1 cell, and the table 2 columns",
                f"{path} line 5: has 3 cells, and the table 2 columns",
            ]

    def test_cells_are_settled_once(self) -> None:
        """With its cells in their places, a job keeps the number and the label of its row."""
        (job, _) = BASE.for_each(ROWS)
        settled = job.with_cells(parameters={"type_id": 34}, attributes={"label": "x"}, character=None)
        assert (settled.parameters, settled.attributes) == ({"type_id": 34}, {"label": "x"})
        assert settled.row == Row(1, "for_each", None, "type_id=34 label=Tritanium")
        assert settled.label == job.label


class TestWorkOrders:
    """Among the jobs of a work order."""

    def test_iterating_and_counting_give_the_single_jobs(self) -> None:
        """Tables are expanded where they stand; ``jobs`` keeps them as they are."""
        order = WorkOrder((Job("a"), BASE.for_each(ROWS), Job("b")))
        assert [job.label for job in order] == [
            "a",
            "history [type_id=34 label=Tritanium]",
            "history [type_id=35]",
            "b",
        ]
        assert (len(order), len(order.jobs), bool(order)) == (4, 3, True)
        assert len(WorkOrder((BASE.for_each([]),))) == 0

    def test_plain_data_round_trips(self) -> None:
        """A table at hand, and one in a file, survive plain data, JSON and pickle."""
        for table in (ROWS, {"type_id": [34, 35]}, "tables/types.csv"):
            order = WorkOrder((BASE.for_each(table),))
            assert WorkOrder.from_dict(order.to_dict()) == order
            assert WorkOrder.from_json(order.to_json()) == order
            assert pickle.loads(pickle.dumps(order)) == order

    def test_jobs_of_rows_round_trip(self) -> None:
        """A job keeps its row as plain data, before and after it is settled."""
        for job in BASE.for_each(ROWS):
            settled = job.with_cells(parameters={"type_id": 34}, attributes={}, character=None)
            for each in (job, settled):
                assert Job.from_dict(each.to_dict()) == each
                assert parse_jobs(format_jobs(each, fmt="yaml"), where="") == each
            assert "cells" not in settled.to_dict()["row"]

    def test_one_job_does_not_stand_for_many(self) -> None:
        """A table can't get lost by reading plain data as a single job."""
        with pytest.raises(InputError, match=r"^for_each: stands for many jobs; a work order may hold it"):
            Job.from_dict({"op_id": "x", "for_each": "types.csv"})


class TestFiles:
    """``for_each`` in job files."""

    @given(tables_of_jobs, st.sampled_from(["json", "yaml"]))
    def test_any_table_round_trips_unexpanded(self, table: ForEach, fmt: Any) -> None:
        """What is written reads back as equal, alone and in a work order."""
        assert parse_jobs(format_jobs(table, fmt=fmt), where="") == table
        order = WorkOrder((Job("x"), table))
        assert parse_jobs(format_jobs(order, fmt=fmt), where="") == order

    def test_the_table_stands_below_the_operation(self) -> None:
        """A file is pleasant to read."""
        assert format_jobs(BASE.for_each("types.csv"), fmt="yaml") == (
            "op_id: GetMarketsRegionIdHistory\n"
            "for_each: types.csv\n"
            "parameters:\n"
            "  region_id: 10000002\n"
            "name: history\n"
        )

    def test_paths_start_in_the_folder_of_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A table is found beside its job file, from wherever that is run, and stays found when it moves."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "jobs").mkdir()
        (tmp_path / "jobs/types.csv").write_text("type_id\n34\n")
        (tmp_path / "jobs/forge.yaml").write_text("op_id: x\nfor_each: types.csv\n")
        read = read_jobs("jobs/forge.yaml")
        assert read == Job("x").for_each("jobs/types.csv")
        write_jobs(read, "other/place/forge.json")
        assert json.loads(Path("other/place/forge.json").read_text())["for_each"] == "../../jobs/types.csv"
        assert read_jobs("other/place/forge.json") == read
        write_jobs(read, "jobs/again.yaml")
        assert Path("jobs/again.yaml").read_text() == "op_id: x\nfor_each: types.csv\n"
        monkeypatch.chdir(tmp_path / "other")
        assert len(list(read_jobs("place/forge.json"))) == 1

    def test_absolute_paths(self, tmp_path: Path) -> None:
        """One below the folder of the file becomes relative, any other stays."""
        (tmp_path / "types.csv").write_text("type_id\n34\n")
        table = Job("x").for_each(tmp_path / "types.csv")
        write_jobs(table, tmp_path / "a.json")
        assert json.loads((tmp_path / "a.json").read_text())["for_each"] == "types.csv"
        write_jobs(table, tmp_path / "sub/a.json")
        there = (tmp_path / "types.csv").as_posix()
        assert json.loads((tmp_path / "sub/a.json").read_text())["for_each"] == there
        assert read_jobs(tmp_path / "sub/a.json") == read_jobs(tmp_path / "a.json") == table

    @pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
    def test_links_are_followed_before_climbing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A path that climbs out of a linked folder leads to the table all the same."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "far/deep").mkdir(parents=True)
        (tmp_path / "link").symlink_to(tmp_path / "far/deep")
        (tmp_path / "types.csv").write_text("type_id\n34\n")
        table = Job("x").for_each("types.csv")
        write_jobs(table, "link/a.yaml")
        read = read_jobs("link/a.yaml")
        assert isinstance(read, ForEach)
        assert read.count() == 1

    @pytest.mark.parametrize(
        ("table", "said"),
        [
            (
                "5",
                "for_each: expected the path of a table, a list of mappings, or a mapping of columns to",
            ),
            ("''", "for_each: is empty; it names a table, or is one"),
            ("nope.csv", "nope.csv: there is no such file"),
            (
                "[34, 35]",
                "for_each row 1: expected a mapping of columns to values, found 34; a list of values",
            ),
            ("{type_id: 34}", "for_each: column 'type_id': expected a list of values, found 34"),
            ("[{type_id: .nan}]", "for_each[0].type_id: nan is not a number that JSON can carry"),
            ("[{region_id: 1}]", "for_each row 1: column 'region_id': is also a fixed parameter of the job"),
        ],
    )
    def test_mistakes_are_named_with_the_job(self, table: str, said: str) -> None:
        """File, job, table, row and column are told; other jobs are checked all the same."""
        text = f"jobs:\n- {{op_id: x, parameters: {{region_id: 1}}, for_each: {table}}}\n- {{opid: y}}\n"
        with pytest.raises(JobFileError) as caught:
            parse_jobs(text, where="f.yaml")
        first, *others = [str(problem) for problem in caught.value.problems]
        assert first.startswith(f"f.yaml: job 1 'x': {said}")
        assert [other.partition(": ")[2] for other in others[-2:]] == [
            "job 2: op_id: is missing",
            "job 2: opid: unknown key (did you mean 'op_id' or 'id'?)",
        ]

    def test_a_job_that_has_run_has_no_table(self) -> None:
        """A result and a table contradict each other."""
        with pytest.raises(JobFileError, match=r"for_each: 'x' was made for a row, or has run"):
            parse_jobs("op_id: x\nfor_each: []\nresult: {state: succeeded}", where="")

    def test_a_misspelt_key_is_known(self) -> None:
        """``foreach`` is told what it should be."""
        with pytest.raises(JobFileError, match=r"foreach: unknown key \(did you mean 'for_each'\?\)"):
            parse_jobs("op_id: x\nforeach: a.csv", where="")

    def test_many_wrong_values_make_few_lines(self) -> None:
        """A table in the file itself is as brief about what is wrong with it."""
        with pytest.raises(JobFileError) as caught:
            parse_jobs("op_id: x\nfor_each:\n" + "- {a: .inf}\n" * 1000, where="f.yaml")
        said = [str(problem) for problem in caught.value.problems]
        assert (len(said), said[-1]) == (21, "f.yaml: for_each: and 980 more problems like these")

    def test_what_no_file_can_hold_is_refused(self) -> None:
        """Rows with objects in them can't be written."""
        with pytest.raises(JobFileError, match=r"for_each\[0\]\.a: expected a value that JSON can carry"):
            format_jobs(Job("x").for_each([{"a": object()}]), fmt="json")

    def test_the_check_sees_each_row(self) -> None:
        """A caller's check is asked about the job of each row, and its answers come with the rows' places."""
        text = "op_id: x\ncallbacks: [{callback_id: keep_any}]\nfor_each: [{a: 1}, {a: 2}, {}, {a: 3}]\n"

        def check(job: Job) -> list[Problem]:
            assert job.callbacks == (Callback("keep_any"),)
            assert job.row is not None
            return [Problem("column 'a'", "is odd")] if job.row.cells["a"] % 2 else []

        with pytest.raises(JobFileError) as caught:
            parse_jobs(text, where="f.yaml", check=check)
        assert [str(problem) for problem in caught.value.problems] == [
            "f.yaml: for_each row 1: column 'a': is odd (and so in 1 more row)",
            "f.yaml: for_each row 3: is empty",
        ]

    def test_a_large_file_is_refused_at_once(self, tmp_path: Path) -> None:
        """Fifty megabytes are not read; the error says how to write them shorter."""
        path = tmp_path / "big.yaml"
        with path.open("wb") as stream:
            stream.truncate(50_000_000)
        with pytest.raises(JobFileError) as caught:
            read_jobs(path)
        assert str(caught.value) == (
            f"{path}: has 50 MB; 32 MB are read at most. Put what repeats into a table (for_each: rows.csv)"
        )
        path.write_text("op_id: x")
        assert read_jobs(path, most_bytes=8) == Job("x")
        with pytest.raises(JobFileError, match="are read at most"):
            read_jobs(path, most_bytes=7)

    def test_a_bomb_of_aliases_is_no_job_file(self) -> None:
        """A few lines that stand for a billion jobs are an error, found at once."""
        bomb = "jobs:\n- &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"- &{chr(98 + level)} [{', '.join([f'*{chr(97 + level)}'] * 10)}]\n" for level in range(9)
        )
        with pytest.raises(JobFileError, match=r"^f\.yaml: its aliases stand for [\d,]+ values"):
            parse_jobs(bomb, where="f.yaml")

    @pytest.mark.parametrize("where", ["f.yaml", "f.json"])
    def test_a_key_given_twice_is_refused(self, where: str) -> None:
        """Neither of two values is guessed to be the right one."""
        text = '{"op_id": "x",\n "for_each": "a.csv",\n "for_each": "b.csv"}'
        with pytest.raises(JobFileError, match=r"line 3, column \d+: the key 'for_each' is given twice"):
            parse_jobs(text, where=where)
