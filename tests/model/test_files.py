"""Job files: reading, writing, and what is said about those that are wrong."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.errors import JobFileError, OutputWriteError, Problem
from esi_fetch.model.callback import Callback
from esi_fetch.model.files import format_jobs, parse_jobs, read_jobs, write_jobs
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Result, State

from .strategies import finished_jobs, work_orders

FORGE = """\
# forge.yaml
name: forge-daily
output_path: data/${date}
jobs:
  - op_id: get_markets_region_id_orders
    parameters: {region_id: 10000002}
    callbacks:
      - callback_id: keep_file
        kwargs: {path: "orders-${region_id}.csv"}
  - op_id: get_markets_region_id_history
    parameters: {region_id: 10000002, type_id: 34}
"""
FORGE_ORDER = WorkOrder(
    name="forge-daily",
    output_path="data/${date}",
    jobs=(
        Job("get_markets_region_id_orders", {"region_id": 10000002}),
        Job("get_markets_region_id_history", {"region_id": 10000002, "type_id": 34}),
    ),
)


def with_callback() -> WorkOrder:
    """Return the order that FORGE stands for; callbacks can be built only once they are registered."""
    first, second = FORGE_ORDER.jobs
    callbacks = (Callback("keep_file", {"path": "orders-${region_id}.csv"}),)
    return replace(FORGE_ORDER, jobs=(replace(first, callbacks=callbacks), second))


def complaints(text: str, *, where: str = "forge.yaml", **options: object) -> list[str]:
    """Return what is said about a file of this text."""
    with pytest.raises(JobFileError) as caught:
        parse_jobs(text, where=where, **options)
    return [str(problem) for problem in caught.value.problems]


class TestRoundTrips:
    """What is written reads back as equal."""

    @given(finished_jobs, st.sampled_from(["json", "yaml"]))
    def test_any_job(self, job: Job, fmt: str) -> None:
        """A job with its result and the data survives both formats."""
        again = parse_jobs(format_jobs(job, fmt=fmt), where="")
        assert again == job
        assert isinstance(again, Job)
        assert again.result == job.result
        if job.result is not None:
            assert again.result is not None
            assert again.result.data == job.result.data

    @given(work_orders, st.sampled_from([".json", ".yaml", ".yml", ".YAML", ".txt", ""]))
    def test_any_work_order(self, order: WorkOrder, suffix: str) -> None:
        """A work order survives both formats, whatever the suffix says, if it does not say the wrong one."""
        fmt = "json" if suffix == ".json" else "yaml"
        assert parse_jobs(format_jobs(order, fmt=fmt), where=f"x{suffix}") == order

    @pytest.mark.parametrize("name", ["forge.yaml", "forge.json", "Jita 4-4, Händler ☃.yml"])
    def test_files(self, tmp_path: Path, name: str) -> None:
        """Files are written where nothing was, with parents, under any name, and read back."""
        path = tmp_path / "mit Leerzeichen" / name
        order = with_callback()
        write_jobs(order, path)
        assert read_jobs(path) == read_jobs(str(path)) == order

    def test_a_given_uid_is_kept_and_a_made_up_one_left_out(self) -> None:
        """A uid that somebody chose survives; one that was made up would only be copied along by hand."""
        assert "uid" not in format_jobs(Job("get_status"), fmt="yaml")
        again = parse_jobs(format_jobs(Job("get_status", uid="mine"), fmt="yaml"), where="")
        assert again.uid == "mine"

    def test_jobs_derived_from_one_can_be_written(self) -> None:
        """Copies made with ``replace`` share a made-up uid, which is no problem in a file."""
        one = Job("get_status")
        order = WorkOrder((one, replace(one, name="again")))
        assert parse_jobs(format_jobs(order, fmt="json"), where="") == order

    @pytest.mark.parametrize(
        "text", ['{"$schema": "x.json", "op_id": "get_status"}', "$schema: x\njobs: []\n"]
    )
    def test_the_place_of_the_schema_counts_for_nothing(self, text: str) -> None:
        """Editors look for it at the top of a file; it is no key of a job, and is not written."""
        assert "schema" not in format_jobs(parse_jobs(text, where="x"), fmt="json")
        assert complaints('{"jobs": [{"$schema": "x", "op_id": "a"}]}', where="x") == [
            "x: job 1 'a': $schema: unknown key"
        ]
        assert complaints('{"$schema": 1, "op_id": "a"}', where="x") == ["x: $schema: unknown key"]


class TestFormat:
    """What files look like."""

    def test_yaml_is_pleasant_to_read(self) -> None:
        """Keys stand in a natural order, and what is empty is left out."""
        order = replace(FORGE_ORDER, jobs=(replace(FORGE_ORDER.jobs[0], callbacks=(Callback("keep_any"),)),))
        assert format_jobs(order, fmt="yaml") == (
            "name: forge-daily\n"
            "output_path: data/${date}\n"
            "jobs:\n"
            "- op_id: get_markets_region_id_orders\n"
            "  parameters:\n"
            "    region_id: 10000002\n"
            "  callbacks:\n"
            "  - callback_id: keep_any\n"
        )

    def test_json_is_indented_and_keeps_letters(self) -> None:
        """JSON is for people too."""
        assert format_jobs(Job("get_status", name="Händler"), fmt="json") == (
            '{\n  "op_id": "get_status",\n  "name": "Händler"\n}\n'
        )

    @pytest.mark.parametrize("value", [float("nan"), {1: 2}, object(), "\ud800"])
    def test_what_no_file_can_hold_is_refused(self, value: object) -> None:
        """A value that would not read back is an error with its place."""
        with pytest.raises(JobFileError, match=r"^job 1 'x': parameters\.a"):
            format_jobs(WorkOrder((Job("x", {"a": value}),)), fmt="yaml")

    @pytest.mark.parametrize("fmt", ["json", "yaml"])
    def test_data_that_is_not_plain_is_refused(self, fmt: str) -> None:
        """A result whose data can't be written is an error of ours."""
        job = Job("x", result=Result(State.SUCCEEDED, payload=LazyData.of(object())))
        with pytest.raises(JobFileError, match="data of a result can't be written"):
            format_jobs(job, fmt=fmt)


