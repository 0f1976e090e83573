"""Telling observers what happens, so that none of them can disturb it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from esi_fetch.errors import InputError, Problem
from esi_fetch.model.events import Event, Observer
from esi_fetch.units import plural

__all__ = ["Dispatcher"]

log = logging.getLogger("esi_fetch.observers")


def _callables(observers: Iterable[Observer]) -> tuple[Observer, ...]:
    """Return the observers; what is none is found now, not with every event of a run."""
    given = tuple(observers) if isinstance(observers, Iterable) else None
    if given is None or not all(map(callable, given)):
        what = f"expected a list of functions that take an event, found {observers!r:.80}"
        raise InputError(problems=[Problem("observers", what)])
    return given


class Dispatcher:
    """Hands every event to every observer, in the thread in which it happens.

    An observer that raises is logged with its traceback, once for each kind of event, and goes on being
    told. A dispatcher without observers is false, so that nobody needs to build events for it::

        if dispatcher:
            dispatcher.emit(JobStarted(job))

    Raises:
        InputError: An observer can't be called.
    """

    def __init__(self, observers: Iterable[Observer] = ()) -> None:
        self._observers: tuple[Observer, ...] = ()
        for observer in _callables(observers):
            # One that is given both to the client and to a run hears everything once.
            if observer not in self._observers:
                self._observers += (observer,)
        self._reported: set[tuple[int, str]] = set()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._observers)

    def plus(self, observers: Iterable[Observer]) -> Dispatcher:
        """Return a dispatcher that tells these observers as well."""
        more = _callables(observers)
        return Dispatcher((*self._observers, *more)) if more else self

    def emit(self, event: Event) -> None:
        """Tell every observer of *event*; never raises what an observer raises."""
        for index, observer in enumerate(self._observers):
            try:
                observer(event)
            # Observers are other people's code, and watching must never change what is watched. Only what
            # is not an ``Exception``, such as ``KeyboardInterrupt``, passes.
            except Exception:
                if self._is_first(index, event.event):
                    log.warning(
                        "observer %r failed on %r; its further failures on that event are not logged",
                        observer,
                        event.event,
                        exc_info=True,
                    )

    def _is_first(self, index: int, kind: str) -> bool:
        with self._lock:
            if (index, kind) in self._reported:
                return False
            self._reported.add((index, kind))
            return True

    def __repr__(self) -> str:
        return f"Dispatcher({plural(len(self._observers), 'observer')})"
