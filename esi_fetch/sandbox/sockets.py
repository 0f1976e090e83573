"""Werkzeug's server, kept alive, kept quiet, and stopped at once.

Werkzeug closes every connection after one answer and waits ten milliseconds for stragglers; a client that
reuses connections would never be seen doing so. Here a connection serves as many requests as its client
likes.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
import socket
import struct
import threading
import time
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from esi_fetch.sandbox.wsgi import HangUpError, WsgiApp

__all__ = ["Server"]

log = logging.getLogger("esi_fetch.sandbox")

# l_onoff=1, l_linger=0: close() then sends a reset and drops what was not sent.
_RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class _Handler(WSGIRequestHandler):
    """Serves one connection until its client, or a fault, ends it."""

    protocol_version = "HTTP/1.1"
    # Head and body go out in one packet anyway; without this the last packet of a large body waits for an
    # acknowledgement, which the client's kernel holds back for 40 ms.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request; the connection stays open unless the client says otherwise."""
        self.environ = self.make_environ()
        head: list[str] = []
        framed = False

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal framed
            head.append(f"HTTP/1.1 {status}")
            head.extend(f"{name}: {value}" for name, value in headers)
            told = any(name == "Content-Length" for name, _ in headers)
            framed = not told and status[:3] not in ("204", "304")
            if framed:
                head.append("Transfer-Encoding: chunked")

        try:
            chunks = self.server.app(self.environ, start_response)
            waiting = "\r\n".join([*head, "", ""]).encode("latin-1", "replace")
            for chunk in chunks:
                # An empty chunk would be the last one.
                framed_chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk) if framed and chunk else chunk
                self.connection.sendall(waiting + framed_chunk)
                waiting = b""
            rest = waiting + (b"0\r\n\r\n" if framed else b"")
            if rest:
                self.connection.sendall(rest)
        except HangUpError as hang_up:
            self.close_connection = True
            if hang_up.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        except ConnectionError:
            self.close_connection = True  # The client went away; that is its right.

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep quiet: the sandbox has a log of its own, and nonsense on the wire is no news."""
        log.debug(message, *args)


class Server(ThreadedWSGIServer):
    """Listens on a loopback port, with a thread for each connection.

    Args:
        app: What answers.
        host: The address to listen on.
        port: The port; 0 for a free one.

    Raises:
        OSError: The port can't be had.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, app: WsgiApp, *, host: str, port: int) -> None:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # Werkzeug binds by itself as well, but leaves the process when it can't.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
            listening.listen(256)
            super().__init__(host, port, app, handler=_Handler, fd=listening.fileno())
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise OSError(error.errno, f"port {port} of {host} is in use; choose another one") from error
            raise
        finally:
            listening.close()  # The server has a descriptor of its own by now.
        self.connections_opened = 0
        self._lock = threading.Lock()
        self._live: dict[socket.socket, threading.Thread] = {}
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name=f"sandbox:{self.port}", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        # socketserver looks twice a second whether it is to stop; a test that waits for that is half a second
        # late.
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._wake in ready:
                    return
                with contextlib.suppress(OSError):  # A connection given up before it was taken.
                    self.process_request(*self.get_request())

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self._lock:
            self.connections_opened += 1
            self._live[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; one that is to be reset is not ended politely first."""
        with self._lock:
            self._live.pop(request, None)
        resets = (
            request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE)) == _RESET_ON_CLOSE
        )
        if not resets:
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_WR)
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a mistake of the sandbox itself."""
        log.exception("The sandbox failed to answer a request.")

    def stop(self, *, within_s: float) -> None:
        """Stop listening, end all connections, and wait for their threads for so long at most."""
        deadline = time.monotonic() + within_s
        self._waker.send(b"x")
        self._thread.join(within_s)
        self.server_close()
        self._wake.close()
        self._waker.close()
        with self._lock:
            live = list(self._live.items())
        for connection, _ in live:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _, thread in live:
            thread.join(max(0.0, deadline - time.monotonic()))
