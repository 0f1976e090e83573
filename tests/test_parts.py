"""Parts of many things: all of them, in order, and no part empty."""

import pytest

from esi_fetch.parts import in_parts


@pytest.mark.parametrize(
    ("count", "parts"), [(0, []), (2, [[0, 1]]), (3, [[0, 1], [2]]), (4, [[0, 1], [2, 3]])]
)
def test_everything_comes_once(count, parts):
    """The parts put together are what was given, also where it can be gone through only once."""
    assert list(in_parts(iter(range(count)), 2)) == parts
