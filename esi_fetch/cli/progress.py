"""Progress bars on the terminal."""

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
    """Show progress bars while the block runs; yield the observers that this needs: none off a terminal.

    Args:
        voice: Says whether bars are wanted.
        only_if_long: Keep them away until there is something to wait for: further pages, or a pause.
    """
    console = voice.progress_console()
    if console is None:
        yield []
        return
    bars = observers.Progress(console)  # brings Rich along, so it is asked for only now
    try:
        yield [_Late(bars) if only_if_long else bars]
    finally:
        bars.stop()


class _Late:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._lock = threading.Lock()
        self._held: list[Event] | None = []

    def __call__(self, event: Event) -> None:
        with self._lock:
            if self._held is None:
                heard = [event]
            else:
                self._held.append(event)
                if not _takes_long(event):
                    return
                heard, self._held = self._held, None
        for each in heard:
            self._bars(each)


def _takes_long(event: Event) -> bool:
    if isinstance(event, PagesFound):
        return event.pages > 1
    return isinstance(event, (RetryScheduled, WaitStarted)) and event.seconds >= 1
