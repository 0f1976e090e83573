"""``name=value`` on the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.catalog import Operation, bundled, complete_parameters
from esi_fetch.cli.parameters import parse_assignments, parse_parameters
from esi_fetch.errors import InputError, ParameterError

ORDERS = "GetMarketsRegionIdOrders"


def parsed(op: str, *texts: str) -> dict[str, Any]:
    operation: Operation = bundled()[op]
    return complete_parameters(operation, parse_parameters(texts, operation=operation))


def problems(op: str, *texts: str) -> list[str]:
    with pytest.raises(ParameterError) as caught:
        parsed(op, *texts)
    return [str(problem) for problem in caught.value.problems]


def test_values_become_what_the_operation_wants() -> None:
    """Numbers are numbers, and what is not said has its default."""
    assert parsed(ORDERS, "region_id=10000002") == {"order_type": "all", "region_id": 10000002}


@pytest.mark.parametrize("texts", [["label_ids=1,2,3"], ["label_ids=1", "label_ids=2,3"]])
def test_lists_have_commas_or_are_repeated(texts: list[str]) -> None:
    """Both spellings of a list mean the same."""
    found = parsed("PostCharactersCharacterIdContacts", "character_id=1", "standing=5", "body=7", *texts)
    assert found["label_ids"] == [1, 2, 3]


@pytest.mark.parametrize(
    "texts",
    [
        ["body=[34, 35]"],
        ["body=34,35"],
        ["body=34", "body=35"],
        ["body=@ids.json"],
        ["body=@ids.yaml"],
    ],
)
def test_a_body_is_json_or_a_file_or_a_plain_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str]
) -> None:
    """All ways to give a list as body mean the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ids.json").write_text("[34, 35]")
    (tmp_path / "ids.yaml").write_text("- 34\n- 35\n")
    assert parsed("PostUniverseNames", *texts) == {"body": [34, 35]}


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["body=Jita"], ["Jita"]),
        (["body=Jita,Amarr"], ["Jita", "Amarr"]),
        (["body=Jita", "body=Amarr"], ["Jita", "Amarr"]),
        (['body=["A, B"]', "body=C=D"], ["A, B", "C=D"]),
    ],
)
def test_names_need_no_quotes(texts: list[str], names: list[str]) -> None:
    """A list of names may be given bare; JSON is for those with commas."""
    assert parsed("PostUniverseIds", *texts) == {"body": names}


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5, unique=True))
def test_any_names_survive_as_json(names: list[str]) -> None:
    """What JSON can say comes through as it was."""
    assert parsed("PostUniverseIds", f"body={json.dumps(names)}") == {"body": names}


def test_a_body_comes_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """``body=@-`` reads what another program prints."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"[34, 35]")))
    assert parsed("PostUniverseNames", "body=@-") == {"body": [34, 35]}


def test_an_object_is_a_body_too() -> None:
    """A body need not be a list."""
    found = parsed(
        "PostRoute", "origin_system_id=1", "destination_system_id=2", 'body={"preference": "Safer"}'
    )
    assert found["body"]["preference"] == "Safer"


@pytest.mark.parametrize(
    ("op", "texts", "said"),
    [
        (ORDERS, ["region_id"], "parameters: expected name=value, found 'region_id'"),
        (ORDERS, ["=5", "region_id=1"], "parameters: expected name=value, found '=5'"),
        (ORDERS, ["region_id=1", "region_id=2"], "parameters.region_id: is given 2 times"),
        (ORDERS, ["regon_id=1"], "did you mean 'region_id'?"),
        (
            ORDERS,
            ["region_id=The Forge"],
            "found 'The Forge'; its id: esi-fetch recipe run ids names='The Forge'",
        ),
        (ORDERS, ["region_id=1", "order_type=sel"], "did you mean 'sell'?"),
        (ORDERS, [], "parameters.region_id: missing"),
        ("PostUniverseNames", ["body=[34"], "this is not JSON"),
        ("PostUniverseNames", ["body=@nope.json"], "parameters.body: nope.json: can't be read: No such file"),
        ("PostUniverseNames", ["body=@\0"], "parameters.body: "),
        ("PostUniverseNames", ["body=@."], "parameters.body: .: can't be read"),
        ("PostUniverseNames", ["body="], "parameters.body: too few"),
        ("PostRoute", ["body=Safer"], "this is not JSON"),
    ],
)
def test_wrong_texts_are_refused(op: str, texts: list[str], said: str) -> None:
    """The place and the reason are named."""
    assert said in "\n".join(problems(op, *texts))


def test_what_is_no_name_has_no_id_to_be_found() -> None:
    """A number that is misspelt is not taken for a name."""
    assert problems(ORDERS, "region_id=1000:2") == [
        "parameters.region_id: expected an integer, found '1000:2'"
    ]


def test_a_bad_file_is_refused_by_name(tmp_path: Path) -> None:
    """A file that is not JSON is named, with the reason."""
    path = tmp_path / "ids.json"
    path.write_text("[34,")
    (said,) = problems("PostUniverseNames", f"body=@{path}")
    assert said.startswith(f"parameters.body: {path}: line 1, column 5: this is not JSON")


def test_everything_wrong_is_said_at_once() -> None:
    """Nobody has to mend one mistake to see the next, nor reads of one twice."""
    said = problems(ORDERS, "bad", "regon_id=1", "page=x", "page=y")
    assert [line.partition(":")[0] for line in said] == [
        "parameters",
        "parameters.page",
        "parameters.regon_id",
        "parameters.region_id",
    ]


def test_assignments_are_texts() -> None:
    """Values of ``--set`` stay as they are, equals signs and all."""
    assert parse_assignments(["a=1", "b=x=y", "c="], option="--set") == {"a": "1", "b": "x=y", "c": ""}


def test_wrong_assignments_are_refused() -> None:
    """A value without a name, and a name given twice, are errors."""
    with pytest.raises(InputError) as caught:
        parse_assignments(["a=1", "a=2", "b"], option="--set")
    assert [str(problem) for problem in caught.value.problems] == [
        "--set: expected name=value, found 'b'",
        "--set a: is given twice",
    ]
