"""Freshness: how long each form of headers keeps an answer."""

import json
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict

from esi_fetch.store import Lifetime, lifetime
from esi_fetch.store.freshness import CAP_S, FLOOR_S

SAMPLES = Path(__file__).parents[2].parent / "shared" / "esi" / "samples"

NOW = "Sun, 27 Sep 2026 04:26:00 GMT"
NOW_S = parsedate_to_datetime(NOW).timestamp()


def seconds(headers, *, received_at=NOW_S, **known):
    """Return only the length of the lifetime."""
    return lifetime(headers, received_at=received_at, **known).seconds


HEADER_FORMS = {
    "old style: Expires only": (
        {"Cache-Control": "public", "Expires": "Sun, 27 Sep 2026 04:30:14 GMT", "Date": NOW},
        254,
    ),
    "old style, authenticated": (
        {"Cache-Control": "private", "Expires": "Sun, 27 Sep 2026 05:15:17 GMT", "Date": NOW},
        2957,
    ),
    "new style: max-age, must-revalidate": (
        {
            "Cache-Control": "public, max-age=30, must-revalidate, stale-if-error=900",
            "Expires": "Sun, 27 Sep 2026 04:26:30 GMT",
            "Last-Modified": "Sun, 27 Sep 2026 04:25:33 GMT",
            "Date": NOW,
        },
        30,
    ),
    "max-age without Expires": ({"Cache-Control": "public, max-age=600", "Date": NOW}, 600),
    "max-age without Date": ({"Cache-Control": "public, max-age=600"}, 600),
    "max-age and Expires disagree": (
        {"Cache-Control": "max-age=300", "Expires": "Mon, 28 Sep 2026 04:26:00 GMT", "Date": NOW},
        300,
    ),
    "max-age and a past Expires": (
        {"Cache-Control": "max-age=300", "Expires": "Sun, 27 Sep 2026 04:00:00 GMT", "Date": NOW},
        300,
    ),
    "cursor listing: max-age=0": (
        {"Cache-Control": "public, max-age=0, must-revalidate", "Expires": NOW, "Date": NOW},
        FLOOR_S,
    ),
    "max-age=0 with immutable": (
        {"Cache-Control": "public, max-age=0, immutable, must-revalidate", "Date": NOW},
        FLOOR_S,
    ),
    "max-age=0 wins over a later Expires": (
        {"Cache-Control": "max-age=0", "Expires": "Sun, 27 Sep 2026 05:26:00 GMT", "Date": NOW},
        FLOOR_S,
    ),
    "immutable with max-age": ({"Cache-Control": "max-age=2592000, immutable", "Date": NOW}, 2592000),
    "immutable alone": ({"Cache-Control": "immutable", "Date": NOW}, FLOOR_S),
    "killmail: 30 days": (
        {"Cache-Control": "public", "Expires": "Tue, 27 Oct 2026 04:26:00 GMT", "Date": NOW},
        2592000,
    ),
    "history and static data: until 11:05": (
        {"Cache-Control": "public", "Expires": "Sun, 27 Sep 2026 11:05:00 GMT", "Date": NOW},
        23940,
    ),
    "Expires equals Date": ({"Cache-Control": "public", "Expires": NOW, "Date": NOW}, FLOOR_S),
    "Expires before Date": (
        {"Expires": "Mon, 06 Nov 2017 11:05:00 GMT", "Date": "Mon, 06 Nov 2017 13:43:34 GMT", "Age": "0"},
        FLOOR_S,
    ),
    "Expires a second after Date": ({"Expires": "Sun, 27 Sep 2026 04:26:01 GMT", "Date": NOW}, FLOOR_S),
    "Expires: 0": ({"Expires": "0", "Date": NOW}, FLOOR_S),
    "Expires: -1": ({"Expires": "-1", "Date": NOW}, FLOOR_S),
    "Expires is empty": ({"Expires": "", "Date": NOW}, FLOOR_S),
    "Expires is no date": ({"Expires": "soon", "Date": NOW}, FLOOR_S),
    "Expires on a day that does not exist": ({"Expires": "Wed, 99 Sep 2026 04:30:14 GMT"}, FLOOR_S),
    "Expires with the date form of RFC 850": (
        {"Expires": "Sunday, 27-Sep-26 04:30:14 GMT", "Date": NOW},
        254,
    ),
    "Expires with the date form of asctime": ({"Expires": "Sun Sep 27 04:30:14 2026", "Date": NOW}, 254),
    "Expires without its GMT": ({"Expires": "Sun, 27 Sep 2026 04:30:14", "Date": NOW}, 254),
    "Date absent": ({"Expires": "Sun, 27 Sep 2026 04:30:14 GMT"}, 254),
    "Date is no date": ({"Expires": "Sun, 27 Sep 2026 04:30:14 GMT", "Date": "today"}, 254),
    "Date is decades off, Expires is not": (
        {"Expires": "Sun, 27 Sep 2026 04:30:14 GMT", "Date": "Thu, 01 Jan 1970 00:00:00 GMT"},
        254,
    ),
    "Age counts against max-age": ({"Cache-Control": "max-age=300", "Age": "120", "Date": NOW}, 180),
    "Age counts against Expires": (
        {"Expires": "Sun, 27 Sep 2026 04:31:00 GMT", "Age": "120", "Date": NOW},
        180,
    ),
    "Age uses it all up": ({"Cache-Control": "max-age=300", "Age": "301"}, FLOOR_S),
    "Age is nonsense": ({"Cache-Control": "max-age=300", "Age": "-5"}, 300),
    "quoted max-age": ({"Cache-Control": 'max-age="300"'}, 300),
    "odd spelling": ({"CACHE-control": " Public , MAX-AGE = 300 "}, 300),
    "max-age twice: the first": ({"Cache-Control": "max-age=300, max-age=20"}, 300),
    "max-age is nonsense, Expires is not": (
        {"Cache-Control": "max-age=soon", "Expires": "Sun, 27 Sep 2026 04:30:14 GMT", "Date": NOW},
        254,
    ),
    "max-age is negative, Expires is not": (
        {"Cache-Control": "max-age=-1", "Expires": "Sun, 27 Sep 2026 04:30:14 GMT", "Date": NOW},
        254,
    ),
    "max-age of a thousand years": ({"Cache-Control": "max-age=31536000000"}, CAP_S),
    "max-age with thousands of digits": ({"Cache-Control": f"max-age={'9' * 5000}"}, CAP_S),
    "a year: the longest there is": ({"Cache-Control": "max-age=31536000, immutable"}, CAP_S),
    "Expires in the year 9999": ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": NOW}, CAP_S),
    "s-maxage is not for us": ({"Cache-Control": "s-maxage=900, max-age=300"}, 300),
    "no-store": ({"Cache-Control": "no-store, max-age=300"}, FLOOR_S),
    "no-cache": ({"Cache-Control": "no-cache", "Expires": "Sun, 27 Sep 2026 04:30:14 GMT"}, FLOOR_S),
    "no-cache for one field": ({"Cache-Control": 'no-cache="set-cookie", max-age=300'}, 300),
    "public and nothing else": ({"Cache-Control": "public", "Date": NOW}, FLOOR_S),
    "nothing but Date": ({"Date": NOW}, FLOOR_S),
    "nothing at all": ({}, FLOOR_S),
}


