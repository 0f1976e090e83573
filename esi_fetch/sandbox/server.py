"""The sandbox as users hold it."""

from __future__ import annotations

import functools
import itertools
import math
import threading
from collections.abc import Collection, Iterable, Mapping
from types import TracebackType
from typing import Any

from esi_fetch.catalog import Catalog, bundled
from esi_fetch.clock import Clock, SystemClock
from esi_fetch.sandbox.app import App, Manners
from esi_fetch.sandbox.control import Control
from esi_fetch.sandbox.deck import WorldSize
from esi_fetch.sandbox.examples import example_parameters
from esi_fetch.sandbox.faults import Faults
from esi_fetch.sandbox.headers import NOT_MODIFIED
from esi_fetch.sandbox.limits import Limits
from esi_fetch.sandbox.log import RequestLog, RequestSeen
from esi_fetch.sandbox.meta import DOCUMENT, meta_handlers, published_dates
from esi_fetch.sandbox.routes import Router
from esi_fetch.sandbox.snapshots import Snapshot, Snapshots
from esi_fetch.sandbox.sockets import Server
from esi_fetch.sandbox.sso import Sso
from esi_fetch.sandbox.times import DAY_S
from esi_fetch.sandbox.world import World
from esi_fetch.sandbox.wsgi import WsgiApp

__all__ = ["Sandbox"]

_ORDERS = "GetMarketsRegionIdOrders"
_STOP_WITHIN_S = 1.0
_catalogs_given = itertools.count()