class TestWrite:
    """``write_jobs``."""

    def test_the_suffix_says_the_format(self, tmp_path: Path) -> None:
        """Without a known suffix nothing is written."""
        with pytest.raises(JobFileError, match=r"jobs\.txt: the suffix does not say the format; use \.yaml"):
            write_jobs(FORGE_ORDER, tmp_path / "jobs.txt")
        assert list(tmp_path.iterdir()) == []

    def test_a_value_that_can_not_be_written_leaves_the_file_alone(self, tmp_path: Path) -> None:
        """What was there before is untouched, and no half file stays."""
        path = tmp_path / "jobs.json"
        path.write_text("before")
        half = Job("x", result=Result(State.SUCCEEDED, payload=LazyData.of("\ud800")))
        for job in (Job("x", {"a": object()}), half):
            with pytest.raises(JobFileError):
                write_jobs(job, path)
        assert path.read_text() == "before"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_folder_in_the_way_is_an_error_of_ours(self, tmp_path: Path) -> None:
        """An operating system's refusal names the file."""
        path = tmp_path / "jobs.json"
        (path / "x").mkdir(parents=True)
        with pytest.raises(OutputWriteError, match=r"can't write '.*jobs\.json'"):
            write_jobs(FORGE_ORDER, path)
        assert list(tmp_path.iterdir()) == [path]


