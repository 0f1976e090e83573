"""Requests are checked as ESI checks them: path, date, token, parameters, body."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from esi_fetch.catalog import Catalog, bundled
from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ORDERS, ask

ASSETS = "/characters/90000001/assets"


@pytest.mark.parametrize("path", ["/nothing", "/", "/markets/10000002", "/status/more", "/latest"])
def test_unknown_paths_are_404(shown: Sandbox, path: str) -> None:
    """A path of no operation gets a JSON error."""
    got = ask(shown, path)
    assert got.status == 404
    assert path in got.error


def test_wrong_methods_are_405(shown: Sandbox) -> None:
    """A known path under another method says which ones there are."""
    got = ask(shown, "/universe/names", method="GET")
    assert (got.status, got.headers["Allow"]) == (405, "POST")
    assert got.error


@pytest.mark.parametrize("path", ["/status/", "/markets/10000002/orders/?order_type=all"])
def test_a_slash_at_the_end_does_not_matter(shown: Sandbox, path: str) -> None:
    """Paths answer with and without a slash at the end."""
    assert ask(shown, path).status == 200


@pytest.mark.parametrize("prefix", ["/latest", "/v1", "/v4", "/dev", "/legacy"])
def test_paths_with_a_version_still_answer(shown: Sandbox, prefix: str) -> None:
    """A version in front of the path means the behaviour of the oldest date."""
    got = ask(shown, f"{prefix}/characters/90000001/")
    assert got.status == 200
    assert got.headers["X-Compatibility-Date"] == "2020-01-01"
    assert "achievement_score" not in got.json()


def test_no_date_means_the_oldest(shown: Sandbox) -> None:
    """Without a date, routes answer as in 2020, and newer routes do not exist."""
    got = ask(shown, "/status", date=None)
    assert (got.status, got.headers["X-Compatibility-Date"]) == (200, "2020-01-01")
    assert ask(shown, "/freelance-jobs", date=None).status == 404


@pytest.mark.parametrize(
    ("date", "status"),
    [
        ("2020-01-01", 404),
        ("2025-12-15", 404),
        ("2025-12-16", 200),
        ("2026-08-10", 200),
        ("2026-08-18", 200),
        ("badvalue", 400),
        ("20260818", 400),
        ("2026-02-30", 400),
        ("2019-12-31", 400),
        ("2199-01-01", 400),
    ],
)
def test_dates_are_rounded_down_or_refused(shown: Sandbox, date: str, status: int) -> None:
    """A route exists from its own date on, which the answer names; what is no possible date is a 400."""
    got = ask(shown, "/freelance-jobs", date=date)
    assert got.status == status
    if status == 200:
        assert got.headers["X-Compatibility-Date"] == "2025-12-16"


def test_tomorrow_begins_at_eleven() -> None:
    """The day after the newest published date is in the future until 11:00 UTC of that day."""
    clock = HeldClock(1_800_000_000)  # 2027-01-15, 08:00
    with Sandbox(clock=clock) as sandbox:
        assert ask(sandbox, "/status", date="2027-01-15").status == 400
        clock.advance(3 * 3600)
        assert ask(sandbox, "/status", date="2027-01-15").status == 200


def test_the_date_may_stand_in_the_query(shown: Sandbox) -> None:
    """compatibility_date in the query does what the header does."""
    assert ask(shown, "/freelance-jobs?compatibility_date=2026-08-18", date=None).status == 200


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("/corporations/98000001", "tax_rate", "tax_rates"),
        ("/characters/90000005", "title", "corporation_title"),
    ],
)
def test_older_dates_get_older_forms(shown: Sandbox, path: str, old: str, new: str) -> None:
    """Where ESI changed an answer in an incompatible way, an older date gets the older form."""
    before, after = ask(shown, path, date="2026-05-19"), ask(shown, path)
    assert old in before.json()
    assert new not in before.json()
    assert new in after.json()
    assert old not in after.json()
    assert before.headers["X-Compatibility-Date"] == "2020-01-01"


def test_private_data_needs_a_token(shown: Sandbox) -> None:
    """Without a token there is a 401, which carries the headers about limits all the same."""
    got = ask(shown, ASSETS)
    assert got.status == 401
    assert got.headers["X-Ratelimit-Group"] == "char-asset"


@pytest.mark.parametrize("token", ["nonsense", "sandbox-", "sandbox-abc", "Bearer sandbox-1"])
def test_foreign_tokens_are_refused(shown: Sandbox, token: str) -> None:
    """A token the sandbox did not give is a 401, on public routes too."""
    assert ask(shown, ASSETS, token=token).status == 401
    assert ask(shown, "/status", token=token).status == 401


def test_tokens_belong_to_a_character(shown: Sandbox) -> None:
    """Data of another character than the token's is a 403; corporations are open to any of theirs."""
    assert ask(shown, ASSETS, token=shown.token(90000001)).status == 200
    assert ask(shown, ASSETS, token=shown.token(90000002)).status == 403
    assert ask(shown, "/corporations/98000001/assets", token=shown.token(90000002)).status == 200