class Sandbox:
    """A local ESI: every operation of the catalog, with data, headers, limits, and faults on request.

    Use it in a ``with`` statement, or call :meth:`start` and :meth:`stop`. It listens on this machine only.
    The same seed gives the same data on the same day.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 for a free one.
        catalog: The operations to serve; the bundled catalog by default.
        clock: The time the sandbox lives in, for ``Date``, expiries and the windows of the limits.
        seed: Chooses the data.
        orders_pages: Pages of market orders in The Forge (10000002); Domain has half as many, other markets
            one.
        contracts_pages: Pages of public contracts in The Forge.
        page_size: Rows on a page of orders, contracts and types; ESI has 1000. Smaller pages are quicker to
            make.
        walk_rows: Records of each list that is walked by cursor or by id.
        ttl_s: How long every snapshot lasts that expires at all, in seconds, at least 1; by default what the
            catalog says, and until 11:05 UTC for static data.
        latency_s: How long every answer takes at least, in seconds.
        limits: False to limit nothing; a mapping from groups to (tokens, window in seconds) for other sizes.
        error_limit: Errors an address may cause on operations outside the rate-limit groups, in each window.
        error_window_s: Length of that window, in seconds.
        past_end_status: Status for pages past the end: 404 or 500; ESI has sent both.
        not_modified_headers: Which headers a 304 carries, besides ``Date`` and those about limits.

    Attributes:
        faults: What is to go wrong: ``sandbox.faults.add("GetStatus", status=502, times=2)``.
        limits: ESI's side of the limits: ``sandbox.limits.spent("market-order")``.
        sso: The sign-in, at the same URL: ``sandbox.sso.manners.sign_in_as = 90000001``. It needs the
            extra ``sso``.
        manners: ``latency_s``, ``past_end_status`` and ``not_modified_headers``, to be changed at any time.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        catalog: Catalog | None = None,
        clock: Clock | None = None,
        seed: int = 0,
        orders_pages: int = 8,
        contracts_pages: int = 3,
        page_size: int = 1000,
        walk_rows: int = 130,
        ttl_s: float | None = None,
        latency_s: float = 0.0,
        limits: bool | Mapping[str, tuple[int, float]] = True,
        error_limit: int = 100,
        error_window_s: float = 60.0,
        past_end_status: int = 404,
        not_modified_headers: Collection[str] = NOT_MODIFIED,
    ) -> None:
        self._host = host
        self._port = port
        self._given_catalog = catalog
        self._clock = clock or SystemClock()
        self._seed = seed
        self._day = float(math.floor(self._clock.now() / DAY_S) * DAY_S)
        self._size = WorldSize(orders_pages, contracts_pages, page_size, walk_rows=walk_rows)
        self._snapshots = Snapshots(clock=self._clock, ttl_s=ttl_s)
        self._log = RequestLog()
        self._stopping = threading.Event()
        self._server: Server | None = None
        self._wsgi: WsgiApp | None = None
        self._opened_before = 0  # connections of earlier starts
        self.faults = Faults(resolve=lambda name: self.catalog[name].op_id)
        self.limits = Limits(
            clock=self._clock,
            groups=self._groups,
            on=limits is not False,
            buckets=limits if isinstance(limits, Mapping) else None,
            errors=error_limit,
            errors_window_s=error_window_s,
        )
        self.sso = Sso(clock=self._clock, url=lambda: self.url, scopes=lambda: self._scopes)
        self.manners = Manners(latency_s, past_end_status, tuple(not_modified_headers))

    @functools.cached_property
    def catalog(self) -> Catalog:
        """The operations served."""
        return self._given_catalog if self._given_catalog is not None else bundled()

    @functools.cached_property
    def _world(self) -> World:
        more = meta_handlers(self.catalog, newest=self.catalog.date)
        # Operations of another catalog may answer differently: their bodies are not shared.
        family = "bundled" if self._given_catalog is None else f"catalog {next(_catalogs_given)}"
        return World(seed=self._seed, day=self._day, size=self._size, more=more, family=family)

    @functools.cached_property
    def _scopes(self) -> frozenset[str]:
        return frozenset(scope for operation in self.catalog.values() for scope in operation.scopes)

    def _groups(self) -> dict[str, tuple[int, float]]:
        limited = [each.rate_limit for each in self.catalog.values() if each.rate_limit is not None]
        return {limit.group: (limit.tokens, limit.window_s) for limit in limited}

    def start(self) -> Sandbox:
        """Start listening, and return the sandbox itself.

        A sandbox that was stopped starts again on the same port, with its data, clock and log as they were.

        Raises:
            OSError: The port is in use.
            RuntimeError: It is running.
            ValueError: ``limits`` names a group that does not exist.
        """
        if self._server is not None:
            raise RuntimeError(f"the sandbox is running already, at {self.url}")
        self.limits.check()
        self._stopping.clear()
        app = App(
            published=published_dates(self.catalog.values(), newest=self.catalog.date),
            router=_router(self._given_catalog) if self._given_catalog is not None else _bundled_router(),
            clock=self._clock,
            world=self._world,
            snapshots=self._snapshots,
            limits=self.limits,
            sso=self.sso,
            faults=self.faults,
            log=self._log,
            stopping=self._stopping,
            manners=self.manners,
        )
        control = Control(
            faults=self.faults,
            limits=self.limits,
            log=self._log,
            sso=self.sso,
            regenerate=self.regenerate,
        )
        self._wsgi = WsgiApp(app=app, control=control, stopping=self._stopping)
        self._server = Server(self._wsgi, host=self._host, port=self._port)
        self._port = self._server.port
        return self

    def stop(self) -> None:
        """Close every connection and stop listening, within a second; faults are gone afterwards."""
        server, self._server = self._server, None
        if server is None:
            return
        self._opened_before += server.connections_opened
        self._stopping.set()
        self.faults.clear()
        server.stop(within_s=_STOP_WITHIN_S)

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end.

        Raises:
            RuntimeError: It was never started, so that it has no port yet.
        """
        if not self._port:
            raise RuntimeError("the sandbox has no URL before it is started: use it in a 'with' statement")
        return f"http://{self._host}:{self._port}"

    @property
    def requests(self) -> list[RequestSeen]:
        """The requests seen so far, in the order they came; a copy."""
        return self._log.snapshot()

    def clear(self) -> None:
        """Forget the requests seen so far."""
        self._log.clear()

    def count(self, status: int | None = None, *, op_id: str | None = None) -> int:
        """Return how many requests were seen, of one operation or all, with one status or any."""
        resolved = None if op_id is None else self.catalog[op_id].op_id
        return sum(
            status in (None, seen.status) and resolved in (None, seen.op_id) for seen in self._log.snapshot()
        )

    @property
    def connections_opened(self) -> int:
        """How many connections clients have opened."""
        return self._opened_before + (self._server.connections_opened if self._server is not None else 0)

    @property
    def most_in_flight(self) -> int:
        """How many requests were being answered at once, at most, since it was started last."""
        return self._wsgi.most_in_flight if self._wsgi is not None else 0

    def regenerate(self, op_id: str | None = None) -> None:
        """Replace the data of an operation, or of all, by its next snapshot, as ESI does when one expires.

        Raises:
            UnknownOperationError: There is no such operation.
        """
        chosen: Iterable[Any] = self.catalog.values() if op_id is None else [self.catalog[op_id]]
        for operation in chosen:
            self._snapshots.regenerate(operation)

    def snapshot(self, op_id: str) -> Snapshot:
        """Return which snapshot of an operation's data is current.

        Raises:
            UnknownOperationError: There is no such operation.
        """
        return self._snapshots.current(self.catalog[op_id])

    def orders_at(self, region_id: int, snapshot: int | None = None) -> list[dict[str, Any]]:
        """Return all orders of a region as they are in one snapshot: what a true walk over its pages gives.

        Args:
            region_id: The region.
            snapshot: Number of the snapshot; None for the current one.
        """
        number = self.snapshot(_ORDERS).number if snapshot is None else snapshot
        return self._world.trade.orders(region_id).orders(number)

    def example(self, op_id: str) -> dict[str, Any]:
        """Return parameters with which an operation answers with data.

        Raises:
            UnknownOperationError: There is no such operation.
        """
        return example_parameters(self.catalog[op_id], self._world)

    @staticmethod
    def token(character_id: int, *, scopes: Iterable[str] | None = None) -> str:
        """Return a token of a character that the sandbox accepts: for every scope, or for those named."""
        return f"sandbox-{character_id}" + ("" if scopes is None else ":" + ",".join(scopes))

    def __repr__(self) -> str:
        state = f"at {self.url}" if self._server is not None else "stopped"
        return f"<Sandbox {state}, {len(self._log)} requests>"


def _router(catalog: Catalog) -> Router:
    return Router([*catalog.values(), DOCUMENT])


@functools.cache
def _bundled_router() -> Router:
    return _router(bundled())  # Takes longer to make than most tests take to run.
