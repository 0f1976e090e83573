"""Books shared by machines, on a Redis server.

A step reads the books and the server's time, computes here, and writes what changed, if nobody has changed it
meanwhile; else it computes anew. All machines go by the server's clock, whatever their own say.

Under which keys
----------------
``esi_fetch:limits:1:{<ESI>}:all:<book>`` for what belongs to a character, wherever the request comes from,
and ``…:at:<address>:<book>`` for what ESI counts by address. The address is a name, given as
``redis://…?address=home`` by machines that do not share one with all others. ESI is its host, so that a
sandbox has books of its own. Every book expires by itself, a few windows after it was last written.

Who is gone
-----------
What a process holds is released by its lease, as nothing tells a server reliably that a process elsewhere
has died: that costs at most five tokens for each request that was under way, for as long as one attempt may
take. Who ends in peace releases it on :meth:`RedisState.close`.

When the server is gone
-----------------------
At the start that is an error. Later on the work goes on from the last known books, one request at a time, as
other machines may be doing the same; after a minute it is an error too. When the server is back, what was
spent meanwhile is put into its books, and what it has forgotten (a restart, an older snapshot, an eviction)
is put back by whoever still knows it: each book has a birth and counts its changes.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar
from urllib.parse import quote, urlsplit

from esi_fetch.clock import Clock
from esi_fetch.errors import LimitsError
from esi_fetch.limits.alone import Alone
from esi_fetch.limits.decision import Picture
from esi_fetch.limits.ledger import Ledger
from esi_fetch.limits.plain import pack, unpack
from esi_fetch.limits.redis_books import MARK_AT_MOST, Found, Mark, Value, kept_s, read_book
from esi_fetch.limits.redis_link import Change, RedisFailedError, RedisLink, Seen
from esi_fetch.limits.reunion import bring_up_to, holds_of, reunite, spent
from esi_fetch.limits.state import MANY_BOOKS

__all__ = ["RedisState"]

T = TypeVar("T")

log = logging.getLogger("esi_fetch.limits")

ALONE_S = 60.0
"""For how long the work goes on without the server.

