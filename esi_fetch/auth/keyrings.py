"""The system's keyring, where there is one that keeps secrets."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

from esi_fetch.auth.facts import Character, Secret
from esi_fetch.auth.shelf import packed, unpacked
from esi_fetch.errors import SignInError

__all__ = ["Keyring", "find_keyring"]

_SERVICE = "esi-fetch"


def find_keyring() -> Keyring | None:
    """Return the keyring; None where there is none worth the name."""
    try:
        import keyring
        import keyring.errors
    except ModuleNotFoundError:
        return None
    try:
        backend = keyring.get_keyring()
        priority = _priority(backend)
    # "Not here", say backends when asked for it; and the environment may name one that is not installed.
    except (RuntimeError, ImportError, AttributeError, keyring.errors.KeyringError):
        return None
    # Beneath are files no safer than ours, unless somebody wants just that, and those that keep nothing.
    if priority < 1 and not (priority > 0 and "PYTHON_KEYRING_BACKEND" in os.environ):
        return None
    # One that stands for several is there even if they are not.
    if getattr(backend, "backends", True) == []:
        return None
    return Keyring(backend)


def _priority(backend: Any) -> float:
    try:
        return float(backend.priority)
    except NotImplementedError:
        return 1.0  # it can't have been found by its priority: somebody has chosen it


class Keyring:
    """Keeps secrets in a keyring.

    The access token has an entry of its own: there are keyrings whose entries are too small for one, and
    then it stays in the memory of each process, which costs a renewal.

    Args:
        backend: What keyring calls a backend. Those of others may fail in any way.
    """

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def find(self, character: Character) -> Secret | None:
        """Return a character's secret; None when it has none.

        Raises:
            SignInError: The keyring is locked, or fails.
        """
        try:
            text = self._backend.get_password(_SERVICE, _name(character))
            access = self._backend.get_password(_SERVICE, _name(character, "access")) if text else None
        except Exception as error:
            raise _fails(error) from error
        try:
            return unpacked({**json.loads(text or ""), **_NO_ACCESS, **json.loads(access or "{}")})
        except (KeyError, TypeError, ValueError):
            return None  # there is none, or somebody else's under our name

    def save(self, character: Character, secret: Secret) -> None:
        """Keep a character's secret.

        Raises:
            SignInError: The keyring does not keep it.
        """
        plain = packed(secret)
        lasting = {name: value for name, value in plain.items() if name not in _NO_ACCESS}
        text = json.dumps(lasting)
        try:
            if self._backend.get_password(_SERVICE, _name(character)) != text:
                self._backend.set_password(_SERVICE, _name(character), text)
            is_kept = self._backend.get_password(_SERVICE, _name(character)) == text
        except Exception as error:
            raise _fails(error) from error
        if not is_kept:
            raise SignInError("the system's keyring does not keep what it is given")
        passing = {name: plain[name] for name in _NO_ACCESS}
        with contextlib.suppress(Exception):
            self._backend.set_password(_SERVICE, _name(character, "access"), json.dumps(passing))

    def drop(self, character: Character) -> None:
        """Forget a character's secret."""
        for part in ("access", ""):
            with contextlib.suppress(Exception):  # it may be gone
                self._backend.delete_password(_SERVICE, _name(character, part))

    def __repr__(self) -> str:
        return f"Keyring({type(self._backend).__name__})"


_NO_ACCESS = {"access_token": "", "expires_at": 0.0, "renewed_at": 0.0}


def _name(character: Character, part: str = "") -> str:
    # The last part tells apart what is kept for several folders: leaving one must not sign out of the other.
    return "/".join(filter(None, (str(character.character_id), character.key, part)))


def _fails(error: Exception) -> SignInError:
    kind = type(error).__name__
    return SignInError(
        f"the system's keyring can't be used ({kind}: {error!s:.120}); unlock it, or keep tokens in a folder"
        " instead: ESI_FETCH_TOKEN_DIR"
    )
