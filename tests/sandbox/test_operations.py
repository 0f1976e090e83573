"""Every operation of the catalog answers, with data that fits its schema."""

from __future__ import annotations

from typing import Any

import pytest

from esi_fetch.catalog import bundled
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import Got, ask, example_path
from tests.sandbox.fits import misfits

CHARACTER = 90000001


def answer_to(sandbox: Sandbox, op_id: str, **more: Any) -> Got:
    operation = sandbox.catalog[op_id]
    path, body = example_path(sandbox, operation)
    token = sandbox.token(CHARACTER) if operation.scopes else None
    return ask(sandbox, path, method=operation.method, token=token, body=body, **more)


@pytest.mark.parametrize("op_id", bundled())
def test_every_operation_succeeds_with_data_that_fits(shown: Sandbox, op_id: str) -> None:
    """The example parameters of an operation give its status of success and an answer as its schema says."""
    operation = shown.catalog[op_id]
    got = answer_to(shown, op_id)
    assert got.status == operation.success[0], got.body
    if operation.answer is None:
        assert got.body == b""
    else:
        assert list(misfits(got.json(), operation.answer)) == []


@pytest.mark.parametrize("op_id", ["GetInsurancePrices", "GetFreelanceJobsListing", "GetStatus"])
def test_the_same_seed_gives_the_same_data(op_id: str) -> None:
    """Two sandboxes of one seed agree, one of another seed does not."""
    with Sandbox(seed=1) as one, Sandbox(seed=1) as same, Sandbox(seed=2) as other:
        first, second, third = (answer_to(sandbox, op_id).body for sandbox in (one, same, other))
    assert first == second
    assert first != third


def test_no_two_operations_give_the_same_made_up_data(shown: Sandbox) -> None:
    """Data made from like schemas differ by operation."""
    characters = answer_to(shown, "GetCharactersCharacterIdContacts").json()
    corporations = answer_to(shown, "GetCorporationsCorporationIdContacts").json()
    assert characters != corporations


def test_rows_have_ids_of_their_own(shown: Sandbox) -> None:
    """In lists with pages, what identifies a row is there once over all pages."""
    for operation in shown.catalog.values():
        paging = operation.pagination
        if paging is None or paging.kind != "pages" or not paging.id_field or "public" in operation.path:
            continue
        path, _ = example_path(shown, operation)
        token = shown.token(CHARACTER) if operation.scopes else None
        first = ask(shown, path, token=token)
        rows = first.json()
        for number in range(2, int(first.headers["X-Pages"]) + 1):
            rows += ask(shown, f"{path}{'&' if '?' in path else '?'}page={number}", token=token).json()
        ids = [row[paging.id_field] for row in rows]
        assert len(set(ids)) == len(ids) > 1, operation.op_id


def test_answers_repeat_what_the_path_named(shown: Sandbox) -> None:
    """An id in the path comes back in the data, under its own name or as ``id``."""
    assert ask(shown, "/dogma/attributes/4711").json()["attribute_id"] == 4711
    assert ask(shown, "/wars/4711").json()["id"] == 4711
    job = "05a5c1e2-f7ff-48d9-8015-2b0140ad0179"
    assert ask(shown, f"/freelance-jobs/{job}").json()["id"] == job


def test_bare_numbers_are_bare(shown: Sandbox) -> None:
    """A wallet is a number, not an object with one."""
    assert isinstance(answer_to(shown, "GetCharactersCharacterIdWallet").json(), float)


def test_ids_nobody_can_have_are_not_found(shown: Sandbox) -> None:
    """Zero and negative ids are 404 in made-up data as well."""
    assert ask(shown, "/dogma/attributes/0").status == 404
