"""A part of a store as one file: what is in it, what stays behind, and what strangers' files can't do."""

from __future__ import annotations

import gzip
import os
import pickle
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import InputError, OutputWriteError, StoreError
from esi_fetch.model.body import Body
from esi_fetch.store import Entry, LocalStore, Proof, entry_key
from esi_fetch.store.schema import STORE_FILE
from tests.store.many import DAY_S, ME, NOW, VARIANT, entry
from tests.store.test_entry import Bomb
from tests.store.test_formats import make_file

HOST = "https://esi.evetech.net"


def real(name: str, parameters: dict[str, Any] | None = None, **changes: Any) -> Entry:
    """Return an entry under the key that its question has."""
    about = parameters or {}
    method = "POST" if "body" in about else "GET"
    body = orjson.dumps(about["body"], option=orjson.OPT_SORT_KEYS) if "body" in about else None
    url = f"{HOST}/{name}"
    key = entry_key(
        method=method, url=url, body=body, language="en", tenant="tranquility",
        compatibility_date="2026-08-18", character=changes.get("character"),
    )  # fmt: skip
    return entry(name, parameters=about, **{"key": key, "method": method, "url": url, **changes})


ENTRIES = [
    real("prices", op_id="GetMarketsPrices", plain=b"[1,2]"),
    real("names", {"body": [34, 35]}, op_id="PostUniverseNames"),
    real("wallet", {"character_id": ME}, op_id="GetCharactersCharacterIdWallet", character=ME),
    real("old", op_id="GetStatus", age_s=40 * DAY_S, fresh=False),
    real("plain", op_id="GetWars", body=Body(b"[3]")),
]


def store_at(path: Path, *, now: float = NOW) -> LocalStore:
    """Return a store whose clock stands still."""
    return LocalStore(path, clock=HeldClock(now=now), origin="here")


@pytest.fixture
def ours(tmp_path: Path) -> LocalStore:
    """A store with answers and data sets, public and private."""
    store = store_at(tmp_path / "ours" / "store.sqlite")
    for each in ENTRIES:
        assert store.save(each)
    for who in (None, ME):
        store.save_data_set("regions", ["Forge"], category="static", made_from=["GetX"], character=who)
    store.set_bookmark("b", "x", op_id="GetWars")
    return store


@pytest.fixture
def theirs(tmp_path: Path) -> LocalStore:
    """Another, empty store."""
    return store_at(tmp_path / "theirs" / "store.sqlite")


def keys_of(store: LocalStore) -> set[str]:
    """Return the keys of all entries."""
    return {each.key for each in store.report().entries}


PUBLIC = {each.key for each in ENTRIES if each.character is None}


