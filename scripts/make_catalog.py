"""Make the catalog table that is shipped with the package, from ESI's OpenAPI documents.

    python scripts/make_catalog.py openapi-2026-08-18.json --older openapi-2020-01-01.json

The table holds facts only: no descriptions and no examples. Documents of older dates give the ids by which
operations used to be known. The same documents always give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import orjson

from esi_fetch.catalog import Catalog, read_document
from esi_fetch.errors import CatalogError

DATA = Path(__file__).resolve().parent.parent / "esi_fetch" / "catalog" / "data"


def read(path: Path) -> Catalog:
    """Read one OpenAPI document."""
    try:
        return read_document(orjson.loads(path.read_bytes()), source=path.name)
    except orjson.JSONDecodeError as error:
        raise CatalogError(f"{path}: not JSON: {error}") from error


def make(document: Path, older: list[Path]) -> Catalog:
    """Return the catalog of a document, with the ids that operations have in older ones as aliases."""
    catalog = read(document)
    for path in older:
        catalog = catalog.with_aliases_of(read(path))
    return catalog


def report(catalog: Catalog, table: bytes, path: Path, before: Catalog | None) -> None:
    """Print what is in a table, and how it differs from the one that it replaces."""
    operations = list(catalog.values())
    walks = Counter(each.pagination.kind for each in operations if each.pagination)
    groups = {each.rate_limit.group for each in operations if each.rate_limit}
    aliases = [f"{alias} -> {each.op_id}" for each in operations for alias in each.aliases]
    print(f"{path}: {catalog.date}, {len(operations)} operations, {len(table):,} bytes")
    print(f"  walked: {', '.join(f'{count} by {kind}' for kind, count in sorted(walks.items()))}")
    scoped = sum(bool(each.scopes) for each in operations)
    print(f"  rate-limit groups: {len(groups)}; operations that need a scope: {scoped}")
    print(f"  aliases: {', '.join(aliases) or 'none'}")
    no_id = [each.op_id for each in operations if each.pagination and each.pagination.id_field is None]
    print(f"  walked lists whose rows have no known id: {', '.join(no_id) or 'none'}")
    if before is not None:
        for word, ids in (("new", set(catalog) - set(before)), ("gone", set(before) - set(catalog))):
            if ids:
                print(f"  {word}: {', '.join(sorted(ids))}")


def main(arguments: list[str] | None = None) -> int:
    """Run the script; return its exit status."""
    parser = argparse.ArgumentParser(description="Make the catalog table from OpenAPI documents.")
    parser.add_argument("document", type=Path, help="the document to describe")
    parser.add_argument("--older", type=Path, action="append", default=[], help="an older one, for aliases")
    parser.add_argument("-o", "--output", type=Path, help="a file or folder; the package's data if not given")
    options = parser.parse_args(arguments)
    try:
        catalog = make(options.document, options.older)
        path = options.output or DATA / f"{catalog.date}.json"
        if path.is_dir():
            path = path / f"{catalog.date}.json"
        before = Catalog.from_table(path.read_bytes(), source=str(path)) if path.exists() else None
    except (CatalogError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    table = catalog.to_table()
    path.write_bytes(table)
    report(catalog, table, path, before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
