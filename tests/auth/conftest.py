"""A sandbox to sign in at, a player who does so, and clients that use what comes of it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from esi_fetch import Esi
from esi_fetch.auth import Character
from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent

WHO, OTHER = 90000001, 90000002
WALLET = "esi-wallet.read_character_wallet.v1"
SKILLS = "esi-skills.read_skills.v1"
CLIENT = "the-client-id"

PATIENCE_S = 30.0


def look(url: str) -> tuple[int, str, str]:
    """Ask for a page as a browser does; return status, where it leads, and what it says."""
    address = urlsplit(url)
    # localhost has two addresses, and browsers try both.
    host = "127.0.0.1" if address.hostname == "localhost" else address.hostname
    connection = http.client.HTTPConnection(str(host), address.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", f"{address.path}?{address.query}")
        response = connection.getresponse()
        return response.status, response.headers.get("Location", ""), response.read().decode()
    finally:
        connection.close()


def end_of(url: str) -> str:
    """Return where a browser that is shown *url* ends, without going there."""
    status, location, page = look(url)
    assert status == 302, page
    return location


@dataclass
class World:
    """A sandbox, and clients of it that share a home.

    Attributes:
        sandbox: The sandbox.
        clock: The time of it and of its clients.
        home: The clients' home.
    """

    sandbox: Sandbox
    clock: HeldClock
    home: Path
    opened: ExitStack = field(default_factory=ExitStack)

    def esi(self, **settings: Any) -> Esi:
        """Return a client; it is closed when the test is over."""
        fields: dict[str, Any] = {
            "base_url": self.sandbox.url,
            "sso_url": self.sandbox.url,
            "client_id": CLIENT,
            "home": self.home,
            "clock": self.clock,
        }
        return self.opened.enter_context(Esi(**{**fields, **settings}))

    def sign_in(
        self, who: int = WHO, *, scopes: Iterable[str] = (WALLET, SKILLS), esi: Esi | None = None
    ) -> Character:
        """Sign a character in."""
        self.sandbox.sso.manners.sign_in_as = who
        return (esi or self.esi()).login(scopes, browser=False, ask=end_of)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of another process that is a client."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ESI_FETCH_BASE_URL": self.sandbox.url,
            "ESI_FETCH_SSO_URL": self.sandbox.url,
            "ESI_FETCH_CLIENT_ID": CLIENT,
            "ESI_FETCH_HOME": str(self.home),
            **more,
        }

    def start(self, script: str, *args: str, **more: str) -> subprocess.Popen[str]:
        """Start a script in a process of its own; it is killed when the test is over."""
        process = subprocess.Popen(
            [sys.executable, "-c", script, *args],
            env=self.environment(**more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.opened.callback(process.communicate)
        self.opened.callback(process.kill)
        return process

    def outlive(self) -> None:
        """Let all access tokens that are kept expire, where time can't be moved."""
        file = self.home / "tokens.json"
        plain = json.loads(file.read_text())
        for each in plain["characters"]:
            each["secret"].update(expires_at=1000.0, renewed_at=0.0)
        file.write_text(json.dumps(plain))

    def asked(self, path: str) -> int:
        """Return how many requests for a path the sandbox saw."""
        return sum(seen.path == path for seen in self.sandbox.requests)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose clock is held."""
    clock = HeldClock()
    with Sandbox(clock=clock) as sandbox:
        made = World(sandbox, clock, tmp_path / "home")
        with made.opened:
            yield made


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Make a world in which time passes, for what is about processes."""
    with ExitStack() as stack:

        def make(**options: Any) -> World:
            sandbox = stack.enter_context(Sandbox(**options))
            made = _Moving(sandbox, HeldClock(), tmp_path / "home")
            stack.enter_context(made.opened)
            return made

        yield make


class _Moving(World):
    def esi(self, **settings: Any) -> Esi:
        return super().esi(**{"clock": None, **settings})
