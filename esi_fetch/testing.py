"""A pytest plugin with a local ESI for tests; pytest finds it by itself where esi_fetch is installed.

::

    from esi_fetch import Esi

    def test_my_script(esi_sandbox):
        esi = Esi(base_url=esi_sandbox.url)
        esi_sandbox.faults.add("GetStatus", status=502, times=2)
        assert esi.get("GetStatus")["players"] > 0
        assert esi_sandbox.count(op_id="GetStatus") == 3

Every test gets a sandbox of its own, on a free port, stopped when the test is over. A marker chooses how it
is made; its arguments are those of :class:`esi_fetch.sandbox.Sandbox`::

    @pytest.mark.esi_sandbox(orders_pages=3, page_size=10)
    def test_small_pages(esi_sandbox): ...
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from esi_fetch.sandbox import Sandbox

__all__ = ["esi_sandbox"]

_MARKER = "esi_sandbox(**options): how the sandbox of this test is made; see esi_fetch.sandbox.Sandbox"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def esi_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Give a started :class:`~esi_fetch.sandbox.Sandbox` of its own to a test."""
    try:
        # This module is loaded in every run of pytest where esi_fetch is installed; the sandbox need not be.
        from esi_fetch.sandbox import Sandbox
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "werkzeug":
            raise
        pytest.fail(str(error), pytrace=False)
    marker = request.node.get_closest_marker("esi_sandbox")
    with Sandbox(**(marker.kwargs if marker is not None else {})) as sandbox:
        yield sandbox
