"""Books as bytes."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.limits.ledger import Downtime, Hold, Ledger, Pace
from esi_fetch.limits.plain import pack, unpack
from esi_fetch.limits.window import Spends

moments = st.floats(0, 4e9)
amounts = st.integers(1, 2**40)
wholes = st.integers(0, 2**60)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@st.composite
def spends(draw):
    times = sorted(draw(st.sets(moments, max_size=20)))
    parts = [draw(amounts) for _ in times]
    return Spends(times, parts, sum(parts))


@st.composite
def ledgers(draw):
    in_flight = draw(st.dictionaries(texts, st.builds(Hold, wholes, moments), max_size=5))
    return Ledger(
        name=draw(texts),
        user=draw(texts),
        limit=draw(st.none() | wholes),
        window_s=draw(st.floats(1e-3, 1e9)),
        confirmed=draw(st.booleans()),
        own=draw(spends()),
        foreign=draw(spends()),
        doubt=draw(wholes),
        in_flight=in_flight,
        reserved=sum(hold.tokens for hold in in_flight.values()),
        settled_total=draw(wholes),
        returned_total=draw(wholes),
        foreign_total=draw(wholes),
        blocked_until=draw(st.none() | moments),
        block_reason=draw(texts),
        trial_at=draw(st.none() | moments),
        sent_at=draw(st.none() | moments),
        usual=draw(st.floats(1e-3, 100)),
        pace=draw(st.none() | st.builds(Pace, st.floats(0, 1), st.none() | moments)),
        downtime=draw(
            st.none()
            | st.builds(Downtime, st.integers(0, 10**5), moments, st.booleans(), wholes, wholes, texts)
        ),
    )


@given(ledgers())
def test_a_book_survives_the_way(ledger):
    """What is unpacked equals what was packed, in every field, and packs into the same bytes."""
    packed = pack(ledger)
    assert unpack(packed) == ledger
    assert pack(unpack(packed)) == packed


def test_a_book_that_was_used_survives_the_way():
    """A book filled by its own methods, with whole numbers for times, comes back as it was."""
    ledger = Ledger("market-order", "character:1", 1200, 900.0, True, pace=Pace(0.5, 60))
    ledger.reserve("a.1", 5, now=10, until=70)
    ledger.reserve("a.2", 5, now=11, until=71)
    ledger.settle("a.1", 2, now=12)
    ledger.block(100, reason="ESI answered 429")
    assert unpack(pack(ledger)) == ledger


def plain(**changes):
    found = json.loads(pack(Ledger("name", limit=5, own=Spends([1.0, 2.0], [3, 4], 7), pace=Pace())))
    return json.dumps({**found, **changes}).encode()


def test_the_example_of_the_next_test_is_sound():
    """Unchanged, it is a book; whole numbers serve as times."""
    assert unpack(plain()).own.total == 7
    assert unpack(plain(own=[[1, 2.5], [3, 4]])).own.times == [1.0, 2.5]
    assert type(unpack(plain(own=[[1, 2.5], [3, 4]])).own.times[0]) is float


@pytest.mark.parametrize(
    "stranger",
    [
        b"",
        b"\x80\x04N.",
        b"null",
        b"5",
        b"[]",
        b"{}",
        b"[" * 5000,
        plain(v=0),
        plain(v=99),
        plain(name=5),
        plain(name=None),
        plain(limit=-1),
        plain(limit=1.5),
        plain(limit=True),
        plain(limit=10**30),
        plain(window_s=0),
        plain(window_s=-1),
        plain(window_s=None),
        plain(window_s="15m"),
        plain(confirmed=1),
        plain(own=None),
        plain(own=[]),
        plain(own=[[1.0], []]),
        plain(own=[[2.0, 1.0], [1, 1]]),
        plain(own=[[1.0, 1.0], [1, 1]]),
        plain(own=[[1.0, "2"], [1, 1]]),
        plain(own=[[1.0, 2.0], [1, 0]]),
        plain(own=[[1.0, 2.0], [1, -1]]),
        plain(own=[[1.0, 2.0], [1, 1.5]]),
        plain(own=[{"1": 1}, [1]]),
        plain(own=["1", [1]]),
        plain(doubt=-1),
        plain(in_flight=[]),
        plain(in_flight={"a.1": 5}),
        plain(in_flight={"a.1": [5]}),
        plain(in_flight={"a.1": [5, None]}),
        plain(in_flight={"a.1": [-5, 1.0]}),
        plain(totals=[1, 2]),
        plain(totals=None),
        plain(blocked_until="soon"),
        plain(block_reason=None),
        plain(usual=0),
        plain(pace=[]),
        plain(pace=5),
        plain(pace=["much", None]),
        plain(downtime=[1]),
        plain(downtime=[1, 2.0, "yes", 1, 1, ""]),
    ],
)
def test_what_is_no_book_is_a_value_error(stranger):
    """Anything else raises ValueError, and nothing but that."""
    with pytest.raises(ValueError, match=r"."):
        unpack(stranger)


@given(st.binary(max_size=50) | st.recursive(st.none() | st.integers() | texts, st.lists).map(json.dumps))
def test_no_bytes_raise_anything_else(stranger):
    """Whatever the bytes, it is a book or a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        unpack(stranger if isinstance(stranger, bytes) else stranger.encode())


@given(st.data(), ledgers())
def test_a_book_with_one_field_exchanged_raises_nothing_else(data, ledger):
    """A field that holds something else makes it another book, or a ValueError."""
    found = json.loads(pack(ledger))
    name = data.draw(st.sampled_from(sorted(found)))
    found[name] = data.draw(
        st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | texts, st.lists, max_leaves=5)
    )
    with contextlib.suppress(ValueError):
        unpack(json.dumps(found).encode())
