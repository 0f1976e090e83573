"""The stored form of an entry: there and back, and what becomes of bytes that are no entry."""

import pickle
import zlib
from dataclasses import replace

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from esi_fetch.model.body import Body
from esi_fetch.store import Asked, Entry, Variant
from esi_fetch.store.entry import Record, Row, amended, decode, encode, listed
from esi_fetch.store.header_fields import EntryFormatError
from tests.store.conftest import make_entry

texts = st.text(st.characters(exclude_categories=["Cs"]))
header_values = st.none() | st.from_regex(r"[\x21-\x7e\xa1-\xff][\x20-\x7e\xa0-\xff]{0,40}", fullmatch=True)
integers = st.integers(-(2**63), 2**63 - 1)
times = st.floats(allow_nan=False, allow_infinity=False)
entries = st.builds(
    Entry,
    key=texts,
    op_id=texts,
    method=texts,
    url=texts,
    character=st.none() | integers,
    status=integers,
    etag=header_values,
    last_modified=header_values,
    pages=st.none() | integers,
    fetched_at=times,
    validated_at=times,
    expires_at=times,
    body=st.builds(Body, st.binary(), st.sampled_from(["", "gzip"])),
)


@given(entries)
def test_an_entry_comes_back_as_it_was(entry):
    """Encoding and decoding give back an equal entry, whatever texts, numbers and bytes it holds."""
    assert decode(entry.key, encode(entry)) == entry


def test_the_body_is_stored_as_it_came_over_the_wire():
    """A gzipped body is stored byte for byte, and unpacked only when its data is asked for."""
    entry = make_entry(plain=b'[{"order_id": 7419723775}]')
    record = encode(entry)
    assert record.body is entry.body.wire
    assert decode(entry.key, record).body.data() == [{"order_id": 7419723775}]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


@given(
    st.none() | st.text() | st.integers() | st.binary() | json_values.map(repr).map(str.encode),
    st.none() | st.text() | st.integers() | st.floats(),
    st.none() | st.text() | st.floats() | st.binary(),
)
@example(b"", 0.0, b"")
@example(b"[" * 5000, 0.0, b"")
@example(b"\xff\xfe{}", 0.0, b"")
@example(b"{}", 0.0, b"")
@example(b"[]", 0.0, b"")
def test_bytes_that_are_no_entry_are_refused(header, expires_at, body):
    """Whatever stands in the three columns, decoding raises nothing but EntryFormatError."""
    with pytest.raises(EntryFormatError):
        decode("00", Record(header, expires_at, body))


@given(st.sampled_from(sorted(orjson.loads(encode(make_entry()).header))), json_values)
def test_a_header_with_one_wrong_field_is_refused_or_sound(name, value):
    """A header whose one field was replaced gives an entry with that very value, or is refused."""
    record = encode(make_entry())
    fields = orjson.loads(record.header)
    try:
        header = orjson.dumps({**fields, name: value})
    except TypeError:  # integers that JSON here does not have
        return
    try:
        entry = decode("00", record._replace(header=header))
    except EntryFormatError:
        return
    assert orjson.loads(encode(entry).header) == orjson.loads(header)


@given(st.none() | st.binary() | st.text() | json_values, st.none() | st.floats() | st.text())
def test_a_listed_entry_is_sound_or_refused(asked, used_at):
    """Whatever stands beside a header, a list tells what is there, or nothing of that entry."""
    record = encode(make_entry())
    if not isinstance(asked, bytes | str | None):
        asked = repr(asked).encode()
    try:
        seen = listed(Row("00", record.header, record.expires_at, used_at, asked))
    except EntryFormatError:
        return
    assert seen.used_at == used_at
    assert asked is None or isinstance(orjson.loads(asked), dict)


@pytest.mark.parametrize(
    "asked",
    [
        b"",
        b"[]",
        "{}",
        b'{"parameters": []}',
        b'{"variant": ["en"]}',
        b'{"variant": "abc"}',
        b'{"variant": [1, 2, 3]}',
        b'{"unpacked": "big"}',
        pickle.dumps({}),
    ],
)
def test_what_is_no_question_is_refused(asked):
    """What was asked for has its form, or the entry is not listed."""
    record = encode(make_entry())
    with pytest.raises(EntryFormatError):
        listed(Row("00", record.header, record.expires_at, None, asked))


@given(st.dictionaries(texts, st.none() | integers | texts | st.lists(integers)), texts, texts, texts)
def test_what_was_asked_for_comes_back(parameters, language, tenant, date):
    """Parameters and variant are what they were, whatever they hold."""
    variant = Variant(language, tenant, date)
    record = encode(make_entry(asked=Asked(parameters, variant)))
    seen = listed(Row("00", record.header, record.expires_at, None, record.asked))
    assert (seen.parameters, seen.variant) == (parameters, variant)


def test_a_list_tells_what_was_asked_for_and_how_large_the_answer_is():
    """Operation, parameters, character, variant, times and both sizes are known without the body."""
    asked = Asked({"region_id": 5, "page": 2}, Variant("de", "tranquility", "2026-08-18"))
    entry = make_entry(plain=b"[1]" * 999, asked=asked, character=9)
    record = encode(entry)
    seen = listed(Row(entry.key, record.header, record.expires_at, 1_800_000_100.0, record.asked))
    assert (seen.op_id, seen.parameters, seen.character) == (entry.op_id, {"region_id": 5, "page": 2}, 9)
    assert (seen.variant, seen.url, seen.pages) == (asked.variant, entry.url, 405)
    assert seen.size == len(record.header) + len(record.asked) + len(record.body)
    assert seen.decoded_size == 2997
    assert seen.last_used_at == 1_800_000_100.0
    assert seen.is_fresh(entry.expires_at - 1)
    assert not seen.is_fresh(entry.expires_at)


