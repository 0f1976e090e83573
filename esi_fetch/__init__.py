"""Fetch EVE Online's ESI data from plain synchronous Python: concurrently, politely, completely.

::

    from esi_fetch import Esi

    esi = Esi("my-scripts/1.0 (me@example.com)")
    orders = esi.get("GetMarketsRegionIdOrders", region_id=10000002)

Names are imported when they are first used, so that ``esi-fetch --help`` does not wait for all of it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from esi_fetch._version import __version__

if TYPE_CHECKING:
    from esi_fetch.client import Esi
    from esi_fetch.errors import EsiFetchError
    from esi_fetch.model.callback import Callback, callback
    from esi_fetch.model.files import read_jobs, write_jobs
    from esi_fetch.model.job import Job, WorkOrder
    from esi_fetch.model.report import Report
    from esi_fetch.model.result import Result
    from esi_fetch.run import RunInterrupted

__all__ = [
    "Callback",
    "Esi",
    "EsiFetchError",
    "Job",
    "Report",
    "Result",
    "RunInterrupted",
    "WorkOrder",
    "__version__",
    "callback",
    "read_jobs",
    "write_jobs",
]

_HOMES = {
    "Callback": "esi_fetch.model.callback",
    "Esi": "esi_fetch.client",
    "EsiFetchError": "esi_fetch.errors",
    "Job": "esi_fetch.model.job",
    "Report": "esi_fetch.model.report",
    "Result": "esi_fetch.model.result",
    "RunInterrupted": "esi_fetch.run",
    "WorkOrder": "esi_fetch.model.job",
    "callback": "esi_fetch.model.callback",
    "read_jobs": "esi_fetch.model.files",
    "write_jobs": "esi_fetch.model.files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    importlib.import_module("esi_fetch.callbacks")  # registers the callbacks that come with the library
    if name == "Report":
        importlib.import_module("esi_fetch.frames")  # lets reports make frames, as a client's does anyway
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