A server that is restarted or moved is back by then. Each machine alone knows nothing of the others' spends,
and sends one request at a time: in a minute some hundreds, where a bucket holds thousands. Longer than the
error limit's minute it could not know of the others' errors.
"""

TRY_AGAIN_S = 5.0
"""How long after a failure the server is tried again; a try may take two seconds, in which all wait."""

TRIES = 200
"""How often a step is tried while others change its books; the first few suffice, but for a broken server."""

# More than a step takes, so that those who wait for a turn do not come back all at once.
_JITTER_S = 0.05


class RedisState:
    """Books on a Redis server; a :class:`~esi_fetch.limits.LimitState`.

    The server (5 or newer) may lose its data at any time, and others may use it too. Each reserve and each
    settle takes two round trips, one after the other within a process: a server 1 ms away allows some 250
    requests a second, one 20 ms away some 12.

    Args:
        url: ``redis://[user:password@]host[:port][/db]``, ``rediss://…`` or ``unix:///path``, and
            ``?address=NAME`` to tell apart machines behind different public addresses.
        clock: For pauses, and for how long the server is away.
        base_url: The ESI whose limits these are.

    Raises:
        SettingsError: If the URL is none. Its text never holds the URL.
    """

    def __init__(self, url: str, *, clock: Clock, base_url: str = "https://esi.evetech.net") -> None:
        self._link = RedisLink(url)
        self._clock = clock
        parts = urlsplit(base_url)
        # Braces keep all keys in one slot of a cluster.
        place = quote(f"{parts.netloc}{parts.path.rstrip('/')}", safe=".:-_/")
        prefix = f"esi_fetch:limits:1:{{{place}}}:"
        self._turn = f"{prefix}turn"
        self._probe = f"{prefix}probe:"
        self._of_all, self._of_address = f"{prefix}all:", f"{prefix}at:{self._link.address}:"
        self._warned: set[str] = set()
        # What is known of the books: their values as last seen or written, oldest first.
        self._known: dict[str, Value] = {}
        # The server's time less ours; None before it was first reached.
        self._offset_s: float | None = None
        self._alone: Alone | None = None
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._holder = secrets.token_hex(8)
        self._numbers = itertools.count(1)
        # Held while talking to the server: the threads of one process would only undo each other's steps.
        self._lock = threading.Lock()

    def open(self) -> None:
        """Reach the server now rather than on first use, so that nothing is sent without it.

        Raises:
            LimitsError: If it can't be reached or used, or its client is not installed.
        """
        self._mind_fork()
        with self._lock:
            self._ensure_open()

    def step(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        """Run *change* over the books, on the server; see :class:`~esi_fetch.limits.LimitState`.

        Raises:
            LimitsError: If the server can't be reached at the start, or was away for more than a minute.
        """
        self._mind_fork()
        with self._lock:
            self._ensure_open()
            alone = self._alone
            if alone is None or self._clock.monotonic() - alone.tried_at >= TRY_AGAIN_S:
                try:
                    return self._step_shared(keys, change)
                except RedisFailedError as error:
                    alone = self._lose(error)
            return self._step_alone(alone, change)

    def keys(self) -> list[str]:
        """Return the keys of all books there are.

        Raises:
            LimitsError: If the server can't be reached at the start.
        """
        self._mind_fork()
        with self._lock:
            self._ensure_open()
            alone = self._alone
            if alone is None:
                try:
                    return [
                        name.removeprefix(prefix)
                        for prefix in (self._of_all, self._of_address)
                        for name in self._link.keys(prefix)
                    ]
                except RedisFailedError as error:
                    alone = self._lose(error)
            return list(alone.books)

    def new_id(self) -> str:
        """Return a name for a reservation: who holds it, and a number."""
        self._mind_fork()
        return f"{self._holder}.{next(self._numbers)}"

    def close(self) -> None:
        """Release what is still held, and close the connection; the next use makes a new one."""
        self._mind_fork()
        with self._lock:
            held = [key for key, value in self._known.items() if holds_of(unpack(value.packed), self._holder)]
            if held and self._alone is None:
                try:
                    self._step_shared(held, self._give_up)
                except (RedisFailedError, LimitsError):
                    log.debug("what is held in %s is released by its lease", self._link.shown)
            self._link.close()

    def _give_up(self, picture: Picture, now: float) -> None:
        for ledger in picture.values():
            for name in holds_of(ledger, self._holder):
                ledger.give_up(name, now=now)

    def _mind_fork(self) -> None:
        # A child must neither wait for its parent's threads nor hold what its parent holds.
        if self._process != os.getpid():
            self._begin()

    def _ensure_open(self) -> None:
        if self._offset_s is not None:
            return
        # Written and not only read: a server may be full, or a copy that takes no changes.
        probe = Change(f"{self._probe}{self._holder}", None, b"1", 1.0)
        try:
            for change in (probe, probe._replace(begins=b"1", becomes=b"")):
                self._link.write(self._turn, [change], who=self._holder, wants_turn=False)
            self._note_time(self._link.read(self._turn, []))
        except RedisFailedError as error:
            raise LimitsError(
                f"Redis at {self._link.shown} can't be used to share limits: {error.reason}. Mend that, or"
                " leave out the setting redis_url (ESI_FETCH_REDIS_URL): limits are then shared by the"
                " programs of this machine alone"
            ) from None

    # With the server

    def _step_shared(self, keys: Collection[str], change: Callable[[Picture, float], T]) -> T:
        # Whatever was spent alone becomes known to all with the first step, not only where this step leads.
        wanted = sorted({*keys, *(self._alone.books if self._alone is not None else ())})
        seen = self._read(wanted)
        may_reconnect = self._alone is None
        attempted: tuple[dict[str, set[str]], T] | None = None
        for number in range(TRIES):
            found = self._found(wanted, seen)
            if attempted is not None and attempted[0] == self._holds(_ledgers(found)):
                # The connection broke off after the changes were made, and before we were told.
                self._remember(wanted, {key: each.value for key, each in found.items()}, seen)
                return attempted[1]
            picture = self._picture(wanted, found, seen.now)
            before = self._holds(picture)
            done = change(picture, seen.now)
            changes, after = self._changes(wanted, found, picture, seen)
            if all(each.becomes is None for each in changes):
                self._remember(wanted, after, seen)
                return done
            try:
                newer = self._link.write(self._turn, changes, who=self._holder, wants_turn=number > 0)
            except RedisFailedError as error:
                if not (error.is_broken_off and may_reconnect):
                    raise
                may_reconnect = False
                # Nobody else touches what we hold, so that tells whether these changes were made.
                holds = self._holds(picture)
                attempted = (holds, done) if holds != before else None
                seen = self._read(wanted)
                continue
            if newer is None:
                self._remember(wanted, after, seen)
                return done
            if newer.is_held:
                self._clock.wait(threading.Event(), random.uniform(0, _JITTER_S))  # noqa: S311 # no secret
                newer = self._read(wanted)
            seen = newer
        raise LimitsError(f"the limits in Redis at {self._link.shown} changed {TRIES} times in one step")

    def _read(self, keys: Sequence[str]) -> Seen:
        names = [self._name(key) for key in keys]
        try:
            return self._link.read(self._turn, names)
        except RedisFailedError as error:
            # An idle connection may have been closed by either side: one new try.
            if not error.is_broken_off or self._alone is not None:
                raise
            return self._link.read(self._turn, names)

    def _name(self, key: str) -> str:
        # bucket|character:90000001|char-wallet; the user is empty where the address counts.
        parts = key.split("|", 2)
        return (self._of_all if len(parts) == 3 and parts[1] else self._of_address) + key

    def _found(self, keys: Sequence[str], seen: Seen) -> dict[str, Found]:
        found = {}
        for key, kept in zip(keys, seen.values, strict=True):
            if kept is None:
                continue
            try:
                found[key] = read_book(kept, now=seen.now)
            except ValueError as error:
                self._warn_once(
                    f"what Redis at {self._link.shown} keeps as {self._name(key)!r} is no book of limits, and"
                    f" is dropped: {error}",
                    kind="stranger",
                )
        return found

    def _picture(self, keys: Sequence[str], found: dict[str, Found], now: float) -> Picture:
        books = ((key, self._book(key, found.get(key), now)) for key in keys)
        return {key: ledger for key, ledger in books if ledger is not None}

    def _book(self, key: str, found: Found | None, now: float) -> Ledger | None:
        """Return the book that counts: the one found, with whatever only we know put into it."""
        known, kept = self._known.get(key), None
        descends = found is not None and known is not None and found.value.mark.is_ahead_of(known.mark)
        if self._alone is not None:
            kept = self._alone.copy_of(key)
        elif known is not None and not descends:
            kept = unpack(known.packed)
        if kept is None:
            return None if found is None else found.ledger
        bring_up_to(kept, now, known_at=self._now_alone())
        if found is None:
            return None if kept.is_idle else kept
        amount = self._alone.settled_since(key) if descends and self._alone is not None else spent(kept)
        reunite(found.ledger, kept, amount=amount, holder=self._holder, now=now)
        return found.ledger

    def _changes(
        self, keys: Sequence[str], found: dict[str, Found], picture: Picture, seen: Seen
    ) -> tuple[list[Change], dict[str, Value]]:
        changes, after = [], {}
        for key, kept in zip(keys, seen.values, strict=True):
            each, ledger = found.get(key), picture.get(key)
            begins, becomes, lasts_s = kept and kept[:MARK_AT_MOST], None, 0.0
            if each is not None and kept is not None:
                begins = kept[: len(kept) - len(each.value.packed)]
            if ledger is None:
                becomes = b"" if kept is not None else None
            else:
                value = Value(self._next_mark(key, each, seen.now), pack(ledger))
                if each is not None and value.packed == each.value.packed:
                    value = each.value
                else:
                    becomes, lasts_s = value.encoded(), kept_s(ledger, now=seen.now)
                after[key] = value
            changes.append(Change(self._name(key), begins, becomes, lasts_s))
        return changes, after

    def _next_mark(self, key: str, found: Found | None, now: float) -> Mark:
        known = self._known.get(key)
        before = [each.mark for each in (found and found.value, known) if each is not None]
        written_by = f"{self._holder}-{next(self._numbers)}"
        birth = before[0].birth if before else written_by
        return Mark(
            birth, max((mark.changes for mark in before), default=0) + 1, written_by, round(now * 1000)
        )

    def _remember(self, keys: Sequence[str], values: dict[str, Value], seen: Seen) -> None:
        for key in keys:
            self._known.pop(key, None)
            if key in values:
                self._known[key] = values[key]
        while len(self._known) > MANY_BOOKS:
            del self._known[next(iter(self._known))]
        self._note_time(seen)
        if self._alone is not None:
            self._alone = None
            log.info("Redis at %s is back, and knows what was spent meanwhile", self._link.shown)

    def _note_time(self, seen: Seen) -> None:
        self._offset_s = seen.now - self._clock.monotonic()

    def _holds(self, books: Picture) -> dict[str, set[str]]:
        return {key: holds_of(ledger, self._holder) for key, ledger in books.items()}

    # Without the server

    def _now_alone(self) -> float:
        return self._clock.monotonic() + (self._offset_s or 0.0)

    def _lose(self, error: RedisFailedError) -> Alone:
        now = self._clock.monotonic()
        if self._alone is not None:
            self._alone.tried_at, self._alone.reason = now, error.reason
            return self._alone
        books = {key: unpack(value.packed) for key, value in self._known.items()}
        self._alone = Alone(books, holder=self._holder, since=now, reason=error.reason)
        self._warn_once(
            f"Redis at {self._link.shown} can't be used any more ({error.reason}): going on without it for at"
            f" most {ALONE_S:.0f} s, one request at a time, as other machines are not seen",
            kind="lost",
        )
        return self._alone

    def _step_alone(self, alone: Alone, change: Callable[[Picture, float], T]) -> T:
        if self._clock.monotonic() - alone.since < ALONE_S:
            return alone.step(change, self._now_alone())
        is_kept, done = alone.end_only(change, self._now_alone())
        if is_kept:
            return done
        raise LimitsError(
            f"Redis at {self._link.shown} has been away for {ALONE_S:.0f} s, and nothing is sent"
            f" without it, as other machines may be using the same limits: {alone.reason}"
        )

    def _warn_once(self, message: str, *, kind: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            log.warning(message)

    def __repr__(self) -> str:
        return f"RedisState({self._link.shown!r}, address={self._link.address!r})"


def _ledgers(found: dict[str, Found]) -> Picture:
    return {key: each.ledger for key, each in found.items()}
