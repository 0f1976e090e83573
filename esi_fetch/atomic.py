"""Writing files so that a reader sees the old one or the new one, never half.

Everything is written to a temporary file beside the target, brought to the disk, and moved over the target.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Literal, overload

from esi_fetch.errors import OutputWriteError, reason_of

__all__ = ["atomic_write"]

_PREFIX, _SUFFIX = ".esi-fetch-", ".tmp"

_ABANDONED_AFTER_S = 24 * 3600.0
"""A temporary file that was not written to for so long was left behind by a process that was killed."""

# What writing to an open file can fail with. Those errors name no file, and neither do others that code
# inside a ``with atomic_write(...)`` may raise, such as a refused connection: those are not ours to reword.
_WRITE_FAILURES = frozenset(
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EFBIG", "EIO", "EROFS", "ESTALE")
)

_BINARY: int = getattr(os, "O_BINARY", 0)

_swept_folders: set[str] = set()
_sweep_lock = threading.Lock()


@overload
def atomic_write(
    path: Path, *, text: Literal[True] = ..., private: bool = ...
) -> AbstractContextManager[IO[str]]: ...
@overload
def atomic_write(
    path: Path, *, text: Literal[False], private: bool = ...
) -> AbstractContextManager[IO[bytes]]: ...
def atomic_write(path: Path, *, text: bool = True, private: bool = False) -> AbstractContextManager[IO[Any]]:
    r"""Open *path* for writing, and put the new file in its place only when the ``with`` block ends well.

    Parent folders are made. A file that was there keeps its permissions; a new one gets the usual ones. A
    symbolic link stays, and the file it points to is replaced. Devices and pipes, such as ``/dev/null``, are
    written to directly: there is nothing to replace.

    Args:
        path: The file to write.
        text: Whether to write text, in UTF-8 and with ``\n`` at line ends on every system; else bytes.
        private: Whether nobody but its owner may read the file, from its first byte on and whatever was
            there before. Its folder, where it has to be made, is the owner's as well.

    Raises:
        OutputWriteError: The file can't be written: no space, no permission, a folder in its place … The
            file that was there before is untouched. Other exceptions of the block pass as they are.
    """
    return _atomic_write(Path(path), text=text, private=private)


@contextmanager
def _atomic_write(path: Path, *, text: bool, private: bool) -> Iterator[IO[Any]]:
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}")
    try:
        before = _status(path)
        if before is not None and not stat.S_ISREG(before.st_mode):
            with _opened(os.open(path, os.O_WRONLY | _BINARY), text=text) as stream:
                yield stream
            return
        if before is not None and not os.access(target, os.W_OK):
            # Replacing a file asks no permission of the file itself; its owner protected it all the same.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        target.parent.mkdir(mode=0o700 if private else 0o777, parents=True, exist_ok=True)
        # Unlike tempfile's, this file is created with the permissions that any new file of the user gets.
        mode = 0o600 if private else 0o666
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        stream = _opened(handle, text=text)
        try:
            _sweep(target.parent, now_s=os.fstat(handle).st_mtime)
            yield stream
            if not stream.closed:
                stream.flush()
                # Without it a crash of the machine can leave an empty file under the new name, which would
                # pass for a result. It costs 0.3 ms on a solid-state disk, far less than what was fetched.
                os.fsync(handle)
        finally:
            # A full disk can make closing fail as well; what went wrong first is what counts.
            with suppress(OSError):
                stream.close()
        if before is not None and not private:
            os.chmod(temporary, stat.S_IMODE(before.st_mode))
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and _is_about(error, path, target, temporary):
            raise OutputWriteError(f"can't write {str(path)!r}: {reason_of(error)}") from error
        raise


def _opened(handle: int, *, text: bool) -> IO[Any]:
    return open(handle, "w", encoding="utf-8", newline="\n") if text else open(handle, "wb")


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _is_about(error: OSError, *paths: Path) -> bool:
    if not isinstance(error.filename, (str, bytes)):
        return error.errno in _WRITE_FAILURES
    named = Path(os.fsdecode(error.filename))
    return any(named == path or named in path.parents for path in paths)


def _sweep(folder: Path, *, now_s: float) -> None:
    """Remove temporary files that killed processes left in *folder*; once per folder and process."""
    # Age is judged by the file system's own clock: *now_s* is the time it gave the file just made.
    with _sweep_lock:
        if str(folder) in _swept_folders:
            return
        _swept_folders.add(str(folder))
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
                with suppress(OSError):
                    if now_s - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED_AFTER_S:
                        os.unlink(entry.path)
