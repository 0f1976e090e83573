"""Where the browser comes back to: a listener on this machine, for one sign-in.

It hears this machine alone, takes one request that knows the ``state`` of the sign-in, and shows whoever else
comes a page that says no. What comes is in its URL, so nothing of it is logged.
"""

from __future__ import annotations

import contextlib
import errno
import hmac
import html
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from esi_fetch.errors import InputError, Problem, SignInError, reason_of

__all__ = ["Arrival", "listening", "read_redirect"]

# Bound here whatever name the callback has: browsers ask 127.0.0.1 for localhost.
_HOST = "127.0.0.1"
# Browsers open connections that they may not use; and a page waits for what becomes of the sign-in.
_IDLE_S = 10.0
_OUTCOME_S = 90.0
_SHOWN_S = 2.0
_SLICE_S = 0.5

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>esi_fetch</title>
<style>body{{font:1.1rem/1.5 sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""


class Arrival:
    """A browser that came back, and waits for a page.

    Attributes:
        code: What it brought.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._told = threading.Event()
        self._shown = threading.Event()
        self._page = ("It took too long", "Look where you began to sign in.")

    def show(self, title: str, text: str) -> None:
        """Show a page; the first one counts."""
        if not self._told.is_set():
            self._page = (title, text)
            self._told.set()

    def page(self) -> tuple[str, str]:
        """Wait for the page, and return it."""
        self._told.wait(_OUTCOME_S)
        return self._page

    def note_shown(self) -> None:
        """Note that the browser has its page."""
        self._shown.set()

    def wait_shown(self) -> None:
        """Wait until the browser has its page: the process may end thereafter."""
        self._shown.wait(_SHOWN_S)


def read_redirect(query: Mapping[str, list[str]], *, state: str) -> str:
    """Return the code that a browser came back with.

    Raises:
        InputError: It did not come from this sign-in.
        SignInError: The player, or EVE's sign-in, said no.
    """
    said = {name: values[-1] for name, values in query.items()}
    if not _same(said.get("state", ""), state):
        raise InputError("this address does not belong to the sign-in that was begun here; begin again")
    if "error" in said:
        words = ": ".join(filter(None, (said["error"], said.get("error_description", ""))))
        raise SignInError(f"nobody was signed in: {' '.join(words.split())[:200]}")
    if not said.get("code"):
        raise InputError("this address has no code in it; give the whole address the browser ended at")
    return said["code"]


def _same(given: str, state: str) -> bool:
    # Without telling, by the time it takes, how much of it was right.
    return hmac.compare_digest(given.encode(), state.encode())


Wait = Callable[[float], Arrival]
"""Waits so many seconds for the browser."""


@contextlib.contextmanager
def listening(callback_url: str, *, state: str) -> Iterator[Wait]:
    """Listen for a browser while the block runs; yield what waits for it.

    Args:
        callback_url: Where the browser is sent.
        state: What it has to know.

    Raises:
        InputError: The callback does not lead to this machine, or its port is in use.
    """
    target = urlsplit(callback_url)
    if target.scheme != "http" or target.hostname not in ("localhost", _HOST):
        what = (
            f"{callback_url!r} does not lead to a listener on this machine (http://localhost:PORT/…); with"
            " browser=False, or --no-browser, the address it ends at can be pasted"
        )
        raise InputError(problems=[Problem("callback_url", what)])
    came: SimpleQueue[Arrival | SignInError] = SimpleQueue()
    taken = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        timeout = _IDLE_S

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            if asked.path != (target.path or "/"):
                self._show(404, "There is nothing here", "This is where esi_fetch waits for a sign-in.")
                return
            try:
                code = read_redirect(parse_qs(asked.query, keep_blank_values=True), state=state)
            except InputError as error:
                self._show(400, "This is not the sign-in", f"{error}.")
                return
            except SignInError as error:
                if taken.acquire(blocking=False):
                    came.put(error)
                self._show(200, "Not signed in", f"{error}. You can close this page.")
                return
            if not taken.acquire(blocking=False):
                self._show(400, "This has been used", "A sign-in is good once. You can close this page.")
                return
            arrival = Arrival(code)
            came.put(arrival)
            self._show(200, *arrival.page())
            arrival.note_shown()

        def _show(self, status: int, title: str, text: str) -> None:
            body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
            self.send_response(status)
            for name, value in (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
                ("Cache-Control", "no-store"),
                ("Referrer-Policy", "no-referrer"),
                ("Connection", "close"),
            ):
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the code stands in what would be said."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        # Elsewhere this would let others listen on the same port.
        allow_reuse_address = os.name == "posix"
        allow_reuse_port = False

        def server_bind(self) -> None:
            """Bind, and look up no names."""
            TCPServer.server_bind(self)

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing about connections that end early."""

    try:
        server = Server((_HOST, target.port or 80), Handler)
    except OSError as error:
        why = "it is in use" if error.errno == errno.EADDRINUSE else reason_of(error)
        what = (
            f"can't listen on port {target.port or 80} ({why}); end what uses it, or register another one"
            " with your application, and set ESI_FETCH_CALLBACK_URL"
        )
        raise InputError(problems=[Problem("callback_url", what)]) from error
    thread = threading.Thread(
        target=server.serve_forever, args=(0.05,), name="esi_fetch-sign-in", daemon=True
    )
    thread.start()

    def wait(seconds: float) -> Arrival:
        """Return the browser that came.

        Raises:
            SignInError: None came in time, or the player said no.
        """
        for left in _slices(seconds):
            with contextlib.suppress(Empty):
                found = came.get(timeout=left)
                if isinstance(found, SignInError):
                    raise found
                return found
        raise SignInError(f"nobody came back from the browser within {seconds:.0f} s")

    try:
        yield wait
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _slices(seconds: float) -> Iterator[float]:
    # On Windows a wait without an end can't be interrupted.
    while seconds > 0:
        yield min(seconds, _SLICE_S)
        seconds -= _SLICE_S
