"""The JSON Schema of job files says of a file what the loader says, as far as a schema can."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

import esi_fetch.callbacks  # noqa: F401 - registers those that the schema knows
from esi_fetch.catalog import bundled, recipes_there_are
from esi_fetch.documents import parse_document
from esi_fetch.errors import JobFileError
from esi_fetch.model.callback import registered, spec_of
from esi_fetch.model.files import SCHEMA_FILE, format_jobs, parse_jobs
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.shape import JOB_KEYS, ORDER_KEYS

from .strategies import finished_jobs, json_values, work_orders

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
EXAMPLES = sorted(
    path
    for path in (ROOT / "examples").iterdir()
    if path.suffix in (".yaml", ".json") and path.name != SCHEMA_FILE.name
)
PAGE = ROOT / "docs" / "reference" / "job-files.md"


def loads(plain: Any) -> bool:
    """Return whether the loader takes a file that holds this."""
    try:
        parse_jobs(json.dumps(plain), where="x.json")
    except JobFileError:
        return False
    return True


def test_it_is_a_schema_for_old_and_new_readers() -> None:
    """It is one of draft 2020-12, and editors that know an earlier draft understand the same."""
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)
    Draft7Validator.check_schema(SCHEMA)
    good, bad = {"op_id": "GetStatus"}, {"op_id": "GetStatus", "calbacks": []}
    assert Draft7Validator(SCHEMA).is_valid(good)
    assert not Draft7Validator(SCHEMA).is_valid(bad)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_example_is_valid_and_names_it(path: Path) -> None:
    """An editor that opens an example finds the schema, and has nothing to mark."""
    text = path.read_text(encoding="utf-8")
    plain = parse_document(text, suffix=path.suffix)
    assert VALIDATOR.is_valid(plain)
    if path.suffix == ".json":
        assert plain["$schema"] == SCHEMA_FILE.name
    else:
        assert text.splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA_FILE.name}"


@given(finished_jobs | work_orders)
def test_what_is_written_is_valid(value: Job | WorkOrder) -> None:
    """Any job, with its result, and any work order that can be written."""
    plain = json.loads(format_jobs(value, fmt="json"))
    assert list(VALIDATOR.iter_errors(plain)) == []


# Numbers without a fraction are integers to every schema, and floats to us; more digits, or a deeper nesting,
# than we take, and half surrogate pairs, are no matter of shape.
values = json_values.filter(lambda value: not (isinstance(value, float) and value.is_integer()))
mappings = st.dictionaries(st.sampled_from(["a", "type_id"]), values, max_size=1)


def mostly(*right: st.SearchStrategy[Any] | Any) -> st.SearchStrategy[Any]:
    """Return values that are right, or null, and now and then any other."""
    known = [each if isinstance(each, st.SearchStrategy) else st.just(each) for each in right]
    return st.one_of(*known, *known, st.none(), values)


ARGUMENTS = {
    "path": mostly("a.json", "b/x.YML", "x.${format}", "c.csv", "${name}", ".json", "d.json/", "x.$y.z", ""),
    "fields": mostly(st.lists(st.sampled_from(["a", "b", 1]), max_size=2)),
    "extra": mostly(st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=1)),
    "data": mostly(st.booleans()),
    "paths": values,
}
kwargs = st.tuples(
    st.fixed_dictionaries({"path": ARGUMENTS["path"]}),
    st.sampled_from(sorted(ARGUMENTS)).flatmap(
        lambda key: st.fixed_dictionaries({}, optional={key: ARGUMENTS[key]})
    ),
).map(lambda both: {**both[0], **both[1]})
# Without pyarrow the loader refuses Parquet, whatever its arguments are.
known_callbacks = st.sampled_from([name for name in registered() if name != "save_parquet"])
callbacks = mostly(
    st.fixed_dictionaries({"callback_id": known_callbacks, "kwargs": kwargs}),
    st.fixed_dictionaries(
        {"callback_id": known_callbacks | st.sampled_from([None, 1, " "])}, optional={"kwarg": values}
    ),
)
rows = st.lists(st.dictionaries(st.sampled_from(["a", "type_id", ""]), values, max_size=2), max_size=2)
columns = st.dictionaries(st.sampled_from(["a", ""]), mostly(st.lists(values, max_size=2)), max_size=1)
errors = st.fixed_dictionaries(
    {}, optional={"type": mostly("x"), "message": mostly("x"), "status": mostly(404)}
)
results = st.fixed_dictionaries(
    {"state": mostly("failed", "succeeded")},
    optional={"source": mostly("local"), "tokens": mostly({"a": 1}), "error": errors, "data": values},
)
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "op_id": mostly("GetStatus", ""),
    "recipe": mostly("region-names", " "),
    "for_each": mostly(rows, columns),
    "parameters": mostly(mappings),
    "callbacks": mostly(st.lists(callbacks, max_size=2)),
    "name": mostly("x"),
    "description": mostly("x"),
    "id": mostly("x", 1),
    "uid": mostly("x", 1),
    "attributes": mostly(mappings),
    "character": mostly("Bob", 90000001, " "),
    "since_last": mostly(st.booleans()),
    "until": mostly("1", 1, -1, "12345678901234567890", "-1", "1.5"),
    "max_records": mostly(1, 2, 0),
    "row": mostly(
        st.fixed_dictionaries({"number": mostly(1)}, optional={"cells": mostly(mappings), "line": values})
    ),
    "result": mostly(results),
    "output_path": mostly("x"),
    "calbacks": values,
    "$schema": mostly("job-files.schema.json"),
}


def with_keys(first: dict[str, Any], keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return mappings that have some of these keys, beside those that are there."""
    some = st.lists(st.sampled_from(keys), max_size=2, unique=True)
    return some.flatmap(
        lambda names: st.fixed_dictionaries({**first, **{name: KEYS[name] for name in names}})
    )


