"""Answers before they are sent, and the ones that report something wrong."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any

import orjson

from esi_fetch.catalog.operation import Operation
from esi_fetch.sandbox.asks import RefusedError
from esi_fetch.sandbox.faults import Fault
from esi_fetch.sandbox.headers import content_type, etag_of

__all__ = ["Answer", "faulty", "refused", "spoil"]

# What ESI has been seen to send with these.
_ERRORS: dict[int, dict[str, Any]] = {
    420: {"error": "This software has exceeded the error limit for ESI."},
    429: {"error": "Too many requests."},
    502: {"error": "Bad gateway"},
    503: {"error": "The datasource tranquility is temporarily unavailable"},
    504: {"error": "Timeout contacting tranquility", "timeout": 10},
    520: {"error": "{'error_label': 'ConStopSpamming', 'error_dict': {'remainingTime': 86717949L}}"},
}
# A planted 420 or 429 asks for a short wait, so that tests do not take a minute.
_WAITS: dict[int, list[tuple[str, str]]] = {
    420: [("X-ESI-Error-Limit-Remain", "0"), ("X-ESI-Error-Limit-Reset", "1")],
    429: [("Retry-After", "1")],
}
_HTML = (
    "<html>\r\n<head><title>{status} Bad Gateway</title></head>\r\n"
    "<body><center><h1>{status} Bad Gateway</h1></center></body>\r\n</html>\r\n"
)


@dataclass
class Answer:
    """An answer while it is put together.

    Attributes:
        status: HTTP status.
        headers: Its headers, without ``Date`` and those about the body's length and packing.
        body: The body, packed or not.
        packed: Whether the body is packed with gzip.
        snapshot: Number of the snapshot it is from; None for what has none.
        date: The compatibility date of its form; None for the operation's own.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    packed: bool = False
    snapshot: int | None = None
    date: str | None = None

    def unpack(self) -> None:
        """Undo the packing."""
        if self.packed:
            self.body, self.packed = gzip.decompress(self.body), False

    def put(self, name: str, value: str) -> None:
        """Set a header, in place of any of that name."""
        self.drop(name)
        self.headers.append((name, value))

    def drop(self, name: str) -> None:
        """Leave a header out."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]


def refused(refusal: RefusedError, operation: Operation | None) -> Answer:
    """Return the answer to a request that gets no data."""
    headers = [("Content-Type", content_type(operation)), *refusal.headers.items()]
    return Answer(refusal.status, headers, orjson.dumps(refusal.document()))


def faulty(fault: Fault, operation: Operation | None) -> Answer:
    """Return the answer a fault gives in place of the true one."""
    if fault.html:
        status = fault.status or 502
        page = str(fault.body) if fault.body is not None else _HTML.format(status=status)
        return Answer(status, [("Content-Type", "text/html")], page.encode())
    status = fault.status or 200
    body = fault.body
    if body is None and status >= 400:
        body = _ERRORS.get(status, {"error": f"The sandbox was told to answer {status}."})
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = b"" if body is None else orjson.dumps(body)
    headers = [("Content-Type", content_type(operation)), *_WAITS.get(status, ())]
    if status >= 500 and operation is not None and not operation.sends_max_age:
        # The older backend tags its errors too; a client that stores such a tag is wrong (esi-issues 1338).
        tag = etag_of(operation, identity=("error", status), page=1)
        headers += [("ETag", tag if tag.startswith("W/") else f"W/{tag}")] if tag else []
    return Answer(status, headers, body)


def spoil(answer: Answer, fault: Fault) -> None:
    """Do to a finished answer what the fault says about its headers and its text."""
    if fault.invalid_json:
        answer.unpack()
        answer.body = answer.body[: max(1, len(answer.body) * 2 // 3)]
    for name in fault.drop_headers:
        answer.drop(name)
    for name, value in fault.headers.items():
        answer.put(name, value)
