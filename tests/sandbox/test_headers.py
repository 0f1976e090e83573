"""Answers have the headers of the backend they come from, and conditional requests get their 304."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import orjson
import pytest

from esi_fetch.clock import HeldClock
from esi_fetch.sandbox import Sandbox
from tests.sandbox.asking import ORDERS, Got, ask, example_path, page

STRONG_56 = re.compile(r'"[0-9a-f]{56}"')
WEAK_56 = re.compile(r'W/"[0-9a-f]{56}"')
WEAK_64 = re.compile(r'W/"[0-9a-f]{64}"')


def seconds(got: Got, name: str) -> float:
    return parsedate_to_datetime(got.headers[name]).timestamp()


def test_live_data_of_the_older_backend(shown: Sandbox) -> None:
    """Market orders say how long they last by Expires alone, and each page has a strong tag of its own."""
    first, second = page(shown, 1), page(shown, 2)
    assert first.headers["Cache-Control"] == "public"
    assert first.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert seconds(first, "Expires") - seconds(first, "Last-Modified") == 300
    assert STRONG_56.fullmatch(first.headers["ETag"])
    assert first.headers["ETag"] != second.headers["ETag"]
    assert first.headers["Last-Modified"] == second.headers["Last-Modified"]
    assert first.headers["Expires"] == second.headers["Expires"]


def test_static_lists_share_one_weak_tag(shown: Sandbox) -> None:
    """Both pages of the types carry the same weak tag over different bodies, until 11:05."""
    first, second = ask(shown, "/universe/types"), ask(shown, "/universe/types?page=2")
    assert WEAK_56.fullmatch(first.headers["ETag"])
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.body != second.body
    assert parsedate_to_datetime(first.headers["Expires"]).strftime("%H:%M:%S") == "11:05:00"
    assert parsedate_to_datetime(first.headers["Last-Modified"]).strftime("%H:%M") == "11:03"
    assert seconds(first, "Last-Modified") < seconds(first, "Date") < seconds(first, "Expires")


@pytest.mark.parametrize(("path", "max_age"), [("/status", 30), ("/characters/90000001", 86400)])
def test_the_newer_backend(path: str, max_age: int) -> None:
    """The newer backend's max-age counts from Date, not from Last-Modified."""
    clock = HeldClock()
    with Sandbox(clock=clock) as sandbox:
        clock.advance(7)
        got = ask(sandbox, path)
    assert got.headers["Cache-Control"] == f"public, max-age={max_age}, must-revalidate, stale-if-error=900"
    assert got.headers["Content-Type"] == "application/json"
    assert WEAK_64.fullmatch(got.headers["ETag"])
    assert seconds(got, "Expires") - seconds(got, "Date") == max_age
    assert seconds(got, "Expires") - seconds(got, "Last-Modified") == max_age + 7


def test_style_follows_the_recorded_answers(shown: Sandbox, shared_esi: Path) -> None:
    """For each recorded operation the sandbox's cache headers have the form that ESI's had."""
    recorded = {
        "GetMarketsRegionIdOrders": "market_orders_forge_2pages.json",
        "GetMarketsRegionIdHistory": "market_history_tritanium.json",
        "GetContractsPublicRegionId": "public_contracts_forge_2pages.json",
        "GetStatus": "status.json",
        "GetUniverseTypesTypeId": "universe_type_34.json",
        "GetUniverseTypes": "universe_types_2pages_same_etag.json",
        "GetCharactersDetail": "character_public_info.json",
        "GetFreelanceJobsListing": "freelance_jobs_cursor.json",
    }
    for op_id, name in recorded.items():
        theirs = orjson.loads((shared_esi / "samples" / name).read_bytes())["pages"][0]["headers"]
        path, _ = example_path(shown, shown.catalog[op_id])
        ours = ask(shown, path).headers
        for header in ("cache-control", "content-type"):
            assert ours[header] == theirs[header], (op_id, header)
        forms = {re.sub("[0-9a-f]{2,}", "#", str(headers.get("etag"))) for headers in (ours, theirs)}
        assert len(forms) == 1, op_id
        for header in ("etag", "expires", "last-modified", "x-pages"):
            assert (header in ours) == (header in theirs), (op_id, header)


