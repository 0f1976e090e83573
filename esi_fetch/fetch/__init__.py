"""One job to one result; the only room that turns foreign errors into ours."""

from esi_fetch.fetch.calls import CallMaker
from esi_fetch.fetch.fetcher import Fetcher, Wanted

__all__ = ["CallMaker", "Fetcher", "Wanted"]
