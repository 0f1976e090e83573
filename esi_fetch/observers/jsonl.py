"""Events as JSON lines in a file, for programs to read while a run goes on or after it."""

from __future__ import annotations

import os
import threading
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from esi_fetch.clock import Clock, SystemClock
from esi_fetch.model.codec import moment_text, to_plain
from esi_fetch.model.events import Event
from esi_fetch.model.job import Job

__all__ = ["JsonLines"]


class JsonLines:
    """Appends one JSON object a line to a file for every event.

    ``event`` is the kind of event and ``at`` the time in UTC, ``2026-08-18T11:05:00.250Z``; the other keys
    are the event's own fields. A job is reduced to its ``uid``, ``label``, ``op_id`` and ``result``, without
    the data.

    Every line goes to the system as it happens, so that it is there although the process is killed. The file
    is opened, and its folder made, at the first event; events after :meth:`close` are dropped.

    Args:
        path: The file; what it holds already is kept.
        clock: Tells the time for ``at``.
    """

    def __init__(self, path: Path | str, *, clock: Clock | None = None) -> None:
        self._path = Path(path)
        self._clock: Clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._file: int | None = None
        self._closed = False
        self._broken_line = False

    def __call__(self, event: Event) -> None:
        """Write one event.

        Raises:
            OSError: The file can't be written.
        """
        line = self._line(event)
        # The lock is held while writing, because it also keeps `close` from pulling the file away. The
        # write is one small call into the system's cache; it does not wait for a disk or another process.
        with self._lock:
            if not self._closed:
                self._write(line)

    def _line(self, event: Event) -> bytes:
        now = datetime.fromtimestamp(self._clock.now(), timezone.utc)
        at = moment_text(now, timespec="milliseconds")
        fields = {name: _plain(value) for name, value in vars(event).items()}
        return orjson.dumps({"event": event.event, "at": at, **fields}) + b"\n"

    def _write(self, line: bytes) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._file = os.open(self._path, flags, 0o666)
        if self._broken_line:
            line = b"\n" + line
        # A full disk takes a part of a line first and fails at the next; the rest of that line is given up,
        # and the next one begins on a line of its own.
        written = 0
        while written < len(line):
            self._broken_line = self._broken_line or written > 0
            written += os.write(self._file, line[written:])
        self._broken_line = False

    def close(self) -> None:
        """Close the file; further events are dropped."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def __enter__(self) -> JsonLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"JsonLines({str(self._path)!r})"


def _plain(value: Any) -> Any:
    if isinstance(value, Job):
        result = None if value.result is None else to_plain(value.result)
        asked = {"op_id": value.op_id} if value.recipe is None else {"recipe": value.recipe}
        return {"uid": value.uid, "label": value.label, **asked, "result": result}
    return to_plain(value)
