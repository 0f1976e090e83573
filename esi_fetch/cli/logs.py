"""The log of one command: on standard error as far as it was asked for, and in a file."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from esi_fetch.cli.console import Voice
from esi_fetch.errors import InputError, Problem, reason_of
from esi_fetch.model.events import Observer
from esi_fetch.observers import LogObserver

__all__ = ["logging_as"]

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
    handlers[0].setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    if voice.log_file is not None:
        handlers.append(_file_handler(voice.log_file, min(level, logging.INFO)))
    before = logger.level
    logger.setLevel(min(handler.level for handler in handlers))
    for handler in handlers:
        logger.addHandler(handler)
    try:
        # The summary names what failed, so without -v nobody needs to read it twice.
        yield [LogObserver()] if logger.level <= logging.INFO else []
    finally:
        logger.setLevel(before)
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


class _StandardError(logging.Handler):
    """Writes to what is standard error at that moment: progress bars put something in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr is None:
            return  # closed by whoever started this (`2>&-`); print would take standard output instead
        with contextlib.suppress(OSError, ValueError):
            print(self.format(record), file=sys.stderr, flush=True)


def _file_handler(path: Path, level: int) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except (OSError, ValueError) as error:
        problem = Problem("--log-file", f"can't write {str(path)!r}: {reason_of(error)}")
        raise InputError(problems=[problem]) from error
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler
