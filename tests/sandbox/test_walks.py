"""Cursor lists and id walks go as ESI's documentation says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from esi_fetch.catalog import bundled
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ask, example_path

JOBS = "/freelance-jobs"
HUB = "/paragon-hub/skinr"
CURSORS = [each.op_id for each in bundled().values() if each.pagination and each.pagination.kind == "cursor"]


def step(sandbox: Sandbox, path: str, **query: str) -> dict[str, Any]:
    got = ask(sandbox, f"{path}?{urlencode(query)}", token=sandbox.token(90000001))
    assert got.status == 200, got.body
    return dict(got.json())


def walk(sandbox: Sandbox, path: str, name: str, direction: str, start: str) -> list[dict[str, Any]]:
    """Follow a cursor until a list is empty."""
    rows: list[dict[str, Any]] = []
    while True:
        got = step(sandbox, path, limit="30", **{direction: start})
        if not got[name]:
            return rows
        rows = [*got[name], *rows] if direction == "before" else [*rows, *got[name]]
        start = got["cursor"][direction]


def test_a_walk_begins_with_the_newest(shown: Sandbox) -> None:
    """Without a cursor there are the ten newest records, the newest last, and cursors to both sides."""
    got = step(shown, JOBS)
    times = [job["last_modified"] for job in got["freelance_jobs"]]
    assert len(times) == 10
    assert times == sorted(times)
    assert got == step(shown, JOBS, before="0")
    assert step(shown, JOBS, after=got["cursor"]["after"]) == {
        "cursor": {"after": got["cursor"]["after"]},
        "freelance_jobs": [],
    }


@pytest.mark.parametrize("op_id", CURSORS)
def test_both_ways_lead_through_all_records(op_id: str) -> None:
    """Back from the end and forth from the beginning there are the same records, each once, oldest first."""
    with Sandbox(limits=False, walk_rows=70) as sandbox:
        operation = sandbox.catalog[op_id]
        path, _ = example_path(sandbox, operation)
        path = path.partition("?")[0]
        assert operation.pagination is not None
        name = str(operation.pagination.items)
        back = walk(sandbox, path, name, "before", "0")
        forth = walk(sandbox, path, name, "after", "0")
    assert back == forth
    assert len({row["id"] for row in back}) == len(back) == 70
    if "last_modified" in back[0]:
        assert [row["last_modified"] for row in back] == sorted(row["last_modified"] for row in back)


def test_changed_records_move_to_the_end() -> None:
    """After a regeneration the old cursor leads to what changed: one known record and one new."""
    with Sandbox() as sandbox:
        first = step(sandbox, JOBS)
        known = {job["id"]: job for job in walk(sandbox, JOBS, "freelance_jobs", "before", "0")}
        sandbox.regenerate("GetFreelanceJobsListing")
        later = step(sandbox, JOBS, after=first["cursor"]["after"])["freelance_jobs"]
        whole = walk(sandbox, JOBS, "freelance_jobs", "before", "0")
    assert [job["id"] in known for job in later] == [True, False]
    assert later[0]["last_modified"] > known[later[0]["id"]]["last_modified"]
    assert later[0]["progress"] != known[later[0]["id"]]["progress"]
    assert whole[-2:] == later
    assert len({job["id"] for job in whole}) == len(whole) == len(known) + 1


def test_progress_may_be_a_number() -> None:
    """A changed record of another kind shows its change in its own form."""
    path = "/military-campaigns/05a5c1e2-f7ff-48d9-8015-2b0140ad0179/objectives"
    with Sandbox() as sandbox:
        after = step(sandbox, path)["cursor"]["after"]
        sandbox.regenerate("GetMilitaryCampaignsObjectivesListing")
        assert step(sandbox, path, after=after)["objectives"][0]["progress"] == 1


def test_removed_records_stay_as_tombstones() -> None:
    """In the hub's lists a removed record is one whose state says so, in a normal list."""
    with Sandbox() as sandbox:
        before = walk(sandbox, HUB, "listings", "before", "0")
        after = step(sandbox, HUB)["cursor"]["after"]
        sandbox.regenerate("GetParagonHubSkinr")
        changed = step(sandbox, HUB, after=after)["listings"]
    assert [row["state"] for row in before].count("removed") == 1
    assert [row["state"] for row in changed] == ["removed", "listed"]


@pytest.mark.parametrize(
    "query",
    ["before=0&after=0", "before=nonsense", "after=1.AAAAAAAAAAA%3D", "after=1.%C3%A9", "before=1.AA%3D%3D"],
)
def test_wrong_cursors_are_400(shown: Sandbox, query: str) -> None:
    """Both directions at once, and cursors the sandbox did not make, are refused."""
    assert ask(shown, f"{JOBS}?{query}").status == 400


@pytest.mark.parametrize(
    ("path", "parameter", "field", "inclusive"),
    [
        ("/characters/90000001/wallet/transactions", "from_id", "transaction_id", True),
        ("/corporations/98000001/wallets/1/transactions", "from_id", "transaction_id", True),
        ("/characters/90000001/mail", "last_mail_id", "mail_id", False),
        ("/wars", "max_war_id", None, False),
    ],
)
def test_id_walks_go_back_from_the_newest(
    shown: Sandbox, path: str, parameter: str, field: str | None, inclusive: bool
) -> None:
    """Each step continues at the last id seen, repeating its record where ESI does, until nothing is new."""
    token = shown.token(90000001)
    ids: list[int] = []
    query = ""
    while True:
        rows = ask(shown, f"{path}{query}", token=token).json()
        found = [row[field] if field else row for row in rows]
        if ids:
            assert (found[:1] == ids[-1:]) == inclusive
        if not found or found == ids[-1:]:
            break
        ids += found[1:] if ids and inclusive else found
        query = f"?{parameter}={ids[-1]}"
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 130


def test_two_transactions_may_have_one_id(shown: Sandbox) -> None:
    """Who buys from their own order has two different transactions of one id."""
    path = "/characters/90000001/wallet/transactions"
    rows = ask(shown, path, token=shown.token(90000001)).json()
    ids = [row["transaction_id"] for row in rows]
    twice = [row for row in rows if ids.count(row["transaction_id"]) == 2]
    assert len(twice) == 2
    assert twice[0] != twice[1]


def test_the_calendar_goes_forth(shown: Sandbox) -> None:
    """Events come oldest first, those after the one named."""
    token, path = shown.token(90000001), "/characters/90000001/calendar"
    first = ask(shown, path, token=token).json()
    mark = first[-1]["event_id"]
    second = ask(shown, f"{path}?from_event={mark}", token=token).json()
    ids = [row["event_id"] for row in (*first, *second)]
    assert ids == sorted(set(ids))


def test_new_records_enter_id_walks_at_the_front() -> None:
    """After a regeneration there are newer ids; the older ones are where they were."""
    with Sandbox() as sandbox:
        before = ask(sandbox, "/wars").json()
        sandbox.regenerate("GetWars")
        after = ask(sandbox, "/wars").json()
    assert after[0] > before[0]
    assert set(before[:10]) <= set(after)
