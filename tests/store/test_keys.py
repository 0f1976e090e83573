"""Keys: what makes two requests the same."""

import re

from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.store import entry_key

PARTS = {
    "method": "GET",
    "url": "https://esi.evetech.net/markets/10000002/orders?order_type=all&page=2",
    "body": None,
    "language": "en",
    "tenant": "tranquility",
    "compatibility_date": "2026-08-18",
    "character": None,
}

parts = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST"]),
        "url": st.text(alphabet="ab:1-", max_size=4),
        "body": st.none() | st.binary(max_size=3),
        "language": st.text(alphabet="ab:1-", max_size=3),
        "tenant": st.text(alphabet="ab:1-", max_size=3),
        "compatibility_date": st.text(alphabet="ab:1-", max_size=3),
        "character": st.none() | st.integers(),
    }
)


@given(parts, parts)
def test_keys_differ_exactly_when_the_requests_do(one, other):
    """Two requests share a key if and only if every part is equal, however the parts run together."""
    assert (entry_key(**one) == entry_key(**other)) == (one == other)


@given(parts, st.integers(0, 3), st.text(alphabet="ab:1-", min_size=1, max_size=3))
def test_what_moves_from_one_part_to_the_next_changes_the_key(one, place, moved):
    """Text at the end of one part and the same text at the beginning of the next are different requests."""
    names = ["method", "url", "language", "tenant", "compatibility_date"]
    left, right = names[place], names[place + 1]
    assert entry_key(**{**one, left: one[left] + moved}) != entry_key(**{**one, right: moved + one[right]})


@given(st.text(), st.text(), st.none() | st.binary(), st.none() | st.integers())
def test_a_key_is_64_hexadecimal_digits_whatever_it_is_made_of(url, language, body, character):
    """Any text gives a digest, so that nothing of a request gets into SQL or a file name."""
    key = entry_key(**{**PARTS, "url": url, "language": language, "body": body, "character": character})
    assert re.fullmatch("[0-9a-f]{64}", key)


def test_every_part_makes_a_difference():
    """Method, URL, body, language, tenant, compatibility date and character each keep answers apart."""
    others = {
        "method": "POST",
        "url": PARTS["url"] + "1",
        "body": b"",
        "language": "de",
        "tenant": "serenity",
        "compatibility_date": "2026-08-19",
        "character": 92025524,
    }
    keys = {entry_key(**{**PARTS, name: value}) for name, value in others.items()}
    assert len(keys | {entry_key(**PARTS)}) == len(others) + 1


def test_the_order_of_a_body_counts():
    """Bodies are compared byte for byte: the same ids in another order get their own answer."""
    one = entry_key(**{**PARTS, "method": "POST", "body": b"[1,2,3]"})
    assert one != entry_key(**{**PARTS, "method": "POST", "body": b"[3,2,1]"})


def test_keys_stay_the_same_between_versions():
    """A key written to a user's store years ago is still found: this one must never change."""
    assert entry_key(**PARTS) == "c980789f32c5a615f5bb3f10be4251b34d435a3f6f253a73e17d83f37f13d1e4"
