"""What every request of ours has below it: sockets that can be ended, certificates that are checked."""

from __future__ import annotations

import os
from typing import Any

import requests
from requests.adapters import DEFAULT_POOLBLOCK, HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.util import Retry

from esi_fetch.setting_values import is_loopback
from esi_fetch.transport.sockets import POOL_CLASSES

__all__ = ["CONNECT_TIMEOUT_S", "WatchedAdapter", "read_environment"]

CONNECT_TIMEOUT_S = 10.0
"""A connection that takes longer than this is not coming; a slow answer is another matter."""


class WatchedAdapter(HTTPAdapter):
    """Sends over connections that tell which socket they are on; repeats nothing.

    Args:
        connections: How many connections are kept open.
    """

    def __init__(self, *, connections: int) -> None:
        # read=False hands a failed read up as it is; urllib3 itself repeats nothing.
        super().__init__(max_retries=Retry(0, read=False), pool_connections=2, pool_maxsize=connections)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = DEFAULT_POOLBLOCK, **pool_kwargs: Any
    ) -> None:
        """Use pools whose connections tell which socket they are on."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = POOL_CLASSES

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        """Use pools whose connections tell which socket they are on, behind a proxy too."""
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = POOL_CLASSES
        return manager

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        """Return a connection; whose certificate nobody checks may lead to this machine alone.

        Raises:
            SSLError: Another host was to be asked without.
        """
        if not verify and not is_loopback(request.url or ""):
            raise requests.exceptions.SSLError(
                "certificates are checked, always: anybody on the way could read the tokens else"
                " (REQUESTS_CA_BUNDLE names a file of certificates to trust)",
                request=request,
            )
        return super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)


def read_environment(session: requests.Session, *, base_url: str) -> None:
    """Read proxies and the CA bundle from the environment, once for all requests of a session to one host.

    requests would do so for each request anew. ``.netrc`` is not read: it would put other credentials where
    the access token belongs.
    """
    session.trust_env = False
    # No proxy leads to this machine itself, but http_proxy is often set without a no_proxy beside it.
    session.proxies = {} if is_loopback(base_url) else get_environ_proxies(base_url)
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
