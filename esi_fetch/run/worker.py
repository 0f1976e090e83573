"""What is done in a worker process: building one client, and working on chunks of jobs with it.

The client is built from the settings of the run's own, once for all runs with the same settings, and closed
when the process ends. A worker that is a thread of the run's process uses the run's own client.
"""

from __future__ import annotations

import importlib
import multiprocessing
import multiprocessing.util
import os
import secrets
import signal
import threading
import time
import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Mapping, Sequence

from esi_fetch.auth import GivenTokens, Holder
from esi_fetch.clock import SystemClock
from esi_fetch.errors import CallbackArgumentError, InputError, Problem
from esi_fetch.model.callback import spec_of
from esi_fetch.model.events import Event, JobFinished, JobStarted
from esi_fetch.observers import Dispatcher
from esi_fetch.run.how import without_data
from esi_fetch.run.marks import begin_write
from esi_fetch.run.outcomes import Finished, failed_result
from esi_fetch.run.parcels import Blueprint, Came, JobEvent, Parcel, Returned, Sealed
from esi_fetch.run.prepare import Prepared
from esi_fetch.run.workshop import Workshop
from esi_fetch.transport import Costs

__all__ = ["SentTokens", "modules_of", "origin_of", "work"]

# Whether a run was stopped is looked up that often.
_LOOK_S = 0.25


class SentTokens(GivenTokens):
    """Access tokens that came with jobs; the newest of each character."""

    def __init__(self) -> None:
        super().__init__({})

    def take(self, tokens: Mapping[int, str]) -> None:
        """Use these from now on."""
        self._tokens.update(tokens)

    def mend(self, scopes: Collection[str], *, holder: Holder | None) -> str:
        """Return what users can do to have a token for *scopes*."""
        return "give one to the client that hands out the jobs: Esi(..., tokens={character_id: token})"


