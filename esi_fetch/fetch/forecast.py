"""What a job will ask for first, as far as it can be told before anything is asked."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from esi_fetch.fetch.fetcher import Fetcher
from esi_fetch.fetch.walk_options import is_cursor_walk, is_one_answer, piece_limits
from esi_fetch.fetch.wanted import Wanted
from esi_fetch.model.job import Job
from esi_fetch.transport import Call

__all__ = ["Beginning", "Extent", "beginning", "first_lookup", "page_call"]


class Extent(Enum):
    """How much follows on the first request."""

    ONE = "nothing"
    PAGES = "pages, as many as the answer to the first says"
    WALK = "more, until nothing new comes"


class Beginning(NamedTuple):
    """The first request of a job, and how much follows.

    Attributes:
        call: The request.
        extent: What follows.
    """

    call: Call
    extent: Extent


def beginning(fetcher: Fetcher, job: Job, wanted: Wanted) -> Beginning:
    """Return the first request of a checked job; a bookmark is looked up in the store."""
    operation, pagination = wanted.operation, wanted.operation.pagination
    if pagination is None or is_one_answer(operation, wanted.parameters):
        return Beginning(_call(fetcher, wanted), Extent.ONE)
    if pagination.kind == "pages":
        return Beginning(page_call(fetcher, wanted, 1), Extent.PAGES)
    more: dict[str, Any] = {}
    if is_cursor_walk(operation):
        limits = piece_limits(operation, wanted.parameters)
        if limits is not None:
            least, largest = limits
            more["limit"] = max(least, min(largest, job.max_records or largest))
        key = fetcher.bookmark_key(wanted) if job.since_last else None
        store = fetcher.session.store
        # Asked for a bookmark, a store that is not there would be made.
        if key and store and store.exists and (kept := fetcher.bookmarks.find(key, operation)) is not None:
            more["after"] = kept
    return Beginning(_call(fetcher, wanted, **more), Extent.WALK)


def first_lookup(fetcher: Fetcher, wanted: Wanted) -> Call | None:
    """Return the request that finds out what a job does not say; None where there is none."""
    if not wanted.unknown - {"character_id"} or wanted.character is None:
        return None
    asked = fetcher.checker.lookup(wanted.character)
    return None if asked is None else _call(fetcher, asked)


def page_call(fetcher: Fetcher, wanted: Wanted, number: int) -> Call:
    """Return the request for one page of a set."""
    pagination = wanted.operation.pagination
    assert pagination is not None  # noqa: S101 - only page sets have pages
    return _call(fetcher, wanted, **{pagination.parameter: number})


def _call(fetcher: Fetcher, wanted: Wanted, **more: Any) -> Call:
    parameters = {**wanted.parameters, **more} if more else wanted.parameters
    return fetcher.calls.make(wanted.operation, parameters, character=wanted.character)
