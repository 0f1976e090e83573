"""What a store's file is, and its tables."""

from __future__ import annotations

import logging

from esi_fetch.database import FileKind
from esi_fetch.errors import StoreError

__all__ = ["STORE_FILE"]

STORE_FILE = FileKind(
    noun="store",
    application_id=b"ESIF",
    # 1: entries and bodies; 2: bookmarks too; 3: refusals too; 4: data sets too; 5: the columns in added;
    # 6: what is said about data sets too.
    file_format=6,
    schema=(
        # requests-cache's layout, so that its methods work on it; the header is the value.
        "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB, expires INTEGER)",
        "CREATE INDEX IF NOT EXISTS expires_idx ON entries(expires)",
        "CREATE TABLE IF NOT EXISTS bodies (key TEXT PRIMARY KEY, value BLOB)",
        "CREATE TRIGGER IF NOT EXISTS drop_body AFTER DELETE ON entries"
        " BEGIN DELETE FROM bodies WHERE key = OLD.key; END",
        "CREATE TABLE IF NOT EXISTS bookmarks (key TEXT PRIMARY KEY, value TEXT, kept_at REAL)",
        "CREATE TABLE IF NOT EXISTS refusals (key TEXT PRIMARY KEY, op_id TEXT, url TEXT, character INTEGER,"
        " status INTEGER, message TEXT, answered_at REAL)",
        "CREATE INDEX IF NOT EXISTS refusals_by_age ON refusals(answered_at)",
        # The data stands last: who reads what is before it does not touch its pages.
        "CREATE TABLE IF NOT EXISTS data_sets (key TEXT PRIMARY KEY, name TEXT, parameters TEXT,"
        " character INTEGER, origin TEXT, category TEXT, made_from TEXT, made_at REAL, expires_at REAL,"
        " rows INTEGER, decoded_size INTEGER, value BLOB)",
        "CREATE INDEX IF NOT EXISTS data_sets_by_name ON data_sets(name)",
    ),
    added=(
        ("entries", "used_at REAL"),
        ("entries", "asked BLOB"),
        ("refusals", "parameters TEXT"),
        ("bookmarks", "op_id TEXT"),
        ("bookmarks", "parameters TEXT"),
        ("bookmarks", "character INTEGER"),
        ("data_sets", "about TEXT"),
    ),
    error=StoreError,
    logger=logging.getLogger("esi_fetch.store"),
    shrinks=True,
)