def test_data_that_needs_a_token_is_private(shown: Sandbox) -> None:
    """What belongs to a character says so to caches on the way."""
    got = ask(shown, "/characters/90000001/assets", token=shown.token(90000001))
    assert got.headers["Cache-Control"] == "private"
    got = ask(shown, "/characters/90000001/skills", token=shown.token(90000001))
    assert got.headers["Cache-Control"].startswith("private, max-age=60")


def test_cursor_lists_are_stale_at_once(shown: Sandbox) -> None:
    """Cursor lists have no tag and expire as they are sent; the hub's claim to be immutable too."""
    got = ask(shown, "/freelance-jobs")
    assert got.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert got.headers["Expires"] == got.headers["Date"]
    assert "ETag" not in got.headers
    hub = ask(shown, "/paragon-hub/skinr").headers
    assert hub["Cache-Control"] == "public, max-age=0, immutable, must-revalidate"
    assert "ETag" not in hub


def test_what_the_api_says_about_itself(shown: Sandbox) -> None:
    """Under /meta there are no tags, and for the status no freshness either."""
    dates = ask(shown, "/meta/compatibility-dates").headers
    assert dates["Cache-Control"] == "public, max-age=600"
    assert "ETag" not in dates
    assert "Cache-Control" not in ask(shown, "/meta/status").headers
    assert ask(shown, "/meta/openapi.json").headers["Content-Type"] == "application/openapi+json"


def test_posts_say_nothing_about_caches(shown: Sandbox) -> None:
    """Answers to POST have neither tag nor freshness."""
    got = ask(shown, "/universe/names", method="POST", body=[34])
    assert not {"Cache-Control", "ETag", "Expires", "Last-Modified"} & set(got.headers)


def test_true_lifetimes_may_differ_from_the_documents(shown: Sandbox) -> None:
    """Killmails of a war expire after 300 seconds, whatever the catalog has."""
    assert shown.catalog["GetWarsWarIdKillmails"].client_ttl_s == 3600
    got = ask(shown, "/wars/1000/killmails")
    assert seconds(got, "Expires") - seconds(got, "Last-Modified") == 300


@pytest.mark.parametrize("path", [f"{ORDERS}&page=2", "/universe/types/34", "/status"])
def test_a_known_tag_gets_a_304(path: str) -> None:
    """With the tag of the current answer a request gets its headers and no body."""
    with Sandbox() as sandbox:
        first = ask(sandbox, path)
        again = ask(sandbox, path, headers={"If-None-Match": first.headers["ETag"]})
        assert sandbox.requests[-1].not_modified
        assert not sandbox.requests[0].not_modified
    assert (again.status, again.body) == (304, b"")
    for name in ("ETag", "Expires", "Last-Modified", "X-Pages", "Cache-Control"):
        assert again.headers.get(name) == first.headers.get(name)
    assert "Content-Type" not in again.headers
    assert "Content-Length" not in again.headers


def test_tags_are_compared_weakly_but_whole(shown: Sandbox) -> None:
    """A tag may lose its W/, be one of several, or be any; one without its quotes matches nothing."""
    tag = ask(shown, "/universe/types/34").headers["ETag"]

    def status(sent: str) -> int:
        return ask(shown, "/universe/types/34", headers={"If-None-Match": sent}).status

    assert status(tag) == status(tag.removeprefix("W/")) == status(f'"other", {tag}') == status("*") == 304
    assert status(tag.strip('W/"')) == status('"other"') == status("") == 200


def test_a_tag_means_nothing_where_there_are_none(shown: Sandbox) -> None:
    """Lists that are always stale have no 304."""
    assert ask(shown, "/freelance-jobs", headers={"If-None-Match": "*"}).status == 200