def test_of_an_entry_of_the_version_before_less_is_known():
    """Its parameters, its variant and its unpacked size are not known; all else is."""
    entry = make_entry()
    seen = listed(Row(entry.key, encode(entry).header, entry.expires_at, None, None))
    assert (seen.parameters, seen.variant, seen.decoded_size, seen.used_at) == (None, None, None, None)
    assert (seen.op_id, seen.fetched_at) == (entry.op_id, entry.fetched_at)


def with_fields(**changes):
    """Return the record of an entry whose header has other values, or, where they are ``...``, lacks them."""
    record = encode(make_entry())
    fields = {**orjson.loads(record.header), **changes}
    return record._replace(header=orjson.dumps({k: v for k, v in fields.items() if v is not ...}))


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (with_fields(format=2), "unknown format 2"),
        (with_fields(format=...), "unknown format None"),
        (with_fields(status="200"), "status is '200', not an integer"),
        (with_fields(status=True), "status is True, not an integer"),
        (with_fields(character="me"), "character is 'me', not an integer"),
        (with_fields(pages=1.5), "pages is 1.5, not an integer"),
        (with_fields(url=None), "url is None, not a text"),
        (with_fields(op_id=...), "op_id is None, not a text"),
        (with_fields(etag=5), "etag is 5, not a header's value"),
        (with_fields(etag='"a"\r\nAuthorization: x'), "not a header's value"),
        (with_fields(etag=' "a"'), "not a header's value"),
        (with_fields(last_modified="\u20ac"), "not a header's value"),
        (with_fields(fetched_at=None), "fetched_at is None, not a time"),
        (with_fields(validated_at=True), "validated_at is True, not a time"),
        (with_fields(encoding="br"), "unknown encoding 'br'"),
        (with_fields(length=1), "bytes of 1"),
        (with_fields(crc32=1), "checksum"),
        (encode(make_entry())._replace(expires_at=None), "expires_at is None, not a time"),
        (encode(make_entry())._replace(expires_at=float("inf")), "expires_at is inf, not a time"),
        (encode(make_entry())._replace(header="{}"), "the header is not bytes"),
        (encode(make_entry())._replace(header=b"{"), "the header is not JSON"),
        (encode(make_entry())._replace(header=b"[]"), "the header is not an object"),
        (encode(make_entry())._replace(body="text"), "the body is not bytes"),
        (encode(make_entry())._replace(body=encode(make_entry()).body[:-1]), "the body has"),
    ],
)
def test_what_is_wrong_is_said(record, what):
    """Each kind of damage is named in the error."""
    with pytest.raises(EntryFormatError) as caught:
        decode("00", record)
    assert what in str(caught.value)


def test_one_flipped_bit_in_a_body_is_noticed():
    """A body of the right length with other bytes is refused."""
    record = encode(make_entry())
    damaged = bytes([record.body[0] ^ 1]) + record.body[1:]
    with pytest.raises(EntryFormatError, match="checksum"):
        decode("00", record._replace(body=damaged))


class Bomb:
    """Something whose unpickling would be noticed."""

    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)


@pytest.mark.parametrize("packed", [pickle.dumps(Bomb()), zlib.compress(pickle.dumps(Bomb()))])
def test_a_pickle_is_not_executed(packed):
    """A pickle in place of header or body is refused without running what it says."""
    for record in (Record(packed, 0.0, b""), encode(make_entry())._replace(body=packed)):
        with pytest.raises(EntryFormatError):
            decode("00", record)
    assert not Bomb.exploded


def confirmed(header, *, etag=None, last_modified=None, pages=None):
    """Return a header after a 304 that came at 5.0 and said no more than what is given."""
    return amended(header, validated_at=5.0, etag=etag, last_modified=last_modified, pages=pages)


def test_a_304_changes_times_and_validators_only():
    """An amended header differs in what the 304 said, and keeps what it did not say."""
    entry = make_entry()
    record = encode(entry)
    header = confirmed(record.header, last_modified="Mon, 28 Sep 2026 00:00:00 GMT", pages=7)
    assert decode(entry.key, record._replace(header=header)) == replace(
        entry, validated_at=5.0, last_modified="Mon, 28 Sep 2026 00:00:00 GMT", pages=7
    )
    header = confirmed(record.header)
    assert decode(entry.key, record._replace(header=header)) == replace(entry, validated_at=5.0)


@pytest.mark.parametrize(
    ("stored", "said", "kept"),
    [
        ('W/"abc"', 'W/"abc"', 'W/"abc"'),
        ('W/"abc"', '"abc"', '"abc"'),
        ('"abc"', 'W/"abc"', 'W/"abc"'),
        (None, '"abc"', '"abc"'),
        ('"abc"', None, '"abc"'),
    ],
)
def test_a_304_of_the_same_version_may_bring_an_etag(stored, said, kept):
    """A 304's ETag is taken over when it names the stored version, weak or strong, or there was none."""
    record = encode(make_entry(etag=stored))
    header = confirmed(record.header, etag=said)
    assert decode("00", record._replace(header=header)).etag == kept


def test_a_304_of_another_version_changes_nothing():
    """A 304 that names another ETag than the stored answer's says nothing about that answer."""
    record = encode(make_entry(etag='"newer"'))
    assert confirmed(record.header, etag='"older"', last_modified="older") is None


def test_fresh_means_before_the_expiry():
    """An entry is fresh until its expiry, and not at it."""
    entry = make_entry(expires_at=100.0)
    assert entry.is_fresh(99.999)
    assert not entry.is_fresh(100.0)
