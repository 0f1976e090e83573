"""The README keeps its word: each of its snippets runs, in order, against the local ESI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from esi_fetch.sandbox import Sandbox

README = Path(__file__).parent.parent / "README.md"
SNIPPET = re.compile(r"<!-- snippet: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def test_snippets_run(tmp_path: Path, esi_sandbox: Sandbox) -> None:
    """Python, commands, the work order and the test in the README do what it says."""
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        "ESI_FETCH_BASE_URL": esi_sandbox.url,
        "ESI_FETCH_HOME": str(tmp_path / "home"),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }
    snippets = SNIPPET.findall(README.read_text(encoding="utf-8"))
    kinds = [
        "python",
        "python",
        "python",
        "shell",
        "forge.yaml",
        "shell",
        "python",
        "shell",
        "shell",
        "shell",
        "shell",
        "python",
        "test",
    ]
    assert [kind for kind, _ in snippets] == kinds
    for kind, text in snippets:
        if kind.endswith(".yaml"):
            (tmp_path / kind).write_text(text, encoding="utf-8")
            continue
        if kind == "test":
            (tmp_path / "test_snippet.py").write_text(text, encoding="utf-8")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_snippet.py"]
        else:
            interpreter = [sys.executable, "-c"] if kind == "python" else ["bash", "-euo", "pipefail", "-c"]
            command = [*interpreter, text]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    header, *rows = (tmp_path / "forge.csv").read_text(encoding="utf-8").splitlines()
    assert "order_id" in header.split(",")
    assert len(rows) > 1000
    assert (tmp_path / "report.json").stat().st_size > 0
    assert [path.name for path in tmp_path.glob("data/*/history/*.json")] == ["10000002-34.json"]


def test_lines_to_paste_are_one_line_each() -> None:
    """The demo and the tests start with one line that can be pasted."""
    text = README.read_text(encoding="utf-8")
    for name in ("demo-line", "test-line"):
        match = re.search(rf"<!-- {name} -->\n```bash\n(.*?)```\n<!-- end -->", text, re.DOTALL)
        assert match is not None
        assert match[1].count("\n") == 1