class _Clients:
    """The clients of this process: those that were built here for others, and its own that hand out jobs."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.lock = threading.Lock()
        self.built: dict[str, tuple[Workshop, SentTokens]] = {}
        self.own: weakref.WeakValueDictionary[str, Workshop] = weakref.WeakValueDictionary()

    def close(self) -> None:
        """Close those that were built here."""
        with self.lock:
            built, self.built = self.built, {}
        for parts, _ in built.values():
            parts.close()


_clients = _Clients()
if hasattr(os, "register_at_fork"):
    # A child has none of its parent's threads and connections, and must not close what is its parent's.
    os.register_at_fork(after_in_child=_clients.begin)


def origin_of(parts: Workshop) -> str:
    """Return what tells a client from all others, also from its copy in a forked process."""
    with _clients.lock:
        for origin, own in _clients.own.items():
            if own is parts:
                return origin
        origin = secrets.token_hex(8)
        _clients.own[origin] = parts
        return origin


def work(sent: Sealed | Parcel) -> Returned:
    """Work on a chunk of jobs; this is what executors are given to call.

    Raises:
        EsiFetchError: The client can't be used at all: its settings, its limits' server, its store.
    """
    began = time.monotonic()
    try:
        parcel = sent if isinstance(sent, Parcel) else sent.opened()
    except Exception as error:  # noqa: BLE001 - classes that are not here, or of another version: any kind
        what = f"the worker can't unpack it: {type(error).__name__}: {error}"
        return Returned((), problem=f"{what} (what jobs are made of has to be importable in workers)")
    parts = _parts_for(parcel)
    events: list[Event | JobEvent] = []
    observers = Dispatcher([_Notes(events, parcel.jobs)] if parcel.is_heard else ())
    came: list[Came] = []
    todo: list[tuple[int, Prepared]] = []
    for number, ready in parcel.jobs:
        try:
            _know_callbacks(ready, parcel.callbacks)
        except InputError as error:
            observers.emit(JobStarted(ready.job))
            failed = failed_result(error, Costs(), now=parts.clock.now())
            came.append(Came(number, failed, None, False))
            observers.emit(JobFinished(ready.job))
        else:
            todo.append((number, ready))
    try:
        done = parts.ready().runner.chunk(
            todo,
            mode=parcel.mode,
            observers=observers,
            begin_write=lambda number, job: begin_write(parcel.marks, number),
            is_stopped=_seldom(parcel.marks.is_stopped),
        )
    finally:
        parcel.marks.close()
    came += [_came(number, ended, keeps_data=parcel.keeps_data) for number, ended in done]
    return Returned(came, events, time.monotonic() - began)


def _parts_for(parcel: Parcel) -> Workshop:
    with _clients.lock:
        own = _clients.own.get(parcel.origin)
        if own is not None:
            return own
        key = parcel.blueprint.key
        if key not in _clients.built:
            if not _clients.built:
                _leave_ctrl_c_to_the_caller()
                # Unlike what atexit is given, this is done in processes of every kind.
                multiprocessing.util.Finalize(None, _clients.close, exitpriority=10)
            _clients.built[key] = _built(parcel.blueprint)
        parts, tokens = _clients.built[key]
    if parcel.tokens is not None:
        tokens.take(parcel.tokens)
    return parts


def _built(blueprint: Blueprint) -> tuple[Workshop, SentTokens]:
    tokens = SentTokens()
    parts = Workshop(
        blueprint.settings,
        local=blueprint.local,
        remote=blueprint.remote,
        tokens=tokens if blueprint.sends_tokens else None,
        observers=(),
        requests_per_second=blueprint.requests_per_second,
        catalog=blueprint.catalog,
        clock=SystemClock(),
    )
    return parts, tokens


def _leave_ctrl_c_to_the_caller() -> None:
    # A terminal interrupts all processes at once. The caller tells its workers to stop; one that is
    # interrupted while it waits for jobs dies instead, and with it a whole pool, whatever it is at.
    is_child = multiprocessing.parent_process() is not None
    if is_child and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _know_callbacks(ready: Prepared, modules: Mapping[str, str]) -> None:
    """See that a job's callbacks are registered here; import the modules that register them.

    Raises:
        CallbackArgumentError: They can't be.
    """
    for item in ready.job.callbacks:
        module = modules.get(item.callback_id, "")
        try:
            spec_of(item.callback_id)
        except CallbackArgumentError:
            pass
        else:
            continue
        why = ""
        if module == "__main__":
            why = "a script or notebook, which workers don't run: put it into a module of its own"
        else:
            try:
                importlib.import_module(module)
                spec_of(item.callback_id)
            except CallbackArgumentError:
                why = "which does not register it when it is imported: put the decorator at its top level"
            except Exception as error:  # noqa: BLE001 - modules of users raise what they like
                why = f"which can't be imported here ({type(error).__name__}: {error})"
        if why:
            what = f"{item.callback_id!r} is unknown in this worker: it was registered by {module}, {why}"
            raise CallbackArgumentError(problems=[Problem("callback_id", what)])


class _Notes:
    """Writes down what happens, jobs by their numbers; threads may call it."""

    def __init__(self, events: list[Event | JobEvent], jobs: Sequence[tuple[int, Prepared]]) -> None:
        self._events = events
        # The same job may be there more than once: its events are its numbers' one after the other.
        self._numbers: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        for number, ready in jobs:
            for kind in (JobStarted, JobFinished):
                self._numbers[kind.event, ready.job.uid].append(number)

    def __call__(self, event: Event) -> None:
        if isinstance(event, (JobStarted, JobFinished)):
            number = self._numbers[event.event, event.job.uid].popleft()
            self._events.append(JobEvent(event.event, number))
        else:
            self._events.append(event)


def _came(number: int, ended: Finished, *, keeps_data: bool) -> Came:
    result = (ended.job if keeps_data else without_data(ended.job)).result
    assert result is not None  # noqa: S101 - a finished job has a result
    return Came(number, result, ended.bookmark, ended.writes)


def _seldom(look: Callable[[], bool]) -> Callable[[], bool]:
    """Return a function that looks now and then, and else says what it saw last."""
    seen, next_at = False, 0.0

    def now_and_then() -> bool:
        nonlocal seen, next_at
        now = time.monotonic()
        if not seen and now >= next_at:
            seen, next_at = look(), now + _LOOK_S
        return seen

    return now_and_then


def modules_of(jobs: Sequence[tuple[int, Prepared]]) -> dict[str, str]:
    """Return the ids of the jobs' callbacks, and the modules that register them."""
    used = {item.callback_id for _, ready in jobs for item in ready.job.callbacks}
    return {each: spec_of(each).function.__module__ for each in used}
