"""Bodies: what comes over the wire and the data it stands for."""

import gzip
import pickle
import zlib

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esi_fetch.model import body as module
from esi_fetch.model.body import Body, BodyError

from .strategies import json_values


@pytest.fixture(params=["as installed", "standard library"])
def unpackers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run with whatever unpacks faster, where it is installed, and without it."""
    if request.param == "standard library":
        monkeypatch.setattr(module, "_inflater", zlib)


@pytest.mark.usefixtures("unpackers")
class TestUnpacked:
    """``unpacked``."""

    def test_plain_bytes_come_back_as_they_are(self) -> None:
        """Bytes without an encoding are left alone."""
        assert Body(b"[1]").unpacked() == b"[1]"

    def test_gzip_is_unpacked(self) -> None:
        """Gzipped bytes come back unpacked."""
        assert Body(gzip.compress(b"[1]"), "gzip").unpacked() == b"[1]"

    def test_several_members_are_joined(self) -> None:
        """A body of several gzip members is read to its end."""
        assert Body(gzip.compress(b"[1,") + gzip.compress(b"2]"), "gzip").unpacked() == b"[1,2]"

    def test_padding_after_the_end_is_ignored(self) -> None:
        """Zeros after the last member are no part of the body."""
        assert Body(gzip.compress(b"[1]") + bytes(8), "gzip").unpacked() == b"[1]"

    @pytest.mark.parametrize("keep", [1, 9, 15, -9, -4, -1])
    def test_a_body_that_breaks_off_is_an_error(self, keep: int) -> None:
        """A gzipped body that lacks its end, or more, is refused rather than used in part."""
        with pytest.raises(BodyError, match=r"cut off|damaged"):
            Body(gzip.compress(b"[1,2,3]")[:keep], "gzip").unpacked()

    def test_a_second_member_that_breaks_off_is_an_error(self) -> None:
        """The first member alone is not the body."""
        with pytest.raises(BodyError, match="cut off"):
            Body(gzip.compress(b"[1]") + gzip.compress(b"[2]")[:-3], "gzip").unpacked()

    def test_a_damaged_body_is_an_error(self) -> None:
        """A body whose check sum is wrong, or which is no gzip at all, is refused."""
        wire = bytearray(gzip.compress(b"[1,2,3]"))
        wire[-6] ^= 0xFF
        for damaged in (bytes(wire), b"<html>"):
            with pytest.raises(BodyError, match=r"damaged|cut off"):
                Body(damaged, "gzip").unpacked()

    def test_an_unknown_encoding_is_an_error(self) -> None:
        """An encoding nobody asked for is named."""
        with pytest.raises(BodyError, match="'br'"):
            Body(b"x", "br").unpacked()


@given(
    json_values.filter(lambda value: b"Infinity" not in repr(value).encode()), st.sampled_from(["", "gzip"])
)
def test_data_is_what_was_sent(value: object, encoding: str) -> None:
    """The data is the JSON value, whatever the encoding."""
    try:
        plain = orjson.dumps(value)
    except TypeError:  # integers beyond 64 bits, which ESI does not have
        return
    assert Body(gzip.compress(plain) if encoding else plain, encoding).data() == value


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_an_empty_body_has_no_data(encoding: str) -> None:
    """A 204 has no data, also when its headers name an encoding."""
    assert Body(b"", encoding).data() is None


@pytest.mark.parametrize("wire", [b"<html>", b"[1,", b'{"a":NaN}', b'"\xff"', b"[" * 100_000, b"[1] [2]"])
def test_what_is_not_json_is_an_error(wire: bytes) -> None:
    """HTML, halves, NaN, broken UTF-8 and bottomless nesting are refused."""
    with pytest.raises(BodyError, match="not JSON"):
        Body(wire).data()


def test_repr_shows_the_size_only() -> None:
    """The representation does not hold the body."""
    assert repr(Body(b"x" * 1000, "gzip")) == "Body(1000 bytes, encoding='gzip')"


def test_it_can_be_pickled() -> None:
    """A body survives the way to another process."""
    body = Body(b"[1]", "")
    assert pickle.loads(pickle.dumps(body)) == body
