"""Locks that end with their process: single bytes of a file, locked for as long as somebody lives.

The kernel drops them whatever ends the process, ``kill -9`` included, so they tell who is still there. A byte
need not exist to be locked: the file stays empty.

POSIX locks belong to the process and not to the descriptor, which sets three traps. A process never meets its
own locks when it tries, so what is ours is known here. Closing *any* descriptor of a file drops all of this
process's locks on it, so each file has one, which is never closed. And a child of a fork inherits the
descriptor, but none of the locks.

Windows has no locks that can be shared by those who only look; there, whoever wants one is told so.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # the module is absent, and every use asks first

__all__ = ["FileLocks", "have_file_locks"]


def have_file_locks() -> bool:
    """Return whether this system has locks that end with their process."""
    return fcntl is not None


class FileLocks:
    """The locks on one file, which is made with its folder when it is first needed. Threads may share them.

    All objects for one file, under whichever of its names, are as good as one.

    Args:
        path: The file; it stays empty. Nothing else in this process may open it, since closing it would drop
            all locks.

    Raises (all methods):
        OSError: The file can't be made, or there are no such locks: not on this system, or not in that place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def take(self, offset: int) -> bool:
        """Lock the byte at *offset* for this process; return False if somebody has it, be it this process."""
        with _lock:
            file = self._file()
            if offset in file.mine or not _try_lock(file.descriptor, offset, shared=False):
                return False
            file.mine.add(offset)
            return True

    def release(self, offset: int) -> None:
        """Give up a byte that this process has locked; nothing happens if it has not."""
        with _lock:
            file = self._file()
            if offset in file.mine:
                file.mine.remove(offset)
                fcntl.lockf(file.descriptor, fcntl.LOCK_UN, 1, offset)

    def is_taken(self, offset: int) -> bool:
        """Return whether some process, be it this one, has locked the byte at *offset*."""
        with _lock:
            file = self._file()
            if offset in file.mine:
                return True
            # Shared, so that two who look at the same time do not take each other for the owner.
            if not _try_lock(file.descriptor, offset, shared=True):
                return True
            fcntl.lockf(file.descriptor, fcntl.LOCK_UN, 1, offset)
            return False

    def _file(self) -> _Opened:
        if fcntl is None:
            raise OSError("this system has no locks that end with their process")
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            known = _opened.get((found.st_dev, found.st_ino))
            if known is not None:
                return known
        descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        found = os.fstat(descriptor)
        # Known by now only if somebody has just renamed files; this descriptor stays open all the same.
        return _opened.setdefault((found.st_dev, found.st_ino), _Opened(descriptor))

    def __repr__(self) -> str:
        return f"FileLocks({str(self.path)!r})"


class _Opened:
    """A file's descriptor, and the bytes of it that this process has locked."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.mine: set[int] = set()


# By device and inode: a file may have several names, and another file may take its name.
_opened: dict[tuple[int, int], _Opened] = {}

# One for all files: no call below waits.
_lock = threading.Lock()


def _try_lock(descriptor: int, offset: int, *, shared: bool) -> bool:
    try:
        fcntl.lockf(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB, 1, offset)
    except (BlockingIOError, PermissionError):  # systems differ in how they say that somebody else has it
        return False
    return True


def _after_fork_in_child() -> None:
    for file in _opened.values():
        file.mine.clear()
    _lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_after_fork_in_child
    )
