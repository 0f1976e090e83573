"""What the project knows of ESI beside its documents, checked against the bundled table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from esi_fetch.catalog import Operation, bundled
from esi_fetch.catalog.facts import READING_POSTS, ROW_IDS

WALKED = {operation.path: operation for operation in bundled().values() if operation.pagination}

# Rows of these are only ever seen with their id, but the document does not promise it.
OPTIONAL_IDS = {"/characters/{character_id}/calendar", "/characters/{character_id}/mail"}

# Lists whose rows have no field that tells them apart.
WITHOUT_ID = {
    "/characters/{character_id}/mining",
    "/corporation/{corporation_id}/mining/observers/{observer_id}",
    "/corporations/{corporation_id}/containers/logs",
    "/corporations/{corporation_id}/medals/issued",
    "/corporations/{corporation_id}/roles/history",
}


def rows(operation: Operation) -> Mapping[str, Any]:
    assert operation.pagination is not None
    assert operation.answer is not None
    answer: Mapping[str, Any] = operation.answer
    if operation.pagination.items is not None:
        answer = answer["properties"][operation.pagination.items]
    assert answer["type"] == "array"
    items: Mapping[str, Any] = answer["items"]
    return items


def test_how_many_are_walked() -> None:
    """40 operations have pages, 12 a cursor, 5 are walked by ids."""
    kinds = [operation.pagination.kind for operation in WALKED.values() if operation.pagination]
    assert {kind: kinds.count(kind) for kind in kinds} == {"pages": 40, "cursor": 12, "ids": 5}


@pytest.mark.parametrize("path", sorted(WALKED))
def test_row_ids_stand_in_the_rows(path: str) -> None:
    """A row id is a required field of the rows, a whole number or a UUID; lists of ids have plain rows."""
    operation = WALKED[path]
    assert operation.pagination is not None
    field, row = operation.pagination.id_field, rows(operation)
    if field is None:
        assert path in WITHOUT_ID
    elif field == "":
        assert row["type"] == "integer"
    else:
        assert row["type"] == "object"
        kind = row["properties"][field]
        assert kind["type"] == "integer" or kind.get("format") == "uuid"
        assert (field in row.get("required", ())) == (path not in OPTIONAL_IDS)


def test_every_fact_is_about_a_walked_list() -> None:
    """No fact is left over, and none is missing: None is a decision, not an oversight."""
    plain = {
        path
        for path, operation in WALKED.items()
        if operation.pagination and operation.pagination.id_field == ""
    }
    assert set(ROW_IDS) | plain == set(WALKED)
    assert not set(ROW_IDS) & plain
    assert {path for path, field in ROW_IDS.items() if field is None} == WITHOUT_ID


def test_cursor_lists_have_their_names() -> None:
    """The list inside a cursor answer is named as the document names it, and before is what moves on."""
    names = {
        op.pagination.items for op in WALKED.values() if op.pagination and op.pagination.kind == "cursor"
    }
    assert names == {"contributors", "freelance_jobs", "listings", "objectives", "participants", "projects"}
    for operation in WALKED.values():
        assert operation.pagination is not None
        if operation.pagination.kind == "cursor":
            assert operation.pagination.parameter == "before"
        else:
            assert operation.pagination.items is None
            assert operation.parameter(operation.pagination.parameter) is not None


def test_posts_that_only_read() -> None:
    """Each known path is a POST of the table with an answer; else only GETs are repeatable."""
    by_request = {(operation.method, operation.path): operation for operation in bundled().values()}
    for path in READING_POSTS:
        assert by_request["POST", path].answer is not None
    for (method, path), operation in by_request.items():
        assert operation.repeatable == (method == "GET" or (method == "POST" and path in READING_POSTS))


def test_posts_that_write_are_not_repeatable() -> None:
    """What sends, adds or opens something is never repeated."""
    for op_id in (
        "PostCharactersCharacterIdMail",
        "PostCharactersCharacterIdContacts",
        "PostCharactersCharacterIdFittings",
        "PostCharactersCharacterIdMailLabels",
        "PostFleetsFleetIdMembers",
        "PostFleetsFleetIdWings",
        "PostUiAutopilotWaypoint",
        "PostUiOpenwindowNewmail",
    ):
        assert not bundled()[op_id].repeatable
