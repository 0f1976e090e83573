"""Callbacks to name in jobs, so that these tests need none of the real ones."""

from collections.abc import Iterator

import pytest

from esi_fetch.model import callback as callbacks


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    before = dict(callbacks._REGISTRY)

    @callbacks.callback("keep_any", reads_only=True)
    def keep_any(job: object, **kwargs: object) -> None: ...

    @callbacks.callback("keep_file")
    def keep_file(job: object, *, path: object, indent: int = 2) -> None: ...

    yield
    callbacks._REGISTRY.clear()
    callbacks._REGISTRY.update(before)