def test_what_is_public_goes_there_and_back(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """Entries come back equal, data sets with their data; nothing private is in the file."""
    file = tmp_path / "notebook.esi"
    written = ours.export(file)
    assert (written.entries, written.data_sets, written.private) == (4, 1, 2)
    assert written.file_size == file.stat().st_size
    assert str(ME).encode() not in file.read_bytes()
    taken = theirs.import_(file)
    assert (taken.entries, taken.data_sets, taken.older, taken.private, taken.refused) == (4, 1, 0, 0, {})
    assert taken.variants == {(HOST, VARIANT): 4}
    assert keys_of(theirs) == PUBLIC
    for each in ENTRIES:
        assert theirs.find(each.key) == (each if each.character is None else None)
    asked = {each.key: each.parameters for each in theirs.report().entries}
    assert asked[ENTRIES[1].key] == {"body": [34, 35]}
    found = theirs.find_data_set("regions")
    assert found is not None
    assert (found.data, found.made_at) == (["Forge"], NOW)
    assert theirs.report().bookmarks == 0


def test_private_data_goes_when_it_is_asked_for_on_both_sides(
    ours: LocalStore, theirs: LocalStore, tmp_path: Path
) -> None:
    """Whoever takes a file in says so too, before a character's data gets into the store."""
    file = tmp_path / "all.esi"
    written = ours.export(file, include_private=True)
    assert (written.entries, written.data_sets, written.private) == (5, 2, 0)
    taken = theirs.import_(file)
    assert (taken.entries, taken.data_sets, taken.private) == (4, 1, 2)
    assert keys_of(theirs) == PUBLIC
    again = theirs.import_(file, include_private=True, character=ME)
    assert (again.entries, again.data_sets) == (1, 1)
    assert theirs.find(ENTRIES[2].key) == ENTRIES[2]
    with pytest.raises(InputError, match="include_private"):
        ours.export(file, character=ME)
    with pytest.raises(InputError, match="include_private"):
        theirs.import_(file, character=ME)


def test_a_part_is_chosen_by_filters_on_both_sides(
    ours: LocalStore, theirs: LocalStore, tmp_path: Path
) -> None:
    """The filters are those of a report."""
    file = tmp_path / "part.esi"
    assert ours.export(file, operation=["GetMarkets*", "GetWars"]).entries == 2
    assert ours.export(file, older_than="39d").entries == 1
    assert ours.export(file, stale=True).entries == 1
    assert ours.export(file, category="static").data_sets == 1
    ours.export(file)
    assert theirs.import_(file, operation="GetWars", dry_run=True).entries == 1
    assert theirs.import_(file, operation="GetWars").entries == 1
    assert len(keys_of(theirs)) == 1


def test_newer_wins_whatever_the_order(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """What the store has confirmed later, or at the same time, stays; what is newer in the file comes in."""
    file = tmp_path / "x.esi"
    ours.export(file)
    newer = replace(ENTRIES[0], body=Body(b"[9]"), validated_at=NOW + 1)
    older = replace(ENTRIES[4], body=Body(b"[0]"), validated_at=NOW - 1)
    for each in (newer, older):
        theirs.save(each)
    for dry_run in (True, False):
        taken = theirs.import_(file, dry_run=dry_run)
        assert (taken.entries, taken.data_sets, taken.older, taken.dry_run) == (3, 1, 1, dry_run)
    assert theirs.find(newer.key) == newer
    assert theirs.find(older.key) == ENTRIES[4]
    again = theirs.import_(file)
    assert (again.entries, again.data_sets, again.older) == (0, 0, 5)
    theirs.save(replace(ENTRIES[0], body=Body(b"damaged")))
    stranger = sqlite3.connect(str(theirs.path), isolation_level=None)
    stranger.execute("UPDATE entries SET value = x'00'")
    stranger.close()
    assert theirs.import_(file).entries == 4


def test_the_file_is_one_file_that_nobody_needs_to_write_to(ours: LocalStore, tmp_path: Path) -> None:
    """It can be taken in from a folder where nothing can be written, and nothing is left beside it."""
    folder = tmp_path / "shelf"
    ours.export(folder / "new" / "x.esi")
    assert [each.name for each in (folder / "new").iterdir()] == ["x.esi"]
    content = (folder / "new" / "x.esi").read_bytes()
    (folder / "new" / "x.esi").chmod(0o444)
    (folder / "new").chmod(0o555)
    try:
        theirs = store_at(tmp_path / "theirs" / "store.sqlite")
        assert theirs.import_(folder / "new" / "x.esi").entries == 4
    finally:
        (folder / "new").chmod(0o755)
    assert (folder / "new" / "x.esi").read_bytes() == content
    assert [each.name for each in (folder / "new").iterdir()] == ["x.esi"]


def test_a_file_that_is_there_is_replaced_whole_or_not_at_all(ours: LocalStore, tmp_path: Path) -> None:
    """An export that can't be written leaves what was there, and no rubbish."""
    file = tmp_path / "x.esi"
    file.write_text("what was there")
    file.chmod(0o444)
    if os.geteuid() != 0:
        with pytest.raises(OutputWriteError):
            ours.export(file)
        assert file.read_text() == "what was there"
    file.chmod(0o644)
    ours.export(file)
    assert file.read_bytes()[:15] == b"SQLite format 3"
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputWriteError, match="folder"):
        ours.export(tmp_path / "folder")
    with pytest.raises(OutputWriteError):
        ours.export(file / "below a file")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "ours", "x.esi"]


def test_the_store_itself_is_no_export(ours: LocalStore) -> None:
    """Neither is it overwritten by a part of itself, nor taken in."""
    assert ours.path is not None
    for deed in (ours.export, ours.import_):
        with pytest.raises(InputError, match="the store itself"):
            deed(ours.path)


