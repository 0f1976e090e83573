"""What is piped in: text, and nothing else."""

from __future__ import annotations

import os

import pytest

from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Spawn

READERS = [
    ("run", "-"),
    ("get", "PostUniverseNames", "body=@-"),
    ("recipe", "run", "names", "ids=@-"),
]


@pytest.mark.skipif(os.name != "posix", reason="needs preexec_fn")
@pytest.mark.parametrize("args", READERS)
def test_a_closed_standard_input_is_refused(spawn: Spawn, sandbox: Sandbox, args: tuple[str, ...]) -> None:
    """Who closes it (``<&-``) is told so, with status 2."""
    process = spawn(*args, preexec_fn=lambda: os.close(0))
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err.decode().splitlines()) == (2, [err.decode().strip()])
    assert "standard input: is closed" in err.decode()
    assert sandbox.requests == []


@pytest.mark.skipif(os.name != "posix", reason="needs preexec_fn")
def test_nobody_can_paste_an_address(spawn: Spawn, sandbox: Sandbox) -> None:
    """Signing in without a browser, and without a standard input, ends with what is missing."""
    env = {"ESI_FETCH_SSO_URL": sandbox.url, "ESI_FETCH_CLIENT_ID": "the-client-id"}
    process = spawn(
        "auth", "login", "--scope", "publicData", "--no-browser", env=env, preexec_fn=lambda: os.close(0)
    )
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "error: no address was given; it is read from standard input" in err.decode()


@pytest.mark.parametrize("args", READERS)
def test_bytes_are_no_text_in_any_locale(spawn: Spawn, sandbox: Sandbox, args: tuple[str, ...]) -> None:
    """Where the locale names no encoding, as in cron, what is not UTF-8 is refused all the same."""
    process = spawn(*args, stdin=-1, env={"LC_ALL": "C", "PYTHONUTF8": "1"})
    _, err = process.communicate(b"[34, \xff]", timeout=20)
    assert process.returncode == 2
    assert "standard input: is not UTF-8 text" in err.decode()
    assert sandbox.requests == []
