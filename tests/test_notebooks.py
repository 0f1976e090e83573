"""The notebooks in ``examples`` run as they are, against a local ESI of their own."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))

pytestmark = [
    # Warnings of Jupyter's own libraries are not ours.
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(sys.platform == "win32", reason="Jupyter's kernels need another event loop there"),
]


def test_there_are_three() -> None:
    """A market, a character's assets, trade between regions."""
    assert [path.stem for path in NOTEBOOKS] == ["arbitrage", "character-assets", "market-overview"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell ends without an error or a warning, and every one that shows something shows it."""
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path)
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        outputs = cell.outputs
        assert not [one for one in outputs if one.output_type == "stream"], outputs
        shows = not isinstance(ast.parse(cell.source).body[-1], ast.Assign)
        assert bool(outputs) == shows, cell.source
        pictures = [one for one in outputs if "image/png" in one.get("data", {})]
        assert bool(pictures) == ("_plot(" in cell.source)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_is_clean(path: Path) -> None:
    """No outputs, no paths of a machine, and one line to change for the real ESI."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|work|tmp|Users)/", text)
    lines = [line for cell in code for line in cell.source.splitlines()]
    (comment,) = [
        number for number, line in enumerate(lines) if line.startswith("# The real ESI: esi = Esi(")
    ]
    assert lines[comment + 1].startswith("esi = Esi(base_url=Sandbox().start().url")
    assert sum("Sandbox(" in line for line in lines) == 1
