"""Parquet files: whole or not at all, in bounded memory, and only where they can be written."""

from __future__ import annotations

import io
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from esi_fetch.callbacks import save_parquet
from esi_fetch.callbacks.parquet import write_parquet
from esi_fetch.columns import Column, Kind, Layout
from esi_fetch.errors import CallbackArgumentError, OutputWriteError
from esi_fetch.model.callback import Callback
from esi_fetch.model.job import Job
from esi_fetch.model.lazy import Rows

MakeJob = Callable[..., Job]
HISTORY = "GetMarketsRegionIdHistory"
DAY = {"average": 5.5, "date": "2026-08-18", "highest": 6, "lowest": 5, "order_count": 3, "volume": 7}


def test_file_is_typed_and_says_where_it_came_from(tmp_path: Path, finished_job: MakeJob) -> None:
    """Columns have the schema's types, whether they may be missing included; the note names the operation."""
    save_parquet(finished_job([DAY], op_id=HISTORY, parameters={"region_id": 1}), path=tmp_path / "x.parquet")
    schema = parquet.read_schema(tmp_path / "x.parquet")
    assert {field.name: (str(field.type), field.nullable) for field in schema} == {
        "average": ("double", False),
        "date": ("timestamp[us]", False),
        "highest": ("double", False),
        "lowest": ("double", False),
        "order_count": ("int64", False),
        "volume": ("int64", False),
    }
    assert b'"operation":"GetMarketsRegionIdHistory"' in schema.metadata[b"PANDAS_ATTRS"]


def test_data_that_does_not_fit_begins_the_file_again(tmp_path: Path) -> None:
    """A misfit far down the data, when much is written already, leaves one file with all rows."""
    rows = [{"n": n} for n in range(250_000)] + [{"n": "last"}]
    layout = Layout((Column("n", Kind.INTEGER, nullable=False),))
    with (tmp_path / "x.parquet").open("wb") as stream:
        write_parquet(rows, stream, layout=layout)
    file = parquet.ParquetFile(tmp_path / "x.parquet")
    assert file.num_row_groups == 3
    values = file.read().column("n").to_pylist()
    assert values == [str(n) for n in range(250_000)] + ["last"]


def test_failed_write_keeps_the_old_file(tmp_path: Path, finished_job: MakeJob) -> None:
    """Data that makes no table leaves the file of the last run, and nothing beside it."""
    (tmp_path / "x.parquet").write_text("old")
    with pytest.raises(OutputWriteError, match="two values"):
        save_parquet(finished_job([{"a": {"b": 1}, "a.b": 2}]), path=tmp_path / "x.parquet")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("x.parquet", "old")]


class FullDisk(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        raise OSError(28, "No space left on device")


def test_full_disk_is_told_as_such() -> None:
    """What the system says about a write passes through Arrow."""
    with pytest.raises(OSError, match="No space left"):
        write_parquet([DAY] * 10, FullDisk())  # type: ignore[arg-type]  # as much of a stream as is needed


def test_memory_does_not_grow_with_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows there are, no more than a group of them is held, neither by Python nor by Arrow."""
    monkeypatch.setattr("esi_fetch.callbacks.parquet._ROWS_A_GROUP", 5_000)

    def peaks(count: int) -> tuple[int, int]:
        held = 0

        def each() -> Iterator[list[Any]]:
            nonlocal held
            for page in range(count):
                held = max(held, pyarrow.total_allocated_bytes() - before)
                yield [{"n": page * 1000 + n, "text": f"row {page * 1000 + n}"} for n in range(1000)]

        with open("/dev/null", "wb") as sink:
            before = pyarrow.total_allocated_bytes()
            tracemalloc.start()
            write_parquet(Rows(each, count=count * 1000), sink)
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most, held

    few, many = peaks(10), peaks(60)
    assert few[1] > 0
    assert many[0] < 1.5 * few[0]
    assert many[1] < 1.5 * few[1]


def test_job_without_a_result_is_a_file_without_rows(tmp_path: Path) -> None:
    """A job that has not run has no rows, but columns."""
    save_parquet(Job(HISTORY), path=tmp_path / "x.parquet")
    assert parquet.read_table(tmp_path / "x.parquet").shape == (0, 6)


def test_callback_is_refused_where_it_can_not_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow a job that wants Parquet is wrong before anything is sent, and the text says why."""
    wanted = Callback("save_parquet", {"path": "x.parquet"})
    assert replace(wanted) == wanted
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(CallbackArgumentError, match=r"pip install 'esi-fetch\[parquet\]'"):
        Callback("save_parquet", {"path": "x.parquet"})


def test_path_has_to_be_text() -> None:
    """A path of another kind is told when the callback is made."""
    with pytest.raises(CallbackArgumentError, match=r"kwargs\.path: expected the path"):
        Callback("save_parquet", {"path": 7})