@pytest.mark.parametrize("form", HEADER_FORMS)
def test_each_form_of_headers_has_its_lifetime(form):
    """Every form of headers that ESI is known to send, and much nonsense, has the lifetime of the table."""
    headers, expected = HEADER_FORMS[form]
    assert seconds(headers) == expected


BELIEVABLE_DATES = (NOW, "Mon, 06 Nov 2017 13:43:34 GMT")


@pytest.mark.parametrize("skew_s", [-86400 * 365, -3600, -1, 1, 3600, 86400 * 365])
@pytest.mark.parametrize(
    "form",
    [form for form, (headers, _) in HEADER_FORMS.items() if headers.get("Date") in BELIEVABLE_DATES],
)
def test_a_local_clock_that_is_off_changes_nothing(form, skew_s):
    """As long as the answer has a believable Date, only the server's clock counts."""
    headers, expected = HEADER_FORMS[form]
    assert seconds(headers, received_at=NOW_S + skew_s) == expected


@pytest.mark.parametrize(
    "headers",
    [{}, {"Date": NOW}, {"Cache-Control": "public"}, {"Cache-Control": "must-revalidate"}],
)
def test_without_freshness_headers_a_304_keeps_the_old_lifetime(headers):
    """A 304 that says nothing about freshness (esi-issues 777) keeps the lifetime, before any hint."""
    assert seconds(headers, previous_s=300, hint_s=60) == 300


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Cache-Control": "max-age=30"}, 30),
        ({"Expires": "Sun, 27 Sep 2026 04:30:14 GMT", "Date": NOW}, 254),
        ({"Expires": NOW, "Date": NOW}, FLOOR_S),
        ({"Expires": "nonsense"}, FLOOR_S),
    ],
)
def test_what_an_answer_says_comes_before_what_is_known(headers, expected):
    """Freshness headers of a 304 overrule the old lifetime and the catalog's hint."""
    assert seconds(headers, previous_s=9999, hint_s=9999) == expected