def test_tokens_may_lack_a_scope(shown: Sandbox) -> None:
    """A token for some scopes is a 403 where another one is needed."""
    scope = "esi-assets.read_assets.v1"
    assert ask(shown, ASSETS, token=shown.token(90000001, scopes=[scope])).status == 200
    for scopes in ([], ["esi-wallet.read_character_wallet.v1"]):
        got = ask(shown, ASSETS, token=shown.token(90000001, scopes=scopes))
        assert got.status == 403
        assert scope in got.error


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/markets/10000002/orders", "order_type"),
        ("/markets/10000002/orders?order_type=some", "order_type"),
        ("/markets/forge/orders?order_type=all", "region_id"),
        (f"{ORDERS}&page=0", "page"),
        (f"{ORDERS}&page=first", "page"),
        (f"{ORDERS}&type_id=3.5", "type_id"),
        ("/freelance-jobs?limit=5", "limit"),
        ("/freelance-jobs?limit=101", "limit"),
        ("/freelance-jobs/not-a-uuid", "job_id"),
        ("/markets/10000002/history", "type_id"),
    ],
)
def test_wrong_parameters_are_400(shown: Sandbox, path: str, word: str) -> None:
    """A missing or unfitting parameter is a 400 that names it."""
    got = ask(shown, path)
    assert got.status == 400
    assert word in got.error


def test_superfluous_parameters_are_ignored(shown: Sandbox) -> None:
    """Query parameters an operation does not know do no harm."""
    assert ask(shown, "/status?colour=blue").status == 200


def test_lists_are_read_in_both_spellings(shown: Sandbox) -> None:
    """A list in the query may repeat its key or use commas; entries are checked alike."""
    token = shown.token(90000001)
    path = "/characters/90000001/search?search=Jita&categories="
    assert ask(shown, f"{path}region&categories=station", token=token).status == 200
    assert ask(shown, f"{path}region,station&strict=true", token=token).status == 200
    assert ask(shown, f"{path}region,house", token=token).status == 400
    assert ask(shown, f"{path}region&strict=maybe", token=token).status == 400


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "required"),
        (b"[34,", "JSON"),
        ([], "1 to 1000"),
        (list(range(1001)), "1 to 1000"),
        ([34, 34], "twice"),
        ([34, "35"], "integer"),
        ([True], "integer"),
        ({"ids": [34]}, "array"),
    ],
)
def test_wrong_bodies_are_400(shown: Sandbox, body: Any, word: str) -> None:
    """A body that is missing, is no JSON or breaks a bound is a 400 that says why."""
    got = ask(shown, "/universe/names", method="POST", body=body)
    assert got.status == 400
    assert word in got.error


def test_numbers_are_read_as_numbers(shown: Sandbox) -> None:
    """A number may have decimals; a word is none."""
    token = shown.token(90000001)

    def status(standing: str) -> int:
        path = f"/characters/90000001/contacts?standing={standing}"
        return ask(shown, path, method="POST", body=[90000002], token=token).status

    assert status("-2.5") == 201
    assert status("good") == 400


def test_bodies_may_be_optional() -> None:
    """An operation whose body is optional answers without one."""
    route = bundled()["PostRoute"]
    parameters = tuple(replace(each, required=each.place == "path") for each in route.parameters)
    catalog = Catalog({"PostRoute": replace(route, parameters=parameters)}, date="2026-08-18")
    with Sandbox(catalog=catalog) as sandbox:
        assert ask(sandbox, "/route/30000142/30002187", method="POST").status == 200


def test_objects_in_bodies_are_checked(shown: Sandbox) -> None:
    """Missing, mistyped and too long members of an object are 400s."""
    token = shown.token(90000001)

    def error(body: Any) -> str:
        got = ask(shown, "/fleets/1/wings/2", method="PUT", body=body, token=token)
        assert got.status == 400
        return got.error

    assert "name" in error({})
    assert "too long" in error({"name": "more than ten letters"})
    assert "string" in error({"name": 7})
    route = "/route/30000142/30002187"
    assert "security_penalty" in ask(shown, route, method="POST", body={"security_penalty": 101}).error
    assert ask(shown, route, method="POST", body={"preference": "Safer"}).status == 200


def test_errors_are_json_in_the_backends_own_type(shown: Sandbox) -> None:
    """Error bodies have the member error and the media type of their backend."""
    assert ask(shown, "/freelance-jobs?limit=1").headers["Content-Type"] == "application/json"
    assert ask(shown, "/universe/types/1").headers["Content-Type"] == "application/json; charset=UTF-8"
