"""Tables: what is read from them, and what is said about those that are wrong."""

import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.errors import InputError, Problem
from esi_fetch.model import tables
from esi_fetch.model.job import Job
from esi_fetch.model.tables import RowProblems, read_rows, table_of

BASE = Job("GetMarketsRegionIdHistory", name="history")
ROWS = [{"type_id": "34", "label": "Tritanium"}, {"type_id": "35", "label": None}]


def rows(table: Any) -> list[Any]:
    """Return the rows of a table without their lines."""
    return [cells for _, cells in read_rows(table_of(table))]


def complaints(table: Any) -> list[str]:
    """Return what is said about a table that is wrong."""
    return [str(problem) for problem in BASE.for_each(table).problems()]


def write(folder: Path, text: str | bytes, name: str = "types.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


class TestReading:
    """The same rows, whatever the table."""

    @pytest.mark.parametrize(
        "text",
        [
            "type_id,label\n34,Tritanium\n35,\n",
            "type_id, label\r\n34, Tritanium \r\n35, ",
            "type_id;label\n34;Tritanium\n35;\n",
            "type_id\tlabel\n34\tTritanium\n35\t\n",
            "\n\ntype_id,label\n\n34,Tritanium\n,\n35,\n,\n\n",
            b"\xef\xbb\xbftype_id,label\n34,Tritanium\n35,\n",
            '"type_id","label"\n"34", "Tritanium"\n"35",""\n',
        ],
        ids=["plain", "spaces and CRLF", "semicolons", "tabs", "blank lines", "byte order mark", "quotes"],
    )
    def test_csv_of_any_program(self, tmp_path: Path, text: str | bytes) -> None:
        """Separators, line ends, a mark in front and empty rows make no difference."""
        assert rows(write(tmp_path, text)) == ROWS

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("t.json", '[{"type_id": "34", "label": "Tritanium"}, {"type_id": "35", "label": null}]'),
            ("t.json", '{"type_id": ["34", "35"], "label": ["Tritanium", null]}'),
            ("t.jsonl", '{"type_id": "34", "label": "Tritanium"}\n\n{"type_id": "35", "label": null}\n'),
            ("t.yaml", "- {type_id: '34', label: Tritanium}\n- {type_id: '35', label: }\n"),
            ("T.YML", "type_id: ['34', '35']\nlabel: [Tritanium, null]\n"),
            ("t.tsv", "type_id\tlabel\n34\tTritanium\n35\t\n"),
        ],
    )
    def test_json_and_yaml(self, tmp_path: Path, name: str, text: str) -> None:
        """Rows, or columns with lists, in every format."""
        assert rows(write(tmp_path, text, name)) == ROWS

    def test_values_at_hand(self) -> None:
        """Lists, mappings of lists, tuples and iterators are tables too, and can be read twice."""
        columns = {"type_id": ["34", "35"], "label": iter(["Tritanium", None])}
        for table in (ROWS, tuple(ROWS), iter(ROWS), (row for row in ROWS), columns):
            kept = table_of(table)
            assert [cells for _, cells in read_rows(kept)] == ROWS
            assert [cells for _, cells in read_rows(kept)] == ROWS

    def test_changing_a_list_later_changes_nothing(self) -> None:
        """A table that was given as a list stays what it was."""
        given_rows = list(ROWS)
        kept = table_of(given_rows)
        given_rows.clear()
        assert [cells for _, cells in read_rows(kept)] == ROWS

    @given(
        st.lists(st.text(alphabet="abcxyz", min_size=1), min_size=1, max_size=4, unique=True),
        st.data(),
        st.sampled_from([",", ";", "\t"]),
    )
    def test_what_a_program_writes_is_read(self, names: list[str], data: Any, delimiter: str) -> None:
        """Any text in any cell survives CSV, but for the spaces around it and what makes a blank row."""
        # Without a separator in its first line, a table has one column, and commas separate.
        delimiter = delimiter if len(names) > 1 else ","
        cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(str.strip)
        table = data.draw(st.lists(st.lists(cell, min_size=len(names), max_size=len(names)).filter(any)))
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerows([names, *table])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("builtins.open", lambda *args: io.BytesIO(text.getvalue().encode()))
            found = [cells for _, cells in tables._csv_items(Path("x.csv"))]
        assert found == [dict(zip(names, (value or None for value in row), strict=True)) for row in table]

    def test_lines_are_those_an_editor_shows(self, tmp_path: Path) -> None:
        """A row's line is the one it begins in, whatever stands before it."""
        table = write(tmp_path, '\na,b\n1,"x\ny"\n\n2,z\n')
        assert [line for line, _ in read_rows(table)] == [3, 6]
        table = write(tmp_path, '{"a": 1}\n\n{"a": 2}\n', "t.jsonl")
        assert [line for line, _ in read_rows(table)] == [1, 3]

    def test_a_long_table_needs_little_memory(self, tmp_path: Path) -> None:
        """A hundred thousand jobs are made one by one; memory does not grow with their number."""
        table = BASE.for_each(
            write(tmp_path, "type_id,label\n" + "".join(f"{number},x{number}\n" for number in range(100_000)))
        )
        tracemalloc.start()
        try:
            count = sum(1 for _ in table)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == 100_000
        assert peak < 1_000_000


