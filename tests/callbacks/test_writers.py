from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import esi_fetch.callbacks
from esi_fetch.callbacks import save_csv, save_job, save_json, save_jsonl, save_yaml
from esi_fetch.errors import CallbackArgumentError, OutputPathError, OutputWriteError
from esi_fetch.model.callback import Callback, registered, spec_of
from esi_fetch.model.job import Job

MakeJob = Callable[..., Job]
ROWS = [{"order_id": 1, "price": 5.5, "name": "é"}, {"order_id": 2, "price": 6.0, "name": "x"}]


def test_importing_registers_the_writers() -> None:
    """The five writers can be named by jobs, and none is handed a copy of the data."""
    names = ("save_csv", "save_job", "save_json", "save_jsonl", "save_yaml")
    assert set(names) <= set(registered())
    assert all(spec_of(name).reads_only for name in names)


def test_room_exports_what_its_all_names() -> None:
    """Every public name of the room is there."""
    assert all(hasattr(esi_fetch.callbacks, name) for name in esi_fetch.callbacks.__all__)


@pytest.mark.parametrize(
    ("save", "read"),
    [
        (save_json, json.loads),
        (save_jsonl, lambda text: [json.loads(line) for line in text.splitlines()]),
        (save_yaml, yaml.safe_load),
    ],
)
def test_writers_write_the_data(
    tmp_path: Path, finished_job: MakeJob, save: Callable[..., None], read: Callable[[str], Any]
) -> None:
    """Each writer's file reads back as the data, whatever its suffix."""
    save(finished_job(ROWS), path=tmp_path / "out.txt")
    assert read((tmp_path / "out.txt").read_text(encoding="utf-8")) == ROWS


def test_csv_takes_fields_and_extra_columns(tmp_path: Path, finished_job: MakeJob) -> None:
    """The CSV writer writes the chosen fields and the extra columns."""
    save_csv(finished_job(ROWS), path=tmp_path / "x.csv", fields=["name", "order_id"], extra={"region": 10})
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == "name,order_id,region\né,1,10\nx,2,10\n"


def test_empty_answer_has_the_operations_header(tmp_path: Path, finished_job: MakeJob) -> None:
    """An answer without rows is a header of the operation's fields, so that programs can read the file."""
    save_csv(finished_job([], op_id="GetContractsPublicRegionId"), path=tmp_path / "x.csv")
    header, *rows = (tmp_path / "x.csv").read_text().splitlines()
    assert {"issuer_id", "price", "buyout"} <= set(header.split(","))
    assert rows == []


def test_optional_field_that_is_missing_today_is_no_error(tmp_path: Path, finished_job: MakeJob) -> None:
    """A field that the operation can have may be chosen though no row has it; no other may."""
    job = finished_job([{"issuer_id": 5}], op_id="get_contracts_public_region_id")
    save_csv(job, path=tmp_path / "x.csv", fields=["buyout", "issuer_id"])
    assert (tmp_path / "x.csv").read_text() == "buyout,issuer_id\n,5\n"
    with pytest.raises(CallbackArgumentError, match=r"^kwargs\.fields: .*'buyuot' \(did you mean 'buyout'"):
        save_csv(job, path=tmp_path / "y.csv", fields=["buyuot"])
    assert not (tmp_path / "y.csv").exists()


def test_a_walk_without_rows_has_the_header_of_its_rows(tmp_path: Path, finished_job: MakeJob) -> None:
    """Nothing new is a table without rows, of which fields may be named; one piece is as ESI wraps it."""
    path, op_id = tmp_path / "x.csv", "GetFreelanceJobsListing"
    save_csv(finished_job([], op_id=op_id), path=path)
    header = path.read_text().rstrip().split(",")
    assert {"id", "name", "state"} <= set(header)
    assert "freelance_jobs" not in header
    save_csv(finished_job([], op_id=op_id), path=path, fields=["id", "state"])
    assert path.read_text() == "id,state\n"
    save_csv(finished_job({"freelance_jobs": []}, op_id=op_id), path=path, fields=["cursor.after"])
    assert path.read_text() == 'cursor.after\n""\n'


def test_operation_unknown_to_the_catalog_is_written_all_the_same(
    tmp_path: Path, finished_job: MakeJob
) -> None:
    """Newer operations than the bundled catalog knows are judged by their rows alone."""
    job = finished_job([{"a": 1}], op_id="GetSomethingNew")
    save_csv(job, path=tmp_path / "x.csv", fields=["a"])
    assert (tmp_path / "x.csv").read_text() == "a\n1\n"


