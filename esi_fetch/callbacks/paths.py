"""Where outputs may lie: below the output directory, under names that every system can store.

Paths of outputs are made from the values of jobs, and those come from tables, answers and command lines.
Whatever they hold, nothing is written outside the output directory. Names that only some systems can store
are refused everywhere, so that a work order that runs on Linux also runs on Windows.
"""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from esi_fetch.errors import OutputPathError, Problem

__all__ = ["Folders", "collision_key", "safe_output_folder", "safe_output_path"]

MAX_NAME_BYTES = 255
"""What ext4, NTFS, APFS and most others allow for one name."""

MAX_PATH_BYTES = 4000
"""Linux allows 4,095 for a path; the temporary name beside a file may be a little longer than its own."""

# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED_CHARACTERS = frozenset('<>:"|?*')
_DEVICES = frozenset(
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"]
    + [f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"]
)


_MOST_FOLDERS = 10_000
_LONGEST_SHOWN = 80


class Folders:
    """Where folders really lie, each looked up once: for those who check many paths in one go."""

    def __init__(self) -> None:
        self._real: dict[str, str] = {}

    def below(self, top: str, names: list[str]) -> str:
        """Return the path of the last of some names, each in the folder before it; its own link is left."""
        folder = self.real("/".join((top, *names[:-1])))
        return os.path.join(folder, names[-1])

    def real(self, path: str) -> str:
        """Return the path of a folder with symbolic links resolved."""
        known = self._real.get(path)
        if known is None:
            if len(self._real) >= _MOST_FOLDERS:
                self._real.clear()  # a folder for each of a million jobs is looked up only once anyway
            known = self._real[path] = os.path.realpath(path)
        return known


def safe_output_path(root: Path, relative: str, *, folders: Folders | None = None) -> Path:
    """Return the absolute path of the file *relative* below *root*, with symbolic links resolved.

    Folders are separated by ``/`` on every system. Nothing is created.

    Args:
        root: The output directory.
        relative: The file.
        folders: What is known of folders already.

    Raises:
        OutputPathError: It is absolute, climbs with ``..``, leads out through a symbolic link, names no
            file, or can't be stored under that name everywhere.
    """
    parts = _parts(relative)
    if not parts or relative.endswith(("/", "/.")):
        raise _refusal(relative, "names a folder; a file name is missing at its end")
    return _below(root, parts, relative, folders or Folders())


def safe_output_folder(root: Path, relative: str) -> Path:
    """Return the absolute path of the folder *relative* below *root*; an empty text means *root* itself.

    Raises:
        OutputPathError: As for :func:`safe_output_path`.
    """
    return _below(root, _parts(relative), relative, Folders())


def collision_key(path: Path) -> str:
    """Return a text that is equal for absolute paths that are one file on some system.

    macOS and Windows ignore case, and macOS stores accents in more than one way.
    """
    text = str(path)
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", decomposed.casefold())


def _refusal(relative: str, reason: str) -> OutputPathError:
    shown = relative if len(relative) <= _LONGEST_SHOWN else f"{relative[:_LONGEST_SHOWN]}…"
    return OutputPathError(problems=[Problem(f"output path {shown!r}", reason)])


def _parts(relative: str) -> list[str]:
    if relative.startswith("/"):
        raise _refusal(relative, "is absolute; outputs are named relative to the output directory")
    parts = [part for part in relative.split("/") if part not in ("", ".")]
    if parts and parts[0] == "~":
        raise _refusal(relative, "'~' is not expanded; outputs are named relative to the output directory")
    for part in parts:
        reason = _objection(part)
        if reason:
            raise _refusal(relative, reason)
    return parts


def _objection(part: str) -> str:
    """Return why *part* can't be a file's or folder's name, or an empty text."""
    if part == "..":
        return "'..' could leave the output directory"
    plain = part.isascii() and part.isprintable() and "\\" not in part
    for character in () if plain and _RESERVED_CHARACTERS.isdisjoint(part) else part:
        if unicodedata.category(character) == "Cc":
            return f"holds the control character {character!r}"
        if unicodedata.category(character) == "Cs":
            return f"holds {character!r}, half a character that no file name can hold"
        if character == "\\":
            return "holds a backslash; separate folders by '/', on Windows too"
        if character in _RESERVED_CHARACTERS:
            return f"holds {character!r}, which Windows does not allow in file names"
    if part.endswith((".", " ")):
        return f"{part!r} ends in a dot or a space, which Windows drops"
    if part.partition(".")[0].rstrip(" ").upper() in _DEVICES:
        return f"{part!r} names a device on Windows, not a file"
    size = len(part.encode())
    if size > MAX_NAME_BYTES:
        return f"{part[:24] + '…'!r} is {size} bytes long; a name may have {MAX_NAME_BYTES}"
    return ""


def _below(root: Path, parts: list[str], relative: str, folders: Folders) -> Path:
    # The path is resolved to the end: when its last part is a symbolic link, the file it points to is what
    # would be written. Two spellings of one file also become one path.
    try:
        os.fsencode(relative)
    except UnicodeEncodeError as error:
        what = f"has characters that names of files can't have here, where they are {error.encoding}"
        raise _refusal(relative, what) from error
    top = folders.real(os.fspath(root))
    real = top
    if parts:
        real = folders.below(top, parts)
        if os.path.islink(real):
            real = os.path.realpath(real)
    path = Path(real)
    if not real.startswith(os.path.join(top, "")) and not path.is_relative_to(top):
        raise _refusal(
            relative,
            f"leads through a symbolic link to {str(path)!r}, outside the output directory {top!r}",
        )
    size = len(os.fsencode(real))
    if size > MAX_PATH_BYTES:
        raise _refusal(relative, f"is {size} bytes long with its folders; a path may have {MAX_PATH_BYTES}")
    return path