def test_a_tag_is_good_for_its_own_address_only(shown: Sandbox) -> None:
    """The tag of one page gets no 304 from another."""
    tag = page(shown, 1).headers["ETag"]
    assert page(shown, 2, headers={"If-None-Match": tag}).status == 200


def test_dates_count_where_no_tag_is_sent(shown: Sandbox) -> None:
    """If-Modified-Since gets a 304 for data no newer than it; nonsense and a wrong tag get the data."""
    modified = page(shown, 1).headers["Last-Modified"]

    def status(since: str, **more: str) -> int:
        return page(shown, 1, headers={"If-Modified-Since": since, **more}).status

    assert status(modified) == 304
    assert status("Mon, 01 Jan 2024 00:00:00 GMT") == 200
    assert status("soon") == 200
    assert status(modified, **{"If-None-Match": '"other"'}) == 200


def test_regenerated_data_has_new_validators() -> None:
    """After a regeneration the old tag gets the new data, and even within a second a later date."""
    with Sandbox(page_size=10, orders_pages=2) as sandbox:
        dates, tags = [], []
        for _ in range(3):
            got = page(sandbox, 1)
            dates.append(seconds(got, "Last-Modified"))
            tags.append(got.headers["ETag"])
            sandbox.regenerate("get_markets_region_id_orders")
        assert page(sandbox, 1, headers={"If-None-Match": tags[0]}).status == 200
    assert dates == sorted(set(dates))
    assert len(set(tags)) == 3


def test_what_a_304_carries_can_be_chosen() -> None:
    """A 304 carries the chosen headers only, besides those about limits."""
    with Sandbox(not_modified_headers=("ETag",)) as sandbox:
        tag = {"If-None-Match": page(sandbox, 1).headers["ETag"]}
        got = page(sandbox, 1, headers=tag)
        assert got.status == 304
        assert not {"Expires", "X-Pages", "Last-Modified", "Cache-Control"} & set(got.headers)
        assert got.headers["X-Ratelimit-Used"] == "1"
        sandbox.manners.not_modified_headers = ()
        assert "ETag" not in page(sandbox, 1, headers=tag).headers


def test_gzip_is_for_those_who_ask(shown: Sandbox) -> None:
    """Bodies are packed when asked for, small ones never, and are the same either way."""
    plain, packed = page(shown, 1), page(shown, 1, headers={"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert int(packed.headers["Content-Length"]) < len(plain.body) / 3
    assert plain.body == packed.body
    assert "Content-Encoding" not in ask(shown, "/status", headers={"Accept-Encoding": "gzip"}).headers


def test_head_gives_the_headers_alone(shown: Sandbox) -> None:
    """HEAD has the headers of GET, with the length of the body that is not sent."""
    got = ask(shown, "/status", method="HEAD")
    assert (got.status, got.body) == (200, b"")
    assert got.headers["Content-Length"] == str(len(ask(shown, "/status").body))


def test_every_answer_has_a_number_of_its_own(shown: Sandbox) -> None:
    """X-Esi-Request-Id is there and never twice; Date is the sandbox's own."""
    answers = [ask(shown, "/status").headers for _ in range(3)]
    assert len({headers["X-Esi-Request-Id"] for headers in answers}) == 3
    with Sandbox(clock=HeldClock(1_800_000_000)) as sandbox:
        assert ask(sandbox, "/status").headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


def test_cache_status_tells_what_was_made_before() -> None:
    """The first answer is a MISS at ESI's own cache, the next one a HIT, at the same cost."""
    with Sandbox(seed=424242) as sandbox:
        answers = [ask(sandbox, "/status").headers for _ in range(2)]
    assert [headers["X-Esi-Cache-Status"] for headers in answers] == ["MISS", "HIT"]
    assert [headers["X-Ratelimit-Used"] for headers in answers] == ["2", "2"]
