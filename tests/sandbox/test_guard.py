"""Tests can't leave this machine."""

from __future__ import annotations

import os
import socket

import pytest


def test_connections_to_other_machines_are_refused() -> None:
    """A socket connects to this machine alone; the error is none that code under test would handle."""
    with socket.socket() as client:
        client.settimeout(1)
        for connect in (client.connect, client.connect_ex):
            with pytest.raises(RuntimeError, match=r"tried to connect to \('192\.0\.2\.1', 80\)"):
                connect(("192.0.2.1", 80))


def test_names_of_other_machines_are_not_looked_up() -> None:
    """Only this machine's own names are resolved."""
    assert socket.getaddrinfo("localhost", 80)
    assert socket.getaddrinfo(b"127.0.0.1", 80)
    with pytest.raises(RuntimeError, match=r"tried to look up 'esi\.example'"):
        socket.create_connection(("esi.example", 443), timeout=1)


def test_settings_of_whoever_runs_the_tests_are_hidden() -> None:
    """Of the settings in the environment there is the home alone, and it is a test's own."""
    assert [name for name in os.environ if name.startswith("ESI_FETCH_")] == ["ESI_FETCH_HOME"]
    assert not os.path.exists(os.environ["ESI_FETCH_HOME"])