class TestRead:
    """Files that can be read, and those that can't."""

    def test_the_documented_work_order(self) -> None:
        """A work order as the documentation shows it."""
        assert parse_jobs(FORGE, where="forge.yaml") == with_callback()

    def test_a_single_job_may_stand_alone(self) -> None:
        """A mapping with op_id is a job."""
        assert parse_jobs("op_id: get_status", where="x.yaml") == Job("get_status")

    @pytest.mark.parametrize(
        "text",
        ["- op_id: get_status\n- op_id: get_status", '[{"op_id": "get_status"},{"op_id":"get_status"}]'],
    )
    def test_a_list_of_jobs_is_an_order_without_a_name(self, text: str) -> None:
        """A bare list is read as what it obviously means."""
        assert parse_jobs(text, where="x") == WorkOrder((Job("get_status"), Job("get_status")))

    @pytest.mark.parametrize("where", ["x.json", "x.yaml", "x", "standard input"])
    def test_the_format_is_seen_from_the_content(self, where: str) -> None:
        """JSON is read as JSON under any name."""
        assert parse_jobs('{"op_id":\t"get_status"}', where=where) == Job("get_status")

    def test_a_byte_order_mark_is_ignored(self, tmp_path: Path) -> None:
        """Files from editors that put one in front are read."""
        path = tmp_path / "x.json"
        path.write_bytes(b'\xef\xbb\xbf{"op_id": "get_status"}')
        assert read_jobs(path) == Job("get_status")

    def test_anchors_may_share_parts(self) -> None:
        """Aliases and merges save writing things twice, and jobs do not share what they name."""
        text = """\
- &a {op_id: x, parameters: &p {r: 1}}
- {<<: *a, name: n}
- {op_id: y, parameters: *p}
"""
        order = parse_jobs(text, where="x.yaml")
        assert order == WorkOrder((Job("x", {"r": 1}), Job("x", {"r": 1}, name="n"), Job("y", {"r": 1})))
        assert isinstance(order, WorkOrder)
        assert order.jobs[0].parameters is not order.jobs[2].parameters

    def test_words_that_yaml_once_took_for_something_else_stay_words(self) -> None:
        """NO is Norway, and a date is text, as a parameter expects it."""
        job = parse_jobs("op_id: x\nparameters: {a: NO, b: 2026-01-01, c: 012, d: 1_000, e: on}", where="")
        assert isinstance(job, Job)
        assert job.parameters == {"a": "NO", "b": "2026-01-01", "c": "012", "d": "1_000", "e": "on"}

    @pytest.mark.parametrize(
        ("raw", "complaint"),
        [
            (b"", "is empty; a job needs at least op_id or recipe, a work order jobs"),
            (b"# nothing yet\n", "is empty"),
            (b"op_id: \xff\xfe", "line 1: this is not UTF-8 text; save the file as UTF-8"),
            ("op_id: x".encode("utf-16"), "this is UTF-16 text; save the file as UTF-8"),
            (b"name: a\nname: b", "line 2, column 1: the key 'name' is given twice in one mapping"),
            (b"just words", "this is neither a job (with op_id or recipe) nor a work order (with jobs)"),
        ],
    )
    def test_a_file_that_is_none_is_explained(self, tmp_path: Path, raw: bytes, complaint: str) -> None:
        """Empty, undecodable and ambiguous files are refused with what to do."""
        path = tmp_path / "jobs.yaml"
        path.write_bytes(raw)
        with pytest.raises(JobFileError) as caught:
            read_jobs(path)
        assert str(caught.value).startswith(f"{path}: {complaint}")

    def test_a_missing_file_is_named_with_the_nearest(self, tmp_path: Path) -> None:
        """A misspelt file name gets the nearest right one; a missing folder is said to be missing."""
        (tmp_path / "forge.yaml").touch()
        with pytest.raises(
            JobFileError, match=r"forg\.yaml: there is no such file \(did you mean 'forge\.yaml'\?\)"
        ):
            read_jobs(tmp_path / "forg.yaml")
        with pytest.raises(JobFileError, match="nor is there a folder"):
            read_jobs(tmp_path / "gone" / "forge.yaml")

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        """A folder is refused in words."""
        with pytest.raises(JobFileError, match="is a folder; name a file in it"):
            read_jobs(tmp_path)

    def test_a_path_that_can_not_be_is_refused(self) -> None:
        """A path no system can open is an error of ours."""
        with pytest.raises(JobFileError, match="can't be read"):
            read_jobs("a\0b.yaml")

    def test_a_file_that_may_not_be_read_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The operating system's refusal becomes an error of ours."""

        def refuse(path: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        (tmp_path / "x.yaml").touch()
        monkeypatch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(JobFileError, match=r"x\.yaml: can't be read: Permission denied"):
            read_jobs(tmp_path / "x.yaml")


class TestComplaints:
    """What is said about files with mistakes."""

    def test_all_problems_come_in_one_go(self) -> None:
        """Every mistake is named with file, job, key and nearest word."""
        text = """\
nme: forge
jobs:
  - op_id: get_status
    name: orders
    callbacks:
      - callback_id: keep_file
        kwargs: {pth: x}
  - parameters: [region_id]
"""
        assert complaints(text) == [
            "forge.yaml: nme: unknown key (did you mean 'name'?)",
            "forge.yaml: job 1 'orders': callbacks[0].kwargs.path: keep_file needs this argument",
            "forge.yaml: job 1 'orders': callbacks[0].kwargs.pth: keep_file has no argument 'pth'"
            " (did you mean 'path'?)",
            "forge.yaml: job 2: op_id: is missing",
            "forge.yaml: job 2: parameters: expected a mapping of names to values, found a list",
        ]

    def test_neither_job_nor_order(self) -> None:
        """A file without op_id and jobs is told what it lacks, and what it may have meant."""
        assert complaints("job:\n- op_id: x") == [
            "forge.yaml: is neither a job (op_id or recipe is missing) nor a work order (jobs is missing)",
            "forge.yaml: job: unknown key (did you mean 'jobs'?)",
        ]

    def test_rows_of_data_are_no_jobs(self) -> None:
        """A file of data is told once what it is not; one whose jobs are misspelt, what each lacks."""
        rows = json.dumps([{"id": number, "name": "x"} for number in range(3)])
        (complaint,) = complaints(rows)
        assert complaint.startswith("forge.yaml: this is neither a job (with op_id or recipe) nor a work")
        assert complaint.endswith("; a job takes rows of data by for_each")
        assert complaints('[{"opid": "GetStatus"}]') == [
            "forge.yaml: job 1: op_id: is missing",
            "forge.yaml: job 1: opid: unknown key (did you mean 'op_id' or 'id'?)",
        ]

    def test_both_job_and_order(self) -> None:
        """A file can't be both."""
        (complaint,) = complaints("op_id: x\njobs: []")
        assert (
            complaint == "forge.yaml: has both op_id and jobs; a job has the first, a work order the second"
        )

    def test_a_job_alone_has_no_number(self) -> None:
        """The place in a file of one job is the key."""
        assert complaints("op_id: x\nparameters: 5") == [
            "forge.yaml: parameters: expected a mapping of names to values, found the number 5"
        ]

    def test_yaml_in_a_json_file(self) -> None:
        """The suffix .json promises JSON, and the error says what to do."""
        (complaint,) = complaints("op_id: x", where="x.json")
        assert complaint.startswith("x.json: line 1, column 1: this is not JSON")
        assert complaint.endswith("if it is YAML, give the file the suffix .yaml")


class TestCheck:
    """The caller's own check of each job."""

    def test_its_problems_come_with_those_of_the_shape(self) -> None:
        """Where operation and parameters are sound, they are checked further, whatever else is wrong."""
        text = """\
jobs:
  - {op_id: a, parameters: {x: 1}, name: fine}
  - {op_id: b, parameters: {y: 1}, name: 5}
  - {op_id: c, parameters: 5}
  - d
"""
        seen: list[tuple[str, object]] = []

        def check(job: Job) -> list[Problem]:
            seen.append((job.op_id, job.parameters))
            return [Problem("op_id", f"unknown operation {job.op_id!r}")]

        assert complaints(text, check=check) == [
            "forge.yaml: job 1 'fine': op_id: unknown operation 'a'",
            "forge.yaml: job 2 'b': name: expected text, found the number 5; put it in quotes",
            "forge.yaml: job 2 'b': op_id: unknown operation 'b'",
            "forge.yaml: job 3 'c': parameters: expected a mapping of names to values, found the number 5",
            "forge.yaml: job 4: expected a mapping with op_id, recipe, for_each, parameters, callbacks, name,"
            " description, id, uid, attributes, character, since_last, until, max_records, row, result;"
            " found the text 'd'",
        ]
        assert seen == [("a", {"x": 1}), ("b", {"y": 1})]

    def test_a_job_alone_is_checked_too(self, tmp_path: Path) -> None:
        """A single job passes the check, or is refused by it."""
        path = tmp_path / "x.yaml"
        path.write_text("op_id: a")
        assert read_jobs(path, check=lambda job: []) == Job("a")
        with pytest.raises(JobFileError, match=r"x\.yaml: op_id: no"):
            read_jobs(path, check=lambda job: [Problem("op_id", "no")])


@given(st.text(max_size=60))
def test_no_text_crashes_the_reader(text: str) -> None:
    """Any text is a job, a work order, or an error of ours."""
    for where in ("x.json", "x.yaml", "x"):
        with contextlib.suppress(JobFileError):
            assert isinstance(parse_jobs(text, where=where), (Job, WorkOrder))


def test_a_hundred_thousand_jobs_are_read_without_dataclasses_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are built by hand, one by one, however many there are."""
    monkeypatch.setattr("dataclasses_json.api._decode_dataclass", None)
    plain = {"op_id": "x", "callbacks": [{"callback_id": "keep_file", "kwargs": {"path": "a"}}]}
    order = parse_jobs(json.dumps([plain] * 1000), where="x.json")
    assert isinstance(order, WorkOrder)
    assert len(order) == 1000
