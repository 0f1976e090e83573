"""Where characters and their secrets are kept, for all programs of a user that share a folder.

Secrets go into the system's keyring where there is one, and what else is known of those characters into
``characters.json``; without a keyring everything goes into ``tokens.json``. Changes are made under a lock
that all processes share, and one process at a time renews the token of a character.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from esi_fetch.auth.facts import Character, Patience, Secret
from esi_fetch.auth.keyrings import Keyring
from esi_fetch.auth.redis_turns import RedisTurns
from esi_fetch.auth.shelf import Kept, Shelf, Whose, whose_of
from esi_fetch.clock import Clock
from esi_fetch.errors import JobCancelledError, SignInError
from esi_fetch.file_locks import FileLocks, have_file_locks
from esi_fetch.turns import Turns

__all__ = ["Keeper"]

log = logging.getLogger("esi_fetch.auth")

_LOOK_S = 0.05
_FILES = 0  # no character has this id

_Shelved = Mapping[Whose, Kept]


class Keeper:
    """Keeps characters. Nothing is opened before it is needed; threads and processes may share the folder.

    Args:
        folder: Where the files are.
        keyring: Returns the system's keyring, or None where there is none; asked when something is to be
            kept or is in it.
        clock: Tells the time.
        shared: Turns that machines share, which may see the same folder or have copies of it; None for none.

    Raises (all methods):
        CharacterError: A file can't be read, or is none of ours.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keyring: Callable[[], Keyring | None],
        clock: Clock,
        shared: RedisTurns | None = None,
    ) -> None:
        self.folder = folder
        self._find_keyring = keyring
        self._clock = clock
        self._open = Shelf(folder / "characters.json")
        self._closed = Shelf(folder / "tokens.json")
        self._seen: dict[tuple[str, str], tuple[_Shelved, _Shelved, Mapping[int, Character]]] = {}
        self._locks = FileLocks(folder / "tokens.lock")
        self._shared = shared
        self._turns = Turns()
        self._keyring_lock = threading.Lock()
        self._keyrings: list[Keyring | None] = []

    def characters(self, sso_url: str, *, seed: str = "") -> Mapping[int, Character]:
        """Return the characters that have signed in at one sign-in, by id; the same object until they change.

        Args:
            sso_url: Where the sign-in is.
            seed: The digest of the token in the environment that they came from; "" for none.
        """
        opened, closed = self._open.read(), self._closed.read()
        seen = self._seen.get((sso_url, seed))
        # A run of a hundred thousand jobs asks a hundred thousand times.
        if seen is None or seen[0] is not opened or seen[1] is not closed:
            both = {**opened, **closed}
            found = {
                whose[1]: each.character for whose, each in both.items() if whose[::2] == (sso_url, seed)
            }
            self._seen[sso_url, seed] = seen = (opened, closed, found)
        return seen[2]

    def secret(self, character: Character) -> Secret | None:
        """Return a character's secret as it is kept now; None when it is not any more.

        Raises:
            SignInError: The keyring can't be used.
        """
        whose = whose_of(character)
        if (kept := self._closed.read().get(whose)) is not None:
            return kept.secret
        kept = self._open.read().get(whose)
        keyring = self._keyring() if kept is not None else None
        if kept is None or keyring is None:
            if kept is not None:
                raise SignInError(f"the token of {character} is in a keyring, and there is none here")
            return None
        return keyring.find(kept.character)

    def keep(
        self, character: Character, secret: Secret, *, anew: bool = False, patience: Patience | None = None
    ) -> Character:
        """Keep a character and its secret in place of what was kept of it; return it as it is kept now.

        Args:
            character: The character.
            secret: Its secret.
            anew: Whether it has just signed in; where its secret is kept is then decided afresh.
            patience: How long to wait for other processes.

        Raises:
            OutputWriteError: The file can't be written, and what was kept of it is untouched.
            SignInError: The keyring, which has its secret, can't be used.
        """
        with self._changing(patience):
            whose = whose_of(character)
            before = self._open.read().get(whose)
            in_file = whose in self._closed.read()
            if (before is not None or anew or not in_file) and not character.seed:
                key = before.character.key if before is not None else secrets.token_hex(4)
                kept = replace(character, key=key, kept_in="keyring")
                if self._in_keyring(kept, secret, must=before is not None and not anew):
                    if before is None or before.character != kept:
                        self._open.write({**self._open.read(), whose: Kept(kept)})
                    self._remove(self._closed, whose)
                    return kept
            kept = replace(character, key="", kept_in=str(self._closed.path))
            self._closed.write({**self._closed.read(), whose: Kept(kept, secret)})
            self._remove(self._open, whose)
            return kept

    def _in_keyring(self, character: Character, secret: Secret, *, must: bool) -> bool:
        keyring = self._keyring()
        if keyring is None:
            return False
        try:
            keyring.save(character, secret)
        except SignInError as error:
            if must:
                raise
            log.warning("%s; the token is kept in %s", error, self._closed.path)
            return False
        return True

    def drop(self, character: Character) -> None:
        """Forget a character.

        Raises:
            OutputWriteError: A file can't be written.
        """
        with self._changing(None):
            whose = whose_of(character)
            kept = self._open.read().get(whose)
            if kept is not None and (keyring := self._keyring()) is not None:
                keyring.drop(kept.character)
            self._remove(self._open, whose)
            self._remove(self._closed, whose)

    @staticmethod
    def _remove(shelf: Shelf, whose: Whose) -> None:
        kept = shelf.read()
        if whose in kept:
            shelf.write({other: each for other, each in kept.items() if other != whose})

    @contextlib.contextmanager
    def renewing(self, number: int, patience: Patience) -> Iterator[None]:
        """Be the only one, of all threads and processes, that renews the token with this number.

        Raises:
            JobCancelledError: Nobody waits any longer.
            SignInError: Somebody else has not come to an end in time.
        """
        with self._turns.of(str(number), cancel=patience.cancel), self._locked(number, patience):
            yield

    @contextlib.contextmanager
    def _changing(self, patience: Patience | None) -> Iterator[None]:
        patience = patience or Patience()
        with self._turns.of("files", cancel=threading.Event()), self._locked(_FILES, patience):
            yield

    @contextlib.contextmanager
    def _locked(self, offset: int, patience: Patience) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            if self._can_lock():
                self._wait_for(self._locks.take, offset, patience)
                stack.callback(self._locks.release, offset)
            if self._shared is not None:
                self._wait_for(self._shared.take, offset, patience)
                stack.callback(self._shared.release, offset)
            yield

    def _wait_for(self, take: Callable[[int], bool], offset: int, patience: Patience) -> None:
        while not take(offset):
            if patience.deadline is not None and self._clock.monotonic() >= patience.deadline:
                raise SignInError("another process has been renewing the token for too long")
            if self._clock.wait(patience.cancel, _LOOK_S):
                raise JobCancelledError("stopped")

    def _can_lock(self) -> bool:
        if not have_file_locks():
            return False
        try:
            self._locks.is_taken(_FILES)
        except OSError:
            return (
                False  # a folder that is read-only, as containers have them: nobody else writes there either
            )
        return True

    def _keyring(self) -> Keyring | None:
        with self._keyring_lock:
            if not self._keyrings:
                self._keyrings.append(self._find_keyring())
            return self._keyrings[0]

    def __repr__(self) -> str:
        return f"Keeper({str(self.folder)!r})"