def test_without_any_information_the_catalog_decides():
    """An answer that says nothing is fresh as long as the catalog says, within floor and cap."""
    assert lifetime({}, received_at=NOW_S, hint_s=3600) == Lifetime(3600, "catalog")
    assert seconds({}, hint_s=0) == FLOOR_S
    assert seconds({}, hint_s=1e12) == CAP_S
    assert seconds({}, hint_s=float("nan")) == FLOOR_S


@pytest.mark.parametrize(
    "headers",
    [
        CaseInsensitiveDict({"CACHE-CONTROL": "max-age=300"}),
        HTTPHeaderDict([("cache-control", "public"), ("Cache-Control", "max-age=300")]),
    ],
)
def test_the_mappings_of_requests_and_urllib3_are_read(headers):
    """Header mappings with their own rules for case and repetition are understood."""
    assert seconds(headers) == 300


@pytest.mark.parametrize(
    ("headers", "known", "reason"),
    [
        ({"Cache-Control": "max-age=300"}, {}, "max-age"),
        ({"Cache-Control": "max-age=0"}, {}, "max-age, raised to the floor"),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, {}, "Expires, cut to a year"),
        ({"Expires": "soon"}, {}, "Expires is not a date: the floor"),
        ({"Cache-Control": "no-store"}, {}, "no-store: the floor"),
        ({}, {"previous_s": 60}, "as before"),
        ({}, {"hint_s": 60}, "catalog"),
        ({}, {}, "nothing said: the floor"),
    ],
)
def test_the_reason_names_what_decided(headers, known, reason):
    """A report can say in words why an answer is kept for so long."""
    assert lifetime(headers, received_at=NOW_S, **known).reason == reason


def recorded_pages():
    """Return every page of every recorded answer, with a name."""
    if not SAMPLES.is_dir():
        return []
    return [
        pytest.param(path.name, page["headers"], id=f"{path.stem}-{number}")
        for path in sorted(SAMPLES.glob("*.json"))
        for number, page in enumerate(json.loads(path.read_text())["pages"], 1)
    ]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers are not on this machine")
@pytest.mark.parametrize(("name", "headers"), recorded_pages())
def test_recorded_answers_are_fresh_until_they_say(name, headers):
    """Real headers of 2026 give max-age where there is one, the floor for cursors, else Expires - Date."""
    max_age_s = {
        "status.json": 30,
        "character_public_info.json": 86400,
        "freelance_jobs_cursor.json": FLOOR_S,
    }
    expires_at = parsedate_to_datetime(headers["expires"])
    date = format_datetime(
        expires_at.fromtimestamp(expires_at.timestamp() - 77, expires_at.tzinfo), usegmt=True
    )
    assert seconds({**headers, "date": date}, received_at=0.0) == max_age_s.get(name, 77)


words = st.sampled_from(
    [
        "max-age",
        "=",
        ",",
        "0",
        "300",
        "9" * 400,
        "-1",
        '"',
        "no-cache",
        "no-store",
        "public",
        " ",
        "immutable",
    ]
)
dates = st.sampled_from(
    [
        NOW,
        "Sun, 27 Sep 2026 04:30:14",
        "Sun Sep 27 04:30:14 2026",
        "27 Sep",
        ",",
        " ",
        "Sun, 27 Sep 0000 0:0 GMT",
    ]
)
zones = st.sampled_from(["", "GMT", "-0000", "+9999", "-99999999999", "EST"])
values = (
    st.text()
    | st.lists(words, max_size=6).map("".join)
    | st.builds("{} {}".format, dates, zones)
    | st.datetimes().map(format_datetime)
)
names = st.sampled_from(["Cache-Control", "Expires", "Date", "Age", "expires", "Last-Modified"]) | st.text()
numbers = st.none() | st.floats() | st.integers(-10, 10**12)


@given(st.dictionaries(names, values), st.floats(), numbers, numbers)
@example({"Expires": " "}, 0.0, None, None)
@example({"Expires": NOW, "Date": "Mon, 01 Jan 0001 00:00:00 +2359"}, 0.0, None, None)
def test_no_headers_break_it_or_leave_the_bounds(headers, received_at, hint_s, previous_s):
    """Any headers and any numbers give a lifetime between floor and cap, and a reason; nothing raises."""
    found = lifetime(headers, received_at=received_at, hint_s=hint_s, previous_s=previous_s)
    assert FLOOR_S <= found.seconds <= CAP_S
    assert found.reason
