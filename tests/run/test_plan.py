"""The bill is true: what it says before a run is what the run then does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from esi_fetch import Callback, Esi, Job, Report, WorkOrder
from esi_fetch.model.bill import Bill, CharacterNeed, PlannedFile
from esi_fetch.model.for_each import ForEach
from esi_fetch.model.result import Source
from esi_fetch.sandbox import Sandbox

ORDERS = "GetMarketsRegionIdOrders"
TYPE = "GetUniverseTypesTypeId"
WALK = "GetFreelanceJobsListing"
WALLET = "GetCharactersCharacterIdWallet"
PILOT = 90000001


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local ESI with few rows, whose answers stay fresh."""
    with Sandbox(page_size=10, orders_pages=4, ttl_s=3600) as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[..., Esi]]:
    """Make clients with one home; all are closed at the end."""
    made: list[Esi] = []

    def make(**settings: Any) -> Esi:
        settings = {"base_url": sandbox.url, "home": tmp_path / "home", "retries": 0, **settings}
        made.append(Esi(**settings))
        return made[-1]

    yield make
    for esi in made:
        esi.close()


def saved(path: str) -> tuple[Callback, ...]:
    return (Callback("save_json", {"path": path}),)


def type_ids(sandbox: Sandbox, number: int) -> list[int]:
    with Esi(base_url=sandbox.url, local=False) as esi:
        found: list[int] = esi.get("GetUniverseTypes")[:number]
    sandbox.clear()
    return found


def planned_and_run(esi: Esi, jobs: Any, *, output: Path, refresh: bool = False) -> tuple[Bill, Report]:
    """Plan, then run; everything that the bill knows has to come true."""
    there = {path for path in output.rglob("*") if path.is_file()}
    bill = esi.plan(jobs, output=output, refresh=refresh)
    assert {path for path in output.rglob("*") if path.is_file()} == there
    report = esi.run(jobs, output=output, refresh=refresh)
    sums, done = bill.totals, report.totals
    assert sums.jobs == len(report)
    if sums.unknown:
        assert sums.requests <= done.requests
        assert all(number <= done.tokens[group] for group, number in sums.tokens.items())
    else:
        assert sums.requests == done.requests
        assert sums.from_store == done.from_store
        assert sums.conditional == done.not_modified
        assert sums.tokens == done.tokens
    outputs = [Path(path) for job in report if job.result for path in job.result.outputs]
    said = [one for line in bill.jobs for one in line.paths]
    assert sorted(one.path for one in said) == sorted(map(str, outputs))
    assert {Path(one.path) for one in said if one.replaces} == set(outputs) & there
    assert (sums.files, sums.replaced) == (len(outputs), len(set(outputs) & there))
    return bill, report


