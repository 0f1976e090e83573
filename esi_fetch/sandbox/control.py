"""The sandbox's own paths, for programs that run it in another process.

=============================  ===================================================================
``GET /_sandbox/requests``     the requests seen, as JSON
``DELETE /_sandbox/requests``  forget them
``POST /_sandbox/faults``      plant a fault: ``{"target": "GetStatus", "status": 502, "times": 2}``
``DELETE /_sandbox/faults``    take all faults away
``GET /_sandbox/limits``       how every limit was used so far: spent, at most, refused, as JSON
``POST /_sandbox/limits``      spend as another program would: ``{"group": "market-order", "tokens": 50}``
``GET /_sandbox/sso``          how often each character's token was renewed, as JSON
``POST /_sandbox/sso``         let the sign-in behave otherwise: ``{"sign_in_as": 90000001, "rotates": true}``
``POST /_sandbox/regenerate``  new snapshots: ``{"op_id": "GetMarketsRegionIdOrders"}``, or ``{}`` for all
=============================  ===================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import orjson

from esi_fetch.errors import UnknownOperationError
from esi_fetch.sandbox.answers import Answer
from esi_fetch.sandbox.asks import Incoming
from esi_fetch.sandbox.faults import Faults
from esi_fetch.sandbox.limits import Limits
from esi_fetch.sandbox.log import RequestLog, RequestSeen
from esi_fetch.sandbox.sso import Sso

__all__ = ["PREFIX", "Control"]

PREFIX = "/_sandbox/"


class Control:
    """Answers the sandbox's own paths; none of it is limited, logged or spoiled.

    Args:
        faults: Where faults are planted.
        limits: ESI's side of the limits.
        log: The requests seen.
        sso: The sign-in.
        regenerate: ``Sandbox.regenerate``.
    """

    def __init__(
        self, *, faults: Faults, limits: Limits, log: RequestLog, sso: Sso, regenerate: Callable[..., None]
    ) -> None:
        self._looks: Mapping[str, Callable[[], list[dict[str, Any]]]] = {
            "GET sso": sso.renewed,
            "GET requests": lambda: [_plain(seen) for seen in log.snapshot()],
            "GET limits": lambda: [asdict(use) for use in limits.use()],
        }
        self._acts: Mapping[str, Callable[[dict[str, Any]], object]] = {
            "DELETE requests": lambda _: log.clear(),
            "DELETE faults": lambda _: faults.clear(),
            "POST faults": lambda told: faults.add(**told),
            "POST limits": lambda told: limits.exhaust(**told),
            "POST sso": lambda told: sso.behave(**told),
            "POST regenerate": lambda told: regenerate(**{"op_id": None, **told}),
        }

    def serve(self, incoming: Incoming) -> Answer:
        """Answer one request; what is wrong with it is said under status 400."""
        what = f"{incoming.method} {incoming.path.removeprefix(PREFIX)}"
        if what in self._looks:
            return _json(200, self._looks[what]())
        act = self._acts.get(what)
        if act is None:
            return _json(404, {"error": f"The sandbox has no {what!r}."})
        try:
            told = json.loads(incoming.body or b"{}")
        except ValueError:
            return _json(400, {"error": "The body is not JSON."})
        if not isinstance(told, dict):
            return _json(400, {"error": "The body has to be an object."})
        try:
            act(told)
        # A TypeError here is an argument that is missing, unknown or of a kind nothing can be done with.
        except (TypeError, ValueError, UnknownOperationError) as error:
            return _json(400, {"error": str(error)})
        return Answer(204)


def _json(status: int, data: Any) -> Answer:
    return Answer(status, [("Content-Type", "application/json")], orjson.dumps(data))


def _plain(seen: RequestSeen) -> dict[str, Any]:
    return {
        "method": seen.method,
        "path": seen.path,
        "query": dict(seen.query),
        "headers": dict(seen.headers),
        "body": seen.body.decode(errors="replace"),
        "op_id": seen.op_id,
        "at": seen.at,
        "status": seen.status,
        "cost": seen.cost,
        "snapshot": seen.snapshot,
        "fault": seen.fault,
    }
