"""The parts that do a client's work, put together from the bottom up."""

from __future__ import annotations

from dataclasses import dataclass

from esi_fetch.auth import TokenSource
from esi_fetch.catalog import Catalog
from esi_fetch.clock import Clock
from esi_fetch.fetch import CallMaker, Fetcher
from esi_fetch.limits import Limiter, LimitState
from esi_fetch.run.crew import Crew
from esi_fetch.run.runner import Runner
from esi_fetch.setting_values import is_loopback
from esi_fetch.settings import Settings
from esi_fetch.store import LocalStore
from esi_fetch.transport import (
    CachedSession,
    DowntimeGate,
    EsiAdapter,
    EsiSession,
    LiveSockets,
    retry_policy,
)

__all__ = ["Engine", "make_engine"]


# Tells whether ESI is there.
_STATUS = "GetStatus"


@dataclass(frozen=True)
class Engine:
    """What does the work of a client.

    Attributes:
        session: Sends what has to be sent.
        fetcher: Turns one job into one result.
        runner: Works on many jobs.
    """

    session: EsiSession
    fetcher: Fetcher
    runner: Runner


def make_engine(
    settings: Settings,
    *,
    catalog: Catalog,
    tokens: TokenSource,
    limiter: Limiter,
    state: LimitState,
    store: LocalStore | None,
    crew: Crew,
    sockets: LiveSockets,
    clock: Clock,
) -> Engine:
    """Put the parts of a client together; nothing is opened or sent.

    Args:
        settings: Who asks, where, and how patiently.
        catalog: The operations there are.
        tokens: The characters there are.
        limiter: Holds requests back.
        state: Keeps the books, of the limits and of the daily downtime.
        store: Keeps answers; None when nothing is to be kept.
        crew: The worker threads.
        sockets: Attempts under way.
        clock: Tells the time.
    """
    calls = CallMaker(
        settings.base_url,
        language=settings.language,
        tenant=settings.tenant,
        compatibility_date=settings.compatibility_date or catalog.date,
        tokens=tokens,
    )
    adapter = EsiAdapter(
        limiter=limiter,
        policy=retry_policy(settings.retries),
        sockets=sockets,
        clock=clock,
        timeout_s=settings.timeout,
        connections=settings.workers,
        gate=_gate(settings, catalog=catalog, calls=calls, state=state, clock=clock),
    )
    session = EsiSession(
        base_url=settings.base_url, adapter=adapter, headers=calls.headers, who=settings.user_agent
    )
    fetcher = Fetcher(
        catalog=catalog,
        calls=calls,
        session=CachedSession(
            session,
            store=store,
            clock=clock,
            max_stale_s=settings.max_stale,
            remember_refusals_s=settings.remember_refusals,
        ),
        tokens=tokens,
        crew=crew,
        threads=crew.threads,
        workers=settings.workers,
        clock=clock,
    )
    runner = Runner(fetcher=fetcher, crew=crew, sockets=sockets, clock=clock, max_wait_s=settings.max_wait)
    return Engine(session, fetcher, runner)


def _gate(
    settings: Settings, *, catalog: Catalog, calls: CallMaker, state: LimitState, clock: Clock
) -> DowntimeGate | None:
    downtime = settings.downtime
    # The hour is that of the game server on which nearly all play; another one's is not known.
    if downtime is None and settings.tenant == Settings.tenant and not is_loopback(settings.base_url):
        downtime = "wait"
    # A table of somebody's own need not know the operation that tells whether ESI is there.
    if downtime not in ("wait", "fail") or _STATUS not in catalog:
        return None
    return DowntimeGate(
        state=state,
        clock=clock,
        probe=calls.make(catalog[_STATUS], {}, character=None),
        downtime="wait" if downtime == "wait" else "fail",
        timeout_s=settings.timeout,
    )
