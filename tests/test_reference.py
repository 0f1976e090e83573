"""The pages on errors, events, reports, settings and templates are true of what a run does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import platformdirs.macos
import platformdirs.unix
import pytest

from esi_fetch import Callback, Esi, Job, WorkOrder, errors
from esi_fetch.errors import EsiFetchError
from esi_fetch.model.events import Event
from esi_fetch.observers import JsonLines
from esi_fetch.sandbox import Sandbox
from esi_fetch.settings import load_settings
from tests.generated_pages import REFERENCE, script


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def python_on(name: str) -> str:
    """Return the Python of a page."""
    return "\n".join(re.findall(r"```python\n(.*?)```", page(name), re.DOTALL))


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings that lead commands to a sandbox of few rows, which is under ``sandbox``."""
    with Sandbox(page_size=20, orders_pages=3) as sandbox:
        scripts = Path(sys.executable).parent
        yield {
            **{name: value for name, value in os.environ.items() if not name.startswith("ESI_FETCH_")},
            "ESI_FETCH_BASE_URL": sandbox.url,
            "ESI_FETCH_HOME": str(tmp_path / "home"),
            "ESI_FETCH_RETRIES": "0",
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        }


class TestErrors:
    """``errors.md``."""

    def test_each_error_has_one_row(self) -> None:
        """The tables name the tree's errors in its order, all but the base of all."""

        def below(cls: type[EsiFetchError]) -> Iterator[str]:
            for child in cls.__subclasses__():
                if child.__module__ == errors.__name__:
                    yield child.__name__
                    yield from below(child)

        rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", page("errors.md"), re.MULTILINE)
        assert [name for name, _, _ in rows] == list(below(EsiFetchError))
        assert all(when.endswith(".") and what.endswith(".") for _, when, what in rows)

    def test_the_example_runs(
        self, esi_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With an answer, and without."""
        monkeypatch.setenv("ESI_FETCH_BASE_URL", esi_sandbox.url)
        monkeypatch.setenv("ESI_FETCH_HOME", str(tmp_path))
        code = python_on("errors.md")
        names: dict[str, Any] = {}
        exec(code, names)
        assert names["history"]
        names["esi"].store.purge()
        names["esi"].close()
        esi_sandbox.faults.add("GetMarketsRegionIdHistory", status=400, times=None)
        with pytest.raises(SystemExit, match=r"\(status 400, 1 attempts, http"):
            exec(code, {})


class TestEvents:
    """``events.md``."""

    def test_the_example_runs(
        self,
        esi_sandbox: Sandbox,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """It shows the request, and the file has a line for each event."""
        monkeypatch.setenv("ESI_FETCH_BASE_URL", esi_sandbox.url)
        monkeypatch.setenv("ESI_FETCH_HOME", str(tmp_path / "home"))
        monkeypatch.chdir(tmp_path)
        names: dict[str, Any] = {}
        exec(python_on("events.md"), names)
        names["esi"].close()
        assert capsys.readouterr().out.startswith(f"200 {esi_sandbox.url}/status ")
        lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
        assert [line["event"] for line in lines] == [
            "job_started",
            "attempt_started",
            "attempt_finished",
            "job_finished",
        ]

    def test_lines_on_the_page_have_the_keys_of_real_ones(self, tmp_path: Path) -> None:
        """A run in which almost everything happens writes lines of the forms that the page shows."""
        shown = {
            line["event"]: line
            for line in map(json.loads, re.findall(r"```json\n(.*?)\n```", page("events.md")))
        }
        assert set(shown) == {kind.event for kind in script("make_reference_pages").kinds_of_events()}
        with Sandbox(page_size=20, orders_pages=3) as sandbox, JsonLines(tmp_path / "x.jsonl") as lines:
            sandbox.faults.add("GetMarketsRegionIdOrders", status=502, page=2)
            sandbox.faults.regenerate_after("GetMarketsRegionIdOrders", page=1)
            jobs = [
                Job(
                    "GetMarketsRegionIdOrders",
                    {"region_id": 10000002},
                    callbacks=[
                        Callback("save_csv", {"path": "o.csv"}),
                        Callback("save_csv", {"path": "p.csv", "fields": ["x"]}),
                    ],
                )
            ]
            with Esi(base_url=sandbox.url, home=tmp_path / "home", observers=[lines]) as esi:
                esi.run(jobs, output=tmp_path)
        real = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text().splitlines()]
        assert {line["event"] for line in real} >= set(shown) - {"wait_started", "wait_finished"}
        for line in real:
            assert list(line) == list(shown[line["event"]])
            if "job" in line:
                assert list(line["job"]) == list(shown[line["event"]]["job"])

    def test_the_events_of_a_job_come_between_its_beginning_and_its_end(self, tmp_path: Path) -> None:
        """Also where pages are fetched by several threads, and where one of them fails."""
        heard: list[Event] = []
        with Sandbox(page_size=20, orders_pages=8) as sandbox:
            sandbox.faults.add("GetMarketsRegionIdOrders", status=400, page=5, times=None)
            sandbox.faults.add("GetMarketsRegionIdOrders", status=400, page=2, times=None)
            jobs = [
                Job("GetMarketsRegionIdOrders", {"region_id": each})
                for each in (10000002, 10000043, 10000030)
            ]
            with Esi(base_url=sandbox.url, home=tmp_path, observers=[heard.append]) as esi:
                esi.run(jobs)
        for job in jobs:
            mine = [
                each.event
                for each in heard
                if getattr(each, "job_uid", None) == job.uid
                or getattr(getattr(each, "job", None), "uid", None) == job.uid
            ]
            assert (mine[0], mine[-1]) == ("job_started", "job_finished")
            assert (mine.count("job_started"), mine.count("job_finished")) == (1, 1)


class TestReport:
    """``report.md``."""

    def test_tables_have_the_keys_of_a_report(self, environment: dict[str, str], tmp_path: Path) -> None:
        """Those of the totals, of results, of both kinds of errors, and of rows, in their order."""
        (tmp_path / "jobs.yaml").write_text(
            "jobs:\n"
            "- {op_id: GetUniverseTypesTypeId, for_each: [{type_id: 34}, {type_id: 1000000000}]}\n"
            "- op_id: GetStatus\n"
            "  callbacks: [{callback_id: save_csv, kwargs: {path: x.csv, fields: [nothing]}}]\n"
        )
        done = subprocess.run(
            [sys.executable, "-m", "esi_fetch", "run", "jobs.yaml", "--report", "report.json"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 1
        report = json.loads((tmp_path / "report.json").read_text())
        tables = {
            name: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
            for name, part in re.findall(
                r"<!-- ([\w-]+) -->\n(.*?)<!-- end -->", page("report.md"), re.DOTALL
            )
        }
        first, second, third = report["jobs"]
        assert list(report["totals"]) == tables["totals"]
        optional = {"character"}
        for job in report["jobs"]:
            assert list(job["result"]) == [key for key in tables["result"] if key not in optional]
        assert list(second["result"]["error"]) == tables["error"]
        assert list(third["result"]["callback_errors"][0]) == tables["callback-error"]
        assert set(first["row"]) <= set(tables["row"])


class TestSettings:
    """``settings.md``."""

    def test_the_configuration_on_the_page_is_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is read, and says what it seems to."""
        for name in [name for name in os.environ if name.startswith("ESI_FETCH_")]:
            monkeypatch.delenv(name)
        (text,) = re.findall(r"```yaml\n(.*?)```", page("settings.md"), re.DOTALL)
        (tmp_path / "config.yaml").write_text(text)
        settings = load_settings(home=tmp_path)
        assert (settings.workers, settings.max_stale) == (8, 86_400.0)
        assert settings.hidden_limits == {"GetStatus": (300, 60.0)}

    def test_folders_are_where_the_page_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """On Linux and macOS, without variables that move them."""
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            monkeypatch.delenv(name, raising=False)
        table = page("settings.md").split("## Folders")[1]
        rows = re.findall(r"^\| `\S+?`[^|]* \| `(.+?)` \| `(.+?)` \|", table, re.MULTILINE)
        unix = platformdirs.unix.Unix("esi-fetch", appauthor=False)
        mac = platformdirs.macos.MacOS("esi-fetch", appauthor=False)
        home = os.path.expanduser("~")
        assert [tuple(each.replace("~", home) for each in row) for row in rows] == [
            (unix.user_data_dir, mac.user_data_dir),
            (unix.user_config_dir, mac.user_config_dir),
        ]


class TestTemplates:
    """What ``job-files.md`` says of templates."""

    def test_what_counts_before_what(self, esi_sandbox: Sandbox, tmp_path: Path) -> None:
        """Each place on the list overrules those after it."""
        given = {"who": "order", "type_id": "order", "name": "order", "date": "order"}
        asked = Job(
            "GetUniverseTypesTypeId",
            {"type_id": 34},
            name="job",
            attributes={"who": "job", "type_id": "job"},
            callbacks=[Callback("save_json", {"path": "${who}-${type_id}-${name}-${date}-${extra}.json"})],
        )
        with Esi(base_url=esi_sandbox.url, home=tmp_path / "home") as esi:
            report = esi.run(WorkOrder((asked,), attributes=given), output=tmp_path, values={"extra": "set"})
            assert [Path(each).name for each in report.jobs[0].result.outputs] == [
                "job-34-job-order-set.json"
            ]
            report = esi.run(
                WorkOrder((asked,)), output=tmp_path, values={"extra": "$", "type_id": 7, "date": 1}
            )
            assert [Path(each).name for each in report.jobs[0].result.outputs] == ["job-7-job-1-$.json"]
