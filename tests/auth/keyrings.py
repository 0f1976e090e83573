"""Keyrings for tests: nobody's own is ever touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import keyring.backend
import keyring.errors


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring in memory.

    Attributes:
        entries: What it keeps, by service and name.
        locked: Whether it refuses everything.
        longest: Longer entries are refused, as some systems do.
        forgets: Whether it keeps nothing, and says nothing.
    """

    priority = 5.0  # type: ignore[assignment]  # a class property there

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False
        self.longest: int | None = None
        self.forgets = False

    def _open(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("the user said no")

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        if self.longest is not None and len(password) > self.longest:
            raise keyring.errors.PasswordSetError("too long")
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        if self.entries.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("no such entry")


class FileKeyring(keyring.backend.KeyringBackend):
    """A keyring that processes share: the file that ``KEYRING_OF_TESTS`` names."""

    priority = 5.0  # type: ignore[assignment]  # a class property there

    def _entries(self) -> dict[str, str]:
        path = Path(os.environ["KEYRING_OF_TESTS"])
        entries: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return entries

    def _write(self, entries: dict[str, str]) -> None:
        path = Path(os.environ["KEYRING_OF_TESTS"])
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(entries))
        beside.replace(path)

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self._entries(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        self._write({name: text for name, text in self._entries().items() if name != f"{service} {username}"})
