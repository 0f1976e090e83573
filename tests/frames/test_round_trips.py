"""What is written as Parquet reads back as the frame: all operations, and data that breaks its schema."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esi_fetch import Callback, Esi, Job
from esi_fetch.callbacks.parquet import write_parquet
from esi_fetch.catalog import bundled
from esi_fetch.columns import layout_of, provenance, rows_of
from esi_fetch.frames import frame_of_job
from esi_fetch.sandbox import Sandbox
from tests.frames.conftest import CHARACTER
from tests.frames.test_frame import ORDER, Done

READING = [op_id for op_id, operation in bundled().items() if operation.repeatable and operation.answer]


@pytest.mark.parametrize("op_id", READING)
def test_every_operation_reads_back_as_its_frame(
    esi: Esi, sandbox: Sandbox, tmp_path: Path, op_id: str
) -> None:
    """What ``save_parquet`` writes is the frame: values, dtypes, categories, ``attrs``."""
    operation = bundled()[op_id]
    paging = operation.pagination
    job = Job(
        op_id,
        sandbox.example(op_id),
        callbacks=(Callback("save_parquet", {"path": "x.parquet"}),),
        character=CHARACTER if operation.scopes else None,
        max_records=15 if paging is not None and paging.kind != "pages" else None,
    )
    done = esi.fetch(job, output=tmp_path)
    assert done.result is not None
    assert done.result.ok, done.result
    frame = frame_of_job(done, catalog=esi.operations)
    read = pd.read_parquet(tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(read, frame)
    assert read.attrs == frame.attrs
    assert list(frame.columns)
    if "changelog" not in op_id.lower():  # an open map: which dates there are, no schema knows
        promised = layout_of(operation, done.result).names
        assert tuple(frame.columns)[: len(promised)] == promised


def round_trip(job: Job) -> tuple[pd.DataFrame, pd.DataFrame]:
    operation = bundled().get(job.op_id)
    layout = layout_of(operation, job.result)
    assert job.result is not None
    with tempfile.TemporaryFile() as stream:
        write_parquet(rows_of(job.result, layout), stream, layout=layout, attrs=provenance(job, operation))
        stream.seek(0)
        return pd.read_parquet(io.BytesIO(stream.read())), frame_of_job(job, catalog=bundled())


# No text of an answer has half characters.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.sampled_from(["2026-09-10T18:00:01Z", "2026-09-10T18:00:01.123456789Z", "0001-01-01T00:00:00Z"]),
    st.lists(st.integers(0, 9), max_size=2),
    st.dictionaries(st.sampled_from(["a", "b"]), st.integers(0, 9), max_size=2),
)


@given(
    changes=st.lists(
        st.dictionaries(st.sampled_from([*ORDER, "new", "newer"]), ODD, max_size=3), min_size=1, max_size=4
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_odd_data_reads_back_as_its_frame(done: Done, changes: list[dict[str, Any]]) -> None:
    """Whatever ESI sends, file and frame widen alike."""
    read, frame = round_trip(done([[ORDER, {**ORDER, **change}] for change in changes]))
    pd.testing.assert_frame_equal(read, frame)


@pytest.mark.parametrize("op_id", ["GetMarketsRegionIdOrders", "GetSomethingNew"])
def test_file_without_rows_has_columns_and_dtypes(done: Callable[..., Job], op_id: str) -> None:
    """No rows make a file with all columns; Parquet keeps categories only of rows that are there."""
    read, frame = round_trip(done([], op_id))
    assert list(read.columns) == list(frame.columns)
    assert [str(dtype) for dtype in read.dtypes] == [str(dtype) for dtype in frame.dtypes]
