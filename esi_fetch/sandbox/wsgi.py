"""The sandbox as a WSGI application, and the ways an answer can go wrong on its way out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from esi_fetch.sandbox.answers import Answer
from esi_fetch.sandbox.app import App
from esi_fetch.sandbox.asks import Incoming
from esi_fetch.sandbox.control import PREFIX, Control
from esi_fetch.sandbox.faults import Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["HangUpError", "WsgiApp"]


class HangUpError(Exception):
    """Raised when the connection is to be closed here and now.

    Attributes:
        reset: Whether the other side is to see a reset rather than an end.
    """

    def __init__(self, *, reset: bool) -> None:
        super().__init__("reset" if reset else "closed")
        self.reset = reset


class WsgiApp:
    """The application a server calls.

    Args:
        app: Answers what is for the API.
        control: Answers what is for the sandbox itself.
        stopping: Set when the sandbox is being stopped.
    """

    def __init__(self, *, app: App, control: Control, stopping: threading.Event) -> None:
        self._app = app
        self._control = control
        self._stopping = stopping
        self._lock = threading.Lock()
        self._in_flight = 0
        self.most_in_flight = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Answer one request."""
        incoming = _read(environ)
        if incoming.path.startswith(PREFIX):
            return self._send(self._control.serve(incoming), None, incoming, start_response)
        with self._lock:
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            answer, planted = self._app.serve(incoming)
        finally:
            with self._lock:
                self._in_flight -= 1
        return self._send(answer, planted.fault if planted else None, incoming, start_response)

    def _send(
        self, answer: Answer, fault: Fault | None, incoming: Incoming, start_response: StartResponse
    ) -> Iterator[bytes]:
        if fault is not None and fault.reset:
            raise HangUpError(reset=True)
        if answer.packed:
            if "gzip" in incoming.headers.get("accept-encoding", ""):
                answer.headers.append(("Content-Encoding", "gzip"))
            else:
                answer.unpack()
        bodiless = answer.status in (204, 304)
        chunked = fault is not None and fault.chunked and incoming.method != "HEAD"
        if not bodiless and not chunked:
            answer.headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{answer.status} {_phrase(answer.status)}", answer.headers)
        if bodiless or incoming.method == "HEAD":
            return iter(())
        return iter((answer.body,)) if fault is None else self._troubled(answer.body, fault)

    def _troubled(self, body: bytes, fault: Fault) -> Iterator[bytes]:
        end = len(body) if fault.cut_body_at is None else fault.cut_body_at
        if fault.drip_s is not None:
            for place in range(min(end, len(body))):
                yield body[place : place + 1]
                if self._stopping.wait(fault.drip_s):
                    raise HangUpError(reset=False)
        elif fault.chunked:
            yield b""  # The head goes out, even if no chunk follows.
            yield from (body[place : min(place + 4096, end)] for place in range(0, min(end, len(body)), 4096))
        else:
            yield body[:end]
        if fault.cut_body_at is not None:
            raise HangUpError(reset=False)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"  # 420 and 520 are nobody's standard.


def _read(environ: WSGIEnvironment) -> Incoming:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if name in environ:
            headers[name.replace("_", "-").lower()] = environ[name]
    length = environ.get("CONTENT_LENGTH")
    body = b""
    if length:
        body = environ["wsgi.input"].read(int(length))
    elif environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    return Incoming(
        method=environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
        query=parse_qs(environ["QUERY_STRING"], keep_blank_values=True),
        headers=headers,
        body=body,
        address=environ.get("REMOTE_ADDR", ""),
    )
