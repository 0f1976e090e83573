"""The script that makes the bundled table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import orjson
import pytest

from esi_fetch.catalog import Catalog, bundled
from tests.catalog.documents import REAL, real_document, small_document

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "make_catalog.py"
    if not path.exists():
        pytest.skip("the scripts are not part of an installed package")
    spec = importlib.util.spec_from_file_location("make_catalog", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "document.json"
    path.write_bytes(orjson.dumps(small_document()))
    return path


def test_it_writes_a_table_and_says_what_is_in_it(
    script: ModuleType, document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table of the document is written into a folder, and described."""
    older = small_document()
    older["info"]["version"] = "2020-01-01"
    older["paths"]["/wars"]["get"]["operationId"] = "GetOldWars"
    (tmp_path / "older.json").write_bytes(orjson.dumps(older))
    arguments = [str(document), "--older", str(tmp_path / "older.json"), "-o", str(tmp_path)]
    assert script.main(arguments) == 0
    path = tmp_path / "2026-08-18.json"
    assert Catalog.from_table(path.read_bytes(), source="test")["get_old_wars"].op_id == "GetWars"
    said = capsys.readouterr().out
    assert said.startswith(f"{path}: 2026-08-18, 7 operations, ")
    assert "aliases: get_old_wars -> GetWars" in said
    assert "1 by cursor, 1 by ids, 1 by pages" in said


def test_it_says_what_has_changed(
    script: ModuleType, document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a table that was there, new and missing operations are named."""
    path = tmp_path / "table.json"
    assert script.main([str(document), "-o", str(path)]) == 0
    changed = small_document()
    changed["paths"]["/peace"] = changed["paths"].pop("/wars")
    changed["paths"]["/peace"]["get"]["operationId"] = "GetPeace"
    document.write_bytes(orjson.dumps(changed))
    capsys.readouterr()
    assert script.main([str(document), "-o", str(path)]) == 0
    said = capsys.readouterr().out
    assert "new: GetPeace" in said
    assert "gone: GetWars" in said
    assert "aliases: none" in said


@pytest.mark.parametrize("text", [None, "{", "{}"])
def test_a_wrong_document_writes_nothing(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    """A document that is missing or malformed is an error, and no file appears."""
    document = tmp_path / "document.json"
    if text is not None:
        document.write_text(text)
    assert script.main([str(document), "-o", str(tmp_path / "table.json")]) == 2
    assert "document.json" in capsys.readouterr().err
    assert not (tmp_path / "table.json").exists()


def test_the_bundled_table_is_what_the_script_makes(script: ModuleType) -> None:
    """The shipped table comes from the documents, byte for byte."""
    for name in ("openapi-2026-08-18.json", "openapi-2020-01-01.json"):
        real_document(name)
    made = script.make(REAL / "openapi-2026-08-18.json", [REAL / "openapi-2020-01-01.json"])
    shipped = script.DATA / f"{bundled().date}.json"
    assert shipped.read_bytes() == made.to_table()
