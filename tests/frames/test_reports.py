"""``report.frame``: the data of a run, and what tells its jobs apart."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from esi_fetch import Esi, Job
from esi_fetch.catalog import bundled
from esi_fetch.errors import InputError, JobError
from esi_fetch.frames import frame_of_job
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import Result, Source, State

Done = Callable[..., Job]
HISTORY = "GetMarketsRegionIdHistory"
DAY = {"average": 5.5, "date": "2026-08-18", "highest": 6, "lowest": 5, "order_count": 3, "volume": 7}


def report(*jobs: Job) -> Report:
    return Report(tuple(jobs), Totals.of(jobs))


def history(done: Done, region_id: int, type_id: int, days: int = 2) -> Job:
    parameters = {"region_id": region_id, "type_id": type_id}
    return done([DAY] * days, HISTORY, parameters=parameters)


def dtypes(df: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in df.dtypes.items()}


def test_what_tells_jobs_apart_stands_in_front(done: Done) -> None:
    """Parameters that differ are columns, of the parameters' types; what all jobs share is in ``attrs``."""
    df = report(history(done, 10000002, 34), history(done, 10000002, 35, days=1)).frame()
    assert list(df.columns)[:2] == ["type_id", "average"]
    assert dtypes(df)["type_id"] == "Int64"
    assert df["type_id"].tolist() == [34, 34, 35]
    assert df.attrs["parameters"] == {"region_id": 10000002}
    assert df.attrs["operation"] == HISTORY
    assert (df.attrs["jobs"], df.attrs["left_out"], df.attrs["complete"]) == (2, 0, True)
    assert json.loads(json.dumps(df.attrs)) == df.attrs


def test_single_job_has_nothing_to_be_told_from(done: Done) -> None:
    """One job's frame has the columns of its data alone."""
    assert list(report(history(done, 1, 2)).frame().columns) == list(DAY)


def test_parameter_given_to_some_jobs_alone_tells_them_apart(done: Done) -> None:
    """A parameter that one job has and another lacks is a column, empty for the latter."""
    op_id = "GetMarketsPrices"
    jobs = [done([[{"type_id": 34}]], op_id, parameters=each) for each in ({}, {"page": 2})]
    # GetMarketsPrices knows no page, so what does not fit is no parameter: nothing tells these apart.
    assert list(report(*jobs).frame().columns) == ["adjusted_price", "average_price", "type_id"]
    orders = "GetMarketsRegionIdOrders"
    jobs = [
        done([], orders, parameters={"region_id": 1, "order_type": each}) for each in (None, "all", "buy")
    ]
    assert report(*jobs).frame()["order_type"].dtype == pd.CategoricalDtype(["buy", "sell", "all"])
    jobs = [done([[{"value": 1}]], "GetMarketsRegionIdTypes", parameters=p) for p in ({"page": 2}, {})]
    assert report(*jobs).frame()["page"].tolist() == [2, pd.NA]


def test_several_operations_are_united(done: Done) -> None:
    """Columns and categories of all are there; what one operation lacks is empty, and stays an integer."""
    contracts = [{"contract_id": 1, "type": "auction"}, {"contract_id": 2, "type": "unheard_of"}]
    df = report(
        done([contracts], "GetContractsPublicRegionId", parameters={"region_id": 1}),
        done(
            [[{"amount": 5, "bid_id": 9}]], "GetContractsPublicBidsContractId", parameters={"contract_id": 1}
        ),
        done([DAY], HISTORY, parameters={"region_id": 1, "type_id": 2}),
    ).frame()
    assert df["operation"].tolist() == [
        "GetContractsPublicRegionId",
        "GetContractsPublicRegionId",
        "GetContractsPublicBidsContractId",
        HISTORY,
    ]
    assert df["type"].tolist()[:2] == ["auction", "unheard_of"]
    assert df["order_count"].tolist() == [pd.NA, pd.NA, pd.NA, 3]
    assert dtypes(df)["order_count"] == "Int64"
    # The bids' own contract is a parameter; the contracts say theirs in a field of that name.
    assert df["parameters.contract_id"].tolist() == [pd.NA, pd.NA, 1, pd.NA]
    assert df["contract_id"].tolist() == [1, 2, pd.NA, pd.NA]
    assert df.attrs["operation"] == [
        "GetContractsPublicRegionId",
        "GetContractsPublicBidsContractId",
        HISTORY,
    ]


def test_parameter_that_rows_repeat_has_one_column(done: Done) -> None:
    """Where every row says the parameter itself, no second column says it again."""
    jobs = [
        done(
            {"type_id": each, "name": "x"},
            "GetUniverseTypesTypeId",
            parameters={"type_id": each},
        )
        for each in (34, 35)
    ]
    df = report(*jobs).frame()
    assert df["type_id"].tolist() == [34, 35]
    assert [name for name in df.columns if "type_id" in name] == ["type_id"]
    liar = replace(jobs[1], parameters={"type_id": 36})
    df = report(jobs[0], liar).frame()
    assert df["parameters.type_id"].tolist() == [34, 36]
    assert df["type_id"].tolist() == [34, 35]


def test_bodies_and_lists_are_no_columns(done: Done) -> None:
    """A body of a thousand ids does not stand in each of a thousand rows."""
    jobs = [
        done(
            [{"id": each, "name": "x", "category": "y"}],
            "PostUniverseNames",
            parameters={"body": [each]},
        )
        for each in (1, 2)
    ]
    df = report(*jobs).frame()
    assert list(df.columns) == ["category", "id", "name"]
    assert df.attrs["parameters"] == {}


