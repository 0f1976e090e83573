"""``esi-fetch examples``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from esi_fetch.cli.example_texts import ORDERS, example_files
from esi_fetch.documents import parse_yaml
from esi_fetch.model.files import SCHEMA_FILE
from tests.cli.conftest import ROOT, Invoke

JOB_FILES = [name for each in ORDERS for name in (each, each.replace(".yaml", ".json"))]


@pytest.mark.parametrize("name", JOB_FILES)
def test_each_runs_as_it_is(invoke: Invoke, place: Path, name: str) -> None:
    """Every job file is run against the sandbox: all its jobs succeed, and write what they should."""
    assert invoke("examples", "my examples").exit_code == 0
    result = invoke("run", f"my examples/{name}", "-o", "out", "--report", "report.json")
    assert result.exit_code == 0, result.stderr
    assert "warning" not in result.stderr
    report = json.loads((place / "report.json").read_text())
    outputs = [path for job in report["jobs"] for path in job["result"]["outputs"]]
    assert report["totals"]["ok"] == len(report["jobs"]) > 0
    assert len(outputs) >= len(report["jobs"])
    assert all(Path(path).is_file() for path in outputs)


def test_both_formats_say_the_same() -> None:
    """A file in JSON is the one in YAML, but for its comments; both name the schema that lies beside them."""
    files = dict(example_files())
    for name, text in ORDERS.items():
        assert json.loads(files[name.replace(".yaml", ".json")]) == {
            "$schema": SCHEMA_FILE.name,
            **parse_yaml(text),
        }
        assert files[name].split("\n", 1) == [f"# yaml-language-server: $schema={SCHEMA_FILE.name}", text]
    assert files[SCHEMA_FILE.name] == SCHEMA_FILE.read_text(encoding="utf-8")


def test_the_projects_folder_has_the_same_files() -> None:
    """Who reads the project's examples reads what the command writes; scripts it leaves out."""
    folder = ROOT / "examples"
    found = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".py"
    }
    assert found == dict(example_files())


def test_nothing_that_is_there_is_overwritten(invoke: Invoke, place: Path) -> None:
    """Files with the same names stay, and are said to; what is missing is written."""
    (place / "x").mkdir()
    (place / "x/prices.yaml").write_text("mine")
    result = invoke("examples", "x")
    assert result.exit_code == 0
    assert (place / "x/prices.yaml").read_text() == "mine"
    assert "1 file of these" in result.stderr
    assert [line.split(maxsplit=1)[1] for line in result.stdout.splitlines() if "prices.yaml" in line] == [
        "kept as it was"
    ]
    assert (place / "x/tables/types.csv").exists()
    assert "Try one: esi-fetch run x/history.yaml -o data" in result.stderr


def test_a_folder_that_can_not_be(invoke: Invoke, place: Path) -> None:
    """A file in the way is told, and nothing is written."""
    (place / "x").write_text("mine")
    result = invoke("examples", "x")
    assert result.exit_code == 2
    assert "is a file, not a folder" in result.stderr
