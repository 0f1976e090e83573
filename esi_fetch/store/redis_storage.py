"""A store on a Redis server: requests-cache's Redis mapping, made sound, for machines that share one store.

An entry is a hash of its own: header, expiry, body, time of use and what was asked for, each a field, so that
lists of entries read no body, and a server that is full evicts whole entries. When it *expires* is such a
field, and nothing that the server knows of: an expired entry still has its ETag. When it is *deleted* is
another matter: 90 days after it was last written or confirmed, or when the server needs its memory
(``maxmemory`` with ``volatile-lru``). Bookmarks are kept for good: they are small, and to lose one means to
fetch everything again.

requests-cache's own mapping asks for one key at a time, lets what goes wrong escape with passwords in it, and
knows no step that reads and writes; so what is read and written here is ours, on its keys and its connection.

When the server is gone, every method fails, at once while it was gone a moment ago: whoever asks works on
without a store, and with it again when it is back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal, TypeVar

import redis
from requests_cache.backends.redis import RedisDict

from esi_fetch.clock import Clock
from esi_fetch.parts import in_parts
from esi_fetch.redis_server import RedisServer
from esi_fetch.store.entry import Record, Row
from esi_fetch.store.keys import PREVIOUS
from esi_fetch.store.redis_scripts import AMEND, ERASE, EXPIRE, PUT, USED
from esi_fetch.store.redis_side import KEPT_S, RedisSide
from esi_fetch.store.storage import Kind

__all__ = ["RedisStorage"]

T = TypeVar("T")

log = logging.getLogger("esi_fetch.store")

_NAMESPACE = "esi_fetch:store:1"

# A server that was gone is tried again after so long; a try may take two seconds, in which all wait.
_TRY_AGAIN_S = 5.0
# So many commands go in one piece.
_MANY = 500
# Others may change an entry between two looks at it, but not every time.
_TRIES = 100

_FIELDS = ("h", "x", "u", "a")


class RedisStorage(RedisSide, RedisDict):
    """Records by key, on a Redis server; connected by its first use, and again after :meth:`close`.

    Args:
        url: As for :class:`~esi_fetch.redis_server.RedisServer`.
        clock: For how long the server was away.

    Raises (all methods):
        RedisFailedError: The server can't be reached, or does not do what it is asked.
        ImportError: redis-py is not installed.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        self._server = RedisServer(url)
        self.shown = self._server.shown
        self._clock = clock
        self._lost: tuple[float, Exception] | None = None
        client = self._server.client()
        super().__init__(f"{_NAMESPACE}:entries", connection=client, serializer=None, ttl=False)
        scripts: list[Any] = [client.register_script(script) for script in (PUT, AMEND, EXPIRE, USED, ERASE)]
        self._put, self._amend, self._expire, self._used, self._erase = scripts

    def _do(self, work: Callable[[Any], T]) -> T:
        # Without a lock, which a fork might find held; who comes a moment late only tries once more.
        lost = self._lost
        if lost is not None and self._clock.monotonic() - lost[0] < _TRY_AGAIN_S:
            raise self._server.failed(lost[1]) from None
        try:
            result = work(self.connection)
        except self._server.failures as error:
            if not isinstance(error, redis.ResponseError):
                self._lost = self._clock.monotonic(), error
            raise self._server.failed(error) from None
        if lost is not None:
            self._lost = None
            log.warning("the store %s is there again", self.shown)
        return result

    def _step(self, script: Any, names: Sequence[str], arguments: Sequence[Any]) -> int:
        return int(self._do(lambda _: script(names, arguments)))

    def _name(self, kind: str, key: str) -> str:
        return f"{_NAMESPACE}:{kind}:{key}"

    def _piped(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return the answers to many commands, which are sent in few pieces."""
        answers: list[Any] = []
        for some in in_parts(commands, _MANY):

            def send(client: Any, some: Any = some) -> list[Any]:
                with client.pipeline(transaction=False) as pipe:
                    for command in some:
                        pipe.execute_command(*command)
                    return list(pipe.execute())

            answers += self._do(send)
        return answers

    def _keys(self, kind: str) -> list[str]:
        prefix = self._name(kind, "")
        found = self._do(lambda client: set(client.scan_iter(match=f"{prefix}*", count=1000)))
        return sorted(key.decode("ascii").removeprefix(prefix) for key in found if key.isascii())

    # Opening and closing

    @property
    def exists(self) -> bool:
        """Whether there is something to open; a server is taken to be there."""
        return True

    @property
    def is_open(self) -> bool:
        """Whether it is open now; a server may come back at any time, so there is nothing to give up."""
        return True

    def open(self) -> None:
        """See whether the server is there."""
        self._do(lambda client: client.ping())

    # Entries

    def __getitem__(self, key: str) -> Record:
        """Return a record; KeyError when there is none."""
        header, expires_at, body, used_at = self._do(
            lambda client: client.hmget(self._name("entries", key), ["h", "x", "b", "u"])
        )
        if header is None or body is None:
            raise KeyError(key)
        return Record(header, _number(expires_at), body, _number(used_at))

    def __setitem__(self, key: str, record: Record) -> None:
        """Keep a record in place of the one with its key."""
        self.put(key, record, keeps_previous=False)

    def put(self, key: str, record: Record, *, keeps_previous: bool) -> None:
        """Keep a record in place of the one with its key, and that one, if wanted, as the previous one."""
        arguments = [
            int(keeps_previous),
            KEPT_S,
            record.header,
            repr(record.expires_at),
            record.body,
            b"" if record.asked is None else record.asked,
        ]
        self._step(self._put, self._both(key), arguments)

    def _both(self, key: str) -> list[str]:
        return [self._name("entries", key), self._name("entries", f"{key}{PREVIOUS}")]

    def previous(self, key: str) -> Record | None:
        """Return the previous record of a key; None when there is none."""
        own, before = self._both(key)
        (header, expires_at, body, used_at), (shared,) = self._piped(
            [("HMGET", before, "h", "x", "b", "u"), ("HMGET", own, "b")]
        )
        body = shared if body is None else body
        if header is None or body is None:
            return None
        return Record(header, _number(expires_at), body, _number(used_at))

    def drop_previous(self, keys: Sequence[str]) -> None:
        """Delete the previous records of some keys, where there are any."""
        self._piped([("UNLINK", self._both(key)[1]) for key in keys])

    def put_newer(
        self, records: Sequence[tuple[str, Record]], is_newer: Callable[[Row | None, Row], bool]
    ) -> list[str]:
        """Keep those records that are newer than what is there, each in one step; return their keys."""
        kept: list[str] = []
        for key, record in records:
            theirs = Row(key, record.header, record.expires_at, None, record.asked)

            def write(client: Any, key: str = key, record: Record = record, theirs: Row = theirs) -> bool:
                name = self._name("entries", key)

                def step(pipe: Any) -> bool:
                    fields = pipe.hmget(name, _FIELDS)
                    pipe.multi()
                    if not is_newer(None if fields[0] is None else _row(key, fields), theirs):
                        return False
                    values = {"h": record.header, "x": repr(record.expires_at), "b": record.body}
                    pipe.hset(name, mapping=values if record.asked is None else {**values, "a": record.asked})
                    pipe.expire(name, KEPT_S)
                    return True

                return bool(client.transaction(step, name, value_from_callable=True))

            if self._do(write):
                kept.append(key)
        return kept

    def amend(
        self,
        key: str,
        change: Callable[[bytes], bytes | None],
        *,
        expires_at: float | None = None,
        keeps_previous: bool = False,
    ) -> bool:
        """Replace a record's header by what *change* makes of it, and its expiry if given, in one step."""
        for _ in range(_TRIES):
            old = self._do(lambda client: client.hget(self._name("entries", key), "h"))
            new = None if old is None else change(old)
            if new is None:
                return False
            until = b"" if expires_at is None else repr(expires_at)
            arguments = [old, new, until, int(keeps_previous), KEPT_S]
            if self._step(self._amend, self._both(key), arguments):
                return True
        return False

    def headers(self, keys: Sequence[str]) -> list[tuple[str, bytes, float]]:
        """Return keys, headers and expiries of those entries that are there; no body is read."""
        names = [self._name("entries", key) for key in keys]
        found = self._piped([("HMGET", name, "h", "x") for name in names])
        bodies = self._piped([("HEXISTS", name, "b") for name in names])
        return [
            (key, header, _number(expires_at))
            for key, (header, expires_at), has_body in zip(keys, found, bodies, strict=True)
            if header is not None and has_body
        ]

    def rows(self) -> list[Row]:
        """Return what is stored of all entries beside their bodies."""
        keys = self._keys("entries")
        found = self._piped([("HMGET", self._name("entries", key), *_FIELDS) for key in keys])
        return [_row(key, fields) for key, fields in zip(keys, found, strict=True) if fields[0] is not None]

    def note_used(self, uses: Sequence[tuple[str, float]]) -> bool:
        """Note when entries were served; return whether that could be done."""
        try:
            for some in in_parts(uses, _MANY):
                names = [self._name("entries", key) for key, _ in some]
                self._step(self._used, names, [repr(at) for _, at in some])
        except OSError:
            return False
        return True

    def expire(self, kind: Literal["entries", "data_sets"], keys: Sequence[str], *, at: float) -> int:
        """Let things expire at a moment, those that would do so later; return how many that were."""
        count = 0
        for some in in_parts([self._name(kind, key) for key in keys], _MANY):
            count += self._step(self._expire, some, [repr(at)])
        return count

    # All that is kept

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys that are there now."""
        return iter(self._keys("entries"))

    def keys(self) -> Any:
        """Return the keys that are there now."""
        return self._keys("entries")

    def __len__(self) -> int:
        return len(self._keys("entries"))

    def __contains__(self, key: object) -> bool:
        return bool(self._do(lambda client: client.exists(self._name("entries", str(key)))))

    def __delitem__(self, key: str) -> None:
        """Delete a record; KeyError when there is none."""
        if not self.erase("entries", [key]):
            raise KeyError(key)

    def bulk_delete(self, keys: Iterable[str]) -> None:
        """Delete records, those that are there."""
        self.erase("entries", list(keys))

    def clear(self) -> None:
        """Delete everything."""
        names = self._all_names()
        self._piped([("UNLINK", *some) for some in in_parts(names, _MANY)])

    def erase(
        self, kind: Kind, keys: Sequence[str], *, still: Callable[[Row], bool] | None = None
    ) -> list[str]:
        """Delete what is under some keys; return which there were."""
        if still is None:
            gone = self._piped([("UNLINK", self._name(kind, key)) for key in keys])
            self._forget(kind, keys)
            return [key for key, was_there in zip(keys, gone, strict=True) if was_there]
        return [key for key in keys if self._erased_if(key, still)]

    def _erased_if(self, key: str, still: Callable[[Row], bool]) -> bool:
        name = self._name("entries", key)
        for _ in range(_TRIES):
            fields = self._do(lambda client: client.hmget(name, list(_FIELDS)))
            if fields[0] is None or not still(_row(key, fields)):
                return False
            seen = [b"" if value is None else value for value in fields[:2]]
            if self._step(self._erase, [name], seen):
                return True
        return False

    def _all_names(self) -> list[str]:
        found = self._do(lambda client: set(client.scan_iter(match=f"{_NAMESPACE}:*", count=1000)))
        return sorted(key.decode("ascii") for key in found if key.isascii())

    def size(self) -> int:
        """Return how many bytes of the server's memory all that is kept takes."""
        sizes = self._piped([("MEMORY", "USAGE", name) for name in self._all_names()])
        return sum(size or 0 for size in sizes)

    def file_size(self) -> int:
        """Return the same: there is no file."""
        return self.size()

    def shrink(self) -> None:
        """Do nothing: the server does so by itself."""

    def __repr__(self) -> str:
        return f"RedisStorage({self.shown!r})"


def _row(key: str, fields: Sequence[Any]) -> Row:
    header, expires_at, used_at, asked = fields
    return Row(key, header, _number(expires_at), _number(used_at), asked)


def _number(text: bytes | None) -> Any:
    """Return a number as it was written, or what a stranger has put in its place."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text
