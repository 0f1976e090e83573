"""The wire to a Redis server, for the limits: one atomic script."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from esi_fetch.errors import LimitsError
from esi_fetch.redis_server import EVERYBODY, TIMEOUT_S, RedisFailedError, RedisServer

if TYPE_CHECKING:
    import redis

__all__ = ["EVERYBODY", "Change", "RedisFailedError", "RedisLink", "Seen"]

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
        url: As for :class:`~esi_fetch.redis_server.RedisServer`.

    Raises:
        SettingsError: If it is no such URL.
    """

    def __init__(self, url: str) -> None:
        self._server = RedisServer(url)
        self.address = self._server.address
        self.shown = self._server.shown
        self._client: redis.Redis | None = None
        self._script: Any = None

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
        except self._server.failures as error:
            raise self._server.failed(error) from None
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
        except self._server.failures as error:
            raise self._server.failed(error) from None

    def _connected(self) -> redis.Redis:
        if self._client is None:
            try:
                client = self._server.client(timeout_s=TIMEOUT_S)
            except ImportError as error:
                raise LimitsError(
                    "limits shared through Redis need its client: pip install 'esi-fetch[redis]'"
                ) from error
            self._script = client.register_script(_SCRIPT)
            self._client = client
        return self._client

    def __repr__(self) -> str:
        return f"RedisLink({self.shown!r})"


def _seen(answer: Any) -> Seen:
    seconds, microseconds, is_held, values = answer
    return Seen(int(seconds) + int(microseconds) / 1e6, bool(is_held), list(values))
