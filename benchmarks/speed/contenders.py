"""All orders of a region, fetched in each of the ways that people use.

Every one asks for page 1, learns from it how many there are, fetches the others, decodes every row and counts
them. Only ours also stores, keeps limits, tells observers, and proves that the pages are of one snapshot.
Decoders are those that come with each way; where people add ``orjson``, the name says so.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from esi_fetch import Esi

__all__ = ["BARE", "CONTENDERS", "OURS", "Contender", "installed", "ours", "over_sockets"]

Contender = Callable[[str, int, int, Path], int]
"""Takes the server's URL, how many pages there are, how many workers, and a folder; returns how many rows."""

OURS = "esi_fetch"
BARE = "sockets, gunzip, orjson"

_ASKED = {"order_type": "all"}
_TIMEOUT_S = 30


def _url(base_url: str, pages: int) -> str:
    return f"{base_url}/markets/{pages}/orders"


def sequential(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """One page after the other, as ESI's own documentation shows it."""
    session = requests.Session()
    rows: list[object] = []
    page = total = 1
    while page <= total:
        answer = session.get(_url(base_url, pages), params={**_ASKED, "page": page}, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        total = int(answer.headers["X-Pages"])
        rows.extend(answer.json())
        page += 1
    return len(rows)


def _in_threads(
    session: requests.Session,
    base_url: str,
    pages: int,
    workers: int,
    decode: Callable[[requests.Response], Any] = requests.Response.json,
) -> int:
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=workers))

    def get(page: int) -> tuple[int, list[object]]:
        answer = session.get(_url(base_url, pages), params={**_ASKED, "page": page}, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return int(answer.headers["X-Pages"]), decode(answer)

    total, rows = get(1)
    with ThreadPoolExecutor(workers) as pool:
        for _, more in pool.map(get, range(2, total + 1)):
            rows.extend(more)
    return len(rows)


def thread_pool(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """A thread pool over plain ``requests``."""
    return _in_threads(requests.Session(), base_url, pages, workers)


def thread_pool_orjson(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """A thread pool over plain ``requests``, decoding with ``orjson``."""
    return _in_threads(
        requests.Session(), base_url, pages, workers, lambda answer: orjson.loads(answer.content)
    )


def requests_cache(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """A thread pool over requests-cache as it comes."""
    from requests_cache import CachedSession

    session = CachedSession(folder / "stock.sqlite", cache_control=True, wal=True)
    return _in_threads(session, base_url, pages, workers)


def requests_futures(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """``requests-futures``."""
    from requests_futures.sessions import FuturesSession

    with FuturesSession(max_workers=workers) as session:

        def ask(page: int) -> Any:
            asked = {**_ASKED, "page": page}
            return session.get(_url(base_url, pages), params=asked, timeout=_TIMEOUT_S)

        first = ask(1).result()
        rows = first.json()
        under_way = [ask(page) for page in range(2, int(first.headers["X-Pages"]) + 1)]
        for future in under_way:
            answer = future.result()
            answer.raise_for_status()
            rows.extend(answer.json())
    return len(rows)


def aiohttp(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """``aiohttp`` with a semaphore, decoding with ``orjson``."""
    import aiohttp as aiohttp_

    async def work() -> int:
        free = asyncio.Semaphore(workers)
        async with aiohttp_.ClientSession(connector=aiohttp_.TCPConnector(limit=workers)) as session:

            async def get(page: int) -> tuple[int, list[object]]:
                asked = {**_ASKED, "page": str(page)}
                async with free, session.get(_url(base_url, pages), params=asked) as answer:
                    answer.raise_for_status()
                    return int(answer.headers["X-Pages"]), orjson.loads(await answer.read())

            return await _gathered(get)

    return asyncio.run(work())


def httpx(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """``httpx``, asynchronous, with a semaphore."""
    import httpx as httpx_

    async def work() -> int:
        free = asyncio.Semaphore(workers)
        bounds = httpx_.Limits(max_connections=workers, max_keepalive_connections=workers)
        async with httpx_.AsyncClient(limits=bounds, timeout=_TIMEOUT_S) as client:

            async def get(page: int) -> tuple[int, list[object]]:
                async with free:
                    answer = await client.get(_url(base_url, pages), params={**_ASKED, "page": page})
                answer.raise_for_status()
                return int(answer.headers["X-Pages"]), answer.json()

            return await _gathered(get)

    return asyncio.run(work())


def bare(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """Sockets, gunzip and ``orjson``, and nothing else: what no client can do without."""
    rows: list[object] = []
    over_sockets(base_url, pages, workers, lambda wire: rows.extend(orjson.loads(gzip.decompress(wire))))
    return len(rows)


def over_sockets(base_url: str, pages: int, workers: int, take: Callable[[bytes], object]) -> None:
    """Ask for page 1, then for the others over so many connections; hand each body over as it came."""
    parts = urlsplit(base_url)

    async def ask(todo: list[int]) -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
        while todo:
            target = f"{parts.path}/markets/{pages}/orders?order_type=all&page={todo.pop()}"
            writer.write(f"GET {target} HTTP/1.1\r\nHost: here\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.partition(b"Content-Length: ")[2].partition(b"\r")[0]
            take(await reader.readexactly(int(length)))
        writer.close()

    async def work() -> None:
        await ask([1])
        todo = list(range(2, pages + 1))
        await asyncio.gather(*(ask(todo) for _ in range(workers)))

    asyncio.run(work())


async def _gathered(get: Callable[[int], Any]) -> int:
    total, rows = await get(1)
    for _, more in await asyncio.gather(*map(get, range(2, total + 1))):
        rows.extend(more)
    return len(rows)


def ours(base_url: str, pages: int, workers: int, folder: Path) -> int:
    """``Esi.get``."""
    with Esi(base_url=base_url, home=folder, workers=workers) as esi:
        return len(esi.get("GetMarketsRegionIdOrders", region_id=pages))


_NEEDS = {
    "aiohttp + orjson": "aiohttp",
    "httpx": "httpx",
    "requests-futures": "requests_futures",
}


def installed() -> list[str]:
    """Return the names of the contenders that can be run here."""
    return [name for name in CONTENDERS if name not in _NEEDS or find_spec(_NEEDS[name])]


CONTENDERS: dict[str, Contender] = {
    OURS: ours,
    "aiohttp + orjson": aiohttp,
    "httpx": httpx,
    "thread pool, requests": thread_pool,
    "thread pool, requests + orjson": thread_pool_orjson,
    "requests-futures": requests_futures,
    "thread pool, requests-cache": requests_cache,
    "sequential requests": sequential,
    BARE: bare,
}