jobs = st.one_of(
    with_keys(
        {"op_id": st.sampled_from(["GetStatus", "get_status", "GetNewThings"])}, (*JOB_KEYS, "calbacks")
    ),
    with_keys({"recipe": st.just("region-names")}, JOB_KEYS),
    with_keys({}, ("op_id", "recipe")),
)
orders = with_keys(
    {"jobs": mostly(st.lists(jobs, max_size=2))},
    (*(key for key in ORDER_KEYS if key != "jobs"), "$schema", "op_id", "calbacks"),
)


def _within_a_schema(plain: Any) -> bool:
    """Whether a schema can tell: no file for a table, no column that is fixed as well, no uid twice."""
    if "\\ud" in json.dumps(plain).replace("\\\\", ""):
        return False
    of_order = isinstance(plain, dict) and isinstance(plain.get("jobs"), list)
    for job in plain["jobs"] if of_order else plain if isinstance(plain, list) else [plain]:
        if not isinstance(job, dict):
            continue
        table = job.get("for_each")
        if table is not None and (
            isinstance(table, str)
            or any(job.get(key) for key in ("parameters", "attributes", "row", "result"))
        ):
            return False
        if job.get("uid") and plain is not job:
            return False
    return True


@given((jobs | orders | st.lists(jobs, max_size=2) | values).filter(_within_a_schema))
@example({"op_id": "GetStatus", "recipe": None})
@example({"op_id": "", "recipe": "region-names"})
@example({"op_id": "GetStatus", "jobs": []})
@example({"jobs": None})
@example([])
def test_it_says_what_the_loader_says(plain: Any) -> None:
    """Whatever stands in a file: what the loader takes is valid, and what it refuses is not."""
    assert VALIDATOR.is_valid(plain) is loads(plain)


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "op_id": "GetStatus",
            "callbacks": [{"callback_id": "save_csv", "kwargs": {"path": "x", "field": ["a"]}}],
        },
        {"op_id": "GetStatus", "callbacks": [{"callback_id": "save_csv"}]},
        {"op_id": "GetStatus", "callbacks": [{"callback_id": "save_job", "kwargs": {"path": "x.csv"}}]},
        {"op_id": "GetStatus", "max_records": 0},
        {"op_id": "GetStatus", "since_last": "yes"},
        {"op_id": "GetStatus", "recipe": "region-names"},
        {"op_id": "GetStatus", "for_each": [1, 2]},
        {"jobs": [{"op_id": "GetStatus", "parameter": {}}]},
        {"jobs": [{"parameters": {}}]},
        {"name": 1, "jobs": []},
        {"jobs": {}},
        {},
        "GetStatus",
    ],
    ids=str,
)
def test_common_mistakes_are_marked(wrong: Any) -> None:
    """A wrong key, type or argument is one for both."""
    assert not loads(wrong)
    assert not VALIDATOR.is_valid(wrong)


def test_what_is_newer_is_not_marked() -> None:
    """Operations and recipes that came later, and callbacks of one's own, are none of its business."""
    own = {"callback_id": "my_own", "kwargs": {"anything": 1}}
    assert VALIDATOR.is_valid({"op_id": "GetNewThings", "callbacks": [own]})
    assert VALIDATOR.is_valid({"recipe": "newer-recipe"})


def test_editors_know_all_names() -> None:
    """Operations by both their ids, recipes, callbacks and their arguments, each with what it means."""
    known = {}
    for name, there in (
        ("op_id", SCHEMA["$defs"]["op_id"]),
        ("recipe", SCHEMA["$defs"]["recipe"]),
        ("callback_id", SCHEMA["$defs"]["callback"]["properties"]["callback_id"]),
    ):
        known[name] = there["anyOf"][0]["enum"]
        assert len(there["anyOf"][0]["enumDescriptions"]) == len(known[name])
        assert there["description"]
    operations = bundled().values()
    assert set(known["op_id"]) == {name for each in operations for name in (each.op_id, each.snake_id)}
    assert known["recipe"] == [each.name for each in recipes_there_are()]
    ours = [name for name in registered() if spec_of(name).function.__module__.startswith("esi_fetch.")]
    assert known["callback_id"] == ours
    for case in SCHEMA["$defs"]["callback"]["allOf"]:
        spec = spec_of(case["if"]["properties"]["callback_id"]["const"])
        arguments = case["then"]["properties"]["kwargs"]
        assert set(arguments["properties"]) == spec.required | spec.optional
        assert set(arguments["required"]) == spec.required


def test_every_key_says_what_it_means() -> None:
    """Who points at a key, or begins to write it, is told what it is for."""
    order, job, _ = SCHEMA["anyOf"]
    assert set(order["properties"]) == {"$schema", *ORDER_KEYS}
    assert set(job["properties"]) == {"$schema", *JOB_KEYS}
    for each in (*order["properties"].values(), *job["properties"].values()):
        told = SCHEMA["$defs"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        assert told["description"].endswith((".", "`", ")", "editors."))


def test_files_on_the_page_are_valid() -> None:
    """What the page shows as job files is read, and valid."""
    shown = re.findall(r"```(yaml|json)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    files = [parse_document(text) for _, text in shown if "op_id" in text]
    assert len(files) == 3
    for plain in files:
        assert VALIDATOR.is_valid(plain)
        assert loads(plain)