def test_nothing_makes_an_empty_file(theirs: LocalStore, tmp_path: Path) -> None:
    """A store that is not there is exported as an empty one, and not made."""
    written = theirs.export(tmp_path / "x.esi")
    assert (written.entries, written.data_sets) == (0, 0)
    assert theirs.path is not None
    assert not theirs.path.exists()
    assert theirs.import_(tmp_path / "x.esi", dry_run=True).entries == 0


def test_nothing_replaces_no_file(ours: LocalStore, tmp_path: Path) -> None:
    """A filter that nothing fits, misspelt perhaps, does not cost the file of yesterday."""
    file = tmp_path / "x.esi"
    ours.export(file)
    before = file.read_bytes()
    with pytest.raises(InputError, match=r"nothing fits, and '.*x\.esi' is left as it is"):
        ours.export(file, operation="GetIncursions")
    assert file.read_bytes() == before
    assert list(tmp_path.glob(".esi-fetch-*")) == []


def test_damaged_entries_are_not_exported(ours: LocalStore, tmp_path: Path) -> None:
    """What would be fetched again is not given to others."""
    stranger = sqlite3.connect(str(ours.path), isolation_level=None)
    stranger.execute("UPDATE bodies SET value = x'00' WHERE key = ?", (ENTRIES[0].key,))
    stranger.close()
    assert ours.export(tmp_path / "x.esi").entries == 3


def test_another_store_in_use_can_be_taken_in(ours: LocalStore, theirs: LocalStore) -> None:
    """A store that is open, and whose log is not written into place yet, is read as it is now."""
    assert ours.path is not None
    assert Path(f"{ours.path}-wal").stat().st_size > 0
    assert theirs.import_(ours.path).entries == 4


# Files of strangers


def test_of_older_formats_nothing_can_be_proved(theirs: LocalStore, tmp_path: Path) -> None:
    """An entry that does not say what was asked for could be anybody's: it is refused, and counted."""
    make_file(tmp_path / "old" / "store.sqlite", 1)
    taken = theirs.import_(tmp_path / "old" / "store.sqlite")
    assert taken.refused == {"damaged": 1}  # its key is no digest either


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" * 99])
def test_what_is_no_store_is_refused_and_left_alone(
    theirs: LocalStore, tmp_path: Path, content: bytes
) -> None:
    """Such a file is not renamed, not written to, and the error names it."""
    file = tmp_path / "x.esi"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"x\.esi"):
        theirs.import_(file)
    assert file.read_bytes() == content
    with pytest.raises(StoreError, match="there is no file"):
        theirs.import_(tmp_path / "not there")


def tampered(ours: LocalStore, path: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> Path:
    """Return an export with private data that a stranger has worked on."""
    ours.export(path, include_private=True)
    database = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        sql, values = (statement, ()) if isinstance(statement, str) else statement
        database.execute(sql, values)
    database.close()
    return path


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA user_version = 99", "newer esi_fetch.*format 99"),
        ("PRAGMA user_version = 0", "no store of esi_fetch's"),
        ("PRAGMA application_id = 7", "no store of esi_fetch's"),
        ("DROP TABLE bodies", "lacks tables"),
        ("ALTER TABLE entries ADD COLUMN more GENERATED ALWAYS AS (1 + 1)", "not a plain table"),
    ],
)
def test_a_file_of_another_make_is_refused_whole(
    ours: LocalStore, theirs: LocalStore, tmp_path: Path, statement: str, words: str
) -> None:
    """A newer format, another program's file, and one with other tables change nothing."""
    file = tampered(ours, tmp_path / "x.esi", statement)
    with pytest.raises(StoreError, match=words):
        theirs.import_(file)
    assert theirs.path is not None
    assert not theirs.path.exists()


