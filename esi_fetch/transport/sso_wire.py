"""The way to EVE's sign-in: few requests, repeated like others, that anybody who waits for them can end.

It has limits of its own, and tells them only by refusing: after a 429 nobody asks before its ``Retry-After``.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from urllib3.util import Retry

from esi_fetch.auth import Patience, Reply
from esi_fetch.clock import Clock
from esi_fetch.errors import (
    AttemptTimedOutError,
    ConnectionFailedError,
    JobCancelledError,
    JobError,
    RateLimitedError,
    ServerError,
)
from esi_fetch.limits import retry_after_s
from esi_fetch.transport.outcome import NO_ANSWER, unanswered
from esi_fetch.transport.policy import Failure, judge
from esi_fetch.transport.session import user_agent
from esi_fetch.transport.sockets import LiveSockets
from esi_fetch.transport.watched import CONNECT_TIMEOUT_S, WatchedAdapter, read_environment

__all__ = ["SsoWire"]

_FORM = "application/x-www-form-urlencoded"
# Metadata and keys are a few kilobytes, tokens less.
_MOST_BYTES = 1_000_000
_NO_RETRY_AFTER_S = 10.0
# Who has no deadline of their own is a person in front of a screen.
_LONGEST_WAIT_S = 120.0


class SsoWire:
    """Asks the sign-in; see :class:`esi_fetch.auth.Wire`. Threads may share it.

    Args:
        sso_url: Where the sign-in is.
        policy: When a failed request is repeated.
        sockets: Where attempts can be ended.
        clock: Tells the time.
        timeout_s: Seconds that one attempt may take.
        who: Who is asking, with a contact.
    """

    def __init__(
        self,
        *,
        sso_url: str,
        policy: Retry,
        sockets: LiveSockets,
        clock: Clock,
        timeout_s: float,
        who: str | None,
    ) -> None:
        self._policy = policy
        self._sockets = sockets
        self._clock = clock
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._blocked_until = float("-inf")
        self._session = requests.Session()
        # What an answer to one character sets must not go along with the next one's token.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.headers.clear()
        self._session.headers.update(
            {"User-Agent": user_agent(who), "Accept": "application/json", "Accept-Encoding": "gzip"}
        )
        read_environment(self._session, base_url=sso_url)
        adapter = WatchedAdapter(connections=2)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def get(self, url: str, *, patience: Patience) -> Reply:
        """Get a document."""
        return self._exchange(requests.Request("GET", url), patience)

    def post(
        self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None, patience: Patience
    ) -> Reply:
        """Send a form, with a user name and password or without."""
        headers = {"Content-Type": _FORM}
        if basic is not None:
            headers["Authorization"] = f"Basic {b64encode(':'.join(basic).encode()).decode()}"
        # Repeated like a GET: what a lost answer has used up is lost either way.
        return self._exchange(requests.Request("POST", url, headers=headers, data=urlencode(form)), patience)

    def close(self) -> None:
        """Close its connections; it can be used again."""
        self._session.close()

    def _exchange(self, request: requests.Request, patience: Patience) -> Reply:
        prepared = self._session.prepare_request(request)
        policy, number = self._policy, 0
        while True:
            self._wait(self._blocked_for_s(), request.url, patience)
            number += 1
            found = self._attempt(prepared, patience)
            if isinstance(found, Reply):
                return found
            if patience.cancel.is_set():
                raise JobCancelledError("stopped", url=request.url)
            if found.status == 429:
                self._block(found.retry_after_s)
            verdict = judge(policy, found, method="GET", repeatable=True)
            if not verdict.again:
                raise _error(found, request.url, attempts=number)
            policy = verdict.policy
            if found.status != 429:
                self._wait(verdict.pause_s, request.url, patience)

    def _attempt(self, prepared: requests.PreparedRequest, patience: Patience) -> Reply | Failure:
        timeout = (min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s)
        with self._sockets.watch(cancel=patience.cancel, timeout_s=self._timeout_s) as watched:
            try:
                response = self._session.send(
                    prepared,
                    stream=True,
                    timeout=timeout,
                    allow_redirects=False,
                    verify=self._session.verify,
                    proxies=self._session.proxies,
                )
                body = response.raw.read(_MOST_BYTES, decode_content=True)
                response.close()  # a connection that was read to its end is kept all the same
            except NO_ANSWER as error:
                missed = unanswered(error, request=prepared, watched=watched, timeout_s=self._timeout_s)
                return missed.failure or Failure("no answer")
        status = response.status_code
        if status < 500 and status != 429:
            return Reply(status, body)
        after_s = retry_after_s(response.headers.get("Retry-After"), now=self._clock.now())
        return Failure(f"status {status}", status, retry_after_s=after_s)

    def _blocked_for_s(self) -> float:
        with self._lock:
            return self._blocked_until - self._clock.monotonic()

    def _block(self, seconds: float | None) -> None:
        until = self._clock.monotonic() + (_NO_RETRY_AFTER_S if seconds is None else seconds)
        with self._lock:
            self._blocked_until = max(self._blocked_until, until)

    def _wait(self, seconds: float, url: str, patience: Patience) -> None:
        if seconds <= 0:
            return
        left_s = _LONGEST_WAIT_S
        if patience.deadline is not None:
            left_s = patience.deadline - self._clock.monotonic()
        if seconds > left_s:
            host = urlsplit(url).netloc
            raise RateLimitedError(
                f"{host} can't be asked for another {seconds:.0f} s, which is too long to wait",
                url=url,
                status=429,
            )
        if self._clock.wait(patience.cancel, seconds):
            raise JobCancelledError("stopped", url=url)

    def __repr__(self) -> str:
        return "SsoWire()"


def _error(failure: Failure, url: str, *, attempts: int) -> JobError:
    """Return the error for a sign-in that does not answer; it has no request in it, and so no secret."""
    host = urlsplit(url).netloc
    tries = f" after {attempts} attempts" if attempts > 1 else ""
    details: dict[str, Any] = {"url": url, "status": failure.status}
    if failure.status == 429:
        return RateLimitedError(f"{host} answered 429{tries}", **details)
    if failure.status is not None:
        return ServerError(f"{host} answered {failure.status}{tries}", **details)
    kind = AttemptTimedOutError if isinstance(failure.error, requests.Timeout) else ConnectionFailedError
    words = "timed out" if kind is AttemptTimedOutError else "gave no answer"
    return kind(f"{host} {words}{tries}: {failure.reason}", **details)
