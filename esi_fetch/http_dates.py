"""Dates as HTTP headers write them: ``Tue, 18 Aug 2026 11:05:00 GMT``."""

from __future__ import annotations

from datetime import timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

__all__ = ["parse_http_date"]


@lru_cache(maxsize=256)  # one answer's is looked at several times, and pages of a set share one
def parse_http_date(text: str) -> float | None:
    """Return the moment that a header's date names, in seconds since the epoch; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
        # A date whose zone is "-0000" comes back without one; HTTP dates are always UTC.
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        # The standard parser answers malformed dates with any of these, by version and by kind of nonsense.
        return None