def test_a_view_is_not_taken_for_a_table(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """A view that would compute for ever is not even asked."""
    endless = (
        "CREATE VIEW bodies AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS key, i AS value FROM n"
    )
    file = tampered(ours, tmp_path / "x.esi", "DROP TABLE bodies", endless)
    with pytest.raises(StoreError, match="bodies is not a plain table"):
        theirs.import_(file)


def test_a_file_that_breaks_off_changes_nothing(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """Damage that shows in the middle is found before anything is taken in."""
    for number in range(200):
        ours.save(real(f"more {number}".replace(" ", "/"), body=Body(b"%06d" % number * 1000)))
    file = tmp_path / "x.esi"
    ours.export(file)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] + b"\x5a" * (len(content) - len(content) // 2))
    with pytest.raises(StoreError, match="damaged"):
        theirs.import_(file)
    assert theirs.path is not None
    assert not theirs.path.exists()


PRICES = ENTRIES[0].key


def header_with(**changes: Any) -> Callable[[sqlite3.Connection], None]:
    """Return a change of the header of one entry."""

    def change(database: sqlite3.Connection) -> None:
        (header,) = database.execute("SELECT value FROM entries WHERE key = ?", (PRICES,)).fetchone()
        changed = orjson.dumps({**orjson.loads(header), **changes})
        database.execute("UPDATE entries SET value = ? WHERE key = ?", (changed, PRICES))

    return change


def body_of(wire: bytes, encoding: str = "gzip") -> Callable[[sqlite3.Connection], None]:
    """Return a change of the body of one entry, with the checksums that belong to it."""

    def change(database: sqlite3.Connection) -> None:
        header_with(length=len(wire), crc32=zlib.crc32(wire), encoding=encoding)(database)
        database.execute("UPDATE bodies SET value = ? WHERE key = ?", (wire, PRICES))

    return change


def set_to(column: str, value: Any) -> Callable[[sqlite3.Connection], None]:
    """Return a change of one column of one entry."""
    return lambda database: database.execute(  # type: ignore[return-value]
        f"UPDATE entries SET {column} = ? WHERE key = ?", (value, PRICES)
    )


def rename(database: sqlite3.Connection) -> None:
    """Give an entry a key that is no digest."""
    for table in ("entries", "bodies"):
        database.execute(f"UPDATE {table} SET key = 'it''s no digest' WHERE key = ?", (PRICES,))


OLD = "kept by an older version, which did not note what was asked"
OTHER = "not what its key stands for"
ASKED = {"unpacked": 5, "parameters": {}, "variant": list(VARIANT)}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (set_to("value", pickle.dumps(Bomb())), "damaged"),
        (set_to("value", "text"), "damaged"),
        (set_to("asked", pickle.dumps(Bomb())), "damaged"),
        (set_to("asked", None), OLD),
        (set_to("asked", orjson.dumps({**ASKED, "variant": None})), OLD),
        (set_to("asked", orjson.dumps({**ASKED, "variant": ["de", "t", "d"]})), OTHER),
        (set_to("asked", orjson.dumps({**ASKED, "parameters": {"body": 1}})), OTHER),
        (set_to("expires", "soon"), "damaged"),
        (set_to("expires", NOW + 400 * DAY_S), "fresh for longer than anything is"),
        (rename, "damaged"),
        (header_with(character=ME), OTHER),
        (header_with(url=f"{HOST}/wallet"), OTHER),
        (header_with(url="file:///etc/passwd"), OTHER),
        (header_with(method="DELETE"), OTHER),
        (header_with(status=404), "damaged"),
        (header_with(etag="a\r\nX-Evil: 1"), "damaged"),
        (header_with(validated_at=NOW + 9 * DAY_S), "from the future"),
        (header_with(fetched_at=-1.0), "from the future"),
        (body_of(pickle.dumps(Bomb()), ""), "no JSON"),
        (body_of(gzip.compress(b"<html>")), "no JSON"),
        (body_of(b"not gzip"), "no JSON"),
        (body_of(gzip.compress(b"[1]")[:-3]), "no JSON"),
        (body_of(gzip.compress(b"[1]") + gzip.compress(b"[2]")), "no JSON"),
        (body_of(gzip.compress(b"[" * 5000)), "no JSON"),
        (body_of(gzip.compress(b" " * (80 * 2**20) + b"1")), "no JSON"),
    ],
)  # fmt: skip
def test_a_hostile_entry_is_refused_and_the_others_come_in(
    ours: LocalStore, theirs: LocalStore, tmp_path: Path, change: Any, why: str
) -> None:
    """Nothing is executed, nothing passes for what it is not, and the reason is told."""
    file = tmp_path / "x.esi"
    ours.export(file)
    database = sqlite3.connect(file, isolation_level=None)
    change(database)
    database.close()
    taken = theirs.import_(file)
    assert (taken.entries, taken.refused) == (3, {why: 1})
    assert not Bomb.exploded
    assert PRICES not in keys_of(theirs)


