"""The same run, at most once at a time: by a lock that goes with its process, whatever ends that."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from esi_fetch.errors import JournalError, reason_of
from esi_fetch.file_locks import FileLocks
from esi_fetch.units import moment_text

__all__ = ["only_once"]

log = logging.getLogger("esi_fetch.run")

_LOCKS = "runs.lock"


@contextmanager
def only_once(folder: Path, *, identity: str, journal: Path, now: float) -> Iterator[None]:
    """Keep others from running the same, or from writing the same journal, for the time of the block.

    Where the system has no such locks, nobody is kept from anything.

    Args:
        folder: Where the locks are, of all runs that are to know of each other.
        identity: What is run; see :func:`~esi_fetch.run.identity.run_identity`.
        journal: The run's journal.
        now: Seconds since the epoch, for those who come later.

    Raises:
        JournalError: Somebody is at it.
    """
    locks, taken = FileLocks(folder / _LOCKS), list[int]()
    whose = folder / f"{identity}.running"
    try:
        try:
            for offset, complaint in (
                (_offset(f"run {identity}"), _is_running),
                (_offset(f"journal {os.path.realpath(journal)}"), _is_in_use),
            ):
                if not locks.take(offset):
                    raise JournalError(complaint(whose, journal))
                taken.append(offset)
            # For people alone. Who finds it although nobody has the lock, finds what a crash left behind.
            whose.write_text(f"{os.getpid()} {now}", encoding="ascii")
        except OSError as error:
            log.debug("%s: can't be locked: %s", locks.path, reason_of(error))
        yield
    finally:
        if len(taken) == 2:
            with contextlib.suppress(OSError):
                whose.unlink()
        for offset in taken:
            locks.release(offset)


def _offset(text: str) -> int:
    # Seven bytes are below the end of what offsets can be.
    digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=7).digest()
    return int.from_bytes(digest, "big")


def _is_in_use(whose: Path, journal: Path) -> str:
    return f"the journal {journal} is in use by another run: name another file, or wait until that has ended"


def _is_running(whose: Path, journal: Path) -> str:
    try:
        process, since_s = whose.read_text(encoding="ascii").split()
        who = f", since {moment_text(float(since_s))}, by process {process}"
    except (OSError, ValueError):  # just begun, or not written
        who = ""
    return f"these jobs are being run already{who}: wait until that has ended, or stop it"
