"""Lists in memory that are walked, and that change while they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog import Pagination
from esi_fetch.model.lazy import LazyData
from esi_fetch.model.result import Source
from esi_fetch.transport import Answer

CURSOR = Pagination("cursor", "before", items="freelance_jobs", id_field="id")
FROM_ID = Pagination("ids", "from_id", id_field="transaction_id")


def answer_of(data: Any, *, source: Source = Source.REMOTE, fetched_at: float = 0.0) -> Answer:
    return Answer(200, source, LazyData.of(data), fetched_at=fetched_at)


class Feed:
    """Records in the order of their last change, and changes that happen between requests."""

    def __init__(self, count: int, *, changes: Mapping[int, list[int]] | None = None):
        self.log = [(number, {"id": number, "version": 0}) for number in range(count)]
        self.time = count
        self.changes = dict(changes or {})
        self.requests: list[dict[str, Any]] = []

    @property
    def truth(self) -> dict[int, dict[str, Any]]:
        return {record["id"]: record for _, record in self.log}

    def change(self, identity: int) -> None:
        old = next((record for _, record in self.log if record["id"] == identity), {"version": -1})
        self.log = [(at, record) for at, record in self.log if record["id"] != identity]
        self.time += 1  # a cursor stands for a moment, and no moment comes twice
        self.log.append((self.time, {"id": identity, "version": old["version"] + 1}))

    def ask(self, parameters: Mapping[str, Any]) -> Answer:
        self.requests.append(dict(parameters))
        for identity in self.changes.get(len(self.requests), []):
            self.change(identity)
        limit = parameters.get("limit", 10)
        log = self.log
        if "before" in parameters:
            piece = [item for item in log if item[0] < int(parameters["before"])][-limit:]
        elif "after" in parameters:
            piece = [item for item in log if item[0] > int(parameters["after"])][:limit]
        else:
            piece = log[-limit:]
        body: dict[str, Any] = {"freelance_jobs": [record for _, record in piece]}
        if piece:
            body["cursor"] = {"before": str(piece[0][0]), "after": str(piece[-1][0])}
        return answer_of(body)
