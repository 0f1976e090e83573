"""Telling how an operation is walked, from its document and from what the documents leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog.facts import ID_WALK_PARAMETERS, ROW_IDS
from esi_fetch.catalog.operation import Pagination, Parameter
from esi_fetch.catalog.places import Place

__all__ = ["pagination_of"]


def pagination_of(
    place: Place,
    method: str,
    path: str,
    parameters: tuple[Parameter, ...],
    answer: Mapping[str, Any] | None,
    headers: tuple[str, ...],
) -> Pagination | None:
    """Return how an operation is walked; None when it answers with everything at once.

    Args:
        place: The operation in its document.
        method: Its HTTP method, in capitals.
        path: Its path template.
        parameters: Its parameters.
        answer: The schema of its answer.
        headers: The names of the headers of its successful answers.

    Raises:
        CatalogError: It is marked with a style of pagination that is not known. Reading on would mean to take
            the first piece of its data for the whole.
    """
    query = [parameter.name for parameter in parameters if parameter.place == "query"]
    style = place.find("x-pagination")
    if style is not None:
        if style.text() != "cursor":
            style.fail(f"unknown style of pagination {style.value!r}; a newer esi_fetch may know it")
        if "before" not in query or "after" not in query:
            style.fail("no parameters 'before' and 'after' to go with it")
        kind, parameter = "cursor", "before"
    elif method == "GET" and ("page" in query or "x-pages" in (name.lower() for name in headers)):
        kind, parameter = "pages", "page"
    elif method == "GET" and (walked := [name for name in ID_WALK_PARAMETERS if name in query]):
        kind, parameter = "ids", walked[0]
    else:
        return None
    items, rows = _list_in(answer or {}, place)
    return Pagination(kind, parameter, items, _row_id(path, rows))


def _list_in(answer: Mapping[str, Any], place: Place) -> tuple[str | None, Mapping[str, Any]]:
    """Return the name of the list in an answer (None: the answer is the list), and the schema of its rows."""
    if answer.get("type") == "array":
        return None, answer.get("items", {})
    lists = [name for name, part in answer.get("properties", {}).items() if part.get("type") == "array"]
    if len(lists) != 1:
        place.fail(f"its answer is walked, but holds {len(lists) or 'no'} lists, not one")
    return lists[0], answer["properties"][lists[0]].get("items", {})


def _row_id(path: str, rows: Mapping[str, Any]) -> str | None:
    if rows.get("type") in ("integer", "string"):
        return ""
    known = ROW_IDS.get(path)
    # Trust the document where it says that the rows have changed.
    return known if known in rows.get("properties", {}) else None