def test_a_strangers_proof_proves_nothing(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """That a set of pages is whole is found out anew."""
    ours.prove(PRICES, Proof("digest", 5))
    found = ours.find(PRICES)
    assert found is not None
    assert found.proof == Proof("digest", 5)
    ours.export(tmp_path / "x.esi")
    theirs.import_(tmp_path / "x.esi")
    assert theirs.find(PRICES) == replace(found, proof=None)


def test_private_data_cant_pass_for_public(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """A wallet whose header says that it is nobody's is not what its key stands for."""
    file = tmp_path / "x.esi"
    ours.export(file, include_private=True)
    database = sqlite3.connect(file, isolation_level=None)
    (header,) = database.execute("SELECT value FROM entries WHERE key = ?", (ENTRIES[2].key,)).fetchone()
    stripped = orjson.dumps({**orjson.loads(header), "character": None})
    database.execute("UPDATE entries SET value = ? WHERE key = ?", (stripped, ENTRIES[2].key))
    database.execute("UPDATE data_sets SET character = NULL")
    database.close()
    taken = theirs.import_(file)
    assert taken.refused == {"not what its key stands for": 1, "damaged": 1}
    assert theirs.find(ENTRIES[2].key) is None
    assert str(ME).encode() not in Path(str(theirs.path)).read_bytes()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("value", pickle.dumps(Bomb())),
        ("value", gzip.compress(b" " * (80 * 2**20) + b"1")),
        ("value", None),
        ("key", "no digest"),
        ("made_at", NOW + 9 * DAY_S),
        ("category", "sometimes"),
        ("origin", "elsewhere"),
    ],
)
def test_a_hostile_data_set_is_refused(
    ours: LocalStore, theirs: LocalStore, tmp_path: Path, column: str, value: Any
) -> None:
    """Data sets are looked at like entries."""
    file = tampered(
        ours, tmp_path / "x.esi", (f"UPDATE data_sets SET {column} = ? WHERE character IS NULL", (value,))
    )
    taken = theirs.import_(file)
    assert (taken.data_sets, sum(taken.refused.values()), Bomb.exploded) == (0, 1, False)


def test_a_newer_data_set_stays(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """Made later, ours is kept; made earlier, it gives way."""
    file = tmp_path / "x.esi"
    ours.export(file)
    later = store_at(Path(str(theirs.path)), now=NOW + 1)
    later.save_data_set("regions", ["later"], category="static", made_from=[])
    assert theirs.import_(file).data_sets == 0
    earlier = store_at(Path(str(theirs.path)), now=NOW - 1)
    earlier.save_data_set("regions", ["earlier"], category="static", made_from=[])
    assert theirs.import_(file).data_sets == 1
    found = theirs.find_data_set("regions")
    assert found is not None
    assert found.data == ["Forge"]


def test_triggers_of_a_stranger_are_not_run(ours: LocalStore, theirs: LocalStore, tmp_path: Path) -> None:
    """Whatever else is in the file is not looked at."""
    file = tampered(
        ours,
        tmp_path / "x.esi",
        "CREATE TABLE loot (x)",
        "CREATE TRIGGER steal AFTER INSERT ON entries BEGIN INSERT INTO loot VALUES (1); END",
        f"PRAGMA user_version = {STORE_FILE.file_format}",
    )
    content = file.read_bytes()
    assert theirs.import_(file).entries == 4
    assert file.read_bytes() == content


def test_a_store_that_cant_be_written_says_so(ours: LocalStore, tmp_path: Path) -> None:
    """Taking in needs a file of ours: what would be gone at the end is not called taken in."""
    ours.export(tmp_path / "x.esi")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="can't be"):
        store_at(tmp_path / "folder").import_(tmp_path / "x.esi")