@pytest.mark.parametrize("name", ["job.json", "job.yaml"])
@pytest.mark.parametrize("data", [True, False])
def test_job_is_saved_with_its_result(tmp_path: Path, finished_job: MakeJob, name: str, data: bool) -> None:
    """The job's file holds the job and its result in the format of the suffix, with the data if asked for."""
    job = finished_job(ROWS, name="forge", parameters={"region_id": 10000002})
    save_job(job, path=tmp_path / name, data=data)
    text = (tmp_path / name).read_text(encoding="utf-8")
    saved = json.loads(text) if name.endswith("json") else yaml.safe_load(text)
    assert saved["name"] == "forge"
    assert saved["parameters"] == {"region_id": 10000002}
    assert saved["result"]["state"] == "succeeded"
    assert saved["result"].get("data") == (ROWS if data else None)


def test_job_without_a_result_writes_no_data(tmp_path: Path) -> None:
    """A job that has not run has no data: JSON's null."""
    save_json(Job("GetStatus"), path=tmp_path / "x.json")
    assert (tmp_path / "x.json").read_text() == "null\n"


def test_job_goes_into_json_or_yaml_only(tmp_path: Path, finished_job: MakeJob) -> None:
    """A job is no table."""
    with pytest.raises(OutputPathError, match=r"can't be saved as csv; use \.json or \.yaml"):
        save_job(finished_job(ROWS), path=tmp_path / "job.csv")


def test_failed_write_keeps_the_old_file(tmp_path: Path, finished_job: MakeJob) -> None:
    """Data that can't be written leaves the file of the last run."""
    (tmp_path / "x.csv").write_text("old\n")
    with pytest.raises(OutputWriteError, match="two values"):
        save_csv(finished_job([{"a": {"b": 1}, "a.b": 2}]), path=tmp_path / "x.csv")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.csv", "old\n")]


@pytest.mark.parametrize(
    ("callback_id", "kwargs", "problem"),
    [
        ("save_json", {"path": 7}, "kwargs.path: expected the path of a file as text, found 7"),
        ("save_csv", {"path": ["a"]}, "kwargs.path: expected the path of a file as text, found ['a']"),
        (
            "save_csv",
            {"path": "x", "fields": "a,b"},
            "kwargs.fields: expected a list of field names, found 'a,b'",
        ),
        ("save_csv", {"path": "x", "fields": ["a", 1]}, "kwargs.fields: expected a list of field names"),
        ("save_csv", {"path": "x", "fields": []}, "kwargs.fields: names no field"),
        ("save_csv", {"path": "x", "fields": ["a", "b", "a"]}, "kwargs.fields: names 'a' twice"),
        ("save_csv", {"path": "x", "extra": ["a"]}, "kwargs.extra: expected a mapping of columns to values"),
        (
            "save_csv",
            {"path": "x", "extra": {"a": [1]}},
            "kwargs.extra.a: expected a single value, found [1]",
        ),
        ("save_job", {"path": "job.yaml", "data": "no"}, "kwargs.data: expected true or false, found 'no'"),
        ("save_job", {"path": "job.csv"}, "kwargs.path: a job can't be saved as csv"),
        (
            "save_job",
            {"path": "job.jsn"},
            "kwargs.path: the suffix '.jsn' stands for no format (did you mean '.json'",
        ),
        ("save_job", {"path": "job"}, "kwargs.path: a suffix that names the format is missing"),
    ],
)
def test_wrong_argument_is_found_when_the_callback_is_built(
    callback_id: str, kwargs: dict[str, Any], problem: str
) -> None:
    """An argument's wrong value is an error as soon as the callback is named, before anything is sent."""
    with pytest.raises(CallbackArgumentError) as caught:
        Callback(callback_id, kwargs)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("callback_id", "kwargs"),
    [
        ("save_json", {"path": Path("x.json")}),
        ("save_csv", {"path": "x", "fields": None, "extra": None}),
        ("save_csv", {"path": "x", "fields": ("a",), "extra": {"a": None, "b": 1.5, "c": "${date}"}}),
        ("save_job", {"path": "job.${suffix}", "data": False}),
    ],
)
def test_right_arguments_are_accepted(callback_id: str, kwargs: dict[str, Any]) -> None:
    """Paths, lists, tuples, absent options and suffixes that are templates are all right."""
    assert Callback(callback_id, kwargs).kwargs == kwargs
