"""JSON and YAML, read strictly."""

import importlib.util
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from esi_fetch import yaml_text
from esi_fetch.documents import (
    DocumentError,
    DuplicateKeyError,
    dump_json,
    dump_yaml,
    parse_document,
    parse_json,
    parse_yaml,
    read_text,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
# Text that one version or the other of YAML takes for something else.
ambiguous = st.sampled_from(
    [
        *["NO", "on", "y", "~", "null", "1_000", "012", "0o17", "0x1F", "1e3", "1.", ".5", "-.inf", ".NaN"],
        *["<<", "=", "!x", "&a", "*a", "#", "%", "@", "`", "'", '"', "---", "...", "12:30:45", "2026-01-01"],
        *["", "2026-08-18 11:05:00", "- a", "a: b", "# a", " a ", "\t", "\n", "a\nb\n"],
        *["\u2028", "\u0085", "\ufeff", "\x07", "\U0001f680"],
    ]
)


@pytest.fixture(params=["as installed", "pure Python"])
def parsers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with the parser in C, where the library has it, and with the one in Python."""
    if request.param == "pure Python":
        monkeypatch.setattr(yaml_text, "_Loader", yaml.SafeLoader)


@given(values | ambiguous | st.dictionaries(ambiguous, ambiguous))
@example({"op_id": "x", "when": "2026-01-01", "land": "NO"})
def test_what_is_written_reads_back(value: object) -> None:
    """JSON and YAML give back an equal value, of the same kinds."""
    for read in (parse_json(dump_json(value)), parse_yaml(dump_yaml(value))):
        assert read == value
        assert repr(read) == repr(value)


@pytest.mark.parametrize("odd_break", ["\x85", "\u2028", "\u2029"])
def test_odd_breaks_are_kept_where_libyaml_is_missing(
    monkeypatch: pytest.MonkeyPatch, odd_break: str
) -> None:
    """PyYAML's own writer would make other line breaks of them; what it is told to write, it keeps."""
    for name in ("CSafeDumper", "CSafeLoader"):
        monkeypatch.delattr(yaml, name, raising=False)
    spec = importlib.util.spec_from_file_location("pure_yaml_text", yaml_text.__file__)
    assert spec is not None
    assert spec.loader is not None
    pure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pure)
    value = {odd_break: [odd_break, f"a{odd_break}b", f" {odd_break}\n"]}
    assert pure.parse_yaml(pure.dump_yaml(value)) == value
    assert parse_yaml(pure.dump_yaml(value)) == value


@given(ambiguous)
def test_other_readers_of_yaml_agree(text: str) -> None:
    """What we write is the same for a reader of YAML 1.1."""
    assert yaml.safe_load(dump_yaml({"a": text})) == {"a": text}


@given(st.text(max_size=60), st.sampled_from([".json", ".yaml", ""]))
def test_no_text_crashes_the_reader(text: str, suffix: str) -> None:
    """Any text is a value or a ``DocumentError``."""
    try:
        parse_document(text, suffix=suffix)
    except DocumentError as error:
        assert error.what in str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.usefixtures("parsers")
