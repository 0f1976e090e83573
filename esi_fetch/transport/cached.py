"""The session with the store in front of it: asks ESI only for what is not known to be fresh.

Order of operations for one call:

1. one thread at a time for one key, so that nothing is asked for twice
2. look into the store
3. decide (:func:`decide`, pure): serve, ask conditionally, ask for all, or give up
4. before asking: was the same refused a moment ago? Then that is the answer
5. obey; a 304 touches only the expiry, a success is stored with its own lifetime, a refusal is remembered
6. when ESI can't answer, serve the expired copy if it is not too old, and say so
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from enum import Enum

import requests

from esi_fetch.clock import Clock
from esi_fetch.errors import JobError, NotInStoreError
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Attempt, Source
from esi_fetch.store import Entry, Glance, LocalStore, Proof, Refusal, lifetime
from esi_fetch.transport.adapter import PreparedCall
from esi_fetch.transport.call import Answer, Call, Mode
from esi_fetch.transport.outcome import body_of, folded
from esi_fetch.transport.refusals import Refusals, is_lasting, message_of
from esi_fetch.transport.session import EsiSession
from esi_fetch.transport.stale import StaleRule
from esi_fetch.transport.task import Task
from esi_fetch.turns import Turns

__all__ = ["CachedSession", "Decision", "decide"]


class Decision(Enum):
    """What to do about a call."""

    SERVE = "serve what the store has"
    ASK_CHANGED = "ask whether it has changed"
    ASK_ALL = "ask for it"
    GIVE_UP = "it is not in the store, and nothing may be sent"


def decide(entry: Entry | Glance | None, *, now: float, mode: Mode) -> Decision:
    """Decide what to do about a call, given what the store has of it."""
    if mode is Mode.OFFLINE:
        return Decision.SERVE if entry is not None else Decision.GIVE_UP
    if entry is None:
        return Decision.ASK_ALL
    if mode is Mode.NORMAL and entry.is_fresh(now):
        return Decision.SERVE
    if mode is Mode.REPLACE or (entry.etag is None and entry.last_modified is None):
        return Decision.ASK_ALL
    return Decision.ASK_CHANGED


class CachedSession:
    """Answers calls from the store or from ESI.

    Args:
        session: Sends what has to be sent.
        store: Keeps answers; None when nothing is to be kept.
        clock: Tells the time.
        max_stale_s: For how long after its expiry a copy may stand in when ESI can't answer; 0 forbids it.
        remember_refusals_s: For how long a 403 or 404 is remembered, and the same not asked again: in the
            store, or in the memory of this session where there is none. 0 for not at all.
    """

    def __init__(
        self,
        session: EsiSession,
        *,
        store: LocalStore | None,
        clock: Clock,
        max_stale_s: float,
        remember_refusals_s: float = 900.0,
    ) -> None:
        self.session = session
        self.store = store
        self.clock = clock
        self.stale_rule = StaleRule(max_stale_s)
        self.refusals = Refusals(store, clock=clock, remember_s=remember_refusals_s)
        self._turns = Turns()

    def answer(
        self, call: Call, *, task: Task, mode: Mode = Mode.NORMAL, stale: bool = True, remember: bool = True
    ) -> Answer:
        """Return the answer to *call*; look at its ``status``, as ESI's refusals are answers too.

        Args:
            call: What is asked for.
            task: The job it belongs to.
            mode: What may be used.
            stale: Whether an expired copy may stand in when ESI can't answer.
            remember: Whether a refusal of a moment ago may be the answer, and a new one is remembered.

        Raises:
            requests.RequestException: No attempt brought an answer.
            NotInStoreError: Working offline, and the store does not have it.
            JobCancelledError: The run was stopped.
            LimitWaitError: The limits would not let it go before the job's deadline.
            DowntimeError: ESI is in its daily downtime, and the job may not wait for its end.
        """
        if self.store is None or not call.storable:
            if mode is Mode.OFFLINE:
                raise NotInStoreError(f"offline, and {call.op_id} is never stored", url=call.url)
            return self._ask(call, None, task=task, mode=mode, remember=remember)
        with self._turns.of(call.key, cancel=task.cancel):
            entry = self.store.find(call.key)
            now = self.clock.now()
            decision = decide(entry, now=now, mode=mode)
            if decision is Decision.GIVE_UP:
                raise NotInStoreError(f"offline, and {_target(call)} is not in the store", url=call.url)
            if entry is not None and decision is Decision.SERVE:
                return _from_entry(entry, Source.LOCAL)
            try:
                answer = self._ask(
                    call,
                    entry,
                    task=task,
                    mode=mode,
                    remember=remember,
                    conditional=decision is Decision.ASK_CHANGED,
                )
            except (requests.RequestException, JobError) as error:
                if stale and self.stale_rule.stands_in_for(error) and (copy := self._stale(entry, now)):
                    return copy
                raise
            if stale and self.stale_rule.stands_in_for(answer.status):
                return self._stale(entry, now, attempts=answer.attempts) or answer
            return answer

    def peek(self, call: Call, *, mode: Mode = Mode.NORMAL) -> Answer | None:
        """Return the answer that *call* would get from the store without a request; None where there is none.

        A store that is not there is not made for it.
        """
        store = self.store
        entry = store.find(call.key) if store is not None and store.exists and call.storable else None
        if entry is None or decide(entry, now=self.clock.now(), mode=mode) is not Decision.SERVE:
            return None
        return _from_entry(entry, Source.LOCAL)

    def is_fresh(self, call: Call) -> bool:
        """Return whether *call* would be answered from the store without a request."""
        return self.peek(call) is not None

    def prove(self, call: Call, proof: Proof) -> None:
        """Note that the set of which *call* asks for the first page has been proved to be whole."""
        if self.store is not None and call.storable:
            self.store.prove(call.key, proof)

    def previous(self, call: Call) -> Answer:
        """Return what *call* was answered with before its set of pages was begun anew; nothing is sent.

        Raises:
            NotInStoreError: The store does not have it.
        """
        entry: Entry | None = None
        if self.store is not None and call.storable:
            entry = self.store.find_previous(call.key) or self.store.find(call.key)
        if entry is None:
            raise NotInStoreError(f"{_target(call)} is not in the store", url=call.url)
        return _from_entry(entry, Source.LOCAL)

    def note_whole(self, calls: Iterable[Call]) -> None:
        """Note that a set of pages is whole: what its pages have replaced is of no more use."""
        if self.store is not None:
            self.store.drop_previous([call.key for call in calls if call.storable])

    def distrust(self, call: Call) -> None:
        """Mark what is stored for *call* as confirmed by nobody: it has expired, and came before all else."""
        if self.store is not None and call.storable:
            self.store.touch(call.key, validated_at=0.0, expires_at=0.0)

    def _ask(
        self,
        call: Call,
        entry: Entry | None,
        *,
        task: Task,
        mode: Mode,
        remember: bool,
        conditional: bool = False,
    ) -> Answer:
        refusal = self.refusals.find(call) if remember else None
        if refusal is not None and mode is Mode.NORMAL and self.refusals.holds(refusal):
            return _from_refusal(refusal, until=refusal.answered_at + self.refusals.remember_s)
        known = entry if conditional else None
        response, request = self.session.exchange(call, task=task, headers=_conditions(known))
        if remember:
            self.refusals.learn(call, response, before=refusal)
        if self.store is not None and entry is not None and is_lasting(call, response):
            # What was just refused is not fresh any more, however young it is.
            self.store.touch(call.key, validated_at=entry.validated_at, expires_at=0.0)
            self.store.drop_previous([call.key])
        return self._answered(call, known, response, request, replaces=entry is not None)

    def _answered(
        self,
        call: Call,
        entry: Entry | None,
        response: requests.Response,
        request: PreparedCall,
        *,
        replaces: bool,
    ) -> Answer:
        received_at = self.clock.now()
        attempts, headers = tuple(request.attempts), folded(response)
        if response.status_code == 304 and entry is not None:
            return self._confirmed(call, entry, headers, received_at=received_at, attempts=attempts)
        pages = _page_count(headers.get("x-pages"))
        last_modified = headers.get("last-modified")
        if response.status_code not in call.success or request.data is None:
            return Answer(
                response.status_code,
                Source.REMOTE,
                LazyData.of(None),
                message=message_of(response),
                pages=pages,
                fetched_at=received_at,
                attempts=attempts,
            )
        life = lifetime(headers, received_at=received_at, hint_s=call.lifetime_hint_s)
        expires_at = received_at + life.seconds
        # Only a 200 is data: a 204 says that there is none now, which is no reason not to ask again.
        # A page of nobody knows how many could be taken for the only one when it is found again.
        body: tuple[int, int] | None = None
        if self.store is not None and call.storable and response.status_code == 200 and pages != 0:
            entry = Entry(
                key=call.key,
                op_id=call.op_id,
                method=call.method,
                url=call.url,
                character=call.character,
                status=response.status_code,
                etag=headers.get("etag"),
                last_modified=last_modified,
                pages=pages,
                fetched_at=received_at,
                validated_at=received_at,
                expires_at=expires_at,
                body=body_of(response),
                crc32=zlib.crc32(response.content),
                asked=call.asked,
            )
            # A set of one page has nothing that could be torn.
            self.store.save(entry, keeps_previous=replaces and call.of_set and pages != 1)
            body = _body_of(entry)
        return Answer(
            response.status_code,
            Source.REMOTE,
            request.data,
            pages=pages,
            last_modified=last_modified,
            fetched_at=received_at,
            expires_at=expires_at,
            attempts=attempts,
            body=body,
        )

    def _confirmed(
        self,
        call: Call,
        entry: Entry,
        headers: Mapping[str, str],
        *,
        received_at: float,
        attempts: tuple[Attempt, ...],
    ) -> Answer:
        life = lifetime(
            headers,
            received_at=received_at,
            hint_s=call.lifetime_hint_s,
            previous_s=entry.expires_at - entry.validated_at,
        )
        expires_at = received_at + life.seconds
        # What a 304 leaves out is as it was: real ones have been seen without any of these.
        last_modified = headers.get("last-modified") or entry.last_modified
        pages = _page_count(headers.get("x-pages")) or entry.pages
        if pages is not None and "x-pages" not in headers and last_modified != entry.last_modified:
            pages = 0  # this page is the same in a newer snapshot, which may have more pages or fewer
        if self.store is not None:
            self.store.touch(
                call.key,
                validated_at=received_at,
                expires_at=expires_at,
                etag=entry.etag,  # what was asked about is what was confirmed, whatever tag comes back
                last_modified=last_modified,
                pages=pages,
                # As a page of a newer snapshot it does not belong to the old set any more.
                keeps_previous=call.of_set and last_modified != entry.last_modified,
            )
        return Answer(
            entry.status,
            Source.NOT_MODIFIED,
            LazyData(entry.body.data),
            pages=pages,
            last_modified=last_modified,
            fetched_at=received_at,
            expires_at=expires_at,
            attempts=attempts,
            body=_body_of(entry),
            proof=entry.proof,
        )

    def _stale(self, entry: Entry | None, now: float, *, attempts: tuple[Attempt, ...] = ()) -> Answer | None:
        if entry is None or not self.stale_rule.is_young_enough(entry.expires_at, now=now):
            return None
        return _from_entry(entry, Source.STALE, attempts=attempts)


def _target(call: Call) -> str:
    """Return what a call asks for, without the host: ``/markets/10000002/orders?page=3``."""
    return "/" + call.url.partition("//")[2].partition("/")[2]


def _from_entry(entry: Entry, source: Source, *, attempts: tuple[Attempt, ...] = ()) -> Answer:
    return Answer(
        entry.status,
        source,
        LazyData(entry.body.data),
        pages=entry.pages,
        last_modified=entry.last_modified,
        fetched_at=entry.validated_at,
        expires_at=entry.expires_at,
        attempts=attempts,
        body=_body_of(entry),
        proof=entry.proof,
    )


def _body_of(entry: Entry) -> tuple[int, int] | None:
    return None if entry.crc32 is None else (entry.crc32, len(entry.body.wire))


def _from_refusal(refusal: Refusal, *, until: float) -> Answer:
    return Answer(
        refusal.status,
        Source.LOCAL,
        LazyData.of(None),
        message=refusal.message,
        is_remembered=True,
        fetched_at=refusal.answered_at,
        expires_at=until,
    )


def _conditions(entry: Entry | None) -> dict[str, str]:
    """Return the headers that ask only for what has changed since *entry*."""
    if entry is not None and entry.etag is not None:
        return {"If-None-Match": entry.etag}
    if entry is not None and entry.last_modified is not None:
        return {"If-Modified-Since": entry.last_modified}
    return {}


def _page_count(value: str | None) -> int | None:
    """Return the number of pages; None when the header is absent, 0 when it makes no sense."""
    if value is None:
        return None
    text = value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
