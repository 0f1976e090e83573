"""One job to one result; the only room that turns foreign errors into ours."""

from esi_fetch.fetch.bookmarks import Bookmark
from esi_fetch.fetch.calls import CallMaker
from esi_fetch.fetch.fetcher import Fetched, Fetcher, Wanted
from esi_fetch.fetch.walk_options import can_ask_for_changes, option_problems

__all__ = ["Bookmark", "CallMaker", "Fetched", "Fetcher", "Wanted", "can_ask_for_changes", "option_problems"]
