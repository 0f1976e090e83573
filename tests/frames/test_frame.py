"""``esi.frame``: dtypes from the schema, whatever the data does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from esi_fetch import Esi, Job
from esi_fetch.catalog import bundled
from esi_fetch.errors import InputError, NotFoundError, ParameterError
from esi_fetch.frames import frame_of_job
from esi_fetch.sandbox import Sandbox
from tests.frames.conftest import CHARACTER

Done = Callable[..., Job]
ORDERS = "GetMarketsRegionIdOrders"
ORDER = {
    "duration": 90,
    "is_buy_order": False,
    "issued": "2026-09-10T18:00:01Z",
    "location_id": 60003760,
    "min_volume": 1,
    "order_id": 7419723775,
    "price": 26590,
    "range": "region",
    "system_id": 30000142,
    "type_id": 62404,
    "volume_remain": 8888,
    "volume_total": 10000,
}
DTYPES = {
    "duration": "int64",
    "is_buy_order": "bool",
    "issued": "datetime64[us, UTC]",
    "location_id": "Int64",
    "min_volume": "int64",
    "order_id": "Int64",
    "price": "float64",
    "range": "category",
    "system_id": "Int64",
    "type_id": "Int64",
    "volume_remain": "int64",
    "volume_total": "int64",
}


def frame(job: Job) -> pd.DataFrame:
    return frame_of_job(job, catalog=bundled())


def dtypes(df: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in df.dtypes.items()}


def without(row: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {**{name: value for name, value in row.items() if name not in names}, **more}


def test_orders_have_real_dtypes(esi: Esi) -> None:
    """Ids are nullable integers, moments know their zone, enums are categories; the rows are those of get."""
    df = esi.frame(ORDERS, region_id=10000002)
    rows = esi.get(ORDERS, region_id=10000002)
    assert dtypes(df) == DTYPES
    assert len(df) == len(rows) > 2000
    assert df["order_id"].tolist() == [row["order_id"] for row in rows]
    assert df["price"].tolist() == [row["price"] for row in rows]
    assert df["range"].tolist() == [row["range"] for row in rows]
    assert df["is_buy_order"].tolist() == [row["is_buy_order"] for row in rows]
    assert df["issued"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").tolist() == [row["issued"] for row in rows]
    assert df["range"].cat.categories.tolist()[:3] == ["station", "region", "solarsystem"]


@pytest.mark.parametrize("name", [ORDERS, "get_markets_region_id_orders"])
def test_provenance_says_where_rows_came_from(esi: Esi, sandbox: Sandbox, name: str) -> None:
    """``attrs`` hold the operation, what was asked and as whom, and the times; JSON can hold them."""
    df = esi.frame(name, region_id=np.int64(10000002))
    attrs = json.loads(json.dumps(df.attrs))
    assert attrs["operation"] == ORDERS
    assert attrs["parameters"] == {"order_type": "all", "region_id": 10000002}
    assert attrs["source"] in ("remote", "local")
    assert attrs["complete"] is True
    moments = [pd.Timestamp(attrs[name]) for name in ("snapshot_at", "fetched_at", "expires_at")]
    assert moments == sorted(moments)
    assert attrs["character"] is None
    assets = esi.frame("GetCharactersCharacterIdAssets", character_id=CHARACTER, character=CHARACTER)
    assert assets.attrs["character"] == CHARACTER
    assert esi.frame("GetCharactersCharacterIdAssets").attrs["character"] == CHARACTER
    assert sandbox.token(CHARACTER) not in json.dumps(assets.attrs)


def test_frame_without_rows_has_all_columns(done: Done) -> None:
    """No rows, and no answer at all (204), still have the columns and dtypes of the operation."""
    assert dtypes(frame(done([]))) == DTYPES
    nothing = frame(done(None, "GetContractsPublicBidsContractId"))
    assert dtypes(nothing) == {"amount": "float64", "bid_id": "Int64", "date_bid": "datetime64[us, UTC]"}
    assert len(nothing) == 0


def test_optional_fields_are_nullable_columns(done: Done) -> None:
    """A field that rows may lack has a column in any case, and one dtype whether it is there or not."""
    op_id = "GetContractsPublicRegionId"
    row = {
        "contract_id": 1,
        "date_expired": "2026-09-27T04:07:38Z",
        "date_issued": "2026-08-30T04:07:38Z",
        "issuer_corporation_id": 2,
        "issuer_id": 3,
        "type": "auction",
    }
    more = {**row, "buyout": 5, "for_corporation": True, "days_to_complete": 3, "title": "x"}
    lacking, mixed = frame(done([[row]], op_id)), frame(done([[row, more]], op_id))
    assert dtypes(lacking) == dtypes(mixed)
    assert dtypes(mixed)["days_to_complete"] == "Int64"
    assert dtypes(mixed)["for_corporation"] == "boolean"
    assert dtypes(mixed)["buyout"] == "float64"
    assert dtypes(mixed)["title"] == "string"
    assert mixed["days_to_complete"].tolist() == [pd.NA, 3]
    assert mixed["for_corporation"].tolist() == [pd.NA, True]
    assert mixed["title"].tolist() == [pd.NA, "x"]


def test_nested_fields_follow_the_rule_of_csv(done: Done) -> None:
    """Objects become columns with dots, lists their JSON; an empty or null object makes no column."""
    row = {"id": "a", "last_modified": "2026-09-27T04:25:25.855Z", "name": "n", "state": "Active"}
    rows = [
        {**row, "progress": {"current": 1, "desired": 2}, "reward": {"initial": 5, "remaining": 2.5}},
        {**row, "progress": {"current": 1, "desired": 2}, "reward": {}},
        {**row, "progress": {"current": 1, "desired": 2}, "reward": None},
    ]
    df = frame(done(rows, "GetFreelanceJobsListing"))
    assert list(df.columns) == list(frame(done([], "GetFreelanceJobsListing")).columns)
    assert dtypes(df)["progress.current"] == "int64"
    assert df["reward.remaining"].isna().tolist() == [False, True, True]
    assert df["last_modified"][0] == pd.Timestamp("2026-09-27T04:25:25.855Z")
    types = frame(done({"type_id": 34, "dogma_attributes": [{"a": 1.5}]}, "GetUniverseTypesTypeId"))
    assert types["dogma_attributes"].tolist() == ['[{"a":1.5}]']


def test_wrapped_list_is_rows(esi: Esi, done: Done) -> None:
    """An answer that is an object around one list has a row for each entry of the list."""
    df = esi.frame("GetSovereigntySystems")
    assert len(df) > 1
    assert dtypes(df)["solar_system_id"] == "Int64"
    assert dtypes(df)["claim.alliance.claimed_since"] == "datetime64[us, UTC]"
    dates = frame(done({"compatibility_dates": ["2026-08-18"], "more": 1}, "GetMetaCompatibilityDates"))
    assert dates["value"].tolist() == [pd.Timestamp("2026-08-18")]


@pytest.mark.parametrize(
    ("op_id", "parameters", "dtype"),
    [
        ("GetWars", {"max_records": 5}, "Int64"),
        ("GetUniverseRegions", {}, "Int64"),
        ("GetCharactersCharacterIdWallet", {"character_id": CHARACTER}, "float64"),
        (
            "GetCorporationsCorporationIdMembersLimit",
            {"corporation_id": 98000001, "character": CHARACTER},
            "int64",
        ),
    ],
)
def test_values_without_a_name_are_in_value(esi: Esi, op_id: str, parameters: Any, dtype: str) -> None:
    """Lists of ids, and bare numbers, are in the column ``value``; a list of integers is one of ids."""
    df = esi.frame(op_id, **parameters)
    data = esi.get(op_id, **parameters)
    assert dtypes(df) == {"value": dtype}
    assert df["value"].tolist() == (data if isinstance(data, list) else [data])


def test_cursor_walks_are_rows(esi: Esi) -> None:
    """A list walked by cursor has a row for each record, ``max_records`` of them."""
    df = esi.frame("GetFreelanceJobsListing", max_records=12)
    assert len(df) == 12
    assert dtypes(df)["id"] == "string"


@pytest.mark.parametrize(
    ("change", "column", "dtype", "value"),
    [
        ({"range": "galaxy"}, "range", "category", "galaxy"),
        ({"volume_remain": None}, "volume_remain", "Int64", pd.NA),
        ({"volume_remain": 1.5}, "volume_remain", "float64", 1.5),
        ({"volume_remain": "many"}, "volume_remain", "string", "many"),
        ({"volume_remain": 2**63}, "volume_remain", "string", str(2**63)),
        ({"volume_remain": True}, "volume_remain", "string", "true"),
        ({"order_id": None}, "order_id", "Int64", pd.NA),
        ({"price": "free"}, "price", "string", "free"),
        ({"price": 2**60}, "price", "float64", float(2**60)),
        ({"is_buy_order": None}, "is_buy_order", "boolean", pd.NA),
        ({"is_buy_order": 1}, "is_buy_order", "string", "1"),
        ({"issued": None}, "issued", "datetime64[us, UTC]", pd.NaT),
        ({"issued": "2026-09-10T18:00:01.5Z"}, "issued", "datetime64[us, UTC]", "2026-09-10T18:00:01.5Z"),
        ({"issued": "2026-09-10T20:00:01+02:00"}, "issued", "datetime64[us, UTC]", "2026-09-10T18:00:01Z"),
        ({"issued": "9999-12-31T00:00:00Z"}, "issued", "datetime64[us, UTC]", "9999-12-31T00:00:00Z"),
        ({"issued": "2026-99-10T18:00:01Z"}, "issued", "string", "2026-99-10T18:00:01Z"),
        ({"issued": "soon"}, "issued", "string", "soon"),
        ({"issued": "ünlängst, vor Zeit…"}, "issued", "string", "ünlängst, vor Zeit…"),
        ({"issued": 5}, "issued", "string", "5"),
        ({"range": 5}, "range", "string", "5"),
        ({"range": None}, "range", "category", np.nan),
        ({"new": [1, {"a": None}]}, "new", "string", '[1,{"a":null}]'),
        ({"new": {"er": 7}}, "new.er", "Int64", 7),
        ({"new": 2.5}, "new", "float64", 2.5),
        ({"new": False}, "new", "boolean", False),
        ({"new": "x"}, "new", "string", "x"),
        ({"new": None}, "new", "string", pd.NA),
        ({"price": {"isk": 5}}, "price.isk", "Int64", 5),
    ],
)
def test_nothing_is_lost_where_data_breaks_its_schema(
    done: Done, change: dict[str, Any], column: str, dtype: str, value: Any
) -> None:
    """What does not fit, on any page, widens its column, and no other; no value is lost, nothing fails."""
    pages = [[ORDER], [ORDER, {**ORDER, **change}]]
    df = frame(done(pages))
    assert dtypes(df)[column] == dtype
    expected = pd.Timestamp(value) if dtype.startswith("datetime64") and isinstance(value, str) else value
    got = df[column].iloc[2]
    assert pd.isna(got) if pd.isna(expected) else got == expected
    others = {name: each for name, each in dtypes(df).items() if name not in (column, "new")}
    assert others == {name: each for name, each in DTYPES.items() if name != column}
    assert df.iloc[0]["order_id"] == ORDER["order_id"]


def test_text_of_a_broken_column_is_the_text_of_all_pages(done: Done) -> None:
    """A column that becomes text keeps what earlier pages said, word for word."""
    df = frame(done([[ORDER], [{**ORDER, "issued": "soon", "volume_total": "?"}]]))
    assert df["issued"].tolist() == ["2026-09-10T18:00:01Z", "soon"]
    assert df["volume_total"].tolist() == ["10000", "?"]


def test_missing_field_is_no_failure(done: Done) -> None:
    """Rows without a required field, or of another shape altogether, are rows."""
    df = frame(done([[without(ORDER, "volume_remain"), ORDER, 5, {}]]))
    assert df["volume_remain"].tolist() == [pd.NA, 8888, pd.NA, pd.NA]
    assert df["value"].tolist() == [pd.NA, pd.NA, 5, pd.NA]


def test_unknown_operation_is_typed_by_its_rows(done: Done) -> None:
    """An operation that is newer than the catalog has the columns and types that its rows show."""
    df = frame(
        done([[{"a": 1, "b": {"c": 2.5}}, {"a": 2, "d": "x"}]], "GetSomethingNew", parameters={"x": 1})
    )
    assert dtypes(df) == {"a": "Int64", "b.c": "float64", "d": "string"}
    assert df.attrs["operation"] == "GetSomethingNew"
    assert df.attrs["parameters"] == {"x": 1}


def test_wrong_input_is_told_before_anything_is_sent(esi: Esi, sandbox: Sandbox) -> None:
    """Wrong names raise as with ``get``; what ESI refuses raises too."""
    before = sandbox.count()
    with pytest.raises(ParameterError, match="did you mean 'region_id'"):
        esi.frame(ORDERS, regionid=1)
    assert sandbox.count() == before
    with pytest.raises(NotFoundError):
        esi.frame("GetMarketsRegionIdHistory", region_id=10000002, type_id=999999999)


def test_without_pandas_nothing_is_sent(esi: Esi, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pandas is missing, the error says how to install it, before a request is made."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    before = sandbox.count()
    with pytest.raises(InputError, match=r"pip install 'esi-fetch\[frames\]'"):
        esi.frame("GetStatus")
    assert sandbox.count() == before


def test_pages_are_not_kept(done: Done) -> None:
    """A frame is made page by page, and leaves the rows packed."""
    kept = done([[ORDER], [ORDER]])
    frame(kept)
    assert kept.result is not None
    assert repr(kept.result.payload) == "PagedData(not decoded yet)"
