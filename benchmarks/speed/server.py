"""A loopback server that costs next to nothing: pages rendered and packed beforehand, no framework.

Started as ``python -m benchmarks.speed.server PAGES``; prints its port once it listens, and ends when its
standard input does. What is asked for stands in the URL: a region's id is the number of pages of its book.
A path that begins with ``/later/`` is answered 150 ms later. ``GET /served`` tells how many requests there
have been.
"""

from __future__ import annotations

import asyncio
import gzip
import random
import re
import sys
import threading
import time
from email.utils import formatdate
from functools import cache
from typing import ClassVar

import orjson

from benchmarks.orders import page

__all__ = ["LATENCY_S", "ROWS"]

LATENCY_S = 0.15
ROWS = 1000

_TTL_S = 3600
_MODIFIED = formatdate(time.time() // 1 - 60, usegmt=True)
_ASKED = re.compile(rb"GET (/later)?/markets/(\d+)/orders\S*?[?&]page=(\d+)")
_TYPE = re.compile(rb"GET (/later)?/universe/types/(\d+)")


def _packed(number: int) -> bytes:
    return gzip.compress(page(random.Random(number), ROWS, first_id=number * ROWS), 6, mtime=0)


@cache
def _dates(second: int) -> bytes:
    """Return the headers that change with time; a new text each second."""
    now, then = formatdate(second, usegmt=True), formatdate(second + _TTL_S, usegmt=True)
    return f"Date: {now}\r\nExpires: {then}\r\n".encode()


class _Answers(asyncio.Protocol):
    """One connection: reads requests one after the other, answers from what has been rendered."""

    pages: ClassVar[list[bytes]] = []
    served = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            request, self._read = self._read[:end], self._read[end + 4 :]
            is_late, answer = self._answer(request)
            if is_late:
                asyncio.get_running_loop().call_later(LATENCY_S, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: tuple[bytes, bytes]) -> None:
        if not self._transport.is_closing():
            self._transport.writelines(answer)

    def _answer(self, request: bytes) -> tuple[bool, tuple[bytes, bytes]]:
        cls = type(self)
        if request.startswith(b"GET /served"):
            return False, _plain(b"%d" % cls.served)
        cls.served += 1
        if asked := _ASKED.match(request):
            total, number = int(asked[2]), int(asked[3])
            return bool(asked[1]), _page(request, cls.pages[number - 1], number, total)
        if asked := _TYPE.match(request):
            number = int(asked[2])
            body = orjson.dumps(
                {"type_id": number, "name": f"Type {number}", "description": "x" * 300, "volume": 0.01}
            )
            return bool(asked[1]), _plain(body)
        return False, (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n", b"{}")


def _plain(body: bytes) -> tuple[bytes, bytes]:
    head = (
        b"HTTP/1.1 200 OK\r\nCache-Control: public\r\nContent-Type: application/json; charset=UTF-8\r\n"
        b"X-Esi-Error-Limit-Remain: 100\r\nX-Esi-Error-Limit-Reset: 30\r\n"
        b"%sContent-Length: %d\r\n\r\n" % (_dates(int(time.time())), len(body))
    )
    return head, body


def _page(request: bytes, body: bytes, number: int, total: int) -> tuple[bytes, bytes]:
    etag = b'"%056x"' % number
    unchanged = b"f-none-match: " + etag in request or b"f-None-Match: " + etag in request
    head = (
        b"HTTP/1.1 %s\r\nCache-Control: public\r\nContent-Type: application/json; charset=UTF-8\r\n"
        b"ETag: %s\r\nLast-Modified: %s\r\nVary: Accept-Encoding\r\nX-Pages: %d\r\n"
        b"X-Ratelimit-Group: market-order\r\nX-Ratelimit-Limit: 1200000/15m\r\n"
        b"X-Ratelimit-Remaining: 1190000\r\n%s"
        % (
            b"304 Not Modified" if unchanged else b"200 OK",
            etag,
            _MODIFIED.encode(),
            total,
            _dates(int(time.time())),
        )
    )
    if unchanged:
        return head + b"\r\n", b""
    return head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body), body


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Answers, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    over = asyncio.Event()
    threading.Thread(
        target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)), daemon=True
    ).start()
    await over.wait()


if __name__ == "__main__":
    _Answers.pages = [_packed(number) for number in range(1, int(sys.argv[1]) + 1)]
    asyncio.run(_serve())
