"""Templates: names in braces, and what they are replaced with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.errors import TemplateError
from esi_fetch.model.templates import expand, names_in

names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
plain_text = st.text().filter(lambda text: "$" not in text)


@pytest.mark.parametrize(
    ("template", "expanded"),
    [
        ("orders.csv", "orders.csv"),
        ("orders-${region_id}.csv", "orders-10000002.csv"),
        ("${region_id}${region_id}", "1000000210000002"),
        ("$$${region_id}$$", "$10000002$"),
        ("$${region_id}", "${region_id}"),
        ("${share}-${yes}-${no}-${big}", "34.0-true-false-1099511627776"),
        ("${Jita IV, Mond 4}", "münzen"),
    ],
)
def test_names_are_replaced(template: str, expanded: str) -> None:
    """Values go in as people write them, and a doubled dollar sign stands for one."""
    values = {
        "region_id": 10000002,
        "share": 34.0,
        "yes": True,
        "no": False,
        "big": 2**40,
        "Jita IV, Mond 4": "münzen",
    }
    assert expand(template, values) == expanded


@given(
    st.lists(st.tuples(plain_text, names, st.text() | st.integers() | st.booleans()), max_size=5), plain_text
)
def test_text_around_names_stays(parts: list[tuple[str, str, object]], end: str) -> None:
    """A template is its text with every name replaced by its value, in one pass."""
    values = {name: value for _, name, value in parts}
    template = "".join(f"{text}${{{name}}}" for text, name, _ in parts) + end

    def shown(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    expected = "".join(f"{text}{shown(values[name])}" for text, name, _ in parts) + end
    assert expand(template, values) == expected
    assert set(names_in(template)) == set(values)


@given(st.text())
def test_text_with_doubled_dollars_comes_back(text: str) -> None:
    """Any text can be written as a template."""
    assert expand(text.replace("$", "$$"), {}) == text


@given(st.text(alphabet="${}ab ", max_size=12))
def test_nothing_is_left_unexpanded(text: str) -> None:
    """A template expands fully or is refused; a placeholder never stays in the text."""
    try:
        expanded = expand(text, {"a": "x", "b": "y", "ab": "z", "": "empty"})
    except TemplateError:
        return
    assert expanded.count("$") == text.count("$$")


def test_values_are_not_templates() -> None:
    """A value that looks like a template is put in as it is."""
    assert expand("${a}", {"a": "${b}$$", "b": "x"}) == "${b}$$"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "a$b",
            r"in 'a$b': the '$' at character 2 names nothing; write ${name} for a value, or $$ for a dollar",
        ),
        ("a$", "the '$' at character 2 names nothing"),
        ("${", "'${' at character 1 is not closed by '}'"),
        ("x/${a", "'${' at character 3 is not closed"),
        ("${a${b}}", "'${' at character 1 is not closed"),
        ("${}", "'${}' at character 1 names nothing"),
        (
            "${regionid}",
            "unknown name 'regionid' (did you mean 'region_id'?); known names: region_id, type_id",
        ),
    ],
)
def test_a_wrong_template_is_explained(template: str, message: str) -> None:
    """The error shows the text, the place, and the nearest right name."""
    with pytest.raises(TemplateError, match=re.escape(message)):
        expand(template, {"region_id": 1, "type_id": 2})


@pytest.mark.parametrize("template", ["a$b", "${", "${}", "${a"])
def test_a_malformed_template_has_no_names(template: str) -> None:
    """Asking for the names of a malformed template is the same error."""
    with pytest.raises(TemplateError, match=re.escape(repr(template))):
        names_in(template)


def test_all_problems_come_in_one_go() -> None:
    """Every name that is wrong is reported, once, with the place of the template."""
    with pytest.raises(TemplateError) as caught:
        expand("${a}-${b}-${a}-${c}-$", {"c": [1]}, where="callbacks[0].kwargs.path")
    assert [problem.where for problem in caught.value.problems] == ["callbacks[0].kwargs.path"] * 4


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "empty"),
        ([1], "a list"),
        ({"a": 1}, "a mapping"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (b"x", "a bytes"),
    ],
)
def test_values_that_are_no_part_of_a_path_are_refused(value: object, kind: str) -> None:
    """Only text, numbers and booleans can be put in."""
    with pytest.raises(TemplateError, match=f"'a' is {kind}; only text, numbers"):
        expand("${a}", {"a": value})


def test_many_known_names_are_not_listed() -> None:
    """The list of names stays short enough to read; without any, that is said."""
    with pytest.raises(TemplateError) as caught:
        expand("${x}", {f"name_{number}": 1 for number in range(50)})
    assert "known names" not in str(caught.value)
    with pytest.raises(TemplateError, match="no names are known here"):
        expand("${x}", {})


def test_names_come_once_and_in_order() -> None:
    """Each name is listed once, where it is first used; doubled dollar signs are no names."""
    assert names_in("${b}/${a}-${b}-$${c}.json") == ("b", "a")
