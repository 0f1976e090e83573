"""The report's file."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.cli.report_file import write_report
from esi_fetch.model.codec import to_plain
from esi_fetch.model.job import Job
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import Result, State
from tests.model.strategies import results


@given(st.lists(results.map(Job("GetStatus", {"n": 2**70}).with_result), max_size=3))
def test_it_says_what_the_report_says(jobs: list[Job]) -> None:
    """However many jobs there are, and whatever they say, the file is the report as JSON."""
    report = Report(tuple(jobs), Totals.of(jobs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        write_report(report, path)
        assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(to_plain(report)))


def test_it_is_laid_out_for_people(tmp_path: Path) -> None:
    """Two spaces a level, the totals first, a line at the end; names of files may be any bytes."""
    job = Job("GetStatus", uid="u").with_result(Result(State.SUCCEEDED, outputs=("/tmp/\udcff",)))
    write_report(Report((job, job), Totals()), tmp_path / "report.json")
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "totals": {\n    "ok": 0,\n')
    assert '  },\n  "jobs": [\n    {\n      "op_id": "GetStatus",\n' in text
    assert '    },\n    {\n      "op_id"' in text
    assert text.endswith("    }\n  ]\n}\n")
    assert json.loads(text)["jobs"][0]["result"]["outputs"] == ["/tmp/\udcff"]
    write_report(Report((), Totals()), tmp_path / "empty.json")
    assert json.loads((tmp_path / "empty.json").read_text())["jobs"] == []
