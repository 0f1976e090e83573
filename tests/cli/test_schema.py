"""``esi-fetch schema``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from esi_fetch.catalog import bundled, load_catalog
from esi_fetch.model.files import SCHEMA_FILE
from esi_fetch.sandbox import Sandbox
from tests.cli.conftest import Invoke

DOCUMENT = "/meta/openapi.json"


def document(date: str = "2099-01-01", *, paths: dict[str, Any] | None = None) -> dict[str, Any]:
    """A small OpenAPI document."""
    status = {
        "operationId": "GetStatus",
        "tags": ["Status"],
        "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "", "version": date},
        "paths": {"/status": {"get": status}} if paths is None else paths,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the user's catalogs are."""
    return tmp_path / "home/catalog"


def test_show(invoke: Invoke, sandbox: Sandbox, folder: Path) -> None:
    """The date, the source, and where newer ones, the store and the settings are; nothing is sent."""
    text = invoke("schema", "show").stdout
    for part in (bundled().date, "comes with esi_fetch", "233", sandbox.url, str(folder)):
        assert part in text
    shown = json.loads(invoke("schema", "show", "--format", "json").stdout)
    assert shown == {
        "date": bundled().date,
        "source": "bundled",
        "operations": 233,
        "compatibility_date": bundled().date,
        "base_url": sandbox.url,
        "folder": str(folder),
        "home": str(folder.parent),
        "config_file": str(folder.parent / "config.yaml"),
        "job_schema": str(SCHEMA_FILE),
    }
    assert sandbox.requests == []


def test_update_gets_the_document_of_the_configured_date(
    invoke: Invoke, sandbox: Sandbox, folder: Path
) -> None:
    """The document is asked for with that date, and becomes the catalog of it."""
    env = {"ESI_FETCH_COMPATIBILITY_DATE": bundled().date}
    result = invoke("schema", "update", env=env)
    assert result.exit_code == 0, result.stderr
    (seen,) = sandbox.requests
    assert seen.path == DOCUMENT
    assert seen.headers["x-compatibility-date"] == bundled().date
    path = folder / f"{bundled().date}.json"
    assert f"catalog of {bundled().date}: 233 operations, written to {path}" in result.stdout
    assert "0 new\n  0 gone\n  0 changed" in result.stdout
    assert result.stderr == ""
    assert json.loads(invoke("schema", "show", "--format", "json", env=env).stdout)["source"] == str(path)


def test_update_takes_a_date(invoke: Invoke, sandbox: Sandbox) -> None:
    """``--date`` overrules what is configured."""
    invoke("schema", "update", "--date", "2026-08-04", env={"ESI_FETCH_COMPATIBILITY_DATE": "2026-08-18"})
    assert [seen.headers["x-compatibility-date"] for seen in sandbox.requests] == ["2026-08-04"]


def test_a_newer_catalog_is_used_from_then_on(invoke: Invoke, sandbox: Sandbox, folder: Path) -> None:
    """What is gone is told, and no longer known."""
    sandbox.faults.add(DOCUMENT, body=document())
    result = invoke("schema", "update")
    assert result.exit_code == 0
    assert "catalog of 2099-01-01: 1 operation, written to" in result.stdout
    assert "  0 new\n  232 gone: DeleteCharactersCharacterIdContacts, " in result.stdout
    assert "and 212 more" in result.stdout
    assert "  1 changed: GetStatus" in result.stdout
    assert list(load_catalog(home=folder.parent, date=None)) == ["GetStatus"]
    assert invoke("ops", "list").stdout.count("\n") == 2


def test_a_catalog_that_is_not_used_is_mentioned(invoke: Invoke, sandbox: Sandbox) -> None:
    """An older one than that in use needs to be chosen."""
    sandbox.faults.add(DOCUMENT, body=document("2026-01-01"))
    result = invoke("schema", "update", "--date", "2026-01-02")
    assert result.exit_code == 0
    assert (
        "it is not used unless its date is chosen: ESI_FETCH_COMPATIBILITY_DATE=2026-01-01" in result.stderr
    )


@pytest.mark.parametrize(
    "body",
    [
        [1, 2],
        {"openapi": "2.0"},
        document(paths={}),
        document("newest"),
        document(paths={"/status": {"get": {"$ref": "#/nowhere"}}}),
    ],
    ids=["list", "old", "empty", "undated", "torn"],
)
def test_a_document_that_cant_be_read_is_refused(
    invoke: Invoke, sandbox: Sandbox, folder: Path, body: object
) -> None:
    """What was there before stays, and the status is 1."""
    sandbox.faults.add(DOCUMENT, body=document())
    invoke("schema", "update")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    sandbox.faults.add(DOCUMENT, body=body)
    result = invoke("schema", "update")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {sandbox.url}{DOCUMENT}: ")
    assert result.stderr.endswith("; it was refused, and nothing was changed\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("fault", "status"), [({"status": 403}, 1), ({"status": 503}, 3), ({"reset": True}, 3)]
)
def test_no_document_is_a_failure(
    invoke: Invoke, sandbox: Sandbox, folder: Path, fault: dict[str, Any], status: int
) -> None:
    """Where ESI does not give it, nothing changes."""
    sandbox.faults.add(DOCUMENT, times=None, **fault)
    result = invoke("schema", "update")
    assert (result.exit_code, result.stdout) == (status, "")
    assert "nothing was changed" in result.stderr
    assert not folder.exists()


def test_a_clock_that_is_ahead_does_no_harm(invoke: Invoke, sandbox: Sandbox) -> None:
    """ESI refuses dates that have not come yet; then the date that is known to exist is asked for."""
    sandbox.faults.add(DOCUMENT, status=400)
    result = invoke("schema", "update")
    assert result.exit_code == 0
    assert [seen.headers["x-compatibility-date"] for seen in sandbox.requests][1:] == [bundled().date]
    assert "asking for that of" in result.stderr


def test_update_mends_a_damaged_catalog(invoke: Invoke, folder: Path) -> None:
    """A catalog that nothing else can work with is replaced."""
    folder.mkdir(parents=True)
    env = {"ESI_FETCH_COMPATIBILITY_DATE": bundled().date}
    (folder / f"{bundled().date}.json").write_text("{")
    assert invoke("schema", "show", env=env).exit_code == 2
    assert invoke("schema", "update", env=env).exit_code == 0
    assert invoke("schema", "show", env=env).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--date", "yesterday"], "--date: expected a date such as 2026-08-18"),
        (["--base-url", "x"], "--base-url: expected a URL"),
        (["--base-url", "https://esi.evetech.net"], "user_agent: is not set"),
    ],
)
def test_wrong_input_is_status_2(invoke: Invoke, sandbox: Sandbox, words: list[str], said: str) -> None:
    """Nothing is sent."""
    result = invoke("schema", "update", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert sandbox.requests == []


def test_a_folder_that_cant_be_made_is_found_beforehand(
    invoke: Invoke, sandbox: Sandbox, folder: Path
) -> None:
    """Nothing is asked for that could not be kept."""
    folder.parent.mkdir()
    folder.touch()
    result = invoke("schema", "update")
    assert result.exit_code == 2
    assert "is a file, not a folder" in result.stderr
    assert sandbox.requests == []
