"""A loopback server that says, byte for byte, what a test wants said."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate

import orjson


@dataclass(frozen=True)
class Seen:
    """A request as it arrived.

    Attributes:
        number: 1 for the first request the server got.
        method: HTTP method.
        target: Path with query.
        headers: Names in lower case.
        body: The body's bytes.
    """

    number: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the server does about a request.

    Attributes:
        status: HTTP status.
        body: Sent gzipped when it is not bytes.
        headers: In place of the usual ones; a value of None leaves that header out.
        cut_at: Close the connection after this many bytes of the body.
        reset: Reset the connection before saying anything.
        hang: Say nothing until the server ends.
        drip_s: Send one byte each this many seconds.
    """

    status: int = 200
    body: object = field(default_factory=lambda: [1, 2, 3])
    headers: Mapping[str, str | None] = field(default_factory=dict)
    cut_at: int | None = None
    reset: bool = False
    hang: bool = False
    drip_s: float | None = None

    def raw(self) -> tuple[bytes, bytes]:
        plain = isinstance(self.body, bytes)
        body = self.body if isinstance(self.body, bytes) else gzip.compress(orjson.dumps(self.body))
        headers: dict[str, str | None] = {
            "Date": formatdate(usegmt=True),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Content-Encoding": None if plain else "gzip",
            **self.headers,
        }
        if self.status in (204, 304):
            body = b""
            headers.update({"Content-Length": None, "Content-Encoding": None})
        lines = [f"HTTP/1.1 {self.status} Said So"]
        lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
        return "\r\n".join([*lines, "", ""]).encode("latin-1"), body


class WireServer:
    """Answers each request with what ``answer`` says; keeps what it saw in ``seen``."""

    def __init__(self, answer: Callable[[Seen], Reply]) -> None:
        self.answer = answer
        self.seen: list[Seen] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> WireServer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError, ValueError):
                while (seen := self._read(stream)) is not None:
                    if not self._reply(connection, self.answer(seen)):
                        return
        finally:
            with self._lock:
                self._connections.discard(connection)

    def _read(self, stream: Iterator[bytes]) -> Seen | None:
        start = stream.readline().split()  # type: ignore[attr-defined]
        if len(start) != 3:
            return None
        headers = {}
        for line in iter(stream.readline, b"\r\n"):  # type: ignore[attr-defined]
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))  # type: ignore[attr-defined]
        with self._lock:
            seen = Seen(len(self.seen) + 1, start[0].decode(), start[1].decode(), headers, body)
            self.seen.append(seen)
        return seen

    def _reply(self, connection: socket.socket, reply: Reply) -> bool:
        """Send a reply; return whether the connection is good for more."""
        if reply.hang:
            self._over.wait()
            return False
        if reply.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        head, body = reply.raw()
        if reply.cut_at is not None:
            connection.sendall(head + body[: reply.cut_at])
            return False
        if reply.drip_s is None:
            connection.sendall(head + body)
            return True
        connection.sendall(head)
        for index in range(len(body)):
            connection.sendall(body[index : index + 1])
            if self._over.wait(reply.drip_s):
                return False
        return True


def script(*replies: Reply) -> Callable[[Seen], Reply]:
    """Answer the first request with the first reply and so on; the last one is repeated."""
    return lambda seen: replies[min(seen.number, len(replies)) - 1]
