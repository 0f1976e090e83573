"""A Redis server: its URL, a connection made late, and what goes wrong told without a password.

redis-py is imported when a connection is made: only those who share something through a server install it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from esi_fetch.errors import Problem, SettingsError, did_you_mean

if TYPE_CHECKING:
    import redis

__all__ = ["EVERYBODY", "TIMEOUT_S", "RedisFailedError", "RedisServer", "redis_url_problem"]

EVERYBODY = "everybody"
"""The address of those who name none.

All who share a Redis server count as one address, unless they say otherwise. Containers have host names of
their own, and so have the machines behind one router, but ESI sees a single address. To take two addresses
for one only makes both slower; to take one for two overruns its limits.
"""

TIMEOUT_S = 2.0
"""How long to wait for a connection or an answer: thousands of times what a healthy server needs."""

# What redis-py's URLs may say, of what makes sense here; of the rest, some would break what is read.
_OPTIONS = (
    "address",
    "db",
    "username",
    "password",
    "ssl_ca_certs",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_keyfile",
)
_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RedisFailedError(OSError):
    """Raised when the server did not do what it was asked; whether it has done it is unknown.

    Attributes:
        reason: Why, without password.
        is_broken_off: Whether the connection is gone, so that a new one may help at once.
    """

    def __init__(self, reason: str, *, is_broken_off: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_broken_off = is_broken_off


class RedisServer:
    """A server, reached by its URL. Nothing is opened before it is used; threads and forks may share it.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, with ``?address=NAME`` for who shares an address.

    Attributes:
        address: The address of its users, as ESI sees them.
        shown: The URL as it may be shown.

    Raises:
        SettingsError: If it is no such URL.
    """

    def __init__(self, url: str) -> None:
        wrong = redis_url_problem(url)
        if wrong is not None:
            raise SettingsError(problems=[Problem("redis_url", wrong)])
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        self.address = options.pop("address", EVERYBODY)
        self.shown = _shown(url)
        self._url = f"{url.partition('?')[0]}?{urlencode(options)}"
        secrets = (parts.password, options.get("password"))
        self._secrets = sorted(
            {form for each in secrets if each for form in (each, unquote(each))}, key=len, reverse=True
        )

    def client(self, *, timeout_s: float = TIMEOUT_S) -> redis.Redis:
        """Return a new client, which connects when it is first used.

        Args:
            timeout_s: How long to wait for a connection or an answer.

        Raises:
            ImportError: redis-py is not installed.
        """
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        return redis.Redis.from_url(
            self._url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # redis-py would send again what may have been done, and sleep in between.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """Any way for a command to fail: full, read-only, loading, without permission, gone."""
        import redis

        return (redis.RedisError, OSError)

    def failed(self, error: Exception) -> RedisFailedError:
        """Return what went wrong, without a password.

        It is not to be raised from the *error*: servers quote what they were sent, the password too.
        """
        import redis

        reason = str(error) or type(error).__name__
        for secret in self._secrets:
            reason = reason.replace(secret, "***")
        is_broken_off = isinstance(error, (redis.ConnectionError, OSError))
        return RedisFailedError(reason.rstrip("."), is_broken_off=is_broken_off)

    def __repr__(self) -> str:
        return f"RedisServer({self.shown!r})"


def redis_url_problem(url: str) -> str | None:
    """Return what is wrong with the URL of a server; None where nothing is.

    The text holds nothing of the URL: that may have a password, and one with a "/" or "?" in it ends up
    anywhere.
    """
    try:
        parts = urlsplit(url)
        sound = bool(parts.path if parts.scheme == "unix" else parts.hostname) and parts.port != 0
        options = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        sound, options = False, []
    sound = sound and url.isprintable() and " " not in parts.netloc
    if not sound or parts.scheme not in ("redis", "rediss", "unix") or parts.fragment:
        return (
            "expected a URL such as redis://localhost:6379/0, rediss://… or unix:///path/to/socket"
            " (in a password, write / as %2F, ? as %3F, # as %23, @ as %40)"
        )
    for name, value in options:
        if name not in _OPTIONS:
            near = did_you_mean(name, _OPTIONS)
            return f"unknown option after '?'{near or '; there are ' + ', '.join(_OPTIONS)}"
        if name.startswith("ssl_") and parts.scheme != "rediss":
            return f"{name}: only for rediss://"
        if name == "address" and not _ADDRESS.fullmatch(value):
            return "address: expected up to 64 letters, digits and any of . _ -"
    database = dict(options).get("db", parts.path.strip("/") if parts.scheme != "unix" else "")
    if database and not re.fullmatch(r"[0-9]{1,9}", database):
        return "expected the number of a database, as in redis://localhost:6379/0"
    return None


def _shown(url: str) -> str:
    # What follows the "?" is left out as well: it may name a password.
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
