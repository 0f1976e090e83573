"""The wire to a Redis server: one atomic script, and what goes wrong told without a password.

redis-py is imported when a connection is made: only those who share limits between machines install it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from esi_fetch.errors import LimitsError, Problem, SettingsError, did_you_mean

if TYPE_CHECKING:
    import redis

__all__ = ["EVERYBODY", "Change", "RedisFailedError", "RedisLink", "Seen"]

EVERYBODY = "everybody"
"""The address of those who name none.

All who share a Redis server count as one address, unless they say otherwise. Containers have host names of
their own, and so have the machines behind one router, but ESI sees a single address. To take two addresses
for one only makes both slower; to take one for two overruns its limits.
"""

TIMEOUT_S = 2.0
"""How long to wait for a connection or an answer: thousands of times what a healthy server needs."""

TURN_S = 3.0
"""How long a turn lasts at most: a request and an answer, each in time, and what is computed between them."""

# Reads the books and the time; or, given changes, makes them all if nobody has changed a book meanwhile, and
# otherwise reads. The time is the server's, so that all machines have one.
#
# Whoever is far from the server would always come too late with its changes. So who failed gets the turn:
# until it has made its changes, or the turn is over, nobody else can make any.
#
# KEYS: the turn, and the books.
# ARGV: nothing; or whose changes they are, for how many ms it wants the turn if they fail (or nothing), and
# for every book: how it must begin ("=..." or "-" for absent), what it becomes ("=...", "-" for nothing, ""
# for what it is), and for how many ms it is kept.
#
# Read with MGET, which takes a value of another type for absent; in portions, as Lua's stack has an end.
_SCRIPT = """
local values = {}
for first = 1, #KEYS, 1000 do
  local last = math.min(first + 999, #KEYS)
  for _, value in ipairs(redis.call('MGET', unpack(KEYS, first, last))) do
    values[#values + 1] = value
  end
end
local turn = table.remove(values, 1)
local others = turn and turn ~= ARGV[1]
if #ARGV > 0 and not others then
  local fits = true
  for i, value in ipairs(values) do
    local must = ARGV[3 * i]
    if must == '-' then
      fits = fits and not value
    else
      fits = fits and value and '=' .. string.sub(value, 1, #must - 1) == must
    end
  end
  if fits then
    for i = 1, #values do
      local becomes = ARGV[3 * i + 1]
      if becomes == '-' then
        redis.call('DEL', KEYS[i + 1])
      elseif becomes ~= '' then
        redis.call('SET', KEYS[i + 1], string.sub(becomes, 2), 'PX', ARGV[3 * i + 2])
      end
    end
    if turn then
      redis.call('DEL', KEYS[1])
    end
    return {}
  end
  if ARGV[2] ~= '' then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  end
end
local time = redis.call('TIME')
return {time[1], time[2], others and 1 or 0, values}
"""

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


class RedisFailedError(Exception):
    """Raised when the server did not do what it was asked; whether it has done it is unknown.

    Attributes:
        reason: Why, without password.
        is_broken_off: Whether the connection is gone, so that a new one may help at once.
    """

    def __init__(self, reason: str, *, is_broken_off: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_broken_off = is_broken_off


class Change(NamedTuple):
    """What becomes of one book.

    Attributes:
        key: Its key.
        begins: What it must begin with still; None if it must be absent.
        becomes: What it is from then on: b"" for nothing, None for what it is.
        kept_s: For how many seconds.
    """

    key: str
    begins: bytes | None
    becomes: bytes | None
    kept_s: float


@dataclass(frozen=True)
class Seen:
    """What the server had.

    Attributes:
        now: The server's time, in seconds since the epoch.
        is_held: Whether it is the turn of somebody else.
        values: The books, in the order asked for; None for those that are absent.
    """

    now: float
    is_held: bool
    values: list[bytes | None]


class RedisLink:
    """A connection to Redis, made on first use. Not for several threads at a time.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``, with ``?address=NAME`` for who shares an address.

    Raises:
        SettingsError: If it is no such URL.
    """

    def __init__(self, url: str) -> None:
        wrong = _problem(url)
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
        self._client: redis.Redis | None = None
        self._script: Any = None
        self._failures: tuple[type[Exception], ...] = (OSError,)
        self._breaks: tuple[type[Exception], ...] = (OSError,)

    def read(self, turn: str, keys: Sequence[str]) -> Seen:
        """Return the books of *keys* as they are at one moment.

        Raises:
            RedisFailedError: If the server can't tell.
            LimitsError: If redis-py is not installed.
        """
        return _seen(self._run([turn, *keys], []))

    def write(self, turn: str, changes: Sequence[Change], *, who: str, wants_turn: bool) -> Seen | None:
        """Make all changes, if no book has been changed meanwhile.

        Args:
            turn: The key of whose turn it is.
            changes: The changes.
            who: Whose they are.
            wants_turn: Whether nobody else shall be able to make any before the next try.

        Returns:
            None if they are made; else what the books are now.

        Raises:
            RedisFailedError: If the server can't tell, or only that the changes could not be made.
            LimitsError: If redis-py is not installed.
        """
        arguments: list[bytes | str | int] = [who, round(TURN_S * 1000) if wants_turn else ""]
        for change in changes:
            arguments.append(b"-" if change.begins is None else b"=" + change.begins)
            becomes = change.becomes
            arguments.append(b"" if becomes is None else (b"=" + becomes if becomes else b"-"))
            arguments.append(math.ceil(change.kept_s * 1000))
        answer = self._run([turn, *(change.key for change in changes)], arguments)
        return _seen(answer) if answer else None

    def keys(self, prefix: str) -> list[str]:
        """Return all keys that begin with *prefix*; it goes through all keys of the server, in portions.

        Raises:
            RedisFailedError: If the server can't tell.
            LimitsError: If redis-py is not installed.
        """
        client = self._connected()
        try:
            found = set(client.scan_iter(match=f"{prefix}*", count=1000))
        except self._failures as error:
            raise self._failed(error) from None
        # Others may keep what they like under such a name: what is no text can't be a key of ours.
        return sorted(key.decode("ascii") for key in found if key.isascii())

    def close(self) -> None:
        """Close the connection; the next use makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _run(self, keys: Collection[str], arguments: Collection[bytes | str | int]) -> Any:
        self._connected()
        try:
            # Sends the script's digest, and the script itself to a server that does not know it (any more).
            return self._script(keys, arguments)
        except self._failures as error:
            raise self._failed(error) from None

    def _connected(self) -> redis.Redis:
        if self._client is not None:
            return self._client
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError as error:
            raise LimitsError(
                "limits shared through Redis need its client: pip install 'esi-fetch[redis]'"
            ) from error
        # Any way for a command to fail: full, read-only, loading, without permission, gone.
        self._failures = (redis.RedisError, OSError)
        self._breaks = (redis.ConnectionError, OSError)
        client = redis.Redis.from_url(
            self._url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            # redis-py would send a script again that may have been done, and sleep in between.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        self._script = client.register_script(_SCRIPT)
        self._client = client
        return client

    def _failed(self, error: Exception) -> RedisFailedError:
        # Not raised `from` it: servers quote in their errors what they were sent, the password too.
        reason = str(error) or type(error).__name__
        for secret in self._secrets:
            reason = reason.replace(secret, "***")
        return RedisFailedError(reason.rstrip("."), is_broken_off=isinstance(error, self._breaks))

    def __repr__(self) -> str:
        return f"RedisLink({self.shown!r})"


def _seen(answer: Any) -> Seen:
    seconds, microseconds, is_held, values = answer
    return Seen(int(seconds) + int(microseconds) / 1e6, bool(is_held), list(values))


def _problem(url: str) -> str | None:
    # Never with the text itself: it may hold a password, and one with a "/" or "?" in it ends up anywhere.
    try:
        parts = urlsplit(url)
        sound = bool(parts.path if parts.scheme == "unix" else parts.hostname) and parts.port != 0
        options = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        sound, options = False, []
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
