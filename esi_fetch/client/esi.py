"""``Esi``: the one object that scripts hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType

from esi_fetch.auth import GivenTokens
from esi_fetch.catalog import Catalog
from esi_fetch.client.characters import Characters
from esi_fetch.client.many_jobs import ManyJobs
from esi_fetch.client.one_job import OneJob
from esi_fetch.clock import Clock, SystemClock
from esi_fetch.limits import BucketView
from esi_fetch.model.events import Observer
from esi_fetch.run import ClientStore, Workshop
from esi_fetch.settings import Settings, load_settings

__all__ = ["Esi"]


class Esi(OneJob, ManyJobs, Characters):
    """Fetches data from ESI: concurrently, politely, completely, and never twice while it is fresh.

    Settings that are not given come from the environment, then from the configuration file, then from
    defaults. Nothing is sent, and no file but the configuration is read, before it is needed. One object
    may be used by many threads; :meth:`close` it, or use it in a ``with`` block, to give its threads,
    connections and files back early.

    Args:
        user_agent: Who is asking, with a contact: ``"my-scripts/1.0 (me@example.com)"``. ESI's operators
            write there before they block somebody. Required, except on a loopback ``base_url``.
        local: Whether the local store is read and written.
        remote: Whether ESI may be asked.
        offline: The same as ``remote=False``: the store alone, whatever the age of what it has.
        tokens: Access tokens by character id, as text or as functions that return the current one; with it,
            these alone are used. By default those of the characters that have signed in (:meth:`login`).
        observers: Called with every event; see :mod:`esi_fetch.model.events`.
        requests_per_second: A cap on top of ESI's own limits; None for none.
        home: Folder of the store, the catalog and the configuration.
        base_url: Where ESI is.
        sso_url: Where EVE's sign-in is.
        client_id: The application that characters sign in to.
        callback_url: Where browsers go back to after signing in, as registered with the application.
        token_dir: Folder for the characters' tokens, in place of the system's keyring.
        workers: How many requests may be under way at once.
        compatibility_date: ``X-Compatibility-Date`` of every request; the catalog's by default.
        timeout: Seconds that one attempt may take, from connecting to the last byte.
        retries: How often a failed request is repeated.
        max_stale: For how long after its expiry stored data may stand in when ESI can't answer:
            seconds, or text such as ``"7d"``; 0 forbids it.
        max_wait: For how long one job may wait for limits: seconds, or text such as ``"1h"``.
        burst: Which share of a rate-limit bucket may be spent at once; the rest is spread over its window.
        reserve: Which share of every bucket is left to other programs; ``"20%"`` uses at most 80 %.
        hidden_limits: Limits that no header tells, by operation: ``{"GetStatus": "300/1m"}``; None lifts
            one that is built in.
        remember_refusals: For how long a 403 or 404 is remembered and not asked again: seconds, or text
            such as ``"15m"``; 0 for not at all.
        downtime: What becomes of requests during the daily downtime, from 11:00 UTC until ESI answers:
            ``"wait"`` (the default, but for a loopback ``base_url``), ``"fail"`` or ``"ignore"``.
        redis_url: A Redis server on which machines share their limits and their store (extra ``redis``).
        language: ``Accept-Language`` of every request.
        tenant: ``X-Tenant`` of every request.
        catalog: The operations there are; by default those that :attr:`operations` finds.
        clock: Where time comes from; for tests.

    Raises:
        SettingsError: A setting is wrong, or nobody is named as the one who asks. A store that can't be used
            is a :class:`~esi_fetch.errors.StoreError` of the first call, before anything is sent.
    """

    def __init__(
        self,
        user_agent: str | None = None,
        *,
        local: bool = True,
        remote: bool = True,
        offline: bool = False,
        tokens: Mapping[int, str | Callable[[], str]] | None = None,
        observers: Iterable[Observer] = (),
        requests_per_second: float | None = None,
        home: str | Path | None = None,
        base_url: str | None = None,
        sso_url: str | None = None,
        client_id: str | None = None,
        callback_url: str | None = None,
        token_dir: str | Path | None = None,
        workers: int | None = None,
        compatibility_date: str | None = None,
        timeout: float | None = None,
        retries: int | None = None,
        max_stale: float | str | None = None,
        max_wait: float | str | None = None,
        burst: float | str | None = None,
        reserve: float | str | None = None,
        hidden_limits: Mapping[str, str | tuple[int, float] | None] | None = None,
        remember_refusals: float | str | None = None,
        downtime: str | None = None,
        redis_url: str | None = None,
        language: str | None = None,
        tenant: str | None = None,
        catalog: Catalog | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings: Settings = load_settings(
            user_agent=user_agent,
            home=home,
            base_url=base_url,
            sso_url=sso_url,
            client_id=client_id,
            callback_url=callback_url,
            token_dir=token_dir,
            workers=workers,
            compatibility_date=compatibility_date,
            timeout=timeout,
            retries=retries,
            max_stale=max_stale,
            max_wait=max_wait,
            burst=burst,
            reserve=reserve,
            hidden_limits=hidden_limits,
            remember_refusals=remember_refusals,
            downtime=downtime,
            redis_url=redis_url,
            language=language,
            tenant=tenant,
        )
        super().__init__(
            Workshop(
                self.settings,
                local=local,
                remote=remote and not offline,
                tokens=None if tokens is None else GivenTokens(tokens),
                observers=observers,
                requests_per_second=requests_per_second,
                catalog=catalog,
                clock=clock or SystemClock(),
            )
        )

    @property
    def operations(self) -> Catalog:
        """The operations there are.

        ``esi.operations["GetStatus"]`` is one, ``esi.operations.search("market orders")`` finds some.
        """
        return self._parts.operations

    @property
    def store(self) -> ClientStore | None:
        """The local store, with ``report()``, ``purge()`` and ``refresh()``; None with ``local=False``."""
        return self._parts.store

    def limits(self) -> list[BucketView]:
        """Return what is left in every limit known so far."""
        return self._parts.limiter.snapshot()

    def close(self) -> None:
        """Give threads, connections and files back; the object can be used again."""
        self._parts.close()

    def __enter__(self) -> Esi:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Esi {self.settings.base_url} {self._parts.mode.value}>"
