"""A client as plain as can be, so that what the sandbox says is seen as it says it."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from esi_fetch.catalog import Operation, build_request
from esi_fetch.sandbox import Sandbox

DATE = "2026-08-18"
ORDERS = "/markets/10000002/orders?order_type=all"
# A test that waits longer than this for a socket has failed.
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Got:
    """An answer; header names are looked up in any case."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json()["error"])


def connect(sandbox: Sandbox) -> http.client.HTTPConnection:
    address = urlsplit(sandbox.url)
    return http.client.HTTPConnection(str(address.hostname), int(address.port or 0), timeout=PATIENCE_S)


def send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    date: str | None = DATE,
) -> Got:
    sent = dict(headers or {})
    if date is not None:
        sent.setdefault("X-Compatibility-Date", date)
    text = body if body is None or isinstance(body, bytes) else json.dumps(body)
    connection.request(method, path, body=text, headers=sent)
    response = connection.getresponse()
    raw = response.read()
    if response.headers.get("Content-Encoding") == "gzip":
        raw = gzip.decompress(raw)
    return Got(response.status, response.headers, raw)


def ask(
    sandbox: Sandbox,
    path: str,
    *,
    method: str = "GET",
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    date: str | None = DATE,
) -> Got:
    """Ask once, over a connection of its own."""
    sent = dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    connection = connect(sandbox)
    try:
        return send(connection, method, path, headers=sent, body=body, date=date)
    finally:
        connection.close()


def example_path(sandbox: Sandbox, operation: Operation) -> tuple[str, bytes | None]:
    """Return path and body of a request that an operation answers with data."""
    parts = build_request(operation, sandbox.example(operation.op_id))
    return parts.path + ("?" + urlencode(parts.query) if parts.query else ""), parts.body


def page(sandbox: Sandbox, number: int, **more: Any) -> Got:
    """Ask for one page of the orders of The Forge."""
    return ask(sandbox, f"{ORDERS}&page={number}", **more)
