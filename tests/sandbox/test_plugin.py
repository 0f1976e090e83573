"""The pytest plugin gives every test a sandbox of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import esi_fetch.testing
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ask, page


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_has_a_fresh_one(esi_sandbox: Sandbox, turn: int) -> None:
    """What one test asked is not in the log of the next."""
    assert esi_sandbox.requests == []
    assert ask(esi_sandbox, "/status").status == 200


@pytest.mark.esi_sandbox(orders_pages=3, page_size=10)
def test_a_marker_chooses_how_it_is_made(esi_sandbox: Sandbox) -> None:
    """The marker's arguments are those of the Sandbox."""
    assert page(esi_sandbox, 3).status == 200
    assert len(page(esi_sandbox, 1).json()) == 10


# Of the last two, one finds werkzeug missing, the other a part of the sandbox itself.
_PROJECT = """
import sys
import pytest

@pytest.fixture
def missing(request, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("esi_fetch.sandbox", "werkzeug"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, request.param, None)

@pytest.mark.esi_sandbox(orders_pages=2)
def test_it(esi_sandbox):
    assert esi_sandbox.url

@pytest.mark.parametrize("missing", ["werkzeug", "esi_fetch.sandbox.world"], indirect=True)
def test_without(missing, esi_sandbox):
    pass
"""


def test_users_can_use_it(tmp_path: Path) -> None:
    """In a project of its own the fixture works, the marker is known, and what is missing is explained."""
    (tmp_path / "test_it.py").write_text(_PROJECT, encoding="utf-8")
    root = Path(esi_fetch.testing.__file__).parents[1]
    # Where it is installed, pytest loads it by itself, under another name.
    script = (
        "import sys, pytest\n"
        f"sys.path.insert(0, {str(root)!r})\n"
        "from importlib.metadata import entry_points\n"
        "known = any(each.value == 'esi_fetch.testing' for each in entry_points(group='pytest11'))\n"
        "plugin = [] if known else ['-p', 'esi_fetch.testing']\n"
        "sys.exit(pytest.main([*plugin, '-q', '--strict-markers', '-p', 'no:cacheprovider', '.']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert "1 passed, 2 errors" in done.stdout, done.stdout + done.stderr
    werkzeug, world = done.stdout.partition("short test summary")[0].split("ERROR at setup of ")[1:]
    assert "pip install 'esi-fetch[sandbox]'" in werkzeug
    assert "Error: " not in werkzeug
    assert "ModuleNotFoundError: import of esi_fetch.sandbox.world" in world


def test_the_plugin_is_light() -> None:
    """Loading the plugin does not load the sandbox, nor what it needs."""
    root = Path(esi_fetch.testing.__file__).parents[1]
    script = (
        f"import sys; sys.path.insert(0, {str(root)!r}); import esi_fetch.testing\n"
        "assert not [name for name in sys.modules if name.startswith(('esi_fetch.sandbox', 'werkzeug'))]"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
