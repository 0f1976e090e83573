from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.callbacks.formats import write_csv
from esi_fetch.columns import columns_of_schema, tabulated
from esi_fetch.errors import InputError, OutputWriteError


def as_csv(data: Any, **options: Any) -> str:
    stream = io.BytesIO()
    write_csv(data, stream, **options)
    return stream.getvalue().decode()


def test_rows_stand_under_the_names_of_their_fields() -> None:
    """A list of objects is a line of names and a line a row, with ``\\n`` at line ends."""
    assert as_csv([{"id": 1, "name": "Jita"}, {"id": 2, "name": "Amarr"}]) == "id,name\n1,Jita\n2,Amarr\n"


def test_columns_are_all_fields_in_order_of_appearance() -> None:
    """Optional fields get a column when any row has them; rows without them have an empty cell."""
    assert as_csv([{"b": 1}, {"a": 2, "b": 3}, {"c": None}]) == "b,a,c\n1,,\n3,2,\n,,\n"


def test_nested_values_are_flattened() -> None:
    """Objects become dotted columns, lists and empty objects JSON, and truth is spelled as in JSON."""
    row = {"reward": {"initial": 1.5, "more": {"x": True}}, "ids": [1, {"y": None}], "none": {}, "off": False}
    assert as_csv([row]) == (
        'reward.initial,reward.more.x,ids,none,off\n1.5,true,"[1,{""y"":null}]",{},false\n'
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([34, 35], "value\n34\n35\n"),
        ([["a", 1], []], 'value\n"[""a"",1]"\n[]\n'),
        ([{"value": 1}, "x"], "value\n1\nx\n"),
        ({"players": 5, "vip": True}, "players,vip\n5,true\n"),
        (123.45, "value\n123.45\n"),
        ("text, with comma", 'value\n"text, with comma"\n'),
        (None, ""),
        ([], ""),
        ([{}, {}], ""),
    ],
)
def test_other_shapes_are_tables_too(data: Any, text: str) -> None:
    """Plain values stand in the column ``value``, one object is one row, and nothing is no row."""
    assert as_csv(data) == text


def test_empty_answer_has_the_header_that_is_known() -> None:
    """Without rows the header is what the operation is known to answer with."""
    assert as_csv([], known=("id", "reward.initial")) == "id,reward.initial\n"


def test_fields_choose_and_order_the_columns() -> None:
    """``fields`` takes only these columns, in this order."""
    assert as_csv([{"a": 1, "b": {"c": 2}, "d": 3}], fields=["b.c", "a"]) == "b.c,a\n2,1\n"


def test_unknown_field_names_the_nearest() -> None:
    """A field that no row has is an error that names the nearest one there is."""
    with pytest.raises(InputError) as caught:
        as_csv([{"volume_remain": 1}], fields=["volume_remian", "zzz"])
    assert str(caught.value) == (
        "fields: the data has no field 'volume_remian' (did you mean 'volume_remain'?)\n"
        "fields: the data has no field 'zzz'"
    )


def test_known_field_that_no_row_has_is_an_empty_column() -> None:
    """An optional field that no row happens to have can be chosen."""
    assert as_csv([{"a": 1}], fields=["buyout", "a"], known=("a", "buyout")) == "buyout,a\n,1\n"


def test_extra_columns_come_last_or_where_fields_places_them() -> None:
    """Extra columns hold one value for all rows."""
    rows = [{"a": 1}, {"a": 2}]
    assert as_csv(rows, extra={"region": "10", "sure": True}) == "a,region,sure\n1,10,true\n2,10,true\n"
    assert as_csv(rows, extra={"region": "10"}, fields=["region", "a"]) == "region,a\n10,1\n10,2\n"


def test_extra_column_may_not_hide_a_field() -> None:
    """An extra column with the name of a field is an error, not an overwritten field."""
    with pytest.raises(InputError, match=r"extra\.a: the data has a field of that name"):
        as_csv([{"a": 1}], extra={"a": 2})


def test_two_values_for_one_column_are_refused() -> None:
    """A name with a dot that meets a flattened one is an error, not a lost value."""
    with pytest.raises(OutputWriteError, match=r"two values for the column 'a\.b'"):
        as_csv([{"a": {"b": 1}, "a.b": 2}])


def test_columns_of_a_schema_follow_the_same_rule() -> None:
    """A schema's columns are those that its data would have."""
    schema = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "reward": {"type": "object", "properties": {"initial": {"type": "number"}}},
                "ids": {"type": "array", "items": {"type": "integer"}},
            },
        },
    }
    assert columns_of_schema(schema) == ("id", "reward.initial", "ids")
    assert columns_of_schema({"type": "array", "items": {"type": "integer"}}) == ("value",)
    assert columns_of_schema({"type": "number"}) == ("value",)
    assert columns_of_schema(None) == ()


# Python 3.10's reader refuses NUL, and no JSON text has half characters.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
NAMES = TEXT.filter(lambda name: "." not in name)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


def leaves(row: Any, path: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The flattening rule once more, written differently: pairs of column and cell."""
    if isinstance(row, dict) and (row or not path):
        return [leaf for name, value in row.items() for leaf in leaves(value, (*path, name))]
    if row is None:
        cell = ""
    elif isinstance(row, (list, dict)):
        cell = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    elif isinstance(row, bool):
        cell = json.dumps(row)
    else:
        cell = str(row)
    return [(".".join(path), cell)]


@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_csv_reader_gives_back_the_cells(rows: list[dict[str, Any]]) -> None:
    """Whatever texts the data holds, Python's CSV reader gives back every cell under its column."""
    header, *lines = list(csv.reader(io.StringIO(as_csv(rows), newline="")))
    wanted = [dict(leaves(row)) for row in rows]
    assert len(set(header)) == len(header)
    assert set(header) == {name for row in wanted for name in row}
    assert len(lines) == len(rows)
    for line, row in zip(lines, wanted, strict=True):
        cells = dict(zip(header, line, strict=True))
        assert {name: float_free(cells[name]) for name in header} == {
            name: float_free(row.get(name, "")) for name in header
        }


def float_free(cell: str) -> str:
    """Return the cell with JSON inside lists spelled one way: 1e16 and 10000000000000000.0 are the same."""
    if cell[:1] in ("[", "{"):
        try:
            return repr(json.loads(cell))
        except ValueError:
            return cell
    return cell


def test_table_is_consistent_with_its_cells() -> None:
    """A table's cells stand in the order of its columns."""
    table = tabulated([{"a": 1, "b": [1]}], extra={"x": None})
    assert table.columns == ("a", "b", "x")
    assert list(table.cells()) == [[1, "[1]", None]]
