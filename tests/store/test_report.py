"""What a store holds, in figures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.errors import CharacterError, InputError, StoreError
from esi_fetch.model.body import Body
from esi_fetch.store import LocalStore
from tests.store.many import DAY_S, ME, NOW, OTHER, entry, fill


@pytest.fixture(params=["file", "memory"])
def filled(request: pytest.FixtureRequest, path: Path) -> Iterator[LocalStore]:
    """A store with something of everything, once in a file and once in memory."""
    with fill(path if request.param == "file" else None) as store:
        yield store


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def test_the_totals_are_those_of_all_entries(filled: LocalStore) -> None:
    """Counts, sizes on disk and decoded, ages and freshness are told of all entries together."""
    total = filled.report().total
    assert (total.entries, total.fresh, total.stale) == (12, 9, 3)
    assert total.size > 2 * 20_000
    assert total.decoded_size > total.size / 2
    assert total.unknown_sizes == 0
    assert (total.fetched_first, total.fetched_last) == (at(NOW - 40 * DAY_S), at(NOW))
    assert (total.validated_first, total.validated_last) == (at(NOW - 40 * DAY_S), at(NOW))


def test_what_stands_beside_the_entries_is_told_too(filled: LocalStore) -> None:
    """Refusals and bookmarks are counted, data sets listed, without their data."""
    report = filled.report()
    assert (report.refusals, report.bookmarks, report.unreadable) == (3, 3, 0)
    assert [(one.name, one.character, one.data) for one in report.data_sets] == [
        ("overview", None, None),
        ("overview", ME, None),
        ("overview", OTHER, None),
    ]
    assert report.file_size > report.total.size


def test_oldest_newest_and_biggest_are_named(filled: LocalStore) -> None:
    """Each of the three is shown with what it was asked for."""
    report = filled.report()
    assert report.oldest is not None
    assert report.oldest.op_id == "GetMarketsRegionIdHistory"
    assert report.newest is not None
    assert report.newest.validated_at == NOW
    assert report.biggest is not None
    assert report.biggest.op_id == "GetCharactersCharacterIdMail"
    assert report.biggest.parameters in ({"character_id": ME}, {"character_id": OTHER})


def test_groups_by_operation_add_up(filled: LocalStore) -> None:
    """Each entry is in one group; the biggest group comes first."""
    report = filled.report()
    groups = report.by("operation")
    assert {group.name: group.entries for group in groups} == {
        "GetCharactersCharacterIdMail": 2,
        "GetMarketsRegionIdOrders": 4,
        "GetMarketsRegionIdHistory": 2,
        "GetCharactersCharacterIdWallet": 2,
        "PostUniverseNames": 1,
        "GetStatus": 1,
    }
    assert [group.size for group in groups] == sorted((group.size for group in groups), reverse=True)
    assert sum(group.size for group in groups) == report.total.size


def test_groups_by_character_and_parameter(filled: LocalStore) -> None:
    """Public data is nobody's; what only names a page of a list makes no group."""
    report = filled.report()
    assert {group.name: group.entries for group in report.by("character")} == {None: 8, ME: 2, OTHER: 2}
    names = {group.name: group.entries for group in report.by("parameter")}
    assert names["region_id=10000002"] == 5
    assert names[f"character_id={ME}"] == 2
    assert names["body=[34, 35]"] == 1
    assert not any(str(name).startswith("page=") for name in names)


@pytest.mark.parametrize(
    ("filters", "entries", "data_sets"),
    [
        ({"operation": "GetMarkets*"}, 6, 0),
        ({"operation": "get_markets_region_id_orders"}, 4, 0),
        ({"operation": ["*mail", "getstatus"]}, 3, 0),
        ({"parameters": {"region_id": 10000002}}, 5, 3),
        ({"parameters": {"region_id": "10000002", "type_id": 34}}, 1, 0),
        ({"parameters": {"body": 34}}, 1, 0),
        ({"parameters": {"body": [34, 35]}}, 1, 0),
        ({"parameters": {"order_type": "all"}}, 3, 0),
        ({"character": ME}, 2, 1),
        ({"character": [str(ME), OTHER]}, 4, 2),
        ({"character": ME, "operation": "*wallet"}, 1, 0),
        ({"older_than": "39d"}, 2, 0),
        ({"older_than": 2 * DAY_S}, 4, 0),
        ({"stale": True}, 3, 1),
        ({"data_set": "over*"}, 0, 3),
        ({"category": "dynamic", "character": ME}, 0, 1),
        ({"category": ["static", "derived"]}, 0, 0),
        ({"data_set": "*", "operation": "GetStatus"}, 1, 3),
    ],
)
def test_a_part_can_be_looked_at(
    filled: LocalStore, filters: dict[str, object], entries: int, data_sets: int
) -> None:
    """Filters of one kind are alternatives, of different kinds they hold together."""
    report = filled.report(**filters)  # type: ignore[arg-type]
    assert (report.total.entries, len(report.data_sets)) == (entries, data_sets)


