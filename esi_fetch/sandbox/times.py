"""Times as ESI writes them; the sandbox's own arithmetic, so that it can prove the client's wrong."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import formatdate

__all__ = ["DAY_S", "http_date", "moment"]

DAY_S = 86_400


def moment(seconds: float) -> str:
    """Return a time as bodies have it: ``2026-09-10T18:00:01Z``."""
    return datetime.fromtimestamp(int(seconds), tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def http_date(seconds: float) -> str:
    """Return a time as headers have it, cut to whole seconds."""
    return formatdate(int(seconds), usegmt=True)
