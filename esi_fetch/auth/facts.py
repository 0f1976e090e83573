"""Characters as data: who they are, what they allow, and the secrets that stand for them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

__all__ = ["PATIENT", "UNKNOWN", "Character", "Holder", "Patience", "Secret", "login_command"]

UNKNOWN = 0
"""Stands for the id of a character that is not known before its refresh token is used for the first time."""

_LIVES = timedelta(days=30)
_DYING = timedelta(days=7)


@dataclass(frozen=True)
class Patience:
    """How long somebody waits.

    Attributes:
        cancel: Set when nobody waits any longer.
        deadline: Latest time, on the monotonic clock; None for no bound.
    """

    cancel: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None


PATIENT = Patience()
"""Waits for as long as it takes."""


@dataclass(frozen=True)
class Holder:
    """A character there is a token for, as the choice of one sees it.

    Attributes:
        character_id: Its id; :data:`UNKNOWN` where only a renewal would tell.
        name: Its name; "" where it is not known.
        scopes: What its token is good for; None where it is not known, and taken for enough.
    """

    character_id: int
    name: str = ""
    scopes: frozenset[str] | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.character_id})" if self.name else str(self.character_id)


@dataclass(frozen=True)
class Character:
    """A character that has signed in. It holds no token.

    Attributes:
        character_id: Its id.
        name: Its name.
        scopes: What it allows, sorted.
        client_id: The application that it allows it.
        signed_in_at: When it signed in.
        used_at: When its refresh token was used last. EVE forgets one that is not used for about a month.
        expires_at: Until when its present access token is good; it is renewed when it is needed.
        kept_in: Where its refresh token is: ``keyring``, or the path of a file.
        owner: Whose account it is on, as EVE's sign-in names it; another one when the character is sold.
        sso_url: Where it signed in.
        key: The name of its entry in the keyring; "" for a file.
        seed: The digest of the refresh token in the environment that it came from; "" for none.
    """

    character_id: int
    name: str
    scopes: tuple[str, ...]
    client_id: str
    signed_in_at: datetime
    used_at: datetime
    expires_at: datetime
    kept_in: str = field(default="", compare=False)
    owner: str = field(default="", repr=False)
    sso_url: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    seed: str = field(default="", repr=False)

    @property
    def sign_in_again_by(self) -> datetime:
        """When EVE forgets its refresh token, about, unless that is used before."""
        return self.used_at + _LIVES

    def is_dying(self, now: float) -> bool:
        """Return whether its refresh token will die within a week, or has died, for want of use."""
        return self.sign_in_again_by - datetime.fromtimestamp(now, timezone.utc) < _DYING

    @property
    def login_command(self) -> str:
        """The command that signs it in again, for what it allows now."""
        return login_command(self.scopes)

    def __str__(self) -> str:
        return f"{self.name} ({self.character_id})" if self.name else str(self.character_id)


def login_command(scopes: Iterable[str]) -> str:
    """Return the command that signs a character in for *scopes*."""
    return " ".join(["esi-fetch auth login", *(f"--scope {scope}" for scope in sorted(scopes))])


@dataclass(frozen=True)
class Secret:
    """What nobody else may see.

    Attributes:
        refresh_token: Renews access tokens.
        next_refresh_token: The one that came in its place and was not used yet; "" for none.
        access_token: The present access token; "" for none.
        expires_at: Until when that is good, in seconds since the epoch.
        renewed_at: When it was given, in seconds since the epoch.
    """

    refresh_token: str
    next_refresh_token: str = ""
    access_token: str = ""
    expires_at: float = 0.0
    renewed_at: float = 0.0

    @property
    def candidates(self) -> tuple[str, ...]:
        """The refresh tokens to try, in order."""
        return tuple(filter(None, (self.next_refresh_token, self.refresh_token)))

    def __repr__(self) -> str:
        return "<Secret>"

    def __reduce__(self) -> Any:
        raise TypeError("secrets go nowhere")
