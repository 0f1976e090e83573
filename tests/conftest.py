"""What every test has: no way out of this machine, a home of its own, and a local ESI for the asking."""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

import esi_fetch.testing
from esi_fetch.clock import HeldClock

SHARED = Path(__file__).resolve().parents[2] / "shared" / "esi"


# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("esi_fetch", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("esi_fetch")

_homes = itertools.count()


class OutsideWorldError(RuntimeError):
    """Raised when a test would leave this machine.

    It is no ``OSError`` on purpose: code under test turns those into failures it handles, and the test would
    pass.
    """


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin we ship where it is not installed; where it is, pytest has loaded it already."""
    if not config.pluginmanager.is_registered(esi_fetch.testing):
        config.pluginmanager.register(esi_fetch.testing, "esi_fetch.testing")


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Let sockets connect to this machine alone, and resolve no other names."""
    with pytest.MonkeyPatch.context() as patch:

        def guard(method: str) -> None:
            real = getattr(socket.socket, method)

            def guarded(self: socket.socket, address: Any) -> Any:
                if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
                    raise OutsideWorldError(f"a test tried to connect to {address!r}")
                return real(self, address)

            patch.setattr(socket.socket, method, guarded)

        guard("connect")
        guard("connect_ex")
        real_getaddrinfo = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            if not _is_here(host):
                raise OutsideWorldError(f"a test tried to look up {host!r}")
            return real_getaddrinfo(host, *args, **kwargs)

        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings and files of whoever runs the tests out of them, and theirs safe.

    The folder is named, not made: most tests never look at it.
    """
    for name in os.environ:
        if name.startswith("ESI_FETCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ESI_FETCH_HOME", str(tmp_path_factory.getbasetemp() / "homes" / str(next(_homes))))
    # Nor is anybody's keyring touched, by this process or by those that tests start.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def held_clock() -> HeldClock:
    """Give a clock that moves only when it is told to."""
    return HeldClock()


@pytest.fixture(scope="session")
def shared_esi() -> Path:
    """Give the folder of real documents and recorded answers, where there is one."""
    if not SHARED.is_dir():
        pytest.skip("the real documents and recorded answers are not on this machine")
    return SHARED