def test_what_was_never_fetched_is_asked_for_whole(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """Where nothing is stored, a job without pages is one full request, and two tokens if it has a bucket."""
    jobs = [
        Job("GetStatus", callbacks=saved("status.json")),
        *(
            Job(TYPE, {"type_id": number}, callbacks=saved(f"{number}.json"))
            for number in type_ids(sandbox, 3)
        ),
    ]
    bill, _ = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert (bill.totals.requests, bill.totals.full, bill.totals.tokens) == (4, 4, {"status": 2})
    assert bill.totals.without_bucket == 3
    assert bill.ok


def test_what_is_fresh_comes_from_the_store(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """After a run the same run costs nothing, page sets included, and would replace its files."""
    jobs = [Job(ORDERS, {"region_id": 10000002}, callbacks=saved("orders.json")), Job("GetStatus")]
    first, report = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert (first.totals.unknown, first.totals.requests) == (1, 2)
    bill, again = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert (bill.totals.requests, bill.totals.from_store, bill.totals.unknown) == (0, 5, 0)
    assert bill.totals.replaced == 1
    assert bill.takes_s == 0
    assert {source for job in again if job.result for source in job.result.sources} == {Source.LOCAL.value}
    assert report.totals.requests == 5


def test_a_refresh_asks_about_everything(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """With refresh, what is stored is asked about conditionally, page by page, one token each."""
    jobs = [Job(ORDERS, {"region_id": 10000002}), Job("GetStatus")]
    client().run(jobs)
    bill, _ = planned_and_run(client(), jobs, output=tmp_path / "out", refresh=True)
    assert (bill.totals.conditional, bill.totals.full) == (5, 0)
    assert bill.totals.tokens == {"market-order": 4, "status": 1}
    need = next(each for each in bill.limits if each.bucket == "market-order")
    assert (need.needed, need.at_most) == (4, 8)


def test_each_page_counts_for_itself(sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path) -> None:
    """Of a set some of whose pages have expired, only those are asked about."""
    esi = client()
    jobs = [Job(ORDERS, {"region_id": 10000002})]
    esi.run(jobs)
    assert esi.store is not None
    parts = esi._parts.ready().fetcher
    wanted = parts.check(jobs[0])
    for page in (2, 3):
        call = parts.calls.make(wanted.operation, {**wanted.parameters, "page": page}, character=None)
        esi.store.touch(call.key, validated_at=0.0, expires_at=0.0)
    bill, _ = planned_and_run(esi, jobs, output=tmp_path / "out")
    assert (bill.totals.from_store, bill.totals.conditional, bill.totals.requests) == (2, 2, 2)


def test_the_same_is_asked_for_once(sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path) -> None:
    """Of jobs that ask for the same, the first one pays."""
    jobs = [Job("GetStatus", name="one"), Job("get_status", name="two"), Job("GetStatus", name="three")]
    bill, _ = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert [(line.full, line.from_store) for line in bill.jobs] == [(1, 0), (0, 1), (0, 1)]


def test_without_a_store_everything_is_asked_for_each_time(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """Where nothing is kept, nothing is served, and no store is looked for."""
    jobs = [Job("GetStatus", name="one"), Job("GetStatus", name="two")]
    bill, _ = planned_and_run(client(local=False), jobs, output=tmp_path / "out")
    assert (bill.totals.full, bill.totals.from_store) == (2, 0)
    assert not (tmp_path / "home" / "store.sqlite").exists()


def test_walks_are_unknown(sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path) -> None:
    """Nobody knows how far a walk goes; once its pieces are stored, it may cost nothing at all."""
    jobs = [Job(WALK)]
    bill, _ = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert (bill.totals.unknown, bill.totals.requests) == (1, 1)
    bill, report = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert (bill.totals.unknown, bill.totals.requests, bill.totals.from_store) == (1, 0, 1)
    assert report.totals.requests == 0


def test_changes_are_asked_for_from_the_bookmark_on(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """A job that asks for changes asks from where the last one ended, which is stored nowhere."""
    jobs = [Job(WALK, since_last=True)]
    bill, _ = planned_and_run(client(), jobs, output=tmp_path / "out")
    assert bill.totals.requests == 1
    client().run(jobs)
    offline = client(offline=True).plan(jobs)
    assert (offline.totals.missing, offline.totals.requests) == (1, 0)


def test_a_page_by_number_is_one_request(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """Who names a page asks for that page alone, and its cost is known."""
    bill, _ = planned_and_run(
        client(), [Job(ORDERS, {"region_id": 10000002, "page": 2})], output=tmp_path / "out"
    )
    assert (bill.totals.unknown, bill.totals.requests) == (0, 1)


def test_offline_says_what_is_not_there(sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path) -> None:
    """Offline nothing is sent; what the store lacks would fail."""
    client().run([Job("GetStatus")])
    jobs = [Job("GetStatus"), Job(TYPE, {"type_id": 34}), Job(ORDERS, {"region_id": 10000002})]
    esi = client(offline=True)
    bill = esi.plan(jobs)
    assert (bill.totals.requests, bill.totals.from_store, bill.totals.missing) == (0, 1, 2)
    assert bill.totals.unknown == 0
    assert esi.run(jobs).totals.failed == 2


def test_what_was_refused_a_moment_ago_is_not_asked_again(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """A request whose refusal is remembered is none, unless somebody insists."""
    jobs = [Job(TYPE, {"type_id": 1_999_999_999}), Job(ORDERS, {"region_id": 1})]
    report = client().run(jobs)
    assert report.totals.failed == 2
    esi = client()
    bill = esi.plan(jobs)
    assert (bill.totals.refused, bill.totals.requests, bill.totals.unknown) == (2, 0, 0)
    assert esi.run(jobs).totals.requests == 0
    assert esi.plan(jobs, refresh=True).totals.requests == 2


def test_refusals_in_memory_count_too(sandbox: Sandbox, client: Callable[..., Esi]) -> None:
    """A client without a store remembers for itself."""
    esi, jobs = client(local=False), [Job(TYPE, {"type_id": 1_999_999_999})]
    assert esi.plan(jobs).totals.refused == 0
    esi.run(jobs)
    assert esi.plan(jobs).totals.refused == 1
    assert esi.run(jobs).totals.requests == 0


def test_a_character_has_buckets_of_its_own(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """Whose token is needed is said, and what it costs counts against that character."""
    esi = client(tokens={PILOT: sandbox.token(PILOT)})
    bill, _ = planned_and_run(esi, [Job(WALLET, {"character_id": PILOT})], output=tmp_path / "out")
    (need,) = bill.characters
    assert (need.character, need.jobs, need.missing) == (PILOT, 1, False)
    assert [each.user for each in bill.limits] == [f"character:{PILOT}"]


def test_a_missing_token_is_said_with_its_scope(sandbox: Sandbox, client: Callable[..., Esi]) -> None:
    """A job that lacks a token is a problem, and the bill says which scope it needs."""
    bill = client().plan(
        [Job(WALLET, {"character_id": PILOT}), Job(WALLET, {"character_id": PILOT}, character=7)]
    )
    scopes = ("esi-wallet.read_character_wallet.v1",)
    assert bill.characters == (CharacterNeed(None, scopes, 1, True), CharacterNeed(7, scopes, 1, True))
    assert len(bill.problems) == 2
    assert (bill.totals.wrong, bill.totals.requests) == (2, 0)


def test_a_missing_token_of_a_recipe_is_said_with_the_scopes_of_its_parts(client: Callable[..., Esi]) -> None:
    """A recipe that lacks a token says which scopes its parts need, all of them."""
    (need,) = client().plan([Job(recipe="character-overview")]).characters
    assert need.missing
    assert need.scopes == (
        "esi-assets.read_assets.v1",
        "esi-markets.read_character_orders.v1",
        "esi-wallet.read_character_wallet.v1",
    )


def test_what_is_left_now_is_what_the_limiter_has(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """The bill sets what is needed beside what earlier requests have left."""
    esi = client()
    esi.run([Job("GetStatus")])
    bill = esi.plan([Job(ORDERS, {"region_id": 10000002}), Job("GetStatus")], refresh=True)
    left = {view.bucket: (view.left, view.of) for view in esi.limits()}
    said = {need.bucket: (need.left, need.of) for need in bill.limits}
    assert said["status"] == left["status"] == (598, 600)
    assert said["market-order"] == (12_000, 12_000)


def test_nothing_is_sent_and_nothing_is_made(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """Planning leaves the server, the home folder and the output folder as they are."""
    jobs = WorkOrder(
        (
            Job("GetStatus", callbacks=saved("status.json")),
            Job(WALK, since_last=True),
            Job(ORDERS, {"region_id": 1}),
        ),
        output_path="data/${date}",
    )
    bill = client().plan(jobs, output=tmp_path / "out")
    assert bill.totals.jobs == 3
    assert sandbox.requests == []
    assert list(tmp_path.iterdir()) == []


def test_all_problems_are_in_it(sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path) -> None:
    """Wrong jobs are counted, and told with their places; the others have their cost."""
    jobs = [
        Job("GetStatus", callbacks=saved("a.json")),
        Job("GetStatus", callbacks=saved("a.json")),
        Job("GetStatsu"),
        Job(TYPE, callbacks=saved("../b.json")),
    ]
    bill = client().plan(jobs, output=tmp_path)
    assert not bill.ok
    assert [problem.where.split(":")[0] for problem in bill.problems] == [
        "job 2 'GetStatus'",
        "job 3 'GetStatsu'",
        "job 4 'GetUniverseTypesTypeId'",
        "job 4 'GetUniverseTypesTypeId'",
    ]
    assert (bill.totals.jobs, bill.totals.wrong, bill.totals.requests) == (4, 2, 1)


def test_the_rows_of_a_table_are_one_line(
    sandbox: Sandbox, client: Callable[..., Esi], tmp_path: Path
) -> None:
    """However many rows there are, a table is one line, and its files are counted, the first ones named."""
    each = Job(TYPE, callbacks=saved("${type_id}.json"), name="types").for_each(
        [{"type_id": number} for number in range(1, 251)]
    )
    (tmp_path / "7.json").touch()
    bill = client().plan(WorkOrder((Job("GetStatus"), each), name="all"), output=tmp_path)
    status, types = bill.jobs
    assert (types.order, types.job, types.jobs, types.requests, types.table) == (
        "all",
        "types",
        250,
        250,
        "for_each",
    )
    assert (types.files, types.replaced, len(types.paths)) == (250, 1, 100)
    assert types.paths[6] == PlannedFile(str(tmp_path / "7.json"), True)
    assert (status.jobs, bill.totals.jobs) == (1, 251)


@pytest.mark.parametrize(("number", "lines"), [(20, 20), (21, 1), (700, 1)])
def test_many_jobs_of_one_operation_are_added_up(
    sandbox: Sandbox, client: Callable[..., Esi], number: int, lines: int
) -> None:
    """A few jobs have lines of their own; many of one operation are one line, and lose none on the way."""
    jobs: Sequence[Job | ForEach] = [
        Job(TYPE, {"type_id": 1 + one}, name=f"type {one}", callbacks=saved(f"{one}.json"))
        for one in range(number)
    ]
    bill = client().plan([*jobs, Job("GetStatus")])
    assert len(bill.jobs) == lines + 1
    assert sum(line.jobs for line in bill.jobs) == number + 1
    assert sum(line.requests for line in bill.jobs) == bill.totals.requests == number + 1
    assert bill.totals.files == number


def test_it_can_be_read_and_written(sandbox: Sandbox, client: Callable[..., Esi]) -> None:
    """Printed, a bill says what matters on one line; as plain data it is all there."""
    bill = client().plan([Job(ORDERS, {"region_id": 10000002}, callbacks=saved("o.json")), Job("Nothing")])
    assert str(bill) == (
        "2 jobs, at least 1 request (0 conditional, 1 full), 0 answers from the store, at least 2 tokens, "
        "1 file (0 replaced), at least 16 ms, 1 problem"
    )
    assert repr(bill) == f"<Bill: {bill}>"
    plain = bill.to_dict()
    assert list(plain) == [
        "totals",
        "jobs",
        "limits",
        "characters",
        "problems",
        "takes_s",
        "workers",
        "latency_s",
    ]
    assert plain["jobs"][0]["op_id"] == ORDERS
    assert plain["problems"][0]["where"] == "job 2 'Nothing': op_id"
