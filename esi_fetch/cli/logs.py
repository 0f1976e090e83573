"""The log of one command: on standard error, as far as it was asked for, and in a file; events in another."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from esi_fetch.cli.console import Voice
from esi_fetch.errors import InputError, Problem, reason_of
from esi_fetch.model.events import Event, Observer
from esi_fetch.observers import JsonLines, LogObserver

__all__ = ["events_into", "logging_as"]

log = logging.getLogger("esi_fetch.cli")

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


@contextlib.contextmanager
def logging_as(voice: Voice) -> Iterator[list[Observer]]:
    """Log as the options say while the block runs; yield the observers that this needs.

    Raises:
        InputError: The log file can't be opened.
    """
    level = logging.ERROR if voice.quiet else _LEVELS[min(voice.verbosity, 2)]
    logger = logging.getLogger("esi_fetch")
    handlers: list[logging.Handler] = [_StandardError(level)]
    if not voice.verbosity:
        # The summary names what failed, so without -v nobody needs to read it twice.
        handlers[0].addFilter(lambda record: record.name != logger.name)
    if voice.log_file is not None:
        handlers.append(_file_handler(voice.log_file, min(level, logging.INFO)))
    before = logger.level
    logger.setLevel(min(handler.level for handler in handlers))
    for handler in handlers:
        logger.addHandler(handler)
    try:
        yield [LogObserver()] if logger.level <= logging.INFO else []
    finally:
        logger.setLevel(before)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


@contextlib.contextmanager
def events_into(path: Path | None) -> Iterator[list[Observer]]:
    """Append every event to a file while the block runs; yield the observers that this needs.

    When the file can't be written any more that is said once, and the work goes on.
    """
    if path is None:
        yield []
        return
    told = threading.Event()
    with JsonLines(path) as lines:

        def record(event: Event) -> None:
            try:
                lines(event)
            except OSError as error:
                if not told.is_set():
                    told.set()
                    log.warning("not all events are in %s: it can't be written (%s)", path, reason_of(error))

        yield [record]


class _StandardError(logging.Handler):
    """Writes to what is standard error at that moment: progress bars put something in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None:
            return  # closed by whoever started this (`2>&-`); print would take standard output instead
        with contextlib.suppress(OSError, ValueError):
            # As a voice says it: it is one stream.
            print(f"{record.levelname.lower()}: {self.format(record)}", file=sys.stderr, flush=True)


class _File(logging.FileHandler):
    """Appends to a file; when that can't be written any more, says so once, and the work goes on."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace")
        self._path = path
        self._is_lost = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._is_lost:
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._is_lost:
            self._is_lost = True
            log.warning("the log %s can't be written any more (%s)", self._path, reason_of(error))

    def close(self) -> None:
        # What did not fit is still in the stream's buffer, and does not fit now either.
        with contextlib.suppress(OSError):
            super().close()


def _file_handler(path: Path, level: int) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(path)
    except (OSError, ValueError) as error:
        problem = Problem("--log-file", f"can't write {str(path)!r}: {reason_of(error)}")
        raise InputError(problems=[problem]) from error
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler
