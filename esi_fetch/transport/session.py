"""The requests session: one answer for one URL, over :class:`~esi_fetch.transport.adapter.EsiAdapter`."""

from __future__ import annotations

import platform
from collections.abc import Mapping

import requests

from esi_fetch._version import __version__
from esi_fetch.transport.adapter import EsiAdapter, PreparedCall
from esi_fetch.transport.call import Call
from esi_fetch.transport.task import Task
from esi_fetch.transport.watched import read_environment

__all__ = ["EsiSession", "user_agent"]


def user_agent(who: str | None) -> str:
    """Return the ``User-Agent`` header: who asks, then the libraries, narrow to broad, as ESI wishes."""
    libraries = f"esi_fetch/{__version__} requests/{requests.__version__} Python/{platform.python_version()}"
    return f"{who} {libraries}" if who else libraries


class EsiSession(requests.Session):
    """A requests session that talks to one ESI host.

    Redirects are never followed: a token must not travel to another host.
    """

    def __init__(
        self, *, base_url: str, adapter: EsiAdapter, headers: Mapping[str, str], who: str | None
    ) -> None:
        super().__init__()
        read_environment(self, base_url=base_url)
        self._every_request = {
            "User-Agent": user_agent(who),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **headers,
        }
        self.adapters.clear()
        self.mount(f"{base_url}/", adapter)

    def exchange(
        self, call: Call, *, task: Task, headers: Mapping[str, str]
    ) -> tuple[requests.Response, PreparedCall]:
        """Send *call* with extra *headers*; return the answer, and the request with its attempts.

        Raises:
            requests.RequestException: No attempt brought an answer; ``.request`` has the attempts.
            JobCancelledError: The run was stopped.
            LimitWaitError: The limits would not let it go before the job's deadline.
            DowntimeError: ESI is in its daily downtime, and the job may not wait for its end.
        """
        request = PreparedCall.of(call, task=task, headers={**self._every_request, **headers})
        # Not by ``send``: that would take cookies into the session's jar, which no request of ours is given,
        # and work out where a redirect leads that is not followed.
        adapter = self.get_adapter(call.url)
        # read_environment() has set how certificates are checked.
        verify = self.verify
        response = adapter.send(request, verify=verify, cert=self.cert, proxies=self.proxies)  # type: ignore[arg-type]
        return response, request
