"""``esi-fetch get`` into tables: Parquet, and answers that are a list in a wrapper."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pandas as pd
import pytest

from esi_fetch import Esi
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

ORDERS = ("get", "GetMarketsRegionIdOrders", "region_id=10000002")


def test_parquet_file_is_the_frame(invoke: Invoke, place: Path, sandbox: Sandbox) -> None:
    """``-o x.parquet`` writes what ``pandas.read_parquet`` gives back as the frame of the operation."""
    assert invoke(*ORDERS, "-o", "new/forge.parquet").exit_code == 0
    read = pd.read_parquet(place / "new/forge.parquet")
    with Esi(base_url=sandbox.url) as esi:
        frame = esi.frame("GetMarketsRegionIdOrders", region_id=10000002)
    pd.testing.assert_frame_equal(read, frame)
    assert read.attrs == {**frame.attrs, "source": "remote", "sources": {"remote": 3}}


def test_parquet_goes_through_a_pipe(invoke: Invoke) -> None:
    """``--format parquet`` without a file writes to standard output, which can't go back."""
    result = invoke(*ORDERS, "--format", "parquet")
    assert result.exit_code == 0
    assert len(pd.read_parquet(io.BytesIO(result.stdout_bytes))) > 40


def test_terminals_are_spared(invoke: Invoke, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that nobody can read are not sent to a terminal, and nothing is asked for."""
    monkeypatch.setattr("esi_fetch.cli.outputs.is_terminal", lambda _: True)
    result = invoke(*ORDERS, "--format", "parquet")
    assert (result.exit_code, sandbox.requests) == (2, [])
    assert "parquet is nothing for a terminal" in result.stderr


@pytest.mark.parametrize("command", [("store", "report"), ("limits",)])
def test_reports_mind_what_they_are_written_to(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """What holds for data holds for a report's: nothing unreadable, and no Parquet without its library."""
    with monkeypatch.context() as patched:
        patched.setattr("esi_fetch.cli.outputs.is_terminal", lambda _: True)
        seen = invoke(*command, "--format", "parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    without = invoke(*command, "--format", "parquet")
    assert (seen.exit_code, seen.stdout) == (without.exit_code, without.stdout) == (2, "")
    assert "parquet is nothing for a terminal" in seen.stderr
    assert "Parquet needs pyarrow" in without.stderr


@pytest.mark.parametrize(
    "words", [("-o", "x.parquet"), ("--format", "parquet"), ("-o", "x", "--format", "parquet")]
)
def test_without_pyarrow_nothing_is_sent(
    invoke: Invoke, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Where Parquet can't be written, the command to install it is told before anything is asked for."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = invoke(*ORDERS, *words)
    assert (result.exit_code, sandbox.requests) == (2, [])
    assert "Parquet needs pyarrow: pip install 'esi-fetch[parquet]'" in result.stderr


def test_job_file_that_wants_parquet_is_wrong_without_pyarrow(
    invoke: Invoke, place: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run says so before it sends anything, like all that is wrong with a file."""
    (place / "job.yaml").write_text(
        "op_id: GetStatus\ncallbacks: [{callback_id: save_parquet, kwargs: {path: x.parquet}}]\n"
    )
    assert invoke("run", "job.yaml").exit_code == 0
    assert len(pd.read_parquet(place / "x.parquet")) == 1
    before = sandbox.count()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = invoke("run", "job.yaml")
    assert (result.exit_code, sandbox.count()) == (2, before)
    assert "job.yaml: callbacks[0].callback_id: Parquet needs pyarrow" in result.stderr


@pytest.mark.parametrize("fmt", ["csv", "table"])
def test_list_in_a_wrapper_is_rows(invoke: Invoke, fmt: str) -> None:
    """An answer that holds nothing but a list is a table of the list's entries."""
    result = invoke("get", "GetSovereigntySystems", "--format", fmt)
    header, *rows = result.stdout.splitlines()
    assert "solar_system_id" in header
    assert len(rows) > 1


def test_no_rows_have_a_header(invoke: Invoke, sandbox: Sandbox) -> None:
    """A CSV without rows has the columns that the operation can have."""
    sandbox.faults.add("GetUniverseRegions", body=[], times=1)
    result = invoke("get", "GetUniverseRegions", "--format", "csv")
    assert list(csv.reader(io.StringIO(result.stdout))) == [["value"]]