def test_characters_are_told_apart(done: Done) -> None:
    """Jobs of several characters say whose each row is, by id or by name."""
    op_id = "GetCorporationsCorporationIdMembersLimit"
    wallets = [done(5, op_id, parameters={"corporation_id": 1}, character=who) for who in (1, 2)]
    assert report(*wallets).frame()["character"].tolist() == [1, 2]
    named = replace(wallets[1], character="Somebody")
    assert report(wallets[0], named).frame()["character"].tolist() == ["1", "Somebody"]


def test_whose_data_it_is_need_not_be_named(done: Done) -> None:
    """Where jobs leave it to the client whose token is used, ``attrs`` say whose it was."""
    wallet = done(5, "GetCharactersCharacterIdWallet")
    mine = replace(wallet, result=replace(wallet.result, character=90000001))
    df = report(mine, mine).frame()
    assert df.attrs["character"] == 90000001
    assert "character" not in df.columns
    assert report(mine, done([DAY], HISTORY)).frame().attrs["character"] is None


def test_failed_jobs_are_left_out_with_a_warning(esi: Esi) -> None:
    """By default a warning, at the caller's line, says which jobs are missing and why, and attrs say so."""
    jobs = [Job(HISTORY, {"region_id": 10000002, "type_id": each}) for each in (34, 999999999)]
    done = esi.run(jobs)
    with pytest.warns(UserWarning, match=r"1 of 2 jobs.*\(type_id=999999999\): ESI answered 404") as caught:
        df = done.frame()
    assert caught[0].filename == __file__
    assert set(df["type_id"]) == {34}
    assert (df.attrs["complete"], df.attrs["left_out"]) == (False, 1)
    assert df.attrs["parameters"] == {"region_id": 10000002}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(done.frame(failed="ignore"), df)
    with pytest.raises(JobError, match="1 of 2 jobs has no data") as raised:
        done.frame(failed="raise")
    assert raised.value.job is not None
    assert raised.value.job.parameters["type_id"] == 999999999


def test_frame_of_nothing_but_failures_has_its_columns() -> None:
    """Where all jobs failed, the frame is empty and has the columns; without jobs it has none."""
    failed = Result(State.CANCELLED)
    jobs = [Job(HISTORY, {"region_id": 1, "type_id": each}, result=failed) for each in range(5)]
    with pytest.warns(UserWarning, match=r"5 of 5 jobs.*is cancelled; and 2 more"):
        df = report(*jobs).frame()
    assert list(df.columns) == ["type_id", *DAY]
    assert df.attrs["source"] is None
    with pytest.warns(UserWarning, match="was not run"):
        report(Job(HISTORY)).frame()
    assert report().frame().shape == (0, 0)
    assert report().frame().attrs["complete"] is True


def test_it_says_how_much_is_stale(done: Done) -> None:
    """Where data is of several sources, ``attrs`` tell how many pages are old, of a job as of a run."""
    sources = [{"remote": 2, "stale": 1}, {"local": 1}]
    jobs = [
        replace(job, result=replace(job.result, source=Source.MIXED, sources=each))
        for job, each in zip((done([[], []]), done([[]])), sources, strict=True)
    ]
    assert frame_of_job(jobs[0], catalog=bundled()).attrs["sources"] == {"remote": 2, "stale": 1}
    assert report(*jobs).frame().attrs["sources"] == {"remote": 2, "stale": 1, "local": 1}


def test_data_that_an_earlier_run_has_is_missing_and_said_so(done: Done) -> None:
    """A resumed job's data is in its files, not in the report."""
    job = history(done, 1, 2)
    assert job.result is not None
    resumed = replace(job, result=Result(State.SUCCEEDED, Source.REMOTE, complete=True, resumed=True))
    with pytest.warns(UserWarning, match="done by an earlier run"):
        report(resumed).frame()


@pytest.mark.parametrize("failed", ["drop", None, True])
def test_wrong_argument_is_told(failed: Any) -> None:
    """``failed`` takes three words."""
    with pytest.raises(InputError, match="expected one of 'warn', 'raise', 'ignore'"):
        report().frame(failed=failed)


def test_catalog_of_the_client_can_be_given(done: Done) -> None:
    """Operations are those of the catalog that is given."""
    catalog: Mapping[str, Any] = {}
    df = report(history(done, 1, 34)).frame(catalog=catalog)
    assert dtypes(df)["order_count"] == "Int64"  # nobody says that it is never missing
    assert dtypes(report(history(done, 1, 34)).frame(catalog=bundled()))["order_count"] == "int64"


def test_rows_that_break_their_schema_widen_the_whole(done: Done) -> None:
    """Unknown fields of one job are a column of all."""
    odd = done(
        [{**DAY, "mood": "bad", "volume": None}],
        HISTORY,
        parameters={"region_id": 1, "type_id": 3},
    )
    df = report(history(done, 1, 34, days=1), odd).frame()
    assert df["mood"].tolist() == [pd.NA, "bad"]
    assert df["volume"].tolist() == [7, pd.NA]
    assert df["type_id"].tolist() == [34, 3]
    assert not np.isnan(df["average"]).any()


def test_report_from_another_process_makes_frames(done: Done) -> None:
    """A pickled report is a report wherever ``Report`` is imported."""
    program = (
        "import pickle, sys; from esi_fetch import Report; print(pickle.load(sys.stdin.buffer).frame().shape)"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps(report(history(done, 1, 34), history(done, 1, 35))),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert there.stdout.decode().strip() == "(4, 7)"


def test_report_says_what_is_missing_where_nothing_makes_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the room that makes frames was never imported, the error names it."""
    monkeypatch.setattr("esi_fetch.model.framing._makers", [])
    with pytest.raises(InputError, match=r"import esi_fetch\.frames first"):
        report().frame()
