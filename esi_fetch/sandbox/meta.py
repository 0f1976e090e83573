"""What the API says about itself under ``/meta``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from esi_fetch.catalog.operation import Operation
from esi_fetch.sandbox.asks import Ask, Reply
from esi_fetch.sandbox.document import openapi_document

__all__ = ["DOCUMENT", "meta_handlers", "published_dates"]

# Served, but listed in no document: it is the document.
DOCUMENT = Operation(
    op_id="GetMetaOpenapiJson",
    method="GET",
    path="/meta/openapi.json",
    tag="Meta",
    client_ttl_s=600,
    cache_mode="event-based",
    sends_max_age=True,
    compatibility_date="2020-01-01",
)


def published_dates(operations: Iterable[Operation], *, newest: str) -> list[str]:
    """Return the dates on which something changed in an incompatible way, and *newest*; oldest first."""
    return sorted({operation.compatibility_date for operation in operations} | {"2020-01-01", newest})


def meta_handlers(operations: Mapping[str, Operation], *, newest: str) -> dict[str, Callable[[Ask], Reply]]:
    """Return what answers the operations under ``/meta``, and the document."""
    dates = published_dates(operations.values(), newest=newest)
    routes = [{"method": each.method, "path": each.path, "status": "OK"} for each in operations.values()]
    changes = {
        date: [
            {
                "compatibility_date": date,
                "description": "",
                "method": each.method,
                "path": each.path,
                "type": "new",
            }
            for each in operations.values()
            if each.compatibility_date == date
        ]
        for date in dates[1:]
    }
    name = {
        "current": "EVE Sandbox Imitation",
        "history": [{"date": newest, "name": "EVE Sandbox Imitation"}],
    }

    def document(ask: Ask) -> Reply:
        served = [each for each in operations.values() if each.compatibility_date <= ask.date]
        return Reply(lambda: openapi_document(served, date=ask.date, url="/"))

    return {
        DOCUMENT.op_id: document,
        "GetMetaCompatibilityDates": lambda _: Reply(lambda: {"compatibility_dates": dates[::-1]}),
        "GetMetaStatus": lambda _: Reply(lambda: {"routes": routes}),
        "GetMetaChangelog": lambda _: Reply(lambda: {"changelog": changes}),
        "GetMetaName": lambda _: Reply(lambda: name),
    }
