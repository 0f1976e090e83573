"""Id walks over the wire: to the end, to an id, or to so many records; with no request too many."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Esi, Job
from esi_fetch.catalog import bundled
from esi_fetch.errors import ParameterError
from esi_fetch.sandbox import Sandbox

WALKS = [each.op_id for each in bundled().values() if each.pagination and each.pagination.kind == "ids"]
TRANSACTIONS = "GetCharactersCharacterIdWalletTransactions"
WHO = 90000001
PIECE = 50  # rows a piece has in the sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI with lists of 130 records."""
    with Sandbox(walk_rows=130, limits=False) as running:
        yield running


@pytest.fixture
def esi(sandbox: Sandbox, tmp_path: Path) -> Iterator[Esi]:
    """A client that keeps nothing, so that every walk asks."""
    tokens = {WHO: sandbox.token(WHO)}
    with Esi(base_url=sandbox.url, home=tmp_path, tokens=tokens, local=False, retries=0) as client:
        yield client


def ids_of(op_id: str, rows: list[Any]) -> list[int]:
    pagination = bundled()[op_id].pagination
    assert pagination is not None
    return [row[pagination.id_field] if pagination.id_field else row for row in rows]


def is_forward(op_id: str) -> bool:
    return "Calendar" in op_id


@pytest.mark.parametrize("op_id", WALKS)
def test_a_whole_walk_has_every_record_once(op_id: str, esi: Esi, sandbox: Sandbox) -> None:
    """All records, no row doubled at a seam, in the order of the walk, and then it ends."""
    rows = esi.get(op_id, **sandbox.example(op_id))
    assert len(rows) == len({str(row) for row in rows}) == 130
    assert ids_of(op_id, rows) == sorted(ids_of(op_id, rows), reverse=not is_forward(op_id))
    assert len(sandbox.requests) <= 4


@pytest.mark.parametrize("op_id", WALKS)
@pytest.mark.parametrize("position", [0, 7, PIECE - 1, PIECE, 77, 129])
def test_until_is_the_last_id_wanted(op_id: str, position: int, esi: Esi, sandbox: Sandbox) -> None:
    """Everything up to that id, itself included, and no request for what lies beyond it."""
    where = sandbox.example(op_id)
    whole = esi.get(op_id, **where)
    until = ids_of(op_id, whole)[position]
    wanted = [
        row
        for row, identity in zip(whole, ids_of(op_id, whole), strict=True)
        if (identity <= until if is_forward(op_id) else identity >= until)
    ]
    sandbox.clear()
    assert esi.get(op_id, until=until, **where) == wanted
    # One more piece where another row of that very id could follow, or where the list ends.
    assert len(sandbox.requests) <= position // PIECE + 2
    if position % PIECE < PIECE - 2 and position < 129:
        assert len(sandbox.requests) == position // PIECE + 1


@pytest.mark.parametrize("op_id", WALKS)
@pytest.mark.parametrize("most", [1, 49, 50, 51, 100, 130, 500])
def test_max_records_are_the_first_of_the_walk(op_id: str, most: int, esi: Esi, sandbox: Sandbox) -> None:
    """So many records in walk order, and no request once they are there."""
    where = sandbox.example(op_id)
    whole = esi.get(op_id, **where)
    sandbox.clear()
    assert esi.get(op_id, max_records=most, **where) == whole[:most]
    if most <= PIECE:
        assert len(sandbox.requests) == 1
    assert len(sandbox.requests) <= 4


def test_both_ends_at_once(esi: Esi, sandbox: Sandbox) -> None:
    """Whichever comes first ends the walk; until may be text, as tables have it."""
    where = sandbox.example(TRANSACTIONS)
    whole = esi.get(TRANSACTIONS, **where)
    until = str(ids_of(TRANSACTIONS, whole)[20])
    assert esi.get(TRANSACTIONS, until=until, max_records=5, **where) == whole[:5]
    assert len(esi.get(TRANSACTIONS, until=until, max_records=500, **where)) in (21, 22)


def test_an_id_past_the_end_gets_everything_or_nothing(esi: Esi) -> None:
    """Below all ids there is the whole list, above them nothing."""
    assert len(esi.get("GetWars", until=0)) == 130
    assert esi.get("GetWars", until=10**12) == []


def test_a_job_carries_its_part_of_the_walk(esi: Esi) -> None:
    """What a job wants goes with it, through fetch and run."""
    job = Job("GetWars", max_records=3)
    assert len(esi.fetch(job).result.data) == 3  # type: ignore[union-attr]
    (done,) = esi.run(job)
    assert done.max_records == 3
    assert len(done.result.data) == 3  # type: ignore[union-attr]
    with pytest.raises(ParameterError, match="until"):
        esi.run(Job("GetStatus", until=3))
