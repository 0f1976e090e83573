"""The page on characters keeps its word: its tutorial runs, command for command, against the sandbox."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esi_fetch.cli.auth import auth, login
from esi_fetch.sandbox import Sandbox

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "characters.md"
TEXT = PAGE.read_text(encoding="utf-8")
SNIPPETS = re.findall(r"<!-- snippet: (\S+) -->\n```\w*\n(.*?)```", TEXT, re.DOTALL)

# Clicks on the link that it is told, counted from 0, and goes wherever that leads.
BROWSER = """
import html, pathlib, re, sys, urllib.request
number = pathlib.Path(sys.argv[1])
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
page = opener.open(sys.argv[2]).read().decode()
links = [html.unescape(link) for link in re.findall('href="([^"]+)"', page)]
place = int(number.read_text())
pages = opener.open(sys.argv[2].partition("?")[0] + links[place]).read().decode()
with open(number.with_name("pages.html"), "a") as file:
    file.write(pages)
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a newcomer, with a browser that clicks by itself, and the page's sandbox running."""
    scripts = Path(sys.executable).parent
    (tmp_path / "browser.py").write_text(BROWSER)
    (tmp_path / "number").write_text("0")
    port = free_port()
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("ESI_FETCH_")},
        "ESI_FETCH_HOME": str(tmp_path / "home"),
        "ESI_FETCH_CALLBACK_URL": f"http://localhost:{free_port()}/callback",
        "BROWSER": f"{sys.executable} {tmp_path / 'browser.py'} {tmp_path / 'number'} %s",
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PORT_OF_TEST": str(port),
    }
    (command,) = [text for kind, text in SNIPPETS if kind == "sandbox"]
    words = command.replace("8100", str(port)).split()
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        assert sandbox.stdout.readline() == f"http://127.0.0.1:{port}\n"
        yield environment
        sandbox.terminate()


def run(words: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


def test_tutorial(tmp_path: Path, machine: dict[str, str]) -> None:
    """Every command does what the page says, in its order, and so do the work order and the script."""
    kinds = [
        "sandbox",
        "shell",
        "shell",
        "shell",
        "shell",
        "shell",
        "wallets.yaml",
        "shell",
        "python",
        "test",
    ]
    assert [kind for kind, _ in SNIPPETS] == kinds
    settings, said = "", ""
    for kind, text in SNIPPETS[1:]:
        if kind.endswith(".yaml"):
            (tmp_path / kind).write_text(text, encoding="utf-8")
        elif kind == "test":
            (tmp_path / "test_snippet.py").write_text(text, encoding="utf-8")
            run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_snippet.py"],
                tmp_path,
                machine,
            )
        elif kind == "python":
            names = {name: value.strip() for name, value in re.findall(r"export (\w+)=(.*)", settings)}
            said += run([sys.executable, "-c", text], tmp_path, {**machine, **names}).stdout
        elif text.startswith("export"):
            settings = text.replace("8100", machine["PORT_OF_TEST"])
        else:
            for line in text.splitlines():
                (tmp_path / "number").write_text("1" if "second character" in line else "0")
                done = run(["bash", "-euo", "pipefail", "-c", settings + line], tmp_path, machine)
                said += done.stdout + done.stderr
    assert said.count("signed in as Wixeni Xule (90000001)") == 3
    assert "has not allowed the scope esi-assets.read_assets.v1; sign in again: esi-fetch auth login" in said
    assert "Wixeni Xule (90000001) is signed out" in said
    assert "is looked up when the run comes to it" in said
    assert "2 jobs ok" in said
    assert "Wixeni Xule ('esi-wallet.read_character_wallet.v1',)" in said
    assert (tmp_path / "assets.csv").stat().st_size > 0
    written = sorted(path.name for path in tmp_path.glob("*.json"))
    assert len(written) == 2
    assert written[1] == "wallet-90000001.json"
    assert re.fullmatch(r"corporation-980000\d\d\.json", written[0])
    assert "Signed in as Wixeni Xule" in (tmp_path / "pages.html").read_text()


def test_page_names_what_there_is(esi_sandbox: Sandbox) -> None:
    """Commands, options and variables of the page exist."""
    named = set(re.findall(r"esi-fetch auth (\w+)", TEXT))
    assert {"login", "list", "refresh", "logout"} <= named | {"list"}
    assert named <= set(auth.commands)
    options = {word for parameter in login.params for word in parameter.opts}
    assert {"--scope", "--for", "--no-browser", "--wait"} <= options
    assert set(re.findall(r"`(--[a-z-]+)", TEXT)) <= options | {"--character"}
    assert esi_sandbox.url
