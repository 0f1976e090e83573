"""Progress on standard error: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from esi_fetch import observers
from esi_fetch.cli.console import Voice
from esi_fetch.model.events import Event, Observer, PagesFound, RetryScheduled, WaitStarted

if TYPE_CHECKING:
    from esi_fetch.observers import Progress

__all__ = ["progress"]


@contextlib.contextmanager
def progress(voice: Voice, *, only_if_long: bool = False) -> Iterator[list[Observer]]:
    """Show progress while the block runs; yield the observers that this needs: none where it is not wanted.

    Args:
        voice: Says whether it is wanted.
        only_if_long: Keep it away until there is something to wait for: further pages, or a pause.
    """
    if voice.quiet:
        yield []
        return
    late = _Late(voice, only_if_long=only_if_long)
    try:
        yield [late]
    finally:
        late.stop()


class _Late:
    """Progress that is made when there is something to show, because it brings Rich along."""

    def __init__(self, voice: Voice, *, only_if_long: bool) -> None:
        self._voice = voice
        self._lock = threading.Lock()
        self._held: list[Event] | None = [] if only_if_long else None
        self._shown: Progress | None = None
        self._is_made = False

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self._held is None:
                heard = [event]
            else:
                self._held.append(event)
                if not _takes_long(event):
                    return
                heard, self._held = self._held, None
            if not self._is_made:
                self._is_made = True
                console = self._voice.progress_console()
                self._shown = None if console is None else observers.Progress(console)
        if self._shown is not None:
            for each in heard:
                self._shown(each)

    def stop(self) -> None:
        """End it, as it stands."""
        if self._shown is not None:
            self._shown.stop()


def _takes_long(event: Event) -> bool:
    if isinstance(event, PagesFound):
        return event.pages > 1
    return isinstance(event, (RetryScheduled, WaitStarted)) and event.seconds >= 1
