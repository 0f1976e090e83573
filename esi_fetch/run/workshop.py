"""What a client is made of: settings, limits, store, threads. Made late, opened later, closed early."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterable
from functools import cached_property
from weakref import WeakSet

from esi_fetch.auth import TokenSource
from esi_fetch.catalog import Catalog, load_catalog
from esi_fetch.clock import Clock
from esi_fetch.errors import InputError, Problem, SettingsError
from esi_fetch.limits import FileState, HiddenLimit, Limiter, LimitState, RedisState
from esi_fetch.model.events import Observer
from esi_fetch.observers import Dispatcher
from esi_fetch.run.client_store import ClientStore
from esi_fetch.run.crew import Crew
from esi_fetch.run.desk import Desk
from esi_fetch.run.engine import Engine, make_engine
from esi_fetch.run.parcels import Blueprint
from esi_fetch.settings import Settings, user_agent_problem
from esi_fetch.transport import LiveSockets, Mode

__all__ = ["Workshop"]

# Beside its timeout an attempt may take a moment to be authorised and to be settled.
_LEASE_MARGIN_S = 60.0


class Workshop:
    """The parts of one client, shared by all that it does; threads may share it.

    So may forked processes: each makes its own threads and connections, and shares limits and store.

    Args:
        settings: Who asks, where, and how patiently.
        local: Whether the local store is read and written.
        remote: Whether ESI may be asked.
        tokens: Access tokens that the caller has; None for those of characters that have signed in.
        observers: Told of every event.
        requests_per_second: A cap on top of ESI's own limits; None for none.
        catalog: The operations there are; None for those that :attr:`operations` finds.
        clock: Tells the time.

    Attributes:
        tokens: Whose tokens there are.
        limiter: Holds requests back.
        desk: Where characters sign in and out.
        store: Keeps answers; None where nothing is kept.

    Raises:
        SettingsError: They contradict each other, or nobody is named as the one who asks.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        local: bool,
        remote: bool,
        tokens: TokenSource | None,
        observers: Iterable[Observer],
        requests_per_second: float | None,
        catalog: Catalog | None,
        clock: Clock,
    ) -> None:
        cap = requests_per_second
        if cap is not None and (not isinstance(cap, (int, float)) or not 0 < cap < math.inf):
            problem = Problem("argument requests_per_second", f"{cap!r} is not a number above 0")
            raise SettingsError(problems=[problem])
        if not local and not remote:
            raise SettingsError(problems=[Problem("local, remote", "one of them has to be on")])
        if remote and (nobody := user_agent_problem(settings)):
            raise SettingsError(problems=[nobody])
        self.settings = settings
        self.clock = clock
        self.observers = Dispatcher(observers)
        self.mode = Mode.NORMAL if remote else Mode.OFFLINE
        self._state = _limit_state(settings, clock=clock)
        # The same home may serve for ESI and for a sandbox, for one language and another.
        origin = f"{settings.base_url} {settings.tenant} {settings.language}"
        path = settings.home / "store.sqlite"
        shared = settings.redis_url
        self.store = (
            ClientStore(path, clock=clock, origin=origin, parts=self, redis_url=shared) if local else None
        )
        self.blueprint = Blueprint(settings, local, remote, cap, tokens is not None, catalog)
        self._catalog = catalog
        self._given_tokens = tokens
        self._begin()
        _all.add(self)

    def _begin(self) -> None:
        """Make what has threads, connections, or locks that threads hold; nothing is opened."""
        self._making = threading.Lock()
        self._engine: Engine | None = None
        settings, clock = self.settings, self.clock
        cap = self.blueprint.requests_per_second
        self.limiter = _limiter(settings, state=self._state, requests_per_second=cap, clock=clock)
        # While the answers of some are decoded and stored, others' requests are under way.
        self._crew = Crew(settings.workers + settings.workers // 4)
        self._sockets = LiveSockets()
        self.desk = Desk(settings, sockets=self._sockets, clock=clock)
        self.tokens = self.desk.tokens if self._given_tokens is None else self._given_tokens

    @cached_property
    def operations(self) -> Catalog:
        """The operations there are."""
        if self._catalog is not None:
            return self._catalog
        return load_catalog(home=self.settings.home, date=self.settings.compatibility_date)

    def mode_for(self, *, refresh: bool) -> Mode:
        """Return what may be used.

        Raises:
            InputError: *refresh* is asked for offline.
        """
        if refresh and self.mode is Mode.OFFLINE:
            raise InputError("refresh asks ESI, and offline nothing is asked")
        return Mode.REFRESH if refresh else self.mode

    def ready(self) -> Engine:
        """Return the parts that do the work, made on the first call.

        Raises:
            LimitsError: The server that machines share their limits on can't be used.
        """
        # Threads that share a new client must share these as well: two sessions would ask everything twice.
        with self._making:
            if self._engine is None:
                if isinstance(self._state, RedisState) and self.mode is not Mode.OFFLINE:
                    self._state.open()  # a server that can't be reached is told before anything is sent
                self._engine = make_engine(
                    self.settings,
                    catalog=self.operations,
                    tokens=self.tokens,
                    limiter=self.limiter,
                    state=self._state,
                    store=self.store,
                    crew=self._crew,
                    sockets=self._sockets,
                    clock=self.clock,
                )
            return self._engine

    def close(self) -> None:
        """Give threads, connections and files back; everything can be used again."""
        self._crew.shutdown()
        if self._engine is not None:
            self._engine.session.close()
        self.desk.close()
        if self.store is not None:
            self.store.close()
        self.limiter.close()


def _limiter(
    settings: Settings, *, state: LimitState, requests_per_second: float | None, clock: Clock
) -> Limiter:
    return Limiter(
        clock=clock,
        state=state,
        requests_per_second=requests_per_second,
        hidden_limits={
            op_id: None if limit is None else HiddenLimit(*limit)
            for op_id, limit in settings.hidden_limits.items()
        },
        burst=settings.burst,
        reserve=settings.reserve,
        lease_s=settings.timeout + _LEASE_MARGIN_S,
    )


def _limit_state(settings: Settings, *, clock: Clock) -> LimitState:
    # Who works offline spends nothing; but may want to see what others do. Nothing is opened before that.
    if settings.redis_url is not None:
        return RedisState(settings.redis_url, clock=clock, base_url=settings.base_url)
    return FileState(settings.home / "limits.sqlite", clock=clock, base_url=settings.base_url)


# A child has none of its parent's threads, and its parent goes on using the connections: two processes that
# write to one of them read each other's answers. Files and Redis see to themselves.
_all: WeakSet[Workshop] = WeakSet()


def _after_fork_in_child() -> None:
    for parts in list(_all):
        parts._begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