class TestComplaints:
    """What is said about tables that are wrong."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("a,b\n1\n2,3,4\n5,6\n", ["2: has 1 cell, and the table 2 columns", "3: has 3 cells, and"]),
            ("a\n1,2\n", ["2: has 2 cells, and the table 1 column"]),
            (
                "a,,a,\n1,2,3,4\n",
                ["1: column 2: has no name", "1: column 4:", "1: column 'a': is there twice"],
            ),
            ("34,x\n35,y\n", ["1: column '34': has a number as its name; the first line of a table names"]),
            ('a,b\n1,"x\n2,y\n', ["2: a quoted cell begins here and does not end"]),
            (f'a,b\n1,"{"x" * 200_000}"\n', ["2: a quoted cell begins here and does not end"]),
            ('a,b\n1,"x"y\n', ["2: something follows a closing quote"]),
            ("a,b\r1,2\r3,4\r", ["1: a line ends in a carriage return alone"]),
            (b"a,b\n1,2\n3,\xe4\n", ["3: this is not UTF-8 text; save the file as UTF-8"]),
            (b"a\n1\n" + b"x" * 1_000_001, ["3: is longer than 1,000,000 bytes"]),
        ],
    )
    def test_each_mistake_is_named_with_its_line(
        self, tmp_path: Path, text: str | bytes, said: list[str]
    ) -> None:
        """Ragged rows, bad headers, open quotes and other encodings are told with the line."""
        table = write(tmp_path, text)
        found = complaints(table)
        assert len(found) == len(said)
        for complaint, begin in zip(found, said, strict=True):
            assert complaint.startswith(f"{table} line {begin}")

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("t.csv", "", "t.csv: is empty; the first line of a table names its columns"),
            ("t.csv", "\n \n", "t.csv: is empty"),
            ("t.csv", "a,b\n1,2\n".encode("utf-16"), "t.csv: this is UTF-16 text; save the file as UTF-8"),
            ("t.json", "", "t.json: is empty; write [] for a table without rows"),
            (
                "t.json",
                "34",
                "t.json: expected a list of mappings, or a mapping of columns to lists; found 34",
            ),
            ("t.json", "{}", "t.json: has no columns"),
            (
                "t.json",
                '{"a": [1], "b": 2}',
                "t.json: column 'b': expected a list of values, found 2; a list",
            ),
            ("t.json", '{"a": [1, 2], "b": [2]}', "t.json: column 'b': has 1 value, and column 'a' 2"),
            (
                "t.json",
                '[{"a": 1}, 34]',
                "t.json row 2: expected a mapping of columns to values, found 34; a",
            ),
            ("t.json", '[{"a": 1}, {}]', "t.json row 2: is empty"),
            ("t.json", '[{"": 1}]', "t.json row 1: column 1: has no name"),
            ("t.json", '[\n{"a": 1,\n]', "t.json line 3: this is not JSON"),
            ("t.json", '[{"a": NaN}]', "t.json: NaN is not a JSON value"),
            ("t.jsonl", '{"a": 1}\n{"a": }\n', "t.jsonl line 2: this is not JSON"),
            (
                "t.yaml",
                "- {a: .nan}",
                "t.yaml row 1: column 'a': NaN is not a value; leave it out where there",
            ),
            ("t.yaml", "a: [1]\na: [2]", "t.yaml line 2: the key 'a' is given twice in one mapping"),
            ("t.xls", "", "t.xls: the suffix '.xls' is none of a table's; use .csv, .tsv, .json, .jsonl"),
            ("t.jsn", "", "t.jsn: the suffix '.jsn' is none of a table's (did you mean '.json'"),
        ],
    )
    def test_files_that_are_no_tables(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str | bytes, said: str
    ) -> None:
        """Each is explained, with what to do."""
        monkeypatch.chdir(tmp_path)
        write(tmp_path, text, name)
        (complaint,) = complaints(name)
        assert complaint.startswith(said)

    def test_a_file_that_is_not_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The nearest right name is told; so are folders, and paths that can't be."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "types.csv").touch()
        (tmp_path / "x.csv").mkdir()
        assert complaints("tipes.csv") == ["tipes.csv: there is no such file (did you mean 'types.csv'?)"]
        assert complaints("no/types.csv") == [
            "no/types.csv: there is no such file; nor is there a folder 'no'"
        ]
        assert complaints("x.csv") == ["x.csv: is a folder; name a table in it"]
        assert complaints("a\0b.csv")[0].startswith("a\0b.csv: can't be read: ")

    def test_a_pipe_is_no_table(self) -> None:
        """What can be read only once is refused, before it is."""
        assert complaints("/dev/null") == ["/dev/null: is no regular file; a table is read more than once"]

    def test_a_large_document_is_refused_at_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """JSON and YAML are read whole, so there is a limit, and the way out is told."""
        monkeypatch.setattr(tables, "MOST_BYTES", 1_000_000)
        (complaint,) = complaints(write(tmp_path, " " * 2_000_000, "t.json"))
        assert complaint.endswith(
            "t.json: has 2 MB, and 1 are read at most; save it as .csv or .jsonl, which may have any length"
        )

    def test_values_at_hand_that_are_no_tables(self) -> None:
        """What is none is refused when it is given; a wrong row when it is read."""

        class Frame:
            def __iter__(self) -> Any: ...

            def to_dict(self) -> Any: ...

        for table, said in (
            (34, "found int 34"),
            (b"x", "found bytes"),
            ("", "found str"),
            (None, "NoneType"),
        ):
            with pytest.raises(InputError, match=f"^for_each: expected a table: .*{said}"):
                BASE.for_each(table)
        with pytest.raises(InputError, match=r"a DataFrame; give its rows: \.to_dict\('records'\)"):
            BASE.for_each(Frame())
        assert complaints([{1: 2}]) == ["for_each row 1: column 1: expected text as its name, found 1"]
        assert complaints([{"a": float("nan")}]) == [
            "for_each row 1: column 'a': NaN is not a value; leave it out where there is none"
        ]

    def test_a_column_that_the_job_fixes_is_named_once(self) -> None:
        """A value from two places is an error, told once and not for each row."""
        job = Job("x", {"region_id": 1}, attributes={"label": "a"})
        assert [
            str(problem) for problem in job.for_each([{"label": "b", "region_id": 2}] * 3).problems()
        ] == [
            "for_each row 1: column 'region_id': is also a fixed parameter of the job; leave one of them out"
            " (and so in 2 more rows)",
            "for_each row 1: column 'label': is also a fixed attribute of the job; leave one of them out"
            " (and so in 2 more rows)",
        ]

    def test_a_hundred_thousand_wrong_rows_make_few_lines(self, tmp_path: Path) -> None:
        """Equal problems are told once with their number, different ones up to a limit."""
        table = write(tmp_path, "a,b\n" + "1\n" * 100_000)
        (complaint,) = complaints(table)
        assert complaint.endswith("line 2: has 1 cell, and the table 2 columns (and so in 99,999 more rows)")
        problems = RowProblems("types.csv")
        for number in range(100_000):
            problems.add(f"types.csv line {number}", [Problem("", f"problem {number}")])
        listed = [str(problem) for problem in problems.listed()]
        assert (len(listed), listed[0]) == (21, "types.csv line 0: problem 0")
        assert listed[-1] == "types.csv: 99,980 more problems"

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
        )
    )
    def test_nothing_crashes_the_reader(self, value: Any) -> None:
        """Whatever stands where a table should is rows, or problems of ours."""
        for _, cells in tables._plain_items(value):
            assert isinstance(cells, (dict, list))
