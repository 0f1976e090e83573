"""The headers of an answer, in the style of whichever of ESI's two backends it comes from.

The older backend says ``Cache-Control: public`` and leaves the rest to ``Expires``; the newer one sends a
``max-age`` that is counted from ``Date``. Recorded answers of 2026 show both.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

from esi_fetch.catalog.operation import Operation
from esi_fetch.sandbox.snapshots import Snapshot, is_static
from esi_fetch.sandbox.times import http_date

__all__ = ["NOT_MODIFIED", "cache_headers", "content_type", "etag_of", "is_unmodified"]

Headers = list[tuple[str, str]]

# What a 304 carries, besides Date and the headers about limits. Nobody has written down what ESI's carry
# today; clients that size their walks by a 304's X-Pages work.
NOT_MODIFIED = ("Cache-Control", "ETag", "Expires", "Last-Modified", "X-Pages")

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def content_type(operation: Operation | None) -> str:
    """Return the media type, which the two backends spell differently."""
    if operation is not None and operation.path == "/meta/openapi.json":
        return "application/openapi+json"
    return "application/json" if operation and operation.sends_max_age else "application/json; charset=UTF-8"


def etag_of(operation: Operation, *, identity: Sequence[object], page: int) -> str | None:
    """Return the ETag of an answer; None for operations that send none.

    Args:
        operation: The operation.
        identity: Everything that decides the answer's content, but the page.
        page: The page. The older backend's tags of static data come from the server's version rather than
            from the content, so all pages of a list share one.
    """
    if operation.method != "GET" or operation.path.startswith("/meta/"):
        return None
    if operation.pagination is not None and operation.pagination.kind == "cursor":
        return None
    static = is_static(operation)
    content = "\x1f".join(map(str, [*identity, 0 if static else page])).encode()
    if operation.sends_max_age:
        return f'W/"{hashlib.sha256(content).hexdigest()}"'
    strong = f'"{hashlib.sha224(content).hexdigest()}"'
    return f"W/{strong}" if static else strong


def cache_headers(
    operation: Operation, snapshot: Snapshot, *, now: float, ttl_s: float | None, etag: str | None
) -> Headers:
    """Return what an answer says about its freshness.

    Args:
        operation: The operation.
        snapshot: The snapshot the answer is from.
        now: When it is sent, in seconds since the epoch.
        ttl_s: How long clients may keep it, in seconds; None where ESI does not say.
        etag: Its tag; None for operations that send none.
    """
    if operation.method != "GET" or operation.cache_mode == "not-cached":
        return []
    if operation.path.startswith("/meta/"):
        return [("Cache-Control", f"public, max-age={ttl_s:.0f}")] if ttl_s is not None else []
    audience = "private" if operation.scopes else "public"
    born = ("Last-Modified", http_date(snapshot.born_at))
    if operation.pagination is not None and operation.pagination.kind == "cursor":
        headers = [("Expires", http_date(now))]
        if "paragon-hub" in operation.path:
            return [("Cache-Control", f"{audience}, max-age=0, immutable, must-revalidate"), born, *headers]
        return [("Cache-Control", f"{audience}, max-age=0, must-revalidate"), *headers]
    tag = [("ETag", etag)] if etag else []
    if operation.sends_max_age:
        fresh_s = ttl_s or 0.0
        control = f"{audience}, max-age={fresh_s:.0f}, must-revalidate, stale-if-error=900"
        return [("Cache-Control", control), *tag, ("Expires", http_date(now + fresh_s)), born]
    expires = [("Expires", http_date(snapshot.expires_at))] if snapshot.expires_at is not None else []
    return [("Cache-Control", audience), *tag, *expires, born]


def is_unmodified(
    *, if_none_match: str | None, if_modified_since: str | None, etag: str | None, born_at: float
) -> bool:
    """Return whether a conditional request is answered with 304.

    Tags are compared weakly but whole: one that lost its quotes on the way matches nothing. The date counts
    only when no tag is sent.
    """
    if if_none_match is not None:
        if etag is None:
            return False
        ours = _TAG.fullmatch(etag)
        theirs = _TAG.findall(if_none_match)
        return if_none_match.strip() == "*" or (ours is not None and ours.group(1) in theirs)
    if if_modified_since is None or etag is None:
        return False
    try:
        return int(born_at) <= parsedate_to_datetime(if_modified_since).timestamp()
    except ValueError:
        return False
