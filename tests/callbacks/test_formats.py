from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.callbacks.formats import FORMATS, format_from, write_data
from esi_fetch.errors import InputError, OutputPathError
from esi_fetch.yaml_text import parse_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.sampled_from(
        ["NO", "on", "2026-01-01", "1_000", "007", "~", "1e3", "", "#", "- a", "a: b", "\x85", "\u2028"]
    ),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


def written(data: Any, fmt: str) -> str:
    stream = io.BytesIO()
    write_data(data, stream, fmt=fmt)
    return stream.getvalue().decode()


def test_json_list_has_one_row_a_line() -> None:
    """A list is valid JSON with one row on each line, so that it can be read, searched and compared."""
    assert written([{"a": 1, "b": "é"}, {"a": 2}], "json") == '[\n{"a":1,"b":"é"},\n{"a":2}\n]\n'


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([], "[]\n"),
        ({"a": [1]}, '{\n  "a": [\n    1\n  ]\n}\n'),
        (12.5, "12.5\n"),
        (None, "null\n"),
        ([7], "[\n7\n]\n"),
    ],
)
def test_json_of_other_shapes(data: Any, text: str) -> None:
    """An empty list, one object, a bare number and nothing at all are JSON as well."""
    assert written(data, "json") == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ([{"a": 1}, {"a": 2}], '{"a":1}\n{"a":2}\n'),
        ([], ""),
        ({"a": 1}, '{"a":1}\n'),
        (5, "5\n"),
        ([[1], 2], "[1]\n2\n"),
    ],
)
def test_jsonl_has_one_row_a_line(data: Any, text: str) -> None:
    """JSON lines hold one row each; what is not a list is one line, and an empty list none."""
    assert written(data, "jsonl") == text


def test_yaml_keeps_order_and_characters() -> None:
    """YAML keeps the keys' order, writes any script as it is, and never abbreviates equal values."""
    row = {"z": 1, "a": "ü"}
    assert written([row, row], "yaml") == "- z: 1\n  a: ü\n- z: 1\n  a: ü\n"
    assert written([], "yaml") == "[]\n"


@given(DATA)
def test_json_reads_back(data: Any) -> None:
    """Whatever JSON can hold reads back as it was."""
    assert json.loads(written(data, "json")) == data


@given(st.lists(DATA, max_size=4))
def test_jsonl_reads_back(data: list[Any]) -> None:
    """Each line of JSON lines is one row as it was."""
    lines = written(data, "jsonl").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == data


@given(DATA)
def test_yaml_reads_back(data: Any) -> None:
    """YAML reads back as it was, by our strict reader and by PyYAML's."""
    text = written(data, "yaml")
    assert parse_yaml(text) == data
    assert yaml.safe_load(text) == data


@pytest.mark.parametrize("fmt", FORMATS)
def test_long_lists_are_whole(fmt: str) -> None:
    """Rows are written in portions, and none is lost or doubled where two portions meet."""
    rows = [{"n": n} for n in range(2001)]
    text = written(rows, fmt)
    if fmt == "csv":
        _, *lines = text.splitlines()
        numbers = [int(line) for line in lines]
    elif fmt == "jsonl":
        numbers = [json.loads(line)["n"] for line in text.splitlines()]
    else:
        numbers = [row["n"] for row in yaml.safe_load(text)]  # JSON is YAML as well
    assert numbers == list(range(2001))


class Sink(io.BytesIO):
    size = 0

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)


@pytest.mark.parametrize("fmt", ["json", "jsonl"])
def test_memory_does_not_grow_with_the_list(fmt: str) -> None:
    """A list is written with far less memory than its text takes."""
    rows = [{"order_id": n, "text": "x" * 200} for n in range(20_000)]
    sink = Sink()
    tracemalloc.start()
    try:
        write_data(rows, sink, fmt=fmt)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sink.size > 4_000_000
    assert peak < 1_500_000


@pytest.mark.parametrize(
    ("name", "fmt"),
    [
        ("a.json", "json"),
        ("a.b.JSONL", "jsonl"),
        ("x.ndjson", "jsonl"),
        ("x.yml", "yaml"),
        ("x.Yaml", "yaml"),
        ("d/x.csv", "csv"),
    ],
)
def test_format_follows_the_suffix(name: str, fmt: str) -> None:
    """The format is that of the suffix, in any case."""
    assert format_from(name) == fmt
    assert format_from(Path(name)) == fmt


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.cvs", "'.cvs' stands for no format (did you mean '.csv'"),
        ("orders", "a suffix that names the format is missing"),
    ],
)
def test_unknown_suffix_names_the_nearest(name: str, words: str) -> None:
    """A suffix without a format is an error with the path, the nearest right one, and all that are known."""
    with pytest.raises(OutputPathError) as caught:
        format_from(name)
    assert words in str(caught.value)
    assert repr(name) in str(caught.value)
    assert ".jsonl" in str(caught.value)


def test_unknown_format_names_the_nearest() -> None:
    """A format that does not exist is an error with the nearest right one."""
    with pytest.raises(InputError, match=r"unknown format 'jsno' \(did you mean 'json'"):
        written([], "jsno")
