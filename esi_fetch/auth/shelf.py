"""One file of characters: their owner's alone, never half written, read again when it has changed."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from esi_fetch.atomic import atomic_write
from esi_fetch.auth.facts import Character, Secret
from esi_fetch.errors import CharacterError, Problem, reason_of
from esi_fetch.model.codec import moment_text, parse_moment

__all__ = ["Kept", "Shelf", "Whose", "moment", "packed", "unpacked", "whose_of"]

_VERSION = 1
_TEXTS = ("name", "client_id", "owner", "key", "seed")
_MOMENTS = ("signed_in_at", "used_at", "expires_at")

Whose = tuple[str, int, str]
"""Where a character signed in, its id, and the token in the environment that it came from."""


@dataclass(frozen=True)
class Kept:
    """A character as a file has it; ``secret`` is None where the keyring has that."""

    character: Character
    secret: Secret | None = None

    @property
    def whose(self) -> Whose:
        """What tells it from all others."""
        return whose_of(self.character)


_NOTHING: Mapping[Whose, Kept] = MappingProxyType({})


class Shelf:
    """The characters in one file.

    Args:
        path: The file; it need not exist.

    Raises (all methods):
        CharacterError: The file can't be read, or is none of ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, ...] | None, Mapping[Whose, Kept]] = (None, {})

    def read(self) -> Mapping[Whose, Kept]:
        """Return all that the file has; nothing where there is none."""
        with self._lock:
            mark = self._mark()
            if mark is None:
                return _NOTHING
            # A job of a hundred thousand rows looks a hundred thousand times.
            if mark != self._known[0]:
                self._known = (mark, self._read())
            return self._known[1]

    def write(self, kept: Mapping[Whose, Kept]) -> None:
        """Put *kept* in place of all that the file has. Whoever reads and then writes holds the lock for it.

        Raises:
            OutputWriteError: The file can't be written; what was there is untouched.
        """
        plain = {"version": _VERSION, "characters": [_plain(each) for each in kept.values()]}
        with self._lock, atomic_write(self.path, text=False, private=True) as file:
            file.write(orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

    def _mark(self) -> tuple[int, ...] | None:
        """Return what changes with the file; None where there is none."""
        try:
            found = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._unusable(reason_of(error)) from error
        if not stat.S_ISREG(found.st_mode):
            raise self._unusable("it is no file")
        if os.name == "posix" and stat.S_IMODE(found.st_mode) & 0o077 and found.st_uid == os.getuid():
            with contextlib.suppress(OSError):  # copied here, most likely; nobody else is to see it
                os.chmod(self.path, 0o600)
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _read(self) -> dict[Whose, Kept]:
        try:
            plain = orjson.loads(self.path.read_bytes())
        except OSError as error:
            raise self._unusable(reason_of(error)) from error
        except orjson.JSONDecodeError:
            raise self._unusable("it is damaged") from None
        if not isinstance(plain, dict) or plain.get("version") != _VERSION:
            raise self._unusable("it has another form, of another version perhaps")
        try:
            kept = [_kept(each, self.path) for each in plain["characters"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._unusable("it is damaged") from None
        return {each.whose: each for each in kept}

    def _unusable(self, why: str) -> CharacterError:
        what = f"{why}; move it away, and sign the characters in again: esi-fetch auth login"
        return CharacterError(problems=[Problem(str(self.path), what)])

    def __repr__(self) -> str:
        return f"Shelf({str(self.path)!r})"


def _plain(kept: Kept) -> dict[str, Any]:
    character, secret = kept.character, kept.secret
    plain: dict[str, Any] = {
        "sso_url": character.sso_url,
        "character_id": character.character_id,
        "scopes": list(character.scopes),
        **{name: getattr(character, name) for name in _TEXTS},
        **{name: moment_text(getattr(character, name)) for name in _MOMENTS},
    }
    return plain if secret is None else {**plain, "secret": packed(secret)}


def _kept(plain: Mapping[str, Any], path: Path) -> Kept:
    members: dict[str, Any] = {name: str(plain[name]) for name in _TEXTS}
    members.update((name, parse_moment(plain[name])) for name in _MOMENTS)
    character = Character(
        character_id=int(plain["character_id"]),
        scopes=tuple(map(str, plain["scopes"])),
        sso_url=str(plain["sso_url"]),
        kept_in="keyring" if members["key"] else str(path),
        **members,
    )
    secret = plain.get("secret")
    return Kept(character, None if secret is None else unpacked(secret))


def whose_of(character: Character) -> Whose:
    """Return what tells a character from all others that are kept."""
    return character.sso_url, character.character_id, character.seed


def packed(secret: Secret) -> dict[str, Any]:
    """Return a secret as plain data."""
    return {
        "refresh_token": secret.refresh_token,
        "next_refresh_token": secret.next_refresh_token,
        "access_token": secret.access_token,
        "expires_at": secret.expires_at,
        "renewed_at": secret.renewed_at,
    }


def unpacked(plain: Mapping[str, Any]) -> Secret:
    """Return the secret that plain data stands for.

    Raises:
        KeyError, TypeError, ValueError: It stands for none.
    """
    return Secret(
        refresh_token=str(plain["refresh_token"]),
        next_refresh_token=str(plain["next_refresh_token"]),
        access_token=str(plain["access_token"]),
        expires_at=float(plain["expires_at"]),
        renewed_at=float(plain["renewed_at"]),
    )


def moment(seconds: float) -> datetime:
    """Return seconds since the epoch as a moment, in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc)
