"""Writes the JSON Schema of job files, and what ``docs/reference/job-files.md`` lists of keys and callbacks.

Run it after job files, callbacks, the bundled catalog or recipes have changed:
``python scripts/make_job_schema.py``. A test holds both to the code, and another one the schema to what the
loader says.

The schema knows the operations, recipes and callbacks that come with the package, and lets others pass: there
are newer operations, and callbacks of one's own. Editors are the ones who read it, so it keeps to what drafts
before 2020-12 have as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pages import REFERENCE, arguments_of, attributes_of, page_with, summary_of, table, write

from esi_fetch import Job, WorkOrder
from esi_fetch.catalog import bundled, recipes_there_are
from esi_fetch.client.by_name import summary
from esi_fetch.model import CallbackError, ErrorInfo, Result, Row, Source, State
from esi_fetch.model.callback import registered, spec_of
from esi_fetch.model.files import SCHEMA_FILE
from esi_fetch.model.shape import JOB_KEYS, ORDER_KEYS

Schema = dict[str, Any]

PAGE = REFERENCE / "job-files.md"

TEXT: Schema = {"type": ["string", "null"]}
YES_OR_NO: Schema = {"type": ["boolean", "null"]}
WHOLE: Schema = {"type": ["integer", "null"]}
NUMBER: Schema = {"type": ["number", "null"]}
MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
VALUES: Schema = {"type": ["object", "null"]}
WHOLES: Schema = {"type": ["object", "null"], "additionalProperties": {"type": "integer"}}
NUMBERS: Schema = {"type": ["object", "null"], "additionalProperties": {"type": "number"}}
TEXTS: Schema = {"type": ["array", "null"], "items": {"type": "string"}}
SOMETHING: Schema = {"type": "string", "pattern": "\\S"}
# Numbers in somebody's table are identifiers as well.
IDENTIFIER: Schema = {"type": ["string", "integer", "null"]}

_FOR_EACH = (
    "One job for each row of a table: the path of a file (.csv, .tsv, .json, .jsonl, .yaml), relative to the"
    " folder of this one; or a list of mappings; or a mapping of columns to lists of values. Columns that the"
    " operation takes become its parameters, all others values for `${name}`."
)
_KEYS_OF_JOBS: Mapping[str, Schema] = {
    "op_id": {"$ref": "#/$defs/op_id"},
    "recipe": {"$ref": "#/$defs/recipe"},
    "for_each": {"$ref": "#/$defs/table"},
    "parameters": VALUES,
    "callbacks": {"type": ["array", "null"], "items": {"$ref": "#/$defs/callback"}},
    "name": TEXT,
    "description": TEXT,
    "id": IDENTIFIER,
    "uid": IDENTIFIER,
    "attributes": VALUES,
    "character": {"anyOf": [{"type": ["integer", "null"]}, SOMETHING]},
    "since_last": YES_OR_NO,
    "until": {"anyOf": [{"type": ["integer", "null"]}, {"type": "string", "pattern": "^[0-9]{1,19}$"}]},
    "max_records": {"type": ["integer", "null"], "minimum": 1},
    "row": {"$ref": "#/$defs/row"},
    "result": {"$ref": "#/$defs/result"},
}
_KEYS_OF_ORDERS: Mapping[str, Schema] = {
    "name": TEXT,
    "description": TEXT,
    "id": IDENTIFIER,
    "uid": IDENTIFIER,
    "output_path": TEXT,
    "attributes": VALUES,
    "jobs": {"type": "array", "items": {"$ref": "#/$defs/job"}},
}
_KEYS_OF_RESULTS: Mapping[str, Schema] = {
    "state": {"enum": [state.value for state in State]},
    "source": {"enum": [*(source.value for source in Source), None]},
    "error": {"$ref": "#/$defs/error"},
    "status": WHOLE,
    "character": WHOLE,
    "complete": YES_OR_NO,
    "pages": WHOLE,
    "rounds": WHOLE,
    "sources": WHOLES,
    "snapshot_at": MOMENT,
    "fetched_at": MOMENT,
    "expires_at": MOMENT,
    "attempts": WHOLE,
    "requests": WHOLE,
    "retries": WHOLE,
    "tokens": WHOLES,
    "waited_s": NUMBER,
    "waits": NUMBERS,
    "elapsed_s": NUMBER,
    "outputs": TEXTS,
    "callback_errors": {"type": ["array", "null"], "items": {"$ref": "#/$defs/callback_error"}},
    "remarks": TEXTS,
    "resumed": YES_OR_NO,
    "skipped": YES_OR_NO,
    "data": {},
}
_KEYS_OF_ROWS: Mapping[str, Schema] = {
    "number": {"type": "integer"},
    "table": TEXT,
    "line": WHOLE,
    "label": TEXT,
    "cells": VALUES,
}
_KEYS_OF_ERRORS: Mapping[str, Schema] = {
    "type": {"type": "string"},
    "message": {"type": "string"},
    "status": WHOLE,
    "attempts": WHOLE,
    "url": TEXT,
    "ended_at": MOMENT,
}
_KEYS_OF_CALLBACK_ERRORS: Mapping[str, Schema] = {
    "callback_id": {"type": "string"},
    "type": {"type": "string"},
    "message": {"type": "string"},
}

_PATH: Schema = {"type": "string"}
_ARGUMENTS: Mapping[str, Schema] = {
    "path": _PATH,
    "fields": {"type": ["array", "null"], "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
    "extra": {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    },
    "data": {"type": "boolean"},
}
# The suffix says the format of a job; one that is itself a template is known only when the job runs.
_OF_ONE_CALLBACK: Mapping[tuple[str, str], Schema] = {
    ("save_job", "path"): {
        "type": "string",
        "pattern": "[^/]\\.([Jj][Ss][Oo][Nn]|[Yy][Aa]?[Mm][Ll]|[^./]*\\$[^./]*)/*$",
    }
}
_PATH_MEANS = (
    "The file, below the output folder; ${name} stands for parameters, attributes, date, datetime and more."
)


def pages() -> dict[Path, str]:
    """Return the schema and the page as they should be."""
    text = json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
    parts = {"job": keys(Job, JOB_KEYS), "order": keys(WorkOrder, ORDER_KEYS), "callbacks": callbacks()}
    return {SCHEMA_FILE: text, PAGE: page_with(PAGE, parts)}


def schema() -> Schema:
    """Return the JSON Schema of job files."""
    at_the_top = {"$schema": {"type": "string", "description": "Where this schema is; for editors."}}
    job_keys = _told(_KEYS_OF_JOBS, _meanings(Job, JOB_KEYS))
    order_keys = _told(_KEYS_OF_ORDERS, _meanings(WorkOrder, ORDER_KEYS))
    of_a_result = {**attributes_of(Result), "data": "The answer's data."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Job file of esi_fetch",
        "description": "A work order (with jobs), a job that stands alone (with op_id or recipe), or a list"
        " of jobs.",
        "anyOf": [
            _object({**at_the_top, **order_keys}, required=["jobs"]),
            _job({**at_the_top, **job_keys}),
            {"type": "array", "items": {"$ref": "#/$defs/job"}},
        ],
        "$defs": {
            "job": _job(job_keys),
            "op_id": {
                "description": _meanings(Job, JOB_KEYS)["op_id"],
                "anyOf": [_known_operations(), {"type": ["string", "null"]}],
            },
            "recipe": {
                "description": _IN_FILES["recipe"],
                "anyOf": [_known_recipes(), {"type": ["string", "null"]}],
            },
            "table": {
                "description": _FOR_EACH,
                "anyOf": [
                    {"type": "null"},
                    SOMETHING,
                    {
                        "type": "array",
                        "items": {"type": "object", "minProperties": 1, "propertyNames": _NAMED},
                    },
                    {
                        "type": "object",
                        "minProperties": 1,
                        "propertyNames": _NAMED,
                        "additionalProperties": {"type": "array"},
                    },
                ],
            },
            "callback": _callback(),
            "row": _kept(_told(_KEYS_OF_ROWS, attributes_of(Row)), "The row it was made for.", ["number"]),
            "result": _kept(_told(_KEYS_OF_RESULTS, of_a_result), "What became of it.", ["state"]),
            "error": _kept(
                _told(_KEYS_OF_ERRORS, attributes_of(ErrorInfo)), "Why it failed.", ["type", "message"]
            ),
            "callback_error": _object(
                _told(_KEYS_OF_CALLBACK_ERRORS, attributes_of(CallbackError)),
                required=list(_KEYS_OF_CALLBACK_ERRORS),
            ),
        },
    }


_NAMED: Schema = {"minLength": 1}


def _object(properties: Mapping[str, Schema], *, required: Iterable[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _kept(properties: Mapping[str, Schema], description: str, required: Iterable[str]) -> Schema:
    """Return the schema of what a job has once it has run; it is written by us, and may be null."""
    return {
        "description": description,
        "anyOf": [{"type": "null"}, _object(properties, required=required)],
    }


def _job(properties: Mapping[str, Schema]) -> Schema:
    nothing: Schema = {"type": "null"}
    return {
        **_object(properties, required=[]),
        "oneOf": [
            {"required": ["op_id"], "properties": {"op_id": SOMETHING, "recipe": nothing}},
            # Jobs of recipes that were saved have an empty op_id.
            {"required": ["recipe"], "properties": {"recipe": SOMETHING, "op_id": {"enum": ["", None]}}},
        ],
    }


def _with_the_package() -> list[str]:
    """Return the callbacks that come with the package; whoever runs this may have registered others."""
    return [name for name in registered() if spec_of(name).function.__module__.startswith("esi_fetch.")]


def _callback() -> Schema:
    known = _with_the_package()
    first = {
        "enum": list(known),
        "enumDescriptions": [_meaning_of_callback(name) for name in known],
    }
    return {
        **_object(
            {
                "callback_id": {
                    "description": "What is done with the data: one of those that come with the library, or"
                    " the name of a function of yours.",
                    "anyOf": [first, SOMETHING],
                },
                "kwargs": {"type": ["object", "null"], "description": "Its arguments."},
            },
            required=["callback_id"],
        ),
        "allOf": [
            {
                "if": {"properties": {"callback_id": {"const": name}}, "required": ["callback_id"]},
                "then": {"properties": {"kwargs": _arguments_of(name)}, "required": ["kwargs"]},
            }
            for name in known
        ],
    }


def _arguments_of(name: str) -> Schema:
    spec = spec_of(name)
    told = {"path": _PATH_MEANS, **_meanings_of_arguments(name)}
    properties = {
        argument: {
            **_OF_ONE_CALLBACK.get((name, argument), _ARGUMENTS[argument]),
            "description": told[argument],
        }
        for argument in _in_order(name)
    }
    return _object(properties, required=sorted(spec.required))


def _in_order(name: str) -> list[str]:
    spec = spec_of(name)
    return [each for each in _ARGUMENTS if each in spec.required | spec.optional]


def _meanings_of_arguments(name: str) -> dict[str, str]:
    told = arguments_of(spec_of(name).function)
    return {argument: text for argument, text in told.items() if argument not in ("job", "path")}


def _meaning_of_callback(name: str) -> str:
    return summary_of(spec_of(name).function)


def _known_operations() -> Schema:
    operations = list(bundled().values())
    names = [each.op_id for each in operations] + [each.snake_id for each in operations]
    return {"enum": names, "enumDescriptions": [summary(each) for each in operations] * 2}


def _known_recipes() -> Schema:
    recipes = recipes_there_are()
    return {
        "enum": [each.name for each in recipes],
        "enumDescriptions": [each.summary for each in recipes],
    }


# Where docstrings speak of Python.
_IN_FILES: Mapping[str, str] = {
    "for_each": _FOR_EACH,
    "recipe": "The recipe, in place of `op_id`: `esi-fetch recipe list` tells which there are.",
    "jobs": "The jobs, in order.",
    "callbacks": "What is done with the data, in order, when the job has succeeded.",
    "character": "Whose token to use, by the character's id or name; left out for public data.",
    "id": "Your own identifier; not interpreted.",
    "uid": "A unique identifier; one is made up where it is left out.",
    "attributes": "Extra values for `${name}`.",
    "output_path": "Folder, below the output folder, for everything its jobs write; `${name}` is filled in.",
}


def _meanings(cls: type, names: Iterable[str]) -> dict[str, str]:
    told = {**attributes_of(cls), **_IN_FILES}
    return {name: told[name] for name in names}


def _told(properties: Mapping[str, Schema], meanings: Mapping[str, str]) -> dict[str, Schema]:
    # Next to a reference, some readers see nothing; what is referred to has a description of its own.
    return {
        name: each if "$ref" in each else {**each, "description": meanings[name]}
        for name, each in properties.items()
    }


# The page

_KINDS: Mapping[str, str] = {
    "op_id": "text",
    "recipe": "text",
    "for_each": "path, list or mapping",
    "parameters": "mapping",
    "callbacks": "list of [callbacks](#callbacks)",
    "name": "text",
    "description": "text",
    "id": "text or whole number",
    "uid": "text or whole number",
    "attributes": "mapping",
    "character": "id or name",
    "since_last": "true or false",
    "until": "id",
    "max_records": "whole number",
    "output_path": "text",
    "jobs": "list of [jobs](#a-job)",
}


def keys(cls: type, names: Iterable[str]) -> Iterator[str]:
    """Give the table of what may stand in a job or a work order."""
    told = _meanings(cls, names)
    # What a job has once it has run is told by the page on reports.
    yield from table(
        ("key", "value", ""),
        ((f"`{name}`", _KINDS[name], told[name]) for name in names if name not in ("row", "result")),
    )


def callbacks() -> Iterator[str]:
    """Give the table of the callbacks that come with the library."""
    rows = []
    for name in _with_the_package():
        spec = spec_of(name)
        told = {"path": "The file.", **_meanings_of_arguments(name)}
        arguments = "<br>".join(
            f"`{each}`{'' if each in spec.required else ' (optional)'}: {told[each]}"
            for each in _in_order(name)
        )
        rows.append((f"`{name}`", arguments, _meaning_of_callback(name)))
    yield from table(("callback", "arguments", ""), rows)


if __name__ == "__main__":
    write(pages())
