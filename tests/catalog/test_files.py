"""Where catalogs are kept: bundled with the package, or newer in the user's folder."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from esi_fetch.catalog import Catalog, bundled, load_catalog, read_document, save_catalog
from esi_fetch.errors import CatalogError, OutputWriteError
from tests.catalog.documents import small_document


def small(date: str = "2026-08-18") -> Catalog:
    document = small_document()
    document["info"]["version"] = date
    return read_document(document, source="small.json")


def test_the_bundled_catalog_is_read_once() -> None:
    """It says what it is, and every operation of it can be built."""
    assert bundled() is bundled()
    assert (bundled().date, bundled().source) == ("2026-08-18", "bundled")
    assert len(list(bundled().values())) == 233


def test_saving_and_loading(tmp_path: Path) -> None:
    """What is saved is loaded again, from home/catalog/<date>.json."""
    path = save_catalog(small("2026-09-01"), home=tmp_path / "home")
    assert path == tmp_path / "home" / "catalog" / "2026-09-01.json"
    for date in (None, "2026-09-01"):
        catalog = load_catalog(home=tmp_path / "home", date=date)
        assert dict(catalog) == dict(small())
        assert (catalog.date, catalog.source) == ("2026-09-01", str(path))


def test_saved_operations_keep_their_old_names(tmp_path: Path) -> None:
    """An operation that a newer document renames still answers to the id the bundled catalog has."""
    document = small_document()
    document["info"]["version"] = "2027-01-01"
    document["paths"]["/wars"]["get"]["operationId"] = "GetWarsListing"
    save_catalog(read_document(document), home=tmp_path)
    catalog = load_catalog(home=tmp_path, date=None)
    assert catalog["get_wars"].op_id == "GetWarsListing"


def test_without_a_folder_the_bundled_one_is_used(tmp_path: Path) -> None:
    """Nothing needs to be there."""
    assert load_catalog(home=tmp_path / "nowhere", date=None) is bundled()
    assert load_catalog(home=tmp_path, date="2020-01-01") is bundled()


def test_the_newest_is_used_when_it_is_newer(tmp_path: Path) -> None:
    """Older tables are only used when their date is asked for; other files not at all."""
    save_catalog(small("2025-01-01"), home=tmp_path)
    (tmp_path / "catalog" / "notes.json").write_text("{")
    (tmp_path / "catalog" / "99999999.json").write_text("{")
    assert load_catalog(home=tmp_path, date=None) is bundled()
    assert load_catalog(home=tmp_path, date="2025-01-01").date == "2025-01-01"
    save_catalog(small("2026-08-19"), home=tmp_path)
    save_catalog(small("2027-02-03"), home=tmp_path)
    assert load_catalog(home=tmp_path, date=None).date == "2027-02-03"


@pytest.mark.parametrize("date", ["", "today", "2026-13-01", "../../etc/passwd", "20260818", "2026-08-18\n"])
def test_a_date_that_is_none(tmp_path: Path, date: str) -> None:
    """Only dates are looked for."""
    with pytest.raises(CatalogError, match="is not a date such as 2026-08-18"):
        load_catalog(home=tmp_path, date=date)


def wrong_schema(table: bytes) -> bytes:
    read = orjson.loads(table)
    read["operations"]["GetWars"]["answer"] = 10**6
    return orjson.dumps(read)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda table: b"", "damaged"),
        (lambda table: table[:-10], "damaged"),
        (lambda table: table.replace(b'"format": 1', b'"format": 7'), "format 7"),
        (lambda table: table.replace(b'"method":"GET"', b'"method":5', 1), "expected a text"),
        (lambda table: table.replace(b'"date": "2027-01-01"', b'"date": "2027-01-02"'), "is of 2027-01-02"),
        (wrong_schema, "no such schema"),
    ],
)
def test_a_damaged_table_is_named_with_its_mend(tmp_path: Path, damage: Any, said: str) -> None:
    """The error names the file, what is wrong with it, and what to do, also when the damage lies deep."""
    path = save_catalog(small("2027-01-01"), home=tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    for date in (None, "2027-01-01"):
        with pytest.raises(CatalogError) as error:
            load_catalog(home=tmp_path, date=date)
        assert str(error.value).startswith(str(path))
        assert said in str(error.value)
        assert "`esi-fetch schema update`" in str(error.value)


def test_a_table_that_can_not_be_read(tmp_path: Path) -> None:
    """A file that can't be opened is named."""
    (tmp_path / "catalog" / "2027-01-01.json").mkdir(parents=True)
    with pytest.raises(CatalogError, match=r"can't read the catalog .*2027-01-01\.json: "):
        load_catalog(home=tmp_path, date=None)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_saving_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """When the disk is full, the old file stays as it was and nothing else is left behind."""
    path = save_catalog(small("2027-01-01"), home=tmp_path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OutputWriteError, match=r"can't write '.*2027-01-01\.json': No space left"):
        save_catalog(small("2027-01-01").with_aliases_of(bundled()), home=tmp_path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_saving_where_no_folder_can_be(tmp_path: Path) -> None:
    """A home that is a file can't take a catalog."""
    (tmp_path / "home").write_text("")
    with pytest.raises(OutputWriteError, match="can't write "):
        save_catalog(small(), home=tmp_path / "home")