@pytest.mark.parametrize(
    ("filters", "kind", "words"),
    [
        ({"older_than": "soon"}, InputError, "older_than: expected a duration"),
        ({"category": "sometimes"}, InputError, "category: 'sometimes' is none; there are static"),
        ({"character": "Nobody"}, CharacterError, "'Nobody' is no character's id"),
    ],
)
def test_a_wrong_filter_is_an_error(
    filled: LocalStore, filters: dict[str, object], kind: type[Exception], words: str
) -> None:
    """What is no filter is told, and not taken for everything."""
    with pytest.raises(kind, match=words):
        filled.report(**filters)  # type: ignore[arg-type]


def test_a_report_is_plain_data(filled: LocalStore) -> None:
    """It can be written as JSON, with everything but the single entries."""
    plain = json.loads(json.dumps(filled.report().to_dict()))
    assert plain["entries"] == 12
    assert plain["made_at"] == "2027-01-15T08:00:00Z"
    assert plain["operations"][0]["name"] == "GetCharactersCharacterIdMail"
    assert [group["name"] for group in plain["characters"]].count(None) == 1
    assert plain["data_sets"][0]["category"] == "dynamic"
    assert plain["biggest"]["used_at"] == "2027-01-15T08:00:00Z"


def test_an_empty_store_has_an_empty_report(path: Path) -> None:
    """Without a file there is nothing, no file is made, and nothing is oldest."""
    store = LocalStore(path, clock=HeldClock(now=NOW))
    report = store.report()
    assert (report.total.entries, report.file_size, report.oldest, report.total.fetched_first) == (
        0,
        0,
        None,
        None,
    )
    assert report.by("operation") == []
    assert not path.exists()
    assert json.dumps(report.to_dict())


def test_what_cant_be_read_is_counted(path: Path) -> None:
    """Damaged headers are no entries; the report says how many there are."""
    with fill(path) as store:
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute("UPDATE entries SET value = x'00' WHERE rowid = 1")
        stranger.execute("UPDATE entries SET asked = 7 WHERE rowid = 2")
        stranger.close()
        report = store.report()
        assert (report.total.entries, report.unreadable) == (10, 2)
        assert store.report(operation="*").unreadable == 0


def test_bodies_are_not_looked_at(path: Path) -> None:
    """Bodies that are damaged, or gone, do not matter to a report: it does not read them."""
    with fill(path) as store:
        before = store.report().to_dict()
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute("UPDATE bodies SET value = x'00'")
        stranger.close()
        after = store.report().to_dict()
    for each in (before, after):
        each.pop("file_size")
    assert before == after


def test_the_size_decoded_is_that_of_the_data(path: Path) -> None:
    """A gzipped body counts with its bytes on disk and with those it unpacks to."""
    with LocalStore(path, clock=HeldClock(now=NOW)) as store:
        store.save(entry("packed", plain=b"[1]" * 10_000))
        store.save(entry("plain", body=Body(b"[1]" * 10_000)))
        (packed,) = store.report(operation="*").entries[:1]
        assert packed.decoded_size == 30_000
        assert packed.size < 1_000
        assert store.report().total.decoded_size == 60_000


def test_times_that_no_calendar_has_are_left_out(path: Path) -> None:
    """A time that a stranger has put there, or none, is no moment."""
    with LocalStore(path, clock=HeldClock(now=NOW)) as store:
        store.save(entry("odd", fetched_at=1e300, validated_at=0.0))
        report = store.report()
        assert (report.total.fetched_first, report.total.validated_last) == (None, None)
        assert json.dumps(report.to_dict())


def test_a_file_that_cant_be_read_is_an_error(tmp_path: Path) -> None:
    """Who asks what is there is not told 'nothing' where it can't be known."""
    (tmp_path / "store.sqlite").mkdir()
    store = LocalStore(tmp_path / "store.sqlite", clock=HeldClock(now=NOW))
    with pytest.raises(StoreError, match=r"can't be read"):
        store.report()
    store.save(entry("in memory"))
    with pytest.raises(StoreError, match=r"can't be read"):
        store.report()
    store.close()
