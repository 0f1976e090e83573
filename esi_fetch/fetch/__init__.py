"""One job to one result; the only room that turns foreign errors into ours."""

from esi_fetch.fetch.bookmarks import Bookmark
from esi_fetch.fetch.calls import CallMaker
from esi_fetch.fetch.fetcher import Fetched, Fetcher
from esi_fetch.fetch.forecast import Beginning, Extent, beginning, first_lookup, page_call
from esi_fetch.fetch.foresight import Foreseen, foresee
from esi_fetch.fetch.recipes import job_scopes
from esi_fetch.fetch.resolving import category_named, known_names, picked
from esi_fetch.fetch.walk_options import can_ask_for_changes, is_one_answer, option_problems
from esi_fetch.fetch.wanted import LookedUp, Wanted

__all__ = [
    "Beginning",
    "Bookmark",
    "CallMaker",
    "Extent",
    "Fetched",
    "Fetcher",
    "Foreseen",
    "LookedUp",
    "Wanted",
    "beginning",
    "can_ask_for_changes",
    "category_named",
    "first_lookup",
    "foresee",
    "is_one_answer",
    "job_scopes",
    "known_names",
    "option_problems",
    "page_call",
    "picked",
]
