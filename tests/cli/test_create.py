"""``esi-fetch create``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from esi_fetch import Callback  # from the package, which registers the callbacks that come with it
from esi_fetch.cli.callback_texts import parse_callbacks
from esi_fetch.errors import CallbackArgumentError
from esi_fetch.model.files import SCHEMA_FILE, parse_jobs, read_jobs, write_jobs
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.result import Result, State
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

HISTORY = ("GetMarketsRegionIdHistory", "region_id=10000002")
PRICES = "op_id: GetMarketsPrices\ncallbacks: [{callback_id: save_csv, kwargs: {path: prices.csv}}]\n"


@pytest.fixture
def types(place: Path) -> str:
    """A table of types."""
    (place / "types.csv").write_text("type_id,label\n34,Tritanium\n35,Pyerite\n")
    return "types.csv"


class TestJob:
    """``create job``."""

    def test_it_goes_to_standard_output(self, invoke: Invoke, sandbox: Sandbox) -> None:
        """Without a file the job is printed, and reads back as what was asked for; nothing is sent."""
        result = invoke(
            "create", "job", "get_markets_region_id_orders", "region_id=10000002", "--param", "type_id=34",
            "--callback", "save_csv path=${region_id}.csv fields=price,volume_remain", "--name", "forge",
            "--description", "what for", "--attribute", "label=x", "--character", "95465499",
        )  # fmt: skip
        assert (result.exit_code, result.stderr) == (0, "")
        assert parse_jobs(result.stdout, where="x.yaml") == Job(
            "GetMarketsRegionIdOrders",
            {"region_id": 10000002, "type_id": 34},
            callbacks=(
                Callback("save_csv", {"path": "${region_id}.csv", "fields": ["price", "volume_remain"]}),
            ),
            name="forge",
            description="what for",
            attributes={"label": "x"},
            character=95465499,
        )
        assert sandbox.requests == []

    def test_json_on_request(self, invoke: Invoke) -> None:
        """``--format json`` prints JSON; a body is written as what it is."""
        result = invoke("create", "job", "PostUniverseNames", "body=34,35", "--format", "json")
        assert json.loads(result.stdout) == {"op_id": "PostUniverseNames", "parameters": {"body": [34, 35]}}
        assert result.stderr == "warning: without --callback the data goes into the local store alone\n"

    def test_a_table_makes_many(self, invoke: Invoke, place: Path, types: str) -> None:
        """What the table brings need not be given; the file finds the table, and runs."""
        result = invoke(
            "create", "job", *HISTORY, "--for-each", types,
            "--callback", "save_json path=h/${label}.json", "-o", "jobs/my history.yaml",
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        assert result.stderr == (
            "jobs/my history.yaml: one job for each row of types.csv, now 2."
            " Run it: esi-fetch run 'jobs/my history.yaml'\n"
        )
        assert "for_each: ../types.csv\n" in (place / "jobs/my history.yaml").read_text()
        assert invoke("run", "jobs/my history.yaml", "-o", "out").exit_code == 0
        assert sorted(path.name for path in (place / "out/h").iterdir()) == ["Pyerite.json", "Tritanium.json"]

    def test_recipes_are_jobs_too(self, invoke: Invoke, place: Path) -> None:
        """A recipe is named like an operation; its lists are lists, and a table may bring what it needs."""
        result = invoke("create", "job", "market_summary", "region=The Forge", "type=34,Pyerite")
        wanted = {"region": ["The Forge"], "type": [34, "Pyerite"]}
        assert parse_jobs(result.stdout, where="x.yaml") == Job(recipe="market-summary", parameters=wanted)
        (place / "regions.csv").write_text("region\nThe Forge\nDomain\n")
        result = invoke(
            "create", "job", "market-summary", "--for-each", "regions.csv",
            "--callback", "save_csv path=${region}.csv", "-o", "markets.yaml",
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        assert invoke("run", "markets.yaml", "-o", "out").exit_code == 0
        assert sorted(path.name for path in (place / "out").iterdir()) == ["Domain.csv", "The Forge.csv"]

    def test_what_a_recipe_needs(self, invoke: Invoke) -> None:
        """Parameters are checked one by one, and then together, as when it is run."""
        result = invoke("create", "job", "market-history", "type=34")
        assert result.stderr.startswith("error: parameters.region: missing; market-history needs it")
        result = invoke("create", "job", "market-history", "region=Domain")
        assert result.stderr.startswith(
            "error: parameters.type: missing; give types, a market group, or both"
        )
        assert result.exit_code == 2

    def test_everything_wrong_is_said_in_one_go(self, invoke: Invoke, place: Path, types: str) -> None:
        """Parameters, callbacks, table and file are all checked; nothing is written."""
        result = invoke(
            "create", "job", *HISTORY, "typeid=3", "--for-each", "typs.csv", "--callback", "save_cvs path=x",
            "--callback", "save_csv pth=x", "--attribute", "x", "-o", "x.txt",
        )  # fmt: skip
        assert (result.exit_code, result.stdout) == (2, "")
        assert [line.removeprefix("error: ") for line in result.stderr.splitlines()] == [
            "-o: x.txt: the suffix does not say the format; use .yaml or .json",
            "parameters.typeid: GetMarketsRegionIdHistory has no parameter 'typeid'"
            " (did you mean 'type_id'?)",
            "--callback 'save_cvs path=x': callback_id: unknown callback 'save_cvs'"
            " (did you mean 'save_csv' or 'save_json' or 'save_jsonl'?)",
            "--callback 'save_csv pth=x': kwargs.path: save_csv needs this argument",
            "--callback 'save_csv pth=x': kwargs.pth: save_csv has no argument 'pth' (did you mean 'path'?)",
            "--attribute: expected name=value, found 'x'",
            "--for-each: typs.csv: there is no such file (did you mean 'types.csv'?)",
        ]
        assert [path.name for path in place.iterdir()] == ["types.csv"]

    def test_rows_are_checked_against_the_operation(self, invoke: Invoke, place: Path) -> None:
        """A table that does not fit is refused, with line and column."""
        (place / "t.csv").write_text("type_id,region_id\n34,1\nx,2\n")
        result = invoke("create", "job", "GetMarketsRegionIdHistory", "--for-each", "t.csv")
        assert result.exit_code == 2
        assert result.stderr == (
            "error: --for-each: t.csv line 3: column 'type_id': expected an integer, found 'x'\n"
        )
        result = invoke("create", "job", *HISTORY, "--for-each", "t.csv")
        assert "column 'region_id': is also a fixed parameter of the job" in result.stderr

    def test_an_empty_table_is_worth_a_warning(self, invoke: Invoke, place: Path) -> None:
        """It may be filled later; it may also be a mistake."""
        (place / "t.csv").write_text("type_id\n")
        result = invoke("create", "job", *HISTORY, "--for-each", "t.csv")
        assert result.exit_code == 0
        assert "warning: t.csv has no rows\n" in result.stderr

    def test_without_a_table_nothing_may_lack(self, invoke: Invoke) -> None:
        """A parameter that is missing is named."""
        result = invoke("create", "job", *HISTORY)
        assert result.exit_code == 2
        assert "parameters.type_id: missing; GetMarketsRegionIdHistory needs it: an integer" in result.stderr

    def test_what_is_there_stays(self, invoke: Invoke, place: Path) -> None:
        """A file is replaced with ``--force`` alone; a format that contradicts the suffix is refused."""
        (place / "x.yaml").write_text("mine")
        result = invoke("create", "job", "GetStatus", "-o", "x.yaml")
        assert (result.exit_code, (place / "x.yaml").read_text()) == (2, "mine")
        assert "error: -o: 'x.yaml' is there already; --force replaces it\n" in result.stderr
        assert invoke("create", "job", "GetStatus", "-o", "x.yaml", "--force").exit_code == 0
        assert read_jobs(place / "x.yaml") == Job("GetStatus")
        result = invoke("create", "job", "GetStatus", "-o", "y.yaml", "--format", "json")
        assert "--format: json, and the suffix of 'y.yaml' says yaml" in result.stderr


class TestCallbackTexts:
    """Callbacks as they are typed."""

    @pytest.mark.parametrize(
        ("text", "callback"),
        [
            ("save_csv path=a.csv", Callback("save_csv", {"path": "a.csv"})),
            ("save_csv path=2026", Callback("save_csv", {"path": "2026"})),
            ("save_csv path='a b.csv'", Callback("save_csv", {"path": "a b.csv"})),
            (
                "save_csv path=a fields=x,y fields=z",
                Callback("save_csv", {"path": "a", "fields": ["x", "y", "z"]}),
            ),
            ("""save_csv path=a fields='["x,y"]'""", Callback("save_csv", {"path": "a", "fields": ["x,y"]})),
            ("""save_csv path=a extra='{"k": 1}'""", Callback("save_csv", {"path": "a", "extra": {"k": 1}})),
            ("save_job path=a.json data=false", Callback("save_job", {"path": "a.json", "data": False})),
        ],
    )
    def test_arguments_are_what_they_look_like(self, text: str, callback: Callback) -> None:
        """JSON is what it says, all else is text; lists have commas."""
        assert parse_callbacks([text]) == (callback,)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "names no callback"),
            ("save_csv 'path", "no closing quotation"),
            ("save_csv a.csv", "expected name=value, found 'a.csv'"),
            ("save_csv path=a path=b", "path is given twice"),
        ],
    )
    def test_mistakes_are_named(self, text: str, said: str) -> None:
        """The text is quoted, and what is wrong with it told."""
        with pytest.raises(CallbackArgumentError) as caught:
            parse_callbacks([text])
        assert str(caught.value) == f"--callback {text!r}: {said}"


class TestWorkOrder:
    """``create workorder``."""

    @pytest.fixture(autouse=True)
    def _files(self, place: Path, types: str) -> None:
        """Job files, one with a table, in a folder of their own."""
        jobs = place / "jobs"
        jobs.mkdir()
        (jobs / "prices.yaml").write_text(PRICES)
        (jobs / "status.json").write_text(json.dumps({"op_id": "GetStatus", "name": "status"}))
        (jobs / "history.yaml").write_text(
            "op_id: GetMarketsRegionIdHistory\nfor_each: ../types.csv\nparameters: {region_id: 10000002}\n"
            "callbacks: [{callback_id: save_json, kwargs: {path: '${type_id}.json'}}]\n"
        )

    def order(self, path: Path) -> WorkOrder:
        read = read_jobs(path)
        assert isinstance(read, WorkOrder)
        return read

    def test_of_files_a_folder_and_a_pattern(self, invoke: Invoke, place: Path) -> None:
        """Each file counts once, in the order named; tables are found from the new place."""
        result = invoke(
            "create", "workorder", "jobs/status.json", "jobs/p*.yaml", "jobs",
            "--name", "nightly", "--output-path", "out/${date}", "-o", "orders/nightly.yaml",
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        assert result.stderr == "orders/nightly.yaml: 3 jobs. Run it: esi-fetch run orders/nightly.yaml\n"
        order = self.order(place / "orders/nightly.yaml")
        assert (order.name, order.output_path) == ("nightly", "out/${date}")
        assert [job.op_id for job in order] == [
            "GetStatus",
            "GetMarketsPrices",
            *["GetMarketsRegionIdHistory"] * 2,
        ]
        assert "for_each: ../types.csv\n" in (place / "orders/nightly.yaml").read_text()
        assert invoke("run", "orders/nightly.yaml", "-o", "here").exit_code == 0

    def test_to_standard_output(self, invoke: Invoke) -> None:
        """Without a file the work order is printed; tables are found from here."""
        result = invoke("create", "workorder", "jobs/history.yaml", "jobs/prices.yaml", "--format", "json")
        assert [job.get("for_each") for job in json.loads(result.stdout)["jobs"]] == ["types.csv", None]

    def test_a_table_in_the_folder_is_no_job_file(self, invoke: Invoke, place: Path) -> None:
        """JSON beside the job files that one of them names as its table is left alone; other JSON is not."""
        (place / "jobs/types.json").write_text('[{"type_id": 34}]')
        (place / "jobs/more.yaml").write_text("op_id: GetUniverseTypesTypeId\nfor_each: types.json\n")
        assert invoke("create", "workorder", "jobs", "-o", "all.yaml").exit_code == 0
        assert len(self.order(place / "all.yaml").jobs) == 4
        (place / "jobs/notes.json").write_text('{"note": 1}')
        result = invoke("create", "workorder", "jobs", "-o", "other.yaml")
        assert result.exit_code == 2
        assert (
            "error: jobs/notes.json: is neither a job (op_id or recipe is missing) nor a work order"
            in result.stderr
        )

    def test_the_schema_in_the_folder_is_no_job_file(self, invoke: Invoke, place: Path) -> None:
        """What editors know job files by lies beside them, and is passed over."""
        assert invoke("create", "workorder", "jobs", "-o", "before.yaml").exit_code == 0
        (place / "jobs" / SCHEMA_FILE.name).write_bytes(SCHEMA_FILE.read_bytes())
        assert invoke("create", "workorder", "jobs", "-o", "after.yaml").exit_code == 0
        assert (place / "after.yaml").read_bytes() == (place / "before.yaml").read_bytes()
        result = invoke("create", "workorder", f"jobs/{SCHEMA_FILE.stem}*", "-o", "none.yaml")
        assert result.exit_code == 2
        assert "no file fits this pattern" in result.stderr

    def test_adding_keeps_what_is_there(self, invoke: Invoke, place: Path) -> None:
        """Jobs come behind those that are there; what belongs to the order stays; comments are missed."""
        path = place / "mine.yaml"
        path.write_text(
            "# mine\nname: mine\nid: 7\nuid: u\nattributes: {a: 1}\njobs:\n"
            "- {op_id: GetStatus, callbacks: [{callback_id: save_json, kwargs: {path: status.json}}]}\n"
        )
        result = invoke("create", "workorder", "jobs/*.yaml", "--add-to", "mine.yaml")
        assert result.exit_code == 0, result.stderr
        assert result.stderr.splitlines() == [
            "warning: the comments in mine.yaml are gone: only its jobs and what belongs to them was kept",
            "mine.yaml: 3 jobs (2 added). Run it: esi-fetch run mine.yaml",
        ]
        order = self.order(path)
        assert (order.name, order.id, order.uid, order.attributes) == ("mine", "7", "u", {"a": 1})
        assert [job.op_id for job in order][:1] == ["GetStatus"]

    def test_adding_again_changes_nothing(self, invoke: Invoke, place: Path) -> None:
        """A job that is in it is not added twice, by whatever path its table is named; the file stays."""
        invoke("create", "workorder", "jobs", "-o", "all.yaml")
        before = "# kept\n" + (place / "all.yaml").read_text()
        (place / "all.yaml").write_text(before)
        result = invoke("create", "workorder", "jobs", "--add-to", "all.yaml")
        assert result.stderr.splitlines() == [
            "3 jobs left out: they are in it already",
            "all.yaml: 3 jobs (0 added). Run it: esi-fetch run all.yaml",
        ]
        assert (place / "all.yaml").read_text() == before

    def test_a_folder_does_not_name_the_file_itself(self, invoke: Invoke, place: Path) -> None:
        """The file that is written is none of its sources, unless somebody names it, which is a mistake."""
        for _ in range(2):
            assert invoke("create", "workorder", "jobs", "-o", "jobs/all.yaml", "--force").exit_code == 0
            assert len(self.order(place / "jobs/all.yaml").jobs) == 3
        result = invoke("create", "workorder", "jobs/all.yaml", "--add-to", "jobs/all.yaml")
        assert "error: jobs/all.yaml: is the file to be written; it can't be added to itself" in result.stderr

    def test_everything_wrong_is_said_in_one_go(self, invoke: Invoke, place: Path) -> None:
        """Patterns, folders, files and jobs; nothing is written."""
        (place / "empty").mkdir()
        (place / "bad.yaml").write_text("jobs: [{op_id: GetStats}, {op_id: GetStatus, parameters: {x: 1}}]")
        result = invoke("create", "workorder", "q*.yaml", "empty", "jbo.json", "bad.yaml", "-o", "types.csv")
        assert result.exit_code == 2
        said = [line.removeprefix("error: ") for line in result.stderr.splitlines()]
        assert said[:4] == [
            "-o: 'types.csv' is there already; --force replaces it",
            "q*.yaml: no file fits this pattern",
            "empty: has no job file (.yaml, .json)",
            "jbo.json: there is no such file",
        ]
        assert said[4].startswith("bad.yaml: job 1 'GetStats': op_id: unknown operation 'GetStats'")
        assert said[5].startswith("bad.yaml: job 2 'GetStatus': parameters.x: GetStatus has no parameter 'x'")

    def test_orders_with_folders_of_their_own_are_not_mixed(self, invoke: Invoke, place: Path) -> None:
        """Jobs would write elsewhere than before; that is refused, unless a folder is given."""
        (place / "a.yaml").write_text("{output_path: a, attributes: {x: 1}, jobs: [{op_id: GetStatus}]}")
        (place / "b.yaml").write_text(
            "{output_path: b, attributes: {x: 1, y: 2}, jobs: [{op_id: GetMarketsPrices}]}"
        )
        result = invoke("create", "workorder", "a.yaml", "b.yaml")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(
            "error: b.yaml: has the output_path 'b', and a.yaml 'a': in one work order"
        )
        assert "or give --output-path" in result.stderr
        result = invoke("create", "workorder", "a.yaml", "b.yaml", "--output-path", "c", "--format", "json")
        made = json.loads(result.stdout)
        assert (made["output_path"], made["attributes"]) == ("c", {"x": 1, "y": 2})
        result = invoke("create", "workorder", "b.yaml", "--add-to", "a.yaml")
        assert "side by side" in result.stderr
        assert "--output-path" not in result.stderr

    def test_attributes_that_contradict_each_other(self, invoke: Invoke, place: Path) -> None:
        """A work order has one value of each name."""
        (place / "a.yaml").write_text("{attributes: {x: 1}, jobs: [{op_id: GetStatus}]}")
        (place / "b.yaml").write_text("{attributes: {x: 2}, jobs: [{op_id: GetMarketsPrices}]}")
        result = invoke("create", "workorder", "a.yaml", "b.yaml")
        assert result.stderr == "error: b.yaml: attributes.x: is 2, and in a.yaml 1; a work order has one\n"

    def test_one_order_keeps_its_name(self, invoke: Invoke, place: Path) -> None:
        """A copy of one work order says what that one says."""
        (place / "a.yaml").write_text("{name: a, output_path: o, description: d, jobs: [{op_id: GetStatus}]}")
        made = json.loads(invoke("create", "workorder", "a.yaml", "--format", "json").stdout)
        assert (made["name"], made["output_path"], made["description"]) == ("a", "o", "d")

    def test_what_came_of_jobs_is_left_behind(self, invoke: Invoke, place: Path) -> None:
        """A saved job with its result is a job to do again."""
        write_jobs(Job("GetStatus").with_result(Result(State.SUCCEEDED)), place / "done.json")
        result = invoke("create", "workorder", "done.json", "--format", "json")
        assert json.loads(result.stdout) == {"jobs": [{"op_id": "GetStatus"}]}

    def test_a_job_that_stands_alone_can_be_added_to(self, invoke: Invoke, place: Path) -> None:
        """It becomes the first of a work order."""
        assert (
            invoke("create", "workorder", "jobs/status.json", "--add-to", "jobs/prices.yaml").exit_code == 0
        )
        assert [job.op_id for job in self.order(place / "jobs/prices.yaml")] == [
            "GetMarketsPrices",
            "GetStatus",
        ]

    def test_options_that_do_not_go_together(self, invoke: Invoke) -> None:
        """Adding changes nothing but the jobs."""
        result = invoke("create", "workorder", "jobs", "--add-to", "x.yaml", "-o", "y.yaml")
        assert result.exit_code == 2
        assert "--add-to only adds to its FILE; leave the other options out" in result.stderr
