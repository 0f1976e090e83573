"""The store's file on disk: made for its owner alone, and set aside when it is damaged."""

from __future__ import annotations

import contextlib
import os
from itertools import count
from pathlib import Path

__all__ = ["file_id", "make_private", "set_aside"]

# What SQLite keeps beside a database in WAL mode. A log that stayed behind would be played into the next file
# of that name.
_COMPANIONS = ("-wal", "-shm")


def make_private(path: Path) -> None:
    """Make an empty file, and its folder, that only their owner can read; what exists stays as it is.

    SQLite gives the files that it makes beside a database the same permissions.

    Raises:
        OSError: It can't be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(os.path.realpath(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def file_id(path: Path | None) -> tuple[int, int] | None:
    """Return what identifies the file that is at *path* now, under any name; None when there is none."""
    if path is None:
        return None
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def set_aside(path: Path) -> Path:
    """Rename a file, and what SQLite keeps beside it, to ``<name>.damaged-<n>``; return the new path.

    Raises:
        OSError: It can't be renamed.
    """
    aside = next(free for n in count(1) if not (free := path.with_name(f"{path.name}.damaged-{n}")).exists())
    for suffix in _COMPANIONS:
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{aside}{suffix}")
    path.replace(aside)
    return aside