class TestYaml:
    """``parse_yaml``."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("NO", "NO"),
            ("on", "on"),
            ("2026-01-01", "2026-01-01"),
            ("1_000", "1_000"),
            ("012", "012"),
            ("12:30", "12:30"),
            ("true", True),
            ("False", False),
            ("~", None),
            ("a:", {"a": None}),
            ("-5", -5),
            ("0x1F", 31),
            ("0o17", 15),
            ("1e3", 1000.0),
            ("-.5", -0.5),
            ("1.", 1.0),
            ("'12'", "12"),
            ("!!str 12", "12"),
            ("! 12", "12"),
            ("!!int 12", 12),
            ("!!float 12", 12.0),
            ("!!bool true", True),
            ("!!null null", None),
            ("!!seq [1]", [1]),
            ("!!map {a: 1}", {"a": 1}),
            ("", None),
            ("# a comment", None),
            ("--- a", "a"),
            ("'<<': 1", {"<<": 1}),
        ],
    )
    def test_scalars_are_what_they_look_like(self, text: str, value: object) -> None:
        """Plain scalars follow the core schema of YAML 1.2; explicit tags of its kinds are obeyed."""
        read = parse_yaml(text)
        assert read == value
        assert type(read) is type(value)

    @pytest.mark.parametrize(
        ("text", "line", "column", "what"),
        [
            ("a: 1\nb: 2\na: 3", 3, 1, "the key 'a' is given twice in one mapping"),
            ("<<: {a: 1}\n<<: {b: 1}", 2, 1, "the key '<<' is given twice"),
            ("1: a", 1, 1, "a key must be text; put it in quotes"),
            ("[1]: a", 1, 1, "a key must be text"),
            (
                "a: !!python/object:os.system x",
                1,
                4,
                "the tag 'tag:yaml.org,2002:python/object:os.system' is not",
            ),
            ("!!set {a}", 1, 1, "the tag"),
            ("!!omap [a: 1]", 1, 1, "the tag"),
            ("!!binary aGk=", 1, 1, "the tag"),
            ("!!int x", 1, 1, "'x' can't be read as int"),
            ("!!null x", 1, 1, "'x' can't be read as null"),
            ("!!bool NO", 1, 1, "'NO' can't be read as bool"),
            ("a: 1\n--- \nb: 2", 2, 1, "a second document begins; only one can stand in a file"),
            ("&a [*a]", 1, 5, "an alias stands inside the very thing it names"),
            ("- &orders 1\n- *order", 2, 3, "nothing is named '&order' (did you mean 'orders'?)"),
            ("a: {<<: 3}", 1, 9, "'<<' takes a mapping, or a list of mappings"),
            ("a:\n  - b\n c: d", 3, 2, "this is not YAML"),
            ("x: '\n", 2, 1, "this is not YAML"),
            ("\tx: 1", 1, 1, "a tab stands at the start of this line"),
            ("a:\n  \t- b", 2, 3, "a tab stands at the start of this line"),
        ],
    )
    def test_what_is_refused_is_named_with_its_place(
        self, text: str, line: int, column: int, what: str
    ) -> None:
        """Duplicate keys, tags that make objects, and broken text are errors with line and column."""
        with pytest.raises(DocumentError) as caught:
            parse_yaml(text)
        assert caught.value.what.startswith(what)
        assert (caught.value.line, caught.value.column) == (line, column)
        assert str(caught.value).startswith(f"line {line}, column {column}: ")

    def test_control_characters_are_refused(self) -> None:
        """A character that YAML does not allow is named."""
        with pytest.raises(DocumentError, match=r"the character U\+0001 is not allowed in YAML"):
            parse_yaml("a: \x01")

    @pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 5_000 + "1" + "}" * 5_000, "- " * 5_000])
    def test_bottomless_nesting_is_refused(self, text: str) -> None:
        """Deep nesting is an error rather than the end of the process."""
        with pytest.raises(DocumentError, match="nested too deeply"):
            parse_yaml(text)

    def test_numbers_without_end_are_refused(self) -> None:
        """A number that the interpreter refuses to read is an error of ours."""
        with pytest.raises(DocumentError, match="can't be read as int"):
            parse_yaml("9" * 10_000)

    def test_merges_and_aliases(self) -> None:
        """Own keys overrule merged ones, and of several merged mappings the first one counts."""
        text = "- &a {x: 1, y: 1}\n- &b {y: 2, z: 2}\n- {z: 3, <<: [*a, *b]}\n- {<<: *a, x: 4}\n- *a\n"
        assert parse_yaml(text)[2:] == [{"x": 1, "y": 1, "z": 3}, {"x": 4, "y": 1}, {"x": 1, "y": 1}]

    def test_a_bomb_of_aliases_is_refused(self) -> None:
        """A few lines that stand for a billion values are an error, found at once."""
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
        with pytest.raises(DocumentError, match="aliases stand for 1,234,567,900 values"):
            parse_yaml("\n".join(lines))

    def test_an_alias_used_often_is_fine(self) -> None:
        """A shared part may be named by thousands of jobs."""
        text = "- &p {a: 1, b: 2}\n" + "- *p\n" * 10_000
        assert parse_yaml(text)[-1] == {"a": 1, "b": 2}


class TestJson:
    """``parse_json``."""

    @pytest.mark.parametrize(
        ("text", "line", "column", "what"),
        [
            ('{"a": 1,\n "a": 2}', 2, 2, "the key 'a' is given twice in one mapping"),
            ('{"a": 1,}', 1, None, "this is not JSON: "),
            ("{'a': 1}", 1, 2, "this is not JSON: "),
            ("", 1, 1, "this is not JSON: expecting value"),
            ('{"a": NaN}', None, None, "NaN is not a JSON value"),
            ("[-Infinity]", None, None, "-Infinity is not a JSON value"),
            ("[" * 100_000, None, None, "lists and mappings are nested too deeply"),
            ("9" * 10_000, None, None, "a number has too many digits"),
            ('["\\ud83d\\ude80", {"a": 1, "a": 1}]', None, None, "the key 'a' is given twice"),
            ('{"a":1,\t"a":1, "b": \x7f}', 1, 21, "this is not JSON: "),
        ],
    )
    def test_what_is_refused_is_named_with_its_place(
        self, text: str, line: int | None, column: int | None, what: str
    ) -> None:
        """Duplicate keys, what is no number, and broken text are errors, with their place if it is known."""
        with pytest.raises(DocumentError) as caught:
            parse_json(text)
        assert caught.value.what.startswith(what)
        assert caught.value.line == line
        assert column is None or caught.value.column == column

    def test_the_first_of_two_equal_keys_may_be_anywhere(self) -> None:
        """Keys are compared within their mapping only."""
        assert parse_json('{"a": {"a": [{"a": 1}, {"a": 2}]}}') == {"a": {"a": [{"a": 1}, {"a": 2}]}}


class TestDetection:
    """``parse_document``: which of the two it is."""

    @pytest.mark.parametrize("suffix", [".json", ".JSON", ".yaml", ".txt", ""])
    def test_json_is_read_under_any_suffix(self, suffix: str) -> None:
        """JSON, tabs and all, is read wherever it stands."""
        assert parse_document('\n{\n\t"a": [1]\n}', suffix=suffix) == {"a": [1]}

    @pytest.mark.parametrize("suffix", [".yaml", ".yml", ".txt", ""])
    @pytest.mark.parametrize("text", ["a: [1]", "{a: [1]}", "{a: [1],}"])
    def test_yaml_is_read_where_json_is_not_promised(self, suffix: str, text: str) -> None:
        """YAML is read under every suffix but .json, also where it begins like JSON."""
        assert parse_document(text, suffix=suffix) == {"a": [1]}

    @pytest.mark.parametrize("suffix", [".json", ".yaml", ""])
    def test_nothing_is_none(self, suffix: str) -> None:
        """Empty text has no value in either."""
        assert parse_document(" \n", suffix=suffix) is None

    @pytest.mark.parametrize("suffix", [".json", ".yaml", ""])
    @pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}'])
    def test_what_json_refuses_is_not_let_in_as_yaml(self, suffix: str, text: str) -> None:
        """JSON with a duplicate key or a NaN is wrong JSON, not YAML."""
        with pytest.raises(DocumentError, match=r"given twice|not a JSON value"):
            parse_document(text, suffix=suffix)

    def test_a_duplicate_in_flow_yaml_is_found(self) -> None:
        """YAML that begins like JSON is as strict."""
        with pytest.raises(DuplicateKeyError):
            parse_document("{a: 1, a: 2}")

    @pytest.mark.parametrize(
        ("suffix", "language"), [(".json", "JSON"), (".yaml", "YAML"), (".yml", "YAML"), ("", "JSON")]
    )
    def test_broken_text_is_explained_in_its_own_language(self, suffix: str, language: str) -> None:
        """Text that is neither is called broken JSON or YAML as the suffix says, else as it looks."""
        with pytest.raises(DocumentError, match=f"this is not {language}: "):
            parse_document('{"a": [1, }', suffix=suffix)

    def test_yaml_in_a_json_file_is_told_what_to_do(self) -> None:
        """Text that looks like YAML gets a hint, broken JSON does not."""
        with pytest.raises(DocumentError, match=r"if it is YAML, give the file the suffix \.yaml"):
            parse_document("a: 1", suffix=".json")
        with pytest.raises(DocumentError) as caught:
            parse_document("{a: 1}", suffix=".json")
        assert "suffix" not in str(caught.value)


class TestReading:
    """``read_text``."""

    def test_utf_8_with_and_without_a_mark(self, tmp_path: Path) -> None:
        """The byte order mark that some editors write is no part of the text."""
        path = tmp_path / "x"
        for raw in ("ü☃".encode(), "ü☃".encode("utf-8-sig")):
            path.write_bytes(raw)
            assert read_text(path) == "ü☃"

    def test_other_encodings_are_refused(self, tmp_path: Path) -> None:
        """The error says which line, or which encoding, and what to do."""
        path = tmp_path / "x"
        path.write_bytes(b"a\nb\n\xfc")
        with pytest.raises(DocumentError, match=r"^line 3: this is not UTF-8 text; save the file as UTF-8$"):
            read_text(path)
        path.write_bytes("ü".encode("utf-16"))
        with pytest.raises(DocumentError, match="this is UTF-16 text"):
            read_text(path)
