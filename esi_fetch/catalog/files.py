"""Where catalogs are kept: the one that comes with the package, and newer ones in the user's folder."""

from __future__ import annotations

import functools
from pathlib import Path

from esi_fetch.atomic import atomic_write
from esi_fetch.catalog.catalog import Catalog
from esi_fetch.catalog.places import is_date
from esi_fetch.errors import CatalogError, reason_of

__all__ = ["bundled", "load_catalog", "save_catalog"]

_DATA = Path(__file__).parent / "data"
_MEND = "run `esi-fetch schema update` to get it anew, or delete the file"


@functools.cache
def bundled() -> Catalog:
    """Return the catalog that comes with the package; it is read once."""
    return Catalog.from_table(max(_DATA.glob("????-??-??.json")).read_bytes(), source="bundled")


def load_catalog(*, home: Path, date: str | None) -> Catalog:
    """Return the catalog to work with.

    That is the table of *date* in ``home/catalog`` where there is one; without a date the newest there, when
    it is not older than the bundled one; else the bundled one, even when another date was asked for.

    Raises:
        CatalogError: *date* is not a date, or the table is damaged or can't be read; the text names the file
            and what mends it.
    """
    if date is not None and not is_date(date):
        raise CatalogError(f"the compatibility date {date!r} is not a date such as {bundled().date}")
    folder = home / "catalog"
    if date is None:
        newest = max((path for path in folder.glob("*.json") if is_date(path.stem)), default=None)
        if newest is None or newest.stem < bundled().date:
            return bundled()
        path = newest
    else:
        path = folder / f"{date}.json"
    try:
        table = path.read_bytes()
    except FileNotFoundError:
        return bundled()
    except OSError as error:
        raise CatalogError(f"can't read the catalog {path}: {reason_of(error)}") from error
    try:
        catalog = Catalog.from_table(table, source=str(path))
        # Unlike the bundled table, this one may be damaged anywhere: better known now than in the middle of
        # a run.
        list(catalog.values())
    except CatalogError as error:
        raise CatalogError(f"{error}; {_MEND}") from error
    if catalog.date != path.stem:
        raise CatalogError(f"{path}: this table is of {catalog.date}; {_MEND}")
    return catalog


def save_catalog(catalog: Catalog, *, home: Path) -> Path:
    """Write a catalog into ``home/catalog``, whole or not at all, and return the file.

    Its operations keep answering to the ids that the bundled catalog knows them by.

    Raises:
        OutputWriteError: The file can't be written; one that was there before is untouched.
    """
    path = home / "catalog" / f"{catalog.date}.json"
    table = catalog.with_aliases_of(bundled()).to_table()
    with atomic_write(path, text=False) as file:
        file.write(table)
    return path
